//! One record: read, changed, retired, restored. There is no delete.
//!
//! Whoever changes a record names the revision that they read; a record that has moved on is not
//! overwritten. What it was before is kept in the history, in the same transaction.

use std::collections::BTreeMap;

use bieumau_model::definition::Form;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Statement, params_from_iter};
use serde_json::{Map, Value as Json};

use crate::audit::time;
use crate::cells::{self, Compared, Extent, Findings, shown};
use crate::codes;
use crate::error::StoreError;
use crate::loading::{WRITER_LISTS, look_up_sql};
use crate::scope::{Lists, Purpose};
use crate::shape::{Kind, ReferenceShape, Shape, table_of};
use crate::sql::{list, quoted};
use crate::store::{Store, fitting};
use crate::values::{Bound, json_of, value_of};
use crate::writing::{Writing, one_row};

/// A record with the engine's own notes on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Fields in the order of the form.
    pub fields: Vec<(String, Value)>,
    /// What the record still holds of fields that only earlier versions of the form had.
    pub kept: Vec<(String, Value)>,
    /// Whether it is in use.
    pub status: Status,
    /// Grows with every change; names the state that was read.
    pub revision: i64,
    /// Version of the definition under which it was last written.
    pub version: i64,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Whether a record is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Reports see it.
    Active,
    /// Kept, but no report sees it.
    Retired,
}

/// Who changes a record, at which revision, when and why.
#[derive(Debug, Clone, Copy)]
pub struct Edit<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// Revision that they read.
    pub revision: i64,
    /// When.
    pub now: Timestamp,
    /// Why.
    pub reason: &'a str,
}

impl Record {
    /// Returns the value of the field `name`.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }
}

impl Store {
    /// Returns the record of `form` with `key` (values in the order of the form's key), retired
    /// ones too, when the caller may see it.
    pub fn record(
        &self,
        caller: &Caller,
        form: &Form,
        key: &[Value],
    ) -> Result<Option<Record>, StoreError> {
        let mut found = self.records_with(caller, form, &[key])?;
        Ok(found.pop().flatten())
    }

    /// Returns the records of `form` with `keys`, one for each in their order; as
    /// [`Store::record`] does.
    pub fn records_with<K: AsRef<[Value]>>(
        &self,
        caller: &Caller,
        form: &Form,
        keys: &[K],
    ) -> Result<Vec<Option<Record>>, StoreError> {
        let shape = fitting(&self.shapes, form)?;
        let lists = Lists::install(&self.conn, WRITER_LISTS, &caller.scope())?;
        let mut statement =
            self.conn.prepare_cached(&record_sql(shape, &self.shapes, &lists, Purpose::Reading))?;
        keys.iter().map(|key| one_record(&mut statement, shape, key.as_ref())).collect()
    }

    /// Changes fields of a record; returns its new revision.
    pub fn update(
        &mut self,
        form: &Form,
        key: &[Value],
        changes: &[(&str, Value)],
        edit: Edit<'_>,
    ) -> Result<i64, StoreError> {
        self.edit(edit, |writing| writing.update(form, key, changes, edit.revision))
    }

    /// Takes a record out of use; refused while active records refer to it.
    pub fn retire(
        &mut self,
        form: &Form,
        key: &[Value],
        edit: Edit<'_>,
    ) -> Result<i64, StoreError> {
        self.edit(edit, |writing| writing.retire(form, key, edit.revision))
    }

    /// Brings a retired record back into use.
    pub fn restore(
        &mut self,
        form: &Form,
        key: &[Value],
        edit: Edit<'_>,
    ) -> Result<i64, StoreError> {
        self.edit(edit, |writing| writing.restore(form, key, edit.revision))
    }

