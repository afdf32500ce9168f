//! The plugins of a site, compiled when first called and then kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bieumau_model::definition::Catalog;
use bieumau_plugin_host::{Host, Limits, Plugin};
use sha2::{Digest, Sha256};

use crate::files::Files;
use crate::problem::{Problem, ProblemKind};

/// The plugins of a catalog.
pub(crate) struct Plugins {
    host: Host,
    sources: BTreeMap<String, Source>,
    loaded: Mutex<BTreeMap<String, Arc<Plugin>>>,
}

struct Source {
    manifest: bieumau_model::definition::Manifest,
    component: Arc<[u8]>,
}

impl Plugins {
    /// Takes the component of each plugin of `catalog` from `files`; nothing is compiled yet.
    pub(crate) fn new(catalog: &Catalog, files: &Files) -> Result<Self, Problem> {
        let host = Host::new(Limits::default())
            .map_err(|error| Problem::from_diagnostic(ProblemKind::Machine, error.diagnostic()))?;
        let sources = catalog
            .plugins
            .values()
            .filter_map(|manifest| {
                let component = files.get(&component_path(&manifest.id))?.into();
                Some((manifest.id.clone(), Source { manifest: manifest.clone(), component }))
            })
            .collect();
        Ok(Self { host, sources, loaded: Mutex::default() })
    }

    /// Returns a plugin, compiled at its first use.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Plugin>, Problem> {
        if let Some(plugin) = self.loaded().get(id) {
            return Ok(plugin.clone());
        }
        let source = self.sources.get(id).ok_or_else(|| unknown_plugin(id, self.sources.keys()))?;
        let plugin = self
            .host
            .load(source.manifest.clone(), &source.component)
            .map_err(|error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()))?;
        let plugin = Arc::new(plugin);
        self.loaded().insert(id.to_owned(), plugin.clone());
        Ok(plugin)
    }

    fn loaded(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Plugin>>> {
        // The map is whole between two statements, so a panic elsewhere cannot have torn it.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the path of a plugin's component inside the site.
pub(crate) fn component_path(id: &str) -> String {
    format!("plugins/{id}/plugin.wasm")
}

/// Returns the SHA-256 of a plugin's component as hexadecimal digits.
pub(crate) fn sha256(files: &Files, id: &str) -> String {
    let bytes = files.get(&component_path(id)).unwrap_or_default();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unknown_plugin<'a>(id: &str, known: impl Iterator<Item = &'a String>) -> Problem {
    let listed = known.cloned().collect::<Vec<_>>().join(", ");
    Problem::new(
        ProblemKind::NotFound,
        "J052",
        format!("Không có plugin `{id}`"),
        format!("there is no plugin `{id}`"),
    )
    .help(format!("Các plugin: {listed}"), format!("plugins: {listed}"))
}
