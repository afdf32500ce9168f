//! A grid as a page shows it: columns, pupils, what stands in each cell, and what is closed.

use bieumau_model::definition::{Field, FieldType};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::format::date_short;
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;

use super::averages::Averages;
use super::labels::{Labels, list_of, typed};
use super::rows::fixed_words;
use super::{EntryRow, EntryTable};
use crate::parameters::RawParameters;
use crate::problem::{Problem, ProblemKind};
use crate::records::key_text;
use crate::site::Site;

/// A form that is filled in, as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct EntryForm {
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Version of the definition.
    pub version: u32,
    /// Whether it is filled in as a grid of a class.
    pub is_grid: bool,
    /// What is chosen before, in order.
    pub parameters: Vec<String>,
}

/// A grid with its rows.
#[derive(Debug, Clone, Serialize)]
pub struct EntryGrid {
    /// Form.
    pub form: String,
    /// Version of the form.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// What it is about: school, class, subject, term, in words.
    pub about: Vec<String>,
    /// Columns in order.
    pub columns: Vec<EntryColumn>,
    /// Pupils in the order of names.
    pub rows: Vec<EntryLine>,
    /// Heading of the average, when a rule gives one.
    pub average: Option<Text>,
}

/// A column.
#[derive(Debug, Clone, Serialize)]
pub struct EntryColumn {
    /// Field.
    pub id: String,
    /// Heading.
    pub title: Text,
    /// Hint.
    pub hint: Option<Text>,
    /// `text`, `integer`, `decimal`, `date`, `boolean` or `choice`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Digits behind the comma.
    pub scale: u8,
    /// Least value, in units of the last digit.
    pub min: Option<i64>,
    /// Greatest value, in units of the last digit.
    pub max: Option<i64>,
    /// Greatest length of a text.
    pub max_length: Option<usize>,
    /// What may be chosen.
    pub choices: Vec<EntryChoice>,
}

/// A code.
#[derive(Debug, Clone, Serialize)]
pub struct EntryChoice {
    /// Code.
    pub code: String,
    /// What stands in the cell.
    pub label: String,
    /// Full name.
    pub name: String,
}

/// A pupil with the values of the record.
#[derive(Debug, Clone, Serialize)]
pub struct EntryLine {
    /// Pupil, or what else tells the row apart.
    pub pupil: String,
    /// Key of the record as it stands in addresses, also when there is none yet.
    pub key: String,
    /// Number in the class.
    pub number: Option<i64>,
    /// Name.
    pub name: String,
    /// Date of birth, dd/mm/yyyy.
    pub birth_date: Option<String>,
    /// Status, when the pupil does not simply attend.
    pub status: Option<Text>,
    /// Revision of the record; `null` when there is none yet.
    pub revision: Option<i64>,
    /// Values as they are typed, by field.
    pub values: IndexMap<String, String>,
    /// Why a cell may not be written into, by field.
    pub closed: IndexMap<String, Text>,
    /// Average, as it is printed.
    pub average: Option<String>,
}

impl Site {
    /// Returns the grid of `form` under the given parameters, as `caller` sees it and may write it
    /// at `now`.
    pub fn entry_grid(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        now: Timestamp,
    ) -> Result<EntryGrid, Problem> {
        let mut table = self.entry_table(caller, form, parameters, now)?;
        need_roll(&table)?;
        self.trim_columns(caller, &mut table)?;
        let averages = self.averages(caller, &table)?;
        let labels: Vec<Option<Labels>> =
            table.columns.iter().map(|field| self.labels(field)).collect();
        Ok(EntryGrid {
            form: table.form.id.clone(),
            version: table.form.version,
            title: table.form.title.clone(),
            about: fixed_words(self, caller, &table),
            columns: table
                .columns
                .iter()
                .zip(&labels)
                .map(|(field, labels)| column(field, labels.as_ref()))
                .collect(),
            rows: table.rows.iter().map(|row| grid_row(&table, row, &labels, &averages)).collect(),
            average: averages.title.clone(),
        })
    }

