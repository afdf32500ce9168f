//! Signing in, passwords, accounts and rights: pages and API.

mod api;
mod audit_pages;
mod grant_pages;
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use bieumau_pipeline::{Problem, Site};

use crate::serve::App;

/// Describes the API of accounts, rights and the audit.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    api::description()
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/sign-in", get(pages::sign_in).post(pages::do_sign_in))
        .route("/setup", get(pages::setup).post(pages::do_setup))
        .route("/sign-out", post(pages::sign_out))
        .route("/sign-out-everywhere", post(pages::sign_out_everywhere))
        .route("/password", get(pages::password).post(pages::do_password))
        .route("/rights", get(pages::own_rights))
        .route("/rights/{user}", get(pages::rights))
        .route("/users", get(pages::users))
        .route("/users/{user}/{act}", post(pages::do_user))
        .route("/grants", get(grant_pages::show).post(grant_pages::act))
        .route("/audit", get(audit_pages::show))
        .route("/api/v1/me", get(api::me))
        .route("/api/v1/access/decision", get(api::decision))
        .route("/api/v1/users", get(api::users).post(api::add_user))
        .route("/api/v1/users/{user}/rights", get(api::rights))
        .route("/api/v1/users/{user}/disable", post(api::disable))
        .route("/api/v1/users/{user}/enable", post(api::enable))
        .route("/api/v1/users/{user}/reset-password", post(api::reset_password))
        .route("/api/v1/users/{user}/grants", post(api::add_grant))
        .route("/api/v1/grants", get(api::grants))
        .route("/api/v1/grants/{grant}/end", post(api::end_grant))
        .route("/api/v1/tokens", get(api::tokens).post(api::add_token))
        .route("/api/v1/tokens/{token}/end", post(api::end_token))
        .route("/api/v1/handovers/accounts", post(api::hand_over))
        .route("/api/v1/audit", get(api::audit))
        .route("/api/v1/audit/export", get(api::export_audit))
        .route("/api/v1/audit/verify", get(api::verify_audit))
        .route("/api/v1/inspection", get(api::inspection))
}

/// Runs a job on a blocking thread.
async fn on_thread<T: Send + 'static>(
    app: &Arc<App>,
    job: impl FnOnce(&Site) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let site = app.site.clone();
    tokio::task::spawn_blocking(move || job(&site))
        .await
        .unwrap_or_else(|_| Err(crate::api::crashed()))
}

/// Draws random bytes from the system.
fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map(|()| bytes).map_err(|_| crate::api::crashed())
}
