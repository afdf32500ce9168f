//! Plugins that loop, take memory without end, break off or answer nonsense.
//!
//! Each ends as a clear error within its limit, and the host goes on answering.

#[path = "common/manifest.rs"]
mod common;
#[path = "hostile/component.rs"]
mod component;
#[path = "hostile/image.rs"]
mod image;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bieumau_model::table::{self, Table};
use bieumau_plugin_host::{Answer, Explain, Host, Limits, PluginError};
use component::{APPLY, MEMORY, component, component_of};
use image::{Cells, Column, Image};

const MANIFEST: &str = "schema_version: 1
id: hostile
version: 1.0.0
title: Hostile
rules:
  - id: run
    title: Run
    takes: [{name: given, columns: [{name: number, type: integer}]}]
    gives:
      - name: out
        columns:
          - {name: name, type: text}
          - {name: mark, type: decimal(1), optional: true}
          - {name: day, type: date, optional: true}
          - {name: flag, type: boolean, optional: true}
";

fn given() -> Table {
    let cells = table::Cells::Integer(vec![Some(1), Some(2)]);
    let column = table::Column { name: "number".to_owned(), cells };
    Table::new("given", vec![column]).expect("a table")
}

/// Limits under which every test ends soon.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.time = Duration::from_millis(200);
    limits
}

fn run_on(host: &Host, manifest: &str, wasm: &[u8]) -> Result<Answer, PluginError> {
    let plugin = host.load(common::manifest("hostile", manifest), wasm)?;
    plugin.apply("run", &[], &[given()], Explain::No)
}

fn run(wasm: &[u8]) -> Result<Answer, PluginError> {
    run_on(&Host::new(limits()).expect("a host"), MANIFEST, wasm)
}

/// Checks that a component ends as this error, soon, and that its host then serves another one.
fn check_error(wasm: &[u8], code: &str, expected: &str) {
    check_error_with(limits(), MANIFEST, wasm, code, expected);
}

fn check_error_with(limits: Limits, manifest: &str, wasm: &[u8], code: &str, expected: &str) {
    let host = Host::new(limits).expect("a host");
    let start = Instant::now();
    let error = run_on(&host, manifest, wasm).expect_err(expected);
    assert_eq!(error.code(), code, "{error}");
    assert!(error.to_string().contains(expected), "{error} is not {expected}");
    // A person can read it in both languages, with the same code.
    let diagnostic = error.diagnostic();
    assert_eq!(diagnostic.code, code);
    assert!(!diagnostic.message.get(bieumau_model::text::Locale::Vi).is_empty());
    // Far above every limit: the machine may be busy.
    assert!(start.elapsed() < Duration::from_secs(30), "took {:?}", start.elapsed());
    let good = answering(&[("out", 1, vec![name("ok", &[2])])]);
    let after = run_on(&host, MANIFEST, &good);
    assert!(after.is_ok(), "after {expected}: {after:?}");
}

fn check_body(body: &str, code: &str, expected: &str) {
    check_error(&component(&format!("{MEMORY} {APPLY} {body})")), code, expected);
}

#[test]
fn an_endless_loop_ends_by_its_steps() {
    check_body(
        "(loop (br 0)) (i32.const 0)",
        "P002",
        "used more than 20100000 steps for rule `run`",
    );
}

/// Limits under which only the clock counts.
fn without_steps() -> Limits {
    let mut limits = limits();
    limits.fuel = u64::MAX;
    limits
}

#[test]
fn an_endless_loop_ends_by_its_time() {
    let wasm = component(&format!("{MEMORY} {APPLY} (loop (br 0)) (i32.const 0))"));
    let expected = "used more than 200 ms for rule `run`";
    check_error_with(without_steps(), MANIFEST, &wasm, "P001", expected);
}

