//! One transaction of changes, lists of records, drafts and evidence files.

use crate::common::{core, now};
use crate::shared::small_store;
use bieumau_model::scope::{Caller, Reach};
use bieumau_model::table::Value;
use bieumau_store::{DraftState, Listing, NewAttachment, StoreError};
use serde_json::json;

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn half(units: i64) -> Value {
    Value::Decimal { units, scale: 1 }
}

fn mark_key(pupil: &str) -> Vec<Value> {
    vec![text("S1"), Value::Integer(2025), Value::Integer(1), text(pupil), text("TOAN")]
}

fn teacher_of(school: &str) -> Caller {
    let schools = Some(vec![school.to_owned()]);
    Caller::User { name: "gv".to_owned(), scope: Reach { schools, ..Reach::everything() }.into() }
}

#[test]
fn what_is_not_committed_is_not_kept() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let key = mark_key("0000000111");
    let mut writing = store.write(&Caller::Operator, now(), "").unwrap();
    assert_eq!(writing.update(form, &key, &[("mid_term", half(95))], 1).unwrap(), 2);
    let inside = writing.record(form, &key).unwrap().unwrap();
    assert_eq!(inside.field("mid_term"), Some(&half(95)));
    drop(writing);
    let after = store.record(&Caller::Operator, form, &key).unwrap().unwrap();
    assert_eq!((after.revision, after.field("mid_term")), (1, Some(&half(11))));
}

#[test]
fn a_transaction_notes_each_form_and_action_once_with_all_keys() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let mut writing = store.write(&Caller::Operator, now(), "nhập điểm").unwrap();
    for pupil in ["0000000111", "0000000112"] {
        writing.update(form, &mark_key(pupil), &[("mid_term", half(95))], 1).unwrap();
    }
    writing.commit().unwrap();
    let line = &store.audit(1).unwrap()[0];
    assert_eq!(
        (line.action.as_str(), line.count, line.reason.as_str()),
        ("update", 2, "nhập điểm")
    );
    assert_eq!(line.details["records"][1][3], json!("0000000112"));
}

#[test]
fn one_failed_change_keeps_the_whole_transaction_from_being_kept() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let mut writing = store.write(&Caller::Operator, now(), "").unwrap();
    writing.update(form, &mark_key("0000000111"), &[("mid_term", half(95))], 1).unwrap();
    let stale = writing.update(form, &mark_key("0000000112"), &[("mid_term", half(95))], 7);
    assert!(matches!(stale, Err(StoreError::Stale { found: 1, .. })), "{stale:?}");
    assert!(writing.commit().is_err());
    let key = mark_key("0000000111");
    assert_eq!(store.record(&Caller::Operator, form, &key).unwrap().unwrap().revision, 1);
}

#[test]
fn records_are_inserted_one_by_one_and_refer_to_each_other() {
    let catalog = core();
    let mut store = small_store();
    let mut writing = store.write(&teacher_of("S1"), now(), "").unwrap();
    let class = [
        ("school", text("S1")),
        ("year", Value::Integer(2026)),
        ("class", text("8A")),
        ("grade", Value::Integer(8)),
    ];
    writing.insert(&catalog.forms["class"], &class).unwrap();
    let enrolment = [
        ("school", text("S1")),
        ("year", Value::Integer(2026)),
        ("pupil", text("0000000111")),
        ("class", text("8A")),
        ("number", Value::Integer(1)),
        ("status", text("01")),
    ];
    writing.insert(&catalog.forms["enrolment"], &enrolment).unwrap();
    let again = writing.insert(&catalog.forms["enrolment"], &enrolment).unwrap_err();
    assert!(again.diagnostics().iter().any(|finding| finding.code == "D128"), "{again}");
    drop(writing);

    let mut writing = store.write(&teacher_of("S2"), now(), "").unwrap();
    let foreign = writing.insert(&catalog.forms["class"], &class).unwrap_err();
    assert!(foreign.diagnostics().iter().any(|finding| finding.code == "D129"), "{foreign}");
}

#[test]
fn records_are_listed_page_by_page_within_the_scope() {
    let catalog = core();
    let store = small_store();
    let form = &catalog.forms["pupil"];
    let mut listing = Listing { most: 3, ..Listing::default() };
    let mut pupils = Vec::new();
    loop {
        let page = store.records(&teacher_of("S1"), form, &listing).unwrap();
        pupils.extend(page.records.iter().filter_map(|record| record.field("pupil").cloned()));
        let Some(last) = page.records.last().filter(|_| page.more) else { break };
        listing.after =
            Some(["school", "pupil"].map(|name| last.field(name).unwrap().clone()).to_vec());
    }
    let expected = ["0000000111", "0000000112", "0000000121", "0000000122"].map(text);
    assert_eq!(pupils, expected);
    let listing = Listing {
        equals: vec![("class".to_owned(), text("7A")), ("term".to_owned(), Value::Integer(1))],
        most: 100,
        ..Listing::default()
    };
    let marks = store.records(&Caller::Operator, &catalog.forms["mark"], &listing).unwrap();
    assert_eq!(marks.records.len(), 8);
}

#[test]
fn drafts_belong_to_their_author_and_are_never_deleted() {
    let mut store = small_store();
    let (anne, ben) = (teacher_of("S1"), Caller::Operator);
    let id = store.begin_draft(&anne, "mark", 1, &json!({"mid_term": "abc"}), now()).unwrap();
    assert_eq!(store.draft(&ben, id).unwrap(), None);
    assert!(!store.change_draft(&ben, id, 1, &json!({}), now()).unwrap());
    assert!(store.change_draft(&anne, id, 1, &json!({"mid_term": "7,5"}), now()).unwrap());
    assert_eq!(store.drafts(&anne, "mark").unwrap()[0].fields, json!({"mid_term": "7,5"}));
    assert!(store.end_draft(&anne, id, DraftState::Discarded, now()).unwrap());
    assert!(store.drafts(&anne, "mark").unwrap().is_empty());
    assert_eq!(store.draft(&anne, id).unwrap().unwrap().state, DraftState::Discarded);
}

#[test]
fn evidence_is_kept_with_its_hash_and_seen_by_whoever_sees_the_record() {
    let catalog = core();
    let mut store = small_store();
    let form = &catalog.forms["mark"];
    let key = mark_key("0000000111");
    let file = NewAttachment { name: "don.pdf", media_type: "application/pdf", content: b"abc" };
    let added = store.attach(&teacher_of("S1"), form, &key, file, now(), "đơn xin sửa").unwrap();
    assert_eq!(added.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let (same, content) =
        store.attachment(&Caller::Operator, form, &key, added.id).unwrap().unwrap();
    assert_eq!((same, content.as_slice()), (added.clone(), b"abc".as_slice()));
    assert!(store.attachments(&teacher_of("S2"), form, &key).unwrap().is_empty());
    assert_eq!(store.attachment(&teacher_of("S2"), form, &key, added.id).unwrap(), None);
    let line = &store.audit(1).unwrap()[0];
    assert_eq!((line.action.as_str(), line.details["file"]["size"].clone()), ("attach", json!(3)));
}
