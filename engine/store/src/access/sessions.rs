//! Sessions: the store knows only the hash of a session's token.

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

use super::users::end_all;
use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// User.
    pub user: String,
    /// When it was last used, within some minutes.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
}

impl Store {
    /// Starts a session.
    pub fn start_session(
        &mut self,
        caller: &Caller,
        token_hash: &str,
        address: &str,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, "");
        self.noted(&act, |conn| {
            conn.execute(
                "INSERT INTO bm_session (token, user, address, started_at, seen_at, ends_at) \
                 VALUES (?, ?, ?, ?, ?, ?)",
                params![token_hash, act.caller, address, act.at, act.at, ends_at.to_string()],
            )?;
            Ok(Some(("sign_in", json!({"address": address}))))
        })?;
        Ok(())
    }

    /// Notes that a session is in use. No audit line: nothing of anybody's changes.
    pub fn touch_session(&self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.conn.execute(
            "UPDATE bm_session SET seen_at = ? WHERE token = ?",
            params![now.to_string(), token_hash],
        )?;
        Ok(())
    }

    /// Ends one session; returns whether it went on until now.
    pub fn end_session(
        &mut self,
        caller: &Caller,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let act = Act::new(caller, now, "");
        self.noted(&act, |conn| {
            let ended = conn.execute(
                "UPDATE bm_session SET ended_at = ? WHERE token = ? AND ended_at IS NULL",
                params![act.at, token_hash],
            )?;
            Ok((ended > 0).then(|| ("sign_out", json!({"sessions": 1}))))
        })
    }

    /// Ends every session of `user`; returns how many went on until now.
    pub fn end_sessions(
        &mut self,
        caller: &Caller,
        user: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let act = Act::new(caller, now, "");
        let mut ended = 0;
        self.noted(&act, |conn| {
            ended = end_all(conn, user, &act.at)?;
            Ok(Some(("sign_out", json!({"user": user, "sessions": ended}))))
        })?;
        Ok(ended)
    }
}

/// Reads a session that was not ended; whether its time is over is for the asker to say.
pub(super) fn read(conn: &Connection, token_hash: &str) -> Result<Option<SessionRow>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT user, seen_at, ends_at FROM bm_session WHERE token = ? AND ended_at IS NULL",
    )?;
    let row = statement
        .query_row([token_hash], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    row.map(|(user, seen_at, ends_at)| {
        Ok(SessionRow { user, seen_at: time(&seen_at)?, ends_at: time(&ends_at)? })
    })
    .transpose()
}
