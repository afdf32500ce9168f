//! Corrections: a slip with evidence, an opinion, an approval, and the clerk who applies it.

use std::collections::BTreeMap;

use bieumau_model::access::Action;
use bieumau_model::correction::{
    self, Act, Actor, Next, Refused, Rules, Slip, State, Step, StepAct, advance,
};
use bieumau_model::definition::Form;
use bieumau_model::entry::{Fields, Given, Validator};
use bieumau_model::lock::{moment as moment_text, vietnam_day};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::table_json::{read_cell, write_cell};
use bieumau_model::text::{Locale, Text};
use bieumau_store::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::papers::{Paper, Row, day, full, maybe, moment, number, rows, text};
use super::stale::StaleDocument;
use super::who::{Place, may, must, role_title, roles};
use crate::problem::{Problem, ProblemKind};
use crate::records::{self, Change, Flow, Mode, Why};
use crate::render::store_problem;
use crate::site::Site;

/// A slip that is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Form of the records, such as `mark`.
    pub form: String,
    /// Why.
    pub reason: String,
    /// What shows it: a reference to the paper.
    #[serde(default)]
    pub evidence: String,
    /// Name of an attached file.
    #[serde(default)]
    pub evidence_file: Option<String>,
    /// SHA-256 of that file, in hexadecimal digits.
    #[serde(default)]
    pub evidence_sha256: Option<String>,
    /// Cells.
    pub lines: Vec<NewLine>,
}

/// A cell that a slip asks to change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// Key of the record beside school and year: `{"term": "1", "pupil": "…", "subject": "TOAN"}`.
    pub record: BTreeMap<String, String>,
    /// Field.
    pub field: String,
    /// The new value as typed; empty takes the value away.
    pub value: String,
}

/// A slip as lists and pages show it.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionView {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Number in the school year.
    pub number: i64,
    /// Form of the records.
    pub form: String,
    /// Class.
    pub class: String,
    /// Subject.
    pub subject: Option<String>,
    /// Name of the subject.
    pub subject_title: Option<Text>,
    /// Term.
    pub term: Option<i64>,
    /// Who asks.
    pub requester: String,
    /// When, in words.
    pub requested_at: String,
    /// Why.
    pub reason: String,
    /// What shows it.
    pub evidence: Option<String>,
    /// Attached file.
    pub evidence_file: Option<String>,
    /// Where it is.
    pub state: State,
    /// What people read for it, with whom it waits for.
    pub state_title: Text,
    /// Opinion of the subject group: who, what, when.
    pub opinion: Option<Said>,
    /// Decision of the leaders.
    pub decision: Option<Said>,
    /// Who applied it, the log line, and when.
    pub applied: Option<Said>,
    /// Cells.
    pub lines: Vec<LineView>,
    /// What whoever asks may do with it now: `opinion`, `approve`, `reject`, `withdraw`, `apply`.
    pub may: Vec<&'static str>,
}

/// Somebody's words.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
    /// When, in words.
    pub at: String,
}

/// A cell of a slip.
#[derive(Debug, Clone, Serialize)]
pub struct LineView {
    /// Pupil.
    pub pupil: String,
    /// Name of the pupil.
    pub pupil_name: String,
    /// Column.
    pub column: String,
    /// Value when the slip was sent, in digits.
    pub old: Option<String>,
    /// The same in words.
    pub old_words: Option<String>,
    /// Value that is asked for.
    pub new: Option<String>,
    /// The same in words.
    pub new_words: Option<String>,
}

/// What applying a slip did.
#[derive(Debug, Clone, Serialize)]
pub struct Applied {
    /// The line of the log that says so.
    pub log: String,
    /// Issued documents and submitted statistics that no longer say what the records say.
    pub stale: Vec<StaleDocument>,
}

/// The key of a slip: school, school year, number.
pub type SlipKey<'a> = (&'a str, i64, i64);

/// A cell as it was found.
struct Line {
    key: Vec<Value>,
    revision: i64,
    pupil: String,
    field: String,
    title: String,
    old: Value,
    new: Value,
    about: About,
}

/// What all lines of a slip have in common.
#[derive(Clone, PartialEq, Eq)]
struct About {
    class: String,
    subject: Option<String>,
    term: Option<i64>,
}

