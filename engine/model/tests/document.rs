//! The object that a template sees, from the tables of a report.

use bieumau_model::check::{Checked, SourceTree, check};
use bieumau_model::document::{Context, Derivation, DocumentError, day_of_names, tree};
use bieumau_model::format::parse_date;
use bieumau_model::table::{Table, Value};
use bieumau_model::table_json;
use indexmap::IndexMap;
use serde_json::{Value as Json, json};

const LEVELS: &str = "\
schema_version: 1
id: level
title: Mức
codes:
  - {code: good, name: {vi: Tốt, en: Good}, symbol: T}
  - {code: pass, name: Đạt cũ, valid_to: \"2025-06-30\"}
  - {code: pass, name: Đạt mới, valid_from: \"2025-07-01\"}
";

const REPORT: &str = "\
schema_version: 1
id: card
version: 3
title: {vi: Phiếu, en: Card}
source: Thông tư 22
parameters:
  - {id: year, type: school_year, title: Năm học, required: true}
  - {id: on, type: date, title: Ngày}
  - {id: word, type: text, title: Chữ}
datasets:
  - {id: pupils, sql: SELECT 1}
  - {id: marks, sql: SELECT 1}
document:
DOCUMENT
formats: [csv]
sheets:
  - {name: A, from: pupils, columns: [{column: pupil, title: A}]}
";

fn checked(document: &str) -> Checked {
    let files: SourceTree = [
        ("forms/a/codes/level.yaml", LEVELS.to_owned()),
        ("forms/a/card.report.yaml", REPORT.replace("DOCUMENT", document)),
    ]
    .into_iter()
    .collect();
    let checked = check(&files);
    assert!(!checked.diagnostics.has_errors(), "{}", checked.diagnostics);
    checked
}

fn tables() -> Vec<Table> {
    let tables = json!({
        "pupils": {
            "columns": {"pupil": "text", "born": "date", "moved": "boolean", "n": "integer"},
            "rows": [["HS2", "2014-03-05", true, 1234], ["HS1", null, null, null], [null, null, false, 7]],
        },
        "marks": {
            "columns": {"pupil": "text", "subject": "text", "mark": "decimal(1)", "level": "text"},
            "rows": [
                ["HS1", "TOAN", "8", "pass"],
                ["HS2", "VAN", "7.5", "good"],
                ["HS1", "VAN", null, "odd"],
                [null, "SU", "1", null],
            ],
        },
    });
    table_json::read_tables(&tables, None).expect("the tables are right")
}

fn document(document: &str, tables: &[Table], year: i64) -> Result<Json, DocumentError> {
    let checked = checked(document);
    let report = &checked.catalog.reports["card"];
    let parameters: IndexMap<String, Value> = [
        ("year".to_owned(), Value::Integer(year)),
        ("word".to_owned(), Value::Text("xin chào".to_owned())),
    ]
    .into();
    let day = day_of_names(report, &parameters, parse_date("2000-01-01").expect("this day exists"));
    let context = Context {
        code_lists: &checked.catalog.code_lists,
        parameters: &parameters,
        day,
        derivations: &[],
    };
    tree(report, tables, &context)
}

fn check_document(nodes: &str, path: &str, expected: &Json) {
    let found = document(nodes, &tables(), 2025).expect("tables and nodes fit");
    assert_eq!(found.pointer(path), Some(expected), "{found:#}");
}

#[test]
fn the_head_names_report_and_parameters() {
    let found = document("  pupils: {from: pupils}", &tables(), 2025).unwrap();
    assert_eq!(
        found["report"],
        json!({"id": "card", "title": "Phiếu", "version": 3, "source": "Thông tư 22"})
    );
    assert_eq!(
        found["parameters"],
        json!({
            "year": {"start": 2025, "end": 2026, "text": "2025-2026"},
            "on": null,
            "word": "xin chào",
        })
    );
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["report", "parameters", "pupils"]);
}

#[test]
fn rows_are_objects_in_row_order_with_cells_as_documents_write_them() {
    let born =
        json!({"iso": "2014-03-05", "short": "05/03/2014", "long": "ngày 05 tháng 3 năm 2014"});
    check_document(
        "  all: {from: pupils}",
        "/all",
        &json!([
            {"pupil": "HS2", "born": born, "moved": true, "n": 1234},
            {"pupil": "HS1", "born": null, "moved": null, "n": null},
            {"pupil": null, "born": null, "moved": false, "n": 7},
        ]),
    );
}

#[test]
fn one_is_the_first_row_or_nothing() {
    check_document("  first: {from: pupils, one: true}", "/first/pupil", &json!("HS2"));
    let empty: Vec<Table> = tables().iter().map(|table| table.of_rows(&[])).collect();
    let found = document("  first: {from: pupils, one: true}", &empty, 2025).unwrap();
    assert_eq!(found["first"], Json::Null);
}

#[test]
fn children_are_the_rows_that_match_their_parent() {
    check_document(
        "  pupils: {from: pupils, children: {marks: {from: marks, on: [pupil]}}}",
        "/pupils/1/marks",
        &json!([
            {"pupil": "HS1", "subject": "TOAN", "mark": "8,0", "level": "pass"},
            {"pupil": "HS1", "subject": "VAN", "mark": null, "level": "odd"},
        ]),
    );
}

#[test]
fn a_missing_value_belongs_to_nobody() {
    check_document(
        "  pupils: {from: pupils, children: {marks: {from: marks, on: [pupil]}}}",
        "/pupils/2/marks",
        &json!([]),
    );
}

#[test]
fn keyed_rows_are_found_by_their_key() {
    check_document(
        "  pupils: {from: pupils, children: {marks: {from: marks, on: [pupil], keyed_by: subject}}}",
        "/pupils/0/marks",
        &json!({"VAN": {"pupil": "HS2", "subject": "VAN", "mark": "7,5", "level": "good"}}),
    );
}

#[test]
fn codes_become_objects_and_a_name_stands_for_a_missing_symbol() {
    let nodes = "  marks: {from: marks, codes: {level: level}}";
    check_document(nodes, "/marks/1/level", &json!({"code": "good", "name": "Tốt", "symbol": "T"}));
    check_document(
        nodes,
        "/marks/0/level",
        &json!({"code": "pass", "name": "Đạt mới", "symbol": "Đạt mới"}),
    );
    check_document(nodes, "/marks/3/level", &Json::Null);
}

#[test]
fn a_code_has_the_name_that_held_in_the_school_year() {
    let found = document("  marks: {from: marks, codes: {level: level}}", &tables(), 2024).unwrap();
    assert_eq!(found["marks"][0]["level"]["name"], "Đạt cũ");
}

#[test]
fn a_code_that_the_list_lacks_stands_for_itself() {
    check_document(
        "  marks: {from: marks, codes: {level: level}}",
        "/marks/2/level",
        &json!({"code": "odd", "name": "odd", "symbol": "odd"}),
    );
}

fn check_error(nodes: &str, tables: &[Table], expected: &str) {
    let error = document(nodes, tables, 2025).expect_err("tables and nodes do not fit");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn tables_that_differ_from_the_report_are_named() {
    check_error("  all: {from: marks}", &tables()[..1], "there is no table `marks` for `all`");
    check_error(
        "  pupils: {from: pupils, children: {marks: {from: marks, on: [school]}}}",
        &tables(),
        "table `marks` has no column `school`, which `pupils.marks` uses",
    );
}

#[test]
fn a_large_tree_takes_linear_time() {
    let rows = 20_000;
    let pupils: Vec<Json> =
        (0..rows).map(|row| json!([format!("HS{row}"), null, null, 1])).collect();
    let marks: Vec<Json> =
        (0..rows).map(|row| json!([format!("HS{row}"), "VAN", "7.5", "good"])).collect();
    let mut json = table_json::write_tables(&tables());
    json["pupils"]["rows"] = pupils.into();
    json["marks"]["rows"] = marks.into();
    let tables = table_json::read_tables(&json, None).unwrap();
    let nodes = "  pupils: {from: pupils, children: {marks: {from: marks, on: [pupil]}}}";
    let found = document(nodes, &tables, 2025).unwrap();
    // Comparing every pupil with every mark would be 400 million comparisons.
    assert_eq!(found["pupils"][19_999]["marks"][0]["pupil"], "HS19999");
}

#[test]
fn derivations_stand_behind_the_row_that_they_are_about() {
    let checked = checked("  marks: {from: marks}");
    let mut report = checked.catalog.reports["card"].clone();
    report.document["marks"].explain = true;
    let parameters = IndexMap::new();
    let one = |row, result: &str| Derivation {
        table: "marks".to_owned(),
        row,
        column: "mark".to_owned(),
        rule: "Điều 9".to_owned(),
        inputs: vec![("ĐĐGtx".to_owned(), "8; 9".to_owned())],
        steps: vec!["(8 + 9) / 2".to_owned()],
        result: result.to_owned(),
    };
    let derivations =
        [one(1, "7,5"), one(1, "8,0"), Derivation { table: "other".to_owned(), ..one(0, "1") }];
    let context = Context {
        code_lists: &checked.catalog.code_lists,
        parameters: &parameters,
        day: parse_date("2000-01-01").expect("this day exists"),
        derivations: &derivations,
    };
    let found = tree(&report, &tables(), &context).expect("tables and nodes fit");
    assert_eq!(found["marks"][0]["explain"], json!({}));
    let said = |result: &str| {
        json!({
            "rule": "Điều 9", "inputs": [{"name": "ĐĐGtx", "value": "8; 9"}],
            "steps": ["(8 + 9) / 2"], "result": result,
        })
    };
    // What was found first and then replaced stand in order.
    assert_eq!(found["marks"][1]["explain"], json!({"mark": [said("7,5"), said("8,0")]}));
}
