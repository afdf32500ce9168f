//! Working days and deadlines, by a calendar that comes as data.
//!
//! Pure: which day is today, and which days are holidays, is told. Lunar dates are never computed;
//! what a province or the government announced for a year stands in the `policy` of a plugin.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Serialize, Serializer};

use crate::table::{Cells, Column, ColumnType, Table};

/// A day that comes back every school year, written `10/01` (day, month).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolDay {
    month: i8,
    day: i8,
}

impl SchoolDay {
    /// The month with which a school year begins: what stands before it belongs to the next
    /// calendar year.
    const FIRST_MONTH: i8 = 8;

    /// Makes the day `day` of the month `month`, when some year has it.
    pub fn new(day: i8, month: i8) -> Option<Self> {
        Date::new(2024, month, day).ok().map(|_| Self { month, day })
    }

    /// Reads `10/01` or `8/6`: day and month, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, month) = text.split_once('/')?;
        let number = |text: &str| {
            let digits =
                (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<i8>().ok()).flatten()
        };
        Self::new(number(day)?, number(month)?)
    }

    /// Returns the day in the school year that begins in `year`: from August on in `year`, before
    /// that in the next one. 29/02 becomes 28/02 in a year without it.
    pub fn in_school_year(self, year: i16) -> Date {
        self.in_year(if self.month >= Self::FIRST_MONTH { year } else { year.saturating_add(1) })
    }

    /// Returns the day in the calendar year `year`.
    pub fn in_year(self, year: i16) -> Date {
        let year = year.clamp(1, 9998);
        Date::new(year, self.month, self.day).unwrap_or_else(|_| Date::constant(year, 2, 28))
    }
}

impl fmt::Display for SchoolDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}/{:02}", self.day, self.month)
    }
}

impl Serialize for SchoolDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The last moment at which something is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Deadline {
    /// The last day.
    pub day: Date,
    /// The last minute of that day; the whole day when there is none.
    pub time: Option<Time>,
}

impl Deadline {
    /// Makes a deadline at the end of `day`.
    pub fn end_of(day: Date) -> Self {
        Self { day, time: None }
    }

    /// Returns whether `at` is still in time; the deadline itself is (17:00 means until 17:00).
    pub fn is_kept_by(self, at: DateTime) -> bool {
        match self.time {
            _ if at.date() != self.day => at.date() < self.day,
            None => true,
            Some(time) => at.time() <= time,
        }
    }

    /// Returns how many days after the deadline `day` is; 0 when it is in time.
    pub fn days_late(self, day: Date) -> u32 {
        u32::try_from(days_between(self.day, day)).unwrap_or(0)
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(time) = self.time {
            write!(f, "{:02}:{:02} ", time.hour(), time.minute())?;
        }
        f.write_str(&crate::format::date_short(self.day))
    }
}

/// Name by which a rule of a report takes the calendar of the school's province.
pub const WORK_CALENDAR: &str = "work_calendar";

/// Its columns: a row for each holiday, and for each day that is worked in exchange.
pub const WORK_CALENDAR_COLUMNS: [(&str, ColumnType); 3] =
    [("day", ColumnType::Date), ("name", ColumnType::Text), ("worked", ColumnType::Boolean)];

/// Which days are worked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WorkCalendar {
    /// Days of the week that are off.
    #[serde(serialize_with = "weekday_words")]
    weekend: BTreeSet<i8>,
    /// Holidays with their names.
    holidays: BTreeMap<Date, String>,
    /// Days that are worked although their day of the week is off.
    working: BTreeSet<Date>,
    /// Calendar years whose holidays are known.
    years: BTreeSet<i16>,
}

impl WorkCalendar {
    /// Makes a calendar without holidays.
    pub fn new(weekend: impl IntoIterator<Item = Weekday>) -> Self {
        let weekend = weekend.into_iter().map(Weekday::to_monday_one_offset).collect();
        Self { weekend, ..Self::default() }
    }

    /// Adds the holidays of a calendar year, and the days worked in exchange.
    pub fn add_year(
        &mut self,
        year: i16,
        holidays: impl IntoIterator<Item = (Date, String)>,
        working: impl IntoIterator<Item = Date>,
    ) {
        self.years.insert(year);
        self.holidays.extend(holidays);
        self.working.extend(working);
    }

    /// Returns whether the holidays of the calendar year are known; without them counts of working
    /// days know weekends only.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// Returns the name of the holiday on `day`.
    pub fn holiday(&self, day: Date) -> Option<&str> {
        self.holidays.get(&day).map(String::as_str)
    }

    /// Walks over the holidays, in order.
    pub fn holidays(&self) -> impl Iterator<Item = (Date, &str)> {
        self.holidays.iter().map(|(day, name)| (*day, name.as_str()))
    }

