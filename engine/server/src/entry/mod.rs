//! Entering records: the marks grid, the import page, workbooks, and the API under them.

mod api;
pub(crate) mod multipart;
mod pages;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;

use crate::serve::App;

/// The greatest upload: a workbook, written twice as long where a page carries it along.
const LARGEST_UPLOAD: usize = 2 * bieumau_pipeline::LARGEST_WORKBOOK + 64 * 1024;

/// What was given in the address.
type Given = BTreeMap<String, String>;

/// The description of the API of this topic.
pub(crate) fn description() -> Description {
    api::Paths::openapi()
}

/// The routes of this topic.
pub(crate) fn routes() -> Router<Arc<App>> {
    let uploads = Router::new()
        .route("/api/v1/forms/{form}/import", post(api::import))
        .route("/entry/import", get(pages::import).post(pages::uploaded))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    Router::new()
        .route("/entry/marks", get(pages::marks))
        .route("/entry/workbooks/{form}", get(pages::workbook))
        .route("/api/v1/grids", get(api::grids))
        .route("/api/v1/grids/{form}", get(api::grid))
        .route("/api/v1/grids/{form}/averages", post(api::averages))
        .route("/api/v1/grids/{form}/rows/{pupil}", put(api::save_row))
        .route("/api/v1/forms/{form}/workbook", get(api::workbook))
        .merge(uploads)
}
