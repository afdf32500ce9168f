//! The description of the API (OpenAPI 3.1), made from the code that answers.
//!
//! Each module with routes of its own has a `description()`; it is added in [`description`].

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;

use crate::serve::App;
use crate::{access, api, entry, figures, flows, records, why};

/// What the whole API has in common.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "bieumau",
        description = "Forms, records and documents of schools and education offices. \
                       Problems are `application/problem+json` (RFC 9457) with a stable `code`, a \
                       JSON `pointer` and `findings`; their language follows `Accept-Language`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "reports", description = "Reports and the documents made from them"),
        (name = "forms", description = "What can be entered"),
        (name = "flows", description = "Locks, corrections, sign-offs, reviews, issued documents"),
        (name = "entry", description = "Grids of a class, and workbooks out and in"),
        (name = "access", description = "Accounts, rights, tokens, handovers"),
        (name = "audit", description = "Who read and changed what, with its proof"),
        (name = "records", description = "What was entered: with history, drafts and evidence"),
    )
)]
struct Whole;

/// Returns the description of every module.
pub fn description() -> Description {
    let mut whole = Whole::openapi();
    whole.merge(api::description());
    whole.merge(figures::description());
    whole.merge(records::description());
    whole.merge(entry::description());
    whole.merge(why::description());
    whole.merge(flows::description());
    whole.merge(access::description());
    whole
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/openapi.json", get(openapi))
}

/// `GET /api/openapi.json`.
async fn openapi() -> Response {
    match description().to_json() {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
