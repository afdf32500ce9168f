//! Locks of records: which of them hold at a moment, and what each refusal tells.
//!
//! Pure: the moment, the locks and the exceptions come in as values. Keeping them is the job of
//! `store`, asking before every write that of `pipeline`.

mod automatic;
mod words;

pub use automatic::{Closing, attendance_lock};
pub use words::moment;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// A part of a school's records. Every part that is given narrows; what is left out does not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reach {
    /// School.
    pub school: String,
    /// School year, by its first calendar year.
    pub year: Option<i64>,
    /// Term, 1 or 2.
    pub term: Option<i64>,
    /// Grade.
    pub grade: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Column kind, such as `end_of_term`; declared with the fields of forms (`lock:`).
    pub column_kind: Option<String>,
    /// Form.
    pub form: Option<String>,
}

/// What somebody is about to write: the cells of one kind in one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// School.
    pub school: String,
    /// School year; `None` when the record has none, like that of a pupil.
    pub year: Option<i64>,
    /// Term; `None` when the record is of no single term.
    pub term: Option<i64>,
    /// Grade.
    pub grade: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Column kind of the cells; `None` for fields without one.
    pub column_kind: Option<String>,
    /// Form.
    pub form: String,
}

/// How a lock is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum LockName {
    /// One that people made, by its number in the school.
    Number(i64),
    /// One that follows from the rules of the province, such as `attendance`.
    Automatic(String),
}

/// A lock: from `starts_at` on, until `ends_at` or until somebody ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// How it is known.
    pub name: LockName,
    /// What it locks.
    pub reach: Reach,
    /// Why.
    pub reason: String,
    /// Number of the decision or announcement (số quyết định, thông báo).
    pub order_number: String,
    /// Who decided it, as people read it; the principal.
    pub decided_by: String,
    /// Who carried it out, as people read it.
    pub author: String,
    /// First moment at which it holds.
    pub starts_at: Timestamp,
    /// First moment at which it no longer holds.
    pub ends_at: Option<Timestamp>,
}

/// A permission to write in spite of a lock: for one person, for a part of it, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Number in the school.
    pub number: i64,
    /// The lock.
    pub lock: LockName,
    /// The user who may write.
    pub person: String,
    /// What they may write.
    pub reach: Reach,
    /// Why.
    pub reason: String,
    /// What shows that it is needed.
    pub evidence: String,
    /// Who decided it; the principal.
    pub decided_by: String,
    /// Who granted it.
    pub author: String,
    /// First moment at which it holds.
    pub starts_at: Timestamp,
    /// First moment at which it no longer holds. Every exception expires.
    pub ends_at: Timestamp,
}

/// A lock that stands in the way, with the target that it hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The lock.
    pub lock: &'a Lock,
    /// What it hits.
    pub target: &'a Target,
}

impl Reach {
    /// Returns whether the cells of `target` lie inside.
    ///
    /// What a record does not have cannot match what the reach names: a lock of term I leaves a
    /// record of no term alone. Only the year may be missing, when the reach names the form: a lock
    /// of the form `pupil` holds although pupils have no school year.
    pub fn covers(&self, target: &Target) -> bool {
        fn within<T: PartialEq>(own: Option<&T>, found: Option<&T>) -> bool {
            own.is_none_or(|own| found == Some(own))
        }
        self.school == target.school
            && self.form.as_ref().is_none_or(|form| *form == target.form)
            && (within(self.year.as_ref(), target.year.as_ref())
                || (self.form.is_some() && target.year.is_none()))
            && within(self.term.as_ref(), target.term.as_ref())
            && within(self.grade.as_ref(), target.grade.as_ref())
            && within(self.class.as_ref(), target.class.as_ref())
            && within(self.subject.as_ref(), target.subject.as_ref())
            && within(self.column_kind.as_ref(), target.column_kind.as_ref())
    }

    /// Returns whether the reach names nothing beside school and year.
    pub fn is_whole_school(&self) -> bool {
        let Self { school: _, year: _, term, grade, class, subject, column_kind, form } = self;
        term.is_none()
            && grade.is_none()
            && class.is_none()
            && subject.is_none()
            && column_kind.is_none()
            && form.is_none()
    }
}

impl Lock {
    /// Returns whether it holds at `now`.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.starts_at <= now && self.ends_at.is_none_or(|end| now < end)
    }
}