    fn edit(
        &mut self,
        edit: Edit<'_>,
        one: impl FnOnce(&mut Writing<'_>) -> Result<i64, StoreError>,
    ) -> Result<i64, StoreError> {
        let mut writing = self.write(edit.caller, edit.now, edit.reason)?;
        let revision = one(&mut writing)?;
        writing.commit()?;
        Ok(revision)
    }
}

/// Checks the changes of one record as if they were a table of one row; returns them as stored.
pub(crate) fn checked_changes(
    conn: &Connection,
    form: &Form,
    shape: &Shape,
    changes: &[(&str, Value)],
    record: &Record,
    compared: &mut Compared,
) -> Result<Vec<Value>, StoreError> {
    let mut findings = Findings::default();
    let mut own = Vec::with_capacity(changes.len());
    for (name, value) in changes {
        if shape.key.iter().any(|key| key == name) {
            findings.add(Some(0), Some(name), key_fixed(form, name));
        } else {
            own.push((*name, value.clone()));
        }
    }
    let table = one_row(form, shape, &own)?;
    let given = cells::check(conn, form, shape, &table, Extent::Part, compared, &mut findings)?;
    findings.into_result()?;
    let values: Vec<Value> = given.iter().map(|part| part.cells.value(0)).collect();
    let mut merged = record.fields.clone();
    for (name, value) in &mut merged {
        if let Some(part) = given.iter().find(|part| part.column.name == *name) {
            *value = part.cells.value(0);
        }
    }
    let is_changed = |column: &String| changes.iter().any(|(name, _)| name == column);
    let changed = |reference: &&ReferenceShape| reference.columns.iter().any(is_changed);
    check_some_references(conn, form, shape.references.iter().filter(changed), &merged)?;
    Ok(values)
}

pub(crate) fn check_references(
    conn: &Connection,
    form: &Form,
    shape: &Shape,
    fields: &[(String, Value)],
) -> Result<(), StoreError> {
    check_some_references(conn, form, shape.references.iter(), fields)
}

fn check_some_references<'r>(
    conn: &Connection,
    form: &Form,
    references: impl Iterator<Item = &'r ReferenceShape>,
    fields: &[(String, Value)],
) -> Result<(), StoreError> {
    let value =
        |name: &String| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value);
    let mut findings = Findings::default();
    for reference in references {
        let key: Option<Vec<&Value>> = reference.columns.iter().map(value).collect();
        let Some(key) = key.filter(|key| key.iter().all(|value| **value != Value::Missing)) else {
            continue;
        };
        let mut statement = conn.prepare_cached(&look_up_sql(reference))?;
        if !statement.exists(params_from_iter(key.iter().map(|value| Bound(value))))? {
            let column = reference.columns.last().map_or("", String::as_str);
            let title = form.field(column).map_or(&form.title, |field| &field.title);
            let key: Vec<String> = key.into_iter().map(shown).collect();
            let key = key.join(" / ");
            let diagnostic = cells::wrong(
                codes::CELL_REFERENCE,
                &cells::place(None, title, column),
                &format!("`{}` không có bản ghi {key}", reference.to),
                &format!("`{}` has no record {key}", reference.to),
            );
            findings.add(Some(0), Some(column), diagnostic);
        }
    }
    findings.into_result()
}

/// Refuses while active records of any form refer to the record.
pub(crate) fn check_unreferred(
    conn: &Connection,
    shapes: &BTreeMap<String, Shape>,
    shape: &Shape,
    key: &[Value],
) -> Result<(), StoreError> {
    let mut findings = Findings::default();
    for other in shapes.values() {
        for reference in other.references.iter().filter(|reference| reference.to == shape.form) {
            let equals: Vec<String> =
                reference.columns.iter().map(|name| format!("{} = ?", quoted(name))).collect();
            let sql = format!(
                "SELECT count(*) FROM {} WHERE {} AND _status = 'active'",
                quoted(&table_of(&other.form)),
                equals.join(" AND "),
            );
            let count: i64 =
                conn.query_row(&sql, params_from_iter(key.iter().map(Bound)), |row| row.get(0))?;
            if count > 0 {
                findings.add(None, None, still_referred(&other.form, count));
            }
        }
    }
    findings.into_result()
}

