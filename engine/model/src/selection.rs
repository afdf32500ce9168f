//! Puts tables together after the rules: rows of one with columns of others, those that meet a
//! condition.

use std::collections::HashMap;

use crate::definition::Selection;
use crate::document::DocumentError;
use crate::format::{date_iso, decimal};
use crate::table::{Cells, Column, Table, Value};

/// Returns the table that `selection` describes, made from `tables`.
///
/// A row without a partner in a joined table has no values in its columns; columns that are there
/// already are not added. Takes time linear in the cells of the tables.
pub fn select(selection: &Selection, tables: &[Table]) -> Result<Table, DocumentError> {
    let named = |name: &str| {
        tables.iter().find(|table| table.name() == name).ok_or_else(|| {
            DocumentError::MissingTable { node: selection.id.clone(), table: name.to_owned() }
        })
    };
    let base = named(&selection.from)?;
    let mut columns = base.columns().to_vec();
    for (other, on) in &selection.with {
        join(selection, base, named(other)?, on, &mut columns)?;
    }
    let whole = Table::new(&selection.id, columns).expect("joined columns are new and as long");
    let mut rows = Vec::new();
    for row in 0..whole.rows() {
        if stays(selection, &whole, row)? {
            rows.push(row);
        }
    }
    Ok(whole.of_rows(&rows))
}

/// Adds the columns of `other` that `columns` does not have yet.
fn join(
    selection: &Selection,
    base: &Table,
    other: &Table,
    on: &[String],
    columns: &mut Vec<Column>,
) -> Result<(), DocumentError> {
    let key = |table: &Table, row: usize| -> Result<Vec<Value>, DocumentError> {
        on.iter().map(|column| cell(selection, table, row, column)).collect()
    };
    let mut first = HashMap::new();
    for row in 0..other.rows() {
        first.entry(key(other, row)?).or_insert(row);
    }
    let partners: Vec<Option<usize>> = (0..base.rows())
        .map(|row| key(base, row).map(|key| first.get(&key).copied()))
        .collect::<Result<_, _>>()?;
    for column in other.columns() {
        if columns.iter().any(|earlier| earlier.name == column.name) {
            continue;
        }
        let mut cells = Cells::empty(column.cells.kind());
        for partner in &partners {
            let value = partner.map_or(Value::Missing, |row| column.cells.value(row));
            cells.push(value).expect("the value is of the column");
        }
        columns.push(Column { name: column.name.clone(), cells });
    }
    Ok(())
}

fn stays(selection: &Selection, table: &Table, row: usize) -> Result<bool, DocumentError> {
    if selection.alternatives.is_empty() {
        return Ok(true);
    }
    for alternative in &selection.alternatives {
        let mut holds = true;
        for (column, values) in alternative {
            let text = plain(&cell(selection, table, row, column)?);
            holds &= text.is_some_and(|text| values.is_empty() || values.contains(&text));
        }
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

fn cell(
    selection: &Selection,
    table: &Table,
    row: usize,
    column: &str,
) -> Result<Value, DocumentError> {
    table.value(row, column).ok_or_else(|| DocumentError::MissingColumn {
        node: selection.id.clone(),
        table: table.name().to_owned(),
        column: column.to_owned(),
    })
}

/// Returns a value as it is written in a definition; nothing for a missing one.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Decimal { units, scale } => Some(decimal(*units, *scale)),
        Value::Date(date) => Some(date_iso(*date)),
        Value::Boolean(flag) => Some(flag.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    fn text(name: &str, cells: &[&str]) -> Column {
        let cell = |text: &&str| (!text.is_empty()).then(|| (*text).to_owned());
        Column { name: name.to_owned(), cells: Cells::Text(cells.iter().map(cell).collect()) }
    }

    fn tables() -> Vec<Table> {
        let pupils = vec![text("pupil", &["1", "2", "3"]), text("name", &["An", "Bình", "Chi"])];
        let passed = Cells::Boolean(vec![Some(false), Some(true)]);
        let results = vec![
            text("pupil", &["3", "1"]),
            text("name", &["another", "another"]),
            text("title", &["", "Giỏi"]),
            Column { name: "passed".to_owned(), cells: passed },
        ];
        vec![Table::new("pupils", pupils).unwrap(), Table::new("results", results).unwrap()]
    }

    #[track_caller]
    fn check(alternatives: &[&[(&str, &[&str])]], expected: &str) {
        let owned = |values: &[&str]| values.iter().map(|text| (*text).to_owned()).collect();
        let selection = Selection {
            id: "chosen".to_owned(),
            from: "pupils".to_owned(),
            with: IndexMap::from([("results".to_owned(), vec!["pupil".to_owned()])]),
            alternatives: alternatives
                .iter()
                .map(|all| all.iter().map(|(name, texts)| ((*name).to_owned(), owned(texts))))
                .map(Iterator::collect)
                .collect(),
        };
        let table = select(&selection, &tables()).unwrap();
        let cell = |row, column: &Column| plain(&column.cells.value(row)).unwrap_or("-".to_owned());
        let row = |row| table.columns().iter().map(|c| cell(row, c)).collect::<Vec<_>>().join(" ");
        let rows: Vec<String> = (0..table.rows()).map(row).collect();
        assert_eq!(rows.join("; "), expected);
    }

    #[test]
    fn rows_keep_their_order_and_get_the_columns_of_their_partner() {
        check(&[], "1 An Giỏi true; 2 Bình - -; 3 Chi - false");
    }

    #[test]
    fn a_row_stays_when_one_alternative_holds() {
        check(&[&[("passed", &["false"])]], "3 Chi - false");
        check(&[&[("title", &[])], &[("name", &["Bình"])]], "1 An Giỏi true; 2 Bình - -");
        check(&[&[("title", &[]), ("name", &["Bình"])]], "");
    }
}
