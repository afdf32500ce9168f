//! Grants: what was given to whom, where, from when to when, by whom and on what ground.

use bieumau_model::format::{date_iso, parse_date};
use bieumau_model::scope::Caller;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Row, params};
use serde_json::json;

use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

/// A grant to be made. What is `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewGrant {
    /// User.
    pub user: String,
    /// Role, as its word.
    pub role: String,
    /// Unit of the administration whose schools are meant.
    pub unit: Option<String>,
    /// Education level of the schools.
    pub level: Option<String>,
    /// School.
    pub school: Option<String>,
    /// School year of the class.
    pub year: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subjects.
    pub subjects: Option<Vec<String>>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// A grant as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Number.
    pub id: i64,
    /// What was granted.
    pub grant: NewGrant,
    /// Why.
    pub reason: String,
    /// Who granted it.
    pub author: String,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// The day on which it was ended before its time.
    pub ended_on: Option<Date>,
}

impl Store {
    /// Makes a grant; returns its number.
    pub fn add_grant(
        &mut self,
        caller: &Caller,
        grant: &NewGrant,
        now: Timestamp,
        reason: &str,
    ) -> Result<i64, StoreError> {
        let act = Act::new(caller, now, reason);
        let mut id = 0;
        self.noted(&act, |conn| {
            let subjects = grant.subjects.as_ref().map(|list| json!(list).to_string());
            conn.execute(
                "INSERT INTO bm_grant (user, role, unit, level, school, year, class, subjects, \
                 valid_from, valid_to, reason, author, granted_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    grant.user,
                    grant.role,
                    grant.unit,
                    grant.level,
                    grant.school,
                    grant.year,
                    grant.class,
                    subjects,
                    grant.valid_from.map(date_iso),
                    grant.valid_to.map(date_iso),
                    act.reason,
                    act.caller,
                    act.at,
                ],
            )?;
            id = conn.last_insert_rowid();
            let details = json!({"grant": id, "user": grant.user, "role": grant.role,
                "unit": grant.unit, "level": grant.level, "school": grant.school,
                "year": grant.year, "class": grant.class, "subjects": grant.subjects,
                "valid_from": grant.valid_from.map(date_iso),
                "valid_to": grant.valid_to.map(date_iso)});
            Ok(Some(("grant_add", details)))
        })?;
        Ok(id)
    }

    /// Ends a grant from `today` on; returns whether it was still open.
    pub fn end_grant(
        &mut self,
        caller: &Caller,
        id: i64,
        today: Date,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, reason);
        self.noted(&act, |conn| {
            let changed = conn.execute(
                "UPDATE bm_grant SET ended_on = ?, ended_by = ?, ended_reason = ? \
                 WHERE id = ? AND ended_on IS NULL",
                params![date_iso(today), act.caller, act.reason, id],
            )?;
            Ok((changed > 0).then(|| ("grant_end", json!({"grant": id}))))
        })
    }
}

/// Lists the grants of one user, or of all, oldest first.
pub(super) fn list(conn: &Connection, user: Option<&str>) -> Result<Vec<GrantRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, user, role, unit, level, school, year, class, subjects, valid_from, valid_to, \
         reason, author, granted_at, ended_on FROM bm_grant WHERE user = ?1 OR ?1 IS NULL \
         ORDER BY id",
    )?;
    let mut rows = statement.query([user])?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push(of_row(row)?);
    }
    Ok(grants)
}

fn of_row(row: &Row<'_>) -> Result<GrantRow, StoreError> {
    let day = |at: usize| -> Result<Option<Date>, StoreError> {
        let text: Option<String> = row.get(at)?;
        text.map(|text| {
            parse_date(&text).ok_or_else(|| StoreError::Inconsistent(format!("day `{text}`")))
        })
        .transpose()
    };
    let subjects: Option<String> = row.get(8)?;
    Ok(GrantRow {
        id: row.get(0)?,
        grant: NewGrant {
            user: row.get(1)?,
            role: row.get(2)?,
            unit: row.get(3)?,
            level: row.get(4)?,
            school: row.get(5)?,
            year: row.get(6)?,
            class: row.get(7)?,
            subjects: subjects.map(|text| words_of(&text)).transpose()?,
            valid_from: day(9)?,
            valid_to: day(10)?,
        },
        reason: row.get(11)?,
        author: row.get(12)?,
        granted_at: time(&row.get::<_, String>(13)?)?,
        ended_on: day(14)?,
    })
}

/// Reads a JSON list of words.
pub(super) fn words_of(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Inconsistent(format!("list: {error}")))
}
