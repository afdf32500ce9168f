//! Reads the bytes of a workbook into cells with their places, inside limits.
//!
//! What the cells mean is not known here. A workbook comes from outside: it may be broken, locked
//! with a password, or made to take all memory. Cells are kept sparsely, since a sheet with two
//! cells may claim a million rows.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::text::{Text, nfc};
use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use jiff::Span;
use jiff::civil::{Date, date};
use zip::ZipArchive;

/// The largest file that is taken, in bytes.
pub const LARGEST_WORKBOOK: usize = 8 << 20;

/// How much its parts may hold when they are unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 64 << 20;

/// How many parts it may have.
const MOST_PARTS: usize = 2_000;

/// How many sheets, rows with something in them, and cells with something in them are read.
const MOST_SHEETS: usize = 64;
const MOST_ROWS: usize = 20_000;
const MOST_CELLS: usize = 400_000;

/// The file is no workbook, or a broken one.
const BROKEN: &str = "J250";
/// The workbook opens only with a password.
const PASSWORD: &str = "J251";
/// The workbook is over a limit.
const TOO_LARGE: &str = "J252";
/// The workbook is of the kind before 2007.
const OLD_KIND: &str = "J253";

/// A workbook that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Book {
    pub sheets: Vec<BookSheet>,
    /// Whether days are counted from 1904, as old Macintosh programs do.
    pub from_1904: bool,
}

/// A sheet with the cells that hold something.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct BookSheet {
    pub name: String,
    pub hidden: bool,
    pub rows: BTreeMap<u32, BTreeMap<u32, Content>>,
    pub merged: Vec<Area>,
}

/// Merged cells, from one corner to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text in Unicode NFC, with its line breaks.
    Text(String),
    /// A number as the spreadsheet shows it, with a point: fifteen digits.
    Number(String),
    /// A day; times of the day are cut off.
    Date(Date),
    /// Yes or no.
    Boolean(bool),
    /// An error such as `#N/A`.
    Error(String),
    /// A formula whose value was never computed.
    Uncomputed,
}

impl BookSheet {
    /// Returns what stands at a place; merged cells show what stands in their first one.
    pub fn shown(&self, row: u32, column: u32) -> Option<&Content> {
        let own = self.at(row, column);
        own.or_else(|| {
            let area = self.area(row, column)?;
            self.at(area.top, area.left)
        })
    }

    /// Returns what the cell itself holds.
    pub fn at(&self, row: u32, column: u32) -> Option<&Content> {
        self.rows.get(&row)?.get(&column)
    }

    /// Returns the merged cells that cover a place.
    pub fn area(&self, row: u32, column: u32) -> Option<Area> {
        let covers = |area: &&Area| {
            (area.top..=area.bottom).contains(&row) && (area.left..=area.right).contains(&column)
        };
        self.merged.iter().find(covers).copied()
    }
}

/// Reads a workbook, or says why it cannot be read.
pub(crate) fn read(bytes: &[u8]) -> Result<Book, Diagnostic> {
    if bytes.len() > LARGEST_WORKBOOK {
        return Err(too_large(
            format!("Tệp lớn hơn {} MB", LARGEST_WORKBOOK >> 20),
            format!("the file is larger than {} MB", LARGEST_WORKBOOK >> 20),
        ));
    }
    match bytes {
        [b'P', b'K', ..] => check_parts(bytes)?,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(before_2007(bytes)),
        _ => return Err(broken(&"it is no .xlsx file")),
    }
    // The file comes from outside, and the reader is not ours: whatever it trips over is a finding.
    catch_unwind(AssertUnwindSafe(|| read_cells(bytes)))
        .unwrap_or_else(|_| Err(broken(&"the reader gave up")))
}

/// Unpacks every part to nowhere, and stops at the limit: sizes in the file may be lies.
fn check_parts(bytes: &[u8]) -> Result<(), Diagnostic> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MOST_PARTS {
        return Err(too_large(
            format!("Tệp có {} phần, nhiều nhất {MOST_PARTS}", archive.len()),
            format!("the file has {} parts, at most {MOST_PARTS} are read", archive.len()),
        ));
    }
    let mut left = LARGEST_UNPACKED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| broken(&error))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        let unpacked = unpacked.map_err(|error| broken(&error))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            too_large(
                format!("Tệp bung ra hơn {} MB", LARGEST_UNPACKED >> 20),
                format!("the file unpacks to more than {} MB", LARGEST_UNPACKED >> 20),
            )
        })?;
    }
    Ok(())
}

