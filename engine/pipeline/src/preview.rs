//! A report while it is being written: its page from the sample, made again when a file changes.
//!
//! Whoever shows it decides how often to look. The last good page stays while something is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bieumau_model::definition::{Catalog, Format, Report};
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::nearest;
use bieumau_model::text::Text;
use bieumau_render::{Data, PageFormat, RenderError, RenderJob, Rendered, Renderer, Template};

use crate::check::{check_some, completed};
use crate::files::Files;
use crate::installed::Installed;
use crate::joining;
use crate::problem::{Problem, ProblemKind};
use crate::render::render_problem;
use crate::site::{Workers, data_file, overlaid, renderer};
use crate::templates::Templates;

/// The sharpness of the picture of a page.
const PPI: u16 = 110;

/// How many looks a file may be empty before that is what the author wants.
const PATIENCE: u8 = 10;

/// A report being written.
pub struct Preview {
    folder: PathBuf,
    report: String,
    renderer: Renderer,
    seen: Stamp,
    /// Looks at which a file was empty that was not before.
    waits: u8,
    files: Files,
    /// Right definitions; the last ones, while those of now are wrong.
    catalog: Catalog,
    /// What the definitions are told.
    of_definitions: Diagnostics,
    /// What the templates are told.
    of_templates: Diagnostics,
    good: Good,
}

/// The last good pages.
#[derive(Default)]
struct Good {
    /// Template and sample of the printed page.
    page: Option<(Arc<Template>, Vec<u8>)>,
    /// Picture of the page that was looked at last, and which.
    picture: Option<(usize, Vec<u8>)>,
    pages: usize,
    html: Option<Vec<u8>>,
}

/// Size and time of every file of a site.
type Stamp = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl Preview {
    /// Opens the preview of `report` over the shipped definitions and the files in `folder`, and
    /// makes its page for the first time.
    pub fn open(folder: &Path, report: &str, workers: &Workers) -> Result<Self, Problem> {
        let files = read(folder)?;
        let mut preview = Self {
            folder: folder.to_owned(),
            report: report.to_owned(),
            renderer: renderer(&files, workers),
            seen: stamp(folder),
            waits: 0,
            files,
            catalog: Catalog::default(),
            of_definitions: Diagnostics::default(),
            of_templates: Diagnostics::default(),
            good: Good::default(),
        };
        preview.check();
        if preview.found().is_none() && preview.of_definitions.is_empty() {
            return Err(unknown(report, &preview.catalog));
        }
        preview.make();
        Ok(preview)
    }

    /// Looks at the files, and makes the page again when one has changed; tells whether one had.
    pub fn look(&mut self) -> Result<bool, Problem> {
        let now = stamp(&self.folder);
        if now == self.seen {
            return Ok(false);
        }
        // Many editors empty a file before they write it: a blank page in between would flash.
        if self.waits < PATIENCE && emptied(&self.seen, &now) {
            self.waits += 1;
            return Ok(false);
        }
        self.waits = 0;
        let definitions = changed(&self.seen, &now).any(|path| !is_page(path));
        self.files = read(&self.folder)?;
        self.seen = now;
        if definitions {
            self.check();
        }
        self.make();
        Ok(true)
    }

    /// Returns what is wrong now; nothing when the pages are those of the files.
    pub fn findings(&self) -> impl Iterator<Item = &bieumau_model::diagnostic::Diagnostic> {
        self.of_definitions.iter().chain(self.of_templates.iter())
    }

    /// Returns whether the pages are those of the files, and not the last good ones.
    pub fn is_fresh(&self) -> bool {
        !self.of_definitions.has_errors() && !self.of_templates.has_errors()
    }

    /// Returns the title of the report.
    pub fn title(&self) -> Option<&Text> {
        self.found().map(|report| &report.title)
    }

    /// Returns the number of printed pages, 0 when the report has none.
    pub fn pages(&self) -> usize {
        self.good.pages
    }

    /// Returns the last good HTML page.
    pub fn html(&self) -> Option<&[u8]> {
        self.good.html.as_deref()
    }

    /// Returns a picture of a printed page, counted from 1.
    pub fn picture(&mut self, page: usize) -> Result<Option<&[u8]>, Problem> {
        if self.good.picture.as_ref().is_none_or(|(own, _)| *own != page) {
            let Some((template, sample)) = &self.good.page else { return Ok(None) };
            let made = self.render(template, sample, PageFormat::Png { page, ppi: PPI });
            self.good.picture = Some((page, made.map_err(render_problem)?.bytes));
        }
        Ok(self.good.picture.as_ref().map(|(_, bytes)| bytes.as_slice()))
    }

    fn found(&self) -> Option<&Report> {
        self.catalog.reports.get(&self.report)
    }

    /// Checks the definitions of all files.
    fn check(&mut self) {
        let (checked, catalog) = check_some(self.files.clone(), None, |_| false);
        self.of_definitions = checked.findings;
        if catalog.reports.contains_key(&self.report) {
            self.catalog = catalog;
        }
    }

    /// Makes the pages that can be made; the others stay as they were.
    fn make(&mut self) {
        self.of_templates = Diagnostics::default();
        let Some(report) = self.catalog.reports.get(&self.report).cloned() else { return };
        let Some(folder) = &report.template else { return };
        let Ok(template) = Templates::new(&self.files).get(&report) else { return };
        let Some(sample) = self.files.get(&format!("templates/{folder}/sample.json")) else {
            return;
        };
        let sample = completed(&report, sample).into_owned();
        let page = self.good.picture.as_ref().map_or(1, |(page, _)| *page);
        if report.formats.contains(&Format::Pdf) || report.formats.contains(&Format::Png) {
            let picture =
                |page| self.render(&template, &sample, PageFormat::Png { page, ppi: PPI });
            let (page, made) = match picture(page) {
                // The page that was looked at is no more.
                Err(RenderError::Limit { .. }) if page > 1 => (1, picture(1)),
                made => (page, made),
            };
            if let Some(made) = self.told(made) {
                self.good.pages = made.pages;
                self.good.picture = Some((page, made.bytes));
                self.good.page = Some((template.clone(), sample.clone()));
            }
        }
        if report.formats.contains(&Format::Html) {
            let made = self.render(&template, &sample, PageFormat::Html);
            if let Some(made) = self.told(made) {
                self.good.html = Some(made.bytes);
            }
        }
        joining::relocate(&mut self.of_templates, &self.files);
        self.of_templates.sort();
    }

    fn render(
        &self,
        template: &Template,
        sample: &[u8],
        format: PageFormat,
    ) -> Result<Rendered, RenderError> {
        let data = Data::Json(sample);
        self.renderer.render(&RenderJob {
            template,
            data,
            format,
            label: "sample.json",
            date: None,
        })
    }

    /// Takes what was found while a page was made; the page itself, when it was.
    fn told(&mut self, made: Result<Rendered, RenderError>) -> Option<Rendered> {
        match made {
            Ok(mut made) => {
                self.of_templates.append(std::mem::take(&mut made.warnings));
                Some(made)
            }
            Err(error) => {
                self.of_templates.append(error.diagnostics());
                None
            }
        }
    }
}

