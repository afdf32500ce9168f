//! Who asks: by session cookie, by API token, or as the one caller that the server was started for.
//!
//! One layer decides before any handler runs. It also refuses requests that another site's page
//! makes a browser send (CSRF): a cookie alone changes nothing unless the browser says that the
//! request comes from our own pages.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, LOCATION, ORIGIN, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_pipeline::access::Visitor;
use bieumau_pipeline::{Problem, ProblemKind};
use jiff::Timestamp;

use crate::error::problem_json;
use crate::serve::App;
use crate::{locale, pages};

/// The cookie that holds the token of a session.
pub(crate) const COOKIE_NAME: &str = "bieumau_session";

/// Whom the server answers.
#[derive(Debug, Clone)]
pub enum Access {
    /// Everybody is this caller; for the machine's own operator, and for tests.
    As(Caller),
    /// Whoever signs in. Until the site has an account, whoever knows the code makes the first.
    SignIn {
        /// The one-time code, when there is no account yet.
        setup_code: Option<String>,
    },
}

/// Who asks, as handlers take it.
#[derive(Debug, Clone)]
pub(crate) struct Signed(pub Caller);

/// The same with what pages show of the person.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    pub caller: Caller,
    /// The person; `None` when the server was started for one caller.
    pub visitor: Option<Visitor>,
    /// The token of the session, when they came with one.
    pub session: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        // Without the layer nobody is let in.
        let guest = parts.extensions.get::<Guest>().ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self(guest.caller.clone()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Guest {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// The layer: finds out who asks, or sends them to the sign-in page.
pub(crate) async fn identify(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
    let bearer = bearer(&headers);
    if bearer.is_none() && changes(request.method()) && !from_here(&app, &headers) {
        return refuse(&app, &path, &headers, &foreign());
    }
    let guest = match &app.access {
        Access::As(caller) => Some(Guest { caller: caller.clone(), visitor: None, session: None }),
        Access::SignIn { .. } => match known(&app, bearer, cookie(&headers)).await {
            Ok(guest) => guest,
            Err(problem) => return refuse(&app, &path, &headers, &problem),
        },
    };
    let Some(guest) = guest else {
        if is_open(&path) {
            return next.run(request).await;
        }
        return send_to_sign_in(&app, &request);
    };
    let must_change = guest.visitor.as_ref().is_some_and(|visitor| visitor.must_change);
    if must_change && !is_open(&path) && !["/password", "/sign-out"].contains(&path.as_str()) {
        if path.starts_with("/api/") {
            return refuse(&app, &path, &headers, &password_first());
        }
        return to("/password");
    }
    request.extensions_mut().insert(guest);
    next.run(request).await
}

async fn known(
    app: &Arc<App>,
    bearer: Option<String>,
    cookie: Option<String>,
) -> Result<Option<Guest>, Problem> {
    let site = app.site.clone();
    let now = Timestamp::now();
    let asked = move || match (bearer, cookie) {
        (Some(token), _) => match site.token_visitor(&token, now)? {
            Some(visitor) => Ok(Some(guest(visitor, None))),
            // A wrong token is not the same as none.
            None => Err(unknown_token()),
        },
        (None, Some(token)) => {
            Ok(site.visitor(&token, now)?.map(|visitor| guest(visitor, Some(token))))
        }
        (None, None) => Ok(None),
    };
    tokio::task::spawn_blocking(asked).await.unwrap_or_else(|_| Err(crate::api::crashed()))
}

fn guest(visitor: Visitor, session: Option<String>) -> Guest {
    Guest { caller: visitor.caller.clone(), visitor: Some(visitor), session }
}

/// Addresses that anybody may ask for.
fn is_open(path: &str) -> bool {
    path.starts_with("/assets/")
        || path.starts_with("/api/v1/verify/")
        || ["/healthz", "/sign-in", "/setup", "/verify"].contains(&path)
}

fn changes(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// Returns whether a request that changes something comes from one of our own pages, or from a
/// program that is no browser and has no cookie.
fn from_here(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text(ORIGIN.as_str()) {
        Some(origin) => {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            app.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
        }
        None => cookie(headers).is_none(),
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, token)| token.to_owned())
}

/// Answers with the problem, as a page or as JSON.
fn refuse(app: &App, path: &str, headers: &HeaderMap, problem: &Problem) -> Response {
    let asked = locale::choose(None, headers, app.site.locale());
    let mut response = match path.starts_with("/api/") {
        true => problem_json(problem, asked),
        false => pages::problem_page(app, problem, asked),
    };
    if problem.kind == ProblemKind::Unsigned {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn send_to_sign_in(app: &App, request: &Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || changes(request.method()) {
        return refuse(app, path, request.headers(), &unsigned());
    }
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    let next = match wanted {
        "/" => String::new(),
        wanted => {
            let pairs = [("next", wanted)];
            let query =
                form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            format!("?{query}")
        }
    };
    to(&format!("/sign-in{next}"))
}

/// Sends the browser to another of our addresses.
pub(crate) fn to(address: &str) -> Response {
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn unsigned() -> Problem {
    Problem::new(ProblemKind::Unsigned, "J153", "Cần đăng nhập", "please sign in").help(
        "Mở trang đăng nhập, hoặc gửi kèm `Authorization: Bearer …`",
        "open the sign-in page, or send `Authorization: Bearer …`",
    )
}

fn unknown_token() -> Problem {
    Problem::new(
        ProblemKind::Unsigned,
        "J153",
        "Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi",
        "the token is wrong, has expired or was ended",
    )
    .help("Tạo mã mới: bieumau token add", "make a new one: bieumau token add")
}

fn password_first() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "J161",
        "Phải đổi mật khẩu ban đầu trước khi làm việc khác",
        "the first password must be changed before anything else",
    )
    .help("Mở trang /password", "open the page /password")
}

fn foreign() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "J160",
        "Yêu cầu này không đến từ trang của hệ thống",
        "this request does not come from a page of this site",
    )
    .help("Mở lại trang rồi thử lại", "open the page again and retry")
}
