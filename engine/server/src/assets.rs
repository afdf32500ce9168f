//! Style, script, icon and fonts of the pages, carried inside the program.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
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
///
/// A browser asks again for style and scripts each time, so that those of an older program never run in
/// the pages of a newer one; what has not changed is not sent again.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let named = |assets: &'static [Asset]| assets.iter().find(|(own, ..)| *own == name);
    if let Some((_, media, bytes)) = named(FONTS) {
        return ([(CONTENT_TYPE, *media), (CACHE_CONTROL, "max-age=86400")], *bytes)
            .into_response();
    }
    let Some((_, media, bytes)) = named(PLAIN) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = tag(bytes);
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let kept = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, tag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(CONTENT_TYPE, *media)], *bytes).into_response()
}

/// A word that is another one for other bytes.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
