//! Which compiler makes WebAssembly on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use bieumau_model::text::{Locale, Text};

use super::BuildError;

/// The target: no system interface, so nothing to import.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler for WebAssembly.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compiler {
    /// A toolchain of rustup that has the target.
    Rustup {
        /// Its name.
        toolchain: String,
    },
    /// The packages of Debian 12, with a standard library that is built from its source.
    Debian {
        /// The compiler.
        rustc: PathBuf,
        /// The linker.
        linker: &'static str,
    },
}

impl Compiler {
    /// Finds a compiler: a rustup toolchain with the target, the target added to one, or Debian's
    /// packages.
    ///
    /// Debian's packages come before the attempt to add a target when they are there: they need
    /// neither the network nor a change of the toolchain.
    pub fn find(tell: &mut dyn FnMut(Text)) -> Result<Self, BuildError> {
        if let Some(toolchain) = toolchains().into_iter().find(|name| has_target(name)) {
            return Ok(Self::Rustup { toolchain });
        }
        if let Some(debian) = debian() {
            return Ok(debian);
        }
        if let Some(toolchain) = toolchains().into_iter().next() {
            tell(Text::both(
                format!("thêm {TARGET} vào `{toolchain}` bằng rustup"),
                format!("adding {TARGET} to `{toolchain}` with rustup"),
            ));
            let added = output("rustup", &["target", "add", TARGET, "--toolchain", &toolchain]);
            if added.is_some() {
                return Ok(Self::Rustup { toolchain });
            }
        }
        Err(BuildError::NoCompiler)
    }

    /// Returns what it is called.
    pub fn name(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Rustup { toolchain }, Locale::Vi) => {
                format!("bộ công cụ `{toolchain}` của rustup")
            }
            (Self::Rustup { toolchain }, Locale::En) => format!("rustup's toolchain `{toolchain}`"),
            (Self::Debian { rustc, .. }, Locale::Vi) => {
                format!("`{}` của Debian, thư viện chuẩn dựng từ mã nguồn", rustc.display())
            }
            (Self::Debian { rustc, .. }, Locale::En) => {
                format!("Debian's `{}`, with the standard library from source", rustc.display())
            }
        }
    }

    /// Returns the folder below which the sources of the standard library lie.
    pub(super) fn sysroot(&self) -> Option<String> {
        match self {
            Self::Rustup { toolchain } => {
                output("rustup", &["run", toolchain, "rustc", "--print", "sysroot"])
            }
            Self::Debian { rustc, .. } => output(rustc.to_str()?, &["--print", "sysroot"]),
        }
    }
}

/// Tells what to install.
pub fn what_to_install() -> Text {
    let rustup = format!("rustup target add {TARGET}");
    let debian = "apt install rustc-web rust-web-src lld-19";
    Text::both(
        format!("chạy `{rustup}`, hoặc trên Debian 12 `{debian}`"),
        format!("run `{rustup}`, or on Debian 12 `{debian}`"),
    )
}

/// Returns rustup's toolchains, the active one first.
fn toolchains() -> Vec<String> {
    let list = output("rustup", &["toolchain", "list"]).unwrap_or_default();
    let mut names: Vec<&str> = list.lines().filter(|line| !line.trim().is_empty()).collect();
    names.sort_by_key(|line| !line.contains("active") && !line.contains("default"));
    names.iter().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn has_target(toolchain: &str) -> bool {
    output("rustup", &["target", "list", "--installed", "--toolchain", toolchain])
        .is_some_and(|list| list.lines().any(|line| line.trim() == TARGET))
}

fn debian() -> Option<Compiler> {
    let rustc = Path::new("/usr/bin/rustc");
    let sysroot = output(rustc.to_str()?, &["--print", "sysroot"])?;
    let library = Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.toml");
    let linker = ["wasm-ld-19", "wasm-ld"]
        .into_iter()
        .find(|linker| output(linker, &["--version"]).is_some())?;
    library.is_file().then(|| Compiler::Debian { rustc: rustc.to_owned(), linker })
}

/// Returns what a program prints; `None` when it is not there or fails.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
