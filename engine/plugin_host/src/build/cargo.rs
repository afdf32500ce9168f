//! Runs cargo: from the source of a plugin to a core module.
//!
//! The profile is given here and not in the author's `Cargo.toml`: every plugin is built alike,
//! as a member of a workspace or alone.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::compiler::{Compiler, TARGET};
use super::{BuildError, read};

/// What cargo made.
pub struct Module {
    /// The core module.
    pub wasm: PathBuf,
    /// The files it was made from.
    pub sources: Vec<PathBuf>,
}

/// Variables that would change the result and may come from whoever starts us.
const FOREIGN: [&str; 9] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// Small, without debug sections, with the names of functions for a readable trap.
const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_LTO", "true"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
];

/// Compiles the crate in `folder`.
pub fn compile(folder: &Path, compiler: &Compiler) -> Result<Module, BuildError> {
    let workspace = workspace(folder, compiler)?;
    let mut command = cargo(folder, compiler);
    command
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--release", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        // A folder of its own: a build of the program itself may hold the lock of the other one.
        .arg("--target-dir")
        .arg(workspace.target.join("plugins"))
        .envs(PROFILE)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&workspace, compiler).join("\x1f"));
    if matches!(compiler, Compiler::Debian { .. }) {
        command.arg("-Zbuild-std=std,panic_abort");
    }
    let output = run(&mut command)?;
    let wasm = artifact(folder, &output).ok_or_else(|| BuildError::Component {
        what: "cargo made no module of the library".to_owned(),
    })?;
    let sources = dependencies(&wasm)?;
    Ok(Module { wasm, sources })
}

/// The workspace that a crate belongs to, perhaps alone.
struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

fn workspace(folder: &Path, compiler: &Compiler) -> Result<Workspace, BuildError> {
    let mut command = cargo(folder, compiler);
    let output = run(command.args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&output).unwrap_or_default();
    let path = |key: &str| metadata[key].as_str().map(PathBuf::from);
    match (path("workspace_root"), path("target_directory")) {
        (Some(root), Some(target)) => Ok(Workspace { root, target }),
        _ => Err(BuildError::Component { what: "cargo does not tell the workspace".to_owned() }),
    }
}

/// Starts a command line of cargo with nothing in its surroundings that would change the result.
fn cargo(folder: &Path, compiler: &Compiler) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder).stdin(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    match compiler {
        Compiler::Rustup { toolchain } => {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        Compiler::Debian { rustc, linker } => {
            command
                .env("RUSTC", rustc)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
    command
}

/// Takes the folders of this machine out of the messages of panics, so that a build elsewhere is
/// the same and tells nothing about the builder.
fn flags(workspace: &Workspace, compiler: &Compiler) -> Vec<String> {
    // A quarter of the usual stack: memory is wiped after every call.
    let mut flags = vec!["-Clink-arg=-zstack-size=262144".to_owned()];
    let mut remap = |from: &Path, to: &str| {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    };
    if let Some(home) = cargo_home() {
        let registry = home.join("registry").join("src");
        let folders = registry.read_dir().into_iter().flatten().flatten();
        for folder in folders {
            remap(&folder.path(), "registry");
        }
        remap(&home.join("git").join("checkouts"), "git");
    }
    if let Some(sysroot) = compiler.sysroot() {
        remap(&Path::new(&sysroot).join("lib/rustlib/src/rust"), "rust");
    }
    remap(&workspace.root, ".");
    flags
}

fn cargo_home() -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

fn run(command: &mut Command) -> Result<String, BuildError> {
    let output =
        command.output().map_err(|source| BuildError::Program { program: "cargo", source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(BuildError::Compile { output: String::from_utf8_lossy(&output.stderr).into_owned() })
}

/// Finds the module of the crate in `folder` in the messages of cargo.
fn artifact(folder: &Path, messages: &str) -> Option<PathBuf> {
    let manifest = folder.join("Cargo.toml").canonicalize().ok()?;
    let is_ours = |message: &Value| {
        message["reason"] == "compiler-artifact"
            && message["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest)
    };
    let mut messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let artifact = messages.rfind(is_ours)?;
    let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
    files.find(|file| file.ends_with(".wasm")).map(PathBuf::from)
}

/// Reads the list of sources that cargo writes beside a module: `module: source source …`.
fn dependencies(wasm: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let list = read(&wasm.with_extension("d"))?;
    let list = String::from_utf8_lossy(&list);
    let Some((_, sources)) = list.lines().next().and_then(|line| line.split_once(": ")) else {
        return Ok(Vec::new());
    };
    // A blank inside of a path is written `\ `.
    let sources = sources.replace("\\ ", "\0");
    let sources = sources.split_whitespace();
    Ok(sources.map(|source| PathBuf::from(source.replace('\0', " "))).collect())
}
