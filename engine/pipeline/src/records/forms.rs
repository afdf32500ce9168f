//! Forms as programs and pages have them: what there is, the whole definition, the schema.

use bieumau_model::definition::Form;
use bieumau_model::record_schema::record_schema;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::{Definitions, Site, unknown_form};

/// One form in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormSummary {
    /// Id.
    pub id: String,
    /// Version of the definition.
    pub version: u32,
    /// `draft`, `published` or `retired`.
    pub status: &'static str,
    /// Title.
    pub title: Text,
    /// Fields that identify a record.
    pub key: Vec<String>,
    /// Grids in which many records are entered at once.
    pub grids: Vec<String>,
}

/// A version of a form that the site has used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormVersion {
    /// Version.
    pub version: i64,
    /// When it was first applied.
    pub applied_at: String,
}

impl Site {
    /// Lists the forms by id.
    pub fn forms(&self) -> Vec<FormSummary> {
        let mut forms: Vec<FormSummary> = self.catalog().forms.values().map(summary).collect();
        forms.sort_by(|a, b| a.id.cmp(&b.id));
        forms
    }

    /// Returns the whole definition of `form`, or that of an earlier `version`.
    pub fn form_definition(&self, form: &str, version: Option<i64>) -> Result<Json, Problem> {
        let form = self.form(form)?;
        let Some(version) = version.filter(|version| *version != i64::from(form.version)) else {
            return Ok(form.whole());
        };
        let kept = self.store().definition(&form.id, version).map_err(store_problem)?;
        kept.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J129",
                format!("Biểu mẫu `{}` chưa từng có phiên bản {version}", form.id),
                format!("form `{}` never had the version {version}", form.id),
            )
        })
    }

    /// Lists the versions of `form` that the site has used, oldest first.
    pub fn form_versions(&self, form: &str) -> Result<Vec<FormVersion>, Problem> {
        let form = self.form(form)?;
        let versions = self.store().versions(&form.id).map_err(store_problem)?;
        let view = |(version, applied_at)| FormVersion { version, applied_at };
        Ok(versions.into_iter().map(view).collect())
    }

    /// Returns the JSON Schema of the records of `form`.
    pub fn record_schema(&self, form: &str, locale: Locale) -> Result<Json, Problem> {
        Ok(record_schema(self.form(form)?, self.catalog(), self.today(), locale))
    }
}

/// Returns the JSON Schema of the records of `form` in the site in `folder`, or as shipped.
pub fn form_schema(
    folder: Option<&std::path::Path>,
    form: &str,
    now: Timestamp,
    locale: Locale,
) -> Result<Json, Problem> {
    let day = vietnam_day(now);
    let definitions = folder.map_or_else(Definitions::shipped, Definitions::of)?;
    let catalog = &definitions.catalog;
    let found = catalog.forms.get(form).ok_or_else(|| unknown_form(form, catalog))?;
    Ok(record_schema(found, catalog, day, locale))
}

fn summary(form: &Form) -> FormSummary {
    FormSummary {
        id: form.id.clone(),
        version: form.version,
        status: form.status.name(),
        title: form.title.clone(),
        key: form.key.clone(),
        grids: form.grids.iter().map(|grid| grid.id.clone()).collect(),
    }
}
