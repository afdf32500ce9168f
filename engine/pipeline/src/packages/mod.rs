//! Plugins as packages: packed and signed by who makes them, installed by who runs a site.
//!
//! What a package is, byte for byte, is the job of `plugin_host::package`; what of it is kept, that
//! of `store`. Here it is decided whom a site trusts and what a plugin is given.

mod files;
mod install;
mod key_list;
mod keys;
mod needs;
mod trial;
mod versions;

pub use files::{
    FolderFile, is_key_locked, new_plugin_key, pack_plugin, sign_plugin, signed_with, verify_plugin,
};
pub use install::{InstallRequest, InstalledVersion, install_plugin};
pub use key_list::{import_plugin_keys, publish_plugin_keys};
pub use keys::{KeyView, NewKey, distrust_plugin_key, list_plugin_keys, trust_plugin_key};
pub use needs::NeedView;
pub use versions::{
    PluginVersion, grant_plugin, plugin_needs, plugin_versions, remove_plugin, revoke_plugin,
    rollback_plugin,
};

pub(crate) use needs::forms_read;

use std::path::Path;

use bieumau_plugin_host::package::PackageError;
use bieumau_store::Store;

use crate::problem::{Problem, ProblemKind};
use crate::site::{data_file, open_bare_store, overlaid};

/// Opens the store of the site in `folder`, which must be there.
fn site_store(folder: &Path) -> Result<Store, Problem> {
    let base = overlaid(folder)?;
    if !folder.join("site.yaml").is_file() {
        return Err(crate::site::no_site(folder));
    }
    open_bare_store(&folder.join(data_file(&base)))
}

/// A package that is not right; whoever made it can mend it.
fn package_problem(error: &PackageError) -> Problem {
    Problem::from_diagnostic(ProblemKind::BadInput, error.diagnostic())
}

fn not_installed<'a>(plugin: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let listed = known.collect::<Vec<_>>().join(", ");
    Problem::new(
        ProblemKind::NotFound,
        "J343",
        format!("Chưa cài plugin `{plugin}` từ gói nào"),
        format!("no package of plugin `{plugin}` was installed"),
    )
    .help(format!("Đã cài: {listed}"), format!("installed: {listed}"))
}
