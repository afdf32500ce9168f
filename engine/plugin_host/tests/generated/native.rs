//! The engine's tables into a call of a plugin that runs natively, and its answer back.

use bieumau_model::table::{self, Column, Table};
use bieumau_plugin_sdk as sdk;
use jiff::{Span, civil::Date};

/// Makes a call without parameters.
pub fn call(rule: &str, tables: &[Table], explain: bool) -> sdk::Call {
    let tables = tables.iter().map(given).collect();
    sdk::Call { rule: rule.to_owned(), tables, explain, ..sdk::Call::default() }
}

/// Returns the tables of an answer.
pub fn tables(answer: &sdk::Answer) -> Vec<Table> {
    answer.tables.iter().map(found).collect()
}

fn given(table: &Table) -> sdk::Table {
    let columns = table.columns().iter().map(|column| {
        let mut present = Vec::new();
        let cells = match &column.cells {
            table::Cells::Text(cells) => {
                note(cells, &mut present);
                let mut utf8 = String::with_capacity(cells.iter().flatten().map(String::len).sum());
                let mut ends = Vec::with_capacity(cells.len());
                for cell in cells {
                    utf8.push_str(cell.as_deref().unwrap_or_default());
                    ends.push(utf8.len() as u32);
                }
                sdk::Cells::Text { utf8, ends }
            }
            table::Cells::Integer(cells) => sdk::Cells::Integer(plain(cells, &mut present)),
            table::Cells::Decimal { scale, units } => {
                sdk::Cells::Decimal { scale: *scale, units: plain(units, &mut present) }
            }
            table::Cells::Boolean(cells) => {
                note(cells, &mut present);
                sdk::Cells::Boolean(
                    cells.iter().map(|cell| u8::from(*cell == Some(true))).collect(),
                )
            }
            table::Cells::Date(_) => unreachable!("no class has days"),
        };
        sdk::Column { name: column.name.clone(), present, cells }
    });
    sdk::Table { name: table.name().to_owned(), rows: table.rows(), columns: columns.collect() }
}

fn note<T>(cells: &[Option<T>], present: &mut Vec<u8>) {
    if cells.iter().any(Option::is_none) {
        present.extend(cells.iter().map(|cell| u8::from(cell.is_some())));
    }
}

fn plain(cells: &[Option<i64>], present: &mut Vec<u8>) -> Vec<i64> {
    note(cells, present);
    cells.iter().map(|cell| cell.unwrap_or_default()).collect()
}

fn found(table: &sdk::Table) -> Table {
    let columns = table.columns.iter().map(|column| {
        let there = |row: usize| column.is_present(row);
        let cells = match &column.cells {
            sdk::Cells::Text { utf8, ends } => {
                let mut start = 0;
                let cell = |(row, end): (usize, &u32)| {
                    let text = &utf8[start..*end as usize];
                    start = *end as usize;
                    there(row).then(|| text.to_owned())
                };
                table::Cells::Text(ends.iter().enumerate().map(cell).collect())
            }
            sdk::Cells::Integer(cells) => table::Cells::Integer(back(cells, there, |cell| *cell)),
            sdk::Cells::Decimal { scale, units } => {
                table::Cells::Decimal { scale: *scale, units: back(units, there, |cell| *cell) }
            }
            sdk::Cells::Boolean(cells) => {
                table::Cells::Boolean(back(cells, there, |cell| *cell == 1))
            }
            sdk::Cells::Date(cells) => table::Cells::Date(back(cells, there, |day| {
                Date::constant(1970, 1, 1) + Span::new().days(*day)
            })),
        };
        Column { name: column.name.clone(), cells }
    });
    Table::new(table.name.clone(), columns.collect()).expect("columns of equal length")
}

fn back<W, C>(
    cells: &[W],
    there: impl Fn(usize) -> bool,
    cell: impl Fn(&W) -> C,
) -> Vec<Option<C>> {
    cells.iter().enumerate().map(|(row, value)| there(row).then(|| cell(value))).collect()
}
