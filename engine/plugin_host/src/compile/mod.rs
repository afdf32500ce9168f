//! From an admitted component to machine code: kept from an earlier time, or compiled anew in a
//! process of its own.
//!
//! Compiling is where a hostile component does harm: it can take gigabytes and minutes, and the
//! compiler may fail. A process of its own has limits, and takes nothing down with it.

mod cache;
mod machine_code;
mod process;
pub mod worker;

pub use cache::Cache;
pub use process::Process;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::error::LoadError;
use crate::limits::Limits;

/// How a host compiles.
#[derive(Debug, Clone, Default)]
pub struct Compiling {
    /// The process that compiles; without one it is done right here, for those who run what they
    /// themselves have written.
    pub process: Option<Process>,
    /// Where machine code is kept.
    pub cache: Option<Cache>,
}

/// Returns the machine code of an admitted component.
///
/// A kept copy that is not beyond doubt is thrown away and made anew; a cache that cannot be
/// written is one that is not there.
pub fn component(
    compiling: &Compiling,
    engine: &Engine,
    limits: &Limits,
    is_pooled: bool,
    wasm: &[u8],
) -> Result<Component, LoadError> {
    let entry = compiling.cache.as_ref().map(|cache| cache.entry(engine, limits, wasm));
    if let Some(code) = entry.as_ref().and_then(cache::Entry::read) {
        match code.component(engine) {
            Ok(component) => return Ok(component),
            // Of another engine, or not whole.
            Err(_) => entry.iter().for_each(cache::Entry::forget),
        }
    }
    let invalid = |error: wasmtime::Error| LoadError::Invalid { what: format!("{error:#}") };
    let code = match &compiling.process {
        Some(process) => process.compile(limits, is_pooled, wasm)?,
        None if entry.is_some() => machine_code::compile(engine, wasm).map_err(invalid)?,
        None => return Component::from_binary(engine, wasm).map_err(invalid),
    };
    let component = code.component(engine).map_err(invalid)?;
    if let Some(entry) = entry {
        entry.write(&code);
    }
    Ok(component)
}
