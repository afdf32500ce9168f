//! The audit at work: lines for documents that were read, lists, proof and export.

use bieumau_model::access::{Action, Area, Target, decide};
use bieumau_model::definition::{Personal, Report};
use bieumau_model::scope::Caller;
use bieumau_store::{AuditLine, Fault};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::{Document, RenderRequest, store_problem};
use crate::site::Site;

/// Which lines of the audit are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Of this user.
    pub user: Option<String>,
    /// At most so many, the newest.
    pub most: Option<usize>,
}

/// What a check of the audit found.
#[derive(Debug, Clone, Serialize)]
pub struct AuditProof {
    /// How many lines fit.
    pub lines: i64,
    /// The hash of the last one that fits; worth noting elsewhere.
    pub head: String,
}

impl Site {
    /// Makes a document and notes in the audit who read it, when it holds personal data. The line
    /// is there before the document leaves.
    pub fn render_noted(
        &self,
        caller: &Caller,
        request: &RenderRequest,
        now: Timestamp,
    ) -> Result<Document, Problem> {
        let document = self.render(caller, request)?;
        let report = self.report(request.report())?;
        let forms = self.personal_forms(report);
        if !forms.is_empty() {
            let sha256: String =
                Sha256::digest(&document.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let details = json!({"report": report.id, "version": report.version,
                "parameters": request.parameters(), "format": request.format_word(),
                "forms": forms, "sha256": sha256});
            self.note(caller, "document_read", 1, &details, now)?;
        }
        Ok(document)
    }

    /// Adds a line about something that changed no record.
    pub fn note(
        &self,
        caller: &Caller,
        action: &str,
        count: usize,
        details: &Value,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.store().note(caller, action, count, details, now).map_err(store_problem)
    }

    /// Lists lines, oldest first: of the whole site, or of the users of the schools in which the
    /// caller reads the audit.
    pub fn audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        now: Timestamp,
    ) -> Result<Vec<AuditLine>, Problem> {
        let visible = self.audited_users(caller, now)?;
        let mut lines = self
            .store()
            .audit_between(
                filter.from.unwrap_or(Timestamp::MIN),
                filter.to.unwrap_or(Timestamp::MAX),
            )
            .map_err(store_problem)?;
        let who = |line: &AuditLine| -> Vec<String> {
            let caller = line.caller.split(" (token ").next().unwrap_or_default().to_owned();
            let about = line.details["user"].as_str().map(str::to_owned);
            [Some(caller), about].into_iter().flatten().collect()
        };
        lines.retain(|line| {
            let names = who(line);
            visible.as_ref().is_none_or(|users| names.iter().any(|name| users.contains(name)))
                && filter.user.as_ref().is_none_or(|user| names.contains(user))
        });
        if let Some(most) = filter.most {
            lines.drain(..lines.len().saturating_sub(most));
        }
        Ok(lines)
    }

    /// Walks the chain of the audit. `noted` is number and hash of a line that was noted elsewhere.
    ///
    /// # Errors
    /// `J170` with the first line that does not fit.
    pub fn verify_audit(&self, noted: Option<(i64, &str)>) -> Result<AuditProof, Problem> {
        let proof = self.store().verify_audit(noted).map_err(store_problem)?;
        let Some((line, fault)) = proof.broken else {
            return Ok(AuditProof { lines: proof.lines, head: proof.head });
        };
        let (vi, en) = match fault {
            Fault::Missing => ("có dòng trước nó đã bị lấy đi", "a line before it was taken out"),
            Fault::Changed => ("nội dung đã bị thay đổi", "its content was changed"),
            Fault::History => (
                "lịch sử bản ghi kèm theo đã bị thay đổi",
                "the history of records that belongs to it was changed",
            ),
            Fault::Cut => (
                "dòng đã ghi lại ở nơi khác không còn như thế",
                "the line that was noted elsewhere is not there as noted",
            ),
        };
        Err(Problem::new(
            ProblemKind::Definition,
            "J170",
            format!("Nhật ký không còn nguyên vẹn: dòng {line}, {vi}"),
            format!("the audit is not whole: line {line}, {en}"),
        )
        .help(
            format!(
                "{} dòng đầu còn nguyên; giữ nguyên tệp dữ liệu và báo cho đơn vị quản lý",
                proof.lines
            ),
            format!(
                "the first {} lines are whole; keep the file as it is and report it",
                proof.lines
            ),
        ))
    }

    /// Writes lines as JSON, one each, with everything that the chain is made of, and notes the
    /// export.
    pub fn export_audit(
        &self,
        caller: &Caller,
        filter: &AuditFilter,
        now: Timestamp,
    ) -> Result<String, Problem> {
        let lines = self.audit(caller, filter, now)?;
        let mut text = String::new();
        for line in &lines {
            text += &format!("{}\n", line_json(line));
        }
        let details = json!({"from": filter.from.map(|at| at.to_string()),
            "to": filter.to.map(|at| at.to_string()), "user": filter.user});
        self.note(caller, "audit_export", lines.len(), &details, now)?;
        Ok(text)
    }

    /// Names the forms with personal data that the datasets of a report speak of.
    pub(crate) fn personal_forms(&self, report: &Report) -> Vec<&str> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let says = |form: &str| {
            report.datasets.iter().any(|dataset| {
                dataset
                    .sql
                    .text
                    .split(|letter| !is_part(letter))
                    .any(|word| word.eq_ignore_ascii_case(form))
            })
        };
        let forms = self.catalog().forms.values();
        forms
            .filter(|form| form.fields().any(|field| field.personal != Personal::None))
            .map(|form| form.id.as_str())
            .filter(|form| says(form))
            .collect()
    }

    /// The users whose lines the caller may read; `None` means everybody's.
    fn audited_users(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<Vec<String>>, Problem> {
        let today = vietnam_day(now);
        let may = |target: &Target| decide(caller, Action::ReadAudit, target, today).allowed;
        if may(&Target::site()) {
            return Ok(None);
        }
        let users = self.accounts().users().map_err(store_problem)?;
        let own: Vec<String> = users
            .into_iter()
            .filter(|user| {
                let school = user.staff.as_ref().map(|(school, _)| school.as_str());
                school.is_some_and(|school| may(&Target::school(Area::Staff, school)))
            })
            .map(|user| user.name)
            .collect();
        if own.is_empty() {
            self.allow(caller, Action::ReadAudit, &Target::site(), now)?;
        }
        Ok(Some(own))
    }
}

/// Writes a line with everything that the chain is made of.
pub fn line_json(line: &AuditLine) -> Value {
    json!({"id": line.id, "at": line.at.to_string(), "caller": line.caller,
        "action": line.action, "form": line.form, "count": line.count, "reason": line.reason,
        "details": line.details, "hash": line.hash})
}
