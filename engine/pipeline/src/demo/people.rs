//! Pupils as persons: name, family, birth, codes, and where they went to school before.

use jiff::civil::{Date, date};

use super::calendar::{Calendar, FIRST_YEAR};
use super::cases::{Case, Group, Identity, MOVER, When};
use super::journeys::{Pupil, Stay};
use super::names::{self, Build, Gender, Name, Region};
use super::places::{ELSEWHERE, SCHOOL_NAMES, STREETS};
use super::random::{Purpose, Stream};
use super::rows::{self, Book};
use super::schools::{Level, School};

/// What names a pupil's streams for life: the school, cohort and number of the first record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) school: usize,
    pub(super) entry: i64,
    pub(super) number: i64,
}

/// A pupil as a person.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) code: String,
    pub(super) name: Name,
    pub(super) gender: Gender,
    pub(super) ethnic_group: &'static str,
    pub(super) birth_date: Date,
    pub(super) identity: Identity,
    origin: Origin,
    seed: u64,
    /// Old code and name of the province of birth.
    birth_province: (&'static str, &'static str),
    personal_id: Option<String>,
}

impl Person {
    /// Invents a pupil. `late` counts the years that the pupil is older than the class.
    pub(super) fn invent(
        school: &School,
        origin: Origin,
        identity: Identity,
        late: i64,
        from_elsewhere: bool,
    ) -> Self {
        let mut stream = school.stream(Purpose::Person, &[origin.entry, origin.number]);
        let ethnic_group = ethnic_group(&mut stream, identity, school.province.region);
        let gender = gender(&mut stream, identity);
        let build = match identity {
            Identity::VeryLongName(_) => Build::VeryLong,
            Identity::Of(Group::Khmer) => Build::OneWord,
            _ if stream.chance(300) => Build::OneWord,
            _ => Build::Usual,
        };
        let name = names::invent(&mut stream, ethnic_group, gender, school.province.region, build);
        let birth_year = origin.entry - Level::age(school.level.first_grade()) - late;
        let birth_date =
            date(birth_year as i16, stream.between(1, 12) as i8, stream.between(1, 28) as i8);
        let home = (school.province.code, school.province.short);
        let native = !from_elsewhere && !stream.chance(70);
        let birth_province = if native { home } else { stream.pick(ELSEWHERE) };
        let foreign = matches!(identity, Identity::Foreign | Identity::Provisional);
        let verified = !foreign && ethnic_group != "55" && !stream.chance(10);
        let code = match identity {
            Identity::Provisional => format!("TAM-{}-{:03}", school.id, origin.number),
            _ => format!(
                "{}{:03}{:02}{:03}",
                if from_elsewhere { birth_province.0 } else { home.0 },
                origin.school,
                origin.entry % 100,
                origin.number
            ),
        };
        // The last six digits count: nobody's number looks like this. Pupils who are older than
        // their class share their year of birth with the cohort above, hence the step of 500.
        let serial = (origin.number + 500 * late) % 1000;
        let personal_id = verified.then(|| {
            let century_and_sex = if gender == Gender::Male { 2 } else { 3 };
            format!(
                "0{}{century_and_sex}{:02}{:03}{serial:03}",
                birth_province.0,
                birth_year % 100,
                origin.school
            )
        });
        Self {
            code,
            name,
            gender,
            ethnic_group,
            birth_date,
            identity,
            origin,
            seed: school.seed,
            birth_province,
            personal_id,
        }
    }

    /// Opens one of the pupil's own streams; the same in every school.
    pub(super) fn stream(&self, purpose: Purpose, of: &[i64]) -> Stream {
        let Origin { school, entry, number } = self.origin;
        let mut path = vec![self.seed, school as u64, entry as u64, number as u64];
        path.extend(of.iter().map(|part| *part as u64));
        Stream::of(purpose, &path)
    }

    /// Returns the name under which the pupil is sorted.
    pub(super) fn sort_name(&self) -> &str {
        self.name.sort.as_deref().unwrap_or(&self.name.full)
    }

    /// Returns whether the pupil is in class without being assessed.
    pub(super) fn is_not_assessed(&self) -> bool {
        self.identity == Identity::NotAssessed
    }

    /// Returns whether the pupil belongs to the second half of a class with two sets of electives.
    pub(super) fn is_in_second_half(&self) -> bool {
        self.origin.number % 2 == 0
    }
}

