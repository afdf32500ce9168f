//! Compares the columns that statistical tables name with those of the tables that they count.

use std::collections::{BTreeSet, HashSet};

use super::Sink;
use super::columns::{TableColumns, column_exists};
use super::words::unknown;
use crate::codes;
use crate::definition::Indicator;
use crate::definition::indicator::{Condition, Line, Measure, Test};
use crate::diagnostic::Diagnostic;
use crate::indicators::Typed;
use crate::table::ColumnType;
use crate::text::Text;

/// Checks every column and value that `indicator` names, where the columns of its tables are known.
pub(super) fn compare(indicator: &Indicator, known: &TableColumns<'_>, sink: &mut Sink<'_>) {
    let mut said = HashSet::new();
    let sides = [(&indicator.rows, &indicator.columns), (&indicator.columns, &indicator.rows)];
    for (lines, others) in sides {
        for line in lines {
            if let Some(Measure::Sum { from, column } | Measure::Average { from, column, .. }) =
                &line.measure
            {
                summed(line, from, column, known, sink);
            }
            for table in counted(line, others) {
                for condition in &line.conditions {
                    // Lines below a heading share its conditions.
                    if said.insert((condition.span.start, table)) {
                        tested(condition, table, known, sink);
                    }
                }
            }
        }
    }
    for chart in &indicator.charts {
        for id in chart.series.keys().chain(&chart.rows) {
            let lines = indicator.columns.iter().chain(&indicator.rows);
            let measure =
                lines.filter(|line| line.id == *id).find_map(|line| line.measure.as_ref());
            let Some(Measure::Sum { from, column }) = measure else { continue };
            let kind = known.get(from.as_str()).and_then(|columns| columns.get(column.as_str()));
            if matches!(kind.map(|own| own.kind), Some(ColumnType::Decimal(_))) {
                sink.error(
                    codes::INDICATOR_VALUE,
                    chart.span.clone(),
                    format!("biểu đồ chỉ vẽ số nguyên; `{id}` cộng cột `{column}` có số lẻ"),
                    format!("charts show whole numbers; `{id}` adds up `{column}`, a decimal"),
                );
            }
        }
    }
    for (table, shown) in &indicator.records {
        let span = indicator.rows.first().map(|line| line.span.clone());
        for column in shown.keys() {
            if let Some(span) = &span {
                column_exists(table, column, span.clone(), known, sink);
            }
        }
    }
}

/// Returns the tables whose rows must meet the conditions of `line`.
fn counted<'a>(line: &'a Line, others: &'a [Line]) -> BTreeSet<&'a str> {
    let of = |line: &'a Line| line.measure.as_ref().and_then(Measure::from);
    match of(line) {
        Some(table) => BTreeSet::from([table]),
        None => others.iter().filter_map(of).collect(),
    }
}

fn summed(line: &Line, from: &str, column: &str, known: &TableColumns<'_>, sink: &mut Sink<'_>) {
    let kind = column_exists(from, column, line.span.clone(), known, sink);
    let Some(kind) = kind else { return };
    if !matches!(kind, ColumnType::Integer | ColumnType::Decimal(_)) {
        sink.error(
            codes::INDICATOR_VALUE,
            line.span.clone(),
            format!("cột `{column}` có kiểu `{kind}`, không cộng được"),
            format!("the column `{column}` has type `{kind}`, which cannot be added up"),
        );
    }
}

fn tested(condition: &Condition, table: &str, known: &TableColumns<'_>, sink: &mut Sink<'_>) {
    let (column, span) = (&condition.column, condition.span.clone());
    let Some(kind) = column_exists(table, column, span.clone(), known, sink) else { return };
    if let Err(wrong) = Typed::new(&condition.test, kind) {
        let text = &wrong.text;
        let message = Text::both(
            format!("cột `{column}` của `{table}` có kiểu `{kind}`, không nhận `{text}`"),
            format!("the column `{column}` of `{table}` has type `{kind}`, not taking `{text}`"),
        );
        let help = match kind {
            ColumnType::Text => Text::both(
                format!("đặt trong dấu ngoặc kép: \"{text}\""),
                format!("put it in quotes: \"{text}\""),
            ),
            ColumnType::Date => Text::both("viết dạng \"2025-09-30\"", "write \"2025-09-30\""),
            ColumnType::Boolean => Text::both("viết true hoặc false", "write true or false"),
            ColumnType::Integer | ColumnType::Decimal(_) => {
                Text::both("viết một số, không có ngoặc kép", "write a number, without quotes")
            }
        };
        sink.push(Diagnostic::error(codes::INDICATOR_VALUE, message).help(help).at(span));
        return;
    }
    let known = known.get(table).and_then(|columns| columns.get(column.as_str()));
    let (Some(known), Test::In(values) | Test::NotIn(values)) = (known, &condition.test) else {
        return;
    };
    for value in values {
        if !known.codes.is_empty() && !known.codes.contains(&value.text.as_str()) {
            let what =
                (format!("mã của cột `{column}`:"), format!("code of the column `{column}`:"));
            let what = (what.0.as_str(), what.1.as_str());
            let codes = known.codes.iter().copied();
            sink.push(unknown(codes::UNKNOWN_CODE, span.clone(), what, &value.text, codes));
        }
    }
}
