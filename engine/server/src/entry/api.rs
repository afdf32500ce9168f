//! The API of grids and workbooks: a grid, one row of it with its version, averages, a workbook out
//! and in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_model::entry::Finding;
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    ImportFinding, ImportReport, ImportRequest, Mode, Problem, ProblemKind, RowSaved, RowToSave,
    Site, Template,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::OpenApi;

use super::Given;
use crate::api::answer;
use crate::error::{problem_json, problem_json_as};
use crate::locale;
use crate::serve::App;
use crate::signed::Signed;

/// The caller has no right to write the record.
const OUT_OF_SCOPE: &str = "D129";

/// The paths of this topic, described.
#[derive(OpenApi)]
#[openapi(paths(grids, grid, averages, save_row, workbook, import))]
pub(super) struct Paths;

/// Lists the forms that are filled in: those with a grid of a class first, each with what is chosen
/// before.
#[utoipa::path(get, path = "/api/v1/grids", tag = "entry", responses(
    (status = 200, description = "`{\"forms\": […]}`", body = Value),
))]
pub(crate) async fn grids(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "forms": app.site.entry_forms() }))
}

/// Returns a grid: columns, pupils in the order of names, values as they are typed, averages, and why
/// cells are closed. What it is about stands in the address: `school`, `year`, `class`, `subject`,
/// `term` or whatever the form asks for (`parameters` of the list).
#[utoipa::path(get, path = "/api/v1/grids/{form}", tag = "entry",
    params(
        ("form" = String, Path),
        ("school" = Option<String>, Query), ("year" = Option<i64>, Query),
        ("class" = Option<String>, Query), ("subject" = Option<String>, Query),
        ("term" = Option<i64>, Query), ("point" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "`columns`, and `rows` with `key`, `revision`, `values`, \
            `closed` and `average`", body = Value),
        (status = 404, description = "there is no such form"),
        (status = 422, description = "something that chooses the grid is missing or wrong"),
    ))]
pub(crate) async fn grid(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = language(&app, &given, &headers);
    let parameters = parameters(given);
    match on_site(&app, move |site| site.entry_grid(&caller, &form, &parameters, Timestamp::now()))
        .await
    {
        Ok(grid) => Json(grid).into_response(),
        Err(problem) => problem_json(&problem, asked),
    }
}

/// Rows as they are being filled in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AveragesBody {
    /// What is typed, by pupil and field; without any row the whole class is meant.
    #[serde(default)]
    rows: BTreeMap<String, BTreeMap<String, String>>,
}

/// Computes the averages of some rows, or of the class, by the rule that documents are made with;
/// what is typed but not saved may be given. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/grids/{form}/averages", tag = "entry",
    params(("form" = String, Path)), request_body = AveragesBody,
    responses(
        (status = 200, description = "`{\"averages\": {pupil: average}}`", body = Value),
        (status = 422, description = "something that chooses the grid is missing or wrong"),
    ))]
pub(crate) async fn averages(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = language(&app, &given, &headers);
    let body: AveragesBody = match read_json(body) {
        Ok(body) => body,
        Err(refused) => return refused.answer(asked),
    };
    let parameters = parameters(given);
    let found = on_site(&app, move |site| {
        site.grid_averages(&caller, &form, &parameters, &body.rows, Timestamp::now())
    });
    match found.await {
        Ok(averages) => Json(json!({ "averages": averages })).into_response(),
        Err(problem) => problem_json(&problem, asked),
    }
}

/// One row.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RowBody {
    /// The fields that changed, as they were typed; blank empties a field.
    fields: BTreeMap<String, String>,
    /// Words of the warnings that the person has confirmed.
    #[serde(default)]
    confirm: Vec<String>,
    /// Why; needed when a warning is confirmed.
    #[serde(default)]
    reason: String,
}

/// Saves one row of a grid.
#[utoipa::path(put, path = "/api/v1/grids/{form}/rows/{pupil}", tag = "entry",
    params(
        ("form" = String, Path),
        ("pupil" = String, Path),
        ("If-Match" = Option<String>, Header, description = "revision of the row that was seen"),
        ("If-None-Match" = Option<String>, Header, description = "`*` where there is no record yet"),
    ),
    request_body = RowBody,
    responses(
        (status = 200, description = "`row` as it stands now, its revision as `ETag`", body = Value),
        (status = 403, description = "the caller has no right to write it"),
        (status = 404, description = "the class has no such pupil"),
        (status = 412, description = "somebody else was faster; `row` as it stands now"),
        (status = 422, description = "findings, each with its field"),
        (status = 423, description = "a cell is locked: which lock, why, by whom, how to ask"),
        (status = 428, description = "the revision is missing"),
    ))]
