//! Signing in and out, and who comes with a session or an API token.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bieumau_model::access::{Action, Person, Target, decide};
use bieumau_model::scope::Caller;
use bieumau_store::{Accounts, UserRow, UserStatus};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::password::{NOBODY, check_password, hash_password, is_password};
use super::people::person;
use super::throttle;
use super::{token_hash, token_text};
use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// How long a session may rest.
const IDLE: SignedDuration = SignedDuration::from_hours(4);
/// How long a session lasts at the longest.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How exactly the last use of a session is kept.
const TOUCH: SignedDuration = SignedDuration::from_mins(5);

/// What somebody signs in with.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// User name.
    pub name: &'a str,
    /// Password.
    pub password: &'a str,
    /// Network address from which it comes.
    pub address: &'a str,
}

/// A session that was started.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The token that the browser keeps; the store knows only its hash.
    pub token: String,
    /// Whether the password must be changed first.
    pub must_change: bool,
}

/// Somebody who is known by a session or a token.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// As the jobs know them.
    pub caller: Caller,
    /// Name that people read.
    pub full_name: String,
    /// Name of their school, when they have one.
    pub school: Option<String>,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
}

/// Persons by name, as long as nothing was written and the day is the same.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<HashMap<String, Known>>);

/// A person as of the writes and the day at which they were looked up.
type Known = (i64, Date, Option<Visitor>);

impl Site {
    /// Starts a session; `random` becomes its token.
    ///
    /// # Errors
    /// `J151` for a wrong name or password, which are not told apart; `J152` while signing in has
    /// to wait.
    pub fn sign_in(
        &self,
        asked: &SignIn<'_>,
        random: &[u8; 32],
        now: Timestamp,
    ) -> Result<Visit, Problem> {
        let name = asked.name.trim().to_lowercase();
        let since = now - throttle::WINDOW;
        let (user, failures) = {
            let accounts = self.accounts();
            let failures = accounts.failures(&name, asked.address, since).map_err(store_problem)?;
            (accounts.user(&name).map_err(store_problem)?, failures)
        };
        if let Some(wait) = throttle::wait(&failures.0, &failures.1, now) {
            return Err(too_soon(wait));
        }
        let hash = user.as_ref().map_or(NOBODY, |user| &user.password);
        let right = is_password(asked.password, hash);
        let user = user.filter(|user| right && user.status == UserStatus::Active);
        let mut store = self.store();
        store.note_attempt(&name, asked.address, user.is_some(), now).map_err(store_problem)?;
        let Some(user) = user else { return Err(wrong_password()) };
        let token = token_text(random);
        let caller = Caller::User { name, scope: bieumau_model::scope::Scope::nothing() };
        store
            .start_session(&caller, &token_hash(&token), asked.address, now + LONGEST, now)
            .map_err(store_problem)?;
        Ok(Visit { token, must_change: user.must_change })
    }

    /// Returns who comes with the session token, when the session goes on.
    pub fn visitor(&self, token: &str, now: Timestamp) -> Result<Option<Visitor>, Problem> {
        let hash = token_hash(token);
        let accounts = self.accounts();
        let Some(session) = accounts.session(&hash).map_err(store_problem)? else {
            return Ok(None);
        };
        if now >= session.ends_at || now.duration_since(session.seen_at) > IDLE {
            return Ok(None);
        }
        let visitor = self.known(&accounts, &session.user, now)?;
        drop(accounts);
        if visitor.is_some() && now.duration_since(session.seen_at) > TOUCH {
            self.store().touch_session(&hash, now).map_err(store_problem)?;
        }
        Ok(visitor)
    }

    /// Returns who comes with the API token: its owner, with what the token leaves of their scope.
    pub fn token_visitor(&self, token: &str, now: Timestamp) -> Result<Option<Visitor>, Problem> {
        let accounts = self.accounts();
        let Some(row) = accounts.token(&token_hash(token)).map_err(store_problem)? else {
            return Ok(None);
        };
        if row.ended_at.is_some() || now >= row.ends_at {
            return Ok(None);
        }
        let visitor = self.known(&accounts, &row.user, now)?;
        Ok(visitor.map(|mut visitor| {
            if let Caller::User { name, scope } = &mut visitor.caller {
                *scope = scope.narrowed(&row.limits);
                *name = format!("{name} (token {})", row.id);
            }
            // Whoever made the token has signed in, or is the operator.
            visitor.must_change = false;
            visitor
        }))
    }

    /// Returns the caller that the user `name` is on the day of `now`.
    pub fn caller_of(&self, name: &str, now: Timestamp) -> Result<Caller, Problem> {
        let accounts = self.accounts();
        let visitor = self.known(&accounts, name, now)?;
        visitor.map(|visitor| visitor.caller).ok_or_else(|| no_user(name))
    }

    /// Ends a session.
    pub fn sign_out(&self, token: &str, now: Timestamp) -> Result<(), Problem> {
        let hash = token_hash(token);
        let session = self.accounts().session(&hash).map_err(store_problem)?;
        let Some(session) = session else { return Ok(()) };
        let scope = bieumau_model::scope::Scope::nothing();
        let caller = Caller::User { name: session.user, scope };
        self.store().end_session(&caller, &hash, now).map_err(store_problem).map(|_| ())
    }

