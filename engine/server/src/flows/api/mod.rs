//! The API of the flows under `/api/v1`: JSON in, JSON out.

mod books;
mod corrections;
mod issued;
mod locks;
mod months;
mod reviews;

pub(super) use books::point;
pub(super) use issued::document_answer;
pub(super) use months::month_of;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Deserialize;
use utoipa::OpenApi;

use super::LARGEST_EVIDENCE;
use crate::serve::App;

const CREATED: StatusCode = StatusCode::CREATED;
const DONE: StatusCode = StatusCode::OK;

/// A school and a school year, in the query of an address.
#[derive(Deserialize)]
pub(crate) struct OfYear {
    school: String,
    year: i64,
}

/// A reason in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
}

/// A note in a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    #[serde(default)]
    note: String,
}

type Slip = (String, i64, i64);

/// What the API of the flows answers to.
#[derive(OpenApi)]
#[openapi(paths(
    locks::locks,
    locks::new_lock,
    locks::dry_run,
    locks::open_lock,
    locks::except,
    corrections::corrections,
    corrections::new_correction,
    corrections::correction,
    corrections::slip,
    corrections::evidence,
    corrections::add_evidence,
    corrections::apply,
    corrections::advance,
    books::books,
    books::book,
    books::sign,
    books::reopen,
    reviews::reviews,
    reviews::new_review,
    reviews::review,
    reviews::minutes,
    reviews::entry,
    reviews::hand_over,
    reviews::confirm,
    months::month,
    months::approve_month,
    months::periods,
    issued::issued,
    issued::issued_document,
    issued::line,
    issued::proof,
    issued::replace,
    issued::revoke,
    issued::verify,
))]
struct Paths;

/// Describes the API of the flows.
pub(super) fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

pub(super) fn routes() -> Router<Arc<App>> {
    let evidence = Router::new()
        .route(
            "/api/v1/corrections",
            get(corrections::corrections).post(corrections::new_correction),
        )
        .route(
            "/api/v1/corrections/{school}/{year}/{number}/evidence",
            post(corrections::add_evidence),
        )
        .layer(DefaultBodyLimit::max(LARGEST_EVIDENCE));
    Router::new()
        .route("/api/v1/locks", get(locks::locks).post(locks::new_lock))
        .route("/api/v1/locks/dry-run", post(locks::dry_run))
        .route("/api/v1/locks/{school}/{year}/{number}/opening", post(locks::open_lock))
        .route("/api/v1/locks/{school}/{year}/{lock}/exceptions", post(locks::except))
        .route("/api/v1/corrections/{school}/{year}/{number}", get(corrections::correction))
        .route("/api/v1/corrections/{school}/{year}/{number}/slip", get(corrections::slip))
        .route(
            "/api/v1/corrections/{school}/{year}/{number}/evidence/{file}",
            get(corrections::evidence),
        )
        .route("/api/v1/corrections/{school}/{year}/{number}/application", post(corrections::apply))
        .route("/api/v1/corrections/{school}/{year}/{number}/{act}", post(corrections::advance))
        .route("/api/v1/sign-offs", get(books::books))
        .route(
            "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}",
            get(books::book).post(books::sign),
        )
        .route(
            "/api/v1/sign-offs/{school}/{year}/{class}/{term}/{point}/reopening",
            post(books::reopen),
        )
        .route("/api/v1/reviews", get(reviews::reviews).post(reviews::new_review))
        .route("/api/v1/reviews/{school}/{year}/{number}", get(reviews::review))
        .route("/api/v1/reviews/{school}/{year}/{number}/minutes", get(reviews::minutes))
        .route("/api/v1/reviews/{school}/{year}/{number}/entries", post(reviews::entry))
        .route("/api/v1/reviews/{school}/{year}/{number}/handover", post(reviews::hand_over))
        .route("/api/v1/reviews/{school}/{year}/{number}/confirmation", post(reviews::confirm))
        .route("/api/v1/approvals/{school}/{month}", get(months::month).post(months::approve_month))
        .route("/api/v1/reporting-periods", get(months::periods))
        .route("/api/v1/issued", get(issued::issued))
        .route("/api/v1/issued/{id}", get(issued::issued_document))
        .route("/api/v1/issued/{id}/line", get(issued::line))
        .route("/api/v1/issued/{id}/proof", get(issued::proof))
        .route("/api/v1/issued/{id}/replacement", post(issued::replace))
        .route("/api/v1/issued/{id}/revocation", post(issued::revoke))
        .route("/api/v1/verify/{code}", get(issued::verify))
        .merge(evidence)
}
