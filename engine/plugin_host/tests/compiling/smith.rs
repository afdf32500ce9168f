//! Random components of `wasm-smith`, from the scan to the answer: each is refused, ends as an error
//! of its own, or answers; none breaks the compiler or the host.
//!
//! They lie in an archive, written by `engine/plugin_host/smith`. `BIEUMAU_SMITH` names another one:
//! with another seed, and as many as you like.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::time::Duration;

use bieumau_model::table::{Cells, Column, Table};
use bieumau_plugin_host::error::LoadError;
use bieumau_plugin_host::{Compiling, Explain, Host, Limits, Plugin, PluginError};
use libtest_mimic::{Failed, Trial};

use super::{MANIFEST, Outcome, common, ensure, process};

const ARCHIVE: &[u8] = include_bytes!("../smith/components.zip");

/// What of the archive one trial takes, and what must come up among its outcomes.
///
/// `features` and `module` may have features that are off; those that have none are loaded, as are
/// all of the last three.
const KINDS: [(&str, &[&str]); 6] = [
    ("component", &["L001"]),
    ("module", &["L001"]),
    ("contract", &["P004", "P006"]),
    ("features", &["L001"]),
    ("allocating", &["P002", "P004", "P006"]),
    ("answering", &["P002", "P004", "P006"]),
];

/// One trial for each kind: they run side by side.
pub fn trials() -> Vec<Trial> {
    let trial = |(kind, expected): (&'static str, &'static [&'static str])| {
        Trial::test(format!("random_components_do_no_harm_{kind}"), move || check(kind, expected))
    };
    KINDS.into_iter().map(trial).collect()
}

/// Sends all of a kind through one host; among them a good one is served.
fn check(kind: &str, expected: &[&str]) -> Outcome {
    let mut limits = Limits::default();
    limits.fuel = 1_000_000;
    limits.time = Duration::from_secs(5);
    let host = Host::compiling(limits, Compiling { process: Some(process()), cache: None })?;
    let good = load(&host, &super::good())?;
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, wasm) in components(kind)? {
        let outcome = outcome(&host, &wasm).map_err(|what| format!("{name}: {what}"))?;
        *outcomes.entry(outcome).or_default() += 1;
        // It answers by nothing at all, which is an answer that is told to be wrong.
        ensure(call(&good) == "P006", &format!("{name}: the host does not go on"))?;
    }
    let missing = expected.iter().find(|code| !outcomes.contains_key(**code));
    ensure(missing.is_none(), &format!("{kind}: {missing:?} did not come up in {outcomes:?}"))
}

/// Returns the code with which a component ends; the error is that it harmed compiler or host.
fn outcome(host: &Host, wasm: &[u8]) -> Result<&'static str, String> {
    match load(host, wasm) {
        Ok(plugin) => match call(&plugin) {
            code @ ("L002" | "C001" | "C002" | "H001") => Err(format!("the call ends as {code}")),
            code => Ok(code),
        },
        Err(PluginError::Load {
            reason: reason @ (LoadError::Compiler { .. } | LoadError::CompileLimit { .. }),
            ..
        }) => Err(reason.to_string()),
        Err(error) if error.to_string().contains("panicked") => Err(error.to_string()),
        Err(error) => Ok(error.code()),
    }
}

fn load(host: &Host, wasm: &[u8]) -> Result<Plugin, PluginError> {
    host.load(common::manifest("hostile", MANIFEST), wasm)
}

fn call(plugin: &Plugin) -> &'static str {
    let cells = Cells::Integer(vec![Some(1), Some(2)]);
    let column = Column { name: "number".to_owned(), cells };
    let given = Table::new("given", vec![column]).expect("one column");
    match plugin.apply("run", &[], &[given], Explain::No) {
        Ok(_) => "an answer",
        Err(error) => error.code(),
    }
}

/// Reads the components of a kind, with their names.
fn components(kind: &str) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    let bytes = match std::env::var_os("BIEUMAU_SMITH") {
        Some(path) => std::fs::read(path)?,
        None => ARCHIVE.to_vec(),
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at)?;
        let name = entry.name()?.into_owned();
        if name.starts_with(&format!("{kind}-")) {
            let mut wasm = Vec::new();
            entry.read_to_end(&mut wasm)?;
            found.push((name, wasm));
        }
    }
    ensure(!found.is_empty(), "the archive has none of this kind")?;
    Ok(found)
}
