//! The register of issued documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bieumau_pipeline::flows::IssuedView;
use serde_json::json;

use super::{CREATED, DONE, Reason};
use crate::asked::Asked;
use crate::error::problem_json;
use crate::serve::App;

/// `GET /api/v1/issued?school=…`.
#[utoipa::path(get, path = "/api/v1/issued", tag = "flows",
    params(("school" = String, Query)),
    responses((status = 200, description = "the register of issued documents", body = serde_json::Value)))]
pub(crate) async fn issued(
    asked: Asked,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let school = given.get("school").cloned().unwrap_or_default();
    asked
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "issued": site.issued(caller, &school, now)? }))
        })
        .await
}

/// `GET /api/v1/issued/{id}`: the document byte by byte.
#[utoipa::path(get, path = "/api/v1/issued/{id}", tag = "flows",
    params(("id" = i64, Path)),
    responses((status = 200, description = "the document, byte by byte", body = Vec<u8>,
        content_type = "application/pdf")))]
pub(crate) async fn issued_document(asked: Asked, Path(id): Path<i64>) -> Response {
    asked
        .answer(
            move |site, caller, now| site.issued_document(caller, id, now),
            |(line, bytes)| document_answer(&line, bytes),
        )
        .await
}

/// Sends an issued document as a download.
pub(crate) fn document_answer(line: &IssuedView, bytes: Vec<u8>) -> Response {
    let media = match line.format.as_str() {
        "pdf" => "application/pdf",
        "html" => "text/html; charset=utf-8",
        "png" => "image/png",
        "csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    };
    let name = format!("attachment; filename=\"{}-{}.{}\"", line.report, line.id, line.format);
    ([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response()
}

/// `GET /api/v1/issued/{id}/line`: its line of the register.
#[utoipa::path(get, path = "/api/v1/issued/{id}/line", tag = "flows",
    params(("id" = i64, Path)),
    responses((status = 200, description = "number, code, state, hashes", body = serde_json::Value)))]
pub(crate) async fn line(asked: Asked, Path(id): Path<i64>) -> Response {
    asked.json(DONE, move |site, caller, now| site.issued_line(caller, id, now)).await
}

/// `GET /api/v1/issued/{id}/proof`: whether it is what was issued, and would be made the same again.
#[utoipa::path(get, path = "/api/v1/issued/{id}/proof", tag = "flows",
    params(("id" = i64, Path)),
    responses((status = 200, description = "`bytes_match`, `data_matches`, `same_again`", body = serde_json::Value)))]
pub(crate) async fn proof(asked: Asked, Path(id): Path<i64>) -> Response {
    asked.json(DONE, move |site, caller, now| site.prove_issued(caller, id, now)).await
}

/// `POST /api/v1/issued/{id}/replacement`: makes it anew and issues that in its place.
#[utoipa::path(post, path = "/api/v1/issued/{id}/replacement", tag = "flows",
    params(("id" = i64, Path)), request_body = serde_json::Value,
    responses(
        (status = 201, description = "the line of the new document", body = serde_json::Value),
        (status = 409, description = "it was replaced or revoked already"),
    ))]
pub(crate) async fn replace(asked: Asked, Path(id): Path<i64>, bytes: Bytes) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, Reason { reason }| {
            Ok(site.replace_issued(caller, id, &reason, now)?.line)
        })
        .await
}

/// `POST /api/v1/issued/{id}/revocation`.
#[utoipa::path(post, path = "/api/v1/issued/{id}/revocation", tag = "flows",
    params(("id" = i64, Path)), request_body = serde_json::Value,
    responses(
        (status = 200, description = "its line of the register", body = serde_json::Value),
        (status = 409, description = "it was replaced or revoked already"),
    ))]
pub(crate) async fn revoke(asked: Asked, Path(id): Path<i64>, bytes: Bytes) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, Reason { reason }| {
            site.revoke_issued(caller, id, &reason, now)
        })
        .await
}

/// `GET /api/v1/verify/{code}`: tells anybody, without sign-in, whether a document is valid.
#[utoipa::path(get, path = "/api/v1/verify/{code}", tag = "flows", security(()),
    params(("code" = String, Path, description = "the code on the document, such as ABCD-EFGH-JKLM")),
    responses(
        (status = 200, description = "`state`, kind, day and school; nothing about persons", body = serde_json::Value),
        (status = 404, description = "no document has the code"),
    ))]
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    let locale = crate::locale::choose(None, &headers, app.site.locale());
    let site = app.site.clone();
    let found = tokio::task::spawn_blocking(move || site.public_issue(&code))
        .await
        .unwrap_or_else(|_| Err(crate::api::crashed()));
    match found {
        Ok(line) => Json(line).into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}
