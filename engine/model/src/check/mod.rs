//! Checks definitions: YAML in, a catalog of right definitions and all findings out.
//!
//! Every file is read, whatever is wrong with the others. What needs a database (columns of
//! datasets) or a template compiler is checked by `store` and `render`; [`columns`] and [`sample`]
//! then compare what they found with the report.

mod code_list;
mod columns;
mod condition;
mod dataset;
mod days;
mod expression;
mod form;
mod grid;
mod indicators;
mod layer;
mod like;
mod order;
mod place;
mod plugin;
mod policy;
mod promises;
mod report;
pub(crate) mod rows;
mod sample;
mod site;
mod source_tree;
mod structure;
pub(crate) mod words;
mod world;

pub use columns::{DatasetColumns, columns};
pub use sample::sample;
pub use source_tree::SourceTree;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;

use crate::codes;
use crate::definition::{Catalog, CodeList, Form, Manifest, Report, SharedDataset, Site, Source};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::expression::Type;
use crate::layer::Layer;
use crate::schema::{Kind, schema};
use crate::table::ColumnType;
use crate::text::Text;
use crate::yaml::{self, At, Document};
use layer::Read;
use place::Place;
use world::World;

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The definitions without an error, and whose references are without one.
    pub catalog: Catalog,
    /// The site's configuration, when there is one and it is right.
    pub site: Option<Site>,
    /// All findings of all files, by file and place.
    pub diagnostics: Diagnostics,
}

/// Checks all definitions of `source`.
pub fn check(source: &SourceTree) -> Checked {
    let mut findings = Diagnostics::default();
    let mut drafts = read_all(source, &mut findings);
    report_duplicates(&drafts, &mut findings);
    like::fill_in(&mut drafts, &mut findings);
    dataset::fill_in(&mut drafts, &mut findings);
    let world = World::new(source, &drafts);
    for draft in drafts.forms.values() {
        form::references(draft, &world, &mut draft.sink(&mut findings));
    }
    for draft in drafts.reports.values() {
        report::references(draft, &world, &mut draft.sink(&mut findings));
    }
    for draft in drafts.plugins.values() {
        plugin::references(draft, &world, &mut draft.sink(&mut findings));
    }
    if let Some(draft) = &drafts.site {
        site::references(draft, &world, &mut draft.sink(&mut findings));
    }
    order::cycles(&drafts.forms, &mut findings);
    findings.give_help(codes::usual_help);
    findings.sort();
    drafts.drop_broken(&findings);
    let catalog = drafts.catalog();
    let site = drafts.site.map(|draft| draft.definition);
    Checked { catalog, site, diagnostics: findings }
}

/// Reads the configuration of a site by itself, for what is needed before anything else; what it
/// refers to is not looked at.
pub fn site_alone(text: &str) -> Option<Site> {
    let mut unheard = Diagnostics::default();
    let path: Arc<str> = "site.yaml".into();
    let document = read(&path, &text.into(), &mut unheard)?;
    let place = place::of(&path).ok()??;
    draft(document, &place, &mut unheard, site::site).map(|draft| draft.definition)
}

/// Checks one expression over `fields`, whose result is to fit `wanted`; with `choices` it may speak
/// of a code as `choice`.
pub fn expression(
    text: &str,
    fields: &[(String, ColumnType)],
    choices: bool,
    wanted: ColumnType,
) -> Diagnostics {
    let source = Source::alone(text);
    let choices = if choices { expression::Choices::Seen } else { expression::Choices::Unseen };
    let mut findings = Diagnostics::default();
    let mut sink = Sink { findings: &mut findings, guessed: &[] };
    expression::compiled(&source, fields, choices, &Type::from(wanted), &mut sink);
    findings
}

/// A definition on its way to be checked, with the tree it was read from.
struct Draft<D> {
    document: Document,
    /// See [`structure::Shaped::guessed`].
    guessed: Vec<Range<usize>>,
    definition: D,
}

impl<D> Draft<D> {
    fn at(&self) -> At<'_> {
        At::root(&self.document)
    }

    fn sink<'a>(&'a self, findings: &'a mut Diagnostics) -> Sink<'a> {
        Sink { findings, guessed: &self.guessed }
    }
}

/// Takes findings about the meaning of one file, and drops those about guessed values.
pub(crate) struct Sink<'a> {
    pub(crate) findings: &'a mut Diagnostics,
    pub(crate) guessed: &'a [Range<usize>],
}

