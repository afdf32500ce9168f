//! The little sites of `examples/`: their definitions have no finding, and each makes the page that
//! stands beside it as `expected.txt`, from the invented records in `records.json`.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bieumau_model::check::{self, SourceTree};
use bieumau_model::definition::Catalog;
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::layer::Changed;
use bieumau_model::scope::Caller;
use bieumau_model::table_json;
use bieumau_pipeline::{Files, Site, accept_layer, check as check_site, layer_changes};
use bieumau_store::Store;
use calamine::{Reader, Xlsx};
use libtest_mimic::{Failed, Trial};

use crate::support::{
    Outcome, OwnSite, SECONDARY, altered, check_reference, contains, ensure, html, now, rendered,
    said, same, workers,
};

/// Each example with the report that it shows and the parameters of its page.
const EXAMPLES: [(&str, &str, &str); 4] = [
    ("class_list", "class_list", "school=31030099 year=2025 class=6A1"),
    ("library_loans", "library_loans", "school=31030099 year=2025 as_of=2025-12-31"),
    ("local_layers", "computer_needs", "school=31030099 year=2025"),
    ("province_override", "minutes_data_handover", "school=31030099 year=2025 number=3"),
];

/// Further pages of an example, each with the name of its reference.
const MORE_PAGES: [(&str, &str, &str, &str); 6] = [
    (
        "local_layers",
        "minutes_data_handover",
        "school=31030099 year=2025 number=1",
        "expected_minutes",
    ),
    (
        "local_layers",
        "lower_secondary_gradebook",
        "school=31030099 year=2025 class=6A1",
        "expected_gradebook",
    ),
    ("local_layers", "correction_slip", "school=31030099 year=2025 number=1", "expected_slip"),
    (
        "local_layers",
        "secondary_commendation_decision",
        "school=31030099 year=2025 number=7",
        "expected_decision",
    ),
    (
        "local_layers",
        "secondary_commendation_certificate",
        "school=31030099 year=2025 number=7",
        "expected_certificate",
    ),
    (
        "local_layers",
        "administrative_document",
        "school=31030099 year=2025 kind=plan document=KH01",
        "expected_document",
    ),
];

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("examples::class_list::the_workbook_has_the_order_of_names", workbook),
        Trial::test("examples::class_list::a_class_without_pupils_has_a_page", empty_class),
        Trial::test("examples::all_work_over_the_demo_site", over_the_demo),
        Trial::test("examples::local_layers::a_new_base_is_compared_three_ways", three_ways),
    ];
    for (name, report, parameters) in EXAMPLES {
        trials.push(Trial::test(
            format!("examples::{name}::definitions_give_no_finding"),
            move || {
                let checked = check_site(Some(&folder(name)), Some(&workers(2))).map_err(said)?;
                ensure(checked.findings.is_empty(), || checked.findings.to_string())
            },
        ));
        trials.push(Trial::test(format!("examples::{name}::page"), move || {
            check_page(name, report, parameters, "expected")
        }));
    }
    for (name, report, parameters, expected) in MORE_PAGES {
        trials.push(Trial::test(format!("examples::{name}::{report}"), move || {
            check_page(name, report, parameters, expected)
        }));
    }
    trials
}

fn folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example)
}

/// Makes a page of an example, compares its text with a reference, and makes the PDF too.
fn check_page(example: &str, report: &str, parameters: &str, expected: &str) -> Outcome {
    let own = opened(example)?;
    let page = html(&own.site, report, parameters)?;
    check_reference(&folder(example).join(expected).with_extension("txt"), &text_of(&page))?;
    let pdf = rendered(&own.site, report, parameters, "pdf")?;
    ensure(pdf.bytes.starts_with(b"%PDF"), || "the PDF does not begin as one".to_owned())?;
    // What a rule says of pupils without marks is not about the page.
    let about_page = pdf.findings.iter().filter(|finding| !finding.code.starts_with("D41"));
    same(about_page.count(), 0)
}

/// An older base is put under a layer, as if the program had been updated since.
fn three_ways() -> Outcome {
    let site = tempfile::tempdir()?;
    for (name, from, to) in [
        ("province_computer_needs.layer.yaml", "", ""),
        ("school_computer_needs.layer.yaml", "version: 2", "version: 1"),
        ("school_computer_needs.layer.base.yaml", "title: Họ và tên, column", "title: Tên, column"),
        (
            "school_computer_needs.layer.base.yaml",
            "title: Hoàn cảnh, column",
            "title: Lý do, column",
        ),
    ] {
        let (path, own) = (format!("forms/lists/{name}"), site.path().join("forms/lists"));
        fs::create_dir_all(&own)?;
        let kept = own.join(name);
        let source = if kept.exists() { kept.clone() } else { folder("local_layers").join(&path) };
        let text = fs::read_to_string(source)?;
        ensure(text.contains(from), || format!("`{path}` has no `{from}`"))?;
        fs::write(kept, text.replacen(from, to, 1))?;
    }
    let form = "forms/core/province_computer_need.layer.yaml";
    fs::create_dir_all(site.path().join("forms/core"))?;
    fs::copy(folder("local_layers").join(form), site.path().join(form))?;
    let checked = check_site(Some(site.path()), None).map_err(said)?.findings;
    same(checked.iter().map(|finding| finding.code).collect::<Vec<_>>(), vec!["D056"])?;
    let told = |changed: &Changed| format!("{}: {:?}", changed.place, changed.ours);
    let changes = layer_changes(site.path(), "school_computer_needs").map_err(said)?.changes;
    let touched = "layout/columns/full_name/title: Some(Reworded(\"Họ và tên học sinh\"))";
    let other = "layout/columns/circumstance/title: None";
    let told: Vec<String> = changes.iter().map(told).collect();
    same(told, vec![other.to_owned(), touched.to_owned()])?;
    let accepted = accept_layer(site.path(), "school_computer_needs").map_err(said)?;
    same(accepted.version, Some(2))?;
    let checked = check_site(Some(site.path()), None).map_err(said)?.findings;
    ensure(checked.is_empty(), || checked.to_string())?;
    let changes = layer_changes(site.path(), "school_computer_needs").map_err(said)?.changes;
    same(changes.len(), 0)
}

