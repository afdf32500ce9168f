//! Sentences that several checks share.

use crate::codes;
use crate::diagnostic::{Diagnostic, Span};
use crate::nearest;
use crate::text::Text;

/// Says that there is no `what` named `name`, with the nearest of `known`.
pub(crate) fn unknown<'a>(
    code: &'static str,
    span: Span,
    what: (&str, &str),
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let message = Text::both(
        format!("không có {} `{name}`", what.0),
        format!("there is no {} `{name}`", what.1),
    );
    Diagnostic::error(code, message).maybe_help(nearest::help(name, known)).at(span)
}

/// Says that `name` stands twice among the `what` of one file.
pub(crate) fn twice(span: Span, what: (&str, &str), name: &str) -> Diagnostic {
    let message = Text::both(
        format!("{} `{name}` khai hai lần", what.0),
        format!("the {} `{name}` is declared twice", what.1),
    );
    Diagnostic::error(codes::DUPLICATE_ID, message).at(span)
}

/// Calls `report` with the position of each name that an earlier one equals.
pub(crate) fn repeats<'a>(
    names: impl IntoIterator<Item = &'a str>,
    mut report: impl FnMut(usize, &'a str),
) {
    let mut seen = std::collections::HashSet::new();
    for (at, name) in names.into_iter().enumerate() {
        if !name.is_empty() && !seen.insert(name) {
            report(at, name);
        }
    }
}

pub(crate) const FORM: (&str, &str) = ("biểu mẫu", "form");
pub(crate) const DOCUMENT: (&str, &str) = ("báo cáo hoặc biểu mẫu", "report or form");
pub(crate) const CODE_LIST: (&str, &str) = ("danh mục", "code list");
pub(crate) const FIELD: (&str, &str) = ("trường", "field");
pub(crate) const COLUMN: (&str, &str) = ("cột", "column");
pub(crate) const PARAMETER: (&str, &str) = ("tham số", "parameter");
pub(crate) const TABLE: (&str, &str) = ("bảng", "table");
pub(crate) const SHARED_DATASET: (&str, &str) = ("tập dữ liệu dùng chung", "shared dataset");
