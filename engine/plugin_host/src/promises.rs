//! Holds an answer against what its manifest promises: bounds, codes, rows for rows, keys.
//!
//! Shape and types are right already; see [`crate::decode`].

use std::collections::HashSet;
use std::hash::Hash;

use bieumau_model::definition::{RuleColumn, RuleDeclaration, RuleTable};
use bieumau_model::table::{Cells, Table, Value};
use foldhash::fast::RandomState;
use jiff::civil::Date;

/// Checks the tables that a rule gave for those that it took; the error says what is wrong.
pub fn check(rule: &RuleDeclaration, taken: &[Table], given: &[Table]) -> Result<(), String> {
    for declared in &rule.gives {
        let Some(table) = given.iter().find(|table| table.name() == declared.name) else {
            continue;
        };
        // The columns that are there come in the declared order.
        let mut columns = table.columns().iter().peekable();
        for declared_column in &declared.columns {
            if let Some(column) = columns.next_if(|column| column.name == declared_column.name) {
                within(declared_column, &column.cells)
                    .map_err(|what| of_column(&column.name, &declared.name, &what))?;
            }
        }
        let source = declared.one_row_per.as_ref();
        let source = source.map(|name| (name, taken.iter().find(|table| table.name() == name)));
        if let Some((name, source)) = source {
            rows(declared, table, name, source)?;
        }
        // Row for row the keys of the source: they are as different as those.
        let is_told = source.is_some_and(|(_, source)| {
            declared.key.iter().all(|own| source.is_some_and(|table| table.column(own).is_some()))
        });
        if !declared.key.is_empty() && !is_told {
            unique(declared, table)?;
        }
    }
    Ok(())
}

fn of_column(column: &str, table: &str, what: &str) -> String {
    format!("column `{column}` of table `{table}` {what}")
}

/// Checks bounds and codes; an empty cell is never out of them.
fn within(declared: &RuleColumn, cells: &Cells) -> Result<(), String> {
    match cells {
        Cells::Integer(units) | Cells::Decimal { units, .. } => {
            let (least, greatest) =
                (declared.min.unwrap_or(i64::MIN), declared.max.unwrap_or(i64::MAX));
            let out = |unit: &Option<i64>| unit.is_some_and(|unit| unit < least || unit > greatest);
            let Some(row) = units.iter().position(out) else { return Ok(()) };
            let scale = match cells {
                Cells::Decimal { scale, .. } => *scale,
                _ => 0,
            };
            let number = |units: Option<i64>| units.map_or(String::new(), |u| written(u, scale));
            Err(format!(
                "has {} in row {row}, not between {} and {}",
                number(units[row]),
                number(declared.min),
                number(declared.max)
            ))
        }
        Cells::Text(texts) if !declared.codes.is_empty() => {
            let unknown = |text: &Option<String>| {
                text.as_ref().is_some_and(|text| !declared.codes.contains(text))
            };
            let Some(row) = texts.iter().position(unknown) else { return Ok(()) };
            let text: String = texts[row].iter().flat_map(|text| text.chars().take(60)).collect();
            Err(format!(
                "has `{text}` in row {row}, which is none of {}",
                declared.codes.join(", ")
            ))
        }
        Cells::Text(_) | Cells::Date(_) | Cells::Boolean(_) => Ok(()),
    }
}

/// Writes units of `10^-scale` as a number.
fn written(units: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, rest) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if units < 0 { "-" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// Checks that there is one row for each row of the table `name`, and of the same pupil (or
/// whatever the key tells) in the same place.
///
/// A row of the source without its key, or with that of an earlier row, is not used, and has none.
fn rows(
    declared: &RuleTable,
    table: &Table,
    name: &str,
    source: Option<&Table>,
) -> Result<(), String> {
    let (found, expected) = (table.rows(), source.map_or(0, Table::rows));
    let used = match source {
        Some(source) if found < expected => Some(source.of_rows(&usable(source, &declared.key))),
        _ => None,
    };
    let source = used.as_ref().or(source);
    if found != source.map_or(0, Table::rows) {
        return Err(format!(
            "table `{}` has {found} rows, not one for each of the {expected} rows of `{name}`",
            declared.name
        ));
    }
    let Some(source) = source else { return Ok(()) };
    for column in &declared.key {
        let (Some(own), Some(theirs)) = (table.column(column), source.column(column)) else {
            continue;
        };
        if own.kind() == theirs.kind()
            && let Some(row) = (0..found).find(|row| cell(own, *row) != cell(theirs, *row))
        {
            return Err(of_column(
                column,
                &declared.name,
                &format!("is another one in row {row} than in `{name}`"),
            ));
        }
    }
    Ok(())
}

/// Returns the rows whose key is there and was not in an earlier row.
fn usable(table: &Table, key: &[String]) -> Vec<usize> {
    let columns: Vec<&Cells> = key.iter().filter_map(|own| table.column(own)).collect();
    let mut seen = HashSet::new();
    let mut is_usable = |row: &usize| {
        let cells: Vec<Value> = columns.iter().map(|cells| cells.value(*row)).collect();
        cells.is_empty() || (!cells.contains(&Value::Missing) && seen.insert(cells))
    };
    (0..table.rows()).filter(|row| is_usable(row)).collect()
}

/// One cell, borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Cell<'a> {
    Missing,
    Text(&'a str),
    Number(i64),
    Date(Date),
    Boolean(bool),
}

fn cell(cells: &Cells, row: usize) -> Cell<'_> {
    match cells {
        Cells::Text(cells) => cells[row].as_deref().map_or(Cell::Missing, Cell::Text),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => {
            cells[row].map_or(Cell::Missing, Cell::Number)
        }
        Cells::Date(cells) => cells[row].map_or(Cell::Missing, Cell::Date),
        Cells::Boolean(cells) => cells[row].map_or(Cell::Missing, Cell::Boolean),
    }
}

/// Columns of a key that are compared at once without a list for each row.
const FEW: usize = 4;

fn unique(declared: &RuleTable, table: &Table) -> Result<(), String> {
    let columns: Vec<&Cells> =
        declared.key.iter().filter_map(|column| table.column(column)).collect();
    let repeated = if columns.len() <= FEW {
        first_repeated(table.rows(), |row| {
            let mut key = [Cell::Missing; FEW];
            for (place, cells) in key.iter_mut().zip(&columns) {
                *place = cell(cells, row);
            }
            key
        })
    } else {
        let key = |row| columns.iter().map(|cells| cell(cells, row)).collect::<Vec<_>>();
        first_repeated(table.rows(), key)
    };
    match repeated {
        None => Ok(()),
        Some(row) => Err(format!(
            "table `{}` has the same {} again in row {row}",
            declared.name,
            declared.key.join(", ")
        )),
    }
}

/// Returns the first row whose key is that of an earlier one.
fn first_repeated<K: Eq + Hash>(rows: usize, key: impl Fn(usize) -> K) -> Option<usize> {
    let mut seen = HashSet::with_capacity_and_hasher(rows, RandomState::default());
    (0..rows).find(|row| !seen.insert(key(*row)))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn units_are_written_with_their_point() {
        assert_eq!([written(75, 1), written(-5, 2), written(12, 0)], ["7.5", "-0.05", "12"]);
    }
}
