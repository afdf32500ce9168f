//! Shows a report while it is being written: `bieumau dev`. For the machine of its author only.
//!
//! A thread looks at the files; the page asks for what is newer than what it has, and waits.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use bieumau_model::text::Locale;
use bieumau_pipeline::{Preview, STACK_BYTES};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::assets;
use crate::serve::{ServeError, Server, guard, own_names};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(30);

/// How long a page waits for news before it asks again.
const WAIT: Duration = Duration::from_secs(20);

/// What the page asks for.
type Given = BTreeMap<String, String>;

/// A report being written, and what is told of it.
struct Desk {
    preview: Mutex<Preview>,
    locale: Locale,
    /// Number and content of the newest state.
    news: watch::Sender<(u64, Value)>,
}

impl Desk {
    fn preview(&self) -> MutexGuard<'_, Preview> {
        self.preview.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who waits how the report is now.
    fn tell(&self, took: Duration) {
        let state = state(&self.preview(), self.locale, took);
        self.news.send_modify(|news| *news = (news.0 + 1, state));
    }
}

impl Server {
    /// Shows `preview` in a browser until the program is interrupted (Ctrl-C).
    pub fn show(self, preview: Preview, locale: Locale) -> Result<(), ServeError> {
        let desk = Arc::new(Desk {
            news: watch::Sender::new((0, Value::Null)),
            preview: Mutex::new(preview),
            locale,
        });
        desk.tell(Duration::ZERO);
        let (address, listener) = self.into_parts();
        let looking = desk.clone();
        std::thread::spawn(move || look(&looking));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_stack_size(STACK_BYTES)
            .enable_all()
            .build()
            .map_err(ServeError::Run)?;
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).map_err(ServeError::Run)?;
            axum::serve(listener, routes(desk, address))
                .with_graceful_shutdown(async {
                    if tokio::signal::ctrl_c().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                })
                .await
                .map_err(ServeError::Run)
        })
    }
}

/// Looks at the files for as long as the program runs.
fn look(desk: &Desk) {
    loop {
        std::thread::sleep(LOOK);
        let began = Instant::now();
        let looked = desk.preview().look();
        match looked {
            Ok(false) => {}
            Ok(true) => desk.tell(began.elapsed()),
            Err(problem) => {
                let said = problem.title.get(desk.locale).to_owned();
                desk.news.send_modify(|news| {
                    let finding =
                        json!({"severity": "error", "code": problem.code, "message": said});
                    news.0 += 1;
                    news.1["findings"] = json!([finding]);
                    news.1["fresh"] = json!(false);
                });
            }
        }
    }
}

fn state(preview: &Preview, locale: Locale, took: Duration) -> Value {
    let findings: Vec<Value> = preview
        .findings()
        .map(|finding| {
            let place = finding.span.as_ref();
            json!({
                "severity": finding.severity,
                "code": finding.code,
                "message": finding.message.get(locale),
                "help": finding.help.as_ref().map(|help| help.get(locale)),
                "place": place.map(|span| format!("{}:{}:{}", span.file, span.line, span.column)),
            })
        })
        .collect();
    json!({
        "title": preview.title().map(|title| title.get(locale)),
        "fresh": preview.is_fresh(),
        "pages": preview.pages(),
        "html": preview.html().is_some(),
        "findings": findings,
        "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    })
}

fn routes(desk: Arc<Desk>, address: SocketAddr) -> Router {
    let hosts: Arc<Vec<String>> = Arc::new(own_names(address));
    Router::new()
        .route("/", get(page))
        .route("/state", get(news))
        .route("/page.png", get(picture))
        .route("/page.html", get(html))
        .route("/assets/{*name}", get(assets::asset))
        .layer(middleware::from_fn_with_state(hosts, guard))
        .with_state(desk)
}

/// `GET /`: the page that shows the document with the findings beside it.
async fn page(State(desk): State<Arc<Desk>>) -> Html<String> {
    let page = include_str!("../pages/dev.html");
    let words: [(&str, &str, &str); 9] = [
        ("{lang}", "vi", "en"),
        ("{printed}", "Trang in", "Printed page"),
        ("{web}", "Trang web", "Web page"),
        ("{right}", "Không có lỗi", "No findings"),
        ("{stale}", "Đang sửa: đây là trang đúng gần nhất", "Being changed: the last good page"),
        (
            "{nothing}",
            "Chưa có trang nào: sửa các lỗi bên cạnh rồi lưu tệp",
            "No page yet: mend the findings beside this and save",
        ),
        ("{made}", "Làm lại trong", "Made in"),
        ("{page}", "Trang", "Page"),
        (
            "{gone}",
            "Chương trình đã dừng; chạy lại `bieumau dev`",
            "Stopped; run `bieumau dev` again",
        ),
    ];
    let vi = desk.locale == Locale::Vi;
    let filled = words.iter().fold(page.to_owned(), |page, (key, own, other)| {
        page.replace(key, if vi { own } else { other })
    });
    Html(filled)
}

/// `GET /state?after=N`: the state newer than number N, as soon as there is one.
async fn news(State(desk): State<Arc<Desk>>, Query(given): Query<Given>) -> Response {
    let after = given.get("after").and_then(|after| after.parse::<u64>().ok()).unwrap_or(0);
    let mut news = desk.news.subscribe();
    // Nothing new in time is an answer too: the state as it is.
    let _ = tokio::time::timeout(WAIT, news.wait_for(|(number, _)| *number > after)).await;
    let (number, mut state) = news.borrow().clone();
    state["number"] = json!(number);
    ([(CACHE_CONTROL, "no-store")], axum::Json(state)).into_response()
}

/// `GET /page.png?page=N`.
async fn picture(State(desk): State<Arc<Desk>>, Query(given): Query<Given>) -> Response {
    let page = given.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let made = tokio::task::spawn_blocking(move || {
        desk.preview().picture(page).map(|picture| picture.map(<[u8]>::to_vec))
    });
    match made.await {
        Ok(Ok(Some(bytes))) => {
            ([(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-store")], bytes).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /page.html`.
async fn html(State(desk): State<Arc<Desk>>) -> Response {
    let made = desk.preview().html().map(<[u8]>::to_vec);
    match made {
        Some(bytes) => {
            let media = "text/html; charset=utf-8";
            ([(CONTENT_TYPE, media), (CACHE_CONTROL, "no-store")], bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
