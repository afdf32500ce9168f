//! The chain of the audit, and the proof that it is whole.
//!
//! The hash of a line is SHA-256, in lower-case hexadecimal digits, over the hash of the line
//! before, a line feed, and the canonical form of the line: the JSON array, without spaces,
//! `[id, at, caller, action, form, count, reason, details]`, in which `form` may be `null` and
//! `details` is the text as stored. Before the first line stands a hash of 64 zeros. Lines that an
//! older version wrote have no hash of their own, but are part of the chain all the same.
//!
//! What records were before is bound in by `details.history`: the first and last number of the
//! history lines of the change, and SHA-256 over their canonical forms
//! `[id, form, record, revision, version, change, before, at, caller, reason]`, each with a line feed.
//!
//! What records hold since their last change is bound in by `details.seals`; see `seal`. So a check
//! also finds a value that was changed in the file, and names record and field. The bytes of issued
//! documents and of evidence files are compared with the hashes that their lines hold.
//!
//! Whoever takes away the newest lines leaves a whole, shorter chain. So a head that was noted
//! elsewhere, on paper for instance, can be asked for as well.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::seal::{self, Altered};
use crate::store::Store;

/// The hash that stands before the first line.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line as the chain sees it.
pub(crate) struct Line<'a> {
    pub id: i64,
    pub at: &'a str,
    pub caller: &'a str,
    pub action: &'a str,
    pub form: Option<&'a str>,
    pub count: i64,
    pub reason: &'a str,
    pub details: &'a str,
}

/// What a check of the audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many lines there are.
    pub lines: i64,
    /// The hash of the last one.
    pub head: String,
    /// The first line that does not fit, and why.
    pub broken: Option<(i64, Fault)>,
    /// How many records were compared with what the chain says of them.
    pub records: i64,
    /// Records that are not what the engine wrote, up to a hundred.
    pub altered: Vec<Altered>,
    /// How many more there are.
    pub more: usize,
}

/// Why a line does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its number does not follow: a line is missing before it.
    Missing,
    /// Its hash is not that of its content and the line before.
    Changed,
    /// The history that belongs to it is not what it was.
    History,
    /// The seals of records that belong to it are not what they were.
    Seals,
    /// The file that it tells of, an issued document or evidence, is not what it was.
    File,
    /// The line that was noted elsewhere is not there.
    Cut,
}

impl Line<'_> {
    /// Returns the hash of the line that follows one with the hash `previous`.
    pub fn hash(&self, previous: &str) -> String {
        let canonical = json!([
            self.id,
            self.at,
            self.caller,
            self.action,
            self.form,
            self.count,
            self.reason,
            self.details
        ]);
        hex(Sha256::digest(format!("{previous}\n{canonical}")))
    }
}

/// Returns number and hash of the last line.
pub(crate) fn head(conn: &Connection) -> rusqlite::Result<(i64, String)> {
    let mut statement =
        conn.prepare_cached("SELECT id, hash FROM bm_audit ORDER BY id DESC LIMIT 1")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok((0, BEGINNING.to_owned())) };
    let (id, hash): (i64, Option<String>) = (row.get(0)?, row.get(1)?);
    if let Some(hash) = hash {
        return Ok((id, hash));
    }
    // The last line is of an older version: the chain begins over all of them.
    let mut previous = BEGINNING.to_owned();
    each_line(conn, |line, _| {
        previous = line.hash(&previous);
        Ok(true)
    })?;
    Ok((id, previous))
}

/// Lines of the history on their way into the chain.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    first: i64,
    last: i64,
    digest: Sha256,
}

impl Kept {
    /// Adds the line with number `id`; `line` is form, record, change, before, at, caller, reason.
    pub fn add(
        kept: &mut Option<Self>,
        id: i64,
        (revision, version): (i64, i64),
        [form, record, change, before, at, caller, reason]: [&str; 7],
    ) {
        let kept = kept.get_or_insert_with(|| Self { first: id, last: id, digest: Sha256::new() });
        kept.last = id;
        let line = json!([id, form, record, revision, version, change, before, at, caller, reason]);
        kept.digest.update(format!("{line}\n"));
    }

    /// Returns what the line of the audit says about them.
    pub fn seal(self) -> Json {
        json!({"first": self.first, "last": self.last, "sha256": hex(self.digest.finalize())})
    }
}

