//! Rows by derive are those of `rows!`.

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Date, Decimal, Rows, Table, rows};
use bieumau_plugin_sdk_derive::Row;

/// A mark with everything a cell can be.
#[derive(Debug, Clone, Copy, PartialEq, Row)]
struct Mark<'a> {
    /// Pupil.
    pub pupil: &'a str,
    term: i64,
    score: Option<Decimal<1>>,
    pub(crate) remark: Option<&'a str>,
    entered: Option<Date>,
    exempt: bool,
}

/// A row without texts needs no lifetime.
#[derive(Debug, PartialEq, Row)]
struct Count {
    count: i64,
}

rows! {
    /// The same, by the macro.
    struct Same<'a> {
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
        pupil: "Đỗ",
        term: 1,
        score: Some(Decimal(75)),
        remark: None,
        entered: Some(Date(20_000)),
        exempt: true,
    });
    table.finish()
}

#[test]
fn rows_come_back_as_they_were_written() {
    let table = marks();
    let row = Rows::<Mark<'_>>::new(&table).expect("columns fit").iter().next();
    let mark = row.expect("a row").expect("no cell is missing");
    assert_eq!((mark.pupil, mark.term, mark.score), ("Đỗ", 1, Some(Decimal(75))));
    assert_eq!((mark.remark, mark.entered, mark.exempt), (None, Some(Date(20_000)), true));
}

#[test]
fn the_table_is_that_of_the_macro() {
    let mut same = TableWriter::<Same<'_>>::new("marks");
    same.push(Same {
        pupil: "Đỗ",
        term: 1,
        score: Some(Decimal(75)),
        remark: None,
        entered: Some(Date(20_000)),
        exempt: true,
    });
    assert_eq!(marks(), same.finish());
}

#[test]
fn a_missing_cell_and_a_missing_column_are_named() {
    let mut table = marks();
    table.columns[1].present = vec![0];
    let row = Rows::<Mark<'_>>::new(&table).expect("columns fit").iter().next();
    assert_eq!(row.expect("a row").expect_err("term is missing").column, "term");
    table.columns.remove(1);
    let found = Rows::<Mark<'_>>::new(&table).map(|_| ()).expect_err("no column");
    assert_eq!(found.message.en, "table `marks` lacks the column `term`");
}

#[test]
fn a_row_without_texts_is_read_too() {
    let mut table = TableWriter::<Count>::new("counts");
    table.push(Count { count: 3 });
    let table = table.finish();
    let row = Rows::<Count>::new(&table).expect("columns fit").iter().next();
    assert_eq!(row.expect("a row"), Ok(Count { count: 3 }));
}