impl Sink<'_> {
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        let is_guess = |span: &Span| self.guessed.iter().any(|range| range.contains(&span.start));
        if !finding.span.as_ref().is_some_and(is_guess) {
            self.findings.push(finding);
        }
    }

    pub(crate) fn error(&mut self, code: &'static str, span: Span, vi: String, en: String) {
        self.push(Diagnostic::error(code, Text::both(vi, en)).at(span));
    }
}

/// All definitions by path of their file.
#[derive(Default)]
struct Drafts {
    forms: BTreeMap<Arc<str>, Draft<Form>>,
    reports: BTreeMap<Arc<str>, Draft<Report>>,
    datasets: BTreeMap<Arc<str>, Draft<SharedDataset>>,
    code_lists: BTreeMap<Arc<str>, Draft<CodeList>>,
    plugins: BTreeMap<Arc<str>, Draft<Manifest>>,
    site: Option<Draft<Site>>,
    layers: Vec<Layer>,
    /// Kind and id, by file name, of files that could not be read at all.
    unread: BTreeSet<(Kind, String)>,
}

fn read_all(source: &SourceTree, findings: &mut Diagnostics) -> Drafts {
    let mut drafts = Drafts::default();
    let mut all = Vec::new();
    for (path, text) in source.iter() {
        let place = match place::of(path) {
            Ok(Some(place)) => place,
            Ok(None) => continue,
            Err(finding) => {
                findings.push(*finding);
                continue;
            }
        };
        match read(path, text, findings) {
            Some(document) => all.push(Read { place, path: path.clone(), document }),
            None => drop(drafts.unread.insert((place.kind, place.id))),
        }
    }
    drafts.layers = layer::lay(&mut all, findings);
    for file in all {
        drafts.take(file, findings);
    }
    drafts
}

fn read(path: &Arc<str>, text: &Arc<str>, findings: &mut Diagnostics) -> Option<Document> {
    // Whoever read the file put this mark in place of bytes that are no UTF-8.
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        let message = Text::both("tệp không phải văn bản UTF-8", "the file is not UTF-8 text");
        let help = Text::both("lưu lại tệp theo bảng mã UTF-8", "save the file as UTF-8");
        let span = Span::locate(path, text, at, at + char::REPLACEMENT_CHARACTER.len_utf8());
        findings.push(Diagnostic::error(codes::NOT_UTF8, message).help(help).at(span));
        return None;
    }
    let (document, found) = yaml::read(path, text);
    findings.append(found);
    document
}

/// Makes a definition of `document`, as far as it has the shape of its kind.
fn draft<R: DeserializeOwned, D>(
    document: Document,
    place: &Place,
    findings: &mut Diagnostics,
    build: impl FnOnce(R, At<'_>, &Place, &mut Sink<'_>) -> D,
) -> Option<Draft<D>> {
    let shaped = structure::shape(&document, schema(place.kind));
    findings.append(shaped.findings);
    let at = At::root(&document);
    let raw = match serde_json::from_value(shaped.json) {
        Ok(raw) => raw,
        Err(error) => {
            let message = Text::both(
                "tệp không đúng định dạng",
                format!("the file does not have the right form: {error}"),
            );
            findings.push(Diagnostic::error(codes::WRONG_TYPE, message).at(at.span()));
            return None;
        }
    };
    let mut sink = Sink { findings, guessed: &shaped.guessed };
    place::same_id(at, place, &mut sink);
    let definition = build(raw, at, place, &mut sink);
    Some(Draft { document, guessed: shaped.guessed, definition })
}

fn report_duplicates(drafts: &Drafts, findings: &mut Diagnostics) {
    fn report<'a, D: 'a>(
        drafts: impl Iterator<Item = &'a Draft<D>>,
        id: impl Fn(&D) -> &str,
        findings: &mut Diagnostics,
    ) {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for draft in drafts {
            let id = id(&draft.definition);
            let Some(earlier) = seen.insert(id, &draft.document.file) else { continue };
            let message =
                Text::both(format!("mã `{id}` đã dùng"), format!("the id `{id}` is already taken"));
            let help = Text::both(format!("bởi {earlier}"), format!("by {earlier}"));
            let span = draft.at().get("id").span();
            findings.push(Diagnostic::error(codes::DUPLICATE_ID, message).help(help).at(span));
        }
    }
    report(drafts.forms.values(), |form| &form.id, findings);
    report(drafts.reports.values(), |report| &report.id, findings);
    report(drafts.datasets.values(), |shared| &shared.dataset.id, findings);
    report(drafts.code_lists.values(), |list| &list.id, findings);
    report(drafts.plugins.values(), |plugin| &plugin.id, findings);
}

