//! Cells as slips keep them: key and value as JSON, so that a slip can be read years later.

use bieumau_model::correction::{self, State};
use bieumau_model::definition::Form;
use bieumau_model::table::Value;
use bieumau_model::table_json::{read_cell, write_cell};

use crate::flows::papers::{Row, rows, text};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

impl Site {
    /// Returns whether an approved slip of that number lets `field` of the record `key` become
    /// `value`.
    pub(crate) fn is_approved_cell(
        &self,
        school: &str,
        year: i64,
        wanted: i64,
        (form, key, field): (&str, &[Value], &str),
        value: &Value,
    ) -> Result<bool, Problem> {
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(wanted)),
        ];
        let slips = self.papers("correction", &filters)?;
        let approved = rows(&slips)
            .any(|row| row.text("state") == State::Approved.code() && row.text("for_form") == form);
        if !approved {
            return Ok(false);
        }
        let lines = self.papers("correction_line", &filters)?;
        let record = record_text(key);
        Ok(rows(&lines).any(|row| {
            row.text("record") == record
                && row.text("field") == field
                && row.maybe("new_value") == cell_text(value)
        }))
    }
}

/// Writes a key as slips keep it: a JSON array.
pub(super) fn record_text(key: &[Value]) -> String {
    serde_json::Value::Array(key.iter().map(write_cell).collect()).to_string()
}

/// Writes a cell as slips keep it; nothing for a missing one.
pub(super) fn cell_text(value: &Value) -> Option<String> {
    (*value != Value::Missing).then(|| write_cell(value).to_string())
}

pub(super) fn read_key(form: &Form, record: &str) -> Result<Vec<Value>, Problem> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(record).map_err(|_| torn())?;
    let kinds =
        form.key.iter().filter_map(|name| form.field(name)).map(|own| own.kind.column_type());
    cells.iter().zip(kinds).map(|(cell, kind)| read_cell(cell, kind).map_err(|_| torn())).collect()
}

pub(super) fn read_value(form: &Form, field: &str, cell: Option<&str>) -> Result<Value, Problem> {
    let (Some(cell), Some(field)) = (cell, form.field(field)) else { return Ok(Value::Missing) };
    let cell = serde_json::from_str(cell).map_err(|_| torn())?;
    read_cell(&cell, field.kind.column_type()).map_err(|_| torn())
}

fn torn() -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J230",
        "Dòng của phiếu không đọc được",
        "a line of the slip cannot be read",
    )
}

pub(super) fn vanished(line: Row<'_>) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "J224",
        format!("Bản ghi của {} không còn", line.text("pupil_name")),
        format!("the record of {} is gone", line.text("pupil_name")),
    )
}

pub(super) fn changed_since(line: Row<'_>, now: &Value) -> Problem {
    let empty = || "(trống)".to_owned();
    let then = line.maybe("old_written").unwrap_or_else(empty);
    let (found, _) = correction::written(now);
    let found = if found.is_empty() { empty() } else { found };
    let (name, column) = (line.text("pupil_name"), line.text("column_title"));
    Problem::new(
        ProblemKind::Conflict,
        "J224",
        format!(
            "{name}, {column}: điểm đã thay đổi từ khi lập phiếu (trong phiếu {then}, hiện nay {found})"
        ),
        format!("{name}, {column}: changed since the slip was sent (then {then}, now {found})"),
    )
    .help("Rút phiếu này và lập phiếu mới", "withdraw the slip and send a new one")
}
