//! What a plugin needs to see: the columns and parameters of its rules, the forms of its reports.

use std::collections::BTreeSet;

use bieumau_model::definition::{Catalog, Dataset, Need, Needs, Personal, Report};
use bieumau_model::text::Text;
use serde::Serialize;

use crate::site::Definitions;

/// A need as an administrator decides on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedView {
    /// The need, such as `pupils.full_name`, `parameter:absence_limit` or `form:pupil`.
    pub need: String,
    /// What it holds, when a form tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// `basic` or `sensitive` when it is personal data (Law 91/2025/QH15).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<&'static str>,
}

/// Returns what the plugin `id` of `definitions` needs.
pub(super) fn of_plugin(definitions: &Definitions, id: &str) -> Needs {
    let catalog = &definitions.catalog;
    let mut needs = catalog.plugins.get(id).map(Needs::of_rules).unwrap_or_default();
    for report in catalog.reports.values() {
        if definitions.plugin_of(report) == Some(id) {
            for form in forms_read(report, catalog) {
                needs.insert(Need::Form(form.to_owned()));
            }
        }
    }
    needs
}

/// Returns the forms that the datasets of a report read: those whose names stand in the SQL.
///
/// A name that only looks like a form's counts too; that asks for more than is needed, never for
/// less.
pub(crate) fn forms_read<'c>(report: &Report, catalog: &'c Catalog) -> BTreeSet<&'c str> {
    let words = report.datasets.iter().flat_map(Dataset::words);
    words.filter_map(|word| catalog.forms.get_key_value(&word).map(|(id, _)| id.as_str())).collect()
}

/// Shows needs with what forms tell of them, personal data first.
pub(super) fn views(needs: &Needs, catalog: &Catalog) -> Vec<NeedView> {
    let mut views: Vec<NeedView> = needs.iter().map(|need| view(need, catalog)).collect();
    views.sort_by_key(|view| match view.personal {
        Some("sensitive") => 0,
        Some(_) => 1,
        None => 2,
    });
    views
}

/// A rule names its columns as it likes; one that is named as a field of a form is taken for it.
fn view(need: &Need, catalog: &Catalog) -> NeedView {
    let (title, personal) = match need {
        Need::Parameter(_) => (None, Personal::None),
        Need::Form(id) => {
            let form = catalog.forms.get(id);
            let fields = form.into_iter().flat_map(|form| form.fields());
            (
                form.map(|form| form.title.clone()),
                fields.map(|field| field.personal).fold(Personal::None, graver),
            )
        }
        Need::Column { column, .. } => {
            let fields = || catalog.forms.values().filter_map(|form| form.field(column));
            let personal = fields().map(|field| field.personal).fold(Personal::None, graver);
            (fields().next().map(|field| field.title.clone()), personal)
        }
    };
    let personal = match personal {
        Personal::None => None,
        Personal::Basic => Some("basic"),
        Personal::Sensitive => Some("sensitive"),
    };
    NeedView { need: need.to_string(), title, personal }
}

fn graver(one: Personal, other: Personal) -> Personal {
    match (one, other) {
        (Personal::Sensitive, _) | (_, Personal::Sensitive) => Personal::Sensitive,
        (Personal::Basic, _) | (_, Personal::Basic) => Personal::Basic,
        (Personal::None, Personal::None) => Personal::None,
    }
}
