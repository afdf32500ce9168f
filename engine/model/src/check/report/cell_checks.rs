//! Reads the checks between figures: `total = public + other`, `girls <= pupils`, `row.column`.

use super::super::Sink;
use super::super::words::unknown;
use super::indicators::{COLUMN, ROW};
use crate::codes;
use crate::definition::indicator::{Across, CellCheck, Indicator, Line, Order, Term};
use crate::definition::{Report, Source};
use crate::raw::{Id, RawCellCheck, RawCheckSeverity};
use crate::yaml::At;

pub(super) fn checks(
    raw: &[RawCellCheck],
    indicator: &Indicator,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Vec<CellCheck> {
    let raw = raw.iter().enumerate();
    raw.filter_map(|(position, raw)| check(raw, indicator, at.item(position), sink)).collect()
}

fn check(
    raw: &RawCellCheck,
    indicator: &Indicator,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Option<CellCheck> {
    let source = at.get("that").source();
    let Some((left, order, right)) = read(&source.text) else {
        sink.error(
            codes::CELL_CHECK,
            source.span.clone(),
            format!("không đọc được điều kiện `{}`", source.text),
            format!("the check `{}` cannot be read", source.text),
        );
        return None;
    };
    let names: Vec<&(bool, Vec<&str>)> = left.iter().chain(&right).collect();
    let single = names.iter().all(|(_, parts)| parts.len() > 1);
    let across = if single {
        Across::Cells
    } else if names.iter().any(|(_, parts)| parts.len() > 1) {
        sink.error(
            codes::CELL_CHECK,
            source.span.clone(),
            "một điều kiện gồm toàn dòng, toàn cột, hoặc toàn ô `dòng.cột`".to_owned(),
            "a check speaks of rows, of columns, or of single figures `row.column` only".to_owned(),
        );
        return None;
    } else {
        // An id such as `total` may be of a row and of a column: the side that knows most is meant.
        let known = |lines| names.iter().filter(|(_, parts)| has(lines, parts[0])).count();
        match known(&indicator.columns) >= known(&indicator.rows) {
            true => Across::Rows,
            false => Across::Columns,
        }
    };
    let lines = match across {
        Across::Rows => Some((&indicator.columns, COLUMN)),
        Across::Columns => Some((&indicator.rows, ROW)),
        Across::Cells => None,
    };
    if let Some((lines, what)) = lines {
        for (_, parts) in &names {
            missing(lines, parts[0], what, &source, sink);
        }
    }
    let terms = |side: &[(bool, Vec<&str>)]| -> Vec<Term> {
        side.iter().map(|(minus, parts)| term(*minus, parts, across)).collect()
    };
    Some(CellCheck {
        across,
        left: terms(&left),
        order,
        right: terms(&right),
        message: raw.message.clone(),
        blocks: matches!(raw.severity, RawCheckSeverity::Error),
        source: source.clone(),
    })
}

/// Reports single figures that are not there, also those of other tables of the report.
pub(super) fn references(report: &Report, indicator: &Indicator, sink: &mut Sink<'_>) {
    for check in indicator.checks.iter().filter(|check| check.across == Across::Cells) {
        for term in check.left.iter().chain(&check.right) {
            let named = term.indicator.as_deref().unwrap_or(&indicator.id);
            let Some(found) = report.indicators.iter().find(|own| own.id == named) else {
                let known = report.indicators.iter().map(|own| own.id.as_str());
                let what = super::words::TABLE;
                let span = check.source.span.clone();
                sink.push(unknown(codes::UNKNOWN_TABLE, span, what, named, known));
                continue;
            };
            missing(&found.rows, &term.row, ROW, &check.source, sink);
            missing(&found.columns, &term.column, COLUMN, &check.source, sink);
        }
    }
}

fn missing(lines: &[Line], id: &str, what: (&str, &str), source: &Source, sink: &mut Sink<'_>) {
    if !has(lines, id) {
        let known = lines.iter().map(|line| line.id.as_str()).filter(|id| !id.is_empty());
        sink.push(unknown(codes::INDICATOR_LINE, source.span.clone(), what, id, known));
    }
}

fn has(lines: &[Line], id: &str) -> bool {
    lines.iter().any(|line| line.id == id)
}

fn term(minus: bool, parts: &[&str], across: Across) -> Term {
    let text = |at: usize| parts.get(at).map(|part| (*part).to_owned()).unwrap_or_default();
    match (across, parts.len()) {
        (Across::Rows, _) => Term { minus, indicator: None, row: String::new(), column: text(0) },
        (Across::Columns, _) => {
            Term { minus, indicator: None, row: text(0), column: String::new() }
        }
        (Across::Cells, 3) => {
            Term { minus, indicator: Some(text(0)), row: text(1), column: text(2) }
        }
        (Across::Cells, _) => Term { minus, indicator: None, row: text(0), column: text(1) },
    }
}

type Side<'a> = Vec<(bool, Vec<&'a str>)>;

fn read(text: &str) -> Option<(Side<'_>, Order, Side<'_>)> {
    let signs = [
        ("<=", Order::AtMost),
        (">=", Order::AtLeast),
        ("==", Order::Equal),
        ("=", Order::Equal),
        ("<", Order::Less),
        (">", Order::More),
    ];
    let (sign, order) = signs.into_iter().find(|(sign, _)| text.contains(sign))?;
    let (left, right) = text.split_once(sign)?;
    Some((side(left)?, order, side(right)?))
}

fn side(text: &str) -> Option<Side<'_>> {
    let mut terms = Vec::new();
    let mut rest = text.trim();
    let mut minus = false;
    loop {
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let parts: Vec<&str> = rest[..end].trim().split('.').collect();
        if parts.len() > 3 || !parts.iter().all(|part| Id::is_right(part)) {
            return None;
        }
        terms.push((minus, parts));
        if end == rest.len() {
            return Some(terms);
        }
        minus = rest[end..].starts_with('-');
        rest = rest[end + 1..].trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_read(text: &str, expected: Option<&str>) {
        let shown = read(text).map(|(left, order, right)| {
            let side = |side: Side<'_>| {
                let term = |(minus, parts): (bool, Vec<&str>)| {
                    format!("{}{}", if minus { "-" } else { "+" }, parts.join("."))
                };
                side.into_iter().map(term).collect::<Vec<_>>().join(" ")
            };
            format!("{} {} {}", side(left), order.sign(), side(right))
        });
        assert_eq!(shown.as_deref(), expected);
    }

    #[test]
    fn sides_are_sums_of_ids() {
        check_read("total = public + other", Some("+total = +public +other"));
        check_read("girls<=pupils", Some("+girls <= +pupils"));
        check_read("a.b - c.d >= t.e.f", Some("+a.b -c.d >= +t.e.f"));
    }

    #[test]
    fn what_is_no_check_is_refused() {
        check_read("total", None);
        check_read("total = ", None);
        check_read("total = 2 * x", None);
        check_read("a.b.c.d = e", None);
    }
}
