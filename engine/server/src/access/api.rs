//! Accounts, rights, tokens and the audit under `/api/v1`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_pipeline::access::{
    GrantRequest, HandoverRequest, NewAccount, NewGrant, Question, TokenRequest,
};
use bieumau_pipeline::audit::{AuditFilter, read_noted};
use bieumau_pipeline::{Inspection, Problem, ProblemKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::{on_thread, random};
use crate::error::problem_json;
use crate::locale;
use crate::serve::App;
use crate::signed::{Guest, Signed};

/// What the API of accounts, rights and the audit answers to.
#[derive(OpenApi)]
#[openapi(paths(
    me,
    decision,
    users,
    add_user,
    rights,
    disable,
    enable,
    reset_password,
    add_grant,
    grants,
    end_grant,
    tokens,
    add_token,
    end_token,
    hand_over,
    audit,
    export_audit,
    verify_audit,
    inspection,
))]
struct Paths;

/// Describes the API of accounts, rights and the audit.
pub(super) fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// Answers with JSON, or with the problem in the asked language.
fn answer(app: &App, headers: &HeaderMap, made: Result<Value, Problem>) -> Response {
    match made {
        Ok(value) => Json(value).into_response(),
        Err(problem) => problem_json(&problem, locale::choose(None, headers, app.site.locale())),
    }
}

/// Reads a JSON body.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::new(
            ProblemKind::BadInput,
            "J010",
            format!("Nội dung yêu cầu không phải JSON đúng mẫu: {error}"),
            format!("the body is not JSON of the right shape: {error}"),
        )
    })
}

/// `GET /api/v1/me`: who the caller is.
#[utoipa::path(get, path = "/api/v1/me", tag = "access",
    responses((status = 200, description = "who the caller is", body = serde_json::Value)))]
pub(super) async fn me(guest: Guest) -> Json<Value> {
    Json(json!({
        "name": guest.caller.name(),
        "full_name": guest.visitor.as_ref().map(|visitor| &visitor.full_name),
        "school": guest.visitor.as_ref().and_then(|visitor| visitor.school.as_ref()),
    }))
}

/// `GET /api/v1/access/decision`: whether the caller may do something, why, and whom to ask.
#[utoipa::path(get, path = "/api/v1/access/decision", tag = "access",
    params(("action" = String, Query), ("area" = String, Query), ("school" = Option<String>, Query), ("year" = Option<i64>, Query), ("class" = Option<String>, Query), ("subject" = Option<String>, Query)),
    responses((status = 200, description = "`allowed`, the reasons, and whom to ask", body = serde_json::Value)))]
pub(super) async fn decision(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Response {
    let asked = locale::choose(None, &headers, app.site.locale());
    let made = app.site.may(&caller, &question, Timestamp::now()).map(|decision| {
        let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.get(asked)).collect();
        json!({
            "allowed": decision.allowed,
            "reasons": reasons,
            "ask": decision.ask.as_ref().map(|ask| ask.get(asked)),
        })
    });
    answer(&app, &headers, made)
}

/// `GET /api/v1/users`.
#[utoipa::path(get, path = "/api/v1/users", tag = "access",
    responses((status = 200, description = "the accounts that the caller manages or audits", body = serde_json::Value)))]
pub(super) async fn users(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| site.users(&caller, Timestamp::now())).await;
    answer(&app, &headers, made.map(|users| json!({ "users": users })))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct UserBody {
    name: String,
    full_name: String,
    school: Option<String>,
    staff: Option<String>,
}

/// `POST /api/v1/users`: adds an account and answers with its first password.
#[utoipa::path(post, path = "/api/v1/users", tag = "access",
    request_body = UserBody,
    responses((status = 200, description = "the first password, shown this once", body = serde_json::Value)))]
pub(super) async fn add_user(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let made = async {
        let body: UserBody = read(&body)?;
        let (name, random) = (body.name.clone(), random()?);
        let account = NewAccount {
            name: body.name,
            full_name: body.full_name,
            staff: body.school.zip(body.staff),
        };
        let now = Timestamp::now();
        let password =
            on_thread(&app, move |site| site.add_user(&caller, &account, None, &random, now))
                .await?;
        Ok(json!({"name": name, "first_password": password}))
    };
    let made = made.await;
    answer(&app, &headers, made)
}