fn read(folder: &Path) -> Result<Files, Problem> {
    let base = overlaid(folder)?;
    Ok(Installed::read(&folder.join(data_file(&base)))?.laid_over(&base))
}

fn unknown(report: &str, catalog: &Catalog) -> Problem {
    let problem = Problem::new(
        ProblemKind::NotFound,
        "J002",
        format!("Không có báo cáo `{report}`"),
        format!("there is no report `{report}`"),
    );
    let help = nearest::help(report, catalog.reports.keys().map(String::as_str));
    Problem { help, ..problem }
}

/// Looks at size and time of the files that a site is made of.
fn stamp(folder: &Path) -> Stamp {
    fn walk(path: &Path, depth: usize, found: &mut Stamp) {
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() && depth > 0 {
                walk(&entry.path(), depth - 1, found);
            } else if about.is_file() {
                found.insert(entry.path(), (about.len(), about.modified().ok()));
            }
        }
    }
    const DEEPEST: usize = 8;
    let mut found = Stamp::new();
    for name in ["forms", "templates", "plugins"] {
        walk(&folder.join(name), DEEPEST, &mut found);
    }
    if let Ok(about) = fs::metadata(folder.join("site.yaml")) {
        found.insert(folder.join("site.yaml"), (about.len(), about.modified().ok()));
    }
    found
}

/// Returns the files that differ between two looks.
fn changed<'s>(before: &'s Stamp, after: &'s Stamp) -> impl Iterator<Item = &'s PathBuf> {
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    gone.chain(
        after.iter().filter(|(path, own)| before.get(*path) != Some(own)).map(|(path, _)| path),
    )
}

/// Whether a file that held something is empty now.
fn emptied(before: &Stamp, after: &Stamp) -> bool {
    let held = |path: &PathBuf| before.get(path).is_some_and(|(size, _)| *size > 0);
    after.iter().any(|(path, (size, _))| *size == 0 && held(path))
}

/// Whether only pages are made of a file: definitions need no check then.
fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "typ" || ending == "html")
}
