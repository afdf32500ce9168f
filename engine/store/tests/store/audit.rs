//! The audit is a chain: whoever changes, removes or adds a line by the back door is found out, and
//! so is whoever changes a record, a file or an end behind the engine's back.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{core, grid, now};
use crate::opening::Folder;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_store::{Alteration, Edit, Fault, NewAttachment, NewIssue, Store};
use rusqlite::Connection;
use serde_json::json;

/// A store in a file with some lines: 1 migrate, 2 insert, 3 update, 4 and 5 notes.
fn store() -> (Folder, Store) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = Folder::new(&format!("audit-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    let mut store = Store::create(folder.file()).unwrap();
    let catalog = core();
    store.migrate(&catalog, now()).unwrap();
    let form = &catalog.forms["org_unit"];
    let unit = "unit|valid_from|kind|name|heading|province\nU1|2025-07-01|commune|Xã|XÃ|31";
    store.insert(&Caller::Operator, form, &grid(form, unit), now(), "").unwrap();
    let key = [Value::Text("U1".into()), Value::Date(jiff::civil::date(2025, 7, 1))];
    let edit = Edit { caller: &Caller::Operator, revision: 1, now: now(), reason: "đổi tên" };
    store.update(form, &key, &[("name", Value::Text("Phường".into()))], edit).unwrap();
    for number in 1..=2 {
        let details = json!({ "number": number });
        store.note(&Caller::Operator, "document_read", 1, &details, now()).unwrap();
    }
    (folder, store)
}

/// Runs `sql` as somebody would who has the file and takes the locks off first.
fn tamper(folder: &Folder, sql: &str) {
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch(
        "DROP TRIGGER bm_audit_stays; DROP TRIGGER bm_audit_holds;
         DROP TRIGGER bm_history_stays; DROP TRIGGER bm_history_holds;
         DROP TRIGGER bm_seal_stays; DROP TRIGGER bm_seal_holds;
         DROP TRIGGER record_org_unit_stays;
         DROP TRIGGER bm_attachment_stays; DROP TRIGGER bm_attachment_holds;
         DROP TRIGGER bm_issued_stays; DROP TRIGGER bm_issued_holds;
         DROP TRIGGER bm_issued_end_stays; DROP TRIGGER bm_issued_end_holds;",
    )
    .unwrap();
    raw.execute_batch(sql).unwrap();
}

#[track_caller]
fn check_broken(sql: &str, expected: (i64, Fault)) {
    let (folder, store) = store();
    assert_eq!(store.verify_audit(None).unwrap().broken, None);
    tamper(&folder, sql);
    assert_eq!(store.verify_audit(None).unwrap().broken, Some(expected), "{sql}");
}

#[test]
fn a_whole_chain_is_proven_and_names_its_head() {
    let (_folder, store) = store();
    let proof = store.verify_audit(None).unwrap();
    assert_eq!((proof.lines, proof.broken), (5, None));
    let lines = store.audit(1).unwrap();
    assert_eq!((lines[0].id, lines[0].hash.as_deref()), (5, Some(proof.head.as_str())));
}

#[test]
fn a_changed_line_is_the_first_that_does_not_fit() {
    check_broken("UPDATE bm_audit SET caller = 'nobody' WHERE id = 3", (3, Fault::Changed));
    check_broken("UPDATE bm_audit SET details = '{}' WHERE id = 4", (4, Fault::Changed));
    check_broken(
        "UPDATE bm_audit SET at = '2020-01-01T00:00:00Z' WHERE id = 1",
        (1, Fault::Changed),
    );
    check_broken("UPDATE bm_audit SET form = NULL WHERE id = 2", (2, Fault::Changed));
}

#[test]
fn a_line_without_a_hash_is_no_line_of_an_older_version() {
    check_broken("UPDATE bm_audit SET hash = NULL, count = 7 WHERE id = 4", (4, Fault::Changed));
}

#[test]
fn a_line_that_was_taken_out_leaves_a_gap() {
    check_broken("DELETE FROM bm_audit WHERE id = 3", (4, Fault::Missing));
    check_broken("DELETE FROM bm_audit WHERE id = 1", (2, Fault::Missing));
}

#[test]
fn a_line_put_in_between_does_not_fit() {
    let sql = "UPDATE bm_audit SET id = id + 100 WHERE id > 2;
               INSERT INTO bm_audit SELECT 3, at, 'x', action, form, count, reason, details, hash
               FROM bm_audit WHERE id = 2;
               UPDATE bm_audit SET id = id - 99 WHERE id > 100;";
    check_broken(sql, (3, Fault::Changed));
}

#[test]
fn the_history_of_records_is_bound_into_the_chain() {
    check_broken("UPDATE bm_history SET before = '{}'", (3, Fault::History));
    check_broken("UPDATE bm_history SET reason = ''", (3, Fault::History));
    check_broken("DELETE FROM bm_history", (3, Fault::History));
}

#[test]
fn a_chain_that_was_cut_lacks_the_line_that_was_noted_elsewhere() {
    let (folder, store) = store();
    let head = store.verify_audit(None).unwrap().head;
    assert_eq!(store.verify_audit(Some((Some(5), &head))).unwrap().broken, None);
    assert_eq!(store.verify_audit(Some((None, &head))).unwrap().broken, None);
    tamper(&folder, "DELETE FROM bm_audit WHERE id > 3");
    assert_eq!(store.verify_audit(None).unwrap().broken, None);
    let noted = |number| store.verify_audit(Some((number, &head))).unwrap().broken;
    assert_eq!(noted(Some(5)), Some((5, Fault::Cut)));
    assert_eq!(noted(None), Some((3, Fault::Cut)));
}

#[test]
fn the_hash_can_be_computed_by_anybody_from_the_canonical_form() {
    use sha2::{Digest, Sha256};
    let (folder, store) = store();
    let raw = Connection::open(folder.file()).unwrap();
    let mut previous = "0".repeat(64);
    let mut statement = raw
        .prepare(
            "SELECT json_array(id, at, caller, action, form, count, reason, details), hash \
             FROM bm_audit ORDER BY id",
        )
        .unwrap();
    let lines: Vec<(String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (canonical, hash) in lines {
        let digest = Sha256::digest(format!("{previous}\n{canonical}"));
        previous = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(previous, hash, "{canonical}");
    }
    assert_eq!(store.verify_audit(None).unwrap().head, previous);
}

#[test]
fn nothing_of_an_account_is_deleted() {
    let (folder, mut store) = store();
    let user = bieumau_store::NewUser {
        name: "hoa",
        full_name: "Lê Thị Hoa",
        staff: None,
        password: "x",
        must_change: true,
    };
    assert!(store.add_user(&Caller::Operator, &user, now(), "").unwrap());
    assert!(!store.add_user(&Caller::Operator, &user, now(), "").unwrap());
    let raw = Connection::open(folder.file()).unwrap();
    let error = raw.execute("DELETE FROM bm_user", []).unwrap_err();
    assert!(error.to_string().contains("never deleted"), "{error}");
    // The second attempt changed nothing, and left no line.
    assert_eq!(store.verify_audit(None).unwrap().lines, 6);
}

/// What a change of the file makes of the records: form, record, field, fault.
#[track_caller]
fn check_altered(sql: &str, expected: &[(&str, &str, Option<&str>, Alteration)]) {
    let (folder, store) = store();
    tamper(&folder, sql);
    let proof = store.verify_audit(None).unwrap();
    assert_eq!(proof.broken, None, "{sql}");
    let found: Vec<_> = proof
        .altered
        .iter()
        .map(|own| (own.form.as_str(), own.record.as_str(), own.field.as_deref(), own.fault))
        .collect();
    assert_eq!(found, expected, "{sql}");
}

const KEY: &str = r#"["U1","2025-07-01"]"#;

#[test]
fn records_that_nobody_touched_agree_with_the_chain() {
    let (_folder, store) = store();
    let proof = store.verify_audit(None).unwrap();
    assert_eq!((proof.records, proof.altered, proof.more), (1, vec![], 0));
}

#[test]
fn a_value_that_was_changed_in_the_file_is_named_with_its_field() {
    check_altered(
        "UPDATE record_org_unit SET name = 'Phường khác'",
        &[("org_unit", KEY, Some("name"), Alteration::Value)],
    );
    check_altered(
        "UPDATE record_org_unit SET parent = 'U9', name = NULL WHERE 0;
         UPDATE record_org_unit SET parent = 'U9'",
        &[("org_unit", KEY, Some("parent"), Alteration::Value)],
    );
    // Notes of the engine itself are no exception.
    check_altered(
        "UPDATE record_org_unit SET _author = 'ai đó', _status = 'retired'",
        &[
            ("org_unit", KEY, Some("_status"), Alteration::Value),
            ("org_unit", KEY, Some("_author"), Alteration::Value),
        ],
    );
}

#[test]
fn the_hash_that_is_expected_can_be_computed_by_anybody() {
    let (folder, store) = store();
    tamper(&folder, "UPDATE record_org_unit SET name = 'X'");
    let proof = store.verify_audit(None).unwrap();
    let hash = |name: &str| {
        let fields = [
            "unit\ntU1",
            "valid_from\nt2025-07-01",
            "kind\ntcommune",
            &format!("name\nt{name}"),
            "heading\ntXÃ",
            "province\nt31",
            "_status\ntactive",
            "_revision\ni2",
            "_version\ni1",
            "_author\ntoperator",
            "_created_at\nt2026-06-01T08:00:00Z",
            "_changed_at\nt2026-06-01T08:00:00Z",
        ];
        sha256(format!("org_unit\n{}\n", fields.join("\n")).as_bytes())[..32].to_owned()
    };
    let own = &proof.altered[0];
    assert_eq!(own.found, Some(hash("X")));
    assert_eq!(own.expected, Some(hash("Phường")));
}

#[test]
fn a_record_that_was_taken_out_put_in_or_set_back_is_found() {
    check_altered("DELETE FROM record_org_unit", &[("", "2", None, Alteration::Gone)]);
    let copy = "INSERT INTO record_org_unit (unit, valid_from, kind, name, heading, province,
           _version, _author, _created_at, _changed_at, _seal)
         SELECT 'U2', valid_from, kind, name, heading, province, _version, _author, _created_at,
           _changed_at, NULL FROM record_org_unit";
    let other = r#"["U2","2025-07-01"]"#;
    check_altered(copy, &[("org_unit", other, None, Alteration::Foreign)]);
    // With the seal of another record it is no better.
    check_altered(
        &copy.replace("NULL", "_seal"),
        &[
            ("org_unit", other, Some("unit"), Alteration::Value),
            ("org_unit", other, Some("_revision"), Alteration::Value),
        ],
    );
    check_altered(
        "UPDATE record_org_unit SET name = 'Xã', _revision = 1, _seal = 1",
        &[("org_unit", KEY, None, Alteration::Older), ("", "2", None, Alteration::Gone)],
    );
}

#[test]
fn whoever_changes_the_seal_too_breaks_the_chain() {
    check_broken("UPDATE bm_seal SET entries = x'00' WHERE id = 2", (3, Fault::Seals));
    check_broken("UPDATE bm_seal SET before = NULL WHERE id = 2", (3, Fault::Seals));
    check_broken("DELETE FROM bm_seal WHERE id = 2", (3, Fault::Seals));
}

#[test]
fn evidence_and_issued_documents_are_compared_with_their_lines() {
    let (folder, mut store) = store();
    let form = core().forms["org_unit"].clone();
    let key = [Value::Text("U1".into()), Value::Date(jiff::civil::date(2025, 7, 1))];
    let file = NewAttachment { name: "a.pdf", media_type: "application/pdf", content: b"giay" };
    store.attach(&Caller::Operator, &form, &key, file, now(), "").unwrap();
    let issue = NewIssue {
        report: "r",
        report_version: 1,
        title: "Văn bản",
        parameters: "{}",
        school: "",
        year: None,
        period: None,
        late: false,
        format: "pdf",
        code: "ABCD-EFGH-JKLM",
        replaces: None,
        data_hash: "d",
        plugins: "[]",
        document_hash: &sha256(b"PDF"),
        document: b"PDF",
    };
    let first = store.issue(&Caller::Operator, &issue, now(), "").unwrap();
    let again = NewIssue { code: "MNPQ-RSTU-VWXY", replaces: Some(first.id), ..issue.clone() };
    let second = store.issue(&Caller::Operator, &again, now(), "sai tên").unwrap();
    assert!(store.revoke_issued(&Caller::Operator, second.id, now(), "nhầm").unwrap());
    assert!(!store.revoke_issued(&Caller::Operator, second.id, now(), "nhầm").unwrap());
    let ends: Vec<_> = store
        .issued("")
        .unwrap()
        .into_iter()
        .map(|line| line.end.map(|end| (end.replaced_by, end.reason)))
        .collect();
    assert_eq!(ends, [Some((None, "nhầm".to_owned())), Some((Some(2), "sai tên".to_owned()))]);
    assert_eq!(store.issued_by_code("ABCD-EFGH-JKLM").unwrap().map(|line| line.id), Some(1));
    let raw = Connection::open(folder.file()).unwrap();
    for sql in ["UPDATE bm_issued SET code = 'X'", "DELETE FROM bm_issued_end"] {
        assert!(raw.execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(store.verify_audit(None).unwrap().broken, None);
    for (sql, line) in [
        ("UPDATE bm_attachment SET content = x'67696179'", None),
        ("UPDATE bm_attachment SET content = x'67696178'", Some(6)),
        ("UPDATE bm_issued SET document = x'00' WHERE id = 2", Some(8)),
        ("DELETE FROM bm_issued_end WHERE document = 1", Some(8)),
        ("DELETE FROM bm_issued_end WHERE document = 2", Some(9)),
    ] {
        let copy = Folder::new(&format!("audit-file-{}", line.unwrap_or(0) + sql.len() as i64));
        raw.execute("VACUUM INTO ?", [copy.file().to_str().unwrap()]).unwrap();
        tamper(&copy, sql);
        let broken = Store::open(copy.file()).unwrap().verify_audit(None).unwrap().broken;
        assert_eq!(broken, line.map(|line| (line, Fault::File)), "{sql}");
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
