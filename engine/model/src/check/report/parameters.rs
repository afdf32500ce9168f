//! Checks the parameters of a report.

use super::super::Sink;
use super::super::form::{needs, not_for_type};
use super::super::words::{self, repeats, twice};
use super::super::world::World;
use crate::codes;
use indexmap::IndexMap;

use crate::definition::{FieldType, Form, Parameter, ParameterType, Report};
use crate::format::parse_date;
use crate::raw::{Id, RawParameter, RawParameterType};
use crate::text::nfc;
use crate::yaml::At;

pub(super) fn parameters(
    raw: Vec<RawParameter>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Vec<Parameter> {
    repeats(raw.iter().map(|parameter| parameter.id.0.as_str()), |position, name| {
        sink.push(twice(at.item(position).get("id").span(), words::PARAMETER, name));
    });
    let raw = raw.into_iter().enumerate();
    raw.map(|(position, raw)| parameter(raw, at.item(position), sink)).collect()
}

fn parameter(raw: RawParameter, at: At<'_>, sink: &mut Sink<'_>) -> Parameter {
    const KEYS: [&str; 4] = ["to", "where", "codes", "only"];
    let (name, fitting, needed): (&str, &[&str], Option<&str>) = match raw.kind {
        RawParameterType::Text => ("text", &[], None),
        RawParameterType::Integer => ("integer", &[], None),
        RawParameterType::Date => ("date", &[], None),
        RawParameterType::SchoolYear => ("school_year", &[], None),
        RawParameterType::Choice => ("choice", &["codes", "only"], Some("codes")),
        RawParameterType::Reference => ("reference", &["to", "where"], Some("to")),
    };
    for key in KEYS {
        if at.node.get(key).is_some() && !fitting.contains(&key) {
            not_for_type(key, name, at, sink);
        }
    }
    needs(needed, name, at, sink);
    let id = |id: Option<Id>| id.map_or_else(String::new, |id| id.0);
    let kind = match raw.kind {
        RawParameterType::Text => ParameterType::Text,
        RawParameterType::Integer => ParameterType::Integer,
        RawParameterType::Date => ParameterType::Date,
        RawParameterType::SchoolYear => ParameterType::SchoolYear,
        RawParameterType::Choice => ParameterType::Choice { codes: id(raw.codes), only: raw.only },
        RawParameterType::Reference => ParameterType::Reference {
            to: id(raw.to),
            only: raw.only_where.into_iter().map(|(field, value)| (field.0, value)).collect(),
        },
    };
    let default = at.node.get("default").and_then(|default| default.text());
    let default = default.map(|text| nfc(text).into_owned());
    if let Some(text) = &default {
        default_fits(text, &kind, at.get("default"), sink);
    }
    Parameter { id: raw.id.0, title: raw.title, kind, required: raw.required, default }
}

/// Reports a default that its own type does not take; codes are looked up later.
fn default_fits(text: &str, kind: &ParameterType, at: At<'_>, sink: &mut Sink<'_>) {
    let (fits, vi, en) = match kind {
        ParameterType::Integer => (text.parse::<i64>().is_ok(), "một số nguyên", "a whole number"),
        ParameterType::SchoolYear => (
            text.parse().is_ok_and(|year: i64| (1900..=2200).contains(&year)),
            "năm dương lịch đầu của năm học, ví dụ 2025",
            "the first calendar year of a school year, such as 2025",
        ),
        ParameterType::Date => (
            parse_date(text).is_some(),
            "một ngày dạng \"2025-09-05\"",
            "a day such as \"2025-09-05\"",
        ),
        ParameterType::Choice { only, .. } => (
            only.is_empty() || only.iter().any(|code| code == text),
            "một mã trong `only`",
            "one of the codes in `only`",
        ),
        ParameterType::Text | ParameterType::Reference { .. } => (true, "", ""),
    };
    if !fits {
        sink.error(
            codes::BAD_VALUE,
            at.span(),
            format!("giá trị mặc định `{text}` phải là {vi}"),
            format!("the default `{text}` must be {en}"),
        );
    }
}

pub(super) fn references(report: &Report, at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    for (position, parameter) in report.parameters.iter().enumerate() {
        let at = at.item(position);
        match &parameter.kind {
            ParameterType::Reference { to, only } => {
                if let Some(form) = world.form(to, at.get("to"), sink) {
                    conditions(form, only, at.get("where"), world, sink);
                }
            }
            ParameterType::Choice { codes, only } => {
                world.code_list(codes, at.get("codes"), sink);
                for (position, code) in only.iter().enumerate() {
                    world.code(codes, code, at.get("only").item(position), sink);
                }
                if let Some(code) = parameter.default.as_ref().filter(|_| only.is_empty()) {
                    world.code(codes, code, at.get("default"), sink);
                }
            }
            _ => {}
        }
    }
}

/// Checks the fields and codes that a chosen record must have.
fn conditions(
    form: &Form,
    only: &IndexMap<String, String>,
    at: At<'_>,
    world: &World<'_>,
    sink: &mut Sink<'_>,
) {
    for (name, value) in only {
        let at = at.get(name);
        match form.field(name).map(|field| &field.kind) {
            None => {
                let known = form.fields().map(|field| field.id.as_str());
                sink.push(words::unknown(
                    codes::UNKNOWN_COLUMN,
                    at.span(),
                    words::FIELD,
                    name,
                    known,
                ));
            }
            Some(FieldType::Choice { codes }) => world.code(codes, value, at, sink),
            Some(_) => {}
        }
    }
}