impl Store {
    /// Walks the chain from its beginning, and compares the records with it. `noted` is the hash of
    /// a line that was noted elsewhere and must be there, with the number of the line when that was
    /// noted too.
    pub fn verify_audit(&self, noted: Option<(Option<i64>, &str)>) -> Result<Proof, StoreError> {
        let mut proof = Proof {
            lines: 0,
            head: BEGINNING.to_owned(),
            broken: None,
            records: 0,
            altered: Vec::new(),
            more: 0,
        };
        let mut found = noted.is_none();
        let mut chained = false;
        each_line(&self.conn, |line, hash| {
            let expected = line.hash(&proof.head);
            let fault = if line.id != proof.lines + 1 {
                Some(Fault::Missing)
            } else if hash.map_or(chained, |hash| hash != expected) {
                // Only lines before the first one with a hash may lack theirs.
                Some(Fault::Changed)
            } else {
                details_fault(&self.conn, line)?
            };
            if let Some(fault) = fault {
                proof.broken = Some((line.id, fault));
                return Ok(false);
            }
            proof.lines += 1;
            chained |= hash.is_some();
            found |= noted
                .is_some_and(|(id, hash)| id.is_none_or(|id| id == line.id) && hash == expected);
            proof.head = expected;
            Ok(true)
        })?;
        if let Some((id, _)) = noted
            && !found
            && proof.broken.is_none()
        {
            proof.broken = Some((id.unwrap_or(proof.lines), Fault::Cut));
        }
        let compared = seal::compare(&self.conn, &self.shapes)?;
        proof.records = compared.records;
        proof.altered = compared.altered;
        proof.more = compared.more;
        Ok(proof)
    }
}

/// Returns what is wrong with the things that a line tells of, when its own text is right.
fn details_fault(conn: &Connection, line: &Line<'_>) -> rusqlite::Result<Option<Fault>> {
    let details: Json = serde_json::from_str(line.details).unwrap_or_default();
    Ok(if !history_fits(conn, &details)? {
        Some(Fault::History)
    } else if !seal::fits(conn, &details)? {
        Some(Fault::Seals)
    } else if !file_fits(conn, line, &details)? {
        Some(Fault::File)
    } else {
        None
    })
}

/// Returns whether the file that a line tells of has the bytes that it had.
fn file_fits(conn: &Connection, line: &Line<'_>, details: &Json) -> rusqlite::Result<bool> {
    match line.action {
        "issue" => {
            let (Some(id), Some(hash)) = (details["id"].as_i64(), details["document"].as_str())
            else {
                return Ok(true);
            };
            let bytes: Option<Vec<u8>> = conn
                .prepare_cached("SELECT document FROM bm_issued WHERE id = ?")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let replaced = match details["replaces"].as_i64() {
                Some(old) => has_end(conn, old)?,
                None => true,
            };
            Ok(replaced && bytes.is_some_and(|bytes| hex(Sha256::digest(bytes)) == hash))
        }
        "issue_revoke" => has_end(conn, details["id"].as_i64().unwrap_or_default()),
        "attach" => {
            let Some(hash) = details["file"]["sha256"].as_str() else { return Ok(true) };
            let mut statement = conn.prepare_cached(
                "SELECT content FROM bm_attachment WHERE form = ? AND record = ? AND sha256 = ?",
            )?;
            let record = details["record"].to_string();
            let mut rows = statement.query((line.form, record, hash))?;
            while let Some(row) = rows.next()? {
                if hex(Sha256::digest(row.get::<_, Vec<u8>>(0)?)) == hash {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// Returns whether an issued document has its end, of which a line tells.
fn has_end(conn: &Connection, id: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM bm_issued_end WHERE document = ?")?.exists([id])
}

/// Calls `visit` with each line and its stored hash until it returns `false`.
fn each_line(
    conn: &Connection,
    mut visit: impl FnMut(&Line<'_>, Option<&str>) -> rusqlite::Result<bool>,
) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(
        "SELECT id, at, caller, action, form, count, reason, details, hash FROM bm_audit ORDER BY id",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get::<_, String>(at);
        let (at, caller, action) = (text(1)?, text(2)?, text(3)?);
        let (reason, details) = (text(6)?, text(7)?);
        let form: Option<String> = row.get(4)?;
        let hash: Option<String> = row.get(8)?;
        let line = Line {
            id: row.get(0)?,
            at: &at,
            caller: &caller,
            action: &action,
            form: form.as_deref(),
            count: row.get(5)?,
            reason: &reason,
            details: &details,
        };
        if !visit(&line, hash.as_deref())? {
            break;
        }
    }
    Ok(())
}

/// Returns whether the history that `details` speak of is what it was.
fn history_fits(conn: &Connection, details: &Json) -> rusqlite::Result<bool> {
    let Some(sealed) = details.get("history") else { return Ok(true) };
    let (Some(first), Some(last)) = (sealed["first"].as_i64(), sealed["last"].as_i64()) else {
        return Ok(true);
    };
    let mut statement = conn.prepare_cached(
        "SELECT id, revision, version, form, record, change, before, at, caller, reason \
         FROM bm_history WHERE id BETWEEN ? AND ? ORDER BY id",
    )?;
    let mut rows = statement.query([first, last])?;
    let mut kept = None;
    while let Some(row) = rows.next()? {
        let mut texts: [String; 7] = Default::default();
        for (at, text) in texts.iter_mut().enumerate() {
            *text = row.get(at + 3)?;
        }
        let line = texts.each_ref().map(String::as_str);
        Kept::add(&mut kept, row.get(0)?, (row.get(1)?, row.get(2)?), line);
    }
    Ok(kept.is_some_and(|kept| kept.seal() == *sealed))
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
