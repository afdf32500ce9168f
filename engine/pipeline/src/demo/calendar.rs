//! The calendar of the three invented school years: terms, breaks and school days.
//!
//! The lunar holidays (Tết, Giỗ Tổ) are written down as data; nothing here computes the moon.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// The school years that are invented, oldest first.
pub(super) const YEARS: [i64; 3] = [2023, 2024, 2025];
/// The first of them.
pub(super) const FIRST_YEAR: i64 = YEARS[0];
/// The one called 'this year'.
pub(super) const THIS_YEAR: i64 = YEARS[2];

/// One school year.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) year: i64,
    pub(super) starts_on: Date,
    pub(super) term_2_on: Date,
    pub(super) ends_on: Date,
    /// First and last day of each break.
    breaks: &'static [(Date, Date)],
}

/// The calendars of [`YEARS`].
pub(super) const CALENDARS: [Calendar; 3] = [
    Calendar {
        year: 2023,
        starts_on: date(2023, 9, 5),
        term_2_on: date(2024, 1, 15),
        ends_on: date(2024, 5, 25),
        breaks: &[
            (date(2024, 1, 1), date(2024, 1, 1)),
            (date(2024, 2, 5), date(2024, 2, 18)),
            (date(2024, 4, 18), date(2024, 4, 18)),
            (date(2024, 4, 29), date(2024, 5, 1)),
        ],
    },
    Calendar {
        year: 2024,
        starts_on: date(2024, 9, 5),
        term_2_on: date(2025, 1, 13),
        ends_on: date(2025, 5, 24),
        breaks: &[
            (date(2025, 1, 1), date(2025, 1, 1)),
            (date(2025, 1, 23), date(2025, 2, 2)),
            (date(2025, 4, 7), date(2025, 4, 7)),
            (date(2025, 4, 30), date(2025, 5, 4)),
        ],
    },
    Calendar {
        year: 2025,
        starts_on: date(2025, 9, 5),
        term_2_on: date(2026, 1, 19),
        ends_on: date(2026, 5, 30),
        breaks: &[
            (date(2026, 1, 1), date(2026, 1, 2)),
            (date(2026, 2, 12), date(2026, 2, 22)),
            (date(2026, 4, 27), date(2026, 4, 27)),
            (date(2026, 4, 30), date(2026, 5, 1)),
        ],
    },
];

/// How many days a week a school teaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Week {
    /// Monday to Friday.
    Five,
    /// Monday to Saturday.
    Six,
}

impl Calendar {
    /// Returns the calendar of one of [`YEARS`].
    pub(super) fn of(year: i64) -> &'static Self {
        &CALENDARS[(year - FIRST_YEAR) as usize]
    }

    /// Returns the days on which pupils come to school, in order.
    pub(super) fn school_days(&self, week: Week) -> Vec<Date> {
        self.starts_on
            .series(1.day())
            .take_while(|day| *day <= self.ends_on)
            .filter(|day| self.is_school_day(*day, week))
            .collect()
    }

    /// Returns whether pupils come to school on `day`.
    pub(super) fn is_school_day(&self, day: Date, week: Week) -> bool {
        let weekend = match day.weekday() {
            Weekday::Sunday => true,
            Weekday::Saturday => week == Week::Five,
            _ => false,
        };
        (self.starts_on..=self.ends_on).contains(&day)
            && !weekend
            && !self.breaks.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// Returns the day on which people entered or left in summer before the year began.
    pub(super) fn before_start(&self) -> Date {
        date(self.year as i16, 8, 15)
    }

    /// Returns a working day in the summer after the year.
    pub(super) fn summer(&self, month: i8, day: i8) -> Date {
        let day = date(self.year as i16 + 1, month, day);
        if day.weekday() == Weekday::Sunday { day.saturating_add(1.day()) } else { day }
    }
}
