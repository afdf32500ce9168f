//! Checks what a rule promises of its answers: bounds, codes, rows, keys, and how it may be split.
//!
//! The host of plugins holds every answer to it.

use super::Sink;
use super::form::{bounds, not_for_type};
use super::words::{self, unknown};
use crate::codes;
use crate::raw::{RawRule, RawRuleTable};
use crate::table::ColumnType;
use crate::yaml::At;

/// Keys of a table, and of a column, that promise something of an answer.
const OF_TABLES: [&str; 2] = ["one_row_per", "key"];
const OF_COLUMNS: [&str; 3] = ["min", "max", "codes"];

/// Checks that promises stand where answers are declared, and name what there is.
pub(super) fn of_rule(raw: &RawRule, at: At<'_>, sink: &mut Sink<'_>) {
    let takes = at.get("takes");
    for (position, table) in raw.takes.iter().enumerate() {
        let at = takes.item(position);
        refuse(&OF_TABLES, at, sink);
        for column in 0..table.columns.len() {
            refuse(&OF_COLUMNS, at.get("columns").item(column), sink);
        }
    }
    let gives = at.get("gives");
    for (position, table) in raw.gives.iter().enumerate() {
        given(raw, table, gives.item(position), sink);
    }
    let Some(column) = &raw.batch_by else { return };
    let columns = || raw.takes.iter().flat_map(|table| &table.columns);
    if !raw.takes.is_empty() && !columns().any(|own| own.name == *column) {
        let known = columns().map(|column| column.name.0.as_str());
        let span = at.get("batch_by").span();
        sink.push(unknown(codes::UNKNOWN_COLUMN, span, words::COLUMN, &column.0, known));
    }
}

/// Reads `min` and `max` of a column, in units of its scale.
pub(super) fn range(
    kind: ColumnType,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> (Option<i64>, Option<i64>) {
    let word = kind.to_string();
    if kind != ColumnType::Text && at.node.get("codes").is_some() {
        not_for_type("codes", &word, at, sink);
    }
    match kind {
        ColumnType::Integer => bounds(0, at, sink),
        ColumnType::Decimal(scale) => bounds(scale, at, sink),
        ColumnType::Text | ColumnType::Date | ColumnType::Boolean => {
            for key in ["min", "max"].into_iter().filter(|key| at.node.get(key).is_some()) {
                not_for_type(key, &word, at, sink);
            }
            (None, None)
        }
    }
}

fn given(raw: &RawRule, table: &RawRuleTable, at: At<'_>, sink: &mut Sink<'_>) {
    if let Some(source) = &table.one_row_per
        && !raw.takes.iter().any(|taken| taken.name == *source)
    {
        let known = raw.takes.iter().map(|table| table.name.0.as_str());
        let span = at.get("one_row_per").span();
        sink.push(unknown(codes::UNKNOWN_TABLE, span, words::TABLE, &source.0, known));
    }
    for (position, column) in table.key.iter().enumerate() {
        if !table.columns.iter().any(|own| own.name == *column) {
            let known = table.columns.iter().map(|column| column.name.0.as_str());
            let span = at.get("key").item(position).span();
            sink.push(unknown(codes::UNKNOWN_COLUMN, span, words::COLUMN, &column.0, known));
        }
    }
}

fn refuse(keys: &[&str], at: At<'_>, sink: &mut Sink<'_>) {
    for key in keys.iter().filter(|key| at.node.get(key).is_some()) {
        sink.error(
            codes::KEY_NOT_FOR_TYPE,
            at.key_span(key),
            format!("khóa `{key}` chỉ dùng cho bảng mà quy tắc trả ra (`gives`)"),
            format!("the key `{key}` goes with the tables that a rule gives (`gives`)"),
        );
    }
}
