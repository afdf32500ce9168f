//! The files of a template, as values.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What `templates/shared` holds: file name (`base.typ`, `base.html`) -> text.
pub type SharedFiles = BTreeMap<String, Arc<str>>;

/// A template: the page of each kind that it has, and the shared files that it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    files: Files,
    hash: u128,
}

/// What a template consists of, and what is sent of it to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Files {
    name: Arc<str>,
    typst: Option<Arc<str>>,
    html: Option<Arc<str>>,
    shared: Arc<SharedFiles>,
}

impl From<Files> for Template {
    fn from(files: Files) -> Self {
        let hash = typst::utils::hash128(&files);
        Self { files, hash }
    }
}

impl Template {
    /// Makes a template from the texts of `page.typ` and `page.html`.
    ///
    /// `name` is its folder inside `templates/`: `secondary/lower_secondary_transcript`.
    pub fn new(
        name: impl Into<Arc<str>>,
        typst: Option<Arc<str>>,
        html: Option<Arc<str>>,
        shared: Arc<SharedFiles>,
    ) -> Self {
        Files { name: name.into(), typst, html, shared }.into()
    }

    /// Returns the folder inside `templates/`.
    pub fn name(&self) -> &str {
        &self.files.name
    }

    /// Returns the text of `page.typ`.
    pub fn typst(&self) -> Option<&Arc<str>> {
        self.files.typst.as_ref()
    }

    /// Returns the text of `page.html`.
    pub fn html(&self) -> Option<&Arc<str>> {
        self.files.html.as_ref()
    }

    /// Returns the shared files.
    pub fn shared(&self) -> &SharedFiles {
        &self.files.shared
    }

    /// Returns what it consists of.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Returns what tells this template from every other one: a hash of all its files.
    pub(crate) fn hash(&self) -> u128 {
        self.hash
    }

    /// Returns the path of a template file as a reader knows it.
    ///
    /// Inside Typst the page is `/page.typ` and shared files are `/shared/<file>`.
    pub(crate) fn path(&self, inside: &str) -> String {
        let inside = inside.trim_start_matches('/');
        if inside.starts_with("shared/") {
            format!("templates/{inside}")
        } else if inside == "data.json" {
            format!("templates/{}/sample.json", self.files.name)
        } else {
            format!("templates/{}/{inside}", self.files.name)
        }
    }
}
