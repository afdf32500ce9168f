//! Finds out whose a row of a workbook is: by the code, or by name and date of birth.

use std::collections::HashMap;

use bieumau_model::definition::FieldType;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::format::date_short;
use bieumau_model::table::Value;
use bieumau_model::text::Text;

use super::book::Content;
use super::layout::What;
use super::letters::{same_name, tidy};
use super::place::ImportFinding;
use super::read::{Entered, lost_zero, plain, read, unreadable, written_day};
use super::sheet::{Found, note, shown_text};
use crate::entry_table::{EntryTable, Person, typed};

/// The row is nobody's, or of somebody who is not in the class.
const NOBODY: &str = "J261";
/// The name or the date of birth is another one than the pupil's.
const OTHER_PERSON: &str = "J264";
/// The row is of another class, or another point of assessment.
const ELSEWHERE: &str = "J278";
/// A row without a code and without an entry.
const PASSED_OVER: &str = "J277";

/// The word by which a row with another name is confirmed.
const CONFIRM_NAME: &str = "other_name";

/// The pattern of the ministry's code of a pupil (regulations 6.2).
const PUPIL_CODE: &str = "[0-9]{10}";

/// Whose a row is.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    /// Row of the entry table; `None` for a new record.
    pub row: Option<usize>,
    /// Values of the row's key fields.
    pub key: Vec<Value>,
    /// For people.
    pub label: String,
}

/// Returns whose `row` is, and what there is to tell about that.
pub(crate) fn owner(
    found: &Found<'_>,
    table: &EntryTable<'_>,
    known: &Known,
    row: u32,
    from_1904: bool,
) -> (Option<Owner>, Vec<ImportFinding>) {
    if table.is_roll {
        let reader = RollRow { found, table, known, row, from_1904 };
        return reader.owner();
    }
    listed(found, table, known, row, from_1904)
}

/// The rows of the table by their keys, as they are typed.
pub(crate) type Known = HashMap<Vec<String>, usize>;

struct RollRow<'a> {
    found: &'a Found<'a>,
    table: &'a EntryTable<'a>,
    known: &'a Known,
    row: u32,
    from_1904: bool,
}

impl RollRow<'_> {
    fn owner(&self) -> (Option<Owner>, Vec<ImportFinding>) {
        let code = self.code();
        if code.is_empty() && !self.has_entry() {
            return (None, vec![self.at(self.key_column(), passed_over())]);
        }
        let pattern = self.table.is_of_pupils().then_some(PUPIL_CODE);
        if let Err(diagnostic) = lost_zero(&code, pattern) {
            return (None, vec![self.at(self.key_column(), diagnostic)]);
        }
        let by_code = || self.known.get([code.clone()].as_slice()).copied();
        let at = if code.is_empty() { self.by_name() } else { by_code() };
        let Some(at) = at else {
            return (None, vec![self.at(self.key_column(), self.nobody(&code))]);
        };
        let entry = &self.table.rows[at];
        let mut findings = self.elsewhere();
        if let (false, Some(person)) = (code.is_empty(), &entry.person) {
            findings.extend(self.other_person(person));
        }
        let label = entry.person.as_ref().map(|person| person.name.clone()).unwrap_or_default();
        (Some(Owner { row: Some(at), key: entry.key.clone(), label }), findings)
    }

    /// The code as text; a program may have made a number of it.
    fn code(&self) -> String {
        let column = self.found.column(&What::Key(0));
        column.map(|column| shown_text(self.found.sheet, self.row, column)).unwrap_or_default()
    }

    fn name(&self) -> String {
        let column = self.found.column(&What::Name);
        column.map(|column| shown_text(self.found.sheet, self.row, column)).unwrap_or_default()
    }

    fn birth_date(&self) -> Option<jiff::civil::Date> {
        let column = self.found.column(&What::BirthDate)?;
        match self.found.sheet.shown(self.row, column)? {
            Content::Date(date) => Some(*date),
            Content::Number(serial) => super::book::day_of(serial, self.from_1904),
            Content::Text(text) => written_day(text),
            _ => None,
        }
    }

    fn by_name(&self) -> Option<usize> {
        let (name, born) = (self.name(), self.birth_date()?);
        let is =
            |person: &Person| same_name(&person.name, &name) && person.birth_date == Some(born);
        let mut found = self
            .table
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.person.as_ref().is_some_and(is))
            .map(|(at, _)| at);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn has_entry(&self) -> bool {
        let mut entries = self
            .found
            .columns
            .iter()
            .filter(|(_, what)| matches!(what, What::Field(_) | What::Ongoing));
        entries.any(|(column, _)| self.found.sheet.at(self.row, *column).is_some())
    }

    fn key_column(&self) -> u32 {
        let first = self.found.columns.first().map_or(0, |(column, _)| *column);
        let own = self.found.column(&What::Key(0)).or_else(|| self.found.column(&What::Name));
        own.unwrap_or(first)
    }

    fn at(&self, column: u32, diagnostic: Diagnostic) -> ImportFinding {
        ImportFinding::new(self.found.place(self.row, column), diagnostic)
    }

    fn nobody(&self, code: &str) -> Diagnostic {
        let name = self.name();
        let same =
            self.table.rows.iter().find(|row| {
                row.person.as_ref().is_some_and(|person| same_name(&person.name, &name))
            });
        let (vi, en) = if code.is_empty() {
            (
                format!(
                    "Dòng không có mã học sinh, và không tìm được một học sinh duy nhất tên `{name}` trong lớp"
                ),
                format!(
                    "the row has no pupil code, and not exactly one pupil of the class is called `{name}`"
                ),
            )
        } else {
            (
                format!("Lớp này không có học sinh mã `{code}`"),
                format!("the class has no pupil with the code `{code}`"),
            )
        };
        let finding = Diagnostic::error(NOBODY, Text::both(vi, en));
        match same.and_then(|row| row.key.first()).filter(|_| !name.is_empty()) {
            Some(key) => {
                let key = typed(key, None);
                finding.help(Text::both(
                    format!("Có phải `{name}`, mã `{key}` không?"),
                    format!("is it `{name}`, code `{key}`?"),
                ))
            }
            None => finding.help(Text::both(
                "Xem lại mã, hoặc xóa dòng này khỏi tệp",
                "check the code, or remove the row from the file",
            )),
        }
    }

    /// Tells when name or birthday are not those of the pupil with that code.
    fn other_person(&self, person: &Person) -> Vec<ImportFinding> {
        let mut findings = Vec::new();
        let name = self.name();
        if let (Some(column), false) =
            (self.found.column(&What::Name), name.is_empty() || same_name(&name, &person.name))
        {
            findings.push(self.differs(column, &person.name, &name));
        }
        if let (Some(column), Some(found), Some(own)) =
            (self.found.column(&What::BirthDate), self.birth_date(), person.birth_date)
            && found != own
        {
            findings.push(self.differs(column, &date_short(own), &date_short(found)));
        }
        findings
    }

    fn differs(&self, column: u32, own: &str, found: &str) -> ImportFinding {
        let diagnostic = Diagnostic::warning(
            OTHER_PERSON,
            Text::both(
                format!("Mã này là của `{own}`, trong tệp ghi `{found}`"),
                format!("the code belongs to `{own}`, the file says `{found}`"),
            ),
        )
        .help(Text::both(
            "Xem lại có nhầm dòng không; nếu đúng thì xác nhận và ghi lý do",
            "check that the row is the right one; if so, confirm it with a reason",
        ));
        ImportFinding::to_confirm(self.found.place(self.row, column), CONFIRM_NAME, diagnostic)
    }

    /// Refuses rows of another class or another point of assessment.
    fn elsewhere(&self) -> Vec<ImportFinding> {
        let class = self.table.fixed.get("class").map(|class| typed(class, None));
        let Some((column, class)) = self.found.column(&What::Class).zip(class) else {
            return Vec::new();
        };
        let shown = shown_text(self.found.sheet, self.row, column);
        let plain = |text: &str| super::letters::folded(text).trim_start_matches("lớp").to_owned();
        if shown.is_empty() || plain(&shown) == plain(&class) {
            return Vec::new();
        }
        let diagnostic = Diagnostic::error(
            ELSEWHERE,
            Text::both(
                format!("Dòng này của lớp `{shown}`, đang nhập cho lớp `{class}`"),
                format!("the row is of class `{shown}`, class `{class}` is being filled in"),
            ),
        )
        .help(Text::both("Tách mỗi lớp một tệp", "make one file for each class"));
        vec![self.at(column, diagnostic)]
    }
}

