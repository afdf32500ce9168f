//! Rows of a rule's table as they are written in YAML: one object for each row.

use serde_json::Value as Json;

use super::Sink;
use super::words::{self, unknown};
use crate::codes;
use crate::definition::RuleTable;
use crate::diagnostic::Diagnostic;
use crate::table::{Cells, Column, ColumnType, Table, Value};
use crate::table_json::read_cell;
use crate::text::{Text, nfc};
use crate::yaml::{At, Content, Node};

/// Reads rows; an optional column that no row has is left out.
pub(crate) fn table(declared: &RuleTable, at: At<'_>, sink: &mut Sink<'_>) -> Option<Table> {
    let rows = list(at, sink)?;
    let mut columns = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        known_columns(declared, row, at.item(number), sink);
    }
    for column in &declared.columns {
        if column.optional && rows.iter().all(|row| row.get(&column.name).is_none()) {
            continue;
        }
        let mut cells = Cells::empty(column.kind);
        for (number, row) in rows.iter().enumerate() {
            let row_at = at.item(number);
            let value = match row.get(&column.name) {
                Some(_) => cell(row_at.get(&column.name), column.kind, sink),
                None => {
                    if !column.optional {
                        lacks(&column.name, row_at, sink);
                    }
                    Value::Missing
                }
            };
            // A value that was read for this type fits it.
            let _ = cells.push(value);
        }
        columns.push(Column { name: column.name.clone(), cells });
    }
    Table::new(declared.name.as_str(), columns).ok()
}

/// Returns the items of a list, and reports when it is none.
pub(crate) fn list<'a>(at: At<'a>, sink: &mut Sink<'_>) -> Option<&'a [Node]> {
    match &at.node.content {
        Content::List(items) => Some(items.as_slice()),
        _ => {
            let (vi, en) =
                ("ở đây cần một danh sách".to_owned(), "a list is needed here".to_owned());
            sink.error(codes::WRONG_TYPE, at.span(), vi, en);
            None
        }
    }
}

/// Reports columns that the table does not declare, and a row that is no object.
pub(crate) fn known_columns(declared: &RuleTable, row: &Node, at: At<'_>, sink: &mut Sink<'_>) {
    if !matches!(row.content, Content::Object(_)) {
        let (vi, en) = ("mỗi dòng viết `{cột: giá trị}`", "a row is written `{column: value}`");
        sink.error(codes::WRONG_TYPE, at.span(), vi.to_owned(), en.to_owned());
    }
    for name in entries(row) {
        if !declared.columns.iter().any(|column| column.name == name) {
            let known = declared.columns.iter().map(|column| column.name.as_str());
            sink.push(unknown(
                codes::UNKNOWN_COLUMN,
                at.key_span(name),
                words::COLUMN,
                name,
                known,
            ));
        }
    }
}

fn lacks(column: &str, at: At<'_>, sink: &mut Sink<'_>) {
    let message = Text::both(format!("thiếu `{column}`"), format!("`{column}` is missing"));
    let help = Text::both("ô trống viết là null", "an empty cell is written null");
    sink.push(Diagnostic::error(codes::MISSING_KEY, message).help(help).at(at.span()));
}

/// Reads a cell of a column of `kind`; a wrong one is reported and missing.
pub(crate) fn cell(at: At<'_>, kind: ColumnType, sink: &mut Sink<'_>) -> Value {
    // What is not yes, no or nothing is read as it was written: 0.50 stays exact.
    let json = match at.node.scalar_json() {
        Some(json @ (Json::Null | Json::Bool(_))) => json,
        _ => Json::String(nfc(at.node.text().unwrap_or_default()).into_owned()),
    };
    read_cell(&json, kind).unwrap_or_else(|message| {
        sink.push(Diagnostic::error(codes::BAD_VALUE, message).at(at.span()));
        Value::Missing
    })
}

/// Returns the keys of the object under `key`, when there is one.
pub(crate) fn children<'a>(at: At<'a>, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    at.node.get(key).into_iter().flat_map(entries)
}

/// Returns the keys of an object; none of anything else.
pub(crate) fn entries(node: &Node) -> impl Iterator<Item = &str> {
    let entries = match &node.content {
        Content::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|entry| entry.key.as_str())
}
