//! Writes a workbook that people fill in: drop-downs from code lists, locked keys and names, open
//! entry cells with hints and bounds, and a hidden sheet by which it is known again.
//!
//! What the sheets hold is decided by the caller; what a filled-in workbook means is not known
//! here.

use bieumau_model::format::date_short;
use jiff::civil::Date;
use rust_xlsxwriter::{
    DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign,
    FormatBorder, Formula, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use crate::grid::SheetError;
use crate::xlsx::{A4, FONT, column_number, excel_date, float, write_over};

/// The sheet on which the drop-downs stand.
const LISTS_SHEET: &str = "Danh mục";

/// Longest texts that a spreadsheet program shows with a cell.
const LONGEST_HINT: usize = 255;
const LONGEST_TITLE: usize = 32;

/// A workbook to fill in.
#[derive(Debug, Clone)]
pub struct FormWorkbook {
    /// Name of the sheet to fill in.
    pub sheet: String,
    /// Lines above the table.
    pub heading: Vec<String>,
    /// Columns in order.
    pub columns: Vec<FormColumn>,
    /// Rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<FormCell>>,
    /// Empty rows below, open in every column, for new records.
    pub spare_rows: usize,
    /// Drop-down lists, to which columns refer by their place.
    pub lists: Vec<FormList>,
    /// Name of the hidden sheet by which the workbook is known again.
    pub notes_sheet: String,
    /// Rows of the hidden sheet.
    pub notes: Vec<Vec<String>>,
}

/// A column to fill in.
#[derive(Debug, Clone)]
pub struct FormColumn {
    /// Heading.
    pub title: String,
    /// Heading over neighbouring columns that share it.
    pub group: Option<String>,
    /// Hint shown beside a chosen cell.
    pub hint: Option<String>,
    /// Width in characters.
    pub width: u32,
    /// What its cells take.
    pub entry: Entry,
    /// Whether the column stays in sight when the sheet is moved sideways.
    pub frozen: bool,
}

/// What the cells of a column take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Text of at most so many characters.
    Text {
        /// Greatest length.
        max_length: Option<u32>,
    },
    /// Whole number within bounds.
    Integer {
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// Decimal in units of `10^-scale`; the bounds are in units too.
    Decimal {
        /// Digits behind the comma.
        scale: u8,
        /// Least value, in units.
        min: Option<i64>,
        /// Greatest value, in units.
        max: Option<i64>,
    },
    /// Calendar day.
    Date,
    /// One of a list.
    List(usize),
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormCell {
    /// What stands in it.
    pub value: FormValue,
    /// Whether it may be written into.
    pub open: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormValue {
    /// Nothing.
    Empty,
    /// Text, or the label of a code.
    Text(String),
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

/// A drop-down list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormList {
    /// What is listed.
    pub title: String,
    /// Labels in order.
    pub labels: Vec<String>,
}

/// Writes the workbook. The same content gives the same bytes.
pub fn form_workbook(content: &FormWorkbook) -> Result<Vec<u8>, SheetError> {
    let mut workbook = Workbook::new();
    // A fixed day: the clock would make each copy differ.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let looks = Looks::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&content.sheet)?;
    let first = write_headings(sheet, content, &looks)?;
    write_rows(sheet, content, first, &looks)?;
    validate(sheet, content, first)?;
    set_page(sheet, content, first)?;
    if !content.lists.is_empty() {
        write_lists(workbook.add_worksheet(), &content.lists, &looks)?;
    }
    write_notes(workbook.add_worksheet(), content)?;
    Ok(workbook.save_to_buffer()?)
}

/// The looks of cells.
struct Looks {
    title: Format,
    line: Format,
    column: Format,
    open: Format,
    closed: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = Format::new().set_font_name(FONT).set_font_size(12);
        let boxed = plain
            .clone()
            .set_border(FormatBorder::Thin)
            .set_border_color(0x8A93A0)
            .set_align(FormatAlign::VerticalCenter);
        Self {
            title: plain.clone().set_bold().set_font_size(14),
            line: plain.set_font_color(0x4A5361),
            column: boxed
                .clone()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_background_color(0xE3F0F8),
            closed: boxed.clone().set_background_color(0xEEF0F3),
            open: boxed.set_unlocked(),
        }
    }

    /// Returns the look of a cell of `column`.
    fn of(&self, column: &FormColumn, open: bool) -> Format {
        let look = if open { self.open.clone() } else { self.closed.clone() };
        match &column.entry {
            // As text, so that the program keeps zeros in front and makes no dates of codes.
            Entry::Text { .. } => look.set_num_format("@").set_text_wrap(),
            Entry::List(_) => look.set_align(FormatAlign::Center),
            Entry::Integer { .. } => look.set_num_format("0").set_align(FormatAlign::Center),
            Entry::Decimal { scale, .. } => {
                let digits = "0".repeat(usize::from(*scale));
                let pattern = if *scale == 0 { "0".to_owned() } else { format!("0.{digits}") };
                look.set_num_format(pattern).set_align(FormatAlign::Center)
            }
            Entry::Date => look.set_num_format("dd/mm/yyyy").set_align(FormatAlign::Center),
        }
    }
}

/// Writes the lines above the table and its headings; returns the first row of the table.
fn write_headings(
    sheet: &mut Worksheet,
    content: &FormWorkbook,
    looks: &Looks,
) -> Result<u32, SheetError> {
    let mut row = 0;
    for line in &content.heading {
        let look = if row == 0 { &looks.title } else { &looks.line };
        sheet.write_string_with_format(row, 0, line, look)?;
        row += 1;
    }
    row += u32::from(!content.heading.is_empty());
    let grouped = content.columns.iter().any(|column| column.group.is_some());
    let below = row + u32::from(grouped);
    let mut at = 0;
    for columns in content.columns.chunk_by(|a, b| a.group.is_some() && a.group == b.group) {
        let end = at + columns.len() - 1;
        if let Some(group) = &columns[0].group {
            write_over(sheet, (row, at), (row, end), group, &looks.column)?;
        }
        for (column, at) in columns.iter().zip(at..) {
            let top = if column.group.is_some() { below } else { row };
            write_over(sheet, (top, at), (below, at), &column.title, &looks.column)?;
        }
        at = end + 1;
    }
    sheet.set_row_height(below, 34)?;
    Ok(below + 1)
}

fn write_rows(
    sheet: &mut Worksheet,
    content: &FormWorkbook,
    first: u32,
    looks: &Looks,
) -> Result<(), SheetError> {
    let made: Vec<[Format; 2]> = content
        .columns
        .iter()
        .map(|column| [looks.of(column, false), looks.of(column, true)])
        .collect();
    let spare = FormCell { value: FormValue::Empty, open: true };
    let spare_row = vec![spare; content.columns.len()];
    let rows = content.rows.iter().chain(std::iter::repeat_n(&spare_row, content.spare_rows));
    for (cells, row) in rows.zip(first..) {
        for ((cell, looks), column) in cells.iter().zip(&made).zip(0..) {
            let look = &looks[usize::from(cell.open)];
            match &cell.value {
                FormValue::Empty => sheet.write_blank(row, column, look)?,
                FormValue::Text(text) => sheet.write_string_with_format(row, column, text, look)?,
                FormValue::Number { units, scale } => {
                    sheet.write_number_with_format(row, column, float(*units, *scale), look)?
                }
                FormValue::Date(date) => match excel_date(*date) {
                    Some(day) => sheet.write_datetime_with_format(row, column, day, look)?,
                    None => sheet.write_string_with_format(row, column, date_short(*date), look)?,
                },
            };
        }
    }
    Ok(())
}

/// Ties bounds, drop-downs and hints to the cells of each column.
fn validate(sheet: &mut Worksheet, content: &FormWorkbook, first: u32) -> Result<(), SheetError> {
    let rows = u32::try_from(content.rows.len() + content.spare_rows).unwrap_or(u32::MAX);
    let Some(last) = (first + rows).checked_sub(1).filter(|last| *last >= first) else {
        return Ok(());
    };
    for (column, at) in content.columns.iter().zip(0..) {
        let is_open = |row: &Vec<FormCell>| row[usize::from(at)].open;
        if content.spare_rows == 0 && !content.rows.iter().any(is_open) {
            continue;
        }
        let validation = bounds(&column.entry, &content.lists)?
            .set_error_title(short("Giá trị chưa đúng", LONGEST_TITLE))?
            .set_error_message(short(&said(&column.entry), LONGEST_HINT))?
            .set_input_title(short(&column.title, LONGEST_TITLE))?
            .set_input_message(short(&hint(column), LONGEST_HINT))?;
        sheet.add_data_validation(first, at, last, at, &validation)?;
    }
    Ok(())
}

/// Returns what a spreadsheet program itself can refuse.
fn bounds(entry: &Entry, lists: &[FormList]) -> Result<DataValidation, XlsxError> {
    let validation = DataValidation::new();
    Ok(match entry {
        Entry::Text { max_length: Some(length) } => {
            validation.allow_text_length(DataValidationRule::LessThanOrEqualTo(*length))
        }
        Entry::Text { max_length: None } => validation.allow_any_value(),
        Entry::Integer { min, max } => {
            let (min, max) = (min.unwrap_or(i32::MIN.into()), max.unwrap_or(i32::MAX.into()));
            let whole = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
            validation.allow_whole_number(DataValidationRule::Between(whole(min), whole(max)))
        }
        Entry::Decimal { scale, min, max } => {
            let least = float(min.unwrap_or(-1_000_000_000_000), *scale);
            let greatest = float(max.unwrap_or(1_000_000_000_000), *scale);
            validation.allow_decimal_number(DataValidationRule::Between(least, greatest))
        }
        Entry::Date => validation.allow_date(DataValidationRule::Between(
            ExcelDateTime::from_ymd(1900, 1, 1)?,
            ExcelDateTime::from_ymd(2199, 12, 31)?,
        )),
        Entry::List(at) => {
            let length = lists.get(*at).map_or(1, |list| list.labels.len().max(1));
            let letters = letters(*at);
            validation.allow_list_formula(Formula::new(format!(
                "'{LISTS_SHEET}'!${letters}$2:${letters}${}",
                length + 1
            )))
        }
    })
}

/// Says what a cell takes.
fn said(entry: &Entry) -> String {
    use bieumau_model::format::decimal;
    let between = |min: Option<String>, max: Option<String>| match (min, max) {
        (Some(min), Some(max)) => format!(" từ {min} đến {max}"),
        (Some(min), None) => format!(" từ {min} trở lên"),
        (None, Some(max)) => format!(" không quá {max}"),
        (None, None) => String::new(),
    };
    match entry {
        Entry::Text { max_length: Some(length) } => format!("Không quá {length} ký tự."),
        Entry::Text { max_length: None } => "Nhập chữ.".to_owned(),
        Entry::Integer { min, max } => {
            let (min, max) = (min.map(|min| min.to_string()), max.map(|max| max.to_string()));
            format!("Nhập số nguyên{}.", between(min, max))
        }
        Entry::Decimal { scale, min, max } => {
            let shown = |units: i64| {
                let text = decimal(units, *scale);
                text.trim_end_matches('0').trim_end_matches(',').to_owned()
            };
            let bounds = between(min.map(shown), max.map(shown));
            format!("Nhập số{bounds}, nhiều nhất {scale} chữ số sau dấu phẩy.")
        }
        Entry::Date => "Nhập ngày dạng ngày/tháng/năm, ví dụ 05/09/2025.".to_owned(),
        Entry::List(_) => "Chọn một giá trị trong danh sách.".to_owned(),
    }
}

fn hint(column: &FormColumn) -> String {
    match &column.hint {
        Some(hint) => format!("{hint}\n{}", said(&column.entry)),
        None => said(&column.entry),
    }
}

/// Cuts a text to so many UTF-16 units, which is how spreadsheet programs count.
fn short(text: &str, most: usize) -> String {
    let mut left = most;
    text.chars()
        .take_while(|letter| {
            let fits = letter.len_utf16() <= left;
            left = left.saturating_sub(letter.len_utf16());
            fits
        })
        .collect()
}

fn set_page(sheet: &mut Worksheet, content: &FormWorkbook, first: u32) -> Result<(), SheetError> {
    for (column, at) in content.columns.iter().zip(0..) {
        sheet.set_column_width(at, column.width)?;
    }
    let frozen = content.columns.iter().take_while(|column| column.frozen).count();
    sheet.set_freeze_panes(first, column_number(frozen))?;
    let grouped = content.columns.iter().any(|column| column.group.is_some());
    sheet.set_repeat_rows(first - 1 - u32::from(grouped), first - 1)?;
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    // No password: it keeps from slips, not from people; what comes back is compared anyway.
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::new()
    });
    let open = content.rows.first().and_then(|row| row.iter().position(|cell| cell.open));
    if let Some(at) = open {
        sheet.set_selection(first, column_number(at), first, column_number(at))?;
    }
    Ok(())
}

