//! The pages: the marks grid, which needs JavaScript, and the import page, which does not.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bieumau_model::diagnostic::Severity;
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    FieldView, ImportReport, ImportRequest, Mode, Problem, ProblemKind, Template,
};
use serde_json::{Value, json};

use super::Given;
use super::api::{language, make_workbook, on_site, parameters, take, too_large};
use super::multipart::{Part, parts};
use super::words::{page_words, script_words};
use crate::api::answer;
use crate::pages::{field_value, frame_values, problem_page, query};
use crate::serve::App;
use crate::signed::{Guest, Signed};

/// How many findings and changes a page lists.
const LONGEST_LIST: usize = 200;

/// `GET /entry/marks`: picks a grid and shows it.
pub(crate) async fn marks(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = language(&app, &given, &headers);
    match picked(&app, &guest.caller, &given, asked, true).await {
        Ok(picked) => {
            let mut context = frame_values(&app, &guest, "/entry/marks", &given, asked);
            let words = page_words(asked);
            let own = json!({
                "title": words["marks_title"],
                "words": words,
                "lang": given.get("lang"),
                "forms": picked.forms,
                "form": picked.form,
                "fields": picked.fields,
                "ready": picked.ready,
                "tenths": picked.form == "mark",
                "query": picked.query.trim_start_matches('?'),
                "person_name": guest.caller.name(),
                "workbook": format!("/entry/workbooks/{}{}", picked.form, picked.query),
                "import": format!("/entry/import{}&form={}", picked.query, picked.form),
                "script_words": script_words(asked),
            });
            merge(&mut context, own);
            app.pages.render("marks.html", StatusCode::OK, context)
        }
        Err(problem) => problem_page(&app, &problem, asked),
    }
}

/// `GET /entry/workbooks/{form}`: the workbook as a download.
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
        Err(problem) => problem_page(&app, &problem, asked),
    }
}

/// `GET /entry/import`: picks a form and takes a workbook.
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
) -> Response {
    let asked = language(&app, &given, &headers);
    import_page(&app, &guest, &given, asked, None).await
}

/// `POST /entry/import`: checks a workbook, or writes one that was checked.
pub(crate) async fn uploaded(
    State(app): State<Arc<App>>,
    guest: Guest,
    Query(given): Query<Given>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let asked = language(&app, &given, &headers);
    let Ok(body) = body else { return problem_page(&app, &too_large(), asked) };
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(upload) = parts(kind, &body).and_then(|parts| Upload::of(&parts)) else {
        return problem_page(&app, &no_file(), asked);
    };
    let request = ImportRequest {
        form: given.get("form").cloned().unwrap_or_default(),
        parameters: {
            let mut parameters = parameters(given.clone());
            parameters.remove("form");
            parameters
        },
        confirmed: upload.confirmed.clone(),
        reason: upload.reason.clone(),
    };
    match take(&app, guest.caller.clone(), request, upload.bytes.clone(), upload.mode).await {
        Ok((imported, _)) => {
            let result = result(&imported, &upload, asked);
            import_page(&app, &guest, &given, asked, Some(result)).await
        }
        Err(problem) => problem_page(&app, &problem, asked),
    }
}

async fn import_page(
    app: &Arc<App>,
    guest: &Guest,
    given: &Given,
    asked: Locale,
    result: Option<Value>,
) -> Response {
    let picked = match picked(app, &guest.caller, given, asked, false).await {
        Ok(picked) => picked,
        Err(problem) => return problem_page(app, &problem, asked),
    };
    let words = page_words(asked);
    let separator = if picked.query.is_empty() { "?" } else { "&" };
    let address = |template: &str| match template {
        "" => format!("/entry/workbooks/{}{}", picked.form, picked.query),
        name => {
            format!("/entry/workbooks/{}{}{separator}template={name}", picked.form, picked.query)
        }
    };
    let mut workbooks = vec![json!({ "href": address(""), "label": words["workbook"] })];
    if picked.is_grid {
        let templates = Template::of_form(&picked.form).iter();
        workbooks.extend(
            templates.map(|(name, label)| json!({ "href": address(name), "label": label })),
        );
    }
    let lang = given.get("lang").map(|lang| format!("&lang={lang}")).unwrap_or_default();
    let mut context = frame_values(app, guest, "/entry/import", given, asked);
    let own = json!({
        "title": words["import_title"],
        "words": words,
        "lang": given.get("lang"),
        "forms": picked.forms,
        "form": picked.form,
        "fields": picked.fields,
        "ready": picked.ready,
        "workbooks": workbooks,
        "action": format!("/entry/import{}{separator}form={}{lang}#result", picked.query, picked.form),
        "result": result,
    });
    merge(&mut context, own);
    app.pages.render("import.html", StatusCode::OK, context)
}

