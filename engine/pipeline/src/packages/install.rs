//! Installs a package: everything that could speak against it is looked at before anything changes.

use std::path::Path;

use bieumau_model::check;
use bieumau_model::definition::{Manifest, Needs, Report};
use bieumau_model::scope::Caller;
use bieumau_plugin_host::package::Package;
use bieumau_store::{PluginChange, PluginKey, PluginPackage, Store};
use jiff::Timestamp;

use super::files::identity;
use super::needs::{self, NeedView};
use super::{keys, package_problem, trial};
use crate::check::check_some;
use crate::files::Files;
use crate::init::vietnam_day;
use crate::installed::{Installed, InstalledPlugin, revocation, revoked_problem};
use crate::joining;
use crate::plugins::{self, Plugins};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::{Definitions, Workers, overlaid, source_tree};

/// How a package is to be installed.
#[derive(Debug, Clone, Default)]
pub struct InstallRequest {
    /// Needs that are granted; those of an earlier version stay granted.
    pub grant: Vec<String>,
    /// Whether everything that it needs is granted.
    pub grant_all: bool,
    /// Whether a package that nobody signed is taken; it is marked as such from then on.
    pub allow_unsigned: bool,
    /// Whether an older version may take the place of a newer one.
    pub allow_downgrade: bool,
    /// Why, for the audit.
    pub reason: String,
}

/// A version that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledVersion {
    /// Id of the plugin.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// Hash of the package.
    pub sha256: String,
    /// Whose key signed it; `None` when nobody's did.
    pub signed_by: Option<String>,
    /// The version that was in use before.
    pub before: Option<String>,
    /// What is granted to it.
    pub grant: Vec<String>,
    /// Reports that it brings.
    pub reports: Vec<String>,
    /// Whether this very package was in use already, and nothing changed.
    pub is_known: bool,
}

/// Installs the package in `bytes` into the site in `folder`.
///
/// `ask` is shown what is needed and not yet granted, personal data first, and says whether the
/// administrator grants it. Running servers notice the new version by themselves; what they have
/// begun they finish with the old one.
pub fn install_plugin(
    folder: &Path,
    bytes: &[u8],
    request: &InstallRequest,
    workers: &Workers,
    now: Timestamp,
    ask: &mut dyn FnMut(&[NeedView]) -> bool,
) -> Result<InstalledVersion, Problem> {
    let content = Package::read(bytes).map_err(|error| package_problem(&error))?;
    let mut store = super::site_store(folder)?;
    let base = overlaid(folder)?;
    let (key, comment) = vouched(&store, &content, request, now)?;
    let revoked = store.plugin_revocations().map_err(store_problem)?;
    let (id, version) = identity(&content);
    if let Some(reason) = revocation(&content, &revoked) {
        return Err(Problem { code: "J336", ..revoked_problem(&id, &reason) });
    }
    let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
    let before = installed.get(&id).map(|plugin| plugin.package.clone());
    let earlier = earlier_grant(&store, &id)?;
    let known = before.as_ref().is_some_and(|before| before.hash == content.hash());
    let key_id = key.as_ref().map(|key| key.key.clone());
    let mut plugin = InstalledPlugin {
        package: PluginPackage {
            hash: content.hash(),
            plugin: id.clone(),
            version: version.clone(),
            key: key_id,
            comment,
            at: now,
            caller: Caller::Operator.name().to_owned(),
        },
        content,
        grant: Needs::default(),
        revoked: None,
    };
    let earlier_manifest = manifest_of(&installed.laid_over(&base), &id);
    let definitions = checked(&base, installed.with(plugin.clone()), &id, workers)?;
    is_there(&definitions, &id, &version)?;
    if let Some(key) = &key {
        of_province(key, &definitions, &id, earlier_manifest.as_ref())?;
    }
    let last = earlier_manifest.as_ref().map(|manifest| manifest.version.as_str());
    follows(&plugin.package, before.as_ref(), last, &store, request)?;
    plugin.grant = granted(&definitions, &id, &earlier, request, ask)?;
    // The cases are the author's; they hold whatever is granted here.
    let whole = InstalledPlugin { grant: needs::of_plugin(&definitions, &id), ..plugin.clone() };
    let installed = definitions.installed.clone().with(whole);
    let definitions = Definitions { installed, ..definitions };
    tried(folder, &store, workers, &definitions, &id)?;

    let grant = plugin.grant.texts();
    if !known || earlier != plugin.grant {
        // Tables first: a crash in between leaves tables that nobody uses yet.
        store.migrate(&definitions.catalog, now).map_err(store_problem)?;
        let change = if before.is_some() { PluginChange::Upgrade } else { PluginChange::Install };
        store
            .install_plugin(
                &plugin.package,
                bytes,
                &grant,
                change,
                &Caller::Operator,
                &request.reason,
            )
            .map_err(store_problem)?;
    }
    let reports = definitions.catalog.reports.values();
    let own = reports.filter(|report| definitions.plugin_of(report) == Some(id.as_str()));
    Ok(InstalledVersion {
        reports: own.map(|report| report.id.clone()).collect(),
        plugin: id,
        version,
        sha256: plugin.package.hash,
        signed_by: key.map(|key| key.owner),
        before: before.map(|before| before.version),
        grant,
        is_known: known,
    })
}

