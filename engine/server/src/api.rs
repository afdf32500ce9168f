//! The API under `/api/v1`: reports with their parameters, and documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_pipeline::{Document, Problem, ProblemKind, RenderRequest};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::error::{problem_json, problem_json_as};
use crate::locale;
use crate::serve::App;
use crate::signed::Signed;

#[derive(OpenApi)]
#[openapi(paths(health, reports, report, render))]
struct Paths;

pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// `GET /healthz`: the server answers and its data can be read.
#[utoipa::path(get, path = "/healthz", tag = "reports",
    responses((status = 200, description = "`{\"status\": \"ok\"}`", body = serde_json::Value)))]
pub(crate) async fn health(State(app): State<Arc<App>>) -> Response {
    let site = app.site.clone();
    match tokio::task::spawn_blocking(move || site.health()).await {
        Ok(Ok(())) => Json(json!({"status": "ok"})).into_response(),
        Ok(Err(problem)) => problem_json(&problem, bieumau_model::text::Locale::Vi),
        Err(_) => problem_json(&crashed(), bieumau_model::text::Locale::Vi),
    }
}

/// Lists the reports with their parameters.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports",
    responses((status = 200, description = "`{\"reports\": […]}`", body = serde_json::Value)))]
pub(crate) async fn reports(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "reports": app.site.reports() }))
}

/// Describes one report.
#[utoipa::path(get, path = "/api/v1/reports/{report}", tag = "reports",
    params(("report" = String, Path)),
    responses(
        (status = 200, description = "the report with its parameters", body = serde_json::Value),
        (status = 404, description = "there is no such report"),
    ))]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    Path(report): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.site.report_summary(&report) {
        Ok(summary) => Json(summary).into_response(),
        Err(problem) => problem_json(&problem, locale::choose(None, &headers, app.site.locale())),
    }
}

/// The body of a render request.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RenderBody {
    /// Values by parameter.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: BTreeMap<String, Value>,
    /// `pdf`, `html`, `png`, `xlsx` or `csv`.
    #[serde(default = "pdf")]
    format: String,
    /// Page, for `png`.
    #[serde(default)]
    page: Option<usize>,
    /// Registers the document as issued.
    #[serde(default)]
    issue: bool,
    /// Submits it for a reporting period.
    #[serde(default)]
    period: Option<String>,
}

fn pdf() -> String {
    "pdf".to_owned()
}

/// Makes a document.
#[utoipa::path(post, path = "/api/v1/reports/{report}/render", tag = "reports",
    params(("report" = String, Path)), request_body = RenderBody,
    responses(
        (status = 200, description = "the document, in the media type of its format", body = Vec<u8>,
            content_type = "application/pdf"),
        (status = 404, description = "there is no such report"),
        (status = 422, description = "a parameter or the format is wrong"),
        (status = 503, description = "too many documents wait already"),
    ))]
pub(crate) async fn render(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(report): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = locale::choose(None, &headers, app.site.locale());
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return problem_json_as(rejection.status(), &unreadable(), asked),
    };
    let wanted = match read_body(&body) {
        Ok(wanted) => wanted,
        Err(problem) => return problem_json(&problem, asked),
    };
    if wanted.issue {
        return match issue(&app, caller, report, wanted).await {
            Ok(document) => answer(document, true),
            Err(problem) => problem_json(&problem, asked),
        };
    }
    let request = RenderRequest::new(report, wanted.parameters, &wanted.format, wanted.page);
    let request = match request {
        Ok(request) => request,
        Err(problem) => return problem_json(&problem, asked),
    };
    match make(&app, caller, request).await {
        Ok(document) => answer(document, true),
        Err(problem) => problem_json(&problem, asked),
    }
}

fn unreadable() -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J018",
        "Nội dung yêu cầu quá dài, hoặc bị đứt giữa chừng",
        "the body is too long, or broke off",
    )
    .help("Chỉ gửi tham số và định dạng", "send parameters and format only")
}

/// Reads the body of a render request, with parameters as texts.
fn read_body(body: &[u8]) -> Result<Wanted, Problem> {
    let bad = |vi: String, en: String| Problem::new(ProblemKind::BadInput, "J010", vi, en);
    let mut body: RenderBody = serde_json::from_slice(body).map_err(|error| {
        bad(
            format!("Nội dung yêu cầu không phải JSON đúng mẫu: {error}"),
            format!("the body is not JSON of the right shape: {error}"),
        )
        .help(
            r#"Ví dụ: {"parameters": {"school": "…"}, "format": "pdf"}"#,
            r#"for example {"parameters": {"school": "…"}, "format": "pdf"}"#,
        )
    })?;
    let mut parameters = BTreeMap::new();
    for (name, value) in std::mem::take(&mut body.parameters) {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(bad(
                    format!(
                        "Tham số `{name}` phải là một giá trị, không phải danh sách hay đối tượng"
                    ),
                    format!("parameter `{name}` must be one value, not a list or an object"),
                )
                .at(format!("/parameters/{name}")));
            }
        };
        parameters.insert(name, text);
    }
    let RenderBody { format, page, issue, period, .. } = body;
    Ok(Wanted { parameters, format, page, issue, period })
}

/// A render request as it was read.
struct Wanted {
    parameters: BTreeMap<String, String>,
    format: String,
    page: Option<usize>,
    issue: bool,
    period: Option<String>,
}

/// Issues a document: makes it, and registers it with its number.
async fn issue(
    app: &Arc<App>,
    caller: Caller,
    report: String,
    wanted: Wanted,
) -> Result<Document, Problem> {
    let site = app.site.clone();
    let issued = tokio::task::spawn_blocking(move || {
        let asked = (report.as_str(), &wanted.parameters, wanted.format.as_str());
        site.issue(&caller, asked, wanted.period.as_deref(), Timestamp::now())
    });
    issued.await.unwrap_or_else(|_| Err(crashed())).map(|issued| issued.document)
}

/// Makes a document on a blocking thread; answers at once when too many wait already.
pub(crate) async fn make(
    app: &Arc<App>,
    caller: Caller,
    request: RenderRequest,
) -> Result<Document, Problem> {
    let Ok(_place) = app.waiting.try_acquire() else {
        return Err(Problem::new(
            ProblemKind::Limit,
            "J020",
            "Máy chủ đang bận: quá nhiều văn bản đang chờ",
            "the server is busy: too many documents are waiting",
        )
        .help("Thử lại sau ít phút", "try again in a few minutes"));
    };
    let site = app.site.clone();
    tokio::task::spawn_blocking(move || site.render_noted(&caller, &request, Timestamp::now()))
        .await
        .unwrap_or_else(|_| Err(crashed()))
}

/// Sends a document; as a download under its file name, or to be shown in place.
pub(crate) fn answer(document: Document, download: bool) -> Response {
    let way = if download { "attachment" } else { "inline" };
    let headers = [
        (CONTENT_TYPE, document.media_type.to_owned()),
        (CONTENT_DISPOSITION, format!("{way}; filename=\"{}\"", document.file_name)),
        // A document is paper: nothing in it runs or is fetched.
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
             frame-ancestors 'self'"
                .to_owned(),
        ),
    ];
    (headers, document.bytes).into_response()
}

pub(crate) fn crashed() -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J090",
        "Chương trình gặp lỗi bất ngờ khi làm văn bản này",
        "the program failed unexpectedly while making this document",
    )
    .help("Máy chủ vẫn chạy; dữ liệu không bị ảnh hưởng", "the server goes on; no data is affected")
}
