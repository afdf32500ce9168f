//! Typed rows: a struct whose fields are the columns of a table, to read and to write.
//!
//! [`crate::rows!`] declares such a struct.

use core::marker::PhantomData;

use crate::answer::{Failure, Finding};
use crate::table::{Column, Table};

/// A struct whose fields are columns.
pub trait Row<'a>: Sized {
    /// The columns of one table, looked up and checked.
    type Columns: Copy;

    /// Looks the columns up.
    fn columns(table: &'a Table) -> Result<Self::Columns, Failure>;

    /// Reads a row; `Err` names a column whose cell must be there and is missing.
    fn read(columns: &Self::Columns, row: usize) -> Result<Self, &'static str>;

    /// Makes the columns of an empty table.
    fn empty() -> Vec<Column>;

    /// Adds a row to columns that [`Row::empty`] made.
    fn push(self, columns: &mut [Column]);
}

/// The rows of a table of the call.
pub struct Rows<'a, R: Row<'a>> {
    table: Option<(&'a Table, R::Columns)>,
}

impl<'a, R: Row<'a>> Clone for Rows<'a, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, R: Row<'a>> Copy for Rows<'a, R> {}

/// A cell that must be there and is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingCell<'a> {
    /// Table.
    pub table: &'a str,
    /// Row, counted from 0.
    pub row: usize,
    /// Column.
    pub column: &'static str,
}

impl<'a, R: Row<'a>> Rows<'a, R> {
    /// Looks the columns of `table` up.
    pub fn new(table: &'a Table) -> Result<Self, Failure> {
        Ok(Self { table: Some((table, R::columns(table)?)) })
    }

    /// Makes the rows of a table that the report does not have.
    pub const fn none() -> Self {
        Self { table: None }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.table.map_or(0, |(table, _)| table.rows)
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether the table has a column `name`, that is, whether it was asked for at all.
    pub fn has(&self, name: &str) -> bool {
        self.table.is_some_and(|(table, _)| table.has(name))
    }

    /// Walks over the rows; a row that lacks a needed cell comes as an error.
    pub fn iter(self) -> Iter<'a, R> {
        Iter { rows: self, next: 0 }
    }
}

/// Walks over the rows of a table.
pub struct Iter<'a, R: Row<'a>> {
    rows: Rows<'a, R>,
    next: usize,
}

impl<'a, R: Row<'a>> Iterator for Iter<'a, R> {
    type Item = Result<R, MissingCell<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (table, columns) = self.rows.table.as_ref()?;
        let row = self.next;
        if row == table.rows {
            return None;
        }
        self.next += 1;
        let missing = |column| MissingCell { table: &table.name, row, column };
        Some(R::read(columns, row).map_err(missing))
    }
}

impl From<MissingCell<'_>> for Finding {
    fn from(missing: MissingCell<'_>) -> Self {
        let MissingCell { table, row, column } = missing;
        let number = row + 1;
        Finding::error(
            "missing_cell",
            format!("Bảng `{table}`, dòng {number}: thiếu `{column}`; dòng này không được dùng"),
            format!("Table `{table}`, row {number}: `{column}` is missing; the row is not used"),
        )
        .at(table, row, column)
    }
}

/// A table of the answer, filled row by row.
#[derive(Debug)]
pub struct TableWriter<'a, R: Row<'a>> {
    table: Table,
    row: PhantomData<fn(R) -> &'a ()>,
}

impl<'a, R: Row<'a>> TableWriter<'a, R> {
    /// Makes an empty table.
    pub fn new(name: &str) -> Self {
        let table = Table { name: name.to_owned(), rows: 0, columns: R::empty() };
        Self { table, row: PhantomData }
    }

    /// Makes an empty table with room for so many rows.
    pub fn with_capacity(name: &str, rows: usize) -> Self {
        let mut writer = Self::new(name);
        for column in &mut writer.table.columns {
            column.reserve(rows);
        }
        writer
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, row: R) {
        row.push(&mut self.table.columns);
        self.table.rows += 1;
    }

    /// Returns the number of rows so far.
    pub fn len(&self) -> usize {
        self.table.rows
    }

    /// Returns whether there is no row so far.
    pub fn is_empty(&self) -> bool {
        self.table.rows == 0
    }

    /// Returns the table.
    pub fn finish(self) -> Table {
        self.table
    }
}

