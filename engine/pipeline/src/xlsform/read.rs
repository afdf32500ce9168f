//! Reads the sheets of an XLSForm: rows by heading, each with its place.

use std::collections::BTreeMap;
use std::io::Cursor;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::{Text, nfc};
use calamine::{Data, Reader, open_workbook_auto_from_rs};

/// The sheets that say something.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    pub survey: Sheet,
    pub choices: Sheet,
    pub settings: Sheet,
}

/// A sheet with a row of headings.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Name as it is written.
    pub name: String,
    /// Headings in one spelling, with the letter of their column.
    pub headings: Vec<(String, String)>,
    pub rows: Vec<Row>,
}

/// A row that is not blank.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// 1-based, as a spreadsheet shows it.
    pub number: usize,
    /// Texts by heading.
    cells: BTreeMap<String, String>,
}

/// The workbook cannot be read at all.
pub(super) const NOT_A_WORKBOOK: &str = "J140";
/// A sheet is missing or has no headings.
pub(super) const SHEET: &str = "J141";
/// A row cannot be understood.
pub(super) const ROW: &str = "J142";
/// Something was not taken over.
pub(super) const LEFT_OUT: &str = "J143";

impl Row {
    /// Returns the text under `heading`.
    pub fn get(&self, heading: &str) -> Option<&str> {
        self.cells.get(heading).map(String::as_str)
    }

    /// Walks over the headings and texts.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cells.iter().map(|(heading, text)| (heading.as_str(), text.as_str()))
    }
}

impl Sheet {
    /// Returns the place of a cell: `survey!C5`; of the row when the heading is not there.
    pub fn place(&self, row: &Row, heading: &str) -> String {
        match self.headings.iter().find(|(own, _)| own == heading) {
            Some((_, column)) => format!("{}!{column}{}", self.name, row.number),
            None => format!("{}!{}", self.name, row.number),
        }
    }
}

/// Makes an error at a place.
pub(super) fn error(code: &'static str, place: &str, vi: &str, en: &str) -> Diagnostic {
    Diagnostic::error(code, Text::both(format!("{place}: {vi}"), format!("{place}: {en}")))
}

/// Tells that something was not taken over.
pub(super) fn left_out(place: &str, vi: &str, en: &str) -> Diagnostic {
    Diagnostic::warning(LEFT_OUT, Text::both(format!("{place}: {vi}"), format!("{place}: {en}")))
}

/// Reads the workbook in `bytes`.
pub(super) fn workbook(bytes: &[u8]) -> Result<Workbook, Diagnostics> {
    let mut opened = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|_| {
        Diagnostics::from(Diagnostic::error(
            NOT_A_WORKBOOK,
            Text::both("tệp không phải bảng tính đọc được", "the file is no readable workbook"),
        ))
    })?;
    let names = opened.sheet_names();
    let mut workbook = Workbook::default();
    let mut findings = Diagnostics::default();
    for (wanted, required) in [("survey", true), ("choices", false), ("settings", false)] {
        let found = names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted));
        let Some(name) = found else {
            if required {
                findings.push(no_survey(&names));
            }
            continue;
        };
        let Ok(range) = opened.worksheet_range(name) else {
            findings.push(error(
                SHEET,
                name,
                "không đọc được trang tính",
                "the sheet cannot be read",
            ));
            continue;
        };
        let first = range.start().unwrap_or((0, 0));
        let rows = range.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>()).collect();
        let sheet = sheet(name, rows, first, &mut findings);
        match wanted {
            "survey" => workbook.survey = sheet,
            "choices" => workbook.choices = sheet,
            _ => workbook.settings = sheet,
        }
    }
    if findings.has_errors() { Err(findings) } else { Ok(workbook) }
}

fn no_survey(names: &[String]) -> Diagnostic {
    let names = names.join(", ");
    error(SHEET, "survey", "thiếu trang tính `survey`", "the sheet `survey` is missing").help(
        Text::both(
            format!("các trang có trong tệp: {names}"),
            format!("sheets of the file: {names}"),
        ),
    )
}

