//! What becomes of installed plugins: lists, rollback, removal, grants, revocations.

use std::path::Path;

use bieumau_model::definition::{Need, Needs};
use bieumau_model::scope::Caller;
use bieumau_store::{PluginChange, PluginPackage, Store};
use jiff::Timestamp;
use serde::Serialize;

use super::needs::{self, NeedView};
use super::{not_installed, site_store};
use crate::installed::{Installed, InstalledPlugin};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::{Definitions, overlaid};

/// A version that a site keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PluginVersion {
    /// Id of the plugin.
    pub plugin: String,
    /// Version.
    pub version: String,
    /// Hash of the package.
    pub sha256: String,
    /// Id of the key that signed it.
    pub key: Option<String>,
    /// When it was installed first.
    pub at: String,
    /// Whether it is in use.
    pub in_use: bool,
    /// Why it may not be used any more.
    pub revoked: Option<String>,
}

/// Lists every version that the site keeps, oldest first.
pub fn plugin_versions(folder: &Path) -> Result<Vec<PluginVersion>, Problem> {
    let store = site_store(folder)?;
    let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
    let revoked = store.plugin_revocations().map_err(store_problem)?;
    let version = |package: PluginPackage| {
        let own = installed.get(&package.plugin).filter(|own| own.package.hash == package.hash);
        let by_hash = revoked.iter().find(|(hash, _)| *hash == package.hash);
        PluginVersion {
            in_use: own.is_some(),
            revoked: own
                .and_then(|own| own.revoked.clone())
                .or_else(|| by_hash.map(|(_, reason)| reason.clone())),
            plugin: package.plugin,
            version: package.version,
            sha256: package.hash,
            key: package.key,
            at: package.at.to_string(),
        }
    };
    let packages = store.plugin_packages().map_err(store_problem)?;
    Ok(packages.into_iter().map(version).collect())
}

/// Goes back to the version that was in use before, or to `version`; returns it.
pub fn rollback_plugin(
    folder: &Path,
    plugin: &str,
    version: Option<&str>,
    reason: &str,
    now: Timestamp,
) -> Result<String, Problem> {
    let mut store = site_store(folder)?;
    let packages = kept(&store, plugin)?;
    let changes = store.plugin_changes(plugin).map_err(store_problem)?;
    let current = changes.last().cloned().flatten();
    let target = match version {
        Some(version) => packages.iter().rfind(|package| package.version == version),
        None => {
            let before =
                changes.iter().rev().flatten().find(|hash| current.as_ref() != Some(*hash));
            before.and_then(|hash| packages.iter().find(|package| package.hash == *hash))
        }
    };
    let target = target.ok_or_else(|| {
        let listed: Vec<&str> = packages.iter().map(|package| package.version.as_str()).collect();
        let listed = listed.join(", ");
        Problem::new(
            ProblemKind::NotFound,
            "J344",
            format!("Plugin `{plugin}` không có phiên bản nào để quay lại"),
            format!("plugin `{plugin}` has no version to go back to"),
        )
        .help(format!("Đang giữ: {listed}"), format!("kept: {listed}"))
    })?;
    let definitions = with(folder, &store, target)?;
    store.migrate(&definitions.catalog, now).map_err(store_problem)?;
    store
        .switch_plugin(
            plugin,
            Some(&target.hash),
            PluginChange::Rollback,
            &Caller::Operator,
            now,
            reason,
        )
        .map_err(store_problem)?;
    Ok(target.version.clone())
}