    /// Returns how the codes of a field are shown today.
    pub(crate) fn labels(&self, field: &Field) -> Option<Labels> {
        list_of(field).map(|list| Labels::of(self.catalog(), list, self.today()))
    }
}

/// Refuses what is no grid of a class.
pub(super) fn need_roll(table: &EntryTable<'_>) -> Result<(), Problem> {
    if table.is_roll {
        return Ok(());
    }
    let wanted = super::bind::parameter_names(table.form);
    let missing: Vec<&str> =
        wanted.iter().filter(|name| !table.fixed.contains_key(*name)).map(String::as_str).collect();
    Err(Problem::new(
        ProblemKind::BadInput,
        "J285",
        format!("Chưa đủ thông tin để mở bảng nhập: thiếu {}", missing.join(", ")),
        format!("the grid needs more: {}", missing.join(", ")),
    )
    .help(
        "Chọn trường, năm học, lớp, môn và học kì",
        "choose school, year, class, subject and term",
    ))
}

/// Returns one row as a page shows it.
pub(super) fn grid_row(
    table: &EntryTable<'_>,
    row: &EntryRow,
    labels: &[Option<Labels>],
    averages: &Averages,
) -> EntryLine {
    let pupil = row.key.first().map(|key| typed(key, None)).unwrap_or_default();
    let shown = |at: usize| typed(&row.values[at], labels[at].as_ref());
    let ids = || table.columns.iter().map(|field| field.id.clone());
    EntryLine {
        number: row.person.as_ref().and_then(|person| person.number),
        name: row.person.as_ref().map(|person| person.name.clone()).unwrap_or_default(),
        birth_date: row.person.as_ref().and_then(|person| person.birth_date).map(date_short),
        status: row.person.as_ref().and_then(|person| person.status.clone()),
        revision: row.revision,
        values: ids().enumerate().map(|(at, id)| (id, shown(at))).collect(),
        closed: ids()
            .zip(&row.closed)
            .filter_map(|(id, why)| Some((id, sentence(why.as_ref()?))))
            .collect(),
        average: averages.of(&pupil).map(str::to_owned),
        key: key_text(&table.key_of(&row.key)),
        pupil,
    }
}

/// Why a cell is closed, and what to do about it, in one text.
fn sentence(why: &Diagnostic) -> Text {
    let both = |locale| match &why.help {
        Some(help) => format!("{}. {}", why.message.get(locale), help.get(locale)),
        None => why.message.get(locale).to_owned(),
    };
    Text::both(both(Locale::Vi), both(Locale::En))
}

fn column(field: &Field, labels: Option<&Labels>) -> EntryColumn {
    let mut column = EntryColumn {
        id: field.id.clone(),
        title: field.title.clone(),
        hint: field.hint.clone(),
        kind: "text",
        scale: 0,
        min: None,
        max: None,
        max_length: None,
        choices: Vec::new(),
    };
    match &field.kind {
        FieldType::Text { max_length, .. } => column.max_length = *max_length,
        FieldType::Integer { min, max } => {
            (column.kind, column.min, column.max) = ("integer", *min, *max);
        }
        FieldType::Decimal { scale, min, max } => {
            (column.kind, column.scale, column.min, column.max) = ("decimal", *scale, *min, *max);
        }
        FieldType::Date => column.kind = "date",
        FieldType::Boolean => column.kind = "boolean",
        FieldType::Choice { .. } => column.kind = "choice",
        _ => {}
    }
    let entries = labels.into_iter().flat_map(|labels| &labels.entries);
    column.choices = entries
        .map(|entry| EntryChoice {
            code: entry.code.clone(),
            label: entry.label.clone(),
            name: entry.name.clone(),
        })
        .collect();
    if let Some(title) = field.title.get(Locale::Vi).strip_prefix("Nhận xét ") {
        // The heading of the paper form is a sentence; in a grid it would be a wall.
        column.hint = column.hint.or_else(|| Some(Text::from(format!("Nhận xét {title}"))));
        column.title = Text::both("Nhận xét", "Comment");
    }
    column
}
