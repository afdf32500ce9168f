//! Tables as JSON: the input of a rule call and its answer.

use std::sync::Arc;

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::RuleDeclaration;
use bieumau_model::table::{Cells, Table};
use bieumau_model::table_json::{RuleInput, read_input, write_tables};
use bieumau_model::text::Locale;
use serde_json::{Value as Json, json};

const PLUGIN: &str = "\
schema_version: 1
id: p
version: 1.0.0
title: P
rules:
  - id: r
    title: R
    takes:
      - name: marks
        columns:
          - {name: pupil, type: text}
          - {name: mark, type: decimal(1)}
          - {name: held_on, type: date, optional: true}
          - {name: exempt, type: boolean, optional: true}
      - {name: notes, optional: true, columns: [{name: n, type: integer}]}
    gives:
      - {name: results, columns: [{name: pupil, type: text}]}
    parameters: {adjustment: A}
";

fn rule() -> RuleDeclaration {
    let tree: SourceTree = [("plugins/p/plugin.yaml", PLUGIN)].into_iter().collect();
    let checked = check(&tree);
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    checked.catalog.plugins["p"].rules[0].clone()
}

fn read(input: &Json, rule: Option<&RuleDeclaration>) -> Result<RuleInput, Vec<String>> {
    read_input(&Arc::from("tables.json"), &input.to_string(), rule)
        .map_err(|findings| findings.iter().map(|finding| finding.one_line(Locale::En)).collect())
}

fn marks(input: &Json) -> Table {
    read(input, Some(&rule())).expect("the input is right").tables.remove(0)
}

fn check_findings(input: &Json, expected: &[&str]) {
    let found = read(input, Some(&rule())).expect_err("the input is wrong");
    assert_eq!(found, expected, "\n{}", found.join("\n"));
}

fn one(pupil: &str, mark: Json) -> Json {
    json!({"tables": {"marks": {"rows": [{"pupil": pupil, "mark": mark}]}}})
}

#[test]
fn comma_point_and_number_are_one_decimal() {
    for mark in [json!("7.5"), json!("7,5"), json!(7.5), json!("7.50")] {
        let table = marks(&one("HS1", mark));
        let expected = Cells::Decimal { scale: 1, units: vec![Some(75)] };
        assert_eq!(table.column("mark"), Some(&expected));
    }
    let table = marks(&one("HS1", json!(8)));
    assert_eq!(table.column("mark"), Some(&Cells::Decimal { scale: 1, units: vec![Some(80)] }));
}

#[test]
fn decimals_never_pass_through_binary_fractions() {
    let columns =
        json!({"columns": {"n": "decimal(9)"}, "rows": [[0.1], ["0.3"], [123456.000000001]]});
    let read = read(&json!({"tables": {"t": columns}}), None).unwrap();
    let expected = vec![Some(100_000_000), Some(300_000_000), Some(123_456_000_000_001)];
    assert_eq!(read.tables[0].column("n"), Some(&Cells::Decimal { scale: 9, units: expected }));
}

#[test]
fn a_number_that_may_have_been_rounded_is_refused() {
    let columns = json!({"columns": {"n": "decimal(9)"}, "rows": [[1234567.123456789]]});
    let found = read(&json!({"tables": {"t": columns}}), None).unwrap_err();
    assert_eq!(
        found,
        [
            "error[D096] table `t`, row 1, column `n`: value `1234567.123456789` does not fit the type \
          `decimal(9)` (the number has too many digits, write it in quotes)"
        ]
    );
}

