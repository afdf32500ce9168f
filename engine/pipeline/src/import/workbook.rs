//! Makes the workbook of a form: what is filled in, under the headings of a template, with
//! everything that lets it be taken back safely.

use bieumau_model::definition::{Field, FieldType};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use bieumau_render::{
    Entry, FormCell, FormColumn, FormList, FormValue, FormWorkbook, form_workbook,
};
use jiff::Timestamp;
use serde_json::json;

use super::layout::{LayoutColumn, Template, What, layout, section};
use super::notes::{self, NotedRow, Notes};
use crate::entry_table::{
    Averages, EntryRow, EntryTable, Labels, NO, YES, fixed_words, list_of, typed,
};
use crate::parameters::RawParameters;
use crate::problem::{Problem, ProblemKind};
use crate::render::Document;
use crate::site::Site;

/// Empty rows for new records, where records may be added.
const SPARE_ROWS: usize = 200;

/// How many reasons for closed cells, and how many pupils with each, stand above the table.
const MOST_REASONS: usize = 8;
const MOST_NAMES: usize = 5;

/// The longest name of a sheet.
const LONGEST_SHEET_NAME: usize = 31;

impl Site {
    /// Makes the workbook of `form` under the given parameters, with what `caller` sees in it.
    pub fn workbook(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        template: Template,
        now: Timestamp,
    ) -> Result<Document, Problem> {
        let mut table = self.entry_table(caller, form, parameters, now)?;
        check_template(&table, template)?;
        let mut averages = Averages::default();
        if template == Template::Own {
            self.trim_columns(caller, &mut table)?;
        } else {
            averages = self.averages(caller, &table)?;
        }
        let content = self.content(caller, &table, template, &averages, parameters);
        let bytes = form_workbook(&content).map_err(|error| not_written(form, &error))?;
        Ok(Document {
            bytes,
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            file_name: file_name(form, parameters),
            pages: None,
            findings: Vec::new(),
            plugins: Vec::new(),
        })
    }

    /// Makes a workbook and notes in the audit who took it: it holds names and marks. The line is
    /// there before the workbook leaves.
    pub fn workbook_noted(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        template: Template,
        now: Timestamp,
    ) -> Result<Document, Problem> {
        let document = self.workbook(caller, form, parameters, template, now)?;
        let details = json!({"form": form, "parameters": parameters});
        self.note(caller, "workbook_made", 1, &details, now)?;
        Ok(document)
    }

    fn content(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
        template: Template,
        averages: &Averages,
        parameters: &RawParameters,
    ) -> FormWorkbook {
        let columns = layout(table, template);
        let mut lists = Lists { site: self, made: Vec::new(), ids: Vec::new() };
        let made: Vec<FormColumn> =
            columns.iter().map(|column| form_column(table, column, &mut lists)).collect();
        let labels: Vec<Option<Labels>> =
            table.columns.iter().map(|field| self.labels(field)).collect();
        let point = table.form.field("point").and_then(|field| self.labels(field));
        let point = match (table.fixed.get("point"), &point) {
            (Some(value), Some(labels)) => typed(value, Some(labels)),
            _ => String::new(),
        };
        let context = Context { table, labels: &labels, averages, point: &point };
        let rows = table
            .rows
            .iter()
            .enumerate()
            .map(|(number, row)| {
                let cell = |column: &LayoutColumn| form_cell(&context, number, row, column);
                columns.iter().map(cell).collect()
            })
            .collect();
        let sheet = sheet_name(table);
        FormWorkbook {
            heading: match template {
                Template::Own => heading_lines(self, caller, table),
                _ => Vec::new(),
            },
            columns: made,
            rows,
            spare_rows: if table.is_roll { 0 } else { SPARE_ROWS },
            lists: lists.made,
            notes_sheet: notes::SHEET.to_owned(),
            notes: noted(table, &sheet, &labels, parameters).write(),
            sheet,
        }
    }
}

/// The drop-down lists of a workbook, each once.
struct Lists<'s> {
    site: &'s Site,
    made: Vec<FormList>,
    ids: Vec<String>,
}

impl Lists<'_> {
    /// Returns the place of the list of a field, which is added when it is new.
    fn of(&mut self, field: &Field) -> Option<usize> {
        let (id, title, labels) = match &field.kind {
            FieldType::Boolean => {
                let labels = [YES, NO].map(str::to_owned).into();
                ("", "Có hay không".to_owned(), labels)
            }
            _ => {
                let id = list_of(field)?;
                let list = self.site.catalog().code_lists.get(id)?;
                let labels = Labels::of(self.site.catalog(), id, self.site.today());
                let labels = labels.entries.into_iter().map(|entry| entry.label).collect();
                (id, list.title.get(Locale::Vi).to_owned(), labels)
            }
        };
        if let Some(at) = self.ids.iter().position(|own| own == id) {
            return Some(at);
        }
        self.ids.push(id.to_owned());
        self.made.push(FormList { title, labels });
        Some(self.made.len() - 1)
    }
}

