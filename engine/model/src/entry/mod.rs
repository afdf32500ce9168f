//! The entry of one record: what was typed is read, then the whole record is judged.
//!
//! Pure: codes, the form and the day come in as values. Rights, locks and what other records say
//! are the job of `pipeline::records`; every write passes both.

pub mod codes;
mod judge;
mod limits;
mod read;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::Date;
use regex::Regex;

use crate::definition::{Catalog, CodeList, Field, FieldType, Form};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expression::Surroundings;
use crate::table::Value;
use crate::text::{Locale, Text};

/// The fields of a record by name.
pub type Fields = BTreeMap<String, Value>;

/// What was given for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// As a person typed it; blank means missing.
    Text(String),
    /// With its type, as a spreadsheet or a program has it.
    Value(Value),
}

/// Something to tell about an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Field; `None` when the record as a whole is meant.
    pub field: Option<String>,
    /// For a warning that must be confirmed with a reason: by which word it is confirmed.
    pub confirm: Option<String>,
    /// What it is.
    pub diagnostic: Diagnostic,
}

/// What reading gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The fields that could be read; a blank one is [`Value::Missing`].
    pub fields: Fields,
    /// What could not be read, and what was mended while reading.
    pub findings: Vec<Finding>,
}

/// Reads and judges records of one form.
pub struct Validator<'a> {
    form: &'a Form,
    catalog: &'a Catalog,
    today: Date,
    /// Patterns, each compiled when the first text is held against it.
    patterns: RefCell<BTreeMap<String, Option<Rc<Regex>>>>,
}

impl<'a> Validator<'a> {
    /// Makes a validator for entries of `today`; `catalog` has the code lists.
    pub fn new(form: &'a Form, catalog: &'a Catalog, today: Date) -> Self {
        Self { form, catalog, today, patterns: RefCell::default() }
    }

    /// Returns the pattern that the whole text of `field` must match.
    fn pattern(&self, field: &Field) -> Option<Rc<Regex>> {
        let FieldType::Text { pattern: Some(pattern), .. } = &field.kind else { return None };
        let mut patterns = self.patterns.borrow_mut();
        if !patterns.contains_key(pattern) {
            // The check of the form has compiled it already.
            let compiled = Regex::new(&format!("^(?:{pattern})$")).ok().map(Rc::new);
            patterns.insert(pattern.clone(), compiled);
        }
        patterns.get(pattern)?.clone()
    }

    /// Returns the form.
    pub fn form(&self) -> &'a Form {
        self.form
    }

    fn list(&self, field: &Field) -> Option<&'a CodeList> {
        match &field.kind {
            FieldType::Choice { codes } => self.catalog.code_lists.get(codes),
            _ => None,
        }
    }

    /// The day on which a code of `field` must be valid.
    fn day_of(&self, field: &Field, fields: &Fields) -> Date {
        match field.valid_on.as_ref().and_then(|day| fields.get(day)) {
            Some(Value::Date(date)) => *date,
            _ => self.today,
        }
    }

    fn surroundings<'s>(&self, look_up: &'s dyn Fn(&str) -> Option<&'s Value>) -> Surroundings<'s> {
        Surroundings { field: look_up, choice: None, today: self.today }
    }
}

impl Finding {
    /// Makes a finding that blocks.
    pub fn error(field: Option<&str>, code: &'static str, message: Text) -> Self {
        let diagnostic = Diagnostic::error(code, message);
        Self { field: field.map(str::to_owned), confirm: None, diagnostic }
    }

    /// Makes a finding that is only told.
    pub fn told(field: Option<&str>, code: &'static str, message: Text) -> Self {
        let diagnostic = Diagnostic::warning(code, message);
        Self { field: field.map(str::to_owned), confirm: None, diagnostic }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.diagnostic.help = Some(Text::both(vi, en));
        self
    }

    /// Returns whether it blocks when these warnings are confirmed.
    pub fn blocks(&self, confirmed: &[String]) -> bool {
        match (&self.confirm, self.diagnostic.severity) {
            (Some(word), _) => !confirmed.contains(word),
            (None, severity) => severity == Severity::Error,
        }
    }
}

/// Names a field in front of a sentence: `Họ và tên: …`.
fn named(field: &Field, vi: &str, en: &str) -> Text {
    Text::both(
        format!("{}: {vi}", field.title.get(Locale::Vi)),
        format!("{}: {en}", field.title.get(Locale::En)),
    )
}
