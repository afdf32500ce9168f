//! The golden cases of the shipped plugins, through their compiled components.
//!
//! A case gives cells that the answer must have, row by row, and the codes of all findings.

#[path = "common/shipped.rs"]
mod common;

use std::fs;
use std::sync::Arc;

use bieumau_model::table::Table;
use bieumau_model::table_json::{read_input, write_cell};
use bieumau_plugin_host::{Answer, Explain};
use serde_json::Value;

fn check_cases(plugin: &str) {
    let mut cases = 0;
    let mut files: Vec<_> = fs::read_dir(common::folder(plugin).join("cases"))
        .expect("a folder of cases")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).expect("a file of cases");
        let file: Value = serde_json::from_str(&text).expect("cases are JSON");
        let rule = file["rule"].as_str().expect("a rule");
        for case in file["cases"].as_array().expect("cases") {
            let name = format!("{}: {}", path.display(), case["id"].as_str().expect("an id"));
            check_case(plugin, rule, case, &name);
            cases += 1;
        }
    }
    assert!(cases > 0, "{plugin} has no cases");
}

fn check_case(plugin: &str, rule: &str, case: &Value, name: &str) {
    let answer = answer(plugin, rule, &case["call"], name);
    for (table, rows) in case["tables"].as_object().expect("expected tables") {
        let found = answer.table(table).unwrap_or_else(|| panic!("{name}: no table {table}"));
        let rows = rows.as_array().expect("expected rows");
        assert!(rows.len() <= found.rows(), "{name}: {table} has {} rows", found.rows());
        for (at, row) in rows.iter().enumerate() {
            check_row(found, at, row, name);
        }
    }
    let mut codes: Vec<&str> =
        answer.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    let expected: Vec<&str> =
        case["findings"].as_array().expect("findings").iter().filter_map(Value::as_str).collect();
    assert_eq!(codes, expected, "{name}: {:#?}", answer.findings);
}

fn check_row(table: &Table, at: usize, row: &Value, name: &str) {
    for (column, expected) in row.as_object().expect("an expected row") {
        let cell = table.value(at, column);
        let cell = cell.unwrap_or_else(|| panic!("{name}: no column {column}"));
        let found = write_cell(&cell);
        assert_eq!(found, *expected, "{name}: {} row {at} column {column}", table.name());
    }
}

fn answer(plugin: &str, rule: &str, call: &Value, name: &str) -> Answer {
    let plugin = common::shipped(plugin);
    let declaration = plugin.manifest().rules.iter().find(|declared| declared.id == rule);
    let file: Arc<str> = Arc::from(name);
    let input = read_input(&file, &call.to_string(), declaration);
    let input = input.unwrap_or_else(|findings| panic!("{name}: {findings}"));
    let parameters: Vec<(String, String)> = input.parameters.into_iter().collect();
    let apply = |explain| plugin.apply(rule, &parameters, &input.tables, explain);
    let answer = apply(Explain::No).unwrap_or_else(|error| panic!("{name}: {error}"));
    // Explaining changes nothing but the explanations.
    let explained = apply(Explain::Yes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(answer.tables, explained.tables, "{name}");
    assert_eq!(answer.findings, explained.findings, "{name}");
    assert!(answer.explanations.is_empty(), "{name}");
    answer
}

#[test]
fn national() {
    check_cases("national");
}

#[test]
fn hai_phong() {
    check_cases("hai_phong");
}

#[test]
fn ho_chi_minh() {
    check_cases("ho_chi_minh");
}

#[test]
fn an_average_is_explained_as_on_paper() {
    let call = serde_json::json!({
        "parameters": {"term_1": "open", "term_2": "open"},
        "tables": {
            "pupils": {"rows": [{"pupil": "HS1", "year": 2025, "grade": 6}]},
            "marks": {"rows": [{
                "pupil": "HS1", "year": 2025, "subject": "TOAN", "term": 1,
                "ongoing_1": "8", "ongoing_2": "8", "ongoing_3": "7.5",
                "mid_term": "7.9", "end_of_term": "8.1",
            }]},
        },
    });
    let plugin = common::shipped("national");
    let input = read_input(&Arc::from("call"), &call.to_string(), plugin.manifest().rules.first());
    let input = input.unwrap_or_else(|findings| panic!("{findings}"));
    let parameters: Vec<(String, String)> = input.parameters.into_iter().collect();
    let answer = plugin
        .apply("assess_secondary", &parameters, &input.tables, Explain::Yes)
        .unwrap_or_else(|error| panic!("{error}"));
    let explanation = &answer.explanations[0];
    assert_eq!(
        serde_json::to_value(explanation).expect("JSON"),
        serde_json::json!({
            "table": "subjects", "row": 0, "column": "average_1",
            "rule": "TT 22/2021, Điều 9 khoản 1: ĐTBmhk",
            "inputs": {"ĐĐGtx": "8; 8; 7,5", "ĐĐGgk": "7,9", "ĐĐGck": "8,1"},
            "steps": [
                "ĐTBmhk = (TĐĐGtx + 2 × ĐĐGgk + 3 × ĐĐGck) / (Số ĐĐGtx + 5)",
                "(8 + 8 + 7,5 + 2×7,9 + 3×8,1) / (3 + 5) = 63,6 / 8 = 7,95 → 8,0",
            ],
            "result": "8,0",
        })
    );
}
