//! Locks: listed, tried out, made, opened, excepted from.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use bieumau_pipeline::flows::{NewException, NewLock};
use serde_json::json;

use super::{CREATED, DONE, OfYear, Reason, Slip};
use crate::asked::Asked;

/// `GET /api/v1/locks`.
#[utoipa::path(get, path = "/api/v1/locks", tag = "flows",
    params(("school" = String, Query), ("year" = i64, Query)),
    responses((status = 200, description = "the locks with their exceptions", body = serde_json::Value)))]
pub(crate) async fn locks(asked: Asked, Query(of): Query<OfYear>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "locks": site.locks(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/locks`.
#[utoipa::path(post, path = "/api/v1/locks", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the lock", body = serde_json::Value)))]
pub(crate) async fn new_lock(asked: Asked, bytes: Bytes) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, wanted: NewLock| {
            Ok(json!({ "number": site.lock(caller, &wanted, now)? }))
        })
        .await
}

/// `POST /api/v1/locks/dry-run`.
#[utoipa::path(post, path = "/api/v1/locks/dry-run", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 200, description = "what the lock would hit", body = serde_json::Value)))]
pub(crate) async fn dry_run(asked: Asked, bytes: Bytes) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, wanted: NewLock| {
            site.lock_dry_run(caller, &wanted, now)
        })
        .await
}

/// `POST /api/v1/locks/{school}/{year}/{number}/opening`.
#[utoipa::path(post, path = "/api/v1/locks/{school}/{year}/{number}/opening", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the lock ends now", body = serde_json::Value)))]
pub(crate) async fn open_lock(
    asked: Asked,
    Path((school, year, number)): Path<Slip>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, Reason { reason }| {
            site.open_lock(caller, (&school, year, number), &reason, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `POST /api/v1/locks/{school}/{year}/{lock}/exceptions`.
#[utoipa::path(post, path = "/api/v1/locks/{school}/{year}/{lock}/exceptions", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("lock" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the exception", body = serde_json::Value)))]
pub(crate) async fn except(
    asked: Asked,
    Path((school, year, lock)): Path<(String, i64, String)>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, wanted: NewException| {
            let number = site.except_from_lock(caller, (&school, year, &lock), &wanted, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}