/// `GET /api/v1/users/{user}/rights`: what the user can see and change, and why.
#[utoipa::path(get, path = "/api/v1/users/{user}/rights", tag = "access",
    params(("user" = String, Path)),
    responses((status = 200, description = "what the user can see and change, and why", body = serde_json::Value)))]
pub(super) async fn rights(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| site.explain(&caller, &user, Timestamp::now())).await;
    answer(&app, &headers, made.map(|explanation| json!(explanation)))
}

/// `POST /api/v1/users/{user}/disable`.
#[utoipa::path(post, path = "/api/v1/users/{user}/disable", tag = "access",
    params(("user" = String, Path)),
    responses((status = 200, description = "disabled; sessions and tokens end", body = serde_json::Value)))]
pub(super) async fn disable(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = Timestamp::now();
    let made =
        on_thread(&app, move |site| site.set_user_active(&caller, &user, false, now, "")).await;
    answer(&app, &headers, made.map(|()| json!({"status": "disabled"})))
}

/// `POST /api/v1/users/{user}/enable`.
#[utoipa::path(post, path = "/api/v1/users/{user}/enable", tag = "access",
    params(("user" = String, Path)),
    responses((status = 200, description = "enabled", body = serde_json::Value)))]
pub(super) async fn enable(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = Timestamp::now();
    let made =
        on_thread(&app, move |site| site.set_user_active(&caller, &user, true, now, "")).await;
    answer(&app, &headers, made.map(|()| json!({"status": "active"})))
}

/// `POST /api/v1/users/{user}/reset-password`: answers with a new first password.
#[utoipa::path(post, path = "/api/v1/users/{user}/reset-password", tag = "access",
    params(("user" = String, Path)),
    responses((status = 200, description = "the new first password", body = serde_json::Value)))]
pub(super) async fn reset_password(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let made = async {
        let random = random()?;
        on_thread(&app, move |site| site.reset_password(&caller, &user, &random, Timestamp::now()))
            .await
    };
    let made = made.await;
    answer(&app, &headers, made.map(|password| json!({ "first_password": password })))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GrantBody {
    role: String,
    unit: Option<String>,
    level: Option<String>,
    school: Option<String>,
    year: Option<i64>,
    class: Option<String>,
    subjects: Option<Vec<String>>,
    #[schema(value_type = Option<String>, format = "date")]
    valid_from: Option<Date>,
    #[schema(value_type = Option<String>, format = "date")]
    valid_to: Option<Date>,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/users/{user}/grants`.
#[utoipa::path(post, path = "/api/v1/users/{user}/grants", tag = "access",
    params(("user" = String, Path)),
    request_body = GrantBody,
    responses((status = 200, description = "the number of the grant", body = serde_json::Value)))]
pub(super) async fn add_grant(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let made = async {
        let body: GrantBody = read(&body)?;
        let grant = NewGrant {
            user,
            role: body.role,
            unit: body.unit,
            level: body.level,
            school: body.school,
            year: body.year,
            class: body.class,
            subjects: body.subjects,
            valid_from: body.valid_from,
            valid_to: body.valid_to,
        };
        let request = GrantRequest { grant, reason: body.reason };
        on_thread(&app, move |site| site.add_grant(&caller, &request, Timestamp::now())).await
    };
    let made = made.await;
    answer(&app, &headers, made.map(|id| json!({ "grant": id })))
}

#[derive(Deserialize, Default, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    #[serde(default)]
    reason: String,
}

/// `GET /api/v1/grants`: what was given to the accounts that the caller manages or audits.
#[utoipa::path(get, path = "/api/v1/grants", tag = "access",
    responses((status = 200, description = "`{\"grants\": […]}`, the newest first", body = serde_json::Value)))]
pub(super) async fn grants(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| site.grants(&caller, Timestamp::now())).await;
    answer(&app, &headers, made.map(|grants| json!({ "grants": grants })))
}

