//! Checks a template: makes every page that it has, against its sample.

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;

use crate::job::{Data, PageFormat, RenderJob};
use crate::renderer::Renderer;
use crate::template::Template;

/// Renders `page.typ` and `page.html` against `sample.json` and returns all errors and warnings.
pub fn check_template(renderer: &Renderer, template: &Template, sample: &[u8]) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let formats = [
        (template.typst().is_some(), PageFormat::Pdf),
        (template.html().is_some(), PageFormat::Html),
    ];
    for (_, format) in formats.iter().filter(|(there, _)| *there) {
        let data = Data::Json(sample);
        let job = RenderJob { template, data, format: *format, label: "sample.json", date: None };
        diagnostics.append(match renderer.render(&job) {
            Ok(rendered) => rendered.warnings,
            Err(error) => error.diagnostics(),
        });
    }
    if formats.iter().all(|(there, _)| !there) {
        let name = template.name();
        diagnostics.push(Diagnostic::error(
            "T014",
            Text::both(
                format!("mẫu `{name}` không có page.typ, cũng không có page.html"),
                format!("template `{name}` has neither page.typ nor page.html"),
            ),
        ));
    }
    diagnostics.sort();
    diagnostics
}