fn read_cells(bytes: &[u8]) -> Result<Book, Diagnostic> {
    let failed = |error: XlsxError| match error {
        XlsxError::Password => password(),
        error => broken(&error),
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let from_1904 = workbook.has_1904_epoch();
    let sheets: Vec<(String, bool)> = workbook
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    if sheets.len() > MOST_SHEETS {
        return Err(too_large(
            format!("Tệp có {} trang tính, nhiều nhất {MOST_SHEETS}", sheets.len()),
            format!("the workbook has {} sheets, at most {MOST_SHEETS} are read", sheets.len()),
        ));
    }
    let mut book = Book { sheets: Vec::new(), from_1904 };
    let mut count = Count::default();
    for (name, hidden) in sheets {
        let merged = match workbook.merge_cells_by_sheet_name(&name) {
            Ok(merged) => merged,
            // A sheet that is only a chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(failed(error)),
        };
        let merged = merged
            .into_iter()
            .map(|area| Area {
                top: area.start.0,
                left: area.start.1,
                bottom: area.end.0,
                right: area.end.1,
            })
            .collect();
        let mut sheet =
            BookSheet { name: nfc(&name).into_owned(), hidden, merged, ..BookSheet::default() };
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(failed)?;
        while let Some(cell) = cells.next_cell_with_formula().map_err(failed)? {
            let content = match content(&cell.value, from_1904) {
                Some(content) => content,
                None if cell.formula.is_some() => Content::Uncomputed,
                None => continue,
            };
            let (row, column) = cell.pos;
            sheet.rows.entry(row).or_default().insert(column, content);
            count.add(&sheet)?;
        }
        count.close(&sheet);
        book.sheets.push(sheet);
    }
    Ok(book)
}

/// How much was read so far.
#[derive(Default)]
struct Count {
    cells: usize,
    rows: usize,
}

impl Count {
    fn add(&mut self, sheet: &BookSheet) -> Result<(), Diagnostic> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(too_large(
                format!("Bảng tính có hơn {MOST_CELLS} ô có dữ liệu"),
                format!("the workbook has more than {MOST_CELLS} cells with something in them"),
            ));
        }
        if self.rows + sheet.rows.len() > MOST_ROWS {
            return Err(too_large(
                format!("Bảng tính có hơn {MOST_ROWS} dòng có dữ liệu"),
                format!("the workbook has more than {MOST_ROWS} rows with something in them"),
            ));
        }
        Ok(())
    }

    fn close(&mut self, sheet: &BookSheet) {
        self.rows += sheet.rows.len();
    }
}

fn content(value: &DataRef<'_>, from_1904: bool) -> Option<Content> {
    let text = |text: &str| {
        let text = nfc(text);
        (!text.trim().is_empty()).then(|| Content::Text(text.into_owned()))
    };
    match value {
        DataRef::Empty => None,
        DataRef::String(words) => text(words),
        DataRef::SharedString(words) => text(words),
        DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => {
            match words.get(..10).and_then(|day| day.parse().ok()) {
                Some(day) => Some(Content::Date(day)),
                None => text(words),
            }
        }
        DataRef::Int(number) => Some(Content::Number(number.to_string())),
        DataRef::Float(number) => Some(Content::Number(as_shown(*number))),
        DataRef::Bool(flag) => Some(Content::Boolean(*flag)),
        DataRef::Error(error) => Some(Content::Error(error.to_string())),
        DataRef::DateTime(moment) => {
            let serial = as_shown(moment.as_f64());
            match day_of(&serial, from_1904).filter(|_| moment.is_datetime()) {
                Some(day) => Some(Content::Date(day)),
                None => Some(Content::Number(serial)),
            }
        }
    }
}

