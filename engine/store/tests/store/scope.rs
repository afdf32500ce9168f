//! Nobody sees records outside of their scope, however they ask.

use std::collections::BTreeSet;

use bieumau_model::definition::Catalog;
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::table::Value;
use bieumau_store::{Limits, Reader, Store};

use crate::common::{core, grid, now, with_dataset};
use crate::shared::{self, small_store};

fn names(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|name| (*name).to_owned()).collect())
}

fn classes(list: &[(&str, i64, &str)]) -> Option<Vec<(String, i64, String)>> {
    Some(list.iter().map(|(a, b, c)| ((*a).to_owned(), *b, (*c).to_owned())).collect())
}

fn school_one() -> Scope {
    Scope::from(Reach { schools: names(&["S1"]), ..Reach::everything() })
}

fn class_7a_reach() -> Reach {
    Reach { classes: classes(&[("S1", 2025, "7A")]), ..Reach::everything() }
}

fn class_7a() -> Scope {
    class_7a_reach().into()
}

fn maths() -> Scope {
    Scope::from(Reach {
        schools: names(&["S1"]),
        subjects: names(&["TOAN"]),
        ..Reach::everything()
    })
}

fn nothing() -> Scope {
    Scope::from(Reach { schools: names(&[]), ..Reach::everything() })
}

/// Runs `sql` (with the columns `columns` declared) for `scope`; the rows, cells joined by spaces.
fn rows(scope: &Scope, sql: &str, columns: &str) -> Vec<String> {
    let catalog = with_dataset("", sql, columns);
    read(&shared::reader(&catalog, scope, Limits::default()), &catalog)
}

