//! Evaluates a compiled expression over the values of one record.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::{Arithmetic, Expression, Fold, Node, Number, Order};
use crate::definition::Code;
use crate::table::Value;
use crate::text::Locale;

/// How many parts one evaluation may look at; walks over lists inside walks can grow fast.
const MOST_STEPS: usize = 100_000;

/// A value inside an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// Missing.
    Null,
    /// Yes or no.
    Boolean(bool),
    /// Exact number.
    Number(Number),
    /// Text.
    Text(String),
    /// Calendar day.
    Date(Date),
    /// List.
    List(Vec<Datum>),
}

/// An expression cannot be decided: a value is missing, does not fit, or the numbers grow too great.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the expression cannot be decided")]
pub struct Undecided;

/// What an expression is evaluated over.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Returns the value of a field.
    pub field: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// The code that a choice filter is asked about.
    pub choice: Option<&'a Code>,
    /// The day of entry.
    pub today: Date,
}

impl Expression {
    /// Evaluates the expression.
    ///
    /// # Errors
    /// [`Undecided`] when it needs a value that is missing.
    pub fn evaluate(&self, surroundings: Surroundings<'_>) -> Result<Datum, Undecided> {
        Walk { surroundings, bound: Vec::new(), steps: 0 }.value(&self.node)
    }

    /// Returns whether the condition is met.
    ///
    /// # Errors
    /// [`Undecided`] when it needs a value that is missing.
    pub fn holds(&self, surroundings: Surroundings<'_>) -> Result<bool, Undecided> {
        self.evaluate(surroundings)?.boolean()
    }
}

impl Datum {
    /// Takes over a value of a record.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Missing => Self::Null,
            Value::Text(text) => Self::Text(text.clone()),
            Value::Integer(number) => Self::Number(Number::whole(*number)),
            Value::Decimal { units, scale } => Self::Number(Number::decimal(*units, *scale)),
            Value::Date(date) => Self::Date(*date),
            Value::Boolean(flag) => Self::Boolean(*flag),
        }
    }

    pub(super) fn boolean(&self) -> Result<bool, Undecided> {
        if let Self::Boolean(flag) = self { Ok(*flag) } else { Err(Undecided) }
    }

    pub(super) fn number(&self) -> Result<Number, Undecided> {
        if let Self::Number(number) = self { Ok(*number) } else { Err(Undecided) }
    }

    pub(super) fn text(&self) -> Result<&str, Undecided> {
        if let Self::Text(text) = self { Ok(text) } else { Err(Undecided) }
    }

    pub(super) fn date(&self) -> Result<Date, Undecided> {
        if let Self::Date(date) = self { Ok(*date) } else { Err(Undecided) }
    }

    pub(super) fn order(&self, other: &Self) -> Result<Ordering, Undecided> {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => Ok(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Ok(left.cmp(right)),
            (Self::Date(left), Self::Date(right)) => Ok(left.cmp(right)),
            (Self::Boolean(left), Self::Boolean(right)) => Ok(left.cmp(right)),
            _ => Err(Undecided),
        }
    }
}

struct Walk<'a> {
    surroundings: Surroundings<'a>,
    bound: Vec<Datum>,
    steps: usize,
}

