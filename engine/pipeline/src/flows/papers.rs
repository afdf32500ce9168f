//! Reads and writes the papers of the flows: locks, slips, signatures, minutes.
//!
//! They are records of ordinary forms, so that reports print them and every change has its history;
//! but only the flows write them. Whether somebody may take a step is decided before it comes here.

use bieumau_model::definition::Form;
use bieumau_model::scope::{Caller, Scope};
use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_store::{Edit, NewAttachment, Store};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::problem::{Problem, ProblemKind};
use crate::records::NewFile;
use crate::render::store_problem;
use crate::site::Site;

/// Forms that only the flows write.
pub(crate) const KEPT_FORMS: [&str; 8] = [
    "lock",
    "lock_exception",
    "correction",
    "correction_line",
    "sign_off",
    "update_approval",
    "data_review",
    "data_review_entry",
];

/// One row of a table of papers.
#[derive(Clone, Copy)]
pub(crate) struct Row<'t> {
    table: &'t Table,
    at: usize,
}

/// A record that is to be written: its form, and its fields.
pub(crate) struct Paper {
    pub form: &'static str,
    pub fields: Vec<(&'static str, Value)>,
}

impl<'t> Row<'t> {
    pub(crate) fn maybe(self, column: &str) -> Option<String> {
        match self.table.value(self.at, column) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn text(self, column: &str) -> String {
        self.maybe(column).unwrap_or_default()
    }

    pub(crate) fn number(self, column: &str) -> Option<i64> {
        match self.table.value(self.at, column) {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn day(self, column: &str) -> Option<Date> {
        match self.table.value(self.at, column) {
            Some(Value::Date(day)) => Some(day),
            _ => None,
        }
    }

    pub(crate) fn moment(self, column: &str) -> Option<Timestamp> {
        self.maybe(column)?.parse().ok()
    }

    pub(crate) fn value(self, column: &str) -> Value {
        self.table.value(self.at, column).unwrap_or(Value::Missing)
    }

    /// Whether a boolean cell says yes.
    pub(crate) fn is(self, column: &str) -> bool {
        self.value(column) == Value::Boolean(true)
    }
}

/// Walks over the rows of a table.
pub(crate) fn rows(table: &Table) -> impl Iterator<Item = Row<'_>> {
    (0..table.rows()).map(move |at| Row { table, at })
}

/// A text cell; an empty text is a missing one.
pub(crate) fn text(words: impl AsRef<str>) -> Value {
    let words = words.as_ref().trim();
    if words.is_empty() { Value::Missing } else { Value::Text(words.to_owned()) }
}

/// A text cell that may be missing.
pub(crate) fn maybe(words: Option<&str>) -> Value {
    words.map_or(Value::Missing, text)
}

/// A whole number that may be missing.
pub(crate) fn number(number: Option<i64>) -> Value {
    number.map_or(Value::Missing, Value::Integer)
}

/// A moment, as papers keep it.
pub(crate) fn moment(at: Timestamp) -> Value {
    Value::Text(at.to_string())
}

/// A day that may be missing.
pub(crate) fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Missing, Value::Date)
}

impl Site {
    /// Returns the records of `form` that meet `filters`, whoever asks.
    pub(crate) fn papers(&self, form: &str, filters: &[(&str, Value)]) -> Result<Table, Problem> {
        if !self.catalog().forms.contains_key(form) {
            return Ok(Table::new(form, Vec::new()).expect("a table without columns"));
        }
        self.reader(&Caller::Operator)?.records(form, filters).map_err(store_problem)
    }

    /// Inserts papers as one transaction; `make` is given the next number of `form` in the year.
    pub(crate) fn file_numbered(
        &self,
        caller: &Caller,
        form: &str,
        (school, year): (&str, i64),
        reason: &str,
        now: Timestamp,
        make: impl FnOnce(i64) -> Vec<Paper>,
    ) -> Result<i64, Problem> {
        self.file_with_evidence(caller, form, (school, year), (reason, &[]), now, make)
    }