impl Site {
    /// Sends a slip; returns its number. Nothing is changed by it.
    pub fn request_correction(
        &self,
        caller: &Caller,
        wanted: &NewCorrection,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        let form = self.correctable(&wanted.form)?;
        let lines = self.lines_of(caller, form, wanted, now)?;
        let about = common(&lines)?;
        let place = Place {
            school: &wanted.school,
            class: Some((wanted.year, &about.class)),
            subject: about.subject.as_deref(),
        };
        must(caller, Action::RequestCorrection, &place, now)?;
        let policy = self.school_policy(&wanted.school, wanted.year)?;
        let rules = self.correction_rules(&wanted.school, wanted.year)?;
        rules.check_window(vietnam_day(now)).map_err(|refused| refused_problem(&refused))?;
        let needs_evidence = policy.correction.needs_evidence.value;
        check_request(wanted, needs_evidence)?;
        let held = roles(caller, Action::RequestCorrection, &place, now);
        let signer = self.signer(caller)?;
        let position = held.first().map(|role| role_title(role).get(Locale::Vi).to_owned());
        let names = self.names_of(&wanted.school, &lines)?;
        let key = (wanted.school.as_str(), wanted.year);
        let reason = format!("Phiếu đề nghị sửa điểm: {}", wanted.reason.trim());
        self.file_numbered(caller, "correction", key, &reason, now, |next| {
            let head = [
                ("school", text(&wanted.school)),
                ("year", Value::Integer(wanted.year)),
                ("number", Value::Integer(next)),
            ];
            let mut fields = head.to_vec();
            fields.extend([
                ("for_form", text(&wanted.form)),
                ("for_class", text(&about.class)),
                ("for_subject", maybe(about.subject.as_deref())),
                ("term", number(about.term)),
                ("requested_by", text(&signer.user)),
                ("requester_name", text(&signer.name)),
                ("requester_position", maybe(position.as_deref())),
                ("requested_at", moment(now)),
                ("requested_on", day(Some(vietnam_day(now)))),
                ("reason", text(&wanted.reason)),
                ("evidence", text(&wanted.evidence)),
                ("evidence_file", maybe(wanted.evidence_file.as_deref())),
                ("evidence_sha256", maybe(wanted.evidence_sha256.as_deref())),
                ("state", text(State::Waiting.code())),
                ("step", Value::Integer(0)),
            ]);
            let mut papers = vec![Paper { form: "correction", fields }];
            for (at, line) in lines.iter().enumerate() {
                let mut fields = head.to_vec();
                let name = names.get(&line.pupil).cloned();
                fields.extend([
                    ("class", text(&about.class)),
                    ("subject", maybe(about.subject.as_deref())),
                    ("term", number(about.term)),
                ]);
                fields.extend(line_fields(at, line, &name.unwrap_or_else(|| line.pupil.clone())));
                papers.push(Paper { form: "correction_line", fields });
            }
            papers
        })
    }

