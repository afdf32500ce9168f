//! The JSON Schema (2020-12) of the records of a form, for programs that enter or read them.
//!
//! What JSON Schema cannot say stands beside it under `x-…` keys: conditions, the code list, the
//! class of personal data.

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::definition::{Catalog, Field, FieldType, Form, Personal};
use crate::format::plain_decimal;
use crate::text::{Locale, Text};

/// Returns the schema of a record of `form` as it is sent and received.
///
/// Decimals are texts with a point (`"7.5"`), so that no reader makes a binary fraction of them.
/// The codes are those that are valid on `day`.
pub fn record_schema(form: &Form, catalog: &Catalog, day: Date, locale: Locale) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in form.fields() {
        let needed = form.is_key(&field.id) || (field.required && field.when.is_none());
        properties.insert(field.id.clone(), property(field, needed, catalog, day, locale));
        if needed && field.compute.is_none() {
            required.push(field.id.as_str());
        }
    }
    for (section, repeat) in form.repeats() {
        let Some(lines) = catalog.forms.get(&repeat.form) else { continue };
        let mut items = record_schema(lines, catalog, day, locale);
        if let (Some(items), Some(needed)) = (items.as_object_mut(), lines.key.last()) {
            items.insert("required".to_owned(), json!([needed]));
        }
        properties.insert(
            section.id.clone(),
            json!({
                "type": "array",
                "title": section.title.get(locale),
                "items": items,
                "minItems": repeat.least,
                "x-form": repeat.form,
            }),
        );
    }
    let checks: Vec<Json> = form
        .checks()
        .map(|(_, check)| {
            json!({
                "id": check.id,
                "that": check.condition.source.text,
                "missing": check.condition.missing.name(),
                "message": check.message.get(locale),
                "severity": check.severity.name(),
            })
        })
        .collect();
    let layout: Vec<Json> = form
        .sections
        .iter()
        .map(|section| {
            let fields: Vec<&str> = section.fields.iter().map(|field| field.id.as_str()).collect();
            json!({ "id": section.id, "title": section.title.get(locale), "fields": fields })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:bieumau:form:{}:{}", form.id, form.version),
        "title": form.title.get(locale),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "x-key": form.key,
        "x-status": form.status.name(),
        "x-sections": layout,
        "x-checks": checks,
    })
}

fn property(field: &Field, needed: bool, catalog: &Catalog, day: Date, locale: Locale) -> Json {
    let mut own = Map::new();
    let words = |text: &Text| Json::from(text.get(locale));
    own.insert("title".to_owned(), words(&field.title));
    if let Some(hint) = &field.hint {
        own.insert("description".to_owned(), words(hint));
    }
    let kind = kind(field, &mut own, catalog, day, locale);
    own.insert("type".to_owned(), if needed { json!(kind) } else { json!([kind, "null"]) });
    if field.compute.is_some() {
        own.insert("readOnly".to_owned(), json!(true));
    }
    let conditions = [
        ("x-when", field.when.as_ref()),
        ("x-compute", field.compute.as_ref()),
        ("x-choice-filter", field.choice_filter.as_ref()),
    ];
    for (name, condition) in conditions {
        if let Some(condition) = condition {
            own.insert(name.to_owned(), json!(condition.source.text));
        }
    }
    if field.personal != Personal::None {
        own.insert("x-personal".to_owned(), json!(field.personal.name()));
    }
    if !needed && let Some(Json::Array(codes)) = own.get_mut("enum") {
        codes.push(Json::Null);
    }
    Json::Object(own)
}

/// Adds what the type of the field says; returns the JSON type.
fn kind(
    field: &Field,
    own: &mut Map<String, Json>,
    catalog: &Catalog,
    day: Date,
    locale: Locale,
) -> &'static str {
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            own.insert(name.to_owned(), value);
        }
    };
    match &field.kind {
        FieldType::Text { max_length, pattern } => {
            put("maxLength", max_length.map(Json::from));
            put("pattern", pattern.as_ref().map(|pattern| json!(format!("^(?:{pattern})$"))));
            "string"
        }
        FieldType::PersonName => "string",
        FieldType::Integer { min, max } => {
            put("minimum", min.map(Json::from));
            put("maximum", max.map(Json::from));
            "integer"
        }
        FieldType::Decimal { scale, min, max } => {
            let digits = match scale {
                0 => "^-?[0-9]+$".to_owned(),
                scale => format!("^-?[0-9]+([.,][0-9]{{1,{scale}}})?$"),
            };
            put("pattern", Some(json!(digits)));
            put("x-scale", Some(json!(scale)));
            put("x-minimum", min.map(|min| json!(plain_decimal(min, *scale))));
            put("x-maximum", max.map(|max| json!(plain_decimal(max, *scale))));
            "string"
        }
        FieldType::Date => {
            put("format", Some(json!("date")));
            "string"
        }
        FieldType::Boolean => "boolean",
        FieldType::Choice { codes } => {
            let list = catalog.code_lists.get(codes);
            let valid = list.into_iter().flat_map(|list| &list.codes);
            let valid: Vec<_> = valid.filter(|code| code.holds_on(day)).collect();
            let names: Map<String, Json> = valid
                .iter()
                .map(|code| (code.code.clone(), json!(code.name.get(locale))))
                .collect();
            put("enum", Some(valid.iter().map(|code| json!(code.code)).collect()));
            put("x-codes", Some(json!(codes)));
            put("x-names", Some(Json::Object(names)));
            "string"
        }
        FieldType::Reference { to } => {
            put("x-to", Some(json!(to)));
            "string"
        }
    }
}
