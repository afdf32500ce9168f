//! Confirms class books: subject teachers, then the class teacher, then the principal.

use std::collections::BTreeSet;

use bieumau_model::access::Action;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::scope::Caller;
use bieumau_model::sign_off::{self, Gap, Part, PartState, Point, Unready};
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use bieumau_store::Writing;
use jiff::Timestamp;
use serde::Serialize;

use super::books::Book;
use super::guard::Reopening;
use super::papers::{Paper, moment, rows, text};
use super::who::{Place, must, role_title, roles};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// A class book at a point of a term, as addresses name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookKey {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Class.
    pub class: String,
    /// Term, 1 or 2.
    pub term: i64,
    /// `mid_term` or `end_of_term`.
    pub point: Point,
}

/// A book with its parts.
#[derive(Debug, Clone, Serialize)]
pub struct BookView {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Class.
    pub class: String,
    /// Term.
    pub term: i64,
    /// Point.
    pub point: Point,
    /// What people read for term and point.
    pub title: Text,
    /// Parts in the order of the book, the class and the approval last.
    pub parts: Vec<PartView>,
    /// Cells that must have a value.
    pub needed: usize,
    /// Cells that have one.
    pub filled: usize,
}

/// A part of a book.
#[derive(Debug, Clone, Serialize)]
pub struct PartView {
    /// `subject:TOAN`, `class` or `approval`.
    pub part: String,
    /// What people read.
    pub title: Text,
    /// Name of the person who answers for it.
    pub signer: Option<String>,
    /// Cells that must have a value.
    pub needed: usize,
    /// Cells that have one.
    pub filled: usize,
    /// Those without one.
    pub gaps: Vec<Gap>,
    /// Who has signed it.
    pub signed_by: Option<String>,
    /// When, in words.
    pub signed_at: Option<String>,
    /// Whether whoever asks may sign it now.
    pub may_sign: bool,
    /// Whether whoever asks may open it again.
    pub may_reopen: bool,
}

impl BookKey {
    fn book(&self) -> Book<'_> {
        Book {
            school: &self.school,
            year: self.year,
            class: &self.class,
            term: self.term,
            point: self.point,
        }
    }

    fn place(&self) -> Place<'_> {
        Place { school: &self.school, class: Some((self.year, &self.class)), subject: None }
    }

    fn filters(&self) -> [(&'static str, Value); 5] {
        [
            ("school", text(&self.school)),
            ("year", Value::Integer(self.year)),
            ("class", text(&self.class)),
            ("term", Value::Integer(self.term)),
            ("point", text(self.point.code())),
        ]
    }

    fn paper_key(&self, part: &Part) -> [Value; 6] {
        let [school, year, class, term, point] = self.filters().map(|(_, value)| value);
        [school, year, class, term, point, Value::Text(part.code())]
    }
}

/// A signature that holds.
struct Signature {
    user: String,
    name: String,
    at: Option<Timestamp>,
}

impl Site {
    /// Returns a book with counters, gaps and signatures.
    pub fn book_view(
        &self,
        caller: &Caller,
        key: &BookKey,
        now: Timestamp,
    ) -> Result<BookView, Problem> {
        let place = key.place();
        must(caller, Action::Read, &place, now)
            .or_else(|problem| self.teaches_here(caller, key, now).ok_or(problem))?;
        let parts = self.signed_book(key)?;
        let school = Place { school: &key.school, ..Place::default() };
        let approves = must(caller, Action::ApproveSignOff, &school, now).is_ok();
        let subjects = self.catalog().code_lists.get("subject");
        let mut views = Vec::new();
        for (state, signature) in &parts {
            let title = match &state.part {
                Part::Subject(code) => subjects
                    .and_then(|list| list.any(code))
                    .map_or_else(|| Text::from(code.as_str()), |code| code.name.clone()),
                Part::Class => Text::both("Giáo viên chủ nhiệm", "Class teacher"),
                Part::Approval => Text::both("Hiệu trưởng phê duyệt", "Approval of the principal"),
            };
            let signer = match &state.signer {
                Some(staff) => self.staff_name(&key.school, staff)?,
                None => None,
            };
            views.push(PartView {
                part: state.part.code(),
                title,
                signer,
                needed: state.needed,
                filled: state.filled(),
                gaps: state.gaps.clone(),
                signed_by: signature.as_ref().map(|own| own.name.clone()),
                signed_at: signature
                    .as_ref()
                    .and_then(|own| own.at)
                    .map(bieumau_model::lock::moment),
                may_sign: state.signed_by.is_none()
                    && self.signing_roles(caller, key, state, now).is_ok(),
                may_reopen: state.signed_by.is_some() && approves,
            });
        }
        Ok(BookView {
            school: key.school.clone(),
            year: key.year,
            class: key.class.clone(),
            term: key.term,
            point: key.point,
            title: key.point.title(key.term),
            needed: views.iter().map(|part| part.needed).sum(),
            filled: views.iter().map(|part| part.filled).sum(),
            parts: views,
        })
    }

