//! Carries values between tables and SQLite: decimals in units, dates as ISO text, booleans as 0/1.

use bieumau_model::format::{date_iso, parse_date};
use bieumau_model::table::{Cells, Value};
use rusqlite::Statement;
use rusqlite::types::{Null, ToSql, ToSqlOutput, ValueRef};
use serde_json::Value as Json;

use crate::shape::Kind;

/// A value on its way into SQLite.
pub(crate) struct Bound<'a>(pub &'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Missing => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Value::Decimal { units, .. } => ToSqlOutput::Borrowed(ValueRef::Integer(*units)),
            Value::Date(date) => ToSqlOutput::from(date_iso(*date)),
            Value::Boolean(flag) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*flag))),
        })
    }
}

/// Binds the cell in `row` as parameter number `index`.
pub(crate) fn bind_cell(
    statement: &mut Statement<'_>,
    index: usize,
    cells: &Cells,
    row: usize,
) -> rusqlite::Result<()> {
    match cells {
        Cells::Text(cells) => match &cells[row] {
            Some(text) => statement.raw_bind_parameter(index, text.as_str()),
            None => statement.raw_bind_parameter(index, Null),
        },
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => {
            statement.raw_bind_parameter(index, cells[row])
        }
        Cells::Date(cells) => statement.raw_bind_parameter(index, cells[row].map(date_iso)),
        Cells::Boolean(cells) => statement.raw_bind_parameter(index, cells[row]),
    }
}

/// Reads a cell of the kind; gives back what it found when that is something else.
pub(crate) fn value_of(kind: Kind, cell: ValueRef<'_>) -> Result<Value, String> {
    match (kind, cell) {
        (_, ValueRef::Null) => Ok(Value::Missing),
        (Kind::Text, ValueRef::Text(bytes)) => Ok(Value::Text(text(bytes)?.to_owned())),
        (Kind::Integer, ValueRef::Integer(number)) => Ok(Value::Integer(number)),
        (Kind::Decimal(scale), ValueRef::Integer(units)) => Ok(Value::Decimal { units, scale }),
        (Kind::Boolean, ValueRef::Integer(flag @ (0 | 1))) => Ok(Value::Boolean(flag == 1)),
        (Kind::Date, ValueRef::Text(bytes)) => {
            let text = text(bytes)?;
            parse_date(text).map(Value::Date).ok_or_else(|| format!("`{text}`"))
        }
        (_, other) => Err(found(other)),
    }
}

/// Names what SQLite gave.
pub(crate) fn found(cell: ValueRef<'_>) -> String {
    match cell {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => format!("{number} (REAL)"),
        ValueRef::Text(bytes) => {
            let short: String = String::from_utf8_lossy(bytes).chars().take(40).collect();
            format!("`{short}`")
        }
        ValueRef::Blob(_) => "BLOB".to_owned(),
    }
}

/// Writes a value as the audit and the history keep it: as it is stored.
pub(crate) fn json_of(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Decimal { units, .. } => Json::from(*units),
        Value::Date(date) => Json::from(date_iso(*date)),
        Value::Boolean(flag) => Json::from(i64::from(*flag)),
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| "bytes that are no text".to_owned())
}
