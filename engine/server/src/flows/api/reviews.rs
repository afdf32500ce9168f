//! Reviews of staff and pupil data.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use bieumau_pipeline::flows::{NewEntry, NewReview};
use serde_json::json;

use super::{CREATED, DONE, Note, OfYear, Slip};
use crate::asked::Asked;

/// `GET /api/v1/reviews`.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "flows",
    params(("school" = String, Query), ("year" = i64, Query)),
    responses((status = 200, description = "the reviews with their progress", body = serde_json::Value)))]
pub(crate) async fn reviews(asked: Asked, Query(of): Query<OfYear>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "reviews": site.reviews(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/reviews`.
#[utoipa::path(post, path = "/api/v1/reviews", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the review", body = serde_json::Value)))]
pub(crate) async fn new_review(asked: Asked, bytes: Bytes) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, wanted: NewReview| {
            Ok(json!({ "number": site.open_review(caller, &wanted, now)? }))
        })
        .await
}

/// `GET /api/v1/reviews/{school}/{year}/{number}`.
#[utoipa::path(get, path = "/api/v1/reviews/{school}/{year}/{number}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    responses(
        (status = 200, description = "the review with its people, and what may be done with it", body = serde_json::Value),
        (status = 404, description = "there is none, or the caller has no part in it"),
    ))]
pub(crate) async fn review(asked: Asked, Path((school, year, number)): Path<Slip>) -> Response {
    asked
        .json(DONE, move |site, caller, now| site.review(caller, (&school, year, number), now))
        .await
}

/// `GET /api/v1/reviews/{school}/{year}/{number}/minutes`.
#[utoipa::path(get, path = "/api/v1/reviews/{school}/{year}/{number}/minutes", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    responses((status = 200, description = "the minutes", body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn minutes(asked: Asked, Path((school, year, number)): Path<Slip>) -> Response {
    asked
        .answer(
            move |site, caller, now| {
                site.review_minutes(caller, (&school, year, number), "pdf", now)
            },
            |document| crate::api::answer(document, true),
        )
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/entries`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/entries", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "what was found is noted", body = serde_json::Value)))]
pub(crate) async fn entry(
    asked: Asked,
    Path((school, year, number)): Path<Slip>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, wanted: NewEntry| {
            site.note_review(caller, (&school, year, number), &wanted, now)?;
            Ok(json!({ "person": wanted.person }))
        })
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/handover`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/handover", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the review is handed over", body = serde_json::Value)))]
pub(crate) async fn hand_over(
    asked: Asked,
    Path((school, year, number)): Path<Slip>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, Note { note }| {
            site.hand_over_review(caller, (&school, year, number), &note, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/confirmation`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/confirmation", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    responses((status = 200, description = "the review is confirmed", body = serde_json::Value)))]
pub(crate) async fn confirm(asked: Asked, Path((school, year, number)): Path<Slip>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            site.confirm_review(caller, (&school, year, number), now)?;
            Ok(json!({ "number": number }))
        })
        .await
}