    /// Lists the books of all classes of a school at a point: the work list of whoever looks after
    /// their completion.
    pub fn books(
        &self,
        caller: &Caller,
        (school, year): (&str, i64),
        (term, point): (i64, Point),
        now: Timestamp,
    ) -> Result<Vec<BookView>, Problem> {
        must(caller, Action::Read, &Place { school, ..Place::default() }, now)?;
        let classes =
            self.papers("class", &[("school", text(school)), ("year", Value::Integer(year))])?;
        let mut order: Vec<_> = rows(&classes)
            .map(|row| (row.number("grade"), row.number("position"), row.text("class")))
            .collect();
        order.sort();
        let mut books = Vec::new();
        for (_, _, class) in order {
            let key = BookKey { school: school.to_owned(), year, class, term, point };
            match self.book_view(caller, &key, now) {
                Ok(view) => books.push(view),
                // Whoever has some classes sees the books of these.
                Err(problem) if problem.kind == ProblemKind::Forbidden => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(books)
    }

    /// Signs a part of a book: refused with the list of what is missing.
    pub fn sign_off(
        &self,
        caller: &Caller,
        key: &BookKey,
        part: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let part = Part::read(part).ok_or_else(|| unknown_part(part))?;
        let parts = self.signed_book(key)?;
        let states: Vec<PartState> = parts.into_iter().map(|(state, _)| state).collect();
        let state = states
            .iter()
            .find(|state| state.part == part)
            .ok_or_else(|| unknown_part(&part.code()))?;
        let role = self.signing_roles(caller, key, state, now)?;
        sign_off::check(&states, &part).map_err(|unready| self.unready(key, unready))?;
        let signer = self.signer(caller)?;
        let reason =
            format!("Xác nhận sổ lớp {}, {}", key.class, key.point.title(key.term).get(Locale::Vi));
        let changes = [
            ("state", text("signed")),
            ("signed_by", text(&signer.user)),
            ("signer_name", text(&signer.name)),
            ("signer_position", text(role_title(&role).get(Locale::Vi))),
            ("signed_at", moment(now)),
            ("cells", Value::Integer(i64::try_from(state.needed).unwrap_or(i64::MAX))),
        ];
        let paper_key = key.paper_key(&part);
        // A part that was opened again is the same paper, with its history.
        if self.has_paper(key, &part)? {
            return self.amend(caller, "sign_off", &paper_key, &changes, &reason, now);
        }
        let mut fields = key.filters().to_vec();
        fields.push(("part", Value::Text(part.code())));
        fields.extend(changes);
        self.file(caller, vec![Paper { form: "sign_off", fields }], &reason, now)
    }

    /// Opens a signed part again, and with it what was signed on top of it.
    pub fn reopen(
        &self,
        caller: &Caller,
        key: &BookKey,
        part: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let part = Part::read(part).ok_or_else(|| unknown_part(part))?;
        let place = Place { school: &key.school, ..Place::default() };
        must(caller, Action::ApproveSignOff, &place, now)?;
        if reason.trim().is_empty() {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J211",
                "Phải ghi lý do mở lại",
                "the reason for opening it again is missing",
            )
            .at("/reason"));
        }
        let states: Vec<PartState> =
            self.signed_book(key)?.into_iter().map(|(state, _)| state).collect();
        let signer = self.signer(caller)?;
        for own in sign_off::voided(&states, &part) {
            let changes = [
                ("state", text("reopened")),
                ("reopened_by", text(&signer.name)),
                ("reopened_at", moment(now)),
                ("reopen_reason", text(reason)),
            ];
            self.amend(caller, "sign_off", &key.paper_key(&own), &changes, reason, now)?;
        }
        Ok(())
    }

    /// Voids the signatures that a write has opened again, in its own transaction.
    pub(crate) fn void_signatures(
        &self,
        caller: &Caller,
        reopened: &BTreeSet<Reopening>,
        writing: &mut Writing<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        for own in reopened {
            let key = BookKey {
                school: own.school.clone(),
                year: own.year,
                class: own.class.clone(),
                term: own.term,
                point: own.point,
            };
            let states: Vec<PartState> =
                self.signed_book(&key)?.into_iter().map(|(state, _)| state).collect();
            let form = self.form_of_flow("sign_off")?;
            for part in sign_off::voided(&states, &own.part) {
                let changes = [
                    ("state", text("reopened")),
                    ("reopened_by", text(caller.name())),
                    ("reopened_at", moment(now)),
                    ("reopen_reason", text("Có thay đổi sau khi xác nhận")),
                ];
                let paper_key = key.paper_key(&part);
                let record = writing.unlimited(|engine| engine.record(form, &paper_key));
                let Some(record) = record.map_err(store_problem)? else { continue };
                writing
                    .unlimited(|engine| engine.update(form, &paper_key, &changes, record.revision))
                    .map_err(store_problem)?;
            }
        }
        Ok(())
    }

