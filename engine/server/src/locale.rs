//! The language of an answer: the `lang` of the address, else what the browser asks for, else that
//! of the site.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use bieumau_model::text::Locale;

/// Chooses the language; `usual` is that of the site.
pub(crate) fn choose(asked: Option<&str>, headers: &HeaderMap, usual: Locale) -> Locale {
    let first = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(',').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match asked {
        Some("en") => Locale::En,
        Some("vi") => Locale::Vi,
        _ if first.starts_with("en") => Locale::En,
        _ if first.starts_with("vi") => Locale::Vi,
        _ => usual,
    }
}

/// The tag of a language, for `lang` attributes and addresses.
pub(crate) fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "vi",
        Locale::En => "en",
    }
}
