//! Finds the table in a workbook: the sheet, the row of headings, what each column is for, and the
//! rows with something in them.

use std::collections::BTreeMap;

use bieumau_model::diagnostic::{Diagnostic, Severity};
use bieumau_model::text::Text;

use super::book::{Area, Book, BookSheet, Content};
use super::layout::{Meanings, What};
use super::letters::tidy;
use super::notes;
use super::place::{ImportFinding, Place};
use super::read::plain;
use crate::entry_table::EntryTable;

/// No sheet has the headings.
const NO_TABLE: &str = "J254";
/// Two sheets have them.
const TWO_TABLES: &str = "J255";
/// A column that the form does not know.
const EXTRA: &str = "J258";
/// A heading that stands twice.
const TWICE: &str = "J259";
/// A column is missing without which no row can be told from another.
const NO_KEY: &str = "J260";
/// Merged cells where each pupil needs one.
const MERGED: &str = "J270";
/// The headings are repeated inside the table.
const REPEATED: &str = "J271";
/// A sheet that was not read.
const NOT_READ: &str = "J273";

/// How far down the headings are looked for.
const LAST_HEADING: u32 = 60;

/// The table of a workbook.
#[derive(Debug)]
pub(crate) struct Found<'b> {
    pub sheet: &'b BookSheet,
    /// Column and what it is for, from left to right.
    pub columns: Vec<(u32, What)>,
    /// Rows with something in a known column.
    pub rows: Vec<u32>,
    pub findings: Vec<ImportFinding>,
}

impl Found<'_> {
    /// Returns the place of a cell.
    pub fn place(&self, row: u32, column: u32) -> Place {
        Place::Cell { sheet: self.sheet.name.clone(), row, column }
    }

    /// Returns the columns that are for `what`.
    pub fn column(&self, what: &What) -> Option<u32> {
        self.columns.iter().find(|(_, own)| own == what).map(|(column, _)| *column)
    }
}

/// Finds the table; `wanted` is the sheet that the workbook itself names.
pub(crate) fn find<'b>(
    book: &'b Book,
    table: &EntryTable<'_>,
    wanted: Option<&str>,
) -> Result<Found<'b>, Vec<ImportFinding>> {
    let meanings = Meanings::new(table);
    let visible: Vec<&BookSheet> = book.sheets.iter().filter(|sheet| !sheet.hidden).collect();
    let mut candidates: Vec<(&BookSheet, u32, Headings)> = visible
        .iter()
        .filter_map(|sheet| {
            let (row, headings) = best_heading(sheet, &meanings)?;
            Some((*sheet, row, headings))
        })
        .collect();
    if let Some(own) = candidates.iter().position(|(sheet, ..)| Some(sheet.name.as_str()) == wanted)
    {
        candidates.swap(0, own);
        candidates.truncate(1);
    }
    match candidates.len() {
        0 => Err(vec![no_table(&visible)]),
        1 => {
            let (sheet, row, headings) = candidates.remove(0);
            let mut found = take(sheet, row, headings, table, &meanings);
            found.findings.extend(not_read(book, sheet));
            Ok(found)
        }
        _ => Err(candidates.iter().map(|(sheet, ..)| two_tables(sheet)).collect()),
    }
}

/// Column, heading, and what it is for.
type Headings = Vec<(u32, String, Option<What>)>;

/// Returns the row that reads most like headings.
fn best_heading(sheet: &BookSheet, meanings: &Meanings) -> Option<(u32, Headings)> {
    let rows = sheet.rows.keys().copied().filter(|row| *row < LAST_HEADING);
    rows.map(|row| (row, headings_at(sheet, row, meanings)))
        .filter(|(_, headings)| is_heading(headings))
        // Of two rows that know as much, the lower one is right: the upper is its group.
        .max_by_key(|(row, headings)| (known(headings), *row))
}

fn known(headings: &Headings) -> usize {
    headings.iter().filter(|(.., what)| what.is_some()).count()
}

fn is_heading(headings: &Headings) -> bool {
    let has =
        |test: fn(&What) -> bool| headings.iter().any(|(.., what)| what.as_ref().is_some_and(test));
    let names = has(|what| matches!(what, What::Key(_) | What::Name));
    let enters = has(|what| matches!(what, What::Field(_) | What::Ongoing));
    names && enters
}

