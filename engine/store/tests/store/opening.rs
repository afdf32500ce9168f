//! Making and opening the file of a store.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{core, grid, now};
use bieumau_model::scope::{Caller, Scope};
use bieumau_model::text::Locale;
use bieumau_store::{Limits, Store, StoreError};

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bieumau-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("store.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn check_refused(result: Result<Store, StoreError>, path: &Path, expected: &str) {
    let error = result.map(|_| ()).unwrap_err();
    let finding = error.diagnostics().into_iter().next().unwrap().one_line(Locale::En);
    assert_eq!(finding.replace(&path.display().to_string(), "FILE"), expected);
}

#[test]
fn a_store_is_made_once_and_opened_again_with_what_it_holds() {
    let folder = Folder::new("made");
    let catalog = core();
    let year = &catalog.forms["school_year"];
    let table =
        grid(year, "year|starts_on|term_2_on|ends_on\n2025|2025-09-05|2026-01-05|2026-05-31");
    let mut store = Store::create(folder.file()).unwrap();
    store.migrate(&catalog, now()).unwrap();
    store.insert(&Caller::Operator, year, &table, now(), "").unwrap();
    store.tidy().unwrap();
    drop(store);

    check_refused(
        Store::create(folder.file()),
        &folder.file(),
        "error[D101] the store FILE exists already",
    );
    let mut store = Store::open(folder.file()).unwrap();
    assert!(store.migrate(&catalog, now()).unwrap().is_empty());
    let key = [bieumau_model::table::Value::Integer(2025)];
    assert!(store.record(&Caller::Operator, year, &key).unwrap().is_some());
}

#[test]
fn a_missing_file_is_not_made_by_opening_it() {
    let folder = Folder::new("missing");
    check_refused(
        Store::open(folder.file()),
        &folder.file(),
        "error[D101] the store FILE does not exist",
    );
    assert!(!folder.file().exists());
}

#[test]
fn another_kind_of_file_is_left_alone() {
    let folder = Folder::new("other");
    fs::write(folder.file(), "không phải kho dữ liệu, chỉ là chữ".repeat(100)).unwrap();
    let expected = "error[D102] FILE is not a store";
    check_refused(Store::open(folder.file()), &folder.file(), expected);
    fs::remove_file(folder.file()).unwrap();
    let other = rusqlite::Connection::open(folder.file()).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    check_refused(Store::open(folder.file()), &folder.file(), expected);
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let folder = Folder::new("newer");
    drop(Store::create(folder.file()).unwrap());
    let direct = rusqlite::Connection::open(folder.file()).unwrap();
    let known: i64 = direct.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    direct.execute_batch("PRAGMA user_version = 9000").unwrap();
    drop(direct);
    check_refused(
        Store::open(folder.file()),
        &folder.file(),
        &format!("error[D103] FILE belongs to a newer version (layout 9000, known up to {known})"),
    );
}

#[test]
fn writes_are_durable() {
    let folder = Folder::new("durable");
    drop(Store::create(folder.file()).unwrap());
    let direct = rusqlite::Connection::open(folder.file()).unwrap();
    let mode: String = direct.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn readers_of_a_store_that_does_not_follow_the_forms_are_refused() {
    let catalog = core();
    let store = Store::in_memory().unwrap();
    let error = store.reader(&catalog, &Scope::everything(), Limits::default()).unwrap_err();
    assert!(matches!(error, StoreError::NotMigrated { .. }), "{error}");
}

#[test]
fn two_stores_in_memory_are_two() {
    let catalog = core();
    let mut one = Store::in_memory().unwrap();
    one.migrate(&catalog, now()).unwrap();
    let mut other = Store::in_memory().unwrap();
    assert!(!other.migrate(&catalog, now()).unwrap().is_empty());
}
