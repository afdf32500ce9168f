//! The API of the flows under `/api/v1`: JSON in, JSON out.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bieumau_model::correction::Act;
use bieumau_model::sign_off::Point;
use bieumau_pipeline::flows::{BookKey, NewCorrection, NewEntry, NewException, NewLock, NewReview};
use bieumau_pipeline::{Problem, ProblemKind};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use utoipa::OpenApi;

use super::asked::{Asked, body};
use crate::error::problem_json;
use crate::serve::App;
use crate::signed::Guest;

const CREATED: StatusCode = StatusCode::CREATED;
const DONE: StatusCode = StatusCode::OK;

/// A school and a school year, in the query of an address.
#[derive(Deserialize)]
struct OfYear {
    school: String,
    year: i64,
}

/// The same with a point of a term.
#[derive(Deserialize)]
struct OfPoint {
    school: String,
    year: i64,
    term: i64,
    point: String,
}

/// A reason in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    #[serde(default)]
    reason: String,
}

/// A comment in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    #[serde(default)]
    comment: String,
}

/// A part of a book in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartBody {
    part: String,
    #[serde(default)]
    reason: String,
}

/// A note in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(default)]
    note: String,
}

type Slip = (String, i64, i64);
type Book = (String, i64, String, i64, String);

/// What the API of the flows answers to.
#[derive(OpenApi)]
#[openapi(paths(
    locks,
    new_lock,
    dry_run,
    open_lock,
    except,
    corrections,
    new_correction,
    correction,
    slip,
    apply,
    advance,
    books,
    book,
    sign,
    reopen,
    reviews,
    new_review,
    entry,
    hand_over,
    confirm,
    month,
    approve_month,
    periods,
    issued,
    issued_document
))]
struct Paths;

/// Describes the API of the flows.
pub(super) fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/locks", get(locks).post(new_lock))
        .route("/api/v1/locks/dry-run", post(dry_run))
        .route("/api/v1/locks/{school}/{year}/{number}/opening", post(open_lock))
        .route("/api/v1/locks/{school}/{year}/{lock}/exceptions", post(except))
        .route("/api/v1/corrections", get(corrections).post(new_correction))
        .route("/api/v1/corrections/{school}/{year}/{number}", get(correction))
        .route("/api/v1/corrections/{school}/{year}/{number}/slip", get(slip))
        .route("/api/v1/corrections/{school}/{year}/{number}/application", post(apply))
        .route("/api/v1/corrections/{school}/{year}/{number}/{act}", post(advance))
        .route("/api/v1/sign-offs", get(books))
        .route("/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}", get(book).post(sign))
        .route("/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening", post(reopen))
        .route("/api/v1/reviews", get(reviews).post(new_review))
        .route("/api/v1/reviews/{school}/{year}/{number}/entries", post(entry))
        .route("/api/v1/reviews/{school}/{year}/{number}/handover", post(hand_over))
        .route("/api/v1/reviews/{school}/{year}/{number}/confirmation", post(confirm))
        .route("/api/v1/approvals/{school}/{month}", get(month).post(approve_month))
        .route("/api/v1/reporting-periods", get(periods))
        .route("/api/v1/issued", get(issued))
        .route("/api/v1/issued/{id}", get(issued_document))
}

/// Reads a body, or answers what is wrong with it.
macro_rules! read {
    ($asked:expr, $bytes:expr) => {
        match body(&$bytes) {
            Ok(value) => value,
            Err(problem) => return problem_json(&problem, $asked.locale),
        }
    };
}

fn ask(app: Arc<App>, guest: Guest, headers: &HeaderMap) -> Asked {
    Asked::read(app, guest, headers, None)
}

/// `GET /api/v1/locks`.
#[utoipa::path(get, path = "/api/v1/locks", tag = "flows",
    params(("school" = String, Query), ("year" = String, Query)),
    responses((status = 200, description = "the locks with their exceptions", body = serde_json::Value)))]
async fn locks(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(of): Query<OfYear>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "locks": site.locks(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/locks`.
#[utoipa::path(post, path = "/api/v1/locks", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the lock", body = serde_json::Value)))]
async fn new_lock(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewLock = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            Ok(json!({ "number": site.lock(caller, &wanted, now)? }))
        })
        .await
}

/// `POST /api/v1/locks/dry-run`.
#[utoipa::path(post, path = "/api/v1/locks/dry-run", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 200, description = "what the lock would hit", body = serde_json::Value)))]
async fn dry_run(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewLock = read!(asked, bytes);
    asked.json(DONE, move |site, caller, now| site.lock_dry_run(caller, &wanted, now)).await
}

/// `POST /api/v1/locks/{school}/{year}/{number}/opening`.
#[utoipa::path(post, path = "/api/v1/locks/{school}/{year}/{number}/opening", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the lock ends now", body = serde_json::Value)))]
async fn open_lock(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let Reason { reason } = read!(asked, bytes);
    asked
        .json(DONE, move |site, caller, now| {
            site.open_lock(caller, (&school, year, number), &reason, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `POST /api/v1/locks/{school}/{year}/{lock}/exceptions`.
#[utoipa::path(post, path = "/api/v1/locks/{school}/{year}/{lock}/exceptions", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("lock" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the exception", body = serde_json::Value)))]
async fn except(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, lock)): Path<(String, i64, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewException = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            let number = site.except_from_lock(caller, (&school, year, &lock), &wanted, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `GET /api/v1/corrections`.
#[utoipa::path(get, path = "/api/v1/corrections", tag = "flows",
    params(("school" = String, Query), ("year" = String, Query)),
    responses((status = 200, description = "the slips that the caller may see", body = serde_json::Value)))]
async fn corrections(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(of): Query<OfYear>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "corrections": site.corrections(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/corrections`.
#[utoipa::path(post, path = "/api/v1/corrections", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the slip", body = serde_json::Value)))]
async fn new_correction(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewCorrection = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            Ok(json!({ "number": site.request_correction(caller, &wanted, now)? }))
        })
        .await
}

