//! What the pages of the flows share: the frame, lists to choose from, problems beside their fields,
//! addresses.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{Choosable, SheetQuery};
use serde_json::{Value, json};

use super::words::words;
use crate::asked::Asked;
use crate::pages::frame;

/// What was given in an address or a form.
pub(super) type Given = BTreeMap<String, String>;

/// Renders a page; `address` is its own, for the other language.
pub(super) fn page(
    asked: &Asked,
    status: StatusCode,
    (name, title): (&str, &str),
    address: &str,
    context: Value,
) -> Response {
    let words = words(asked.locale);
    let title = words[title].as_str().unwrap_or_default().to_owned();
    frame(&asked.app, &asked.guest, status, name, (&title, address), words, context, asked.locale)
}

/// What was chosen so far.
pub(super) fn query_of(given: &Given) -> SheetQuery {
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    SheetQuery {
        school: text("school"),
        year: given.get("year").and_then(|year| year.parse().ok()),
        class: text("class"),
        subject: text("subject"),
        term: text("term"),
    }
}

/// A list to choose from, as the page shows it.
pub(super) fn select(name: &str, choices: &[Choosable], given: &Given, locale: Locale) -> Value {
    let value = given.get(name).cloned().unwrap_or_default();
    let choices: Vec<Value> = choices
        .iter()
        .map(|choice| json!({"value": choice.value, "label": choice.label.get(locale)}))
        .collect();
    json!({"id": name, "title": words(locale)[name], "value": value, "choices": choices})
}

/// What the error summary of a page shows.
pub(super) fn problem_value(problem: &Problem, locale: Locale) -> Value {
    let findings: Vec<_> = problem
        .findings
        .iter()
        .filter(|finding| finding.message != problem.title)
        .map(|finding| finding.message.get(locale))
        .take(50)
        .collect();
    json!({
        "title": problem.title.get(locale),
        "help": problem.help.as_ref().map(|help| help.get(locale)),
        "findings": findings,
        "code": problem.code,
        "field": problem.pointer.as_deref().map(|at| at.trim_start_matches('/')),
    })
}

/// What was typed into the fields `names`; empty where nothing was.
pub(super) fn typed(given: &Given, names: &[&str]) -> Value {
    let typed =
        |name: &&str| ((*name).to_owned(), json!(given.get(*name).cloned().unwrap_or_default()));
    Value::Object(names.iter().map(typed).collect())
}

/// An address with everything that was chosen.
pub(super) fn address(path: &str, given: &Given) -> String {
    let pairs = ["school", "year", "class", "subject", "term", "point", "month", "state"]
        .into_iter()
        .filter_map(|name| {
            given.get(name).filter(|value| !value.is_empty()).map(|value| (name, value))
        });
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The lists of schools and school years, which every page of the flows begins with. The only
/// school is chosen already, and so is the school year that goes on.
pub(super) async fn of_year(asked: &Asked, given: &mut Given) -> Result<Vec<Value>, Problem> {
    let query = SheetQuery::default();
    let sheet = asked.run(move |site, caller, _| site.correction_sheet(caller, &query)).await?;
    if let ([only], false) = (sheet.schools.as_slice(), given.contains_key("school")) {
        given.insert("school".to_owned(), only.value.clone());
    }
    let current = asked.app.site.current_year(asked.now).to_string();
    if !given.contains_key("year") && sheet.years.iter().any(|year| year.value == current) {
        given.insert("year".to_owned(), current);
    }
    Ok(vec![
        select("school", &sheet.schools, given, asked.locale),
        select("year", &sheet.years, given, asked.locale),
    ])
}

/// The school and school year that are chosen.
pub(super) fn chosen(given: &Given) -> Option<(String, i64)> {
    let school = given.get("school").filter(|school| !school.is_empty())?;
    Some((school.clone(), given.get("year")?.parse().ok()?))
}

/// A choice of one of ours.
pub(super) fn choice(value: impl Into<String>, label: Text) -> Choosable {
    Choosable { value: value.into(), label }
}

/// What of a form goes back into it after a problem: the problem, with its status.
pub(super) fn status_of(problem: Option<&Problem>) -> StatusCode {
    problem.map_or(StatusCode::OK, |problem| crate::error::status(problem.kind))
}
