//! The page of rights that are given: delegations with their days, and the minutes with which
//! accounts are handed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bieumau_model::access::Role;
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::access::{GrantLine, GrantRequest, HandoverRequest, NewGrant};
use bieumau_pipeline::{Problem, ProblemKind, Site};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::on_thread;
use super::pages::{asked, frame, problem_value};
use crate::flows::words;
use crate::pages::{problem_page, query};
use crate::serve::App;
use crate::signed::{Guest, to};

type Given = BTreeMap<String, String>;

/// `GET /grants`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    show_page(&app, &guest, given, &headers, None).await
}

/// `POST /grants`: `act` is `give`, `end` or `hand_over`.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let (caller, sent) = (guest.caller.clone(), given.clone());
    let done = on_thread(&app, move |site| step(site, &caller, &sent, Timestamp::now())).await;
    match done {
        Ok(address) => to(&address),
        Err(problem) => show_page(&app, &guest, given, &headers, Some(problem)).await,
    }
}

/// Does what was asked; returns where the browser goes next.
fn step(site: &Site, caller: &Caller, given: &Given, now: Timestamp) -> Result<String, Problem> {
    let text = |name: &str| given.get(name).map(|own| own.trim().to_owned()).unwrap_or_default();
    let maybe = |name: &str| Some(text(name)).filter(|own| !own.is_empty());
    match text("act").as_str() {
        "end" => {
            let id = text("grant").parse().unwrap_or_default();
            site.end_grant(caller, id, now, &text("reason"))?;
            Ok("/grants?saved=1".to_owned())
        }
        "hand_over" => {
            let school = text("school");
            let year = site.current_year(now);
            let request = HandoverRequest {
                school: school.clone(),
                year: maybe("year").and_then(|year| year.parse().ok()).unwrap_or(year),
                users: Vec::new(),
                giver: text("giver"),
                receiver: text("receiver"),
                held_on: day(given, "held_on")?.ok_or_else(|| missing("held_on"))?,
                hours: ((8, 0), (9, 0)),
                place: maybe("place").ok_or_else(|| missing("place"))?,
            };
            let number = site.hand_over_accounts(caller, &request, now)?;
            let (year, number) = (request.year.to_string(), number.to_string());
            let pairs = [
                ("report", "minutes_account_handover"),
                ("school", &school),
                ("year", &year),
                ("number", &number),
            ];
            Ok(format!("/{}", query(&pairs)))
        }
        _ => {
            let grant = NewGrant {
                user: maybe("user").ok_or_else(|| missing("user"))?,
                role: maybe("role").ok_or_else(|| missing("role"))?,
                unit: maybe("unit"),
                level: None,
                school: maybe("school"),
                year: maybe("class").and_then(|_| text("year").parse().ok()),
                class: maybe("class"),
                subjects: maybe("subject").map(|subject| vec![subject]),
                valid_from: day(given, "valid_from")?,
                valid_to: day(given, "valid_to")?,
            };
            site.add_grant(caller, &GrantRequest { grant, reason: text("reason") }, now)?;
            Ok("/grants?saved=1".to_owned())
        }
    }
}

fn day(given: &Given, name: &str) -> Result<Option<Date>, Problem> {
    let Some(word) = given.get(name).map(|word| word.trim()).filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    word.parse().map(Some).map_err(|_| {
        Problem::new(
            ProblemKind::BadInput,
            "J174",
            format!("`{word}` không phải ngày"),
            format!("`{word}` is no day"),
        )
        .at(format!("/{name}"))
    })
}

fn missing(name: &str) -> Problem {
    Problem::new(ProblemKind::BadInput, "J175", "Mục này chưa điền", "this is missing")
        .at(format!("/{name}"))
}

async fn show_page(
    app: &Arc<App>,
    guest: &Guest,
    given: Given,
    headers: &HeaderMap,
    problem: Option<Problem>,
) -> Response {
    let locale = asked(app, &given, headers);
    let (caller, now) = (guest.caller.clone(), Timestamp::now());
    let found = on_thread(app, move |site| {
        Ok((
            site.grants(&caller, now)?,
            site.givable(&caller, now)?,
            site.users(&caller, now)?,
            site.lock_choices().0,
        ))
    });
    let (lines, givable, users, subjects) = match found.await {
        Ok(found) => found,
        Err(problem) => return problem_page(app, &problem, locale),
    };
    let pair = |value: &str, label: &str| json!({"value": value, "label": label});
    let roles: Vec<Value> = Role::ALL
        .into_iter()
        .filter(|role| givable.iter().any(|(_, roles)| roles.contains(role)))
        .map(|role| pair(role.word(), role.title().get(locale)))
        .collect();
    let staff: Vec<Value> = users
        .iter()
        .filter_map(|user| Some(pair(user.staff.as_deref()?, &user.full_name)))
        .collect();
    let current = app.site.current_year(now);
    let status =
        problem.as_ref().map_or(StatusCode::OK, |problem| crate::error::status(problem.kind));
    let words = words(locale);
    let own = json!({
        "lines": lines.iter().map(|line| line_value(line, locale)).collect::<Vec<_>>(),
        "users": users.iter()
            .map(|user| pair(&user.name, &format!("{} ({})", user.full_name, user.name)))
            .collect::<Vec<_>>(),
        "roles": roles,
        "schools": givable.iter()
            .map(|(school, _)| pair(&school.school, &school.name)).collect::<Vec<_>>(),
        "subjects": subjects.iter()
            .map(|own| pair(&own.value, own.label.get(locale))).collect::<Vec<_>>(),
        "staff": staff,
        "year": current,
        "note": given.contains_key("saved").then(|| words["saved"].clone()),
        "given": given,
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "words": words,
    });
    let title = Text::both("Giao quyền, ủy quyền", "Rights given");
    let frame = frame(app, Some(guest), "/grants", &title, locale, own);
    app.pages.render("grants.html", status, frame)
}

fn line_value(line: &GrantLine, locale: Locale) -> Value {
    json!({
        "id": line.id,
        "user": line.user,
        "full_name": line.full_name,
        "title": line.title.get(locale),
        "place": line.place.get(locale),
        "validity": line.validity.get(locale),
        "holds": line.holds,
        "reason": line.reason,
        "author": line.author,
        "ended_on": line.ended_on,
        "may_end": line.may_end,
    })
}
