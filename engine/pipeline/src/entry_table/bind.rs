//! Binds the parameters that choose what is filled in: fields of the form, and the class of its
//! pupils.

use bieumau_model::definition::{Catalog, FieldType, Form, FormScope, Grid};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::table::{ColumnType, Value};
use bieumau_model::text::{Locale, Text, nfc};
use indexmap::IndexMap;

use super::pupil_field;
use crate::parameters::{RawParameters, read_date, school_year};
use crate::problem::{Problem, ProblemKind};

/// A form has no field that may be a parameter of that name.
const UNKNOWN: &str = "J281";
/// A parameter that must be given is missing.
const MISSING: &str = "J282";
/// A parameter does not take the value.
const VALUE: &str = "J283";

/// Parameters with their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bound {
    /// Fields of the form.
    pub fixed: IndexMap<String, Value>,
    /// The class and the school year of pupils, where the form itself has no such field.
    pub filters: IndexMap<String, Value>,
}

impl Bound {
    /// Returns the grid of the form whose fixed fields are all given.
    pub fn grid<'f>(&self, form: &'f Form) -> Option<&'f Grid> {
        let given = |name: &String| self.fixed.contains_key(name);
        form.grids.iter().find(|grid| grid.fixed.iter().all(given) && !given(&grid.field))
    }

    /// Returns whether the rows are known beforehand: those of a grid, or the pupils of one class
    /// where all of the key but the pupil is given.
    pub fn is_roll(&self, form: &Form) -> bool {
        if self.grid(form).is_some() {
            return true;
        }
        let Some(pupil) = pupil_field(form) else { return false };
        let given = |name: &String| *name == pupil.id || self.fixed.contains_key(name);
        self.fixed.contains_key("class") && form.key.iter().all(given)
    }
}

/// Returns the parameters of a form in the order in which a person chooses them.
pub(crate) fn parameter_names(form: &Form) -> Vec<String> {
    if let Some(grid) = form.grids.first() {
        return grid.fixed.clone();
    }
    let pupil = pupil_field(form).map(|field| field.id.as_str());
    let own_pupil = form.id == "pupil";
    let mut names: Vec<String> = form
        .key
        .iter()
        .filter(|name| Some(name.as_str()) != pupil)
        // The last part of the key names the record itself, unless that is the pupil.
        .filter(|name| pupil.is_some() || form.key.last() != Some(*name))
        .filter(|name| {
            form.field(name).is_some_and(|field| field.kind.column_type() != ColumnType::Date)
        })
        .filter(|name| pupil.is_none() || *name != "session")
        .cloned()
        .collect();
    let has_class = form.field("class").is_some() && pupil.is_some();
    if (has_class || own_pupil) && !names.iter().any(|name| name == "class") {
        if !names.iter().any(|name| name == "year") {
            names.push("year".to_owned());
        }
        let after = names.iter().position(|name| name == "year").map_or(names.len(), |at| at + 1);
        names.insert(after, "class".to_owned());
    }
    names
}

/// Binds `raw`; blank values count as not given. All findings come together.
pub(crate) fn bind(form: &Form, raw: &RawParameters, catalog: &Catalog) -> Result<Bound, Problem> {
    let mut findings = Diagnostics::default();
    let mut first_wrong = None;
    let mut bound = Bound::default();
    let of_pupil = catalog.forms.get("enrolment").filter(|_| form.id == "pupil");
    for (name, value) in raw {
        let value = nfc(value.trim()).into_owned();
        if value.is_empty() {
            continue;
        }
        let own = form.field(name).filter(|_| pupil_field(form).is_none_or(|own| own.id != *name));
        let other = of_pupil.and_then(|form| form.field(name));
        let read = match own.or(other) {
            Some(field) => read(&field.kind, &value, catalog).ok_or_else(|| wrong(name, &value)),
            None => Err(unknown(form, name)),
        };
        match read {
            Ok(value) if own.is_some() => {
                bound.fixed.insert(name.clone(), value);
            }
            Ok(value) => {
                bound.filters.insert(name.clone(), value);
            }
            Err(finding) => {
                first_wrong.get_or_insert_with(|| name.clone());
                findings.push(finding);
            }
        }
    }
    if form.scope == FormScope::School && !bound.fixed.contains_key("school") {
        first_wrong.get_or_insert_with(|| "school".to_owned());
        findings.push(missing(form, "school"));
    }
    let Some(name) = first_wrong else { return Ok(bound) };
    Err(Problem::new(
        ProblemKind::BadInput,
        "J280",
        format!("Thông tin để chọn phần nhập của biểu mẫu `{}` chưa đúng", form.id),
        format!("the parameters of form `{}` are not right", form.id),
    )
    .at(format!("/parameters/{name}"))
    .with(findings))
}

fn read(kind: &FieldType, text: &str, catalog: &Catalog) -> Option<Value> {
    match kind {
        FieldType::Choice { codes } => {
            let list = catalog.code_lists.get(codes)?;
            list.any(text).map(|code| Value::Text(code.code.clone()))
        }
        FieldType::Integer { .. } => {
            let number = text.parse().ok().or_else(|| school_year(text));
            number.map(Value::Integer)
        }
        FieldType::Date => read_date(text).map(Value::Date),
        FieldType::Boolean => text.parse().ok().map(Value::Boolean),
        FieldType::Decimal { scale, .. } => {
            let units = bieumau_model::format::parse_decimal(text, *scale).ok()?;
            Some(Value::Decimal { units, scale: *scale })
        }
        _ => Some(Value::Text(text.to_owned())),
    }
}

/// Says that a parameter of a form must be given.
pub(crate) fn missing(form: &Form, name: &str) -> Diagnostic {
    let title = form.field(name).map_or_else(|| Text::from(name), |field| field.title.clone());
    Diagnostic::error(
        MISSING,
        Text::both(
            format!("Thiếu `{name}` ({})", title.get(Locale::Vi)),
            format!("`{name}` is missing ({})", title.get(Locale::En)),
        ),
    )
    .help(Text::both(format!("Thêm {name}=…"), format!("add {name}=…")))
}

fn wrong(name: &str, value: &str) -> Diagnostic {
    Diagnostic::error(
        VALUE,
        Text::both(
            format!("`{name}` không nhận giá trị `{value}`"),
            format!("`{name}` does not take `{value}`"),
        ),
    )
}

fn unknown(form: &Form, name: &str) -> Diagnostic {
    let known = parameter_names(form);
    let finding = Diagnostic::error(
        UNKNOWN,
        Text::both(
            format!("Biểu mẫu `{}` không chọn theo `{name}`", form.id),
            format!("form `{}` is not chosen by `{name}`", form.id),
        ),
    );
    let listed = known.join(", ");
    finding.help(Text::both(format!("Có thể chọn theo: {listed}"), format!("possible: {listed}")))
}
