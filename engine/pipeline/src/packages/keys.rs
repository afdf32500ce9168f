//! Whom a site trusts: public keys, each with whose it is, for which province, and how long.

use std::path::Path;

use bieumau_model::scope::Caller;
use bieumau_plugin_host::package::{Package, PackageError, PublicKey};
use bieumau_store::{PluginKey, Store};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{package_problem, site_store};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;

/// A key that is to be trusted.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// The text of the public key file.
    pub text: String,
    /// Whose it is.
    pub owner: String,
    /// Province whose plugins it may sign; `None` for plugins of any province.
    pub province: Option<String>,
    /// First day on which packages signed with it are taken.
    pub valid_from: Option<Date>,
    /// Last day on which packages signed with it are taken.
    pub valid_to: Option<Date>,
}

/// A key as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct KeyView {
    /// Id.
    pub key: String,
    /// Whose it is.
    pub owner: String,
    /// Province whose plugins it may sign.
    pub province: Option<String>,
    /// First day.
    pub valid_from: Option<String>,
    /// Last day.
    pub valid_to: Option<String>,
    /// Whether it is still trusted.
    pub trusted: bool,
}

/// Trusts a key from now on, and returns its id.
pub fn trust_plugin_key(folder: &Path, new: &NewKey, now: Timestamp) -> Result<String, Problem> {
    let key = PublicKey::read(&new.text).map_err(|error| package_problem(&error))?;
    let mut store = site_store(folder)?;
    let line = PluginKey {
        key: key.id(),
        public: key.line(),
        owner: new.owner.clone(),
        province: new.province.clone(),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        trusted: true,
    };
    store.note_plugin_key(&line, &Caller::Operator, now, "").map_err(store_problem)?;
    Ok(line.key)
}

/// Trusts a key no more. What was installed with it stays; see [`super::revoke_plugin`].
pub fn distrust_plugin_key(
    folder: &Path,
    key: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let mut store = site_store(folder)?;
    let keys = store.plugin_keys().map_err(store_problem)?;
    let known = keys.iter().find(|known| known.key.eq_ignore_ascii_case(key));
    let known = known.ok_or_else(|| unknown_key(key, &keys))?;
    let line = PluginKey { trusted: false, ..known.clone() };
    store.note_plugin_key(&line, &Caller::Operator, now, reason).map_err(store_problem)
}

/// Lists the keys of a site.
pub fn list_plugin_keys(folder: &Path) -> Result<Vec<KeyView>, Problem> {
    let keys = site_store(folder)?.plugin_keys().map_err(store_problem)?;
    let date = |day: Option<Date>| day.map(|day| day.to_string());
    let view = |key: PluginKey| KeyView {
        key: key.key,
        owner: key.owner,
        province: key.province,
        valid_from: date(key.valid_from),
        valid_to: date(key.valid_to),
        trusted: key.trusted,
    };
    Ok(keys.into_iter().map(view).collect())
}

/// Finds the trusted key that signed a package and holds the signature against it.
///
/// Returns the key and the signed comment.
pub(super) fn signer(
    store: &Store,
    package: &Package,
    today: Date,
) -> Result<(PluginKey, String), Problem> {
    let signature = package.signature().and_then(|found| found.ok_or(PackageError::NoSignature));
    let signature = signature.map_err(|error| package_problem(&error))?;
    let key = trusted(store, &signature.key_id(), today)?;
    let public = PublicKey::read(&key.public).map_err(|error| package_problem(&error))?;
    let comment = package.verify(&public).map_err(|error| package_problem(&error))?;
    Ok((key, comment))
}

/// Finds a key that is trusted, today.
pub(super) fn trusted(store: &Store, id: &str, today: Date) -> Result<PluginKey, Problem> {
    let keys = store.plugin_keys().map_err(store_problem)?;
    let key = keys.iter().find(|key| key.key == id).ok_or_else(|| unknown_key(id, &keys))?;
    if !key.trusted {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J334",
            format!("Khóa {id} ({}) không còn được tin", key.owner),
            format!("key {id} ({}) is not trusted any more", key.owner),
        )
        .help("Hỏi nơi cấp gói về khóa mới", "ask where the package came from for the new key"));
    }
    let is_early = key.valid_from.is_some_and(|from| today < from);
    if is_early || key.valid_to.is_some_and(|to| to < today) {
        let day = |day: Option<Date>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        let (from, to) = (day(key.valid_from), day(key.valid_to));
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J333",
            format!("Khóa {id} ({}) chỉ có hiệu lực từ {from} đến {to}", key.owner),
            format!("key {id} ({}) is valid from {from} to {to} only", key.owner),
        )
        .help("Hỏi nơi cấp gói về khóa mới", "ask where the package came from for the new key"));
    }
    Ok(key.clone())
}

fn unknown_key(id: &str, keys: &[PluginKey]) -> Problem {
    let listed: Vec<String> =
        keys.iter().map(|key| format!("{} ({})", key.key, key.owner)).collect();
    let listed = if listed.is_empty() { "—".to_owned() } else { listed.join(", ") };
    Problem::new(
        ProblemKind::BadInput,
        "J332",
        format!("Hệ thống này không biết khóa {id}"),
        format!("this site does not know the key {id}"),
    )
    .help(
        format!(
            "Nếu tin khóa này: bieumau plugin key trust TỆP.pub --owner TÊN. Đang tin: {listed}"
        ),
        format!(
            "if you trust it: bieumau plugin key trust FILE.pub --owner NAME. Trusted: {listed}"
        ),
    )
}
