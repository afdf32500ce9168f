//! The files that a check looks at, by path.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Paths such as `forms/core/pupil.form.yaml` with the text of each file.
///
/// Of files that are only looked for (`page.typ`, `page.html`) the text may be empty. Bytes that
/// are not UTF-8 stand as U+FFFD, for which the check has a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTree {
    files: BTreeMap<Arc<str>, Arc<str>>,
}

impl SourceTree {
    /// Adds a file, or replaces the one of the same path.
    pub fn insert(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) {
        self.files.insert(path.into(), text.into());
    }

    /// Returns the text of a file.
    pub fn get(&self, path: &str) -> Option<&Arc<str>> {
        self.files.get(path)
    }

    /// Returns whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Walks over paths and texts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.files.iter()
    }
}

impl<P: Into<Arc<str>>, T: Into<Arc<str>>> FromIterator<(P, T)> for SourceTree {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into()));
        Self { files: files.collect() }
    }
}