/// Returns who signed the package, and the signed comment.
fn vouched(
    store: &Store,
    content: &Package,
    request: &InstallRequest,
    now: Timestamp,
) -> Result<(Option<PluginKey>, String), Problem> {
    let signature = content.signature().map_err(|error| package_problem(&error))?;
    match signature {
        Some(_) => {
            let (key, comment) = keys::signer(store, content, vietnam_day(now))?;
            Ok((Some(key), comment))
        }
        None if request.allow_unsigned => Ok((None, String::new())),
        None => Err(Problem::new(
            ProblemKind::BadInput,
            "J331",
            "Gói chưa được ký nên không được cài",
            "the package is not signed, and so is not installed",
        )
        .help(
            "Ký bằng `bieumau plugin sign`; để thử trên máy mình, thêm `--allow-unsigned`",
            "sign it with `bieumau plugin sign`; to try it on a machine of your own, add `--allow-unsigned`",
        )),
    }
}

/// Checks everything that the site will be made of, and the templates that the plugin brings.
fn checked(
    base: &Files,
    installed: Installed,
    id: &str,
    workers: &Workers,
) -> Result<Definitions, Problem> {
    let files = installed.laid_over(base);
    if !files.clashes.is_empty() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J338",
            "Plugin mang tệp trùng với tệp đã có",
            "the plugin brings files of which there are some already",
        )
        .help("Xem từng tệp bên dưới", "see each below")
        .with(joining::clashes(&files)));
    }
    let own = files.clone();
    let is_own = |report: &Report| joining::plugin_of_report(&own, report) == Some(id);
    let (found, catalog) = check_some(files, Some(workers), is_own);
    if found.findings.has_errors() {
        return Err(Problem::new(
            ProblemKind::Definition,
            "J337",
            "Định nghĩa trong gói có chỗ chưa đúng",
            "the definitions of the package are not right",
        )
        .help(
            "Tác giả kiểm tra bằng `bieumau check` trước khi đóng gói",
            "its author checks it with `bieumau check` before packing",
        )
        .with(found.findings));
    }
    // What the site is called and where it is served has no say in this.
    Ok(Definitions { files: found.files, catalog, site: None, installed })
}

/// Makes sure that the definitions have the plugin as it calls itself.
fn is_there(definitions: &Definitions, id: &str, version: &str) -> Result<(), Problem> {
    let manifest = definitions.catalog.plugins.get(id);
    if manifest.is_some_and(|manifest| manifest.version == version) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::BadInput,
        "J348",
        format!("`plugin.yaml` không nói rõ `id` và `version` (đọc được `{id}` `{version}`)"),
        format!(
            "`plugin.yaml` does not tell `id` and `version` plainly (found `{id}` `{version}`)"
        ),
    )
    .help(
        "Viết mỗi khóa trên một dòng, ví dụ `id: my_rules` và `version: 1.0.0`",
        "write each on a line of its own, such as `id: my_rules` and `version: 1.0.0`",
    ))
}

/// Returns the manifest of the plugin of this id as it is in use so far, installed or not.
fn manifest_of(files: &Files, id: &str) -> Option<Manifest> {
    let few = files.clone().only(&["plugins/", "forms/core/codes/"]);
    let mut checked = check::check(&source_tree(&few));
    checked.catalog.plugins.shift_remove(id)
}

/// A key of a province signs plugins of that province, and takes over none of another.
fn of_province(
    key: &PluginKey,
    definitions: &Definitions,
    id: &str,
    before: Option<&Manifest>,
) -> Result<(), Problem> {
    let Some(province) = &key.province else { return Ok(()) };
    let own = definitions.catalog.plugins.get(id);
    for provinces in own.into_iter().chain(before).map(|manifest| &manifest.provinces) {
        if provinces.iter().any(|other| other != province) || provinces.is_empty() {
            let served = if provinces.is_empty() {
                ("mọi tỉnh".to_owned(), "every province".to_owned())
            } else {
                (
                    format!("tỉnh {}", provinces.join(", ")),
                    format!("province {}", provinces.join(", ")),
                )
            };
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J335",
                format!(
                    "Khóa {} ({}) chỉ ký plugin của tỉnh {province}; plugin `{id}` phục vụ {}",
                    key.key, key.owner, served.0
                ),
                format!(
                    "key {} ({}) signs plugins of province {province} only; plugin `{id}` serves {}",
                    key.key, key.owner, served.1
                ),
            )
            .help(
                "Ghi đúng `provinces` trong plugin.yaml, hoặc dùng gói do đúng nơi ký",
                "write the right `provinces` into plugin.yaml, or use a package signed by the right office",
            ));
        }
    }
    Ok(())
}

