//! Locks of a school: announced, listed, tried out, opened, and excepted from.

mod part;

pub use part::Part;

use bieumau_model::access::Action;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::lock::{
    Exception, Fault, Lock, LockName, check_exception, check_lock, moment as moment_text,
};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::part::{inherit, part_fields, reach_in, reach_of, read_moment};
use super::papers::{Paper, Row, maybe, moment, rows, text};
use super::who::{Place, must, roles};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// A lock that is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLock {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// What of it.
    #[serde(default)]
    pub part: Part,
    /// Why.
    pub reason: String,
    /// Number of the decision or announcement.
    pub order_number: String,
    /// From when on: `2026-01-10T17:00:00+07:00`, or `2026-01-10` for the beginning of the day;
    /// now when it is left out.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// Until when; until it is opened when it is left out.
    #[serde(default)]
    pub ends_at: Option<String>,
}

/// An exception that is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewException {
    /// The user who may write.
    pub person: String,
    /// What of the lock.
    #[serde(default)]
    pub part: Part,
    /// Why.
    pub reason: String,
    /// What shows that it is needed.
    pub evidence: String,
    /// From when on; now when it is left out.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// Until when.
    pub ends_at: String,
}

/// A lock as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct LockView {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// The lock.
    #[serde(flatten)]
    pub lock: Lock,
    /// Whether it holds now.
    pub holds: bool,
    /// What it locks, in words.
    pub reach_text: Text,
    /// Who opened it early.
    pub ended_by: Option<String>,
    /// Why they did.
    pub end_reason: Option<String>,
    /// Exceptions from it.
    pub exceptions: Vec<ExceptionView>,
}

/// An exception as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct ExceptionView {
    /// The exception.
    #[serde(flatten)]
    pub exception: Exception,
    /// Name of the person.
    pub person_name: String,
    /// Whether it holds now.
    pub holds: bool,
    /// What it opens, in words.
    pub reach_text: Text,
}

