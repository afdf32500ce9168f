//! Marks as tenths, exact division, and the table that says which circular governs.

use bieumau_rules::decimal::{DecimalError, Rounding, Scaled, Tenths, divide, divide_half_up};
use bieumau_rules::roll_out::{Circular, EducationLevel, RollOut, SchoolYear};
use bieumau_rules::statistics::Percentages;

#[test]
fn marks_are_read_with_comma_or_point() {
    let check = |text, expected| assert_eq!(Tenths::parse(text), expected, "{text}");
    check("7,5", Ok(Tenths(75)));
    check("7.5", Ok(Tenths(75)));
    check(" 8 ", Ok(Tenths(80)));
    check("8,0", Ok(Tenths(80)));
    check("10", Ok(Tenths(100)));
    check("0", Ok(Tenths(0)));
    check("7,55", Err(DecimalError::TooManyDecimals));
    check("7,50", Err(DecimalError::TooManyDecimals));
    check("99999999999", Err(DecimalError::OutOfRange));
    check("99999999999999999999", Err(DecimalError::OutOfRange));
    for text in ["", ",", "7,", ",5", "-1", "7,5,0", "Đ", "7 5", "+7", "７"] {
        check(text, Err(DecimalError::NotANumber));
    }
}

#[test]
fn scaled_integers_lose_no_digit() {
    assert_eq!(Tenths::from_scaled(75, 1), Ok(Tenths(75)));
    assert_eq!(Tenths::from_scaled(8, 0), Ok(Tenths(80)));
    assert_eq!(Tenths::from_scaled(7500, 3), Ok(Tenths(75)));
    assert_eq!(Tenths::from_scaled(755, 2), Err(DecimalError::TooManyDecimals));
    assert_eq!(Tenths::from_scaled(i64::MAX, 0), Err(DecimalError::OutOfRange));
}

#[test]
fn marks_are_printed_with_a_comma() {
    assert_eq!(Tenths(75).to_string(), "7,5");
    assert_eq!(Tenths(80).to_string(), "8,0");
    assert_eq!(Tenths(80).short().to_string(), "8");
    assert_eq!(Tenths(5).short().to_string(), "0,5");
    assert_eq!(Scaled::new(-5, 1).to_string(), "-0,5");
    assert_eq!(Scaled::new(1007, 2).to_string(), "10,07");
}

#[test]
fn rounding_policies_differ_at_the_half_only_where_they_should() {
    let check = |sum, divisor, expected: [i64; 4]| {
        let all = [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up];
        assert_eq!(all.map(|rounding| divide(sum, divisor, rounding).unwrap()), expected);
    };
    check(580, 8, [73, 72, 72, 73]);
    check(588, 8, [74, 74, 73, 74]);
    check(636, 8, [80, 80, 79, 80]);
    check(579, 8, [72, 72, 72, 73]);
    check(576, 8, [72, 72, 72, 72]);
    assert_eq!(divide_half_up(1, 0), None);
    assert_eq!(divide_half_up(1, -2), None);
    assert_eq!(divide_half_up(i64::MAX, 1), Some(i64::MAX));
}

#[test]
fn a_percentage_is_a_scaled_integer() {
    let check = |count, of, expected: Option<&str>| {
        let share = Percentages::default().share(count, of, 0);
        assert_eq!(share.percent.map(|p| p.to_string()).as_deref(), expected);
    };
    check(8, 29, Some("27,6"));
    check(0, 29, Some("0,0"));
    check(29, 29, Some("100,0"));
    check(1, 16, Some("6,3"));
    check(0, 0, None);
}

/// The table of regulations 0.4, written out again.
const TABLE: &str = "
2019 old old old old old TT58 TT58 TT58 TT58 TT58 TT58 TT58
2020 TT27 old old old old TT58+26 TT58+26 TT58+26 TT58+26 TT58+26 TT58+26 TT58+26
2021 TT27 TT27 old old old TT22 TT58+26 TT58+26 TT58+26 TT58+26 TT58+26 TT58+26
2022 TT27 TT27 TT27 old old TT22 TT22 TT58+26 TT58+26 TT22 TT58+26 TT58+26
2023 TT27 TT27 TT27 TT27 old TT22 TT22 TT22 TT58+26 TT22 TT22 TT58+26
2024 TT27 TT27 TT27 TT27 TT27 TT22 TT22 TT22 TT22 TT22 TT22 TT22
2026 TT27 TT27 TT27 TT27 TT27 TT22 TT22 TT22 TT22 TT22 TT22 TT22
";

#[test]
fn the_roll_out_is_the_table() {
    let roll_out = RollOut::default();
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let mut words = line.split(' ');
        let year = SchoolYear(words.next().unwrap().parse().unwrap());
        for (grade, word) in (1u8..).zip(words) {
            let expected = match word {
                "old" => Circular::Tt30,
                "TT27" => Circular::Tt27,
                "TT58" => Circular::Tt58,
                "TT58+26" => Circular::Tt58Tt26,
                _ => Circular::Tt22,
            };
            let level = EducationLevel::of_grade(grade).unwrap();
            let found = roll_out.circular(level, grade, year);
            assert_eq!(found, Some(expected), "grade {grade} in {year:?}");
        }
    }
}

#[test]
fn a_grade_of_another_level_has_no_circular() {
    let roll_out = RollOut::default();
    let year = SchoolYear(2025);
    assert_eq!(roll_out.circular(EducationLevel::Primary, 6, year), None);
    assert_eq!(roll_out.circular(EducationLevel::UpperSecondary, 9, year), None);
    assert_eq!(roll_out.circular(EducationLevel::UpperSecondary, 13, year), None);
    assert_eq!(roll_out.circular(EducationLevel::LowerSecondary, 6, SchoolYear(2005)), None);
}

#[test]
fn school_years_are_two_years_in_a_row() {
    assert_eq!(SchoolYear::parse("2025-2026"), Some(SchoolYear(2025)));
    assert_eq!(SchoolYear::parse(" 2025 – 2026 "), Some(SchoolYear(2025)));
    assert_eq!(SchoolYear::parse("2025-2027"), None);
    assert_eq!(SchoolYear::parse("2025"), None);
    assert_eq!(SchoolYear::parse("65535-0"), None);
}
