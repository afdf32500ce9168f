//! Writes grids as a workbook, the way offices print it: A4 across, the table's heading on every
//! page, Times New Roman.

use bieumau_model::format::date_short;
use bieumau_model::table::ColumnType;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use crate::figures::{self, FigureSheet};
use crate::grid::{Grid, GridCell, GridColumn, SheetError};

/// The font that the decree asks for, which every reader of a workbook has.
pub(crate) const FONT: &str = "Times New Roman";

/// A4, as workbooks number it.
pub(crate) const A4: u8 = 9;

/// The largest whole number that a workbook holds exactly.
const LARGEST: u64 = 1 << 53;

/// Writes one sheet for each grid. The same grids give the same bytes.
pub fn xlsx(grids: &[Grid]) -> Result<Vec<u8>, SheetError> {
    xlsx_with_figures(grids, &[])
}

/// Writes one sheet for each grid, then one for each statistical table.
pub fn xlsx_with_figures(grids: &[Grid], figures: &[FigureSheet]) -> Result<Vec<u8>, SheetError> {
    let mut workbook = Workbook::new();
    // A fixed day: the clock would make each copy differ.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let looks = Looks::new();
    for grid in grids {
        let sheet = workbook.add_worksheet();
        sheet.set_name(grid.name)?;
        let first = write_headings(sheet, grid, &looks)?;
        write_rows(sheet, grid, first, &looks)?;
        set_page(sheet, grid, first)?;
    }
    for figures in figures {
        figures::write(workbook.add_worksheet(), figures, &looks)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The looks of cells.
pub(crate) struct Looks {
    pub(crate) heading: Format,
    pub(crate) column: Format,
    pub(crate) text: Format,
    pub(crate) number: Vec<Format>,
    date: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = Format::new().set_font_name(FONT).set_font_size(12);
        let centred = plain
            .clone()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap()
            .set_bold();
        let boxed = plain.set_border(FormatBorder::Thin).set_align(FormatAlign::VerticalCenter);
        Self {
            heading: centred.clone(),
            column: centred.set_border(FormatBorder::Thin),
            text: boxed.clone().set_text_wrap(),
            // No grouping: a school year is a whole number too.
            number: (0..10)
                .map(|scale| match scale {
                    0 => "0".to_owned(),
                    _ => format!("#,##0.{}", "0".repeat(scale)),
                })
                .map(|look| boxed.clone().set_num_format(look))
                .collect(),
            // Vietnamese by number: without it LibreOffice puts the order of its own country there.
            date: boxed.set_num_format("[$-42A]dd/mm/yyyy").set_align(FormatAlign::Center),
        }
    }
}

/// Writes the heading lines and the headings of the columns; returns the first row of the table.
fn write_headings(sheet: &mut Worksheet, grid: &Grid, looks: &Looks) -> Result<u32, SheetError> {
    let last = grid.columns.len().saturating_sub(1);
    let mut row = 0;
    for line in grid.heading {
        write_over(sheet, (row, 0), (row, last), line, &looks.heading)?;
        row += 1;
    }
    // An empty row keeps the heading apart from the table.
    row += u32::from(!grid.heading.is_empty());

    let below = row + u32::from(grid.has_groups());
    let mut at = 0;
    for columns in grid.columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        let end = at + columns.len() - 1;
        if let Some(group) = columns[0].group {
            write_over(sheet, (row, at), (row, end), group, &looks.column)?;
        }
        for (column, at) in columns.iter().zip(at..) {
            let top = if column.group.is_some() { below } else { row };
            write_over(sheet, (top, at), (below, at), column.title, &looks.column)?;
        }
        at = end + 1;
    }
    Ok(below + 1)
}

/// Writes `text` over a range of cells, or into the one cell of which it consists.
pub(crate) fn write_over(
    sheet: &mut Worksheet,
    (top, left): (u32, usize),
    (bottom, right): (u32, usize),
    text: &str,
    look: &Format,
) -> Result<(), SheetError> {
    let (first, last) = (column_number(left), column_number(right));
    if (top, first) == (bottom, last) {
        sheet.write_string_with_format(top, first, text, look)?;
    } else {
        sheet.merge_range(top, first, bottom, last, text, look)?;
    }
    Ok(())
}

fn write_rows(
    sheet: &mut Worksheet,
    grid: &Grid,
    first: u32,
    looks: &Looks,
) -> Result<(), SheetError> {
    for (row, at) in (0..grid.rows()).zip(first..) {
        for (column, number) in grid.columns.iter().zip(0..) {
            match column.cell(row) {
                GridCell::Empty => sheet.write_blank(at, number, &looks.text)?,
                GridCell::Text(text) => {
                    sheet.write_string_with_format(at, number, text, &looks.text)?
                }
                GridCell::Number { units, scale } if units.unsigned_abs() <= LARGEST => {
                    let look = &looks.number[usize::from(scale.min(9))];
                    sheet.write_number_with_format(at, number, float(units, scale), look)?
                }
                GridCell::Number { units, scale } => {
                    let text = bieumau_model::format::decimal(units, scale);
                    sheet.write_string_with_format(at, number, text, &looks.text)?
                }
                GridCell::Date(date) => match excel_date(date) {
                    Some(day) => sheet.write_datetime_with_format(at, number, day, &looks.date)?,
                    None => {
                        let text = date_short(date);
                        sheet.write_string_with_format(at, number, text, &looks.text)?
                    }
                },
            };
        }
    }
    Ok(())
}

/// Sets widths, the frozen heading, and how the sheet is printed.
fn set_page(sheet: &mut Worksheet, grid: &Grid, first: u32) -> Result<(), SheetError> {
    for (column, number) in grid.columns.iter().zip(0..) {
        sheet.set_column_width(number, width(column))?;
    }
    let headings = 1 + u32::from(grid.has_groups());
    sheet.set_freeze_panes(first, 0)?;
    sheet.set_repeat_rows(first - headings, first - 1)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&\"Times New Roman\"&P/&N");
    Ok(())
}

/// Returns the width asked for, or one that suits the kind of cells.
fn width(column: &GridColumn) -> u32 {
    column.width.unwrap_or(match column.cells.kind() {
        ColumnType::Text => 24,
        ColumnType::Date => 12,
        ColumnType::Integer | ColumnType::Decimal(_) | ColumnType::Boolean => 10,
    })
}

/// Returns the number as workbooks store it: the binary number nearest to the decimal one.
#[expect(clippy::float_arithmetic, reason = "a workbook holds no decimals; nothing is computed")]
pub(crate) fn float(units: i64, scale: u8) -> f64 {
    // Both are exact, and division rounds to the nearest: 795 / 100 is what "7.95" reads as.
    units as f64 / 10_f64.powi(i32::from(scale))
}

/// Workbooks know no day before 1900.
pub(crate) fn excel_date(date: jiff::civil::Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok().filter(|year| *year >= 1900)?;
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

pub(crate) fn column_number(at: usize) -> u16 {
    // A workbook has 16,384 columns; beyond that rust_xlsxwriter refuses.
    u16::try_from(at).unwrap_or(u16::MAX)
}