/// What was picked so far.
struct Picked {
    forms: Vec<Value>,
    form: String,
    is_grid: bool,
    fields: Vec<Value>,
    ready: bool,
    /// The address of the grid, with its `?`.
    query: String,
}

async fn picked(
    app: &Arc<App>,
    caller: &Caller,
    given: &Given,
    asked: Locale,
    only_grids: bool,
) -> Result<Picked, Problem> {
    let forms: Vec<_> =
        app.site.entry_forms().into_iter().filter(|form| form.is_grid || !only_grids).collect();
    let wanted = given.get("form").map(String::as_str).unwrap_or("mark");
    let form = forms.iter().find(|form| form.id == wanted).or(forms.first()).ok_or_else(|| {
        Problem::new(
            ProblemKind::NotFound,
            "J298",
            "Hệ thống này chưa có biểu mẫu để nhập",
            "this site has no form to fill in",
        )
    })?;
    let (id, is_grid, caller) = (form.id.clone(), form.is_grid, caller.clone());
    let (own, raw) = (id.clone(), parameters(given.clone()));
    let fields: Vec<FieldView> =
        on_site(app, move |site| site.entry_fields(&caller, &own, &raw)).await?;
    let chosen: Vec<(&str, &str)> = fields
        .iter()
        .filter_map(|field| Some((field.id.as_str(), field.value.as_deref()?)))
        .collect();
    let ready = fields.iter().all(|field| field.value.is_some() || !field.required);
    Ok(Picked {
        forms: forms
            .iter()
            .map(|form| json!({ "id": form.id, "title": form.title.get(asked) }))
            .collect(),
        is_grid,
        ready,
        query: if chosen.is_empty() { String::new() } else { query(&chosen) },
        fields: fields.iter().map(|field| field_value(field, asked)).collect(),
        form: id,
    })
}

/// What was uploaded.
struct Upload {
    mode: Mode,
    bytes: Vec<u8>,
    file_name: String,
    confirmed: Vec<String>,
    reason: String,
}

impl Upload {
    fn of(parts: &[Part<'_>]) -> Option<Self> {
        let text = |name: &str| {
            let part = parts.iter().find(|part| part.name == name)?;
            String::from_utf8(part.bytes.to_vec()).ok()
        };
        let file = parts.iter().find(|part| part.name == "file" && !part.bytes.is_empty());
        let bytes = match file {
            Some(file) => file.bytes.to_vec(),
            // A workbook that was checked comes back with the page that told about it.
            None => from_digits(&text("kept")?)?,
        };
        let confirmed = parts.iter().filter(|part| part.name == "confirm");
        Some(Self {
            mode: match text("mode").as_deref() {
                Some("commit") => Mode::Commit,
                _ => Mode::DryRun,
            },
            bytes,
            file_name: file
                .and_then(|file| file.file_name.clone())
                .or_else(|| text("file_name"))
                .unwrap_or_default(),
            confirmed: confirmed
                .filter_map(|part| String::from_utf8(part.bytes.to_vec()).ok())
                .collect(),
            reason: text("reason").unwrap_or_default(),
        })
    }
}

/// Writes bytes as hexadecimal digits, so that a page can carry a workbook along.
fn digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from_digit(half.into(), 16).unwrap_or('0'));
        }
    }
    text
}

fn from_digits(text: &str) -> Option<Vec<u8>> {
    let half = |byte: u8| char::from(byte).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(half(*pair.first()?)? << 4 | half(*pair.get(1)?)?)).collect()
}

fn no_file() -> Problem {
    Problem::new(ProblemKind::BadInput, "J299", "Chưa chọn tệp để tải lên", "no file was chosen")
        .help("Quay lại và chọn một tệp .xlsx", "go back and choose an .xlsx file")
}

