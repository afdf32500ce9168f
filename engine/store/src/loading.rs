//! Puts whole tables of new records into the store.
//!
//! All tables of a loading are one transaction, and each has its audit line in it. Every cell is
//! checked first; one error anywhere, and nothing is kept.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use bieumau_model::definition::Form;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Cells, Table, Value};
use bieumau_model::text::Text;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, Statement, Transaction, TransactionBehavior, ffi};
use serde_json::json;

use crate::audit::Act;
use crate::cells::{self, Compared, Extent, Findings, Given};
use crate::codes;
use crate::error::StoreError;
use crate::scope::{Lists, Purpose};
use crate::shape::{ReferenceShape, Shape, table_of};
use crate::sql::{marks, quoted};
use crate::store::{Store, fitting};
use crate::values::bind_cell;

/// Prefix of the writer's tables with the lists of a caller's scope.
pub(crate) const WRITER_LISTS: &str = "bm_scope_";

/// A transaction that takes many tables; nothing is kept unless it is finished.
#[derive(Debug)]
pub struct Loading<'s> {
    transaction: Transaction<'s>,
    shapes: &'s BTreeMap<String, Shape>,
    caller: Caller,
    act: Act,
    failed: bool,
}

impl Store {
    /// Inserts `table` as new records of `form`, in one transaction with its audit line; returns
    /// how many. Columns are fields; fields that have no column stay empty.
    ///
    /// # Errors
    /// [`StoreError::Records`] with all findings, each with its row and column.
    pub fn insert(
        &mut self,
        caller: &Caller,
        form: &Form,
        table: &Table,
        now: Timestamp,
        reason: &str,
    ) -> Result<usize, StoreError> {
        let mut loading = self.load(caller, now, reason)?;
        let count = loading.insert(form, table)?;
        loading.finish()?;
        Ok(count)
    }

    /// Begins a transaction that takes many tables.
    pub fn load(
        &mut self,
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<Loading<'_>, StoreError> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Loading {
            transaction,
            shapes: &self.shapes,
            caller: caller.clone(),
            act: Act::new(caller, now, reason),
            failed: false,
        })
    }
}