impl Exception {
    /// Returns whether it holds at `now`.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.ends_at
    }

    /// Returns whether it lets `person` write `target` in spite of `lock` at `now`.
    pub fn lifts(&self, lock: &Lock, person: &str, target: &Target, now: Timestamp) -> bool {
        self.lock == lock.name
            && self.person == person
            && self.holds_at(now)
            && self.reach.covers(target)
    }
}

/// Returns the locks that keep `person` from writing `target` at `now`, in the order of `locks`.
pub fn refusals<'a>(
    locks: &'a [Lock],
    exceptions: &[Exception],
    person: &str,
    target: &'a Target,
    now: Timestamp,
) -> Vec<Refusal<'a>> {
    locks
        .iter()
        .filter(|lock| lock.holds_at(now) && lock.reach.covers(target))
        .filter(|lock| !exceptions.iter().any(|own| own.lifts(lock, person, target, now)))
        .map(|lock| Refusal { lock, target })
        .collect()
}

/// Why a lock or an exception cannot be made as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A text is missing: the name of the field.
    Missing(&'static str),
    /// The end does not come after the start.
    EndsBeforeStart,
    /// An exception would be for more than the lock itself.
    WiderThanLock,
    /// An exception without a person would be for everyone.
    ForEveryone,
    /// An exception may not be longer than this many days.
    TooLong(i64),
}

/// The longest an exception may hold, in days: longer than that, the lock itself is wrong.
pub const LONGEST_EXCEPTION: i64 = 30;

/// Checks a lock before it is made; all faults at once.
pub fn check_lock(lock: &Lock) -> Vec<Fault> {
    let mut faults = missing(&[
        ("reason", &lock.reason),
        ("order_number", &lock.order_number),
        ("decided_by", &lock.decided_by),
    ]);
    if lock.ends_at.is_some_and(|end| end <= lock.starts_at) {
        faults.push(Fault::EndsBeforeStart);
    }
    faults
}

/// Checks an exception to `lock` before it is granted; all faults at once.
pub fn check_exception(exception: &Exception, lock: &Lock) -> Vec<Fault> {
    let mut faults = missing(&[
        ("reason", &exception.reason),
        ("evidence", &exception.evidence),
        ("decided_by", &exception.decided_by),
    ]);
    if exception.person.trim().is_empty() || exception.person.trim() == "*" {
        faults.push(Fault::ForEveryone);
    }
    if exception.ends_at <= exception.starts_at {
        faults.push(Fault::EndsBeforeStart);
    } else if exception.ends_at.as_second() - exception.starts_at.as_second()
        > LONGEST_EXCEPTION * 86_400
    {
        faults.push(Fault::TooLong(LONGEST_EXCEPTION));
    }
    if !inside(&exception.reach, &lock.reach) {
        faults.push(Fault::WiderThanLock);
    }
    faults
}

fn missing(texts: &[(&'static str, &String)]) -> Vec<Fault> {
    let empty = texts.iter().filter(|(_, text)| text.trim().is_empty());
    empty.map(|(name, _)| Fault::Missing(name)).collect()
}

/// Returns whether everything in `inner` may lie in `outer`: no part names something else.
fn inside(inner: &Reach, outer: &Reach) -> bool {
    fn agree<T: PartialEq>(inner: Option<&T>, outer: Option<&T>) -> bool {
        match (inner, outer) {
            (Some(inner), Some(outer)) => inner == outer,
            _ => true,
        }
    }
    inner.school == outer.school
        && agree(inner.year.as_ref(), outer.year.as_ref())
        && agree(inner.term.as_ref(), outer.term.as_ref())
        && agree(inner.grade.as_ref(), outer.grade.as_ref())
        && agree(inner.class.as_ref(), outer.class.as_ref())
        && agree(inner.subject.as_ref(), outer.subject.as_ref())
        && agree(inner.column_kind.as_ref(), outer.column_kind.as_ref())
        && agree(inner.form.as_ref(), outer.form.as_ref())
}

/// The day in Vietnam at `now`; locks and periods count days there.
pub fn vietnam_day(now: Timestamp) -> Date {
    jiff::tz::Offset::constant(7).to_datetime(now).date()
}

/// The first moment of `day` in Vietnam.
pub fn day_begins(day: Date) -> Timestamp {
    let midnight = day.at(0, 0, 0, 0);
    // Seven hours before the same reading of the clock in Greenwich; out of range only at the
    // ends of time, which no school year touches.
    jiff::tz::Offset::constant(7).to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}
