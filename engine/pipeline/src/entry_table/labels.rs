//! Codes and values as people read and write them: names, symbols, decimals with a comma.

use bieumau_model::definition::{Catalog, Code, Field, FieldType};
use bieumau_model::format::{date_short, decimal};
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use jiff::civil::Date;

/// How yes and no are written.
pub(crate) const YES: &str = "Có";
pub(crate) const NO: &str = "Không";

/// How the codes of one list are shown and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Labels {
    /// Code, what stands in a cell, and the full name; in the order of the list.
    pub entries: Vec<Label>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    pub code: String,
    /// What stands in a narrow cell: the symbol where every code of the list has one.
    pub label: String,
    pub name: String,
}

impl Labels {
    /// Collects the codes of a list that hold on `day`.
    pub fn of(catalog: &Catalog, list: &str, day: Date) -> Self {
        let Some(list) = catalog.code_lists.get(list) else { return Self { entries: Vec::new() } };
        let codes: Vec<&Code> = list.codes.iter().filter(|code| code.holds_on(day)).collect();
        let symbols = codes.iter().all(|code| code.symbol.is_some());
        let entry = |code: &Code| {
            let name = code.name.get(Locale::Vi).to_owned();
            let symbol = code.symbol.clone().filter(|_| symbols);
            Label { code: code.code.clone(), label: symbol.unwrap_or_else(|| name.clone()), name }
        };
        Self { entries: codes.into_iter().map(entry).collect() }
    }

    /// Returns what stands in a cell for a code.
    pub fn label(&self, code: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.code == code).map(|entry| entry.label.as_str())
    }
}

/// Returns the code list of a field.
pub(crate) fn list_of(field: &Field) -> Option<&str> {
    match &field.kind {
        FieldType::Choice { codes } => Some(codes),
        _ => None,
    }
}

/// Writes a value as a person would type it: `7,5`, `8`, `05/09/2012`, the label of a code.
pub(crate) fn typed(value: &Value, labels: Option<&Labels>) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Text(text) => {
            let label = labels.and_then(|labels| labels.label(text));
            label.unwrap_or(text).to_owned()
        }
        Value::Integer(number) => number.to_string(),
        Value::Decimal { units, scale } => {
            let text = decimal(*units, *scale);
            match text.contains(',') {
                true => text.trim_end_matches('0').trim_end_matches(',').to_owned(),
                false => text,
            }
        }
        Value::Date(date) => date_short(*date),
        Value::Boolean(true) => YES.to_owned(),
        Value::Boolean(false) => NO.to_owned(),
    }
}
