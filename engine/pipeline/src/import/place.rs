//! Where in a workbook a finding is: the file, a sheet, or one cell such as `Điểm!F12`.

use std::fmt;

use bieumau_model::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

/// A place in a workbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The file as a whole.
    File,
    /// One sheet.
    Sheet(String),
    /// One cell.
    Cell {
        /// Sheet.
        sheet: String,
        /// Row, from 0.
        row: u32,
        /// Column, from 0.
        column: u32,
    },
}

/// Something to tell about a workbook, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFinding {
    /// Where.
    pub place: Place,
    /// For a warning that must be confirmed with a reason: by which word it is confirmed.
    pub confirm: Option<String>,
    /// What, how serious, and what to do.
    pub diagnostic: Diagnostic,
}

impl ImportFinding {
    /// Makes a finding that needs no confirmation.
    pub(crate) fn new(place: Place, diagnostic: Diagnostic) -> Self {
        Self { place, confirm: None, diagnostic }
    }

    /// Makes a warning that must be confirmed with a reason.
    pub(crate) fn to_confirm(place: Place, word: &str, diagnostic: Diagnostic) -> Self {
        Self { place, confirm: Some(word.to_owned()), diagnostic }
    }

    /// Returns whether the workbook cannot be taken because of it, when these words are confirmed.
    pub fn blocks(&self, confirmed: &[String]) -> bool {
        match &self.confirm {
            Some(word) => !confirmed.contains(word),
            None => self.diagnostic.severity == Severity::Error,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("tệp"),
            Self::Sheet(sheet) => f.write_str(&quoted(sheet)),
            Self::Cell { sheet, row, column } => {
                write!(f, "{}!{}{}", quoted(sheet), letters(*column), row + 1)
            }
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes the name of a sheet as formulas do: in quotes when it is more than one word.
fn quoted(sheet: &str) -> String {
    if sheet.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
        return sheet.to_owned();
    }
    format!("'{}'", sheet.replace('\'', "''"))
}

/// Returns the letters of a column: `A`, `Z`, `AA`.
fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_as_in_the_spreadsheet() {
        let cell = |sheet: &str, row, column| Place::Cell { sheet: sheet.to_owned(), row, column };
        assert_eq!(cell("Điểm", 11, 5).to_string(), "Điểm!F12");
        assert_eq!(cell("Học kì I", 0, 26).to_string(), "'Học kì I'!AA1");
        assert_eq!(cell("Cha's", 0, 0).to_string(), "'Cha''s'!A1");
    }
}
