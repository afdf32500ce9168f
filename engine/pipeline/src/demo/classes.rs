//! One school filled with people: its pupils gathered into classes, year by year.

use bieumau_model::definition::NameOrder;
use bieumau_model::names::sort_key;
use jiff::civil::Date;

use super::calendar::{Calendar, YEARS};
use super::cases::Case;
use super::journeys::{self, Cohort, Extra, Pupil, Stay};
use super::people::{self, Person};
use super::rows::{self, Book};
use super::schools::{Level, School};
use super::staff::Faculty;
use super::subjects::{self, Choices, Subject, Takers};

/// A school with everybody in it.
#[derive(Debug)]
pub(super) struct World {
    pub(super) school: School,
    pub(super) pupils: Vec<Pupil>,
    pub(super) classes: Vec<ClassYear>,
    pub(super) faculty: Faculty,
}

/// A class in one school year.
#[derive(Debug)]
pub(super) struct ClassYear {
    pub(super) year: i64,
    /// Year in which the cohort of the class entered.
    pub(super) entry: i64,
    pub(super) grade: i64,
    /// Position in the grade.
    pub(super) class: usize,
    pub(super) name: String,
    extra: Option<Extra>,
    pub(super) homeroom: Option<usize>,
    /// Subjects in the order of the paper form, with the employee who teaches each.
    pub(super) subjects: Vec<(Subject, Option<usize>)>,
    /// Pupils in the order of the class list, as positions among the pupils and their stays.
    members: Vec<(usize, usize)>,
}

/// A pupil in a class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) school: &'a School,
    pub(super) class: &'a ClassYear,
    pub(super) person: &'a Person,
    pub(super) stay: &'a Stay,
}

impl World {
    /// Fills the school.
    pub(super) fn fill(school: School) -> Self {
        let cohorts = Cohort::all(&school);
        let pupils = journeys::pupils(&school, &cohorts);
        let mut classes = Vec::new();
        for year in YEARS {
            for cohort in cohorts.iter().rev() {
                let grade = school.level.first_grade() + year - cohort.entry;
                if (school.level.first_grade()..=school.level.last_grade()).contains(&grade) {
                    let of_grade = (0..cohort.classes())
                        .map(|class| ClassYear::open(&school, cohort, year, grade, class));
                    classes.extend(of_grade);
                }
            }
        }
        for class in &mut classes {
            class.enrol(&pupils);
        }
        let faculty = Faculty::hire(&school, &mut classes);
        Self { school, pupils, classes, faculty }
    }

    /// Walks over the pupils of a class in the order of the list.
    pub(super) fn members<'a>(&'a self, class: &'a ClassYear) -> impl Iterator<Item = Member<'a>> {
        class.members.iter().map(move |(pupil, stay)| Member {
            school: &self.school,
            class,
            person: &self.pupils[*pupil].person,
            stay: &self.pupils[*pupil].stays[*stay],
        })
    }

    /// Adds pupils, classes, enrolments and teaching assignments.
    pub(super) fn write(&self, book: &mut Book) {
        for pupil in &self.pupils {
            people::write(&self.school, pupil, book);
        }
        for class in &self.classes {
            self.write_class(class, book);
            for (at, member) in self.members(class).enumerate() {
                member.write(at + 1, book);
            }
        }
    }

    fn write_class(&self, class: &ClassYear, book: &mut Book) {
        let code = |employee: Option<usize>| employee.map(|at| self.faculty.code(at));
        book.add(rows::Class {
            school: &self.school.id,
            year: class.year,
            class: &class.name,
            grade: class.grade,
            homeroom_teacher: code(class.homeroom),
            mixed_grade: class.extra == Some(Extra::MixedGrades),
            sessions_per_week: if self.school.level == Level::Primary { 9 } else { 6 },
            foreign_language: "Tiếng Anh",
            position: class.class as i64 + 1,
        });
        for (at, (subject, teacher)) in class.subjects.iter().enumerate() {
            book.add(rows::TeachingAssignment {
                school: &self.school.id,
                year: class.year,
                class: &class.name,
                subject: subject.code,
                kind: subject.kind.code(),
                periods: subject.periods,
                optional: subject.optional,
                elective: subject.elective,
                position: at as i64 + 1,
                teacher: code(*teacher),
            });
        }
    }
}

impl ClassYear {
    fn open(school: &School, cohort: &Cohort, year: i64, grade: i64, class: usize) -> Self {
        let extra = cohort.extra.filter(|_| class == cohort.regular());
        let letter = char::from(b'A' + class as u8);
        let name = match (school.level, extra) {
            (_, Some(Extra::MixedGrades)) => format!("{grade}G"),
            (Level::Primary, _) => format!("{grade}{letter}"),
            _ => format!("{grade}A{}", class + 1),
        };
        let optional_languages = school.province.code == "79";
        let choices = Choices { level: school.level, grade, class, optional_languages };
        let subjects = subjects::of_class(choices).into_iter().map(|subject| (subject, None));
        Self {
            year,
            entry: cohort.entry,
            grade,
            class,
            name,
            extra,
            homeroom: None,
            subjects: subjects.collect(),
            members: Vec::new(),
        }
    }

