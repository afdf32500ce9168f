//! Checked definitions: forms, reports, code lists, plugin manifests, and the catalog of them all.
//!
//! Only `check` makes them, so whoever holds a [`Form`] or a [`Report`] holds a right one.

mod code_list;
mod form;
pub mod indicator;
mod manifest;
mod needs;
pub mod policy;
mod report;
mod site;
mod whole;

pub use code_list::{Code, CodeList};
pub use form::{
    Check, CheckSeverity, Condition, Field, FieldType, Form, FormScope, FormStatus, Grid, Missing,
    Personal, Repeat, Section,
};
pub use indicator::Indicator;
pub use manifest::{
    Applies, CodeKind, Label, Like, Manifest, RuleColumn, RuleDeclaration, RuleTable,
};
pub use needs::{Need, Needs, UnknownNeed};
pub use policy::{Policy, PolicyLayer};
pub use report::{
    Align, Dataset, DatasetColumn, FINDING_COLUMNS, Format, Layout, LayoutColumn, NameOrder, Node,
    Parameter, ParameterType, Report, RuleCall, Selection, SharedDataset, Sheet, SheetColumn,
    Shown, Signature, Sort,
};
pub use site::{MissingLetters, Site};

use indexmap::IndexMap;

use crate::diagnostic::Span;
use crate::layer::Layer;

/// Everything that a site may use, by id.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Catalog {
    /// Forms, in the order in which their tables must be made (a referred form comes first).
    pub forms: IndexMap<String, Form>,
    /// Reports, by id.
    pub reports: IndexMap<String, Report>,
    /// Datasets that reports share, by id.
    pub datasets: IndexMap<String, SharedDataset>,
    /// Code lists, by id.
    pub code_lists: IndexMap<String, CodeList>,
    /// Plugins, by id.
    pub plugins: IndexMap<String, Manifest>,
    /// Layers, in the order in which they were laid.
    pub layers: Vec<Layer>,
}

/// A piece of text inside a definition, such as an SQL statement, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The text.
    pub text: String,
    /// Where it stands in the YAML.
    pub span: Span,
    /// Line of the first character of `text` in the file, and the columns before each line of it.
    pub(crate) first_line: usize,
    pub(crate) indent: usize,
    /// Byte offset in the file of each line of `text`; empty when the lines were folded.
    pub(crate) line_starts: Vec<usize>,
}

impl Source {
    /// Makes a source that stands in no file.
    pub(crate) fn alone(text: &str) -> Self {
        let file = std::sync::Arc::from("");
        let span = Span::locate(&file, text, 0, text.len());
        Self { text: text.to_owned(), span, first_line: 1, indent: 0, line_starts: Vec::new() }
    }

    /// Returns the place in the file of the byte range `start..end` of `text`.
    ///
    /// Exact for literal blocks (`|`) and for plain or quoted scalars on one line without escapes;
    /// the whole scalar otherwise.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let inside = Span::locate(&self.span.file, &self.text, start, end);
        let Some(line_start) = self.line_starts.get(inside.line - 1) else {
            return self.span.clone();
        };
        let before = self.text[..inside.start].rfind('\n').map_or(0, |at| at + 1);
        let start = line_start + inside.start - before;
        Span {
            file: self.span.file.clone(),
            line: self.first_line + inside.line - 1,
            column: self.indent + inside.column,
            start,
            end: start + inside.end - inside.start,
        }
    }
}
