//! The plugins of a site, compiled when first called and then kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bieumau_model::definition::{Catalog, Manifest};
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
    manifest: Manifest,
    /// `None` when the file of the code is not there.
    code: Option<Arc<[u8]>>,
}

impl Plugins {
    /// Takes the code of each plugin of `catalog` from `files`; nothing is compiled yet.
    pub(crate) fn new(catalog: &Catalog, files: &Files) -> Result<Self, Problem> {
        let host = Host::new(Limits::default())
            .map_err(|error| Problem::from_diagnostic(ProblemKind::Machine, error.diagnostic()))?;
        let sources = catalog
            .plugins
            .values()
            .map(|manifest| {
                let code = files.get(&code_path(manifest)).map(Into::into);
                (manifest.id.clone(), Source { manifest: manifest.clone(), code })
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
        let code = source.code.as_ref().ok_or_else(|| no_code(&source.manifest))?;
        let other = |id: &str| self.sources.contains_key(id).then(|| self.get(id)).transpose();
        let plugin = self.host.load_with(source.manifest.clone(), code, |id| {
            Ok::<_, Problem>(other(id)?.map(|plugin| Plugin::clone(&plugin)))
        })?;
        let plugin = Arc::new(plugin);
        self.loaded().insert(id.to_owned(), plugin.clone());
        Ok(plugin)
    }

    fn loaded(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Plugin>>> {
        // The map is whole between two statements, so a panic elsewhere cannot have torn it.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the path of a plugin's code inside the site.
pub(crate) fn code_path(manifest: &Manifest) -> String {
    format!("plugins/{}/{}", manifest.id, manifest.code.file())
}

/// Returns the SHA-256 of a plugin's code as hexadecimal digits; of JavaScript that of its text.
pub(crate) fn sha256(files: &Files, manifest: &Manifest) -> String {
    let bytes = files.get(&code_path(manifest)).unwrap_or_default();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn no_code(manifest: &Manifest) -> Problem {
    let path = code_path(manifest);
    Problem::new(
        ProblemKind::Plugin,
        "J300",
        format!("Plugin `{}` thiếu tệp `{path}`", manifest.id),
        format!("plugin `{}` lacks the file `{path}`", manifest.id),
    )
    .help(
        "`code` trong plugin.yaml cho biết plugin viết bằng gì; plugin Rust dựng bằng `bieumau plugin build`",
        "`code` in plugin.yaml tells what it is written in; build a Rust plugin with `bieumau plugin build`",
    )
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
