//! Sign-offs of class books.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use bieumau_model::sign_off::Point;
use bieumau_pipeline::flows::BookKey;
use bieumau_pipeline::{Problem, ProblemKind};
use serde::Deserialize;
use serde_json::json;

use super::{CREATED, DONE};
use crate::asked::Asked;

/// The same with a point of a term.
#[derive(Deserialize)]
pub(crate) struct OfPoint {
    school: String,
    year: i64,
    term: i64,
    point: String,
}

/// A part of a book in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartBody {
    part: String,
    #[serde(default)]
    reason: String,
}

type Book = (String, i64, String, i64, String);

/// `GET /api/v1/sign-offs`: the books of all classes at a point, with what is missing.
#[utoipa::path(get, path = "/api/v1/sign-offs", tag = "flows",
    params(("school" = String, Query), ("year" = i64, Query), ("term" = i64, Query), ("point" = String, Query)),
    responses((status = 200, description = "all classes with what is filled, missing and signed", body = serde_json::Value)))]
pub(crate) async fn books(asked: Asked, Query(of): Query<OfPoint>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            let at = (of.term, point(&of.point)?);
            Ok(json!({ "books": site.books(caller, (&of.school, of.year), at, now)? }))
        })
        .await
}

/// `GET /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}`.
#[utoipa::path(get, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("class" = String, Path), ("term" = i64, Path), ("point" = String, Path)),
    responses((status = 200, description = "the book with its parts and gaps", body = serde_json::Value)))]
pub(crate) async fn book(asked: Asked, Path(path): Path<Book>) -> Response {
    asked.json(DONE, move |site, caller, now| site.book_view(caller, &key(path)?, now)).await
}

/// `POST /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}`.
#[utoipa::path(post, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("class" = String, Path), ("term" = i64, Path), ("point" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 201, description = "the part is signed", body = serde_json::Value)))]
pub(crate) async fn sign(asked: Asked, Path(path): Path<Book>, bytes: Bytes) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, PartBody { part, .. }| {
            site.sign_off(caller, &key(path)?, &part, now)?;
            Ok(json!({ "part": part }))
        })
        .await
}

/// `POST /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening`.
#[utoipa::path(post, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("class" = String, Path), ("term" = i64, Path), ("point" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the part is open again", body = serde_json::Value)))]
pub(crate) async fn reopen(asked: Asked, Path(path): Path<Book>, bytes: Bytes) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, PartBody { part, reason }| {
            site.reopen(caller, &key(path)?, &part, &reason, now)?;
            Ok(json!({ "part": part }))
        })
        .await
}

fn key((school, year, class, term, at): Book) -> Result<BookKey, Problem> {
    Ok(BookKey { school, year, class, term, point: point(&at)? })
}

pub(crate) fn point(word: &str) -> Result<Point, Problem> {
    Point::read(word).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J218",
            format!("Không có thời điểm `{word}`"),
            format!("there is no point `{word}`"),
        )
        .help("Chọn mid_term hoặc end_of_term", "mid_term or end_of_term")
    })
}
