//! Makes a document of a plugin's report from the sample beside its template, for its author to see.

use std::path::Path;

use bieumau_render::{Data, PageFormat, RenderJob};

use super::workbench::opened;
use crate::check::completed;
use crate::problem::{Problem, ProblemKind};
use crate::render::render_problem;
use crate::site::{Workers, renderer};
use crate::templates::Templates;

/// Makes the document that `file` is to hold: HTML, or PDF when its name ends so.
pub fn preview(
    site: Option<&Path>,
    folder: &Path,
    report: &str,
    file: &Path,
    workers: &Workers,
) -> Result<Vec<u8>, Problem> {
    let definitions = opened(site, folder)?.1;
    let found = definitions.catalog.reports.get(report).ok_or_else(|| {
        Problem::new(
            ProblemKind::NotFound,
            "J306",
            format!("Không có báo cáo `{report}`"),
            format!("there is no report `{report}`"),
        )
    })?;
    let template = Templates::new(&definitions.files).get(found)?;
    let sample = format!("templates/{}/sample.json", found.template.as_deref().unwrap_or_default());
    let sample = definitions.files.get(&sample).ok_or_else(|| {
        Problem::new(
            ProblemKind::Definition,
            "J307",
            format!("Thiếu `{sample}`"),
            format!("`{sample}` is missing"),
        )
        .help(
            "Xem dữ liệu thật bằng `bieumau render … --data` và lưu vào đó",
            "see real data with `bieumau render … --data`, and keep some there",
        )
    })?;
    let format = match file.extension().and_then(|ending| ending.to_str()) {
        Some("pdf") => PageFormat::Pdf,
        _ => PageFormat::Html,
    };
    let sample = completed(found, sample);
    let data = Data::Json(&sample);
    let job = RenderJob { template: &template, data, format, label: "sample.json", date: None };
    let rendered = renderer(&definitions.files, workers).render(&job).map_err(render_problem)?;
    Ok(rendered.bytes)
}