#[test]
fn a_wrong_cell_is_named_by_table_row_and_column() {
    check_findings(
        &json!({"tables": {"marks": {"rows": [
            {"pupil": "HS1", "mark": "7.55", "held_on": "05/03/2026"},
            {"pupil": 1, "mark": "bảy", "exempt": "x"},
        ]}}}),
        &[
            "error[D096] table `marks`, row 1, column `mark`: value `\"7.55\"` does not fit the type \
             `decimal(1)` (the column keeps 1 digits behind the comma)",
            "error[D096] table `marks`, row 1, column `held_on`: value `\"05/03/2026\"` does not fit \
             the type `date` (expected a day such as \"2026-05-31\")",
            "error[D096] table `marks`, row 2, column `pupil`: value `1` does not fit the type `text` \
             (expected text in quotes)",
            "error[D096] table `marks`, row 2, column `mark`: value `\"bảy\"` does not fit the type \
             `decimal(1)` (expected a decimal such as \"7.5\")",
            "error[D096] table `marks`, row 2, column `exempt`: value `\"x\"` does not fit the type \
             `boolean` (expected true or false)",
        ],
    );
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    check_findings(
        &json!({
            "parameters": {"adjustmnt": "B"},
            "tables": {
                "marks": {"rows": [{"pupil": "HS1", "mark": "1", "helt_on": null}]},
                "nots": {"rows": []},
            },
            "table": {},
        }),
        &[
            "error[D091] key `table` is not part of the format (did you mean `tables`?)",
            "error[D097] rule `r` has no parameter `adjustmnt` (did you mean `adjustment`?)",
            "error[D093] table `marks` does not declare a column `helt_on` (did you mean `held_on`?)",
            "error[D092] the rule does not take a table `nots` (did you mean `notes`?)",
        ],
    );
}

#[test]
fn missing_tables_and_columns_are_named() {
    check_findings(
        &json!({"tables": {"notes": {"rows": []}}}),
        &["error[D094] table `marks`, which the rule needs, is missing"],
    );
    check_findings(
        &json!({"tables": {"marks": {"columns": {"pupil": "text"}, "rows": []}}}),
        &["error[D095] table `marks` lacks the column `mark`"],
    );
}

#[test]
fn a_declared_type_wins_over_a_written_one() {
    check_findings(
        &json!({"tables": {"marks": {"columns": {"pupil": "text", "mark": "integer"}, "rows": []}}}),
        &[
            "error[D091] table `marks`, column `mark`: the rule declares the type `decimal(1)`, not \
           `integer`",
        ],
    );
}

#[test]
fn a_row_must_have_as_many_cells_as_columns() {
    check_findings(
        &json!({"tables": {"marks": {"rows": [["HS1", "7.5"]]}}}),
        &["error[D091] table `marks`, row 1: has 2 cells instead of 4"],
    );
}

#[test]
fn a_needed_column_that_no_row_has_is_missing_data() {
    let table = marks(&json!({"tables": {"marks": {"rows": [{"pupil": "HS1"}]}}}));
    assert_eq!(table.column("mark"), Some(&Cells::Decimal { scale: 1, units: vec![None] }));
}

#[test]
fn optional_columns_that_no_row_has_are_not_asked() {
    let table = marks(&one("HS1", json!("7.5")));
    let names: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["pupil", "mark"]);
}

#[test]
fn without_a_declaration_the_types_must_be_written() {
    let found = read(&one("HS1", json!("7.5")), None).unwrap_err();
    assert_eq!(
        found,
        ["error[D091] table `marks`: `columns` is missing, so column types are unknown"]
    );
}

#[test]
fn json_that_is_none_is_placed() {
    let found = read_input(&Arc::from("t.json"), "{\"tables\":\n  {,}}", None).unwrap_err();
    let lines: Vec<String> = found.iter().map(|finding| finding.one_line(Locale::En)).collect();
    assert_eq!(
        lines,
        ["t.json:2:4 error[D090] the tables are not JSON: key must be a string at line 2 column 4"]
    );
}

#[test]
fn parameters_are_read_as_text() {
    let input = json!({"parameters": {"a": true, "b": 45, "c": 0.5, "d": "A"}, "tables": {}});
    let parameters = read(&input, None).unwrap().parameters;
    let pairs: Vec<String> =
        parameters.iter().map(|(name, text)| format!("{name}={text}")).collect();
    assert_eq!(pairs, ["a=true", "b=45", "c=0.5", "d=A"]);
}

#[test]
fn what_is_written_is_read_again() {
    let text = json!({"tables": {
        "marks": {
            "columns": {"pupil": "text", "mark": "decimal(1)", "held_on": "date", "exempt": "boolean"},
            "rows": [["HS1", "7.5", "2026-05-31", true], [null, null, null, null]],
        },
        "notes": {"columns": {"n": "integer"}, "rows": [[-3]]},
    }});
    let tables = read(&text, Some(&rule())).unwrap().tables;
    assert_eq!(write_tables(&tables), text["tables"]);
}
