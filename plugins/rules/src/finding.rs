//! What a rule has to say about the data: code, severity, place, sentence and hint in two languages.
//!
//! Only the shape lives here; each circular words its own findings.

use core::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, nothing to mend.
    Note,
    /// Legal but unusual, or not yet needed.
    Warning,
    /// The data break a rule, or a result cannot be computed.
    Error,
}

impl Severity {
    /// Returns the word used in tables and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The part of the school year a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Middle of semester I (primary only).
    MidFirst,
    /// Semester I, or its end.
    First,
    /// Middle of semester II (primary only).
    MidSecond,
    /// Semester II.
    Second,
    /// The whole year, or its end.
    Year,
}

impl Term {
    /// Returns the Vietnamese words of the forms.
    pub const fn label(self) -> &'static str {
        match self {
            Term::MidFirst => "giữa học kỳ I",
            Term::First => "học kì I",
            Term::MidSecond => "giữa học kỳ II",
            Term::Second => "học kì II",
            Term::Year => "cả năm",
        }
    }

    /// Returns the English words.
    pub const fn label_en(self) -> &'static str {
        match self {
            Term::MidFirst => "mid semester I",
            Term::First => "semester I",
            Term::MidSecond => "mid semester II",
            Term::Second => "semester II",
            Term::Year => "whole year",
        }
    }

    /// Returns the word used in tables and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Term::MidFirst => "mid_first",
            Term::First => "first",
            Term::MidSecond => "mid_second",
            Term::Second => "second",
            Term::Year => "year",
        }
    }
}

/// Where in the data a finding or an explanation points.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// Index of the pupil in the class that was handed in.
    pub pupil: Option<usize>,
    /// Subject, quality or competence: its code as handed in.
    pub subject: Option<String>,
    /// Part of the year.
    pub term: Option<Term>,
    /// Column, with the name of the input field.
    pub column: Option<&'static str>,
}

impl Place {
    /// Points at a column that belongs to no subject.
    pub fn column(column: &'static str) -> Self {
        Place { column: Some(column), ..Place::default() }
    }

    /// Points at a column of a subject in a term.
    pub fn cell(subject: &str, term: Term, column: &'static str) -> Self {
        Place {
            pupil: None,
            subject: Some(subject.to_owned()),
            term: Some(term),
            column: Some(column),
        }
    }

    /// The same place, in a term.
    pub fn in_term(mut self, term: Term) -> Self {
        self.term = Some(term);
        self
    }
}

/// One remark of a rule about the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code: `V22-02` and so on for the rules of validation, `E22-01` and so on when a result is not evaluable.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// The sentence, in Vietnamese.
    pub message_vi: String,
    /// The sentence, in English.
    pub message_en: String,
    /// How to mend it, in Vietnamese.
    pub hint_vi: &'static str,
    /// How to mend it, in English.
    pub hint_en: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = self.severity.code();
        write!(f, "{severity} {}: {}", self.code, self.message_vi)
    }
}
