//! Conditions with the type of their column, for tables in memory and as SQL.
//!
//! A missing value meets no condition but `missing: true`: so SQL has it, and so it is here.

use std::cmp::Ordering;

use crate::definition::indicator::{Order, Scalar, ScalarKind, Test};
use crate::format::{parse_date, parse_decimal};
use crate::table::{ColumnType, Value};

/// A test whose values have the type of the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// One of these.
    In(Vec<Value>),
    /// None of these.
    NotIn(Vec<Value>),
    /// In comparison with a value.
    Is(Order, Value),
    /// Missing, or there.
    Missing(bool),
}

impl Typed {
    /// Reads the values of `test` as those of a column; the value that does not fit is the error.
    pub fn new(test: &Test, kind: ColumnType) -> Result<Self, Scalar> {
        let value = |scalar: &Scalar| value(scalar, kind).ok_or_else(|| scalar.clone());
        let all = |list: &[Scalar]| list.iter().map(value).collect::<Result<Vec<_>, _>>();
        Ok(match test {
            Test::In(list) => Self::In(all(list)?),
            Test::NotIn(list) => Self::NotIn(all(list)?),
            Test::Is(order, scalar) => Self::Is(*order, value(scalar)?),
            Test::Missing(missing) => Self::Missing(*missing),
        })
    }

    /// Returns whether a value meets the test.
    pub fn holds(&self, found: &Value) -> bool {
        let is_missing = *found == Value::Missing;
        match self {
            Self::Missing(missing) => *missing == is_missing,
            _ if is_missing => false,
            Self::In(list) => list.contains(found),
            Self::NotIn(list) => !list.contains(found),
            Self::Is(order, bound) => {
                compare(found, bound).is_some_and(|found| order.holds(&found, &Ordering::Equal))
            }
        }
    }

    /// Writes the test as a condition of the portable SQL subset.
    pub fn sql(&self, column: &str) -> String {
        let list = |values: &[Value]| values.iter().map(literal).collect::<Vec<_>>().join(", ");
        match self {
            Self::In(values) if values.is_empty() => "1 = 0".to_owned(),
            Self::NotIn(values) if values.is_empty() => format!("{column} IS NOT NULL"),
            Self::In(values) => format!("{column} IN ({})", list(values)),
            Self::NotIn(values) => format!("{column} NOT IN ({})", list(values)),
            Self::Is(order, value) => format!("{column} {} {}", order.sign(), literal(value)),
            Self::Missing(true) => format!("{column} IS NULL"),
            Self::Missing(false) => format!("{column} IS NOT NULL"),
        }
    }
}

fn value(scalar: &Scalar, kind: ColumnType) -> Option<Value> {
    let Scalar { text, kind: written } = scalar;
    let is_text = matches!(written, ScalarKind::Text | ScalarKind::Key);
    let is_number = matches!(written, ScalarKind::Number | ScalarKind::Key);
    match kind {
        ColumnType::Text => is_text.then(|| Value::Text(text.clone())),
        ColumnType::Integer if is_number => text.parse().ok().map(Value::Integer),
        ColumnType::Decimal(scale) if is_number => {
            parse_decimal(text, scale).ok().map(|units| Value::Decimal { units, scale })
        }
        ColumnType::Date if is_text => parse_date(text).map(Value::Date),
        ColumnType::Boolean if *written != ScalarKind::Text => {
            text.to_ascii_lowercase().parse().ok().map(Value::Boolean)
        }
        _ => None,
    }
}

/// Compares two values of one column.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Integer(left), Value::Integer(right))
        | (Value::Decimal { units: left, .. }, Value::Decimal { units: right, .. }) => {
            Some(left.cmp(right))
        }
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Writes a value as it is stored: decimals in units, days as text, yes and no as 1 and 0.
fn literal(value: &Value) -> String {
    match value {
        Value::Missing => "NULL".to_owned(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Integer(number) | Value::Decimal { units: number, .. } => number.to_string(),
        Value::Date(date) => format!("'{date}'"),
        Value::Boolean(flag) => i64::from(*flag).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str, kind: ScalarKind) -> Scalar {
        Scalar { text: text.to_owned(), kind }
    }

    #[track_caller]
    fn check(test: &Test, kind: ColumnType, meets: &[Value], fails: &[Value], sql: &str) {
        let typed = Typed::new(test, kind).expect("the values fit");
        for value in meets {
            assert!(typed.holds(value), "{value:?} meets {sql}");
        }
        for value in fails {
            assert!(!typed.holds(value), "{value:?} does not meet {sql}");
        }
        assert_eq!(typed.sql("x"), sql);
    }

    #[test]
    fn a_missing_value_meets_nothing_but_missing() {
        let text = |text: &str| Value::Text(text.to_owned());
        let kinh = || vec![scalar("01", ScalarKind::Text)];
        let (one, other) = (text("01"), text("05"));
        check(
            &Test::NotIn(kinh()),
            ColumnType::Text,
            std::slice::from_ref(&other),
            &[one.clone(), Value::Missing],
            "x NOT IN ('01')",
        );
        check(
            &Test::In(kinh()),
            ColumnType::Text,
            std::slice::from_ref(&one),
            &[other.clone(), Value::Missing],
            "x IN ('01')",
        );
        check(&Test::Missing(true), ColumnType::Text, &[Value::Missing], &[one], "x IS NULL");
    }

    #[test]
    fn bounds_compare_exact_numbers() {
        let weight = |units| Value::Decimal { units, scale: 1 };
        let test = Test::Is(Order::Less, scalar("18.5", ScalarKind::Number));
        check(&test, ColumnType::Decimal(1), &[weight(184)], &[weight(185)], "x < 185");
        assert!(Typed::new(&test, ColumnType::Integer).is_err());
        assert!(Typed::new(&test, ColumnType::Text).is_err());
    }

    #[test]
    fn quotes_stay_inside_their_text() {
        let test = Test::In(vec![scalar("a' OR '1' = '1", ScalarKind::Text)]);
        let typed = Typed::new(&test, ColumnType::Text).expect("the value fits");
        assert_eq!(typed.sql("x"), "x IN ('a'' OR ''1'' = ''1')");
    }
}