    /// Lists the slips of a school year that `caller` may see, newest first.
    pub fn corrections(
        &self,
        caller: &Caller,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> Result<Vec<CorrectionView>, Problem> {
        let filters = [("school", text(school)), ("year", Value::Integer(year))];
        let slips = self.papers("correction", &filters)?;
        let lines = self.papers("correction_line", &filters)?;
        let rules = self.correction_rules(school, year)?;
        let mut views = Vec::new();
        for row in rows(&slips) {
            if self.sees(caller, row, school, year, now) {
                views.push(self.correction_view(
                    caller,
                    &rules,
                    (school, year),
                    row,
                    &lines,
                    now,
                )?);
            }
        }
        views.reverse();
        Ok(views)
    }

    /// Returns one slip.
    pub fn correction(
        &self,
        caller: &Caller,
        (school, year, wanted): SlipKey<'_>,
        now: Timestamp,
    ) -> Result<CorrectionView, Problem> {
        let all = self.corrections(caller, school, year, now)?;
        all.into_iter().find(|view| view.number == wanted).ok_or_else(|| no_slip(wanted))
    }

    /// Takes a step: an opinion, an approval, a rejection or a withdrawal.
    pub fn advance_correction(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        act: &Act,
        now: Timestamp,
    ) -> Result<State, Problem> {
        let next = self.next_state(caller, key, act, now)?;
        let signer = self.signer(caller)?;
        let today = day(Some(vietnam_day(now)));
        let mut changes = vec![
            ("state", text(next.state.code())),
            ("step", Value::Integer(i64::try_from(next.step).unwrap_or(0))),
        ];
        let reason = match act {
            Act::Opinion { comment } => {
                changes.extend([
                    ("opinion_by", text(&signer.name)),
                    ("opinion", text(comment)),
                    ("opinion_on", today),
                ]);
                "Cho ý kiến về phiếu đề nghị sửa điểm".to_owned()
            }
            Act::Approve { comment } | Act::Reject { comment } => {
                let held = roles(caller, Action::ApproveCorrection, &school_of(key), now);
                let title = held.first().map(|role| role_title(role));
                let position = title.as_ref().map(|title| title.get(Locale::Vi));
                changes.extend([
                    ("decided_by", text(&signer.name)),
                    ("decided_position", maybe(position)),
                    ("decision", text(comment)),
                    ("decided_on", today),
                ]);
                match next.state {
                    State::Rejected => format!("Không duyệt phiếu sửa điểm: {}", comment.trim()),
                    _ => "Duyệt phiếu đề nghị sửa điểm".to_owned(),
                }
            }
            Act::Withdraw => "Rút phiếu đề nghị sửa điểm".to_owned(),
            Act::Apply => return Err(refused_problem(&Refused::WrongState { state: next.state })),
        };
        self.amend(caller, "correction", &slip_key(key), &changes, &reason, now)?;
        Ok(next.state)
    }

    /// Applies an approved slip: the records get the new values, the slip says so, in one
    /// transaction; then whatever was issued from the old values is looked for.
    pub fn apply_correction(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        now: Timestamp,
    ) -> Result<Applied, Problem> {
        self.next_state(caller, key, &Act::Apply, now)?;
        let (school, year, wanted) = key;
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(wanted)),
        ];
        let slip = self.papers("correction", &filters)?;
        let slip = rows(&slip).next().ok_or_else(|| no_slip(wanted))?;
        let form = self.correctable(&slip.text("for_form"))?;
        let lines = self.papers("correction_line", &filters)?;
        let changes = self.corrected(form, &lines)?;
        let signer = self.signer(caller)?;
        let reason = format!("Sửa điểm theo phiếu số {wanted}: {}", slip.text("reason"));
        let log = format!("SD-{school}-{year}-{wanted:03}");
        let applied = vec![
            ("state", text(State::Applied.code())),
            ("applied_by", text(&signer.name)),
            ("applied_at", moment(now)),
            ("applied_text", text(moment_text(now))),
            ("log", text(&log)),
        ];
        let numbers: Vec<Value> = rows(&lines).map(|row| row.value("line")).collect();
        self.write_corrected(caller, form, changes, (key, &numbers), &applied, &reason, now)?;
        let pupils = rows(&lines).map(|row| row.text("pupil")).collect::<Vec<_>>();
        let class = slip.text("for_class");
        let place = (school, year, form);
        let stale = self.mark_stale(caller, place, (&class, &pupils), &reason, now)?;
        Ok(Applied { log, stale })
    }

    /// Renders the slip for whoever may see it.
    pub fn correction_slip(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        format: &str,
        now: Timestamp,
    ) -> Result<crate::Document, Problem> {
        self.correction(caller, key, now)?;
        let given = BTreeMap::from([
            ("school".to_owned(), key.0.to_owned()),
            ("year".to_owned(), key.1.to_string()),
            ("number".to_owned(), key.2.to_string()),
        ]);
        let request = crate::RenderRequest::new("correction_slip".to_owned(), given, format, None)?;
        self.render(&Caller::Operator, &request)
    }

    /// Returns whether an approved slip of that number lets `field` of the record `key` become
    /// `value`.
    pub(crate) fn is_approved_cell(
        &self,
        school: &str,
        year: i64,
        wanted: i64,
        (form, key, field): (&str, &[Value], &str),
        value: &Value,
    ) -> Result<bool, Problem> {
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(wanted)),
        ];
        let slips = self.papers("correction", &filters)?;
        let approved = rows(&slips)
            .any(|row| row.text("state") == State::Approved.code() && row.text("for_form") == form);
        if !approved {
            return Ok(false);
        }
        let lines = self.papers("correction_line", &filters)?;
        let record = record_text(key);
        Ok(rows(&lines).any(|row| {
            row.text("record") == record
                && row.text("field") == field
                && row.maybe("new_value") == cell_text(value)
        }))
    }

    /// What a slip becomes by an act, when `caller` may do it.
    fn next_state(
        &self,
        caller: &Caller,
        key: SlipKey<'_>,
        act: &Act,
        now: Timestamp,
    ) -> Result<Next, Problem> {
        let (school, year, wanted) = key;
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(wanted)),
        ];
        let table = self.papers("correction", &filters)?;
        let row = rows(&table)
            .next()
            .filter(|row| self.sees(caller, *row, school, year, now))
            .ok_or_else(|| no_slip(wanted))?;
        let rules = self.correction_rules(school, year)?;
        let actor = self.actor_for(caller, (school, year), row, act, now);
        advance(&rules, &slip_of(row), &actor, act).map_err(|refused| refused_problem(&refused))
    }

    /// The roles of `caller` that count for an act on a slip.
    fn actor_for(
        &self,
        caller: &Caller,
        (school, year): (&str, i64),
        row: Row<'_>,
        act: &Act,
        now: Timestamp,
    ) -> Actor {
        let action = match act {
            Act::Opinion { .. } => Action::AdviseCorrection,
            Act::Approve { .. } | Act::Reject { .. } => Action::ApproveCorrection,
            Act::Apply => Action::ApplyCorrection,
            Act::Withdraw => Action::RequestCorrection,
        };
        let (class, subject) = (row.text("for_class"), row.maybe("for_subject"));
        let place = Place { school, class: Some((year, &class)), subject: subject.as_deref() };
        Actor { user: caller.name().to_owned(), roles: roles(caller, action, &place, now) }
    }

    /// Whether `caller` may see a slip: its author, and whoever has a part in its course.
    fn sees(&self, caller: &Caller, row: Row<'_>, school: &str, year: i64, now: Timestamp) -> bool {
        if caller.name() == row.text("requested_by") {
            return true;
        }
        let (class, subject) = (row.text("for_class"), row.maybe("for_subject"));
        let place = Place { school, class: Some((year, &class)), subject: subject.as_deref() };
        [
            Action::AdviseCorrection,
            Action::ApproveCorrection,
            Action::ApplyCorrection,
            Action::ReadAudit,
        ]
        .into_iter()
        .any(|action| may(caller, action, &place, now))
    }

    fn correction_view(
        &self,
        caller: &Caller,
        rules: &Rules,
        (school, year): (&str, i64),
        row: Row<'_>,
        lines: &bieumau_model::table::Table,
        now: Timestamp,
    ) -> Result<CorrectionView, Problem> {
        let slip = slip_of(row);
        let subject = row.maybe("for_subject");
        let list = self.catalog().code_lists.get("subject");
        let subject_title = subject
            .as_deref()
            .and_then(|code| list.and_then(|list| list.any(code)))
            .map(|code| code.name.clone());
        let wanted = row.number("number").unwrap_or(0);
        let probes: [(&str, Act); 5] = [
            ("opinion", Act::Opinion { comment: "…".to_owned() }),
            ("approve", Act::Approve { comment: String::new() }),
            ("reject", Act::Reject { comment: "…".to_owned() }),
            ("withdraw", Act::Withdraw),
            ("apply", Act::Apply),
        ];
        let may = probes
            .iter()
            .filter(|(_, act)| {
                let actor = self.actor_for(caller, (school, year), row, act, now);
                advance(rules, &slip, &actor, act).is_ok()
            })
            .map(|(name, _)| *name)
            .collect();
        let said = |by: &str, what: &str, on: &str| {
            let at = row.day(on).map(bieumau_model::format::date_short);
            row.maybe(by).map(|by| Said { by, text: row.text(what), at: at.unwrap_or_default() })
        };
        Ok(CorrectionView {
            school: school.to_owned(),
            year,
            number: wanted,
            form: row.text("for_form"),
            class: row.text("for_class"),
            subject,
            subject_title,
            term: row.number("term"),
            requester: row.text("requester_name"),
            requested_at: row.moment("requested_at").map(moment_text).unwrap_or_default(),
            reason: row.text("reason"),
            evidence: row.maybe("evidence"),
            evidence_file: row.maybe("evidence_file"),
            state: slip.state,
            state_title: state_title(rules, &slip),
            opinion: said("opinion_by", "opinion", "opinion_on"),
            decision: said("decided_by", "decision", "decided_on"),
            applied: row.maybe("applied_by").map(|by| Said {
                by,
                text: row.text("log"),
                at: row.text("applied_text"),
            }),
            lines: rows(lines)
                .filter(|line| line.number("number") == Some(wanted))
                .map(|line| LineView {
                    pupil: line.text("pupil"),
                    pupil_name: line.text("pupil_name"),
                    column: line.text("column_title"),
                    old: line.maybe("old_written"),
                    old_words: line.maybe("old_words"),
                    new: line.maybe("new_written"),
                    new_words: line.maybe("new_words"),
                })
                .collect(),
            may,
        })
    }

    /// Finds the cells of a request, and reads their new values.
    fn lines_of(
        &self,
        caller: &Caller,
        form: &Form,
        wanted: &NewCorrection,
        now: Timestamp,
    ) -> Result<Vec<Line>, Problem> {
        let validator = Validator::new(form, self.catalog(), vietnam_day(now));
        let mut lines = Vec::new();
        for (at, line) in wanted.lines.iter().enumerate() {
            let pointer = format!("/lines/{at}");
            lines.push(self.line_of(caller, form, &validator, wanted, line, &pointer)?);
        }
        Ok(lines)
    }

    fn line_of(
        &self,
        caller: &Caller,
        form: &Form,
        validator: &Validator<'_>,
        wanted: &NewCorrection,
        line: &NewLine,
        pointer: &str,
    ) -> Result<Line, Problem> {
        let mut given: BTreeMap<String, Given> = line
            .record
            .iter()
            .map(|(name, value)| (name.clone(), Given::Text(value.clone())))
            .collect();
        given.insert("school".to_owned(), Given::Text(wanted.school.clone()));
        given.insert("year".to_owned(), Given::Value(Value::Integer(wanted.year)));
        given.insert(line.field.clone(), Given::Text(line.value.clone()));
        let field = form
            .field(&line.field)
            .filter(|field| !form.key.contains(&field.id) && field.lock.is_some())
            .ok_or_else(|| {
                Problem::new(
                    ProblemKind::BadInput,
                    "J220",
                    format!("Trường `{}` không sửa bằng phiếu này được", line.field),
                    format!("field `{}` cannot be corrected by a slip", line.field),
                )
                .at(format!("{pointer}/field"))
            })?;
        let read = validator.read(&given);
        let wrong: Vec<_> = read.findings.iter().filter(|finding| finding.blocks(&[])).collect();
        if !wrong.is_empty() {
            let mut findings = bieumau_model::diagnostic::Diagnostics::default();
            wrong.iter().for_each(|finding| findings.push(finding.diagnostic.clone()));
            return Err(super::locks::all_of(findings).at(pointer));
        }
        let key: Vec<Value> = form
            .key
            .iter()
            .map(|name| read.fields.get(name).cloned().unwrap_or(Value::Missing))
            .collect();
        let record = self.record_for(form, &key)?.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J221",
                "Chưa có bản ghi này để sửa",
                "there is no such record to correct",
            )
            .help("Điểm chưa nhập thì nhập như thường, không cần phiếu", "enter it the usual way")
            .at(format!("{pointer}/record"))
        })?;
        let _ = caller;
        let of = |name: &str| match record.field(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let old = record.field(&line.field).cloned().unwrap_or(Value::Missing);
        let new = read.fields.get(&line.field).cloned().unwrap_or(Value::Missing);
        if old == new {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J222",
                "Giá trị mới giống giá trị đang có",
                "the new value is the one that is there",
            )
            .at(format!("{pointer}/value")));
        }
        let pupil = of("pupil").unwrap_or_default();
        let class = match of("class") {
            Some(class) => class,
            None => self.class_of_pupil(&wanted.school, wanted.year, &pupil)?.unwrap_or_default(),
        };
        let term = match record.field("term") {
            Some(Value::Integer(term)) => Some(*term),
            _ => None,
        };
        Ok(Line {
            key,
            revision: record.revision,
            pupil,
            field: line.field.clone(),
            title: field.title.get(Locale::Vi).to_owned(),
            old,
            new,
            about: About { class, subject: of("subject"), term },
        })
    }

    /// Reads a record as it is, whoever asks.
    pub(crate) fn record_for(&self, form: &Form, key: &[Value]) -> Result<Option<Record>, Problem> {
        self.store().record(&Caller::Operator, form, key).map_err(store_problem)
    }

    fn class_of_pupil(
        &self,
        school: &str,
        year: i64,
        pupil: &str,
    ) -> Result<Option<String>, Problem> {
        let filters =
            [("school", text(school)), ("year", Value::Integer(year)), ("pupil", text(pupil))];
        let table = self.papers("enrolment", &filters)?;
        Ok(rows(&table).find_map(|row| row.maybe("class")))
    }

    fn names_of(&self, school: &str, lines: &[Line]) -> Result<BTreeMap<String, String>, Problem> {
        let mut names = BTreeMap::new();
        for line in lines {
            if !names.contains_key(&line.pupil) {
                let filters = [("school", text(school)), ("pupil", text(&line.pupil))];
                let table = self.papers("pupil", &filters)?;
                let name = rows(&table).find_map(|row| row.maybe("full_name"));
                names.insert(line.pupil.clone(), name.unwrap_or_else(|| line.pupil.clone()));
            }
        }
        Ok(names)
    }

    /// The changes of an approved slip, by record: its key, the revision now, and the new values.
    ///
    /// Refused with both values when a cell is no longer what it was when the slip was sent.
    fn corrected(
        &self,
        form: &Form,
        lines: &bieumau_model::table::Table,
    ) -> Result<Vec<(Vec<Value>, i64, Fields)>, Problem> {
        let mut changes: Vec<(Vec<Value>, i64, Fields)> = Vec::new();
        for line in rows(lines) {
            let key = read_key(form, &line.text("record"))?;
            let record = self.record_for(form, &key)?.ok_or_else(|| vanished(line))?;
            let name = line.text("field");
            let now = record.field(&name).cloned().unwrap_or(Value::Missing);
            if cell_text(&now) != line.maybe("old_value") {
                return Err(changed_since(line, &now));
            }
            let new = read_value(form, &name, line.maybe("new_value").as_deref())?;
            match changes.iter_mut().find(|(own, ..)| *own == key) {
                Some((.., fields)) => {
                    fields.insert(name, new);
                }
                None => changes.push((key, record.revision, Fields::from([(name, new)]))),
            }
        }
        Ok(changes)
    }

    /// Writes the new values, the slip and its lines that say so, all or nothing.
    ///
    /// Warnings about the new values were the approver's to weigh, so they are confirmed here.
    #[expect(clippy::too_many_arguments, reason = "one step of applying, which has read all of it")]
    fn write_corrected(
        &self,
        caller: &Caller,
        form: &Form,
        cells: Vec<(Vec<Value>, i64, Fields)>,
        (slip, lines): (SlipKey<'_>, &[Value]),
        applied: &[(&str, Value)],
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let caller = full(caller);
        let mut changes: Vec<Change> = cells
            .into_iter()
            .map(|(key, revision, fields)| Change {
                form: form.id.clone(),
                act: records::Act::Update { revision },
                fields: form
                    .key
                    .iter()
                    .cloned()
                    .zip(key)
                    .chain(fields)
                    .map(|(name, value)| (name, Given::Value(value)))
                    .collect(),
                confirmed: Vec::new(),
            })
            .collect();
        let why = Why { reason: reason.to_owned(), correction: Some(slip.2) };
        let flow = Flow { correction: Some(slip.2) };
        let tried =
            self.write_in_flow(&caller, &changes, &why, Mode::DryRun, now, &flow, |_| Ok(()))?;
        let words: Vec<String> =
            tried.findings.iter().filter_map(|own| own.finding.confirm.clone()).collect();
        changes.iter_mut().for_each(|change| change.confirmed.clone_from(&words));
        let (paper, line_paper) =
            (self.form_of_flow("correction")?, self.form_of_flow("correction_line")?);
        let key = slip_key(slip);
        let applied_on = [("applied_on", day(Some(vietnam_day(now))))];
        let done =
            self.write_in_flow(&caller, &changes, &why, Mode::Commit, now, &flow, |writing| {
                let mut amend = |form: &Form, key: &[Value], fields: &[(&str, Value)]| {
                    let record = writing.record(form, key).map_err(store_problem)?;
                    let revision = record.map_or(0, |record| record.revision);
                    writing.update(form, key, fields, revision).map_err(store_problem)?;
                    Ok::<_, Problem>(())
                };
                amend(paper, &key, applied)?;
                for line in lines {
                    let key: Vec<Value> = key.iter().chain([line]).cloned().collect();
                    amend(line_paper, &key, &applied_on)?;
                }
                Ok(())
            })?;
        if done.accepted {
            return Ok(());
        }
        let mut findings = bieumau_model::diagnostic::Diagnostics::default();
        done.blocking().for_each(|own| findings.push(own.finding.diagnostic.clone()));
        Err(super::locks::all_of(findings))
    }

    /// Returns the form when its records can be corrected by a slip: it has fields that locks reach.
    fn correctable(&self, id: &str) -> Result<&Form, Problem> {
        let form = self.catalog().forms.get(id);
        form.filter(|form| form.fields().any(|field| field.lock.is_some())).ok_or_else(|| {
            Problem::new(
                ProblemKind::BadInput,
                "J223",
                format!("Biểu mẫu `{id}` không sửa bằng phiếu"),
                format!("records of `{id}` are not corrected by slips"),
            )
            .at("/form")
        })
    }
}