pub(crate) async fn save_row(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, pupil)): Path<(String, String)>,
    Query(given): Query<Given>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = language(&app, &given, &headers);
    let revision = match revision(&headers) {
        Ok(revision) => revision,
        Err(problem) => return problem_json_as(StatusCode::PRECONDITION_REQUIRED, &problem, asked),
    };
    let body: RowBody = match read_json(body) {
        Ok(body) => body,
        Err(refused) => return refused.answer(asked),
    };
    let wanted = RowToSave {
        form,
        parameters: parameters(given),
        pupil,
        fields: body.fields,
        revision,
        confirmed: body.confirm,
        reason: body.reason,
    };
    match on_site(&app, move |site| site.save_row(&caller, &wanted, Timestamp::now())).await {
        Ok(saved) => row_answer(saved, asked),
        Err(problem) => problem_json(&problem, asked),
    }
}

fn row_answer(saved: RowSaved, asked: Locale) -> Response {
    match saved {
        RowSaved::Saved { row, findings } => {
            let etag = row.revision.map(|revision| format!("\"{revision}\"")).unwrap_or_default();
            let findings: Vec<Value> =
                findings.iter().map(|finding| field_finding(finding, asked)).collect();
            ([(ETAG, etag)], Json(json!({ "row": row, "findings": findings }))).into_response()
        }
        RowSaved::Overtaken { row } => {
            let problem = Problem::new(
                ProblemKind::BadInput,
                "J291",
                "Dòng này đã được người khác sửa",
                "the row was changed by somebody else",
            );
            let body = json!({
                "code": problem.code, "title": problem.title.get(asked), "row": row,
            });
            (StatusCode::PRECONDITION_FAILED, Json(body)).into_response()
        }
        RowSaved::Refused { findings } => {
            let title = findings.first().map(|finding| finding.diagnostic.message.get(asked));
            let status = match findings.iter().find(|finding| is_lock(finding)) {
                Some(finding) if finding.diagnostic.code == OUT_OF_SCOPE => StatusCode::FORBIDDEN,
                Some(_) => StatusCode::LOCKED,
                None => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let findings: Vec<Value> =
                findings.iter().map(|finding| field_finding(finding, asked)).collect();
            let body = json!({ "code": "J292", "title": title, "findings": findings });
            (status, Json(body)).into_response()
        }
    }
}

/// Whether a finding says that a cell may not be written into, whatever is written.
fn is_lock(finding: &Finding) -> bool {
    let code = finding.diagnostic.code;
    code == "J290" || code == OUT_OF_SCOPE || ("J200".."J250").contains(&code)
}

fn field_finding(finding: &Finding, asked: Locale) -> Value {
    json!({
        "field": finding.field,
        "confirm": finding.confirm,
        "locked": is_lock(finding),
        "code": finding.diagnostic.code,
        "severity": finding.diagnostic.severity,
        "message": finding.diagnostic.message.get(asked),
        "help": finding.diagnostic.help.as_ref().map(|help| help.get(asked)),
    })
}

/// Makes the workbook of a form: what is filled in, with drop-downs and closed cells. Taking it
/// leaves a line in the audit.
#[utoipa::path(get, path = "/api/v1/forms/{form}/workbook", tag = "entry",
    params(
        ("form" = String, Path),
        ("template" = Option<String>, Query,
            description = "`own`, `csdl_scores_1`, `csdl_scores_2` or `csdl_primary`"),
        ("school" = Option<String>, Query), ("year" = Option<i64>, Query),
        ("class" = Option<String>, Query), ("subject" = Option<String>, Query),
        ("term" = Option<i64>, Query), ("point" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "the workbook", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, description = "a parameter or the template is wrong"),
    ))]
pub(crate) async fn workbook(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = language(&app, &given, &headers);
    match make_workbook(&app, caller, form, given).await {
        Ok(document) => answer(document, true),
        Err(problem) => problem_json(&problem, asked),
    }
}

/// Makes the workbook that an address asks for.
pub(super) async fn make_workbook(
    app: &Arc<App>,
    caller: Caller,
    form: String,
    mut given: Given,
) -> Result<bieumau_pipeline::Document, Problem> {
    let named = given.remove("template").unwrap_or_default();
    let template = Template::named(&named).ok_or_else(|| no_template(&named, &form))?;
    let parameters = parameters(given);
    on_site(app, move |site| {
        site.workbook_noted(&caller, &form, &parameters, template, Timestamp::now())
    })
    .await
}

fn no_template(named: &str, form: &str) -> Problem {
    let known: Vec<&str> = Template::of_form(form).iter().map(|(name, _)| *name).collect();
    let known = known.join(", ");
    Problem::new(
        ProblemKind::BadInput,
        "J293",
        format!("Không có mẫu bảng tính `{named}`"),
        format!("there is no template `{named}`"),
    )
    .help(format!("Có các mẫu: own, {known}"), format!("templates: own, {known}"))
    .at("/template")
}

