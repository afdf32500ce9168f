//! A dataset as it is written: in a report, or in a file of its own for several.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Id;
use crate::text::Text;

/// One `SELECT` of a report, or the name of one that several reports share.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDataset {
    /// Id; the name of its table.
    pub(crate) id: Id,
    /// The shared dataset that it is, in place of `sql`, `columns` and `sort`.
    #[serde(rename = "use")]
    pub(crate) shared: Option<Id>,
    /// The statement.
    pub(crate) sql: Option<String>,
    /// Types of the columns that are not plain fields of a form.
    #[serde(default)]
    pub(crate) columns: IndexMap<String, String>,
    /// Order by Vietnamese names.
    pub(crate) sort: Option<RawSort>,
}

/// One `SELECT` for several reports.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Shared dataset")]
pub(crate) struct RawSharedDataset {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the file. Reports name it under `use`.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// Parameters of the statement that every report with this dataset must have.
    #[serde(default)]
    pub(crate) parameters: Vec<Id>,
    /// Parameters that are missing (`NULL`) where a report does not have them.
    #[serde(default)]
    pub(crate) optional: Vec<Id>,
    /// The statement.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) sql: String,
    /// Types of the columns that are not plain fields of a form.
    #[serde(default)]
    pub(crate) columns: IndexMap<String, String>,
    /// Order by Vietnamese names.
    pub(crate) sort: Option<RawSort>,
}

/// An order of rows by persons' names.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSort {
    /// Columns compared before the name.
    #[serde(default)]
    pub(crate) before: Vec<String>,
    /// Column with persons' names.
    pub(crate) name: String,
    /// Columns compared after the name.
    #[serde(default)]
    pub(crate) then: Vec<String>,
    /// How names are ordered.
    #[serde(default)]
    pub(crate) order: RawNameOrder,
}

/// How names are ordered.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawNameOrder {
    /// Given name, then family and middle names from left to right.
    #[default]
    GivenThenLeftToRight,
    /// Given name, then middle names, then family name.
    GivenMiddleFamily,
}
