//! Reads datasets for one caller: typed tables out, limits on time, rows and bytes.
//!
//! A reader is a connection of its own, read-only, on which both locks are closed: `portable` for
//! the text of a statement, `guard` for the connection. It is made for one scope, costs a few
//! milliseconds, and keeps its prepared statements; a server keeps readers by scope.
//!
//! Nothing is sorted the Vietnamese way here: that is done to the tables, later.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bieumau_model::definition::{Catalog, Dataset};
use bieumau_model::scope::Scope;
use bieumau_model::table::{Cells, Column, ColumnType, Table, Value};
use bieumau_model::text::nfc;
use rusqlite::{CachedStatement, Connection, ErrorCode};

use crate::dataset::{Plan, examine, type_name};
use crate::error::StoreError;
use crate::guard::Guard;
use crate::portable::Names;
use crate::schema::code_column_type;
use crate::shape::{Kind, Shape};
use crate::store::{fitting, harden, read_shapes};
use crate::values::{Bound, value_of};

/// How much one query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time from its start to its last row.
    pub time: Duration,
    /// Rows.
    pub rows: usize,
    /// Bytes of text, with eight for every other cell.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(30), rows: 1_000_000, bytes: 256 << 20 }
    }
}

/// Reads for one caller.
#[derive(Debug)]
pub struct Reader {
    pub(crate) conn: Connection,
    pub(crate) guard: Guard,
    pub(crate) names: Names,
    pub(crate) shapes: BTreeMap<String, Shape>,
    pub(crate) limits: Limits,
    /// Datasets that were examined, by statement and declared columns.
    plans: RefCell<HashMap<String, Arc<Plan>>>,
}

/// Keeps a reader at one moment: until it is dropped, every query sees the same records.
#[derive(Debug)]
pub struct Snapshot<'r> {
    reader: &'r Reader,
}

impl Reader {
    /// Closes `conn` for everything but what `scope` allows.
    pub(crate) fn over(
        conn: Connection,
        catalog: &Catalog,
        scope: &Scope,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        harden(&conn)?;
        let shapes = read_shapes(&conn)?;
        for form in catalog.forms.values() {
            fitting(&shapes, form)?;
        }
        Self::with_shapes(conn, catalog, shapes, scope, limits)
    }

    pub(crate) fn with_shapes(
        mut conn: Connection,
        catalog: &Catalog,
        shapes: BTreeMap<String, Shape>,
        scope: &Scope,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        conn.set_prepared_statement_cache_capacity(256);
        let guard = Guard::close(&mut conn, catalog, &shapes, scope)?;
        let names = Names::new(catalog);
        Ok(Self { conn, guard, names, shapes, limits, plans: RefCell::default() })
    }

    /// Runs `dataset`; parameters that are not given are missing. Rows come in the order of the
    /// statement.
    pub fn query(
        &self,
        dataset: &Dataset,
        parameters: &[(&str, Value)],
    ) -> Result<Table, StoreError> {
        let plan = self.plan(dataset)?;
        self.run(&dataset.id, &plan, parameters)
    }