#[test]
fn a_loop_before_the_call_ends() {
    let wasm = component(&format!(
        "{MEMORY} (func $start (loop (br 0))) (start $start) {APPLY} (i32.const 0))"
    ));
    let starts_not = "could not be loaded: it does not start: it takes too";
    check_error(&wasm, "L001", &format!("{starts_not} many steps"));
    check_error_with(without_steps(), MANIFEST, &wasm, "L001", &format!("{starts_not} long"));
}

#[test]
fn a_loop_in_the_allocator_ends() {
    let wasm = component(&format!(
        r#"(memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (loop (br 0)) (i32.const 0))
        {APPLY} (i32.const 0))"#
    ));
    check_error(&wasm, "P002", "used more than 20100000 steps");
    check_error_with(without_steps(), MANIFEST, &wasm, "P001", "used more than 200 ms");
}

#[test]
fn a_loop_behind_the_answer_ends() {
    let mut image = Image::default();
    let at = image.answer(&[("out", 0, vec![name("", &[])])]);
    let wasm = component(&format!(
        r#"{MEMORY} {} {APPLY} (i32.const {at}))
        (func (export "cabi_post_bieumau:plugin/rules@1.0.0#apply") (param i32) (loop (br 0)))"#,
        image.data()
    ));
    check_error(&wasm, "P002", "used more than 20100000 steps");
    check_error_with(without_steps(), MANIFEST, &wasm, "P001", "used more than 200 ms");
}

#[test]
fn memory_without_end_is_refused() {
    check_body(
        "(loop (drop (memory.grow (i32.const 16))) (br 0)) (i32.const 0)",
        "P003",
        "asked for 33685504 bytes of memory in rule `run`, more than 33554432",
    );
}

#[test]
fn memory_that_is_declared_too_large_is_refused() {
    let wasm = component(&format!(
        r#"(memory (export "memory") 65536)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
        {APPLY} (i32.const 0))"#
    ));
    check_error(&wasm, "L001", "it has 4294967296 bytes of memory, more than 33554432");
}

#[test]
fn a_table_that_grows_without_end_is_refused() {
    let wasm = component(&format!(
        "{MEMORY} (table $t 1 funcref)
        {APPLY} (loop (drop (table.grow $t (ref.null func) (i32.const 1000))) (br 0)) (i32.const 0))"
    ));
    check_error(&wasm, "P003", "table elements in rule `run`, more than 10000");
}

#[test]
fn recursion_without_end_is_a_trap() {
    let wasm = component(&format!(
        "{MEMORY} (func $deeper (param i64) (result i64)
            (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
        {APPLY} (drop (call $deeper (i64.const 0))) (i32.const 0))"
    ));
    check_error(&wasm, "P004", "broke off in rule `run`: wasm trap: call stack exhausted");
}

#[test]
fn a_trap_names_its_functions() {
    let wasm = component(&format!(
        "{MEMORY} (func $round_the_marks unreachable) {APPLY} (call $round_the_marks) (i32.const 0))"
    ));
    let error = run(&wasm).expect_err("a trap");
    let PluginError::Trap { functions, .. } = &error else { panic!("{error}") };
    assert_eq!(functions[0], "round_the_marks");
    let message = error.diagnostic().one_line(bieumau_model::text::Locale::Vi);
    assert!(message.contains("`round_the_marks`"), "{message}");
}

#[test]
fn bad_arithmetic_and_addresses_are_traps() {
    check_body("(i32.div_u (i32.const 1) (i32.const 0))", "P004", "integer divide by zero");
    check_body("(i32.load (i32.const 0x7fffffff))", "P004", "out of bounds memory access");
    check_body("(i32.const 0x7ffffff0)", "P006", "pointer out of bounds of memory");
    check_body("(i32.const 1026)", "P006", "pointer not aligned");
}

