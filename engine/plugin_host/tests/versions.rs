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

/// The contract with one part of its text replaced.
fn contract_with(part: &str, other: &str) -> String {
    let wit = include_str!("../../../plugins/wit/bieumau-plugin.wit");
    assert_eq!(wit.matches(part).count(), 1, "{part}");
    wit.replace(part, other)
}

/// Checks that the host takes a component of another contract.
fn check_loads(wasm: &[u8]) {
    let host = Host::new(Limits::default()).expect("a host");
    let loaded = host.load(manifest::manifest("kept", MANIFEST), wasm);
    assert!(loaded.is_ok(), "{:?}", loaded.err());
}

#[test]
fn a_component_of_a_later_minor_version_loads() {
    let wit = contract_with("package bieumau:plugin@1.0.0;", "package bieumau:plugin@1.3.0;");
    let apply = APPLY.replace("@1.0.0", "@1.3.0");
    check_loads(&component_of(&wit, &format!("{MEMORY} {apply} (unreachable))")));
}

#[test]
fn an_interface_more_than_the_program_asks_for_does_no_harm() {
    let wit = contract_with(
        "world plugin {",
        "interface advice { give: func() -> u32; }\nworld plugin {\n    export advice;",
    );
    let advice = r#"(func (export "bieumau:plugin/advice@1.0.0#give") (result i32) (i32.const 0))"#;
    check_loads(&component_of(&wit, &format!("{MEMORY} {APPLY} (unreachable)) {advice}")));
}

#[test]
fn a_component_that_wants_what_came_later_is_told_to_wait_for_it() {
    let wit = contract_with(
        "world plugin {",
        "interface log { line: func(text: string); }\nworld plugin {\n    import log;",
    );
    let import = r#"(import "bieumau:plugin/log@1.0.0" "line" (func $line (param i32 i32)))"#;
    let wasm = component_of(
        &wit,
        &format!(
            "{import} {MEMORY} {APPLY} (call $line (i32.const 0) (i32.const 0)) (unreachable))"
        ),
    );
    let expected = "it imports `bieumau:plugin/log@1.0.0`, which this program does not have: it was made for a newer one";
    check_refused(MANIFEST, &wasm, &[entries(Vec::new())], expected);
    check_help(&wasm, "update the program, or build the plugin again");
}

#[test]
fn a_new_mandatory_field_is_refused_before_anything_is_called() {
    let cells = "cells: cells,\n    }";
    let in_column = contract_with(cells, "cells: cells,\n        unit: string,\n    }");
    let column = component_of(&in_column, &format!("{MEMORY} {APPLY} (unreachable))"));
    let in_call = contract_with("explain: bool,", "explain: bool, teacher: string,");
    let apply =
        APPLY.replace("i32 i32 i32 i32 i32 i32 i32)", "i32 i32 i32 i32 i32 i32 i32 i32 i32)");
    let call = component_of(&in_call, &format!("{MEMORY} {apply} (unreachable))"));
    for (wasm, fields) in [
        (column, "expected record of 3 fields, found 4"),
        (call, "expected record of 4 fields, found 5"),
    ] {
        let expected = "its rules do not have the types of the contract: ";
        check_refused(MANIFEST, &wasm, &[entries(Vec::new())], expected);
        check_refused(MANIFEST, &wasm, &[entries(Vec::new())], fields);
        check_help(&wasm, "the contract is plugins/wit; build the plugin again");
    }
}

#[test]
fn a_new_mandatory_function_is_named() {
    let wit = "package bieumau:plugin@1.0.0;
        interface rules { other: func() -> u32; }
        world plugin { export rules; }";
    let wasm = component_of(
        wit,
        r#"(func (export "bieumau:plugin/rules@1.0.0#other") (result i32) (i32.const 0))"#,
    );
    let expected = "it does not export `apply` of `bieumau:plugin/rules@1.0.0`";
    check_refused(MANIFEST, &wasm, &[entries(Vec::new())], expected);
    check_help(&wasm, "the contract is plugins/wit; build the plugin again");
}

fn check_help(wasm: &[u8], expected: &str) {
    let error = apply(MANIFEST, wasm, &[entries(Vec::new())]).expect_err(expected);
    let help = error.diagnostic().help.expect("a hint");
    assert!(help.get(Locale::En).starts_with(expected), "{help:?}");
    assert_ne!(help.get(Locale::Vi), help.get(Locale::En));
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

/// The version of the kit stands in every component for whoever looks for a fault.
#[test]
fn shipped_components_tell_the_version_of_their_kit() {
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kit = std::fs::read_to_string(project.join("plugins/sdk/Cargo.toml")).expect("the kit");
    for plugin in ["national", "hai_phong", "ho_chi_minh"] {
        let path = project.join("plugins").join(plugin).join("plugin.wasm");
        let wasm = std::fs::read(path).expect("the component");
        let sections = wasmparser::Parser::new(0).parse_all(&wasm).filter_map(|part| match part {
            Ok(wasmparser::Payload::CustomSection(own)) if own.name() == "bieumau-sdk" => {
                Some(String::from_utf8_lossy(own.data()).into_owned())
            }
            _ => None,
        });
        let versions: Vec<String> = sections.collect();
        assert_eq!(versions.len(), 1, "{plugin}: {versions:?}");
        assert!(kit.contains(&format!("version = \"{}\"", versions[0])), "{plugin}: {versions:?}");
    }
}