fn write_lists(sheet: &mut Worksheet, lists: &[FormList], looks: &Looks) -> Result<(), SheetError> {
    sheet.set_name(LISTS_SHEET)?;
    for (list, column) in lists.iter().zip(0..) {
        sheet.write_string_with_format(0, column, &list.title, &looks.column)?;
        for (label, row) in list.labels.iter().zip(1..) {
            sheet.write_string_with_format(row, column, label, &looks.closed)?;
        }
        sheet.set_column_width(column, 28)?;
    }
    sheet.protect();
    sheet.set_hidden(true);
    Ok(())
}

fn write_notes(sheet: &mut Worksheet, content: &FormWorkbook) -> Result<(), SheetError> {
    sheet.set_name(&content.notes_sheet)?;
    for (cells, row) in content.notes.iter().zip(0..) {
        for (text, column) in cells.iter().zip(0..) {
            sheet.write_string(row, column, text)?;
        }
    }
    sheet.protect();
    sheet.set_very_hidden(true);
    Ok(())
}

/// Returns the letters of a column: `A`, `Z`, `AA`.
fn letters(at: usize) -> String {
    let mut letters = String::new();
    let mut rest = at + 1;
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_spreadsheets() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_hint_tells_the_bounds_in_vietnamese() {
        assert_eq!(
            said(&Entry::Decimal { scale: 1, min: Some(0), max: Some(100) }),
            "Nhập số từ 0 đến 10, nhiều nhất 1 chữ số sau dấu phẩy."
        );
        assert_eq!(
            said(&Entry::Integer { min: Some(1), max: None }),
            "Nhập số nguyên từ 1 trở lên."
        );
    }

    #[test]
    fn long_hints_are_cut_where_the_program_would_refuse_them() {
        assert_eq!(short(&"ă".repeat(300), LONGEST_HINT).chars().count(), 255);
    }
}
