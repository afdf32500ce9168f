//! Evidence files of a record: added, listed, given back; never changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_pipeline::{NewFile, Problem, ProblemKind};
use jiff::Timestamp;
use serde_json::json;

use super::answers::Asked;
use crate::error::{problem_json, problem_json_as};
use crate::serve::App;
use crate::signed::Signed;

/// Lists the files of a record.
#[utoipa::path(get, path = "/api/v1/forms/{form}/records/{key}/attachments", tag = "records",
    params(("form" = String, Path), ("key" = String, Path)),
    responses((status = 200, description = "`{\"attachments\": […]}` with size and hash", body = serde_json::Value)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        Ok(json!({ "attachments": site.attachments(caller, &form, &key)? }))
    };
    asked.json(job).await
}

/// Adds a file: the body is its content, at most 10 MB.
#[utoipa::path(post, path = "/api/v1/forms/{form}/records/{key}/attachments", tag = "records",
    params(
        ("form" = String, Path), ("key" = String, Path),
        ("name" = String, Query, description = "name of the file"),
        ("reason" = Option<String>, Query, description = "why"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "the file with its hash", body = serde_json::Value),
        (status = 413, description = "the file is larger than 10 MB"),
    ))]
pub(crate) async fn attach(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    Query(given): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    content: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let content = match content {
        Ok(content) => content,
        Err(rejection) => {
            let problem = Problem::new(
                ProblemKind::BadInput,
                "J132",
                "Tệp lớn quá 10 MB, hoặc bị đứt giữa chừng",
                "the file is larger than 10 MB, or broke off",
            );
            return problem_json_as(rejection.status(), &problem, locale);
        }
    };
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("application/octet-stream").to_owned();
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        let name = given.get("name").map_or("", String::as_str);
        let reason = given.get("reason").map_or("", String::as_str);
        let file = NewFile { name, media_type: &media_type, content: &content };
        site.attach(caller, (&form, &key), file, reason, Timestamp::now())
    };
    match asked.run(job).await {
        Ok(file) => (StatusCode::CREATED, Json(file)).into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Returns the content of a file, always as a download.
#[utoipa::path(get, path = "/api/v1/forms/{form}/records/{key}/attachments/{file}", tag = "records",
    params(("form" = String, Path), ("key" = String, Path), ("file" = i64, Path)),
    responses((status = 200, description = "the content", body = Vec<u8>,
        content_type = "application/octet-stream")))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key, file)): Path<(String, String, i64)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        let found = site.attachment(caller, &form, &key, file)?;
        site.note_keys(caller, &form, &[&key], Timestamp::now())?;
        Ok(found)
    };
    match asked.run(job).await {
        Ok((file, content)) => download(&file.name, content),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Sends a file that somebody has uploaded, always as a download.
pub(crate) fn download(name: &str, content: Vec<u8>) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let name = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, name),
        // Whatever was uploaded, nothing of it runs here.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (headers, content).into_response()
}