fn gender(stream: &mut Stream, identity: Identity) -> Gender {
    let by_chance = if stream.chance(520) { Gender::Male } else { Gender::Female };
    match identity {
        Identity::VeryLongName(gender) => gender,
        Identity::Of(Group::CoHo | Group::HMong) => Gender::Male,
        _ => by_chance,
    }
}

fn ethnic_group(stream: &mut Stream, identity: Identity, region: Region) -> &'static str {
    let by_chance = stream.weighted(match region {
        Region::North => &[
            (966, "01"),
            (9, "02"),
            (7, "06"),
            (5, "07"),
            (5, "03"),
            (3, "08"),
            (3, "04"),
            (2, "55"),
        ],
        Region::South => &[
            (904, "01"),
            (66, "04"),
            (10, "05"),
            (7, "17"),
            (3, "02"),
            (2, "12"),
            (2, "10"),
            (2, "16"),
            (4, "55"),
        ],
    });
    match identity {
        Identity::Of(group) => match group {
            Group::Tay => "02",
            Group::Hoa => "04",
            Group::Khmer => "05",
            Group::Muong => "06",
            Group::HMong => "08",
            Group::GiaRai => "10",
            Group::EDe => "12",
            Group::CoHo => "16",
            Group::Cham => "17",
        },
        Identity::Foreign | Identity::Provisional => "55",
        Identity::VeryLongName(_) => "01",
        _ => by_chance,
    }
}

/// Adds the rows of a pupil and of earlier schools.
pub(super) fn write(school: &School, pupil: &Pupil, book: &mut Book) {
    let person = &pupil.person;
    let mut stream = person.stream(Purpose::Family, &[]);
    let first = &pupil.stays[0];
    let family = Family::invent(&mut stream, person, school.province.region);
    let nationality = match (person.ethnic_group, person.name.full.split(' ').next()) {
        ("55", Some("Kim" | "Park" | "Lee" | "Choi")) => "Hàn Quốc",
        ("55", Some("Fujiwara" | "Suzuki")) => "Nhật Bản",
        ("55", Some("Wang" | "Wu")) => "Trung Quốc",
        ("55", Some("Felix" | "Julia")) => "Đức",
        ("55", _) => "Anh",
        _ => "Việt Nam",
    };
    let orphan = person.identity == Identity::Orphan;
    let priority = stream.weighted(&[
        (940, None),
        (18, Some("poor")),
        (30, Some("near_poor")),
        (10, Some("invalid")),
        (2, Some("minority_area")),
    ]);
    let disability = stream.pick(&["01", "02", "03", "04", "05", "06"]);
    let disabled = matches!(person.identity, Identity::Disabled | Identity::NotAssessed);
    let home_town =
        if stream.chance(700) { person.birth_province.1 } else { stream.pick(ELSEWHERE).1 };
    let street = stream.pick(STREETS);
    let address = format!("Số {} đường {street}, {}", stream.between(1, 300), school.place.commune);
    book.add(rows::Pupil {
        school: &school.id,
        pupil: &person.code,
        full_name: &person.name.full,
        sort_name: person.name.sort.as_deref(),
        birth_date: person.birth_date,
        gender: person.gender.code(),
        ethnic_group: person.ethnic_group,
        nationality,
        personal_id: person.personal_id.clone(),
        birth_place: if nationality == "Việt Nam" {
            person.birth_province.1
        } else {
            nationality
        },
        home_town: if nationality == "Việt Nam" { home_town } else { nationality },
        address,
        priority: if orphan { Some("orphan") } else { priority },
        disability: disabled.then_some(disability),
        father_name: family.father.as_ref().map(|parent| parent.name.clone()),
        father_occupation: family.father.as_ref().map(|parent| parent.occupation),
        father_phone: family.father.as_ref().and_then(|parent| parent.phone.clone()),
        father_email: family.father.and_then(|parent| parent.email),
        mother_name: family.mother.as_ref().map(|parent| parent.name.clone()),
        mother_occupation: family.mother.as_ref().map(|parent| parent.occupation),
        mother_phone: family.mother.as_ref().and_then(|parent| parent.phone.clone()),
        mother_email: family.mother.and_then(|parent| parent.email),
        guardian_name: family.guardian.as_ref().map(|guardian| guardian.name.clone()),
        guardian_occupation: family.guardian.map(|guardian| guardian.occupation),
        register_number: register_number(school, person, first),
        admitted_on: first
            .enters
            .filter(|_| first.case.arrives())
            .unwrap_or_else(|| admitted(person.origin.entry)),
    });
    if first.case.arrives() {
        write_earlier_schools(school, pupil, &mut stream, book);
    }
}

