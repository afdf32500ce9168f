//! Calendar days as documents write them (regulations 4.5).

use jiff::civil::Date;

/// Writes a day as text runs have it: `ngày 05 tháng 01 năm 2020`.
///
/// Days below 10 and the months 1 and 2 get a zero in front; the months 3 to 9 do not, since
/// nobody can turn a 3 into a 13.
pub fn date_long(date: Date) -> String {
    let month =
        if date.month() < 3 { format!("0{}", date.month()) } else { date.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

/// Writes a day as tables have it: `05/01/2020`.
pub fn date_short(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Writes a day as data have it: `2020-01-05`.
pub fn date_iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// Reads a day written as `yyyy-mm-dd`, and in no other way.
pub fn parse_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shape {
        return None;
    }
    let year = text[..4].parse().ok()?;
    let month = text[5..7].parse().ok()?;
    let day = text[8..].parse().ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_long(iso: &str, expected: &str) {
        assert_eq!(date_long(parse_date(iso).unwrap()), expected);
    }

    #[test]
    fn day_and_the_first_two_months_get_a_zero() {
        check_long("2020-01-05", "ngày 05 tháng 01 năm 2020");
        check_long("2020-02-28", "ngày 28 tháng 02 năm 2020");
        check_long("2020-12-31", "ngày 31 tháng 12 năm 2020");
    }

    #[test]
    fn months_three_to_nine_get_no_zero() {
        check_long("2019-06-29", "ngày 29 tháng 6 năm 2019");
        check_long("2020-03-05", "ngày 05 tháng 3 năm 2020");
    }

    #[test]
    fn tables_get_both_zeros() {
        assert_eq!(date_short(parse_date("2020-03-05").unwrap()), "05/03/2020");
    }

    #[test]
    fn only_days_that_exist_in_the_one_shape_are_read() {
        for wrong in ["2025-02-29", "2025-2-03", "05/03/2025", "2025-13-01", "", "２０２５-01-01"]
        {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
        assert_eq!(date_iso(parse_date("2024-02-29").unwrap()), "2024-02-29");
    }
}