    /// Returns the table [`WORK_CALENDAR`]: the holidays, then the days that are worked in exchange.
    pub fn table(&self) -> Table {
        let off = self.holidays.iter().map(|(day, name)| (*day, Some(name.clone()), false));
        let days: Vec<_> = off.chain(self.working.iter().map(|day| (*day, None, true))).collect();
        let cells = [
            Cells::Date(days.iter().map(|(day, ..)| Some(*day)).collect()),
            Cells::Text(days.iter().map(|(_, name, _)| name.clone()).collect()),
            Cells::Boolean(days.iter().map(|(.., worked)| Some(*worked)).collect()),
        ];
        let named = WORK_CALENDAR_COLUMNS.iter().zip(cells);
        let columns = named.map(|((name, _), cells)| Column { name: (*name).to_owned(), cells });
        Table::new(WORK_CALENDAR, columns.collect()).expect("three columns of the same days")
    }

    /// Returns whether `day` is worked.
    pub fn is_working(&self, day: Date) -> bool {
        let off = || {
            self.weekend.contains(&day.weekday().to_monday_one_offset())
                || self.holidays.contains_key(&day)
        };
        self.working.contains(&day) || !off()
    }

    /// Returns the last of so many working days after `day`, which itself does not count.
    ///
    /// With 0 it is `day`. A calendar without any working day gives up after ten years.
    pub fn plus(&self, day: Date, working_days: u16) -> Date {
        let (mut at, mut left) = (day, working_days);
        for _ in 0..3_660 {
            if left == 0 {
                break;
            }
            let Ok(next) = at.tomorrow() else { break };
            at = next;
            left -= u16::from(self.is_working(at));
        }
        at
    }

    /// Counts the working days after `from`, up to and with `to`; 0 when `to` is not later.
    pub fn between(&self, from: Date, to: Date) -> u32 {
        let days = u32::try_from(days_between(from, to)).unwrap_or(0).min(36_600);
        let mut at = from;
        let mut count = 0;
        for _ in 0..days {
            let Ok(next) = at.tomorrow() else { break };
            at = next;
            count += u32::from(self.is_working(at));
        }
        count
    }

    /// Returns `day` when it is worked, else the next day that is.
    pub fn at_or_after(&self, day: Date) -> Date {
        if self.is_working(day) { day } else { self.plus(day, 1) }
    }
}

fn weekday_words<S: Serializer>(days: &BTreeSet<i8>, serializer: S) -> Result<S::Ok, S::Error> {
    const WORDS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    serializer.collect_seq(days.iter().filter_map(|day| WORDS.get(usize::try_from(day - 1).ok()?)))
}

/// Returns the last day on which the absences of the month of `day` may be entered: day
/// `close_days` of the next month.
pub fn attendance_deadline(day: Date, close_days: u8) -> Date {
    let next = day.first_of_month().saturating_add(1.month());
    let last = next.days_in_month();
    let close = i8::try_from(close_days).unwrap_or(last).clamp(1, last);
    Date::new(next.year(), next.month(), close).unwrap_or(next)
}

/// Returns the day until which something done at most every `months` months must be done again.
///
/// The end of a month stays the end: 30/11 and three months give 28/02.
pub fn months_after(day: Date, months: u8) -> Date {
    day.saturating_add(i32::from(months).months())
}