fn read(reader: &Reader, catalog: &Catalog) -> Vec<String> {
    let table = reader.query(&catalog.reports["trial"].datasets[0], &[]).unwrap();
    let cell = |row: usize, column: &str| match table.value(row, column).unwrap() {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let line = |row| {
        let cells: Vec<String> =
            table.columns().iter().map(|column| cell(row, &column.name)).collect();
        cells.join(" ")
    };
    (0..table.rows()).map(line).collect()
}

fn check_rows(scope: &Scope, sql: &str, columns: &str, expected: &[&str]) {
    assert_eq!(rows(scope, sql, columns), expected, "{sql}");
}

/// Counts the records of each form that a scope sees.
fn check_counts(scope: &Scope, expected: &[(&str, usize)]) {
    let catalog = core();
    let reader = shared::reader(&catalog, scope, Limits::default());
    let counts = expected
        .iter()
        .map(|(form, _)| format!("SELECT '{form}' AS form, COUNT(*) AS n FROM {form}"));
    let counts: Vec<String> = counts.collect();
    let lines = rows(scope, &counts.join("\nUNION ALL "), "{form: text, n: integer}");
    for ((form, count), line) in expected.iter().zip(&lines) {
        assert_eq!(*line, format!("{form} {count}"));
        // What is counted is what is read.
        assert_eq!(reader.records(form, &[]).unwrap().rows(), *count, "{form}");
    }
}

#[test]
fn the_operator_sees_everything() {
    check_counts(
        &Scope::everything(),
        &[
            ("school", 2),
            ("staff", 2),
            ("class", 8),
            ("pupil", 8),
            ("enrolment", 16),
            ("mark", 16),
            ("exemption", 8),
            ("prior_study", 8),
        ],
    );
}

#[test]
fn a_school_sees_its_own_records() {
    check_counts(
        &school_one(),
        &[
            ("school", 1),
            ("staff", 1),
            ("class", 4),
            ("pupil", 4),
            ("enrolment", 8),
            ("mark", 8),
            ("exemption", 4),
            ("prior_study", 4),
        ],
    );
}

#[test]
fn a_class_sees_its_own_records_and_its_school() {
    // Exemptions and earlier studies have no class of the school: they follow the pupils.
    check_counts(
        &class_7a(),
        &[
            ("school", 1),
            ("staff", 1),
            ("class", 1),
            ("pupil", 2),
            ("enrolment", 2),
            ("mark", 4),
            ("exemption", 2),
            ("prior_study", 2),
        ],
    );
}

#[test]
fn a_subject_narrows_only_what_has_a_subject() {
    check_counts(
        &maths(),
        &[
            ("school", 1),
            ("class", 4),
            ("pupil", 4),
            ("enrolment", 8),
            ("mark", 4),
            ("exemption", 0),
        ],
    );
}

#[test]
fn lists_narrow_together() {
    let other_school = Scope::from(Reach {
        schools: names(&["S2"]),
        classes: class_7a_reach().classes,
        ..Reach::everything()
    });
    check_counts(&other_school, &[("school", 0), ("class", 0), ("pupil", 0), ("mark", 0)]);
    let class_and_subject = Scope::from(Reach { subjects: names(&["VAN"]), ..class_7a_reach() });
    check_counts(&class_and_subject, &[("class", 1), ("pupil", 2), ("mark", 2)]);
    check_counts(&nothing(), &[("school", 0), ("class", 0), ("pupil", 0), ("mark", 0)]);
}

#[test]
fn forms_of_the_site_are_seen_by_everybody() {
    let catalog = with_dataset("", "SELECT unit AS school FROM org_unit", "");
    let mut store = small_store();
    let form = &catalog.forms["org_unit"];
    let unit = "unit|valid_from|kind|name|heading|province\nU1|2025-07-01|commune|Xã|XÃ|31";
    store.insert(&Caller::Operator, form, &grid(form, unit), now(), "").unwrap();
    let reader = store.reader(&catalog, &class_7a(), Limits::default()).unwrap();
    assert_eq!(read(&reader, &catalog), ["U1"]);
}

/// The schools that show up in `sql` for a caller who has only `S1`.
fn check_only_own_school(sql: &str) {
    let declared = if sql.contains("EXCEPT") { "{school: text}" } else { "" };
    let seen: BTreeSet<String> = rows(&school_one(), sql, declared).into_iter().collect();
    assert_eq!(seen, BTreeSet::from(["S1".to_owned()]), "{sql}");
}

#[test]
fn no_way_of_asking_reaches_other_schools() {
    for sql in [
        "SELECT school FROM pupil WHERE school = 'S2' OR 1 = 1",
        "SELECT b.school FROM pupil a JOIN pupil b ON a.pupil <> b.pupil",
        "SELECT b.school FROM pupil a CROSS JOIN mark b",
        "SELECT t.school FROM (SELECT school FROM mark UNION ALL SELECT school FROM pupil) t",
        "WITH a AS (SELECT * FROM pupil), b AS (SELECT * FROM a) SELECT school FROM b",
        "SELECT school FROM school WHERE school IN (SELECT school FROM pupil)",
        "SELECT school FROM class UNION SELECT school FROM mark EXCEPT SELECT 'x'",
        "SELECT s.school FROM pupil p RIGHT JOIN school s ON s.school <> p.school",
        "SELECT s.school FROM school s WHERE NOT EXISTS \
         (SELECT 1 FROM pupil p WHERE p.school = s.school AND p.school = 'S2')",
        "SELECT school FROM class GROUP BY school HAVING COUNT(*) > 0 ORDER BY school",
        "SELECT PUPIL.school FROM PUPIL",
    ] {
        check_only_own_school(sql);
    }
}

#[test]
fn aggregates_and_scalar_subqueries_count_only_what_is_seen() {
    check_rows(
        &school_one(),
        "SELECT COUNT(*) AS pupils, MAX(school) AS last,\n\
         (SELECT COUNT(*) FROM mark m WHERE m.school = 'S2') AS foreign_marks,\n\
         CASE WHEN EXISTS (SELECT 1 FROM school WHERE school = 'S2') THEN 1 ELSE 0 END AS found,\n\
         (SELECT MIN(t.school) FROM (SELECT school FROM staff) t) AS of_staff,\n\
         COALESCE((SELECT full_name FROM staff WHERE school = 'S2'), 'none') AS foreign_name\n\
         FROM pupil",
        "{pupils: integer, last: text, foreign_marks: integer, found: integer, of_staff: text,\
          foreign_name: text}",
        &["4 S1 0 0 S1 none"],
    );
}

#[test]
fn a_class_teacher_sees_no_other_class_by_way_of_its_pupils() {
    check_rows(
        &class_7a(),
        "SELECT c.class AS own, e.class AS enrolled, COUNT(*) AS n FROM class c\n\
         LEFT JOIN enrolment e ON e.school = c.school GROUP BY c.class, e.class",
        "{n: integer}",
        &["7A 7A 2"],
    );
}

#[test]
fn a_retired_enrolment_takes_the_pupil_out_of_sight() {
    let catalog = with_dataset("", "SELECT pupil FROM pupil", "");
    let mut store = small_store();
    let (enrolment, mark) = (&catalog.forms["enrolment"], &catalog.forms["mark"]);
    let text = |words: &str| Value::Text(words.to_owned());
    let edit =
        bieumau_store::Edit { caller: &Caller::Operator, revision: 1, now: now(), reason: "" };
    let key = [text("S1"), Value::Integer(2025), text("0000000111")];
    store.retire(enrolment, &key, edit).unwrap();
    let key =
        [text("S1"), Value::Integer(2025), Value::Integer(1), text("0000000112"), text("TOAN")];
    store.retire(mark, &key, edit).unwrap();
    let reader = store.reader(&catalog, &class_7a(), Limits::default()).unwrap();
    assert_eq!(read(&reader, &catalog), ["0000000112"]);
    let marks = with_dataset("", "SELECT subject FROM mark WHERE pupil = '0000000112'", "");
    assert_eq!(read(&reader, &marks), ["VAN"]);
}

#[test]
fn names_in_a_scope_are_data_and_never_sql() {
    let odd = Scope::from(Reach {
        schools: names(&["S1') OR ('1'='1", "\"; DROP TABLE x; --"]),
        ..Reach::everything()
    });
    check_counts(&odd, &[("school", 0), ("pupil", 0)]);
}

#[test]
fn without_enrolments_a_class_teacher_sees_no_pupils() {
    let files = [
        (
            "forms/x/school.form.yaml",
            "schema_version: 1\nid: school\nversion: 1\ntitle: T\nscope: school\nkey: [school]\n\
             sections:\n  - {id: a, title: A, fields: [{id: school, type: text, title: T}]}\n",
        ),
        (
            "forms/x/pupil.form.yaml",
            "schema_version: 1\nid: pupil\nversion: 1\ntitle: T\nscope: school\nkey: [school, pupil]\n\
             sections:\n  - id: a\n    title: A\n    fields:\n\
             \x20     - {id: school, type: reference, to: school, title: T}\n\
             \x20     - {id: pupil, type: text, title: P}\n",
        ),
    ];
    let catalog = crate::common::only(&files);
    let mut store = Store::in_memory().unwrap();
    store.migrate(&catalog, now()).unwrap();
    for (form, text) in [("school", "school\nS1"), ("pupil", "school|pupil\nS1|P1")] {
        let form = &catalog.forms[form];
        store.insert(&Caller::Operator, form, &grid(form, text), now(), "").unwrap();
    }
    let count = |scope: &Scope| {
        let reader = store.reader(&catalog, scope, Limits::default()).unwrap();
        reader.choices("pupil", &[]).unwrap().len()
    };
    assert_eq!((count(&school_one()), count(&class_7a())), (1, 0));
}