fn school_of(key: SlipKey<'_>) -> Place<'_> {
    Place { school: key.0, ..Place::default() }
}

fn slip_key((school, year, number): SlipKey<'_>) -> [Value; 3] {
    [text(school), Value::Integer(year), Value::Integer(number)]
}

fn slip_of(row: Row<'_>) -> Slip {
    Slip {
        requested_by: row.text("requested_by"),
        state: State::read(&row.text("state")).unwrap_or(State::Waiting),
        step: row.number("step").and_then(|step| usize::try_from(step).ok()).unwrap_or(0),
    }
}

/// What people read for the state: a waiting slip says for whom.
fn state_title(rules: &Rules, slip: &Slip) -> Text {
    let step = rules.chain.get(slip.step.min(rules.chain.len().saturating_sub(1)));
    match (slip.state, step) {
        (State::Waiting, Some(Step { roles, act })) => {
            let names = |locale| {
                let names = roles.iter().map(|role| role_title(role).get(locale).to_owned());
                names.collect::<Vec<_>>().join(" / ")
            };
            match act {
                StepAct::Opinion => Text::both(
                    format!("Chờ ý kiến: {}", names(Locale::Vi)),
                    format!("waits for the opinion of: {}", names(Locale::En)),
                ),
                StepAct::Approval => Text::both(
                    format!("Chờ duyệt: {}", names(Locale::Vi)),
                    format!("waits for the approval of: {}", names(Locale::En)),
                ),
            }
        }
        (state, _) => state.title(),
    }
}

fn line_fields(at: usize, line: &Line, name: &str) -> Vec<(&'static str, Value)> {
    let (old, old_words) = correction::written(&line.old);
    let (new, new_words) = correction::written(&line.new);
    vec![
        ("line", Value::Integer(i64::try_from(at).unwrap_or(0) + 1)),
        ("pupil", text(&line.pupil)),
        ("pupil_name", text(name)),
        ("record", Value::Text(record_text(&line.key))),
        ("revision", Value::Integer(line.revision)),
        ("field", text(&line.field)),
        ("column_title", text(&line.title)),
        ("old_value", maybe(cell_text(&line.old).as_deref())),
        ("old_written", text(old)),
        ("old_words", maybe(old_words.as_deref())),
        ("new_value", maybe(cell_text(&line.new).as_deref())),
        ("new_written", text(new)),
        ("new_words", maybe(new_words.as_deref())),
    ]
}

/// All lines of a slip are of one class, subject and term.
fn common(lines: &[Line]) -> Result<About, Problem> {
    let Some(first) = lines.first() else {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J225",
            "Phiếu chưa có ô điểm nào",
            "the slip has no cell",
        )
        .at("/lines"));
    };
    if lines.iter().any(|line| line.about != first.about) {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J226",
            "Một phiếu chỉ sửa điểm của một lớp, một môn, một học kì",
            "a slip is about one class, one subject and one term",
        )
        .help("Lập mỗi lớp, môn một phiếu", "send one slip for each class and subject")
        .at("/lines"));
    }
    let mut cells: Vec<_> =
        lines.iter().map(|line| (record_text(&line.key), &line.field)).collect();
    cells.sort();
    if cells.windows(2).any(|two| two[0] == two[1]) {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J227",
            "Một ô điểm có hai dòng trong phiếu",
            "a cell stands twice in the slip",
        )
        .at("/lines"));
    }
    Ok(first.about.clone())
}

