//! The limits of single values: bounds, lengths, patterns, validity of codes.

use super::{Fields, Finding, Validator, codes, named};
use crate::definition::{Code, Field, FieldType};
use crate::expression::Surroundings;
use crate::format;
use crate::nearest;
use crate::table::Value;
use crate::text::Locale;

impl Validator<'_> {
    /// Judges a value that is there by its own field.
    pub(super) fn limits(&self, field: &Field, value: &Value) -> Option<Finding> {
        match (&field.kind, value) {
            (FieldType::Integer { min, max }, Value::Integer(number)) => {
                bounds(field, *number, *min, *max, i64::to_string)
            }
            (FieldType::Decimal { min, max, scale }, Value::Decimal { units, .. }) => {
                bounds(field, *units, *min, *max, |units| format::decimal(*units, *scale))
            }
            (FieldType::Text { max_length, .. }, Value::Text(text)) => {
                self.text(field, text, *max_length)
            }
            (_, Value::Text(text)) => control_character(field, text),
            _ => None,
        }
    }

    fn text(&self, field: &Field, text: &str, most: Option<usize>) -> Option<Finding> {
        let length = text.chars().count();
        if let Some(most) = most.filter(|most| length > *most) {
            let vi = format!("dài {length} ký tự, nhiều nhất là {most}");
            let en = format!("it has {length} characters, at most {most} are allowed");
            return Some(Finding::error(Some(&field.id), codes::LENGTH, named(field, &vi, &en)));
        }
        let pattern = self.pattern(field)?;
        if pattern.is_match(text) {
            return control_character(field, text);
        }
        let wanted = match &field.kind {
            FieldType::Text { pattern: Some(pattern), .. } => pattern.as_str(),
            _ => "",
        };
        let shown: String = text.chars().take(40).collect();
        let vi = format!("`{shown}` không đúng mẫu `{wanted}`");
        let en = format!("`{shown}` does not match `{wanted}`");
        let finding = Finding::error(Some(&field.id), codes::PATTERN, named(field, &vi, &en));
        // A spreadsheet that takes a code for a number drops the zeros in front.
        let padded = (1..=3).map(|zeros| format!("{}{text}", "0".repeat(zeros)));
        let lost = text.bytes().all(|byte| byte.is_ascii_digit())
            && padded.into_iter().any(|padded| pattern.is_match(&padded));
        Some(if lost {
            finding.help(
                "có lẽ bảng tính đã làm mất số 0 ở đầu",
                "a spreadsheet may have dropped the zeros in front",
            )
        } else {
            finding
        })
    }

    /// Judges a code that was chosen: it must be valid on the day, and pass the choice filter.
    pub(super) fn chosen(&self, field: &Field, text: &str, fields: &Fields) -> Option<Finding> {
        let list = self.list(field)?;
        let day = self.day_of(field, fields);
        let Some(code) = list.find(text, day) else {
            return Some(match list.any(text) {
                Some(code) => not_valid(field, code, day),
                None => {
                    let vi = format!("danh mục không có mã `{text}`");
                    let en = format!("the list has no code `{text}`");
                    let mut finding =
                        Finding::error(Some(&field.id), codes::NO_CODE, named(field, &vi, &en));
                    if text.chars().any(char::is_alphabetic) {
                        let known = list.codes.iter().map(|code| code.code.as_str());
                        finding.diagnostic.help = nearest::help(text, known);
                    }
                    finding
                }
            });
        };
        (!self.may_choose(field, code, fields)).then(|| {
            let offered: Vec<String> = self
                .choices(field, fields)
                .into_iter()
                .take(8)
                .map(|code| format!("{} ({})", code.code, code.name.get(Locale::Vi)))
                .collect();
            let vi = format!("không chọn được `{}` ở đây", code.name.get(Locale::Vi));
            let en = format!("`{}` cannot be chosen here", code.name.get(Locale::En));
            let finding = Finding::error(Some(&field.id), codes::FILTERED, named(field, &vi, &en));
            if offered.is_empty() {
                return finding;
            }
            let offered = offered.join(", ");
            finding.help(format!("có thể chọn: {offered}"), format!("possible: {offered}"))
        })
    }

    /// Returns the codes that `field` may hold in a record with these `fields`, in order.
    pub fn choices(&self, field: &Field, fields: &Fields) -> Vec<&Code> {
        let Some(list) = self.list(field) else { return Vec::new() };
        let day = self.day_of(field, fields);
        let codes = list.codes.iter().filter(|code| code.holds_on(day));
        codes.filter(|code| self.may_choose(field, code, fields)).collect()
    }

    fn may_choose(&self, field: &Field, code: &Code, fields: &Fields) -> bool {
        let Some(filter) = &field.choice_filter else { return true };
        let look_up = |name: &str| fields.get(name);
        let surroundings = Surroundings { field: &look_up, choice: Some(code), today: self.today };
        filter.expression.holds(surroundings).unwrap_or_else(|_| {
            // Nothing can be left out as long as what it depends on is not known.
            let missing =
                |name: &String| fields.get(name).is_none_or(|value| *value == Value::Missing);
            filter.expression.fields().iter().any(missing)
        })
    }
}

fn bounds(
    field: &Field,
    number: i64,
    min: Option<i64>,
    max: Option<i64>,
    shown: impl Fn(&i64) -> String,
) -> Option<Finding> {
    let (vi, en, bound) = match (min, max) {
        (Some(min), _) if number < min => ("nhỏ nhất là", "the least is", min),
        (_, Some(max)) if number > max => ("lớn nhất là", "the greatest is", max),
        _ => return None,
    };
    let (number, bound) = (shown(&number), shown(&bound));
    let vi = format!("{number} vượt giới hạn, {vi} {bound}");
    let en = format!("{number} is out of bounds, {en} {bound}");
    Some(Finding::error(Some(&field.id), codes::BOUNDS, named(field, &vi, &en)))
}

fn control_character(field: &Field, text: &str) -> Option<Finding> {
    let found = text.chars().any(|ch| ch.is_control() && !['\n', '\t'].contains(&ch));
    found.then(|| {
        let (vi, en) = ("có ký tự điều khiển", "it holds a control character");
        Finding::error(Some(&field.id), codes::TYPE, named(field, vi, en))
    })
}

fn not_valid(field: &Field, code: &Code, day: jiff::civil::Date) -> Finding {
    let (name, day_shown) = (&code.name, format::date_short(day));
    let vi = format!("`{}` không có hiệu lực vào ngày {day_shown}", name.get(Locale::Vi));
    let en = format!("`{}` is not valid on {day_shown}", name.get(Locale::En));
    let finding = Finding::error(Some(&field.id), codes::CODE_DAY, named(field, &vi, &en));
    match (code.valid_from, code.valid_to) {
        (Some(from), _) if from > day => {
            let from = format::date_short(from);
            finding.help(format!("có hiệu lực từ {from}"), format!("valid from {from}"))
        }
        (_, Some(to)) => {
            let to = format::date_short(to);
            finding.help(format!("có hiệu lực đến hết {to}"), format!("valid to {to}"))
        }
        _ => finding,
    }
}
