//! Drafts: kept though not valid, seen by nobody but their author.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_pipeline::{Act, Why};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answers::{Asked, body, written};
use crate::error::problem_json;
use crate::serve::App;
use crate::signed::Signed;

/// The fields of a draft, as they were typed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// Fields; lines of a repeat as a list of their fields under the id of its section.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// How a draft becomes a record.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitBody {
    /// Words of the warnings that the person has confirmed.
    #[serde(default)]
    confirmed: Vec<String>,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Lists the open drafts of the caller's own.
#[utoipa::path(get, path = "/api/v1/forms/{form}/drafts", tag = "records",
    params(("form" = String, Path)),
    responses((status = 200, description = "`{\"drafts\": […]}`, the newest first", body = serde_json::Value)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    asked.json(move |site, caller| Ok(json!({ "drafts": site.drafts(caller, &form)? }))).await
}

/// Begins a draft.
#[utoipa::path(post, path = "/api/v1/forms/{form}/drafts", tag = "records",
    params(("form" = String, Path)), request_body = DraftBody,
    responses((status = 201, description = "the draft", body = serde_json::Value)))]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let draft: DraftBody = match body(&bytes) {
        Ok(draft) => draft,
        Err(problem) => return problem_json(&problem, locale),
    };
    let begun = asked
        .run(move |site, caller| site.begin_draft(caller, &form, &draft.fields, Timestamp::now()));
    match begun.await {
        Ok(draft) => (StatusCode::CREATED, Json(draft)).into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Returns a draft of the caller's own.
#[utoipa::path(get, path = "/api/v1/forms/{form}/drafts/{draft}", tag = "records",
    params(("form" = String, Path), ("draft" = i64, Path)),
    responses((status = 200, description = "the draft", body = serde_json::Value)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, draft)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    asked.json(move |site, caller| site.draft(caller, &form, draft)).await
}

/// Changes an open draft of the caller's own.
#[utoipa::path(put, path = "/api/v1/forms/{form}/drafts/{draft}", tag = "records",
    params(("form" = String, Path), ("draft" = i64, Path)), request_body = DraftBody,
    responses((status = 200, description = "the draft", body = serde_json::Value)))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, draft)): Path<(String, i64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let fields = match body::<DraftBody>(&bytes) {
        Ok(body) => body.fields,
        Err(problem) => return problem_json(&problem, asked.locale),
    };
    let now = Timestamp::now();
    asked.json(move |site, caller| site.change_draft(caller, &form, draft, &fields, now)).await
}

/// Throws an open draft away.
#[utoipa::path(delete, path = "/api/v1/forms/{form}/drafts/{draft}", tag = "records",
    params(("form" = String, Path), ("draft" = i64, Path)),
    responses((status = 204, description = "it is no longer listed")))]
pub(crate) async fn discard(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, draft)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let now = Timestamp::now();
    match asked.run(move |site, caller| site.discard_draft(caller, &form, draft, now)).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Makes a record of a draft.
#[utoipa::path(post, path = "/api/v1/forms/{form}/drafts/{draft}/submit", tag = "records",
    params(("form" = String, Path), ("draft" = i64, Path)), request_body = SubmitBody,
    responses(
        (status = 201, description = "the record", body = serde_json::Value),
        (status = 422, description = "findings that block; the draft stays open"),
    ))]
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, draft)): Path<(String, i64)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let given = if bytes.is_empty() { Ok(SubmitBody::default()) } else { body(&bytes) };
    let given = match given {
        Ok(given) => given,
        Err(problem) => return problem_json(&problem, locale),
    };
    let id = form.clone();
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        let why = Why { reason: given.reason, correction: None };
        site.submit_draft(caller, &form, draft, given.confirmed, &why, Timestamp::now())
    };
    match asked.run(job).await {
        Ok((outcome, nested)) => written(&id, Act::Insert, &outcome, &nested, locale),
        Err(problem) => problem_json(&problem, locale),
    }
}
