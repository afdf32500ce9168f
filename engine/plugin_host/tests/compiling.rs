//! Compiling in a process of its own, and machine code that is kept: within limits, and beyond doubt.
//!
//! This test program is also the compiler that it starts. The case ids are those of
//! `tests/hostile/CASES.md`.

#[path = "common/manifest.rs"]
mod common;
#[path = "hostile/component.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod component;
#[path = "compiling/smith.rs"]
mod smith;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bieumau_plugin_host::{Cache, Compiling, Host, Limits, PluginError, Process};
use component::{APPLY, MEMORY, component};
use libtest_mimic::{Arguments, Failed, Trial};

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

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|first| first == "compile") {
        return bieumau_plugin_host::run_compiler();
    }
    let mut trials = vec![
        Trial::test("a_plugin_is_compiled_in_another_process_and_kept", kept),
        Trial::test("a_kept_copy_that_was_changed_is_made_anew", changed),
        Trial::test("a_copy_of_another_installation_is_not_believed", foreign),
        Trial::test("links_and_open_folders_are_not_believed", links),
        Trial::test("h24_a_component_that_takes_too_long_to_compile_is_given_up", too_long),
        Trial::test("h24_a_component_that_takes_too_much_memory_to_compile_is_given_up", too_much),
        Trial::test("h24_a_compiler_that_breaks_takes_nothing_with_it", broken),
        Trial::test("h22_the_compiler_says_what_is_no_component", invalid),
    ];
    trials.extend(smith::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Outcome = Result<(), Failed>;

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiling").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn cache(&self) -> PathBuf {
        self.0.join("code")
    }

    fn entry(&self) -> PathBuf {
        let mut entries = fs::read_dir(self.cache()).expect("the cache");
        entries.next().expect("an entry").expect("an entry").path()
    }
}

fn process() -> Process {
    Process {
        program: std::env::current_exe().expect("this program"),
        arguments: vec!["compile".into()],
    }
}

fn load_with(limits: Limits, compiling: Compiling, wasm: &[u8]) -> Result<(), PluginError> {
    let host = Host::compiling(limits, compiling)?;
    host.load(common::manifest("hostile", MANIFEST), wasm).map(|_| ())
}

fn load(place: &Place, key: &[u8]) -> Result<(), PluginError> {
    let cache = Some(Cache::new(place.cache(), key));
    load_with(Limits::default(), Compiling { process: Some(process()), cache }, &good())
}

/// Loads with a compiler that cannot be started: only a kept copy will do.
fn load_kept(place: &Place, key: &[u8]) -> Result<(), PluginError> {
    let process = Process { program: "/nowhere/compiler".into(), arguments: vec![] };
    let cache = Some(Cache::new(place.cache(), key));
    load_with(Limits::default(), Compiling { process: Some(process), cache }, &good())
}

fn good() -> Vec<u8> {
    component(&format!("{MEMORY} {APPLY} (i32.const 0))"))
}

fn ensure(right: bool, what: &str) -> Outcome {
    if right { Ok(()) } else { Err(what.into()) }
}

fn kept() -> Outcome {
    let place = Place::new("kept");
    load(&place, b"key")?;
    load_kept(&place, b"key")?;
    let mode = |path: &Path| fs::metadata(path).map(|told| told.permissions().mode() & 0o777);
    ensure(mode(&place.cache())? == 0o700, "the folder is open to others")?;
    ensure(mode(&place.entry())? == 0o600, "the entry is open to others")
}

fn changed() -> Outcome {
    for at in [0, 31, 32, 40, 5_000] {
        let place = Place::new("changed");
        load(&place, b"key")?;
        let path = place.entry();
        let mut bytes = fs::read(&path)?;
        bytes[at] ^= 1;
        fs::write(&path, &bytes)?;
        ensure(load_kept(&place, b"key").is_err(), "changed code was believed")?;
        ensure(!path.exists(), "the changed entry is still there")?;
        load(&place, b"key")?;
        load_kept(&place, b"key")?;
    }
    let place = Place::new("cut");
    load(&place, b"key")?;
    let path = place.entry();
    for length in [0, 10, 1_000] {
        fs::write(&path, &fs::read(&path)?[..length])?;
        ensure(load_kept(&place, b"key").is_err(), "cut code was believed")?;
        load(&place, b"key")?;
    }
    Ok(())
}

