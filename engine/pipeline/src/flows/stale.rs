//! Issues documents into the register, and finds those that a change has made stale.
//!
//! A document is stale when its report would be made from other data today. That is found out by
//! making the data again and comparing hashes, so nothing is listed that still says the same.

use std::collections::BTreeMap;

use bieumau_model::access::Action;
use bieumau_model::definition::{Form, Report};
use bieumau_model::format::date_short;
use bieumau_model::lock::{moment as moment_text, vietnam_day};
use bieumau_model::reporting::{PeriodState, ReportingPeriod};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::table_json::write_tables;
use bieumau_store::{Issued, NewIssue};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::papers::rows;
use super::who::{Place, must};
use crate::parameters::{RawParameters, bind};
use crate::problem::{Problem, ProblemKind};
use crate::render::{Document, RenderRequest, store_problem};
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

/// A line of the register of issued documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedView {
    /// Id.
    pub id: i64,
    /// Number in the calendar year and school.
    pub number: i64,
    /// Report.
    pub report: String,
    /// Title.
    pub title: String,
    /// Parameters.
    pub parameters: BTreeMap<String, String>,
    /// Format.
    pub format: String,
    /// Reporting period, when it was submitted for one.
    pub period: Option<String>,
    /// Whether that was late.
    pub late: bool,
    /// When, in words.
    pub issued_at: String,
    /// Who.
    pub issued_by: String,
    /// SHA-256 of the bytes.
    pub document_hash: String,
    /// SHA-256 of the data.
    pub data_hash: String,
    /// Why the records say something else now; nothing while they do not.
    pub stale_reason: Option<String>,
    /// Plugins that it was made with, each with version and SHA-256.
    pub plugins: serde_json::Value,
}

/// A document that was issued, with its line of the register.
#[derive(Debug, Clone)]
pub struct IssuedDocument {
    /// The document.
    pub document: Document,
    /// The line.
    pub line: IssuedView,
}

impl Site {
    /// Makes a document and registers it as issued; `period` submits it for a reporting period.
    pub fn issue(
        &self,
        caller: &Caller,
        (report, parameters, format): (&str, &RawParameters, &str),
        period: Option<&str>,
        now: Timestamp,
    ) -> Result<IssuedDocument, Problem> {
        let school = parameters.get("school").cloned().unwrap_or_default();
        must(caller, Action::Export, &Place { school: &school, ..Place::default() }, now)?;
        let year = parameters.get("year").and_then(|year| year.parse().ok());
        let late = match period {
            Some(period) => self.in_time(period, year, now)? == PeriodState::Late,
            None => false,
        };
        let request = RenderRequest::new(report.to_owned(), parameters.clone(), format, None)?;
        let document = self.render(caller, &request)?;
        crate::indicators::refuse_wrong(&document.findings)?;
        let definition = self.report(report)?;
        let data_hash = self.data_hash(definition, parameters)?;
        let new = NewIssue {
            report,
            report_version: definition.version,
            title: definition.title.get(bieumau_model::text::Locale::Vi),
            parameters: &serde_json::json!(parameters).to_string(),
            school: &school,
            year,
            period,
            late,
            format,
            data_hash: &data_hash,
            plugins: &serde_json::json!(document.plugins).to_string(),
            document_hash: &hash(&document.bytes),
            document: &document.bytes,
        };
        let reason = period.map_or_else(
            || "Phát hành văn bản".to_owned(),
            |period| format!("Nộp báo cáo kỳ {period}"),
        );
        let line = self.store().issue(caller, &new, now, &reason).map_err(store_problem)?;
        Ok(IssuedDocument { document, line: view(line) })
    }

    /// Lists the issued documents of a school, newest first.
    pub fn issued(
        &self,
        caller: &Caller,
        school: &str,
        now: Timestamp,
    ) -> Result<Vec<IssuedView>, Problem> {
        must(caller, Action::Export, &Place { school, ..Place::default() }, now)?;
        let lines = self.store().issued(school).map_err(store_problem)?;
        Ok(lines.into_iter().map(view).collect())
    }

