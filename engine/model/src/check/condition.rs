//! Checks the conditions of a form: those of its fields and those of the record as a whole.

use super::expression::{self, Choices, Fields};
use super::words::{self, unknown};
use super::world::World;
use super::{Draft, Sink};
use crate::codes;
use crate::definition::{
    Check, CheckSeverity, CodeList, Condition, Field, FieldType, Form, Missing,
};
use crate::expression::{CHOICE, Type};
use crate::raw::{RawCheckSeverity, RawField, RawFormCheck, RawMissing};
use crate::table::ColumnType;
use crate::yaml::At;

/// The conditions of one field.
pub(super) struct OfField {
    pub when: Option<Condition>,
    pub compute: Option<Condition>,
    pub check: Option<Check>,
    pub choice_filter: Option<Condition>,
}

/// Compiles the conditions of one field; `kind` is what the field holds.
pub(super) fn of_field(
    raw: &RawField,
    kind: ColumnType,
    fields: &Fields,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> OfField {
    let mut plain = |key: &str, choices: Choices| {
        at.node.get(key).map(|_| {
            condition(at.get(key), fields, choices, &Type::Boolean, Some(Missing::NeverSkip), sink)
        })
    };
    let when = plain("when", Choices::Unseen);
    let choice_filter = plain("choice_filter", Choices::Seen);
    let check = raw.check.as_ref().map(|check| {
        let that = at.get("check").get("that");
        let missing = check.missing.map(Missing::from);
        Check {
            id: raw.id.0.clone(),
            condition: condition(that, fields, Choices::Unseen, &Type::Boolean, missing, sink),
            message: check.message.clone(),
            severity: check.severity.into(),
        }
    });
    let compute = raw.compute.as_ref().map(|compute| {
        let wanted = Type::from(kind);
        let missing = compute.missing.map(Missing::from);
        condition(at.get("compute").get("as"), fields, Choices::Unseen, &wanted, missing, sink)
    });
    OfField { when, compute, check, choice_filter }
}

/// Compiles the checks of the record as a whole.
pub(super) fn of_form(
    raw: Vec<RawFormCheck>,
    fields: &Fields,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Vec<Check> {
    raw.into_iter()
        .enumerate()
        .map(|(position, check)| {
            let that = at.item(position).get("that");
            let missing = check.missing.map(Missing::from);
            Check {
                id: check.id.0,
                condition: condition(that, fields, Choices::Unseen, &Type::Boolean, missing, sink),
                message: check.message,
                severity: check.severity.into(),
            }
        })
        .collect()
}

/// Checks what needs the whole form: names of checks, the order of computed fields, days of codes.
pub(super) fn whole(form: &Form, at: At<'_>, sink: &mut Sink<'_>) {
    let checks = at.get("checks");
    let names: Vec<&str> = form.checks().map(|(_, check)| check.id.as_str()).collect();
    let count = names.len() - form.checks.len();
    words::repeats(names, |position, name| {
        if let Some(position) = position.checked_sub(count) {
            let span = checks.item(position).get("id").span();
            sink.push(words::twice(span, ("điều kiện", "check"), name));
        }
    });
    let mut computed_so_far: Vec<&str> = Vec::new();
    for (field, at) in super::form::placed_fields(form, at) {
        computed(form, field, &computed_so_far, at, sink);
        if field.compute.is_some() {
            computed_so_far.push(&field.id);
        }
        if let Some(day) = &field.valid_on {
            valid_on(form, day, at.get("valid_on"), sink);
        }
    }
}

fn computed(form: &Form, field: &Field, earlier: &[&str], at: At<'_>, sink: &mut Sink<'_>) {
    let Some(compute) = &field.compute else { return };
    let mut wrong = |vi: String, en: String| {
        sink.error(codes::COMPUTED, at.get("compute").get("as").span(), vi, en);
    };
    if form.is_key(&field.id) {
        wrong(
            format!("trường khóa `{}` không được là trường tính", field.id),
            format!("the key field `{}` must not be computed", field.id),
        );
    }
    for name in compute.expression.fields() {
        let is_computed = form.field(name).is_some_and(|other| other.compute.is_some());
        if is_computed && !earlier.contains(&name.as_str()) {
            wrong(
                format!("`{}` tính từ `{name}` chưa được tính", field.id),
                format!("`{}` is computed from `{name}`, which is not computed yet", field.id),
            );
        }
    }
}

fn valid_on(form: &Form, day: &str, at: At<'_>, sink: &mut Sink<'_>) {
    let dates = || form.fields().filter(|field| field.kind == FieldType::Date);
    if !dates().any(|field| field.id == day) {
        let known = dates().map(|field| field.id.as_str());
        let what = ("trường ngày", "date field");
        sink.push(unknown(codes::EXPRESSION_NAME, at.span(), what, day, known));
    }
}

/// Checks that conditions name only codes and columns that the code lists have.
pub(super) fn references(draft: &Draft<Form>, world: &World<'_>, sink: &mut Sink<'_>) {
    let form = &draft.definition;
    for (field, at) in super::form::placed_fields(form, draft.at()) {
        let check = field.check.as_ref().map(|check| &check.condition);
        let conditions = [&field.when, &field.compute, &field.choice_filter];
        for condition in conditions.into_iter().flatten().chain(check) {
            expression::codes(&condition.source, form, world, sink);
        }
        if let (Some(filter), FieldType::Choice { codes }) = (&field.choice_filter, &field.kind)
            && let Some(list) = world.code_lists.get(codes.as_str())
        {
            columns_of_choice(filter, list, at.get("choice_filter"), sink);
        }
    }
    for check in &form.checks {
        expression::codes(&check.condition.source, form, world, sink);
    }
}

fn columns_of_choice(filter: &Condition, list: &CodeList, at: At<'_>, sink: &mut Sink<'_>) {
    let known = || ["code", "name"].into_iter().chain(list.columns.iter().map(String::as_str));
    for column in filter.expression.choice_columns() {
        if known().any(|own| own == column) {
            continue;
        }
        let needle = format!("{CHOICE}.{column}");
        let span = match filter.source.text.find(&needle) {
            Some(start) => filter.source.span(start, start + needle.len()),
            None => at.span(),
        };
        let what = (
            format!("cột trong danh mục `{}`:", list.id),
            format!("column in the list `{}`:", list.id),
        );
        let what = (what.0.as_str(), what.1.as_str());
        sink.push(unknown(codes::EXPRESSION_NAME, span, what, column, known()));
    }
}

fn condition(
    at: At<'_>,
    fields: &Fields,
    choices: Choices,
    wanted: &Type,
    missing: Option<Missing>,
    sink: &mut Sink<'_>,
) -> Condition {
    let source = at.source();
    let expression = expression::compiled(&source, fields, choices, wanted, sink);
    // Whoever speaks of `null` has thought of missing values.
    let usual = if expression.names_null() { Missing::NeverSkip } else { Missing::SkipIfAny };
    Condition { source, expression, missing: missing.unwrap_or(usual) }
}

impl From<RawMissing> for Missing {
    fn from(raw: RawMissing) -> Self {
        match raw {
            RawMissing::SkipIfAny => Self::SkipIfAny,
            RawMissing::SkipIfAll => Self::SkipIfAll,
            RawMissing::NeverSkip => Self::NeverSkip,
        }
    }
}

impl From<RawCheckSeverity> for CheckSeverity {
    fn from(raw: RawCheckSeverity) -> Self {
        match raw {
            RawCheckSeverity::Error => Self::Error,
            RawCheckSeverity::Warning => Self::Warning,
        }
    }
}
