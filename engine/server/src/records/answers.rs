//! What the record endpoints have in common: who asks, running a job, answering with an outcome.

use std::sync::Arc;

use axum::Json;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    Act, Nested, Outcome, OutcomeFinding, Problem, ProblemKind, Site, key_text, value_json,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{problem_json, problem_json_as};
use crate::locale;
use crate::serve::App;

/// A request on its way: the site, who asks, in which language.
pub(super) struct Asked {
    pub app: Arc<App>,
    pub caller: Caller,
    pub locale: Locale,
}

impl Asked {
    pub fn new(app: Arc<App>, caller: Caller, headers: &HeaderMap) -> Self {
        let locale = locale::choose(None, headers, app.site.locale());
        Self { app, caller, locale }
    }

    /// Runs a job on a blocking thread and answers with its result as JSON.
    pub async fn json<T: Serialize + Send + 'static>(
        self,
        job: impl FnOnce(&Site, &Caller) -> Result<T, Problem> + Send + 'static,
    ) -> Response {
        let locale = self.locale;
        match self.run(job).await {
            Ok(value) => Json(value).into_response(),
            Err(problem) => problem_json(&problem, locale),
        }
    }

    /// Runs a job on a blocking thread.
    pub async fn run<T: Send + 'static>(
        self,
        job: impl FnOnce(&Site, &Caller) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (site, caller) = (self.app.site.clone(), self.caller);
        tokio::task::spawn_blocking(move || job(&site, &caller)).await.unwrap_or_else(|_| {
            Err(Problem::new(
                ProblemKind::Machine,
                "J090",
                "Chương trình gặp lỗi bất ngờ",
                "the program failed unexpectedly",
            ))
        })
    }
}

/// Reads a JSON body.
pub(super) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::new(
            ProblemKind::BadInput,
            "J010",
            format!("Nội dung yêu cầu không phải JSON đúng mẫu: {error}"),
            format!("the body is not JSON of the right shape: {error}"),
        )
        .help(
            r#"Ví dụ: {"fields": {"name": "…"}, "reason": "…"}"#,
            r#"for example {"fields": {"name": "…"}, "reason": "…"}"#,
        )
    })
}

/// Reads the revision out of `If-Match`; answers 428 when it is not there.
pub(super) fn revision(headers: &HeaderMap, locale: Locale) -> Result<i64, Box<Response>> {
    let text = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let revision = text
        .map(|text| text.trim().trim_start_matches("W/").trim_matches('"'))
        .and_then(|text| text.parse().ok());
    revision.ok_or_else(|| {
        let problem = Problem::new(
            ProblemKind::BadInput,
            "J135",
            "Thiếu `If-Match` với số hiệu sửa đổi của bản ghi",
            "`If-Match` with the revision of the record is missing",
        )
        .help(
            "đọc bản ghi trước; `ETag` của câu trả lời là giá trị cần gửi",
            "read the record first; the `ETag` of the answer is the value to send",
        );
        Box::new(problem_json_as(StatusCode::PRECONDITION_REQUIRED, &problem, locale))
    })
}

/// Writes a revision as an entity tag.
pub(super) fn etag(revision: i64) -> [(axum::http::HeaderName, String); 1] {
    [(ETAG, format!("\"{revision}\""))]
}