/// The first day of the year in which a cohort entered, also of years before the calendars.
fn admitted(entry: i64) -> Date {
    if entry < FIRST_YEAR { date(entry as i16, 9, 5) } else { Calendar::of(entry).starts_on }
}

fn register_number(school: &School, person: &Person, first: &Stay) -> String {
    let year = if first.case.arrives() { first.year } else { person.origin.entry };
    format!("{:03}/{year}/{}", person.origin.number, school.symbol)
}

struct Relative {
    name: String,
    occupation: &'static str,
    phone: Option<String>,
    email: Option<String>,
}

struct Family {
    father: Option<Relative>,
    mother: Option<Relative>,
    guardian: Option<Relative>,
}

impl Family {
    fn invent(stream: &mut Stream, person: &Person, region: Region) -> Self {
        let mut relative = |gender, kin: &str| {
            let group = person.ethnic_group;
            let serial = stream.below(1000);
            Relative {
                name: names::parent(stream, &person.name, group, gender, region),
                occupation: stream.pick(OCCUPATIONS),
                phone: stream.chance(930).then(|| format!("0900 000 {serial:03}")),
                email: stream
                    .chance(350)
                    .then(|| format!("{kin}.{}@phuhuynh.example", person.code.to_lowercase())),
            }
        };
        let father = relative(Gender::Male, "cha");
        let mother = relative(Gender::Female, "me");
        let guardian = relative(Gender::Female, "giamho");
        if person.identity == Identity::Orphan {
            return Self { father: None, mother: None, guardian: Some(guardian) };
        }
        let single_parent = stream.below(1000);
        Self {
            father: (single_parent >= 25 && person.ethnic_group != "55").then_some(father),
            mother: (single_parent < 990 || person.ethnic_group == "55").then_some(mother),
            guardian: None,
        }
    }
}

/// Where a pupil went to school before.
struct Earlier {
    school_name: String,
    commune: &'static str,
    province: &'static str,
    /// The class without the grade.
    class: String,
}

impl Earlier {
    fn invent(school: &School, person: &Person, stream: &mut Stream) -> Self {
        if person.origin.school != school.index {
            let before = School::plan(school.seed, person.origin.school);
            return Self {
                commune: before.place.commune,
                province: before.province.code,
                school_name: before.name,
                class: format!("A{}", MOVER.1 + 1),
            };
        }
        let series = if school.level == Level::Primary { "/" } else { "A" };
        Self {
            school_name: format!("{} {}", school.level.title(), stream.pick(SCHOOL_NAMES)),
            commune: stream.pick(school.province.places).commune,
            province: school.province.code,
            class: format!("{series}{}", stream.between(1, 4)),
        }
    }
}

/// One row for each earlier grade of the level, and one for the part of this year.
fn write_earlier_schools(school: &School, pupil: &Pupil, stream: &mut Stream, book: &mut Book) {
    let (person, first) = (&pupil.person, &pupil.stays[0]);
    let came_in_summer =
        matches!(first.case, Case::MovedIn(When::Summer) | Case::OlderInMixedClass);
    // A child of grade 2 sits in a class that the register calls grade 1.
    let grade = if first.case == Case::OlderInMixedClass { 2 } else { first.grade };
    let earlier = Earlier::invent(school, person, stream);
    let last = if came_in_summer { first.year - 1 } else { first.year };
    let first_year = first.year - (grade - school.level.first_grade());
    for year in first_year..=last {
        book.add(rows::PriorStudy {
            school: &school.id,
            pupil: &person.code,
            year,
            class: format!("{}{}", grade - (first.year - year), earlier.class),
            school_name: &earlier.school_name,
            commune: earlier.commune,
            province: earlier.province,
            register_number: format!("{:03}/{first_year}", person.origin.number),
            entered_on: admitted(year),
        });
    }
}

const OCCUPATIONS: &[&str] = &[
    "Công nhân",
    "Nông dân",
    "Giáo viên",
    "Kinh doanh",
    "Lao động tự do",
    "Bộ đội",
    "Công an",
    "Bác sĩ",
    "Điều dưỡng",
    "Kế toán",
    "Kỹ sư",
    "Lái xe",
    "Thợ may",
    "Thủy thủ",
    "Nội trợ",
    "Viên chức",
    "Đầu bếp",
    "Thợ điện",
];