    /// The parts of a book, each with the signature that holds.
    fn signed_book(&self, key: &BookKey) -> Result<Vec<(PartState, Option<Signature>)>, Problem> {
        let papers = self.papers("sign_off", &key.filters())?;
        let parts = self.book(&key.book())?.into_iter().map(|mut state| {
            let signed = rows(&papers)
                .find(|row| row.text("part") == state.part.code() && row.text("state") == "signed");
            let signature = signed.map(|row| Signature {
                user: row.text("signed_by"),
                name: row.text("signer_name"),
                at: row.moment("signed_at"),
            });
            state.signed_by = signature.as_ref().map(|own| own.user.clone());
            (state, signature)
        });
        Ok(parts.collect())
    }

    fn has_paper(&self, key: &BookKey, part: &Part) -> Result<bool, Problem> {
        let papers = self.papers("sign_off", &key.filters())?;
        Ok(rows(&papers).any(|row| row.text("part") == part.code()))
    }

    /// Returns the role in which `caller` may sign a part, or why they may not.
    fn signing_roles(
        &self,
        caller: &Caller,
        key: &BookKey,
        state: &PartState,
        now: Timestamp,
    ) -> Result<String, Problem> {
        let (action, wanted, place) = match &state.part {
            Part::Subject(subject) => (
                Action::SignOff,
                "subject_teacher",
                Place { subject: Some(subject.as_str()), ..key.place() },
            ),
            Part::Class => (Action::SignOff, "class_teacher", key.place()),
            Part::Approval => (
                Action::ApproveSignOff,
                "principal",
                Place { school: &key.school, ..Place::default() },
            ),
        };
        let held = roles(caller, action, &place, now);
        if held.iter().any(|role| role == wanted) {
            return Ok(wanted.to_owned());
        }
        // In primary schools the class teacher teaches most subjects of the class.
        let signer = self.signer(caller)?;
        if signer.staff.is_some() && signer.staff == state.signer && !held.is_empty() {
            return Ok(held[0].clone());
        }
        let title = role_title(wanted);
        Err(Problem::new(
            ProblemKind::Forbidden,
            "J202",
            format!("Phần này do {} xác nhận", title.get(Locale::Vi)),
            format!("this part is signed by the {}", title.get(Locale::En)),
        ))
    }

    /// Whether `caller` teaches some subject of the class, and so may see its book.
    fn teaches_here(&self, caller: &Caller, key: &BookKey, now: Timestamp) -> Option<()> {
        let filters = [
            ("school", text(&key.school)),
            ("year", Value::Integer(key.year)),
            ("class", text(&key.class)),
        ];
        let table = self.papers("teaching_assignment", &filters).ok()?;
        rows(&table)
            .any(|row| {
                let subject = row.text("subject");
                let place = Place { subject: Some(&subject), ..key.place() };
                must(caller, Action::SignOff, &place, now).is_ok()
            })
            .then_some(())
    }

    /// The problem of a part that cannot be signed: everything that is missing, one finding each.
    fn unready(&self, key: &BookKey, unready: Unready) -> Problem {
        let book = format!("lớp {}, {}", key.class, key.point.title(key.term).get(Locale::Vi));
        match unready {
            Unready::NoSuchPart => unknown_part(""),
            Unready::Signed => Problem::new(
                ProblemKind::Conflict,
                "J212",
                "Phần này đã được xác nhận",
                "this part is signed already",
            ),
            Unready::Gaps(gaps) => {
                let mut findings = Diagnostics::default();
                for gap in &gaps {
                    findings.push(Diagnostic::error(
                        "J213",
                        Text::both(
                            format!("{} ({}): chưa có {}", gap.name, gap.pupil, gap.column),
                            format!("{} ({}): {} is missing", gap.name, gap.pupil, gap.column),
                        ),
                    ));
                }
                Problem::new(
                    ProblemKind::BadInput,
                    "J213",
                    format!("Chưa xác nhận được sổ {book}: còn thiếu {} ô", gaps.len()),
                    format!("the book cannot be signed: {} cells are missing", gaps.len()),
                )
                .help(
                    "Nhập đủ các ô trong danh sách rồi xác nhận lại",
                    "fill in the cells and sign again",
                )
                .with(findings)
            }
            Unready::Waits(parts) => {
                let subjects = self.catalog().code_lists.get("subject");
                let names = parts.iter().map(|part| match part {
                    Part::Subject(code) => subjects
                        .and_then(|list| list.any(code))
                        .map_or(code.clone(), |code| code.name.get(Locale::Vi).to_owned()),
                    Part::Class => "giáo viên chủ nhiệm".to_owned(),
                    Part::Approval => "Hiệu trưởng".to_owned(),
                });
                let listed = names.collect::<Vec<_>>().join(", ");
                Problem::new(
                    ProblemKind::Conflict,
                    "J214",
                    format!("Còn chờ xác nhận của: {listed}"),
                    format!("still waits for: {listed}"),
                )
            }
        }
    }
}

fn unknown_part(part: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J215",
        format!("Sổ này không có phần `{part}`"),
        format!("this book has no part `{part}`"),
    )
    .help("Ví dụ: subject:TOAN, class, approval", "for example subject:TOAN, class, approval")
}
