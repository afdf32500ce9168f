//! The course of a slip: opinion, approval, rejection, withdrawal, and applying it to the records.

use bieumau_model::access::Action;
use bieumau_model::correction::{Act, Actor, Next, Refused, State, advance};
use bieumau_model::definition::Form;
use bieumau_model::entry::{Fields, Given};
use bieumau_model::lock::{moment as moment_text, vietnam_day};
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Locale;
use jiff::Timestamp;
use serde::Serialize;

use super::cells::{cell_text, changed_since, read_key, read_value, vanished};
use super::{SlipKey, no_slip, refused_problem, school_of, slip_key, slip_of};
use crate::flows::papers::{Row, day, full, maybe, moment, rows, text};
use crate::flows::stale::StaleDocument;
use crate::flows::who::{Place, role_title, roles};
use crate::problem::Problem;
use crate::records::{self, Change, Flow, Mode, Why};
use crate::render::store_problem;
use crate::site::Site;

/// What applying a slip did.
#[derive(Debug, Clone, Serialize)]
pub struct Applied {
    /// The line of the log that says so.
    pub log: String,
    /// Issued documents and submitted statistics that no longer say what the records say.
    pub stale: Vec<StaleDocument>,
}

impl Site {
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
    pub(super) fn actor_for(
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

    /// The changes of an approved slip, by record: its key, the revision now, and the new values.
    ///
    /// Refused with both values when a cell is no longer what it was when the slip was sent.
    fn corrected(
        &self,
        form: &Form,
        lines: &Table,
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
        Err(crate::flows::locks::all_of(findings))
    }
}
