//! The people who work in a school, and who teaches what.
//!
//! A post outlives its holder: when a person leaves, a successor takes the same classes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::calendar::{THIS_YEAR, YEARS};
use super::classes::ClassYear;
use super::names::{self, Build, Gender};
use super::random::{Purpose, Stream};
use super::rows::{self, Book};
use super::schools::{Level, School};

/// A member of the staff.
#[derive(Debug)]
pub(super) struct Employee {
    pub(super) code: String,
    pub(super) name: String,
    gender: Gender,
    birth_date: Date,
    pub(super) position: &'static str,
    status: &'static str,
    joined_on: Date,
    left_on: Option<Date>,
}

/// A post and its holders, each from a school year on.
#[derive(Debug)]
pub(super) struct Post(Vec<(i64, usize)>);

impl Post {
    /// Returns the employee who holds the post in `year`.
    fn holder(&self, year: i64) -> usize {
        let held = self.0.iter().rev().find(|(from, _)| *from <= year);
        held.unwrap_or(&self.0[0]).1
    }
}

/// All employees of a school and their posts.
#[derive(Debug)]
pub(super) struct Faculty {
    pub(super) employees: Vec<Employee>,
    principal: Post,
    vice_principal: Post,
    clerk: Post,
    equipment: Post,
    /// Teachers by the group of subjects that they teach.
    teachers: BTreeMap<&'static str, Vec<Post>>,
}

/// Group of primary teachers who have one class each.
const CLASS_TEACHERS: &str = "class";

impl Faculty {
    /// Hires enough people for all classes of all years, and gives each class its teachers.
    pub(super) fn hire(school: &School, classes: &mut [ClassYear]) -> Self {
        let mut office = Office { school, employees: Vec::new() };
        let turn = school.index as i64;
        let principal = office.post("principal", (turn % 2 == 0).then_some((2024, "retired")));
        let vice_principal = office.post("vice_principal", None);
        let clerk = office.post("clerk", (turn % 3 == 1).then_some((2025, "transferred")));
        for position in ["accountant", "nurse", "librarian"] {
            office.post(position, None);
        }
        let equipment = office.post("equipment", None);
        office.post("it", None);
        let mut teachers = BTreeMap::new();
        for (group, posts) in needed(school.level, classes) {
            let posts: Vec<Post> = (0..posts).map(|at| office.teacher(at)).collect();
            teachers.insert(group, posts);
        }
        let faculty = Self {
            employees: office.employees,
            principal,
            vice_principal,
            clerk,
            equipment,
            teachers,
        };
        for year in YEARS {
            let mut of_year: Vec<&mut ClassYear> = classes
                .iter_mut()
                .filter(|class| class.year == year && !class.is_empty())
                .collect();
            match school.level {
                Level::Primary => faculty.assign_primary(&mut of_year),
                _ => faculty.assign_secondary(&mut of_year),
            }
        }
        faculty
    }

    pub(super) fn code(&self, employee: usize) -> &str {
        &self.employees[employee].code
    }

    pub(super) fn principal(&self, year: i64) -> usize {
        self.principal.holder(year)
    }

    pub(super) fn vice_principal(&self, year: i64) -> usize {
        self.vice_principal.holder(year)
    }

    pub(super) fn clerk(&self, year: i64) -> usize {
        self.clerk.holder(year)
    }

    pub(super) fn equipment(&self, year: i64) -> usize {
        self.equipment.holder(year)
    }

    /// The homeroom teacher teaches all but the subjects that have specialists.
    fn assign_primary(&self, classes: &mut [&mut ClassYear]) {
        for (at, class) in classes.iter_mut().enumerate() {
            let homeroom = self.teachers[CLASS_TEACHERS][at].holder(class.year);
            class.homeroom = Some(homeroom);
            for (subject, teacher) in &mut class.subjects {
                let specialists = self.teachers.get(group(Level::Primary, subject.code));
                *teacher = Some(
                    specialists
                        .map_or(homeroom, |posts| posts[at % posts.len()].holder(class.year)),
                );
            }
        }
    }

    /// Subject teachers follow a class through the years; one of them has the homeroom.
    fn assign_secondary(&self, classes: &mut [&mut ClassYear]) {
        let mut taken = BTreeSet::new();
        for class in classes {
            let turn = (class.entry as usize) * 3 + class.class;
            for (subject, teacher) in &mut class.subjects {
                let posts = self.teachers.get(group(Level::LowerSecondary, subject.code));
                *teacher = posts.map(|posts| posts[turn % posts.len()].holder(class.year));
            }
            let own = class.subjects.iter().filter_map(|(_, teacher)| *teacher);
            let others = self.teachers.values().flatten().map(|post| post.holder(class.year));
            let homeroom = own.chain(others).find(|teacher| taken.insert(*teacher));
            class.homeroom = homeroom;
            for (_, teacher) in &mut class.subjects {
                *teacher = teacher.or(homeroom);
            }
        }
    }

