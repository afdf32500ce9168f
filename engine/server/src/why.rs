//! How the values of a document came about: as data, and as a page that answers "vì sao 8,0?".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{Explained, Problem, Question, Site};
use jiff::Timestamp;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;

use crate::asked::Asked;
use crate::locale;
use crate::pages::{person, problem_page, words};
use crate::serve::App;
use crate::signed::Guest;

/// A page with more than this is slow to read; the rest is chosen by whom it is about.
const MOST_ON_A_PAGE: usize = 300;

/// So many answers are open when the page comes; more would hide each other.
const FEW: usize = 3;

/// What was given in the address.
type Given = BTreeMap<String, String>;

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/why/{report}", get(page))
        .route("/api/v1/reports/{report}/explanations", get(explanations))
}

#[derive(OpenApi)]
#[openapi(paths(explanations))]
struct Paths;

pub(crate) fn description() -> Description {
    Paths::openapi()
}

/// Tells how values of a document came about. The address has the parameters of the report, and
/// which values are meant: `table`, `column`, and what the row is about as `about.pupil`,
/// `about.subject` and so on.
#[utoipa::path(get, path = "/api/v1/reports/{report}/explanations", tag = "reports",
    params(
        ("report" = String, Path),
        ("table" = Option<String>, Query),
        ("column" = Option<String>, Query),
        ("about.pupil" = Option<String>, Query),
        ("about.subject" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "`{\"explanations\": […]}`: rule, inputs, steps, result, plugin",
            body = Value),
        (status = 404, description = "there is no such report, or nothing that the caller may see"),
        (status = 422, description = "a parameter is wrong"),
    ))]
async fn explanations(
    asked: Asked,
    Path(report): Path<String>,
    Query(given): Query<Given>,
) -> Response {
    let told = |explained: Vec<Explained>| Json(json!({"explanations": explained})).into_response();
    asked.answer(ask(report, given), told).await
}

/// Splits what was given into parameters of the report and the question.
fn split(given: Given) -> (Given, Question) {
    let mut parameters = Given::new();
    let mut question = Question::default();
    for (name, value) in given.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.strip_prefix("about.") {
            Some(about) => {
                question.about.insert(about.to_owned(), value);
            }
            None if name == "table" => question.table = Some(value),
            None if name == "column" => question.column = Some(value),
            None => {
                parameters.insert(name, value);
            }
        }
    }
    (parameters, question)
}

/// The job that explains.
fn ask(
    report: String,
    given: Given,
) -> impl FnOnce(&Site, &Caller, Timestamp) -> Result<Vec<Explained>, Problem> {
    let (parameters, question) = split(given);
    move |site, caller, now| site.explanations_noted(caller, &report, &parameters, &question, now)
}

/// `GET /why/{report}`.
async fn page(
    State(app): State<Arc<App>>,
    guest: Guest,
    Path(report): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.remove("lang").as_deref());
    let about = given.remove("about").filter(|about| !about.is_empty());
    let title = match asked.app.site.report_summary(&report) {
        Ok(summary) => summary.title.get(asked.locale).to_owned(),
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    match asked.run(ask(report.clone(), given.clone())).await {
        Ok(explained) => {
            let about = about.as_deref();
            let asking = Asking { report: &report, title: &title, given: &given, about };
            let Asked { app, locale, guest, .. } = &asked;
            let context = context(app, guest, &asking, &explained, *locale);
            app.pages.render("why.html", StatusCode::OK, context)
        }
        Err(problem) => problem_page(&asked.app, &problem, asked.locale),
    }
}

/// What the page is about.
struct Asking<'a> {
    report: &'a str,
    title: &'a str,
    given: &'a Given,
    about: Option<&'a str>,
}

fn context(
    app: &App,
    guest: &Guest,
    asking: &Asking<'_>,
    explained: &[Explained],
    asked: Locale,
) -> Value {
    let Asking { report, title, given, about } = *asking;
    // In the order of the document, which is that of the class.
    let mut seen = BTreeSet::new();
    let firsts = explained.iter().filter(|one| seen.insert(whom(one)));
    let choices: Vec<Value> = firsts.filter_map(|one| choice(one, about)).collect();
    let wanted = |one: &&Explained| about.is_none_or(|about| whom(one).as_deref() == Some(about));
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    let chosen: Vec<&Explained> = explained.iter().filter(wanted).collect();
    for one in chosen.iter().take(MOST_ON_A_PAGE) {
        let parts = one.about.iter().map(|(column, value)| said(one, column, value));
        let name = parts.collect::<Vec<_>>().join(" · ");
        let value = entry(one, asked);
        match groups.last_mut() {
            Some((last, all)) if *last == name => all.push(value),
            _ => groups.push((name, vec![value])),
        }
    }
    let groups: Vec<Value> =
        groups.into_iter().map(|(about, all)| json!({"about": about, "all": all})).collect();
    let other = if asked == Locale::Vi { Locale::En } else { Locale::Vi };
    json!({
        "locale": locale::tag(asked),
        "other_locale": locale::tag(other),
        "other_locale_link": format!("/?lang={}", locale::tag(other)),
        "site": app.site.title().get(asked),
        "person": person(app, guest),
        "nav": crate::pages::nav(guest, "/why", asked),
        "title": title,
        "words": words(asked),
        "labels": labels(asked),
        "report": title,
        "action": format!("/why/{report}"),
        "kept": given.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
        "choices": choices,
        "groups": groups,
        "more": chosen.len() > MOST_ON_A_PAGE,
        "few": chosen.len() <= FEW,
    })
}

/// Returns whom a value is about: the first of its keys.
fn whom(one: &Explained) -> Option<String> {
    one.about.values().next().cloned()
}

/// An entry of the list of those whom values are about.
fn choice(one: &Explained, about: Option<&str>) -> Option<Value> {
    let (column, value) = one.about.first()?;
    let is_current = Some(value.as_str()) == about;
    Some(json!({"value": value, "label": said(one, column, value), "current": is_current}))
}

/// A part of what a value is about: the name of a pupil with the code, since names repeat; that of a
/// subject; a school year in both its years.
fn said(one: &Explained, column: &str, value: &str) -> String {
    match (one.names.get(column), value.parse::<i64>()) {
        (Some(name), _) if column == "pupil" => format!("{name} ({value})"),
        (Some(name), _) => name.clone(),
        (None, Ok(year)) if column == "year" => format!("{year}-{}", year + 1),
        (None, _) => value.to_owned(),
    }
}

fn entry(one: &Explained, asked: Locale) -> Value {
    let value = one.rule.rsplit(": ").next().unwrap_or(&one.rule);
    let question = match asked {
        Locale::Vi => format!("{value}: vì sao {}?", one.result),
        Locale::En => format!("{value}: why {}?", one.result),
    };
    let inputs: Vec<Value> =
        one.inputs.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({
        "question": question, "rule": one.rule, "inputs": inputs, "steps": one.steps,
        "result": one.result, "plugin": one.plugin, "version": one.version,
    })
}

fn labels(asked: Locale) -> Value {
    match asked {
        Locale::Vi => json!({
            "about": "Về", "result": "Kết quả",
            "none": "Văn bản này không có giá trị nào do quy tắc tính ra.",
            "more": "Còn nữa; chọn một học sinh ở trên để xem hết.",
        }),
        Locale::En => json!({
            "about": "About", "result": "Result",
            "none": "No value of this document was found by a rule.",
            "more": "There are more; choose one above to see all.",
        }),
    }
}