/// Reads a row as headings, together with the groups above it.
fn headings_at(sheet: &BookSheet, row: u32, meanings: &Meanings) -> Headings {
    let own = sheet.rows.get(&row).into_iter().flat_map(BTreeMap::keys);
    let above = row.checked_sub(1).and_then(|above| sheet.rows.get(&above));
    let mut columns: Vec<u32> =
        own.chain(above.into_iter().flat_map(BTreeMap::keys)).copied().collect();
    let groups = sheet.merged.iter().filter(|area| (area.top..=area.bottom).contains(&row));
    columns.extend(groups.flat_map(|area| area.left..=area.right.min(area.left + 200)));
    columns.sort_unstable();
    columns.dedup();
    let text = |row: u32, column: u32| match sheet.shown(row, column) {
        Some(Content::Text(text) | Content::Number(text)) => tidy(text),
        _ => String::new(),
    };
    columns
        .into_iter()
        .filter_map(|column| {
            let own = text(row, column);
            let above = row.checked_sub(1).map(|above| text(above, column)).unwrap_or_default();
            let both = format!("{above} {own}");
            let readings = [own.as_str(), both.as_str(), above.as_str()];
            // What stands above counts for itself only where nothing stands below it.
            let tried = if own.is_empty() { &readings[2..] } else { &readings[..2] };
            let what = tried.iter().find_map(|reading| meanings.of(reading)).cloned();
            let shown = if own.is_empty() { above } else { own };
            (!shown.is_empty()).then_some((column, shown, what))
        })
        .collect()
}

/// Takes the columns and rows of the table under the headings.
fn take<'b>(
    sheet: &'b BookSheet,
    heading: u32,
    headings: Headings,
    table: &EntryTable<'_>,
    meanings: &Meanings,
) -> Found<'b> {
    let mut found = Found { sheet, columns: Vec::new(), rows: Vec::new(), findings: Vec::new() };
    let below =
        |column: u32| sheet.rows.range(heading + 1..).any(|(_, cells)| cells.contains_key(&column));
    for (column, shown, what) in headings {
        let place = found.place(heading, column);
        match what {
            None if below(column) => found.findings.push(extra(place, &shown)),
            None => {}
            Some(what @ (What::Field(_) | What::Key(_) | What::Ongoing))
                if found.column(&what).is_some() =>
            {
                found.findings.push(twice(place, &shown));
            }
            Some(what) => found.columns.push((column, what)),
        }
    }
    if found.column(&What::Key(0)).is_none() && found.column(&What::Name).is_none()
        || (!table.is_roll
            && (0..table.row_key.len()).any(|at| found.column(&What::Key(at)).is_none()))
    {
        found.findings.push(no_key(Place::Sheet(sheet.name.clone()), table));
    }
    found.rows = data_rows(&mut found.findings, sheet, heading, &found.columns, meanings);
    found.findings.extend(merged_entries(sheet, heading, &found.columns));
    found
}

/// Collects the rows below the headings that hold something, without repeated headings.
fn data_rows(
    findings: &mut Vec<ImportFinding>,
    sheet: &BookSheet,
    heading: u32,
    columns: &[(u32, What)],
    meanings: &Meanings,
) -> Vec<u32> {
    let mut rows = Vec::new();
    for (row, cells) in sheet.rows.range(heading + 1..) {
        let told = |column: &u32, what: &What| {
            cells.get(column).is_some_and(
                |content| matches!(content, Content::Text(text) if meanings.of(text) == Some(what)),
            )
        };
        let repeated = columns.iter().filter(|(column, what)| told(column, what)).count();
        if repeated >= 2 {
            let column = columns.first().map_or(0, |(column, _)| *column);
            findings.push(repeated_headings(Place::Cell {
                sheet: sheet.name.clone(),
                row: *row,
                column,
            }));
            continue;
        }
        if columns.iter().any(|(column, _)| cells.contains_key(column)) {
            rows.push(*row);
        }
    }
    rows
}

/// Finds merged cells that cover entries of several rows or columns.
fn merged_entries(sheet: &BookSheet, heading: u32, columns: &[(u32, What)]) -> Vec<ImportFinding> {
    let covers_entry = |area: &&Area| {
        area.top > heading
            && sheet.at(area.top, area.left).is_some()
            && columns.iter().any(|(column, what)| {
                matches!(what, What::Field(_) | What::Key(_) | What::Ongoing)
                    && (area.left..=area.right).contains(column)
            })
    };
    sheet
        .merged
        .iter()
        .filter(covers_entry)
        .map(|area| ImportFinding {
            place: Place::Cell { sheet: sheet.name.clone(), row: area.top, column: area.left },
            confirm: None,
            diagnostic: Diagnostic::error(
                MERGED,
                Text::both(
                    "Ô gộp nằm trong phần nhập, không rõ giá trị của từng học sinh",
                    "merged cells stand among the entries; it is not clear whose they are",
                ),
            )
            .help(Text::both(
                "Bỏ gộp ô rồi nhập riêng từng ô",
                "unmerge the cells and enter each of them",
            )),
        })
        .collect()
}

