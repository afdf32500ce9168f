//! What a manifest promises of an answer is held against it: rows, keys, bounds, codes, plain text.
//!
//! The case ids are those of `tests/hostile/CASES.md`.

#[path = "common/manifest.rs"]
mod common;
#[path = "hostile/component.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod component;
#[path = "hostile/image.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod image;

use bieumau_model::definition::{Need, Needs};
use bieumau_model::table::{self, Table};
use bieumau_plugin_host::{Answer, Explain, Host, Limits, PluginError};
use component::{APPLY, MEMORY, component};
use image::{Cells, Column, Image};

/// Promises a key, and no row for a row.
const KEYED: &str = "schema_version: 1
id: hostile
version: 1.0.0
title: Hostile
rules:
  - id: run
    title: Run
    takes: [{name: pupils, columns: [{name: pupil, type: text}]}]
    gives: [{name: out, key: [pupil], columns: [{name: pupil, type: text}]}]
";

const MANIFEST: &str = "schema_version: 1
id: hostile
version: 1.0.0
title: Hostile
rules:
  - id: run
    title: Run
    batch_by: pupil
    takes:
      - name: pupils
        columns:
          - {name: pupil, type: text}
          - {name: religion, type: text, optional: true}
    parameters: {most: 45}
    gives:
      - name: out
        one_row_per: pupils
        key: [pupil]
        columns:
          - {name: pupil, type: text}
          - {name: mark, type: decimal(1), min: 0, max: 10, optional: true}
          - {name: days, type: integer, min: -1, max: 300, optional: true}
          - {name: level, type: text, codes: [good, fair], optional: true}
";

fn pupils(names: &[&str]) -> Table {
    let cells = table::Cells::Text(names.iter().map(|name| Some((*name).to_owned())).collect());
    let column = table::Column { name: "pupil".to_owned(), cells };
    Table::new("pupils", vec![column]).expect("a table")
}

fn texts(name: &'static str, values: &[&str]) -> Column {
    let mut ends = Vec::new();
    let mut utf8 = Vec::new();
    for value in values {
        utf8.extend(value.as_bytes());
        ends.push(u32::try_from(utf8.len()).expect("short"));
    }
    Column { name, present: vec![], cells: Cells::Text(utf8, ends) }
}

fn answering(rows: u32, columns: Vec<Column>) -> Vec<u8> {
    let mut image = Image::default();
    let at = image.answer(&[("out", rows, columns)]);
    component(&format!("{MEMORY} {} {APPLY} (i32.const {at}))", image.data()))
}

fn run(names: &[&str], wasm: &[u8]) -> Result<Answer, PluginError> {
    let host = Host::new(Limits::default()).expect("a host");
    let plugin = host.load(common::manifest("hostile", MANIFEST), wasm)?;
    plugin.apply("run", &[], &[pupils(names)], Explain::No)
}

