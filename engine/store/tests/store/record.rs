//! One record: changed with its history, retired, restored, never deleted.

use crate::common::{core, grid, now, small_school};
use crate::shared::small_store;
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use bieumau_store::{Edit, Status, Store, StoreError};
use serde_json::json;

fn edit(revision: i64) -> Edit<'static> {
    Edit { caller: &Caller::Operator, revision, now: now(), reason: "sửa điểm" }
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn mark_key() -> Vec<Value> {
    vec![text("S1"), Value::Integer(2025), Value::Integer(1), text("0000000111"), text("TOAN")]
}

fn half(units: i64) -> Value {
    Value::Decimal { units, scale: 1 }
}

/// Changes the mark of the first pupil; the findings, one a line.
fn check_update(changes: &[(&str, Value)], expected: &str) {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let before = store.record(&Caller::Operator, form, &mark_key()).unwrap();
    let error = store.update(form, &mark_key(), changes, edit(1)).unwrap_err();
    let findings = error.diagnostics();
    let lines: Vec<String> = findings.iter().map(|line| line.one_line(Locale::En)).collect();
    assert_eq!(lines.join("\n"), expected);
    assert_eq!(store.record(&Caller::Operator, form, &mark_key()).unwrap(), before);
    assert_eq!(store.history(form, &mark_key()).unwrap(), []);
}

#[test]
fn a_change_keeps_what_was_before() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let changes = [("mid_term", half(95)), ("comment", text("Tiến bộ"))];
    assert_eq!(store.update(form, &mark_key(), &changes, edit(1)).unwrap(), 2);

    let record = store.record(&Caller::Operator, form, &mark_key()).unwrap().unwrap();
    assert_eq!(record.field("mid_term"), Some(&half(95)));
    assert_eq!((record.revision, record.status), (2, Status::Active));

    let history = store.history(form, &mark_key()).unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].change, "update");
    assert_eq!(history[0].before["mid_term"], json!(11));
    assert_eq!(history[0].before["comment"], json!(null));
    assert_eq!(history[0].reason, "sửa điểm");
    let line = &store.audit(1).unwrap()[0];
    assert_eq!((line.action.as_str(), line.count), ("update", 1));
    assert_eq!(line.details["record"], json!(["S1", 2025, 1, "0000000111", "TOAN"]));
}

#[test]
fn a_change_of_what_somebody_else_changed_is_refused() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    store.update(form, &mark_key(), &[("mid_term", half(90))], edit(1)).unwrap();
    let error = store.update(form, &mark_key(), &[("mid_term", half(10))], edit(1)).unwrap_err();
    assert!(matches!(error, StoreError::Stale { expected: 1, found: 2, .. }), "{error}");
    assert_eq!(
        error.diagnostics().iter().next().unwrap().one_line(Locale::Vi),
        "error[D106] bản ghi S1 / 2025 / 1 / 0000000111 / TOAN của `mark` đã được người khác sửa, \
         xin mở lại"
    );
}

#[test]
fn wrong_changes_are_all_found() {
    check_update(
        &[
            ("mid_term", half(101)),
            ("end_of_term", Value::Integer(7)),
            ("pupil", text("0000000112")),
            ("midterm", half(1)),
        ],
        "error[D120] form `mark` has no field `midterm` (did you mean `mid_term`?)\n\
         error[D121] `end_of_term`: the column must hold decimals of scale 1\n\
         error[D130] `pupil` belongs to the key of `mark` and never changes\n\
         error[D123] row 1, `mid_term`: 10,1 is out of bounds, the greatest is 10,0",
    );
}

#[test]
fn a_change_must_refer_to_a_record() {
    check_update(
        &[("class", text("9Z"))],
        "error[D127] `class`: `class` has no record S1 / 2025 / 9Z",
    );
}

#[test]
fn a_required_field_cannot_be_emptied() {
    check_update(&[("class", Value::Missing)], "error[D122] row 1, `class`: it must be filled");
}

#[test]
fn a_record_that_is_referred_to_is_not_retired() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["class"];
    let key = [text("S1"), Value::Integer(2025), text("7A")];
    let error = store.retire(form, &key, edit(1)).unwrap_err();
    let findings = error.diagnostics();
    let lines: Vec<String> = findings.iter().map(|line| line.one_line(Locale::En)).collect();
    assert_eq!(
        lines.join("\n"),
        "error[D131] 2 records of `enrolment` still refer to it\n\
         error[D131] 4 records of `mark` still refer to it"
    );
}