fn check_template(table: &EntryTable<'_>, template: Template) -> Result<(), Problem> {
    if template == Template::Own || (template.fits(&table.form.id) && table.is_roll) {
        return Ok(());
    }
    let listed: Vec<&str> =
        Template::of_form(&table.form.id).iter().map(|(name, _)| *name).collect();
    let listed = listed.join(", ");
    Err(Problem::new(
        ProblemKind::BadInput,
        "J287",
        format!("Mẫu này không dùng cho biểu mẫu `{}`", table.form.id),
        format!("this template is not for the form `{}`", table.form.id),
    )
    .help(
        format!("Cho trường, năm học, lớp, môn và học kì; có các mẫu: {listed}"),
        format!("give school, year, class, subject and term; templates: {listed}"),
    ))
}

fn form_column(table: &EntryTable<'_>, column: &LayoutColumn, lists: &mut Lists<'_>) -> FormColumn {
    let field = match column.what {
        What::Field(at) => Some(table.columns[at]),
        What::Key(at) => Some(table.row_key[at]),
        _ => None,
    };
    let entry = match column.what {
        What::Number => Entry::Integer { min: None, max: None },
        What::BirthDate => Entry::Date,
        _ => field.map_or(Entry::Text { max_length: None }, |field| entry(field, lists)),
    };
    FormColumn {
        title: column.heading.clone(),
        group: column.group.clone(),
        hint: field.and_then(|field| Some(field.hint.as_ref()?.get(Locale::Vi).to_owned())),
        width: column.width,
        entry,
        frozen: !matches!(column.what, What::Field(_) | What::Ongoing | What::Average),
    }
}

fn entry(field: &Field, lists: &mut Lists<'_>) -> Entry {
    if let Some(list) = lists.of(field) {
        return Entry::List(list);
    }
    match &field.kind {
        FieldType::Text { max_length, .. } => {
            Entry::Text { max_length: max_length.and_then(|length| u32::try_from(length).ok()) }
        }
        FieldType::Integer { min, max } => Entry::Integer { min: *min, max: *max },
        FieldType::Decimal { scale, min, max } => {
            Entry::Decimal { scale: *scale, min: *min, max: *max }
        }
        FieldType::Date => Entry::Date,
        _ => Entry::Text { max_length: None },
    }
}

/// What the cells of every row are made with.
struct Context<'a> {
    table: &'a EntryTable<'a>,
    labels: &'a [Option<Labels>],
    averages: &'a Averages,
    /// The point of assessment in words.
    point: &'a str,
}

fn form_cell(
    context: &Context<'_>,
    number: usize,
    row: &EntryRow,
    column: &LayoutColumn,
) -> FormCell {
    let Context { table, labels, averages, .. } = context;
    let closed = |value| FormCell { value, open: false };
    let text = |text: &str| match text {
        "" => FormValue::Empty,
        text => FormValue::Text(text.to_owned()),
    };
    let person = row.person.as_ref();
    let fixed = |name: &str| table.fixed.get(name).map(|value| typed(value, None));
    match column.what {
        What::Number => closed(FormValue::Number {
            units: i64::try_from(number + 1).unwrap_or(i64::MAX),
            scale: 0,
        }),
        What::Class => closed(text(&fixed("class").unwrap_or_default())),
        What::Key(at) => closed(text(&typed(&row.key[at], None))),
        What::Name => closed(text(person.map_or("", |person| &person.name))),
        What::BirthDate => {
            let date = person.and_then(|person| person.birth_date);
            closed(date.map_or(FormValue::Empty, FormValue::Date))
        }
        What::Field(at) => FormCell {
            value: form_value(&row.values[at], labels[at].as_ref()),
            open: row.closed[at].is_none(),
        },
        What::Ongoing => FormCell {
            value: text(&ongoing(table, row)),
            open: table
                .columns
                .iter()
                .zip(&row.closed)
                .any(|(field, closed)| field.id.starts_with("ongoing_") && closed.is_none()),
        },
        What::Average => {
            let pupil = row.key.first().map(|pupil| typed(pupil, None)).unwrap_or_default();
            closed(text(averages.of(&pupil).unwrap_or_default()))
        }
        What::Point => closed(text(context.point)),
        What::Foreign => closed(FormValue::Empty),
    }
}

