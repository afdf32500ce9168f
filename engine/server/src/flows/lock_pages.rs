//! The page of locks: what is locked and why, a new lock with its dry run, opening, exceptions.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{DryRun, LockView, NewException, NewLock, Part, SheetQuery};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::page::{Given, address, page, problem_value, select, status_of, typed};
use super::words::words;
use crate::asked::{Asked, fields};
use crate::pages::problem_page;
use crate::serve::App;
use crate::signed::Guest;

/// `GET /locks`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    show(asked, given, None, None).await
}

/// `POST /locks`: tries a lock out, or makes it.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let wanted = lock_of(&given);
    if given.get("act").is_some_and(|act| act == "dry_run") {
        let tried =
            asked.run(move |site, caller, now| site.lock_dry_run(caller, &wanted, now)).await;
        return match tried {
            Ok(dry_run) => show(asked, given, Some(dry_run), None).await,
            Err(problem) => show(asked, given, None, Some(problem)).await,
        };
    }
    match asked.run(move |site, caller, now| site.lock(caller, &wanted, now)).await {
        Ok(_) => Redirect::to(&locks_of(&given)).into_response(),
        Err(problem) => show(asked, given, None, Some(problem)).await,
    }
}

/// `POST /locks/{school}/{year}/{number}/opening`.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<(String, i64, i64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let mut given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let reason = given.remove("reason").unwrap_or_default();
    back_to(&mut given, &school, year);
    let done = asked
        .run(move |site, caller, now| site.open_lock(caller, (&school, year, number), &reason, now))
        .await;
    match done {
        Ok(()) => Redirect::to(&locks_of(&given)).into_response(),
        Err(problem) => show(asked, given, None, Some(problem)).await,
    }
}

/// `POST /locks/{school}/{year}/{lock}/exceptions`.
pub(super) async fn except(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, lock)): Path<(String, i64, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let mut given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let wanted = NewException {
        person: text("person"),
        part: Part::default(),
        reason: text("reason"),
        evidence: text("evidence"),
        starts_at: None,
        ends_at: text("ends_at"),
    };
    given.clear();
    back_to(&mut given, &school, year);
    let done = asked
        .run(move |site, caller, now| {
            site.except_from_lock(caller, (&school, year, &lock), &wanted, now)
        })
        .await;
    match done {
        Ok(_) => Redirect::to(&locks_of(&given)).into_response(),
        Err(problem) => show(asked, given, None, Some(problem)).await,
    }
}

/// The page of the locks of the school and year that were chosen.
fn locks_of(given: &Given) -> String {
    let of_year = given.iter().filter(|(name, _)| *name == "school" || *name == "year");
    address("/locks", &of_year.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn back_to(given: &mut Given, school: &str, year: i64) {
    given.insert("school".to_owned(), school.to_owned());
    given.insert("year".to_owned(), year.to_string());
}

async fn show(
    asked: Asked,
    given: Given,
    dry_run: Option<DryRun>,
    problem: Option<Problem>,
) -> Response {
    let school = given.get("school").cloned().unwrap_or_default();
    let year: Option<i64> = given.get("year").and_then(|year| year.parse().ok());
    let found = asked
        .run(move |site, caller, now| {
            let query = SheetQuery { school: school.clone(), year, ..SheetQuery::default() };
            let sheet = site.correction_sheet(caller, &query)?;
            let locks = match year.filter(|_| !school.is_empty()) {
                Some(year) => Some(site.locks(caller, &school, year, now)?),
                None => None,
            };
            Ok((sheet, locks, site.lock_choices()))
        })
        .await;
    let (sheet, locks, (subjects, kinds)) = match found {
        Ok(found) => found,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let own_address = locks_of(&given);
    let context = json!({
        "fields": [
            select("school", &sheet.schools, &given, locale),
            select("year", &sheet.years, &given, locale),
        ],
        "chosen": locks.is_some(),
        "locks": locks.unwrap_or_default().iter()
            .map(|lock| lock_value(lock, asked.now, locale)).collect::<Vec<_>>(),
        "parts": [
            select("column_kind", &kinds, &given, locale),
            select("class", &sheet.classes, &given, locale),
            select("subject", &subjects, &given, locale),
        ],
        "given": typed(&given, &["grade", "term", "order_number", "reason", "starts_at", "ends_at"]),
        "dry_run": dry_run.as_ref().map(|tried| dry_run_value(tried, locale)),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
    });
    let status = status_of(problem.as_ref());
    page(&asked, status, ("locks.html", "locks"), &own_address, context)
}

fn lock_of(given: &Given) -> NewLock {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let maybe = |name: &str| given.get(name).cloned().filter(|value| !value.trim().is_empty());
    let number = |name: &str| maybe(name).and_then(|value| value.parse().ok());
    NewLock {
        school: text("school"),
        year: text("year").parse().unwrap_or_default(),
        part: Part {
            term: number("term"),
            grade: number("grade"),
            class: maybe("class"),
            subject: maybe("subject"),
            column_kind: maybe("column_kind"),
            form: None,
        },
        reason: text("reason"),
        order_number: text("order_number"),
        starts_at: maybe("starts_at"),
        ends_at: maybe("ends_at"),
    }
}

fn lock_value(view: &LockView, now: Timestamp, locale: Locale) -> Value {
    let words = words(locale);
    let state = if view.holds {
        "holds"
    } else if view.lock.starts_at > now {
        "planned"
    } else {
        "ended"
    };
    let exceptions: Vec<Value> = view
        .exceptions
        .iter()
        .map(|own| {
            json!({
                "person": own.person_name,
                "reach": own.reach_text.get(locale),
                "reason": own.exception.reason,
                "evidence": own.exception.evidence,
                "until": bieumau_model::lock::moment(own.exception.ends_at),
                "holds": own.holds,
            })
        })
        .collect();
    let number = match &view.lock.name {
        bieumau_model::lock::LockName::Number(number) => number.to_string(),
        bieumau_model::lock::LockName::Automatic(word) => word.clone(),
    };
    json!({
        "number": number,
        "state": state,
        "state_title": words[state],
        "reach": view.reach_text.get(locale),
        "time": view.time_text().get(locale),
        "reason": view.lock.reason,
        "order_number": view.lock.order_number,
        "decided_by": view.lock.decided_by,
        "author": view.lock.author,
        "ended_by": view.ended_by,
        "end_reason": view.end_reason,
        "exceptions": exceptions,
        "action": format!("/locks/{}/{}/{number}", view.school, view.year),
    })
}

fn dry_run_value(tried: &DryRun, locale: Locale) -> Value {
    let hits: Vec<Value> = tried
        .hits
        .iter()
        .map(|hit| {
            json!({
                "form": hit.form_title.get(locale),
                "class": hit.class,
                "subject": hit.subject_title.as_ref().map(|title| title.get(locale)),
                "records": hit.records,
                "incomplete": hit.incomplete,
                "missing": hit.missing,
            })
        })
        .collect();
    json!({
        "reach": tried.reach_text.get(locale),
        "records": tried.records,
        "missing": tried.missing,
        "hits": hits,
    })
}
