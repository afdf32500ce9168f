//! The shipped plugins, compiled once for all tests of a file.

#[path = "manifest.rs"]
mod manifest;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bieumau_model::definition::Manifest;
use bieumau_plugin_host::{Host, Limits, Plugin};

/// The shipped plugins.
pub const PLUGINS: [&str; 3] = ["national", "hai_phong", "ho_chi_minh"];

/// Returns the folder of a shipped plugin.
pub fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins").join(id)
}

/// Reads the manifest of a shipped plugin.
fn shipped_manifest(id: &str) -> Manifest {
    let yaml = fs::read_to_string(folder(id).join("plugin.yaml")).expect("plugin.yaml");
    manifest::manifest(id, &yaml)
}

/// Loads a shipped plugin, once for all tests of a file.
pub fn shipped(id: &str) -> &'static Plugin {
    static LOADED: OnceLock<Vec<Plugin>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        let host = Host::new(Limits::default()).expect("a host");
        let load = |id: &&str| {
            let wasm = fs::read(folder(id).join("plugin.wasm")).expect("plugin.wasm");
            host.load(shipped_manifest(id), &wasm).unwrap_or_else(|error| panic!("{error}"))
        };
        PLUGINS.iter().map(load).collect()
    });
    loaded.iter().find(|plugin| plugin.manifest().id == id).expect("a shipped plugin")
}
