//! Looks at a component before anything compiles it: what is refused here costs nothing.
//!
//! Compiling is the weak flank of a plugin host; a small hostile file can take seconds and
//! gigabytes there. So sizes and counts are checked on the bytes alone.

use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};
use wasmtime::Engine;

use crate::error::LoadError;
use crate::limits::Limits;
use crate::wire;

/// Bytes of a page of memory.
const PAGE: u64 = 65_536;

/// Types of all modules and components together.
const TYPES: usize = 20_000;

/// Imports and exports of all modules and components together.
const NAMES: usize = 20_000;

/// Bytes of the name of an import or export.
const NAME_BYTES: usize = 1024;

/// Returns `Ok` when `bytes` look like a component that may be compiled.
pub fn admit(bytes: &[u8], limits: &Limits) -> Result<(), LoadError> {
    if bytes.len() > limits.component_bytes {
        return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.component_bytes });
    }
    if Engine::detect_precompiled(bytes).is_some() || bytes.starts_with(b"\x7fELF") {
        return Err(LoadError::MachineCode);
    }
    let mut counts = Counts { limits, functions: 0, modules: 0, types: 0, names: 0, depth: 0 };
    for payload in Parser::new(0).parse_all(bytes) {
        counts.look_at(payload.map_err(invalid)?)?;
    }
    Ok(())
}

/// What was seen so far.
struct Counts<'a> {
    limits: &'a Limits,
    functions: usize,
    modules: usize,
    types: usize,
    names: usize,
    /// Components and modules around the current place.
    depth: usize,
}

impl Counts<'_> {
    fn look_at(&mut self, payload: Payload<'_>) -> Result<(), LoadError> {
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } if self.depth == 0 => {
                return Err(LoadError::CoreModule);
            }
            Payload::ModuleSection { .. } => {
                self.modules += 1;
                self.depth += 1;
                at_most("core modules", self.modules, self.limits.core_modules)?;
            }
            Payload::ComponentSection { .. } => {
                self.depth += 1;
                at_most("nested components", self.depth, self.limits.nesting)?;
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) => {
                self.add_names(imports.count())?;
                for import in imports {
                    let import = import.map_err(invalid)?;
                    check_name(import.name.name)?;
                    if self.depth > 0 {
                        continue;
                    }
                    // A type is a name for a shape and brings nothing in.
                    if !matches!(import.ty, wasmparser::ComponentTypeRef::Type(_)) {
                        return Err(foreign(import.name.name));
                    }
                }
            }
            Payload::ComponentExportSection(exports) => {
                self.add_names(exports.count())?;
                for export in exports {
                    check_name(export.map_err(invalid)?.name.name)?;
                }
            }
            Payload::ImportSection(imports) => {
                self.add_names(imports.count())?;
                for import in imports.into_imports() {
                    let import = import.map_err(invalid)?;
                    check_name(import.module)?;
                    check_name(import.name)?;
                }
            }
            Payload::ExportSection(exports) => {
                self.add_names(exports.count())?;
                for export in exports {
                    check_name(export.map_err(invalid)?.name)?;
                }
            }
            Payload::TypeSection(types) => self.add_types(types.count())?,
            Payload::CoreTypeSection(types) => self.add_types(types.count())?,
            Payload::ComponentTypeSection(types) => self.add_types(types.count())?,
            Payload::MemorySection(memories) => {
                for memory in memories {
                    let pages = memory.map_err(invalid)?.initial;
                    let bytes = usize::try_from(pages.saturating_mul(PAGE)).unwrap_or(usize::MAX);
                    at_most("bytes of memory", bytes, self.limits.memory_bytes)?;
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    let elements = table.map_err(invalid)?.ty.initial;
                    let elements = usize::try_from(elements).unwrap_or(usize::MAX);
                    at_most("table elements", elements, self.limits.table_elements)?;
                }
            }
            Payload::CodeSectionStart { count, .. } => {
                self.functions += count as usize;
                at_most("functions", self.functions, self.limits.functions)?;
            }
            Payload::CodeSectionEntry(body) => {
                let bytes = body.range().len();
                at_most("bytes in one function", bytes, self.limits.function_bytes)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add_types(&mut self, count: u32) -> Result<(), LoadError> {
        self.types += count as usize;
        at_most("types", self.types, TYPES)
    }

    fn add_names(&mut self, count: u32) -> Result<(), LoadError> {
        self.names += count as usize;
        at_most("imports and exports", self.names, NAMES)
    }
}

/// Tells what is wrong with an import.
fn foreign(import: &str) -> LoadError {
    let import = import.to_owned();
    match import.starts_with(wire::PACKAGE) {
        true => LoadError::NewerContract { import },
        false => LoadError::Import { import },
    }
}

fn check_name(name: &str) -> Result<(), LoadError> {
    at_most("bytes in a name", name.len(), NAME_BYTES)
}

fn invalid(error: BinaryReaderError) -> LoadError {
    LoadError::Invalid { what: error.to_string() }
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), LoadError> {
    if found > limit {
        return Err(LoadError::TooMany { what, found, limit });
    }
    Ok(())
}
