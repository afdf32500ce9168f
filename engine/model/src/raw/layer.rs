//! A layer as it is written, and what a definition allows to layers.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::Id;
use crate::text::Text;

/// What a province or a school changes in a definition that it did not write.
///
/// Places are written like paths: `parameters/class/title`, `sections/main/fields`. An item of a
/// list is named by its id, column or name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Layer")]
pub(crate) struct RawLayer {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the file.
    pub(crate) id: Id,
    /// Why there is this layer.
    pub(crate) title: Text,
    /// Who changes: layers of a province are laid first, those of a school upon them.
    pub(crate) owner: RawLayerOwner,
    /// The definition that is changed.
    pub(crate) of: RawLayerBase,
    /// New words: place -> words.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) reword: IndexMap<String, Text>,
    /// What is added.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) add: Vec<RawAddition>,
    /// Places that are left out.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) hide: Vec<String>,
    /// New order: place of a list -> its items that come first, in order.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) order: IndexMap<String, Vec<String>>,
    /// What layers upon this one may not touch any more.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) lock: Vec<RawLock>,
}

/// Who changes a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawLayerOwner {
    /// A provincial office.
    Province,
    /// A school.
    School,
}

/// The definition that a layer changes: one of form, report and code list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLayerBase {
    /// A form.
    pub(crate) form: Option<Id>,
    /// A report.
    pub(crate) report: Option<Id>,
    /// A code list.
    pub(crate) code_list: Option<Id>,
    /// The version of the definition for which the layer was written; a code list has none.
    #[schemars(range(min = 1))]
    pub(crate) version: Option<u32>,
}

/// Something that is added to a list or an object.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read with its place")]
pub(crate) struct RawAddition {
    /// Place of the list or object.
    pub(crate) to: String,
    /// What is added, as it would be written there.
    pub(crate) item: Json,
    /// The item behind which it comes; the last one when left out.
    pub(crate) after: Option<String>,
    /// The key under which it comes, when it is added to an object.
    pub(crate) key: Option<Id>,
}

/// A place that may not be changed, and why.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read with its place")]
pub(crate) struct RawLock {
    /// The place; `*` stands for any one step. What lies below it is locked too.
    pub(crate) at: String,
    /// Why, for whoever tries.
    pub(crate) reason: Text,
}

/// What layers may change in this definition; everything else stays as it is. Places may have `*`
/// for any one step.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read with its place")]
pub(crate) struct RawLayering {
    /// Words that may be written otherwise.
    #[serde(default)]
    pub(crate) reword: Vec<String>,
    /// Lists and objects to which something may be added.
    #[serde(default)]
    pub(crate) add: Vec<String>,
    /// What may be left out.
    #[serde(default)]
    pub(crate) hide: Vec<String>,
    /// Lists whose order may be changed.
    #[serde(default)]
    pub(crate) order: Vec<String>,
    /// What may not be changed though a line above would allow it, and why.
    #[serde(default)]
    pub(crate) locked: Vec<RawLock>,
}
