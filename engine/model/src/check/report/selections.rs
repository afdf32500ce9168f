//! Checks from which tables a selection is put together; its columns are compared elsewhere.

use indexmap::IndexMap;

use super::super::Sink;
use crate::definition::{Report, Selection};
use crate::raw::{Id, RawSelection};
use crate::yaml::At;

pub(super) fn selections(raw: Vec<RawSelection>) -> Vec<Selection> {
    let names = |map: IndexMap<Id, Vec<String>>| {
        map.into_iter().map(|(name, texts)| (name.0, texts)).collect()
    };
    raw.into_iter()
        .map(|raw| Selection {
            id: raw.id.0,
            from: raw.from.0,
            with: names(raw.with),
            alternatives: raw.alternatives.into_iter().map(names).collect(),
        })
        .collect()
}

/// Reports unknown tables.
pub(super) fn references(report: &Report, at: At<'_>, sink: &mut Sink<'_>) {
    for (position, selection) in report.selections.iter().enumerate() {
        let at = at.item(position);
        super::source(report, &selection.from, at.get("from"), sink);
        for table in selection.with.keys() {
            super::source(report, table, at.get("with").get(table), sink);
        }
    }
}
