//! Reporting periods: when they open, are due and close, and whether a report is in time.

use bieumau_model::format::date_short;
use bieumau_model::lock::vietnam_day;
use bieumau_model::reporting::{PeriodState, ReportingPeriod};
use bieumau_model::table::Value;
use jiff::Timestamp;

use super::papers::rows;
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;

impl Site {
    /// The reporting periods of a school year.
    pub fn reporting_periods(&self, year: i64) -> Result<Vec<ReportingPeriod>, Problem> {
        let table = self.papers("reporting_period", &[("year", Value::Integer(year))])?;
        Ok(rows(&table)
            .filter_map(|row| {
                Some(ReportingPeriod {
                    period: row.text("period"),
                    title: row.text("title"),
                    opens_on: row.day("opens_on")?,
                    due_on: row.day("due_on")?,
                    closes_on: row.day("closes_on")?,
                })
            })
            .collect())
    }

    /// Returns the state of a period in which a report may be submitted.
    pub(super) fn in_time(
        &self,
        period: &str,
        year: Option<i64>,
        now: Timestamp,
    ) -> Result<PeriodState, Problem> {
        let known = self.reporting_periods(year.unwrap_or_default())?;
        let found = known.iter().find(|own| own.period == period).ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J243",
                format!("Năm học này không có kỳ báo cáo `{period}`"),
                format!("there is no reporting period `{period}` in this school year"),
            )
        })?;
        let state = found.state(vietnam_day(now));
        let (vi, en) = match state {
            PeriodState::Open | PeriodState::Late => return Ok(state),
            PeriodState::Before => (
                format!("Kỳ báo cáo chưa mở; mở từ ngày {}", date_short(found.opens_on)),
                format!("the period opens on {}", found.opens_on),
            ),
            PeriodState::Closed => (
                format!("Kỳ báo cáo đã đóng sau ngày {}", date_short(found.closes_on)),
                format!("the period was closed after {}", found.closes_on),
            ),
        };
        Err(Problem::new(ProblemKind::Conflict, "J244", vi, en)
            .help("Liên hệ đơn vị quản lý để được gia hạn", "ask the office for more time"))
    }
}