/// `GET /api/v1/corrections/{school}/{year}/{number}`.
#[utoipa::path(get, path = "/api/v1/corrections/{school}/{year}/{number}", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    responses((status = 200, description = "the slip, with what may be done with it", body = serde_json::Value)))]
async fn correction(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| site.correction(caller, (&school, year, number), now))
        .await
}

/// `GET /api/v1/corrections/{school}/{year}/{number}/slip`.
#[utoipa::path(get, path = "/api/v1/corrections/{school}/{year}/{number}/slip", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path), ("format" = String, Query)),
    responses((status = 200, description = "the paper", body = serde_json::Value)))]
async fn slip(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    Query(given): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let asked = ask(app, guest, &headers);
    let format = given.get("format").cloned().unwrap_or_else(|| "pdf".to_owned());
    let made = asked
        .run(move |site, caller, now| {
            site.correction_slip(caller, (&school, year, number), &format, now)
        })
        .await;
    match made {
        Ok(document) => crate::api::answer(document, true),
        Err(problem) => problem_json(&problem, asked.locale),
    }
}

/// `POST /api/v1/corrections/{school}/{year}/{number}/{opinion|approval|rejection|withdrawal}`.
#[utoipa::path(post, path = "/api/v1/corrections/{school}/{year}/{number}/{act}", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path), ("act" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the new state", body = serde_json::Value)))]
async fn advance(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number, act)): Path<(String, i64, i64, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let Comment { comment } = read!(asked, bytes);
    let act = match act.as_str() {
        "opinion" => Act::Opinion { comment },
        "approval" => Act::Approve { comment },
        "rejection" => Act::Reject { comment },
        "withdrawal" => Act::Withdraw,
        other => return problem_json(&unknown_act(other), asked.locale),
    };
    asked
        .json(DONE, move |site, caller, now| {
            let state = site.advance_correction(caller, (&school, year, number), &act, now)?;
            Ok(json!({ "state": state }))
        })
        .await
}

/// `POST /api/v1/corrections/{school}/{year}/{number}/application`.
#[utoipa::path(post, path = "/api/v1/corrections/{school}/{year}/{number}/application", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    responses((status = 200, description = "the line of the log, and what became stale", body = serde_json::Value)))]
async fn apply(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            site.apply_correction(caller, (&school, year, number), now)
        })
        .await
}

/// `GET /api/v1/sign-offs`: the books of all classes at a point, with what is missing.
#[utoipa::path(get, path = "/api/v1/sign-offs", tag = "flows",
    params(("school" = String, Query), ("year" = String, Query), ("term" = String, Query), ("point" = String, Query)),
    responses((status = 200, description = "all classes with what is filled, missing and signed", body = serde_json::Value)))]
async fn books(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(of): Query<OfPoint>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            let at = (of.term, point(&of.point)?);
            Ok(json!({ "books": site.books(caller, (&of.school, of.year), at, now)? }))
        })
        .await
}

/// `GET /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}`.
#[utoipa::path(get, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("class" = String, Path), ("term" = String, Path), ("point" = String, Path)),
    responses((status = 200, description = "the book with its parts and gaps", body = serde_json::Value)))]
async fn book(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(path): Path<Book>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| site.book_view(caller, &key(path)?, now))
        .await
}

/// `POST /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}`.
#[utoipa::path(post, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("class" = String, Path), ("term" = String, Path), ("point" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 201, description = "the part is signed", body = serde_json::Value)))]
async fn sign(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(path): Path<Book>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let PartBody { part, .. } = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            site.sign_off(caller, &key(path)?, &part, now)?;
            Ok(json!({ "part": part }))
        })
        .await
}

/// `POST /api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening`.
#[utoipa::path(post, path = "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("class" = String, Path), ("term" = String, Path), ("point" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the part is open again", body = serde_json::Value)))]
async fn reopen(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(path): Path<Book>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let PartBody { part, reason } = read!(asked, bytes);
    asked
        .json(DONE, move |site, caller, now| {
            site.reopen(caller, &key(path)?, &part, &reason, now)?;
            Ok(json!({ "part": part }))
        })
        .await
}

