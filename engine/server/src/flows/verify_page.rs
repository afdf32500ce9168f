//! The page on which anybody, without an account, asks whether an issued document is valid.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bieumau_pipeline::flows::PublicIssue;
use serde_json::{Value, json};

use super::page::{Given, problem_value, status_of};
use super::words::words;
use crate::locale;
use crate::pages::other;
use crate::serve::App;

/// `GET /verify?code=…`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = locale::choose(given.get("lang").map(String::as_str), &headers, app.site.locale());
    let code = given.get("code").map(|code| code.trim().to_owned()).unwrap_or_default();
    let found = match code.is_empty() {
        true => None,
        false => {
            let (site, code) = (app.site.clone(), code.clone());
            let job = tokio::task::spawn_blocking(move || site.public_issue(&code));
            Some(job.await.unwrap_or_else(|_| Err(crate::api::crashed())))
        }
    };
    let (line, problem) = match found {
        Some(Ok(line)) => (Some(line), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    let words = words(asked);
    let status = problem.as_ref().map_or(StatusCode::OK, |own| status_of(Some(own)));
    let link = format!("/verify?lang={}", locale::tag(other(asked)));
    let context = json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other(asked)),
        "other_locale_link": link,
        "site": app.site.title().get(asked),
        "person": Value::Null,
        "title": words["verify"],
        "words": words,
        "code": code,
        "line": line.map(|line: PublicIssue| json!({
            "code": line.code, "state": line.state, "state_title": line.state_title.get(asked),
            "kind": line.kind, "issued_on": line.issued_on, "ended_on": line.ended_on,
            "school": line.school,
        })),
        "problem": problem.as_ref().map(|problem| problem_value(problem, asked)),
    });
    app.pages.render("verify.html", status, context)
}
