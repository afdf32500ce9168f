//! The register of issued documents: each with number and code, kept byte by byte, replaced or
//! revoked but never altered.

use std::collections::BTreeMap;

use bieumau_model::access::{Action, Area, Target};
use bieumau_model::definition::Report;
use bieumau_model::lock::moment as moment_text;
use bieumau_model::reporting::PeriodState;
use bieumau_model::scope::Caller;
use bieumau_model::table_json::write_tables;
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Issued, NewIssue};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::papers::{rows, text};
use super::who::{Place, must};
use crate::parameters::{RawParameters, bind};
use crate::problem::{Problem, ProblemKind};
use crate::render::{Document, RenderRequest, store_problem};
use crate::site::Site;

/// Whether an issued document is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// Yes.
    Valid,
    /// Another one came in its place.
    Replaced,
    /// No more, and nothing came in its place.
    Revoked,
}

impl IssueState {
    /// Returns what people read.
    pub fn title(self) -> Text {
        match self {
            Self::Valid => Text::both("Còn hiệu lực", "Valid"),
            Self::Replaced => Text::both("Đã được thay thế", "Replaced"),
            Self::Revoked => Text::both("Đã thu hồi", "Revoked"),
        }
    }
}

/// A line of the register of issued documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedView {
    /// Id.
    pub id: i64,
    /// Number in the calendar year and school.
    pub number: i64,
    /// The code by which anybody can ask whether it is valid.
    pub code: String,
    /// Whether it is valid.
    pub state: IssueState,
    /// How it ended, when it did.
    pub end: Option<EndView>,
    /// School; empty for a document of no single school.
    pub school: String,
    /// Report.
    pub report: String,
    /// Version of its definition.
    pub report_version: i64,
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

/// How an issued document ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndView {
    /// The id of the document in its place; `None` when it was revoked.
    pub replaced_by: Option<i64>,
    /// When, in words.
    pub at: String,
    /// Who did it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What anybody is told who has the code of a document: nothing about persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicIssue {
    /// The code.
    pub code: String,
    /// Whether it is valid.
    pub state: IssueState,
    /// What people read for that.
    pub state_title: Text,
    /// Kind of document.
    pub kind: String,
    /// Day on which it was issued.
    pub issued_on: String,
    /// Day on which it was replaced or revoked.
    pub ended_on: Option<String>,
    /// Name of the school.
    pub school: String,
}

