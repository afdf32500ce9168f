//! The parts of a policy that are lists: each entry has a name, by which a later layer replaces it.

use jiff::civil::{Date, Time};
use serde::Serialize;

use super::words::{Actor, Point, Reporter};
use crate::calendar::{Deadline, SchoolDay};
use crate::text::Text;

/// A report that comes back, with the days on which it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Period {
    /// Id, `snake_case`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// The day whose state the data describe.
    pub cut_off: Option<SchoolDay>,
    /// When it is due, for each unit that hands it in; empty when no day is known.
    pub deadlines: Vec<PeriodDeadline>,
}

/// When one unit hands in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PeriodDeadline {
    /// Who hands it in.
    pub by: Reporter,
    /// The last day; a deadline on a day off is not moved, for no rule says so.
    pub due: SchoolDay,
    /// The last minute of that day.
    pub time: Option<Time>,
}

impl Period {
    /// Returns until when `by` hands in the report of the school year `year`.
    pub fn deadline(&self, by: Reporter, year: i16) -> Option<Deadline> {
        let found = self.deadlines.iter().find(|deadline| deadline.by == by)?;
        Some(Deadline { day: found.due.in_school_year(year), time: found.time })
    }
}

/// Who signs a document, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signatures {
    /// Report or form.
    pub form: String,
    /// Who signs.
    pub roles: Vec<Actor>,
    /// When it is signed; once when empty.
    pub points: Vec<Point>,
}

/// When a document is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PrintPoints {
    /// Report.
    pub form: String,
    /// Points of the year.
    pub points: Vec<Point>,
}

/// What stands above the name of a school on its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Heading {
    /// Education levels; all when empty.
    pub levels: Vec<String>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Text with `{commune}`, `{district}` and `{province}`, as written before capitals.
    pub superior: String,
}

/// The way of reports from the school up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hierarchy {
    /// Education levels; all when empty.
    pub levels: Vec<String>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// From the school up.
    pub chain: Vec<Reporter>,
}

/// The holidays of one calendar year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct YearHolidays {
    /// Calendar year.
    pub year: i16,
    /// Holidays, first and last day.
    pub days: Vec<Holiday>,
    /// Days worked in exchange.
    pub working: Vec<Date>,
}

/// A holiday of one or more days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Holiday {
    /// Name.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// A review of data with its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Review {
    /// Id, `snake_case`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Steps in order.
    pub steps: Vec<ReviewStep>,
}

/// A step of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReviewStep {
    /// Who acts.
    pub by: Vec<Actor>,
    /// What they do.
    pub does: Text,
    /// Which document proves it: a report.
    pub evidence: Option<String>,
}

/// A rule of conduct that pages show and no program can enforce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// Id, `snake_case`.
    pub id: String,
    /// What it says.
    pub text: Text,
}

/// The days of a school year, as far as a layer tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct CalendarSection {
    pub(crate) opens: Option<SchoolDay>,
    pub(crate) term_1_ends: Option<SchoolDay>,
    pub(crate) term_2_begins: Option<SchoolDay>,
    pub(crate) ends: Option<SchoolDay>,
    pub(crate) weeks_1: Option<u8>,
    pub(crate) weeks_2: Option<u8>,
    pub(crate) points: Vec<PointDays>,
}

/// When results are assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PointDays {
    /// Point of the year.
    pub point: Point,
    /// First day.
    pub from: SchoolDay,
    /// Last day.
    pub to: SchoolDay,
}