/// What a page says about a workbook.
fn result(imported: &ImportReport, upload: &Upload, asked: Locale) -> Value {
    let vi = asked == Locale::Vi;
    let confirm = imported.to_confirm(&upload.confirmed);
    let asks = imported.needs_only_confirmation() && !confirm.is_empty();
    let errors = imported
        .findings
        .iter()
        .filter(|finding| {
            finding.confirm.is_none() && finding.diagnostic.severity == Severity::Error
        })
        .count();
    let records = imported.new + imported.changed;
    let cells = imported.changes.len();
    let nothing = imported.accepted && records == 0;
    let title = match (imported.committed, imported.accepted, vi) {
        _ if nothing && vi => "Bảng tính không có gì mới".to_owned(),
        _ if nothing => "The workbook says nothing new".to_owned(),
        (true, _, true) => format!("Đã ghi {cells} ô của {records} bản ghi"),
        (true, _, false) => format!("{cells} cells of {records} records were written"),
        (false, true, true) => "Bảng tính không có lỗi. Chưa ghi gì vào hệ thống".to_owned(),
        (false, true, false) => "The workbook is right. Nothing was written yet".to_owned(),
        _ if asks && vi => "Có chỗ cần xác nhận. Chưa ghi gì vào hệ thống".to_owned(),
        _ if asks => "Some places need to be confirmed. Nothing was written yet".to_owned(),
        (_, _, true) => format!("Có {errors} lỗi. Không ghi gì vào hệ thống"),
        (_, _, false) => format!("{errors} errors. Nothing was written"),
    };
    let summary = if vi {
        format!(
            "Tệp {}: {} bản ghi mới, {} bản ghi thay đổi, {} dòng không đổi.",
            upload.file_name, imported.new, imported.changed, imported.unchanged
        )
    } else {
        format!(
            "File {}: {} new records, {} changed, {} rows unchanged.",
            upload.file_name, imported.new, imported.changed, imported.unchanged
        )
    };
    let may_commit = !imported.committed && !nothing && (imported.accepted || asks);
    json!({
        "state": if imported.committed { "done" } else if imported.accepted || asks { "checked" } else { "refused" },
        "title": title,
        "summary": summary,
        "findings": imported.findings.iter().take(LONGEST_LIST).map(|finding| json!({
            "place": finding.place.to_string(),
            "kind": match (&finding.confirm, finding.diagnostic.severity) {
                (Some(_), _) => "warning",
                (None, Severity::Error) => "error",
                (None, _) => "note",
            },
            "kind_word": match (&finding.confirm, finding.diagnostic.severity, vi) {
                (Some(_), _, true) => "Cần xác nhận",
                (Some(_), _, false) => "To confirm",
                (None, Severity::Error, true) => "Lỗi",
                (None, Severity::Error, false) => "Error",
                (None, _, true) => "Lưu ý",
                (None, _, false) => "Note",
            },
            "code": finding.diagnostic.code,
            "message": finding.diagnostic.message.get(asked),
            "help": finding.diagnostic.help.as_ref().map(|help| help.get(asked)).unwrap_or_default(),
        })).collect::<Vec<_>>(),
        "more_findings": more(imported.findings.len(), vi),
        "changes": imported.changes.iter().take(LONGEST_LIST).map(|change| json!({
            "place": change.place.to_string(),
            "record": change.record,
            "field": change.field.get(asked),
            "before": if change.before.is_empty() { "—" } else { change.before.as_str() },
            "after": if change.after.is_empty() { "—" } else { change.after.as_str() },
        })).collect::<Vec<_>>(),
        "more_changes": more(imported.changes.len(), vi),
        "may_commit": may_commit,
        "commit": if vi { format!("Ghi {cells} ô vào hệ thống") } else { format!("Write {cells} cells") },
        "confirm": if asks { confirm } else { upload.confirmed.clone() },
        "reason": upload.reason,
        "file_name": upload.file_name,
        "kept": if may_commit { digits(&upload.bytes) } else { String::new() },
    })
}

fn more(count: usize, vi: bool) -> Option<String> {
    let rest = count.checked_sub(LONGEST_LIST).filter(|rest| *rest > 0)?;
    Some(if vi { format!("… và {rest} dòng nữa") } else { format!("… and {rest} more") })
}

/// Lays `own` over the values of every page.
fn merge(context: &mut Value, own: Value) {
    let (Some(context), Value::Object(own)) = (context.as_object_mut(), own) else { return };
    for (name, value) in own {
        match (context.get_mut(&name).and_then(Value::as_object_mut), value) {
            // Words of the page beside those of the frame.
            (Some(words), Value::Object(more)) if name == "words" => words.extend(more),
            (_, value) => {
                context.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_comes_back_as_it_went() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_digits(&digits(&bytes)), Some(bytes));
        assert_eq!(from_digits("0g"), None);
        assert_eq!(from_digits("abc"), None);
    }
}
