//! Writes the list of shipped files (definitions, templates, fonts, plugins) that the program
//! carries inside, so that copying the one file to another machine is an installation.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = manifest.join("../..").canonicalize().expect("the workspace is two folders up");
    let mut found = Vec::new();
    for folder in ["forms", "templates"] {
        walk(&root.join(folder), &mut found);
    }
    plugins(&root, &mut found);
    found.sort();

    let mut code = String::from("&[\n");
    for path in &found {
        let name = path.strip_prefix(&root).expect("walked from the root");
        let name = name.to_str().expect("shipped names are plain").replace('\\', "/");
        writeln!(code, "    ({name:?}, include_bytes!({path:?}) as &[u8]),").expect("to a string");
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("shipped.rs"), code).expect("OUT_DIR can be written");
    scaffold(&root, &manifest, &out);
}

/// Writes the list of files that new plugins are made of.
fn scaffold(root: &Path, manifest: &Path, out: &Path) {
    let own = manifest.join("src/authoring/scaffold");
    let mut code = String::from("&[\n");
    for (below, prefix) in [
        (own, ""),
        (root.join("plugins/sdk"), "sdk/"),
        (root.join("plugins/sdk_derive"), "sdk_derive/"),
        (root.join("plugins/wit"), "wit/"),
    ] {
        let mut found = Vec::new();
        texts(&below, &mut found);
        found.sort();
        for path in found {
            let name = path.strip_prefix(&below).expect("walked from there");
            let name = name.to_str().expect("names are plain").replace('\\', "/");
            let name = format!("{prefix}{name}");
            writeln!(code, "    ({name:?}, include_str!({path:?})),").expect("to a string");
        }
    }
    code.push_str("]\n");
    fs::write(out.join("scaffold.rs"), code).expect("OUT_DIR can be written");
}

/// Collects every file below `folder`, and asks cargo to watch it.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            texts(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Collects what the engine reads below `folder`, and asks cargo to watch it.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if matches!(
            path.extension().and_then(|ending| ending.to_str()),
            Some("yaml" | "typ" | "html" | "json" | "ttf")
        ) {
            found.push(path);
        }
    }
}

/// Collects manifest and code of each plugin folder, and asks cargo to watch them.
///
/// Only what is there is watched: cargo takes a missing file for a changed one, and would build the
/// whole program anew each time. A new plugin comes with a new member in `Cargo.toml`.
fn plugins(root: &Path, found: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", root.join("Cargo.toml").display());
    let Ok(entries) = fs::read_dir(root.join("plugins")) else { return };
    for folder in entries.flatten().map(|entry| entry.path()) {
        let is_plugin = folder.join("plugin.yaml").is_file();
        let files = ["plugin.yaml", "plugin.wasm", "rules.js"].map(|name| folder.join(name));
        for file in files.into_iter().filter(|file| is_plugin && file.is_file()) {
            println!("cargo::rerun-if-changed={}", file.display());
            found.push(file);
        }
    }
}
