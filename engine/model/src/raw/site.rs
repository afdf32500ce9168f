//! The configuration of a site as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Id;
use crate::definition::MissingLetters;
use crate::sign_off::AfterSignOff;
use crate::text::{Locale, Text};

/// What a site is: one school, or an office with its schools.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Site")]
pub(crate) struct RawSite {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Name shown on pages.
    pub(crate) title: Text,
    /// Province (code since 1/7/2025), for a site of one province.
    pub(crate) province: Option<String>,
    /// Education level, for the site of one school.
    pub(crate) level: Option<Id>,
    /// Id of the school, for the site of one school.
    pub(crate) school: Option<String>,
    /// Current school year: its first calendar year.
    #[schemars(range(min = 1990, max = 2100))]
    pub(crate) year: Option<i64>,
    /// Language of pages and messages.
    #[serde(default)]
    pub(crate) locale: Locale,
    /// File of the records, inside the site folder.
    pub(crate) data: Option<String>,
    /// Address and port on which pages are served.
    pub(crate) listen: Option<String>,
    /// What a change of records does that somebody has signed off: `refuse`, or `reopen` the book.
    #[serde(default)]
    pub(crate) after_sign_off: AfterSignOff,
    /// What becomes of a document with letters that the fonts lack: `mark` shows a mark in their
    /// place, `stop` makes none.
    #[serde(default)]
    pub(crate) missing_letters: MissingLetters,
}
