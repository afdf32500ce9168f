//! The monthly approval of updates: what was updated, what came late, and the principal's yes.

use bieumau_model::access::Action;
use bieumau_model::definition::{FieldType, Form, Personal};
use bieumau_model::format::date_short;
use bieumau_model::lock::{day_begins, moment as moment_text, vietnam_day};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use bieumau_store::Update;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde_json::Value as Json;

use super::papers::{Paper, moment, rows, text};
use super::who::{Place, may, must};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// The forms whose updates the principal approves: pupils, staff, classes, assignments.
const APPROVED_FORMS: [&str; 5] = ["pupil", "enrolment", "staff", "class", "teaching_assignment"];

/// A month of updates.
#[derive(Debug, Clone, Serialize)]
pub struct MonthView {
    /// School.
    pub school: String,
    /// First day of the month.
    pub month: Date,
    /// How many records were added or changed, by form.
    pub forms: Vec<FormUpdates>,
    /// All of them.
    pub updates: usize,
    /// Those that came later than the province allows.
    pub late: Vec<LateUpdate>,
    /// How many working days the province gives.
    pub working_days: u16,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When, in words.
    pub approved_at: Option<String>,
    /// What was noted with it.
    pub note: Option<String>,
    /// Whether the month is over.
    pub over: bool,
    /// Whether whoever asks may approve it now.
    pub may_approve: bool,
}

/// The updates of one form.
#[derive(Debug, Clone, Serialize)]
pub struct FormUpdates {
    /// Form.
    pub form: String,
    /// Title.
    pub title: Text,
    /// How many.
    pub count: usize,
}

/// An update that came late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateUpdate {
    /// Form.
    pub form: String,
    /// Key of the record, as text.
    pub record: String,
    /// The day of the change.
    pub changed_on: String,
    /// The last day in time.
    pub due_on: String,
    /// The day on which it was entered.
    pub entered_on: String,
    /// Who entered it.
    pub entered_by: String,
    /// By how many working days it is late.
    pub days_late: u32,
}

impl Site {
    /// Returns the updates of the month of `month` in a school.
    pub fn month_updates(
        &self,
        caller: &Caller,
        school: &str,
        month: Date,
        now: Timestamp,
    ) -> Result<MonthView, Problem> {
        must(caller, Action::ReadAudit, &Place { school, ..Place::default() }, now)?;
        let month = month.first_of_month();
        let policy = self.school_policy(school, school_year(month))?;
        let working_days = policy.update.max_working_days.value;
        let next = month.saturating_add(1.month());
        let mut forms = Vec::new();
        let mut late = Vec::new();
        for id in APPROVED_FORMS {
            let Some(form) = self.catalog().forms.get(id) else { continue };
            let updates = self
                .store()
                .updates(form, school, day_begins(month), day_begins(next))
                .map_err(store_problem)?;
            for update in &updates {
                let Some(changed) = self.changed_on(form, update)? else { continue };
                let entered = vietnam_day(update.at);
                let due = policy.work_calendar.plus(changed, working_days);
                if entered > due {
                    late.push(LateUpdate {
                        form: id.to_owned(),
                        record: update.record.clone(),
                        changed_on: date_short(changed),
                        due_on: date_short(due),
                        entered_on: date_short(entered),
                        entered_by: update.caller.clone(),
                        days_late: policy.work_calendar.between(due, entered),
                    });
                }
            }
            forms.push(FormUpdates {
                form: id.to_owned(),
                title: form.title.clone(),
                count: updates.len(),
            });
        }
        let approval = self.papers("update_approval", &month_key(school, month))?;
        let approval = rows(&approval).next();
        let over = vietnam_day(now) >= next;
        let place = Place { school, ..Place::default() };
        Ok(MonthView {
            over,
            may_approve: over
                && approval.is_none()
                && may(caller, Action::ApproveSignOff, &place, now),
            note: approval.and_then(|row| row.maybe("note")),
            school: school.to_owned(),
            month,
            updates: forms.iter().map(|form| form.count).sum(),
            forms,
            late,
            working_days,
            approved_by: approval.map(|row| row.text("approver_name")),
            approved_at: approval.and_then(|row| row.moment("approved_at")).map(moment_text),
        })
    }

    /// Approves the updates of a month that is over.
    pub fn approve_month(
        &self,
        caller: &Caller,
        (school, month): (&str, Date),
        note: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        must(caller, Action::ApproveSignOff, &Place { school, ..Place::default() }, now)?;
        let month = month.first_of_month();
        if vietnam_day(now) < month.saturating_add(1.month()) {
            return Err(Problem::new(
                ProblemKind::Conflict,
                "J237",
                "Tháng này chưa hết, chưa duyệt được",
                "the month is not over yet",
            ));
        }
        let view = self.month_updates(caller, school, month, now)?;
        if view.approved_by.is_some() {
            return Err(Problem::new(
                ProblemKind::Conflict,
                "J238",
                "Tháng này đã được duyệt",
                "the month is approved already",
            ));
        }
        let signer = self.signer(caller)?;
        let count = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let mut fields = month_key(school, month).to_vec();
        fields.extend([
            ("updates", count(view.updates)),
            ("late", count(view.late.len())),
            ("approved_by", text(&signer.user)),
            ("approver_name", text(&signer.name)),
            ("approved_at", moment(now)),
            ("note", text(note)),
        ]);
        let reason =
            format!("Duyệt thông tin cập nhật tháng {:02}/{}", month.month(), month.year());
        self.file(caller, vec![Paper { form: "update_approval", fields }], &reason, now)
    }

    /// The day on which what an update says has happened: the latest of its days that is new.
    ///
    /// Days of birth and other personal days are no events.
    fn changed_on(&self, form: &Form, update: &Update) -> Result<Option<Date>, Problem> {
        let Some(key) = key_of(form, &update.record) else { return Ok(None) };
        let Some(record) = self.record_for(form, &key)? else { return Ok(None) };
        let entered = vietnam_day(update.at);
        let mut days: Vec<Date> = form
            .fields()
            .filter(|field| field.kind == FieldType::Date && field.personal == Personal::None)
            .filter_map(|field| {
                let Some(Value::Date(day)) = record.field(&field.id) else { return None };
                let before = update.before.as_ref().and_then(|before| before.get(&field.id));
                let is_new = before.and_then(Json::as_str) != Some(day.to_string().as_str());
                (is_new && *day <= entered).then_some(*day)
            })
            .collect();
        days.sort();
        Ok(days.pop())
    }
}

fn month_key(school: &str, month: Date) -> [(&'static str, Value); 2] {
    [("school", text(school)), ("month", Value::Date(month))]
}

/// The school year in which a day lies: from August on a new one.
fn school_year(day: Date) -> i64 {
    i64::from(if day.month() >= 8 { day.year() } else { day.year() - 1 })
}

/// Reads a key as the history keeps it.
fn key_of(form: &Form, record: &str) -> Option<Vec<Value>> {
    let cells: Vec<Json> = serde_json::from_str(record).ok()?;
    let kinds = form.key.iter().map(|name| form.field(name).map(|field| field.kind.column_type()));
    cells
        .iter()
        .zip(kinds)
        .map(|(cell, kind)| bieumau_model::table_json::read_cell(cell, kind?).ok())
        .collect()
}

impl MonthView {
    /// Names the month: `tháng 10/2025`.
    pub fn title(&self, locale: Locale) -> String {
        let (month, year) = (self.month.month(), self.month.year());
        match locale {
            Locale::Vi => format!("tháng {month:02}/{year}"),
            Locale::En => format!("{year}-{month:02}"),
        }
    }
}
