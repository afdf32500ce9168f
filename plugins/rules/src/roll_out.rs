//! Which circular governs: chosen by level, grade and school year, never by a date.

use std::borrow::Cow;

/// The rule set that governs a pupil's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Circular {
    /// TT 30/2014 as amended by TT 22/2016: primary, before TT27. No rules in this crate.
    Tt30,
    /// TT 27/2020: primary.
    Tt27,
    /// TT 58/2011: secondary, before TT26.
    Tt58,
    /// TT 58/2011 as amended by TT 26/2020.
    Tt58Tt26,
    /// TT 22/2021: secondary.
    Tt22,
}

impl Circular {
    /// Returns the name as it is cited.
    pub const fn label(self) -> &'static str {
        match self {
            Circular::Tt30 => "Thông tư 30/2014/TT-BGDĐT, sửa đổi bởi Thông tư 22/2016/TT-BGDĐT",
            Circular::Tt27 => "Thông tư 27/2020/TT-BGDĐT",
            Circular::Tt58 => "Thông tư 58/2011/TT-BGDĐT",
            Circular::Tt58Tt26 => {
                "Thông tư 58/2011/TT-BGDĐT, sửa đổi bởi Thông tư 26/2020/TT-BGDĐT"
            }
            Circular::Tt22 => "Thông tư 22/2021/TT-BGDĐT",
        }
    }

    /// Returns the word used in tables and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Circular::Tt30 => "tt30",
            Circular::Tt27 => "tt27",
            Circular::Tt58 => "tt58",
            Circular::Tt58Tt26 => "tt58_tt26",
            Circular::Tt22 => "tt22",
        }
    }
}

/// Education level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EducationLevel {
    /// Tiểu học, grades 1 to 5.
    Primary,
    /// Trung học cơ sở, grades 6 to 9.
    LowerSecondary,
    /// Trung học phổ thông, grades 10 to 12.
    UpperSecondary,
}

impl EducationLevel {
    /// Returns the level that a grade belongs to.
    pub const fn of_grade(grade: u8) -> Option<Self> {
        match grade {
            1..=5 => Some(EducationLevel::Primary),
            6..=9 => Some(EducationLevel::LowerSecondary),
            10..=12 => Some(EducationLevel::UpperSecondary),
            _ => None,
        }
    }
}

/// A school year by the calendar year it starts in: `SchoolYear(2025)` is 2025-2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(pub u16);

impl SchoolYear {
    /// Reads `2025-2026`; the second year must follow the first.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.trim().split_once(['-', '–'])?;
        let from: u16 = from.trim().parse().ok()?;
        let to: u16 = to.trim().parse().ok()?;
        (to == from.checked_add(1)?).then_some(SchoolYear(from))
    }
}

/// One line of the roll-out: from `first` on, `grade` is under `circular`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// Grade, 1 to 12.
    pub grade: u8,
    /// First school year of the circular in this grade.
    pub first: SchoolYear,
    /// The circular.
    pub circular: Circular,
}

/// The roll-out of all circulars; the latest start that is not after the year wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollOut {
    /// In any order.
    pub starts: Cow<'static, [Start]>,
}

const fn start(grade: u8, first: u16, circular: Circular) -> Start {
    Start { grade, first: SchoolYear(first), circular }
}

/// Roll-out of TT 30/2014 + TT 22/2016, TT27 (Điều 18), TT58, TT26 and TT22 (Điều 21).
///
/// TT30 + TT22/2016 is entered from 2016-2017 and TT58 from 2011-2012: earlier
/// years have no rule here.
static STARTS: [Start; 31] = {
    use Circular::{Tt22, Tt27, Tt30, Tt58, Tt58Tt26};
    [
        start(1, 2016, Tt30),
        start(2, 2016, Tt30),
        start(3, 2016, Tt30),
        start(4, 2016, Tt30),
        start(5, 2016, Tt30),
        start(1, 2020, Tt27),
        start(2, 2021, Tt27),
        start(3, 2022, Tt27),
        start(4, 2023, Tt27),
        start(5, 2024, Tt27),
        start(6, 2011, Tt58),
        start(7, 2011, Tt58),
        start(8, 2011, Tt58),
        start(9, 2011, Tt58),
        start(10, 2011, Tt58),
        start(11, 2011, Tt58),
        start(12, 2011, Tt58),
        start(6, 2020, Tt58Tt26),
        start(7, 2020, Tt58Tt26),
        start(8, 2020, Tt58Tt26),
        start(9, 2020, Tt58Tt26),
        start(10, 2020, Tt58Tt26),
        start(11, 2020, Tt58Tt26),
        start(12, 2020, Tt58Tt26),
        start(6, 2021, Tt22),
        start(7, 2022, Tt22),
        start(10, 2022, Tt22),
        start(8, 2023, Tt22),
        start(11, 2023, Tt22),
        start(9, 2024, Tt22),
        start(12, 2024, Tt22),
    ]
};

impl Default for RollOut {
    fn default() -> Self {
        RollOut { starts: Cow::Borrowed(&STARTS) }
    }
}

impl RollOut {
    /// Returns the circular that governs a grade of a level in a school year.
    ///
    /// `None` when the grade is not of that level, or the year is before every start.
    pub fn circular(
        &self,
        level: EducationLevel,
        grade: u8,
        school_year: SchoolYear,
    ) -> Option<Circular> {
        if EducationLevel::of_grade(grade) != Some(level) {
            return None;
        }
        self.starts
            .iter()
            .filter(|start| start.grade == grade && start.first <= school_year)
            .max_by_key(|start| start.first)
            .map(|start| start.circular)
    }
}
