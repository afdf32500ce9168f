//! Checks datasets: those of a report, and those that several reports share.
//!
//! The SQL itself is checked by `store`.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::like::misplaced;
use super::place::Place;
use super::plugin::column_type;
use super::words::{PARAMETER, SHARED_DATASET, repeats, twice, unknown};
use super::{Drafts, Sink};
use crate::codes;
use crate::definition::{Dataset, NameOrder, Parameter, SharedDataset, Sort};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::raw::{RawDataset, RawNameOrder, RawSharedDataset, RawSort, texts};
use crate::schema::Kind;
use crate::table::ColumnType;
use crate::text::Text;
use crate::yaml::At;

/// A dataset of a report.
pub(super) fn dataset(raw: RawDataset, at: At<'_>, sink: &mut Sink<'_>) -> Dataset {
    keys(&raw, at, sink);
    Dataset {
        id: raw.id.0,
        sql: at.get(if raw.shared.is_some() { "use" } else { "sql" }).source(),
        shared: raw.shared.map(|id| id.0),
        columns: types(raw.columns, at, sink),
        sort: raw.sort.map(sort),
    }
}

/// A dataset in a file of its own.
pub(super) fn shared(
    raw: RawSharedDataset,
    at: At<'_>,
    _place: &Place,
    sink: &mut Sink<'_>,
) -> SharedDataset {
    let (parameters, optional) = (texts(raw.parameters), texts(raw.optional));
    let names = parameters.iter().chain(&optional).map(String::as_str);
    repeats(names, |position, name| {
        let key = if position < parameters.len() { "parameters" } else { "optional" };
        let position = position.checked_sub(parameters.len()).unwrap_or(position);
        sink.push(twice(at.get(key).item(position).span(), PARAMETER, name));
    });
    SharedDataset {
        title: raw.title,
        dataset: Dataset {
            id: raw.id.0,
            shared: None,
            sql: at.get("sql").source(),
            columns: types(raw.columns, at, sink),
            sort: raw.sort.map(sort),
        },
        parameters,
        optional,
    }
}

/// Reports keys that are missing, and those that do not go with `use`.
fn keys(raw: &RawDataset, at: At<'_>, sink: &mut Sink<'_>) {
    let has = |key: &str| at.node.get(key).is_some();
    if raw.shared.is_some() {
        for key in ["sql", "columns", "sort"].into_iter().filter(|key| has(key)) {
            let finding = misplaced(
                format!("`{key}` không đi với `use`: lấy từ tập dữ liệu dùng chung"),
                format!("`{key}` does not go with `use`: it comes from the shared dataset"),
            );
            sink.push(finding.at(at.key_span(key)));
        }
    } else if raw.sql.is_none() {
        let message = Text::both("thiếu khóa `sql`", "key `sql` is missing");
        let help = Text::both(
            "viết `sql`, hoặc `use: <mã>` để dùng một tập dữ liệu dùng chung",
            "write `sql`, or `use: <id>` for a shared dataset",
        );
        sink.push(Diagnostic::error(codes::MISSING_KEY, message).help(help).at(at.span()));
    }
}

fn types(
    raw: IndexMap<String, String>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> IndexMap<String, ColumnType> {
    let at = at.get("columns");
    raw.into_iter()
        .map(|(name, kind)| {
            let kind = column_type(&kind, at.get(&name), sink);
            (name, kind)
        })
        .collect()
}

fn sort(raw: RawSort) -> Sort {
    Sort {
        before: raw.before,
        name: raw.name,
        then: raw.then,
        order: match raw.order {
            RawNameOrder::GivenThenLeftToRight => NameOrder::GivenThenLeftToRight,
            RawNameOrder::GivenMiddleFamily => NameOrder::GivenMiddleFamily,
        },
    }
}

/// Gives every dataset of a report that is a shared one what that says.
pub(super) fn fill_in(drafts: &mut Drafts, findings: &mut Diagnostics) {
    let Drafts { reports, datasets, unread, .. } = drafts;
    let shared: BTreeMap<&str, &SharedDataset> = datasets
        .values()
        .map(|draft| (draft.definition.dataset.id.as_str(), &draft.definition))
        .collect();
    for draft in reports.values_mut() {
        let at = At::root(&draft.document).get("datasets");
        let parameters = &draft.definition.parameters;
        for (position, dataset) in draft.definition.datasets.iter_mut().enumerate() {
            let Some(id) = dataset.shared.take() else { continue };
            let at = at.item(position).get("use");
            let mut sink = Sink { findings, guessed: &draft.guessed };
            if let Some(found) = shared.get(id.as_str()) {
                missing_parameters(found, parameters, at, &mut sink);
                let own = std::mem::take(&mut dataset.id);
                *dataset = Dataset { id: own, ..found.dataset.clone() };
            } else if !unread.contains(&(Kind::Dataset, id.clone())) {
                let known = shared.keys().copied();
                let code = codes::UNKNOWN_DATASET;
                sink.push(unknown(code, at.span(), SHARED_DATASET, &id, known));
            }
            dataset.shared = Some(id);
        }
    }
}

/// Reports parameters of a shared dataset that the report which uses it at `at` does not declare.
fn missing_parameters(
    shared: &SharedDataset,
    declared: &[Parameter],
    at: At<'_>,
    sink: &mut Sink<'_>,
) {
    let id = &shared.dataset.id;
    let is_declared = |name: &str| declared.iter().any(|parameter| parameter.id == name);
    for name in shared.parameters.iter().filter(|name| !is_declared(name)) {
        let message = Text::both(
            format!("tập dữ liệu `{id}` cần tham số `{name}` mà báo cáo không khai"),
            format!(
                "the dataset `{id}` needs a parameter `{name}`, which the report does not declare"
            ),
        );
        let help = Text::both(
            format!("khai `{name}` ở `parameters`"),
            format!("declare `{name}` under `parameters`"),
        );
        let finding = Diagnostic::error(codes::DATASET_PARAMETER, message).help(help);
        sink.push(finding.at(at.span()));
    }
}