    /// Returns an issued document, byte by byte as it was issued.
    pub fn issued_document(
        &self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
    ) -> Result<(IssuedView, Vec<u8>), Problem> {
        let none = || {
            Problem::new(
                ProblemKind::NotFound,
                "J242",
                format!("Không có văn bản đã phát hành số {id}"),
                format!("there is no issued document {id}"),
            )
        };
        let store = self.store();
        let line = store.issued_one(id).map_err(store_problem)?.ok_or_else(none)?;
        must(caller, Action::Export, &Place { school: &line.school, ..Place::default() }, now)?;
        let bytes = store.issued_document(id).map_err(store_problem)?.ok_or_else(none)?;
        Ok((view(line), bytes))
    }

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
        for line in lines {
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

    /// The reporting periods of a school year.
    pub fn reporting_periods(&self, year: i64) -> Result<Vec<ReportingPeriod>, Problem> {
        let table = self.papers("reporting_period", &[("year", Value::Integer(year))])?;
        Ok(rows(&table)
            .filter_map(|row| {
                Some(ReportingPeriod {
                    period: row.text("period"),
                    title: row.text("title"),
                    opens_on: row.day("opens_on")?,
                    due_on: row.day("due_on")?,
                    closes_on: row.day("closes_on")?,
                })
            })
            .collect())
    }

    /// Returns the state of a period in which a report may be submitted.
    fn in_time(
        &self,
        period: &str,
        year: Option<i64>,
        now: Timestamp,
    ) -> Result<PeriodState, Problem> {
        let known = self.reporting_periods(year.unwrap_or_default())?;
        let found = known.iter().find(|own| own.period == period).ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J243",
                format!("Năm học này không có kỳ báo cáo `{period}`"),
                format!("there is no reporting period `{period}` in this school year"),
            )
        })?;
        let state = found.state(vietnam_day(now));
        let (vi, en) = match state {
            PeriodState::Open | PeriodState::Late => return Ok(state),
            PeriodState::Before => (
                format!("Kỳ báo cáo chưa mở; mở từ ngày {}", date_short(found.opens_on)),
                format!("the period opens on {}", found.opens_on),
            ),
            PeriodState::Closed => (
                format!("Kỳ báo cáo đã đóng sau ngày {}", date_short(found.closes_on)),
                format!("the period was closed after {}", found.closes_on),
            ),
        };
        Err(Problem::new(ProblemKind::Conflict, "J244", vi, en)
            .help("Liên hệ đơn vị quản lý để được gia hạn", "ask the office for more time"))
    }

    /// The hash of everything that a report is made from: its datasets, and what rules gave.
    fn data_hash(&self, report: &Report, parameters: &RawParameters) -> Result<String, Problem> {
        let parameters = bind(report, parameters, self.catalog())?;
        let gathered = self.tables(&Caller::Operator, report, &parameters)?;
        Ok(hash(write_tables(&gathered.tables).to_string().as_bytes()))
    }
}

/// Whether some dataset of a report reads `form`.
fn reads(report: &Report, form: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    report
        .datasets
        .iter()
        .any(|dataset| dataset.sql.text.split(|letter| !is_word(letter)).any(|word| word == form))
}

/// Whether a document may be about the pupils of a change at all; the hash decides in the end.
fn concerns(parameters: &RawParameters, year: i64, class: &str, pupils: &[String]) -> bool {
    let given = |name: &str| parameters.get(name).filter(|value| !value.is_empty());
    let of_pupils = given("pupil").is_none_or(|pupil| pupils.contains(pupil));
    let same_year = given("year").is_some_and(|own| *own == year.to_string());
    let of_class = !same_year || given("class").is_none_or(|own| own == class);
    of_pupils && of_class
}

fn parameters_of(line: &Issued) -> RawParameters {
    // The register wrote it itself; a torn one is treated as another document.
    serde_json::from_str(&line.parameters).unwrap_or_default()
}

fn view(line: Issued) -> IssuedView {
    IssuedView {
        parameters: parameters_of(&line),
        plugins: serde_json::from_str(&line.plugins).unwrap_or_default(),
        id: line.id,
        number: line.number,
        report: line.report,
        title: line.title,
        format: line.format,
        period: line.period,
        late: line.late,
        issued_at: moment_text(line.issued_at),
        issued_by: line.issued_by,
        document_hash: line.document_hash,
        data_hash: line.data_hash,
        stale_reason: line.stale_reason,
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
