//! The configuration of a site.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::sign_off::AfterSignOff;
use crate::text::{Locale, Text};

/// A checked `site.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// Name shown on pages.
    pub title: Text,
    /// Province (code since 1/7/2025), for a site of one province.
    pub province: Option<String>,
    /// Education level, for the site of one school.
    pub level: Option<String>,
    /// Id of the school, for the site of one school.
    pub school: Option<String>,
    /// Current school year: its first calendar year.
    pub year: Option<i64>,
    /// Language of pages and messages.
    pub locale: Locale,
    /// File of the records, inside the site folder.
    pub data: Option<String>,
    /// Address and port on which pages are served.
    pub listen: Option<String>,
    /// What a change of records does that somebody has signed off.
    pub after_sign_off: AfterSignOff,
    /// What becomes of a document with letters that the fonts lack.
    pub missing_letters: MissingLetters,
}

/// What becomes of a document with letters that the fonts lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingLetters {
    /// A visible mark stands in their place, and the records are named beside the document.
    #[default]
    Mark,
    /// Nothing is made, and the records are named.
    Stop,
}
