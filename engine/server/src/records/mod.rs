//! Forms and records under `/api/v1/forms`: definitions, schemas, records with their history,
//! drafts and evidence files.
//!
//! A change names the revision that it has seen in `If-Match`: 428 without it, 412 when somebody
//! else was faster, with both values. Warnings are confirmed in the body, by their word.

mod answers;
mod drafts;
mod files;
mod forms;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use bieumau_pipeline::LARGEST_ATTACHMENT;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;

pub(crate) use files::download;

use crate::serve::App;

pub(crate) fn routes() -> Router<Arc<App>> {
    let files = Router::new()
        .route(
            "/api/v1/forms/{form}/records/{key}/attachments",
            get(files::list).post(files::attach),
        )
        .layer(DefaultBodyLimit::max(LARGEST_ATTACHMENT + 1024));
    Router::new()
        .route("/api/v1/forms", get(forms::list))
        .route("/api/v1/forms/{form}", get(forms::one))
        .route("/api/v1/forms/{form}/schema", get(forms::schema))
        .route("/api/v1/forms/{form}/versions", get(forms::versions))
        .route("/api/v1/forms/{form}/records", get(forms::records).post(write::create))
        .route("/api/v1/forms/{form}/records/{key}", get(forms::record).put(write::change))
        .route("/api/v1/forms/{form}/records/{key}/retire", post(write::retire))
        .route("/api/v1/forms/{form}/records/{key}/restore", post(write::restore))
        .route("/api/v1/forms/{form}/records/{key}/history", get(forms::history))
        .route("/api/v1/forms/{form}/records/{key}/attachments/{file}", get(files::one))
        .route("/api/v1/forms/{form}/drafts", get(drafts::list).post(drafts::begin))
        .route(
            "/api/v1/forms/{form}/drafts/{draft}",
            put(drafts::change).get(drafts::one).delete(drafts::discard),
        )
        .route("/api/v1/forms/{form}/drafts/{draft}/submit", post(drafts::submit))
        .route("/api/v1/changes", post(write::many))
        .merge(files)
}

#[derive(OpenApi)]
#[openapi(paths(
    forms::list,
    forms::one,
    forms::schema,
    forms::versions,
    forms::records,
    forms::record,
    forms::history,
    write::create,
    write::change,
    write::retire,
    write::restore,
    write::many,
    files::list,
    files::attach,
    files::one,
    drafts::list,
    drafts::begin,
    drafts::one,
    drafts::change,
    drafts::discard,
    drafts::submit,
))]
struct Paths;

pub(crate) fn description() -> Description {
    Paths::openapi()
}