    /// The same with files, which belong to the first of the papers: (why, files).
    pub(crate) fn file_with_evidence(
        &self,
        caller: &Caller,
        form: &str,
        (school, year): (&str, i64),
        (reason, files): (&str, &[NewFile<'_>]),
        now: Timestamp,
        make: impl FnOnce(i64) -> Vec<Paper>,
    ) -> Result<i64, Problem> {
        // Whoever holds the store is the only one who takes a number.
        let mut store = self.store();
        let filters = [("school", text(school)), ("year", Value::Integer(year))];
        let known = self.papers(form, &filters)?;
        let next = rows(&known).filter_map(|row| row.number("number")).max().unwrap_or(0) + 1;
        self.insert_papers(&mut store, caller, make(next), (reason, files), now)?;
        Ok(next)
    }

    /// Inserts papers as one transaction.
    pub(crate) fn file(
        &self,
        caller: &Caller,
        papers: Vec<Paper>,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.insert_papers(&mut self.store(), caller, papers, (reason, &[]), now)
    }

    fn insert_papers(
        &self,
        store: &mut Store,
        caller: &Caller,
        papers: Vec<Paper>,
        (reason, files): (&str, &[NewFile<'_>]),
        now: Timestamp,
    ) -> Result<(), Problem> {
        let caller = full(caller);
        let mut loading = store.load(&caller, now, reason).map_err(store_problem)?;
        let mut files = files;
        for paper in papers {
            let form = self.form_of_flow(paper.form)?;
            let table = table_of(form, paper.fields)?;
            loading.insert(form, &table).map_err(store_problem)?;
            let value = |name: &String| table.value(0, name).unwrap_or(Value::Missing);
            let key: Vec<Value> = form.key.iter().map(value).collect();
            for file in std::mem::take(&mut files) {
                let NewFile { name, media_type, content } = *file;
                let new = NewAttachment { name, media_type, content };
                loading.attach(form, &key, new).map_err(store_problem)?;
            }
        }
        loading.finish().map_err(store_problem)
    }

    /// Changes fields of one paper, as it is now.
    pub(crate) fn amend(
        &self,
        caller: &Caller,
        form: &'static str,
        key: &[Value],
        changes: &[(&str, Value)],
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let caller = full(caller);
        let form = self.form_of_flow(form)?;
        let mut store = self.store();
        let found = store.record(&caller, form, key).map_err(store_problem)?;
        let revision = found.map_or(0, |record| record.revision);
        let edit = Edit { caller: &caller, revision, now, reason };
        store.update(form, key, changes, edit).map_err(store_problem).map(|_| ())
    }

    /// Returns the form of a flow; a site that has replaced it by something else is told so.
    pub(crate) fn form_of_flow(&self, id: &str) -> Result<&Form, Problem> {
        self.catalog().forms.get(id).ok_or_else(|| {
            Problem::new(
                ProblemKind::Definition,
                "J240",
                format!("Hệ thống này không có biểu mẫu `{id}`, nên không dùng được mục này"),
                format!("this site has no form `{id}`, which is needed here"),
            )
        })
    }
}

/// The caller under their own name without limits: what they may do was decided before.
pub(crate) fn full(caller: &Caller) -> Caller {
    match caller {
        Caller::Operator => Caller::Operator,
        Caller::User { name, .. } => {
            Caller::User { name: name.clone(), scope: Scope::everything() }
        }
    }
}

/// Makes a table of one row.
fn table_of(form: &Form, fields: Vec<(&'static str, Value)>) -> Result<Table, Problem> {
    let wrong = |what: String| {
        Problem::new(
            ProblemKind::Definition,
            "J241",
            format!("Biểu mẫu `{}` của hệ thống không hợp với chương trình: {what}", form.id),
            format!("form `{}` of the site does not fit the program: {what}", form.id),
        )
    };
    let mut columns = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let field = form.field(name).ok_or_else(|| wrong(format!("`{name}`")))?;
        let mut cells = Cells::empty(field.kind.column_type());
        cells.push(value).map_err(|_| wrong(format!("`{name}`")))?;
        columns.push(Column { name: name.to_owned(), cells });
    }
    Table::new(form.id.clone(), columns).map_err(|error| wrong(error.to_string()))
}
