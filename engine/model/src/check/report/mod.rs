//! Checks a report: what it declares, and what that refers to.
//!
//! The SQL of datasets is checked by `store`, templates by `render`.

mod batch;
mod cell_checks;
mod document;
mod indicators;
mod layout;
mod parameters;
mod rules;
mod selections;
mod template;

use std::collections::BTreeSet;

use super::place::Place;
use super::words::{self, repeats, twice, unknown};
use super::world::World;
use super::{Draft, Sink};
use super::{columns, dataset};
use crate::codes;
use crate::definition::{Node, ParameterType, Report};
use crate::raw::{RawReport, texts};
use crate::yaml::At;

pub(super) fn report(raw: RawReport, at: At<'_>, place: &Place, sink: &mut Sink<'_>) -> Report {
    let datasets_at = at.get("datasets");
    let datasets = raw.datasets.into_iter().enumerate();
    let report = Report {
        id: raw.id.0,
        version: raw.version,
        title: raw.title,
        topic: place.topic.clone(),
        source: raw.source,
        levels: texts(raw.levels),
        parameters: parameters::parameters(raw.parameters, at.get("parameters"), sink),
        datasets: datasets
            .map(|(position, raw)| dataset::dataset(raw, datasets_at.item(position), sink))
            .collect(),
        rules: rules::calls(raw.rules, at.get("rules")),
        batch: raw.batch.map(|id| id.0),
        selections: selections::selections(raw.selections),
        indicators: indicators::indicators(raw.indicators, at.get("indicators"), sink),
        document: document::nodes(raw.document, at.get("document"), sink),
        template: raw.template,
        formats: template::formats(&raw.formats, at.get("formats"), sink),
        sheets: template::sheets(raw.sheets, at.get("sheets"), sink),
        missing_letters: raw.missing_letters,
        layout: raw.layout.map(|raw| layout::layout(raw, at.get("layout"), sink)),
    };
    table_names(&report, at, sink);
    report
}

pub(super) fn references(draft: &Draft<Report>, world: &World<'_>, sink: &mut Sink<'_>) {
    let (report, at) = (&draft.definition, draft.at());
    for (position, level) in report.levels.iter().enumerate() {
        world.code("level", level, at.get("levels").item(position), sink);
    }
    parameters::references(report, at.get("parameters"), world, sink);
    rules::references(report, at.get("rules"), world, sink);
    selections::references(report, at.get("selections"), sink);
    indicators::references(report, at.get("indicators"), sink);
    batch::references(report, at, sink);
    document::references(report, at, world, sink);
    layout::references(report, at.get("layout"), sink);
    template::files(report, at, world.source, sink);
    let known = columns::of_rules(report, world.plugins.values().copied());
    columns::compare(report, at, &known, sink);
}

/// Returns whether everything that `report` refers to is among `forms`, `datasets` and `lists`.
pub(super) fn stands(
    report: &Report,
    forms: &BTreeSet<String>,
    datasets: &BTreeSet<String>,
    lists: &BTreeSet<String>,
) -> bool {
    fn nodes_stand<'a>(
        mut nodes: impl Iterator<Item = &'a Node>,
        lists: &BTreeSet<String>,
    ) -> bool {
        nodes.all(|node| {
            node.codes.values().all(|list| lists.contains(list))
                && nodes_stand(node.children.values(), lists)
        })
    }
    let mut shared = report.datasets.iter().filter_map(|dataset| dataset.shared.as_ref());
    let mut sheet_columns = report.sheets.iter().flat_map(|sheet| &sheet.columns);
    report.parameters.iter().all(|parameter| match &parameter.kind {
        ParameterType::Choice { codes, .. } => lists.contains(codes),
        ParameterType::Reference { to, .. } => forms.contains(to),
        _ => true,
    }) && shared.all(|id| datasets.contains(id))
        && nodes_stand(report.document.values(), lists)
        && sheet_columns.all(|column| column.codes.as_ref().is_none_or(|id| lists.contains(id)))
}

/// Returns the names of all tables that a report knows: datasets, what its rules give, selections.
pub(super) fn tables(report: &Report) -> impl Iterator<Item = &str> {
    sources(report).chain(report.selections.iter().map(|selection| selection.id.as_str()))
}

/// Returns the names of datasets, of what rules give and of what they found.
fn sources(report: &Report) -> impl Iterator<Item = &str> {
    let datasets = report.datasets.iter().map(|dataset| dataset.id.as_str());
    let of_rules =
        report.rules.iter().flat_map(|call| call.gives.values().chain(call.findings.values()));
    datasets.chain(of_rules.map(String::as_str))
}

/// Returns the names of what rules give.
fn given(report: &Report) -> impl Iterator<Item = &str> {
    report.rules.iter().flat_map(|call| call.gives.values().map(String::as_str))
}

/// Reports when a report knows no table `name`.
fn table(report: &Report, name: &str, at: At<'_>, sink: &mut Sink<'_>) {
    if !name.is_empty() && !tables(report).any(|table| table == name) {
        let known = tables(report);
        sink.push(unknown(codes::UNKNOWN_TABLE, at.span(), words::TABLE, name, known));
    }
}

/// Reports when `name` is neither a dataset nor given by a rule: a selection is no source.
fn source(report: &Report, name: &str, at: At<'_>, sink: &mut Sink<'_>) {
    if !name.is_empty() && !sources(report).any(|table| table == name) {
        let known = sources(report);
        sink.push(unknown(codes::UNKNOWN_TABLE, at.span(), words::TABLE, name, known));
    }
}

/// Reports names of tables that stand twice, among datasets, what rules give, selections and
/// statistical tables.
fn table_names(report: &Report, at: At<'_>, sink: &mut Sink<'_>) {
    let datasets = at.get("datasets");
    let mut places: Vec<At<'_>> =
        (0..report.datasets.len()).map(|position| datasets.item(position).get("id")).collect();
    for (position, call) in report.rules.iter().enumerate() {
        let at = at.get("rules").item(position);
        places.extend(call.gives.keys().map(|table| at.get("gives").get(table)));
        places.extend(call.findings.keys().map(|table| at.get("findings").get(table)));
    }
    let selections = at.get("selections");
    let ids = (0..report.selections.len()).map(|position| selections.item(position).get("id"));
    places.extend(ids);
    let indicators = at.get("indicators");
    let ids = (0..report.indicators.len()).map(|position| indicators.item(position).get("id"));
    places.extend(ids);
    let names = tables(report).chain(report.indicators.iter().map(|own| own.id.as_str()));
    repeats(names, |position, name| {
        sink.push(twice(places[position].span(), words::TABLE, name));
    });
}