/// `GET /api/v1/reviews`.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "flows",
    params(("school" = String, Query), ("year" = String, Query)),
    responses((status = 200, description = "the reviews with their progress", body = serde_json::Value)))]
async fn reviews(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(of): Query<OfYear>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "reviews": site.reviews(caller, &of.school, of.year, now)? }))
        })
        .await
}

/// `POST /api/v1/reviews`.
#[utoipa::path(post, path = "/api/v1/reviews", tag = "flows",
    request_body = serde_json::Value,
    responses((status = 201, description = "the number of the review", body = serde_json::Value)))]
async fn new_review(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewReview = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            Ok(json!({ "number": site.open_review(caller, &wanted, now)? }))
        })
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/entries`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/entries", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "what was found is noted", body = serde_json::Value)))]
async fn entry(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let wanted: NewEntry = read!(asked, bytes);
    asked
        .json(DONE, move |site, caller, now| {
            site.note_review(caller, (&school, year, number), &wanted, now)?;
            Ok(json!({ "person": wanted.person }))
        })
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/handover`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/handover", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "the review is handed over", body = serde_json::Value)))]
async fn hand_over(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let Note { note } = read!(asked, bytes);
    asked
        .json(DONE, move |site, caller, now| {
            site.hand_over_review(caller, (&school, year, number), &note, now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `POST /api/v1/reviews/{school}/{year}/{number}/confirmation`.
#[utoipa::path(post, path = "/api/v1/reviews/{school}/{year}/{number}/confirmation", tag = "flows",
    params(("school" = String, Path), ("year" = String, Path), ("number" = String, Path)),
    responses((status = 200, description = "the review is confirmed", body = serde_json::Value)))]
async fn confirm(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, year, number)): Path<Slip>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            site.confirm_review(caller, (&school, year, number), now)?;
            Ok(json!({ "number": number }))
        })
        .await
}

/// `GET /api/v1/approvals/{school}/{month}`.
#[utoipa::path(get, path = "/api/v1/approvals/{school}/{month}", tag = "flows",
    params(("school" = String, Path), ("month" = String, Path)),
    responses((status = 200, description = "the updates of the month, and which came late", body = serde_json::Value)))]
async fn month(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, month)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    ask(app, guest, &headers)
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
async fn approve_month(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path((school, month)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = ask(app, guest, &headers);
    let Note { note } = read!(asked, bytes);
    asked
        .json(CREATED, move |site, caller, now| {
            site.approve_month(caller, (&school, month_of(&month)?), &note, now)?;
            Ok(json!({ "month": month }))
        })
        .await
}

/// `GET /api/v1/reporting-periods?year=…`.
#[utoipa::path(get, path = "/api/v1/reporting-periods", tag = "flows",
    params(("year" = String, Query)),
    responses((status = 200, description = "the reporting periods", body = serde_json::Value)))]
async fn periods(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let year = given.get("year").and_then(|year| year.parse().ok()).unwrap_or_default();
    ask(app, guest, &headers)
        .json(DONE, move |site, _, _| Ok(json!({ "periods": site.reporting_periods(year)? })))
        .await
}

/// `GET /api/v1/issued?school=…`.
#[utoipa::path(get, path = "/api/v1/issued", tag = "flows",
    params(("school" = String, Query)),
    responses((status = 200, description = "the register of issued documents", body = serde_json::Value)))]
async fn issued(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let school = given.get("school").cloned().unwrap_or_default();
    ask(app, guest, &headers)
        .json(DONE, move |site, caller, now| {
            Ok(json!({ "issued": site.issued(caller, &school, now)? }))
        })
        .await
}

/// `GET /api/v1/issued/{id}`: the document byte by byte.
#[utoipa::path(get, path = "/api/v1/issued/{id}", tag = "flows",
    params(("id" = String, Path)),
    responses((status = 200, description = "the document, byte by byte", body = serde_json::Value)))]
pub(super) async fn issued_document(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Response {
    let asked = ask(app, guest, &headers);
    match asked.run(move |site, caller, now| site.issued_document(caller, id, now)).await {
        Ok((line, bytes)) => {
            let media = match line.format.as_str() {
                "pdf" => "application/pdf",
                "html" => "text/html; charset=utf-8",
                "png" => "image/png",
                "csv" => "text/csv; charset=utf-8",
                _ => "application/octet-stream",
            };
            let name = format!("attachment; filename=\"{}-{}.{}\"", line.report, id, line.format);
            ([(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(problem) => problem_json(&problem, asked.locale),
    }
}

fn key((school, year, class, term, at): Book) -> Result<BookKey, Problem> {
    Ok(BookKey { school, year, class, term, point: point(&at)? })
}

fn point(word: &str) -> Result<Point, Problem> {
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

/// Reads `2025-10`, or any day of the month.
fn month_of(word: &str) -> Result<Date, Problem> {
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
