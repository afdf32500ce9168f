//! Makes components of hand-written modules.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The core type of `apply`: seven flat parameters, and the address of the result.
pub const APPLY: &str = r#"(func $apply (export "bieumau:plugin/rules@1.0.0#apply")
    (param i32 i32 i32 i32 i32 i32 i32) (result i32)"#;

/// Memory and an allocator that never runs out and never frees.
pub const MEMORY: &str = r#"(memory (export "memory") 2)
    (global $next (mut i32) (i32.const 65536))
    (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))"#;

/// Makes a component of the fields of a module, by the contract.
pub fn component(fields: &str) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).expect("the contract");
    wrap(&resolve, package, fields)
}

/// Makes a component of the fields of a module, by another contract.
pub fn component_of(wit: &str, fields: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("other.wit", wit).expect("a contract");
    wrap(&resolve, package, fields)
}

fn wrap(resolve: &Resolve, package: wit_parser::PackageId, fields: &str) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some("plugin")).expect("the world");
    let mut module = wat::parse_str(format!("(module {fields})")).expect("a module");
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .expect("the contract in the module");
    ComponentEncoder::default()
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .expect("a component")
}
