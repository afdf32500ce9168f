//! Slips as lists and pages show them, to those who may see them.

use std::collections::BTreeMap;

use bieumau_model::access::Action;
use bieumau_model::correction::{Act, Rules, Slip, State, Step, StepAct, advance};
use bieumau_model::lock::moment as moment_text;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use serde::Serialize;

use super::{SlipKey, no_slip, slip_of};
use crate::flows::papers::{Row, rows, text};
use crate::flows::who::{Place, may, role_title};
use crate::problem::Problem;
use crate::records::AttachmentView;
use crate::site::Site;

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
    /// Evidence files with size and hash.
    pub files: Vec<AttachmentView>,
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

impl Site {
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
        let found = all.into_iter().find(|view| view.number == wanted);
        let mut view = found.ok_or_else(|| no_slip(wanted))?;
        view.files = self.evidence((school, year, wanted))?;
        Ok(view)
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

    /// Whether `caller` may see a slip: its author, and whoever has a part in its course.
    pub(super) fn sees(
        &self,
        caller: &Caller,
        row: Row<'_>,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> bool {
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
        lines: &Table,
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
            files: Vec::new(),
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