fn workbook() -> Outcome {
    let own = opened("class_list")?;
    let made = rendered(&own.site, "class_list", EXAMPLES[0].2, "xlsx")?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(made.bytes))?;
    let sheet = book.worksheet_range("Danh sách")?;
    let names: Vec<String> =
        sheet.rows().filter_map(|row| row.get(1)).map(ToString::to_string).collect();
    let first = names.iter().position(|name| name == "Họ và tên").ok_or("no heading")? + 1;
    let expected = [
        "Đỗ Văn An",
        "Nguyễn Văn An",
        "Nguyễn Văn An",
        "Lê Thị Ánh",
        "Nguyễn Văn Ân",
        "Trần Bình",
        "Vừ Thị Dợ",
        "Dương Thị Dung",
        "Đặng Thị Đào",
        "Y Moan",
        "Lò Thị Ôn",
    ];
    same(&names[first..], &expected.map(str::to_owned)[..])
}

fn empty_class() -> Outcome {
    let own = opened("class_list")?;
    let page = html(&own.site, "class_list", "school=31030099 year=2025 class=6A2")?;
    contains(&text_of(&page), &["DANH SÁCH LỚP 6A2", "Lớp chưa có học sinh"])
}

/// What the READMEs say: copied into a demo site, the examples show its invented schools.
fn over_the_demo() -> Outcome {
    let mut files = Vec::new();
    for (example, _, _) in EXAMPLES {
        let root = folder(example);
        for part in ["forms", "templates"] {
            read(&root, &root.join(part), &mut files)?;
        }
    }
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let own = altered(&files, &workers(2))?;
    let page = |report, more: &str| {
        html(&own.site, report, &format!("school={SECONDARY} year=2025 {more}"))
            .map(|html| text_of(&html))
    };
    contains(&page("class_list", "class=6A1")?, &["DANH SÁCH LỚP 6A1", "\n40 | "])?;
    contains(&page("library_loans", "as_of=2025-12-31")?, &["1 | 6A1 | 0 | 0 | 0 | 0 |"])?;
    contains(&page("minutes_data_handover", "number=2")?, &["- Sở GD&ĐT Hải Phòng (để báo cáo);"])
}

/// Opens a copy of an example that holds its records.
fn opened(example: &str) -> Result<OwnSite, Failed> {
    let root = folder(example);
    let own = tempfile::tempdir()?;
    let mut files = vec![("site.yaml".to_owned(), fs::read(root.join("site.yaml"))?)];
    for part in ["forms", "templates"] {
        read(&root, &root.join(part), &mut files)?;
    }
    for (path, bytes) in files {
        let path = own.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the folder"))?;
        fs::write(path, bytes)?;
    }
    let catalog = catalog(own.path())?;
    fill(&own.path().join("data.db"), &catalog, &fs::read_to_string(root.join("records.json"))?)?;
    let site = Site::open(own.path(), &workers(1), now()).map_err(said)?;
    Ok(OwnSite { site: Arc::new(site), folder: own })
}

/// Reads the files below `folder` by their paths from `root`.
fn read(root: &Path, folder: &Path, into: &mut Vec<(String, Vec<u8>)>) -> Outcome {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, into)?;
        } else {
            let name = path.strip_prefix(root)?.to_str().ok_or("a plain path")?.replace('\\', "/");
            into.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

fn catalog(folder: &Path) -> Result<Catalog, Failed> {
    let files = Files::shipped().overlaid(folder)?;
    let yaml = files.iter().filter(|(path, _)| !path.ends_with(".ttf") && !path.ends_with(".wasm"));
    let tree: SourceTree =
        yaml.map(|(path, bytes)| (path, String::from_utf8_lossy(bytes).into_owned())).collect();
    Ok(check::check(&tree).catalog)
}

/// Makes the store of a site from tables in the form of `bieumau plugin call`, form by form.
fn fill(path: &Path, catalog: &Catalog, records: &str) -> Outcome {
    let read = table_json::read_input(&Arc::from("records.json"), records, None);
    let tables = read.map_err(|findings: Diagnostics| findings.to_string())?.tables;
    let mut store = Store::create(path)?;
    store.migrate(catalog, now())?;
    let mut loading = store.load(&Caller::Operator, now(), "example")?;
    for table in &tables {
        let form =
            catalog.forms.get(table.name()).ok_or_else(|| format!("no form {}", table.name()))?;
        loading.insert(form, table)?;
    }
    Ok(loading.finish()?)
}

/// Returns what a page says: one line for each row or paragraph, cells ended by `|`.
fn text_of(html: &str) -> String {
    let body = html.split_once("<body>").map_or(html, |(_, body)| body);
    let body = body.replace(['\n', '\r'], " ");
    let mut text = String::new();
    let mut rest = body.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        match tag {
            "/td" | "/th" => text.push_str(" | "),
            "/tr" | "/p" | "/h1" | "/h2" | "/div" | "br" => text.push('\n'),
            _ => {}
        }
        rest = after;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let text = text.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&");
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}
