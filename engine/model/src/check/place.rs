//! Tells by its path what a file defines.

use std::sync::Arc;

use super::Sink;
use crate::codes;
use crate::diagnostic::{Diagnostic, Span};
use crate::schema::Kind;
use crate::text::Text;
use crate::yaml::At;

/// What the path of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// Folder below `forms/`; empty for other kinds.
    pub(super) topic: String,
    /// Id that the definition must have; empty when the path says nothing.
    pub(super) id: String,
}

/// Returns what `path` defines: nothing for templates, data and the like; a finding for a YAML file
/// below `forms/` or `plugins/` that is out of place.
pub(super) fn of(path: &str) -> Result<Option<Place>, Box<Diagnostic>> {
    let parts: Vec<&str> = path.split('/').collect();
    let place = |kind, topic: &str, id: &str| {
        Ok(Some(Place { kind, topic: topic.to_owned(), id: id.to_owned() }))
    };
    match parts.as_slice() {
        ["site.yaml"] => place(Kind::Site, "", ""),
        ["plugins", id, "plugin.yaml"] => place(Kind::Plugin, "", id),
        ["forms", topic, "codes", file] if file.ends_with(".yaml") => {
            place(Kind::CodeList, topic, file.trim_end_matches(".yaml"))
        }
        ["forms", topic, file] if file.ends_with(".form.yaml") => {
            place(Kind::Form, topic, file.trim_end_matches(".form.yaml"))
        }
        ["forms", topic, file] if file.ends_with(".report.yaml") => {
            place(Kind::Report, topic, file.trim_end_matches(".report.yaml"))
        }
        ["forms", topic, file] if file.ends_with(".dataset.yaml") => {
            place(Kind::Dataset, topic, file.trim_end_matches(".dataset.yaml"))
        }
        ["forms", topic, file] if file.ends_with(".layer.yaml") => {
            place(Kind::Layer, topic, file.trim_end_matches(".layer.yaml"))
        }
        // What a layer was written for, kept for comparing.
        ["forms", _, file] if file.ends_with(crate::layer::BASE_END) => Ok(None),
        ["forms", _, "i18n", ..] => Ok(None),
        ["forms", ..] if path.ends_with(".yaml") || path.ends_with(".yml") => {
            Err(Box::new(misplaced(path)))
        }
        _ => Ok(None),
    }
}

/// Returns the path of the report `id`.
pub(super) fn report_path(topic: &str, id: &str) -> String {
    format!("forms/{topic}/{id}.report.yaml")
}

fn misplaced(path: &str) -> Diagnostic {
    let message = Text::both(
        "tệp không nằm đúng chỗ của một định nghĩa, không được đọc",
        "the file is not where definitions belong, and is not read",
    );
    let help = Text::both(
        "đặt ở `forms/<chủ đề>/<mã>.form.yaml`, `…/<mã>.report.yaml`, `…/<mã>.dataset.yaml` hoặc `…/codes/<mã>.yaml`",
        "put it at `forms/<topic>/<id>.form.yaml`, `…/<id>.report.yaml`, `…/<id>.dataset.yaml` or `…/codes/<id>.yaml`",
    );
    let file: Arc<str> = path.into();
    Diagnostic::warning(codes::MISPLACED_FILE, message).help(help).at(Span::locate(&file, "", 0, 0))
}

/// Checks that a definition has the id that its path says.
pub(super) fn same_id(at: At<'_>, place: &Place, sink: &mut Sink<'_>) {
    let written = at.node.get("id").and_then(|id| id.text()).unwrap_or_default();
    if place.id.is_empty() || written.is_empty() || written == place.id {
        return;
    }
    let (expected, container) = (
        &place.id,
        match place.kind {
            Kind::Plugin => ("thư mục", "folder"),
            _ => ("tệp", "file"),
        },
    );
    let message = Text::both(
        format!("mã `{written}` khác tên {} `{expected}`", container.0),
        format!("the id `{written}` differs from the name of the {} `{expected}`", container.1),
    );
    let help = Text::both(
        format!("viết `id: {expected}` hoặc đổi tên {}", container.0),
        format!("write `id: {expected}` or rename the {}", container.1),
    );
    let span = at.get("id").span();
    sink.push(Diagnostic::error(codes::ID_DIFFERS, message).help(help).at(span));
}