impl Site {
    /// Lists the locks of a school year, newest first; everybody who works at the school may know
    /// them.
    pub fn locks(
        &self,
        caller: &Caller,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> Result<Vec<LockView>, Problem> {
        must(caller, Action::Read, &Place { school, ..Place::default() }, now)?;
        let exceptions = self.exception_views(school, year, now)?;
        let table = self.lock_table(school, year)?;
        let mut views: Vec<LockView> = rows(&table)
            .filter_map(|row| {
                let lock = lock_of(school, year, row)?;
                Some(LockView {
                    school: school.to_owned(),
                    year,
                    holds: lock.holds_at(now),
                    reach_text: self.reach_text(&lock.reach),
                    ended_by: row.maybe("ended_by"),
                    end_reason: row.maybe("end_reason"),
                    exceptions: exceptions
                        .iter()
                        .filter(|own| own.exception.lock == lock.name)
                        .cloned()
                        .collect(),
                    lock,
                })
            })
            .collect();
        views.reverse();
        Ok(views)
    }

    /// Makes a lock; returns its number.
    pub fn lock(&self, caller: &Caller, wanted: &NewLock, now: Timestamp) -> Result<i64, Problem> {
        let lock = self.planned(caller, wanted, now)?;
        let order = wanted.order_number.trim();
        let reason = format!("Khóa sổ theo {order}: {}", wanted.reason.trim());
        let signer = self.signer(caller)?;
        let key = (wanted.school.as_str(), wanted.year);
        self.file_numbered(caller, "lock", key, &reason, now, |next| {
            let mut fields = vec![
                ("school", text(&wanted.school)),
                ("year", Value::Integer(wanted.year)),
                ("number", Value::Integer(next)),
            ];
            fields.extend(part_fields(&wanted.part));
            fields.extend([
                ("reason", text(&wanted.reason)),
                ("order_number", text(order)),
                ("decided_by", text(&lock.decided_by)),
                ("carried_out_by", text(&lock.author)),
                ("author_user", text(&signer.user)),
                ("starts_at", moment(lock.starts_at)),
                ("ends_at", lock.ends_at.map_or(Value::Missing, moment)),
            ]);
            vec![Paper { form: "lock", fields }]
        })
    }

    /// Checks a lock that is asked for, and returns what it would be (with the number 0).
    pub(crate) fn planned(
        &self,
        caller: &Caller,
        wanted: &NewLock,
        now: Timestamp,
    ) -> Result<Lock, Problem> {
        let place = Place { school: &wanted.school, ..Place::default() };
        must(caller, Action::Lock, &place, now)?;
        self.check_part(&wanted.part)?;
        let signer = self.signer(caller)?;
        let lock = Lock {
            name: LockName::Number(0),
            reach: reach_of(&wanted.school, wanted.year, &wanted.part),
            reason: wanted.reason.clone(),
            order_number: wanted.order_number.clone(),
            decided_by: self.decider(caller, &signer.name, &wanted.school, wanted.year, now)?,
            author: signer.name,
            starts_at: read_moment(wanted.starts_at.as_deref(), "/starts_at")?.unwrap_or(now),
            ends_at: read_moment(wanted.ends_at.as_deref(), "/ends_at")?,
        };
        faults(check_lock(&lock))?;
        Ok(lock)
    }

    /// Opens a lock before its end: it ends now.
    pub fn open_lock(
        &self,
        caller: &Caller,
        (school, year, lock): (&str, i64, i64),
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        must(caller, Action::Lock, &Place { school, ..Place::default() }, now)?;
        let view = self.lock_view(caller, school, year, lock, now)?;
        if !view.holds {
            return Err(Problem::new(
                ProblemKind::Conflict,
                "J203",
                format!("Khóa số {lock} không còn hiệu lực hoặc chưa bắt đầu"),
                format!("lock {lock} does not hold now"),
            ));
        }
        if reason.trim().is_empty() {
            return faults(vec![Fault::Missing("reason")]);
        }
        let signer = self.signer(caller)?;
        let changes = [
            ("ends_at", moment(now)),
            ("ended_by", text(&signer.name)),
            ("end_reason", text(reason)),
        ];
        let key = [text(school), Value::Integer(year), Value::Integer(lock)];
        self.amend(caller, "lock", &key, &changes, &format!("Mở khóa: {}", reason.trim()), now)
    }

    /// Grants an exception from a lock; returns its number. `lock` is a number, or `attendance`.
    pub fn except_from_lock(
        &self,
        caller: &Caller,
        (school, year, lock): (&str, i64, &str),
        wanted: &NewException,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        must(caller, Action::Lock, &Place { school, ..Place::default() }, now)?;
        self.check_part(&wanted.part)?;
        let name =
            lock.parse().map_or_else(|_| LockName::Automatic(lock.to_owned()), LockName::Number);
        let from = match &name {
            LockName::Number(number) => self.lock_view(caller, school, year, *number, now)?.lock,
            LockName::Automatic(_) => automatic(school, year, &name)?,
        };
        let person = self.person_of(&wanted.person)?.map(|(name, _)| name);
        let signer = self.signer(caller)?;
        let mut part = wanted.part.clone();
        inherit(&mut part, &from.reach);
        let exception = Exception {
            number: 0,
            lock: name.clone(),
            person: wanted.person.trim().to_owned(),
            reach: reach_of(school, year, &part),
            reason: wanted.reason.clone(),
            evidence: wanted.evidence.clone(),
            decided_by: self.decider(caller, &signer.name, school, year, now)?,
            author: signer.name.clone(),
            starts_at: read_moment(wanted.starts_at.as_deref(), "/starts_at")?.unwrap_or(now),
            ends_at: read_moment(Some(&wanted.ends_at), "/ends_at")?.unwrap_or(now),
        };
        faults(check_exception(&exception, &from))?;
        let reason = format!("Ngoại lệ của khóa {lock}: {}", wanted.reason.trim());
        self.file_numbered(caller, "lock_exception", (school, year), &reason, now, |next| {
            let mut fields = vec![
                ("school", text(school)),
                ("year", Value::Integer(year)),
                ("number", Value::Integer(next)),
                ("lock_name", text(lock)),
                ("person", text(&exception.person)),
                ("person_name", maybe(person.as_deref())),
            ];
            fields.extend(part_fields(&part));
            fields.extend([
                ("reason", text(&exception.reason)),
                ("evidence", text(&exception.evidence)),
                ("decided_by", text(&exception.decided_by)),
                ("granted_by", text(&exception.author)),
                ("author_user", text(&signer.user)),
                ("starts_at", moment(exception.starts_at)),
                ("ends_at", moment(exception.ends_at)),
            ]);
            vec![Paper { form: "lock_exception", fields }]
        })
    }

    /// Returns the locks of a school year as values.
    pub(crate) fn lock_values(&self, school: &str, year: i64) -> Result<Vec<Lock>, Problem> {
        let table = self.lock_table(school, year)?;
        Ok(rows(&table).filter_map(|row| lock_of(school, year, row)).collect())
    }

    /// Returns the exceptions of a school year as values.
    pub(crate) fn exception_values(
        &self,
        school: &str,
        year: i64,
    ) -> Result<Vec<Exception>, Problem> {
        let table = self.exception_table(school, year)?;
        Ok(rows(&table).filter_map(|row| exception_of(school, year, row)).collect())
    }

    fn lock_view(
        &self,
        caller: &Caller,
        school: &str,
        year: i64,
        wanted: i64,
        now: Timestamp,
    ) -> Result<LockView, Problem> {
        let views = self.locks(caller, school, year, now)?;
        let found = views.into_iter().find(|view| view.lock.name == LockName::Number(wanted));
        found.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J204",
                format!("Năm học này không có khóa số {wanted}"),
                format!("there is no lock {wanted} in this school year"),
            )
        })
    }

    fn lock_table(&self, school: &str, year: i64) -> Result<bieumau_model::table::Table, Problem> {
        self.papers("lock", &[("school", text(school)), ("year", Value::Integer(year))])
    }

    fn exception_table(
        &self,
        school: &str,
        year: i64,
    ) -> Result<bieumau_model::table::Table, Problem> {
        self.papers("lock_exception", &[("school", text(school)), ("year", Value::Integer(year))])
    }

    fn exception_views(
        &self,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> Result<Vec<ExceptionView>, Problem> {
        let table = self.exception_table(school, year)?;
        let view = |row: Row<'_>| {
            let exception = exception_of(school, year, row)?;
            Some(ExceptionView {
                holds: exception.holds_at(now),
                person_name: row.maybe("person_name").unwrap_or_else(|| exception.person.clone()),
                reach_text: self.reach_text(&exception.reach),
                exception,
            })
        };
        Ok(rows(&table).filter_map(view).collect())
    }

    /// Who decided what `caller` carries out: the caller when they are principal, else the
    /// principal of the school year.
    fn decider(
        &self,
        caller: &Caller,
        own: &str,
        school: &str,
        year: i64,
        now: Timestamp,
    ) -> Result<String, Problem> {
        let held = roles(caller, Action::Lock, &Place { school, ..Place::default() }, now);
        if matches!(caller, Caller::User { .. }) && held.iter().any(|role| role == "principal") {
            return Ok(own.to_owned());
        }
        self.principal(school, year)?.ok_or_else(|| {
            Problem::new(
                ProblemKind::BadInput,
                "J205",
                "Chưa khai Hiệu trưởng của năm học này, nên chưa biết ai quyết định",
                "no principal is recorded for this school year, so nobody has decided",
            )
            .help(
                "Khai ở biểu mẫu Lãnh đạo trường theo năm học",
                "record one in the form `school_leader`",
            )
        })
    }
}

