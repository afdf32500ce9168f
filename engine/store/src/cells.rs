//! Checks the cells of a table against the fields of a form, before anything is written.
//!
//! Texts are brought into Unicode NFC, and an empty text is a missing cell. Conditions between
//! fields (`when`, `check`) are not looked at here: they belong to the form as a whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::definition::{Field, Form};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::format;
use bieumau_model::nearest;
use bieumau_model::table::{Cells, Table, Value};
use bieumau_model::text::{Locale, Text, nfc};
use regex::Regex;
use rusqlite::Connection;

use crate::codes;
use crate::error::{RecordFinding, StoreError};
use crate::schema::code_table_of;
use crate::shape::{ColumnShape, Kind, Shape};
use crate::sql::quoted;

/// How many findings of one table are listed.
const MOST_FINDINGS: usize = 500;

/// The findings of one table; those beyond the first [`MOST_FINDINGS`] are only counted.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<RecordFinding>,
    more: usize,
}

/// A column of a table together with its field.
pub(crate) struct Given<'a> {
    pub field: &'a Field,
    pub column: &'a ColumnShape,
    /// Cells as they are stored: NFC, no empty text.
    pub cells: Cow<'a, Cells>,
}

/// Which fields a table must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All that are required: whole records.
    Whole,
    /// Those it likes: changes of a record.
    Part,
}

/// Matches the columns of `table` with the fields of `form` and checks every cell.
pub(crate) fn check<'a>(
    conn: &Connection,
    form: &'a Form,
    shape: &'a Shape,
    table: &'a Table,
    extent: Extent,
    compared: &mut Compared,
    findings: &mut Findings,
) -> Result<Vec<Given<'a>>, StoreError> {
    let mut given = Vec::new();
    for column in table.columns() {
        match (form.field(&column.name), shape.column(&column.name)) {
            (Some(field), Some(shape)) => {
                given.push(Given { field, column: shape, cells: stored(&column.cells) });
            }
            _ => findings.add(None, Some(&column.name), unknown_field(form, &column.name)),
        }
    }
    if extent == Extent::Whole && table.rows() > 0 {
        for column in shape.columns.iter().filter(|column| column.required) {
            if table.column(&column.name).is_none() {
                let title = form.field(&column.name).map_or(&form.title, |field| &field.title);
                findings.add(None, Some(&column.name), empty(&place(None, title, &column.name)));
            }
        }
    }
    for part in &given {
        check_column(conn, part, table.rows(), compared, findings)?;
    }
    Ok(given)
}

impl Findings {
    /// Adds a finding about `row` (0-based) and `column`.
    pub fn add(&mut self, row: Option<usize>, column: Option<&str>, diagnostic: Diagnostic) {
        if self.list.len() < MOST_FINDINGS {
            self.list.push(RecordFinding { row, column: column.map(str::to_owned), diagnostic });
        } else {
            self.more += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the error that holds them, in the order of rows; nothing when there are none.
    pub fn into_result(mut self) -> Result<(), StoreError> {
        if self.list.is_empty() {
            return Ok(());
        }
        self.list.sort_by_key(|finding| finding.row);
        if self.more > 0 {
            let more = self.more;
            let words = Text::both(format!("còn {more} lỗi khác"), format!("{more} more findings"));
            let diagnostic = Diagnostic::error(codes::MANY_MORE, words);
            self.list.push(RecordFinding { row: None, column: None, diagnostic });
        }
        Err(StoreError::Records(self.list))
    }
}

/// Brings cells into the form in which they are stored; copies only when it must.
fn stored(cells: &Cells) -> Cow<'_, Cells> {
    let Cells::Text(texts) = cells else { return Cow::Borrowed(cells) };
    let is_stored = |text: &String| {
        !text.is_empty() && (text.is_ascii() || matches!(nfc(text), Cow::Borrowed(_)))
    };
    if texts.iter().flatten().all(is_stored) {
        return Cow::Borrowed(cells);
    }
    let texts = texts
        .iter()
        .map(|text| {
            text.as_ref().filter(|text| !text.is_empty()).map(|text| nfc(text).into_owned())
        })
        .collect();
    Cow::Owned(Cells::Text(texts))
}

/// What cells are compared with, each looked up or compiled once.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    codes: BTreeMap<String, BTreeSet<String>>,
    patterns: BTreeMap<String, Regex>,
}

