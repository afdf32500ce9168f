//! A code list as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Id;
use super::layer::RawLayering;
use crate::text::Text;

/// A list of codes; datasets read it as the table `code_<id>`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Code list")]
pub(crate) struct RawCodeList {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the file.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// Where the list comes from (circular, decision).
    pub(crate) source: Option<String>,
    /// Names of the further columns that codes carry.
    #[serde(default)]
    pub(crate) columns: Vec<Id>,
    /// Codes in order.
    #[schemars(length(min = 1))]
    pub(crate) codes: Vec<RawCode>,
    /// What layers of a province or a school may change.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) layers: RawLayering,
}

/// One code; keys beyond these are the list's further `columns`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct RawCode {
    /// What is stored; in quotes when it looks like a number.
    pub(crate) code: String,
    /// What is read.
    pub(crate) name: Text,
    /// What stands in narrow cells; the name when left out.
    pub(crate) symbol: Option<String>,
    /// First day on which the code may be used, `yyyy-mm-dd`.
    pub(crate) valid_from: Option<String>,
    /// Last day on which the code may be used, `yyyy-mm-dd`.
    pub(crate) valid_to: Option<String>,
    /// The further columns.
    #[serde(flatten)]
    pub(crate) more: IndexMap<String, String>,
}
