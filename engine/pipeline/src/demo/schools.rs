//! The invented schools and the units above them.

use jiff::civil::{Date, date};

use super::calendar::{CALENDARS, Week};
use super::places::{HAI_PHONG, HO_CHI_MINH, Place, Province, SCHOOL_NAMES, STREETS, spoken};
use super::random::{Purpose, Stream};
use super::rows::{self, Book};

/// More schools than this would share codes of pupils and staff.
pub(super) const MOST_SCHOOLS: usize = 900;

/// Education level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Primary,
    LowerSecondary,
    UpperSecondary,
}

impl Level {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::LowerSecondary => "lower_secondary",
            Self::UpperSecondary => "upper_secondary",
        }
    }

    pub(super) fn first_grade(self) -> i64 {
        match self {
            Self::Primary => 1,
            Self::LowerSecondary => 6,
            Self::UpperSecondary => 10,
        }
    }

    pub(super) fn last_grade(self) -> i64 {
        match self {
            Self::Primary => 5,
            Self::LowerSecondary => 9,
            Self::UpperSecondary => 12,
        }
    }

    /// Returns how old a pupil of `grade` is, by year of birth.
    pub(super) fn age(grade: i64) -> i64 {
        grade + 5
    }

    /// Primary schools rest on Saturday.
    pub(super) fn week(self) -> Week {
        if self == Self::Primary { Week::Five } else { Week::Six }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Primary => "Trường Tiểu học",
            Self::LowerSecondary => "Trường Trung học cơ sở",
            Self::UpperSecondary => "Trường Trung học phổ thông",
        }
    }

    fn symbol(self) -> &'static str {
        match self {
            Self::Primary => "TH",
            Self::LowerSecondary => "THCS",
            Self::UpperSecondary => "THPT",
        }
    }
}

/// A school: everything that follows from the seed and its place in the list.
#[derive(Debug)]
pub(super) struct School {
    pub(super) seed: u64,
    pub(super) index: usize,
    pub(super) level: Level,
    pub(super) province: &'static Province,
    pub(super) place: &'static Place,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) symbol: String,
}

impl School {
    /// Plans the school at `index`: five schools make a round of levels and provinces.
    pub(super) fn plan(seed: u64, index: usize) -> Self {
        assert!(index < MOST_SCHOOLS, "the demo invents at most {MOST_SCHOOLS} schools");
        let (round, turn) = (index / 5, index % 5);
        let level = match turn {
            0 | 1 => Level::Primary,
            2 | 3 => Level::LowerSecondary,
            _ => Level::UpperSecondary,
        };
        let northern = if turn == 4 { round.is_multiple_of(2) } else { turn.is_multiple_of(2) };
        let province = if northern { &HAI_PHONG } else { &HO_CHI_MINH };
        let proper_name =
            match (SCHOOL_NAMES[index % SCHOOL_NAMES.len()], index / SCHOOL_NAMES.len()) {
                (name, 0) => name.to_owned(),
                (name, series) => format!("{name} {}", series + 1),
            };
        let initials = proper_name.split(' ').filter_map(|word| word.chars().next());
        let symbol = format!("{}{}", level.symbol(), initials.collect::<String>());
        let group = match level {
            Level::Primary => "02",
            Level::LowerSecondary => "03",
            Level::UpperSecondary => "04",
        };
        Self {
            seed,
            index,
            level,
            province,
            place: &province.places[(round * 3 + turn / 2) % province.places.len()],
            id: format!("{}{group}{:04}", province.code, index + 1),
            name: format!("{} {proper_name}", level.title()),
            symbol,
        }
    }

    /// Opens the stream of something in the school.
    pub(super) fn stream(&self, purpose: Purpose, of: &[i64]) -> Stream {
        let mut path = vec![self.seed, self.index as u64];
        path.extend(of.iter().map(|part| *part as u64));
        Stream::of(purpose, &path)
    }

    /// Returns the e-mail domain of the school.
    pub(super) fn domain(&self) -> String {
        format!("truong{}.example", self.id)
    }

