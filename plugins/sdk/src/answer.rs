//! What a rule gives back: tables, findings about the data, explanations; or a failure.

use crate::table::Table;

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Tables that the manifest declares under `gives`.
    pub tables: Vec<Table>,
    /// Remarks about the data.
    pub findings: Vec<Finding>,
    /// Derivations; only when the call asked for them.
    pub explanations: Vec<Explanation>,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Legal but unusual, or not needed yet.
    Warning,
    /// The data break a rule, or a result cannot be computed.
    Error,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Sentence {
    /// Makes a sentence.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// A place in the tables of the call (findings) or of the answer (explanations).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Table.
    pub table: Option<String>,
    /// Row, counted from 0.
    pub row: Option<u32>,
    /// Column.
    pub column: Option<String>,
}

impl Place {
    /// Makes a place.
    pub fn new(table: &str, row: Option<usize>, column: Option<&str>) -> Self {
        Self {
            table: Some(table.to_owned()),
            row: row.and_then(|row| u32::try_from(row).ok()),
            column: column.map(str::to_owned),
        }
    }
}

/// A remark about the data, for the person who can mend them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: Sentence,
    /// What to do about it.
    pub help: Option<Sentence>,
    /// Where it is.
    pub place: Place,
    /// Names and values that tell the matter without the tables.
    pub about: Vec<(String, String)>,
}

impl Finding {
    /// Makes a finding without a place.
    pub fn new(severity: Severity, code: &str, message: Sentence) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            message,
            help: None,
            place: Place::default(),
            about: Vec::new(),
        }
    }

    /// Makes an error without a place.
    pub fn error(code: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, Sentence::new(vi, en))
    }

    /// Makes a warning without a place.
    pub fn warning(code: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, Sentence::new(vi, en))
    }

    /// Adds what to do about it.
    pub fn help(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.help = Some(Sentence::new(vi, en));
        self
    }

    /// Adds the place.
    pub fn at(mut self, table: &str, row: usize, column: &str) -> Self {
        self.place = Place::new(table, Some(row), Some(column));
        self
    }

    /// Adds a fact, such as the pupil.
    pub fn about(mut self, name: &str, value: impl Into<String>) -> Self {
        self.about.push((name.to_owned(), value.into()));
        self
    }
}

/// How one value of the answer came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Which value, in the tables of the answer.
    pub place: Place,
    /// The article that was applied.
    pub rule: String,
    /// What went in.
    pub inputs: Vec<(String, String)>,
    /// The steps, in order.
    pub steps: Vec<String>,
    /// What came out.
    pub result: String,
}

/// Why a rule gives no answer at all: the call is wrong, not the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable code.
    pub code: String,
    /// What is wrong; boxed, since a failure is rare and travels far.
    pub message: Box<Sentence>,
    /// Where it is, in the tables of the call.
    pub place: Place,
}

impl Failure {
    /// Makes a failure without a place.
    pub fn new(code: &str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: Box::new(Sentence::new(vi, en)),
            place: Place::default(),
        }
    }

    /// Adds the place.
    pub fn at(mut self, table: &str, row: Option<usize>, column: Option<&str>) -> Self {
        self.place = Place::new(table, row, column);
        self
    }
}