#[test]
fn an_allocator_that_lies_is_caught() {
    for (address, expected) in [
        (0x7fff_fff0_u32, "realloc return: beyond end of memory"),
        (65_537, "realloc return: result not aligned"),
    ] {
        let wasm = component(&format!(
            r#"(memory (export "memory") 2)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const {address}))
            {APPLY} (i32.const 0))"#
        ));
        check_error(&wasm, "P006", expected);
    }
}

#[test]
fn an_answer_that_is_too_large_is_refused() {
    // A list of 2,2 million integers inside of a memory that may hold them.
    let mut image = Image::default();
    let column = Column { name: "name", present: vec![], cells: Cells::Integer(vec![]) };
    let at = image.answer(&[("out", 0, vec![column])]);
    let data = image.data();
    // Behind the name stands the record of the column, and in it the list of its cells.
    let list = (image::BASE + 8) + 20;
    let wasm = component(&format!(
        r#"(memory (export "memory") 300)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
        {data} {APPLY}
        (i32.store (i32.const {list}) (i32.const 4096))
        (i32.store (i32.const {}) (i32.const 2200000))
        (i32.const {at}))"#,
        list + 4
    ));
    check_error(&wasm, "P005", "answered rule `run` with more than 16777216 bytes");
}

#[test]
fn a_text_of_ten_megabytes_is_refused() {
    let mut image = Image::default();
    let text = Column { name: "name", present: vec![], cells: Cells::Text(vec![], vec![10 << 20]) };
    let at = image.answer(&[("out", 1, vec![text])]);
    let data = image.data();
    // Behind the name and the end of the one cell stands the record of the column, and in it the text.
    let text = (image::BASE + 8) + 20;
    let wasm = component(&format!(
        r#"(memory (export "memory") 200)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16384))
        {data} {APPLY}
        (memory.fill (i32.const 65536) (i32.const 97) (i32.const {length}))
        (i32.store (i32.const {text}) (i32.const 65536))
        (i32.store (i32.const {}) (i32.const {length}))
        (i32.const {at}))"#,
        text + 4,
        length = 10 << 20,
    ));
    check_error(&wasm, "P006", "has 10485760 bytes in row 0, more than 32768");
}

fn name(utf8: &str, ends: &[u32]) -> Column {
    let cells = Cells::Text(utf8.as_bytes().to_vec(), ends.to_vec());
    Column { name: "name", present: vec![], cells }
}

fn answering(tables: &[(&str, u32, Vec<Column>)]) -> Vec<u8> {
    let mut image = Image::default();
    let at = image.answer(tables);
    component(&format!("{MEMORY} {} {APPLY} (i32.const {at}))", image.data()))
}

fn check_answer(tables: &[(&str, u32, Vec<Column>)], expected: &str) {
    check_error(&answering(tables), "P006", &format!("answered rule `run` wrongly: {expected}"));
}

fn check_second_column(name_of: &'static str, present: Vec<u8>, cells: Cells, expected: &str) {
    let second = Column { name: name_of, present, cells };
    check_answer(&[("out", 2, vec![name("ab", &[1, 2]), second])], expected);
}

#[test]
fn a_right_answer_by_hand_is_taken() {
    let mark = Column { name: "mark", present: vec![1, 0], cells: Cells::Decimal(1, vec![75, 9]) };
    let wasm = answering(&[("out", 2, vec![mark, name("Đỗa", &["Đỗ".len() as u32, 6])])]);
    let answer = run(&wasm).unwrap_or_else(|error| panic!("{error}"));
    let out = answer.table("out").expect("a table");
    assert_eq!(out.value(0, "name"), Some(table::Value::Text("Đỗ".to_owned())));
    assert_eq!(out.value(0, "mark"), Some(table::Value::Decimal { units: 75, scale: 1 }));
    assert_eq!(out.value(1, "mark"), Some(table::Value::Missing));
    // In the order of the manifest.
    assert_eq!(out.columns()[0].name, "name");
}

