//! The fingerprints of the sources that a component was built from.
//!
//! The list names every file that cargo saw, and the component itself; so it tells that the
//! component is stale, and because of which file.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{BuildError, COMPONENT, SOURCES, read};

const HEADER: &str =
    "# What plugin.wasm was built from, and itself. Written by `bieumau plugin build`.\n";

/// Whether a component fits its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// It was built from the sources that lie there.
    Fresh,
    /// It was never built, or its list of sources is gone.
    Missing,
    /// Something changed since.
    Stale(Vec<Change>),
}

/// A file that is not what it was when the component was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file, from the plugin's folder.
    pub file: String,
    /// Whether it is still there.
    pub exists: bool,
}

/// Files with their fingerprints, in order of their paths.
pub struct List(Vec<(String, String)>);

impl List {
    /// Returns the list as text.
    pub fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (file, fingerprint) in &self.0 {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{fingerprint}  {file}");
        }
        text
    }

    /// Returns the number of files, without the component.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|(file, _)| file != COMPONENT).count()
    }
}

/// Makes the list for the component in `folder`, which was built from `sources`.
pub fn list(folder: &Path, sources: &[PathBuf]) -> Result<List, BuildError> {
    let folder = canonical(folder)?;
    let mut files = BTreeSet::from([COMPONENT.to_owned()]);
    for source in sources {
        let source = canonical(source)?;
        files.extend(relative(&folder, &source));
        // What is not Rust belongs to no crate, such as the contract.
        if source.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let manifest = source.ancestors().map(|at| at.join("Cargo.toml")).find(|at| at.is_file());
        files.extend(manifest.and_then(|manifest| relative(&folder, &manifest)));
    }
    let fingerprinted = files.into_iter().map(|file| {
        let fingerprint = fingerprint(&read(&folder.join(&file))?);
        Ok((file, fingerprint))
    });
    fingerprinted.collect::<Result<_, _>>().map(List)
}

/// Compares the list in `folder` with what lies there.
pub fn compare(folder: &Path) -> Result<Freshness, BuildError> {
    let Ok(list) = fs::read_to_string(folder.join(SOURCES)) else { return Ok(Freshness::Missing) };
    if !folder.join(COMPONENT).is_file() {
        return Ok(Freshness::Missing);
    }
    let mut changes = Vec::new();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    for (expected, file) in lines.filter_map(|line| line.split_once("  ")) {
        let path = folder.join(file);
        let exists = path.is_file();
        if !exists || fingerprint(&read(&path)?) != expected {
            changes.push(Change { file: file.to_owned(), exists });
        }
    }
    Ok(if changes.is_empty() { Freshness::Fresh } else { Freshness::Stale(changes) })
}

fn fingerprint(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn canonical(path: &Path) -> Result<PathBuf, BuildError> {
    path.canonicalize().map_err(|source| BuildError::File { path: path.to_owned(), source })
}

/// Returns the way from `folder` to `file`, with `/`; `None` for files that belong to the machine,
/// such as those of the standard library.
fn relative(folder: &Path, file: &Path) -> Option<String> {
    const HIGHEST: usize = 4;
    let mut up = 0;
    let mut base = folder;
    while !file.starts_with(base) {
        base = base.parent()?;
        up += 1;
    }
    let inside = file.strip_prefix(base).ok()?;
    if up > HIGHEST || base.parent().is_none() {
        return None;
    }
    let steps = std::iter::repeat_n("..", up);
    let names = inside.iter().map(|name| name.to_str()).collect::<Option<Vec<_>>>()?;
    Some(steps.chain(names).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_plugin_to_its_sources() {
        let way = |file: &str| relative(Path::new("/a/plugins/x"), Path::new(file));
        assert_eq!(way("/a/plugins/x/src/lib.rs").as_deref(), Some("src/lib.rs"));
        assert_eq!(way("/a/plugins/sdk/Cargo.toml").as_deref(), Some("../sdk/Cargo.toml"));
        assert_eq!(way("/usr/lib/core.rs"), None);
    }

    #[test]
    fn a_fingerprint_is_that_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(fingerprint(b""), empty);
    }
}
