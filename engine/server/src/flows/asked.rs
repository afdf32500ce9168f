//! What every request of the flows shares: who asks, in which language, and the job on a thread of
//! its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{Problem, ProblemKind, Site};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::problem_json;
use crate::locale;
use crate::serve::App;
use crate::signed::Guest;

/// A request: the language, who asks, when.
pub(super) struct Asked {
    pub app: Arc<App>,
    pub locale: Locale,
    pub guest: Guest,
    pub now: Timestamp,
}

impl Asked {
    /// Reads who asks.
    pub(super) fn read(
        app: Arc<App>,
        guest: Guest,
        headers: &HeaderMap,
        lang: Option<&str>,
    ) -> Self {
        let locale = locale::choose(lang, headers, app.site.locale());
        Self { app, locale, guest, now: Timestamp::now() }
    }

    /// Does a job on a thread where it may take its time.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Site, &Caller, Timestamp) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (site, caller, now) = (self.app.site.clone(), self.guest.caller.clone(), self.now);
        tokio::task::spawn_blocking(move || job(&site, &caller, now))
            .await
            .unwrap_or_else(|_| Err(crate::api::crashed()))
    }

    /// Does a job and answers with what it gives, as JSON.
    pub(super) async fn json<T: Serialize + Send + 'static>(
        self,
        status: StatusCode,
        job: impl FnOnce(&Site, &Caller, Timestamp) -> Result<T, Problem> + Send + 'static,
    ) -> Response {
        match self.run(job).await {
            Ok(value) => (status, Json(value)).into_response(),
            Err(problem) => problem_json(&problem, self.locale),
        }
    }
}

/// Reads a JSON body; an empty one is an empty object.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
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

/// Reads the fields of a form that a page has sent; those that stand twice keep the last.
pub(super) fn fields(bytes: &Bytes) -> BTreeMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