impl Compared {
    /// Makes sure that what the texts of `column` are compared with is there.
    fn prepare(&mut self, conn: &Connection, column: &ColumnShape) -> Result<(), StoreError> {
        if let Some(list) = &column.codes
            && !self.codes.contains_key(list)
        {
            self.codes.insert(list.clone(), codes_of(conn, list)?);
        }
        if let Some(pattern) = &column.pattern
            && !self.patterns.contains_key(pattern)
        {
            self.patterns.insert(pattern.clone(), anchored(pattern)?);
        }
        Ok(())
    }
}

fn check_column(
    conn: &Connection,
    part: &Given<'_>,
    rows: usize,
    compared: &mut Compared,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let Given { field, column, cells } = part;
    let name = column.name.as_str();
    if !fits(column.kind, cells) {
        let place = place(None, &field.title, name);
        let (vi, en) = kind_words(column.kind);
        findings.add(
            None,
            Some(name),
            wrong(
                codes::CELL_TYPE,
                &place,
                &format!("cột phải là {vi}"),
                &format!("the column must hold {en}"),
            ),
        );
        return Ok(());
    }
    if column.required {
        for row in (0..rows).filter(|row| is_missing(cells, *row)) {
            findings.add(Some(row), Some(name), empty(&place(Some(row), &field.title, name)));
        }
    }
    match cells.as_ref() {
        Cells::Text(texts) => check_texts(conn, part, texts, compared, findings)?,
        Cells::Integer(numbers) | Cells::Decimal { units: numbers, .. } => {
            check_numbers(part, numbers, findings);
        }
        Cells::Date(_) | Cells::Boolean(_) => {}
    }
    Ok(())
}

fn check_texts(
    conn: &Connection,
    part: &Given<'_>,
    texts: &[Option<String>],
    compared: &mut Compared,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let Given { field, column, .. } = part;
    compared.prepare(conn, column)?;
    let pattern = column.pattern.as_ref().and_then(|pattern| compared.patterns.get(pattern));
    let known = column.codes.as_ref().and_then(|list| compared.codes.get(list));
    for (row, text) in texts.iter().enumerate() {
        let Some(text) = text else { continue };
        if let Some(diagnostic) = text_finding(part, row, text, pattern, known) {
            findings.add(Some(row), Some(&field.id), diagnostic);
        }
    }
    Ok(())
}

fn text_finding(
    part: &Given<'_>,
    row: usize,
    text: &str,
    pattern: Option<&Regex>,
    known: Option<&BTreeSet<String>>,
) -> Option<Diagnostic> {
    let Given { field, column, .. } = part;
    let place = || place(Some(row), &field.title, &column.name);
    let shown: String = text.chars().take(40).collect();
    if let Some(known) = known {
        return (!known.contains(text)).then(|| {
            let mut finding = wrong(
                codes::CELL_CODE,
                &place(),
                &format!("danh mục không có mã `{shown}`"),
                &format!("the list has no code `{shown}`"),
            );
            // Numbers resemble each other without meaning anything by it.
            if text.chars().any(char::is_alphabetic) {
                finding.help = nearest::help(text, known.iter().map(String::as_str));
            }
            finding
        });
    }
    if text.chars().any(|ch| ch.is_control() && !['\n', '\r', '\t'].contains(&ch)) {
        let (vi, en) = ("có ký tự điều khiển", "it holds a control character");
        return Some(wrong(codes::CELL_TYPE, &place(), vi, en));
    }
    if let Some(most) = column.max_length
        && text.len() > most
        && text.chars().count() > most
    {
        let vi = format!("dài {} ký tự, nhiều nhất là {most}", text.chars().count());
        let en = format!("it has {} characters, at most {most} are allowed", text.chars().count());
        return Some(wrong(codes::CELL_LENGTH, &place(), &vi, &en));
    }
    let matches = pattern.is_none_or(|pattern| pattern.is_match(text));
    (!matches).then(|| {
        let wanted = column.pattern.as_deref().unwrap_or_default();
        wrong(
            codes::CELL_PATTERN,
            &place(),
            &format!("`{shown}` không đúng mẫu `{wanted}`"),
            &format!("`{shown}` does not match `{wanted}`"),
        )
    })
}