/// Answers with what became of one record and its lines.
pub(super) fn written(
    form: &str,
    act: Act,
    outcome: &Outcome,
    nested: &Nested,
    locale: Locale,
) -> Response {
    let Some(written) =
        outcome.written.get(nested.own).and_then(Option::as_ref).filter(|_| outcome.accepted)
    else {
        return refused(outcome, &nested.places, locale);
    };
    let key = key_text(&written.key);
    let status = if act == Act::Insert { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({
        "form": form,
        "key": key,
        "revision": written.revision,
        "changed": written.changed,
        "lines": lines(outcome, nested),
        "findings": findings(&outcome.findings, &nested.places, locale, false),
    });
    (status, etag(written.revision), Json(body)).into_response()
}

/// What became of the lines that were given, by where they stood.
fn lines(outcome: &Outcome, nested: &Nested) -> Value {
    let all = nested.places.iter().zip(&nested.changes).zip(&outcome.written);
    let named = all.filter(|((place, _), _)| !place.is_empty());
    named
        .filter_map(|((place, change), written)| {
            let written = written.as_ref()?;
            let line = json!({
                "form": change.form,
                "key": key_text(&written.key),
                "revision": written.revision,
                "changed": written.changed,
            });
            Some((place.clone(), line))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Answers 412 when somebody else was faster, 404, 409, else 422, each with all findings.
pub(super) fn refused(outcome: &Outcome, places: &[String], locale: Locale) -> Response {
    let codes: Vec<&str> =
        outcome.blocking().map(|finding| finding.finding.diagnostic.code).collect();
    let status = match codes.as_slice() {
        _ if !outcome.conflicts.is_empty() => StatusCode::PRECONDITION_FAILED,
        ["J121"] => StatusCode::NOT_FOUND,
        ["J122" | "J126" | "D131"] => StatusCode::CONFLICT,
        ["D129"] => StatusCode::FORBIDDEN,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let first = outcome.blocking().next();
    let only_warnings = outcome.blocking().all(|finding| finding.finding.confirm.is_some());
    let title = match (first, only_warnings, locale) {
        (Some(first), false, _) => first.finding.diagnostic.message.get(locale).to_owned(),
        (_, _, Locale::Vi) => "Có cảnh báo cần xác nhận kèm lý do".to_owned(),
        (_, _, Locale::En) => "there are warnings to be confirmed with a reason".to_owned(),
    };
    let code =
        first.map_or(
            "J136",
            |finding| if only_warnings { "J136" } else { finding.finding.diagnostic.code },
        );
    let conflicts: Vec<Value> = outcome
        .conflicts
        .iter()
        .map(|conflict| {
            let fields: Vec<Value> = conflict
                .fields
                .iter()
                .map(|(name, given, found)| {
                    json!({ "field": name, "given": value_json(given), "found": value_json(found) })
                })
                .collect();
            json!({
                "change": conflict.change, "known": conflict.known, "found": conflict.found,
                "fields": fields,
            })
        })
        .collect();
    let help = first.and_then(|finding| finding.finding.diagnostic.help.as_ref());
    let pointer = first.and_then(|finding| pointer(finding, places));
    let body = json!({
        "type": format!("urn:bieumau:problem:{code}"),
        "title": title,
        "status": status.as_u16(),
        "detail": help.map(|help| help.get(locale)),
        "code": code,
        "pointer": pointer,
        "findings": findings(&outcome.findings, places, locale, true),
        "conflicts": conflicts,
    });
    let headers =
        [(CONTENT_TYPE, "application/problem+json"), (CONTENT_LANGUAGE, locale::tag(locale))];
    (status, headers, body.to_string()).into_response()
}

/// Where in a body a finding points; `places` tells where each change stood in it.
fn pointer(found: &OutcomeFinding, places: &[String]) -> Option<String> {
    let place = places.get(found.change).map_or("", String::as_str);
    match &found.finding.field {
        Some(field) => Some(format!("{place}/fields/{field}")),
        None => Some(place.to_owned()).filter(|place| !place.is_empty()),
    }
}

/// Writes findings; with `blocks` when they stand in the way.
pub(super) fn findings(
    found: &[OutcomeFinding],
    places: &[String],
    locale: Locale,
    blocks: bool,
) -> Vec<Value> {
    found
        .iter()
        .map(|found| {
            let diagnostic = &found.finding.diagnostic;
            let mut value = json!({
                "change": found.change,
                "pointer": pointer(found, places),
                "code": diagnostic.code,
                "severity": diagnostic.severity,
                "message": diagnostic.message.get(locale),
                "help": diagnostic.help.as_ref().map(|help| help.get(locale)),
                "confirm": found.finding.confirm,
            });
            if blocks {
                value["blocks"] = json!(found.blocks);
            }
            value
        })
        .collect()
}
