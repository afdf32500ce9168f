//! How things are done in a province: deadlines, locks, corrections, signatures, headings, calendars.
//!
//! A plugin's manifest has layers of policy, each from one decision and for some levels and years.
//! [`Policy::of`] lays them over each other: first the plugins for every province, then those of the
//! province; each value remembers where it comes from and how certain it is.

mod lines;
mod lists;
mod settings;
mod settle;
mod words;

pub use lines::PolicyLine;
pub use lists::{
    Heading, Hierarchy, Holiday, Notice, Period, PeriodDeadline, PointDays, PrintPoints, Review,
    ReviewStep, Signatures, YearHolidays,
};
pub use settings::{
    AccountPolicy, ApprovalPolicy, AttendancePolicy, BackupPolicy, CorrectionPolicy,
    DenominatorPolicy, LockPolicy, MonitoringPolicy, NilPolicy, PercentPolicy, QualityPolicy,
    ScorePolicy, SortPolicy, UpdatePolicy, WorkWeekPolicy,
};
pub use settle::{CorrectionWindow, Place, SchoolCalendar};
pub use words::{
    Actor, Certainty, Interval, NamePolicy, Point, Reporter, ScoreDisplay, Tiebreak, Weekday,
};

pub(crate) use lists::CalendarSection;
pub(crate) use settings::{
    AccountSection, ApprovalSection, AttendanceSection, BackupSection, CorrectionSection,
    DenominatorSection, LockSection, MonitoringSection, NilSection, PercentSection, QualitySection,
    ScoreSection, SortSection, UpdateSection, WorkWeekSection,
};

use std::ops::Deref;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::Applies;
use crate::calendar::WorkCalendar;

/// The policy for one province, level and school year. Every key has a value.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Policy {
    /// Province of the school (code since 01/7/2025); `None` when it is not known.
    pub province: Option<String>,
    /// Education level; `None` for an office with several.
    pub level: Option<String>,
    /// School year, its first calendar year.
    pub year: i16,
    /// Reports and when they are due, by id.
    pub periods: IndexMap<String, Ruled<Period>>,
    /// Who locks and unlocks the books.
    pub lock: LockPolicy,
    /// How a mark is corrected.
    pub correction: CorrectionPolicy,
    /// How absences are entered.
    pub attendance: AttendancePolicy,
    /// How fast a change must reach the data.
    pub update: UpdatePolicy,
    /// How often data are copied.
    pub backup: BackupPolicy,
    /// How often someone approves what was entered.
    pub approval: ApprovalPolicy,
    /// How often someone reports on the progress of entry.
    pub monitoring: MonitoringPolicy,
    /// What goes with accounts.
    pub accounts: AccountPolicy,
    /// How reviews of data are measured.
    pub quality: QualityPolicy,
    /// Who signs, by report or form.
    pub signatures: IndexMap<String, Ruled<Signatures>>,
    /// When documents are printed, by report.
    pub print_points: IndexMap<String, Ruled<PrintPoints>>,
    /// Who stands below the line of a percentage.
    pub denominators: DenominatorPolicy,
    /// How percentages are written.
    pub percent: PercentPolicy,
    /// How marks are written.
    pub score: ScorePolicy,
    /// How nothing is written.
    pub nil: NilPolicy,
    /// How pupils are ordered.
    pub sort: SortPolicy,
    /// What stands above the name of a school.
    pub headings: Ruled<Vec<Heading>>,
    /// The way of reports.
    pub hierarchy: Ruled<Vec<Hierarchy>>,
    /// The working week.
    pub work_week: WorkWeekPolicy,
    /// Holidays, by calendar year.
    pub holidays: IndexMap<i16, Ruled<YearHolidays>>,
    /// Working days, made from the two before.
    #[serde(skip)]
    pub work_calendar: WorkCalendar,
    /// The days of the school year.
    pub school_calendar: SchoolCalendar,
    /// Reviews of data with their steps, by id.
    pub reviews: IndexMap<String, Ruled<Review>>,
    /// Rules of conduct, by id.
    pub notices: IndexMap<String, Ruled<Notice>>,
}

/// A value with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruled<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    #[serde(flatten)]
    pub basis: Arc<Basis>,
}

impl<T> Ruled<T> {
    /// Makes a value that no plugin has ruled.
    fn unruled(value: T) -> Self {
        Self { value, basis: Arc::new(Basis::default()) }
    }
}

impl<T> Deref for Ruled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// Plugin; empty for what the program does when no plugin says anything.
    pub plugin: String,
    /// Layer of its policy.
    pub layer: String,
    /// Decision, circular or document.
    pub source: String,
    /// How certain the value is.
    pub certainty: Certainty,
}

impl Default for Basis {
    fn default() -> Self {
        Self {
            plugin: String::new(),
            layer: String::new(),
            source: String::new(),
            certainty: Certainty::Proposed,
        }
    }
}

/// One layer of a plugin's policy: what one decision says, for some levels and years.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyLayer {
    /// Where its values come from.
    pub basis: Arc<Basis>,
    /// When it holds.
    pub applies: Applies,
    pub(crate) sections: Sections,
}

/// What a layer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sections {
    pub(crate) periods: Vec<Period>,
    pub(crate) lock: LockSection,
    pub(crate) correction: CorrectionSection,
    pub(crate) attendance: AttendanceSection,
    pub(crate) update: UpdateSection,
    pub(crate) backup: BackupSection,
    pub(crate) approval: ApprovalSection,
    pub(crate) monitoring: MonitoringSection,
    pub(crate) accounts: AccountSection,
    pub(crate) quality: QualitySection,
    pub(crate) signatures: Vec<Signatures>,
    pub(crate) print_points: Vec<PrintPoints>,
    pub(crate) denominators: DenominatorSection,
    pub(crate) percent: PercentSection,
    pub(crate) score: ScoreSection,
    pub(crate) nil: NilSection,
    pub(crate) sort: SortSection,
    pub(crate) headings: Vec<Heading>,
    pub(crate) hierarchy: Vec<Hierarchy>,
    pub(crate) work_week: WorkWeekSection,
    pub(crate) holidays: Vec<YearHolidays>,
    pub(crate) school_calendar: CalendarSection,
    pub(crate) reviews: Vec<Review>,
    pub(crate) notices: Vec<Notice>,
}
