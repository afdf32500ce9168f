//! Values of records as JSON, and back: decimals are texts with a point, days ISO texts.

use std::collections::BTreeMap;

use bieumau_model::definition::{Field, FieldType, Form};
use bieumau_model::entry::Given;
use bieumau_model::format;
use bieumau_model::table::Value;
use serde_json::{Map, Value as Json};

use crate::problem::{Problem, ProblemKind};

/// Writes a value as the API has it.
pub fn value_json(value: &Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Decimal { units, scale } => Json::from(format::plain_decimal(*units, *scale)),
        Value::Date(date) => Json::from(format::date_iso(*date)),
        Value::Boolean(flag) => Json::from(*flag),
    }
}

/// Writes a value as a person reads it: decimal comma, day/month/year.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal { units, scale } => format::decimal(*units, *scale),
        Value::Date(date) => format::date_short(*date),
        Value::Boolean(true) => "có".to_owned(),
        Value::Boolean(false) => "không".to_owned(),
    }
}

/// Takes the fields of a JSON object. Texts are read as if they had been typed; numbers by their
/// digits, never as binary fractions.
pub fn given_fields(object: &Map<String, Json>) -> Result<BTreeMap<String, Given>, Problem> {
    let mut given = BTreeMap::new();
    for (name, value) in object {
        let value = match value {
            Json::Null => Given::Value(Value::Missing),
            Json::Bool(flag) => Given::Value(Value::Boolean(*flag)),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Given::Value(Value::Integer(number)),
                // The shortest way to write it gives back the digits that were sent.
                None => Given::Text(number.to_string()),
            },
            Json::String(text) => Given::Text(text.clone()),
            Json::Array(_) | Json::Object(_) => {
                return Err(Problem::new(
                    ProblemKind::BadInput,
                    "J128",
                    format!("Trường `{name}` phải là một giá trị"),
                    format!("the field `{name}` must be one value"),
                )
                .at(format!("/fields/{name}")));
            }
        };
        given.insert(name.clone(), value);
    }
    Ok(given)
}

/// Reads what the store kept of a field (decimals in units, booleans as 0 and 1) as a value.
pub(super) fn kept_value(kind: Option<&Kept>, kept: &Json) -> Value {
    match (kind, kept) {
        (_, Json::Null) => Value::Missing,
        (Some(Kept::Decimal(scale)), Json::Number(number)) => {
            number.as_i64().map_or(Value::Missing, |units| Value::Decimal { units, scale: *scale })
        }
        (Some(Kept::Boolean), Json::Number(number)) => Value::Boolean(number.as_i64() == Some(1)),
        (Some(Kept::Date), Json::String(text)) => {
            format::parse_date(text).map_or_else(|| Value::Text(text.clone()), Value::Date)
        }
        (_, Json::Number(number)) => number.as_i64().map_or(Value::Missing, Value::Integer),
        (_, Json::String(text)) => Value::Text(text.clone()),
        (_, other) => Value::Text(other.to_string()),
    }
}

/// How a field was kept, by the definition of its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Plain,
    Decimal(u8),
    Date,
    Boolean,
}

impl Kept {
    pub(super) fn of(field: &Field) -> Self {
        match field.kind {
            FieldType::Decimal { scale, .. } => Self::Decimal(scale),
            FieldType::Date => Self::Date,
            FieldType::Boolean => Self::Boolean,
            _ => Self::Plain,
        }
    }

    /// Reads the kinds of all fields out of a whole definition.
    pub(super) fn all(definition: &Json) -> BTreeMap<String, Self> {
        let sections = definition["sections"].as_array().into_iter().flatten();
        let fields =
            sections.flat_map(|section| section["fields"].as_array().into_iter().flatten());
        fields
            .filter_map(|field| {
                let kind = match field["type"].as_str()? {
                    "decimal" => Self::Decimal(u8::try_from(field["scale"].as_u64()?).ok()?),
                    "date" => Self::Date,
                    "boolean" => Self::Boolean,
                    _ => Self::Plain,
                };
                Some((field["id"].as_str()?.to_owned(), kind))
            })
            .collect()
    }
}

/// Writes a key as one part of an address: values joined by commas, `~1` for a comma inside a
/// value, `~0` for `~`.
pub fn key_text(key: &[Value]) -> String {
    let part = |value: &Value| match value_json(value) {
        Json::String(text) => text.replace('~', "~0").replace(',', "~1"),
        other => other.to_string(),
    };
    key.iter().map(part).collect::<Vec<_>>().join(",")
}

/// Reads a key that [`key_text`] wrote, as what was given for the key fields of `form`.
pub(super) fn key_given(form: &Form, text: &str) -> Option<BTreeMap<String, Given>> {
    let parts: Vec<String> =
        text.split(',').map(|part| part.replace("~1", ",").replace("~0", "~")).collect();
    (parts.len() == form.key.len())
        .then(|| form.key.iter().cloned().zip(parts.into_iter().map(Given::Text)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_an_address() {
        let key = [Value::Text("a,b~c".to_owned()), Value::Integer(2025)];
        assert_eq!(key_text(&key), "a~1b~0c,2025");
    }

    #[test]
    fn numbers_of_json_keep_their_digits() {
        let object: Json = serde_json::from_str(r#"{"a": 7.5, "b": 8, "c": null}"#).unwrap();
        let given = given_fields(object.as_object().unwrap()).unwrap();
        assert_eq!(given["a"], Given::Text("7.5".to_owned()));
        assert_eq!(given["b"], Given::Value(Value::Integer(8)));
        assert_eq!(given["c"], Given::Value(Value::Missing));
    }
}
