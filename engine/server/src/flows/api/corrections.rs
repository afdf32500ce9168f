//! Corrections: slips with their evidence, and their course.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use bieumau_model::correction::Act;
use bieumau_pipeline::flows::NewCorrection;
use bieumau_pipeline::{Problem, ProblemKind};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

use super::{CREATED, DONE, OfYear, Slip};
use crate::asked::{Asked, OwnedFile, body, files_of, has_files, no_file, uploaded};

/// A comment in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    #[serde(default)]
    comment: String,
}

/// `GET /api/v1/corrections`.
#[utoipa::path(get, path = "/api/v1/corrections", tag = "flows",
    params(("school" = String, Query), ("year" = i64, Query)),
    responses((status = 200, description = "the slips that the caller may see", body = serde_json::Value)))]
pub(crate) async fn corrections(asked: Asked, Query(of): Query<OfYear>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "corrections": site.corrections(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/corrections`: the slip as JSON, or as the part `slip` of a form with its evidence
/// files as further parts.
#[utoipa::path(post, path = "/api/v1/corrections", tag = "flows",
    request_body(content(
        (serde_json::Value = "application/json"),
        (Vec<u8> = "multipart/form-data"),
    )),
    responses(
        (status = 201, description = "the number of the slip", body = serde_json::Value),
        (status = 422, description = "`J229`: the province asks for evidence"),
    ))]
pub(crate) async fn new_correction(
    asked: Asked,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response {
    let read = read_slip(&headers, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            let (wanted, files) = read?;
            let number = site.request_correction(caller, &wanted, &files_of(&files), now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

fn read_slip(
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(NewCorrection, Vec<OwnedFile>), Problem> {
    if !has_files(headers) {
        return Ok((body(&bytes.map_err(|_| no_file())?)?, Vec::new()));
    }
    let (given, files) = uploaded(headers, bytes)?;
    let slip = given.get("slip").cloned().unwrap_or_default();
    Ok((body(&Bytes::from(slip))?, files))
}

/// `POST /api/v1/corrections/{school}/{year}/{number}/evidence`.
#[utoipa::path(post, path = "/api/v1/corrections/{school}/{year}/{number}/evidence", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    request_body(content = Vec<u8>, content_type = "multipart/form-data"),
    responses((status = 201, description = "the files with size and hash", body = serde_json::Value)))]
pub(crate) async fn add_evidence(
    asked: Asked,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Response {
    let read = uploaded(&headers, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            let (_, files) = read?;
            let files = files_of(&files);
            if files.is_empty() {
                return Err(no_file());
            }
            let add = |file| site.add_evidence(caller, (&school, year, number), file, now);
            let added: Result<Vec<_>, Problem> = files.into_iter().map(add).collect();
            Ok(json!({ "files": added? }))
        })
        .await
}

/// `GET /api/v1/corrections/{school}/{year}/{number}/evidence/{file}`: always as a download.
#[utoipa::path(get, path = "/api/v1/corrections/{school}/{year}/{number}/evidence/{file}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path), ("file" = i64, Path)),
    responses((status = 200, description = "the content", body = Vec<u8>,
        content_type = "application/octet-stream")))]
pub(crate) async fn evidence(
    asked: Asked,
    Path((school, year, number, file)): Path<(String, i64, i64, i64)>,
) -> Response {
    asked
        .answer(
            move |site, caller, now| {
                site.correction_evidence(caller, (&school, year, number), file, now)
            },
            |(file, content)| crate::records::download(&file.name, content),
        )
        .await
}

/// `GET /api/v1/corrections/{school}/{year}/{number}`.
#[utoipa::path(get, path = "/api/v1/corrections/{school}/{year}/{number}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    responses((status = 200, description = "the slip, with what may be done with it", body = serde_json::Value)))]
pub(crate) async fn correction(asked: Asked, Path((school, year, number)): Path<Slip>) -> Response {
    asked
        .json(DONE, move |site, caller, now| site.correction(caller, (&school, year, number), now))
        .await
}

/// `GET /api/v1/corrections/{school}/{year}/{number}/slip`.
#[utoipa::path(get, path = "/api/v1/corrections/{school}/{year}/{number}/slip", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path), ("format" = String, Query)),
    responses((status = 200, description = "the paper", body = serde_json::Value)))]
pub(crate) async fn slip(
    asked: Asked,
    Path((school, year, number)): Path<Slip>,
    Query(given): Query<BTreeMap<String, String>>,
) -> Response {
    let format = given.get("format").cloned().unwrap_or_else(|| "pdf".to_owned());
    asked
        .answer(
            move |site, caller, now| {
                site.correction_slip(caller, (&school, year, number), &format, now)
            },
            |document| crate::api::answer(document, true),
        )
        .await
}

/// `POST /api/v1/corrections/{school}/{year}/{number}/{opinion|approval|rejection|withdrawal}`.
#[utoipa::path(post, path = "/api/v1/corrections/{school}/{year}/{number}/{act}", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path), ("act" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the new state", body = serde_json::Value)))]
pub(crate) async fn advance(
    asked: Asked,
    Path((school, year, number, act)): Path<(String, i64, i64, String)>,
    bytes: Bytes,
) -> Response {
    asked
        .posted(DONE, &bytes, move |site, caller, now, Comment { comment }| {
            let act = match act.as_str() {
                "opinion" => Act::Opinion { comment },
                "approval" => Act::Approve { comment },
                "rejection" => Act::Reject { comment },
                "withdrawal" => Act::Withdraw,
                other => return Err(unknown_act(other)),
            };
            let state = site.advance_correction(caller, (&school, year, number), &act, now)?;
            Ok(json!({ "state": state }))
        })
        .await
}

/// `POST /api/v1/corrections/{school}/{year}/{number}/application`.
#[utoipa::path(post, path = "/api/v1/corrections/{school}/{year}/{number}/application", tag = "flows",
    params(("school" = String, Path), ("year" = i64, Path), ("number" = i64, Path)),
    responses((status = 200, description = "the line of the log, and what became stale", body = serde_json::Value)))]
pub(crate) async fn apply(asked: Asked, Path((school, year, number)): Path<Slip>) -> Response {
    asked
        .json(DONE, move |site, caller, now| {
            site.apply_correction(caller, (&school, year, number), now)
        })
        .await
}

fn unknown_act(word: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J001",
        format!("Không có bước `{word}`"),
        format!("there is no step `{word}`"),
    )
    .help(
        "Chọn opinion, approval, rejection, withdrawal hoặc application",
        "opinion, approval, rejection, withdrawal or application",
    )
}
