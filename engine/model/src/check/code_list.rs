//! Checks a code list: days, overlapping meanings, further columns.

use std::collections::HashMap;

use jiff::civil::Date;

use super::place::Place;
use super::words::{self, repeats, twice};
use super::{Sink, days};
use crate::codes;
use crate::definition::{Code, CodeList};
use crate::diagnostic::Diagnostic;
use crate::nearest;
use crate::raw::{RawCode, RawCodeList, texts};
use crate::text::Text;
use crate::yaml::At;

/// Columns that every code list has.
const OWN_COLUMNS: [&str; 5] = ["code", "name", "symbol", "valid_from", "valid_to"];

pub(super) fn code_list(
    raw: RawCodeList,
    at: At<'_>,
    _place: &Place,
    sink: &mut Sink<'_>,
) -> CodeList {
    let columns = texts(raw.columns);
    let columns_at = at.get("columns");
    repeats(OWN_COLUMNS.into_iter().chain(columns.iter().map(String::as_str)), |position, name| {
        let span = columns_at.item(position - OWN_COLUMNS.len()).span();
        sink.push(twice(span, words::COLUMN, name));
    });
    let codes_at = at.get("codes");
    let codes: Vec<Code> = raw
        .codes
        .into_iter()
        .enumerate()
        .map(|(position, raw)| code(raw, &columns, codes_at.item(position), sink))
        .collect();
    overlaps(&codes, codes_at, sink);
    CodeList { id: raw.id.0, title: raw.title, source: raw.source, columns, codes }
}

fn code(raw: RawCode, columns: &[String], at: At<'_>, sink: &mut Sink<'_>) -> Code {
    for name in raw.more.keys().filter(|name| !columns.contains(name)) {
        let message = Text::both(
            format!("danh mục không khai cột `{name}`"),
            format!("the code list does not declare a column `{name}`"),
        );
        let known = OWN_COLUMNS.into_iter().chain(columns.iter().map(String::as_str));
        let help = nearest::help(name, known);
        let span = at.key_span(name);
        sink.push(Diagnostic::error(codes::CODE_COLUMN, message).maybe_help(help).at(span));
    }
    let (valid_from, valid_to) =
        days::validity(raw.valid_from.as_deref(), raw.valid_to.as_deref(), at, sink);
    let more = raw.more.into_iter().collect();
    Code { code: raw.code, name: raw.name, symbol: raw.symbol, valid_from, valid_to, more }
}

/// Reports every code that has two meanings on one day.
fn overlaps(codes: &[Code], at: At<'_>, sink: &mut Sink<'_>) {
    let mut by_code: HashMap<&str, Vec<(Date, Date, usize)>> = HashMap::new();
    for (position, code) in codes.iter().enumerate().filter(|(_, code)| !code.code.is_empty()) {
        let from = code.valid_from.unwrap_or(Date::MIN);
        let to = code.valid_to.unwrap_or(Date::MAX);
        by_code.entry(&code.code).or_default().push((from, to, position));
    }
    for (code, mut meanings) in by_code {
        meanings.sort_unstable();
        // The meaning that reaches furthest so far, for one may lie inside another.
        let Some((_, mut reach, mut earlier)) = meanings.first().copied() else { continue };
        for (from, to, position) in meanings.into_iter().skip(1) {
            if from <= reach {
                let (first, second) = (earlier.min(position), earlier.max(position));
                let line = at.item(first).span().line;
                let message = Text::both(
                    format!("mã `{code}` có hai nghĩa trong cùng một ngày"),
                    format!("the code `{code}` has two meanings on one day"),
                );
                let help = Text::both(
                    format!("đã có ở dòng {line}; bỏ một, hoặc ghi `valid_to` và `valid_from`"),
                    format!(
                        "it is on line {line}; remove one, or give `valid_to` and `valid_from`"
                    ),
                );
                let span = at.item(second).get("code").span();
                sink.push(Diagnostic::error(codes::OVERLAP, message).help(help).at(span));
            }
            if to >= reach {
                (reach, earlier) = (to, position);
            }
        }
    }
}
