//! The rule of the example as an Extism plugin, as such plugins are usually written: typed rows as
//! JSON in and out.
//!
//! The kit's own allocator frees nothing, since an instance of this engine lives for one call; here
//! an instance may be kept, so the kit's files are taken without it.

extern crate self as bieumau_plugin_sdk;

#[path = "../../../sdk/src/answer.rs"]
pub mod answer;
#[path = "../../../sdk/src/call.rs"]
pub mod call;
#[path = "../../../sdk/src/cell.rs"]
pub mod cell;
#[path = "../../../sdk/src/decimal.rs"]
pub mod decimal;
#[path = "../../../../examples/learning_results/plugins/learning_rust/src/lib.rs"]
mod learning;
pub mod plugin;
#[path = "../../../sdk/src/row.rs"]
pub mod row;
#[path = "../../../sdk/src/table.rs"]
pub mod table;

pub use answer::{Answer, Failure, Finding};
pub use call::{Call, Parameters};
pub use decimal::{Decimal, Rounding, divide};
pub use plugin::{Plugin, Rule};
pub use row::MissingCell;
pub use table::{Cells, Column, Table};

use extism_pdk::{FnResult, Json, plugin_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct Given {
    parameters: Vec<(String, String)>,
    marks: Vec<Mark>,
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Mark {
    pupil: String,
    subject: String,
    term: i64,
    ongoing: [Option<i64>; 4],
    mid_term: Option<i64>,
    end_of_term: Option<i64>,
}

#[derive(Deserialize)]
struct Comment {
    pupil: String,
    subject: String,
    term: i64,
    ongoing: [Option<String>; 2],
    mid_term: Option<String>,
    end_of_term: Option<String>,
}

#[derive(Serialize)]
pub struct Found {
    subjects: Vec<Subject>,
    pupils: Vec<Pupil>,
}

#[derive(Serialize)]
struct Subject {
    pupil: String,
    subject: String,
    averages: [Option<i64>; 3],
}

#[derive(Serialize)]
struct Pupil {
    pupil: String,
    learning: [Option<String>; 3],
}

#[plugin_fn]
pub fn learning_results(Json(given): Json<Given>) -> FnResult<Json<Found>> {
    let call = Call {
        rule: "learning_results".to_owned(),
        parameters: Parameters(given.parameters),
        tables: vec![marks(&given.marks), comments(&given.comments)],
        explain: false,
    };
    let answer = learning::LearningResults::apply(&call)
        .map_err(|failure| extism_pdk::Error::msg(failure.message.en.clone()))?;
    let [subjects, pupils] = answer.tables.as_slice() else {
        return Err(extism_pdk::Error::msg("two tables").into());
    };
    let text = |table: &Table, column: usize, row: usize| text(&table.columns[column], row);
    let number = |column: usize, row: usize| number(&subjects.columns[column], row);
    let subject = |row| Subject {
        pupil: text(subjects, 0, row).unwrap_or_default(),
        subject: text(subjects, 1, row).unwrap_or_default(),
        averages: [number(2, row), number(3, row), number(4, row)],
    };
    let pupil = |row| Pupil {
        pupil: text(pupils, 0, row).unwrap_or_default(),
        learning: [text(pupils, 1, row), text(pupils, 2, row), text(pupils, 3, row)],
    };
    Ok(Json(Found {
        subjects: (0..subjects.rows).map(subject).collect(),
        pupils: (0..pupils.rows).map(pupil).collect(),
    }))
}

fn marks(rows: &[Mark]) -> Table {
    let mut columns =
        keys(rows.iter().map(|row| (row.pupil.as_str(), row.subject.as_str(), row.term)));
    for (at, name) in ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4"].into_iter().enumerate() {
        columns.push(decimals(name, rows.iter().map(|row| row.ongoing[at])));
    }
    columns.push(decimals("mid_term", rows.iter().map(|row| row.mid_term)));
    columns.push(decimals("end_of_term", rows.iter().map(|row| row.end_of_term)));
    Table { name: "marks".to_owned(), rows: rows.len(), columns }
}

fn comments(rows: &[Comment]) -> Table {
    let mut columns =
        keys(rows.iter().map(|row| (row.pupil.as_str(), row.subject.as_str(), row.term)));
    for (at, name) in ["ongoing_1", "ongoing_2"].into_iter().enumerate() {
        columns.push(texts(name, rows.iter().map(|row| row.ongoing[at].as_deref())));
    }
    columns.push(texts("mid_term", rows.iter().map(|row| row.mid_term.as_deref())));
    columns.push(texts("end_of_term", rows.iter().map(|row| row.end_of_term.as_deref())));
    Table { name: "comments".to_owned(), rows: rows.len(), columns }
}

fn keys<'a>(rows: impl Iterator<Item = (&'a str, &'a str, i64)> + Clone) -> Vec<Column> {
    let terms = rows.clone().map(|row| row.2).collect();
    vec![
        texts("pupil", rows.clone().map(|row| Some(row.0))),
        texts("subject", rows.map(|row| Some(row.1))),
        Column { name: "term".to_owned(), present: Vec::new(), cells: Cells::Integer(terms) },
    ]
}

fn texts<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>> + Clone) -> Column {
    let present = cells.clone().map(|cell| u8::from(cell.is_some())).collect();
    let (mut utf8, mut ends) = (String::new(), Vec::new());
    for cell in cells {
        utf8.push_str(cell.unwrap_or_default());
        ends.push(utf8.len() as u32);
    }
    Column { name: name.to_owned(), present, cells: Cells::Text { utf8, ends } }
}

fn decimals(name: &str, cells: impl Iterator<Item = Option<i64>> + Clone) -> Column {
    let present = cells.clone().map(|cell| u8::from(cell.is_some())).collect();
    let units = cells.map(Option::unwrap_or_default).collect();
    Column { name: name.to_owned(), present, cells: Cells::Decimal { scale: 1, units } }
}

fn text(column: &Column, row: usize) -> Option<String> {
    let Cells::Text { utf8, ends } = &column.cells else { return None };
    let start = if row == 0 { 0 } else { ends[row - 1] as usize };
    column.is_present(row).then(|| utf8[start..ends[row] as usize].to_owned())
}

fn number(column: &Column, row: usize) -> Option<i64> {
    let Cells::Decimal { units, .. } = &column.cells else { return None };
    column.is_present(row).then(|| units[row])
}
