//! Class books: who answers for which part, which cells must be filled at a point, and which are not.

use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::definition::Form;
use bieumau_model::sign_off::{Gap, Part, PartState, Point, ongoing_needed};
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Locale;

use super::papers::{Row, rows, text};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

/// A class book at a point of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book<'a> {
    pub school: &'a str,
    pub year: i64,
    pub class: &'a str,
    pub term: i64,
    pub point: Point,
}

/// A pupil who must be assessed.
struct Member {
    pupil: String,
    name: String,
}

/// A class with what decides which cells a book must have.
struct Setting {
    primary: bool,
    grade: i64,
    homeroom: Option<String>,
}

/// The records of a book, found by pupil and subject.
type Found<'t> = BTreeMap<(String, String), Row<'t>>;

impl Book<'_> {
    fn filters(&self) -> [(&'static str, Value); 3] {
        [
            ("school", text(self.school)),
            ("year", Value::Integer(self.year)),
            ("class", text(self.class)),
        ]
    }

    /// The point as primary schools name it: `mid_1`, `end_2`.
    fn primary_point(&self) -> String {
        let word = if self.point == Point::MidTerm { "mid" } else { "end" };
        format!("{word}_{}", self.term)
    }
}

impl Site {
    /// Returns every part of a book with its counters; nobody has signed yet.
    pub(crate) fn book(&self, book: &Book<'_>) -> Result<Vec<PartState>, Problem> {
        let setting = self.book_setting(book)?;
        let members = self.members(book)?;
        let exempt = self.subjects_of("exemption", book)?;
        let chosen = self.subjects_of("elective", book)?;
        let assignments = self.papers("teaching_assignment", &book.filters())?;
        let mut order: Vec<Row<'_>> = rows(&assignments).collect();
        order.sort_by_key(|row| row.number("position"));
        let (scored, commented) = if setting.primary {
            (self.of_term("primary_result", book, "point")?, None)
        } else {
            (
                self.of_term("mark", book, "term")?,
                Some(self.of_term("comment_result", book, "term")?),
            )
        };
        let scored = found(&scored);
        let commented = commented.as_ref().map(found).unwrap_or_default();
        let mut parts = Vec::new();
        for row in order {
            let subject = row.text("subject");
            let by_comment = row.text("kind") == "comment";
            let wanted = if setting.primary {
                self.primary_columns(&setting, book, &subject)
            } else {
                self.secondary_columns(book, by_comment, row.number("periods"))
            };
            let table = if by_comment && !setting.primary { &commented } else { &scored };
            let mut state = PartState {
                part: Part::Subject(subject.clone()),
                signer: row.maybe("teacher"),
                needed: 0,
                gaps: Vec::new(),
                signed_by: None,
            };
            let is_elective = row.is("elective");
            let has = |own: &Member| {
                let pair = (own.pupil.clone(), subject.clone());
                !exempt.contains(&pair) && (!is_elective || chosen.contains(&pair))
            };
            for member in members.iter().filter(|own| has(own)) {
                let record = table.get(&(member.pupil.clone(), subject.clone()));
                wanted.count(member, record.copied(), &mut state);
            }
            parts.push(state);
        }
        parts.push(self.class_part(book, &setting, &members)?);
        parts.push(PartState {
            part: Part::Approval,
            signer: None,
            needed: 0,
            gaps: Vec::new(),
            signed_by: None,
        });
        Ok(parts)
    }

    /// What the class teacher answers for: qualities in primary school, conduct at the end of a
    /// term elsewhere.
    fn class_part(
        &self,
        book: &Book<'_>,
        setting: &Setting,
        members: &[Member],
    ) -> Result<PartState, Problem> {
        let mut state = PartState {
            part: Part::Class,
            signer: setting.homeroom.clone(),
            needed: 0,
            gaps: Vec::new(),
            signed_by: None,
        };
        let (table, wanted) = if setting.primary {
            let lists = &self.catalog().code_lists;
            let columns = lists.get("primary_quality").into_iter().flat_map(|list| &list.codes);
            let columns = columns
                .filter(|code| {
                    let from = code.more.get("from_grade").and_then(|grade| grade.parse().ok());
                    from.is_none_or(|from: i64| from <= setting.grade)
                })
                .map(|code| (code.code.clone(), code.name.get(Locale::Vi).to_owned()))
                .collect();
            (self.of_term("quality_result", book, "point")?, Wanted { columns, ongoing: 0 })
        } else if book.point == Point::EndOfTerm {
            let column = format!("term_{}", book.term);
            let title =
                format!("Kết quả rèn luyện học kì {}", if book.term == 1 { "I" } else { "II" });
            let columns = vec![(column, title)];
            (self.papers("conduct", &book.filters())?, Wanted { columns, ongoing: 0 })
        } else {
            return Ok(state);
        };
        let records: BTreeMap<String, Row<'_>> =
            rows(&table).map(|row| (row.text("pupil"), row)).collect();
        for member in members {
            wanted.count(member, records.get(&member.pupil).copied(), &mut state);
        }
        Ok(state)
    }

    fn book_setting(&self, book: &Book<'_>) -> Result<Setting, Problem> {
        let class = self.papers("class", &book.filters())?;
        let row = rows(&class).next().ok_or_else(|| no_class(book.class))?;
        let school = self.papers("school", &[("school", text(book.school))])?;
        let level = rows(&school).next().map(|row| row.text("level")).unwrap_or_default();
        Ok(Setting {
            primary: level == "primary",
            grade: row.number("grade").unwrap_or(0),
            homeroom: row.maybe("homeroom_teacher"),
        })
    }

