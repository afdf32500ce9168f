//! Locks, corrections, sign-offs, reviews, approvals and issued documents: their API and pages.

mod api;
mod page;
mod words;

mod book_pages;
mod correction_pages;
mod issued_pages;
mod lock_pages;
mod month_pages;
mod review_pages;
mod verify_page;

pub(crate) use words::words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use bieumau_pipeline::LARGEST_ATTACHMENT;
use bieumau_pipeline::flows::MOST_FILES;

use crate::serve::App;

/// The greatest body of a slip with its evidence files.
const LARGEST_EVIDENCE: usize = MOST_FILES * LARGEST_ATTACHMENT + 256 * 1024;

/// Describes the API of the flows.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    api::description()
}

/// All addresses of the flows.
pub(crate) fn routes() -> Router<Arc<App>> {
    let evidence = Router::new()
        .route("/corrections/new", get(correction_pages::new).post(correction_pages::send))
        .route(
            "/corrections/{school}/{year}/{number}/evidence",
            post(correction_pages::add_evidence),
        )
        .layer(DefaultBodyLimit::max(LARGEST_EVIDENCE));
    Router::new()
        .route("/corrections", get(correction_pages::list))
        .route("/corrections/{school}/{year}/{number}", get(correction_pages::one))
        .route("/corrections/{school}/{year}/{number}/slip", get(correction_pages::slip))
        .route(
            "/corrections/{school}/{year}/{number}/evidence/{file}",
            get(correction_pages::evidence),
        )
        .route("/corrections/{school}/{year}/{number}/{act}", post(correction_pages::act))
        .route("/locks", get(lock_pages::list).post(lock_pages::make))
        .route("/locks/{school}/{year}/{number}/opening", post(lock_pages::open))
        .route("/locks/{school}/{year}/{lock}/exceptions", post(lock_pages::except))
        .route("/sign-offs", get(book_pages::list))
        .route(
            "/sign-offs/{school}/{year}/{class}/{term}/{point}",
            get(book_pages::one).post(book_pages::act),
        )
        .route("/reviews", get(review_pages::list).post(review_pages::open))
        .route("/reviews/{school}/{year}/{number}", get(review_pages::one).post(review_pages::act))
        .route("/reviews/{school}/{year}/{number}/minutes", get(review_pages::minutes))
        .route("/months", get(month_pages::show).post(month_pages::approve))
        .route("/issued", get(issued_pages::list).post(issued_pages::issue))
        .route("/issued/{id}", get(issued_pages::one).post(issued_pages::act))
        .route("/issued/{id}/document", get(issued_pages::document))
        .route("/verify", get(verify_page::show))
        .merge(evidence)
        .merge(api::routes())
}
