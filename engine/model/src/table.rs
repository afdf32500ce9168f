//! A table: named, typed columns of equal length, every cell of which may be missing.
//!
//! Tables are what datasets give, what rules take and give, and what documents are made from.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;

/// A named table. All columns have `rows` cells; column names are unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    name: String,
    rows: usize,
    columns: Vec<Column>,
}

/// A named column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name, `snake_case`.
    pub name: String,
    /// Cells.
    pub cells: Cells,
}

/// The cells of a column; `None` is a missing cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// Text in Unicode NFC.
    Text(Vec<Option<String>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Decimals as whole units of `10^-scale`: with scale 1, `75` is 7,5.
    Decimal {
        /// Digits behind the decimal comma, 0 to 9.
        scale: u8,
        /// Cells in units.
        units: Vec<Option<i64>>,
    },
    /// Calendar days.
    Date(Vec<Option<Date>>),
    /// Yes and no.
    Boolean(Vec<Option<bool>>),
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Decimal with so many digits behind the comma.
    Decimal(u8),
    /// Calendar day.
    Date,
    /// Yes or no.
    Boolean,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Missing.
    Missing,
    /// Text.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Decimal: `units * 10^-scale`.
    Decimal {
        /// Whole units.
        units: i64,
        /// Digits behind the comma.
        scale: u8,
    },
    /// Calendar day.
    Date(Date),
    /// Yes or no.
    Boolean(bool),
}

/// Why columns do not make a table, or a value does not fit its column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Two columns have one name.
    #[error("table `{table}` has two columns named `{column}`")]
    RepeatedColumn {
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// A column is shorter or longer than the table.
    #[error("column `{column}` of table `{table}` has {found} cells instead of {expected}")]
    Length {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Cells in the column.
        found: usize,
        /// Rows of the table.
        expected: usize,
    },
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Integer => f.write_str("integer"),
            Self::Decimal(scale) => write!(f, "decimal({scale})"),
            Self::Date => f.write_str("date"),
            Self::Boolean => f.write_str("boolean"),
        }
    }
}

impl FromStr for ColumnType {
    type Err = UnknownColumnType;

    /// Reads `text`, `integer`, `decimal(1)`, `date` or `boolean`.
    fn from_str(text: &str) -> Result<Self, UnknownColumnType> {
        match text {
            "text" => Ok(Self::Text),
            "integer" => Ok(Self::Integer),
            "date" => Ok(Self::Date),
            "boolean" => Ok(Self::Boolean),
            _ => text
                .strip_prefix("decimal(")
                .and_then(|rest| rest.strip_suffix(')'))
                .filter(|digits| digits.len() == 1)
                .and_then(|digit| digit.parse().ok())
                .map(Self::Decimal)
                .ok_or(UnknownColumnType),
        }
    }
}

/// A text names no column type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("column types are text, integer, decimal(0) to decimal(9), date and boolean")]
pub struct UnknownColumnType;

