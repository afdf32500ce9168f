//! API tokens: for programs that ask on behalf of a user, never with more than the user's rights.

use bieumau_model::access::{Area, Areas};
use bieumau_model::scope::{Caller, Limits};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde_json::json;

use super::grants::words_of;
use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    /// Hash of the token.
    pub hash: &'a str,
    /// Owner.
    pub user: &'a str,
    /// What it is for.
    pub title: &'a str,
    /// What it takes away from the owner's scope.
    pub limits: &'a Limits,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// A token as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Number.
    pub id: i64,
    /// Owner.
    pub user: String,
    /// What it is for.
    pub title: String,
    /// What it takes away from the owner's scope.
    pub limits: Limits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token; returns its number.
    pub fn add_token(
        &mut self,
        caller: &Caller,
        token: &NewToken<'_>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let act = Act::new(caller, now, "");
        let limits = token.limits;
        let schools = limits.schools.as_ref().map(|list| json!(list).to_string());
        let areas: Option<Vec<&str>> =
            limits.areas.map(|areas| areas.list().into_iter().map(Area::word).collect());
        let areas = areas.map(|list| json!(list).to_string());
        let mut id = 0;
        self.noted(&act, |conn| {
            conn.execute(
                "INSERT INTO bm_token \
                 (token, user, title, read_only, schools, areas, created_at, ends_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    token.hash,
                    token.user,
                    token.title,
                    limits.read_only,
                    schools,
                    areas,
                    act.at,
                    token.ends_at.to_string(),
                ],
            )?;
            id = conn.last_insert_rowid();
            let details = json!({"token": id, "user": token.user, "title": token.title,
                "read_only": limits.read_only, "schools": limits.schools, "areas": areas,
                "ends_at": token.ends_at.to_string()});
            Ok(Some(("token_add", details)))
        })?;
        Ok(id)
    }

    /// Ends a token; returns whether it was still open.
    pub fn end_token(
        &mut self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, "");
        self.noted(&act, |conn| {
            let ended = conn.execute(
                "UPDATE bm_token SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
                params![act.at, id],
            )?;
            Ok((ended > 0).then(|| ("token_end", json!({"token": id}))))
        })
    }
}

/// Reads the token with the hash, also one that has ended.
pub(super) fn read(conn: &Connection, hash: &str) -> Result<Option<TokenRow>, StoreError> {
    Ok(select(conn, "token = ?", hash)?.pop())
}

/// Lists the tokens of a user.
pub(super) fn list(conn: &Connection, user: &str) -> Result<Vec<TokenRow>, StoreError> {
    select(conn, "user = ?", user)
}

fn select(conn: &Connection, condition: &str, value: &str) -> Result<Vec<TokenRow>, StoreError> {
    let mut statement = conn.prepare_cached(&format!(
        "SELECT id, user, title, read_only, schools, areas, created_at, ends_at, ended_at \
         FROM bm_token WHERE {condition} ORDER BY id"
    ))?;
    let mut rows = statement.query([value])?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        tokens.push(of_row(row)?);
    }
    Ok(tokens)
}

fn of_row(row: &Row<'_>) -> Result<TokenRow, StoreError> {
    let schools: Option<String> = row.get(4)?;
    let areas: Option<String> = row.get(5)?;
    let ended_at: Option<String> = row.get(8)?;
    // A word that this program does not know is no area: the token gets narrower, never wider.
    let areas = areas.map(|text| words_of(&text)).transpose()?.map(|words| {
        let known: Vec<Area> = words.iter().filter_map(|word| Area::read(word)).collect();
        Areas::of(&known)
    });
    Ok(TokenRow {
        id: row.get(0)?,
        user: row.get(1)?,
        title: row.get(2)?,
        limits: Limits {
            read_only: row.get(3)?,
            schools: schools.map(|text| words_of(&text)).transpose()?,
            areas,
        },
        created_at: time(&row.get::<_, String>(6)?)?,
        ends_at: time(&row.get::<_, String>(7)?)?,
        ended_at: ended_at.map(|text| time(&text)).transpose()?,
    })
}
