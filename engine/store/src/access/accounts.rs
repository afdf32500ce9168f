//! Reads accounts on a connection of its own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{GrantRow, Post, SchoolRow, SessionRow, TokenRow, UnitRow, UserRow};
use super::{attempts, grants, posts, sessions, tokens, users};
use crate::error::StoreError;
use crate::shape::Shape;

/// Tells who somebody is and what they were given.
#[derive(Debug)]
pub struct Accounts {
    conn: Connection,
    shapes: BTreeMap<String, Shape>,
}

impl Accounts {
    pub(crate) fn over(conn: Connection, shapes: BTreeMap<String, Shape>) -> Self {
        Self { conn, shapes }
    }

    /// Returns a number that changes whenever anybody has written to the store.
    pub fn state(&self) -> Result<i64, StoreError> {
        Ok(self.conn.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Returns the user `name`.
    pub fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        users::read(&self.conn, name)
    }

    /// Lists all users by name.
    pub fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        let sql = format!("SELECT {} FROM bm_user ORDER BY name", users::COLUMNS);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut list = Vec::new();
        while let Some(row) = rows.next()? {
            list.push(users::of_row(row)?);
        }
        Ok(list)
    }

    /// Lists the grants of one user, or of all.
    pub fn grants(&self, user: Option<&str>) -> Result<Vec<GrantRow>, StoreError> {
        grants::list(&self.conn, user)
    }

    /// Returns the session with the hash of its token, unless it was ended.
    pub fn session(&self, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
        sessions::read(&self.conn, token_hash)
    }

    /// Returns the API token with the hash, also one that has ended.
    pub fn token(&self, token_hash: &str) -> Result<Option<TokenRow>, StoreError> {
        tokens::read(&self.conn, token_hash)
    }

    /// Lists the API tokens of a user.
    pub fn tokens(&self, user: &str) -> Result<Vec<TokenRow>, StoreError> {
        tokens::list(&self.conn, user)
    }

    /// Returns when signing in failed since `since`: of the user, and from the address.
    pub fn failures(
        &self,
        user: &str,
        address: &str,
        since: Timestamp,
    ) -> Result<(Vec<Timestamp>, Vec<Timestamp>), StoreError> {
        attempts::failures(&self.conn, user, address, since)
    }

    /// Lists what the records of a school say that an employee does.
    pub fn posts(&self, school: &str, staff: &str) -> Result<Vec<Post>, StoreError> {
        posts::posts(&self.conn, &self.shapes, school, staff)
    }

    /// Returns the latest school year that has begun on `today`.
    pub fn latest_year(&self, today: jiff::civil::Date) -> Result<Option<i64>, StoreError> {
        posts::latest_year(&self.conn, &self.shapes, today)
    }

    /// Lists the schools, as far as rights need them.
    pub fn schools(&self) -> Result<Vec<SchoolRow>, StoreError> {
        posts::schools(&self.conn, &self.shapes)
    }

    /// Lists the units of the administration with the days on which each holds.
    pub fn units(&self) -> Result<Vec<UnitRow>, StoreError> {
        posts::units(&self.conn, &self.shapes)
    }
}
