//! A finding that a person can mend: place, code, sentence, help.
//!
//! Findings are collected and reported together. Printing them is the job of the doors.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::text::{Locale, Text};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Legal but unusual; does not block.
    Warning,
    /// Must be mended.
    Error,
}

impl Severity {
    /// Returns the word, as in JSON and SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place in a source file: byte offsets, and the 1-based line and column of the start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Path of the file inside the site or the shipped definitions, with `/`.
    pub file: Arc<str>,
    /// 1-based line of `start`.
    pub line: usize,
    /// 1-based column of `start`, in characters.
    pub column: usize,
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// Finds line and column of the byte range `start..end` in `source`.
    pub fn locate(file: &Arc<str>, source: &str, start: usize, end: usize) -> Self {
        let mut start = start.min(source.len());
        while !source.is_char_boundary(start) {
            start -= 1;
        }
        let before = &source[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            start,
            end: end.clamp(start, source.len()),
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable code such as `D012`; listed in the documentation.
    pub code: &'static str,
    /// What is wrong, as one sentence.
    pub message: Text,
    /// What to do about it.
    pub help: Option<Text>,
    /// Where it is.
    pub span: Option<Span>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: &'static str, message: impl Into<Text>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Makes a warning.
    pub fn warning(code: &'static str, message: impl Into<Text>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<Text>) -> Self {
        Self { severity, code, message: message.into(), help: None, span: None }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds help when there is some.
    pub fn maybe_help(mut self, help: Option<Text>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds the place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Writes the finding on one line: `file:line:column severity[code] message (help)`.
    pub fn one_line(&self, locale: Locale) -> String {
        let place = self
            .span
            .as_ref()
            .map(|span| format!("{}:{}:{} ", span.file, span.line, span.column))
            .unwrap_or_default();
        let severity = self.severity.as_str();
        let help =
            self.help.as_ref().map(|help| format!(" ({})", help.get(locale))).unwrap_or_default();
        format!("{place}{severity}[{}] {}{help}", self.code, self.message.get(locale))
    }
}

/// All findings of one check, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Gives every finding without help the usual one of its code.
    pub fn give_help(&mut self, usual: impl Fn(&str) -> Option<Text>) {
        for finding in self.0.iter_mut().filter(|finding| finding.help.is_none()) {
            finding.help = usual(finding.code);
        }
    }

    /// Tells other names for the files of findings, such as where a file was brought in from.
    pub fn relocate(&mut self, place_of: impl Fn(&str) -> Option<Arc<str>>) {
        for span in self.0.iter_mut().filter_map(|finding| finding.span.as_mut()) {
            span.file = place_of(&span.file).unwrap_or_else(|| span.file.clone());
        }
    }

    /// Returns whether at least one finding is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Returns whether there is no finding at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns how many findings there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Walks over the findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Sorts by file, line and column, findings without a place last, and drops exact repeats.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| match (&a.span, &b.span) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => std::cmp::Ordering::Equal,
        });
        self.0.dedup();
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.0 {
            writeln!(f, "{}", diagnostic.one_line(Locale::Vi))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
