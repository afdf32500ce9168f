//! The templates of a site, read once and then shared.

use std::collections::BTreeMap;
use std::sync::Arc;

use bieumau_model::definition::Report;
use bieumau_render::{SharedFiles, Template};

use crate::files::Files;
use crate::problem::{Problem, ProblemKind};

/// Templates by folder.
pub(crate) struct Templates(BTreeMap<String, Arc<Template>>);

impl Templates {
    /// Takes every template folder of `files`.
    pub(crate) fn new(files: &Files) -> Self {
        let text = |path: &str| files.text(path).map(Arc::<str>::from);
        let shared: Arc<SharedFiles> = Arc::new(
            files
                .below("templates/shared/")
                .filter(|(path, _)| path.ends_with(".typ") || path.ends_with(".html"))
                .filter_map(|(path, _)| {
                    let name = path.strip_prefix("templates/shared/")?;
                    Some((name.to_owned(), text(path)?))
                })
                .collect(),
        );
        let folders: std::collections::BTreeSet<&str> = files
            .below("templates/")
            .filter(|(path, _)| !path.starts_with("templates/shared/"))
            .filter_map(|(path, _)| path.strip_prefix("templates/")?.rsplit_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        let template = |folder: &str| {
            let page = text(&format!("templates/{folder}/page.typ"));
            let html = text(&format!("templates/{folder}/page.html"));
            Arc::new(Template::new(folder, page, html, shared.clone()))
        };
        Self(folders.into_iter().map(|folder| (folder.to_owned(), template(folder))).collect())
    }

    /// Returns the template of `report`.
    pub(crate) fn get(&self, report: &Report) -> Result<Arc<Template>, Problem> {
        report.template.as_ref().and_then(|folder| self.0.get(folder)).cloned().ok_or_else(|| {
            Problem::new(
                ProblemKind::Definition,
                "J062",
                format!("Báo cáo `{}` không có mẫu in", report.id),
                format!("report `{}` has no template", report.id),
            )
        })
    }
}

/// What stands across every page of a document that nobody vouches for. It has no line of its own,
/// so that findings about the template keep their lines.
const ACROSS: &str = "#set page(foreground: rotate(-35deg, text(44pt, weight: \"bold\", \
    fill: rgb(\"#c0202050\"))[PLUGIN CHƯA KÝ – CHỈ ĐỂ THỬ]));";

/// The same for a page of the screen.
const ABOVE: &str = "<p style=\"border:2px solid #c02020;color:#c02020;font-weight:bold;\
    text-align:center;padding:.5em\">PLUGIN CHƯA KÝ – CHỈ ĐỂ THỬ</p>";

/// Where the page of the screen begins.
const BODY: &str = "{% block body %}";

/// Where the code of an issued document stands on paper: in the margin at the foot of every page.
/// No template has a place of its own for it, and the page itself is prescribed. The code is read
/// from the data, so that all issued documents share one template.
const FOOT: &str = "#set page(background: place(bottom + left, dx: 9mm, dy: -4mm, \
    text(font: \"Tinos\", 7pt, fill: luma(60))[Mã xác minh: #json(\"/data.json\").verification]));";

/// The same for a page of the screen.
const SMALL: &str = "<p style=\"text-align:right;font-size:8pt;margin:2mm 6mm\">\
    Mã xác minh: {{ verification }}</p>";

/// Returns the template with a mark on every page: made with a plugin that nobody signed.
pub(crate) fn marked_unsigned(template: &Template) -> Template {
    marked(template, ACROSS, ABOVE)
}

/// Returns the template with the verification code of an issued document on every page.
pub(crate) fn marked_issued(template: &Template) -> Template {
    marked(template, FOOT, SMALL)
}

fn marked(template: &Template, on_paper: &str, on_screen: &str) -> Template {
    let typst = template.typst().map(|page| Arc::<str>::from(format!("{on_paper}{page}")));
    let html = template.html().map(|page| match page.contains(BODY) {
        true => Arc::from(page.replacen(BODY, &format!("{BODY}{on_screen}"), 1)),
        false => Arc::from(format!("{on_screen}{page}")),
    });
    Template::new(template.name(), typst, html, Arc::new(template.shared().clone()))
}
