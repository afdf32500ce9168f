//! Tells where a finished document departs from the form that Nghị định 30/2020 prescribes.

use bieumau_model::diagnostic::Diagnostics;

use crate::problem::{Problem, ProblemKind};

/// Measures a PDF against Nghị định 30/2020/NĐ-CP, Phụ lục I; the findings are warnings.
pub fn lint(pdf: &[u8]) -> Result<Diagnostics, Problem> {
    bieumau_render::lint(pdf).map_err(|error| {
        Problem::new(
            ProblemKind::BadInput,
            "J395",
            "Tệp không phải PDF đọc được",
            format!("the file cannot be read: {error}"),
        )
        .help("Chọn tệp PDF do `bieumau render` làm", "give a PDF that `bieumau render` made")
    })
}
