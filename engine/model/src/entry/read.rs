//! Reads what was typed, by the type of the field.
//!
//! Nothing is guessed: what has two meanings is refused. What is mended on the way (the letter Ð of
//! another alphabet, zeros that a spreadsheet dropped from a code) is told.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Fields, Finding, Given, Read, Validator, codes, named};
use crate::definition::{Code, Field, FieldType};
use crate::format::{self, ParseDecimalError};
use crate::nearest;
use crate::table::Value;
use crate::text::{Locale, nfc};

impl Validator<'_> {
    /// Reads what was given for each field.
    pub fn read(&self, given: &BTreeMap<String, Given>) -> Read {
        let mut read = Read::default();
        // Days first: they tell on which day codes must be valid.
        let is_day = |name: &String| {
            self.form.field(name).map(|field| &field.kind) == Some(&FieldType::Date)
        };
        let (days, others): (Vec<_>, Vec<_>) = given.iter().partition(|(name, _)| is_day(name));
        for (name, given) in days.into_iter().chain(others) {
            let Some(field) = self.form.field(name) else {
                read.findings.push(self.unknown(name));
                continue;
            };
            match self.value(field, given, &read.fields, &mut read.findings) {
                Ok(value) => {
                    read.fields.insert(name.clone(), value);
                }
                Err(finding) => read.findings.push(finding),
            }
        }
        read
    }

    fn unknown(&self, name: &str) -> Finding {
        let mut finding = Finding::error(
            Some(name),
            codes::UNKNOWN_FIELD,
            crate::text::Text::both(
                format!("biểu mẫu `{}` không có trường `{name}`", self.form.id),
                format!("form `{}` has no field `{name}`", self.form.id),
            ),
        );
        let known = self.form.fields().map(|field| field.id.as_str());
        finding.diagnostic.help = nearest::help(name, known);
        finding
    }

    fn value(
        &self,
        field: &Field,
        given: &Given,
        fields: &Fields,
        told: &mut Vec<Finding>,
    ) -> Result<Value, Finding> {
        let text = match given {
            Given::Text(text) => clean(text),
            Given::Value(value) => match typed(field, value) {
                Some(Typed::Value(value)) => return Ok(value),
                Some(Typed::Text(text)) => clean(&text),
                None => return Err(wrong_type(field, value)),
            },
        };
        let text = letters(field, text, told);
        if text.is_empty() {
            return Ok(Value::Missing);
        }
        match &field.kind {
            FieldType::Text { .. } | FieldType::PersonName | FieldType::Reference { .. } => {
                Ok(Value::Text(text))
            }
            FieldType::Integer { .. } => number(field, &text, 0).map(Value::Integer),
            FieldType::Decimal { scale, .. } => {
                number(field, &text, *scale).map(|units| Value::Decimal { units, scale: *scale })
            }
            FieldType::Date => date(&text).map(Value::Date).ok_or_else(|| {
                let (vi, en) =
                    (format!("`{text}` không phải một ngày"), format!("`{text}` is not a day"));
                Finding::error(Some(&field.id), codes::DATE, named(field, &vi, &en)).help(
                    "viết ngày/tháng/năm, ví dụ 05/09/2025",
                    "write day/month/year, such as 05/09/2025",
                )
            }),
            FieldType::Boolean => yes_or_no(&text).map(Value::Boolean).ok_or_else(|| {
                let (vi, en) = (
                    format!("`{text}` không phải có hoặc không"),
                    format!("`{text}` is neither yes nor no"),
                );
                Finding::error(Some(&field.id), codes::BOOLEAN, named(field, &vi, &en))
                    .help("viết `có` hoặc `không`", "write `yes` or `no`")
            }),
            FieldType::Choice { .. } => self.code(field, &text, fields, told).map(Value::Text),
        }
    }

    /// Finds a code by itself, or by its name or symbol.
    fn code(
        &self,
        field: &Field,
        text: &str,
        fields: &Fields,
        told: &mut Vec<Finding>,
    ) -> Result<String, Finding> {
        let Some(list) = self.list(field) else { return Ok(text.to_owned()) };
        if list.any(text).is_some() {
            return Ok(text.to_owned());
        }
        let day = self.day_of(field, fields);
        let wanted = folded(text);
        let named_so = |code: &&Code| {
            [Locale::Vi, Locale::En].iter().any(|locale| folded(code.name.get(*locale)) == wanted)
                || code.symbol.as_deref().is_some_and(|symbol| folded(symbol) == wanted)
        };
        let mut found: Vec<&Code> = list.codes.iter().filter(named_so).collect();
        if found.iter().any(|code| code.holds_on(day)) {
            found.retain(|code| code.holds_on(day));
        }
        found.dedup_by(|a, b| a.code == b.code);
        if let [code] = found.as_slice() {
            return Ok(code.code.clone());
        }
        if let Some(code) = without_zeros(list.codes.iter(), text) {
            let (vi, en) = (
                format!("đã hiểu `{text}` là mã `{code}`"),
                format!("`{text}` was taken as the code `{code}`"),
            );
            told.push(Finding::told(Some(&field.id), codes::ZEROS, named(field, &vi, &en)));
            return Ok(code.to_owned());
        }
        let (vi, en) = if found.is_empty() {
            (
                format!("danh mục không có mã hay tên `{text}`"),
                format!("the list has no code or name `{text}`"),
            )
        } else {
            let of: Vec<&str> = found.iter().map(|code| code.code.as_str()).collect();
            let of = of.join(", ");
            (
                format!("`{text}` có thể là nhiều mã: {of}"),
                format!("`{text}` may be several codes: {of}"),
            )
        };
        let mut finding = Finding::error(Some(&field.id), codes::NO_CODE, named(field, &vi, &en));
        // Numbers resemble each other without meaning anything by it.
        if text.chars().any(char::is_alphabetic) {
            let valid = list.codes.iter().filter(|code| code.holds_on(day));
            let known = valid.flat_map(|code| [code.code.as_str(), code.name.get(Locale::Vi)]);
            finding.diagnostic.help = nearest::help(text, known);
        }
        Err(finding)
    }
}