/// Returns the day with a serial number: of 40000.75 the day 40000.
///
/// Programs that count from 1900 believe that there was a 29 February 1900.
pub(crate) fn day_of(serial: &str, from_1904: bool) -> Option<Date> {
    let whole: i64 = serial.split('.').next()?.parse().ok()?;
    let first = match (from_1904, whole) {
        (true, _) => date(1904, 1, 1),
        (false, ..=0) => return None,
        (false, 1..=59) => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    first.checked_add(Span::new().try_days(whole).ok()?).ok()
}

/// Writes a number with the fifteen digits that spreadsheet programs show, without an exponent.
///
/// A stored 7.4999999999999996 is shown, and meant, as 7.5.
fn as_shown(number: f64) -> String {
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    // Nothing that a person enters has a hundred digits.
    if !(-30..100).contains(&exponent) {
        return scientific;
    }
    let point = exponent + 1;
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{sign}{digits}{}", zeros(point - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{sign}{whole}.{fraction}")
    }
}

fn broken(why: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error(
        BROKEN,
        Text::both(
            format!("Không đọc được tệp này như một bảng tính ({why})"),
            format!("the file cannot be read as a workbook ({why})"),
        ),
    )
    .help(Text::both(
        "Mở tệp bằng Excel hoặc LibreOffice, rồi lưu lại dạng .xlsx",
        "open it in Excel or LibreOffice and save it as .xlsx",
    ))
}

fn password() -> Diagnostic {
    Diagnostic::error(
        PASSWORD,
        Text::both("Bảng tính có mật khẩu mở tệp", "the workbook opens only with a password"),
    )
    .help(Text::both(
        "Mở bằng Excel, vào Tệp > Thông tin > Bảo vệ sổ làm việc, bỏ mật khẩu rồi lưu lại",
        "open it in Excel, take the password off (File > Info > Protect Workbook), and save it",
    ))
}

/// The kind of file before 2007, in which workbooks with a password are wrapped too.
fn before_2007(bytes: &[u8]) -> Diagnostic {
    let wide: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(wide.len()).any(|window| window == wide) {
        return password();
    }
    Diagnostic::error(
        OLD_KIND,
        Text::both(
            "Tệp thuộc dạng cũ (.xls) của Excel 97-2003",
            "the file is of the old kind (.xls) of Excel 97-2003",
        ),
    )
    .help(Text::both(
        "Mở tệp bằng Excel hoặc LibreOffice, rồi lưu lại dạng .xlsx",
        "open it in Excel or LibreOffice and save it as .xlsx",
    ))
}

fn too_large(vi: String, en: String) -> Diagnostic {
    Diagnostic::error(TOO_LARGE, Text::both(vi, en)).help(Text::both(
        "Chia thành nhiều tệp, và xóa các dòng, cột, trang tính thừa",
        "split it into several files, and remove rows, columns and sheets that are not needed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_the_spreadsheet_shows_them() {
        let check = |number: f64, shown: &str| assert_eq!(as_shown(number), shown);
        check(7.5, "7.5");
        check(10.0, "10");
        check(0.0, "0");
        check(-0.5, "-0.5");
        check(3_100_000_012.0, "3100000012");
        check(0.001, "0.001");
        check(7.5_f64.next_down(), "7.5");
        check(7.25, "7.25");
    }

    #[test]
    fn days_are_counted_from_1900_and_from_1904() {
        assert_eq!(day_of("41157", false), Some(date(2012, 9, 5)));
        assert_eq!(day_of("41157.75", false), Some(date(2012, 9, 5)));
        assert_eq!(day_of("39695", true), Some(date(2012, 9, 5)));
        assert_eq!(day_of("1", false), Some(date(1900, 1, 1)));
        assert_eq!(day_of("0", false), None);
        assert_eq!(day_of("99999999999", false), None);
    }

    #[test]
    fn what_is_no_workbook_is_told_apart() {
        let check = |bytes: &[u8], code: &str| assert_eq!(read(bytes).unwrap_err().code, code);
        check(b"STT;Ho ten", BROKEN);
        check(b"", BROKEN);
        check(b"PK\x03\x04 and then nothing", BROKEN);
        check(&[0xD0, 0xCF, 0x11, 0xE0, 0, 0], OLD_KIND);
        let mut locked = vec![0xD0, 0xCF, 0x11, 0xE0];
        locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        check(&locked, PASSWORD);
        check(&vec![b'P'; LARGEST_WORKBOOK + 1], TOO_LARGE);
    }
}