impl Drafts {
    /// Makes a definition of a file.
    fn take(&mut self, file: Read, findings: &mut Diagnostics) {
        let Read { place, path, document } = file;
        match place.kind {
            Kind::Form => {
                let draft = draft(document, &place, findings, form::form);
                self.forms.extend(draft.map(|draft| (path, draft)));
            }
            Kind::Report => {
                let draft = draft(document, &place, findings, report::report);
                self.reports.extend(draft.map(|draft| (path, draft)));
            }
            Kind::Dataset => {
                let draft = draft(document, &place, findings, dataset::shared);
                self.datasets.extend(draft.map(|draft| (path, draft)));
            }
            Kind::CodeList => {
                let draft = draft(document, &place, findings, code_list::code_list);
                self.code_lists.extend(draft.map(|draft| (path, draft)));
            }
            Kind::Plugin => {
                let draft = draft(document, &place, findings, plugin::manifest);
                self.plugins.extend(draft.map(|draft| (path, draft)));
            }
            Kind::Site => self.site = draft(document, &place, findings, site::site),
            // Laid over the others before.
            Kind::Layer => {}
        }
    }

    /// Leaves out what has an error, and then whatever refers to something left out.
    fn drop_broken(&mut self, findings: &Diagnostics) {
        let broken: BTreeSet<Arc<str>> = findings
            .iter()
            .filter(|finding| finding.severity == crate::diagnostic::Severity::Error)
            .filter_map(|finding| finding.span.as_ref().map(|span| span.file.clone()))
            .flat_map(|file| {
                // A base with a wrong layer is as wrong as the layer.
                let base = self.layers.iter().find(|layer| layer.file == file);
                let base = base.map(|layer| layer.base_file.clone());
                std::iter::once(file).chain(base)
            })
            .collect();
        self.code_lists.retain(|path, _| !broken.contains(path));
        self.datasets.retain(|path, _| !broken.contains(path));
        self.plugins.retain(|path, _| !broken.contains(path));
        self.forms.retain(|path, _| !broken.contains(path));
        self.reports.retain(|path, _| !broken.contains(path));
        self.site = self.site.take().filter(|draft| !broken.contains(&draft.document.file));
        let lists: BTreeSet<String> =
            self.code_lists.values().map(|draft| draft.definition.id.clone()).collect();
        let datasets: BTreeSet<String> =
            self.datasets.values().map(|draft| draft.definition.dataset.id.clone()).collect();
        loop {
            let before = self.forms.len();
            let forms: BTreeSet<String> =
                self.forms.values().map(|draft| draft.definition.id.clone()).collect();
            self.forms.retain(|_, draft| form::stands(&draft.definition, &forms, &lists));
            if self.forms.len() == before {
                self.reports.retain(|_, draft| {
                    report::stands(&draft.definition, &forms, &datasets, &lists)
                });
                return;
            }
        }
    }

    fn catalog(&mut self) -> Catalog {
        fn by_id<D>(
            drafts: BTreeMap<Arc<str>, Draft<D>>,
            id: impl Fn(&D) -> &String,
        ) -> IndexMap<String, D> {
            let mut definitions: IndexMap<String, D> = drafts
                .into_values()
                .map(|draft| (id(&draft.definition).clone(), draft.definition))
                .collect();
            definitions.sort_unstable_keys();
            definitions
        }
        let forms = by_id(std::mem::take(&mut self.forms), |form| &form.id);
        Catalog {
            forms: order::referred_first(forms),
            reports: by_id(std::mem::take(&mut self.reports), |report| &report.id),
            datasets: by_id(std::mem::take(&mut self.datasets), |shared| &shared.dataset.id),
            code_lists: by_id(std::mem::take(&mut self.code_lists), |list| &list.id),
            plugins: by_id(std::mem::take(&mut self.plugins), |plugin| &plugin.id),
            layers: std::mem::take(&mut self.layers),
        }
    }
}