fn sheet(
    name: &str,
    rows: Vec<Vec<String>>,
    first: (u32, u32),
    findings: &mut Diagnostics,
) -> Sheet {
    let mut sheet = Sheet { name: name.to_owned(), ..Sheet::default() };
    let number = |at: usize| first.0 as usize + at + 1;
    let mut rows =
        rows.into_iter().enumerate().filter(|(_, row)| row.iter().any(|text| !text.is_empty()));
    let Some((at, headings)) = rows.next() else {
        if name.trim().eq_ignore_ascii_case("survey") {
            let (vi, en) = ("trang tính trống", "the sheet is empty");
            findings.push(error(SHEET, name, vi, en));
        }
        return sheet;
    };
    for (column, text) in headings.iter().enumerate() {
        let heading = spelled(text);
        let letter = letters(first.1 as usize + column);
        if !heading.is_empty() && sheet.headings.iter().any(|(own, _)| *own == heading) {
            findings.push(error(
                SHEET,
                &format!("{name}!{letter}{}", number(at)),
                &format!("tiêu đề `{text}` có hai lần"),
                &format!("the heading `{text}` stands twice"),
            ));
        }
        sheet.headings.push((heading, letter));
    }
    for (at, row) in rows {
        let cells = sheet.headings.iter().zip(row);
        let cells = cells.filter(|((heading, _), text)| !heading.is_empty() && !text.is_empty());
        let cells: BTreeMap<String, String> =
            cells.map(|((heading, _), text)| (heading.clone(), text)).collect();
        if !cells.is_empty() {
            sheet.rows.push(Row { number: number(at), cells });
        }
    }
    sheet
}

/// Brings a heading into one spelling: `Constraint Message::Vietnamese (vi)` becomes
/// `constraint_message::vi`.
fn spelled(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let (base, language) = match lower.split_once(':') {
        Some((base, rest)) => {
            (base.trim().to_owned(), Some(rest.trim_matches([':', ' ']).to_owned()))
        }
        None => (lower, None),
    };
    let base = base.replace([' ', '-'], "_");
    // `bind::relevant` and `control::appearance` are older ways to write the second word.
    let (base, language) = match (base.as_str(), language) {
        ("bind" | "control" | "body", Some(inner)) => {
            let inner = inner.strip_prefix("jr:").unwrap_or(&inner);
            match inner.split_once(':') {
                Some((inner, rest)) => {
                    (inner.trim().to_owned(), Some(rest.trim_matches([':', ' ']).to_owned()))
                }
                None => (inner.to_owned(), None),
            }
        }
        (_, language) => (base, language),
    };
    let base = match base.as_str() {
        "caption" => "label",
        "relevance" => "relevant",
        "command" => "type",
        "tag" | "value" => "name",
        "calculate" => "calculation",
        "list" => "list_name",
        "constraintmsg" => "constraint_message",
        "requiredmsg" => "required_message",
        "id_string" => "form_id",
        "title" => "form_title",
        "read_only" => "readonly",
        other => other,
    };
    match language {
        None => base.to_owned(),
        Some(language) => {
            // `Tiếng Việt (vi)`: the code in parentheses says it best.
            let code = language.rsplit_once('(').map(|(_, code)| code.trim_end_matches(')').trim());
            let code = match code.unwrap_or(language.as_str()) {
                "vietnamese" | "tiếng việt" | "vn" => "vi",
                "english" | "tiếng anh" => "en",
                other => other,
            };
            format!("{base}::{code}")
        }
    }
}

/// Writes a cell as text: whole numbers without a point, yes and no as spreadsheets show them.
fn cell(data: &Data) -> String {
    let text = match data {
        Data::Empty => String::new(),
        Data::Float(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        other => other.to_string(),
    };
    nfc(text.trim()).into_owned()
}

/// The letters of a 0-based column: A, B, …, Z, AA.
fn letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        column /= 26;
        if column == 0 {
            break;
        }
        column -= 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_one_spelling() {
        for (written, heading) in [
            ("Label::Tiếng Việt (vi)", "label::vi"),
            ("label:English", "label::en"),
            (" Constraint Message ", "constraint_message"),
            ("relevance", "relevant"),
            ("bind::relevant", "relevant"),
            ("bind:jr:constraintMsg", "constraint_message"),
            ("list name", "list_name"),
            ("Choice-Filter", "choice_filter"),
            ("label", "label"),
        ] {
            assert_eq!(spelled(written), heading, "{written}");
        }
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!(
            [0, 25, 26, 51, 52, 701, 702].map(letters),
            ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
        );
    }
}
