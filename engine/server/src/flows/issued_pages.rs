//! The pages of issued documents: the register of a school, and one document with its proof, its
//! replacement and its revocation.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{IssueProof, IssueState, IssuedView};
use serde_json::{Value, json};

use super::api::document_answer;
use super::page::{Given, address, choice, of_year, page, problem_value, select, status_of, typed};
use super::words::words;
use crate::asked::{Asked, fields};
use crate::pages::problem_page;
use crate::serve::App;
use crate::signed::Guest;

/// How many lines of the register a page shows.
const LONGEST_LIST: usize = 300;

/// `GET /issued`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let found = async {
        let mut lists = of_year(&asked, &mut given).await?;
        lists.truncate(1);
        let states = [IssueState::Valid, IssueState::Replaced, IssueState::Revoked];
        let mut states: Vec<_> =
            states.map(|state| choice(state_word(state), state.title())).to_vec();
        states.push(choice("stale", Text::both("Không còn khớp dữ liệu", "No longer agrees")));
        lists.push(select("state", &states, &given, asked.locale));
        let lines = match given.get("school").filter(|school| !school.is_empty()).cloned() {
            Some(school) => {
                Some(asked.run(move |site, caller, now| site.issued(caller, &school, now)).await?)
            }
            None => None,
        };
        Ok::<_, Problem>((lists, lines))
    };
    match found.await {
        Ok((lists, lines)) => {
            let wanted = given.get("state").map(String::as_str).unwrap_or_default();
            let chosen = lines.is_some();
            let lines: Vec<IssuedView> =
                lines.unwrap_or_default().into_iter().filter(|line| fits(line, wanted)).collect();
            let context = json!({
                "fields": lists,
                "chosen": chosen,
                "narrowed": !wanted.is_empty(),
                "count": lines.len(),
                "lines": lines.iter().take(LONGEST_LIST)
                    .map(|line| line_value(line, asked.locale)).collect::<Vec<_>>(),
            });
            let own = address("/issued", &given);
            page(&asked, StatusCode::OK, ("issued.html", "issued"), &own, context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `POST /issued`: issues a document; `report` and `format` say which, the rest are parameters.
pub(super) async fn issue(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let mut given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    given.remove("lang");
    let report = given.remove("report").unwrap_or_default();
    let format = given.remove("format").unwrap_or_else(|| "pdf".to_owned());
    given.retain(|_, value| !value.is_empty());
    let issued = asked
        .run(move |site, caller, now| site.issue(caller, (&report, &given, &format), None, now))
        .await;
    match issued {
        Ok(issued) => Redirect::to(&format!("/issued/{}?issued=1", issued.line.id)).into_response(),
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// `GET /issued/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(id): Path<i64>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    one_page(asked, id, &given, None).await
}

/// `POST /issued/{id}`: `act` is `replace` or `revoke`, with a `reason`.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(id): Path<i64>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let reason = given.get("reason").cloned().unwrap_or_default();
    let replaces = given.get("act").is_some_and(|act| act == "replace");
    let done = asked
        .run(move |site, caller, now| match replaces {
            true => Ok(site.replace_issued(caller, id, &reason, now)?.line.id),
            false => Ok(site.revoke_issued(caller, id, &reason, now)?.id),
        })
        .await;
    match done {
        Ok(id) => Redirect::to(&format!("/issued/{id}?saved=1")).into_response(),
        Err(problem) => one_page(asked, id, &given, Some(problem)).await,
    }
}

/// `GET /issued/{id}/document`: the bytes as they were issued.
pub(super) async fn document(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, None);
    match asked.run(move |site, caller, now| site.issued_document(caller, id, now)).await {
        Ok((line, bytes)) => document_answer(&line, bytes),
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

async fn one_page(asked: Asked, id: i64, given: &Given, problem: Option<Problem>) -> Response {
    let proves = given.contains_key("proof");
    let found = asked
        .run(move |site, caller, now| {
            let line = site.issued_line(caller, id, now)?;
            let proof = proves.then(|| site.prove_issued(caller, id, now)).transpose()?;
            let keeps = site.keeps_register(caller, &line.school, now).is_ok();
            Ok((line, proof, keeps))
        })
        .await;
    let (line, proof, keeps) = match found {
        Ok(found) => found,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let note = ["issued", "saved"].into_iter().find(|name| given.contains_key(*name));
    let note = note.map(|note| if note == "issued" { "issued_done" } else { "saved" });
    let context = json!({
        "line": line_value(&line, locale),
        "proof": proof.as_ref().map(|proof| proof_value(proof, locale)),
        "may_end": keeps && line.state == IssueState::Valid,
        "given": typed(given, &["reason", "act"]),
        "note": note.map(|note| words(locale)[note].clone()),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
        "list": format!("/issued?school={}", line.school),
    });
    let status = status_of(problem.as_ref());
    page(&asked, status, ("issued_one.html", "issued"), &format!("/issued/{id}"), context)
}

fn state_word(state: IssueState) -> &'static str {
    match state {
        IssueState::Valid => "valid",
        IssueState::Replaced => "replaced",
        IssueState::Revoked => "revoked",
    }
}

fn fits(line: &IssuedView, wanted: &str) -> bool {
    match wanted {
        "" => true,
        "stale" => line.state == IssueState::Valid && line.stale_reason.is_some(),
        word => state_word(line.state) == word,
    }
}

fn line_value(line: &IssuedView, locale: Locale) -> Value {
    let words = words(locale);
    let title_of = |name: &String| words.get(name).cloned().unwrap_or_else(|| json!(name));
    // The school stands above the list.
    let about: Vec<&str> = line
        .parameters
        .iter()
        .filter(|(name, value)| *name != "school" && !value.is_empty())
        .map(|(_, value)| value.as_str())
        .collect();
    json!({
        "id": line.id,
        "number": line.number,
        "title": line.title,
        "about": about.join(" · "),
        "parameters": line.parameters.iter().filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| json!({"title": title_of(name), "value": value}))
            .collect::<Vec<_>>(),
        "code": line.code,
        "format": line.format,
        "state": state_word(line.state),
        "state_title": line.state.title().get(locale),
        "stale": line.state == IssueState::Valid && line.stale_reason.is_some(),
        "stale_reason": line.stale_reason,
        "end": line.end,
        "period": line.period,
        "late": line.late,
        "issued_at": line.issued_at,
        "issued_by": line.issued_by,
        "document_hash": line.document_hash,
        "data_hash": line.data_hash,
        "link": format!("/issued/{}", line.id),
    })
}

fn proof_value(proof: &IssueProof, locale: Locale) -> Value {
    let words = words(locale);
    let pick = |right: bool, yes: &str, no: &str| json!({"right": right, "text": words[if right { yes } else { no }]});
    let mut lines = vec![
        pick(proof.bytes_match, "bytes_match", "bytes_differ"),
        pick(proof.data_matches, "data_matches", "data_differs"),
    ];
    lines.extend(proof.same_again.map(|same| pick(same, "same_again", "not_same_again")));
    json!(lines)
}