/// Uses no version of the plugin any more; returns the forms whose records stay in the store.
///
/// Refused when other definitions would not be right without it.
pub fn remove_plugin(
    folder: &Path,
    plugin: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Vec<String>, Problem> {
    let mut store = site_store(folder)?;
    let base = overlaid(folder)?;
    let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
    if installed.get(plugin).is_none() {
        let packages = store.plugin_packages().map_err(store_problem)?;
        return Err(not_installed(plugin, packages.iter().map(|own| own.plugin.as_str())));
    }
    let without = Definitions::from_files(&base, installed.clone().without(plugin));
    // A site that is not right with the plugin either is no reason to keep it.
    let forms = match (Definitions::from_files(&base, installed), without) {
        (Ok(_), Err(problem)) => {
            return Err(Problem::new(
                ProblemKind::Definition,
                "J345",
                format!("Không gỡ được plugin `{plugin}`: định nghĩa khác còn dùng nó"),
                format!("plugin `{plugin}` cannot be removed: other definitions use it"),
            )
            .help("Sửa các chỗ bên dưới trước", "mend the places below first")
            .with(problem.findings));
        }
        (Ok(with), Ok(without)) => with
            .catalog
            .forms
            .keys()
            .filter(|form| !without.catalog.forms.contains_key(*form))
            .cloned()
            .collect(),
        (Err(_), _) => Vec::new(),
    };
    store
        .switch_plugin(plugin, None, PluginChange::Remove, &Caller::Operator, now, reason)
        .map_err(store_problem)?;
    Ok(forms)
}

/// Lists what the version in use needs, each with whether it is granted.
pub fn plugin_needs(folder: &Path, plugin: &str) -> Result<Vec<(NeedView, bool)>, Problem> {
    let store = site_store(folder)?;
    let (definitions, own) = in_use(folder, &store, plugin)?;
    let needs = needs::of_plugin(&definitions, plugin);
    let views = needs::views(&needs, &definitions.catalog).into_iter();
    let is_granted =
        |view: &NeedView| view.need.parse::<Need>().is_ok_and(|need| own.grant.contains(&need));
    Ok(views.map(|view| (view.clone(), is_granted(&view))).collect())
}

/// Grants needs to the version in use, or takes them back; returns all that it has then.
pub fn grant_plugin(
    folder: &Path,
    plugin: &str,
    wanted: &[String],
    is_taken_back: bool,
    reason: &str,
    now: Timestamp,
) -> Result<Vec<String>, Problem> {
    let mut store = site_store(folder)?;
    let (definitions, own) = in_use(folder, &store, plugin)?;
    let needs = needs::of_plugin(&definitions, plugin);
    let wanted = read_needs(wanted, &needs)?;
    let grant = if is_taken_back { own.grant.beyond(&wanted) } else { own.grant.and(&wanted) };
    let texts = grant.texts();
    store
        .grant_plugin(plugin, &own.package.hash, &texts, &Caller::Operator, now, reason)
        .map_err(store_problem)?;
    Ok(texts)
}

/// Lets a package, or any package with this file in it, never be used again.
pub fn revoke_plugin(
    folder: &Path,
    sha256: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let hash = sha256.to_ascii_lowercase();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J347",
            format!("`{sha256}` không phải mã SHA-256"),
            format!("`{sha256}` is not a SHA-256"),
        )
        .help(
            "64 chữ số thập lục phân; xem `bieumau plugin list`",
            "64 hexadecimal digits; see `bieumau plugin list`",
        ));
    }
    let mut store = site_store(folder)?;
    store.revoke_plugin(&hash, &Caller::Operator, now, reason).map_err(store_problem)
}

/// Reads needs as they were written; `all` stands for all of `known`.
pub(super) fn read_needs(texts: &[String], known: &Needs) -> Result<Needs, Problem> {
    let mut needs = Needs::default();
    for text in texts {
        if text == "all" {
            return Ok(known.clone());
        }
        match text.parse::<Need>() {
            Ok(need) if known.contains(&need) => needs.insert(need),
            Ok(_) | Err(_) => {
                let listed = known.texts().join(", ");
                return Err(Problem::new(
                    ProblemKind::BadInput,
                    "J346",
                    format!("Plugin này không cần `{text}`"),
                    format!("this plugin does not need `{text}`"),
                )
                .help(format!("Cần: {listed}"), format!("it needs: {listed}")));
            }
        }
    }
    Ok(needs)
}

/// Returns the definitions of the site, and what is installed as `plugin`.
fn in_use(
    folder: &Path,
    store: &Store,
    plugin: &str,
) -> Result<(Definitions, InstalledPlugin), Problem> {
    let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
    let own = match installed.get(plugin) {
        Some(own) => own.clone(),
        None => {
            let packages = store.plugin_packages().map_err(store_problem)?;
            return Err(not_installed(plugin, packages.iter().map(|own| own.plugin.as_str())));
        }
    };
    Ok((Definitions::from_files(&overlaid(folder)?, installed)?, own))
}

fn kept(store: &Store, plugin: &str) -> Result<Vec<PluginPackage>, Problem> {
    let packages = store.plugin_packages().map_err(store_problem)?;
    let own: Vec<PluginPackage> =
        packages.iter().filter(|package| package.plugin == plugin).cloned().collect();
    if own.is_empty() {
        return Err(not_installed(plugin, packages.iter().map(|own| own.plugin.as_str())));
    }
    Ok(own)
}

/// Checks the site as it will be with `target` in use.
fn with(folder: &Path, store: &Store, target: &PluginPackage) -> Result<Definitions, Problem> {
    let bytes = store.plugin_bytes(&target.hash).map_err(store_problem)?.unwrap_or_default();
    let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
    let plugin = InstalledPlugin::kept(target.clone(), &bytes)?;
    let revoked = store.plugin_revocations().map_err(store_problem)?;
    if let Some(reason) = crate::installed::revocation(&plugin.content, &revoked) {
        return Err(crate::installed::revoked_problem(&target.plugin, &reason));
    }
    Definitions::from_files(&overlaid(folder)?, installed.with(plugin))
}
