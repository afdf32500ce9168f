//! Datasets become typed tables, within limits.

use std::collections::BTreeSet;
use std::time::Duration;

use bieumau_model::indicators::{Tally, Wanted};
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::table::{ColumnType, Table, Value};
use bieumau_model::text::Locale;
use bieumau_store::{Limits, Part, Reader, Store, StoreError};

use crate::common::{core, grid, now, value, with_dataset};
use crate::shared;

fn query(
    sql: &str,
    columns: &str,
    limits: Limits,
    parameters: &[(&str, Value)],
) -> Result<Table, StoreError> {
    let declared = "{id: school, type: reference, to: school, title: Trường}, \
                    {id: year, type: school_year, title: Năm học}, {id: day, type: date, title: Ngày}";
    let catalog = with_dataset(declared, sql, columns);
    let reader = shared::reader(&catalog, &Scope::everything(), limits);
    reader.query(&catalog.reports["trial"].datasets[0], parameters)
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn check_error(sql: &str, columns: &str, limits: Limits, expected: &str) {
    let error = query(sql, columns, limits, &[]).unwrap_err();
    let findings = error.diagnostics();
    let lines: Vec<String> = findings.iter().map(|line| line.one_line(Locale::En)).collect();
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn cells_have_the_types_of_their_columns() {
    let table = query(
        "SELECT p.birth_date, e.number, e.repeating, m.mid_term, p.full_name, p.disability\n\
         FROM pupil p JOIN enrolment e ON e.pupil = p.pupil AND e.school = p.school\n\
         JOIN mark m ON m.pupil = p.pupil AND m.year = e.year\n\
         WHERE p.pupil = '0000000212' AND m.subject = 'VAN'",
        "",
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!((table.name(), table.rows()), ("rows", 1));
    let cells: Vec<Value> = table.columns().iter().map(|column| column.cells.value(0)).collect();
    let expected = [
        value(ColumnType::Date, "2013-05-02"),
        Value::Integer(2),
        Value::Missing,
        Value::Decimal { units: 22, scale: 1 },
        text("Nguyễn Văn A"),
        Value::Missing,
    ];
    assert_eq!(cells, expected);
}

#[test]
fn an_empty_result_keeps_its_columns() {
    let table =
        query("SELECT school, year FROM class WHERE 1 = 0", "", Limits::default(), &[]).unwrap();
    assert_eq!(table.rows(), 0);
    assert_eq!(table.column("year").unwrap().kind(), ColumnType::Integer);
}

#[test]
fn parameters_are_values_and_missing_ones_are_null() {
    let sql = "SELECT school, class FROM class\n\
               WHERE school = :school AND (:year IS NULL OR year = :year)";
    let count = |parameters: &[(&str, Value)]| {
        query(sql, "", Limits::default(), parameters).unwrap().rows()
    };
    assert_eq!(count(&[("school", text("S1")), ("year", Value::Integer(2025))]), 2);
    assert_eq!(count(&[("school", text("S1"))]), 4);
    assert_eq!(count(&[("school", text("S1' OR '1' = '1"))]), 0);
    assert_eq!(count(&[("school", text("S1")), ("unused", text("x"))]), 4);
}

#[test]
fn dates_compare_with_dates() {
    let sql = "SELECT pupil FROM pupil WHERE birth_date > :day";
    let day = value(ColumnType::Date, "2013-05-01");
    assert_eq!(query(sql, "", Limits::default(), &[("day", day)]).unwrap().rows(), 4);
}

#[test]
fn a_value_of_another_type_than_declared_is_refused() {
    check_error(
        "SELECT school, full_name || '' AS score FROM pupil",
        "{score: decimal(1)}",
        Limits::default(),
        "error[D173] `rows`, column `score`, row 1: `Nguyễn Văn A` is not decimal(1)",
    );
    check_error(
        "SELECT school, COALESCE(birth_date, '') || 'x' AS born FROM pupil",
        "{born: date}",
        Limits::default(),
        "error[D173] `rows`, column `born`, row 1: `2013-05-01x` is not date",
    );
}

#[test]
fn computed_texts_are_nfc() {
    let table = query(
        "SELECT MIN(school) AS school, 'e' || '\u{302}' AS letter FROM pupil",
        "{school: text, letter: text}",
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!(table.value(0, "letter"), Some(text("ê")));
}

#[test]
fn a_long_query_is_stopped_at_its_time() {
    let marks = (0..9).map(|at| format!("mark m{at}")).collect::<Vec<_>>().join(" CROSS JOIN ");
    check_error(
        &format!("SELECT COUNT(*) AS school FROM {marks}"),
        "{school: integer}",
        Limits { time: Duration::from_millis(200), ..Limits::default() },
        "error[D170] `rows` took more than 200 ms",
    );
}

#[test]
fn too_many_rows_and_too_much_text_are_refused() {
    check_error(
        "SELECT school FROM pupil",
        "",
        Limits { rows: 7, ..Limits::default() },
        "error[D171] `rows` gives more than 7 rows",
    );
    check_error(
        "SELECT full_name FROM pupil",
        "",
        Limits { bytes: 60, ..Limits::default() },
        "error[D172] `rows` gives more than 60 bytes",
    );
}

#[test]
fn a_text_that_grows_without_end_is_refused() {
    let doubled = "full_name || full_name || full_name || full_name || full_name || full_name";
    let sql = format!(
        "WITH a AS (SELECT {doubled} AS t FROM pupil),\nb AS (SELECT a.t || a.t || a.t || a.t || a.t AS t FROM a),\n\
         c AS (SELECT b.t || b.t || b.t || b.t || b.t || b.t AS t FROM b),\n\
         d AS (SELECT c.t || c.t || c.t || c.t || c.t || c.t AS t FROM c),\n\
         e AS (SELECT d.t || d.t || d.t || d.t || d.t || d.t AS t FROM d),\n\
         f AS (SELECT e.t || e.t || e.t || e.t || e.t || e.t AS t FROM e),\n\
         g AS (SELECT f.t || f.t || f.t || f.t || f.t || f.t AS t FROM f),\n\
         h AS (SELECT g.t || g.t || g.t || g.t || g.t || g.t AS t FROM g)\n\
         SELECT LENGTH(t) AS school FROM h"
    );
    let error = query(&sql, "{school: integer}", Limits::default(), &[]).unwrap_err();
    assert!(matches!(error, StoreError::TooManyBytes { .. }), "{error:?}");
}

#[test]
fn a_dataset_that_was_never_checked_is_checked_when_it_is_run() {
    check_error(
        "SELECT school FROM main.record_pupil",
        "",
        Limits::default(),
        "forms/core/trial.report.yaml:9:26 error[D146] a table name must not have a schema \
         (write `pupil`, not `main.pupil`)",
    );
}

#[test]
fn a_snapshot_holds_one_moment() {
    let folder = std::env::temp_dir().join(format!("bieumau-moment-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let catalog = with_dataset("", "SELECT year AS school FROM school_year", "");
    let dataset = &catalog.reports["trial"].datasets[0];
    let form = &catalog.forms["school_year"];
    let year = |year: i64| {
        let text = format!(
            "year|starts_on|term_2_on|ends_on\n{year}|{year}-09-05|{0}-01-05|{0}-05-31",
            year + 1
        );
        grid(form, &text)
    };
    let mut store = Store::create(folder.join("store.db")).unwrap();
    store.migrate(&catalog, now()).unwrap();
    store.insert(&Caller::Operator, form, &year(2024), now(), "").unwrap();
    let reader = store.reader(&catalog, &Scope::everything(), Limits::default()).unwrap();
    {
        let snapshot = reader.snapshot().unwrap();
        assert_eq!(snapshot.query(dataset, &[]).unwrap().rows(), 1);
        store.insert(&Caller::Operator, form, &year(2025), now(), "").unwrap();
        assert_eq!(snapshot.query(dataset, &[]).unwrap().rows(), 1);
    }
    assert_eq!(reader.query(dataset, &[]).unwrap().rows(), 2);
    drop((reader, store));
    std::fs::remove_dir_all(&folder).unwrap();
}

fn check_choices(reader: &Reader, form: &str, filters: &[(&str, Value)], expected: &[&str]) {
    let choices = reader.choices(form, filters).unwrap();
    let found: Vec<String> =
        choices.iter().map(|choice| format!("{}: {}", choice.key, choice.label)).collect();
    assert_eq!(found, expected, "{form}");
}

#[test]
fn parameters_are_picked_from_lists() {
    let catalog = core();
    let all = shared::reader(&catalog, &Scope::everything(), Limits::default());
    let (school, year) = (("school", text("S1")), ("year", Value::Integer(2025)));
    check_choices(&all, "school", &[], &["S1: Trường Một", "S2: Trường Hai"]);
    check_choices(&all, "class", &[school.clone(), year.clone()], &["7A: 7A", "7B: 7B"]);
    check_choices(
        &all,
        "class",
        &[school.clone(), ("year", Value::Missing)],
        &["6A: 6A", "6B: 6B", "7A: 7A", "7B: 7B"],
    );
    check_choices(
        &all,
        "pupil",
        &[school.clone(), year.clone(), ("class", text("7B"))],
        &["0000000121: Nguyễn Văn B", "0000000122: Nguyễn Văn B"],
    );
    check_choices(&all, "staff", std::slice::from_ref(&school), &["T1: Lê Thị Hoa"]);

    let scope = Scope::from(Reach {
        classes: Some(vec![("S1".to_owned(), 2025, "7A".to_owned())]),
        ..Reach::everything()
    });
    let own = shared::reader(&catalog, &scope, Limits::default());
    check_choices(&own, "school", &[], &["S1: Trường Một"]);
    check_choices(&own, "class", &[school, year], &["7A: 7A"]);
    check_choices(&own, "pupil", &[("class", text("7B"))], &[]);
}

#[test]
fn records_are_read_with_all_their_fields() {
    let catalog = core();
    let reader = shared::reader(&catalog, &Scope::everything(), Limits::default());
    let table = reader.records("school", &[("school", text("S2"))]).unwrap();
    assert_eq!((table.name(), table.rows()), ("school", 1));
    assert_eq!(table.value(0, "level"), Some(text("lower_secondary")));
    assert_eq!(table.value(0, "campuses"), Some(Value::Missing));
    let in_class = [("school", text("S1")), ("class", text("7A")), ("year", Value::Integer(2025))];
    assert_eq!(reader.records("pupil", &in_class).unwrap().rows(), 2);
    assert_eq!(reader.records("school", &[("school", text("S9"))]).unwrap().rows(), 0);
    assert!(matches!(reader.records("nothing", &[]), Err(StoreError::NotMigrated { .. })));
}

#[test]
fn readers_and_stores_may_move_between_threads() {
    fn check_send<T: Send>() {}
    check_send::<Reader>();
    check_send::<Store>();
    check_send::<bieumau_store::Readers>();
}

#[test]
fn the_views_of_a_reader_follow_no_other_readers_scope() {
    let catalog = with_dataset("", "SELECT school FROM school", "");
    let dataset = &catalog.reports["trial"].datasets[0];
    let of = |schools: Option<Vec<String>>| {
        shared::reader(
            &catalog,
            &Scope::from(Reach { schools, ..Reach::everything() }),
            Limits::default(),
        )
    };
    let (all, one) = (of(None), of(Some(vec!["S2".to_owned()])));
    assert_eq!(all.query(dataset, &[]).unwrap().rows(), 2);
    assert_eq!(one.query(dataset, &[]).unwrap().value(0, "school"), Some(text("S2")));
    assert_eq!(all.query(dataset, &[]).unwrap().rows(), 2);
}

/// Counting while reading and counting a table in memory are the same, with and without sums.
#[test]
fn a_count_in_the_store_is_that_of_the_table() {
    let declared = "{id: school, type: reference, to: school, title: Trường}";
    let catalog = with_dataset(
        declared,
        "SELECT p.school, p.gender, p.ethnic_group, e.number, m.mid_term\n\
         FROM pupil p JOIN enrolment e ON e.pupil = p.pupil AND e.school = p.school\n\
         LEFT JOIN mark m ON m.pupil = p.pupil AND m.school = p.school AND m.year = e.year",
        "",
    );
    let reader = shared::reader(&catalog, &Scope::everything(), Limits::default());
    let dataset = &catalog.reports["trial"].datasets[0];
    let table = reader.query(dataset, &[]).unwrap();
    assert!(table.rows() > 3, "{} rows", table.rows());
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    for (columns, sums) in [
        (vec!["gender", "ethnic_group"], vec!["mid_term"]),
        (vec!["school"], vec![]),
        (vec![], vec!["number"]),
        (vec![], vec![]),
    ] {
        let wanted = Wanted { columns: names(&columns), sums: names(&sums) };
        let counted = reader.tally(dataset, &wanted, &[]).unwrap();
        assert_eq!(counted, Tally::of(&table, &wanted, "trial").unwrap());
    }
    let found = reader.rows_where(dataset, &["school"], "counted.gender = 'female'", 99, &[]);
    let girls = (0..table.rows()).filter(|row| table.value(*row, "gender") == Some(text("female")));
    assert_eq!(found.unwrap().rows(), girls.count());
}

/// Readers that hold the same moment agree on its number, also while somebody writes; the counts of
/// the parts of a dataset are those of the whole.
#[test]
fn parts_make_up_the_whole() {
    let declared = "{id: school, type: reference, to: school, title: Trường}";
    let catalog = with_dataset(
        declared,
        "SELECT p.school, p.gender FROM pupil p JOIN school s ON s.school = p.school",
        "",
    );
    let reader = shared::reader(&catalog, &Scope::everything(), Limits::default());
    let dataset = &catalog.reports["trial"].datasets[0];
    assert!(reader.is_by_school(dataset).unwrap());
    // Too few schools for several parts.
    assert_eq!(reader.parts(4).unwrap(), [Part::default()]);
    let wanted = Wanted { columns: ["gender".to_owned()].into(), sums: BTreeSet::new() };
    let whole = reader.tally(dataset, &wanted, &[]).unwrap();
    let schools = reader.query(dataset, &[]).unwrap();
    let mut codes: Vec<String> = (0..schools.rows())
        .filter_map(|row| match schools.value(row, "school") {
            Some(Value::Text(code)) => Some(code),
            _ => None,
        })
        .collect();
    codes.sort();
    codes.dedup();
    let bound = codes.last().cloned();
    assert!(codes.len() > 1, "{codes:?}");
    let parts = [
        Part { from: String::new(), before: bound.clone() },
        Part { from: bound.unwrap_or_default(), before: None },
    ];
    let count = |tally: &Tally| tally.rows();
    let counts: Vec<i64> = parts
        .iter()
        .map(|part| count(&reader.tally_part(dataset, &wanted, &[], part).unwrap()))
        .collect();
    assert!(counts.iter().all(|rows| *rows > 0), "{counts:?}");
    assert_eq!(counts.iter().sum::<i64>(), count(&whole));
}
