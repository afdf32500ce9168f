//! Rules in YAML alone: another plugin's rule with parameters, tables and words of its own.

use std::fs;

use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_plugin_host::{Explain, Plugin, PluginError};

use crate::support::{catalog, host, project};

/// Loads a plugin without code beside a shipped one.
fn load(other: &'static str, rule: &str) -> Plugin {
    let folder = project().join("plugins").join(other);
    let shipped = fs::read_to_string(folder.join("plugin.yaml")).expect("plugin.yaml");
    let yaml = format!(
        "schema_version: 1\nid: office\nversion: 1.0.0\ntitle: Sở\ncode: none\nrules:\n{rule}"
    );
    let catalog = catalog(&[("office", &yaml), (other, &shipped)]);
    let manifest = catalog.plugins["office"].clone();
    let plugin = host().load_with::<PluginError>(manifest, b"", |id| {
        let wasm = fs::read(project().join("plugins").join(id).join("plugin.wasm"));
        host().load(catalog.plugins[id].clone(), &wasm.expect("plugin.wasm")).map(Some)
    });
    plugin.unwrap_or_else(|error| panic!("{error}"))
}

fn text(cells: &[&str]) -> Cells {
    Cells::Text(cells.iter().map(|cell| Some((*cell).to_owned())).collect())
}

fn table(name: &str, columns: Vec<(&str, Cells)>) -> Table {
    let columns = columns.into_iter().map(|(name, cells)| Column { name: name.to_owned(), cells });
    Table::new(name, columns.collect()).expect("columns of equal length")
}

fn pupil(absences: i64) -> Table {
    table(
        "pupils",
        vec![
            ("pupil", text(&["HS1"])),
            ("year", Cells::Integer(vec![Some(2025)])),
            ("grade", Cells::Integer(vec![Some(6)])),
            ("conduct_year", text(&["good"])),
            ("learning_year", text(&["fair"])),
            ("absences", Cells::Integer(vec![Some(absences)])),
        ],
    )
}

const ABSENCES: &str = "  - id: assess\n    like: national/assess_secondary\n    parameters: {absence_limit: 40}\n    labels: {pupils: {outcome_text: {Không được lên lớp: Ở lại lớp}}}\n";

fn check_outcome(given: &[(String, String)], absences: i64, expected: &str) {
    let answer = load("national", ABSENCES).apply("assess", given, &[pupil(absences)], Explain::No);
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    let found = answer.table("pupils").and_then(|table| table.value(0, "outcome_text"));
    assert_eq!(found, Some(Value::Text(expected.to_owned())));
}

#[test]
fn a_parameter_and_a_word_are_its_own() {
    check_outcome(&[], 40, "Được lên lớp");
    check_outcome(&[], 41, "Ở lại lớp");
}

#[test]
fn what_the_call_says_comes_before_what_the_manifest_says() {
    let given = [("absence_limit".to_owned(), "50".to_owned())];
    check_outcome(&given, 50, "Được lên lớp");
}

#[test]
fn a_calendar_in_yaml_stands_in_for_a_table_of_the_report() {
    let rule = "  - id: timeliness\n    like: ho_chi_minh/update_timeliness\n    tables:\n      \
                holidays:\n        - {day: 2026-09-02, name: Quốc khánh}\n        \
                - {day: 2026-09-03}\n    parameters: {max_working_days: 2}\n";
    let plugin = load("ho_chi_minh", rule);
    let day = |month, day| Some(jiff::civil::date(2026, month, day));
    // 1/9/2026 is a Tuesday; two working days later is Monday the 7th with the calendar.
    let changes = table(
        "changes",
        vec![
            ("record", text(&["A"])),
            ("changed", Cells::Date(vec![day(9, 1)])),
            ("updated", Cells::Date(vec![day(9, 4)])),
        ],
    );
    let deadline = |tables: &[Table]| {
        let answer = plugin.apply("timeliness", &[], tables, Explain::No);
        let answer = answer.unwrap_or_else(|error| panic!("{error}"));
        answer.table("changes").and_then(|table| table.value(0, "deadline"))
    };
    let with_calendar = deadline(std::slice::from_ref(&changes));
    assert_eq!(with_calendar, Some(Value::Date(jiff::civil::date(2026, 9, 7))));
    // A report that gives holidays is not overruled.
    let none = table("holidays", vec![("day", Cells::Date(vec![day(1, 1)]))]);
    let without = deadline(&[changes, none]);
    assert_eq!(without, Some(Value::Date(jiff::civil::date(2026, 9, 3))));
}
