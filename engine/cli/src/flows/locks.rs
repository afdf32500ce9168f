//! `bieumau lock`: locks of a school.

use std::path::Path;

use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{LockView, NewException, NewLock, Part};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::{SchoolYear, open, tell};
use crate::Ending;
use crate::commands::{caller, print_line};

/// What a lock reaches; what is left out does not narrow.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Term, 1 or 2.
    #[arg(long)]
    term: Option<i64>,
    /// Grade.
    #[arg(long)]
    grade: Option<i64>,
    /// Class.
    #[arg(long)]
    class: Option<String>,
    /// Subject.
    #[arg(long)]
    subject: Option<String>,
    /// Column kind, such as `end_of_term`.
    #[arg(long)]
    column_kind: Option<String>,
    /// Form.
    #[arg(long)]
    form: Option<String>,
}

/// Locks of a school.
#[derive(Debug, Subcommand)]
pub(crate) enum LockCommand {
    /// List the locks with their exceptions.
    List(SchoolYear),
    /// Lock, by the decision that is named.
    Add {
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        reach: Reach,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Number of the decision or announcement.
        #[arg(long)]
        order: String,
        /// From when on, such as 2026-01-10T17:00; now when left out.
        #[arg(long)]
        from: Option<String>,
        /// Until when; until it is opened when left out.
        #[arg(long)]
        until: Option<String>,
        /// Only list what it would hit.
        #[arg(long)]
        dry_run: bool,
    },
    /// Open a lock before its end.
    Open {
        /// Number of the lock.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Let one person write in spite of a lock, for a while.
    Except {
        /// Number of the lock, or `attendance`.
        lock: String,
        #[command(flatten)]
        of: SchoolYear,
        #[command(flatten)]
        reach: Reach,
        /// The user who may write.
        #[arg(long)]
        person: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// What shows that it is needed.
        #[arg(long)]
        evidence: String,
        /// Until when.
        #[arg(long)]
        until: String,
    },
}

/// Runs `bieumau lock …`.
pub(crate) fn lock(site: &Path, asked: &LockCommand, locale: Locale) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        LockCommand::List(of) => {
            let locks = site.locks(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(locks), || {
                locks.iter().map(|view| lock_line(view, locale)).collect()
            });
        }
        LockCommand::Add { of, reach, reason, order, from, until, dry_run } => {
            let wanted = NewLock {
                school: of.school.clone(),
                year: of.year,
                part: part(reach),
                reason: reason.clone(),
                order_number: order.clone(),
                starts_at: from.clone(),
                ends_at: until.clone(),
            };
            if *dry_run {
                let tried = site.lock_dry_run(&caller(&of.caller, &site)?, &wanted, now)?;
                tell(of.json, &json!(tried), || {
                    let row = |hit: &bieumau_pipeline::flows::Hit| {
                        format!(
                            "{}\t{}\t{}\t{}\t{}",
                            hit.form_title.get(locale),
                            hit.class.as_deref().unwrap_or("-"),
                            hit.subject_title.as_ref().map_or("-", |title| title.get(locale)),
                            hit.records,
                            hit.missing
                        )
                    };
                    tried.hits.iter().map(row).collect()
                });
                return Ok(Ending::Done);
            }
            print_line(&site.lock(&caller(&of.caller, &site)?, &wanted, now)?);
        }
        LockCommand::Open { number, of, reason } => {
            let key = (of.school.as_str(), of.year, *number);
            site.open_lock(&caller(&of.caller, &site)?, key, reason, now)?;
        }
        LockCommand::Except { lock, of, reach, person, reason, evidence, until } => {
            let wanted = NewException {
                person: person.clone(),
                part: part(reach),
                reason: reason.clone(),
                evidence: evidence.clone(),
                starts_at: None,
                ends_at: until.clone(),
            };
            let key = (of.school.as_str(), of.year, lock.as_str());
            print_line(&site.except_from_lock(&caller(&of.caller, &site)?, key, &wanted, now)?);
        }
    }
    Ok(Ending::Done)
}

fn part(reach: &Reach) -> Part {
    Part {
        term: reach.term,
        grade: reach.grade,
        class: reach.class.clone(),
        subject: reach.subject.clone(),
        column_kind: reach.column_kind.clone(),
        form: reach.form.clone(),
    }
}

fn lock_line(view: &LockView, locale: Locale) -> String {
    let mark = if view.holds { "*" } else { " " };
    let (title, reach) = (view.lock.title(), view.reach_text.get(locale));
    format!("{mark} {}\t{reach}\t{}", title.get(locale), view.time_text().get(locale))
}
