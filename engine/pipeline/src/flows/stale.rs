//! Finds the issued documents that a change has made stale.
//!
//! A document is stale when its report would be made from other data today. That is found out by
//! making the data again and comparing hashes, so nothing is listed that still says the same.

use bieumau_model::definition::{Dataset, Form, Report};
use bieumau_model::lock::moment as moment_text;
use bieumau_model::scope::Caller;
use jiff::Timestamp;
use serde::Serialize;

use super::issued::{IssuedView, parameters_of, view};
use crate::parameters::RawParameters;
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;

/// An issued document that no longer says what the records say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaleDocument {
    /// The document.
    #[serde(flatten)]
    pub document: IssuedView,
    /// Since when, in words.
    pub since: String,
}

impl Site {
    /// Finds the issued documents that a change of `form` in a class has made stale, and notes it in
    /// the register.
    pub(crate) fn mark_stale(
        &self,
        caller: &Caller,
        (school, year, form): (&str, i64, &Form),
        (class, pupils): (&str, &[String]),
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<StaleDocument>, Problem> {
        let lines = self.store().issued(school).map_err(store_problem)?;
        let mut stale = Vec::new();
        for line in lines.into_iter().filter(|line| line.end.is_none()) {
            let Some(report) = self.catalog().reports.get(&line.report) else { continue };
            let parameters = parameters_of(&line);
            if !reads(report, &form.id) || !concerns(&parameters, year, class, pupils) {
                continue;
            }
            // A report whose parameters no longer bind says something else, too.
            let same = self.data_hash(report, &parameters).is_ok_and(|hash| hash == line.data_hash);
            if !same {
                stale.push(line);
            }
        }
        let ids: Vec<i64> = stale.iter().map(|line| line.id).collect();
        self.store().mark_stale(caller, &ids, now, reason).map_err(store_problem)?;
        Ok(stale
            .into_iter()
            .map(|line| {
                let since = line.stale_since.unwrap_or(now);
                let mut document = view(line);
                document.stale_reason.get_or_insert_with(|| reason.to_owned());
                StaleDocument { document, since: moment_text(since) }
            })
            .collect())
    }
}

/// Whether some dataset of a report reads `form`.
fn reads(report: &Report, form: &str) -> bool {
    report.datasets.iter().flat_map(Dataset::words).any(|word| word == form)
}

/// Whether a document may be about the pupils of a change at all; the hash decides in the end.
fn concerns(parameters: &RawParameters, year: i64, class: &str, pupils: &[String]) -> bool {
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_empty());
    let of_pupils = given("pupil").is_none_or(|pupil| pupils.contains(pupil));
    let same_year = given("year").is_some_and(|own| *own == year.to_string());
    let of_class = !same_year || given("class").is_none_or(|own| own == class);
    of_pupils && of_class
}