impl Walk<'_> {
    fn value(&mut self, node: &Node) -> Result<Datum, Undecided> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Undecided);
        }
        Ok(match node {
            Node::Literal(datum) => datum.clone(),
            Node::Field(name) => (self.surroundings.field)(name).map_or(Datum::Null, Datum::of),
            Node::Choice(column) => self.choice(column),
            Node::Today => Datum::Date(self.surroundings.today),
            Node::Bound(depth) => self.bound.get(*depth).cloned().ok_or(Undecided)?,
            Node::Not(part) => Datum::Boolean(!self.value(part)?.boolean()?),
            Node::And(left, right) => self.either(left, right, false)?,
            Node::Or(left, right) => self.either(left, right, true)?,
            Node::If(condition, yes, no) => {
                let branch = if self.value(condition)?.boolean()? { yes } else { no };
                self.value(branch)?
            }
            Node::Equal(left, right) => Datum::Boolean(self.value(left)? == self.value(right)?),
            Node::Order(order, left, right) => {
                let found = self.value(left)?.order(&self.value(right)?)?;
                Datum::Boolean(order.holds(found))
            }
            Node::Arithmetic(operation, left, right) => {
                let (left, right) = (self.value(left)?.number()?, self.value(right)?.number()?);
                Datum::Number(operation.apply(left, right).ok_or(Undecided)?)
            }
            Node::Join(left, right) => match (self.value(left)?, self.value(right)?) {
                (Datum::Text(left), Datum::Text(right)) => Datum::Text(left + &right),
                (Datum::List(mut left), Datum::List(right)) => {
                    left.extend(right);
                    Datum::List(left)
                }
                (Datum::Number(left), Datum::Number(right)) => {
                    Datum::Number(left.plus(right).ok_or(Undecided)?)
                }
                _ => return Err(Undecided),
            },
            Node::Negate(part) => {
                Datum::Number(self.value(part)?.number()?.negated().ok_or(Undecided)?)
            }
            Node::In(item, list) => {
                let item = self.value(item)?;
                let Datum::List(items) = self.value(list)? else { return Err(Undecided) };
                Datum::Boolean(items.contains(&item))
            }
            Node::List(items) => {
                Datum::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Node::Item(list, at) => {
                let at = self.value(at)?.number()?.as_whole().ok_or(Undecided)?;
                let Datum::List(items) = self.value(list)? else { return Err(Undecided) };
                let at = usize::try_from(at).map_err(|_| Undecided)?;
                items.get(at).cloned().ok_or(Undecided)?
            }
            Node::Call(function, arguments) => {
                let arguments: Vec<Datum> =
                    arguments.iter().map(|part| self.value(part)).collect::<Result<_, _>>()?;
                function.call(&arguments)?
            }
            Node::Matches(part, pattern) => {
                Datum::Boolean(pattern.0.is_match(self.value(part)?.text()?))
            }
            Node::NotFalse(part) => {
                Datum::Boolean(self.value(part).and_then(|flag| flag.boolean()).unwrap_or(true))
            }
            Node::Fold(fold) => self.fold(fold)?,
        })
    }

    /// `&&` and `||`: a part that is `decisive` decides, whatever the other is.
    fn either(&mut self, left: &Node, right: &Node, decisive: bool) -> Result<Datum, Undecided> {
        let left = self.value(left).and_then(|flag| flag.boolean());
        if left == Ok(decisive) {
            return Ok(Datum::Boolean(decisive));
        }
        let right = self.value(right).and_then(|flag| flag.boolean());
        if right == Ok(decisive) {
            return Ok(Datum::Boolean(decisive));
        }
        left.and(right).map(Datum::Boolean)
    }

    fn fold(&mut self, fold: &Fold) -> Result<Datum, Undecided> {
        let Datum::List(items) = self.value(&fold.range)? else { return Err(Undecided) };
        let depth = self.bound.len();
        let mut result = self.value(&fold.init);
        for item in items {
            // An undecided result goes on: a later item may still decide.
            self.bound.truncate(depth);
            self.bound.push(item);
            let so_far = result.clone();
            self.bound.push(so_far.unwrap_or(Datum::Null));
            let go_on = self.value(&fold.go_on).and_then(|flag| flag.boolean()).unwrap_or(true);
            if !go_on {
                break;
            }
            result = self.value(&fold.step);
        }
        self.bound.truncate(depth);
        self.bound.push(Datum::Null);
        self.bound.push(result?);
        let result = self.value(&fold.result);
        self.bound.truncate(depth);
        result
    }

    fn choice(&self, column: &str) -> Datum {
        let Some(code) = self.surroundings.choice else { return Datum::Null };
        match column {
            "code" => Datum::Text(code.code.clone()),
            "name" => Datum::Text(code.name.get(Locale::Vi).to_owned()),
            other => code.more.get(other).map_or(Datum::Null, |text| Datum::Text(text.clone())),
        }
    }
}

impl Order {
    fn holds(self, found: Ordering) -> bool {
        match self {
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
        }
    }
}

impl Arithmetic {
    fn apply(self, left: Number, right: Number) -> Option<Number> {
        match self {
            Self::Plus => left.plus(right),
            Self::Minus => left.minus(right),
            Self::Times => left.times(right),
            Self::Over => left.over(right),
            Self::WholeOver => left.over(right)?.truncated().map(Number::whole),
            Self::Rest => {
                let whole = Number::whole(left.over(right)?.truncated()?);
                left.minus(whole.times(right)?)
            }
        }
    }
}