/// Declares a struct whose fields are the columns of a table.
///
/// A plain field must be there in every row; an `Option` may be missing in a row, and its
/// column may be missing altogether. Types: `&'a str`, `i64`, `Decimal<SCALE>`, `Date`, `bool`.
///
/// ```
/// use bieumau_plugin_sdk::{Decimal, rows};
///
/// rows! {
///     /// A mark.
///     pub struct Mark<'a> {
///         /// Pupil.
///         pub pupil: &'a str,
///         /// Score.
///         pub score: Option<Decimal<1>>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! rows {
    (
        $(#[$meta:meta])*
        $vis:vis struct $row:ident<$life:lifetime> {
            $( $(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        $vis struct $row<$life> {
            $( $(#[$field_meta])* $field_vis $field: $type, )*
        }

        impl<$life> $crate::row::Row<$life> for $row<$life> {
            type Columns = ( $( <$type as $crate::cell::Field<$life>>::Column, )* );

            fn columns(
                table: &$life $crate::table::Table,
            ) -> ::core::result::Result<Self::Columns, $crate::answer::Failure> {
                Ok(( $( <$type as $crate::cell::Field<$life>>::column(table, stringify!($field))?, )* ))
            }

            #[inline]
            fn read(
                columns: &Self::Columns,
                row: usize,
            ) -> ::core::result::Result<Self, &'static str> {
                let ( $( $field, )* ) = *columns;
                Ok(Self {
                    $( $field: <$type as $crate::cell::Field<$life>>::read($field, row)
                        .ok_or(stringify!($field))?, )*
                })
            }

            fn empty() -> ::std::vec::Vec<$crate::table::Column> {
                ::std::vec![ $( <$type as $crate::cell::Field<$life>>::empty(stringify!($field)), )* ]
            }

            #[inline]
            fn push(self, columns: &mut [$crate::table::Column]) {
                let mut columns = columns.iter_mut();
                $(
                    if let Some(column) = columns.next() {
                        $crate::cell::Field::push(self.$field, column);
                    }
                )*
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::{Date, Decimal};
    use crate::table::Cells;

    rows! {
        /// A mark with everything a cell can be.
        struct Mark<'a> {
            pupil: &'a str,
            term: i64,
            score: Option<Decimal<1>>,
            remark: Option<&'a str>,
            entered: Option<Date>,
            exempt: bool,
        }
    }

    fn marks() -> Table {
        let mut table = TableWriter::<Mark<'_>>::new("marks");
        table.push(Mark {
            pupil: "HS1",
            term: 1,
            score: Some(Decimal(75)),
            remark: None,
            entered: Some(Date(20_000)),
            exempt: false,
        });
        table.push(Mark {
            pupil: "Đỗ",
            term: 2,
            score: None,
            remark: Some("vắng"),
            entered: None,
            exempt: true,
        });
        table.finish()
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        let table = marks();
        let rows: Vec<Mark<'_>> = Rows::new(&table)
            .expect("columns fit")
            .iter()
            .map(|row| row.expect("no cell is missing"))
            .collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].pupil, rows[0].score), ("HS1", Some(Decimal(75))));
        assert_eq!((rows[1].pupil, rows[1].remark), ("Đỗ", Some("vắng")));
        assert!(rows[1].exempt && rows[1].entered.is_none() && rows[1].score.is_none());
    }

    #[test]
    fn a_missing_cell_names_table_row_and_column() {
        let mut table = marks();
        table.columns[1].present = vec![1, 0];
        let rows = Rows::<Mark<'_>>::new(&table).expect("columns fit");
        let missing = rows.iter().nth(1).expect("two rows").expect_err("term is missing");
        let finding = Finding::from(missing);
        assert_eq!(
            finding.message.en,
            "Table `marks`, row 2: `term` is missing; the row is not used"
        );
    }

    fn check_columns(change: impl FnOnce(&mut Table), expected: &str) {
        let mut table = marks();
        change(&mut table);
        let found = Rows::<Mark<'_>>::new(&table).map(|_| ()).map_err(|failure| failure.message.en);
        assert_eq!(found.expect_err("a wrong column"), expected);
    }

    #[test]
    fn a_wrong_column_is_named() {
        check_columns(
            |table| table.columns[0].cells = Cells::Integer(vec![1, 2]),
            "column `pupil` of table `marks` is integer, not text",
        );
        check_columns(
            |table| {
                table.columns.remove(1);
            },
            "table `marks` lacks the column `term`",
        );
    }

    #[test]
    fn a_column_that_may_be_missing_may_be_missing() {
        let mut table = marks();
        table.columns.remove(2);
        let rows = Rows::<Mark<'_>>::new(&table).expect("columns fit");
        assert!(!rows.has("score"));
        assert!(rows.iter().all(|row| row.is_ok_and(|row| row.score.is_none())));
    }
}
