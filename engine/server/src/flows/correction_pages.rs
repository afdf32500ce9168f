//! The pages of corrections: the list, a new slip, one slip with what may be done with it, and what
//! became stale.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::correction::Act;
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::flows::{
    Applied, CorrectionView, MOST_FILES, NewCorrection, NewLine, Sheet, SlipKey,
};
use bieumau_pipeline::{Problem, Site};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::page::{
    Given, address, chosen, of_year, page, problem_value, query_of, select, status_of, typed,
};
use super::words::words;
use crate::asked::{Asked, OwnedFile, fields, files_of, uploaded};
use crate::pages::problem_page;
use crate::serve::App;
use crate::signed::Guest;

/// `GET /corrections`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let found = async {
        let fields = of_year(&asked, &mut given).await?;
        let slips = match chosen(&given) {
            Some((school, year)) => Some(
                asked
                    .run(move |site, caller, now| site.corrections(caller, &school, year, now))
                    .await?,
            ),
            None => None,
        };
        Ok((fields, slips))
    };
    match found.await {
        Ok((fields, slips)) => {
            let locale = asked.locale;
            let context = json!({
                "fields": fields,
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
        "most_files": MOST_FILES,
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "list": address("/corrections", &given),
    });
    let status = status_of(problem.as_ref());
    let names = ("correction_new.html", "new_correction");
    page(&asked, status, names, &own_address, context)
}

/// `POST /corrections/new`: the slip with its evidence files.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response {
    let (given, files) = match uploaded(&headers, bytes) {
        Ok(read) => read,
        Err(problem) => {
            let asked = Asked::read(app, guest, &headers, None);
            return problem_page(&asked.app, &problem, asked.locale);
        }
    };
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let wanted = wanted_of(&given);
    let (school, year) = (wanted.school.clone(), wanted.year);
    let sent = asked
        .run(move |site, caller, now| {
            site.request_correction(caller, &wanted, &files_of(&files), now)
        })
        .await;
    match sent {
        Ok(number) => {
            Redirect::to(&format!("/corrections/{school}/{year}/{number}?sent=1")).into_response()
        }
        Err(problem) => new_page(asked, given, Some(problem)).await,
    }
}

/// `POST /corrections/{school}/{year}/{number}/evidence`: adds files to a slip that waits.
pub(super) async fn add_evidence(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<(String, i64, i64)>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response {
    let read = uploaded(&headers, bytes);
    let asked = Asked::read(app, guest, &headers, None);
    let key = (school.clone(), year, number);
    let added = async {
        let (_, files) = read?;
        if files.is_empty() {
            return Err(crate::asked::no_file());
        }
        asked
            .run(move |site, caller, now| add(site, caller, (&school, year, number), &files, now))
            .await
    };
    match added.await {
        Ok(()) => {
            let (school, year, number) = key;
            Redirect::to(&format!("/corrections/{school}/{year}/{number}?saved=1")).into_response()
        }
        Err(problem) => {
            let status = status_of(Some(&problem));
            one_page(asked, key, None, Some(problem), None, status).await
        }
    }
}

fn add(
    site: &Site,
    caller: &Caller,
    key: SlipKey<'_>,
    files: &[OwnedFile],
    now: Timestamp,
) -> Result<(), Problem> {
    for file in files_of(files) {
        site.add_evidence(caller, key, file, now)?;
    }
    Ok(())
}

/// `GET /corrections/{school}/{year}/{number}/evidence/{file}`: a file, always as a download.
pub(super) async fn evidence(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number, file)): Path<(String, i64, i64, i64)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, None);
    let found = asked
        .run(move |site, caller, now| {
            site.correction_evidence(caller, (&school, year, number), file, now)
        })
        .await;
    match found {
        Ok((file, content)) => crate::records::download(&file.name, content),
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
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
        lines,
    }
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
    value["files"] = slip
        .files
        .iter()
        .map(|file| {
            json!({"id": file.id, "name": file.name, "size": size_text(file.size),
                "sha256": file.sha256, "by": file.by})
        })
        .collect();
    value["link"] = json!(format!("/corrections/{}/{}/{}", slip.school, slip.year, slip.number));
    value
}

/// Writes a size as people read it: `1,2 MB`, `340 kB`.
fn size_text(bytes: i64) -> String {
    if bytes >= 1_000_000 {
        let tenths = (bytes + 50_000) / 100_000;
        format!("{},{} MB", tenths / 10, tenths % 10)
    } else {
        format!("{} kB", (bytes + 999) / 1000)
    }
}