impl Cells {
    /// Makes an empty column of `kind`.
    pub fn empty(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(Vec::new()),
            ColumnType::Integer => Self::Integer(Vec::new()),
            ColumnType::Decimal(scale) => Self::Decimal { scale, units: Vec::new() },
            ColumnType::Date => Self::Date(Vec::new()),
            ColumnType::Boolean => Self::Boolean(Vec::new()),
        }
    }

    /// Returns the number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Integer(cells) | Self::Decimal { units: cells, .. } => cells.len(),
            Self::Date(cells) => cells.len(),
            Self::Boolean(cells) => cells.len(),
        }
    }

    /// Returns whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the type.
    pub fn kind(&self) -> ColumnType {
        match self {
            Self::Text(_) => ColumnType::Text,
            Self::Integer(_) => ColumnType::Integer,
            Self::Decimal { scale, .. } => ColumnType::Decimal(*scale),
            Self::Date(_) => ColumnType::Date,
            Self::Boolean(_) => ColumnType::Boolean,
        }
    }

    /// Returns the cell in `row`.
    ///
    /// # Panics
    /// When `row` is not below `len()`.
    pub fn value(&self, row: usize) -> Value {
        match self {
            Self::Text(cells) => cells[row].clone().map_or(Value::Missing, Value::Text),
            Self::Integer(cells) => cells[row].map_or(Value::Missing, Value::Integer),
            Self::Decimal { scale, units } => {
                units[row].map_or(Value::Missing, |units| Value::Decimal { units, scale: *scale })
            }
            Self::Date(cells) => cells[row].map_or(Value::Missing, Value::Date),
            Self::Boolean(cells) => cells[row].map_or(Value::Missing, Value::Boolean),
        }
    }

    /// Returns the cells of `rows`, in that order.
    ///
    /// # Panics
    /// When a row is not below `len()`.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        fn pick<T: Clone>(cells: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().map(|row| cells[*row].clone()).collect()
        }
        match self {
            Self::Text(cells) => Self::Text(pick(cells, rows)),
            Self::Integer(cells) => Self::Integer(pick(cells, rows)),
            Self::Decimal { scale, units } => {
                Self::Decimal { scale: *scale, units: pick(units, rows) }
            }
            Self::Date(cells) => Self::Date(pick(cells, rows)),
            Self::Boolean(cells) => Self::Boolean(pick(cells, rows)),
        }
    }

    /// Adds a cell; returns the value when its type is another one.
    pub fn push(&mut self, value: Value) -> Result<(), Value> {
        match (self, value) {
            (Self::Text(cells), Value::Text(text)) => cells.push(Some(text)),
            (Self::Text(cells), Value::Missing) => cells.push(None),
            (Self::Integer(cells), Value::Integer(number)) => cells.push(Some(number)),
            (Self::Integer(cells), Value::Missing) => cells.push(None),
            (Self::Decimal { scale, units: cells }, Value::Decimal { units, scale: given })
                if *scale == given =>
            {
                cells.push(Some(units));
            }
            (Self::Decimal { units, .. }, Value::Missing) => units.push(None),
            (Self::Date(cells), Value::Date(date)) => cells.push(Some(date)),
            (Self::Date(cells), Value::Missing) => cells.push(None),
            (Self::Boolean(cells), Value::Boolean(flag)) => cells.push(Some(flag)),
            (Self::Boolean(cells), Value::Missing) => cells.push(None),
            (_, other) => return Err(other),
        }
        Ok(())
    }
}

impl Table {
    /// Makes a table of `columns`, which must be of equal length and have different names.
    ///
    /// A table without columns has no rows.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Self, TableError> {
        let name = name.into();
        let rows = columns.first().map_or(0, |column| column.cells.len());
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].iter().any(|earlier| earlier.name == column.name) {
                return Err(TableError::RepeatedColumn {
                    table: name,
                    column: column.name.clone(),
                });
            }
            if column.cells.len() != rows {
                return Err(TableError::Length {
                    table: name,
                    column: column.name.clone(),
                    found: column.cells.len(),
                    expected: rows,
                });
            }
        }
        Ok(Self { name, rows, columns })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the table under another name.
    pub fn renamed(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Returns the table of `rows`, in that order; a row may stand more than once.
    ///
    /// # Panics
    /// When a row is not below `rows()`.
    pub fn of_rows(&self, rows: &[usize]) -> Self {
        let columns = self
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), cells: column.cells.of_rows(rows) });
        Self { name: self.name.clone(), rows: rows.len(), columns: columns.collect() }
    }

    /// Puts `to` wherever a text column says `from`.
    pub fn reword(&mut self, column: &str, from: &str, to: &str) {
        let found = self.columns.iter_mut().find(|own| own.name == column);
        let Some(Column { cells: Cells::Text(cells), .. }) = found else { return };
        for cell in cells.iter_mut().flatten().filter(|cell| *cell == from) {
            to.clone_into(cell);
        }
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the cells of the column `name`.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.cells)
    }

    /// Returns the cell of `column` in `row`; `None` when there is no such column or row.
    pub fn value(&self, row: usize, column: &str) -> Option<Value> {
        (row < self.rows).then(|| self.column(column).map(|cells| cells.value(row))).flatten()
    }
}
