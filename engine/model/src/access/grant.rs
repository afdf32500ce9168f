//! A right that somebody has: as what, where, from when to when, and on what ground.

use jiff::civil::Date;

use super::Role;
use crate::format::date_short;
use crate::scope::{History, Reach};
use crate::text::{Locale, Text};

/// The days on which something holds, both included; an open end is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

/// A role in a place, for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// Where.
    pub place: Place,
    /// When.
    pub validity: Validity,
    /// On what ground, as people read it: the assignment, the decision, the delegation.
    pub ground: Text,
}

/// Where a grant holds; every list narrows, `None` means no limit of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Schools; those of a unit or a level are already named one by one.
    pub schools: Option<Vec<String>>,
    /// Classes, as (school, school year, class).
    pub classes: Option<Vec<(String, i64, String)>>,
    /// Subjects.
    pub subjects: Option<Vec<String>>,
}

/// Where a reach comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// As what.
    pub role: Role,
    /// On what ground.
    pub ground: Text,
}

impl Validity {
    /// Returns whether `day` is inside.
    pub fn has(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Returns the days as words, such as `từ 01/07/2026 đến hết 31/08/2027`.
    pub fn words(self) -> Text {
        let written = |day: Option<Date>| day.map(date_short).unwrap_or_default();
        let (from, to) = (written(self.from), written(self.to));
        match (self.from, self.to) {
            (None, None) => Text::both("không thời hạn", "without an end"),
            (Some(_), None) => Text::both(format!("từ {from}"), format!("from {from}")),
            (None, Some(_)) => Text::both(format!("đến hết {to}"), format!("until {to}")),
            (Some(_), Some(_)) => {
                Text::both(format!("từ {from} đến hết {to}"), format!("from {from} until {to}"))
            }
        }
    }
}

impl Grant {
    /// Returns what the grant reaches.
    pub fn reach(&self) -> Reach {
        let rights = self.role.rights();
        let history = match self.role {
            // A class teacher prints the transcripts of the class, with all years.
            Role::ClassTeacher => History::InDocuments,
            _ => History::Hidden,
        };
        Reach {
            schools: self.place.schools.clone(),
            classes: self.place.classes.clone(),
            subjects: self.place.subjects.clone(),
            reads: rights.reads,
            writes: rights.writes,
            may: rights.may,
            history,
            until: self.validity.to,
            basis: Some(Basis { role: self.role, ground: self.ground.clone() }),
        }
    }
}

impl Basis {
    /// Returns the ground as people read it: `Giáo viên chủ nhiệm: phân công lớp 6A1 …`.
    pub fn words(&self) -> Text {
        let role = self.role.title();
        let both = |locale| format!("{}: {}", role.get(locale), self.ground.get(locale));
        Text::both(both(Locale::Vi), both(Locale::En))
    }
}