/// What a check of an issued document found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssueProof {
    /// The line of the register.
    #[serde(flatten)]
    pub line: IssuedView,
    /// Whether the bytes that are kept have the hash that the register has.
    pub bytes_match: bool,
    /// Whether the records still give the data that it was made from.
    pub data_matches: bool,
    /// Whether making it again gives the very same bytes; nothing when the data or the definition
    /// are others now.
    pub same_again: Option<bool>,
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
        asked: (&str, &RawParameters, &str),
        period: Option<&str>,
        now: Timestamp,
    ) -> Result<IssuedDocument, Problem> {
        let reason = period.map_or_else(
            || "Phát hành văn bản".to_owned(),
            |period| format!("Nộp báo cáo kỳ {period}"),
        );
        self.issue_as(caller, asked, period, None, &reason, now)
    }

    /// Makes a document anew from what the records say now, in the place of an issued one.
    pub fn replace_issued(
        &self,
        caller: &Caller,
        id: i64,
        reason: &str,
        now: Timestamp,
    ) -> Result<IssuedDocument, Problem> {
        let line = self.endable(caller, id, reason, now)?;
        let parameters = parameters_of(&line);
        let asked = (line.report.as_str(), &parameters, line.format.as_str());
        self.issue_as(caller, asked, line.period.as_deref(), Some(id), reason.trim(), now)
    }

    /// Takes an issued document out of validity.
    pub fn revoke_issued(
        &self,
        caller: &Caller,
        id: i64,
        reason: &str,
        now: Timestamp,
    ) -> Result<IssuedView, Problem> {
        self.endable(caller, id, reason, now)?;
        let mut store = self.store();
        let done = store.revoke_issued(caller, id, now, reason.trim()).map_err(store_problem)?;
        let line = store.issued_one(id).map_err(store_problem)?.ok_or_else(|| no_issue(id))?;
        if done { Ok(view(line)) } else { Err(ended_already(&line)) }
    }

    /// Returns the document that may be replaced or revoked by `caller`.
    fn endable(
        &self,
        caller: &Caller,
        id: i64,
        reason: &str,
        now: Timestamp,
    ) -> Result<Issued, Problem> {
        let line = self.store().issued_one(id).map_err(store_problem)?;
        let line = line.ok_or_else(|| no_issue(id))?;
        self.keeps_register(caller, &line.school, now)?;
        if line.end.is_some() {
            return Err(ended_already(&line));
        }
        if reason.trim().is_empty() {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J394",
                "Phải ghi lý do thay thế hoặc thu hồi",
                "the reason is missing",
            )
            .at("/reason"));
        }
        Ok(line)
    }

    /// Refuses unless `caller` keeps the register of a school: who takes documents out, and writes
    /// what the office keeps.
    pub fn keeps_register(
        &self,
        caller: &Caller,
        school: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        must(caller, Action::Export, &Place { school, ..Place::default() }, now)?;
        self.allow(caller, Action::Write, &Target::school(Area::Office, school), now)
    }

    fn issue_as(
        &self,
        caller: &Caller,
        (report, parameters, format): (&str, &RawParameters, &str),
        period: Option<&str>,
        replaces: Option<i64>,
        reason: &str,
        now: Timestamp,
    ) -> Result<IssuedDocument, Problem> {
        let school = parameters.get("school").cloned().unwrap_or_default();
        must(caller, Action::Export, &Place { school: &school, ..Place::default() }, now)?;
        let year = parameters.get("year").and_then(|year| year.parse().ok());
        let late = match (period, replaces) {
            (Some(period), None) => self.in_time(period, year, now)? == PeriodState::Late,
            // What was submitted in time may be mended after the period was closed.
            (Some(period), Some(_)) => {
                !self.in_time(period, year, now).is_ok_and(|state| state == PeriodState::Open)
            }
            (None, _) => false,
        };
        let request = RenderRequest::new(report.to_owned(), parameters.clone(), format, None)?;
        let definition = self.report(report)?;
        let data_hash = self.data_hash(definition, parameters)?;
        let next = self.store().next_issue().map_err(store_problem)?;
        let given = serde_json::json!(parameters).to_string();
        let code =
            code_of(&[report, &given, format, &data_hash, &next.to_string(), &now.to_string()]);
        let document = self.render_marked(caller, &request, Some(&code))?;
        crate::indicators::refuse_wrong(&document.findings)?;
        let new = NewIssue {
            report,
            report_version: definition.version,
            title: definition.title.get(Locale::Vi),
            parameters: &given,
            school: &school,
            year,
            period,
            late,
            format,
            code: &code,
            replaces,
            data_hash: &data_hash,
            plugins: &serde_json::json!(document.plugins).to_string(),
            document_hash: &hash(&document.bytes),
            document: &document.bytes,
        };
        let line = self.store().issue(caller, &new, now, reason).map_err(store_problem)?;
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

    /// Returns one line of the register.
    pub fn issued_line(
        &self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
    ) -> Result<IssuedView, Problem> {
        let line = self.store().issued_one(id).map_err(store_problem)?;
        let line = line.ok_or_else(|| no_issue(id))?;
        must(caller, Action::Export, &Place { school: &line.school, ..Place::default() }, now)?;
        Ok(view(line))
    }

    /// Returns an issued document, byte by byte as it was issued.
    pub fn issued_document(
        &self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
    ) -> Result<(IssuedView, Vec<u8>), Problem> {
        let line = self.issued_line(caller, id, now)?;
        let bytes = self.store().issued_document(id).map_err(store_problem)?;
        Ok((line, bytes.ok_or_else(|| no_issue(id))?))
    }

    /// Checks an issued document: the bytes that are kept, the data, and making it again.
    pub fn prove_issued(
        &self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
    ) -> Result<IssueProof, Problem> {
        let (line, bytes) = self.issued_document(caller, id, now)?;
        let bytes_match = hash(&bytes) == line.document_hash;
        let known = self.catalog().reports.get(&line.report);
        let Some(report) = known.filter(|own| i64::from(own.version) == line.report_version) else {
            return Ok(IssueProof { line, bytes_match, data_matches: false, same_again: None });
        };
        let data = self.data_hash(report, &line.parameters);
        let data_matches = data.is_ok_and(|hash| hash == line.data_hash);
        let mut same_again = None;
        if data_matches {
            let given = line.parameters.clone();
            let request = RenderRequest::new(line.report.clone(), given, &line.format, None)?;
            let again = self.render_marked(&Caller::Operator, &request, Some(&line.code))?;
            // Other plugins give another document, though the definition is the same.
            let plugins = serde_json::json!(again.plugins);
            same_again = (plugins == line.plugins).then(|| again.bytes == bytes);
        }
        Ok(IssueProof { line, bytes_match, data_matches, same_again })
    }

    /// Tells anybody who has the code of a document whether it is valid.
    pub fn public_issue(&self, code: &str) -> Result<PublicIssue, Problem> {
        let code = code_read(code);
        let line = self.store().issued_by_code(&code).map_err(store_problem)?;
        let line = line.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J390",
                format!("Không có văn bản nào mang mã `{code}`"),
                format!("there is no document with the code `{code}`"),
            )
            .help(
                "Kiểm tra lại mã in trên văn bản, ví dụ ABCD-EFGH-JKLM",
                "compare it with the code on the document, such as ABCD-EFGH-JKLM",
            )
            .at("/code")
        })?;
        let schools = self.papers("school", &[("school", text(&line.school))])?;
        let school = rows(&schools).find_map(|row| row.maybe("name"));
        let day =
            |at: Timestamp| bieumau_model::format::date_short(bieumau_model::lock::vietnam_day(at));
        let state = state_of(&line);
        Ok(PublicIssue {
            state,
            state_title: state.title(),
            kind: line.title,
            issued_on: day(line.issued_at),
            ended_on: line.end.map(|end| day(end.at)),
            school: school.unwrap_or(line.school),
            code: line.code,
        })
    }

    /// The hash of everything that a report is made from: its datasets, and what rules gave.
    pub(super) fn data_hash(
        &self,
        report: &Report,
        parameters: &RawParameters,
    ) -> Result<String, Problem> {
        let parameters = bind(report, parameters, self.catalog())?;
        let gathered = self.tables(&Caller::Operator, report, &parameters)?;
        Ok(hash(write_tables(&gathered.tables).to_string().as_bytes()))
    }
}

