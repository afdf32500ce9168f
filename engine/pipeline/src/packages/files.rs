//! Packages and keys as files on an author's disk: packing a folder, signing, verifying.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bieumau_plugin_host::package::{Package, PackageError, PublicKey, SecretKey, belongs, new_key};

use super::package_problem;
use crate::files::Files;
use crate::installed::{Installed, InstalledPlugin};
use crate::problem::{Problem, ProblemKind};
use crate::site::Definitions;

/// How deep folders of a plugin may be nested.
const DEEPEST: usize = 8;

/// A file of a plugin's folder that does not go into its package.
pub type FolderFile = String;

/// Packs the plugin in `folder`; also tells which files were left out.
///
/// The definitions are checked first, with those that the program carries, as they will be when
/// the package is installed.
pub fn pack_plugin(folder: &Path) -> Result<(Vec<u8>, Vec<FolderFile>), Problem> {
    let (mut files, mut left_out) = (BTreeMap::new(), Vec::new());
    collect(folder, "", 0, &mut files, &mut left_out)?;
    let package = Package::of_files(files).map_err(|error| package_problem(&error))?;
    check(&package)?;
    let bytes = package.write().map_err(|error| package_problem(&error))?;
    Ok((bytes, left_out))
}

/// Makes a pair of keys in the files `path` and `path.pub`; neither may be there already.
pub fn new_plugin_key(path: &Path, password: Option<&str>) -> Result<PathBuf, Problem> {
    let public_path = path.with_added_extension("pub");
    for taken in [path, &public_path] {
        if taken.exists() {
            return Err(file_problem(taken, "đã có", "is there already"));
        }
    }
    let (secret, public) = new_key(password).map_err(|error| package_problem(&error))?;
    write_secret(path, &secret).map_err(|error| io_problem(path, &error))?;
    fs::write(&public_path, public).map_err(|error| io_problem(&public_path, &error))?;
    Ok(public_path)
}

/// Signs the package in `bytes` with the secret key in the text `key`.
///
/// The signed comment tells id, version and hash of the package.
pub fn sign_plugin(bytes: &[u8], key: &str, password: Option<&str>) -> Result<Vec<u8>, Problem> {
    let signed = (|| {
        let package = Package::read(bytes)?;
        let key = SecretKey::read(key, password)?;
        let (id, version) = identity(&package);
        let comment = format!("bieumau plugin {id} {version} sha256:{}", package.hash());
        let signature = key.sign(package.list().as_bytes(), &comment)?;
        package.signed(&signature)?.write()
    })();
    signed.map_err(|error| package_problem(&error))
}

/// Returns whether the text of a secret key asks for a password.
pub fn is_key_locked(key: &str) -> bool {
    SecretKey::is_locked(key)
}

/// Puts a signature that the tool `minisign` made over `manifest.sha256` into the package.
pub fn signed_with(bytes: &[u8], signature: &str) -> Result<Vec<u8>, Problem> {
    Package::read(bytes)
        .and_then(|package| package.signed(signature)?.write())
        .map_err(|error| package_problem(&error))
}

/// Holds the signature of a package against a public key; returns the signed comment.
pub fn verify_plugin(bytes: &[u8], key: &str) -> Result<String, Problem> {
    (|| Package::read(bytes)?.verify(&PublicKey::read(key)?))()
        .map_err(|error: PackageError| package_problem(&error))
}

/// Returns id and version as the manifest tells them; whether it is right is another matter.
pub(super) fn identity(package: &Package) -> (String, String) {
    let text =
        String::from_utf8_lossy(package.file("plugin.yaml").unwrap_or_default()).into_owned();
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.split('#').next().unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned()
    };
    (value("id:"), value("version:"))
}

/// Checks the definitions of a package among those that the program carries.
fn check(package: &Package) -> Result<(), Problem> {
    let (id, version) = identity(package);
    let plugin = InstalledPlugin::unsigned(&id, &version, package.clone());
    Definitions::from_files(&Files::shipped(), Installed::default().with(plugin)).map(|_| ())
}

fn collect(
    folder: &Path,
    name: &str,
    depth: usize,
    files: &mut BTreeMap<String, Vec<u8>>,
    left_out: &mut Vec<FolderFile>,
) -> Result<(), Problem> {
    let failed = |error| io_problem(folder, &error);
    if depth > DEEPEST {
        return Err(file_problem(folder, "lồng quá sâu", "is nested too deep"));
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = if name.is_empty() { own.clone() } else { format!("{name}/{own}") };
        if own.starts_with('.') || (name.is_empty() && kind.is_dir() && own == "target") {
            continue;
        }
        if kind.is_symlink() {
            let link = PackageError::Link { path };
            return Err(package_problem(&link));
        }
        if kind.is_dir() {
            collect(&entry.path(), &path, depth + 1, files, left_out)?;
        } else if belongs(&path) {
            let bytes = fs::read(entry.path()).map_err(failed)?;
            files.insert(path, bytes);
        } else {
            left_out.push(path);
        }
    }
    left_out.sort();
    Ok(())
}

/// Writes a secret so that only its owner can read it.
fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn io_problem(path: &Path, error: &std::io::Error) -> Problem {
    let words = error.to_string();
    file_problem(path, &format!("không dùng được: {words}"), &format!("cannot be used: {words}"))
}

fn file_problem(path: &Path, vi: &str, en: &str) -> Problem {
    let shown = path.display();
    Problem::new(ProblemKind::Machine, "J330", format!("`{shown}` {vi}"), format!("`{shown}` {en}"))
}
