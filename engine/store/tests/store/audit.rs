//! The audit is a chain: whoever changes, removes or adds a line by the back door is found out.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{core, grid, now};
use crate::opening::Folder;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_store::{Edit, Fault, Store};
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
         DROP TRIGGER bm_history_stays; DROP TRIGGER bm_history_holds;",
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
    assert_eq!(store.verify_audit(Some((5, &head))).unwrap().broken, None);
    tamper(&folder, "DELETE FROM bm_audit WHERE id > 3");
    assert_eq!(store.verify_audit(None).unwrap().broken, None);
    assert_eq!(store.verify_audit(Some((5, &head))).unwrap().broken, Some((5, Fault::Cut)));
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
