//! The store: one file of records, written by one connection, read by many.
//!
//! Durable by default: write-ahead log, `synchronous=FULL`, foreign keys on. Every write and its
//! audit line are one transaction (see `record` and `migrate`); reading for reports goes through
//! [`Readers`], which open connections of their own and never wait for the writer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bieumau_model::definition::{Catalog, Form};
use bieumau_model::scope::Scope;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::access::Accounts;
use crate::error::StoreError;
use crate::reader::{Limits, Reader};
use crate::schema;
use crate::shape::Shape;

/// Marks a file as a store (`PRAGMA application_id`): "bmau".
const APPLICATION_ID: i64 = 0x626d_6175;
/// Layout of the engine's own tables (`PRAGMA user_version`): how many steps lead to it.
const LAYOUT: i64 = schema::STEPS.len() as i64;
/// How long a writer waits for another one.
const BUSY: Duration = Duration::from_secs(10);

/// An open store.
#[derive(Debug)]
pub struct Store {
    pub(crate) conn: Connection,
    place: Arc<Place>,
    /// Shapes of the tables as they are, by form.
    pub(crate) shapes: BTreeMap<String, Shape>,
}

/// Where a store lives.
#[derive(Debug)]
enum Place {
    File(PathBuf),
    Memory(String),
}

/// Opens readers; cheap to copy and to share between threads, and independent of the writer.
#[derive(Debug, Clone)]
pub struct Readers {
    place: Arc<Place>,
}

impl Store {
    /// Opens the store in the file `path`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(StoreError::Place { path: path.to_owned(), exists: false });
        }
        Self::at(Place::of_file(path))
    }

    /// Makes a new store in the file `path`, which must not exist.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if path.exists() {
            return Err(StoreError::Place { path: path.to_owned(), exists: true });
        }
        Self::at(Place::of_file(path))
    }

    /// Makes a store that lives as long as this value, in memory. Unlike in a file, writing waits
    /// there until no [`Snapshot`](crate::Snapshot) is held.
    pub fn in_memory() -> Result<Self, StoreError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self::at(Place::Memory(format!("file:/bieumau-{number}?vfs=memdb")))
    }

    /// Returns what opens readers of this store.
    pub fn readers(&self) -> Readers {
        Readers { place: self.place.clone() }
    }

    /// Opens a reader that sees what `scope` allows; see [`Readers::reader`].
    pub fn reader(
        &self,
        catalog: &Catalog,
        scope: &Scope,
        limits: Limits,
    ) -> Result<Reader, StoreError> {
        self.readers().reader(catalog, scope, limits)
    }

    /// Lets SQLite look at what the tables hold, so that it chooses good ways to read them, and
    /// moves the write-ahead log into the file. Worth a call after much was written.
    pub fn tidy(&self) -> Result<(), StoreError> {
        self.conn.execute_batch("PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002;")?;
        if let Place::File(_) = *self.place {
            self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(())
    }

    /// Returns the shape of the table of `form`, when the table follows the definition.
    pub(crate) fn shape(&self, form: &Form) -> Result<Shape, StoreError> {
        fitting(&self.shapes, form).cloned()
    }

    fn at(place: Place) -> Result<Self, StoreError> {
        let conn = open_writer(&place)?;
        let shapes = read_shapes(&conn)?;
        Ok(Self { conn, place: Arc::new(place), shapes })
    }
}

impl Readers {
    /// Opens a reader: its connection cannot write, and sees the active records that `scope`
    /// allows, under the names of the forms of `catalog`, and the code lists.
    pub fn reader(
        &self,
        catalog: &Catalog,
        scope: &Scope,
        limits: Limits,
    ) -> Result<Reader, StoreError> {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = self.place.connect(read_only).map_err(|source| self.place.failed(source))?;
        conn.busy_timeout(BUSY)?;
        Reader::over(conn, catalog, scope, limits)
    }
}

impl Readers {
    /// Opens what tells who somebody is and what they were given.
    pub fn accounts(&self) -> Result<Accounts, StoreError> {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = self.place.connect(read_only).map_err(|source| self.place.failed(source))?;
        conn.busy_timeout(BUSY)?;
        harden(&conn)?;
        let shapes = read_shapes(&conn)?;
        Ok(Accounts::over(conn, shapes))
    }
}

impl Place {
    /// An absolute path cannot be taken for the URI of a database.
    fn of_file(path: &Path) -> Self {
        Self::File(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    fn connect(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        match self {
            Self::File(path) => Connection::open_with_flags(path, flags),
            Self::Memory(uri) => {
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
            }
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Memory(uri) => PathBuf::from(uri),
        }
    }

    fn failed(&self, source: rusqlite::Error) -> StoreError {
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => StoreError::NotAStore { path: self.path() },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            _ => StoreError::Open { path: self.path(), source },
        }
    }
}

/// Sets what every connection of this crate has in common.
pub(crate) fn harden(conn: &Connection) -> rusqlite::Result<()> {
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        conn.set_db_config(option, on)?;
    }
    Ok(())
}

fn open_writer(place: &Place) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| place.failed(source);
    let mut conn = place.connect(flags).map_err(failed)?;
    conn.busy_timeout(BUSY).map_err(failed)?;
    harden(&conn).map_err(failed)?;
    let pragma = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = pragma("application_id").map_err(failed)?;
    let layout = pragma("user_version").map_err(failed)?;
    let pages = pragma("page_count").map_err(failed)?;
    if pages > 0 && application != APPLICATION_ID {
        return Err(StoreError::NotAStore { path: place.path() });
    }
    if layout > LAYOUT {
        return Err(StoreError::Newer { path: place.path(), found: layout, known: LAYOUT });
    }
    if let Place::File(_) = place {
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(failed)?;
    }
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA cache_size = -65536; PRAGMA cell_size_check = ON;",
    )
    .map_err(failed)?;
    if layout < LAYOUT {
        bring_up(&mut conn, layout).map_err(failed)?;
    }
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// Makes the engine's own tables, or brings those of an older version up to this one.
fn bring_up(conn: &mut Connection, from: i64) -> rusqlite::Result<()> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in schema::STEPS.iter().skip(usize::try_from(from).unwrap_or_default()) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.commit()
}

/// Returns the shape of the table of `form`, when the table follows the definition.
pub(crate) fn fitting<'s>(
    shapes: &'s BTreeMap<String, Shape>,
    form: &Form,
) -> Result<&'s Shape, StoreError> {
    let wanted = Shape::without_references(form);
    shapes
        .get(&form.id)
        .filter(|shape| shape.same_records(&wanted))
        .ok_or_else(|| StoreError::NotMigrated { form: form.id.clone() })
}

/// Reads the shapes that were applied last.
pub(crate) fn read_shapes(conn: &Connection) -> Result<BTreeMap<String, Shape>, StoreError> {
    let mut statement = conn.prepare("SELECT form, shape FROM bm_definition ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut shapes = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (form, json): (String, String) = (row.get(0)?, row.get(1)?);
        let shape = serde_json::from_str(&json)
            .map_err(|error| StoreError::Inconsistent(format!("shape of `{form}`: {error}")))?;
        shapes.insert(form, shape);
    }
    Ok(shapes)
}
