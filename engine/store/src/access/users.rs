//! Users: added, disabled, enabled, and given new passwords. Passwords arrive already hashed.

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

/// A user as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Sign-in name.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// Record among the staff, as (school, staff).
    pub staff: Option<(String, String)>,
    /// Hash of the password, in PHC form.
    pub password: String,
    /// Whether the next sign-in must change the password.
    pub must_change: bool,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// Who made the account.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

/// Whether a user may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// Yes.
    Active,
    /// No more.
    Disabled,
}

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// Sign-in name.
    pub name: &'a str,
    /// Name that people read.
    pub full_name: &'a str,
    /// Record among the staff, as (school, staff).
    pub staff: Option<(&'a str, &'a str)>,
    /// Hash of the first password, in PHC form.
    pub password: &'a str,
    /// Whether the first sign-in must change it.
    pub must_change: bool,
}

pub(super) const COLUMNS: &str =
    "name, full_name, school, staff, password, must_change, status, author, created_at";

impl Store {
    /// Adds a user; returns whether the name was free.
    pub fn add_user(
        &mut self,
        caller: &Caller,
        user: &NewUser<'_>,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, reason);
        self.noted(&act, |conn| {
            let added = conn.execute(
                "INSERT OR IGNORE INTO bm_user (name, full_name, school, staff, password, \
                 must_change, status, author, created_at, changed_at) \
                 VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?)",
                params![
                    user.name,
                    user.full_name,
                    user.staff.map(|(school, _)| school),
                    user.staff.map(|(_, staff)| staff),
                    user.password,
                    user.must_change,
                    act.caller,
                    act.at,
                    act.at,
                ],
            )?;
            let details = json!({"user": user.name, "full_name": user.full_name,
                "school": user.staff.map(|(school, _)| school),
                "staff": user.staff.map(|(_, staff)| staff)});
            Ok((added > 0).then_some(("user_add", details)))
        })
    }

    /// Disables or enables a user; disabling ends the sessions and tokens too. Returns whether
    /// something changed.
    pub fn set_user_status(
        &mut self,
        caller: &Caller,
        name: &str,
        status: UserStatus,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, reason);
        self.noted(&act, |conn| {
            let changed = conn.execute(
                "UPDATE bm_user SET status = ?1, changed_at = ?2 WHERE name = ?3 AND status <> ?1",
                params![status.word(), act.at, name],
            )?;
            if changed == 0 {
                return Ok(None);
            }
            let word = match status {
                UserStatus::Active => "user_enable",
                UserStatus::Disabled => {
                    end_all(conn, name, &act.at)?;
                    conn.execute(
                        "UPDATE bm_token SET ended_at = ? WHERE user = ? AND ended_at IS NULL",
                        params![act.at, name],
                    )?;
                    "user_disable"
                }
            };
            Ok(Some((word, json!({"user": name}))))
        })
    }

    /// Sets the hash of a user's password and ends all sessions. Returns whether there is such a
    /// user.
    pub fn set_password(
        &mut self,
        caller: &Caller,
        name: &str,
        password: &str,
        must_change: bool,
        now: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, reason);
        self.noted(&act, |conn| {
            let changed = conn.execute(
                "UPDATE bm_user SET password = ?, must_change = ?, changed_at = ? WHERE name = ?",
                params![password, must_change, act.at, name],
            )?;
            if changed == 0 {
                return Ok(None);
            }
            end_all(conn, name, &act.at)?;
            let word = if must_change { "password_reset" } else { "password_change" };
            Ok(Some((word, json!({"user": name}))))
        })
    }
}

/// Ends every session of a user.
pub(super) fn end_all(conn: &Connection, user: &str, at: &str) -> rusqlite::Result<usize> {
    conn.execute(
        "UPDATE bm_session SET ended_at = ? WHERE user = ? AND ended_at IS NULL",
        params![at, user],
    )
}

pub(super) fn read(conn: &Connection, name: &str) -> Result<Option<UserRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM bm_user WHERE name = ?");
    let mut statement = conn.prepare_cached(&sql)?;
    statement.query_row([name], |row| Ok(of_row(row))).optional()?.transpose()
}

pub(super) fn of_row(row: &Row<'_>) -> Result<UserRow, StoreError> {
    let school: Option<String> = row.get(2)?;
    let staff: Option<String> = row.get(3)?;
    Ok(UserRow {
        name: row.get(0)?,
        full_name: row.get(1)?,
        staff: school.zip(staff),
        password: row.get(4)?,
        must_change: row.get(5)?,
        status: match row.get::<_, String>(6)?.as_str() {
            "active" => UserStatus::Active,
            _ => UserStatus::Disabled,
        },
        author: row.get(7)?,
        created_at: time(&row.get::<_, String>(8)?)?,
    })
}

impl UserStatus {
    /// Returns the word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}
