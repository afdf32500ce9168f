//! Working days: Saturdays, Sundays and the days of the table `holidays` are off.

use std::collections::HashSet;

use bieumau_plugin_sdk::{Call, Date, Failure, Finding, rows};

rows! {
    /// A day off; or, with `worked`, one that is worked although it would be off.
    struct Holiday<'a> {
        day: Date,
        name: Option<&'a str>,
        worked: Option<bool>,
    }
}

/// The days that are off beside weekends, and weekend days that are worked.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    off: HashSet<Date>,
    worked: HashSet<Date>,
}

impl Calendar {
    /// Reads the table `holidays`; a row without a day is found.
    pub fn read(call: &Call, findings: &mut Vec<Finding>) -> Result<Self, Failure> {
        let mut calendar = Self::default();
        for row in call.optional_rows::<Holiday<'_>>("holidays")?.iter() {
            match row {
                Ok(row) if row.worked == Some(true) => {
                    calendar.worked.insert(row.day);
                }
                Ok(row) => {
                    calendar.off.insert(row.day);
                }
                Err(missing) => findings.push(missing.into()),
            }
        }
        Ok(calendar)
    }

    /// Returns whether a day is worked.
    pub fn is_working(&self, day: Date) -> bool {
        self.worked.contains(&day) || (day.weekday() <= 5 && !self.off.contains(&day))
    }

    /// Returns the last of so many working days after `day`, which itself does not count.
    pub fn deadline(&self, day: Date, working_days: u16) -> Date {
        let (mut day, mut left) = (day, working_days);
        // A table may call every day a holiday; after ten years the search gives up.
        for _ in 0..3_660 {
            if left == 0 {
                break;
            }
            day = day.plus(1);
            left -= u16::from(self.is_working(day));
        }
        day
    }

    /// Says how a deadline came about, for an explanation.
    pub fn steps(&self, day: Date, deadline: Date) -> Vec<String> {
        let days = || (1..=deadline.0 - day.0).map(|offset| day.plus(offset));
        let weekends = days().filter(|day| day.weekday() > 5 && !self.is_working(*day)).count();
        let holidays = days().filter(|day| day.weekday() <= 5 && !self.is_working(*day)).count();
        let working = days().filter(|day| self.is_working(*day)).count();
        vec![format!(
            "Từ ngày sau {day} đến {deadline}: {working} ngày làm việc, trừ {weekends} ngày cuối tuần, {holidays} ngày lễ"
        )]
    }
}

/// Reads a number of working days, 1 to 366.
pub fn limit(call: &Call, parameter: &str, default: i64) -> Result<u16, Failure> {
    let given = call.parameters.integer(parameter, default)?;
    let days = u16::try_from(given).ok().filter(|days| (1..=366).contains(days));
    days.ok_or_else(|| {
        Failure::new(
            "wrong_parameter",
            format!("tham số `{parameter}` phải từ 1 đến 366"),
            format!("parameter `{parameter}` must be 1 to 366"),
        )
    })
}
