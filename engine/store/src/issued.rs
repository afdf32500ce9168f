//! The register of issued documents: what was issued, from what, with which hash, and whether the
//! records still say the same. The bytes of an issued document are kept and never change: one that
//! is replaced or revoked gets an end, which is a line of its own.

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde_json::json;

use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

/// The table of issued documents. Only the two columns about staleness are ever changed.
pub(crate) const ISSUED: &str = r#"
CREATE TABLE bm_issued (
  id INTEGER PRIMARY KEY,
  number INTEGER NOT NULL,
  report TEXT NOT NULL,
  report_version INTEGER NOT NULL,
  title TEXT NOT NULL,
  parameters TEXT NOT NULL,
  school TEXT NOT NULL,
  year INTEGER,
  period TEXT,
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  format TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  document_hash TEXT NOT NULL,
  document BLOB NOT NULL,
  issued_at TEXT NOT NULL,
  issued_by TEXT NOT NULL,
  stale_since TEXT,
  stale_reason TEXT
) STRICT;
CREATE UNIQUE INDEX bm_issued_number ON bm_issued (school, substr(issued_at, 1, 4), number);
CREATE TRIGGER bm_issued_stays BEFORE DELETE ON bm_issued
  BEGIN SELECT RAISE(ABORT, 'an issued document is kept'); END;
CREATE TRIGGER bm_issued_holds BEFORE UPDATE OF id, number, report, report_version, title, parameters,
  school, year, period, late, format, data_hash, document_hash, document, issued_at, issued_by ON bm_issued
  BEGIN SELECT RAISE(ABORT, 'an issued document never changes'); END;
"#;

/// What a document was made with stands in the register too.
pub(crate) const PINS: &str = r#"
ALTER TABLE bm_issued ADD COLUMN plugins TEXT NOT NULL DEFAULT '[]';
CREATE TRIGGER bm_issued_pins_hold BEFORE UPDATE OF plugins ON bm_issued
  BEGIN SELECT RAISE(ABORT, 'an issued document never changes'); END;
"#;

/// Each document has a code by which anybody can ask whether it is valid, and at most one end.
/// Documents of an older version get theirs from their hash and id.
pub(crate) const ENDS: &str = r#"
ALTER TABLE bm_issued ADD COLUMN code TEXT;
UPDATE bm_issued SET code = upper(substr(document_hash, 1, 12)) || '-' || id;
CREATE UNIQUE INDEX bm_issued_code ON bm_issued (code);
CREATE TRIGGER bm_issued_code_holds BEFORE UPDATE OF code ON bm_issued
  BEGIN SELECT RAISE(ABORT, 'an issued document never changes'); END;
CREATE TABLE bm_issued_end (
  document INTEGER PRIMARY KEY REFERENCES bm_issued (id),
  kind TEXT NOT NULL CHECK (kind IN ('replaced', 'revoked')),
  replaced_by INTEGER REFERENCES bm_issued (id),
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL,
  CHECK ((kind = 'replaced') = (replaced_by IS NOT NULL))
) STRICT;
CREATE TRIGGER bm_issued_end_stays BEFORE DELETE ON bm_issued_end
  BEGIN SELECT RAISE(ABORT, 'an end is kept'); END;
CREATE TRIGGER bm_issued_end_holds BEFORE UPDATE ON bm_issued_end
  BEGIN SELECT RAISE(ABORT, 'an end never changes'); END;
"#;

