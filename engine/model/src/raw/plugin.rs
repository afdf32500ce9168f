//! A plugin's manifest as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Id, report::Literal};
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
    /// Fingerprint of the sources from which `plugin.wasm` was built.
    #[expect(dead_code, reason = "for the one who rebuilds the plugin")]
    pub(crate) source_hash: Option<String>,
    /// Rules.
    #[schemars(length(min = 1))]
    pub(crate) rules: Vec<RawRule>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRule {
    /// Id, by which reports call it.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// Circular and article.
    pub(crate) source: Option<String>,
    /// When it may be chosen.
    #[serde(default)]
    pub(crate) applies: RawApplies,
    /// Tables it takes.
    #[schemars(length(min = 1))]
    pub(crate) takes: Vec<RawRuleTable>,
    /// Tables it gives.
    #[schemars(length(min = 1))]
    pub(crate) gives: Vec<RawRuleTable>,
    /// Parameters with their default values.
    #[serde(default)]
    pub(crate) parameters: IndexMap<Id, Literal>,
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
}
