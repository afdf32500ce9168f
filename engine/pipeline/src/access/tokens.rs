//! API tokens of a user: made, listed, ended by the user or the operator.

use bieumau_model::access::{Area, Areas};
use bieumau_model::scope::{Caller, Limits};
use bieumau_store::NewToken;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::sign_in::no_user;
use super::users::bad;
use super::{token_hash, token_text};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// How long a token may last.
const MOST_DAYS: i64 = 400;

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenRequest {
    /// What it is for.
    pub title: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// The only schools; empty means all of the owner's.
    pub schools: Vec<String>,
    /// The only kinds of records, as words; empty means all of the owner's.
    pub areas: Vec<String>,
    /// For how many days.
    pub days: i64,
}

/// A token as lists show it; the token itself is shown once, when it is made.
#[derive(Debug, Clone, Serialize)]
pub struct TokenView {
    /// Number.
    pub id: i64,
    /// What it is for.
    pub title: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// The only schools.
    pub schools: Option<Vec<String>>,
    /// The only kinds of records.
    pub areas: Option<Vec<&'static str>>,
    /// When it ends.
    pub ends_at: String,
    /// Whether it is of use now.
    pub live: bool,
}

impl Site {
    /// Makes a token for `user`; returns it. A user makes tokens only for themselves.
    pub fn add_token(
        &self,
        caller: &Caller,
        user: &str,
        request: &TokenRequest,
        random: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Problem> {
        own(caller, user)?;
        if self.accounts().user(user).map_err(store_problem)?.is_none() {
            return Err(no_user(user));
        }
        if request.title.trim().is_empty() {
            return Err(bad(
                "Ghi rõ mã truy cập dùng để làm gì".to_owned(),
                "say what the token is for".to_owned(),
            )
            .at("/title"));
        }
        if !(1..=MOST_DAYS).contains(&request.days) {
            return Err(bad(
                format!("Thời hạn từ 1 đến {MOST_DAYS} ngày"),
                format!("a token lasts 1 to {MOST_DAYS} days"),
            )
            .at("/days"));
        }
        let mut areas = Vec::new();
        for word in &request.areas {
            areas.push(Area::read(word).ok_or_else(|| {
                let known = Area::ALL.map(Area::word).join(", ");
                bad(format!("không có loại dữ liệu `{word}`"), format!("there is no area `{word}`"))
                    .at("/areas")
                    .help(format!("Có thể chọn: {known}"), format!("possible: {known}"))
            })?);
        }
        let limits = Limits {
            read_only: request.read_only,
            schools: (!request.schools.is_empty()).then(|| request.schools.clone()),
            areas: (!areas.is_empty()).then(|| Areas::of(&areas)),
        };
        let token = format!("bm_{}", token_text(random));
        let new = NewToken {
            hash: &token_hash(&token),
            user,
            title: request.title.trim(),
            limits: &limits,
            ends_at: now + SignedDuration::from_hours(24 * request.days),
        };
        self.store().add_token(caller, &new, now).map_err(store_problem)?;
        Ok(token)
    }

    /// Lists the tokens of `user`.
    pub fn tokens(
        &self,
        caller: &Caller,
        user: &str,
        now: Timestamp,
    ) -> Result<Vec<TokenView>, Problem> {
        own(caller, user)?;
        let rows = self.accounts().tokens(user).map_err(store_problem)?;
        let view = |row: bieumau_store::TokenRow| TokenView {
            id: row.id,
            live: row.ended_at.is_none() && now < row.ends_at,
            title: row.title,
            read_only: row.limits.read_only,
            schools: row.limits.schools,
            areas: row.limits.areas.map(|areas| areas.list().into_iter().map(Area::word).collect()),
            ends_at: row.ends_at.to_string(),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends a token of `user`.
    pub fn end_token(
        &self,
        caller: &Caller,
        user: &str,
        id: i64,
        now: Timestamp,
    ) -> Result<(), Problem> {
        own(caller, user)?;
        let rows = self.accounts().tokens(user).map_err(store_problem)?;
        let ended = rows.iter().any(|row| row.id == id)
            && self.store().end_token(caller, id, now).map_err(store_problem)?;
        if ended {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::NotFound,
            "J159",
            format!("Không có mã truy cập số {id} đang mở"),
            format!("there is no open token {id}"),
        ))
    }
}

/// Refuses whoever is somebody else. A caller that came with a token has another name, so no token
/// makes tokens.
fn own(caller: &Caller, user: &str) -> Result<(), Problem> {
    let with_token = super::account_of(caller) != caller.name();
    if matches!(caller, Caller::Operator) || (caller.name() == user && !with_token) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::Forbidden,
        "J150",
        "Mỗi người chỉ quản lý mã truy cập của chính mình",
        "everybody manages their own tokens only",
    )
    .help("Đăng nhập bằng tài khoản đó", "sign in with that account"))
}
