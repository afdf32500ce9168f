//! Seals: what each record held when the engine last wrote it, bound into the chain of the audit.
//!
//! Each state of a record has a seal, a row of `bm_seal`, and the record names its newest one in
//! `_seal`. A seal holds the number of the seal before it and its entries: the first 16 bytes of
//! SHA-256 over the form, a line feed, and of every field that has a value (the engine's own notes
//! among them, in the order of the table) name, line feed, value and line feed; and then two bytes
//! for each field that only tell which one was changed. A value is written as it is stored: `i` with a
//! whole number in digits, or `t` with a text.
//!
//! The line of the audit that tells of a change holds in `details.seals` the first and last number
//! of the seals that belong to it, and SHA-256 over all of them: of each `id|before|`, its entries,
//! and a line feed. So neither a record, nor its seal, nor which one is the newest can be changed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bieumau_model::table::Value;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::shape::Shape;
use crate::sql::{list, quoted};
use crate::values::Bound;

/// The table of seals.
pub(crate) const TABLES: &str = r#"
CREATE TABLE bm_seal (
  id INTEGER PRIMARY KEY,
  before INTEGER,
  entries BLOB NOT NULL
) STRICT;
CREATE TRIGGER bm_seal_stays BEFORE DELETE ON bm_seal
  BEGIN SELECT RAISE(ABORT, 'seals are only ever added to'); END;
CREATE TRIGGER bm_seal_holds BEFORE UPDATE ON bm_seal
  BEGIN SELECT RAISE(ABORT, 'seals are only ever added to'); END;
"#;

/// The engine's own notes that are sealed with a record.
const NOTES: [&str; 6] =
    ["_status", "_revision", "_version", "_author", "_created_at", "_changed_at"];

/// Bytes of the hash of a record in its seal, and of what tells a field.
const HASH: usize = 16;
const FIELD: usize = 2;

/// The most findings that a check names.
const MOST_NAMED: usize = 100;

/// A record that is not what the engine wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// Form; empty when only the line of the audit is known.
    pub form: String,
    /// Key of the record, as a JSON array; of a record that is gone, the number of its seal.
    pub record: String,
    /// Field; `None` when it is about the whole record.
    pub field: Option<String>,
    /// What is wrong.
    pub fault: Alteration,
    /// The hash of the record that the seal has.
    pub expected: Option<String>,
    /// The hash of what is there.
    pub found: Option<String>,
}

/// How a record differs from its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alteration {
    /// A value is another one.
    Value,
    /// The record is gone.
    Gone,
    /// The engine never wrote this record.
    Foreign,
    /// It is what it once was, but not what it was last.
    Older,
}

/// Seals on their way into the chain.
#[derive(Debug, Clone)]
pub(crate) struct Seals {
    first: i64,
    last: i64,
    digest: Sha256,
}

impl Seals {
    fn add(seals: &mut Option<Self>, id: i64, before: Option<i64>, entries: &[u8]) {
        let seals =
            seals.get_or_insert_with(|| Self { first: id, last: id, digest: Sha256::new() });
        seals.last = id;
        seals.digest.update(format!("{id}|{}|", before.unwrap_or_default()));
        seals.digest.update(entries);
        seals.digest.update(b"\n");
    }

    /// Returns what the line of the audit says about them.
    pub fn note(self) -> Json {
        json!({"first": self.first, "last": self.last, "sha256": hex(&self.digest.finalize())})
    }
}

/// Reads rows of a form's table as they are sealed.
struct Sealed {
    form: String,
    names: Vec<String>,
    /// Where the columns of the key stand.
    key: Vec<usize>,
    /// All of the names, and the seal that the record has.
    select: String,
}

impl Sealed {
    fn of(shape: &Shape) -> Self {
        let columns = shape.columns.iter().chain(&shape.kept).map(|column| column.name.clone());
        let names: Vec<String> = columns.chain(NOTES.map(str::to_owned)).collect();
        let place = |wanted: &String| names.iter().position(|own| own == wanted);
        let key = shape.key.iter().filter_map(place).collect();
        let table = quoted(&shape.table());
        let select = format!("SELECT {}, _seal FROM main.{table}", list(&names));
        Self { form: shape.form.clone(), key, select, names }
    }

    /// Returns the entries of a row.
    fn entries(&self, row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
        let mut hash = Sha256::new();
        hash.update(&self.form);
        hash.update(b"\n");
        let mut entries = vec![0; HASH];
        for (at, name) in self.names.iter().enumerate() {
            let value = row.get_ref(at)?;
            // An empty field is no part of the hash, so that a new one changes no old seal.
            let told = if matches!(value, ValueRef::Null) {
                0
            } else {
                hash.update(name);
                hash.update(b"\n");
                told(&mut hash, value)
            };
            entries.extend_from_slice(&told.to_be_bytes());
        }
        entries[..HASH].copy_from_slice(&hash.finalize()[..HASH]);
        Ok(entries)
    }

