//! The page of monthly approvals: what was updated in a month, what came late, and the yes of the
//! principal.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::MonthView;
use serde_json::{Value, json};

use super::api::month_of;
use super::page::{Given, address, of_year, page, problem_value, status_of, typed};
use super::words::words;
use crate::asked::{Asked, fields};
use crate::pages::problem_page;
use crate::serve::App;
use crate::signed::Guest;

/// `GET /months`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    show_page(asked, given, None).await
}

/// `POST /months`: approves the month.
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    guest: Guest,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = fields(&bytes);
    let asked = Asked::read(app, guest, &headers, given.get("lang").map(String::as_str));
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let (school, month, note) = (text("school"), text("month"), text("note"));
    let done = asked
        .run(move |site, caller, now| {
            site.approve_month(caller, (&school, month_of(&month)?), &note, now)
        })
        .await;
    match done {
        Ok(()) => Redirect::to(&format!("{}&saved=1", address("/months", &given))).into_response(),
        Err(problem) => show_page(asked, given, Some(problem)).await,
    }
}

async fn show_page(asked: Asked, mut given: Given, problem: Option<Problem>) -> Response {
    let found = async {
        let lists = of_year(&asked, &mut given).await?;
        given.remove("year");
        let this_month = bieumau_model::lock::vietnam_day(asked.now).first_of_month();
        // The month that is over is the one to be approved.
        let last = this_month.yesterday().unwrap_or(this_month);
        let month = given
            .entry("month".to_owned())
            .or_insert_with(|| format!("{}-{:02}", last.year(), last.month()))
            .clone();
        let view = match given.get("school").filter(|school| !school.is_empty()).cloned() {
            Some(school) => {
                let job = asked.run(move |site, caller, now| {
                    site.month_updates(caller, &school, month_of(&month)?, now)
                });
                Some(job.await?)
            }
            None => None,
        };
        Ok::<_, Problem>((lists, view))
    };
    let (lists, view) = match found.await {
        Ok(found) => found,
        Err(problem) => return problem_page(&asked.app, &problem, asked.locale),
    };
    let locale = asked.locale;
    let context = json!({
        "fields": lists[..1],
        "view": view.as_ref().map(|view| view_value(view, locale)),
        "given": typed(&given, &["school", "month", "note"]),
        "note": given.contains_key("saved").then(|| words(locale)["saved"].clone()),
        "problem": problem.as_ref().map(|problem| problem_value(problem, locale)),
    });
    let own = address("/months", &given);
    page(&asked, status_of(problem.as_ref()), ("months.html", "months"), &own, context)
}

fn view_value(view: &MonthView, locale: Locale) -> Value {
    let forms: Vec<Value> = view
        .forms
        .iter()
        .map(|form| json!({"title": form.title.get(locale), "count": form.count}))
        .collect();
    let title = |id: &str| {
        let form = view.forms.iter().find(|form| form.form == id);
        form.map_or(id, |form| form.title.get(locale)).to_owned()
    };
    let late: Vec<Value> = view
        .late
        .iter()
        .map(|own| {
            json!({"form": title(&own.form), "record": key_words(&own.record),
                "changed_on": own.changed_on, "due_on": own.due_on, "entered_on": own.entered_on,
                "entered_by": own.entered_by, "days_late": own.days_late})
        })
        .collect();
    json!({
        "title": view.title(locale),
        "forms": forms,
        "updates": view.updates,
        "late": late.iter().take(100).collect::<Vec<_>>(),
        "late_count": late.len(),
        "working_days": view.working_days,
        "approved_by": view.approved_by,
        "approved_at": view.approved_at,
        "note": view.note,
        "over": view.over,
        "may_approve": view.may_approve,
    })
}

/// Writes the key of a record, a JSON array, without the school at its front.
fn key_words(record: &str) -> String {
    let cells: Vec<Value> = serde_json::from_str(record).unwrap_or_default();
    let words = cells.iter().skip(1).map(|cell| match cell {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join(" · ")
}
