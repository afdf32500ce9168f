//! What is asked of the renderer, and what it gives.

use std::fmt;

use bieumau_model::diagnostic::Diagnostics;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::template::Template;

/// One document to be made.
#[derive(Debug, Clone)]
pub struct RenderJob<'a> {
    /// Template.
    pub template: &'a Template,
    /// What the template sees.
    pub data: Data<'a>,
    /// What to make.
    pub format: PageFormat,
    /// Names the record in error messages: the report, and the pupil or class it is about.
    pub label: &'a str,
    /// Day of the document, for its metadata.
    pub date: Option<Date>,
}

/// The data of a document.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// As a tree.
    Tree(&'a Value),
    /// As JSON text.
    Json(&'a [u8]),
}

/// What a page is made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageFormat {
    /// PDF/A-2a of `page.typ`.
    Pdf,
    /// Picture of one page of `page.typ`.
    Png {
        /// Page, counted from 1.
        page: usize,
        /// Dots per inch.
        ppi: u16,
    },
    /// HTML of `page.html`.
    Html,
    /// Word document of `page.html`.
    Word,
}

/// A document.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its pages; 1 for HTML and Word.
    pub pages: usize,
    /// What a person should know: letters without a glyph, a missed PDF standard.
    pub warnings: Diagnostics,
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, pages, warnings } = self;
        write!(f, "Rendered({pages} pages, {} bytes, {warnings:?})", bytes.len())
    }
}

impl<'a> From<&'a Value> for Data<'a> {
    fn from(tree: &'a Value) -> Self {
        Self::Tree(tree)
    }
}

impl<'a> From<&'a [u8]> for Data<'a> {
    fn from(text: &'a [u8]) -> Self {
        Self::Json(text)
    }
}