    /// Returns the seal that a row names.
    fn seal(&self, row: &Row<'_>) -> rusqlite::Result<Option<i64>> {
        row.get(self.names.len())
    }

    /// Returns the key of a row as the history names it.
    fn name(&self, row: &Row<'_>) -> rusqlite::Result<String> {
        let key: rusqlite::Result<Vec<Json>> =
            self.key.iter().map(|at| Ok(stored(row.get_ref(*at)?))).collect();
        Ok(Json::Array(key?).to_string())
    }
}

/// Seals the records with these keys as they stand now.
pub(crate) fn seal(
    conn: &Connection,
    shape: &Shape,
    keys: impl IntoIterator<Item = Vec<Value>>,
    seals: &RefCell<Option<Seals>>,
) -> rusqlite::Result<()> {
    let sealed = Sealed::of(shape);
    let mut select =
        conn.prepare_cached(&format!("{} WHERE {}", sealed.select, shape.key_equals()))?;
    let mut update = conn.prepare_cached(&format!(
        "UPDATE main.{} SET _seal = ? WHERE {}",
        quoted(&shape.table()),
        shape.key_equals()
    ))?;
    for key in keys {
        let (before, entries) = select
            .query_row(params_from_iter(key.iter().map(Bound)), |row| {
                Ok((sealed.seal(row)?, sealed.entries(row)?))
            })?;
        let id = keep(conn, before, &entries, &mut seals.borrow_mut())?;
        let number = Value::Integer(id);
        update.execute(params_from_iter(std::iter::once(&number).chain(&key).map(Bound)))?;
    }
    Ok(())
}

/// Seals every record of a form as it stands now; returns how many.
pub(crate) fn seal_all(
    conn: &Connection,
    shape: &Shape,
    seals: &RefCell<Option<Seals>>,
) -> rusqlite::Result<usize> {
    let key = list(&shape.key);
    let table = quoted(&shape.table());
    let mut keys = Vec::new();
    {
        let mut statement =
            conn.prepare(&format!("SELECT {key} FROM main.{table} ORDER BY {key}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let cells: rusqlite::Result<Vec<Value>> = (0..shape.key.len())
                .map(|at| {
                    Ok(match row.get_ref(at)? {
                        ValueRef::Integer(number) => Value::Integer(number),
                        other => Value::Text(other.as_str().unwrap_or_default().to_owned()),
                    })
                })
                .collect();
            keys.push(cells?);
        }
    }
    let count = keys.len();
    seal(conn, shape, keys, seals)?;
    Ok(count)
}

fn keep(
    conn: &Connection,
    before: Option<i64>,
    entries: &[u8],
    seals: &mut Option<Seals>,
) -> rusqlite::Result<i64> {
    conn.prepare_cached("INSERT INTO bm_seal (before, entries) VALUES (?, ?)")?
        .execute(params![before, entries])?;
    let id = conn.last_insert_rowid();
    Seals::add(seals, id, before, entries);
    Ok(id)
}

/// Returns whether there is any seal at all: a store of an older version has none.
pub(crate) fn any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM bm_seal LIMIT 1")?.exists([])
}

/// Returns whether the seals that `details` speak of are what they were.
pub(crate) fn fits(conn: &Connection, details: &Json) -> rusqlite::Result<bool> {
    let Some(noted) = details.get("seals") else { return Ok(true) };
    let (Some(first), Some(last)) = (noted["first"].as_i64(), noted["last"].as_i64()) else {
        return Ok(false);
    };
    let mut statement = conn.prepare_cached(
        "SELECT id, before, entries FROM bm_seal WHERE id BETWEEN ? AND ? ORDER BY id",
    )?;
    let mut rows = statement.query([first, last])?;
    let mut seals = None;
    while let Some(row) = rows.next()? {
        let entries = row.get_ref(2)?.as_blob().unwrap_or_default();
        Seals::add(&mut seals, row.get(0)?, row.get(1)?, entries);
    }
    Ok(seals.is_some_and(|seals| seals.note() == *noted))
}

/// What a comparison of records with their seals found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub records: i64,
    pub altered: Vec<Altered>,
    pub more: usize,
}

impl Comparison {
    fn add(&mut self, altered: Altered) {
        if self.altered.len() < MOST_NAMED {
            self.altered.push(altered);
        } else {
            self.more += 1;
        }
    }
}

