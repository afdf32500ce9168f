//! Accounts: added, listed, disabled, given new first passwords, by whoever manages them.

use bieumau_model::access::{Action, Area, Grant, Person, Role, Target, decide};
use bieumau_model::scope::Caller;
use bieumau_model::text::Text;
use bieumau_store::{NewUser, UserRow, UserStatus};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::explain::not_yours;
use super::password::{check_password, hash_password};
use super::people::of_posts;
use super::sign_in::no_user;
use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// An account to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAccount {
    /// User name: lower-case letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// The person's record among the staff, as (school, staff): posts come from it.
    pub staff: Option<(String, String)>,
}

/// An account as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct UserView {
    /// User name.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// School, when the person is among its staff.
    pub school: Option<String>,
    /// Code among the staff.
    pub staff: Option<String>,
    /// `active` or `disabled`.
    pub status: &'static str,
    /// Whether the next sign-in must change the password.
    pub must_change: bool,
    /// Roles that hold today.
    pub roles: Vec<Text>,
}

impl Site {
    /// Adds an account with a first password, which the first sign-in must change. Returns the
    /// password; without `password` one is put together from `random`.
    pub fn add_user(
        &self,
        caller: &Caller,
        account: &NewAccount,
        password: Option<&str>,
        random: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Problem> {
        check_account(account)?;
        let school = account.staff.as_ref().map(|(school, _)| school.as_str());
        self.allow(caller, Action::ManageAccounts, &place(school), now)?;
        if let Some((school, staff)) = &account.staff {
            self.check_staff(school, staff)?;
            // An account of somebody has what they have: a second one of the principal would make
            // a principal.
            let posts = of_posts(&self.accounts(), school, staff)?;
            self.allow_giving_all(caller, &posts, vietnam_day(now))?;
        }
        let password = match password {
            Some(password) => {
                check_password(&account.name, password)?;
                password.to_owned()
            }
            None => first_password(random),
        };
        let hash = hash_password(&password, &salt_of(random));
        let added = self
            .store()
            .add_user(
                caller,
                &NewUser {
                    name: &account.name,
                    full_name: account.full_name.trim(),
                    staff: account.staff.as_ref().map(|(a, b)| (a.as_str(), b.as_str())),
                    password: &hash,
                    must_change: true,
                },
                now,
                "",
            )
            .map_err(store_problem)?;
        if added {
            return Ok(password);
        }
        Err(bad(
            format!("Đã có tài khoản `{}`", account.name),
            format!("there is an account `{}` already", account.name),
        )
        .at("/name"))
    }

    /// Makes the first account of a site, with all rights of an administrator and its own
    /// password.
    pub fn add_first_administrator(
        &self,
        account: &NewAccount,
        password: &str,
        random: &[u8; 32],
        now: Timestamp,
    ) -> Result<(), Problem> {
        if self.has_accounts()? {
            return Err(bad(
                "Hệ thống đã có tài khoản".to_owned(),
                "the site has accounts already".to_owned(),
            ));
        }
        let operator = Caller::Operator;
        self.add_user(&operator, account, Some(password), random, now)?;
        let hash = hash_password(password, &salt_of(random));
        let mut store = self.store();
        store
            .set_password(&operator, &account.name, &hash, false, now, "first administrator")
            .map_err(store_problem)?;
        let grant = bieumau_store::NewGrant {
            user: account.name.clone(),
            role: Role::Administrator.word().to_owned(),
            ..Default::default()
        };
        store
            .add_grant(&operator, &grant, now, "quản trị viên đầu tiên")
            .map_err(store_problem)
            .map(|_| ())
    }

    /// Lists the accounts that the caller manages or audits.
    pub fn users(&self, caller: &Caller, now: Timestamp) -> Result<Vec<UserView>, Problem> {
        let today = vietnam_day(now);
        let rows = self.accounts().users().map_err(store_problem)?;
        let mut list = Vec::new();
        for row in rows {
            let school = row.staff.as_ref().map(|(school, _)| school.as_str());
            let may = |action| decide(caller, action, &place(school), today).allowed;
            if !may(Action::ManageAccounts) && !may(Action::ReadAudit) {
                continue;
            }
            let (_, person) = self.person(&row.name, today)?;
            let mut roles: Vec<Role> = person
                .grants
                .iter()
                .filter(|grant| grant.validity.has(today))
                .map(|grant| grant.role)
                .collect();
            roles.sort_unstable();
            roles.dedup();
            let (school, staff) = row.staff.unzip();
            list.push(UserView {
                name: row.name,
                full_name: row.full_name,
                school,
                staff,
                status: row.status.word(),
                must_change: row.must_change,
                roles: roles.into_iter().map(Role::title).collect(),
            });
        }
        Ok(list)
    }

    /// Disables or enables an account; disabling ends its sessions and tokens.
    pub fn set_user_active(
        &self,
        caller: &Caller,
        name: &str,
        active: bool,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), Problem> {
        self.allow_managing(caller, name, now)?;
        let status = if active { UserStatus::Active } else { UserStatus::Disabled };
        let mut store = self.store();
        store.set_user_status(caller, name, status, now, reason).map_err(store_problem).map(|_| ())
    }

    /// Gives an account a new first password and ends its sessions; returns the password.
    pub fn reset_password(
        &self,
        caller: &Caller,
        name: &str,
        random: &[u8; 32],
        now: Timestamp,
    ) -> Result<String, Problem> {
        self.allow_managing(caller, name, now)?;
        let password = first_password(random);
        let hash = hash_password(&password, &salt_of(random));
        let mut store = self.store();
        let found =
            store.set_password(caller, name, &hash, true, now, "").map_err(store_problem)?;
        if found { Ok(password) } else { Err(no_user(name)) }
    }

    /// Refuses to let `caller` manage the account `name`: whoever resets the password of another
    /// could become them, so all that the other holds must be the caller's to give.
    pub(super) fn allow_managing(
        &self,
        caller: &Caller,
        name: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let today = vietnam_day(now);
        let (user, person) = self.person_for(caller, name, today)?;
        let school = user.staff.as_ref().map(|(school, _)| school.as_str());
        self.allow(caller, Action::ManageAccounts, &place(school), now)?;
        self.allow_giving_all(caller, &person.grants, today)
    }

    /// Returns the account `name` for somebody who wants to manage it; whoever manages only some
    /// accounts is not told which others there are.
    pub(super) fn person_for(
        &self,
        caller: &Caller,
        name: &str,
        today: Date,
    ) -> Result<(UserRow, Person), Problem> {
        self.person(name, today).map_err(|problem| {
            let all = decide(caller, Action::ManageAccounts, &place(None), today).allowed;
            match problem.kind {
                ProblemKind::NotFound if !all => not_yours(),
                _ => problem,
            }
        })
    }

    /// Refuses unless all of `grants` that hold, or will, are the caller's to give.
    fn allow_giving_all(
        &self,
        caller: &Caller,
        grants: &[Grant],
        today: Date,
    ) -> Result<(), Problem> {
        for grant in grants.iter().filter(|grant| grant.validity.to.is_none_or(|to| today <= to)) {
            let reach = grant.reach();
            match reach.in_schools() {
                None => self.allow_giving(caller, grant.role, None, today)?,
                Some(schools) => schools.into_iter().try_for_each(|school| {
                    self.allow_giving(caller, grant.role, Some(school), today)
                })?,
            }
        }
        Ok(())
    }

    /// Refuses to let `caller` give `role` in `school`, or in the whole site.
    pub(super) fn allow_giving(
        &self,
        caller: &Caller,
        role: Role,
        school: Option<&str>,
        today: Date,
    ) -> Result<(), Problem> {
        let Caller::User { scope, .. } = caller else { return Ok(()) };
        let target = place(school);
        let decision = decide(caller, Action::ManageAccounts, &target, today);
        if !decision.allowed {
            return Err(super::forbidden(&decision));
        }
        let gives = scope.reaches.iter().any(|reach| {
            let single = Caller::User { name: String::new(), scope: reach.clone().into() };
            reach.basis.as_ref().is_none_or(|basis| basis.role.may_give(role))
                && decide(&single, Action::ManageAccounts, &target, today).allowed
        });
        if gives {
            return Ok(());
        }
        let title = role.title();
        Err(Problem::new(
            ProblemKind::Forbidden,
            "J150",
            format!("Không được giao vai trò {}", title.get(bieumau_model::text::Locale::Vi)),
            format!("you may not give the role {}", title.get(bieumau_model::text::Locale::En)),
        )
        .help(
            "Liên hệ Hiệu trưởng hoặc người quản trị hệ thống",
            "ask the principal or the administrator",
        ))
    }

    fn check_staff(&self, school: &str, staff: &str) -> Result<(), Problem> {
        use bieumau_model::table::Value;
        let reader = self.reader(&Caller::Operator)?;
        let text = |text: &str| Value::Text(text.to_owned());
        let found = reader
            .records("staff", &[("school", text(school)), ("staff", text(staff))])
            .map_err(store_problem)?;
        if found.rows() > 0 {
            return Ok(());
        }
        Err(bad(
            format!("Trường `{school}` không có nhân sự mang mã `{staff}`"),
            format!("school `{school}` has no staff member `{staff}`"),
        )
        .at("/staff"))
    }
}

/// The accounts of a school, or those of the site.
pub(super) fn place(school: Option<&str>) -> Target {
    match school {
        Some(school) => Target::school(Area::Staff, school),
        None => Target::site(),
    }
}

fn check_account(account: &NewAccount) -> Result<(), Problem> {
    let right = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter)
    };
    if !(3..=40).contains(&account.name.len()) || !account.name.chars().all(right) {
        return Err(bad(
            format!("`{}` không dùng làm tên đăng nhập được", account.name),
            format!("`{}` cannot be a user name", account.name),
        )
        .at("/name")
        .help(
            "Từ 3 đến 40 chữ thường không dấu, chữ số, `.`, `-`, `_`",
            "3 to 40 lower-case letters, digits, `.`, `-`, `_`",
        ));
    }
    if account.full_name.trim().is_empty() {
        return Err(bad("Thiếu họ và tên".to_owned(), "the full name is missing".to_owned())
            .at("/full_name"));
    }
    Ok(())
}

/// Puts words together that are easy to dictate: six of sixty-four, 36 bits, for one sign-in.
fn first_password(random: &[u8; 32]) -> String {
    let words: Vec<&str> =
        random[16..22].iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]).collect();
    words.join("-")
}

pub(super) fn salt_of(random: &[u8; 32]) -> [u8; 16] {
    let mut salt = [0; 16];
    salt.copy_from_slice(&random[..16]);
    salt
}

pub(super) fn bad(vi: String, en: String) -> Problem {
    Problem::new(ProblemKind::BadInput, "J156", vi, en)
}

const WORDS: [&str; 64] = [
    "an", "ban", "bay", "bien", "binh", "bong", "buoi", "cam", "canh", "cay", "chim", "cho", "cua",
    "dao", "den", "diem", "doi", "dong", "dua", "em", "ga", "gio", "giot", "hai", "hat", "hoa",
    "hong", "keo", "khe", "la", "lan", "lua", "luc", "mai", "may", "me", "mo", "mua", "nang",
    "nha", "non", "nui", "ong", "pho", "que", "sao", "sen", "song", "suoi", "tam", "thu", "tim",
    "tram", "tre", "trang", "truc", "tu", "tung", "van", "vang", "ve", "vui", "xanh", "xuan",
];
