//! Style, script, icon and fonts of the pages, carried inside the program.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

macro_rules! fonts {
    ($($name:literal),* $(,)?) => {
        &[$((
            concat!("fonts/be-vietnam-pro-", $name, "-normal.woff2"),
            "font/woff2",
            include_bytes!(concat!("../assets/fonts/be-vietnam-pro-", $name, "-normal.woff2")),
        )),*]
    };
}

/// Name, media type and bytes.
type Asset = (&'static str, &'static str, &'static [u8]);

const PLAIN: &[Asset] = &[
    ("style.css", "text/css; charset=utf-8", include_bytes!("../assets/style.css")),
    ("pick.js", "text/javascript; charset=utf-8", include_bytes!("../assets/pick.js")),
    ("marks.js", "text/javascript; charset=utf-8", include_bytes!("../assets/marks.js")),
    ("entry.js", "text/javascript; charset=utf-8", include_bytes!("../assets/entry.js")),
    ("journal.js", "text/javascript; charset=utf-8", include_bytes!("../assets/journal.js")),
    ("dev.js", "text/javascript; charset=utf-8", include_bytes!("../assets/dev.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
];

const FONTS: &[Asset] = fonts!(
    "latin-400",
    "latin-600",
    "latin-700",
    "vietnamese-400",
    "vietnamese-600",
    "vietnamese-700",
);

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    match PLAIN.iter().chain(FONTS).find(|(own, ..)| *own == name) {
        Some((_, media, bytes)) => {
            ([(CONTENT_TYPE, *media), (CACHE_CONTROL, "max-age=3600")], *bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