/// Compares every record of every form with its newest seal.
pub(crate) fn compare(
    conn: &Connection,
    shapes: &BTreeMap<String, Shape>,
) -> Result<Comparison, StoreError> {
    let mut found = Comparison::default();
    let mut newest = newest(conn)?;
    for shape in shapes.values() {
        compare_form(conn, shape, &mut newest, &mut found)?;
    }
    // Whatever no record names belongs to one that is gone.
    for (at, _) in newest.iter().enumerate().filter(|(_, open)| **open) {
        found.add(Altered {
            form: String::new(),
            record: at.to_string(),
            field: None,
            fault: Alteration::Gone,
            expected: None,
            found: None,
        });
    }
    Ok(found)
}

/// For each number of a seal, whether it is the newest of its record.
fn newest(conn: &Connection) -> rusqlite::Result<Vec<bool>> {
    let last: Option<i64> = conn.query_row("SELECT max(id) FROM bm_seal", [], |row| row.get(0))?;
    let mut open = vec![false; usize::try_from(last.unwrap_or(-1) + 1).unwrap_or_default()];
    let mut statement = conn.prepare("SELECT id, before FROM bm_seal ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut set = |id: i64, is: bool| {
        if let Some(place) = usize::try_from(id).ok().and_then(|at| open.get_mut(at)) {
            *place = is;
        }
    };
    while let Some(row) = rows.next()? {
        set(row.get(0)?, true);
        if let Some(before) = row.get::<_, Option<i64>>(1)? {
            set(before, false);
        }
    }
    Ok(open)
}

fn compare_form(
    conn: &Connection,
    shape: &Shape,
    newest: &mut [bool],
    found: &mut Comparison,
) -> Result<(), StoreError> {
    let sealed = Sealed::of(shape);
    let mut seal = conn.prepare_cached("SELECT entries FROM bm_seal WHERE id = ?")?;
    let mut statement =
        conn.prepare(&format!("{} ORDER BY {}", sealed.select, list(&shape.key)))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.records += 1;
        let entries = sealed.entries(row)?;
        let id = sealed.seal(row)?;
        let known: Option<Vec<u8>> = match id {
            Some(id) => seal.query_row([id], |row| row.get(0)).optional()?,
            None => None,
        };
        let place = id.and_then(|id| usize::try_from(id).ok());
        let open = place.and_then(|at| newest.get_mut(at));
        let is_newest = open.is_some_and(std::mem::take);
        let fault = match &known {
            None => Alteration::Foreign,
            Some(known) if *known != entries => Alteration::Value,
            Some(_) if !is_newest => Alteration::Older,
            Some(_) => continue,
        };
        let known = known.unwrap_or_default();
        let hash = |entries: &[u8]| entries.get(..HASH).map(hex);
        let base = Altered {
            form: shape.form.clone(),
            record: sealed.name(row)?,
            field: None,
            fault,
            expected: hash(&known),
            found: hash(&entries),
        };
        if fault != Alteration::Value {
            found.add(base);
            continue;
        }
        let fields = sealed.names.iter().zip(entries[HASH..].chunks_exact(FIELD));
        let known = known.get(HASH..).unwrap_or_default().chunks_exact(FIELD);
        let changed: Vec<&String> = fields
            .zip(known)
            .filter(|((_, now), then)| now != then)
            .map(|((name, _), _)| name)
            .collect();
        if changed.is_empty() {
            found.add(base.clone());
        }
        for name in changed {
            found.add(Altered { field: Some(name.clone()), ..base.clone() });
        }
    }
    Ok(())
}

/// Adds a value to a hash, as it is stored; returns what tells it from others, never 0.
fn told(hash: &mut Sha256, value: ValueRef<'_>) -> u16 {
    let number;
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (b'n', &[]),
        ValueRef::Integer(whole) => {
            number = whole.to_string();
            (b'i', number.as_bytes())
        }
        ValueRef::Text(text) => (b't', text),
        // Neither is ever in a record table; whoever puts one there is found.
        ValueRef::Real(real) => {
            number = real.to_bits().to_string();
            (b'r', number.as_bytes())
        }
        ValueRef::Blob(blob) => (b'b', blob),
    };
    hash.update([kind]);
    hash.update(bytes);
    hash.update(b"\n");
    // FNV-1a, folded: it finds the field; the hash of the record is the proof.
    let mut sum = 0x811c_9dc5_u32 ^ u32::from(kind);
    for byte in bytes {
        sum = (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    let folded = (sum >> 16) ^ (sum & 0xffff);
    u16::try_from(folded).unwrap_or(1).max(1)
}

/// A cell of a key as JSON.
fn stored(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) => Json::from(number),
        ValueRef::Real(number) => json!({ "real": number.to_bits() }),
        ValueRef::Text(bytes) => Json::from(String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => json!({ "blob": hex(bytes) }),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
