//! Exact numbers and days: marks are scaled integers, never binary fractions.

use core::fmt;

/// A decimal with a fixed number of digits behind the comma: `Decimal::<1>(75)` is 7,5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal<const SCALE: u8>(pub i64);

/// Prints as Vietnamese documents do, with exactly `SCALE` digits: 8,0.
impl<const SCALE: u8> fmt::Display for Decimal<SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u64.pow(u32::from(SCALE));
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = self.0.unsigned_abs();
        write!(f, "{sign}{}", digits / unit)?;
        if SCALE > 0 {
            write!(f, ",{:0width$}", digits % unit, width = usize::from(SCALE))?;
        }
        Ok(())
    }
}

/// What happens to the part that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// 7,25 becomes 7,3: the practice of schools.
    #[default]
    HalfUp,
    /// 7,25 becomes 7,2 and 7,35 becomes 7,4.
    HalfEven,
    /// 7,29 becomes 7,2.
    Down,
    /// 7,21 becomes 7,3.
    Up,
}

/// Divides exactly and rounds half up; `None` when the divisor is not positive.
pub fn divide_half_up(sum: i64, divisor: i64) -> Option<i64> {
    divide(sum, divisor, Rounding::HalfUp)
}

/// Divides two integers and rounds; `None` when the divisor is not positive.
pub fn divide(sum: i64, divisor: i64, rounding: Rounding) -> Option<i64> {
    if divisor <= 0 {
        return None;
    }
    let floor = sum.div_euclid(divisor);
    let twice_rest = 2 * i128::from(sum.rem_euclid(divisor));
    let divisor = i128::from(divisor);
    let goes_up = match rounding {
        Rounding::HalfUp => twice_rest >= divisor,
        Rounding::HalfEven => twice_rest > divisor || (twice_rest == divisor && floor % 2 != 0),
        Rounding::Down => false,
        Rounding::Up => twice_rest > 0,
    };
    Some(floor + i64::from(goes_up))
}

/// A calendar day, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

impl Date {
    /// Makes a day of the Gregorian calendar; `None` when there is no such day.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        if !(1..=12).contains(&month) || day == 0 || !(-9999..=9999).contains(&year) {
            return None;
        }
        // Years that begin in March have the leap day at their end.
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_from_march = (i32::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let date = Self(era * 146_097 + day_of_era - 719_468);
        (date.to_ymd() == (year, month, day)).then_some(date)
    }

    /// Returns year, month and day.
    pub fn to_ymd(self) -> (i32, u8, u8) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (narrow(year), narrow(month), narrow(day))
    }

    /// Reads `2026-05-31`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        Self::from_ymd(i32::from(year), narrow(month.into()), narrow(day.into()))
    }

    /// Returns the day so many days later.
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Returns `31/05/2026`, as Vietnamese sentences write it.
    pub fn short(self) -> String {
        let (year, month, day) = self.to_ymd();
        format!("{day:02}/{month:02}/{year:04}")
    }

    /// Returns the day of the week, Monday being 1 and Sunday 7.
    pub fn weekday(self) -> u8 {
        // 1 January 1970 was a Thursday.
        narrow(i64::from((self.0 % 7 + 10) % 7 + 1))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.to_ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Turns a number that is known to fit into the smaller type.
fn narrow<T: TryFrom<i64>>(number: i64) -> T {
    match T::try_from(number) {
        Ok(number) => number,
        Err(_) => unreachable!("a part of a date fits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_date(text: &str, days: i32, weekday: u8) {
        let date = Date::parse(text).expect(text);
        assert_eq!((date.0, date.weekday()), (days, weekday), "{text}");
        assert_eq!(date.to_string(), text);
    }

    #[test]
    fn days_count_from_1970() {
        check_date("1970-01-01", 0, 4);
        check_date("1969-12-31", -1, 3);
        check_date("2000-02-29", 11_016, 2);
        check_date("2026-11-22", 20_779, 7);
        check_date("1900-03-01", -25_508, 4);
        assert_eq!(Date(11_016).short(), "29/02/2000");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-4-1", "x"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn halves_go_up() {
        assert_eq!(divide_half_up(580, 80), Some(7));
        assert_eq!(divide_half_up(636, 8), Some(80));
        assert_eq!(divide_half_up(-5, 10), Some(0));
        assert_eq!(divide_half_up(1, 0), None);
    }

    #[test]
    fn decimals_print_with_a_comma() {
        assert_eq!(Decimal::<1>(80).to_string(), "8,0");
        assert_eq!(Decimal::<2>(-705).to_string(), "-7,05");
        assert_eq!(Decimal::<0>(12).to_string(), "12");
    }
}