fn check(names: &[&str], rows: u32, columns: Vec<Column>, expected: &str) {
    let error = run(names, &answering(rows, columns)).expect_err(expected);
    assert_eq!(error.code(), "P006", "{error}");
    let expected = format!("plugin `hostile` answered rule `run` wrongly: {expected}");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_promise_that_is_kept_is_taken() {
    let marks = Column { name: "mark", present: vec![], cells: Cells::Decimal(1, vec![0, 100]) };
    let levels = texts("level", &["good", "fair"]);
    let answer = run(&["A", "B"], &answering(2, vec![texts("pupil", &["A", "B"]), marks, levels]));
    assert_eq!(answer.map(|answer| answer.tables.len()).map_err(|error| error.to_string()), Ok(1));
}

#[test]
fn h34_too_few_and_too_many_rows_are_refused() {
    let rows = "not one for each of the 2 rows of `pupils`";
    check(&["A", "B"], 1, vec![texts("pupil", &["A"])], &format!("table `out` has 1 rows, {rows}"));
    check(
        &["A", "B"],
        3,
        vec![texts("pupil", &["A", "B", "C"])],
        &format!("table `out` has 3 rows, {rows}"),
    );
}

#[test]
fn h34_pupils_that_come_twice_or_in_another_place_are_refused() {
    check(
        &["A", "B"],
        2,
        vec![texts("pupil", &["A", "A"])],
        "column `pupil` of table `out` is another one in row 1 than in `pupils`",
    );
    // Somebody who stands there twice is told of by the rule; it is no fault of the plugin.
    assert!(run(&["A", "A"], &answering(2, vec![texts("pupil", &["A", "A"])])).is_ok());
    check(
        &["A", "B"],
        2,
        vec![texts("pupil", &["B", "A"])],
        "column `pupil` of table `out` is another one in row 0 than in `pupils`",
    );
}

#[test]
fn h34_keys_that_come_twice_are_refused() {
    let host = Host::new(Limits::default()).expect("a host");
    let wasm = answering(3, vec![texts("pupil", &["A", "B", "A"])]);
    let plugin = host.load(common::manifest("hostile", KEYED), &wasm).expect("a plugin");
    let error = plugin.apply("run", &[], &[pupils(&["A"])], Explain::No).expect_err("twice");
    let expected = "answered rule `run` wrongly: table `out` has the same pupil again in row 2";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn h34_values_out_of_their_bounds_are_refused() {
    let pupil = || texts("pupil", &["A"]);
    for (units, said) in [(101, "10.1"), (-1, "-0.1"), (i64::MAX, "922337203685477580.7")] {
        let mark = Column { name: "mark", present: vec![], cells: Cells::Decimal(1, vec![units]) };
        let expected =
            format!("column `mark` of table `out` has {said} in row 0, not between 0.0 and 10.0");
        check(&["A"], 1, vec![pupil(), mark], &expected);
    }
    let days = Column { name: "days", present: vec![], cells: Cells::Integer(vec![301]) };
    check(
        &["A"],
        1,
        vec![pupil(), days],
        "column `days` of table `out` has 301 in row 0, not between -1 and 300",
    );
    // What is not there is not out of bounds.
    let mark = Column { name: "mark", present: vec![0], cells: Cells::Decimal(1, vec![999]) };
    assert!(run(&["A"], &answering(1, vec![pupil(), mark])).is_ok());
}

#[test]
fn h34_codes_that_were_not_promised_are_refused() {
    check(
        &["A"],
        1,
        vec![texts("pupil", &["A"]), texts("level", &["superb"])],
        "column `level` of table `out` has `superb` in row 0, which is none of good, fair",
    );
}

#[test]
fn h35_text_that_deceives_is_refused_and_markup_is_only_text() {
    for (text, code) in
        [("A\u{202e}B", "202E"), ("A\u{2066}", "2066"), ("\u{0}", "0000"), ("\u{7}", "0007")]
    {
        let expected = format!(
            "column `pupil` of table `out` has the character U+{code}, which no text may have"
        );
        check(&["A"], 1, vec![texts("pupil", &[text])], &expected);
    }
    let markup = "#plugin(\"x.wasm\") <script>alert(1)</script> {{ secret }}";
    let answer = run(&[markup], &answering(1, vec![texts("pupil", &[markup])]));
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    let value = answer.table("out").and_then(|out| out.value(0, "pupil"));
    assert_eq!(value, Some(table::Value::Text(markup.to_owned())));
}

#[test]
fn h35_a_text_that_is_too_long_is_refused() {
    let long = "a".repeat((32 << 10) + 1);
    check(
        &["A"],
        1,
        vec![texts("pupil", &[&long])],
        "column `pupil` of table `out` has 32769 bytes in row 0, more than 32768",
    );
}

fn granted(
    needs: &[Need],
    given: &Table,
    parameters: &[(String, String)],
) -> Result<Answer, PluginError> {
    let host = Host::new(Limits::default()).expect("a host");
    let wasm = answering(1, vec![texts("pupil", &["A"])]);
    let plugin = host.load(common::manifest("hostile", MANIFEST), &wasm).expect("a plugin");
    let needs: Needs = needs.iter().cloned().collect();
    plugin.granted(needs).apply("run", parameters, std::slice::from_ref(given), Explain::No)
}

fn column(column: &str) -> Need {
    Need::Column { table: "pupils".to_owned(), column: column.to_owned() }
}

#[test]
fn h33_what_was_not_granted_or_was_taken_back_is_not_passed_in() {
    let error = granted(&[], &pupils(&["A"]), &[]).expect_err("nothing is granted");
    assert_eq!(error.code(), "L002");
    assert_eq!(
        error.to_string(),
        "plugin `hostile` was not granted `pupils.pupil`, which rule `run` needs"
    );
    assert!(granted(&[column("pupil")], &pupils(&["A"]), &[]).is_ok());
    let most = [("most".to_owned(), "40".to_owned())];
    let error = granted(&[column("pupil")], &pupils(&["A"]), &most).expect_err("no parameter");
    assert!(error.to_string().contains("was not granted `parameter:most`"), "{error}");
    let needs = [column("pupil"), Need::Parameter("most".to_owned())];
    assert!(granted(&needs, &pupils(&["A"]), &most).is_ok());
}

#[test]
fn h33_an_optional_column_without_a_grant_is_left_out() {
    // Of another type than declared: it would be refused, were it looked at.
    let religion = table::Cells::Integer(vec![Some(1)]);
    let mut columns = pupils(&["A"]).columns().to_vec();
    columns.push(table::Column { name: "religion".to_owned(), cells: religion });
    let given = Table::new("pupils", columns).expect("a table");
    assert!(granted(&[column("pupil")], &given, &[]).is_ok());
    let error = granted(&[column("pupil"), column("religion")], &given, &[]).expect_err("a misfit");
    assert_eq!(error.code(), "C002");
}
