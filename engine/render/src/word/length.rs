//! Lengths of a style sheet in twips, the twentieth parts of a point in which Word counts.

/// Reads `12pt`, `1cm`, `6mm`, `2px`, `0.9em` (of `em` twips), `40%` (of `whole` twips) or `0`.
pub(super) fn twips(text: &str, em: i32, whole: i32) -> Option<i32> {
    let text = text.trim();
    if !text.starts_with(|letter: char| letter.is_ascii_digit() || ".-".contains(letter)) {
        return None;
    }
    let at = text.find(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
    let (number, unit) = text.split_at(at.unwrap_or(text.len()));
    let thousandths = thousandths(number)?;
    // Twips of a thousand units.
    let per_thousand = match unit {
        "pt" => 20_000,
        "px" => 15_000,
        "mm" => 56_693,
        "cm" => 566_929,
        "in" => 1_440_000,
        "em" | "rem" => i64::from(em) * 1000,
        "%" => i64::from(whole) * 10,
        "" if thousandths == 0 => 0,
        _ => return None,
    };
    i32::try_from(thousandths * per_thousand / 1_000_000).ok()
}

/// Reads a decimal number in thousandths.
pub(super) fn thousandths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let fraction: i64 = fraction.parse().ok()?;
    Some(sign * (whole * 1000 + fraction))
}

/// About how wide `text` is in letters of `size` twips, in the proportions of Times.
pub(super) fn text_width(text: &str, size: i32, bold: bool) -> i32 {
    let hundredths: i32 = text
        .chars()
        .map(|letter| match letter {
            ' ' | '.' | ',' | ':' | ';' | '\'' | '-' | 'i' | 'j' | 'l' | 't' | '/' => 29,
            'm' | 'w' | 'M' | 'W' => 86,
            letter if letter.is_uppercase() => 70,
            _ => 49,
        })
        .sum();
    let heavier = if bold { hundredths / 20 } else { 0 };
    (hundredths + heavier).saturating_mul(size) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_unit_are_read() {
        let read = |text| twips(text, 240, 9000);
        assert_eq!(read("12pt"), Some(240));
        assert_eq!(read("1cm"), Some(566));
        assert_eq!(read("25.4mm"), Some(1440));
        assert_eq!(read("2px"), Some(30));
        assert_eq!(read("0.5em"), Some(120));
        assert_eq!(read("40%"), Some(3600));
        assert_eq!(read("-1mm"), Some(-56));
        assert_eq!(read("0"), Some(0));
    }

    #[test]
    fn what_is_no_length_is_none() {
        for text in ["auto", "", "12", "1vw", "calc(1pt + 2pt)"] {
            assert_eq!(twips(text, 240, 9000), None, "{text}");
        }
    }
}
