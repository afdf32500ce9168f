//! `bieumau user`, `token` and `access`: accounts, tokens, and who may see and change what.
//!
//! The command line is the operator's: whoever can read the file of records needs no sign-in.

use std::path::Path;

use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::access::{
    Explanation, GrantRequest, HandoverRequest, NewAccount, NewGrant, TokenRequest,
};
use bieumau_pipeline::{Problem, Site};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::Ending;
use crate::commands::{machine, print_line, say, workers};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account; prints its first password, which the first sign-in must change.
    Add {
        /// User name: lower-case letters, digits, `.`, `-`, `_`.
        name: String,
        /// Name that people read.
        #[arg(long)]
        full_name: String,
        /// School among whose staff the person is.
        #[arg(long, requires = "staff")]
        school: Option<String>,
        /// Code among the staff; the person's posts give the rights.
        #[arg(long, requires = "school")]
        staff: Option<String>,
        /// Give the rights of an administrator of the whole site.
        #[arg(long)]
        administrator: bool,
    },
    /// List the accounts.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Disable an account; its sessions and tokens end.
    Disable {
        /// User name.
        name: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a disabled account be used again.
    Enable {
        /// User name.
        name: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Give an account a new first password and end its sessions.
    ResetPassword {
        /// User name.
        name: String,
    },
    /// Give a role in a place, from one day to another: a delegation, an officer, an auditor.
    Grant(GrantArguments),
    /// End a grant from today on.
    EndGrant {
        /// Number of the grant.
        id: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GrantArguments {
    /// User name.
    name: String,
    /// Role: administrator, principal, vice_principal, clerk, subject_group_head, class_teacher,
    /// subject_teacher, provincial_officer, commune_officer or auditor.
    #[arg(long)]
    role: String,
    /// Unit of the administration whose schools are meant.
    #[arg(long)]
    unit: Option<String>,
    /// Education level of the schools.
    #[arg(long)]
    level: Option<String>,
    /// School.
    #[arg(long)]
    school: Option<String>,
    /// School year of the class: its first calendar year.
    #[arg(long)]
    year: Option<i64>,
    /// Class.
    #[arg(long)]
    class: Option<String>,
    /// A subject; may be repeated.
    #[arg(long = "subject")]
    subjects: Vec<String>,
    /// First day, such as 2026-09-01.
    #[arg(long)]
    from: Option<Date>,
    /// Last day.
    #[arg(long)]
    to: Option<Date>,
    /// On what ground.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token with which a program asks on behalf of a user; prints it this once.
    Add {
        /// User name.
        user: String,
        /// What it is for.
        #[arg(long)]
        title: String,
        /// Only for reading.
        #[arg(long)]
        read_only: bool,
        /// Only for this school; may be repeated.
        #[arg(long)]
        only_school: Vec<String>,
        /// Only for this kind of records, such as pupils or teaching; may be repeated.
        #[arg(long)]
        only_area: Vec<String>,
        /// For how many days.
        #[arg(long, default_value_t = 90)]
        days: i64,
    },
    /// List the tokens of a user.
    List {
        /// User name.
        user: String,
    },
    /// End a token.
    End {
        /// User name.
        user: String,
        /// Number of the token.
        id: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Tell what a user can see and change, and why.
    Explain {
        /// User name.
        user: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the records of the minutes by which accounts are handed over; prints their number.
    Handover(HandoverArguments),
}

#[derive(Debug, Args)]
pub(crate) struct HandoverArguments {
    /// School.
    #[arg(long)]
    school: String,
    /// School year: its first calendar year.
    #[arg(long)]
    year: i64,
    /// Who gives, as a code among the staff.
    #[arg(long)]
    giver: String,
    /// Who receives the minutes for the school, as a code among the staff.
    #[arg(long)]
    receiver: String,
    /// The day; today unless given.
    #[arg(long)]
    held_on: Option<Date>,
    /// Where it was.
    #[arg(long, default_value = "Văn phòng nhà trường")]
    place: String,
    /// An account that is handed over; may be repeated. Without any, all of the school.
    #[arg(long = "user")]
    users: Vec<String>,
}

/// Draws random bytes from the system.
pub(crate) fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map(|()| bytes).map_err(|error| {
        machine(
            format!("Máy không cho số ngẫu nhiên: {error}"),
            format!("the system gives no random bytes: {error}"),
        )
    })
}

pub(crate) fn user(site: &Path, asked: &UserCommand, locale: Locale) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    let site = Site::open(site, &workers()?, now)?;
    let operator = Caller::Operator;
    match asked {
        UserCommand::Add { name, full_name, school, staff, administrator } => {
            let account = NewAccount {
                name: name.clone(),
                full_name: full_name.clone(),
                staff: school.clone().zip(staff.clone()),
            };
            let password = site.add_user(&operator, &account, None, &random()?, now)?;
            if *administrator {
                let grant = NewGrant {
                    user: name.clone(),
                    role: "administrator".to_owned(),
                    ..NewGrant::default()
                };
                let reason = "quản trị hệ thống".to_owned();
                site.add_grant(&operator, &GrantRequest { grant, reason }, now)?;
            }
            tell_password(locale, name, &password);
        }
        UserCommand::List { json } => list_users(&site, *json, locale, now)?,
        UserCommand::Disable { name, reason } => {
            site.set_user_active(&operator, name, false, now, reason)?;
        }
        UserCommand::Enable { name, reason } => {
            site.set_user_active(&operator, name, true, now, reason)?;
        }
        UserCommand::ResetPassword { name } => {
            let password = site.reset_password(&operator, name, &random()?, now)?;
            tell_password(locale, name, &password);
        }
        UserCommand::Grant(asked) => {
            let id = site.add_grant(&operator, &grant_request(asked), now)?;
            print_line(&id);
        }
        UserCommand::EndGrant { id, reason } => site.end_grant(&operator, *id, now, reason)?,
    }
    Ok(Ending::Done)
}

fn tell_password(locale: Locale, name: &str, password: &str) {
    print_line(&password);
    say(
        locale,
        &format!("Mật khẩu ban đầu của {name}, chỉ hiện một lần. Lần đăng nhập đầu phải đổi."),
        &format!(
            "The first password of {name}, shown only once. The first sign-in must change it."
        ),
    );
}

fn grant_request(asked: &GrantArguments) -> GrantRequest {
    let grant = NewGrant {
        user: asked.name.clone(),
        role: asked.role.clone(),
        unit: asked.unit.clone(),
        level: asked.level.clone(),
        school: asked.school.clone(),
        year: asked.year,
        class: asked.class.clone(),
        subjects: (!asked.subjects.is_empty()).then(|| asked.subjects.clone()),
        valid_from: asked.from,
        valid_to: asked.to,
    };
    GrantRequest { grant, reason: asked.reason.clone() }
}

fn list_users(site: &Site, json: bool, locale: Locale, now: Timestamp) -> Result<(), Problem> {
    let users = site.users(&Caller::Operator, now)?;
    if json {
        print_line(&format_args!("{:#}", serde_json::json!(users)));
        return Ok(());
    }
    for user in &users {
        let roles: Vec<&str> = user.roles.iter().map(|role| role.get(locale)).collect();
        let status = if user.status == "active" { "" } else { " [disabled]" };
        print_line(&format_args!(
            "{}{status}  {}  {}",
            user.name,
            user.full_name,
            roles.join(", ")
        ));
    }
    if users.is_empty() {
        say(locale, "Chưa có tài khoản nào.", "There is no account yet.");
    }
    Ok(())
}

pub(crate) fn token(site: &Path, asked: &TokenCommand, locale: Locale) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    let site = Site::open(site, &workers()?, now)?;
    let operator = Caller::Operator;
    match asked {
        TokenCommand::Add { user, title, read_only, only_school, only_area, days } => {
            let request = TokenRequest {
                title: title.clone(),
                read_only: *read_only,
                schools: only_school.clone(),
                areas: only_area.clone(),
                days: *days,
            };
            print_line(&site.add_token(&operator, user, &request, &random()?, now)?);
            say(
                locale,
                "Mã truy cập chỉ hiện một lần; gửi kèm `Authorization: Bearer …`.",
                "The token is shown only once; send it as `Authorization: Bearer …`.",
            );
        }
        TokenCommand::List { user } => {
            for token in site.tokens(&operator, user, now)? {
                let status = if token.live { "" } else { " [ended]" };
                print_line(&format_args!(
                    "{}{status}  {}  {}",
                    token.id, token.title, token.ends_at
                ));
            }
        }
        TokenCommand::End { user, id } => site.end_token(&operator, user, *id, now)?,
    }
    Ok(Ending::Done)
}

pub(crate) fn access(
    site: &Path,
    asked: &AccessCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    let site = Site::open(site, &workers()?, now)?;
    match asked {
        AccessCommand::Explain { user, json } => {
            let explanation = site.explain(&Caller::Operator, user, now)?;
            if *json {
                print_line(&format_args!("{:#}", serde_json::json!(explanation)));
            } else {
                print_explanation(&explanation, locale);
            }
        }
        AccessCommand::Handover(asked) => {
            let today = jiff::tz::Offset::constant(7).to_datetime(now).date();
            let request = HandoverRequest {
                school: asked.school.clone(),
                year: asked.year,
                users: asked.users.clone(),
                giver: asked.giver.clone(),
                receiver: asked.receiver.clone(),
                held_on: asked.held_on.unwrap_or(today),
                hours: ((8, 0), (9, 0)),
                place: asked.place.clone(),
            };
            let number = site.hand_over_accounts(&Caller::Operator, &request, now)?;
            print_line(&number);
            let command = format!(
                "bieumau render minutes_account_handover --param school={} --param year={} \
                 --param number={number} -o bien-ban.pdf",
                asked.school, asked.year
            );
            say(
                locale,
                &format!("Đã lập biên bản số {number}. In kèm bản cam kết: {command}"),
                &format!("Made minutes {number}. Print them with the commitments: {command}"),
            );
        }
    }
    Ok(Ending::Done)
}

fn print_explanation(explanation: &Explanation, locale: Locale) {
    let pick = |vi: &'static str, en: &'static str| if locale == Locale::Vi { vi } else { en };
    let said = |texts: &[Text]| {
        let words: Vec<&str> = texts.iter().map(|text| text.get(locale)).collect();
        words.join("; ")
    };
    print_line(&format_args!(
        "{} ({}), {}",
        explanation.full_name, explanation.name, explanation.day
    ));
    if explanation.grants.is_empty() {
        print_line(&pick("Chưa được giao quyền nào.", "No rights were given."));
    }
    for grant in &explanation.grants {
        print_line(&format_args!(
            "{} {}: {} — {} ({})",
            if grant.holds { "+" } else { "-" },
            grant.title.get(locale),
            grant.place.get(locale),
            grant.ground.get(locale),
            grant.validity.get(locale),
        ));
        if !grant.may.is_empty() {
            print_line(&format_args!("    {}: {}", pick("được", "may"), said(&grant.may)));
        }
    }
    for area in &explanation.areas {
        let none = pick("không", "no").to_owned();
        let or_none = |words: String| if words.is_empty() { none.clone() } else { words };
        print_line(&format_args!("{}", area.title.get(locale)));
        let sees = match area.area {
            "site" => pick("mọi người", "everybody").to_owned(),
            _ => or_none(said(&area.sees)),
        };
        print_line(&format_args!("    {}: {sees}", pick("xem", "sees")));
        print_line(&format_args!(
            "    {}: {}",
            pick("sửa", "changes"),
            or_none(said(&area.changes))
        ));
    }
}