    /// The pupils of the class who are still there and are assessed, in the order of the book.
    fn members(&self, book: &Book<'_>) -> Result<Vec<Member>, Problem> {
        let enrolments = self.papers("enrolment", &book.filters())?;
        let mut order: Vec<Row<'_>> = rows(&enrolments)
            .filter(|row| !self.has_left(&row.text("status")) && !row.is("not_assessed"))
            .collect();
        order.sort_by_key(|row| row.number("number"));
        let names = self.pupil_names(book)?;
        Ok(order
            .into_iter()
            .map(|row| {
                let pupil = row.text("pupil");
                let name = names.get(&pupil).cloned().unwrap_or_else(|| pupil.clone());
                Member { pupil, name }
            })
            .collect())
    }

    /// Names of the pupils of a class, by code.
    fn pupil_names(&self, book: &Book<'_>) -> Result<BTreeMap<String, String>, Problem> {
        let table = self.papers("pupil", &book.filters())?;
        Ok(rows(&table).map(|row| (row.text("pupil"), row.text("full_name"))).collect())
    }

    /// Whether a status of enrolment says that the pupil is gone.
    pub(crate) fn has_left(&self, status: &str) -> bool {
        let list = self.catalog().code_lists.get("pupil_status");
        let code = list.and_then(|list| list.any(status));
        let movement = code.and_then(|code| code.more.get("movement"));
        movement.is_some_and(|movement| movement == "moved" || movement == "dropped")
    }

    /// Pupils with the subjects from which they are exempt, or which they chose.
    fn subjects_of(
        &self,
        form: &'static str,
        book: &Book<'_>,
    ) -> Result<BTreeSet<(String, String)>, Problem> {
        let filters = [("school", text(book.school)), ("year", Value::Integer(book.year))];
        let table = self.papers(form, &filters)?;
        Ok(rows(&table).map(|row| (row.text("pupil"), row.text("subject"))).collect())
    }

    /// The records of `form` in the class that belong to the term or point of the book.
    fn of_term(&self, form: &str, book: &Book<'_>, by: &str) -> Result<Table, Problem> {
        let mut filters = book.filters().to_vec();
        filters.push(match by {
            "point" => ("point", Value::Text(book.primary_point())),
            _ => ("term", Value::Integer(book.term)),
        });
        self.papers(form, &filters)
    }

    /// A level for every subject, and a score where the circular has a periodic test.
    fn primary_columns(&self, setting: &Setting, book: &Book<'_>, subject: &str) -> Wanted {
        let mut columns = self.columns_of("primary_result", |id, _| id == "level");
        let tests = self.catalog().code_lists.get("primary_test");
        let more = |code: &bieumau_model::definition::Code, key: &str, value: &str| {
            code.more.get(key).is_some_and(|own| own == value)
        };
        let point = book.primary_point();
        let tested = tests.is_some_and(|tests| {
            tests.codes.iter().any(|code| {
                more(code, "grade", &setting.grade.to_string())
                    && more(code, "point", &point)
                    && more(code, "subject", subject)
            })
        });
        if tested {
            columns.extend(self.columns_of("primary_result", |id, _| id == "score"));
        }
        Wanted { columns, ongoing: 0 }
    }

    /// The columns of the point, by their kind; at the end of a term also the ongoing marks.
    fn secondary_columns(&self, book: &Book<'_>, by_comment: bool, periods: Option<i64>) -> Wanted {
        let form = if by_comment { "comment_result" } else { "mark" };
        let end = book.point == Point::EndOfTerm;
        let columns = self.columns_of(form, |_, kind| {
            kind == Some("mid_term") || (end && kind == Some("end_of_term"))
        });
        let ongoing = match (end, by_comment) {
            (false, _) => 0,
            (true, true) => 2,
            (true, false) => ongoing_needed(periods),
        };
        Wanted { columns, ongoing }
    }

    fn columns_of(
        &self,
        form: &str,
        takes: impl Fn(&str, Option<&str>) -> bool,
    ) -> Vec<(String, String)> {
        let fields = self.catalog().forms.get(form).into_iter().flat_map(Form::fields);
        fields
            .filter(|field| takes(&field.id, field.lock.as_deref()))
            .map(|field| (field.id.clone(), field.title.get(Locale::Vi).to_owned()))
            .collect()
    }
}

/// The cells that one pupil must have.
struct Wanted {
    /// Columns that must be filled, with their titles.
    columns: Vec<(String, String)>,
    /// How many of the ongoing columns must be.
    ongoing: usize,
}

impl Wanted {
    /// Adds what is needed and what is missing for one pupil.
    fn count(&self, member: &Member, record: Option<Row<'_>>, state: &mut PartState) {
        let filled = |column: &str| record.is_some_and(|row| row.value(column) != Value::Missing);
        let gap =
            |column: String| Gap { pupil: member.pupil.clone(), name: member.name.clone(), column };
        for (column, title) in &self.columns {
            state.needed += 1;
            if !filled(column) {
                state.gaps.push(gap(title.clone()));
            }
        }
        let given = (1..=5).filter(|at| filled(&format!("ongoing_{at}"))).count();
        state.needed += self.ongoing;
        for at in given..self.ongoing {
            state.gaps.push(gap(format!("Đánh giá thường xuyên {}", at + 1)));
        }
    }
}

fn found(table: &Table) -> Found<'_> {
    rows(table).map(|row| ((row.text("pupil"), row.text("subject")), row)).collect()
}

fn no_class(class: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J210",
        format!("Không có lớp `{class}` trong năm học này"),
        format!("there is no class `{class}` in this school year"),
    )
}
