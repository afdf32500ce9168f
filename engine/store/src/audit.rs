//! The audit and the history: what was done, by whom, when and why. Both are only ever added to.
//!
//! A line is written in the transaction of the thing itself, so neither exists without the other.
//! Lines are chained: each holds the hash of the one before, so that none can be changed or taken
//! out of the middle unnoticed; see `chain`.

use std::cell::RefCell;

use bieumau_model::definition::Form;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::Value as Json;

use crate::chain::{self, Kept};
use crate::error::StoreError;
use crate::seal::{self, Seals};
use crate::shape::Shape;
use crate::store::Store;
use crate::values::json_of;

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Number, from 1 without a gap.
    pub id: i64,
    /// When, as the caller gave it.
    pub at: Timestamp,
    /// Who.
    pub caller: String,
    /// What, such as `insert`, `update`, `sign_in`, `grant_add`, `document_read`.
    pub action: String,
    /// Form.
    pub form: Option<String>,
    /// How many records.
    pub count: i64,
    /// Why.
    pub reason: String,
    /// More, by action.
    pub details: Json,
    /// Hash of this line and the one before; lines of older versions have none.
    pub hash: Option<String>,
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
    /// The lines of the history since the last line of the audit, for the chain.
    kept: RefCell<Option<Kept>>,
    /// The seals since then, for the same.
    seals: RefCell<Option<Seals>>,
}

impl Act {
    pub fn new(caller: &Caller, now: Timestamp, reason: &str) -> Self {
        Self {
            caller: caller.name().to_owned(),
            at: now.to_string(),
            reason: reason.to_owned(),
            kept: RefCell::default(),
            seals: RefCell::default(),
        }
    }

    /// Seals records as they stand after a change.
    pub fn seal(
        &self,
        conn: &Connection,
        shape: &Shape,
        keys: impl IntoIterator<Item = Vec<Value>>,
    ) -> rusqlite::Result<()> {
        seal::seal(conn, shape, keys, &self.seals)
    }

    /// Seals every record of a form as it stands; returns how many.
    pub fn seal_all(&self, conn: &Connection, shape: &Shape) -> rusqlite::Result<usize> {
        seal::seal_all(conn, shape, &self.seals)
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
        let mut details = details.clone();
        if let (Some(kept), Some(details)) = (self.kept.take(), details.as_object_mut()) {
            details.insert("history".to_owned(), kept.seal());
        }
        if let (Some(seals), Some(details)) = (self.seals.take(), details.as_object_mut()) {
            details.insert("seals".to_owned(), seals.note());
        }
        let (last, previous) = chain::head(conn)?;
        let line = chain::Line {
            id: last + 1,
            at: &self.at,
            caller: &self.caller,
            action,
            form,
            count: count as i64,
            reason: &self.reason,
            details: &details.to_string(),
        };
        let mut statement = conn.prepare_cached(
            "INSERT INTO bm_audit (id, at, caller, action, form, count, reason, details, hash) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        statement.execute(params![
            line.id,
            line.at,
            line.caller,
            line.action,
            line.form,
            line.count,
            line.reason,
            line.details,
            line.hash(&previous),
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
        let line = [form, record, change, &before, &self.at, &self.caller, &self.reason];
        Kept::add(&mut self.kept.borrow_mut(), conn.last_insert_rowid(), (revision, version), line);
        Ok(())
    }
}

impl Store {
    /// Returns the newest lines of the audit, newest first.
    pub fn audit(&self, most: usize) -> Result<Vec<AuditLine>, StoreError> {
        self.audit_where("1 ORDER BY id DESC LIMIT ?1", params![most as i64])
    }

    /// Returns the lines from `from` on and before `to`, oldest first.
    pub fn audit_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<AuditLine>, StoreError> {
        // Times are text without trailing zeros, so they are compared as times, not as text.
        let mut lines = self.audit_where("1 ORDER BY id", params![])?;
        lines.retain(|line| from <= line.at && line.at < to);
        Ok(lines)
    }

    fn audit_where(
        &self,
        condition: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<AuditLine>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT at, caller, action, form, count, reason, details, id, hash FROM bm_audit \
             WHERE {condition}"
        ))?;
        let mut rows = statement.query(values)?;
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
                id: row.get(7)?,
                hash: row.get(8)?,
            });
        }
        Ok(lines)
    }

    /// Adds a line about something that changed no record: a document that was read, an export.
    pub fn note(
        &mut self,
        caller: &Caller,
        action: &str,
        count: usize,
        details: &Json,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, "");
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        act.note(&transaction, action, None, count, details)?;
        Ok(transaction.commit()?)
    }

    /// Runs a change of the engine's own tables and its audit line in one transaction; a change
    /// that gives no line changed nothing and is undone.
    pub(crate) fn noted(
        &mut self,
        act: &Act,
        change: impl FnOnce(&Connection) -> Result<Option<(&'static str, Json)>, StoreError>,
    ) -> Result<bool, StoreError> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some((action, details)) = change(&transaction)? else { return Ok(false) };
        act.note(&transaction, action, None, 1, &details)?;
        transaction.commit()?;
        Ok(true)
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

impl Store {
    /// Returns why a record was made.
    pub fn insert_reason(
        &self,
        form: &Form,
        key: &[Value],
        record: &crate::record::Record,
    ) -> Result<String, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT reason, details FROM bm_audit \
             WHERE form = ? AND action = 'insert' AND at = ? AND caller = ? ORDER BY id",
        )?;
        let at = record.created_at.to_string();
        let mut rows = statement.query(params![form.id, at, record.author])?;
        let name = Json::Array(key.iter().map(json_of).collect());
        let mut reason = String::new();
        while let Some(row) = rows.next()? {
            let details = json(&row.get::<_, String>(1)?)?;
            let many = details["records"].as_array();
            // A loading notes no single records; its reason is that of all of them.
            let names = details["record"] == name || many.is_some_and(|all| all.contains(&name));
            if names || (reason.is_empty() && many.is_none() && details["record"].is_null()) {
                reason = row.get(0)?;
            }
        }
        Ok(reason)
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
