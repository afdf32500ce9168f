//! Reads days of definitions, and first and last days.

use jiff::civil::Date;

use super::Sink;
use crate::codes;
use crate::format::parse_date;
use crate::yaml::At;

/// Reads a day such as `2025-06-30`, and reports when it is none; an empty text was reported before.
pub(super) fn day(text: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<Date> {
    let read = parse_date(text);
    if read.is_none() && !text.is_empty() {
        sink.error(
            codes::BAD_DATE,
            at.span(),
            format!("`{text}` không phải một ngày dạng \"2025-06-30\""),
            format!("`{text}` is not a day such as \"2025-06-30\""),
        );
    }
    read
}

/// Reads `valid_from` and `valid_to`, and reports when they are not in order.
pub(super) fn validity(
    from: Option<&str>,
    to: Option<&str>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> (Option<Date>, Option<Date>) {
    let valid_from = from.and_then(|text| day(text, at.get("valid_from"), sink));
    let valid_to = to.and_then(|text| day(text, at.get("valid_to"), sink));
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && from > to
    {
        sink.error(
            codes::BAD_DATE,
            at.get("valid_to").span(),
            "`valid_to` trước `valid_from`".to_owned(),
            "`valid_to` is before `valid_from`".to_owned(),
        );
    }
    (valid_from, valid_to)
}