fn check_request(wanted: &NewCorrection, needs_evidence: bool) -> Result<(), Problem> {
    let evidence = !wanted.evidence.trim().is_empty() || wanted.evidence_file.is_some();
    if wanted.reason.trim().is_empty() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J228",
            "Chưa ghi lý do sửa điểm",
            "the reason is missing",
        )
        .at("/reason"));
    }
    if needs_evidence && !evidence {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J229",
            "Phiếu sửa điểm phải có minh chứng",
            "a correction slip needs evidence",
        )
        .help(
            "Ghi minh chứng (bài kiểm tra, biên bản …) hoặc đính kèm tệp",
            "name the evidence (the test, minutes …) or attach a file",
        )
        .at("/evidence"));
    }
    Ok(())
}

/// Writes a key as slips keep it: a JSON array.
fn record_text(key: &[Value]) -> String {
    serde_json::Value::Array(key.iter().map(write_cell).collect()).to_string()
}

/// Writes a cell as slips keep it; nothing for a missing one.
fn cell_text(value: &Value) -> Option<String> {
    (*value != Value::Missing).then(|| write_cell(value).to_string())
}

fn read_key(form: &Form, record: &str) -> Result<Vec<Value>, Problem> {
    let cells: Vec<serde_json::Value> = serde_json::from_str(record).map_err(|_| torn())?;
    let kinds =
        form.key.iter().filter_map(|name| form.field(name)).map(|own| own.kind.column_type());
    cells.iter().zip(kinds).map(|(cell, kind)| read_cell(cell, kind).map_err(|_| torn())).collect()
}

