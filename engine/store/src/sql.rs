//! Spells names and texts in SQL that this crate writes itself.

/// Returns `name` as a quoted identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns `words` as a string literal.
pub(crate) fn literal(words: &str) -> String {
    format!("'{}'", words.replace('\'', "''"))
}

/// Returns `names` as quoted identifiers, joined by commas.
pub(crate) fn list(names: &[String]) -> String {
    prefixed_list("", names)
}

/// Returns `names` as quoted identifiers behind `prefix` (such as `t.`), joined by commas.
pub(crate) fn prefixed_list(prefix: &str, names: &[String]) -> String {
    let parts: Vec<String> = names.iter().map(|name| format!("{prefix}{}", quoted(name))).collect();
    parts.join(", ")
}

/// Returns `count` question marks, joined by commas.
pub(crate) fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}