fn check_numbers(part: &Given<'_>, numbers: &[Option<i64>], findings: &mut Findings) {
    let Given { field, column, .. } = part;
    if column.min.is_none() && column.max.is_none() {
        return;
    }
    let shown = |number: i64| match column.kind {
        Kind::Decimal(scale) => format::decimal(number, scale),
        _ => number.to_string(),
    };
    for (row, number) in numbers.iter().enumerate() {
        let Some(number) = *number else { continue };
        let (vi, en) = match (column.min, column.max) {
            (Some(min), _) if number < min => ("nhỏ nhất", "the least is"),
            (_, Some(max)) if number > max => ("lớn nhất", "the greatest is"),
            _ => continue,
        };
        let bound =
            column.min.filter(|min| number < *min).or(column.max).map_or(String::new(), shown);
        let finding = wrong(
            codes::CELL_BOUNDS,
            &place(Some(row), &field.title, &column.name),
            &format!("{} vượt giới hạn, {vi} là {bound}", shown(number)),
            &format!("{} is out of bounds, {en} {bound}", shown(number)),
        );
        findings.add(Some(row), Some(&field.id), finding);
    }
}

/// Compiles a pattern that must match the whole text.
pub(crate) fn anchored(pattern: &str) -> Result<Regex, StoreError> {
    Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| StoreError::Inconsistent(format!("pattern `{pattern}`: {error}")))
}

fn codes_of(conn: &Connection, list: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut statement =
        conn.prepare(&format!("SELECT code FROM {}", quoted(&code_table_of(list))))?;
    let codes = statement.query_map([], |row| row.get(0))?;
    Ok(codes.collect::<rusqlite::Result<_>>()?)
}

/// Returns whether the cells are of the kind, in the scale, that the column stores.
fn fits(kind: Kind, cells: &Cells) -> bool {
    Kind::from(cells.kind()) == kind
}

/// Returns whether the cell in `row` is missing.
pub(crate) fn is_missing(cells: &Cells, row: usize) -> bool {
    match cells {
        Cells::Text(cells) => cells[row].is_none(),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => cells[row].is_none(),
        Cells::Date(cells) => cells[row].is_none(),
        Cells::Boolean(cells) => cells[row].is_none(),
    }
}

/// Where a finding is, in both languages: `dòng 3, Họ và tên` and `row 3, full_name`.
pub(crate) fn place(row: Option<usize>, title: &Text, column: &str) -> (String, String) {
    let (vi, en) = match row {
        Some(row) => (format!("dòng {}, ", row + 1), format!("row {}, ", row + 1)),
        None => (String::new(), String::new()),
    };
    (format!("{vi}{} (`{column}`)", title.get(Locale::Vi)), format!("{en}`{column}`"))
}

/// Makes a finding at `place`.
pub(crate) fn wrong(
    code: &'static str,
    place: &(String, String),
    vi: &str,
    en: &str,
) -> Diagnostic {
    Diagnostic::error(code, Text::both(format!("{}: {vi}", place.0), format!("{}: {en}", place.1)))
}

fn empty(place: &(String, String)) -> Diagnostic {
    wrong(codes::CELL_EMPTY, place, "phải điền", "it must be filled")
}

fn unknown_field(form: &Form, name: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        codes::FIELD_UNKNOWN,
        Text::both(
            format!("biểu mẫu `{}` không có trường `{name}`", form.id),
            format!("form `{}` has no field `{name}`", form.id),
        ),
    );
    diagnostic.help = nearest::help(name, form.fields().map(|field| field.id.as_str()));
    diagnostic
}

/// Names a kind in both languages.
pub(crate) fn kind_words(kind: Kind) -> (String, String) {
    match kind {
        Kind::Text => ("chữ".to_owned(), "text".to_owned()),
        Kind::Integer => ("số nguyên".to_owned(), "whole numbers".to_owned()),
        Kind::Decimal(scale) => {
            (format!("số thập phân {scale} chữ số lẻ"), format!("decimals of scale {scale}"))
        }
        Kind::Date => ("ngày".to_owned(), "dates".to_owned()),
        Kind::Boolean => ("có hoặc không".to_owned(), "yes or no".to_owned()),
    }
}

/// Shows a value in a message.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Missing => "—".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal { units, scale } => format::decimal(*units, *scale),
        Value::Date(date) => format::date_iso(*date),
        Value::Boolean(true) => "có".to_owned(),
        Value::Boolean(false) => "không".to_owned(),
    }
}
