//! Numbers in words (regulations 8.5).

/// How numbers are read aloud where the country reads them in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// `lẻ` (south) in place of `linh` (north) for a zero among the tens.
    pub southern_zero: bool,
    /// `ngàn` (south) in place of `nghìn` (north).
    pub southern_thousand: bool,
    /// `bốn` in place of `tư` for a 4 behind `hai mươi` and above.
    pub plain_four: bool,
    /// `Tám phẩy không` in place of `Tám` for 8,0.
    pub trailing_zero: bool,
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Reads a whole number: `2026` is `hai nghìn không trăm hai mươi sáu`.
pub fn integer_in_words(number: i64, reading: Reading) -> String {
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let mut words = Vec::new();
    if number < 0 {
        words.push("âm");
    }
    read(number.unsigned_abs(), reading, &mut words);
    words.join(" ")
}

/// Reads a score of `units * 10^-scale`, with a capital first letter: `Bảy phẩy năm`.
pub fn score_in_words(units: i64, scale: u8, reading: Reading) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let shown = if reading.trailing_zero { fraction } else { fraction.trim_end_matches('0') };
    let mut words = Vec::new();
    if units < 0 {
        words.push("âm");
    }
    match whole.parse() {
        Ok(0) | Err(_) => words.push(DIGITS[0]),
        Ok(whole) => read(whole, reading, &mut words),
    }
    if !shown.is_empty() {
        words.push("phẩy");
        read_fraction(shown, reading, &mut words);
    }
    capitalised(&words.join(" "))
}

/// Reads the digits behind the comma: as a number when that keeps every digit, else one by one.
fn read_fraction(digits: &str, reading: Reading, words: &mut Vec<&'static str>) {
    match digits.parse() {
        Ok(number) if digits.len() == 2 && !digits.starts_with('0') => read(number, reading, words),
        _ => words.extend(digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')])),
    }
}

/// Reads `number`, which is not zero, by thousands, millions and thousand millions (`tỷ`).
fn read(number: u64, reading: Reading, words: &mut Vec<&'static str>) {
    let thousand = if reading.southern_thousand { "ngàn" } else { "nghìn" };
    let billions = number / 1_000_000_000;
    if billions > 0 {
        read(billions, reading, words);
        words.push("tỷ");
    }
    let mut begun = billions > 0;
    for (unit, name) in [(1_000_000, "triệu"), (1_000, thousand), (1, "")] {
        let group = number / unit % 1_000;
        if group > 0 {
            read_group(group, begun, reading, words);
            if !name.is_empty() {
                words.push(name);
            }
            begun = true;
        }
    }
}

/// Reads 1 to 999; behind a higher group (`begun`) the hundreds are read even when they are zero.
fn read_group(group: u64, begun: bool, reading: Reading, words: &mut Vec<&'static str>) {
    let [hundreds, tens, ones] = [group / 100, group / 10 % 10, group % 10].map(digit_index);
    if hundreds > 0 || begun {
        words.extend([DIGITS[hundreds], "trăm"]);
    }
    match tens {
        0 if ones > 0 && (hundreds > 0 || begun) => {
            words.push(if reading.southern_zero { "lẻ" } else { "linh" });
        }
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([DIGITS[tens], "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) if !reading.plain_four => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(DIGITS[ones]),
    }
}

fn digit_index(digit: u64) -> usize {
    usize::try_from(digit).unwrap_or_default()
}

fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_integers(pairs: &[(i64, &str)]) {
        for (number, words) in pairs {
            assert_eq!(integer_in_words(*number, Reading::default()), *words, "{number}");
        }
    }

    fn check_scores(pairs: &[(i64, u8, &str)]) {
        for (units, scale, words) in pairs {
            let given = score_in_words(*units, *scale, Reading::default());
            assert_eq!(given, *words, "{units} scale {scale}");
        }
    }

    #[test]
    fn fours_fives_and_ones_change_behind_the_tens() {
        check_integers(&[
            (4, "bốn"),
            (14, "mười bốn"),
            (24, "hai mươi tư"),
            (44, "bốn mươi tư"),
            (5, "năm"),
            (15, "mười lăm"),
            (25, "hai mươi lăm"),
            (105, "một trăm linh năm"),
            (11, "mười một"),
            (21, "hai mươi mốt"),
            (31, "ba mươi mốt"),
            (101, "một trăm linh một"),
        ]);
    }

    #[test]
    fn round_numbers_are_short() {
        check_integers(&[
            (0, "không"),
            (10, "mười"),
            (20, "hai mươi"),
            (100, "một trăm"),
            (110, "một trăm mười"),
            (200, "hai trăm"),
            (1000, "một nghìn"),
            (10_000, "mười nghìn"),
            (1_000_000, "một triệu"),
            (1_000_000_000, "một tỷ"),
        ]);
    }

    #[test]
    fn empty_hundreds_are_read_behind_a_higher_group() {
        check_integers(&[
            (1005, "một nghìn không trăm linh năm"),
            (1010, "một nghìn không trăm mười"),
            (2026, "hai nghìn không trăm hai mươi sáu"),
            (3417, "ba nghìn bốn trăm mười bảy"),
            (21_005, "hai mươi mốt nghìn không trăm linh năm"),
            (1_000_001, "một triệu không trăm linh một"),
            (-7, "âm bảy"),
        ]);
    }

    #[test]
    fn scores_begin_with_a_capital() {
        check_scores(&[
            (75, 1, "Bảy phẩy năm"),
            (5, 0, "Năm"),
            (55, 1, "Năm phẩy năm"),
            (10, 0, "Mười"),
            (100, 1, "Mười"),
            (0, 0, "Không"),
            (5, 1, "Không phẩy năm"),
        ]);
    }

    #[test]
    fn two_digits_behind_the_comma_are_a_number_unless_the_first_is_zero() {
        check_scores(&[(725, 2, "Bảy phẩy hai mươi lăm"), (705, 2, "Bảy phẩy không năm")]);
    }

    #[test]
    fn a_trailing_zero_is_read_only_when_asked() {
        check_scores(&[(80, 1, "Tám")]);
        let long = Reading { trailing_zero: true, ..Reading::default() };
        assert_eq!(score_in_words(80, 1, long), "Tám phẩy không");
    }

    #[test]
    fn the_south_reads_otherwise() {
        let south = Reading { southern_zero: true, southern_thousand: true, ..Reading::default() };
        assert_eq!(integer_in_words(1005, south), "một ngàn không trăm lẻ năm");
        let plain = Reading { plain_four: true, ..Reading::default() };
        assert_eq!(integer_in_words(24, plain), "hai mươi bốn");
    }
}
