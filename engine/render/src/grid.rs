//! A sheet with its cells, ready to be written as a workbook or as CSV.

use std::borrow::Cow;
use std::collections::HashMap;

use bieumau_model::definition::{CodeList, Sheet};
use bieumau_model::table::{Cells, Table};
use bieumau_model::text::Locale;
use indexmap::IndexMap;
use jiff::civil::Date;

/// The cells of one sheet, with all that stands around them.
#[derive(Debug, Clone)]
pub struct Grid<'t> {
    /// Name of the sheet.
    pub name: &'t str,
    /// Heading lines above the table.
    pub heading: &'t [String],
    /// Columns in order, all with as many cells as the table has rows.
    pub columns: Vec<GridColumn<'t>>,
}

/// One column of a grid.
#[derive(Debug, Clone)]
pub struct GridColumn<'t> {
    /// Heading.
    pub title: &'t str,
    /// Heading over neighbouring columns that share it.
    pub group: Option<&'t str>,
    /// Width in characters.
    pub width: Option<u32>,
    /// Cells.
    pub cells: &'t Cells,
    /// What stands in place of each code; a code that is not here stands as it is.
    pub labels: Option<HashMap<&'t str, &'t str>>,
}

/// One cell of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GridCell<'t> {
    /// Missing.
    Empty,
    /// Text, or the label of a code.
    Text(Cow<'t, str>),
    /// A number: `units * 10^-scale`.
    Number {
        /// Whole units.
        units: i64,
        /// Digits behind the comma.
        scale: u8,
    },
    /// Calendar day.
    Date(Date),
}

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// A sheet shows a table that the report does not have.
    #[error("sheet `{sheet}` shows the table `{table}`, which the report does not have")]
    NoTable {
        /// Sheet.
        sheet: String,
        /// Table.
        table: String,
    },
    /// A sheet shows a column that its table does not have.
    #[error("sheet `{sheet}` shows the column `{column}`, which `{table}` does not have")]
    NoColumn {
        /// Sheet.
        sheet: String,
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// The workbook cannot hold it: too many rows, too long a text, two sheets of one name.
    #[error("the workbook cannot be written")]
    Write(#[from] rust_xlsxwriter::XlsxError),
}

impl<'t> Grid<'t> {
    /// Puts a sheet and its table together.
    pub fn new(
        sheet: &'t Sheet,
        tables: &'t [Table],
        code_lists: &'t IndexMap<String, CodeList>,
    ) -> Result<Self, SheetError> {
        let table = tables.iter().find(|table| table.name() == sheet.from).ok_or_else(|| {
            SheetError::NoTable { sheet: sheet.name.clone(), table: sheet.from.clone() }
        })?;
        let columns = sheet.columns.iter().map(|column| {
            let cells = table.column(&column.column).ok_or_else(|| SheetError::NoColumn {
                sheet: sheet.name.clone(),
                table: sheet.from.clone(),
                column: column.column.clone(),
            })?;
            Ok(GridColumn {
                title: &column.title,
                group: column.group.as_deref(),
                width: column.width,
                cells,
                labels: column.codes.as_ref().and_then(|id| code_lists.get(id)).map(labels),
            })
        });
        let columns = columns.collect::<Result<_, SheetError>>()?;
        Ok(Self { name: &sheet.name, heading: &sheet.heading, columns })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Returns whether a heading stands over some columns.
    pub fn has_groups(&self) -> bool {
        self.columns.iter().any(|column| column.group.is_some())
    }
}

impl<'t> GridColumn<'t> {
    /// Returns the cell in `row`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn cell(&self, row: usize) -> GridCell<'t> {
        let text = |text: &'t str| GridCell::Text(Cow::Borrowed(text));
        match self.cells {
            Cells::Text(cells) => cells[row].as_deref().map(|code| {
                let labels = self.labels.as_ref();
                text(labels.and_then(|labels| labels.get(code)).copied().unwrap_or(code))
            }),
            Cells::Integer(cells) => cells[row].map(|units| GridCell::Number { units, scale: 0 }),
            Cells::Decimal { scale, units } => {
                units[row].map(|units| GridCell::Number { units, scale: *scale })
            }
            Cells::Date(cells) => cells[row].map(GridCell::Date),
            Cells::Boolean(cells) => cells[row].map(|yes| text(if yes { "Có" } else { "Không" })),
        }
        .unwrap_or(GridCell::Empty)
    }
}

/// Returns the Vietnamese name of each code; a code that stands twice is named by its last entry.
fn labels(list: &CodeList) -> HashMap<&str, &str> {
    list.codes.iter().map(|code| (code.code.as_str(), code.name.get(Locale::Vi))).collect()
}
