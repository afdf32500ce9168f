//! Components of odd shapes: refused before anything compiles them, or harmless.
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

use bieumau_model::table::{self, Table};
use bieumau_plugin_host::{Explain, Host, Limits, PluginError};
use component::{APPLY, MEMORY, component};
use image::{Cells, Column, Image};

const MANIFEST: &str = "schema_version: 1
id: hostile
version: 1.0.0
title: Hostile
rules:
  - id: run
    title: Run
    takes: [{name: given, columns: [{name: number, type: integer}]}]
    gives: [{name: out, columns: [{name: name, type: text}]}]
";

fn load(wasm: &[u8]) -> Result<bieumau_plugin_host::Plugin, PluginError> {
    let host = Host::new(Limits::default()).expect("a host");
    host.load(common::manifest("hostile", MANIFEST), wasm)
}

fn check_refused(wasm: &[u8], expected: &str) {
    let error = load(wasm).map(|_| ()).expect_err(expected);
    assert_eq!(error.code(), "L001", "{error}");
    assert!(error.to_string().contains(expected), "{error} is not {expected}");
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a component")
}

fn body(fields: &str) -> Vec<u8> {
    component(&format!("{MEMORY} {fields} {APPLY} (i32.const 0))"))
}

/// Adds a custom section to a component.
fn with_custom_section(mut wasm: Vec<u8>, bytes: usize) -> Vec<u8> {
    let leb = |mut number: usize| {
        let mut leb = Vec::new();
        loop {
            let byte = (number & 0x7f) as u8;
            number >>= 7;
            leb.push(if number == 0 { byte } else { byte | 0x80 });
            if number == 0 {
                return leb;
            }
        }
    };
    wasm.push(0);
    wasm.extend(leb(bytes + 2));
    wasm.extend([1, b'x']);
    wasm.resize(wasm.len() + bytes, 0);
    wasm
}

#[test]
fn h08_a_table_that_is_declared_too_large_is_refused() {
    check_refused(
        &body("(table $many 100000000 funcref)"),
        "it has 100000000 table elements, more than 10000",
    );
}

#[test]
fn h09_too_many_tables_memories_and_instances_are_refused() {
    let tables: String = (0..10).map(|at| format!("(table $t{at} 1 funcref)")).collect();
    let error = load(&body(&tables)).map(|_| ()).expect_err("ten tables");
    assert_eq!(error.code(), "L001", "{error}");
    let error = load(&body("(memory $second 1)")).map(|_| ()).expect_err("two memories");
    assert_eq!(error.code(), "L001", "{error}");
    let instances: String =
        (0..64).map(|at| format!("(core instance $i{at} (instantiate $m))")).collect();
    let error = load(&wat(&format!("(component (core module $m) {instances})")));
    assert_eq!(error.map(|_| ()).expect_err("64 instances").code(), "L001");
}

#[test]
fn h23_deep_nesting_is_refused() {
    let mut text = "(component)".to_owned();
    for _ in 0..12 {
        text = format!("(component {text})");
    }
    check_refused(&wat(&text), "it has 9 nested components, more than 8");
}

#[test]
fn h25_components_inside_components_do_not_break_the_compiler() {
    // A call from one inner component to another makes an adapter with two memories.
    let inner = r#"(component $a
        (core module $m
          (memory (export "memory") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
          (func (export "f") (param i32 i32)))
        (core instance $i (instantiate $m))
        (func (export "f") (param "x" string)
          (canon lift (core func $i "f") (memory $i "memory") (realloc (func $i "realloc")))))"#;
    let outer = format!(
        r#"(component {inner}
        (instance $ia (instantiate $a))
        (component $b
          (import "f" (func $f (param "x" string)))
          (core module $mem (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
          (core instance $mem (instantiate $mem))
          (core func $f (canon lower (func $f) (memory $mem "memory") (realloc (func $mem "realloc"))))
          (core module $m (import "" "f" (func (param i32 i32))))
          (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))
        (instance (instantiate $b (with "f" (func $ia "f")))))"#
    );
    // It has no rules; what counts is that this is said, not a panic.
    let error = load(&wat(&outer)).map(|_| ()).expect_err("no rules");
    assert_eq!(error.code(), "L001", "{error}");
}

#[test]
fn h27_large_custom_sections_are_refused_and_smaller_ones_are_nothing() {
    let good = body("");
    check_refused(&with_custom_section(good.clone(), 50 << 20), "bytes, more than 4194304");
    assert!(load(&with_custom_section(good, 2 << 20)).is_ok());
}

#[test]
fn h28_masses_of_types_imports_and_exports_are_refused() {
    let types = "(type (func))".repeat(100_000);
    check_refused(&body(&types), "types, more than 20000");
    let imports: String = (0..30_000).map(|at| format!(r#"(import "m" "i{at}" (func))"#)).collect();
    check_refused(
        &wat(&format!("(component (core module {imports}))")),
        "it has 30000 imports and exports, more than 20000",
    );
    let exports: String = (0..30_000).map(|at| format!(r#"(export "e{at}" (func 0))"#)).collect();
    check_refused(
        &wat(&format!("(component (core module (func) {exports}))")),
        "it has 30000 imports and exports, more than 20000",
    );
}

#[test]
fn h29_very_long_names_are_refused() {
    let name = "x".repeat(50_000);
    check_refused(
        &wat(&format!(r#"(component (core module (func) (export "{name}" (func 0))))"#)),
        "it has 50000 bytes in a name, more than 1024",
    );
}

#[test]
fn h13_a_length_beyond_every_memory_is_refused() {
    let mut image = Image::default();
    let column = Column { name: "name", present: vec![], cells: Cells::Integer(vec![]) };
    let at = image.answer(&[("out", 0, vec![column])]);
    let list = image::BASE + 8 + 20;
    let wasm = component(&format!(
        "{MEMORY} {} {APPLY} (i32.store (i32.const {list}) (i32.const 8))
        (i32.store (i32.const {}) (i32.const -1)) (i32.const {at}))",
        image.data(),
        list + 4
    ));
    let cells = table::Cells::Integer(vec![Some(1)]);
    let column = table::Column { name: "number".to_owned(), cells };
    let given = Table::new("given", vec![column]).expect("a table");
    let plugin = load(&wasm).unwrap_or_else(|error| panic!("{error}"));
    let error = plugin.apply("run", &[], &[given], Explain::No).expect_err("a lie");
    assert!(["P005", "P006"].contains(&error.code()), "{error}");
}

#[test]
fn h16_the_contract_has_no_binary_fractions() {
    let wit = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins/wit/bieumau-plugin.wit");
    let wit = std::fs::read_to_string(wit).expect("the contract");
    let code = wit.lines().map(|line| line.split("//").next().unwrap_or_default());
    assert!(
        code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()))
            .all(|word| !["f32", "f64", "float32", "float64"].contains(&word))
    );
}