enum Typed {
    Value(Value),
    /// To be read as if it had been typed.
    Text(String),
}

/// Takes a value that has its type already; numbers for texts are written out, as a spreadsheet
/// may have turned a code into a number.
fn typed(field: &Field, value: &Value) -> Option<Typed> {
    let kind = &field.kind;
    let is_text = matches!(
        kind,
        FieldType::Text { .. }
            | FieldType::PersonName
            | FieldType::Choice { .. }
            | FieldType::Reference { .. }
    );
    Some(match (kind, value) {
        (_, Value::Missing) => Typed::Value(Value::Missing),
        (_, Value::Text(text)) => Typed::Text(text.clone()),
        (FieldType::Integer { .. }, Value::Integer(_))
        | (FieldType::Date, Value::Date(_))
        | (FieldType::Boolean, Value::Boolean(_)) => Typed::Value(value.clone()),
        (_, Value::Integer(number)) if is_text || matches!(kind, FieldType::Decimal { .. }) => {
            Typed::Text(number.to_string())
        }
        (FieldType::Boolean, Value::Integer(number @ (0 | 1))) => {
            Typed::Value(Value::Boolean(*number == 1))
        }
        (
            FieldType::Integer { .. } | FieldType::Decimal { .. },
            Value::Decimal { units, scale },
        ) => Typed::Text(format::plain_decimal(*units, *scale)),
        _ => return None,
    })
}

fn wrong_type(field: &Field, value: &Value) -> Finding {
    let (vi, en) = match value {
        Value::Date(_) => ("không nhận một ngày", "it does not take a day"),
        Value::Boolean(_) => ("không nhận có hoặc không", "it does not take yes or no"),
        _ => ("không nhận một số", "it does not take a number"),
    };
    Finding::error(Some(&field.id), codes::TYPE, named(field, vi, en))
}

