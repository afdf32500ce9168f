//! Locks, corrections, sign-offs, reviews and issued documents: their API and their pages.

mod api;
mod asked;
mod correction_pages;
mod lock_pages;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::serve::App;

/// Describes the API of the flows.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    api::description()
}

/// All addresses of the flows.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/corrections", get(correction_pages::list))
        .route("/corrections/new", get(correction_pages::new).post(correction_pages::send))
        .route("/corrections/{school}/{year}/{number}", get(correction_pages::one))
        .route("/corrections/{school}/{year}/{number}/slip", get(correction_pages::slip))
        .route("/corrections/{school}/{year}/{number}/{act}", post(correction_pages::act))
        .route("/locks", get(lock_pages::list).post(lock_pages::make))
        .route("/locks/{school}/{year}/{number}/opening", post(lock_pages::open))
        .route("/locks/{school}/{year}/{lock}/exceptions", post(lock_pages::except))
        .route("/issued/{id}", get(api::issued_document))
        .merge(api::routes())
}
