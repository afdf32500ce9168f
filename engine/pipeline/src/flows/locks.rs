//! Locks of a school: announced, listed, tried out, opened, and excepted from.

use bieumau_model::access::Action;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::lock::{
    Exception, Fault, Lock, LockName, Reach, check_exception, check_lock, moment as moment_text,
};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::papers::{Paper, Row, maybe, moment, number, rows, text};
use super::who::{Place, must, roles};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// A part of a school's records, as it is asked for; what is left out does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Part {
    /// Term, 1 or 2.
    pub term: Option<i64>,
    /// Grade.
    pub grade: Option<i64>,
    /// Class.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Column kind: a code of the list `column_kind`.
    pub column_kind: Option<String>,
    /// Form.
    pub form: Option<String>,
}

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

    /// Checks that what a part names is there.
    fn check_part(&self, part: &Part) -> Result<(), Problem> {
        let catalog = self.catalog();
        let mut findings = Diagnostics::default();
        let mut unknown = |vi: String, en: String| {
            findings.push(Diagnostic::error("J206", Text::both(vi, en)));
        };
        let lists = [("column_kind", &part.column_kind), ("subject", &part.subject)];
        for (list, given) in lists {
            let codes = catalog.code_lists.get(list);
            if let Some(code) =
                given.as_ref().filter(|code| codes.is_none_or(|codes| codes.any(code).is_none()))
            {
                unknown(
                    format!("Danh mục `{list}` không có mã `{code}`"),
                    format!("the code list `{list}` has no code `{code}`"),
                );
            }
        }
        if let Some(form) = part.form.as_ref().filter(|form| !catalog.forms.contains_key(*form)) {
            unknown(format!("Không có biểu mẫu `{form}`"), format!("there is no form `{form}`"));
        }
        if findings.is_empty() { Ok(()) } else { Err(all_of(findings)) }
    }

    /// Writes a reach in words: `cột Đánh giá cuối kì, môn Toán, lớp 6A1, học kì I`.
    pub(crate) fn reach_text(&self, reach: &Reach) -> Text {
        let named = |list: &str, code: &str, locale| {
            let found = self.catalog().code_lists.get(list).and_then(|codes| codes.any(code));
            found.map_or_else(|| code.to_owned(), |entry| entry.name.get(locale).to_owned())
        };
        let words = |locale: Locale| {
            let vi = locale == Locale::Vi;
            let mut parts = Vec::new();
            if let Some(kind) = &reach.column_kind {
                let word = if vi { "cột" } else { "columns" };
                parts.push(format!("{word} {}", named("column_kind", kind, locale)));
            }
            if let Some(form) = &reach.form {
                let title = self.catalog().forms.get(form);
                let title = title.map_or(form.as_str(), |form| form.title.get(locale));
                parts.push(format!("{} {title}", if vi { "biểu mẫu" } else { "form" }));
            }
            if let Some(subject) = &reach.subject {
                let word = if vi { "môn" } else { "subject" };
                parts.push(format!("{word} {}", named("subject", subject, locale)));
            }
            if let Some(class) = &reach.class {
                parts.push(format!("{} {class}", if vi { "lớp" } else { "class" }));
            }
            if let Some(grade) = reach.grade {
                parts.push(format!("{} {grade}", if vi { "khối" } else { "grade" }));
            }
            if let Some(term) = reach.term {
                let numeral = if term == 1 { "I" } else { "II" };
                parts.push(if vi {
                    format!("học kì {numeral}")
                } else {
                    format!("term {term}")
                });
            }
            match (parts.is_empty(), vi) {
                (false, _) => parts.join(", "),
                (true, true) => "toàn trường".to_owned(),
                (true, false) => "the whole school".to_owned(),
            }
        };
        Text::both(words(Locale::Vi), words(Locale::En))
    }
}

/// An exception without parts of its own is for the whole lock.
fn inherit(part: &mut Part, reach: &Reach) {
    fn take<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
        if own.is_none() {
            own.clone_from(other);
        }
    }
    take(&mut part.term, &reach.term);
    take(&mut part.grade, &reach.grade);
    take(&mut part.class, &reach.class);
    take(&mut part.subject, &reach.subject);
    take(&mut part.column_kind, &reach.column_kind);
    take(&mut part.form, &reach.form);
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

fn reach_of(school: &str, year: i64, part: &Part) -> Reach {
    Reach {
        school: school.to_owned(),
        year: Some(year),
        term: part.term,
        grade: part.grade,
        class: part.class.clone(),
        subject: part.subject.clone(),
        column_kind: part.column_kind.clone(),
        form: part.form.clone(),
    }
}

fn part_fields(part: &Part) -> [(&'static str, Value); 6] {
    [
        ("term", number(part.term)),
        ("grade", number(part.grade)),
        ("for_class", maybe(part.class.as_deref())),
        ("for_subject", maybe(part.subject.as_deref())),
        ("column_kind", maybe(part.column_kind.as_deref())),
        ("for_form", maybe(part.form.as_deref())),
    ]
}

fn reach_in(school: &str, year: i64, row: Row<'_>) -> Reach {
    let part = Part {
        term: row.number("term"),
        grade: row.number("grade"),
        class: row.maybe("for_class"),
        subject: row.maybe("for_subject"),
        column_kind: row.maybe("column_kind"),
        form: row.maybe("for_form"),
    };
    reach_of(school, year, &part)
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

/// Reads a moment with its offset, or one of Vietnam: `2026-01-10`, `2026-01-10T17:00`.
pub(crate) fn read_moment(
    given: Option<&str>,
    pointer: &str,
) -> Result<Option<Timestamp>, Problem> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    let vietnam = jiff::tz::Offset::constant(7);
    let local = |text: &str| {
        let read: jiff::civil::DateTime = text.parse().ok()?;
        vietnam.to_timestamp(read).ok()
    };
    given.parse().ok().or_else(|| local(given)).map(Some).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J207",
            format!("`{given}` không phải thời điểm"),
            format!("`{given}` is no moment"),
        )
        .help("Ví dụ: 2026-01-10T17:00", "for example 2026-01-10T17:00")
        .at(pointer)
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
