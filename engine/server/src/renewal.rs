//! Lets a running server use plugins that are installed meanwhile: requests that come later get the
//! new version, those that have begun finish with theirs.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use bieumau_pipeline::Site;
use jiff::Timestamp;
use tower::ServiceExt;

use crate::serve::{App, routes};

/// How often is looked whether plugins have changed; one small query.
const LOOK: Duration = Duration::from_secs(1);

/// Answers every request with the routes that are current when it comes.
pub(crate) fn current_routes(app: Arc<App>) -> Router {
    let current = Arc::new(RwLock::new(routes(app.clone())));
    tokio::spawn(renew(app, current.clone()));
    Router::new().fallback(move |request: Request| {
        let routes = current.read().unwrap_or_else(PoisonError::into_inner).clone();
        async move { routes.oneshot(request).await }
    })
}

/// Swaps the routes for those of a renewed site, as often as its plugins change.
async fn renew(mut app: Arc<App>, current: Arc<RwLock<Router>>) {
    warm_up(&app.site);
    loop {
        tokio::time::sleep(LOOK).await;
        let site = app.site.clone();
        let renewed = tokio::task::spawn_blocking(move || site.renewed(Timestamp::now())).await;
        // While the new definitions are not right, the old ones stay in use; `bieumau check` and
        // the command that changed them tell why.
        let Ok(Ok(Some(site))) = renewed else { continue };
        app = Arc::new(app.with_site(Arc::new(site)));
        *current.write().unwrap_or_else(PoisonError::into_inner) = routes(app.clone());
        warm_up(&app.site);
    }
}

/// Compiles plugins while nobody waits for them.
fn warm_up(site: &Arc<Site>) {
    let site = site.clone();
    tokio::task::spawn_blocking(move || site.warm_up());
}
