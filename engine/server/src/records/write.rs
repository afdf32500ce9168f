//! What is written: one record, or many as one transaction, tried or kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_pipeline::{
    Act, Change, Line, Mode, Problem, ProblemKind, Why, given_fields, key_text,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answers::{Asked, body, findings, refused, revision, written};
use crate::error::problem_json;
use crate::serve::App;
use crate::signed::Signed;

/// The body of a change of one record.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBody {
    /// Fields: texts are read as if they were typed; null empties a field.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Words of the warnings that the person has confirmed.
    #[serde(default)]
    confirmed: Vec<String>,
    /// Why; needed when a warning is confirmed.
    #[serde(default)]
    reason: String,
    /// Lines of the form's repeats that go with it, by section; others stay as they are.
    #[serde(default)]
    lines: BTreeMap<String, Vec<LineBody>>,
    /// Only tells what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// A line of a repeat: new without a revision, else changed or taken out of use.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LineBody {
    /// Fields; the key of the record need not be among them, and a number is given out.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Revision that was read; not for a new line.
    #[serde(default)]
    revision: Option<i64>,
    /// Takes it out of use; it is kept.
    #[serde(default)]
    retire: bool,
}

/// Several changes that are kept together or not at all.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangesBody {
    /// Changes in order; a record that another refers to comes first.
    changes: Vec<OneChange>,
    /// Why.
    #[serde(default)]
    reason: String,
    /// Only tells what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// One of several changes.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OneChange {
    /// Form.
    form: String,
    /// `insert`, `update`, `retire` or `restore`.
    act: ActName,
    /// Revision that was read; not for `insert`.
    revision: Option<i64>,
    /// Fields, those of the key among them.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Words of the warnings that the person has confirmed.
    #[serde(default)]
    confirmed: Vec<String>,
}

/// What is done to a record.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActName {
    Insert,
    Update,
    Retire,
    Restore,
}

/// Makes a record.
#[utoipa::path(post, path = "/api/v1/forms/{form}/records", tag = "records",
    params(("form" = String, Path)), request_body = ChangeBody,
    responses(
        (status = 201, description = "made, with its `ETag`", body = serde_json::Value),
        (status = 409, description = "there is such a record already"),
        (status = 422, description = "findings that block, or warnings to be confirmed"),
    ))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path(form): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    one(Asked::new(app, caller, &headers), form, None, Act::Insert, &bytes).await
}

/// Changes the fields that are given.
#[utoipa::path(put, path = "/api/v1/forms/{form}/records/{key}", tag = "records",
    params(("form" = String, Path), ("key" = String, Path),
        ("If-Match" = String, Header, description = "`ETag` of the record that was read")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "changed, with its new `ETag`", body = serde_json::Value),
        (status = 412, description = "somebody else was faster; `conflicts` has both values"),
        (status = 422, description = "findings that block, or warnings to be confirmed"),
        (status = 428, description = "`If-Match` is missing"),
    ))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    revised(app, caller, (form, key), &headers, &bytes, |revision| Act::Update { revision }).await
}

/// Takes a record out of use; it is kept.
#[utoipa::path(post, path = "/api/v1/forms/{form}/records/{key}/retire", tag = "records",
    params(("form" = String, Path), ("key" = String, Path),
        ("If-Match" = String, Header, description = "`ETag` of the record that was read")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "retired", body = serde_json::Value),
        (status = 409, description = "it is retired already, or others refer to it"),
        (status = 412, description = "somebody else was faster"),
        (status = 428, description = "`If-Match` is missing"),
    ))]
pub(crate) async fn retire(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    revised(app, caller, (form, key), &headers, &bytes, |revision| Act::Retire { revision }).await
}

/// Brings a retired record back into use.
#[utoipa::path(post, path = "/api/v1/forms/{form}/records/{key}/restore", tag = "records",
    params(("form" = String, Path), ("key" = String, Path),
        ("If-Match" = String, Header, description = "`ETag` of the record that was read")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "in use again", body = serde_json::Value),
        (status = 409, description = "it is in use"),
        (status = 412, description = "somebody else was faster"),
        (status = 428, description = "`If-Match` is missing"),
    ))]
pub(crate) async fn restore(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    Path((form, key)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    revised(app, caller, (form, key), &headers, &bytes, |revision| Act::Restore { revision }).await
}

/// Writes several changes as one transaction: all of them or none.
#[utoipa::path(post, path = "/api/v1/changes", tag = "records", request_body = ChangesBody,
    responses(
        (status = 200, description = "`accepted` with what became of each change", body = serde_json::Value),
        (status = 412, description = "somebody else was faster with one of the records"),
        (status = 422, description = "findings that block, each with the number of its change"),
    ))]
