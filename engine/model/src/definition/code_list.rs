//! A code list: the codes that a field may hold, each perhaps valid only for a while.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::text::Text;

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeList {
    /// Id, `snake_case`. Datasets read it as the table `code_<id>`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Where the list comes from (circular, decision).
    pub source: Option<String>,
    /// Names of the further columns that each code carries.
    pub columns: Vec<String>,
    /// Codes in order. A code may stand more than once with disjoint validity.
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// What is stored.
    pub code: String,
    /// What is read.
    pub name: Text,
    /// What stands in narrow cells (`Đ`, `CĐ`); the name when absent.
    pub symbol: Option<String>,
    /// First day on which the code may be used.
    pub valid_from: Option<Date>,
    /// Last day on which the code may be used.
    pub valid_to: Option<Date>,
    /// The further columns.
    pub more: BTreeMap<String, String>,
}

impl CodeList {
    /// Returns the entry of `code` that holds on `day`.
    pub fn find(&self, code: &str, day: Date) -> Option<&Code> {
        self.codes.iter().find(|entry| entry.code == code && entry.holds_on(day))
    }

    /// Returns the last entry of `code`, valid or not.
    pub fn any(&self, code: &str) -> Option<&Code> {
        self.codes.iter().rev().find(|entry| entry.code == code)
    }
}

impl Code {
    /// Returns whether the code may be used on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}
