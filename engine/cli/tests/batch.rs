//! `render --each`: a whole school as one job, a document for each class.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bieumau"));
    command.current_dir(folder).env_remove("BIEUMAU_LOCALE").args(arguments);
    command.output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A demo site of one primary school, without documents.
fn site() -> &'static Path {
    static SITE: OnceLock<TempDir> = OnceLock::new();
    SITE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = run(folder.path(), &["demo", "trial", "--schools", "1", "--no-serve"]);
        assert!(made.status.success(), "{}", said(&made));
        folder
    })
    .path()
}

const SUMMARY: [&str; 7] =
    ["--site", "trial", "render", "primary_class_summary", "--param", "school=31020001", "--param"];

fn each(to: &str, more: &[&str]) -> Output {
    let mut arguments = SUMMARY.to_vec();
    arguments.extend(["year=2025", "--param", "point=end_2", "--each", "class", "-o", to]);
    arguments.extend(more);
    run(site(), &arguments)
}

/// The files of a folder, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(site().join(folder)).expect("the folder was made");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn every_class_gets_its_own_document() {
    let made = each("classes", &["--format", "html"]);
    assert!(made.status.success(), "{}", said(&made));
    let told = said(&made);
    let files = files("classes");
    let mut classes = BTreeSet::new();
    for file in &files {
        let page = fs::read_to_string(file).expect("a page");
        let name = file.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let class = told
            .lines()
            .find(|line| line.contains(name))
            .and_then(|line| line.split(':').next())
            .unwrap_or_else(|| panic!("{name} is not told in {told}"));
        assert!(name.contains(class), "{name} does not name the class {class}");
        assert!(page.contains(&format!("Lớp: {class}")) || page.contains(class), "{class}");
        // Nobody of another class stands on the page of this one.
        assert!(classes.insert(class.to_owned()), "{class} twice");
    }
    assert!(classes.len() >= 10, "{classes:?}");

    // The same as one by one, and the same again.
    let one = classes.first().expect("a class");
    let class = format!("class={one}");
    let mut arguments = SUMMARY.to_vec();
    let rest =
        ["year=2025", "--param", "point=end_2", "--param", &class, "--format", "html", "-o", "-"];
    arguments.extend(rest);
    let single = run(site(), &arguments);
    assert!(single.status.success(), "{}", said(&single));
    let file = files.iter().find(|file| file.to_string_lossy().contains(one.as_str()));
    assert_eq!(fs::read(file.expect("its file")).expect("a page"), single.stdout);
    let again = each("classes", &["--format", "html"]);
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(self::files("classes"), files, "other names than before");
}

#[test]
fn pdf_is_what_is_made_when_nothing_is_said() {
    let made = each("printed", &[]);
    assert!(made.status.success(), "{}", said(&made));
    let files = files("printed");
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        assert_eq!(file.extension().and_then(|end| end.to_str()), Some("pdf"));
        assert!(fs::read(&file).expect("a file").starts_with(b"%PDF-"), "{}", file.display());
    }
}

#[test]
fn a_class_teacher_gets_the_own_class_only() {
    let made = each("own", &["--user", "chunhiem-31020001"]);
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(files("own").len(), 1, "{}", said(&made));
}

#[test]
fn what_cannot_be_chosen_is_told_before_anything_is_made() {
    let mut arguments = SUMMARY.to_vec();
    arguments.extend(["year=2025", "--each", "colour", "-o", "nothing"]);
    let refused = run(site(), &arguments);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    let told = said(&refused);
    assert!(told.contains("`colour`") && told.contains("class, point"), "{told}");
    let late =
        ["--site", "trial", "render", "primary_class_summary", "--each", "class", "-o", "nothing"];
    let waits = run(site(), &late);
    assert!(!waits.status.success(), "classes of no school");
    assert!(!site().join("nothing").exists(), "a folder was made for nothing");
}