fn read_value(form: &Form, field: &str, cell: Option<&str>) -> Result<Value, Problem> {
    let (Some(cell), Some(field)) = (cell, form.field(field)) else { return Ok(Value::Missing) };
    let cell = serde_json::from_str(cell).map_err(|_| torn())?;
    read_cell(&cell, field.kind.column_type()).map_err(|_| torn())
}

fn torn() -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J230",
        "Dòng của phiếu không đọc được",
        "a line of the slip cannot be read",
    )
}

fn no_slip(wanted: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J231",
        format!("Không có phiếu sửa điểm số {wanted}"),
        format!("there is no correction slip {wanted}"),
    )
}

fn vanished(line: Row<'_>) -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        "J224",
        format!("Bản ghi của {} không còn", line.text("pupil_name")),
        format!("the record of {} is gone", line.text("pupil_name")),
    )
}

fn changed_since(line: Row<'_>, now: &Value) -> Problem {
    let empty = || "(trống)".to_owned();
    let then = line.maybe("old_written").unwrap_or_else(empty);
    let (found, _) = correction::written(now);
    let found = if found.is_empty() { empty() } else { found };
    let (name, column) = (line.text("pupil_name"), line.text("column_title"));
    Problem::new(
        ProblemKind::Conflict,
        "J224",
        format!(
            "{name}, {column}: điểm đã thay đổi từ khi lập phiếu (trong phiếu {then}, hiện nay {found})"
        ),
        format!("{name}, {column}: changed since the slip was sent (then {then}, now {found})"),
    )
    .help("Rút phiếu này và lập phiếu mới", "withdraw the slip and send a new one")
}

pub(crate) fn refused_problem(refused: &Refused) -> Problem {
    let (title, help) = refused.sentence(role_title);
    let (kind, code) = match refused {
        Refused::OwnRequest => (ProblemKind::Forbidden, "J232"),
        Refused::NotYours { .. } => (ProblemKind::Forbidden, "J233"),
        Refused::WrongState { .. } | Refused::OtherStep { .. } => (ProblemKind::Conflict, "J234"),
        Refused::CommentMissing => (ProblemKind::BadInput, "J235"),
        Refused::OutsideWindow { .. } => (ProblemKind::Conflict, "J236"),
    };
    let problem = Problem::new(kind, code, title.get(Locale::Vi), title.get(Locale::En));
    match help {
        Some(help) => Problem { help: Some(help), ..problem },
        None => problem,
    }
}
