//! The files that a site is made of: those that the program carries, overlaid by the site's own.
//!
//! A file of the site folder replaces the shipped file of the same path. What the files say is the
//! job of `model::check`.

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
pub struct Files(BTreeMap<String, Arc<Cow<'static, [u8]>>>);

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
        Self(
            SHIPPED
                .iter()
                .map(|(path, bytes)| ((*path).to_owned(), Arc::new(Cow::Borrowed(*bytes))))
                .collect(),
        )
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
        Ok(self)
    }

    /// Puts the plugin in `folder` in the place of `plugins/<id>`, which may be there or not.
    ///
    /// Takes what a plugin is made of and leaves the rest of the folder, such as the output of a
    /// compiler.
    pub(crate) fn with_plugin(mut self, folder: &Path, id: &str) -> Result<Self, FilesError> {
        let below = format!("plugins/{id}");
        self.0
            .retain(|path, _| path.strip_prefix(&below).is_none_or(|rest| !rest.starts_with('/')));
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
            if path.is_dir() && name != "cases" {
                self.read_folder(&path, name, 0)?;
            }
        }
        Ok(self)
    }

    /// Keeps the files whose path begins with one of `prefixes`.
    pub fn only(mut self, prefixes: &[&str]) -> Self {
        self.0.retain(|path, _| prefixes.iter().any(|prefix| path.starts_with(prefix)));
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
        self.0.insert(name, Arc::new(Cow::Owned(fs::read(path).map_err(failed)?)));
        Ok(())
    }

    /// Returns the bytes of `path`.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(|bytes| bytes.as_ref().as_ref())
    }

    /// Returns the text of `path`; bytes that are not UTF-8 become `�`, so that a finding can
    /// point at them.
    pub fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        self.get(path).map(String::from_utf8_lossy)
    }

    /// Walks over paths and bytes, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref().as_ref()))
    }

    /// Walks over the files whose path begins with `prefix`.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.0
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, bytes)| (path.as_str(), bytes.as_ref().as_ref()))
    }
}

fn is_definition(name: &str) -> bool {
    [".yaml", ".typ", ".html", ".json", ".js", ".wasm", ".ttf"]
        .iter()
        .any(|end| name.ends_with(end))
}
