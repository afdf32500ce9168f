//! Lists of keys that are themselves signed: an office publishes whom it trusts, sites take it over.
//!
//! The signer must be a key that the site trusts already. What the list distrusts is distrusted at
//! once; what a site has distrusted a list never brings back, so an older list does no harm.

use std::path::Path;

use bieumau_model::scope::Caller;
use bieumau_plugin_host::package::{PublicKey, SecretKey, Signature};
use bieumau_store::{PluginKey, Store};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::keys::{KeyView, list_plugin_keys, trusted};
use super::{package_problem, site_store};
use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;

/// The list as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyList {
    /// Version of the form of the list.
    schema_version: u32,
    /// The day on which it was made.
    issued: Date,
    /// The keys, those that are trusted no more among them.
    keys: Vec<ListedKey>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedKey {
    /// The public key as one line.
    public: String,
    owner: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    province: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<Date>,
    trusted: bool,
}

impl KeyList {
    /// Reads a list whose signature was found to be right.
    fn read(list: &str) -> Result<Self, Problem> {
        let read: Self = serde_json::from_str(list).map_err(|error| unreadable(&error))?;
        match read.schema_version {
            1 => Ok(read),
            other => Err(other_version(other)),
        }
    }
}

/// Writes the keys of the site as a list, with its signature.
pub fn publish_plugin_keys(
    folder: &Path,
    key: &str,
    password: Option<&str>,
    now: Timestamp,
) -> Result<(String, String), Problem> {
    let keys = site_store(folder)?.plugin_keys().map_err(store_problem)?;
    let listed = |key: PluginKey| ListedKey {
        public: key.public,
        owner: key.owner,
        province: key.province,
        valid_from: key.valid_from,
        valid_to: key.valid_to,
        trusted: key.trusted,
    };
    let issued = vietnam_day(now);
    let list = KeyList { schema_version: 1, issued, keys: keys.into_iter().map(listed).collect() };
    let mut text = serde_json::to_string_pretty(&list).map_err(|error| unreadable(&error))?;
    text.push('\n');
    let signed = SecretKey::read(key, password)
        .and_then(|key| key.sign(text.as_bytes(), &format!("bieumau keys {issued}")));
    Ok((text, signed.map_err(|error| package_problem(&error))?))
}

/// Takes over a signed list; returns the keys that it changed.
pub fn import_plugin_keys(
    folder: &Path,
    list: &str,
    signature: &str,
    now: Timestamp,
) -> Result<Vec<KeyView>, Problem> {
    let mut store = site_store(folder)?;
    let signer = signer(&store, list, signature, vietnam_day(now))?;
    let read = KeyList::read(list)?;
    let known = store.plugin_keys().map_err(store_problem)?;
    let mut changes = Vec::new();
    for listed in read.keys {
        let province = signer.province.as_ref();
        if province.is_some() && listed.province.as_ref() != province {
            return Err(beyond(&signer, &listed));
        }
        let new = stored(listed)?;
        let own = known.iter().find(|own| own.key == new.key);
        // Whose key it is must not change hands by a list of somebody else's province.
        if let (Some(province), Some(own)) = (province, own)
            && own.province.as_ref() != Some(province)
        {
            return Err(beyond(&signer, &listed_of(own)));
        }
        if own.is_none_or(|own| own.trusted && *own != new) {
            changes.push(new);
        }
    }
    let reason = format!("danh sách khóa ngày {}, khóa ký {}", read.issued, signer.key);
    for change in &changes {
        store.note_plugin_key(change, &Caller::Operator, now, &reason).map_err(store_problem)?;
    }
    let mut shown = list_plugin_keys(folder)?;
    shown.retain(|view| changes.iter().any(|change| change.key == view.key));
    Ok(shown)
}