#[test]
fn text_comes_in_nfc() {
    let wasm = answering(&[("out", 1, vec![name("e\u{301}", &[3])])]);
    let answer = run(&wasm).unwrap_or_else(|error| panic!("{error}"));
    let cell = answer.table("out").and_then(|out| out.value(0, "name"));
    assert_eq!(cell, Some(table::Value::Text("é".to_owned())));
}

#[test]
fn tables_that_are_not_declared_are_refused() {
    check_answer(&[("other", 0, vec![])], "table `other` is not declared");
    check_answer(&[], "table `out` is missing");
    let out = || ("out", 0, vec![name("", &[])]);
    check_answer(&[out(), out()], "table `out` comes twice");
    check_answer(&[("out", u32::MAX, vec![])], "table `out` has 4294967295 rows, more than 200000");
}

#[test]
fn columns_that_are_not_declared_are_refused() {
    let integer = |cells| Cells::Integer(cells);
    check_second_column(
        "extra",
        vec![],
        integer(vec![1, 2]),
        "column `extra` of table `out` is not declared",
    );
    check_answer(&[("out", 0, vec![])], "column `name` of table `out` is missing");
    check_answer(
        &[("out", 0, vec![name("", &[]), name("", &[])])],
        "column `name` of table `out` comes twice",
    );
}

#[test]
fn cells_of_a_wrong_type_or_number_are_refused() {
    check_second_column(
        "mark",
        vec![],
        Cells::Integer(vec![1, 2]),
        "column `mark` of table `out` is integer, not decimal(1)",
    );
    check_second_column(
        "mark",
        vec![],
        Cells::Decimal(2, vec![1, 2]),
        "column `mark` of table `out` is decimal(2), not decimal(1)",
    );
    check_second_column(
        "mark",
        vec![],
        Cells::Decimal(1, vec![1]),
        "column `mark` of table `out` has 1 cells for 2 rows",
    );
    check_second_column(
        "mark",
        vec![1],
        Cells::Decimal(1, vec![1, 2]),
        "column `mark` of table `out` has 1 presence bytes for 2 rows",
    );
    check_second_column(
        "mark",
        vec![1, 7],
        Cells::Decimal(1, vec![1, 2]),
        "column `mark` of table `out` has the presence byte 7",
    );
    check_second_column(
        "flag",
        vec![],
        Cells::Boolean(vec![1, 2]),
        "column `flag` of table `out` has 2 for yes or no",
    );
    check_second_column(
        "day",
        vec![],
        Cells::Date(vec![0, i32::MAX]),
        "column `day` of table `out` has the day 2147483647",
    );
}

#[test]
fn text_that_is_cut_wrongly_is_refused() {
    check_answer(
        &[("out", 1, vec![name("Đỗ", &[1])])],
        "column `name` of table `out` is cut wrongly in row 0",
    );
    check_answer(
        &[("out", 2, vec![name("ab", &[2, 1])])],
        "column `name` of table `out` is cut wrongly in row 1",
    );
    check_answer(
        &[("out", 1, vec![name("ab", &[9])])],
        "column `name` of table `out` is cut wrongly in row 0",
    );
    check_answer(
        &[("out", 1, vec![name("ab", &[1])])],
        "column `name` of table `out` has 1 bytes behind its last cell",
    );
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let cells = Cells::Text(vec![0xff, 0xfe], vec![2]);
    let column = Column { name: "name", present: vec![], cells };
    check_answer(&[("out", 1, vec![column])], "invalid utf-8");
}

#[test]
fn a_rule_that_says_no_is_heard() {
    let mut image = Image::default();
    let at = image.failure("no_class", "không có lớp", "there is no class");
    let wasm = component(&format!("{MEMORY} {} {APPLY} (i32.const {at}))", image.data()));
    let error = run(&wasm).expect_err("a failure");
    let PluginError::RuleFailed { code, message, .. } = &error else { panic!("{error}") };
    assert_eq!(code, "no_class");
    assert_eq!(message.get(bieumau_model::text::Locale::Vi), "không có lớp");
}

