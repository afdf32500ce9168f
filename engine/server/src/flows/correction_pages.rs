//! The pages of corrections: the list, a new slip, one slip with what may be done with it, and what
//! became stale.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::correction::Act;
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{
    Applied, Choosable, CorrectionView, NewCorrection, NewLine, Sheet, SheetQuery,
};
use serde_json::{Value, json};

use super::asked::{Asked, fields};
use super::words::words;
use crate::pages::{frame, problem_page};
use crate::serve::App;
use crate::signed::Guest;

type Given = BTreeMap<String, String>;

/// `GET /corrections`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let query = query_of(&given);
    let found = asked
        .run(move |site, caller, now| {
            let sheet = site.correction_sheet(caller, &query)?;
            let slips = match query.year.filter(|_| !query.school.is_empty()) {
                Some(year) => Some(site.corrections(caller, &query.school, year, now)?),
                None => None,
            };
            Ok((sheet, slips))
        })
        .await;
    match found {
        Ok((sheet, slips)) => {
            let locale = asked.locale;
            let context = json!({
                "fields": [
                    select("school", &sheet.schools, &given, locale),
                    select("year", &sheet.years, &given, locale),
                ],
                "chosen": slips.is_some(),
                "new": address("/corrections/new", &given),
                "slips": slips.unwrap_or_default().iter()
                    .map(|slip| slip_value(slip, locale)).collect::<Vec<_>>(),
            });
            let names = ("corrections.html", "corrections");
            page(&asked, StatusCode::OK, names, &address("/corrections", &given), context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `GET /corrections/new`.
pub(super) async fn new(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    new_page(asked, given, None).await
}

/// The page of a new slip, with what was typed and what was wrong with it.
async fn new_page(asked: Asked, given: Given, problem: Option<Problem>) -> Response {
    let query = query_of(&given);
    let found = asked.run(move |site, caller, _| site.correction_sheet(caller, &query)).await;
    let sheet = match found {
        Ok(sheet) => sheet,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let own_address = address("/corrections/new", &given);
    let context = json!({
        "fields": [
            select("school", &sheet.schools, &given, locale),
            select("year", &sheet.years, &given, locale),
            select("class", &sheet.classes, &given, locale),
            select("subject", &sheet.subjects, &given, locale),
            select("term", &sheet.terms, &given, locale),
        ],
        "sheet": sheet_value(&sheet, &given, locale),
        "given": typed(&given, &["reason", "evidence"]),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "list": address("/corrections", &given),
    });
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let names = ("correction_new.html", "new_correction");
    page(&asked, status, names, &own_address, context)
}

/// `POST /corrections/new`.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let wanted = wanted_of(&given);
    let (school, year) = (wanted.school.clone(), wanted.year);
    let sent =
        asked.run(move |site, caller, now| site.request_correction(caller, &wanted, now)).await;
    match sent {
        Ok(number) => {
            Redirect::to(&format!("/corrections/{school}/{year}/{number}?sent=1")).into_response()
        }
        Err(problem) => new_page(asked, given, Some(problem)).await,
    }
}

/// `GET /corrections/{school}/{year}/{number}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<(String, i64, i64)>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let note = ["sent", "saved"].into_iter().find(|name| given.contains_key(*name));
    one_page(asked, (school, year, number), note, None, None, StatusCode::OK).await
}

async fn one_page(
    asked: Asked,
    (school, year, number): (String, i64, i64),
    note: Option<&str>,
    problem: Option<Problem>,
    applied: Option<Applied>,
    status: StatusCode,
) -> Response {
    let found = asked
        .run(move |site, caller, now| site.correction(caller, (&school, year, number), now))
        .await;
    match found {
        Ok(slip) => {
            let context = json!({
                "slip": slip_value(&slip, asked.locale),
                "may": slip.may,
                "note": note.map(|note| words(asked.locale)[note].clone()),
                "problem": problem.as_ref().map(|problem| problem_value(problem, asked.locale)),
                "applied": applied,
                "list": format!("/corrections?school={}&year={}", slip.school, slip.year),
            });
            let own = format!("/corrections/{}/{}/{}", slip.school, slip.year, slip.number);
            page(&asked, status, ("correction.html", "corrections"), &own, context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `GET /corrections/{school}/{year}/{number}/slip`: the paper itself.
pub(super) async fn slip(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<(String, i64, i64)>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let format = given.get("format").cloned().unwrap_or_else(|| "pdf".to_owned());
    let made = asked
        .run(move |site, caller, now| {
            site.correction_slip(caller, (&school, year, number), &format, now)
        })
        .await;
    match made {
        Ok(document) => crate::api::answer(document, false),
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `POST /corrections/{school}/{year}/{number}/{opinion|approve|reject|withdraw|apply}`.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number, act)): Path<(String, i64, i64, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let comment = given.get("comment").cloned().unwrap_or_default();
    let key = (school, year, number);
    let act = match act.as_str() {
        "opinion" => Act::Opinion { comment },
        "approve" => Act::Approve { comment },
        "reject" => Act::Reject { comment },
        "withdraw" => Act::Withdraw,
        _ => Act::Apply,
    };
    let done = {
        let (school, year, number) = key.clone();
        asked
            .run(move |site, caller, now| {
                let key = (school.as_str(), year, number);
                match &act {
                    Act::Apply => site.apply_correction(caller, key, now).map(Some),
                    act => site.advance_correction(caller, key, act, now).map(|_| None),
                }
            })
            .await
    };
    match done {
        // What became stale is told once, on the page that follows at once.
        Ok(Some(applied)) => {
            one_page(asked, key, Some("saved"), None, Some(applied), StatusCode::OK).await
        }
        Ok(None) => {
            let (school, year, number) = key;
            Redirect::to(&format!("/corrections/{school}/{year}/{number}?saved=1")).into_response()
        }
        Err(problem) => {
            let status = crate::error::status(problem.kind);
            one_page(asked, key, None, Some(problem), None, status).await
        }
    }
}

/// Renders a page; `address` is its own, for the other language.
pub(super) fn page(
    asked: &Asked,
    status: StatusCode,
    (name, title): (&str, &str),
    address: &str,
    context: Value,
) -> Response {
    let words = words(asked.locale);
    let title = words[title].as_str().unwrap_or_default().to_owned();
    frame(&asked.app, &asked.guest, status, name, (&title, address), words, context, asked.locale)
}

fn query_of(given: &Given) -> SheetQuery {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    SheetQuery {
        school: text("school"),
        year: given.get("year").and_then(|year| year.parse().ok()),
        class: text("class"),
        subject: text("subject"),
        term: text("term"),
    }
}

/// Reads the slip that the page has sent; cells are named `cell:<pupil>:<field>`.
fn wanted_of(given: &Given) -> NewCorrection {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let by = text("by");
    let lines = given
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .filter_map(|(name, value)| {
            let (pupil, field) = name.strip_prefix("cell:")?.split_once(':')?;
            let record = BTreeMap::from([
                (by.clone(), text("term")),
                ("pupil".to_owned(), pupil.to_owned()),
                ("subject".to_owned(), text("subject")),
            ]);
            let value = if value.trim() == "-" { String::new() } else { value.clone() };
            Some(NewLine { record, field: field.to_owned(), value })
        })
        .collect();
    NewCorrection {
        school: text("school"),
        year: text("year").parse().unwrap_or_default(),
        form: text("form"),
        reason: text("reason"),
        evidence: text("evidence"),
        evidence_file: None,
        evidence_sha256: None,
        lines,
    }
}

/// A list to choose from, as the page shows it.
pub(super) fn select(name: &str, choices: &[Choosable], given: &Given, locale: Locale) -> Value {
    // The only choice needs no question.
    let value = given.get(name).cloned().unwrap_or_default();
    let choices: Vec<Value> = choices
        .iter()
        .map(|choice| json!({"value": choice.value, "label": choice.label.get(locale)}))
        .collect();
    json!({"id": name, "title": words(locale)[name], "value": value, "choices": choices})
}

fn sheet_value(sheet: &Sheet, given: &Given, locale: Locale) -> Value {
    let columns: Vec<_> = sheet.columns.iter().map(|column| column.label.get(locale)).collect();
    let rows: Vec<Value> = sheet
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<Value> = sheet
                .columns
                .iter()
                .zip(&row.values)
                .map(|(column, value)| {
                    let name = format!("cell:{}:{}", row.pupil, column.value);
                    let typed = given.get(&name).cloned().unwrap_or_default();
                    json!({"name": name, "now": value, "typed": typed, "label": column.label.get(locale)})
                })
                .collect();
            json!({"name": row.name, "pupil": row.pupil, "cells": cells})
        })
        .collect();
    json!({"form": sheet.form, "by": sheet.by, "columns": columns, "rows": rows})
}

fn slip_value(slip: &CorrectionView, locale: Locale) -> Value {
    let subject = slip.subject_title.as_ref().map(|title| title.get(locale));
    let mut value = serde_json::to_value(slip).unwrap_or_default();
    value["subject_title"] = json!(subject);
    value["state_title"] = json!(slip.state_title.get(locale));
    value["link"] = json!(format!("/corrections/{}/{}/{}", slip.school, slip.year, slip.number));
    value
}

/// What the error summary of a page shows.
pub(super) fn problem_value(problem: &Problem, locale: Locale) -> Value {
    let findings: Vec<_> = problem
        .findings
        .iter()
        .filter(|finding| finding.message != problem.title)
        .map(|finding| finding.message.get(locale))
        .take(50)
        .collect();
    json!({
        "title": problem.title.get(locale),
        "help": problem.help.as_ref().map(|help| help.get(locale)),
        "findings": findings,
        "code": problem.code,
    })
}

/// What was typed into the fields `names`; empty where nothing was.
pub(super) fn typed(given: &Given, names: &[&str]) -> Value {
    let typed =
        |name: &&str| ((*name).to_owned(), json!(given.get(*name).cloned().unwrap_or_default()));
    Value::Object(names.iter().map(typed).collect())
}

/// An address with everything that was chosen.
pub(super) fn address(path: &str, given: &Given) -> String {
    let pairs = ["school", "year", "class", "subject", "term"].into_iter().filter_map(|name| {
        given.get(name).filter(|value| !value.is_empty()).map(|value| (name, value))
    });
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