/// Finds the trusted key that signed the list, and holds the signature against it.
fn signer(store: &Store, list: &str, signature: &str, today: Date) -> Result<PluginKey, Problem> {
    let signature = Signature::read(signature).map_err(|error| package_problem(&error))?;
    let key = trusted(store, &signature.key_id(), today)?;
    let verified =
        PublicKey::read(&key.public).and_then(|public| signature.verify(list.as_bytes(), &public));
    verified.map_err(|error| package_problem(&error))?;
    Ok(key)
}

fn stored(listed: ListedKey) -> Result<PluginKey, Problem> {
    let key = PublicKey::read(&listed.public).map_err(|error| package_problem(&error))?;
    Ok(PluginKey {
        key: key.id(),
        public: key.line(),
        owner: listed.owner,
        province: listed.province,
        valid_from: listed.valid_from,
        valid_to: listed.valid_to,
        trusted: listed.trusted,
    })
}

fn listed_of(key: &PluginKey) -> ListedKey {
    ListedKey {
        public: key.public.clone(),
        owner: key.owner.clone(),
        province: key.province.clone(),
        valid_from: key.valid_from,
        valid_to: key.valid_to,
        trusted: key.trusted,
    }
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J354",
        format!("Danh sách khóa không đúng dạng: {error}"),
        format!("the list of keys is not right: {error}"),
    )
    .help(
        "Tạo danh sách bằng `bieumau plugin key publish`",
        "make the list with `bieumau plugin key publish`",
    )
}

fn other_version(version: u32) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J354",
        format!("Danh sách khóa có dạng phiên bản {version}, chương trình này đọc phiên bản 1"),
        format!("the list of keys has version {version}, this program reads version 1"),
    )
    .help("Cập nhật chương trình", "update the program")
}

fn beyond(signer: &PluginKey, listed: &ListedKey) -> Problem {
    let own = signer.province.as_deref().unwrap_or("*");
    Problem::new(
        ProblemKind::BadInput,
        "J355",
        format!(
            "Khóa {} ({}) chỉ nói về khóa của tỉnh {own}; danh sách có khóa của {}",
            signer.key, signer.owner, listed.owner
        ),
        format!(
            "key {} ({}) speaks of keys of province {own} only; the list has one of {}",
            signer.key, signer.owner, listed.owner
        ),
    )
    .help(
        "Tỉnh chỉ đưa vào danh sách các khóa của tỉnh mình",
        "a province lists the keys of that province only",
    )
}

#[cfg(test)]
mod tests {
    use bieumau_model::text::Locale;

    use super::KeyList;

    /// Checks that a list is refused with this sentence in English, and is told what to do.
    fn check_refused(list: &str, expected: &str) {
        let Err(problem) = KeyList::read(list) else { panic!("accepted, not: {expected}") };
        assert_eq!(problem.code, "J354");
        let said = problem.title.get(Locale::En);
        assert!(said.starts_with(expected), "{said}");
        assert_ne!(problem.title.get(Locale::Vi), said);
        assert!(problem.help.is_some());
    }

    #[test]
    fn lists_that_are_not_right_are_refused() {
        check_refused("", "the list of keys is not right: EOF while parsing");
        check_refused("[]", "the list of keys is not right: ");
        let list = r#"{"schema_version": 1, "issued": "2026-06-15", "keys": [], "more": 1}"#;
        check_refused(list, "the list of keys is not right: unknown field `more`");
        let list = r#"{"schema_version": 1, "issued": "2026-06-31", "keys": []}"#;
        check_refused(list, "the list of keys is not right: ");
        let list = r#"{"schema_version": 1, "issued": "2026-06-15", "keys": [{"public": "x"}]}"#;
        check_refused(list, "the list of keys is not right: missing field `owner`");
        let list = r#"{"schema_version": 2, "issued": "2026-06-15", "keys": []}"#;
        check_refused(list, "the list of keys has version 2, this program reads version 1");
    }

    #[test]
    fn a_list_of_no_keys_is_right() {
        let list = r#"{"schema_version": 1, "issued": "2026-06-15", "keys": []}"#;
        assert!(KeyList::read(list).is_ok());
    }
}
