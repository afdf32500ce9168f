//! The figures of statistical reports and the records behind each: as data, and as pages on which
//! every number leads to its list.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::indicators::Page;
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{FiguresView, Problem, ProblemKind, RecordsBehind, Site, is_contradiction};
use jiff::Timestamp;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::asked::Asked;
use crate::pages::{frame_values, problem_page, query};
use crate::serve::App;
use crate::signed::Guest;

/// What was given in the address.
type Given = BTreeMap<String, String>;

#[derive(OpenApi)]
#[openapi(paths(figures, records))]
struct Paths;

pub(crate) fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/reports/{report}/figures", get(figures))
        .route("/api/v1/reports/{report}/records", get(records))
        .route("/figures/{report}", get(page))
        .route("/figures/{report}/records", get(records_page))
}

/// Returns the statistical tables of a report; the parameters of the report stand in the address.
#[utoipa::path(get, path = "/api/v1/reports/{report}/figures", tag = "reports",
    params(("report" = String, Path)),
    responses(
        (status = 200, description = "`{title, tables: […], findings: […]}`", body = serde_json::Value),
        (status = 404, description = "there is no such report"),
        (status = 422, description = "a parameter is wrong"),
    ))]
async fn figures(asked: Asked, Path(report): Path<String>, Query(given): Query<Given>) -> Response {
    asked.json(StatusCode::OK, view(report, given)).await
}

/// Lists the records behind a figure; the parameters of the report stand in the address too.
#[utoipa::path(get, path = "/api/v1/reports/{report}/records", tag = "reports",
    params(
        ("report" = String, Path),
        ("cell" = String, Query, description = "the figure, as `table.row.column`"),
    ),
    responses(
        (status = 200, description = "`{cell, title, row, column, figure, lists: […]}`",
            body = serde_json::Value),
        (status = 404, description = "there is no such report or figure"),
        (status = 422, description = "a parameter is wrong"),
    ))]
async fn records(asked: Asked, Path(report): Path<String>, Query(given): Query<Given>) -> Response {
    asked.json(StatusCode::OK, behind(report, given)).await
}

/// The job that makes the tables.
fn view(
    report: String,
    mut given: Given,
) -> impl FnOnce(&Site, &Caller, Timestamp) -> Result<FiguresView, Problem> {
    given.retain(|_, value| !value.is_empty());
    move |site, caller, _| site.figures(caller, &report, &given)
}

/// The job that finds the records behind the figure `cell`.
fn behind(
    report: String,
    mut given: Given,
) -> impl FnOnce(&Site, &Caller, Timestamp) -> Result<RecordsBehind, Problem> {
    given.retain(|_, value| !value.is_empty());
    move |site, caller, now| {
        let cell = given.remove("cell").ok_or_else(|| {
            Problem::new(ProblemKind::BadInput, "J389", "Chưa nêu ô số liệu", "no figure is named")
                .help("Thêm `cell=bảng.dòng.cột`", "add `cell=table.row.column`")
                .at("/cell")
        })?;
        site.records_behind(caller, &report, &given, &cell, now)
    }
}

/// `GET /figures/{report}`.
async fn page(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(report): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.remove("lang").as_deref());
    match asked.run(view(report.clone(), given.clone())).await {
        Ok(view) => {
            let Asked { app, locale, guest, .. } = &asked;
            let mut context =
                frame_values(app, guest, &format!("/figures/{report}"), &given, *locale);
            context["title"] = json!(view.title.get(*locale));
            context["labels"] = labels(*locale);
            let (problems, others): (Vec<_>, Vec<_>) =
                view.findings.iter().partition(|finding| is_contradiction(finding));
            let said = |list: Vec<&Diagnostic>| -> Vec<String> {
                list.into_iter().map(|one| one.message.get(*locale).to_owned()).collect()
            };
            context["problems"] = json!(said(problems));
            context["others"] = json!(said(others));
            context["back"] = json!(back(&report, &given));
            context["tables"] = json!(
                view.tables.iter().map(|own| table(own, &report, &given)).collect::<Vec<_>>()
            );
            app.pages.render("figures.html", StatusCode::OK, context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// A table with the address behind each figure.
fn table(page: &Page, report: &str, given: &Given) -> Value {
    let mut value = json!(page);
    for (at, row) in page.rows.iter().enumerate() {
        let Some(id) = &row.id else { continue };
        for (column, cell) in row.cells.iter().enumerate() {
            // Behind nothing (`0`, `0.0`) there is no record.
            let is_some = |figure: &str| figure.contains(|digit| matches!(digit, '1'..='9'));
            if cell.value.as_deref().is_some_and(is_some) {
                let address = format!("{}.{id}.{}", page.id, cell.column);
                let mut pairs = pairs(given);
                pairs.push(("cell", &address));
                let link = format!("/figures/{report}/records{}", query(&pairs));
                value["rows"][at]["cells"][column]["link"] = json!(link);
            }
        }
    }
    value
}

/// `GET /figures/{report}/records`.
async fn records_page(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(report): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.remove("lang").as_deref());
    match asked.run(behind(report.clone(), given.clone())).await {
        Ok(found) => {
            let Asked { app, locale, guest, .. } = &asked;
            let path = format!("/figures/{report}/records");
            let mut context = frame_values(app, guest, &path, &given, *locale);
            given.remove("cell");
            context["title"] = json!(found.title);
            context["labels"] = labels(*locale);
            context["back"] = json!(format!("/figures/{report}{}", query(&pairs(&given))));
            context["found"] = json!(found);
            app.pages.render("figure_records.html", StatusCode::OK, context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

fn pairs(given: &Given) -> Vec<(&str, &str)> {
    given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The address of the document on the start page.
fn back(report: &str, given: &Given) -> String {
    let mut pairs = pairs(given);
    pairs.retain(|(name, _)| *name != "format");
    pairs.push(("report", report));
    format!("/{}", query(&pairs))
}

fn labels(asked: Locale) -> Value {
    match asked {
        Locale::Vi => json!({
            "lead": "Chọn một số để xem danh sách bản ghi đã được đếm. Việc xem danh sách được ghi vào nhật ký.",
            "problems": "Số liệu không khớp nhau; chưa phát hành được văn bản",
            "others": "Dữ liệu cần xem lại",
            "document": "Về văn bản", "back": "Về bảng số liệu", "number": "STT",
            "figure": "Số liệu", "row": "Dòng", "column": "Cột",
            "more": "Danh sách dài hơn; ở đây chỉ có 2.000 bản ghi đầu.",
            "none": "Không có bản ghi nào trong phạm vi được xem.",
            "note": "Ghi chú",
        }),
        Locale::En => json!({
            "lead": "Choose a number to see the records that were counted. Looking at a list is noted in the audit.",
            "problems": "Figures contradict each other; the document cannot be issued yet",
            "others": "Data to look at again",
            "document": "Back to the document", "back": "Back to the figures", "number": "No.",
            "figure": "Figure", "row": "Row", "column": "Column",
            "more": "The list is longer; these are the first 2,000 records.",
            "none": "There is no record that you may see.",
            "note": "Note",
        }),
    }
}
