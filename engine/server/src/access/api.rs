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
use bieumau_pipeline::audit::AuditFilter;
use bieumau_pipeline::{Inspection, Problem, ProblemKind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{on_thread, random};
use crate::error::problem_json;
use crate::locale;
use crate::serve::App;
use crate::signed::{Guest, Signed};

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
pub(super) async fn me(guest: Guest) -> Json<Value> {
    Json(json!({
        "name": guest.caller.name(),
        "full_name": guest.visitor.as_ref().map(|visitor| &visitor.full_name),
        "school": guest.visitor.as_ref().and_then(|visitor| visitor.school.as_ref()),
    }))
}

/// `GET /api/v1/access/decision`: whether the caller may do something, why, and whom to ask.
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
pub(super) async fn users(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| site.users(&caller, Timestamp::now())).await;
    answer(&app, &headers, made.map(|users| json!({ "users": users })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserBody {
    name: String,
    full_name: String,
    school: Option<String>,
    staff: Option<String>,
}

/// `POST /api/v1/users`: adds an account and answers with its first password.
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantBody {
    role: String,
    unit: Option<String>,
    level: Option<String>,
    school: Option<String>,
    year: Option<i64>,
    class: Option<String>,
    subjects: Option<Vec<String>>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/users/{user}/grants`.
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

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/grants/{grant}/end`.
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
pub(super) async fn tokens(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made =
        on_thread(&app, move |site| site.tokens(&caller, caller.name(), Timestamp::now())).await;
    answer(&app, &headers, made.map(|tokens| json!({ "tokens": tokens })))
}

#[derive(Deserialize)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandoverBody {
    school: String,
    year: i64,
    #[serde(default)]
    users: Vec<String>,
    giver: String,
    receiver: String,
    held_on: Date,
    #[serde(default = "morning")]
    hours: ((i64, i64), (i64, i64)),
    place: String,
}

fn morning() -> ((i64, i64), (i64, i64)) {
    ((8, 0), (9, 0))
}

/// `POST /api/v1/handovers/accounts`: writes the records of the minutes out of the rights.
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
    most: Option<usize>,
}

impl AuditQuery {
    fn filter(self, most: Option<usize>) -> AuditFilter {
        AuditFilter { from: self.from, to: self.to, user: self.user, most: self.most.or(most) }
    }
}

/// `GET /api/v1/audit`: lines, the newest 200 unless asked otherwise.
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

/// `GET /api/v1/audit/verify`: whether the chain is whole.
pub(super) async fn verify_audit(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
) -> Response {
    let made = on_thread(&app, move |site| {
        // Whoever may list nothing may not ask for a proof either.
        site.audit(
            &caller,
            &AuditFilter { most: Some(0), ..AuditFilter::default() },
            Timestamp::now(),
        )?;
        site.verify_audit(None)
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