pub(crate) async fn many(
    State(app): State<Arc<App>>,
    Signed(caller): Signed,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let asked = Asked::new(app, caller, &headers);
    let locale = asked.locale;
    let (changes, why, mode) = match read_many(&bytes) {
        Ok(read) => read,
        Err(problem) => return problem_json(&problem, locale),
    };
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        site.write(caller, &changes, &why, mode, Timestamp::now())
    };
    match asked.run(job).await {
        Ok(outcome) if outcome.accepted || mode == Mode::DryRun => {
            let written: Vec<Value> = outcome
                .written
                .iter()
                .map(|written| match written {
                    Some(written) => json!({
                        "key": key_text(&written.key), "revision": written.revision,
                        "changed": written.changed,
                    }),
                    None => Value::Null,
                })
                .collect();
            Json(json!({
                "accepted": outcome.accepted,
                "kept": outcome.accepted && mode == Mode::Commit,
                "written": written,
                "findings": findings(&outcome.findings, &[], locale, true),
            }))
            .into_response()
        }
        Ok(outcome) => refused(&outcome, &[], locale),
        Err(problem) => problem_json(&problem, locale),
    }
}

/// Does something to the record of the revision that `If-Match` names.
async fn revised(
    app: Arc<App>,
    caller: Caller,
    (form, key): (String, String),
    headers: &HeaderMap,
    bytes: &[u8],
    act: impl FnOnce(i64) -> Act,
) -> Response {
    let asked = Asked::new(app, caller, headers);
    match revision(headers, asked.locale) {
        Ok(revision) => one(asked, form, Some(key), act(revision), bytes).await,
        Err(answer) => *answer,
    }
}

async fn one(asked: Asked, form: String, key: Option<String>, act: Act, bytes: &[u8]) -> Response {
    let locale = asked.locale;
    let empty = bytes.is_empty() && !matches!(act, Act::Insert | Act::Update { .. });
    let read = if empty { Ok(ChangeBody::default()) } else { body::<ChangeBody>(bytes) };
    let read = read.and_then(|body| Ok((given_fields(&body.fields)?, given_lines(&body)?, body)));
    let (mut fields, lines, body) = match read {
        Ok(read) => read,
        Err(problem) => return problem_json(&problem, locale),
    };
    let mode = if body.dry_run { Mode::DryRun } else { Mode::Commit };
    let why = Why { reason: body.reason, correction: None };
    let confirmed = body.confirmed;
    let id = form.clone();
    let job = move |site: &bieumau_pipeline::Site, caller: &bieumau_model::scope::Caller| {
        if let Some(key) = &key {
            site.put_key(&form, key, &mut fields)?;
        }
        let change = Change { form, act, fields, confirmed };
        let nested = site.nested(caller, change, &lines)?;
        let outcome = site.write(caller, &nested.changes, &why, mode, Timestamp::now())?;
        Ok((outcome, nested))
    };
    match asked.run(job).await {
        Ok((outcome, nested)) if mode == Mode::Commit => {
            written(&id, act, &outcome, &nested, locale)
        }
        Ok((outcome, nested)) => Json(json!({
            "accepted": outcome.accepted,
            "kept": false,
            "findings": findings(&outcome.findings, &nested.places, locale, true),
        }))
        .into_response(),
        Err(problem) => problem_json(&problem, locale),
    }
}

fn given_lines(body: &ChangeBody) -> Result<BTreeMap<String, Vec<Line>>, Problem> {
    let line = |line: &LineBody| {
        let fields = given_fields(&line.fields)?;
        Ok(Line { fields, revision: line.revision, retire: line.retire })
    };
    let sections = body.lines.iter();
    sections
        .map(|(section, lines)| {
            Ok((section.clone(), lines.iter().map(line).collect::<Result<_, Problem>>()?))
        })
        .collect()
}

fn read_many(bytes: &[u8]) -> Result<(Vec<Change>, Why, Mode), Problem> {
    let read: ChangesBody = body(bytes)?;
    let mut changes = Vec::with_capacity(read.changes.len());
    for (at, one) in read.changes.into_iter().enumerate() {
        let act = match (one.act, one.revision) {
            (ActName::Insert, _) => Act::Insert,
            (ActName::Update, Some(revision)) => Act::Update { revision },
            (ActName::Retire, Some(revision)) => Act::Retire { revision },
            (ActName::Restore, Some(revision)) => Act::Restore { revision },
            (_, None) => {
                return Err(Problem::new(
                    ProblemKind::BadInput,
                    "J135",
                    "Thiếu số hiệu sửa đổi của bản ghi",
                    "the revision of the record is missing",
                )
                .at(format!("/changes/{at}/revision")));
            }
        };
        let fields = given_fields(&one.fields)?;
        changes.push(Change { form: one.form, act, fields, confirmed: one.confirmed });
    }
    let mode = if read.dry_run { Mode::DryRun } else { Mode::Commit };
    Ok((changes, Why { reason: read.reason, correction: None }, mode))
}