impl Loading<'_> {
    /// Inserts `table` as new records of `form`; see [`Store::insert`]. Records that it refers to
    /// must have been inserted before, or stand in the same table.
    pub fn insert(&mut self, form: &Form, table: &Table) -> Result<usize, StoreError> {
        let result = self.try_insert(form, table);
        self.failed |= result.is_err();
        result
    }

    /// The connection of the transaction, for what other rooms of this crate keep beside records.
    pub(crate) fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// Who loads, when and why.
    pub(crate) fn act(&self) -> &Act {
        &self.act
    }

    /// Keeps everything.
    pub fn finish(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::LoadingFailed);
        }
        Ok(self.transaction.commit()?)
    }

    fn try_insert(&self, form: &Form, table: &Table) -> Result<usize, StoreError> {
        let shape = fitting(self.shapes, form)?;
        let conn = &self.transaction;
        let mut findings = Findings::default();
        let mut compared = Compared::default();
        let given =
            cells::check(conn, form, shape, table, Extent::Whole, &mut compared, &mut findings)?;
        // Rows that are not even of the right types cannot be tried.
        if findings.is_empty() {
            self.write_rows(form, shape, &given, table.rows(), &mut findings)?;
            for reference in &shape.references {
                check_reference(conn, &given, reference, table.rows(), &mut findings)?;
            }
        }
        findings.into_result()?;
        let key = |row: usize| -> Vec<Value> {
            let cells = shape.key.iter().map(|name| cells_of(&given, name));
            cells.map(|own| own.map_or(Value::Missing, |own| own.value(row))).collect()
        };
        self.act.seal(conn, shape, (0..table.rows()).map(key))?;
        let details = json!({ "version": form.version });
        self.act.note(conn, "insert", Some(&form.id), table.rows(), &details)?;
        Ok(table.rows())
    }

    fn write_rows(
        &self,
        form: &Form,
        shape: &Shape,
        given: &[Given<'_>],
        rows: usize,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let conn = &self.transaction;
        let mut insert = self.prepare_insert(shape, given)?;
        let mut sight = Sight::new(conn, shape, self.shapes, &self.caller)?;
        for row in 0..rows {
            for (at, part) in given.iter().enumerate() {
                bind_cell(&mut insert, at + 1, &part.cells, row)?;
            }
            match insert.raw_execute() {
                Ok(_) => {}
                Err(error) if is_repeated_key(&error) => {
                    let key = key_shown(given, shape, row);
                    findings.add(Some(row), None, exists(form, Some(row), &key));
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            if !sight.sees(shape, given, row)? {
                findings.add(Some(row), None, out_of_scope(form, Some(row)));
            }
        }
        Ok(())
    }

    /// Prepares the statement; the engine's own columns are bound once for all rows.
    fn prepare_insert(
        &self,
        shape: &Shape,
        given: &[Given<'_>],
    ) -> Result<Statement<'_>, StoreError> {
        let own = ["_version", "_author", "_created_at", "_changed_at"];
        let mut names: Vec<String> = given.iter().map(|part| quoted(&part.column.name)).collect();
        names.extend(own.map(quoted));
        let mut insert = self.transaction.prepare(&format!(
            "INSERT INTO {} ({}) VALUES ({})",
            quoted(&shape.table()),
            names.join(", "),
            marks(names.len()),
        ))?;
        let first = given.len() + 1;
        insert.raw_bind_parameter(first, shape.version)?;
        insert.raw_bind_parameter(first + 1, &self.act.caller)?;
        insert.raw_bind_parameter(first + 2, &self.act.at)?;
        insert.raw_bind_parameter(first + 3, &self.act.at)?;
        Ok(insert)
    }
}

/// What the caller may write: whatever they would see.
enum Sight<'c> {
    Everything,
    Nothing,
    /// Asks whether the row with the key is seen.
    Some(Statement<'c>),
}

impl<'c> Sight<'c> {
    fn new(
        conn: &'c Connection,
        shape: &Shape,
        shapes: &BTreeMap<String, Shape>,
        caller: &Caller,
    ) -> Result<Self, StoreError> {
        let lists = Lists::install(conn, WRITER_LISTS, &caller.scope())?;
        if !lists.may_write(shape) {
            return Ok(Self::Nothing);
        }
        let Some(condition) = lists.condition(shape, shapes, Purpose::Writing) else {
            return Ok(Self::Everything);
        };
        let sql = format!(
            "SELECT 1 FROM main.{} t WHERE {} AND {}",
            quoted(&shape.table()),
            shape.key_equals(),
            condition,
        );
        Ok(Self::Some(conn.prepare(&sql)?))
    }

    fn sees(&mut self, shape: &Shape, given: &[Given<'_>], row: usize) -> Result<bool, StoreError> {
        let statement = match self {
            Self::Everything => return Ok(true),
            Self::Nothing => return Ok(false),
            Self::Some(statement) => statement,
        };
        for (at, name) in shape.key.iter().enumerate() {
            if let Some(cells) = cells_of(given, name) {
                bind_cell(statement, at + 1, cells, row)?;
            }
        }
        let mut rows = statement.raw_query();
        Ok(rows.next()?.is_some())
    }
}

/// Checks that every record that is referred to exists and is active. Each is looked up once.
fn check_reference(
    conn: &Connection,
    given: &[Given<'_>],
    reference: &ReferenceShape,
    rows: usize,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let columns: Option<Vec<&Cells>> =
        reference.columns.iter().map(|name| cells_of(given, name)).collect();
    let Some(columns) = columns else { return Ok(()) };
    let mut look_up = conn.prepare(&look_up_sql(reference))?;
    let mut known: HashSet<String> = HashSet::new();
    let mut missing: HashSet<String> = HashSet::new();
    let mut name = String::new();
    for row in 0..rows {
        if columns.iter().any(|cells| cells::is_missing(cells, row)) {
            continue;
        }
        name.clear();
        columns.iter().for_each(|cells| push_cell(&mut name, cells, row));
        if known.contains(&name) {
            continue;
        }
        if !missing.contains(&name) {
            for (at, cells) in columns.iter().enumerate() {
                bind_cell(&mut look_up, at + 1, cells, row)?;
            }
            if look_up.raw_query().next()?.is_some() {
                known.insert(name.clone());
                continue;
            }
            missing.insert(name.clone());
        }
        let column = reference.columns.last().map_or("", String::as_str);
        let key: Vec<String> =
            columns.iter().map(|cells| cells::shown(&cells.value(row))).collect();
        findings.add(Some(row), Some(column), no_such(given, column, row, reference, &key));
    }
    Ok(())
}

/// Returns the question whether the record that `reference` names is there.
pub(crate) fn look_up_sql(reference: &ReferenceShape) -> String {
    let equals: Vec<String> =
        reference.to_key.iter().map(|name| format!("{} = ?", quoted(name))).collect();
    let table = quoted(&table_of(&reference.to));
    format!("SELECT 1 FROM {table} WHERE {} AND _status = 'active'", equals.join(" AND "))
}

fn cells_of<'a>(given: &'a [Given<'_>], name: &str) -> Option<&'a Cells> {
    given.iter().find(|part| part.column.name == name).map(|part| part.cells.as_ref())
}

/// Adds a cell to a name that tells keys apart.
fn push_cell(name: &mut String, cells: &Cells, row: usize) {
    let _ = match cells {
        Cells::Text(cells) => write!(name, "{}\u{1f}", cells[row].as_deref().unwrap_or_default()),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => {
            write!(name, "{:?}\u{1f}", cells[row])
        }
        Cells::Date(cells) => write!(name, "{:?}\u{1f}", cells[row]),
        Cells::Boolean(cells) => write!(name, "{:?}\u{1f}", cells[row]),
    };
}

fn key_shown(given: &[Given<'_>], shape: &Shape, row: usize) -> String {
    let parts = shape.key.iter().filter_map(|name| cells_of(given, name));
    let parts: Vec<String> = parts.map(|cells| cells::shown(&cells.value(row))).collect();
    parts.join(" / ")
}

pub(crate) fn is_repeated_key(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
        && error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
}

pub(crate) fn exists(form: &Form, row: Option<usize>, key: &str) -> Diagnostic {
    let (vi, en) = match row {
        Some(row) => (format!("dòng {}: ", row + 1), format!("row {}: ", row + 1)),
        None => (String::new(), String::new()),
    };
    Diagnostic::error(
        codes::RECORD_EXISTS,
        Text::both(
            format!("{vi}`{}` đã có bản ghi {key}", form.id),
            format!("{en}`{}` has a record {key} already", form.id),
        ),
    )
}

pub(crate) fn out_of_scope(form: &Form, row: Option<usize>) -> Diagnostic {
    let (vi, en) = match row {
        Some(row) => (format!("dòng {}: ", row + 1), format!("row {}: ", row + 1)),
        None => (String::new(), String::new()),
    };
    Diagnostic::error(
        codes::OUT_OF_SCOPE,
        Text::both(
            format!("{vi}bản ghi `{}` nằm ngoài phạm vi được ghi", form.id),
            format!("{en}the record of `{}` is outside of what you may write", form.id),
        ),
    )
}

fn no_such(
    given: &[Given<'_>],
    column: &str,
    row: usize,
    reference: &ReferenceShape,
    key: &[String],
) -> Diagnostic {
    let field = given.iter().find(|part| part.column.name == column);
    let title = field.map_or_else(|| Text::from(column), |part| part.field.title.clone());
    let key = key.join(" / ");
    cells::wrong(
        codes::CELL_REFERENCE,
        &cells::place(Some(row), &title, column),
        &format!("`{}` không có bản ghi {key}", reference.to),
        &format!("`{}` has no record {key}", reference.to),
    )
}
