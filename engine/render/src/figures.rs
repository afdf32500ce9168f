//! Writes statistical tables into workbooks and as CSV: the same page as in PDF and HTML, with
//! numbers that stay numbers.

use bieumau_model::indicators::{BodyLine, Page};
use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use crate::csv::{ByteOrderMark, write_line};
use crate::grid::SheetError;
use crate::xlsx::{A4, Looks, column_number, float, write_over};

/// A statistical table on a sheet of its own.
#[derive(Debug, Clone)]
pub struct FigureSheet<'t> {
    /// Name of the sheet.
    pub name: &'t str,
    /// Lines between title and table.
    pub heading: Vec<String>,
    /// The table.
    pub page: &'t Page,
}

/// Writes one statistical table.
pub(crate) fn write(
    sheet: &mut Worksheet,
    figures: &FigureSheet<'_>,
    looks: &Looks,
) -> Result<(), SheetError> {
    let page = figures.page;
    sheet.set_name(figures.name)?;
    let last = page.width.saturating_sub(1);
    let mut row = 0;
    let title = [Some(&page.title)].into_iter().flatten();
    let lines = page.symbol.iter().chain(title).chain(&figures.heading);
    let unit = page.unit.as_ref().map(|unit| format!("Đơn vị tính: {unit}"));
    for line in lines.chain(&unit) {
        write_over(sheet, (row, 0), (row, last), line, &looks.heading)?;
        row += 1;
    }
    let first = row + 1;
    for (at, cells) in page.header.iter().enumerate() {
        let top = first + row_number(at);
        for cell in cells {
            let bottom = top + row_number(cell.rowspan.saturating_sub(1));
            let right = cell.column + cell.colspan.saturating_sub(1);
            write_over(sheet, (top, cell.column), (bottom, right), &cell.text, &looks.column)?;
        }
    }
    let numbers = first + row_number(page.header.len());
    let centred = looks.text.clone().set_align(FormatAlign::Center).set_italic();
    for (at, number) in page.numbers.iter().enumerate() {
        sheet.write_string_with_format(numbers, column_number(at), number, &centred)?;
    }
    for (at, line) in page.rows.iter().enumerate() {
        write_line_of(sheet, numbers + 1 + row_number(at), line, page.coded, looks)?;
    }
    write_below(sheet, numbers + 2 + row_number(page.rows.len()), page, last)?;
    sheet.set_column_width(0, 34)?;
    for at in 1..page.width {
        sheet.set_column_width(column_number(at), 11)?;
    }
    sheet.set_freeze_panes(numbers + 1, 1)?;
    sheet.set_repeat_rows(first, numbers)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&\"Times New Roman\"&P/&N");
    Ok(())
}

fn write_line_of(
    sheet: &mut Worksheet,
    row: u32,
    line: &BodyLine,
    coded: bool,
    looks: &Looks,
) -> Result<(), SheetError> {
    let main = |look: &Format| if line.main { look.clone().set_bold() } else { look.clone() };
    let depth = u8::try_from(line.depth.min(8)).unwrap_or_default();
    let title = main(&looks.text).set_indent(depth);
    sheet.write_string_with_format(row, 0, &line.title, &title)?;
    if coded {
        let code = looks.text.clone().set_align(FormatAlign::Center);
        sheet.write_string_with_format(row, 1, line.code.as_deref().unwrap_or_default(), &code)?;
    }
    let first = 1 + usize::from(coded);
    for (at, cell) in line.cells.iter().enumerate() {
        let column = column_number(first + at);
        match cell.figure {
            // A sign for nil is a look; the cell keeps its number.
            Some((units, scale)) => {
                let look = main(&looks.number[usize::from(scale.min(9))]);
                let nil = cell
                    .text
                    .chars()
                    .all(|letter| letter.is_ascii_digit() || ",.-".contains(letter));
                let look = match units {
                    0 if !nil || cell.text == "-" || cell.text.is_empty() => {
                        look.set_num_format(format!("0;-0;\"{}\"", cell.text.replace('"', "")))
                    }
                    _ if scale == 0 => look.set_num_format("#,##0"),
                    _ => look,
                };
                sheet.write_number_with_format(row, column, float(units, scale), &look)?
            }
            None => sheet.write_string_with_format(row, column, &cell.text, &main(&looks.text))?,
        };
    }
    Ok(())
}

/// Writes what is wrong with the figures, and the remark.
fn write_below(
    sheet: &mut Worksheet,
    row: u32,
    page: &Page,
    last: usize,
) -> Result<(), SheetError> {
    let plain = Format::new().set_font_name(crate::xlsx::FONT).set_font_size(11);
    let plain = plain.set_text_wrap().set_align(FormatAlign::Top);
    let problems = page.problems.iter().map(|problem| format!("Kiểm tra: {problem}."));
    let note = page.note.iter().map(|note| format!("Ghi chú: {note}"));
    for (at, text) in problems.chain(note).enumerate() {
        let row = row + row_number(at);
        write_over(sheet, (row, 0), (row, last), &text, &plain)?;
        // Merged cells do not grow by themselves.
        let room = 30 + 11 * last;
        sheet.set_row_height(
            row,
            u16::try_from(15 * (1 + text.chars().count() / room)).unwrap_or(15),
        )?;
    }
    Ok(())
}

/// Writes all figures of all tables, one a line: for other programs.
pub fn figures_csv(figures: &[FigureSheet<'_>], mark: ByteOrderMark) -> Vec<u8> {
    let mut out = String::new();
    if mark == ByteOrderMark::Written {
        out.push('\u{FEFF}');
    }
    let titles = ["Bảng", "Mã dòng", "Mã số", "Chỉ tiêu", "Mã cột", "Cột", "Giá trị"];
    write_line(&mut out, titles.into_iter().map(str::to_owned));
    for FigureSheet { page, .. } in figures {
        for line in &page.rows {
            let Some(id) = &line.id else { continue };
            for (cell, column) in line.cells.iter().zip(&page.columns) {
                let code = line.code.clone().unwrap_or_default();
                let fields = [&page.id, id, &code, &line.title, &cell.column, &column.title];
                let value = cell.value.clone().unwrap_or_default();
                let fields = fields.into_iter().map(|field| crate::csv::safe(field));
                write_line(&mut out, fields.chain([value]));
            }
        }
    }
    out.into_bytes()
}

fn row_number(at: usize) -> u32 {
    // A workbook has 1,048,576 rows; beyond that rust_xlsxwriter refuses.
    u32::try_from(at).unwrap_or(u32::MAX / 4)
}