/// A document that is to be registered.
#[derive(Debug, Clone)]
pub struct NewIssue<'a> {
    /// Report.
    pub report: &'a str,
    /// Version of its definition.
    pub report_version: u32,
    /// Title, as people read it.
    pub title: &'a str,
    /// Parameters as JSON text.
    pub parameters: &'a str,
    /// School; empty for a document of no single school.
    pub school: &'a str,
    /// School year, when it has one.
    pub year: Option<i64>,
    /// Reporting period, when it was submitted for one.
    pub period: Option<&'a str>,
    /// Whether that was after the due day.
    pub late: bool,
    /// Format.
    pub format: &'a str,
    /// The code by which anybody can ask whether it is valid.
    pub code: &'a str,
    /// The document in whose place it comes.
    pub replaces: Option<i64>,
    /// Hash of the data that it was made from.
    pub data_hash: &'a str,
    /// Plugins that it was made with, each with version and hash, as JSON text.
    pub plugins: &'a str,
    /// Hash of its bytes.
    pub document_hash: &'a str,
    /// Its bytes.
    pub document: &'a [u8],
}

/// A line of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Id.
    pub id: i64,
    /// Number in the calendar year and school.
    pub number: i64,
    /// Report.
    pub report: String,
    /// Version of its definition.
    pub report_version: i64,
    /// The code by which anybody can ask whether it is valid.
    pub code: String,
    /// How it ended, when it did.
    pub end: Option<IssueEnd>,
    /// Title.
    pub title: String,
    /// Parameters as JSON text.
    pub parameters: String,
    /// School.
    pub school: String,
    /// School year.
    pub year: Option<i64>,
    /// Reporting period.
    pub period: Option<String>,
    /// Whether it was submitted late.
    pub late: bool,
    /// Format.
    pub format: String,
    /// Hash of the data.
    pub data_hash: String,
    /// Hash of the bytes.
    pub document_hash: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who issued it.
    pub issued_by: String,
    /// Since when the records say something else.
    pub stale_since: Option<Timestamp>,
    /// Why they do.
    pub stale_reason: Option<String>,
    /// Plugins that it was made with, as JSON text.
    pub plugins: String,
}

/// How an issued document ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueEnd {
    /// The document that came in its place; `None` when it was revoked.
    pub replaced_by: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub caller: String,
    /// Why.
    pub reason: String,
}

const SELECT: &str = "SELECT id, number, report, title, parameters, school, year, period, late, \
    format, data_hash, document_hash, issued_at, issued_by, stale_since, stale_reason, plugins, \
    report_version, code, e.at, e.replaced_by, e.caller, e.reason \
    FROM bm_issued LEFT JOIN bm_issued_end e ON e.document = id";

