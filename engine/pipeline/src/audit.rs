//! The audit at work: lines for documents that were read, lists, proof and export.

use std::collections::BTreeSet;

use bieumau_model::access::{Action, Area, Target, decide};
use bieumau_model::definition::{Dataset, Personal, Report};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Alteration, Altered, Fault, Proof};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::{Document, RenderRequest, store_problem};
use crate::site::Site;

pub use crate::audit_words::ActionWord;
pub use bieumau_store::AuditLine;

/// Which lines of the audit are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// Of this user.
    pub user: Option<String>,
    /// About this: a form, a report, or a value of the key of a record, such as a pupil.
    pub about: Option<String>,
    /// Of this action, such as `update`.
    pub action: Option<String>,
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
    /// How many records hold what the chain says of them.
    pub records: i64,
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
                && filter.action.as_ref().is_none_or(|action| *action == line.action)
                && filter.about.as_ref().is_none_or(|about| tells_of(line, about))
        });
        if let Some(most) = filter.most {
            lines.drain(..lines.len().saturating_sub(most));
        }
        Ok(lines)
    }

    /// Walks the chain of the audit and compares the records with it. `noted` is the hash of a line
    /// that was noted elsewhere, with its number when that was noted too.
    ///
    /// # Errors
    /// `J170` with the first line that does not fit, and `J173` for each value that is not what the
    /// engine wrote: form, record, field, and the hashes that are expected and found.
    pub fn verify_audit(&self, noted: Option<(Option<i64>, &str)>) -> Result<AuditProof, Problem> {
        let proof = self.store().verify_audit(noted).map_err(store_problem)?;
        if proof.broken.is_none() && proof.altered.is_empty() {
            let Proof { lines, head, records, .. } = proof;
            return Ok(AuditProof { lines, head, records });
        }
        let mut findings = Diagnostics::default();
        let title = match proof.broken {
            Some(broken) => {
                let title = broken_text(broken);
                findings.push(Diagnostic::error("J170", title.clone()));
                title
            }
            None => Text::both(
                format!(
                    "Nhật ký nguyên vẹn, nhưng {} giá trị trong tệp dữ liệu không phải do hệ thống ghi",
                    proof.altered.len() + proof.more
                ),
                format!(
                    "the audit is whole, but {} values in the file were not written by the engine",
                    proof.altered.len() + proof.more
                ),
            ),
        };
        proof.altered.iter().for_each(|own| {
            findings.push(Diagnostic::error("J173", altered_text(own)));
        });
        if proof.more > 0 {
            findings.push(Diagnostic::error(
                "J173",
                Text::both(
                    format!("và {} giá trị khác nữa", proof.more),
                    format!("and {} more values", proof.more),
                ),
            ));
        }
        let code = if proof.broken.is_some() { "J170" } else { "J173" };
        Err(Problem::new(
            ProblemKind::Definition,
            code,
            title.get(Locale::Vi),
            title.get(Locale::En),
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
        )
        .with(findings))
    }

    /// The same for whoever reads some part of the audit.
    pub fn prove_audit(
        &self,
        caller: &Caller,
        noted: Option<(Option<i64>, &str)>,
        now: Timestamp,
    ) -> Result<AuditProof, Problem> {
        // Whoever may list nothing may not ask for a proof either.
        self.audited_users(caller, now)?;
        self.verify_audit(noted)
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
            "to": filter.to.map(|at| at.to_string()), "user": filter.user,
            "about": filter.about, "action": filter.action});
        self.note(caller, "audit_export", lines.len(), &details, now)?;
        Ok(text)
    }

    /// Names the forms with personal data that the datasets of a report speak of.
    pub(crate) fn personal_forms(&self, report: &Report) -> Vec<&str> {
        let words: BTreeSet<String> = report.datasets.iter().flat_map(Dataset::words).collect();
        let forms = self.catalog().forms.values();
        forms
            .filter(|form| form.fields().any(|field| field.personal != Personal::None))
            .map(|form| form.id.as_str())
            .filter(|form| words.contains(*form))
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

/// Reads what was noted of a line: its hash, or `NUMBER:HASH`.
pub fn read_noted(text: &str) -> Result<(Option<i64>, &str), Problem> {
    let (number, hash) = match text.split_once(':') {
        Some((number, hash)) => (Some(number.trim().parse().ok()), hash.trim()),
        None => (None, text.trim()),
    };
    let right = hash.len() == 64 && hash.bytes().all(|own| own.is_ascii_hexdigit());
    match (number, right) {
        (None, true) => Ok((None, hash)),
        (Some(Some(number)), true) => Ok((Some(number), hash)),
        _ => Err(Problem::new(
            ProblemKind::BadInput,
            "J176",
            format!("`{text}` không phải MÃ hay SỐ:MÃ"),
            format!("`{text}` is neither HASH nor NUMBER:HASH"),
        )
        .help(
            "Mã gồm 64 chữ số thập lục phân, như lần kiểm tra trước đã in ra",
            "a hash has 64 hexadecimal digits, as the last proof has printed it",
        )
        .at("/expect")),
    }
}

/// Whether a line tells of a form, a report or a record with this value in its key.
fn tells_of(line: &AuditLine, about: &str) -> bool {
    fn holds(value: &Value, wanted: &str) -> bool {
        match value {
            Value::String(text) => text == wanted,
            Value::Number(number) => number.to_string() == wanted,
            Value::Array(all) => all.iter().any(|own| holds(own, wanted)),
            Value::Object(all) => all.values().any(|own| holds(own, wanted)),
            Value::Null | Value::Bool(_) => false,
        }
    }
    line.form.as_deref() == Some(about) || holds(&line.details, about)
}

/// Says which line does not fit, and why.
fn broken_text((line, fault): (i64, Fault)) -> Text {
    let (vi, en) = match fault {
        Fault::Missing => ("có dòng trước nó đã bị lấy đi", "a line before it was taken out"),
        Fault::Changed => ("nội dung đã bị thay đổi", "its content was changed"),
        Fault::History => (
            "lịch sử bản ghi kèm theo đã bị thay đổi",
            "the history of records that belongs to it was changed",
        ),
        Fault::Seals => (
            "dấu niêm phong bản ghi kèm theo đã bị thay đổi",
            "the seals of records that belong to it were changed",
        ),
        Fault::File => (
            "tệp kèm theo (văn bản đã phát hành, minh chứng) đã bị thay đổi",
            "the file that it tells of (an issued document, evidence) was changed",
        ),
        Fault::Cut => (
            "dòng đã ghi lại ở nơi khác không còn như thế",
            "the line that was noted elsewhere is not there as noted",
        ),
    };
    Text::both(
        format!("Nhật ký không còn nguyên vẹn: dòng {line}, {vi}"),
        format!("the audit is not whole: line {line}, {en}"),
    )
}

/// Says what of a record is not what the engine wrote.
fn altered_text(own: &Altered) -> Text {
    let (form, record) = (&own.form, &own.record);
    let hash = |hash: &Option<String>| hash.clone().unwrap_or_else(|| "-".to_owned());
    match (own.fault, &own.field) {
        (Alteration::Gone, _) => Text::both(
            format!("một bản ghi (dấu niêm phong số {record}) đã bị lấy đi khỏi tệp dữ liệu"),
            format!("a record (with the seal {record}) was taken out of the file"),
        ),
        (Alteration::Older, _) => Text::both(
            format!("`{form}` {record}: bản ghi đã bị đưa về trạng thái cũ trong tệp dữ liệu"),
            format!("`{form}` {record}: the record was set back to an earlier state in the file"),
        ),
        (Alteration::Foreign, _) => Text::both(
            format!("`{form}` {record}: bản ghi không phải do hệ thống ghi"),
            format!("`{form}` {record}: the engine never wrote this record"),
        ),
        (Alteration::Value, field) => {
            let field = field.as_deref().unwrap_or("?");
            let (expected, found) = (hash(&own.expected), hash(&own.found));
            Text::both(
                format!(
                    "`{form}` {record}, trường `{field}`: giá trị đã bị sửa trong tệp dữ liệu \
                     (mã của bản ghi phải là {expected}, hiện là {found})"
                ),
                format!(
                    "`{form}` {record}, field `{field}`: the value was changed in the file \
                     (hash of the record {expected} expected, {found} found)"
                ),
            )
        }
    }
}

/// Writes a line with everything that the chain is made of.
pub fn line_json(line: &AuditLine) -> Value {
    json!({"id": line.id, "at": line.at.to_string(), "caller": line.caller,
        "action": line.action, "form": line.form, "count": line.count, "reason": line.reason,
        "details": line.details, "hash": line.hash})
}
