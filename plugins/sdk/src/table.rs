//! A table as the contract has it: named columns of equal length, one allocation per column.
//!
//! Reading cells as Rust values is the job of [`crate::cell`].

/// A named table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Name, as declared in the manifest.
    pub name: String,
    /// Number of rows; every column has as many cells.
    pub rows: usize,
    /// Columns.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name, as declared in the manifest.
    pub name: String,
    /// For each row 1 when the cell is there, 0 when it is missing; empty when all are there.
    pub present: Vec<u8>,
    /// Cells.
    pub cells: Cells,
}

/// The cells of a column; what stands in a missing cell means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cells {
    /// Text: all cells one behind the other, and for each row the byte behind its cell.
    Text {
        /// All cells, without separators.
        utf8: String,
        /// The end of each cell.
        ends: Vec<u32>,
    },
    /// Whole numbers.
    Integer(Vec<i64>),
    /// Decimals as whole units of `10^-scale`.
    Decimal {
        /// Digits behind the decimal comma.
        scale: u8,
        /// Cells in units.
        units: Vec<i64>,
    },
    /// Days since 1 January 1970.
    Date(Vec<i32>),
    /// 1 for yes, 0 for no.
    Boolean(Vec<u8>),
}

impl Table {
    /// Returns the column `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns whether there is a column `name`, that is, whether it was asked for at all.
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }
}

impl Column {
    /// Makes room for so many more cells.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.present.reserve(rows);
        self.cells.reserve(rows);
    }

    /// Returns whether the cell in `row` is there.
    #[inline]
    pub fn is_present(&self, row: usize) -> bool {
        self.present.is_empty() || self.present[row] != 0
    }
}

impl Cells {
    /// Makes room for so many more cells.
    fn reserve(&mut self, rows: usize) {
        match self {
            Self::Text { utf8, ends } => {
                // Codes and numbers of pupils are about that long.
                utf8.reserve(rows * 8);
                ends.reserve(rows);
            }
            Self::Integer(cells) | Self::Decimal { units: cells, .. } => cells.reserve(rows),
            Self::Date(cells) => cells.reserve(rows),
            Self::Boolean(cells) => cells.reserve(rows),
        }
    }

    /// Returns the word of the manifest for the type, without the scale.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Integer(_) => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Date(_) => "date",
            Self::Boolean(_) => "boolean",
        }
    }
}