/// Brings a text into Unicode NFC, line ends to `\n`, and cuts blanks at both ends.
fn clean(text: &str) -> String {
    let blank = |ch: char| ch.is_whitespace() || matches!(ch, '\u{feff}' | '\u{200b}');
    nfc(text.trim_matches(blank)).replace("\r\n", "\n")
}

/// Puts the Vietnamese Đ (U+0110) in place of the Icelandic Ð (U+00D0), which looks the same.
fn letters(field: &Field, text: String, told: &mut Vec<Finding>) -> String {
    if !text.contains(['\u{d0}', '\u{f0}']) {
        return text;
    }
    let (vi, en) = (
        "đã thay chữ Ð (U+00D0) gõ sai bảng mã bằng chữ Đ",
        "the letter Ð (U+00D0) was replaced by Đ",
    );
    told.push(Finding::told(Some(&field.id), codes::LETTER, named(field, vi, en)));
    text.replace('\u{d0}', "\u{110}").replace('\u{f0}', "\u{111}")
}

fn number(field: &Field, text: &str, scale: u8) -> Result<i64, Finding> {
    format::parse_decimal(text, scale).map_err(|error| {
        let (vi, en) = match error {
            ParseDecimalError::NotANumber => {
                (format!("`{text}` không phải số"), format!("`{text}` is not a number"))
            }
            ParseDecimalError::TooPrecise if scale == 0 => {
                (format!("`{text}` phải là số nguyên"), format!("`{text}` must be a whole number"))
            }
            ParseDecimalError::TooPrecise => (
                format!("`{text}` có quá {scale} chữ số sau dấu phẩy"),
                format!("`{text}` has more than {scale} digits behind the comma"),
            ),
            ParseDecimalError::TooLarge => {
                (format!("`{text}` quá lớn"), format!("`{text}` is too large"))
            }
        };
        let finding = Finding::error(Some(&field.id), codes::NUMBER, named(field, &vi, &en));
        if scale == 0 {
            finding.help("ví dụ: 12", "for example 12")
        } else {
            finding.help("ví dụ: 7,5", "for example 7,5")
        }
    })
}

/// Reads `05/09/2025`, `5-9-2025`, `5.9.2025` and `2025-09-05`; years have four digits.
fn date(text: &str) -> Option<Date> {
    if let Some(date) = format::parse_date(text) {
        return Some(date);
    }
    let sign = text.chars().find(|ch| matches!(ch, '/' | '-' | '.'))?;
    let parts: Vec<&str> = text.split(sign).map(str::trim).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let digits = |part: &str, most: usize| {
        (!part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<i16>().ok())
            .flatten()
    };
    let year = digits(year, 4).filter(|year| *year >= 1000)?;
    let month = i8::try_from(digits(month, 2)?).ok()?;
    Date::new(year, month, i8::try_from(digits(day, 2)?).ok()?).ok()
}

fn yes_or_no(text: &str) -> Option<bool> {
    match folded(text).as_str() {
        "có" | "x" | "đúng" | "yes" | "true" | "1" | "✓" | "✔" => Some(true),
        "không" | "sai" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// What two names have in common that differ only in case and blanks.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Finds the one code of digits that is `text` with zeros in front.
fn without_zeros<'c>(codes: impl Iterator<Item = &'c Code>, text: &str) -> Option<&'c str> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(text) || text.starts_with('0') {
        return None;
    }
    let mut found: Vec<&str> = codes
        .map(|code| code.code.as_str())
        .filter(|code| is_digits(code) && code.starts_with('0'))
        .filter(|code| code.trim_start_matches('0') == text)
        .collect();
    found.dedup();
    if let [code] = found.as_slice() { Some(code) } else { None }
}