    /// Adds the row of the school.
    pub(super) fn write(&self, book: &mut Book) {
        let mut stream = self.stream(Purpose::School, &[]);
        let upper = self.level == Level::UpperSecondary;
        let street = stream.pick(STREETS);
        book.add(rows::School {
            school: &self.id,
            name: &self.name,
            unit: if upper { self.province.department } else { self.place.unit },
            symbol: &self.symbol,
            level: self.level.code(),
            province: self.province.code,
            commune: self.place.commune,
            district: self.place.district,
            place: if upper { self.province.place } else { spoken(self.place.commune) },
            address: format!(
                "Số {} đường {street}, {}",
                stream.between(1, 180),
                self.place.commune
            ),
            ownership: if self.index % 10 == 6 { "private" } else { "public" },
            national_standard: stream.chance(600),
            campuses: if self.has_satellite() { 2 } else { 1 },
            phone: format!("0900 001 {:03}", self.index),
            email: format!("vanthu@{}", self.domain()),
        });
    }

    /// Whether the school has a second campus, and there a class of two grades.
    pub(super) fn has_satellite(&self) -> bool {
        self.index.is_multiple_of(10)
    }
}

/// The day on which districts ended and communes took over.
const COMMUNES_FROM: Date = date(2025, 7, 1);
/// Since when older units hold, as far as the demo knows.
const SINCE: Date = date(2010, 1, 1);

/// Adds what belongs to no single school: calendars, and the units above `schools`.
pub(super) fn write_site(schools: &[School], book: &mut Book) {
    for calendar in &CALENDARS {
        book.add(rows::SchoolYear {
            year: calendar.year,
            starts_on: calendar.starts_on,
            term_2_on: calendar.term_2_on,
            ends_on: calendar.ends_on,
        });
    }
    book.add(rows::OrgUnit {
        unit: "BGDDT",
        valid_from: SINCE,
        valid_to: None,
        kind: "ministry",
        name: "Bộ Giáo dục và Đào tạo".to_owned(),
        heading: "BỘ GIÁO DỤC VÀ ĐÀO TẠO".to_owned(),
        parent: None,
        province: "01",
        place: "Hà Nội",
    });
    for province in [&HAI_PHONG, &HO_CHI_MINH] {
        let used = |place: &&Place| {
            schools.iter().any(|school| {
                school.level != Level::UpperSecondary && school.place.unit == place.unit
            })
        };
        if schools.iter().any(|school| school.province.code == province.code) {
            write_province(province, book);
        }
        for place in province.places.iter().filter(used) {
            write_place(province, place, book);
        }
    }
}

fn write_province(province: &'static Province, book: &mut Book) {
    let unit = |unit, kind, name: String, heading: String, parent| rows::OrgUnit {
        unit,
        valid_from: SINCE,
        valid_to: None,
        kind,
        name,
        heading,
        parent,
        province: province.code,
        place: province.place,
    };
    book.add(unit(
        province.committee,
        "province",
        format!("Ủy ban nhân dân {}", in_sentence(province.name)),
        format!("UBND {}", province.name.to_uppercase()),
        None,
    ));
    book.add(unit(
        province.department,
        "province_department",
        format!("Sở Giáo dục và Đào tạo {}", province.short),
        format!("SỞ GIÁO DỤC VÀ ĐÀO TẠO {}", province.short.to_uppercase()),
        Some(province.committee),
    ));
}

/// One unit with two versions: the district committee, then the commune committee.
fn write_place(province: &'static Province, place: &'static Place, book: &mut Book) {
    let version = |valid_from, valid_to, kind, name: &'static str| rows::OrgUnit {
        unit: place.unit,
        valid_from,
        valid_to,
        kind,
        name: format!("Ủy ban nhân dân {}", in_sentence(name)),
        heading: format!("UBND {}", name.to_uppercase()),
        parent: Some(province.committee),
        province: province.code,
        place: spoken(name),
    };
    book.add(version(SINCE, Some(date(2025, 6, 30)), "district", place.district));
    book.add(version(COMMUNES_FROM, None, "commune", place.commune));
}

/// Returns the name of a place as it stands inside a sentence: `quận Lê Chân`, but `Quận 7`.
fn in_sentence(name: &'static str) -> String {
    if spoken(name) == name || name == HO_CHI_MINH.name {
        return name.to_owned();
    }
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
