//! A plugin's manifest as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Number;

use super::{Id, RawPolicyLayer, report::Literal};
use crate::text::Text;

/// What a plugin is, which rules it brings, and when each applies.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Plugin manifest")]
pub(crate) struct RawPlugin {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the folder.
    pub(crate) id: Id,
    /// Version, `major.minor.patch`.
    pub(crate) version: String,
    /// Title.
    pub(crate) title: Text,
    /// Provinces whose schools it serves (codes since 1/7/2025); all when left out.
    #[serde(default)]
    pub(crate) provinces: Vec<String>,
    /// What its rules are written in.
    #[serde(default)]
    pub(crate) code: RawCodeKind,
    /// Fingerprint of the sources from which `plugin.wasm` was built.
    #[expect(dead_code, reason = "for the one who rebuilds the plugin")]
    pub(crate) source_hash: Option<String>,
    /// Rules; none for a plugin that brings reports only.
    #[serde(default)]
    pub(crate) rules: Vec<RawRule>,
    /// How things are done, in layers: deadlines, locks, corrections, signatures, calendars.
    #[serde(default)]
    pub(crate) policy: Vec<RawPolicyLayer>,
}

/// What the rules of a plugin are written in.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawCodeKind {
    /// `plugin.wasm`, compiled from Rust or a language as slim.
    #[default]
    Component,
    /// `plugin.wasm` with an interpreter inside, such as that of Python; it may be larger.
    Interpreter,
    /// `rules.js`, a text of JavaScript.
    Javascript,
    /// Nothing: every rule is `like` one of another plugin.
    None,
}

/// One rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRule {
    /// Id, by which reports call it.
    pub(crate) id: Id,
    /// The rule that this one takes over, `plugin/rule`; then `takes` and `gives` are its own.
    pub(crate) like: Option<String>,
    /// Title; of a rule that is `like` another, the other's when left out.
    pub(crate) title: Option<Text>,
    /// Circular and article.
    pub(crate) source: Option<String>,
    /// When it may be chosen.
    pub(crate) applies: Option<RawApplies>,
    /// Tables it takes.
    #[serde(default)]
    pub(crate) takes: Vec<RawRuleTable>,
    /// Tables it gives.
    #[serde(default)]
    pub(crate) gives: Vec<RawRuleTable>,
    /// Parameters with their default values; of a rule that is `like` another, those that differ.
    #[serde(default)]
    pub(crate) parameters: IndexMap<Id, Literal>,
    /// Rows of tables that a report does not give, such as a calendar; only with `like`.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) tables: IndexMap<Id, Vec<IndexMap<Id, Literal>>>,
    /// Other words in text columns of the answer: table, column, the word and what to say instead;
    /// only with `like`.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) labels: IndexMap<Id, IndexMap<Id, IndexMap<String, String>>>,
    /// Column by which large tables may be split and worked on in parts, such as `pupil`.
    pub(crate) batch_by: Option<Id>,
}

/// When a rule may be chosen.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApplies {
    /// Education levels; all when left out.
    #[serde(default)]
    pub(crate) levels: Vec<Id>,
    /// First school year (`2021` is 2021-2022).
    pub(crate) from_year: Option<i64>,
    /// Last school year.
    pub(crate) to_year: Option<i64>,
}

/// A table of a rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRuleTable {
    /// Name.
    pub(crate) name: Id,
    /// Whether it may be left out.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Columns.
    #[schemars(length(min = 1))]
    pub(crate) columns: Vec<RawRuleColumn>,
    /// Of a table that is given: the table that it has exactly one row for each row of.
    pub(crate) one_row_per: Option<Id>,
    /// Of a table that is given: columns that no two rows may have alike.
    #[serde(default)]
    pub(crate) key: Vec<Id>,
}

/// A column of a rule's table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRuleColumn {
    /// Name.
    pub(crate) name: Id,
    /// `text`, `integer`, `decimal(1)`, `date` or `boolean`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whether it may be left out.
    #[serde(default)]
    pub(crate) optional: bool,
    /// What it holds.
    pub(crate) title: Option<Text>,
    /// Of a number that is given: its least value.
    #[expect(dead_code, reason = "read with its place, digit by digit")]
    pub(crate) min: Option<Number>,
    /// Of a number that is given: its greatest value.
    #[expect(dead_code, reason = "read with its place, digit by digit")]
    pub(crate) max: Option<Number>,
    /// Of a text that is given: the only values that it may have.
    #[serde(default)]
    pub(crate) codes: Vec<String>,
}
