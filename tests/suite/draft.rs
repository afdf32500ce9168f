//! A workbook as a person has it open: read, changed in every way that happens, and saved again.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xlsx};
use libtest_mimic::Failed;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

/// A workbook.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub sheets: Vec<DraftSheet>,
}

/// A sheet.
#[derive(Debug, Clone, Default)]
pub struct DraftSheet {
    pub name: String,
    pub hidden: bool,
    pub cells: BTreeMap<(u32, u16), Cell>,
    pub merged: Vec<(u32, u16, u32, u16)>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    /// Year, month, day.
    Day(u16, u8, u8),
    /// A formula with its stored result.
    Formula(&'static str, String),
}

impl Draft {
    /// Opens a workbook.
    pub fn open(bytes: &[u8]) -> Result<Self, Failed> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec()))?;
        let sheets = book.sheets_metadata().to_vec();
        let mut draft = Self::default();
        for sheet in sheets {
            let range = book.worksheet_range(&sheet.name)?;
            let first = range.start().unwrap_or_default();
            let cells = range.used_cells().filter_map(|(row, column, data)| {
                let row = u32::try_from(row).ok()? + first.0;
                let column = u16::try_from(column).ok()? + u16::try_from(first.1).ok()?;
                let cell = match data {
                    Data::String(text) => Cell::Text(text.clone()),
                    Data::Float(number) => Cell::Number(*number),
                    Data::DateTime(moment) => {
                        let (year, month, day, ..) = moment.to_ymd_hms_milli();
                        Cell::Day(year, month, day)
                    }
                    _ => return None,
                };
                Some(((row, column), cell))
            });
            draft.sheets.push(DraftSheet {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
                cells: cells.collect(),
                merged: Vec::new(),
            });
        }
        Ok(draft)
    }

    /// Saves it.
    pub fn save(&self) -> Result<Vec<u8>, Failed> {
        let mut book = Workbook::new();
        let day = Format::new().set_num_format("dd/mm/yyyy");
        for own in &self.sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(&own.name)?;
            // A formula without a result has none; this crate would write 0.
            sheet.set_formula_result_default("");
            for (top, left, bottom, right) in &own.merged {
                sheet.merge_range(*top, *left, *bottom, *right, "", &Format::new())?;
            }
            for ((row, column), cell) in &own.cells {
                match cell {
                    Cell::Text(text) => sheet.write_string(*row, *column, text)?,
                    Cell::Number(number) => sheet.write_number(*row, *column, *number)?,
                    Cell::Day(year, month, date) => {
                        let moment = ExcelDateTime::from_ymd(*year, *month, *date)?;
                        sheet.write_datetime_with_format(*row, *column, moment, &day)?
                    }
                    Cell::Formula(text, result) => {
                        let formula = Formula::new(*text).set_result(result.clone());
                        sheet.write_formula(*row, *column, formula)?
                    }
                };
            }
            if own.hidden {
                sheet.set_very_hidden(true);
            }
        }
        Ok(book.save_to_buffer()?)
    }

    /// The sheet that is filled in.
    pub fn table(&mut self) -> &mut DraftSheet {
        self.sheets.iter_mut().find(|sheet| !sheet.hidden).expect("a visible sheet")
    }
}

impl DraftSheet {
    /// The row of the headings.
    pub fn heading(&self) -> u32 {
        let is = |cell: &Cell| matches!(cell, Cell::Text(text) if text == "STT");
        self.cells.iter().find(|(_, cell)| is(cell)).map_or(0, |((row, _), _)| *row)
    }

    /// The last row of headings: sections stand above the columns that they group.
    fn last_heading(&self) -> u32 {
        let row = self.heading();
        let is = |cell: &Cell| matches!(cell, Cell::Text(text) if text == "STT");
        let number = self.cells.iter().find(|(_, cell)| is(cell)).map_or(0, |((_, at), _)| *at);
        // A number without sections reaches down over both rows.
        row + u32::from(!self.cells.contains_key(&(row + 1, number)))
    }

    /// The column under a heading.
    pub fn column(&self, heading: &str) -> u16 {
        let is = |cell: &Cell| matches!(cell, Cell::Text(text) if text == heading);
        let mut cells = self.cells.range((self.heading(), 0)..(self.last_heading() + 1, 0));
        cells.find(|(_, cell)| is(cell)).map_or(u16::MAX, |((_, column), _)| *column)
    }

    /// The rows of the table.
    pub fn rows(&self) -> Vec<u32> {
        let heading = self.last_heading();
        let mut rows: Vec<u32> =
            self.cells.keys().map(|(row, _)| *row).filter(|row| *row > heading).collect();
        rows.dedup();
        rows
    }

    pub fn put(&mut self, row: u32, column: u16, cell: Cell) {
        self.cells.insert((row, column), cell);
    }

    pub fn text(&mut self, row: u32, column: u16, text: &str) {
        self.put(row, column, Cell::Text(text.to_owned()));
    }

    /// Changes what stands in each cell of a row.
    pub fn change_row(&mut self, row: u32, change: impl Fn(&str) -> String) {
        for (_, cell) in self.cells.range_mut((row, 0)..(row + 1, 0)) {
            if let Cell::Text(text) = cell {
                *text = change(text);
            }
        }
    }

    /// Moves everything from `row` on down by one.
    pub fn insert_row(&mut self, row: u32) {
        let below: Vec<_> =
            self.cells.range((row, 0)..).map(|(at, cell)| (*at, cell.clone())).collect();
        self.cells.retain(|(own, _), _| *own < row);
        self.cells.extend(below.into_iter().map(|((own, column), cell)| ((own + 1, column), cell)));
    }

    /// Copies a row to another.
    pub fn copy_row(&mut self, from: u32, to: u32) {
        let cells: Vec<_> = self
            .cells
            .range((from, 0)..(from + 1, 0))
            .map(|(at, cell)| (at.1, cell.clone()))
            .collect();
        for (column, cell) in cells {
            self.put(to, column, cell);
        }
    }

    /// Exchanges two columns from the headings down.
    pub fn swap_columns(&mut self, one: u16, other: u16) {
        let heading = self.heading();
        let moved = |column: u16| match column {
            column if column == one => other,
            column if column == other => one,
            column => column,
        };
        let cells = std::mem::take(&mut self.cells);
        self.cells = cells
            .into_iter()
            .map(|((row, column), cell)| {
                let column = if row >= heading { moved(column) } else { column };
                ((row, column), cell)
            })
            .collect();
    }
}
