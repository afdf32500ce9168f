//! Keeps each definition of a form that was ever applied, whole.

use bieumau_model::definition::Catalog;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::store::Store;

/// Definitions as they were applied, drafts of records, and evidence files.
pub(crate) const TABLES: &str = r#"
CREATE TABLE bm_form_version (
  id INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  definition TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX bm_form_version_form ON bm_form_version (form, version, sha256);
CREATE TRIGGER bm_form_version_stays BEFORE DELETE ON bm_form_version
  BEGIN SELECT RAISE(ABORT, 'definitions that were applied are kept'); END;
CREATE TRIGGER bm_form_version_holds BEFORE UPDATE ON bm_form_version
  BEGIN SELECT RAISE(ABORT, 'definitions that were applied are kept'); END;
CREATE TABLE bm_draft (
  id INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  author TEXT NOT NULL,
  fields TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'submitted', 'discarded')),
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX bm_draft_author ON bm_draft (author, form, state);
CREATE TRIGGER bm_draft_stays BEFORE DELETE ON bm_draft
  BEGIN SELECT RAISE(ABORT, 'drafts are discarded, never deleted'); END;
CREATE TABLE bm_attachment (
  id INTEGER PRIMARY KEY,
  form TEXT NOT NULL,
  record TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL CHECK (size = length(content)),
  sha256 TEXT NOT NULL,
  content BLOB NOT NULL,
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX bm_attachment_record ON bm_attachment (form, record, id);
CREATE TRIGGER bm_attachment_stays BEFORE DELETE ON bm_attachment
  BEGIN SELECT RAISE(ABORT, 'evidence is only ever added to'); END;
CREATE TRIGGER bm_attachment_holds BEFORE UPDATE ON bm_attachment
  BEGIN SELECT RAISE(ABORT, 'evidence is only ever added to'); END;
"#;

impl Store {
    /// Returns the definition of `form` that was applied last as `version`, as
    /// [`Form::whole`](bieumau_model::definition::Form::whole) writes it.
    pub fn definition(&self, form: &str, version: i64) -> Result<Option<Json>, StoreError> {
        let text: Option<String> = self
            .conn
            .query_row(
                "SELECT definition FROM bm_form_version WHERE form = ? AND version = ? \
                 ORDER BY id DESC LIMIT 1",
                params![form, version],
                |row| row.get(0),
            )
            .optional()?;
        text.map(|text| read(&text)).transpose()
    }

    /// Returns the versions of `form` that were ever applied, oldest first, each with the day on
    /// which it came.
    pub fn versions(&self, form: &str) -> Result<Vec<(i64, String)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT version, min(applied_at) FROM bm_form_version WHERE form = ? \
             GROUP BY version ORDER BY version",
        )?;
        let rows = statement.query_map([form], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// Keeps the definitions of `catalog` that are not kept yet.
pub(crate) fn keep_definitions(
    conn: &mut Connection,
    catalog: &Catalog,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut news = Vec::new();
    {
        let mut known = conn.prepare_cached(
            "SELECT 1 FROM bm_form_version WHERE form = ? AND version = ? AND sha256 = ?",
        )?;
        for form in catalog.forms.values() {
            let whole = form.whole().to_string();
            let hash: String =
                Sha256::digest(&whole).iter().map(|byte| format!("{byte:02x}")).collect();
            if !known.exists(params![form.id, form.version, hash])? {
                news.push((form, whole, hash));
            }
        }
    }
    if news.is_empty() {
        return Ok(());
    }
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (form, whole, hash) in news {
        transaction.execute(
            "INSERT OR IGNORE INTO bm_form_version (form, version, sha256, definition, applied_at) \
             VALUES (?, ?, ?, ?, ?)",
            params![form.id, form.version, hash, whole, now.to_string()],
        )?;
    }
    Ok(transaction.commit()?)
}

pub(crate) fn read(text: &str) -> Result<Json, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Inconsistent(format!("JSON: {error}")))
}
