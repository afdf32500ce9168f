//! What requests share: who asks, in which language, and the job on a thread of
//! its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{NewFile, Problem, ProblemKind, Site};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entry::multipart;
use crate::error::problem_json;
use crate::locale;
use crate::serve::App;
use crate::signed::Guest;

/// A request: the language, who asks, when.
pub(crate) struct Asked {
    pub app: Arc<App>,
    pub locale: Locale,
    pub guest: Guest,
    pub now: Timestamp,
}

impl Asked {
    /// Reads who asks.
    pub(crate) fn read(
        app: Arc<App>,
        guest: Guest,
        headers: &HeaderMap,
        lang: Option<&str>,
    ) -> Self {
        let locale = locale::choose(lang, headers, app.site.locale());
        Self { app, locale, guest, now: Timestamp::now() }
    }

    /// Does a job on a thread where it may take its time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Site, &Caller, Timestamp) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (site, caller, now) = (self.app.site.clone(), self.guest.caller.clone(), self.now);
        tokio::task::spawn_blocking(move || job(&site, &caller, now))
            .await
            .unwrap_or_else(|_| Err(crate::api::crashed()))
    }

    /// Reads a JSON body, does a job with it and answers with what the job gives, as JSON.
    pub(crate) async fn posted<B, T>(
        self,
        status: StatusCode,
        bytes: &Bytes,
        job: impl FnOnce(&Site, &Caller, Timestamp, B) -> Result<T, Problem> + Send + 'static,
    ) -> Response
    where
        B: DeserializeOwned + Send + 'static,
        T: Serialize + Send + 'static,
    {
        let read = body::<B>(bytes);
        self.json(status, move |site, caller, now| job(site, caller, now, read?)).await
    }

    /// Does a job and answers with what `told` makes of it; a problem is told as JSON.
    pub(crate) async fn answer<T: Send + 'static>(
        self,
        job: impl FnOnce(&Site, &Caller, Timestamp) -> Result<T, Problem> + Send + 'static,
        told: impl FnOnce(T) -> Response,
    ) -> Response {
        match self.run(job).await {
            Ok(value) => told(value),
            Err(problem) => problem_json(&problem, self.locale),
        }
    }

    /// Does a job and answers with what it gives, as JSON.
    pub(crate) async fn json<T: Serialize + Send + 'static>(
        self,
        status: StatusCode,
        job: impl FnOnce(&Site, &Caller, Timestamp) -> Result<T, Problem> + Send + 'static,
    ) -> Response {
        self.answer(job, |value| (status, Json(value)).into_response()).await
    }
}

/// Who asks, for handlers that answer in the language of the request.
impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, StatusCode> {
        let guest = Guest::from_request_parts(parts, app).await?;
        Ok(Self::read(app.clone(), guest, &parts.headers, None))
    }
}

/// Reads a JSON body; an empty one is an empty object.
pub(crate) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    let text: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(text).map_err(|error| {
        Problem::new(
            ProblemKind::BadInput,
            "J010",
            format!("Nội dung yêu cầu không phải JSON đúng mẫu: {error}"),
            format!("the body is not JSON of the right shape: {error}"),
        )
    })
}

/// A file that came with a form.
pub(crate) struct OwnedFile {
    name: String,
    content: Vec<u8>,
}

/// The files as `pipeline` takes them. What a browser says of their type is not believed.
pub(crate) fn files_of(files: &[OwnedFile]) -> Vec<NewFile<'_>> {
    let file = |own| {
        let OwnedFile { name, content }: &OwnedFile = own;
        NewFile { name, media_type: "application/octet-stream", content }
    };
    files.iter().map(file).collect()
}

/// Whether a body is a form with files.
pub(crate) fn has_files(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// Reads a form with files (`multipart/form-data`), or one without.
pub(crate) fn uploaded(
    headers: &HeaderMap,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<(BTreeMap<String, String>, Vec<OwnedFile>), Problem> {
    let bytes = bytes.map_err(|_| {
        Problem::new(
            ProblemKind::BadInput,
            "J132",
            "Các tệp lớn quá mức cho phép, hoặc bị đứt giữa chừng",
            "the files are too large, or broke off",
        )
        .help("Mỗi tệp đến 10 MB", "each file up to 10 MB")
        .at("/files")
    })?;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !has_files(headers) {
        return Ok((fields(&bytes), Vec::new()));
    }
    let parts = multipart::parts(kind, &bytes).ok_or_else(no_file)?;
    let mut given = BTreeMap::new();
    let mut files = Vec::new();
    for part in parts {
        match part.file_name {
            // A field for files that was left empty comes as a file without a name.
            Some(name) if name.is_empty() && part.bytes.is_empty() => {}
            Some(name) => {
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                files.push(OwnedFile { name, content: part.bytes.to_vec() });
            }
            None => {
                let text = String::from_utf8_lossy(part.bytes).into_owned();
                given.insert(part.name, text);
            }
        }
    }
    Ok((given, files))
}

pub(crate) fn no_file() -> Problem {
    Problem::new(ProblemKind::BadInput, "J299", "Chưa chọn tệp để tải lên", "no file was chosen")
        .at("/files")
}

/// Reads the fields of a form that a page has sent; those that stand twice keep the last.
pub(crate) fn fields(bytes: &Bytes) -> BTreeMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
