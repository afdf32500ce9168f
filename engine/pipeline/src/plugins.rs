//! The plugins of a site, compiled when first called and then kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bieumau_model::definition::{Manifest, Needs};
use bieumau_plugin_host::{Cache, Compiling, Host, Limits, Plugin, Process};
use bieumau_store::Store;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::files::{Files, Source as FileSource};
use crate::installed::{Vouched, revoked_problem};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::{Definitions, Workers};

/// Folder of the machine code of plugins inside a site.
const MACHINE_CODE: &str = ".machine-code";

/// Name of the secret that seals it.
const SEAL: &str = "machine code";

/// Argument that makes this program a compiler of plugins.
const COMPILER: &str = "plugin-compiler";

/// The plugins of a catalog.
pub(crate) struct Plugins {
    host: Host,
    sources: BTreeMap<String, Source>,
}

struct Source {
    manifest: Manifest,
    /// `None` when the file of the code is not there.
    code: Option<Arc<[u8]>>,
    pin: PluginPin,
    grant: Option<Needs>,
    revoked: Option<String>,
    /// Filled at the first use; whoever comes meanwhile waits for the same compilation.
    loaded: Mutex<Option<Arc<Plugin>>>,
}

/// Which plugin made something, exactly: what a document or a result is held against later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginPin {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the package, or of the code of a plugin that was not installed from one.
    pub sha256: String,
    /// How far it is vouched for.
    pub vouched: Vouched,
    /// Id of the key that signed the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Makes the host of a site: it compiles in a process of its own, and keeps the machine code.
pub(crate) fn host(workers: &Workers, folder: &Path, store: &Store) -> Result<Host, Problem> {
    let key = store.plugin_secret(SEAL).map_err(store_problem)?;
    let compiling = Compiling {
        process: Some(Process {
            program: workers.program.clone(),
            arguments: vec![OsString::from(COMPILER)],
        }),
        cache: Some(Cache::new(folder.join(MACHINE_CODE), &key)),
    };
    Host::compiling(Limits::default(), compiling).map_err(|error| host_problem(&error))
}

impl Plugins {
    /// Makes a host that compiles right here and keeps nothing, with the plugins of `definitions`.
    pub(crate) fn new(definitions: &Definitions) -> Result<Self, Problem> {
        let host = Host::new(Limits::default()).map_err(|error| host_problem(&error))?;
        let mut plugins = Self::of_host(host);
        plugins.take(definitions);
        Ok(plugins)
    }

    /// Makes an empty set of plugins for `host`.
    pub(crate) fn of_host(host: Host) -> Self {
        Self { host, sources: BTreeMap::new() }
    }

    /// Makes an empty set for the same host; what it has compiled is kept as machine code.
    pub(crate) fn successor(&self) -> Self {
        Self::of_host(self.host.clone())
    }

    /// Takes the code of each plugin of `definitions`; nothing is compiled yet.
    pub(crate) fn take(&mut self, definitions: &Definitions) {
        let Definitions { files, catalog, installed, .. } = definitions;
        for manifest in catalog.plugins.values() {
            let own = installed.get(&manifest.id);
            let source = Source {
                manifest: manifest.clone(),
                code: files.get(&code_path(manifest)).map(Into::into),
                pin: pin(definitions, manifest),
                grant: own.map(|own| own.grant.clone()),
                revoked: own.and_then(|own| own.revoked.clone()),
                loaded: Mutex::default(),
            };
            self.sources.insert(manifest.id.clone(), source);
        }
    }

    /// Returns a plugin, compiled at its first use.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Plugin>, Problem> {
        let source = self.sources.get(id).ok_or_else(|| unknown_plugin(id, self.sources.keys()))?;
        if let Some(reason) = &source.revoked {
            return Err(revoked_problem(id, reason));
        }
        for like in source.manifest.rules.iter().filter_map(|rule| rule.like.as_ref()) {
            if self.leans_on(&like.plugin, id, &mut Vec::new()) {
                return Err(circular(id, &like.plugin));
            }
        }
        // The slot is whole between two statements, so a panic elsewhere cannot have torn it.
        let mut loaded = source.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = &*loaded {
            return Ok(plugin.clone());
        }
        let code = source.code.as_ref().ok_or_else(|| no_code(&source.manifest))?;
        let other = |id: &str| self.sources.contains_key(id).then(|| self.get(id)).transpose();
        let plugin = self.host.load_with(source.manifest.clone(), code, |id| {
            Ok::<_, Problem>(other(id)?.map(|plugin| Plugin::clone(&plugin)))
        })?;
        let plugin = Arc::new(match &source.grant {
            Some(grant) => plugin.granted(grant.clone()),
            None => plugin,
        });
        *loaded = Some(plugin.clone());
        Ok(plugin)
    }

    /// Returns whether the plugin `from` takes over rules of `id`, itself or through others.
    fn leans_on<'s>(&'s self, from: &'s str, id: &str, seen: &mut Vec<&'s str>) -> bool {
        if from == id {
            return true;
        }
        let Some(source) = self.sources.get(from).filter(|_| !seen.contains(&from)) else {
            return false;
        };
        seen.push(from);
        let mut others = source.manifest.rules.iter().filter_map(|rule| rule.like.as_ref());
        others.any(|like| self.leans_on(&like.plugin, id, seen))
    }

    /// Returns what pins a plugin.
    pub(crate) fn pin(&self, id: &str) -> Option<&PluginPin> {
        self.sources.get(id).map(|source| &source.pin)
    }
}

/// Returns what pins a plugin of `definitions`.
pub(crate) fn pin(definitions: &Definitions, manifest: &Manifest) -> PluginPin {
    let Manifest { id, version, .. } = manifest;
    let installed = definitions.installed.get(id).map(|own| &own.package);
    let path = format!("plugins/{id}/plugin.yaml");
    let vouched = match (installed, definitions.files.source(&path)) {
        (Some(package), _) if package.key.is_some() => Vouched::Signed,
        (Some(_), _) => Vouched::Unsigned,
        (None, Some(FileSource::Shipped)) => Vouched::Shipped,
        (None, _) => Vouched::Folder,
    };
    PluginPin {
        id: id.clone(),
        version: version.clone(),
        sha256: installed
            .map_or_else(|| sha256(&definitions.files, manifest), |package| package.hash.clone()),
        vouched,
        key: installed.and_then(|package| package.key.clone()),
    }
}

/// Returns the path of a plugin's code inside the site.
fn code_path(manifest: &Manifest) -> String {
    format!("plugins/{}/{}", manifest.id, manifest.code.file())
}

/// Returns the SHA-256 of a plugin's code as hexadecimal digits; of JavaScript that of its text.
fn sha256(files: &Files, manifest: &Manifest) -> String {
    let bytes = files.get(&code_path(manifest)).unwrap_or_default();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn host_problem(error: &bieumau_plugin_host::PluginError) -> Problem {
    Problem::from_diagnostic(ProblemKind::Machine, error.diagnostic())
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

fn circular(id: &str, other: &str) -> Problem {
    Problem::new(
        ProblemKind::Plugin,
        "J353",
        format!("Plugin `{id}` và `{other}` dùng quy tắc của nhau theo vòng tròn"),
        format!("the plugins `{id}` and `{other}` take over rules of each other in a circle"),
    )
    .help(
        "Để một plugin tự có quy tắc, không dùng `like` tới plugin kia",
        "let one of them have rules of its own, without `like` to the other",
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
