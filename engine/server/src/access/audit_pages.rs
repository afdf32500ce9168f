//! The page of the audit: who read or changed what, by period, user and record, with the proof that
//! nothing was changed behind the engine's back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::audit::{ActionWord, AuditFilter, AuditLine};
use bieumau_pipeline::{Problem, ProblemKind, Site};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::on_thread;
use super::pages::{asked, frame, problem_value};
use crate::flows::words;
use crate::pages::{problem_page, query};
use crate::serve::App;
use crate::signed::Guest;

type Given = BTreeMap<String, String>;

/// How many lines a page shows.
const LONGEST_LIST: usize = 200;

/// `GET /audit`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let locale = asked(&app, &given, &headers);
    let now = Timestamp::now();
    let (filter, wrong) = match filter_of(&given) {
        Ok(filter) => (filter, None),
        Err(problem) => {
            (AuditFilter { most: Some(LONGEST_LIST), ..AuditFilter::default() }, Some(problem))
        }
    };
    let (caller, proves) = (guest.caller.clone(), given.contains_key("verify"));
    let expected = given.get("expect").map(|text| text.trim().to_owned()).unwrap_or_default();
    let found = on_thread(&app, move |site| {
        let lines = site.audit(&caller, &filter, now)?;
        let proof = proves.then(|| prove(site, &caller, &expected, now));
        Ok((lines, proof, site.school_list()?))
    });
    let (lines, proof, schools) = match found.await {
        Ok(found) => found,
        Err(problem) => return problem_page(&app, &problem, locale),
    };
    let status = wrong.as_ref().map_or(StatusCode::OK, |own| crate::error::status(own.kind));
    let words = words(locale);
    let pairs: Vec<(&str, &str)> = ["user", "about", "action"]
        .into_iter()
        .filter_map(|name| Some((name, given.get(name)?.as_str())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let period = period_of(&given);
    let mut exported = pairs.clone();
    exported.extend(period.iter().map(|(name, value)| (*name, value.as_str())));
    let own = json!({
        "lines": lines.iter().rev().map(|line| line_value(&app, line, locale)).collect::<Vec<_>>(),
        "full": lines.len() == LONGEST_LIST,
        "actions": ActionWord::ALL.iter()
            .map(|own| json!({"value": own.word, "label": own.title().get(locale)}))
            .collect::<Vec<_>>(),
        "given": given,
        "schools": schools.iter()
            .map(|school| json!({"value": school.school, "label": school.name}))
            .collect::<Vec<_>>(),
        "proof": match &proof {
            Some(Ok(proof)) => json!({"lines": proof.lines, "head": proof.head, "records": proof.records}),
            _ => Value::Null,
        },
        "broken": match &proof {
            Some(Err(problem)) => problem_value(problem, locale),
            _ => Value::Null,
        },
        "problem": wrong.as_ref().map(|problem| problem_value(problem, locale)),
        "export": format!("/api/v1/audit/export{}", query(&exported)),
        "words": words,
    });
    let title = Text::both("Nhật ký hệ thống", "Audit");
    let frame = frame(&app, Some(&guest), "/audit", &title, locale, own);
    app.pages.render("audit.html", status, frame)
}

fn prove(
    site: &Site,
    caller: &bieumau_model::scope::Caller,
    expected: &str,
    now: Timestamp,
) -> Result<bieumau_pipeline::audit::AuditProof, Problem> {
    let noted = match expected {
        "" => None,
        text => Some(bieumau_pipeline::audit::read_noted(text)?),
    };
    site.prove_audit(caller, noted, now)
}

fn filter_of(given: &Given) -> Result<AuditFilter, Problem> {
    let text = |name: &str| {
        given.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let day = |name: &'static str| -> Result<Option<Date>, Problem> {
        let Some(word) = text(name) else { return Ok(None) };
        word.parse().map(Some).map_err(|_| {
            Problem::new(
                ProblemKind::BadInput,
                "J174",
                format!("`{word}` không phải ngày"),
                format!("`{word}` is no day"),
            )
            .at(format!("/{name}"))
        })
    };
    let (from, to) = (day("from")?, day("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J171",
            "Ngày cuối trước ngày đầu",
            "the last day is before the first one",
        )
        .at("/to"));
    }
    Ok(AuditFilter {
        from: from.and_then(begin_of),
        to: to.and_then(|day| begin_of(day.tomorrow().ok()?)),
        user: text("user"),
        about: text("about"),
        action: text("action"),
        most: Some(LONGEST_LIST),
    })
}

/// The moment at which a day begins in Vietnam.
fn begin_of(day: Date) -> Option<Timestamp> {
    jiff::tz::Offset::constant(7).to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// The period as the export takes it.
fn period_of(given: &Given) -> Vec<(&'static str, String)> {
    let Ok(filter) = filter_of(given) else { return Vec::new() };
    [("from", filter.from), ("to", filter.to)]
        .into_iter()
        .filter_map(|(name, at)| Some((name, at?.to_string())))
        .collect()
}

fn line_value(app: &App, line: &AuditLine, locale: Locale) -> Value {
    let form = line.form.as_deref().map(|id| {
        app.site.form_title(id).map_or_else(|| id.to_owned(), |title| title.get(locale).to_owned())
    });
    json!({
        "id": line.id,
        "at": bieumau_model::lock::moment(line.at),
        "caller": line.caller,
        "action": ActionWord::title_of(&line.action).get(locale),
        "form": form,
        "count": line.count,
        "reason": line.reason,
        "about": about(&line.details),
        "details": format!("{:#}", line.details),
        "hash": line.hash,
    })
}

/// What a line is about, in a few words: the record, the report with its parameters, the user.
fn about(details: &Value) -> String {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if let Some(key) = details["record"].as_array() {
        return key.iter().map(word).collect::<Vec<_>>().join(" · ");
    }
    if let Some(report) = details["report"].as_str() {
        let given = details["parameters"].as_object();
        let given: Vec<String> = given.into_iter().flat_map(|own| own.values()).map(word).collect();
        return [vec![report.to_owned()], given].concat().join(" · ");
    }
    let named = ["user", "record", "school", "documents", "file", "id"];
    let found = named.iter().map(|name| word(&details[*name])).find(|text| !text.is_empty());
    found.unwrap_or_default()
}
