//! Reporting periods with their opening, due and closing day.
//!
//! Pure: the calendar is data, kept by the office as records.

use jiff::civil::Date;
use serde::Serialize;

/// Where a day lies in a reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodState {
    /// Not open yet.
    Before,
    /// Open, and in time.
    Open,
    /// Still open, but past the day on which the report was due.
    Late,
    /// Closed: only an exception opens it again.
    Closed,
}

/// A reporting period. All three days are included: the due day itself is in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportingPeriod {
    /// Id, such as `beginning_of_year`.
    pub period: String,
    /// What people read.
    pub title: String,
    /// First day on which reports are taken.
    pub opens_on: Date,
    /// Last day on which they are in time.
    pub due_on: Date,
    /// Last day on which they are taken at all.
    pub closes_on: Date,
}

impl ReportingPeriod {
    /// Returns where `day` lies.
    pub fn state(&self, day: Date) -> PeriodState {
        if day < self.opens_on {
            PeriodState::Before
        } else if day <= self.due_on {
            PeriodState::Open
        } else if day <= self.closes_on {
            PeriodState::Late
        } else {
            PeriodState::Closed
        }
    }
}
