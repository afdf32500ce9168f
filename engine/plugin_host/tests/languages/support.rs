//! Plugins made of a manifest and a text, on one host for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::Catalog;
use bieumau_plugin_host::{Host, Limits, Plugin, PluginError};

/// The one host.
pub fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(|| Host::new(Limits::default()).expect("a host"))
}

pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads manifests, with the shipped code lists and the plugin `national` beside them.
pub fn catalog(manifests: &[(&str, &str)]) -> Catalog {
    let mut tree = SourceTree::default();
    for file in fs::read_dir(project().join("forms/core/codes")).expect("the code lists") {
        let path = file.expect("a code list").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        tree.insert(format!("forms/core/codes/{name}"), read(&path));
    }
    let national = read(&project().join("plugins/national/plugin.yaml"));
    tree.insert("plugins/national/plugin.yaml", national);
    for (id, yaml) in manifests {
        tree.insert(format!("plugins/{id}/plugin.yaml"), *yaml);
    }
    let checked = check(&tree);
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    checked.catalog
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Loads a plugin of the example with one rule in several languages.
pub fn example(id: &str, code: &[u8]) -> Plugin {
    static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
    let catalog = CATALOG.get_or_init(|| {
        let ids = ["learning_rust", "learning_javascript", "learning_python", "learning_yaml"];
        let texts = ids.map(|id| (id, read(&example_folder(id).join("plugin.yaml"))));
        let manifests: Vec<(&str, &str)> =
            texts.iter().map(|(id, text)| (*id, text.as_str())).collect();
        Arc::new(catalog(&manifests))
    });
    let plugin = host().load_with::<PluginError>(catalog.plugins[id].clone(), code, |other| {
        let wasm = fs::read(example_folder(other).join("plugin.wasm")).expect("plugin.wasm");
        Ok(Some(example(other, &wasm)))
    });
    plugin.unwrap_or_else(|error| panic!("{error}"))
}

pub fn example_folder(id: &str) -> PathBuf {
    project().join("examples/learning_results/plugins").join(id)
}
