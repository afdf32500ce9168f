//! Binds the values that a person gives to the parameters of a report.
//!
//! All findings are collected. Whether a named record exists is the job of `render`.

use std::collections::BTreeMap;

use bieumau_model::definition::{Catalog, Parameter, ParameterType, Report};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::nearest;
use bieumau_model::table::{ColumnType, Value};
use bieumau_model::text::{Locale, Text, nfc};
use indexmap::IndexMap;
use jiff::civil::Date;

use crate::problem::{Problem, ProblemKind};

/// A report has no parameter of that name.
const UNKNOWN: &str = "D401";
/// A parameter that must be given is missing.
const MISSING: &str = "D402";
/// A parameter does not take the value.
const VALUE: &str = "D403";

/// Values as they were given, by parameter.
pub type RawParameters = BTreeMap<String, String>;

/// Values by parameter, in the order of the report; one that was not given is missing.
pub(crate) type Parameters = IndexMap<String, Value>;

/// Binds `raw` to the parameters of `report`; a blank value counts as not given.
pub(crate) fn bind(
    report: &Report,
    raw: &RawParameters,
    catalog: &Catalog,
) -> Result<Parameters, Problem> {
    let mut findings = Diagnostics::default();
    let mut first_wrong = None;
    let mut blame = |name: &str, finding: Diagnostic| {
        first_wrong.get_or_insert_with(|| name.to_owned());
        findings.push(finding);
    };
    for name in raw.keys() {
        if !report.parameters.iter().any(|parameter| parameter.id == *name) {
            blame(name, unknown(report, name));
        }
    }
    let mut bound = Parameters::new();
    for parameter in &report.parameters {
        let given = raw.get(&parameter.id).map(|value| nfc(value.trim()).into_owned());
        let given = given.filter(|value| !value.is_empty()).or_else(|| parameter.default.clone());
        let value = match given {
            None if parameter.required => {
                blame(&parameter.id, missing(parameter));
                Value::Missing
            }
            None => Value::Missing,
            Some(text) => read(parameter, &text, catalog).unwrap_or_else(|finding| {
                blame(&parameter.id, finding);
                Value::Missing
            }),
        };
        bound.insert(parameter.id.clone(), value);
    }
    let Some(name) = first_wrong else { return Ok(bound) };
    Err(Problem::new(
        ProblemKind::BadInput,
        "J011",
        format!("Tham số của báo cáo `{}` chưa đúng", report.id),
        format!("the parameters of report `{}` are not right", report.id),
    )
    .at(format!("/parameters/{name}"))
    .with(findings))
}

fn read(parameter: &Parameter, text: &str, catalog: &Catalog) -> Result<Value, Diagnostic> {
    match &parameter.kind {
        ParameterType::Reference { to, .. } if has_number_key(catalog, to) => {
            text.parse().map(Value::Integer).map_err(|_| {
                wrong(parameter, text, "một số nguyên, ví dụ 12", "a whole number, such as 12")
            })
        }
        ParameterType::Text | ParameterType::Reference { .. } => Ok(Value::Text(text.to_owned())),
        ParameterType::Integer => text.parse().map(Value::Integer).map_err(|_| {
            wrong(parameter, text, "một số nguyên, ví dụ 12", "a whole number, such as 12")
        }),
        ParameterType::Date => read_date(text).map(Value::Date).ok_or_else(|| {
            wrong(parameter, text, "một ngày, ví dụ 30/09/2025", "a day, such as 2025-09-30")
        }),
        ParameterType::SchoolYear => school_year(text).map(Value::Integer).ok_or_else(|| {
            wrong(
                parameter,
                text,
                "một năm học, ví dụ 2025-2026",
                "a school year, such as 2025-2026",
            )
        }),
        ParameterType::Choice { codes, only } => {
            read_code(parameter, text, catalog, codes, only).map(Value::Text)
        }
    }
}

/// Returns whether records of `form` are told apart by a number, as minutes are.
fn has_number_key(catalog: &Catalog, form: &str) -> bool {
    catalog
        .forms
        .get(form)
        .and_then(|form| form.field(form.key.last()?))
        .is_some_and(|field| field.kind.column_type() == ColumnType::Integer)
}

fn read_code(
    parameter: &Parameter,
    text: &str,
    catalog: &Catalog,
    list: &str,
    only: &[String],
) -> Result<String, Diagnostic> {
    let known = allowed_codes(catalog, list, only);
    if known.iter().any(|(code, _)| code == text) {
        return Ok(text.to_owned());
    }
    let listed = known
        .iter()
        .take(12)
        .map(|(code, name)| format!("{code} ({})", name.get(Locale::Vi)))
        .collect::<Vec<_>>()
        .join(", ");
    let finding = Diagnostic::error(
        VALUE,
        Text::both(
            format!("`{}` không nhận giá trị `{text}`", parameter.id),
            format!("`{}` does not take `{text}`", parameter.id),
        ),
    );
    Err(finding.help(Text::both(format!("chọn một trong: {listed}"), format!("one of: {listed}"))))
}

/// Returns the codes that a choice may take, with their names.
pub(crate) fn allowed_codes(catalog: &Catalog, list: &str, only: &[String]) -> Vec<(String, Text)> {
    let Some(list) = catalog.code_lists.get(list) else { return Vec::new() };
    let mut known: IndexMap<String, Text> = IndexMap::new();
    for code in &list.codes {
        if only.is_empty() || only.contains(&code.code) {
            known.insert(code.code.clone(), code.name.clone());
        }
    }
    known.into_iter().collect()
}

/// Reads `2025` or `2025-2026` as the first calendar year of a school year.
pub(crate) fn school_year(text: &str) -> Option<i64> {
    let (start, end) = match text.split_once(['-', '–']) {
        Some((start, end)) => (start.trim(), Some(end.trim())),
        None => (text, None),
    };
    let start: i64 = start.parse().ok().filter(|year| (1900..=2200).contains(year))?;
    match end {
        Some(end) => end.parse::<i64>().ok().filter(|end| *end == start + 1).map(|_| start),
        None => Some(start),
    }
}

/// Reads `2025-09-30` or `30/9/2025`.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let mut parts = text.split('/').map(|part| part.trim().parse::<i16>());
    let (day, month, year) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn unknown(report: &Report, name: &str) -> Diagnostic {
    let known: Vec<&str> = report.parameters.iter().map(|p| p.id.as_str()).collect();
    let finding = Diagnostic::error(
        UNKNOWN,
        Text::both(
            format!("Báo cáo `{}` không có tham số `{name}`", report.id),
            format!("report `{}` has no parameter `{name}`", report.id),
        ),
    );
    match nearest::help(name, known) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn missing(parameter: &Parameter) -> Diagnostic {
    Diagnostic::error(
        MISSING,
        Text::both(
            format!("Thiếu `{}` ({})", parameter.id, parameter.title.get(Locale::Vi)),
            format!("`{}` is missing ({})", parameter.id, parameter.title.get(Locale::En)),
        ),
    )
}

fn wrong(parameter: &Parameter, text: &str, vi: &str, en: &str) -> Diagnostic {
    Diagnostic::error(
        VALUE,
        Text::both(
            format!("`{}` nhận {vi}; đã nhận `{text}`", parameter.id),
            format!("`{}` takes {en}; got `{text}`", parameter.id),
        ),
    )
}
