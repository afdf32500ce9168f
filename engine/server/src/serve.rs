//! Binds the address, puts the routes together, and stops when asked to.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bieumau_pipeline::{STACK_BYTES, Site};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::signed::{self, Access};
use crate::{access, api, assets, entry, figures, openapi, pages, records, renewal, why};

/// The greatest body of a request, in bytes: parameters are short.
const LARGEST_BODY: usize = 256 * 1024;

/// How many requests may wait for a document at once, per core; more are asked to come again.
const WAITING_PER_CORE: usize = 32;

/// What every request sees.
pub(crate) struct App {
    pub site: Arc<Site>,
    pub access: Access,
    pub pages: pages::Pages,
    pub waiting: Arc<Semaphore>,
    /// Passwords are checked by few at once: each takes 19 MiB.
    pub signing: Arc<Semaphore>,
    pub hosts: Arc<Vec<String>>,
}

impl App {
    /// Returns the same server for another site.
    pub fn with_site(&self, site: Arc<Site>) -> Self {
        Self {
            site,
            access: self.access.clone(),
            pages: pages::Pages::new(),
            waiting: self.waiting.clone(),
            signing: self.signing.clone(),
            hosts: self.hosts.clone(),
        }
    }
}

/// A server that has its address but does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
}

/// Why the server could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be used.
    #[error("`{address}` cannot be listened on")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Answering failed.
    #[error("the server stopped")]
    Run(#[source] std::io::Error),
}

impl Server {
    /// Takes `address`; port 0 takes any free one.
    pub fn bind(address: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Returns the address that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address and the socket on which to answer.
    pub(crate) fn into_parts(self) -> (SocketAddr, std::net::TcpListener) {
        (self.address, self.listener)
    }

    /// Answers requests to those whom `access` lets in until `stop` is done.
    pub fn run(
        self,
        site: Arc<Site>,
        access: Access,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let app = Arc::new(App {
            pages: pages::Pages::new(),
            site,
            access,
            signing: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores * WAITING_PER_CORE)),
            hosts: Arc::new(own_names(self.address)),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(ServeError::Run)?;
        runtime.block_on(async move {
            let listener = TcpListener::from_std(self.listener).map_err(ServeError::Run)?;
            let service =
                renewal::current_routes(app).into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service)
                .with_graceful_shutdown(stop)
                .await
                .map_err(ServeError::Run)
        })
    }

    /// Answers requests until the program is interrupted (Ctrl-C).
    pub fn run_until_interrupted(self, site: Arc<Site>, access: Access) -> Result<(), ServeError> {
        self.run(site, access, async {
            // Without the signal the server simply goes on until the process is ended.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

pub(crate) fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(pages::start))
        .route("/documents/{report}", get(pages::document))
        .route("/assets/{*name}", get(assets::asset))
        .route("/healthz", get(api::health))
        .route("/api/v1/reports", get(api::reports))
        .route("/api/v1/reports/{report}", get(api::report))
        .route("/api/v1/reports/{report}/render", post(api::render))
        .merge(access::routes())
        .merge(openapi::routes())
        .merge(records::routes())
        .merge(why::routes())
        .merge(figures::routes())
        .merge(crate::flows::routes())
        .merge(entry::routes())
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(app.clone(), signed::identify))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(app.hosts.clone(), guard))
        .with_state(app)
}

/// Refuses requests for other host names (DNS rebinding), and adds the security headers.
pub(crate) async fn guard(
    State(hosts): State<Arc<Vec<String>>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let known = host.is_some_and(|host| hosts.iter().any(|own| own.eq_ignore_ascii_case(host)));
    let mut response = match known {
        true => next.run(request).await,
        false => (StatusCode::MISDIRECTED_REQUEST, "unknown host").into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'; \
         form-action 'self'; base-uri 'none'",
    ));
    response
}

/// The names under which a browser on this machine or network may ask for `address`.
pub(crate) fn own_names(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let mut names = vec![address.to_string()];
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        names.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
    }
    if port == 80 {
        let bare: Vec<_> =
            names.iter().filter_map(|name| name.strip_suffix(":80")).map(str::to_owned).collect();
        names.extend(bare);
    }
    names
}
