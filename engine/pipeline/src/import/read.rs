//! Reads one cell as what its field holds, the way people and their programs write it: decimal dots,
//! serial days beside written ones, numbers as text, codes without their zero, Đ with a look-alike.

use bieumau_model::definition::{Field, FieldType};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::format::parse_decimal;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text, nfc};
use jiff::civil::Date;

use super::book::{Content, day_of};
use super::letters::{folded, is_in_capitals, mend, tidy};
use crate::entry_table::{Labels, typed};

/// A number lost the zero in front of it.
const LOST_ZERO: &str = "J263";
/// The cell cannot be read as what the field holds.
const UNREADABLE: &str = "J265";
/// A formula without a value, or with an error.
const FORMULA: &str = "J269";
/// A name in capitals.
const CAPITALS: &str = "J272";

/// What a cell says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// The value, or the text as it stands when it is no value of the field: then the validator
    /// that every entry passes says what is wrong with it.
    pub entered: Entered,
    /// As a person would type it.
    pub shown: String,
    /// What to tell about the cell.
    pub findings: Vec<Diagnostic>,
}

/// What was entered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Entered {
    Value(Value),
    Text(String),
}

/// Reads a cell; `Err` when it cannot be handed on at all.
pub(crate) fn read(
    content: &Content,
    field: &Field,
    labels: Option<&Labels>,
    from_1904: bool,
) -> Result<Reading, Diagnostic> {
    if let Content::Error(_) | Content::Uncomputed = content {
        return Err(formula(content));
    }
    let mut findings = Vec::new();
    let text = plain(content);
    let entered = match &field.kind {
        FieldType::Text { pattern, .. } => {
            if let Content::Date(_) = content {
                return Err(became_a_day(&text));
            }
            lost_zero(&text, pattern.as_deref())?;
            // As it stands: mending it is for the validator, which tells that it did.
            Entered::Text(nfc(&text).into_owned())
        }
        FieldType::PersonName => {
            if is_in_capitals(&text) {
                findings.push(in_capitals(&text));
            }
            Entered::Text(tidy(&text))
        }
        FieldType::Reference { .. } => Entered::Text(tidy(&text)),
        FieldType::Integer { .. } => whole(&text),
        FieldType::Decimal { scale, .. } => decimal(&text, *scale),
        FieldType::Date => day(content, &text, from_1904),
        FieldType::Boolean => yes_or_no(content, &text),
        FieldType::Choice { .. } => code(&text, labels),
    };
    let shown = match &entered {
        Entered::Value(value) => typed(value, labels),
        Entered::Text(text) => mend(text),
    };
    Ok(Reading { entered, shown, findings })
}

/// Returns what a cell shows.
pub(crate) fn plain(content: &Content) -> String {
    match content {
        // Some programs put an apostrophe before numbers that are meant as text.
        Content::Text(text) => text.trim().trim_start_matches('\'').to_owned(),
        Content::Number(text) | Content::Error(text) => text.clone(),
        Content::Date(date) => bieumau_model::format::date_short(*date),
        Content::Boolean(true) => "TRUE".to_owned(),
        Content::Boolean(false) => "FALSE".to_owned(),
        Content::Uncomputed => String::new(),
    }
}

fn whole(text: &str) -> Entered {
    let tidied = tidy(text);
    let digits = match tidied.split_once(['.', ',']) {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => &tidied,
    };
    match digits.parse() {
        Ok(number) => Entered::Value(Value::Integer(number)),
        Err(_) => Entered::Text(tidied),
    }
}

fn decimal(text: &str, scale: u8) -> Entered {
    let tidied = tidy(text);
    match parse_decimal(&tidied, scale) {
        Ok(units) => Entered::Value(Value::Decimal { units, scale }),
        Err(_) => Entered::Text(tidied),
    }
}

fn day(content: &Content, text: &str, from_1904: bool) -> Entered {
    let found = match content {
        Content::Date(date) => Some(*date),
        // A day whose cell lost its look is a bare number of days.
        Content::Number(serial) => day_of(serial, from_1904).filter(|date| date.year() > 1901),
        _ => written_day(text),
    };
    found.map_or_else(|| Entered::Text(tidy(text)), |date| Entered::Value(Value::Date(date)))
}

