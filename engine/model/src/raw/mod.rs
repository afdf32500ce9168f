//! Definitions as they are written in YAML, before any check.
//!
//! The doc comments here are what editors show, through the JSON Schemas made from these types.

mod code_list;
mod dataset;
mod form;
mod indicator;
mod layer;
mod plugin;
mod policy;
mod report;
mod site;

pub(crate) use code_list::{RawCode, RawCodeList};
pub(crate) use dataset::{RawDataset, RawNameOrder, RawSharedDataset, RawSort};
pub(crate) use form::{
    RawCheckSeverity, RawField, RawFieldType, RawForm, RawFormCheck, RawGrid, RawMissing,
    RawPersonal, RawScope, RawSection, RawStatus,
};
pub(crate) use indicator::{RawCellCheck, RawChart, RawEach, RawIndicator, RawMember, RawTest};
pub(crate) use layer::{RawLayer, RawLayerOwner};
pub(crate) use plugin::{RawApplies, RawCodeKind, RawPlugin, RawRule, RawRuleTable};
pub(crate) use policy::{
    RawDeadline, RawHeading, RawHierarchy, RawHolidays, RawPeriod, RawPolicyLayer, RawReview,
    RawSchoolCalendar,
};
pub(crate) use report::{
    Literal, RawAlign, RawFormat, RawLayout, RawNode, RawParameter, RawParameterType, RawReport,
    RawRuleCall, RawSelection, RawSheet,
};
pub(crate) use site::RawSite;

use schemars::JsonSchema;
use serde::Deserialize;

/// The pattern of ids, for editors.
pub(crate) const ID_PATTERN: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

/// A name in `snake_case`: small letters, digits and `_`, with a letter first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = ID_PATTERN))]
pub(crate) struct Id(pub(crate) String);

impl Id {
    /// Returns whether `text` has the form of an id.
    pub(crate) fn is_right(text: &str) -> bool {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('_').all(part)
    }
}

/// Returns the texts of ids.
pub(crate) fn texts(ids: Vec<Id>) -> Vec<String> {
    ids.into_iter().map(|id| id.0).collect()
}