/// The automatic lock that is named, as far as exceptions need it.
fn automatic(school: &str, year: i64, name: &LockName) -> Result<Lock, Problem> {
    let LockName::Automatic(word) = name else { unreachable!("only automatic locks come here") };
    if word != "attendance" {
        return Err(Problem::new(
            ProblemKind::NotFound,
            "J204",
            format!("Không có khóa `{word}`"),
            format!("there is no lock `{word}`"),
        )
        .help(
            "Ghi số khóa, hoặc `attendance` cho khóa điểm danh tự động",
            "give a number, or `attendance` for the automatic lock of absences",
        ));
    }
    let part = Part { column_kind: Some("attendance".to_owned()), ..Part::default() };
    Ok(Lock {
        name: name.clone(),
        reach: reach_of(school, year, &part),
        reason: String::new(),
        order_number: String::new(),
        decided_by: String::new(),
        author: String::new(),
        starts_at: Timestamp::MIN,
        ends_at: None,
    })
}

fn lock_of(school: &str, year: i64, row: Row<'_>) -> Option<Lock> {
    Some(Lock {
        name: LockName::Number(row.number("number")?),
        reach: reach_in(school, year, row),
        reason: row.text("reason"),
        order_number: row.text("order_number"),
        decided_by: row.text("decided_by"),
        author: row.text("carried_out_by"),
        starts_at: row.moment("starts_at")?,
        ends_at: row.moment("ends_at"),
    })
}

fn exception_of(school: &str, year: i64, row: Row<'_>) -> Option<Exception> {
    let name = row.text("lock_name");
    Some(Exception {
        number: row.number("number")?,
        lock: name.parse().map_or_else(|_| LockName::Automatic(name), LockName::Number),
        person: row.text("person"),
        reach: reach_in(school, year, row),
        reason: row.text("reason"),
        evidence: row.text("evidence"),
        decided_by: row.text("decided_by"),
        author: row.text("granted_by"),
        starts_at: row.moment("starts_at")?,
        ends_at: row.moment("ends_at")?,
    })
}

/// Makes one problem of all faults.
fn faults(faults: Vec<Fault>) -> Result<(), Problem> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut findings = Diagnostics::default();
    faults.iter().for_each(|fault| findings.push(Diagnostic::error("J208", fault.sentence())));
    Err(all_of(findings))
}

/// Makes a problem of findings; the first one speaks.
pub(crate) fn all_of(findings: Diagnostics) -> Problem {
    crate::render::of_findings(ProblemKind::BadInput, findings)
}

/// What a page says of the time of a lock.
impl LockView {
    /// Returns from when to when it holds, in words.
    pub fn time_text(&self) -> Text {
        let from = moment_text(self.lock.starts_at);
        match self.lock.ends_at {
            Some(end) => Text::both(
                format!("từ {from} đến {}", moment_text(end)),
                format!("from {from} to {}", moment_text(end)),
            ),
            None => Text::both(
                format!("từ {from}, cho đến khi được mở"),
                format!("from {from} until it is opened"),
            ),
        }
    }
}
