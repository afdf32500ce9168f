//! The list of a package: a line for every file, as `sha256sum` writes and reads them.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::error::PackageError;
use super::{hex, names};

/// Writes the list of `files`, by path.
pub(super) fn write(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut list = String::new();
    for (path, bytes) in files {
        writeln!(list, "{}  {path}", hex(&Sha256::digest(bytes))).expect("to a string");
    }
    list
}

/// Makes sure that `list` tells exactly `files`.
pub(super) fn check(list: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PackageError> {
    let mut told = BTreeMap::new();
    for line in list.lines() {
        let (hash, path) = line.split_once("  ").ok_or_else(bad_line)?;
        if hash.len() != 64 || told.insert(path, hash).is_some() {
            return Err(bad_line());
        }
    }
    for (path, bytes) in files {
        let hash = told.remove(path.as_str());
        let hash = hash.ok_or_else(|| PackageError::Unlisted { path: path.clone() })?;
        if hash != hex(&Sha256::digest(bytes)) {
            return Err(PackageError::WrongHash { path: path.clone() });
        }
    }
    if let Some(path) = told.keys().next() {
        return Err(PackageError::MissingFile { path: names::shown(path) });
    }
    // One list for one set of files: what is hashed and signed has no second spelling.
    if list != write(files) {
        return Err(bad_line());
    }
    Ok(())
}

fn bad_line() -> PackageError {
    PackageError::Damaged { what: "its list of files is not in order".to_owned() }
}
