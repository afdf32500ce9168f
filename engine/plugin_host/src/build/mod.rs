//! Builds a plugin from its Rust source: finds a compiler, compiles, makes a component of it.
//!
//! Used by authors and by CI; whoever only runs plugins needs none of it, since built components
//! stand beside their source. The result and the fingerprint of its sources are written into the
//! plugin's folder.

mod cargo;
mod compiler;
mod sources;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::text::{Locale, Text};
use wit_component::ComponentEncoder;

pub use compiler::Compiler;
pub use sources::{Change, Freshness};

/// The built component, in the plugin's folder.
pub const COMPONENT: &str = "plugin.wasm";

/// The fingerprints of its sources, in the plugin's folder; `sha256sum -c` reads it.
pub const SOURCES: &str = "plugin.wasm.source";

/// A plugin that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The component.
    pub component: PathBuf,
    /// Its size.
    pub bytes: usize,
    /// The compiler that was taken.
    pub compiler: Compiler,
    /// How many source files went in.
    pub sources: usize,
}

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The folder has no `Cargo.toml`.
    #[error("`{}` is not the folder of a Rust crate: there is no Cargo.toml", .folder.display())]
    NotACrate {
        /// The folder.
        folder: PathBuf,
    },
    /// No compiler for WebAssembly was found.
    #[error("there is no compiler for wasm32-unknown-unknown on this machine")]
    NoCompiler,
    /// A program could not be started.
    #[error("`{program}` could not be started")]
    Program {
        /// The program.
        program: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The source does not compile.
    #[error("the source does not compile:\n{output}")]
    Compile {
        /// What the compiler says.
        output: String,
    },
    /// The module is not one that can become a component.
    #[error("the module cannot become a component: {what}")]
    Component {
        /// What is wrong.
        what: String,
    },
    /// A file could not be read or written.
    #[error("`{}` could not be read or written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Builds the plugin in `folder`; `tell` hears which compiler is taken and what is done.
pub fn build(folder: &Path, tell: &mut dyn FnMut(Text)) -> Result<Built, BuildError> {
    if !folder.join("Cargo.toml").is_file() {
        return Err(BuildError::NotACrate { folder: folder.to_owned() });
    }
    let compiler = Compiler::find(tell)?;
    tell(Text::both(
        format!("dùng {}", compiler.name(Locale::Vi)),
        format!("using {}", compiler.name(Locale::En)),
    ));
    let module = cargo::compile(folder, &compiler)?;
    let core = read(&module.wasm)?;
    let component = componentize(&core)?;
    let target = folder.join(COMPONENT);
    write(&target, &component)?;
    let list = sources::list(folder, &module.sources)?;
    write(&folder.join(SOURCES), list.text().as_bytes())?;
    Ok(Built { component: target, bytes: component.len(), compiler, sources: list.len() })
}

/// Returns whether the component in `folder` was built from the sources that lie there now.
pub fn freshness(folder: &Path) -> Result<Freshness, BuildError> {
    sources::compare(folder)
}

/// Returns whether the component in `folder` has to be built again.
pub fn is_stale(folder: &Path) -> Result<bool, BuildError> {
    Ok(freshness(folder)? != Freshness::Fresh)
}

impl BuildError {
    /// Returns the error as a finding, for a person.
    pub fn diagnostic(&self) -> Diagnostic {
        let vi = match self {
            Self::NotACrate { folder } => {
                format!(
                    "`{}` không phải thư mục mã nguồn Rust: không có Cargo.toml",
                    folder.display()
                )
            }
            Self::NoCompiler => {
                "máy này không có trình biên dịch cho wasm32-unknown-unknown".to_owned()
            }
            Self::Program { program, .. } => format!("không chạy được `{program}`"),
            Self::Compile { output } => format!("mã nguồn không biên dịch được:\n{output}"),
            Self::Component { what } => format!("không tạo được component: {what}"),
            Self::File { path, .. } => format!("không đọc hoặc ghi được `{}`", path.display()),
        };
        let diagnostic = Diagnostic::error("B001", Text::both(vi, self.to_string()));
        match self {
            Self::NoCompiler => diagnostic.help(compiler::what_to_install()),
            Self::Program { source, .. } | Self::File { source, .. } => {
                diagnostic.help(source.to_string())
            }
            _ => diagnostic,
        }
    }
}

/// Wraps a core module that carries the contract into a component.
fn componentize(core: &[u8]) -> Result<Vec<u8>, BuildError> {
    let fail = |what: String| BuildError::Component { what };
    ComponentEncoder::default()
        .validate(true)
        .module(core)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| fail(format!("{error:#}")))
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|source| BuildError::File { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    fs::write(path, bytes).map_err(|source| BuildError::File { path: path.to_owned(), source })
}
