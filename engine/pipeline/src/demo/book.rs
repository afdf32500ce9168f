//! The book that gathers invented rows as tables, and what may stand in one of their cells.
//!
//! Which forms there are is told by `rows`.

use bieumau_model::table::{Cells, Column, ColumnType, Table};
use jiff::civil::Date;

use super::rows::Form;

/// A decimal with one digit, in tenths: 75 is 7,5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tenths(pub(super) i64);

/// Something that is written into one cell.
pub(super) trait Cell {
    const KIND: ColumnType;
    fn put(self, cells: &mut Cells);
}

/// A row of a form.
pub(super) trait Row {
    const FORM: Form;
    fn columns() -> Vec<Column>;
    fn put(self, columns: &mut [Column]);
}

/// Tables in the making.
#[derive(Debug, Default)]
pub(super) struct Book {
    sheets: Vec<Vec<Column>>,
}

impl Book {
    /// Makes a book with an empty sheet for each form.
    pub(super) fn new() -> Self {
        Self { sheets: Form::empty_sheets() }
    }

    /// Adds a row to the sheet of its form.
    pub(super) fn add<R: Row>(&mut self, row: R) {
        row.put(&mut self.sheets[R::FORM as usize]);
    }

    /// Appends the rows of `other`.
    pub(super) fn append(&mut self, other: Self) {
        for (sheet, more) in self.sheets.iter_mut().zip(other.sheets) {
            for (column, more) in sheet.iter_mut().zip(more) {
                join(&mut column.cells, more.cells);
            }
        }
    }

    /// Returns the tables under their form ids, referred forms first.
    pub(super) fn tables(self) -> Vec<(&'static str, Table)> {
        let named = Form::IDS.iter().zip(self.sheets);
        named
            .map(|(form, columns)| {
                (*form, Table::new(*form, columns).expect("each row fills every column once"))
            })
            .collect()
    }
}

/// Appends cells of the same type.
fn join(cells: &mut Cells, more: Cells) {
    match (cells, more) {
        (Cells::Text(cells), Cells::Text(more)) => cells.extend(more),
        (Cells::Integer(cells), Cells::Integer(more))
        | (Cells::Decimal { units: cells, .. }, Cells::Decimal { units: more, .. }) => {
            cells.extend(more);
        }
        (Cells::Date(cells), Cells::Date(more)) => cells.extend(more),
        (Cells::Boolean(cells), Cells::Boolean(more)) => cells.extend(more),
        _ => unreachable!("sheets of one form have the same columns"),
    }
}

/// Writes `Cell` for a type and for its optional form.
macro_rules! cell {
    ($type:ty, $kind:expr, $cells:pat => $list:ident, $value:ident => $stored:expr) => {
        impl Cell for $type {
            const KIND: ColumnType = $kind;
            fn put(self, cells: &mut Cells) {
                Some(self).put(cells);
            }
        }
        impl Cell for Option<$type> {
            const KIND: ColumnType = $kind;
            fn put(self, cells: &mut Cells) {
                match cells {
                    $cells => $list.push(self.map(|$value| $stored)),
                    _ => unreachable!("a column is made from the type of its field"),
                }
            }
        }
    };
}

cell!(&str, ColumnType::Text, Cells::Text(list) => list, text => text.to_owned());
cell!(String, ColumnType::Text, Cells::Text(list) => list, text => text);
cell!(i64, ColumnType::Integer, Cells::Integer(list) => list, number => number);
cell!(Tenths, ColumnType::Decimal(1), Cells::Decimal { units: list, .. } => list, value => value.0);
cell!(Date, ColumnType::Date, Cells::Date(list) => list, day => day);
cell!(bool, ColumnType::Boolean, Cells::Boolean(list) => list, flag => flag);
