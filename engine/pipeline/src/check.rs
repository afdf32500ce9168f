//! Checks everything that a site is made of: definitions, datasets, samples, templates.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use bieumau_model::check;
use bieumau_model::codes;
use bieumau_model::definition::{Catalog, Report};
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::document;
use bieumau_model::text::Text;
use bieumau_render::Renderer;

use crate::files::Files;
use crate::installed::Installed;
use crate::joining;
use crate::problem::Problem;
use crate::site::{Workers, data_file, overlaid, renderer, source_tree};
use crate::templates::Templates;

/// What a check found, with the files that it read.
#[derive(Debug)]
pub struct Checked {
    /// Findings, by file and place.
    pub findings: Diagnostics,
    /// The files, for showing the lines that findings point at.
    pub files: Files,
}

/// Checks the shipped definitions, overlaid by those of the site `folder` and its plugins.
///
/// Templates are compiled against their samples when there are `workers` to do it.
pub fn check(folder: Option<&Path>, workers: Option<&Workers>) -> Result<Checked, Problem> {
    let files = match folder {
        Some(folder) => {
            let base = overlaid(folder)?;
            Installed::read(&folder.join(data_file(&base)))?.laid_over(&base)
        }
        None => Files::shipped(),
    };
    check_files(files, workers)
}

/// Checks the given files and nothing else.
pub fn check_files(files: Files, workers: Option<&Workers>) -> Result<Checked, Problem> {
    Ok(check_some(files, workers, |_| true).0)
}

/// Checks the given files, and of the templates those of the reports that are `wanted`. Returns
/// the right definitions too.
pub(crate) fn check_some(
    files: Files,
    workers: Option<&Workers>,
    wanted: impl Fn(&Report) -> bool,
) -> (Checked, Catalog) {
    let source = source_tree(&files);
    let checked = check::check(&source);
    let mut findings = joining::clashes(&files);
    findings.append(checked.diagnostics);
    let (of_datasets, columns) = bieumau_store::check_datasets(&checked.catalog);
    findings.append(of_datasets);
    for report in checked.catalog.reports.values() {
        let Some(columns) = columns.get(&report.id) else { continue };
        findings.append(check::columns(&source, &checked.catalog, report, columns));
        let Some(template) = &report.template else { continue };
        let path = format!("templates/{template}/sample.json");
        if let Some(sample) = files.text(&path) {
            let path: Arc<str> = path.into();
            findings.append(check::sample(&checked.catalog, report, columns, &path, &sample));
        }
    }
    if let Some(workers) = workers {
        let renderer = renderer(&files, workers);
        let reports = checked.catalog.reports.values().filter(|report| wanted(report));
        check_templates(reports, &files, &renderer, &mut findings);
    }
    findings.give_help(|code| codes::usual_help(code).or_else(|| usual_help(code)));
    joining::relocate(&mut findings, &files);
    findings.sort();
    (Checked { findings, files }, checked.catalog)
}

fn check_templates<'r>(
    reports: impl Iterator<Item = &'r Report>,
    files: &Files,
    renderer: &Renderer,
    findings: &mut Diagnostics,
) {
    let templates = Templates::new(files);
    let found = std::sync::Mutex::new(Diagnostics::default());
    std::thread::scope(|scope| {
        for report in reports {
            let Some(folder) = &report.template else { continue };
            let Some(sample) = files.get(&format!("templates/{folder}/sample.json")) else {
                continue;
            };
            let sample = completed(report, sample);
            let Ok(template) = templates.get(report) else { continue };
            let found = &found;
            scope.spawn(move || {
                let here = bieumau_render::check_template(renderer, &template, &sample);
                found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(here);
            });
        }
    });
    findings.append(found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
}

/// Returns a sample with what the definition says by itself; one that is no JSON as it is.
pub(crate) fn completed<'s>(report: &Report, sample: &'s [u8]) -> Cow<'s, [u8]> {
    let Ok(mut tree) = serde_json::from_slice(sample) else { return sample.into() };
    document::complete(report, &mut tree);
    tree.to_string().into_bytes().into()
}

/// What to do about findings of the store and the renderer that carry no help of their own.
fn usual_help(code: &str) -> Option<Text> {
    let (vi, en) = match code.as_bytes() {
        [b'D', b'1', ..] => (
            "câu SQL chỉ dùng biểu mẫu, danh mục `code_…` và các hàm nêu trong forms/README.md",
            "the SQL takes forms, code lists `code_…` and the functions listed in forms/README.md",
        ),
        [b'T', ..] => (
            "xem dữ liệu mà mẫu nhận được bằng `bieumau render … --data`; sample.json có cùng dạng",
            "see what the template is given with `bieumau render … --data`; sample.json has that shape",
        ),
        _ => return None,
    };
    Some(Text::both(vi, en))
}