/// Writes the statement that reads a record which the owner of `lists` may see.
pub(crate) fn record_sql(
    shape: &Shape,
    shapes: &BTreeMap<String, Shape>,
    lists: &Lists,
    purpose: Purpose,
) -> String {
    let mut conditions = vec![shape.key_equals()];
    conditions.extend(lists.condition(shape, shapes, purpose));
    let all = shape.columns.iter().chain(&shape.kept);
    let names: Vec<String> = all.map(|column| column.name.clone()).collect();
    format!(
        "SELECT {}, _status, _revision, _version, _author, _created_at, _changed_at \
         FROM main.{} t WHERE {}",
        list(&names),
        quoted(&shape.table()),
        conditions.join(" AND "),
    )
}

/// Reads the record with `key` by the statement of [`record_sql`].
pub(crate) fn one_record(
    statement: &mut Statement<'_>,
    shape: &Shape,
    key: &[Value],
) -> Result<Option<Record>, StoreError> {
    if key.len() != shape.key.len() {
        return Ok(None);
    }
    let found = statement
        .query_row(params_from_iter(key.iter().map(Bound)), |row| Ok(record_of(row, shape)))
        .optional()?;
    found.transpose()
}

pub(crate) fn record_of(row: &Row<'_>, shape: &Shape) -> Result<Record, StoreError> {
    let mut fields = Vec::with_capacity(shape.columns.len());
    let mut kept = Vec::new();
    for (at, column) in shape.columns.iter().chain(&shape.kept).enumerate() {
        let value = value_of(column.kind, row.get_ref(at)?)
            .map_err(|found| StoreError::Inconsistent(format!("`{}`: {found}", column.name)))?;
        if at < shape.columns.len() {
            fields.push((column.name.clone(), value));
        } else if value != Value::Missing {
            kept.push((column.name.clone(), value));
        }
    }
    let first = shape.columns.len() + shape.kept.len();
    let status: String = row.get(first)?;
    Ok(Record {
        fields,
        kept,
        status: if status == "active" { Status::Active } else { Status::Retired },
        revision: row.get(first + 1)?,
        version: row.get(first + 2)?,
        author: row.get(first + 3)?,
        created_at: time(&row.get::<_, String>(first + 4)?)?,
        changed_at: time(&row.get::<_, String>(first + 5)?)?,
    })
}

pub(crate) fn json_of_fields(fields: &[(String, Value)]) -> Json {
    let map: Map<String, Json> =
        fields.iter().map(|(name, value)| (name.clone(), json_of(value))).collect();
    Json::Object(map)
}

pub(crate) fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Missing | Value::Text(_) => Kind::Text,
        Value::Integer(_) => Kind::Integer,
        Value::Decimal { scale, .. } => Kind::Decimal(*scale),
        Value::Date(_) => Kind::Date,
        Value::Boolean(_) => Kind::Boolean,
    }
}

pub(crate) fn key_shown(key: &[Value]) -> String {
    let parts: Vec<String> = key.iter().map(shown).collect();
    parts.join(" / ")
}

pub(crate) fn no_record(form: &Form, key: &[Value]) -> StoreError {
    StoreError::NoRecord { form: form.id.clone(), key: key_shown(key) }
}

pub(crate) fn refused(diagnostic: Diagnostic) -> StoreError {
    let mut findings = Findings::default();
    findings.add(None, None, diagnostic);
    findings.into_result().expect_err("one finding was added")
}

fn key_fixed(form: &Form, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::KEY_FIXED,
        Text::both(
            format!("`{name}` thuộc khóa của `{}` nên không đổi được", form.id),
            format!("`{name}` belongs to the key of `{}` and never changes", form.id),
        ),
    )
}

fn still_referred(form: &str, count: i64) -> Diagnostic {
    Diagnostic::error(
        codes::STILL_REFERRED,
        Text::both(
            format!("còn {count} bản ghi `{form}` tham chiếu tới bản ghi này"),
            format!("{count} records of `{form}` still refer to it"),
        ),
    )
}
