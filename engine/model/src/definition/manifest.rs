//! A plugin's manifest: what it is, which rules it brings, and when each applies.

use indexmap::IndexMap;

use super::policy::PolicyLayer;
use crate::table::{ColumnType, Table};
use crate::text::Text;

/// A checked `plugin.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// Id, `snake_case`.
    pub id: String,
    /// Version, `major.minor.patch`.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Provinces whose schools it serves (codes since 1/7/2025); empty means every province.
    pub provinces: Vec<String>,
    /// What its rules are written in.
    pub code: CodeKind,
    /// Rules.
    pub rules: Vec<RuleDeclaration>,
    /// How things are done, in layers; [`Policy::of`](super::Policy::of) settles them.
    pub policy: Vec<PolicyLayer>,
}

/// What the rules of a plugin are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CodeKind {
    /// `plugin.wasm`, compiled from Rust or a language as slim.
    #[default]
    Component,
    /// `plugin.wasm` with an interpreter inside, such as that of Python.
    Interpreter,
    /// `rules.js`, a text of JavaScript.
    JavaScript,
    /// Nothing: every rule is like one of another plugin.
    None,
}

impl CodeKind {
    /// Returns the file of the code in the plugin's folder; of a plugin without code its manifest.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Component | Self::Interpreter => "plugin.wasm",
            Self::JavaScript => "rules.js",
            Self::None => "plugin.yaml",
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleDeclaration {
    /// Id, `snake_case`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Circular and article.
    pub source: Option<String>,
    /// When it may be chosen.
    pub applies: Applies,
    /// Tables it takes.
    pub takes: Vec<RuleTable>,
    /// Tables it gives.
    pub gives: Vec<RuleTable>,
    /// Parameters with their default values.
    pub parameters: IndexMap<String, String>,
    /// Column by which large tables may be split and worked on in parts.
    pub batch_by: Option<String>,
    /// The rule that this one takes over, with what it changes beside parameters.
    pub like: Option<Like>,
}

/// Whose code a rule without code of its own runs, and what it changes there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Like {
    /// The plugin.
    pub plugin: String,
    /// Its rule.
    pub rule: String,
    /// Tables for calls that do not give them, such as a calendar.
    pub tables: Vec<Table>,
    /// Other words in text columns of the answer.
    pub labels: Vec<Label>,
}

/// Another word in a text column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// The word of the other rule.
    pub from: String,
    /// What stands in its place.
    pub to: String,
}

/// When a rule may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Applies {
    /// Education levels; empty means all.
    pub levels: Vec<String>,
    /// First school year (`2021` is 2021-2022).
    pub from_year: Option<i64>,
    /// Last school year.
    pub to_year: Option<i64>,
}

impl Applies {
    /// Returns whether this holds for a level and a school year; what is not known fits.
    pub fn holds(&self, level: Option<&str>, year: Option<i64>) -> bool {
        level.is_none_or(|level| {
            self.levels.is_empty() || self.levels.iter().any(|own| own == level)
        }) && year.is_none_or(|year| {
            self.from_year.is_none_or(|from| from <= year)
                && self.to_year.is_none_or(|to| year <= to)
        })
    }
}

/// A table of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleTable {
    /// Name.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Columns.
    pub columns: Vec<RuleColumn>,
    /// Of a table that is given: the table that it has exactly one row for each row of.
    pub one_row_per: Option<String>,
    /// Of a table that is given: columns that no two rows may have alike; empty when there is no
    /// such promise.
    pub key: Vec<String>,
}

/// A column of a rule's table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleColumn {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: ColumnType,
    /// Whether the column may be left out.
    pub optional: bool,
    /// What it holds.
    pub title: Option<Text>,
    /// Of a number that is given: its least value, in units of the column's scale.
    pub min: Option<i64>,
    /// Of a number that is given: its greatest value, in units of the column's scale.
    pub max: Option<i64>,
    /// Of a text that is given: the only values that it may have; empty when any may be.
    pub codes: Vec<String>,
}
