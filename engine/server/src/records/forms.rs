//! What is read: forms, their definitions and schemas, records, histories.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_pipeline::{Problem, ProblemKind, RecordQuery, Site};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers::{Asked, etag};
use crate::error::problem_json;
use crate::serve::App;
use crate::signed::Signed;

/// Values of the address, by name.
type Given = BTreeMap<String, String>;

/// Lists the forms.
#[utoipa::path(get, path = "/api/v1/forms", tag = "forms", responses(
    (status = 200, description = "`{\"forms\": […]}`, by id", body = serde_json::Value),
))]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "forms": app.site.forms() }))
}

/// Returns the whole definition of a form, or of an earlier version of it.
#[utoipa::path(get, path = "/api/v1/forms/{form}", tag = "forms",
    params(("form" = String, Path), ("version" = Option<i64>, Query)),
    responses(
        (status = 200, description = "the definition", body = serde_json::Value),
        (status = 404, description = "there is no such form or version"),
    ))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let version = match given.get("version").map(|text| text.parse::<i64>()) {
        None => None,
        Some(Ok(version)) => Some(version),
        Some(Err(_)) => return problem_json(&not_a_number("version"), asked.locale),
    };
    asked.json(move |site, _| site.form_definition(&form, version)).await
}

/// Returns the JSON Schema (2020-12) of the records of a form.
#[utoipa::path(get, path = "/api/v1/forms/{form}/schema", tag = "forms",
    params(("form" = String, Path)),
    responses(
        (status = 200, description = "the schema", body = serde_json::Value,
            content_type = "application/schema+json"),
        (status = 404, description = "there is no such form"),
    ))]
pub(crate) async fn schema(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    match asked.app.site.record_schema(&form, asked.locale) {
        Ok(schema) => {
            ([(CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response()
        }
        Err(problem) => problem_json(&problem, asked.locale),
    }
}

/// Lists the versions of a form that the site has used.
#[utoipa::path(get, path = "/api/v1/forms/{form}/versions", tag = "forms",
    params(("form" = String, Path)),
    responses((status = 200, description = "`{\"versions\": […]}`", body = serde_json::Value)))]
pub(crate) async fn versions(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    asked.json(move |site, _| Ok(json!({ "versions": site.form_versions(&form)? }))).await
}

/// Lists records in the order of their keys; any field may be given as a filter.
#[utoipa::path(get, path = "/api/v1/forms/{form}/records", tag = "records",
    params(
        ("form" = String, Path),
        ("limit" = Option<usize>, Query, description = "at most 500, usually 100"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("retired" = Option<bool>, Query, description = "list retired records too"),
    ),
    responses(
        (status = 200, description = "`{\"records\": […], \"next\": …}`, with `Link: rel=next`",
            body = serde_json::Value),
        (status = 422, description = "a filter is wrong"),
    ))]
pub(crate) async fn records(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    Query(mut given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    given.remove("lang");
    let most = match given.remove("limit").map(|text| text.parse::<usize>()) {
        None => None,
        Some(Ok(most)) => Some(most),
        Some(Err(_)) => return problem_json(&not_a_number("limit"), locale),
    };
    let after = given.remove("after");
    let with_retired = given.remove("retired").is_some_and(|text| text == "true" || text == "1");
    let filters = given.clone();
    let query = RecordQuery { equals: given, after, most, with_retired };
    let id = form.clone();
    let job = move |site: &Site, caller: &Caller| {
        let page = site.records(caller, &form, &query)?;
        site.note_reading(caller, &form, &page.records, Timestamp::now())?;
        Ok(page)
    };
    match asked.run(job).await {
        Ok(page) => {
            let mut response = Json(&page).into_response();
            if let Some(next) = &page.next {
                let mut address = form_urlencoded::Serializer::new(String::new());
                address.extend_pairs(&filters).append_pair("after", next);
                if let Some(most) = most {
                    address.append_pair("limit", &most.to_string());
                }
                let link =
                    format!("</api/v1/forms/{id}/records?{}>; rel=\"next\"", address.finish());
                if let Ok(link) = link.parse() {
                    response.headers_mut().insert(LINK, link);
                }
            }
            response
        }
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Returns one record; its revision is the `ETag`.
#[utoipa::path(get, path = "/api/v1/forms/{form}/records/{key}", tag = "records",
    params(
        ("form" = String, Path),
        ("key" = String, Path, description = "values of the key joined by commas; `~1` is a comma \
            inside a value, `~0` is `~`"),
    ),
    responses(
        (status = 200, description = "the record", body = serde_json::Value),
        (status = 404, description = "there is no such record, or the caller may not see it"),
    ))]
pub(crate) async fn record(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let job = move |site: &Site, caller: &Caller| {
        let record = site.record(caller, &form, &key)?;
        site.note_keys(caller, &form, &[&record.key], Timestamp::now())?;
        Ok(record)
    };
    match asked.run(job).await {
        Ok(record) => (etag(record.revision), Json(record)).into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Returns what happened to a record: who changed which field from what to what, when and why.
#[utoipa::path(get, path = "/api/v1/forms/{form}/records/{key}/history", tag = "records",
    params(("form" = String, Path), ("key" = String, Path)),
    responses((status = 200, description = "`{\"history\": […]}`, oldest first", body = serde_json::Value)))]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let job = move |site: &Site, caller: &Caller| {
        let history = site.record_history(caller, &form, &key)?;
        site.note_keys(caller, &form, &[&key], Timestamp::now())?;
        Ok(json!({ "history": history }))
    };
    asked.json(job).await
}

fn not_a_number(name: &str) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J137",
        format!("`{name}` phải là số nguyên"),
        format!("`{name}` must be a whole number"),
    )
    .at(format!("/{name}"))
}
