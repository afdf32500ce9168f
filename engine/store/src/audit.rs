//! The audit and the history: what was done, by whom, when and why. Both are only ever added to.
//!
//! A line is written in the transaction of the thing itself, so neither exists without the other.

use bieumau_model::definition::Form;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::store::Store;
use crate::values::json_of;

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// When, as the caller gave it.
    pub at: Timestamp,
    /// Who.
    pub caller: String,
    /// What: `migrate`, `insert`, `update`, `retire`, `restore`.
    pub action: String,
    /// Form.
    pub form: Option<String>,
    /// How many records.
    pub count: i64,
    /// Why.
    pub reason: String,
    /// More, by action.
    pub details: Json,
}

/// One change of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `update`, `retire` or `restore`.
    pub change: String,
    /// Revision before the change.
    pub revision: i64,
    /// Version of the definition that the record had before.
    pub version: i64,
    /// Fields before the change, as stored: decimals in units, dates as ISO text.
    pub before: Json,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub caller: String,
    /// Why.
    pub reason: String,
}

/// Who does something, when and why.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub caller: String,
    pub at: String,
    pub reason: String,
}

impl Act {
    pub fn new(caller: &Caller, now: Timestamp, reason: &str) -> Self {
        Self { caller: caller.name().to_owned(), at: now.to_string(), reason: reason.to_owned() }
    }

    /// Adds a line to the audit.
    pub fn note(
        &self,
        conn: &Connection,
        action: &str,
        form: Option<&str>,
        count: usize,
        details: &Json,
    ) -> rusqlite::Result<()> {
        let mut statement = conn.prepare_cached(
            "INSERT INTO bm_audit (at, caller, action, form, count, reason, details) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        let count = count as i64;
        let details = details.to_string();
        statement.execute(params![
            self.at,
            self.caller,
            action,
            form,
            count,
            self.reason,
            details
        ])?;
        Ok(())
    }

    /// Keeps what a record was before `change`.
    pub fn keep(
        &self,
        conn: &Connection,
        form: &str,
        record: &str,
        (revision, version): (i64, i64),
        change: &str,
        before: &Json,
    ) -> rusqlite::Result<()> {
        let mut statement = conn.prepare_cached(
            "INSERT INTO bm_history \
             (form, record, revision, version, change, before, at, caller, reason) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let before = before.to_string();
        statement.execute(params![
            form,
            record,
            revision,
            version,
            change,
            before,
            self.at,
            self.caller,
            self.reason
        ])?;
        Ok(())
    }
}

impl Store {
    /// Returns the newest lines of the audit, newest first.
    pub fn audit(&self, most: usize) -> Result<Vec<AuditLine>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT at, caller, action, form, count, reason, details FROM bm_audit \
             ORDER BY id DESC LIMIT ?",
        )?;
        let mut rows = statement.query([most as i64])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(AuditLine {
                at: time(&row.get::<_, String>(0)?)?,
                caller: row.get(1)?,
                action: row.get(2)?,
                form: row.get(3)?,
                count: row.get(4)?,
                reason: row.get(5)?,
                details: json(&row.get::<_, String>(6)?)?,
            });
        }
        Ok(lines)
    }

    /// Returns the changes of the record with `key`, oldest first.
    pub fn history(&self, form: &Form, key: &[Value]) -> Result<Vec<Change>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT change, revision, version, before, at, caller, reason FROM bm_history \
             WHERE form = ? AND record = ? ORDER BY id",
        )?;
        let mut rows = statement.query([&form.id, &record_name(key)])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            changes.push(Change {
                change: row.get(0)?,
                revision: row.get(1)?,
                version: row.get(2)?,
                before: json(&row.get::<_, String>(3)?)?,
                at: time(&row.get::<_, String>(4)?)?,
                caller: row.get(5)?,
                reason: row.get(6)?,
            });
        }
        Ok(changes)
    }
}

/// Writes a key as the history keeps it: a JSON array.
pub(crate) fn record_name(key: &[Value]) -> String {
    Json::Array(key.iter().map(json_of).collect()).to_string()
}

pub(crate) fn time(text: &str) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| StoreError::Inconsistent(format!("time `{text}`")))
}

fn json(text: &str) -> Result<Json, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Inconsistent(format!("JSON: {error}")))
}