fn passed_over() -> Diagnostic {
    note(
        PASSED_OVER,
        "Dòng không có mã và không có dữ liệu nhập được bỏ qua".to_owned(),
        "a row without a code and without an entry is passed over".to_owned(),
    )
}

/// Returns the key that a row of a list names, and the record that has it.
fn listed(
    found: &Found<'_>,
    table: &EntryTable<'_>,
    known: &Known,
    row: u32,
    from_1904: bool,
) -> (Option<Owner>, Vec<ImportFinding>) {
    let mut findings = Vec::new();
    let mut key = Vec::with_capacity(table.row_key.len());
    for (at, field) in table.row_key.iter().enumerate() {
        let Some(column) = found.column(&What::Key(at)) else { return (None, findings) };
        let place = found.place(row, column);
        let pattern = matches!(&field.kind, FieldType::Reference { to } if to == "pupil");
        let content = found.sheet.at(row, column);
        let zero = content.map_or(Ok(()), |content| {
            lost_zero(&tidy(&plain(content)), pattern.then_some(PUPIL_CODE))
        });
        let reading = match (content, zero) {
            (_, Err(diagnostic)) => Err(diagnostic),
            (None, Ok(())) => Err(missing_key(&field.title)),
            (Some(content), Ok(())) => read(content, field, None, from_1904),
        };
        match reading.map(|reading| reading.entered) {
            Ok(Entered::Value(value)) => key.push(value),
            Ok(Entered::Text(text))
                if field.kind.column_type() == bieumau_model::table::ColumnType::Text =>
            {
                key.push(Value::Text(super::letters::mend(&tidy(&text))));
            }
            Ok(Entered::Text(text)) => {
                findings.push(ImportFinding::new(place, unreadable(&field.title, &text)));
            }
            Err(diagnostic) => findings.push(ImportFinding::new(place, diagnostic)),
        }
    }
    if key.len() < table.row_key.len() {
        return (None, findings);
    }
    let name: Vec<String> = key.iter().map(|value| typed(value, None)).collect();
    let at = known.get(&name).copied();
    let label = name.join(" / ");
    (Some(Owner { row: at, key, label }), findings)
}

fn missing_key(title: &Text) -> Diagnostic {
    use bieumau_model::text::Locale;
    Diagnostic::error(
        NOBODY,
        Text::both(
            format!("Dòng thiếu {}", title.get(Locale::Vi)),
            format!("the row lacks {}", title.get(Locale::En)),
        ),
    )
    .help(Text::both("Điền ô này, hoặc xóa cả dòng", "fill the cell, or remove the whole row"))
}