#[test]
fn a_retired_record_is_kept_and_can_be_restored() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    assert_eq!(store.retire(form, &mark_key(), edit(1)).unwrap(), 2);
    let record = store.record(&Caller::Operator, form, &mark_key()).unwrap().unwrap();
    assert_eq!(record.status, Status::Retired);
    let again = store.retire(form, &mark_key(), edit(2)).unwrap_err();
    assert!(matches!(again, StoreError::NoRecord { .. }));
    let change = store.update(form, &mark_key(), &[("mid_term", half(1))], edit(2)).unwrap_err();
    assert!(matches!(change, StoreError::NoRecord { .. }));

    assert_eq!(store.restore(form, &mark_key(), edit(2)).unwrap(), 3);
    let history = store.history(form, &mark_key()).unwrap();
    let changes: Vec<&str> = history.iter().map(|change| change.change.as_str()).collect();
    assert_eq!(changes, ["retire", "restore"]);
}

#[test]
fn a_record_is_not_restored_while_what_it_refers_to_is_retired() {
    let catalog = core();
    let mut store = small_store();
    let (mark, exemption) = (&catalog.forms["mark"], &catalog.forms["exemption"]);
    let key = [text("S1"), Value::Integer(2025), text("0000000111"), text("GDTC")];
    store.retire(exemption, &key, edit(1)).unwrap();
    for subject in ["TOAN", "VAN"] {
        let mut key = mark_key();
        key[4] = text(subject);
        store.retire(mark, &key, edit(1)).unwrap();
    }
    for year in [2024, 2025] {
        let key = [text("S1"), Value::Integer(year), text("0000000111")];
        store.retire(&catalog.forms["enrolment"], &key, edit(1)).unwrap();
    }
    let prior = [text("S1"), text("0000000111"), Value::Integer(2023)];
    store.retire(&catalog.forms["prior_study"], &prior, edit(1)).unwrap();
    let pupil = [text("S1"), text("0000000111")];
    store.retire(&catalog.forms["pupil"], &pupil, edit(1)).unwrap();
    let error = store.restore(exemption, &key, edit(2)).unwrap_err();
    assert_eq!(
        error.diagnostics().iter().next().unwrap().one_line(Locale::En),
        "error[D127] `pupil`: `pupil` has no record S1 / 0000000111"
    );
}

#[test]
fn a_user_neither_reads_nor_changes_what_is_outside_of_their_scope() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let scope = Scope::from(Reach {
        classes: Some(vec![("S1".to_owned(), 2025, "7B".to_owned())]),
        ..Reach::everything()
    });
    let user = Caller::User { name: "hoa".to_owned(), scope };
    assert_eq!(store.record(&user, form, &mark_key()).unwrap(), None);
    let edit = Edit { caller: &user, ..edit(1) };
    let error = store.update(form, &mark_key(), &[("mid_term", half(1))], edit).unwrap_err();
    assert!(matches!(error, StoreError::NoRecord { .. }), "{error}");

    // Nor can they move a record of theirs to another class.
    let mut key = mark_key();
    key[3] = text("0000000121");
    let error = store.update(form, &key, &[("class", text("7A"))], edit).unwrap_err();
    assert_eq!(
        error.diagnostics().iter().next().unwrap().one_line(Locale::En),
        "error[D129] the record of `mark` is outside of what you may write"
    );
}

#[test]
fn nothing_is_ever_deleted_or_rewritten() {
    let folder = std::env::temp_dir().join(format!("bieumau-kept-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("store.db");
    let catalog = core();
    let mut store = Store::create(&path).unwrap();
    store.migrate(&catalog, now()).unwrap();
    for (form, text) in small_school() {
        let form = &catalog.forms[form];
        store.insert(&Caller::Operator, form, &grid(form, &text), now(), "").unwrap();
    }
    store.update(&catalog.forms["mark"], &mark_key(), &[("mid_term", half(90))], edit(1)).unwrap();
    drop(store);

    // Even somebody who opens the file by other means meets the triggers.
    let direct = rusqlite::Connection::open(&path).unwrap();
    for (statement, words) in [
        ("DELETE FROM record_mark", "records are retired, never deleted"),
        ("DELETE FROM bm_audit", "the audit is only ever added to"),
        ("UPDATE bm_audit SET caller = 'x'", "the audit is only ever added to"),
        ("DELETE FROM bm_history", "the history is only ever added to"),
        ("UPDATE bm_history SET before = '{}'", "the history is only ever added to"),
    ] {
        assert_eq!(direct.execute(statement, []).unwrap_err().to_string(), words);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
