//! Calls made from a golden case: more pupils, other marks, other order, part of the pupils.
//!
//! The same case gives the same calls, always.

use bieumau_model::definition::{RuleDeclaration, RuleTable};
use bieumau_model::table::{Cells, Column, ColumnType, Table, Value};

/// A call of a rule.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) parameters: Vec<(String, String)>,
    pub(super) tables: Vec<Table>,
}

/// Columns by which a batch may be parted.
const KEYS: [&str; 3] = ["pupil", "class", "record"];

/// Returns the column by which the rows of a rule belong together: all needed tables have it.
pub(super) fn key(rule: &RuleDeclaration) -> Option<&'static str> {
    let has = |table: &RuleTable, key: &str| {
        table.columns.iter().any(|column| column.name == key && column.kind == ColumnType::Text)
    };
    let mut keys = KEYS.into_iter();
    keys.find(|key| rule.takes.iter().filter(|table| !table.optional).all(|table| has(table, key)))
}

impl Call {
    /// Returns the number of rows of all tables.
    pub(super) fn rows(&self) -> usize {
        self.tables.iter().map(Table::rows).sum()
    }

    /// Returns the call without any row.
    pub(super) fn empty(&self) -> Self {
        self.map_tables(|table| table.of_rows(&[]))
    }

    /// Returns the call with the groups of rows in the opposite order; within a group the order
    /// stays.
    pub(super) fn backwards(&self, key: &str) -> Self {
        self.map_tables(|table| {
            let Some(names) = names(table, key) else { return table.clone() };
            let mut order: Vec<&str> = Vec::new();
            for name in &names {
                if !order.contains(&name.as_str()) {
                    order.push(name);
                }
            }
            let mut rows: Vec<usize> = (0..table.rows()).collect();
            let place = |row: usize| order.iter().position(|name| *name == names[row]);
            rows.sort_by_key(|row| (std::cmp::Reverse(place(*row)), *row));
            table.of_rows(&rows)
        })
    }

    /// Returns every other group of rows, beginning with the first or the second.
    pub(super) fn half(&self, key: &str, which: usize) -> Self {
        let mut order: Vec<String> = Vec::new();
        for name in self.tables.iter().filter_map(|table| names(table, key)).flatten() {
            if !order.contains(&name) {
                order.push(name);
            }
        }
        self.map_tables(|table| {
            let Some(names) = names(table, key) else { return table.clone() };
            let is_in = |row: &usize| {
                order.iter().position(|name| *name == names[*row]).is_some_and(|at| at % 2 == which)
            };
            table.of_rows(&(0..table.rows()).filter(is_in).collect::<Vec<_>>())
        })
    }

    /// Returns so many copies of the call as one, each with names of its own and, unless it is the
    /// first, with marks of its own.
    pub(super) fn copies(&self, key: &str, copies: usize) -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        self.map_tables(|table| {
            if table.column(key).is_none() {
                return table.clone();
            }
            let columns = table.columns().iter().map(|column| {
                let mut cells = Cells::empty(column.cells.kind());
                for copy in 0..copies {
                    for row in 0..table.rows() {
                        let value = column.cells.value(row);
                        let value = copied(value, column.name == key, copy, &mut random);
                        // A cell keeps its type.
                        let _ = cells.push(value);
                    }
                }
                Column { name: column.name.clone(), cells }
            });
            rebuilt(table, columns.collect())
        })
    }

    /// Returns the call with `value` in one cell.
    pub(super) fn with_cell(&self, at: usize, row: usize, column: &str, value: &Value) -> Self {
        let mut call = self.clone();
        let table = &call.tables[at];
        let columns = table.columns().iter().map(|own| {
            if own.name != column {
                return own.clone();
            }
            let mut cells = Cells::empty(own.cells.kind());
            for other in 0..table.rows() {
                let cell = if other == row { value.clone() } else { own.cells.value(other) };
                // The caller gives a value of the column's type.
                let _ = cells.push(cell);
            }
            Column { name: own.name.clone(), cells }
        });
        let changed = rebuilt(table, columns.collect());
        call.tables[at] = changed;
        call
    }

    /// Returns the call without a table.
    pub(super) fn without(&self, table: &str) -> Self {
        let mut call = self.clone();
        call.tables.retain(|own| own.name() != table);
        call
    }

    /// Returns the call with another value of a parameter.
    pub(super) fn with_parameter(&self, name: &str, value: &str) -> Self {
        let mut call = self.clone();
        call.parameters.push((name.to_owned(), value.to_owned()));
        call
    }

    fn map_tables(&self, change: impl FnMut(&Table) -> Table) -> Self {
        Self {
            parameters: self.parameters.clone(),
            tables: self.tables.iter().map(change).collect(),
        }
    }
}

/// Returns the names in the key column of a table that has one.
pub(super) fn names(table: &Table, key: &str) -> Option<Vec<String>> {
    let cells = table.column(key)?;
    let name = |row| match cells.value(row) {
        Value::Text(name) => name,
        _ => String::new(),
    };
    Some((0..table.rows()).map(name).collect())
}

fn rebuilt(table: &Table, columns: Vec<Column>) -> Table {
    // All columns got the same number of cells, under the names they had.
    Table::new(table.name(), columns).unwrap_or_else(|_| table.clone())
}

fn copied(value: Value, is_key: bool, copy: usize, random: &mut Random) -> Value {
    match value {
        Value::Text(name) if is_key && copy > 0 => Value::Text(format!("{name}.{copy}")),
        Value::Decimal { scale, .. } if copy > 0 => {
            // Marks from 0 to 10, whatever the scale.
            let highest = 10u64.saturating_pow(u32::from(scale) + 1);
            let units = random.below(highest + 1);
            Value::Decimal { units: i64::try_from(units).unwrap_or_default(), scale }
        }
        other => other,
    }
}

/// A source of numbers; always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}
