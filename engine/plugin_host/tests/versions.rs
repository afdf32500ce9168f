//! A component kept from the first version of the contract goes on working while things grow around
//! it; what it cannot do is refused with a sentence that its author understands.

#[path = "hostile/component.rs"]
mod component;
#[path = "common/manifest.rs"]
mod manifest;

use bieumau_model::table::{Cells, Column, Table};
use bieumau_model::text::Locale;
use bieumau_plugin_host::{Answer, Explain, Host, Limits, PluginError};
use component::{APPLY, MEMORY, component, component_of};
use jiff::civil::{Date, date};

const KEPT: &[u8] = include_bytes!("versions/contract_1_0_0.wasm");
const MANIFEST: &str = include_str!("versions/contract_1_0_0.yaml");

fn dates(name: &str, days: &[Date]) -> Column {
    Column { name: name.to_owned(), cells: Cells::Date(days.iter().copied().map(Some).collect()) }
}

fn texts(name: &str, words: &[&str]) -> Column {
    let cells = words.iter().map(|word| Some((*word).to_owned())).collect();
    Column { name: name.to_owned(), cells: Cells::Text(cells) }
}

/// Absences of October of two classes, entered on 03/11 and on 04/11.
fn entries(more: Vec<Column>) -> Table {
    let mut columns = vec![
        texts("class", &["6A", "6B"]),
        dates("month", &[date(2026, 10, 1), date(2026, 10, 1)]),
        dates("entered", &[date(2026, 11, 3), date(2026, 11, 4)]),
    ];
    columns.extend(more);
    Table::new("entries", columns).expect("a table")
}

fn apply(yaml: &str, wasm: &[u8], tables: &[Table]) -> Result<Answer, PluginError> {
    let host = Host::new(Limits::default()).expect("a host");
    let plugin = host.load(manifest::manifest("kept", yaml), wasm)?;
    plugin.apply("attendance_timeliness", &[], tables, Explain::No)
}

/// Checks that the kept component answers as it always did.
fn check_kept(yaml: &str, tables: &[Table]) {
    let answer = apply(yaml, KEPT, tables).unwrap_or_else(|error| panic!("{error}"));
    let table = answer.table("entries").expect("the table");
    let status: Vec<_> = (0..2).filter_map(|row| table.value(row, "status")).collect();
    let said = |word: &str| bieumau_model::table::Value::Text(word.to_owned());
    assert_eq!(status, [said("in_time"), said("late")]);
}

/// Checks that the call is refused with these words in English, and some in Vietnamese.
fn check_refused(yaml: &str, wasm: &[u8], tables: &[Table], expected: &str) {
    let error = apply(yaml, wasm, tables).expect_err(expected);
    let diagnostic = error.diagnostic();
    let said = diagnostic.message.get(Locale::En);
    assert!(said.contains(expected), "{said}");
    assert!(diagnostic.message.get(Locale::Vi).contains("kept"), "{diagnostic:?}");
}

#[test]
fn a_kept_component_answers_as_on_its_first_day() {
    check_kept(MANIFEST, &[entries(Vec::new())]);
}

#[test]
fn it_does_not_notice_optional_columns_tables_and_parameters_that_came_later() {
    let grown = MANIFEST
        .replace(
            "          - {name: entered, type: date}\n    gives:",
            "          - {name: entered, type: date}\n          - {name: note, type: text, optional: true}\n      - {name: holidays, optional: true, columns: [{name: day, type: date}]}\n    gives:",
        )
        .replace("close_days: \"3\"", "close_days: \"3\"\n      grace: \"0\"");
    assert_ne!(grown, MANIFEST);
    check_kept(&grown, &[entries(Vec::new())]);
    let holidays = Table::new("holidays", vec![dates("day", &[date(2026, 11, 3)])]);
    let with_note = entries(vec![texts("note", &["", "muộn"])]);
    check_kept(&grown, &[with_note, holidays.expect("a table")]);
}

#[test]
fn an_optional_column_of_the_answer_may_be_missing() {
    let grown = MANIFEST.replace(
        "          - {name: days_late, type: integer}",
        "          - {name: days_late, type: integer}\n          - {name: reason, type: text, optional: true}",
    );
    check_kept(&grown, &[entries(Vec::new())]);
}

#[test]
fn a_new_mandatory_column_of_the_answer_is_named() {
    let grown = MANIFEST.replace(
        "          - {name: days_late, type: integer}",
        "          - {name: days_late, type: integer}\n          - {name: reason, type: text}",
    );
    check_refused(
        &grown,
        KEPT,
        &[entries(Vec::new())],
        "column `reason` of table `entries` is missing",
    );
}

#[test]
fn a_new_mandatory_column_of_the_call_is_named() {
    let grown = MANIFEST.replace(
        "          - {name: entered, type: date}\n    gives:",
        "          - {name: entered, type: date}\n          - {name: teacher, type: text}\n    gives:",
    );
    check_refused(&grown, KEPT, &[entries(Vec::new())], "`teacher`");
}

#[test]
fn a_component_of_this_contract_loads() {
    let host = Host::new(Limits::default()).expect("a host");
    let wasm = component(&format!("{MEMORY} {APPLY} (unreachable))"));
    assert!(host.load(manifest::manifest("kept", MANIFEST), &wasm).is_ok());
}

#[test]
fn a_component_of_another_contract_is_told_which_one_this_is() {
    for version in ["2.0.0", "0.9.0"] {
        let wit = format!(
            "package bieumau:plugin@{version};
            interface rules {{ apply: func(call: string) -> u32; }}
            world plugin {{ export rules; }}"
        );
        let fields = format!(
            r#"{MEMORY} (func (export "bieumau:plugin/rules@{version}#apply") (param i32 i32) (result i32)
            (i32.const 0))"#
        );
        let expected = format!(
            "it was made for `bieumau:plugin/rules@{version}`, and this program has `bieumau:plugin/rules@1.0.0`"
        );
        check_refused(MANIFEST, &component_of(&wit, &fields), &[entries(Vec::new())], &expected);
    }
}

#[test]
fn other_exports_do_not_stand_for_the_contract() {
    let wit = "package other:more@1.0.0;
        interface extra { hello: func() -> u32; }
        world plugin { export extra; }";
    let fields = format!(
        r#"{MEMORY} (func (export "other:more/extra@1.0.0#hello") (result i32) (i32.const 0))"#
    );
    let only_extra = component_of(wit, &fields);
    check_refused(
        MANIFEST,
        &only_extra,
        &[entries(Vec::new())],
        "it does not export `bieumau:plugin/rules@1.0.0`",
    );
}
