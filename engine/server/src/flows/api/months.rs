//! Monthly approvals of updates, and reporting periods.

use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::response::Response;
use bieumau_pipeline::{Problem, ProblemKind};
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

use super::{CREATED, DONE, Note};
use crate::asked::Asked;

/// `GET /api/v1/approvals/{school}/{month}`.
#[utoipa::path(get, path = "/api/v1/approvals/{school}/{month}", tag = "flows",
    params(("school" = String, Path), ("month" = String, Path)),
    responses((status = 200, description = "the updates of the month, and which came late", body = serde_json::Value)))]
pub(crate) async fn month(asked: Asked, Path((school, month)): Path<(String, String)>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            site.month_updates(caller, &school, month_of(&month)?, now)
        })
        .await
}

/// `POST /api/v1/approvals/{school}/{month}`.
#[utoipa::path(post, path = "/api/v1/approvals/{school}/{month}", tag = "flows",
    params(("school" = String, Path), ("month" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 201, description = "the month is approved", body = serde_json::Value)))]
pub(crate) async fn approve_month(
    asked: Asked,
    Path((school, month)): Path<(String, String)>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(CREATED, &bytes, move |site, caller, now, Note { note }| {
            site.approve_month(caller, (&school, month_of(&month)?), &note, now)?;
            Ok(json!({ "month": month }))
        })
        .await
}

/// `GET /api/v1/reporting-periods?year=…`.
#[utoipa::path(get, path = "/api/v1/reporting-periods", tag = "flows",
    params(("year" = i64, Query)),
    responses((status = 200, description = "the reporting periods", body = serde_json::Value)))]
pub(crate) async fn periods(
    asked: Asked,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let year = given.get("year").and_then(|year| year.parse().ok()).unwrap_or_default();
    asked
        .json(DONE, move |site, _, _| Ok(json!({ "periods": site.reporting_periods(year)? })))
        .await
}

/// Reads `2025-10`, or any day of the month.
pub(crate) fn month_of(word: &str) -> Result<Date, Problem> {
    let day = if word.len() == 7 { format!("{word}-01") } else { word.to_owned() };
    day.parse().map_err(|_| {
        Problem::new(
            ProblemKind::BadInput,
            "J219",
            format!("`{word}` không phải tháng"),
            format!("`{word}` is no month"),
        )
        .help("Ví dụ: 2025-10", "for example 2025-10")
    })
}