    /// Whether the class was planned and got nobody.
    pub(super) fn is_empty(&self) -> bool {
        self.extra == Some(Extra::Empty)
    }

    /// Writes the class list: by name at the start of the year, then those who came later.
    fn enrol(&mut self, pupils: &[Pupil]) {
        let starts_on = Calendar::of(self.year).starts_on;
        let (mut first, mut later) = (Vec::new(), Vec::new());
        for (at, pupil) in pupils.iter().enumerate() {
            let here = |stay: &Stay| {
                (stay.year, stay.grade, stay.class) == (self.year, self.grade, self.class)
            };
            let Some(stay) = pupil.stays.iter().position(here) else { continue };
            match pupil.stays[stay].enters {
                Some(day) if day > starts_on && pupil.stays[stay].case.arrives() => {
                    later.push((day, (at, stay)));
                }
                _ => first.push((at, stay)),
            }
        }
        // Equal names: the older pupil first, then the smaller code.
        let person = |at: usize| &pupils[at].person;
        first.sort_by_key(|(at, _)| (person(*at).birth_date, &person(*at).code));
        first.sort_by_cached_key(|(at, _)| {
            sort_key(person(*at).sort_name(), NameOrder::GivenThenLeftToRight)
        });
        later.sort();
        self.members =
            first.into_iter().chain(later.into_iter().map(|(_, member)| member)).collect();
    }
}

impl<'a> Member<'a> {
    /// Walks over the subjects that the pupil takes; an exemption does not count here.
    pub(super) fn subjects(self) -> impl Iterator<Item = &'a Subject> {
        let second = self.person.is_in_second_half();
        self.class.subjects.iter().map(|(subject, _)| subject).filter(move |subject| match subject
            .takers
        {
            Takers::All => true,
            Takers::FirstHalf => !second,
            Takers::SecondHalf => second,
        })
    }

    /// Returns whether the pupil is in the school when the year ends.
    pub(super) fn stays_to_the_end(self) -> bool {
        !self.stay.case.leaves_early()
    }

    /// Returns the pupil's days of school among `days`.
    pub(super) fn days_here(self, days: &[Date]) -> Vec<Date> {
        days.iter().copied().filter(|day| self.stay.is_here(*day)).collect()
    }

    fn write(self, number: usize, book: &mut Book) {
        let Self { school, class, person, stay } = self;
        let primary = school.level == Level::Primary;
        let starts_on = Calendar::of(class.year).starts_on;
        let case = stay.case;
        // Who came back has not left: the day of coming back is that of the status.
        let back = matches!(case, Case::Returned(_));
        book.add(rows::Enrolment {
            school: &school.id,
            year: class.year,
            pupil: &person.code,
            class: &class.name,
            number: number as i64,
            status: case.status(),
            status_on: stay.enters.or(stay.leaves),
            entered_on: stay.enters.filter(|_| !back).unwrap_or(starts_on),
            left_on: stay.leaves.filter(|_| !back),
            repeating: stay.repeating,
            newly_enrolled: class.grade == school.level.first_grade()
                && !stay.repeating
                && !case.arrives(),
            not_assessed: person.is_not_assessed(),
            two_sessions: primary,
            boarding: primary && !person.code.ends_with(['0', '3', '7']),
            note: note(case),
        });
        for subject in self.subjects().filter(|subject| subject.elective) {
            book.add(rows::Elective {
                school: &school.id,
                year: class.year,
                pupil: &person.code,
                subject: subject.code,
                topic_cluster: subject.has_topic_cluster(),
            });
        }
        if case == Case::Exempt {
            book.add(rows::Exemption {
                school: &school.id,
                year: class.year,
                pupil: &person.code,
                subject: "GDTC",
                reason: "Bệnh tim bẩm sinh, có giấy xác nhận của bệnh viện",
                decided_on: Calendar::of(class.year).starts_on,
            });
        }
    }
}

fn note(case: Case) -> Option<&'static str> {
    match case {
        Case::OlderInMixedClass => Some("Học lớp 2 trong lớp ghép"),
        Case::MovedAway(_) => Some("Chuyển đi"),
        Case::MovedIn(_) | Case::MovedInWithoutTerm1 => Some("Chuyển đến"),
        Case::DroppedOut(_) => Some("Thôi học"),
        Case::Returned(_) => Some("Nghỉ học, đã học lại"),
        _ => None,
    }
}