/// `POST /api/v1/grants/{grant}/end`.
#[utoipa::path(post, path = "/api/v1/grants/{grant}/end", tag = "access",
    params(("grant" = i64, Path)),
    request_body = ReasonBody,
    responses((status = 200, description = "ended from today on", body = serde_json::Value)))]
pub(super) async fn end_grant(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(grant): Path<i64>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let made = async {
        let body: ReasonBody = if body.is_empty() { ReasonBody::default() } else { read(&body)? };
        let now = Timestamp::now();
        on_thread(&app, move |site| site.end_grant(&caller, grant, now, &body.reason)).await
    };
    let made = made.await;
    answer(&app, &headers, made.map(|()| json!({"ended": grant})))
}

/// `GET /api/v1/tokens`: the caller's own.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "access",
    responses((status = 200, description = "the tokens of the caller", body = serde_json::Value)))]
pub(super) async fn tokens(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made =
        on_thread(&app, move |site| site.tokens(&caller, caller.name(), Timestamp::now())).await;
    answer(&app, &headers, made.map(|tokens| json!({ "tokens": tokens })))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    title: String,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    schools: Vec<String>,
    #[serde(default)]
    areas: Vec<String>,
    #[serde(default = "ninety")]
    days: i64,
}

fn ninety() -> i64 {
    90
}

/// `POST /api/v1/tokens`: makes a token of the caller's own and shows it this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "access",
    request_body = TokenBody,
    responses((status = 200, description = "the token, shown this once", body = serde_json::Value)))]
pub(super) async fn add_token(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let made = async {
        let body: TokenBody = read(&body)?;
        let random = random()?;
        let request = TokenRequest {
            title: body.title,
            read_only: body.read_only,
            schools: body.schools,
            areas: body.areas,
            days: body.days,
        };
        let now = Timestamp::now();
        on_thread(&app, move |site| site.add_token(&caller, caller.name(), &request, &random, now))
            .await
    };
    let made = made.await;
    answer(&app, &headers, made.map(|token| json!({ "token": token })))
}

/// `POST /api/v1/tokens/{token}/end`.
#[utoipa::path(post, path = "/api/v1/tokens/{token}/end", tag = "access",
    params(("token" = i64, Path)),
    responses((status = 200, description = "ended", body = serde_json::Value)))]
pub(super) async fn end_token(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(token): Path<i64>,
    headers: HeaderMap,
) -> Response {
    let now = Timestamp::now();
    let made =
        on_thread(&app, move |site| site.end_token(&caller, caller.name(), token, now)).await;
    answer(&app, &headers, made.map(|()| json!({"ended": token})))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct HandoverBody {
    school: String,
    year: i64,
    #[serde(default)]
    users: Vec<String>,
    giver: String,
    receiver: String,
    #[schema(value_type = String, format = "date")]
    held_on: Date,
    #[serde(default = "morning")]
    #[schema(value_type = Vec<Vec<i64>>)]
    hours: ((i64, i64), (i64, i64)),
    place: String,
}

fn morning() -> ((i64, i64), (i64, i64)) {
    ((8, 0), (9, 0))
}

/// `POST /api/v1/handovers/accounts`: writes the records of the minutes out of the rights.
#[utoipa::path(post, path = "/api/v1/handovers/accounts", tag = "access",
    request_body = HandoverBody,
    responses((status = 200, description = "the number of the minutes", body = serde_json::Value)))]
pub(super) async fn hand_over(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let made = async {
        let body: HandoverBody = read(&body)?;
        let request = HandoverRequest {
            school: body.school,
            year: body.year,
            users: body.users,
            giver: body.giver,
            receiver: body.receiver,
            held_on: body.held_on,
            hours: body.hours,
            place: body.place,
        };
        on_thread(&app, move |site| site.hand_over_accounts(&caller, &request, Timestamp::now()))
            .await
    };
    let made = made.await;
    answer(&app, &headers, made.map(|number| json!({ "number": number })))
}

/// Which lines of the audit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    user: Option<String>,
    about: Option<String>,
    action: Option<String>,
    most: Option<usize>,
}

