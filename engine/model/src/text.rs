//! A text that a person reads, in Vietnamese and, where it was given, in English.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Returns `words` in Unicode NFC; every text that enters passes here.
pub fn nfc(words: &str) -> Cow<'_, str> {
    match is_nfc_quick(words.chars()) {
        IsNormalized::Yes => Cow::Borrowed(words),
        _ => Cow::Owned(words.nfc().collect()),
    }
}

/// Returns `words` without the marks over and under letters; đ stays as it is.
pub fn bare(words: &str) -> String {
    words.nfd().filter(|ch| !unicode_normalization::char::is_combining_mark(*ch)).collect()
}

/// The language of what a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Vietnamese, the first language of every page and message.
    #[default]
    Vi,
    /// English.
    En,
}

/// A text in both languages; in YAML either one string (Vietnamese) or `{vi: …, en: …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Text {
    /// The same words in every language.
    One(String),
    /// Words for each language.
    Both {
        /// Vietnamese.
        vi: String,
        /// English.
        en: String,
    },
}

impl Text {
    /// Makes a text with words for each language.
    pub fn both(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Both { vi: vi.into(), en: en.into() }
    }

    /// Returns the words for `locale`.
    pub fn get(&self, locale: Locale) -> &str {
        match (self, locale) {
            (Self::One(words), _) => words,
            (Self::Both { vi, .. }, Locale::Vi) => vi,
            (Self::Both { en, .. }, Locale::En) => en,
        }
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::One(words.to_owned())
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::One(words)
    }
}
