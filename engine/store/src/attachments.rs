//! Evidence files of records: kept with their hash, never altered, never deleted.

use bieumau_model::definition::Form;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::audit::{Act, record_name, time};
use crate::error::StoreError;
use crate::loading::Loading;
use crate::store::Store;
use crate::values::json_of;

/// A file that belongs to a record, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Number.
    pub id: i64,
    /// Name of the file as it was given.
    pub name: String,
    /// Media type as it was given.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// When it was added.
    pub at: Timestamp,
    /// Who added it.
    pub caller: String,
    /// Why.
    pub reason: String,
}

/// A file to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewAttachment<'a> {
    /// Name of the file.
    pub name: &'a str,
    /// Media type.
    pub media_type: &'a str,
    /// Content.
    pub content: &'a [u8],
}

impl Loading<'_> {
    /// Adds an evidence file to a record of this loading, with its audit line.
    pub fn attach(
        &mut self,
        form: &Form,
        key: &[Value],
        file: NewAttachment<'_>,
    ) -> Result<Attachment, StoreError> {
        let attached = insert(self.connection(), self.act(), form, key, file)?;
        let record: Vec<_> = key.iter().map(json_of).collect();
        let details = json!({ "record": record, "file": told(&attached) });
        self.act().note(self.connection(), "attach", Some(&form.id), 1, &details)?;
        Ok(attached)
    }
}

/// Puts a file into the table; its audit line is the caller's business.
fn insert(
    conn: &Connection,
    act: &Act,
    form: &Form,
    key: &[Value],
    file: NewAttachment<'_>,
) -> Result<Attachment, StoreError> {
    let sha256: String =
        Sha256::digest(file.content).iter().map(|byte| format!("{byte:02x}")).collect();
    let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
    conn.execute(
        "INSERT INTO bm_attachment \
         (form, record, name, media_type, size, sha256, content, at, caller, reason) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            form.id,
            record_name(key),
            file.name,
            file.media_type,
            size,
            sha256,
            file.content,
            act.at,
            act.caller,
            act.reason
        ],
    )?;
    Ok(Attachment {
        id: conn.last_insert_rowid(),
        name: file.name.to_owned(),
        media_type: file.media_type.to_owned(),
        size,
        sha256,
        at: time(&act.at)?,
        caller: act.caller.clone(),
        reason: act.reason.clone(),
    })
}

/// What the audit says of a file.
fn told(file: &Attachment) -> Json {
    json!({ "name": file.name, "size": file.size, "sha256": file.sha256 })
}

const COLUMNS: &str = "id, name, media_type, size, sha256, at, caller, reason";

impl Store {
    /// Adds an evidence file to a record that the caller may write, with its audit line.
    pub fn attach(
        &mut self,
        caller: &Caller,
        form: &Form,
        key: &[Value],
        file: NewAttachment<'_>,
        now: Timestamp,
        reason: &str,
    ) -> Result<Attachment, StoreError> {
        let mut writing = self.write(caller, now, reason)?;
        writing.check_writable(form, key)?;
        let attached = insert(writing.connection(), writing.act(), form, key, file)?;
        writing.detail("file", told(&attached));
        writing.note(form, "attach", key);
        writing.commit()?;
        Ok(attached)
    }

    /// Lists the evidence files of a record, oldest first; none when the caller may not see it.
    pub fn attachments(
        &self,
        caller: &Caller,
        form: &Form,
        key: &[Value],
    ) -> Result<Vec<Attachment>, StoreError> {
        if self.record(caller, form, key)?.is_none() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM bm_attachment WHERE form = ? AND record = ? ORDER BY id"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![form.id, record_name(key)], |row| Ok(attachment(row)))?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|file| file)).collect()
    }

    /// Returns an evidence file of a record that the caller may see, with its content; its hash is
    /// checked first.
    pub fn attachment(
        &self,
        caller: &Caller,
        form: &Form,
        key: &[Value],
        id: i64,
    ) -> Result<Option<(Attachment, Vec<u8>)>, StoreError> {
        if self.record(caller, form, key)?.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {COLUMNS}, content FROM bm_attachment WHERE form = ? AND record = ? AND id = ?"
        );
        let found = self
            .conn
            .prepare_cached(&sql)?
            .query_row(params![form.id, record_name(key), id], |row| {
                Ok((attachment(row), row.get::<_, Vec<u8>>(8)?))
            })
            .optional()?;
        let Some((file, content)) = found else { return Ok(None) };
        let file = file?;
        let hash: String =
            Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        if hash != file.sha256 {
            return Err(StoreError::Inconsistent(format!("attachment {id} was altered")));
        }
        Ok(Some((file, content)))
    }
}

fn attachment(row: &Row<'_>) -> Result<Attachment, StoreError> {
    Ok(Attachment {
        id: row.get(0)?,
        name: row.get(1)?,
        media_type: row.get(2)?,
        size: row.get(3)?,
        sha256: row.get(4)?,
        at: time(&row.get::<_, String>(5)?)?,
        caller: row.get(6)?,
        reason: row.get(7)?,
    })
}