#[test]
fn what_imports_something_is_refused() {
    let wasm = wat::parse_str(
        r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func)))))"#,
    );
    check_error(
        &wasm.expect("a component"),
        "L001",
        "it imports `wasi:clocks/wall-clock@0.2.0`, but a plugin imports nothing",
    );
}

#[test]
fn what_imports_an_unknown_function_is_refused() {
    for (import, named) in [
        (r#"(import "secret" (func))"#, "secret"),
        (r#"(import "clock" (func (result u64)))"#, "clock"),
        (
            r#"(import "bieumau:plugin/log@1.0.0" (instance (export "line" (func))))"#,
            "bieumau:plugin/log@1.0.0",
        ),
        (r#"(import "code" (core module))"#, "code"),
        (r#"(import "more" (component))"#, "more"),
    ] {
        let wasm = wat::parse_str(format!("(component {import})")).expect("a component");
        check_error(&wasm, "L001", &format!("it imports `{named}`"));
    }
}

#[test]
fn what_is_no_component_is_refused() {
    check_error(b"", "L001", "it is not a valid component");
    check_error(b"not WebAssembly at all", "L001", "it is not a valid component");
    check_error(b"\x7fELF\x02\x01\x01", "L001", "it is machine code, not a WebAssembly component");
    let module = wat::parse_str("(module)").expect("a module");
    check_error(&module, "L001", "it is a core module, not a component");
    let empty = wat::parse_str("(component)").expect("a component");
    check_error(&empty, "L001", "it does not export `bieumau:plugin/rules@1.0.0`");
    let whole = component(&format!("{MEMORY} {APPLY} (i32.const 0))"));
    check_error(&whole[..whole.len() / 2], "L001", "it is not a valid component");
}

#[test]
fn compiled_code_is_refused() {
    let mut config = wasmtime::Config::new();
    config.wasm_component_model(true);
    let engine = wasmtime::Engine::new(&config).expect("an engine");
    let wasm = component(&format!("{MEMORY} {APPLY} (i32.const 0))"));
    let compiled = engine.precompile_component(&wasm).expect("compiled code");
    check_error(&compiled, "L001", "it is machine code");
}

#[test]
fn another_contract_under_the_same_name_is_refused() {
    let wasm = component_of(
        "package bieumau:plugin@1.0.0;
        interface rules { apply: func(call: string) -> u32; }
        world plugin { export rules; }",
        &format!(
            r#"{MEMORY} (func (export "bieumau:plugin/rules@1.0.0#apply") (param i32 i32) (result i32)
            (i32.const 0))"#
        ),
    );
    check_error(&wasm, "L001", "its rules do not have the types of the contract");
}

#[test]
fn rules_without_their_function_are_refused() {
    let wasm = component_of(
        "package bieumau:plugin@1.0.0;
        interface rules { answer: func() -> u32; }
        world plugin { export rules; }",
        r#"(func (export "bieumau:plugin/rules@1.0.0#answer") (result i32) (i32.const 0))"#,
    );
    check_error(&wasm, "L001", "it does not export `apply` of `bieumau:plugin/rules@1.0.0`");
}

#[test]
fn what_would_take_long_to_compile_is_refused() {
    let adds = "(drop (i32.add (local.get 0) (i32.const 1)))".repeat(12_000);
    check_body(&format!("{adds} (i32.const 0)"), "L001", "bytes in one function, more than 65536");
    let functions = "(func)".repeat(20_001);
    check_error(
        &component(&format!("{MEMORY} {functions} {APPLY} (i32.const 0))")),
        "L001",
        "functions, more than 20000",
    );
    check_error(&vec![0; (4 << 20) + 1], "L001", "it has 4194305 bytes, more than 4194304");
}

#[test]
fn features_that_are_off_are_refused() {
    for fields in [
        "(memory 1 1 shared)",
        "(memory i64 1)",
        "(memory 1 (pagesize 1))",
        "(func $f (return_call $f))",
        "(func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0)))",
        "(func (param i64 i64 i64 i64) (result i64 i64)
            (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))",
        "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
        "(tag (param i32))",
        "(type (struct))",
        "(type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0)))",
        "(type $f (func)) (type (cont $f))",
    ] {
        let wasm = wat::parse_str(format!("(component (core module {fields}))")).expect(fields);
        check_error(&wasm, "L001", "it is not a valid component");
    }
    for fields in ["(type (stream u8))", "(type (future u8))", "(core func (canon subtask.drop))"] {
        let wasm = wat::parse_str(format!("(component {fields})"));
        check_error(&wasm.expect(fields), "L001", "it is not a valid component");
    }
}

/// A component with an interpreter inside has wider limits; they hold all the same.
#[test]
fn the_wider_limits_of_an_interpreter_hold() {
    let manifest = MANIFEST.replace("title: Hostile\n", "title: Hostile\ncode: interpreter\n");
    let check = |body: &str, code: &str, expected: &str| {
        let wasm = component(&format!("{MEMORY} {APPLY} {body} (i32.const 0))"));
        check_error_with(limits(), &manifest, &wasm, code, expected);
    };
    check("(loop (br 0))", "P002", "used more than 400600000 steps for rule `run`");
    check(
        "(loop (drop (memory.grow (i32.const 256))) (br 0))",
        "P003",
        "asked for 134348800 bytes of memory in rule `run`, more than 134217728",
    );
}

#[test]
fn the_host_goes_on_while_plugins_misbehave() {
    let mut limits = limits();
    limits.fuel = u64::MAX;
    let host = Host::new(limits).expect("a host");
    let load = |wasm: &[u8]| {
        host.load(common::manifest("hostile", MANIFEST), wasm)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let looping = load(&component(&format!("{MEMORY} {APPLY} (loop (br 0)) (i32.const 0))")));
    let broken = load(&component(&format!("{MEMORY} {APPLY} unreachable)")));
    let good = load(&answering(&[("out", 1, vec![name("ok", &[2])])]));
    let call =
        |plugin: &bieumau_plugin_host::Plugin| plugin.apply("run", &[], &[given()], Explain::No);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for plugin in [&looping, &looping, &broken] {
            let done = &done;
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    assert!(call(plugin).is_err());
                }
            });
        }
        for _ in 0..200 {
            assert!(call(&good).is_ok());
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn calls_that_do_not_fit_are_refused() {
    let host = Host::new(limits()).expect("a host");
    let wasm = answering(&[("out", 1, vec![name("ok", &[2])])]);
    let plugin = host.load(common::manifest("hostile", MANIFEST), &wasm).expect("a plugin");
    let check = |rule: &str, parameters: &[(String, String)], tables: &[Table], expected: &str| {
        let error = plugin.apply(rule, parameters, tables, Explain::No).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    let bad = "the call of rule `run` of plugin `hostile` does not fit: ";
    check("walk", &[], &[], "plugin `hostile` has no rule `walk`");
    check("run", &[], &[], &format!("{bad}table `given` is missing"));
    check("run", &[], &[given(), given()], &format!("{bad}table `given` is given twice"));
    check(
        "run",
        &[("speed".to_owned(), "1".to_owned())],
        &[given()],
        &format!("{bad}the rule has no parameter `speed`"),
    );
    let extra = given().renamed("extra");
    check("run", &[], &[given(), extra], &format!("{bad}the rule does not take a table `extra`"));
    let cells = table::Cells::Text(vec![Some("1".to_owned())]);
    let column = table::Column { name: "number".to_owned(), cells };
    let text = Table::new("given", vec![column]).expect("a table");
    check(
        "run",
        &[],
        &[text],
        &format!("{bad}column `number` of table `given` is text, the rule takes integer"),
    );
}
