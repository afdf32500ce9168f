//! The plugins that are installed in a site: their packages as the store keeps them, each held
//! against its hash again before anything in it is used.

use std::collections::BTreeMap;
use std::path::Path;

use bieumau_model::definition::Needs;
use bieumau_model::text::Text;
use bieumau_plugin_host::package::Package;
use bieumau_store::{PluginInUse, PluginPackage, PluginsInUse};

use jiff::Timestamp;

use crate::files::Files;
use crate::joining::join_package;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;

/// The installed plugins, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Installed {
    state: i64,
    plugins: BTreeMap<String, InstalledPlugin>,
}

/// A version in use.
#[derive(Debug, Clone)]
pub(crate) struct InstalledPlugin {
    /// What the store tells of it.
    pub package: PluginPackage,
    /// Its content.
    pub content: Package,
    /// What was granted to it.
    pub grant: Needs,
    /// Why it may not be used any more.
    pub revoked: Option<String>,
}

impl Installed {
    /// Reads what is in use in the store `path`, which is not opened for writing.
    pub(crate) fn read(path: &Path) -> Result<Self, Problem> {
        Self::of(bieumau_store::plugins_in_use(path).map_err(store_problem)?)
    }

    /// Takes what the store tells.
    pub(crate) fn of(in_use: PluginsInUse) -> Result<Self, Problem> {
        let PluginsInUse { state, plugins, revoked } = in_use;
        let plugin = |plugin: PluginInUse| -> Result<_, Problem> {
            let PluginInUse { package, bytes, grant } = plugin;
            let kept = InstalledPlugin::kept(package, &bytes)?;
            let grant = grant.iter().filter_map(|need| need.parse().ok()).collect();
            let revoked = revocation(&kept.content, &revoked);
            let id = kept.package.plugin.clone();
            Ok((id, InstalledPlugin { grant, revoked, ..kept }))
        };
        Ok(Self { state, plugins: plugins.into_iter().map(plugin).collect::<Result<_, _>>()? })
    }

    /// Returns the number that tells one state of the installed plugins from another.
    pub(crate) fn state(&self) -> i64 {
        self.state
    }

    /// Returns what is installed as `plugin`.
    pub(crate) fn get(&self, plugin: &str) -> Option<&InstalledPlugin> {
        self.plugins.get(plugin)
    }

    /// Uses `plugin` instead of what is installed under its id.
    pub(crate) fn with(mut self, plugin: InstalledPlugin) -> Self {
        self.plugins.insert(plugin.package.plugin.clone(), plugin);
        self
    }

    /// Leaves `plugin` out.
    pub(crate) fn without(mut self, plugin: &str) -> Self {
        self.plugins.remove(plugin);
        self
    }

    /// Lays all of them over `base`.
    pub(crate) fn laid_over(&self, base: &Files) -> Files {
        let mut files = base.clone();
        for (id, plugin) in &self.plugins {
            join_package(&mut files, id, plugin.content.files());
        }
        files
    }
}

impl InstalledPlugin {
    /// Takes a package that the store keeps, with nothing granted yet.
    pub(crate) fn kept(package: PluginPackage, bytes: &[u8]) -> Result<Self, Problem> {
        let content =
            Package::read(bytes).map_err(|error| damaged(&package, &error.to_string()))?;
        if content.hash() != package.hash {
            return Err(damaged(&package, "SHA-256"));
        }
        Ok(Self { package, content, grant: Needs::default(), revoked: None })
    }

    /// Takes a package that nobody keeps yet.
    pub(crate) fn unsigned(id: &str, version: &str, content: Package) -> Self {
        let package = PluginPackage {
            hash: content.hash(),
            plugin: id.to_owned(),
            version: version.to_owned(),
            key: None,
            comment: String::new(),
            at: Timestamp::UNIX_EPOCH,
            caller: String::new(),
        };
        Self { package, content, grant: Needs::default(), revoked: None }
    }
}

/// Returns why a package may not be used, when it or a file of it was revoked.
pub(crate) fn revocation(content: &Package, revoked: &[(String, String)]) -> Option<String> {
    let own = content.hash();
    let files = || content.files().filter_map(|(path, _)| content.hash_of(path));
    let found = revoked.iter().find(|(hash, _)| *hash == own || files().any(|file| file == *hash));
    found.map(|(_, reason)| reason.clone())
}

/// A plugin that was revoked, as whoever asks for it is told.
pub(crate) fn revoked_problem(plugin: &str, reason: &str) -> Problem {
    Problem::new(
        ProblemKind::Plugin,
        "J351",
        format!("Plugin `{plugin}` đã bị thu hồi: {reason}"),
        format!("plugin `{plugin}` was revoked: {reason}"),
    )
    .help(
        "Cài phiên bản mới, hoặc quay lại phiên bản cũ: bieumau plugin rollback",
        "install a newer version, or go back to an older one: bieumau plugin rollback",
    )
}

fn damaged(package: &PluginPackage, what: &str) -> Problem {
    let PluginPackage { plugin, version, .. } = package;
    Problem::new(
        ProblemKind::Machine,
        "J352",
        format!("Gói plugin `{plugin}` {version} trong kho dữ liệu bị hỏng: {what}"),
        format!("the package of plugin `{plugin}` {version} in the store is damaged: {what}"),
    )
    .help(
        "Khôi phục bản sao lưu, hoặc cài lại gói",
        "restore a backup, or install the package again",
    )
}

/// How far a plugin is vouched for, for lists and documents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Vouched {
    /// It comes with the program.
    Shipped,
    /// It lies in the site's folder, put there by whoever runs the machine.
    Folder,
    /// It was installed from a package that a trusted key had signed.
    Signed,
    /// It was installed from a package that nobody had signed.
    Unsigned,
}

impl Vouched {
    /// Returns the words for it.
    pub fn words(&self) -> Text {
        match self {
            Self::Shipped => Text::both("có sẵn", "shipped"),
            Self::Folder => Text::both("trong thư mục", "in the folder"),
            Self::Signed => Text::both("đã ký", "signed"),
            Self::Unsigned => Text::both("CHƯA KÝ", "UNSIGNED"),
        }
    }
}
