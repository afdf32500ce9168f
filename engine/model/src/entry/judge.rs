//! Judges a whole record: computed fields, what is asked and required, limits, checks.

use super::{Fields, Finding, Validator, codes, named};
use crate::definition::{Check, CheckSeverity, Condition, Field, FieldType, Missing};
use crate::diagnostic::Diagnostic;
use crate::expression::Datum;
use crate::table::Value;
use crate::text::Locale;

impl Validator<'_> {
    /// Computes what is computed in `record`, and judges it.
    ///
    /// `entered` are the fields that were given now, `before` the record as it was stored, when
    /// there is one. What has not changed is not asked again whether its code is still valid, and
    /// its warnings are not raised again.
    pub fn judge(
        &self,
        record: &mut Fields,
        entered: &Fields,
        before: Option<&Fields>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.compute(record, entered, &mut findings);
        let same =
            |name: &str| before.is_some_and(|before| value(before, name) == value(record, name));
        for field in self.form.fields() {
            self.field(field, record, before, &same, &mut findings);
        }
        for (field, check) in self.form.checks() {
            let unchanged = check.condition.expression.fields().iter().all(|name| same(name));
            if check.severity == CheckSeverity::Warning && before.is_some() && unchanged {
                continue;
            }
            if self.outcome(&check.condition, record) == Some(false) {
                findings.push(unmet(field, check));
            }
        }
        findings
    }

    /// Returns whether `field` is asked in a record with these `fields`.
    pub fn is_asked(&self, field: &Field, fields: &Fields) -> bool {
        let Some(when) = &field.when else { return true };
        let look_up = |name: &str| fields.get(name);
        when.expression.holds(self.surroundings(&look_up)).unwrap_or(false)
    }

    fn compute(&self, record: &mut Fields, entered: &Fields, findings: &mut Vec<Finding>) {
        for field in self.form.fields() {
            let Some(compute) = &field.compute else { continue };
            let computed = if self.is_skipped(compute, record) {
                Value::Missing
            } else {
                let look_up = |name: &str| record.get(name);
                let result = compute.expression.evaluate(self.surroundings(&look_up));
                result.ok().map_or(Value::Missing, |datum| stored(field, &datum))
            };
            let given = entered.get(&field.id).filter(|given| **given != Value::Missing);
            if given.is_some_and(|given| *given != computed) {
                let (vi, en) = (
                    "trường này được tính, không nhập; giá trị nhập khác kết quả tính",
                    "the field is computed, not entered; what was entered differs",
                );
                findings.push(
                    Finding::error(Some(&field.id), codes::COMPUTED, named(field, vi, en))
                        .help("để trống trường này", "leave the field empty"),
                );
            }
            record.insert(field.id.clone(), computed);
        }
    }

    fn field(
        &self,
        field: &Field,
        record: &Fields,
        before: Option<&Fields>,
        same: &dyn Fn(&str) -> bool,
        findings: &mut Vec<Finding>,
    ) {
        let found = value(record, &field.id);
        if *found == Value::Missing {
            let required = field.required || self.form.is_key(&field.id);
            if required && self.is_asked(field, record) {
                let (vi, en) = ("phải điền", "it must be filled");
                findings.push(Finding::error(Some(&field.id), codes::EMPTY, named(field, vi, en)));
            }
        } else if !self.is_asked(field, record) {
            let (vi, en) = ("không phải điền ở đây", "it is not asked here");
            findings.push(
                Finding::error(Some(&field.id), codes::NOT_ASKED, named(field, vi, en))
                    .help("để trống trường này", "leave the field empty"),
            );
        } else if !same(&field.id) {
            findings.extend(self.limits(field, found));
        }
        if field.immutable
            && !same(&field.id)
            && before.is_some_and(|before| *value(before, &field.id) != Value::Missing)
        {
            let (vi, en) = (
                "mã định danh đã có thì không đổi được",
                "an identifier never changes once it is there",
            );
            findings.push(Finding::error(Some(&field.id), codes::IMMUTABLE, named(field, vi, en)));
        }
        if let (FieldType::Choice { .. }, Value::Text(text)) = (&field.kind, found) {
            let depends = field.choice_filter.iter().flat_map(|filter| filter.expression.fields());
            if !same(&field.id) || !depends.into_iter().all(|name| same(name)) {
                findings.extend(self.chosen(field, text, record));
            }
        }
    }

    /// Returns whether a condition is met; nothing when it is left out for missing values.
    fn outcome(&self, condition: &Condition, record: &Fields) -> Option<bool> {
        if self.is_skipped(condition, record) {
            return None;
        }
        let look_up = |name: &str| record.get(name);
        Some(condition.expression.holds(self.surroundings(&look_up)).unwrap_or(false))
    }

    fn is_skipped(&self, condition: &Condition, record: &Fields) -> bool {
        let mut names = condition.expression.fields().iter();
        let missing = |name: &String| *value(record, name) == Value::Missing;
        match condition.missing {
            Missing::SkipIfAny => names.any(missing),
            Missing::SkipIfAll => names.len() > 0 && names.all(missing),
            Missing::NeverSkip => false,
        }
    }
}

/// Returns the value of a field; missing when the record does not have it.
fn value<'f>(fields: &'f Fields, name: &str) -> &'f Value {
    fields.get(name).unwrap_or(&Value::Missing)
}

/// Brings a computed value into the type of its field; decimals are rounded half up to its scale.
fn stored(field: &Field, datum: &Datum) -> Value {
    match (&field.kind, datum) {
        (FieldType::Integer { .. }, Datum::Number(number)) => {
            number.rounded(0).map_or(Value::Missing, Value::Integer)
        }
        (FieldType::Decimal { scale, .. }, Datum::Number(number)) => number
            .rounded(*scale)
            .map_or(Value::Missing, |units| Value::Decimal { units, scale: *scale }),
        (FieldType::Date, Datum::Date(date)) => Value::Date(*date),
        (FieldType::Boolean, Datum::Boolean(flag)) => Value::Boolean(*flag),
        (_, Datum::Text(text)) if !text.is_empty() => Value::Text(text.clone()),
        _ => Value::Missing,
    }
}

/// A check that is not met: an error, or a warning that is confirmed by the id of the check.
fn unmet(field: Option<&Field>, check: &Check) -> Finding {
    let message = match field {
        Some(field) => named(field, check.message.get(Locale::Vi), check.message.get(Locale::En)),
        None => check.message.clone(),
    };
    let (diagnostic, confirm) = match check.severity {
        CheckSeverity::Error => (Diagnostic::error(codes::CHECK, message), None),
        CheckSeverity::Warning => {
            (Diagnostic::warning(codes::CHECK, message), Some(check.id.clone()))
        }
    };
    Finding { field: field.map(|field| field.id.clone()), confirm, diagnostic }
}