impl Store {
    /// Registers a document with the next number of the school and calendar year.
    pub fn issue(
        &mut self,
        caller: &Caller,
        new: &NewIssue<'_>,
        now: Timestamp,
        reason: &str,
    ) -> Result<Issued, StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let number: i64 = transaction.query_row(
            "SELECT coalesce(max(number), 0) + 1 FROM bm_issued \
             WHERE school = ? AND substr(issued_at, 1, 4) = substr(?, 1, 4)",
            params![new.school, act.at],
            |row| row.get(0),
        )?;
        transaction.execute(
            "INSERT INTO bm_issued (number, report, report_version, title, parameters, school, year, \
             period, late, format, data_hash, document_hash, document, issued_at, issued_by, plugins, code) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                number,
                new.report,
                new.report_version,
                new.title,
                new.parameters,
                new.school,
                new.year,
                new.period,
                new.late,
                new.format,
                new.data_hash,
                new.document_hash,
                new.document,
                act.at,
                act.caller,
                new.plugins,
                new.code,
            ],
        )?;
        let id = transaction.last_insert_rowid();
        if let Some(old) = new.replaces {
            end(&transaction, &act, old, Some(id))?;
        }
        let details = json!({
            "id": id, "number": number, "report": new.report, "document": new.document_hash,
            "code": new.code, "replaces": new.replaces,
        });
        act.note(&transaction, "issue", None, 1, &details)?;
        transaction.commit()?;
        self.issued_one(id)?
            .ok_or_else(|| StoreError::Inconsistent("a document that was just issued".to_owned()))
    }

    /// Returns the register of a school, newest first; an empty name is every school.
    pub fn issued(&self, school: &str) -> Result<Vec<Issued>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{SELECT} WHERE ?1 = '' OR school = ?1 ORDER BY id DESC"))?;
        let mut found = statement.query([school])?;
        let mut lines = Vec::new();
        while let Some(row) = found.next()? {
            lines.push(issued_of(row)?);
        }
        Ok(lines)
    }

    /// Returns one line of the register.
    pub fn issued_one(&self, id: i64) -> Result<Option<Issued>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{SELECT} WHERE id = ?"))?;
        statement.query_row([id], |row| Ok(issued_of(row))).optional()?.transpose()
    }

    /// Returns the line of the document with this code.
    pub fn issued_by_code(&self, code: &str) -> Result<Option<Issued>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{SELECT} WHERE code = ?"))?;
        statement.query_row([code], |row| Ok(issued_of(row))).optional()?.transpose()
    }

    /// Returns the id that the next document will have when nobody is faster.
    pub fn next_issue(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM bm_issued";
        Ok(self.conn.query_row(sql, [], |row| row.get(0))?)
    }

    /// Takes a document out of validity; returns `false` when it had an end already.
    pub fn revoke_issued(
        &mut self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, reason);
        self.noted(&act, |conn| {
            let known = conn
                .prepare_cached("SELECT 1 FROM bm_issued_end WHERE document = ?")?
                .exists([id])?;
            if known {
                return Ok(None);
            }
            end(conn, &act, id, None)?;
            Ok(Some(("issue_revoke", json!({ "id": id }))))
        })
    }

    /// Returns the bytes of an issued document, as they were issued.
    pub fn issued_document(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT document FROM bm_issued WHERE id = ?")?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    /// Notes that the records say something else than issued documents do.
    pub fn mark_stale(
        &mut self,
        caller: &Caller,
        ids: &[i64],
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for id in ids {
            transaction.execute(
                "UPDATE bm_issued SET stale_since = ?, stale_reason = ? \
                 WHERE id = ? AND stale_since IS NULL",
                params![act.at, reason, id],
            )?;
        }
        if !ids.is_empty() {
            act.note(&transaction, "stale", None, ids.len(), &json!({ "documents": ids }))?;
        }
        Ok(transaction.commit()?)
    }
}

/// Gives a document its end; a second one is refused by the table.
fn end(conn: &Connection, act: &Act, id: i64, replaced_by: Option<i64>) -> rusqlite::Result<()> {
    let kind = if replaced_by.is_some() { "replaced" } else { "revoked" };
    conn.execute(
        "INSERT INTO bm_issued_end (document, kind, replaced_by, at, caller, reason) \
         VALUES (?, ?, ?, ?, ?, ?)",
        params![id, kind, replaced_by, act.at, act.caller, act.reason],
    )?;
    Ok(())
}

fn end_of(row: &Row<'_>) -> Result<Option<IssueEnd>, StoreError> {
    let Some(at) = row.get::<_, Option<String>>(19)? else { return Ok(None) };
    Ok(Some(IssueEnd {
        at: time(&at)?,
        replaced_by: row.get(20)?,
        caller: row.get(21)?,
        reason: row.get(22)?,
    }))
}

fn issued_of(row: &Row<'_>) -> Result<Issued, StoreError> {
    let stale: Option<String> = row.get(14)?;
    Ok(Issued {
        id: row.get(0)?,
        number: row.get(1)?,
        report: row.get(2)?,
        title: row.get(3)?,
        parameters: row.get(4)?,
        school: row.get(5)?,
        year: row.get(6)?,
        period: row.get(7)?,
        late: row.get(8)?,
        format: row.get(9)?,
        data_hash: row.get(10)?,
        document_hash: row.get(11)?,
        issued_at: time(&row.get::<_, String>(12)?)?,
        issued_by: row.get(13)?,
        stale_since: stale.map(|at| time(&at)).transpose()?,
        stale_reason: row.get(15)?,
        plugins: row.get(16)?,
        report_version: row.get(17)?,
        code: row.get(18)?,
        end: end_of(row)?,
    })
}