/// The letters of codes: without those that are taken for others.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Makes a code of twelve letters, 60 bits, out of what only the document has. Whoever does not
/// have its data cannot guess it.
fn code_of(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\n"));
    let letters: Vec<char> =
        digest[..12].iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}

/// Reads a code as people type it: small letters, without hyphens, with blanks.
fn code_read(typed: &str) -> String {
    let plain: Vec<char> = typed
        .chars()
        .filter(|own| own.is_ascii_alphanumeric())
        .map(|own| own.to_ascii_uppercase())
        .collect();
    if plain.len() != 12 {
        return typed.trim().to_uppercase();
    }
    let groups: Vec<String> = plain.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}

fn state_of(line: &Issued) -> IssueState {
    match &line.end {
        None => IssueState::Valid,
        Some(end) if end.replaced_by.is_some() => IssueState::Replaced,
        Some(_) => IssueState::Revoked,
    }
}

fn no_issue(id: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J242",
        format!("Không có văn bản đã phát hành số {id}"),
        format!("there is no issued document {id}"),
    )
}

fn ended_already(line: &Issued) -> Problem {
    let state = state_of(line).title();
    Problem::new(
        ProblemKind::Conflict,
        "J391",
        format!("Văn bản này không còn hiệu lực: {}", state.get(Locale::Vi)),
        format!("the document is not valid any more: {}", state.get(Locale::En)),
    )
}

pub(super) fn parameters_of(line: &Issued) -> RawParameters {
    // The register wrote it itself; a torn one is treated as another document.
    serde_json::from_str(&line.parameters).unwrap_or_default()
}

pub(super) fn view(line: Issued) -> IssuedView {
    IssuedView {
        parameters: parameters_of(&line),
        plugins: serde_json::from_str(&line.plugins).unwrap_or_default(),
        id: line.id,
        number: line.number,
        state: state_of(&line),
        code: line.code,
        end: line.end.map(|end| EndView {
            replaced_by: end.replaced_by,
            at: moment_text(end.at),
            by: end.caller,
            reason: end.reason,
        }),
        school: line.school,
        report_version: line.report_version,
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
