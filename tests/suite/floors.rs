//! Upper rooms import lower ones, never sideways, never up; doors speak to `pipeline` and `model`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

/// Each room with the rooms it may import, lowest first.
const FLOORS: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("store", &["model"]),
    ("plugin_host", &["model"]),
    ("render", &["model"]),
    ("pipeline", &["model", "store", "plugin_host", "render"]),
    ("server", &["model", "pipeline"]),
    ("cli", &["model", "pipeline", "server"]),
];

/// Crates that belong to one room; another room that needs one asks that room.
const OWNED: [(&str, &[&str]); 5] = [
    ("store", &["rusqlite", "sqlparser"]),
    ("plugin_host", &["wasmtime", "wit-component"]),
    ("render", &["typst", "typst-pdf", "typst-render", "rust_xlsxwriter"]),
    ("server", &["axum", "tokio"]),
    ("cli", &["clap", "indicatif"]),
];

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("floors::rooms_import_only_lower_rooms", || {
            let wrong = wrong_imports(&manifests()?);
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
        }),
        Trial::test("floors::an_import_upwards_is_found", || {
            let lifted = vec![("store".to_owned(), set(&["bieumau-model", "bieumau-pipeline"]))];
            check_wrong(&lifted, "`store` imports `pipeline`, which is not below it")
        }),
        Trial::test("floors::an_import_past_the_pipeline_is_found", || {
            let shortcut = vec![("server".to_owned(), set(&["bieumau-store"]))];
            check_wrong(&shortcut, "`server` imports `store`, which is not below it")
        }),
        Trial::test("floors::a_crate_of_another_room_is_found", || {
            let borrowed = vec![("pipeline".to_owned(), set(&["rusqlite"]))];
            check_wrong(&borrowed, "`pipeline` uses `rusqlite`, which belongs to `store`")
        }),
    ]
}

fn check_wrong(
    manifests: &[(String, BTreeSet<String>)],
    expected: &str,
) -> Result<(), libtest_mimic::Failed> {
    let wrong = wrong_imports(manifests);
    if wrong == [expected] { Ok(()) } else { Err(format!("{wrong:?}").into()) }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Reads the dependencies of every room, those of its tests left out.
fn manifests() -> Result<Vec<(String, BTreeSet<String>)>, libtest_mimic::Failed> {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine");
    let mut found = Vec::new();
    for entry in fs::read_dir(engine)? {
        let folder = entry?.path();
        let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml"))?.parse()?;
        let name = folder.file_name().and_then(|name| name.to_str()).ok_or("a plain name")?;
        let uses = manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .map(|table| table.keys().cloned().collect())
            .unwrap_or_default();
        found.push((name.to_owned(), uses));
    }
    found.sort();
    Ok(found)
}

fn wrong_imports(manifests: &[(String, BTreeSet<String>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (room, uses) in manifests {
        let Some((_, allowed)) = FLOORS.iter().find(|(own, _)| own == room) else {
            wrong.push(format!("`{room}` is a new room; give it a floor"));
            continue;
        };
        for used in uses {
            if let Some(other) = used.strip_prefix("bieumau-").map(|name| name.replace('-', "_"))
                && !allowed.contains(&other.as_str())
            {
                wrong.push(format!("`{room}` imports `{other}`, which is not below it"));
            }
            if let Some((owner, _)) = OWNED
                .iter()
                .find(|(owner, crates)| owner != room && crates.contains(&used.as_str()))
            {
                wrong.push(format!("`{room}` uses `{used}`, which belongs to `{owner}`"));
            }
        }
    }
    wrong
}