impl AuditQuery {
    fn filter(self, most: Option<usize>) -> AuditFilter {
        AuditFilter {
            from: self.from,
            to: self.to,
            user: self.user,
            about: self.about,
            action: self.action,
            most: self.most.or(most),
        }
    }
}

/// `GET /api/v1/audit`: lines, the newest 200 unless asked otherwise.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit",
    params(("from" = Option<String>, Query), ("to" = Option<String>, Query), ("user" = Option<String>, Query), ("about" = Option<String>, Query, description = "a form, a report, or a value of the key of a record"), ("action" = Option<String>, Query), ("most" = Option<usize>, Query)),
    responses((status = 200, description = "lines, oldest first; the newest 200 unless asked otherwise", body = serde_json::Value)))]
pub(super) async fn audit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(query): Query<AuditQuery>,
    headers: HeaderMap,
) -> Response {
    let filter = query.filter(Some(200));
    let made = on_thread(&app, move |site| site.audit(&caller, &filter, Timestamp::now())).await;
    let lines = made.map(|lines| {
        let lines: Vec<Value> = lines.iter().map(bieumau_pipeline::audit::line_json).collect();
        json!({ "lines": lines })
    });
    answer(&app, &headers, lines)
}

/// `GET /api/v1/audit/export`: lines as JSON, one each.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "audit",
    params(("from" = Option<String>, Query), ("to" = Option<String>, Query), ("user" = Option<String>, Query), ("about" = Option<String>, Query, description = "a form, a report, or a value of the key of a record"), ("action" = Option<String>, Query), ("most" = Option<usize>, Query)),
    responses((status = 200, description = "lines as JSON, one each", body = Vec<u8>, content_type = "application/x-ndjson")))]
pub(super) async fn export_audit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(query): Query<AuditQuery>,
    headers: HeaderMap,
) -> Response {
    let filter = query.filter(None);
    let made =
        on_thread(&app, move |site| site.export_audit(&caller, &filter, Timestamp::now())).await;
    match made {
        Ok(text) => {
            (StatusCode::OK, [(CONTENT_TYPE, "application/x-ndjson")], text).into_response()
        }
        Err(problem) => answer(&app, &headers, Err(problem)),
    }
}

/// What was noted of the audit elsewhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotedQuery {
    expect: Option<String>,
}

/// `GET /api/v1/audit/verify`: whether the chain is whole.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "audit",
    params(("expect" = Option<String>, Query, description = "HASH or NUMBER:HASH of a line that was noted elsewhere")),
    responses((status = 200, description = "`lines`, `head`, `records`; else a problem `J170` or `J173` that names line, or record and field", body = serde_json::Value)))]
pub(super) async fn verify_audit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(noted): Query<NotedQuery>,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| {
        let noted = noted.expect.as_deref().map(read_noted).transpose()?;
        site.prove_audit(&caller, noted, Timestamp::now())
    });
    let made = made.await;
    answer(&app, &headers, made.map(|proof| json!(proof)))
}

/// What is inspected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InspectionQuery {
    from: Date,
    to: Date,
    school: Option<String>,
}

/// `GET /api/v1/inspection`: minutes, approvals and the log of a period, as one ZIP file.
#[utoipa::path(get, path = "/api/v1/inspection", tag = "audit",
    params(("from" = String, Query), ("to" = String, Query), ("school" = Option<String>, Query)),
    responses((status = 200, description = "minutes, approvals, issued documents, evidence, log and proof as one file", body = Vec<u8>, content_type = "application/zip")))]
pub(super) async fn inspection(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Query(query): Query<InspectionQuery>,
    headers: HeaderMap,
) -> Response {
    let name = format!("ho-so-kiem-tra-{}-{}.zip", query.from, query.to);
    let wanted = Inspection { from: query.from, to: query.to, school: query.school };
    match on_thread(&app, move |site| site.inspect(&caller, &wanted, Timestamp::now())).await {
        Ok(bytes) => {
            let headers = [
                (CONTENT_TYPE, "application/zip".to_owned()),
                (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            (headers, bytes).into_response()
        }
        Err(problem) => answer(&app, &headers, Err(problem)),
    }
}
