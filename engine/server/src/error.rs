//! Problems as HTTP answers (RFC 9457). The only place that knows status codes.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bieumau_model::text::Locale;
use bieumau_pipeline::{Problem, ProblemKind};
use serde_json::{Value, json};

use crate::locale;

/// Returns the status of a problem.
pub(crate) fn status(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::NotFound => StatusCode::NOT_FOUND,
        ProblemKind::Unsigned => StatusCode::UNAUTHORIZED,
        ProblemKind::Forbidden => StatusCode::FORBIDDEN,
        ProblemKind::TooSoon => StatusCode::TOO_MANY_REQUESTS,
        ProblemKind::BadInput => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::Conflict => StatusCode::CONFLICT,
        ProblemKind::Limit => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::Definition | ProblemKind::Plugin | ProblemKind::Machine => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// Answers with `application/problem+json` in the asked language.
pub(crate) fn problem_json(problem: &Problem, asked: Locale) -> Response {
    problem_json_as(status(problem.kind), problem, asked)
}

/// The same with a status of its own, for what only HTTP knows.
pub(crate) fn problem_json_as(status: StatusCode, problem: &Problem, asked: Locale) -> Response {
    let findings: Vec<Value> = problem
        .findings
        .iter()
        .map(|finding| {
            json!({
                "code": finding.code,
                "severity": finding.severity,
                "message": finding.message.get(asked),
                "help": finding.help.as_ref().map(|help| help.get(asked)),
                "place": finding.span,
            })
        })
        .collect();
    let body = json!({
        "type": format!("urn:bieumau:problem:{}", problem.code),
        "title": problem.title.get(asked),
        "status": status.as_u16(),
        "detail": problem.help.as_ref().map(|help| help.get(asked)),
        "code": problem.code,
        "pointer": problem.pointer,
        "findings": findings,
    });
    let headers =
        [(CONTENT_TYPE, "application/problem+json"), (CONTENT_LANGUAGE, locale::tag(asked))];
    (status, headers, body.to_string()).into_response()
}