/// Takes a workbook back: tried, or written as a whole in one transaction.
#[utoipa::path(post, path = "/api/v1/forms/{form}/import", tag = "entry",
    params(
        ("form" = String, Path),
        ("dry_run" = Option<bool>, Query, description = "`false` writes; everything else tries"),
        ("confirm" = Option<String>, Query, description = "words of confirmed warnings, by commas"),
        ("reason" = Option<String>, Query),
    ),
    request_body(content = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses(
        (status = 200, description = "`accepted`, `committed`, `findings` by cell and `changes`",
            body = Value),
        (status = 413, description = "the workbook is too large"),
        (status = 422, description = "the same, with what stands in the way; nothing was written",
            body = Value),
    ))]
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = language(&app, &given, &headers);
    let bytes = match body {
        Ok(bytes) => bytes,
        Err(rejection) => return problem_json_as(rejection.status(), &too_large(), asked),
    };
    let mode = match given.remove("dry_run").as_deref() {
        Some("false" | "0") => Mode::Commit,
        _ => Mode::DryRun,
    };
    let confirmed = given.remove("confirm").unwrap_or_default();
    let request = ImportRequest {
        form,
        confirmed: confirmed
            .split(',')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        reason: given.remove("reason").unwrap_or_default(),
        parameters: parameters(given),
    };
    match take(&app, caller, request, bytes.to_vec(), mode).await {
        Ok((imported, _)) => import_answer(&imported, asked),
        Err(problem) => problem_json(&problem, asked),
    }
}

/// Takes a workbook back on a blocking thread.
pub(super) async fn take(
    app: &Arc<App>,
    caller: Caller,
    request: ImportRequest,
    bytes: Vec<u8>,
    mode: Mode,
) -> Result<(ImportReport, Vec<u8>), Problem> {
    on_site(app, move |site| {
        let imported = site.import(&caller, &request, &bytes, mode, Timestamp::now())?;
        Ok((imported, bytes))
    })
    .await
}

fn import_answer(imported: &ImportReport, asked: Locale) -> Response {
    let finding = |finding: &ImportFinding| {
        json!({
            "place": finding.place,
            "confirm": finding.confirm,
            "code": finding.diagnostic.code,
            "severity": finding.diagnostic.severity,
            "message": finding.diagnostic.message.get(asked),
            "help": finding.diagnostic.help.as_ref().map(|help| help.get(asked)),
        })
    };
    let body = json!({
        "accepted": imported.accepted,
        "committed": imported.committed,
        "new": imported.new,
        "changed": imported.changed,
        "unchanged": imported.unchanged,
        "findings": imported.findings.iter().map(finding).collect::<Vec<_>>(),
        "changes": imported.changes,
    });
    let status = if imported.accepted { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, Json(body)).into_response()
}

/// Says that an upload is over the limit, or broke off.
pub(super) fn too_large() -> Problem {
    let most = bieumau_pipeline::LARGEST_WORKBOOK >> 20;
    Problem::new(
        ProblemKind::BadInput,
        "J294",
        format!("Tệp lớn hơn {most} MB, hoặc bị đứt giữa chừng"),
        format!("the file is larger than {most} MB, or broke off"),
    )
    .help("Chia thành nhiều tệp nhỏ hơn", "split it into smaller files")
}

/// Reads the revision that the person saw.
fn revision(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(IF_NONE_MATCH) == Some("*") {
        return Ok(None);
    }
    let digits = text(IF_MATCH).map(|value| value.trim_start_matches("W/").trim_matches('"'));
    digits.and_then(|digits| digits.parse().ok()).map(Some).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J295",
            "Thiếu phiên bản của bản ghi mà người nhập đã thấy",
            "the revision of the record that was seen is missing",
        )
        .help(
            "Gửi If-Match: \"phiên bản\", hoặc If-None-Match: * khi chưa có bản ghi",
            "send If-Match: \"revision\", or If-None-Match: * where there is no record yet",
        )
    })
}

/// Why a body was not read.
pub(super) struct Unread {
    status: StatusCode,
    problem: Problem,
}

impl Unread {
    fn answer(self, asked: Locale) -> Response {
        problem_json_as(self.status, &self.problem, asked)
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Unread> {
    let body =
        body.map_err(|rejection| Unread { status: rejection.status(), problem: too_large() })?;
    serde_json::from_slice(&body).map_err(|error| Unread {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        problem: Problem::new(
            ProblemKind::BadInput,
            "J296",
            format!("Nội dung yêu cầu không phải JSON đúng mẫu: {error}"),
            format!("the body is not JSON of the right shape: {error}"),
        ),
    })
}

/// Leaves what chooses the grid.
pub(super) fn parameters(mut given: Given) -> Given {
    given.remove("lang");
    given.retain(|_, value| !value.is_empty());
    given
}

pub(super) fn language(app: &App, given: &Given, headers: &HeaderMap) -> Locale {
    locale::choose(given.get("lang").map(String::as_str), headers, app.site.locale())
}

/// Does a job on a blocking thread.
pub(super) async fn on_site<T: Send + 'static>(
    app: &Arc<App>,
    job: impl FnOnce(&Site) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let site = app.site.clone();
    tokio::task::spawn_blocking(move || job(&site)).await.unwrap_or_else(|_| {
        Err(Problem::new(
            ProblemKind::Machine,
            "J297",
            "Chương trình gặp lỗi bất ngờ; chưa có gì được ghi",
            "the program failed unexpectedly; nothing was written",
        ))
    })
}