fn no_table(visible: &[&BookSheet]) -> ImportFinding {
    let names: Vec<&str> = visible.iter().map(|sheet| sheet.name.as_str()).collect();
    let names = names.join(", ");
    let place = match visible {
        [sheet] => Place::Sheet(sheet.name.clone()),
        _ => Place::File,
    };
    ImportFinding {
        place,
        confirm: None,
        diagnostic: Diagnostic::error(
            NO_TABLE,
            Text::both(
                format!("Không trang tính nào có hàng tiêu đề của biểu mẫu này (đã xem: {names})"),
                format!("no sheet has the headings of this form (looked at: {names})"),
            ),
        )
        .help(Text::both(
            "Tải bảng tính mẫu về rồi dán dữ liệu vào; giữ nguyên hàng tiêu đề",
            "download the workbook of this form and paste into it; keep the headings",
        )),
    }
}

fn two_tables(sheet: &BookSheet) -> ImportFinding {
    ImportFinding {
        place: Place::Sheet(sheet.name.clone()),
        confirm: None,
        diagnostic: Diagnostic::error(
            TWO_TABLES,
            Text::both(
                "Có nhiều trang tính cùng mang hàng tiêu đề của biểu mẫu này",
                "several sheets have the headings of this form",
            ),
        )
        .help(Text::both(
            "Chỉ để lại một trang tính; ẩn hoặc xóa các trang còn lại",
            "leave one sheet; hide or remove the others",
        )),
    }
}

fn extra(place: Place, heading: &str) -> ImportFinding {
    ImportFinding {
        place,
        confirm: None,
        diagnostic: note(
            EXTRA,
            format!("Cột `{heading}` không có trong biểu mẫu và không được đọc"),
            format!("column `{heading}` is not part of the form and is not read"),
        ),
    }
}

fn twice(place: Place, heading: &str) -> ImportFinding {
    ImportFinding {
        place,
        confirm: None,
        diagnostic: Diagnostic::error(
            TWICE,
            Text::both(
                format!("Tiêu đề `{heading}` có ở hai cột"),
                format!("the heading `{heading}` stands over two columns"),
            ),
        )
        .help(Text::both("Xóa một trong hai cột", "remove one of the two columns")),
    }
}

fn no_key(place: Place, table: &EntryTable<'_>) -> ImportFinding {
    let form = table.form;
    let names: Vec<String> =
        table.row_key.iter().map(|field| super::layout::heading(form, field)).collect();
    let names = names.join(", ");
    ImportFinding {
        place,
        confirm: None,
        diagnostic: Diagnostic::error(
            NO_KEY,
            Text::both(
                format!("Thiếu cột để biết mỗi dòng là của ai: {names}"),
                format!("a column that tells whose each row is is missing: {names}"),
            ),
        )
        .help(Text::both("Thêm cột này", "add the column")),
    }
}

fn repeated_headings(place: Place) -> ImportFinding {
    ImportFinding {
        place,
        confirm: None,
        diagnostic: note(
            REPEATED,
            "Hàng tiêu đề lặp lại trong bảng được bỏ qua".to_owned(),
            "headings repeated inside the table are passed over".to_owned(),
        ),
    }
}

/// Tells which sheets with something in them were not read.
fn not_read(book: &Book, read: &BookSheet) -> Vec<ImportFinding> {
    let own = |sheet: &&BookSheet| {
        sheet.name == read.name
            || sheet.name == notes::SHEET
            || (sheet.hidden && sheet.name == "Danh mục")
            || sheet.rows.is_empty()
    };
    let others = book.sheets.iter().filter(|sheet| !own(sheet));
    others
        .map(|sheet| {
            let (vi, en) = if sheet.hidden {
                ("Trang tính ẩn này không được đọc", "this hidden sheet is not read")
            } else {
                ("Trang tính này không được đọc", "this sheet is not read")
            };
            ImportFinding {
                place: Place::Sheet(sheet.name.clone()),
                confirm: None,
                diagnostic: note(NOT_READ, vi.to_owned(), en.to_owned()),
            }
        })
        .collect()
}

/// Makes a finding that only informs.
pub(crate) fn note(code: &'static str, vi: String, en: String) -> Diagnostic {
    Diagnostic { severity: Severity::Note, ..Diagnostic::warning(code, Text::both(vi, en)) }
}

/// Returns the text of a cell as it is shown, or nothing.
pub(crate) fn shown_text(sheet: &BookSheet, row: u32, column: u32) -> String {
    sheet.shown(row, column).map(plain).map(|text| tidy(&text)).unwrap_or_default()
}