/// Returns how many days `to` is after `from`, below 0 when it is before.
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime};

    use super::*;
    use crate::table::Value;

    /// A calendar of 2026 and 2027 with the holidays of a few weeks.
    fn calendar() -> WorkCalendar {
        let mut calendar = WorkCalendar::new([Weekday::Saturday, Weekday::Sunday]);
        let name = |day| (day, "Nghỉ".to_owned());
        let tet = (14..=22).map(|day| name(date(2026, 2, day)));
        let others = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 4, 30), date(2026, 5, 1)];
        calendar.add_year(2026, tet.chain(others.map(name)), [date(2026, 1, 10)]);
        calendar
    }

    fn check_plus(from: Date, days: u16, expected: Date) {
        assert_eq!(calendar().plus(from, days), expected, "{from} + {days}");
    }

    #[test]
    fn absences_of_october_are_in_time_on_the_third_of_november() {
        let deadline = Deadline::end_of(attendance_deadline(date(2026, 10, 1), 3));
        assert!(deadline.is_kept_by(datetime(2026, 11, 3, 23, 59, 0, 0)), "V-01");
        assert!(!deadline.is_kept_by(datetime(2026, 11, 4, 0, 0, 0, 0)), "V-02");
        assert_eq!(deadline.days_late(date(2026, 11, 4)), 1);
        assert_eq!(deadline.days_late(date(2026, 11, 3)), 0);
        assert_eq!(deadline.days_late(date(2026, 10, 1)), 0);
    }

    #[test]
    fn absences_of_december_close_in_the_next_year() {
        assert_eq!(attendance_deadline(date(2026, 12, 31), 3), date(2027, 1, 3));
        assert_eq!(attendance_deadline(date(2027, 1, 31), 28), date(2027, 2, 28));
        assert_eq!(attendance_deadline(date(2027, 1, 31), 31), date(2027, 2, 28));
    }

    #[test]
    fn a_deadline_with_an_hour_holds_to_that_minute() {
        let deadline = Deadline { day: date(2023, 6, 8), time: Some(Time::constant(17, 0, 0, 0)) };
        assert!(deadline.is_kept_by(datetime(2023, 6, 8, 17, 0, 0, 0)));
        assert!(!deadline.is_kept_by(datetime(2023, 6, 8, 17, 0, 1, 0)));
        assert!(deadline.is_kept_by(datetime(2023, 6, 7, 23, 0, 0, 0)));
        assert!(!deadline.is_kept_by(datetime(2023, 6, 9, 8, 0, 0, 0)));
        assert_eq!(deadline.to_string(), "17:00 08/06/2023");
    }

    #[test]
    fn weekends_do_not_count_nor_does_the_day_itself() {
        check_plus(date(2026, 3, 2), 10, date(2026, 3, 16));
        check_plus(date(2026, 3, 6), 1, date(2026, 3, 9));
        check_plus(date(2026, 3, 7), 1, date(2026, 3, 9));
        check_plus(date(2026, 3, 8), 1, date(2026, 3, 9));
        check_plus(date(2026, 3, 7), 0, date(2026, 3, 7));
    }

    #[test]
    fn holidays_do_not_count() {
        // Tết: 14/02 to 22/02 off, so Friday the 13th and ten days end on Friday 06/03.
        check_plus(date(2026, 2, 13), 10, date(2026, 3, 6));
        check_plus(date(2026, 2, 16), 1, date(2026, 2, 23));
        check_plus(date(2026, 4, 29), 1, date(2026, 5, 4));
    }

    #[test]
    fn a_saturday_worked_in_exchange_counts() {
        check_plus(date(2026, 1, 9), 1, date(2026, 1, 10));
        check_plus(date(2025, 12, 31), 1, date(2026, 1, 5));
    }

    #[test]
    fn counting_is_the_inverse_of_adding() {
        let calendar = calendar();
        for offset in 0..200 {
            let from = date(2026, 1, 1).saturating_add(offset.days());
            for days in [1, 2, 5, 10, 23] {
                let to = calendar.plus(from, days);
                assert_eq!(calendar.between(from, to), u32::from(days), "{from}");
                assert!(calendar.is_working(to));
            }
        }
        assert_eq!(calendar.between(date(2026, 3, 2), date(2026, 3, 2)), 0);
        assert_eq!(calendar.between(date(2026, 3, 3), date(2026, 3, 2)), 0);
    }

    #[test]
    fn a_calendar_without_working_days_ends_the_search() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        let never =
            WorkCalendar::new([Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]);
        assert!(never.plus(date(2026, 1, 1), 1) > date(2035, 1, 1));
    }

    #[test]
    fn as_a_table_it_has_holidays_and_days_worked_in_exchange() {
        let mut calendar = WorkCalendar::new([Weekday::Saturday, Weekday::Sunday]);
        let quoc_khanh = (date(2026, 9, 2), "Quốc khánh".to_owned());
        calendar.add_year(2026, [quoc_khanh], [date(2026, 8, 22)]);
        let table = calendar.table();
        let row = |at| WORK_CALENDAR_COLUMNS.map(|(column, _)| table.value(at, column));
        let text = |text: &str| Value::Text(text.to_owned());
        let off =
            [Value::Date(date(2026, 9, 2)), text("Quốc khánh"), Value::Boolean(false)].map(Some);
        let worked = [Value::Date(date(2026, 8, 22)), Value::Missing, Value::Boolean(true)];
        assert_eq!((row(0), row(1)), (off, worked.map(Some)));
        assert_eq!((table.rows(), calendar.is_working(date(2026, 8, 22))), (2, true));
    }

    #[test]
    fn a_year_without_data_is_not_known() {
        assert!(calendar().knows(2026));
        assert!(!calendar().knows(2027));
    }

    #[test]
    fn days_of_spring_belong_to_the_second_calendar_year() {
        let check = |text: &str, expected| {
            assert_eq!(SchoolDay::parse(text).map(|day| day.in_school_year(2026)), expected);
        };
        check("10/10", Some(date(2026, 10, 10)));
        check("10/01", Some(date(2027, 1, 10)));
        check("10/6", Some(date(2027, 6, 10)));
        check("31/7", Some(date(2027, 7, 31)));
        check("01/8", Some(date(2026, 8, 1)));
        check("29/02", Some(date(2027, 2, 28)));
        for wrong in ["31/6", "10/13", "0/1", "2026-10-10", "10/", "+1/2", "100/1", ""] {
            check(wrong, None);
        }
    }

    #[test]
    fn three_months_from_the_end_of_a_month_end_with_the_month() {
        assert_eq!(months_after(date(2026, 8, 15), 3), date(2026, 11, 15));
        assert_eq!(months_after(date(2026, 11, 30), 3), date(2027, 2, 28));
    }
}
