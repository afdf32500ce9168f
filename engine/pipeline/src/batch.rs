//! Works a statistical report of an office out school by school: rules see one school at a time, its
//! figures are added to those of the others, and no more than one school is held.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use bieumau_model::definition::{ParameterType, Report};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::indicators::{IndicatorError, Merged, Tally, wanted};
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Text;
use bieumau_plugin_host::Explain;
use bieumau_store::Reader;

use crate::indicators::figures_problem;
use crate::parameters::Parameters;
use crate::plugins::PluginPin;
use crate::problem::{Problem, ProblemKind};
use crate::render::{held, put_together, store_problem};
use crate::rules::{self, Applied};
use crate::site::Site;

/// Findings of rules that are told one by one; an office would get those of every school.
const FINDINGS_TOLD: usize = 200;

/// What all parts gave.
pub(crate) struct Batch {
    /// Counts of the tables that are there in each part only.
    pub tallies: Vec<Tally>,
    pub findings: Diagnostics,
    pub plugins: Vec<PluginPin>,
}

/// Whether a report is worked out part by part: it may be, and no part was named.
pub(crate) fn is_batch(report: &Report, parameters: &Parameters) -> bool {
    let given = report.batch.as_ref().and_then(|id| parameters.get(id));
    report.batch.is_some() && matches!(given, None | Some(Value::Missing))
}

impl Site {
    /// Counts the tables of each part, and puts the counts together.
    pub(crate) fn count_batch(
        &self,
        caller: &Caller,
        report: &Report,
        parameters: &Parameters,
    ) -> Result<Batch, Problem> {
        let wanted = wanted(&report.indicators);
        let mut counts: BTreeMap<&str, Merged> = BTreeMap::new();
        let (mut findings, mut more) = (Diagnostics::default(), 0);
        let mut plugins: Vec<PluginPin> = Vec::new();
        let wrong = |error: IndicatorError| figures_problem(report, &error);
        self.each_part(caller, report, parameters, |tables, applied| {
            for (name, wanted) in wanted.iter().filter(|(name, _)| report.is_of_batch(name)) {
                let Some(own) = tables.iter().find(|own| own.name() == *name) else { continue };
                let part = Tally::of(own, wanted, &report.id).map_err(wrong)?;
                match counts.get_mut(name) {
                    Some(counted) => counted.add(&part, &report.id).map_err(wrong)?,
                    None => drop(counts.insert(name, Merged::new(part))),
                }
            }
            for finding in applied.findings.iter() {
                match findings.len() < FINDINGS_TOLD {
                    true => findings.push(finding.clone()),
                    false => more += 1,
                }
            }
            for pin in &applied.plugins {
                if !plugins.contains(pin) {
                    plugins.push(pin.clone());
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if more > 0 {
            findings.push(untold(more));
        }
        let tallies = counts.into_values().map(Merged::into_tally).collect();
        Ok(Batch { tallies, findings, plugins })
    }

    /// Calls `with` with the tables of each part, those of selections too, and what its rules said,
    /// until that breaks off. All parts see the same records.
    pub(crate) fn each_part(
        &self,
        caller: &Caller,
        report: &Report,
        parameters: &Parameters,
        mut with: impl FnMut(&[Table], &Applied) -> Result<ControlFlow<()>, Problem>,
    ) -> Result<(), Problem> {
        let reader = self.reader(caller)?;
        let snapshot = reader.snapshot().map_err(store_problem)?;
        for part in self.parts(&snapshot, report, parameters)? {
            let given: Vec<(&str, Value)> =
                part.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            let datasets = report.datasets.iter();
            let datasets = datasets.filter(|dataset| report.is_of_batch(&dataset.id));
            let mut tables: Vec<Table> = datasets
                .map(|dataset| held(&snapshot, report, dataset, &given))
                .collect::<Result<_, _>>()?;
            let setting = self.setting(&snapshot, report, &part)?;
            let (catalog, plugins) = (self.catalog(), self.plugins());
            let mut applied =
                rules::apply(report, catalog, plugins, &setting, &part, &tables, Explain::No)?;
            put_together(report, &mut tables, std::mem::take(&mut applied.tables))?;
            if with(&tables, &applied)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Returns the parameters of each part: those given, with each record that the caller sees.
    fn parts(
        &self,
        reader: &Reader,
        report: &Report,
        parameters: &Parameters,
    ) -> Result<Vec<Parameters>, Problem> {
        let batch = report.batch.as_deref().unwrap_or_default();
        let parameter = report.parameters.iter().find(|own| own.id == batch);
        let Some(ParameterType::Reference { to, only }) = parameter.map(|own| &own.kind) else {
            return Ok(Vec::new());
        };
        let form = self.catalog().forms.get(to);
        let mut filters: Vec<(&str, Value)> = parameters
            .iter()
            .filter(|(name, value)| {
                **value != Value::Missing && form.is_some_and(|form| form.field(name).is_some())
            })
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        filters.extend(only.iter().map(|(name, value)| (&**name, Value::Text(value.clone()))));
        let choices = reader.choices(to, &filters).map_err(store_problem)?;
        if choices.is_empty() {
            return Err(no_part());
        }
        let part = |key: String| {
            let mut part = parameters.clone();
            part.insert(batch.to_owned(), Value::Text(key));
            part
        };
        Ok(choices.into_iter().map(|choice| part(choice.key)).collect())
    }
}

fn untold(more: usize) -> Diagnostic {
    let message = Text::both(
        format!("còn {more} điều nữa về dữ liệu của các trường"),
        format!("{more} more findings about the data of the schools"),
    );
    Diagnostic::warning("D432", message).help(Text::both(
        "mở báo cáo của từng trường để xem hết",
        "open the report of each school to see all of them",
    ))
}

fn no_part() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J408",
        "Không có trường nào để tổng hợp trong phạm vi của bạn",
        "there is no school to count within your scope",
    )
    .help(
        "Chọn tỉnh (thành phố) khác, hoặc hỏi người quản trị về phạm vi được xem",
        "choose another province, or ask the administrator what you may see",
    )
}