fn foreign() -> Outcome {
    let place = Place::new("foreign");
    load(&place, b"their key")?;
    ensure(load_kept(&place, b"our key").is_err(), "foreign code was believed")?;
    // An entry under another name: right code for the wrong component.
    let (one, other) = (Place::new("one"), Place::new("other"));
    load(&one, b"key")?;
    load(&other, b"key")?;
    let other_wasm = component(&format!("{MEMORY} (func $f) {APPLY} (i32.const 0))"));
    let cache = || Some(Cache::new(other.cache(), b"key"));
    let compiling = Compiling { process: Some(process()), cache: cache() };
    load_with(Limits::default(), compiling, &other_wasm)?;
    for entry in fs::read_dir(other.cache())? {
        let path = entry?.path();
        if path.file_name() != one.entry().file_name() {
            fs::copy(one.entry(), &path)?;
        }
    }
    let process = Process { program: "/nowhere/compiler".into(), arguments: vec![] };
    let compiling = Compiling { process: Some(process), cache: cache() };
    let refused = load_with(Limits::default(), compiling, &other_wasm).is_err();
    ensure(refused, "the code of another component was believed")
}

fn links() -> Outcome {
    let place = Place::new("links");
    load(&place, b"key")?;
    let path = place.entry();
    let aside = place.0.join("aside");
    fs::rename(&path, &aside)?;
    symlink(&aside, &path)?;
    ensure(load_kept(&place, b"key").is_err(), "a link was followed")?;
    ensure(aside.exists(), "what a link leads to was removed")?;
    load(&place, b"key")?;
    fs::set_permissions(place.entry(), fs::Permissions::from_mode(0o644))?;
    ensure(load_kept(&place, b"key").is_err(), "an entry that others can read was believed")?;
    load(&place, b"key")?;
    fs::set_permissions(place.cache(), fs::Permissions::from_mode(0o777))?;
    ensure(load_kept(&place, b"key").is_err(), "a folder that others can write was believed")?;
    // Without a folder that can be believed a plugin is compiled each time.
    Ok(load(&place, b"key")?)
}

/// Passes the scan, under limits that are far too wide.
fn bomb(adds: usize) -> (Limits, Vec<u8>) {
    let mut limits = Limits::default();
    limits.function_bytes = 4 << 20;
    let adds = "(local.set 0 (i32.add (local.get 0) (local.get 1)))".repeat(adds);
    (limits, component(&format!("{MEMORY} {APPLY} {adds} (local.get 0))")))
}

fn check_limit(limits: Limits, wasm: &[u8]) -> Outcome {
    let compiling = Compiling { process: Some(process()), cache: None };
    let start = Instant::now();
    let error = load_with(limits, compiling, wasm).err().ok_or("it was compiled")?;
    ensure(error.code() == "L001", &error.to_string())?;
    ensure(error.to_string().contains("compiling it took more than"), &error.to_string())?;
    ensure(start.elapsed() < Duration::from_secs(60), "it took too long")
}

fn too_long() -> Outcome {
    let (mut limits, wasm) = bomb(200_000);
    limits.compile_time = Duration::from_millis(20);
    check_limit(limits, &wasm)
}

fn too_much() -> Outcome {
    let (mut limits, wasm) = bomb(200_000);
    limits.compile_memory_bytes = 160 << 20;
    check_limit(limits, &wasm)
}

fn broken() -> Outcome {
    for program in ["/bin/false", "/nowhere/compiler"] {
        let process = Some(Process { program: program.into(), arguments: vec![] });
        let compiling = Compiling { process, cache: None };
        let error = load_with(Limits::default(), compiling, &good()).err().ok_or("no compiler")?;
        ensure(error.to_string().contains("the compiler failed on it"), &error.to_string())?;
    }
    Ok(())
}

fn invalid() -> Outcome {
    // Well-formed, as far as the scan looks, and not valid.
    let wasm = wat::parse_str("(component (core module (func (result i32))))")?;
    let compiling = Compiling { process: Some(process()), cache: None };
    let error = load_with(Limits::default(), compiling, &wasm).err().ok_or("it was compiled")?;
    ensure(error.to_string().contains("it is not a valid component"), &error.to_string())
}