    /// Ends every session of the caller; returns how many there were.
    pub fn sign_out_everywhere(&self, caller: &Caller, now: Timestamp) -> Result<usize, Problem> {
        self.store().end_sessions(caller, caller.name(), now).map_err(store_problem)
    }

    /// Changes the caller's own password and ends all their sessions.
    pub fn change_password(
        &self,
        caller: &Caller,
        (old, new): (&str, &str),
        salt: &[u8; 16],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let name = caller.name();
        let user = self.accounts().user(name).map_err(store_problem)?;
        let user = user.ok_or_else(|| no_user(name))?;
        if !is_password(old, &user.password) {
            return Err(wrong_password().at("/old"));
        }
        check_password(name, new)?;
        if old == new {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J154",
                "Mật khẩu mới phải khác mật khẩu cũ",
                "the new password must differ from the old one",
            )
            .at("/password"));
        }
        let hash = hash_password(new, salt);
        self.store()
            .set_password(caller, name, &hash, false, now, "")
            .map_err(store_problem)
            .map(|_| ())
    }

    /// Returns whether the site has an account.
    pub fn has_accounts(&self) -> Result<bool, Problem> {
        Ok(!self.accounts().users().map_err(store_problem)?.is_empty())
    }

    /// Returns the person behind the account `name`, and whether it may be used.
    pub(crate) fn person(&self, name: &str, today: Date) -> Result<(UserRow, Person), Problem> {
        let accounts = self.accounts();
        let user = accounts.user(name).map_err(store_problem)?.ok_or_else(|| no_user(name))?;
        let person = person(&accounts, &user, today)?;
        Ok((user, person))
    }

    fn known(
        &self,
        accounts: &Accounts,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<Visitor>, Problem> {
        let (state, today) = (accounts.state().map_err(store_problem)?, vietnam_day(now));
        let mut people = self.people().0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, day, visitor)) = people.get(name)
            && (*at, *day) == (state, today)
        {
            return Ok(visitor.clone());
        }
        let user = accounts.user(name).map_err(store_problem)?;
        let user = user.filter(|user| user.status == UserStatus::Active);
        let visitor = match user {
            Some(user) => Some(visitor_of(accounts, &user, today)?),
            None => None,
        };
        // Names come from sessions and accounts, so the map is no longer than their list.
        people.insert(name.to_owned(), (state, today, visitor.clone()));
        Ok(visitor)
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts_lock().lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses what `caller` may not do.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        action: Action,
        target: &Target,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let decision = decide(caller, action, target, vietnam_day(now));
        if decision.allowed { Ok(()) } else { Err(super::forbidden(&decision)) }
    }
}

fn visitor_of(accounts: &Accounts, user: &UserRow, today: Date) -> Result<Visitor, Problem> {
    let person = person(accounts, user, today)?;
    let caller = person.caller(today);
    let own = match &user.staff {
        Some((school, _)) => Some(school.clone()),
        None => only_school(&caller),
    };
    let school = match own {
        Some(own) => {
            let schools = accounts.schools().map_err(store_problem)?;
            schools.into_iter().find(|school| school.school == own).map(|school| school.name)
        }
        None => None,
    };
    Ok(Visitor { caller, full_name: user.full_name.clone(), school, must_change: user.must_change })
}

/// The school of somebody who has only one.
fn only_school(caller: &Caller) -> Option<String> {
    let scope = caller.scope();
    let mut all: Vec<String> = Vec::new();
    for reach in &scope.reaches {
        all.extend(reach.in_schools()?.into_iter().map(str::to_owned));
    }
    all.sort_unstable();
    all.dedup();
    (all.len() == 1).then(|| all.remove(0))
}

pub(super) fn no_user(name: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J155",
        format!("Không có tài khoản `{name}` đang hoạt động"),
        format!("there is no active account `{name}`"),
    )
    .help("Xem danh sách: bieumau user list", "see: bieumau user list")
}

fn wrong_password() -> Problem {
    Problem::new(
        ProblemKind::Unsigned,
        "J151",
        "Tên đăng nhập hoặc mật khẩu không đúng",
        "the user name or the password is wrong",
    )
    .help(
        "Nếu quên mật khẩu, nhờ người quản trị của trường đặt lại",
        "if you forgot the password, ask the administrator of your school to reset it",
    )
}

fn too_soon(wait: SignedDuration) -> Problem {
    let seconds = wait.as_secs() + 1;
    Problem::new(
        ProblemKind::TooSoon,
        "J152",
        format!("Đăng nhập sai nhiều lần: hãy thử lại sau {seconds} giây"),
        format!("signing in failed too often: try again in {seconds} seconds"),
    )
    .help(
        "Nếu không phải bạn, báo ngay cho người quản trị của trường",
        "if it was not you, tell the administrator of your school at once",
    )
}