    /// Adds the rows of staff and leaders.
    pub(super) fn write(&self, school: &School, book: &mut Book) {
        for (at, person) in self.employees.iter().enumerate() {
            let born_as = if person.gender == Gender::Male { 0 } else { 1 };
            book.add(rows::Staff {
                school: &school.id,
                staff: &person.code,
                full_name: &person.name,
                birth_date: person.birth_date,
                gender: person.gender.code(),
                ethnic_group: "01",
                personal_id: format!(
                    "0{}{born_as}{:02}{:03}{at:03}",
                    school.province.code,
                    person.birth_date.year() % 100,
                    school.index
                ),
                phone: format!("0900 002 {at:03}"),
                email: format!("{}@{}", login(person), school.domain()),
                position: person.position,
                status: person.status,
                joined_on: person.joined_on,
                left_on: person.left_on,
            });
        }
        for year in YEARS {
            book.add(rows::SchoolLeader {
                school: &school.id,
                year,
                principal: self.code(self.principal(year)),
                vice_principal: self.code(self.vice_principal(year)),
                clerk: self.code(self.clerk(year)),
            });
        }
    }
}

/// Returns the login of an employee.
pub(super) fn login(employee: &Employee) -> String {
    let role = match employee.position {
        "principal" => "ht",
        "vice_principal" => "pht",
        "clerk" => "vt",
        "teacher" => "gv",
        _ => "nv",
    };
    format!("{role}{}", &employee.code[5..])
}

/// Returns the group of teachers who teach a subject.
fn group(level: Level, subject: &'static str) -> &'static str {
    match (level, subject) {
        (Level::Primary, "NN1" | "TH" | "GDTC" | "AN" | "MT") => subject,
        (Level::Primary, _) => "none",
        (_, "GDDP") => "local",
        (_, "AMNHAC") => "NT",
        (_, "MITHUAT") => "fine art",
        _ => subject,
    }
}

/// Returns how many teachers of each group the busiest year needs.
fn needed(level: Level, classes: &[ClassYear]) -> BTreeMap<&'static str, usize> {
    // 23, 19 and 17 periods a week for 35 weeks.
    let load = match level {
        Level::Primary => 805,
        Level::LowerSecondary => 665,
        Level::UpperSecondary => 595,
    };
    let mut needed: BTreeMap<&'static str, usize> = BTreeMap::new();
    for year in YEARS {
        let of_year = classes.iter().filter(|class| class.year == year && !class.is_empty());
        if level == Level::Primary {
            let most = needed.entry(CLASS_TEACHERS).or_default();
            *most = of_year.clone().count().max(*most);
        }
        let mut periods: BTreeMap<&'static str, i64> = BTreeMap::new();
        for (subject, _) in of_year.flat_map(|class| &class.subjects) {
            // Experience lessons are the homeroom teacher's.
            let group = group(level, subject.code);
            if !matches!(group, "none" | "HDTNHN") {
                *periods.entry(group).or_default() += subject.periods;
            }
        }
        for (group, periods) in periods {
            let most = needed.entry(group).or_default();
            *most = ((periods + load - 1) / load).max(*most as i64) as usize;
        }
    }
    needed
}

/// Hires people one after the other.
struct Office<'a> {
    school: &'a School,
    employees: Vec<Employee>,
}

impl Office<'_> {
    fn post(&mut self, position: &'static str, change: Option<(i64, &'static str)>) -> Post {
        let first = self.person(position, YEARS[0], change);
        let mut holders = vec![(YEARS[0], first)];
        if let Some((year, _)) = change {
            holders.push((year, self.person(position, year, None)));
        }
        Post(holders)
    }

    /// Some teachers move on; never all of a subject at once.
    fn teacher(&mut self, at: usize) -> Post {
        let mut stream = self.stream();
        let leaves = at > 0 && stream.chance(90);
        let year = stream.pick(&[2024, THIS_YEAR]);
        let status = stream.pick(&["moved", "retired", "resigned", "transferred"]);
        self.post("teacher", leaves.then_some((year, status)))
    }

    fn stream(&self) -> Stream {
        self.school.stream(Purpose::Staff, &[self.employees.len() as i64])
    }

    fn person(
        &mut self,
        position: &'static str,
        from: i64,
        leaves: Option<(i64, &'static str)>,
    ) -> usize {
        let school = self.school;
        let mut stream = self.stream();
        let women = if school.level == Level::Primary { 850 } else { 660 };
        let gender = if stream.chance(women) { Gender::Female } else { Gender::Male };
        let retires = leaves.is_some_and(|(_, status)| status == "retired");
        let born = match position {
            _ if retires => 1963,
            "principal" | "vice_principal" => stream.between(1968, 1980),
            _ => stream.between(1967, 1999),
        };
        let birth_date =
            date(born as i16, stream.between(1, 12) as i8, stream.between(1, 28) as i8);
        let earliest = (born + 24).max(2000);
        let joined = if from > YEARS[0] { from } else { stream.between(earliest, YEARS[0]) };
        let region = school.province.region;
        let at = self.employees.len();
        self.employees.push(Employee {
            code: format!("{}9{:03}{:04}", school.province.code, school.index, at + 1),
            name: names::invent(&mut stream, "01", gender, region, Build::Usual).full,
            gender,
            birth_date,
            position,
            status: leaves.map_or("working", |(_, status)| status),
            joined_on: date(joined as i16, 8, 1),
            left_on: leaves.map(|(year, _)| date(year as i16, 7, 31)),
        });
        at
    }
}