/// Makes sure that a version comes after the one in use, and is the only one of its number.
fn follows(
    new: &PluginPackage,
    before: Option<&PluginPackage>,
    last: Option<&str>,
    store: &Store,
    request: &InstallRequest,
) -> Result<(), Problem> {
    let (id, version) = (&new.plugin, &new.version);
    let kept = store.plugin_packages().map_err(store_problem)?;
    let other = kept
        .iter()
        .find(|kept| kept.plugin == *id && kept.version == *version && kept.hash != new.hash);
    if let Some(other) = other
        && new.key.is_some()
        && other.key.is_some()
    {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J339",
            format!("Plugin `{id}` {version} đã có với nội dung khác ({})", &other.hash[..12]),
            format!("plugin `{id}` {version} is there with other content ({})", &other.hash[..12]),
        )
        .help("Nội dung mới phải có số phiên bản mới", "new content needs a new version number"));
    }
    let is_same = before.is_some_and(|before| before.hash == new.hash);
    if let Some(last) = last
        && !is_same
        && !request.allow_downgrade
        && order(version) < order(last)
    {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J340",
            format!("Plugin `{id}` {version} cũ hơn phiên bản đang dùng {last}"),
            format!("plugin `{id}` {version} is older than version {last}, which is in use"),
        )
        .help(
            format!("Quay lại bản đã cài: bieumau plugin rollback {id}; cài bản cũ hơn: thêm --allow-downgrade"),
            format!("go back to an installed one: bieumau plugin rollback {id}; to install an older one add --allow-downgrade"),
        ));
    }
    Ok(())
}

/// Reads a version for comparing; a manifest has only right ones.
fn order(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

/// Returns what was granted to the version in use, or to the last one that was.
pub(super) fn earlier_grant(store: &Store, id: &str) -> Result<Needs, Problem> {
    let changes = store.plugin_changes(id).map_err(store_problem)?;
    let Some(last) = changes.into_iter().flatten().next_back() else { return Ok(Needs::default()) };
    let texts = store.plugin_grant(&last).map_err(store_problem)?.unwrap_or_default();
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

/// Settles what the plugin is granted: what it was, what is granted now, what the answer to `ask`
/// is. Nothing that it does not need.
fn granted(
    definitions: &Definitions,
    id: &str,
    earlier: &Needs,
    request: &InstallRequest,
    ask: &mut dyn FnMut(&[NeedView]) -> bool,
) -> Result<Needs, Problem> {
    let needs = needs::of_plugin(definitions, id);
    if request.grant_all {
        return Ok(needs);
    }
    let now = super::versions::read_needs(&request.grant, &needs)?;
    let granted = needs.within(&earlier.and(&now));
    let open = needs.beyond(&granted);
    if open.is_empty() {
        return Ok(granted);
    }
    let views = needs::views(&open, &definitions.catalog);
    if ask(&views) {
        return Ok(needs);
    }
    // A chosen grant may be smaller than the needs: a rule does without optional columns.
    if !request.grant.is_empty() {
        return Ok(granted);
    }
    let listed = open.texts().join(", ");
    Err(Problem::new(
        ProblemKind::BadInput,
        "J342",
        format!("Plugin `{id}` cần quyền chưa được cấp: {listed}"),
        format!("plugin `{id}` needs what was not granted: {listed}"),
    )
    .help(
        "Cấp tất cả: --grant all; cấp từng mục: --grant MỤC",
        "grant all of it: --grant all; or one by one: --grant NEED",
    ))
}

/// Compiles and starts the plugin once, so that no document is the first to try it, and runs its
/// cases.
fn tried(
    folder: &Path,
    store: &Store,
    workers: &Workers,
    definitions: &Definitions,
    id: &str,
) -> Result<(), Problem> {
    if definitions.catalog.plugins.get(id).is_none_or(|manifest| manifest.rules.is_empty()) {
        return Ok(());
    }
    let mut all = Plugins::of_host(plugins::host(workers, folder, store)?);
    all.take(definitions);
    let plugin = all.get(id)?;
    trial::cases_hold(definitions, &plugin)
}
