//! Kinds of records, as far as rights tell them apart.
//!
//! Forms of the core have their area by name. A form that a site adds gets its area from its
//! columns: one with a subject and pupils is teaching, one with pupils or classes is the class
//! teacher's, any other the office's.

use crate::definition::{Form, FormScope};
use crate::text::Text;

/// A kind of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Area {
    /// Of no school: units of the administration, school years. Everybody sees them.
    Site,
    /// The school itself and who leads it.
    School,
    /// Classes and who teaches them; from these records rights come.
    Organisation,
    /// Managers, teachers and employees.
    Staff,
    /// Pupils as persons.
    Pupils,
    /// Who is in which class, and what they are exempt from; decides whom a teacher sees.
    Admission,
    /// Marks and comments on one subject.
    Teaching,
    /// What the class teacher keeps: attendance, conduct, health, results of the year.
    Homeroom,
    /// Minutes and whatever else the office keeps.
    Office,
    /// Locks, corrections, sign-offs and reviews: the program keeps them step by step, and nobody
    /// writes them by hand.
    Flow,
}

/// What of a form decides its area.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Form.
    pub form: &'a str,
    /// Whether its records belong to a school.
    pub by_school: bool,
    /// Whether it has the column `subject`.
    pub subject: bool,
    /// Whether it has the column `pupil`.
    pub pupil: bool,
    /// Whether it has the column `class`.
    pub class: bool,
}

impl Area {
    /// Every area, in the order of tables.
    pub const ALL: [Self; 10] = [
        Self::Site,
        Self::School,
        Self::Organisation,
        Self::Staff,
        Self::Pupils,
        Self::Admission,
        Self::Teaching,
        Self::Homeroom,
        Self::Office,
        Self::Flow,
    ];

    /// Returns the area of a form.
    pub fn of(facts: Facts<'_>) -> Self {
        match facts.form {
            _ if !facts.by_school => Self::Site,
            "school" | "school_leader" => Self::School,
            "class" | "teaching_assignment" => Self::Organisation,
            "staff" => Self::Staff,
            "pupil" | "prior_study" => Self::Pupils,
            "enrolment" | "exemption" | "elective" => Self::Admission,
            "handover"
            | "handover_account"
            | "handover_equipment"
            | "computer_allocation"
            | "computer_handover" => Self::Office,
            // The lines of a slip are about marks: who reads the marks may know that they were
            // corrected. Only the flows write them, whoever may write marks.
            "correction_line" => Self::Teaching,
            "lock" | "lock_exception" | "correction" | "sign_off" | "update_approval"
            | "data_review" | "data_review_entry" => Self::Flow,
            _ if facts.subject && (facts.pupil || facts.class) => Self::Teaching,
            _ if facts.pupil || facts.class => Self::Homeroom,
            _ => Self::Office,
        }
    }

    /// Returns the area of a checked form.
    pub fn of_form(form: &Form) -> Self {
        Self::of(Facts {
            form: &form.id,
            by_school: form.scope == FormScope::School,
            subject: form.field("subject").is_some(),
            pupil: form.field("pupil").is_some(),
            class: form.field("class").is_some(),
        })
    }

    /// Returns whether these records decide which classes and pupils a teacher sees.
    pub const fn decides_sight(self) -> bool {
        matches!(self, Self::Organisation | Self::Admission)
    }

    /// Returns the word in files and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::School => "school",
            Self::Organisation => "organisation",
            Self::Staff => "staff",
            Self::Pupils => "pupils",
            Self::Admission => "admission",
            Self::Teaching => "teaching",
            Self::Homeroom => "homeroom",
            Self::Office => "office",
            Self::Flow => "flow",
        }
    }

    /// Reads the word of an area.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.word() == word)
    }

    /// Returns the name that people read.
    pub fn title(self) -> Text {
        let (vi, en) = match self {
            Self::Site => ("danh mục chung", "common records"),
            Self::School => ("thông tin trường và lãnh đạo", "the school and its leaders"),
            Self::Organisation => ("lớp học và phân công giảng dạy", "classes and assignments"),
            Self::Staff => ("cán bộ, giáo viên, nhân viên", "staff"),
            Self::Pupils => ("hồ sơ học sinh", "pupils"),
            Self::Admission => ("xếp lớp, miễn giảm", "enrolments and exemptions"),
            Self::Teaching => ("điểm và nhận xét môn học", "marks and comments on subjects"),
            Self::Homeroom => ("sổ chủ nhiệm", "the class teacher's book"),
            Self::Office => ("biên bản và hồ sơ văn phòng", "minutes and office records"),
            Self::Flow => {
                ("khóa, sửa điểm, xác nhận, rà soát", "locks, corrections, sign-offs, reviews")
            }
        };
        Text::both(vi, en)
    }
}

/// A set of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas(u16);

impl Areas {
    /// None of them.
    pub const fn none() -> Self {
        Self(0)
    }

    /// All of them.
    pub const fn all() -> Self {
        Self::of(&Area::ALL)
    }

    /// Those that are named.
    pub const fn of(areas: &[Area]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < areas.len() {
            bits |= 1 << areas[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    /// Returns whether `area` is among them.
    pub const fn has(self, area: Area) -> bool {
        self.0 & (1 << area as u16) != 0
    }

    /// Returns whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns those that are in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns those that are in one of them.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns all but `area`.
    pub const fn without(self, area: Area) -> Self {
        Self(self.0 & !(1 << area as u16))
    }

    /// Lists them in the order of tables.
    pub fn list(self) -> Vec<Area> {
        Area::ALL.into_iter().filter(|area| self.has(*area)).collect()
    }
}
