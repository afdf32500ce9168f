//! Numbers with dots between thousands and a decimal comma (regulations 4.7).

/// Why a text is no decimal of the asked scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// Other characters than digits, a sign in front and one comma or point.
    #[error("not a decimal number")]
    NotANumber,
    /// More digits behind the comma than the scale has, other than zeros.
    #[error("too many digits behind the comma")]
    TooPrecise,
    /// Outside of what can be stored.
    #[error("too large")]
    TooLarge,
}

/// Writes a whole number with dots between thousands: `1.234.567`.
pub fn integer(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        written.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push('.');
        }
        written.push(digit);
    }
    written
}

/// Writes `units * 10^-scale` with exactly `scale` digits behind a comma: `1.234,5`, `8,0`.
pub fn decimal(units: i64, scale: u8) -> String {
    let (sign, whole, fraction) = split(units, scale);
    let whole = integer(whole);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole},{fraction}") }
}

/// Writes `units * 10^-scale` as data have it, with a point and no thousands: `1234.5`, `8.0`.
pub fn plain_decimal(units: i64, scale: u8) -> String {
    let (sign, whole, fraction) = split(units, scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Writes the number of a document in its book: at least two digits (`07`, `12`, `314`).
pub fn document_number(number: u32) -> String {
    format!("{number:02}")
}

/// Reads a decimal into units of `10^-scale`; comma and point are the same, thousands are not
/// grouped, and zeros behind the last digit of the scale do no harm.
///
/// `1.234` is refused for scale 1 rather than guessed to be a thousand.
pub fn parse_decimal(text: &str, scale: u8) -> Result<i64, ParseDecimalError> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match unsigned.find([',', '.']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || fraction.is_some_and(|part| !is_digits(part)) {
        return Err(ParseDecimalError::NotANumber);
    }
    let scale = usize::from(scale);
    let fraction = fraction.unwrap_or_default();
    let (kept, rest) = fraction.split_at(fraction.len().min(scale));
    if rest.bytes().any(|digit| digit != b'0') {
        return Err(ParseDecimalError::TooPrecise);
    }
    let mut units: i64 = 0;
    let padding = std::iter::repeat_n(b'0', scale - kept.len());
    for digit in whole.bytes().chain(kept.bytes()).chain(padding) {
        units = units
            .checked_mul(10)
            .and_then(|units| units.checked_add(i64::from(digit - b'0')))
            .ok_or(ParseDecimalError::TooLarge)?;
    }
    Ok(if negative { -units } else { units })
}

/// Cuts `units` into sign, whole part and the digits behind the comma.
fn split(units: i64, scale: u8) -> (&'static str, i64, String) {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    // i64::MIN with scale 0 is the one whole part that does not fit; no mark or count reaches it.
    (sign, whole.parse().unwrap_or(i64::MAX), fraction.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_get_dots() {
        assert_eq!(integer(3417), "3.417");
        assert_eq!(integer(0), "0");
        assert_eq!(integer(999), "999");
        assert_eq!(integer(-1_234_567), "-1.234.567");
    }

    #[test]
    fn decimals_get_a_comma_and_every_digit_of_the_scale() {
        assert_eq!(decimal(12_345_678, 1), "1.234.567,8");
        assert_eq!(decimal(75, 1), "7,5");
        assert_eq!(decimal(80, 1), "8,0");
        assert_eq!(decimal(5, 2), "0,05");
        assert_eq!(decimal(-5, 1), "-0,5");
        assert_eq!(decimal(8, 0), "8");
    }

    #[test]
    fn data_get_a_point() {
        assert_eq!(plain_decimal(75, 1), "7.5");
        assert_eq!(plain_decimal(12_345, 1), "1234.5");
    }

    #[test]
    fn numbers_of_documents_have_two_digits_or_more() {
        assert_eq!([7, 12, 314].map(document_number), ["07", "12", "314"]);
    }

    #[test]
    fn comma_and_point_are_the_same() {
        assert_eq!(parse_decimal("7,5", 1), Ok(75));
        assert_eq!(parse_decimal("7.5", 1), Ok(75));
        assert_eq!(parse_decimal("8", 1), Ok(80));
        assert_eq!(parse_decimal("7.50", 1), Ok(75));
        assert_eq!(parse_decimal("-0,5", 2), Ok(-50));
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(parse_decimal("1.234", 1), Err(ParseDecimalError::TooPrecise));
        for wrong in ["", "7,", ",5", "7,5,0", "1.234,5", " 7", "7e1", "+7", "bảy", "--1"] {
            assert_eq!(parse_decimal(wrong, 1), Err(ParseDecimalError::NotANumber), "{wrong}");
        }
        assert_eq!(parse_decimal("99999999999999999999", 1), Err(ParseDecimalError::TooLarge));
    }
}