    /// Holds this moment: all queries until the snapshot is dropped see the same records. A
    /// document with several datasets is read in one.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        self.guard.run_ours(&self.conn, "BEGIN")?;
        Ok(Snapshot { reader: self })
    }

    /// Returns a number that is the same for two readers that see the same records: for readers
    /// that hold a snapshot, until they drop it.
    pub fn moment(&self) -> Result<i64, StoreError> {
        Ok(self.guard.moment(&self.conn)?)
    }

    /// Returns the type of the column `origin` of the base table `table`.
    pub(crate) fn kind_of(&self, table: &str, origin: &str) -> Option<ColumnType> {
        if let Some(form) = table.strip_prefix("record_") {
            return Some(self.shapes.get(form)?.column(origin)?.kind.into());
        }
        table.starts_with("codelist_").then(|| code_column_type(origin))
    }

    pub(crate) fn plan(&self, dataset: &Dataset) -> Result<Arc<Plan>, StoreError> {
        let name = format!("{}\u{0}{:?}", dataset.sql.text, dataset.columns);
        if let Some(plan) = self.plans.borrow().get(&name) {
            return Ok(plan.clone());
        }
        let (findings, plan) = examine(self, dataset, None);
        let plan = Arc::new(plan.ok_or(StoreError::Dataset(findings))?);
        self.plans.borrow_mut().insert(name, plan.clone());
        Ok(plan)
    }

    /// Runs what was examined, or what this crate wrote itself.
    pub(crate) fn run(
        &self,
        name: &str,
        plan: &Plan,
        parameters: &[(&str, Value)],
    ) -> Result<Table, StoreError> {
        self.guard.allow(self.limits.time);
        let result = self.fill(name, plan, parameters);
        self.guard.rest();
        result
    }

    fn fill(
        &self,
        name: &str,
        plan: &Plan,
        parameters: &[(&str, Value)],
    ) -> Result<Table, StoreError> {
        let mut statement = self
            .prepare(&plan.sql)
            .ok_or_else(|| StoreError::Forbidden { dataset: name.to_owned() })?
            .map_err(|error| self.explain(name, error))?;
        bind(&mut statement, parameters)?;
        let mut filling = Filling::new(name, plan, self.limits);
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.explain(name, error))? {
            filling.push(row)?;
        }
        filling.into_table()
    }

    /// Prepares one statement that only reads. `EXPLAIN` is none: it would tell the inner views.
    pub(crate) fn prepare(&self, sql: &str) -> Option<rusqlite::Result<CachedStatement<'_>>> {
        if Guard::blind(sql) {
            return None;
        }
        let statement = match self.conn.prepare_cached(sql) {
            Ok(statement) => statement,
            Err(error) => return Some(Err(error)),
        };
        if statement.is_explain() != 0 || !statement.readonly() || statement.column_count() == 0 {
            statement.discard();
            return None;
        }
        Some(Ok(statement))
    }

    pub(crate) fn explain(&self, name: &str, error: rusqlite::Error) -> StoreError {
        let dataset = name.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => {
                let limit_ms = u64::try_from(self.limits.time.as_millis()).unwrap_or(u64::MAX);
                StoreError::OutOfTime { dataset, limit_ms }
            }
            Some(ErrorCode::TooBig) => {
                StoreError::TooManyBytes { dataset, limit: self.limits.bytes }
            }
            Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
                StoreError::Forbidden { dataset }
            }
            _ => error.into(),
        }
    }
}

/// Binds parameters by name; those that are not given are missing.
pub(crate) fn bind(
    statement: &mut CachedStatement<'_>,
    parameters: &[(&str, Value)],
) -> rusqlite::Result<()> {
    for index in 1..=statement.parameter_count() {
        let wanted = statement.parameter_name(index).unwrap_or_default().trim_start_matches(':');
        let value = parameters.iter().find(|(given, _)| *given == wanted);
        let value = value.map_or(&Value::Missing, |(_, value)| value);
        statement.raw_bind_parameter(index, Bound(value))?;
    }
    Ok(())
}

impl Deref for Snapshot<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // Nothing was written; a failure here can lose nothing.
        let _ = self.reader.guard.run_ours(&self.reader.conn, "ROLLBACK");
    }
}

/// Takes rows in until a limit is met.
struct Filling<'p> {
    name: &'p str,
    plan: &'p Plan,
    limits: Limits,
    cells: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

impl<'p> Filling<'p> {
    fn new(name: &'p str, plan: &'p Plan, limits: Limits) -> Self {
        let cells = plan.columns.iter().map(|column| Cells::empty(column.kind)).collect();
        Self { name, plan, limits, cells, rows: 0, bytes: 0 }
    }

    fn push(&mut self, row: &rusqlite::Row<'_>) -> Result<(), StoreError> {
        self.rows += 1;
        if self.rows > self.limits.rows {
            let limit = self.limits.rows;
            return Err(StoreError::TooManyRows { dataset: self.name.to_owned(), limit });
        }
        for (at, column) in self.plan.columns.iter().enumerate() {
            let wrong = |found| StoreError::ValueType {
                dataset: self.name.to_owned(),
                column: column.name.clone(),
                row: self.rows,
                found,
                expected: type_name(column.kind),
            };
            let mut value = value_of(Kind::from(column.kind), row.get_ref(at)?).map_err(&wrong)?;
            self.bytes += 8;
            if let Value::Text(text) = &mut value {
                if !self.plan.plain[at] && !text.is_ascii() {
                    *text = nfc(text).into_owned();
                }
                self.bytes += text.len();
            }
            self.cells[at].push(value).map_err(|other| wrong(format!("{other:?}")))?;
        }
        if self.bytes > self.limits.bytes {
            let limit = self.limits.bytes;
            return Err(StoreError::TooManyBytes { dataset: self.name.to_owned(), limit });
        }
        Ok(())
    }

    fn into_table(self) -> Result<Table, StoreError> {
        let columns = self.plan.columns.iter().zip(self.cells);
        let columns =
            columns.map(|(column, cells)| Column { name: column.name.clone(), cells }).collect();
        Table::new(self.name, columns).map_err(|error| StoreError::Inconsistent(error.to_string()))
    }
}
