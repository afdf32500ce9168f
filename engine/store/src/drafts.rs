//! Drafts: records as far as they were typed, valid or not. No report ever sees them.

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value as Json;

use crate::audit::time;
use crate::error::StoreError;
use crate::kept::read;
use crate::store::Store;

/// One draft. It belongs to whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Number.
    pub id: i64,
    /// Form.
    pub form: String,
    /// Version of the definition under which it was typed last.
    pub version: i64,
    /// Who.
    pub author: String,
    /// Fields as they were typed.
    pub fields: Json,
    /// What became of it.
    pub state: DraftState,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// Still being written.
    Open,
    /// A record was made of it.
    Submitted,
    /// Thrown away by its author.
    Discarded,
}

impl DraftState {
    /// Returns the word of the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Submitted => "submitted",
            Self::Discarded => "discarded",
        }
    }
}

const COLUMNS: &str = "id, form, version, author, fields, state, created_at, changed_at";

impl Store {
    /// Begins a draft; returns its number.
    pub fn begin_draft(
        &mut self,
        caller: &Caller,
        form: &str,
        version: u32,
        fields: &Json,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let now = now.to_string();
        self.conn.execute(
            "INSERT INTO bm_draft (form, version, author, fields, created_at, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            params![form, version, caller.name(), fields.to_string(), now],
        )?;
        Ok(self.conn.last_insert_rowid())
    }

    /// Changes an open draft of the caller's own; returns whether there is one.
    pub fn change_draft(
        &mut self,
        caller: &Caller,
        id: i64,
        version: u32,
        fields: &Json,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = self.conn.execute(
            "UPDATE bm_draft SET fields = ?, version = ?, changed_at = ? \
             WHERE id = ? AND author = ? AND state = 'open'",
            params![fields.to_string(), version, now.to_string(), id, caller.name()],
        )?;
        Ok(changed == 1)
    }

    /// Ends an open draft of the caller's own; returns whether there was one.
    pub fn end_draft(
        &mut self,
        caller: &Caller,
        id: i64,
        state: DraftState,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = self.conn.execute(
            "UPDATE bm_draft SET state = ?, changed_at = ? \
             WHERE id = ? AND author = ? AND state = 'open'",
            params![state.name(), now.to_string(), id, caller.name()],
        )?;
        Ok(changed == 1)
    }

    /// Returns a draft of the caller's own.
    pub fn draft(&self, caller: &Caller, id: i64) -> Result<Option<Draft>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM bm_draft WHERE id = ? AND author = ?");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let found = statement.query_row(params![id, caller.name()], |row| Ok(draft(row)));
        found.optional()?.transpose()
    }

    /// Returns the open drafts of the caller's own for `form`, the newest first.
    pub fn drafts(&self, caller: &Caller, form: &str) -> Result<Vec<Draft>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM bm_draft WHERE author = ? AND form = ? AND state = 'open' \
             ORDER BY id DESC"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params![caller.name(), form], |row| Ok(draft(row)))?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|draft| draft)).collect()
    }
}

fn draft(row: &Row<'_>) -> Result<Draft, StoreError> {
    let state: String = row.get(5)?;
    Ok(Draft {
        id: row.get(0)?,
        form: row.get(1)?,
        version: row.get(2)?,
        author: row.get(3)?,
        fields: read(&row.get::<_, String>(4)?)?,
        state: match state.as_str() {
            "submitted" => DraftState::Submitted,
            "discarded" => DraftState::Discarded,
            _ => DraftState::Open,
        },
        created_at: time(&row.get::<_, String>(6)?)?,
        changed_at: time(&row.get::<_, String>(7)?)?,
    })
}
