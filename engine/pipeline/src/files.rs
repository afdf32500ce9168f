//! The files that a site is made of: those that the program carries, overlaid by the site's own.
//!
//! A file of the site folder replaces the shipped file of the same path. What plugins bring beside
//! their rules is laid beside the rest by [`crate::joining`]. What the files say is the job of
//! `model::check`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// Path and bytes of every shipped file.
static SHIPPED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// Folders of a site that may hold definitions.
const FOLDERS: [&str; 3] = ["forms", "templates", "plugins"];

/// The greatest size of one file, in bytes; a built plugin is far below it.
const LARGEST_FILE: u64 = 24 * 1024 * 1024;

/// How deep folders may be nested inside a site.
const DEEPEST: usize = 8;

/// Files by path (`forms/core/pupil.form.yaml`), with `/` on every system.
#[derive(Debug, Clone, Default)]
pub struct Files {
    files: BTreeMap<String, Entry>,
    pub(crate) clashes: Vec<Clash>,
}

#[derive(Debug, Clone)]
struct Entry {
    bytes: Arc<Cow<'static, [u8]>>,
    source: Source,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The program carries it.
    Shipped,
    /// It lies in the site's folder.
    Site,
    /// The plugin of this id brings it.
    Plugin(Arc<str>),
}

/// Two files of one path, of which neither may replace the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The path.
    pub path: String,
    /// Where the first one is.
    pub first: String,
    /// Where the second one is; empty when the path may be taken by no plugin.
    pub second: String,
}

/// Why a site's files could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A file or folder could not be read.
    #[error("`{path}` could not be read")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file is larger than any definition may be.
    #[error("`{path}` has {bytes} bytes; a definition, template or plugin has at most {largest}")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The limit.
        largest: u64,
    },
    /// Folders are nested too deep.
    #[error("`{path}` is nested deeper than {deepest} folders")]
    TooDeep {
        /// The folder.
        path: PathBuf,
        /// The limit.
        deepest: usize,
    },
}

impl Files {
    /// Returns the files that the program carries.
    pub fn shipped() -> Self {
        let entry = |bytes: &'static [u8]| Entry {
            bytes: Arc::new(Cow::Borrowed(bytes)),
            source: Source::Shipped,
        };
        let files = SHIPPED.iter().map(|(path, bytes)| ((*path).to_owned(), entry(bytes)));
        Self { files: files.collect(), clashes: Vec::new() }
    }

    /// Lays the definitions of the site `folder` over these files.
    ///
    /// Links are not followed, so a site never reaches outside its folder.
    pub fn overlaid(mut self, folder: &Path) -> Result<Self, FilesError> {
        for name in FOLDERS {
            let below = folder.join(name);
            if below.is_dir() {
                self.read_folder(&below, name, 0)?;
            }
        }
        let config = folder.join("site.yaml");
        if config.is_file() {
            self.read_file(&config, "site.yaml".to_owned())?;
        }
        crate::joining::join_folders(&mut self, "plugins/");
        Ok(self)
    }

    /// Puts the plugin in `folder` in the place of `plugins/<id>`, which may be there or not.
    ///
    /// Takes what a plugin is made of and leaves the rest of the folder, such as the output of a
    /// compiler.
    pub(crate) fn with_plugin(mut self, folder: &Path, id: &str) -> Result<Self, FilesError> {
        let below = format!("plugins/{id}");
        crate::joining::leave_out(&mut self, id);
        for name in ["plugin.yaml", "plugin.wasm", "rules.js"] {
            let path = folder.join(name);
            if path.is_file() {
                self.read_file(&path, format!("{below}/{name}"))?;
            }
        }
        for name in ["cases", "forms", "templates"] {
            let path = folder.join(name);
            if path.is_dir() {
                self.read_folder(&path, &format!("{below}/{name}"), 0)?;
            }
        }
        crate::joining::join_folders(&mut self, &format!("{below}/"));
        Ok(self)
    }

    /// Keeps the files whose path begins with one of `prefixes`.
    pub fn only(mut self, prefixes: &[&str]) -> Self {
        self.files.retain(|path, _| prefixes.iter().any(|prefix| path.starts_with(prefix)));
        self
    }

    fn read_folder(&mut self, folder: &Path, name: &str, depth: usize) -> Result<(), FilesError> {
        if depth > DEEPEST {
            return Err(FilesError::TooDeep { path: folder.to_owned(), deepest: DEEPEST });
        }
        let failed = |source| FilesError::Read { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Some(own) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if own.starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            let path = format!("{name}/{own}");
            if kind.is_dir() {
                self.read_folder(&entry.path(), &path, depth + 1)?;
            } else if kind.is_file() && is_definition(&own) {
                self.read_file(&entry.path(), path)?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, path: &Path, name: String) -> Result<(), FilesError> {
        let failed = |source| FilesError::Read { path: path.to_owned(), source };
        let bytes = fs::metadata(path).map_err(failed)?.len();
        if bytes > LARGEST_FILE {
            return Err(FilesError::TooLarge {
                path: path.to_owned(),
                bytes,
                largest: LARGEST_FILE,
            });
        }
        let bytes = fs::read(path).map_err(failed)?;
        self.insert(name, bytes, Source::Site);
        Ok(())
    }

    /// Adds a file, or replaces the one of its path.
    pub(crate) fn insert(&mut self, path: String, bytes: Vec<u8>, source: Source) {
        self.files.insert(path, Entry { bytes: Arc::new(Cow::Owned(bytes)), source });
    }

    /// Lays a file under a second path too.
    pub(crate) fn share(&mut self, path: &str, also: String, source: Source) {
        if let Some(entry) = self.files.get(path) {
            let bytes = entry.bytes.clone();
            self.files.insert(also, Entry { bytes, source });
        }
    }

    /// Removes the files whose path begins with `prefix`.
    pub(crate) fn remove_below(&mut self, prefix: &str) {
        self.files.retain(|path, _| !path.starts_with(prefix));
    }

    /// Removes the files that the plugin of this id brought.
    pub(crate) fn remove_of(&mut self, plugin: &str) {
        let is_of = |source: &Source| matches!(source, Source::Plugin(id) if &**id == plugin);
        self.files.retain(|_, entry| !is_of(&entry.source));
    }

    /// Returns where the file `path` comes from.
    pub(crate) fn source(&self, path: &str) -> Option<&Source> {
        self.files.get(path).map(|entry| &entry.source)
    }

    /// Returns the bytes of `path`.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|entry| entry.bytes.as_ref().as_ref())
    }

    /// Returns the text of `path`; bytes that are not UTF-8 become `�`, so that a finding can
    /// point at them.
    pub fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.get(path).map(String::from_utf8_lossy)
    }

    /// Walks over paths and bytes, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, entry)| (path.as_str(), entry.bytes.as_ref().as_ref()))
    }

    /// Walks over the files whose path begins with `prefix`.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, entry)| (path.as_str(), entry.bytes.as_ref().as_ref()))
    }
}

fn is_definition(name: &str) -> bool {
    [".yaml", ".typ", ".html", ".json", ".js", ".wasm", ".ttf"]
        .iter()
        .any(|end| name.ends_with(end))
}