/// All ongoing marks in one text: `8; 7,5; 9`.
pub(crate) fn ongoing(table: &EntryTable<'_>, row: &EntryRow) -> String {
    let marks = table.columns.iter().zip(&row.values);
    let marks = marks
        .filter(|(field, value)| field.id.starts_with("ongoing_") && **value != Value::Missing);
    marks.map(|(_, value)| typed(value, None)).collect::<Vec<_>>().join("; ")
}

fn form_value(value: &Value, labels: Option<&Labels>) -> FormValue {
    match value {
        Value::Missing => FormValue::Empty,
        Value::Integer(units) => FormValue::Number { units: *units, scale: 0 },
        Value::Decimal { units, scale } => FormValue::Number { units: *units, scale: *scale },
        Value::Date(date) => FormValue::Date(*date),
        Value::Text(_) | Value::Boolean(_) => FormValue::Text(typed(value, labels)),
    }
}

fn heading_lines(site: &Site, caller: &Caller, table: &EntryTable<'_>) -> Vec<String> {
    let mut lines = vec![
        table.form.title.get(Locale::Vi).to_owned(),
        fixed_words(site, caller, table).join(" · "),
        "Chỉ nhập vào các ô trắng. Không đổi mã, tên và hàng tiêu đề; lưu tệp rồi tải lên."
            .to_owned(),
    ];
    lines.extend(closed_lines(table));
    lines
}

/// Why cells are closed, each reason once, with the pupils when it is not all of them.
fn closed_lines(table: &EntryTable<'_>) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in &table.rows {
        let name = row.person.as_ref().map_or("", |person| person.name.as_str());
        let mut own: Vec<&str> =
            row.closed.iter().flatten().map(|why| why.message.get(Locale::Vi)).collect();
        own.dedup();
        for reason in own {
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, names)) => names.push(name),
                None => reasons.push((reason, vec![name])),
            }
        }
    }
    let line = |(reason, names): (&str, Vec<&str>)| {
        if names.len() == table.rows.len() || !table.is_roll {
            return format!("Ô xám: {reason}.");
        }
        let more = names.len().saturating_sub(MOST_NAMES);
        let named = names.into_iter().take(MOST_NAMES).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" và {more} em nữa") } else { String::new() };
        format!("Ô xám: {reason}: {named}{more}.")
    };
    reasons.into_iter().take(MOST_REASONS).map(line).collect()
}

/// The section that is entered, or the form, as the name of a sheet.
fn sheet_name(table: &EntryTable<'_>) -> String {
    let mut sections: Vec<&str> =
        table.columns.iter().map(|field| section(table.form, field)).collect();
    sections.dedup();
    let name = match sections.as_slice() {
        [only] if !only.is_empty() => *only,
        _ => table.form.title.get(Locale::Vi),
    };
    let allowed = |letter: &char| !['[', ']', ':', '*', '?', '/', '\\', '\''].contains(letter);
    name.chars().filter(allowed).take(LONGEST_SHEET_NAME).collect()
}

fn noted(
    table: &EntryTable<'_>,
    sheet: &str,
    labels: &[Option<Labels>],
    parameters: &RawParameters,
) -> Notes {
    let row = |row: &EntryRow| {
        let cells = table.columns.iter().zip(&row.values).zip(labels);
        NotedRow {
            key: row.key.iter().map(|value| typed(value, None)).collect(),
            revision: row.revision,
            cells: cells
                .filter(|((_, value), _)| **value != Value::Missing)
                .map(|((field, value), labels)| (field.id.clone(), typed(value, labels.as_ref())))
                .collect(),
        }
    };
    Notes {
        form: table.form.id.clone(),
        version: table.form.version,
        sheet: sheet.to_owned(),
        parameters: parameters
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.clone(), value.trim().to_owned()))
            .collect(),
        rows: table.rows.iter().map(row).collect(),
    }
}

fn file_name(form: &str, parameters: &RawParameters) -> String {
    let mut name = form.to_owned();
    for value in parameters.values().filter(|value| !value.is_empty()) {
        name.push('-');
        name.extend(value.chars().filter(char::is_ascii_alphanumeric));
    }
    format!("{name}.xlsx")
}

fn not_written(form: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J288",
        format!("Không lập được bảng tính của biểu mẫu `{form}`: {error}"),
        format!("the workbook of form `{form}` cannot be made: {error}"),
    )
}
