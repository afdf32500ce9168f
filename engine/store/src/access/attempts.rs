//! Attempts to sign in, for slowing down whoever guesses.

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::json;

use crate::audit::{Act, time};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Notes an attempt; one that failed is an audit line too.
    pub fn note_attempt(
        &mut self,
        user: &str,
        address: &str,
        passed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let act = Act::new(&Caller::Operator, now, "");
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO bm_attempt (at, user, address, passed) VALUES (?, ?, ?, ?)",
            params![act.at, user, address, passed],
        )?;
        // One that passed is followed by the line of its session.
        if !passed {
            let details = json!({"user": user, "address": address});
            act.note(&transaction, "sign_in_refused", None, 1, &details)?;
        }
        Ok(transaction.commit()?)
    }
}

/// Lists the failures since `since` of one user (those before their last success do not count),
/// and those from one address.
pub(super) fn failures(
    conn: &Connection,
    user: &str,
    address: &str,
    since: Timestamp,
) -> Result<(Vec<Timestamp>, Vec<Timestamp>), StoreError> {
    let since = since.to_string();
    let read = |sql: &str, value: &str| -> Result<Vec<Timestamp>, StoreError> {
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([value, &since])?;
        let mut times = Vec::new();
        while let Some(row) = rows.next()? {
            times.push(time(&row.get::<_, String>(0)?)?);
        }
        Ok(times)
    };
    let of_user = read(
        "SELECT at FROM bm_attempt WHERE user = ?1 AND at >= ?2 AND passed = 0 AND id > \
         (SELECT coalesce(max(id), 0) FROM bm_attempt WHERE user = ?1 AND passed = 1) ORDER BY id",
        user,
    )?;
    let of_address = read(
        "SELECT at FROM bm_attempt WHERE address = ?1 AND at >= ?2 AND passed = 0 ORDER BY id",
        address,
    )?;
    Ok((of_user, of_address))
}