/// Reads `05/09/2012`, `5-9-2012`, `5.9.2012`, `2012-09-05`, `ngày 05 tháng 9 năm 2012`. The day
/// comes before the month; years have four digits.
pub(crate) fn written_day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (day, month, year) = match (first.len(), third.len()) {
        (4, 1..=2) => (third, second, first),
        (1..=2, 4) => (first, second, third),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn yes_or_no(content: &Content, text: &str) -> Entered {
    if let Content::Boolean(flag) = content {
        return Entered::Value(Value::Boolean(*flag));
    }
    match folded(text).as_str() {
        "x" | "có" | "1" | "true" | "yes" | "đúng" => Entered::Value(Value::Boolean(true)),
        "không" | "0" | "false" | "no" | "sai" => Entered::Value(Value::Boolean(false)),
        _ => Entered::Text(tidy(text)),
    }
}

/// Finds a code by itself, its symbol or its name; `1` is `01` where the list has two digits.
fn code(text: &str, labels: Option<&Labels>) -> Entered {
    let wanted = folded(text);
    let entries = labels.map(|labels| labels.entries.as_slice()).unwrap_or_default();
    let exact = entries.iter().find(|entry| {
        [&entry.code, &entry.label, &entry.name].into_iter().any(|known| folded(known) == wanted)
    });
    let padded = || {
        let digits = wanted.bytes().all(|byte| byte.is_ascii_digit());
        entries.iter().find(|entry| {
            digits && entry.code.trim_start_matches('0') == wanted && !wanted.is_empty()
        })
    };
    match exact.or_else(padded) {
        Some(entry) => Entered::Value(Value::Text(entry.code.clone())),
        None => Entered::Text(tidy(text)),
    }
}

/// Flags 9 of 10 and 11 of 12 digits: the program took the code for a number.
pub(crate) fn lost_zero(text: &str, pattern: Option<&str>) -> Result<(), Diagnostic> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let expects = |count: &str| pattern.is_some_and(|pattern| pattern.contains(count));
    let lost = is_digits
        && match text.len() {
            9 => expects("[0-9]{10}"),
            11 => expects("[0-9]{12}"),
            _ => false,
        };
    if !lost {
        return Ok(());
    }
    Err(Diagnostic::error(
        LOST_ZERO,
        Text::both(
            format!("`{text}` có {} chữ số: đã mất số 0 đứng đầu", text.len()),
            format!("`{text}` has {} digits: the zero in front was lost", text.len()),
        ),
    )
    .help(Text::both(
        format!("Có phải `0{text}` không? Định dạng ô là Văn bản rồi nhập lại"),
        format!("is it `0{text}`? set the cell to Text and enter it again"),
    )))
}

fn formula(content: &Content) -> Diagnostic {
    let (vi, en) = match content {
        Content::Error(error) => (
            format!("Công thức trong ô báo lỗi {error}"),
            format!("the formula of the cell gives the error {error}"),
        ),
        _ => (
            "Công thức trong ô chưa có kết quả được lưu".to_owned(),
            "the formula of the cell has no stored result".to_owned(),
        ),
    };
    Diagnostic::error(FORMULA, Text::both(vi, en)).help(Text::both(
        "Mở bằng Excel, sao chép ô rồi dán dạng giá trị, và lưu lại",
        "open it in Excel, copy the cell, paste it as a value, and save",
    ))
}

fn became_a_day(text: &str) -> Diagnostic {
    Diagnostic::error(
        UNREADABLE,
        Text::both(
            format!("Chương trình bảng tính đã đổi nội dung của ô thành ngày {text}"),
            format!("the spreadsheet program turned the cell into the day {text}"),
        ),
    )
    .help(Text::both(
        "Định dạng ô là Văn bản rồi nhập lại",
        "set the cell to Text and enter it again",
    ))
}

fn in_capitals(name: &str) -> Diagnostic {
    Diagnostic::warning(
        CAPITALS,
        Text::both(
            format!("Tên `{}` viết toàn chữ in hoa", tidy(name)),
            format!("the name `{}` is written in capitals only", tidy(name)),
        ),
    )
    .help(Text::both(
        "Tên được ghi đúng như trong tệp; viết lại như giấy khai sinh nếu cần",
        "names are kept as they stand; write it as on the birth certificate if needed",
    ))
}

/// Says that an entry is none of what the field takes, for cells that are only compared.
pub(crate) fn unreadable(field: &Text, text: &str) -> Diagnostic {
    Diagnostic::error(
        UNREADABLE,
        Text::both(
            format!("{}: không đọc được `{text}`", field.get(Locale::Vi)),
            format!("{}: `{text}` cannot be read", field.get(Locale::En)),
        ),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_read_in_every_spelling_that_is_not_ambiguous() {
        for text in ["05/09/2012", "5-9-2012", "5.9.2012", "2012-09-05", "ngày 05 tháng 9 năm 2012"]
        {
            assert_eq!(written_day(text), Some(date(2012, 9, 5)), "{text}");
        }
        for text in ["05/09/12", "09/2012", "31/02/2012", "5/9", "hôm qua", "2012"] {
            assert_eq!(written_day(text), None, "{text}");
        }
    }

    #[test]
    fn nine_of_ten_and_eleven_of_twelve_digits_are_flagged() {
        let pupil = Some("[0-9]{10}|TAM-.+");
        assert_eq!(lost_zero("310000001", pupil).unwrap_err().code, LOST_ZERO);
        assert_eq!(lost_zero("31200012345", Some("[0-9]{12}")).unwrap_err().code, LOST_ZERO);
        assert!(lost_zero("3100000012", pupil).is_ok());
        assert!(lost_zero("310000001", None).is_ok());
    }

    #[test]
    fn dots_and_commas_are_the_same_and_nothing_is_guessed() {
        let value = |units| Entered::Value(Value::Decimal { units, scale: 1 });
        assert_eq!(decimal("7.5", 1), value(75));
        assert_eq!(decimal(" 7,50 ", 1), value(75));
        assert_eq!(decimal("7,25", 1), Entered::Text("7,25".to_owned()));
        assert_eq!(decimal("75", 1), value(750));
        assert_eq!(whole("8.0"), Entered::Value(Value::Integer(8)));
        assert_eq!(whole("8,5"), Entered::Text("8,5".to_owned()));
    }
}
