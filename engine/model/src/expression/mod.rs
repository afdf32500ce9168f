//! Conditions and computations over the fields of a form, written in CEL.
//!
//! CEL is read by the library `cel`. Its numbers are binary fractions, so an expression is compiled
//! here once, with the type of every part, into a tree that counts exactly. The check of
//! definitions and the entry of records use the same tree, so they cannot disagree.
//!
//! A part that needs a missing value is undecided, as in CEL an error is: `false && undecided` is
//! false, `true || undecided` is true. Comparing with `null` is always decided.

mod compile;
mod evaluate;
mod functions;
mod number;

pub(crate) use compile::{Mistake, Names, compile};
pub use evaluate::{Datum, Surroundings, Undecided};
pub(crate) use functions::NAMES as FUNCTIONS;
pub use number::Number;

use std::fmt;

use functions::{Function, Pattern};
use jiff::civil::Date;

use crate::table::ColumnType;

/// The name under which a choice filter sees the code that it is asked about.
pub const CHOICE: &str = "choice";
/// The name of the day on which a record is entered.
pub const TODAY: &str = "today";

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    node: Node,
    kind: Type,
    fields: Vec<String>,
    choice_columns: Vec<String>,
    names_null: bool,
}

/// The type of a part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Boolean,
    /// Whole number.
    Integer,
    /// Exact number.
    Decimal,
    /// Text.
    Text,
    /// Calendar day.
    Date,
    /// Always missing.
    Null,
    /// A list.
    List(Box<Self>),
    /// Known only when it is evaluated.
    Any,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Literal(Datum),
    Field(String),
    /// A column of the code that a choice filter is asked about.
    Choice(String),
    Today,
    /// The variable at that depth.
    Bound(usize),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    If(Box<Self>, Box<Self>, Box<Self>),
    Equal(Box<Self>, Box<Self>),
    Order(Order, Box<Self>, Box<Self>),
    Arithmetic(Arithmetic, Box<Self>, Box<Self>),
    Join(Box<Self>, Box<Self>),
    Negate(Box<Self>),
    In(Box<Self>, Box<Self>),
    List(Vec<Self>),
    Item(Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    Matches(Box<Self>, Pattern),
    NotFalse(Box<Self>),
    Fold(Box<Fold>),
}

/// A walk over a list (`all`, `exists`, `map`, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fold {
    range: Node,
    init: Node,
    go_on: Node,
    step: Node,
    result: Node,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is done with two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Over,
    /// Whole numbers, cut off as CEL does.
    WholeOver,
    Rest,
}

impl Expression {
    /// Returns the type of the result.
    pub fn kind(&self) -> &Type {
        &self.kind
    }

    /// Returns the fields that it names, each once.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Returns the columns of the code list that it names, each once.
    pub fn choice_columns(&self) -> &[String] {
        &self.choice_columns
    }

    /// Returns whether it speaks of missing values itself (`field == null`).
    pub fn names_null(&self) -> bool {
        self.names_null
    }

    /// Stands in for an expression with a mistake, of which a finding tells.
    pub(crate) fn broken() -> Self {
        Self {
            node: Node::Literal(Datum::Null),
            kind: Type::Any,
            fields: Vec::new(),
            choice_columns: Vec::new(),
            names_null: false,
        }
    }
}

impl Type {
    /// Returns whether a value of this type may stand where `other` is wanted.
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any | Self::Null, _) | (_, Self::Any | Self::Null) => true,
            (Self::Integer | Self::Decimal, Self::Integer | Self::Decimal) => true,
            (Self::List(left), Self::List(right)) => left.fits(right),
            (left, right) => left == right,
        }
    }

    /// Returns the type that both have in common.
    fn common(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Null, right) => right.clone(),
            (left, Self::Null) => left.clone(),
            (Self::Integer, Self::Decimal) | (Self::Decimal, Self::Integer) => Self::Decimal,
            (left, right) if left == right => left.clone(),
            _ => Self::Any,
        }
    }

    /// Names the type in both languages.
    pub(crate) fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Boolean => ("đúng/sai", "a boolean"),
            Self::Integer => ("số nguyên", "a whole number"),
            Self::Decimal => ("số", "a number"),
            Self::Text => ("chữ", "text"),
            Self::Date => ("ngày", "a date"),
            Self::Null => ("trống", "null"),
            Self::List(_) => ("danh sách", "a list"),
            Self::Any => ("giá trị", "a value"),
        }
    }
}

impl From<ColumnType> for Type {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text,
            ColumnType::Integer => Self::Integer,
            ColumnType::Decimal(_) => Self::Decimal,
            ColumnType::Date => Self::Date,
            ColumnType::Boolean => Self::Boolean,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

/// Reads a day as expressions write it: `2025-09-05`.
fn day(text: &str) -> Option<Date> {
    crate::format::parse_date(text)
}
