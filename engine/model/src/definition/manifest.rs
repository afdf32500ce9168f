//! A plugin's manifest: what it is, which rules it brings, and when each applies.

use indexmap::IndexMap;

use crate::table::ColumnType;
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
    /// Rules.
    pub rules: Vec<RuleDeclaration>,
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
}
