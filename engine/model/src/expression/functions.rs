//! The functions that expressions may call: those of CEL that need no clock, and days.

use std::fmt;

use regex::Regex;

use super::{Datum, Number, Type, Undecided};
use crate::table::Value;

/// Every function by name, as the documentation lists them.
pub(crate) const NAMES: [&str; 22] = [
    "abs",
    "contains",
    "date",
    "day",
    "days",
    "decimal",
    "endsWith",
    "int",
    "lower",
    "matches",
    "max",
    "min",
    "month",
    "round",
    "size",
    "startsWith",
    "string",
    "substring",
    "trim",
    "upper",
    "year",
    "years",
];

/// A function that takes values and gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Abs,
    Contains,
    Date,
    Day,
    Days,
    Decimal,
    EndsWith,
    Int,
    Lower,
    Max,
    Min,
    Month,
    Round,
    Size,
    StartsWith,
    String,
    Substring,
    Trim,
    Upper,
    Year,
    Years,
}

/// A regular expression that was read when the definition was checked.
#[derive(Clone)]
pub(crate) struct Pattern(pub Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.0.as_str()).finish()
    }
}

impl Function {
    /// Returns the function called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "abs" => Self::Abs,
            "contains" => Self::Contains,
            "date" => Self::Date,
            "day" => Self::Day,
            "days" => Self::Days,
            "decimal" => Self::Decimal,
            "endsWith" => Self::EndsWith,
            "int" => Self::Int,
            "lower" => Self::Lower,
            "max" => Self::Max,
            "min" => Self::Min,
            "month" => Self::Month,
            "round" => Self::Round,
            "size" => Self::Size,
            "startsWith" => Self::StartsWith,
            "string" => Self::String,
            "substring" => Self::Substring,
            "trim" => Self::Trim,
            "upper" => Self::Upper,
            "year" => Self::Year,
            "years" => Self::Years,
            _ => return None,
        })
    }

    /// Returns what it gives for arguments of these types; nothing when it does not take them.
    pub fn gives(self, arguments: &[Type]) -> Option<Type> {
        let text = |at: usize| arguments.get(at).is_some_and(|kind| kind.fits(&Type::Text));
        let whole = |at: usize| arguments.get(at).is_some_and(|kind| kind.fits(&Type::Integer));
        let date = |at: usize| arguments.get(at).is_some_and(|kind| kind.fits(&Type::Date));
        let count = arguments.len();
        let (fits, gives) = match self {
            Self::Abs => (count == 1 && whole(0), arguments.first()?.clone()),
            Self::Contains | Self::StartsWith | Self::EndsWith => {
                (count == 2 && text(0) && text(1), Type::Boolean)
            }
            Self::Date => (count == 1 && (text(0) || date(0)), Type::Date),
            Self::Day | Self::Month | Self::Year => (count == 1 && date(0), Type::Integer),
            Self::Days | Self::Years => (count == 2 && date(0) && date(1), Type::Integer),
            Self::Decimal => (count == 1 && (whole(0) || text(0)), Type::Decimal),
            Self::Int => {
                let yes_no = arguments.first() == Some(&Type::Boolean);
                (count == 1 && (whole(0) || text(0) || yes_no), Type::Integer)
            }
            Self::Lower | Self::Upper | Self::Trim => (count == 1 && text(0), Type::Text),
            Self::Max | Self::Min => return most(arguments),
            Self::Round => (count == 2 && whole(0) && whole(1), Type::Decimal),
            Self::Size => {
                let list = matches!(arguments.first(), Some(Type::List(_)));
                (count == 1 && (list || text(0)), Type::Integer)
            }
            Self::String => {
                let list = matches!(arguments.first(), Some(Type::List(_)));
                (count == 1 && !list, Type::Text)
            }
            Self::Substring => {
                let to = count == 2 || (count == 3 && whole(2));
                (to && text(0) && whole(1), Type::Text)
            }
        };
        fits.then_some(gives)
    }

    /// Calls it.
    pub fn call(self, arguments: &[Datum]) -> Result<Datum, Undecided> {
        let text = |at: usize| arguments.get(at).ok_or(Undecided)?.text();
        let number = |at: usize| arguments.get(at).ok_or(Undecided)?.number();
        let date = |at: usize| arguments.get(at).ok_or(Undecided)?.date();
        let whole = |number: i64| Datum::Number(Number::whole(number));
        let count = |length: usize| whole(i64::try_from(length).unwrap_or(i64::MAX));
        Ok(match self {
            Self::Abs => {
                let number = number(0)?;
                let positive = if number < Number::ZERO { number.negated() } else { Some(number) };
                Datum::Number(positive.ok_or(Undecided)?)
            }
            Self::Contains => Datum::Boolean(text(0)?.contains(text(1)?)),
            Self::StartsWith => Datum::Boolean(text(0)?.starts_with(text(1)?)),
            Self::EndsWith => Datum::Boolean(text(0)?.ends_with(text(1)?)),
            Self::Date => match arguments.first() {
                Some(Datum::Date(date)) => Datum::Date(*date),
                _ => Datum::Date(super::day(text(0)?).ok_or(Undecided)?),
            },
            Self::Day => whole(i64::from(date(0)?.day())),
            Self::Month => whole(i64::from(date(0)?.month())),
            Self::Year => whole(i64::from(date(0)?.year())),
            Self::Days => {
                let between = date(0)?.until(date(1)?).map_err(|_| Undecided)?;
                whole(i64::from(between.get_days()))
            }
            Self::Years => {
                let (from, to) = (date(0)?, date(1)?);
                let before = (to.month(), to.day()) < (from.month(), from.day());
                whole(i64::from(to.year()) - i64::from(from.year()) - i64::from(before))
            }
            Self::Decimal | Self::Int => {
                let number = match arguments.first().ok_or(Undecided)? {
                    Datum::Number(number) => *number,
                    Datum::Boolean(flag) => Number::whole(i64::from(*flag)),
                    Datum::Text(text) => Number::read(text).ok_or(Undecided)?,
                    _ => return Err(Undecided),
                };
                match self {
                    Self::Int => whole(number.truncated().ok_or(Undecided)?),
                    _ => Datum::Number(number),
                }
            }
            Self::Lower => Datum::Text(text(0)?.to_lowercase()),
            Self::Upper => Datum::Text(text(0)?.to_uppercase()),
            Self::Trim => Datum::Text(text(0)?.trim().to_owned()),
            Self::Max => extreme(arguments, std::cmp::Ordering::Greater)?,
            Self::Min => extreme(arguments, std::cmp::Ordering::Less)?,
            Self::Round => {
                let scale = number(1)?.as_whole().and_then(|scale| u8::try_from(scale).ok());
                let scale = scale.filter(|scale| *scale <= 9).ok_or(Undecided)?;
                let units = number(0)?.rounded(scale).ok_or(Undecided)?;
                Datum::of(&Value::Decimal { units, scale })
            }
            Self::Size => match arguments.first() {
                Some(Datum::List(items)) => count(items.len()),
                _ => count(text(0)?.chars().count()),
            },
            Self::String => Datum::Text(match arguments.first().ok_or(Undecided)? {
                Datum::Text(text) => text.clone(),
                Datum::Number(number) => number.text(),
                Datum::Date(date) => crate::format::date_iso(*date),
                Datum::Boolean(flag) => flag.to_string(),
                Datum::Null | Datum::List(_) => return Err(Undecided),
            }),
            Self::Substring => {
                let place = |at: usize| number(at)?.as_whole().ok_or(Undecided);
                let from = usize::try_from(place(1)?).map_err(|_| Undecided)?;
                let to = if arguments.len() == 3 { Some(place(2)?) } else { None };
                let to = to.map(usize::try_from).transpose().map_err(|_| Undecided)?;
                let letters: Vec<char> = text(0)?.chars().collect();
                let to = to.unwrap_or(letters.len());
                Datum::Text(letters.get(from..to).ok_or(Undecided)?.iter().collect())
            }
        })
    }
}

/// The type of `max` and `min`: of several values, or of one list.
fn most(arguments: &[Type]) -> Option<Type> {
    let items: Vec<&Type> = match arguments {
        [Type::List(item)] => vec![&**item],
        items => items.iter().collect(),
    };
    let first = (*items.first()?).clone();
    let common = items.iter().skip(1).fold(first, |common, kind| common.common(kind));
    let ordered = [Type::Integer, Type::Date, Type::Text].iter().any(|kind| common.fits(kind));
    (ordered && items.iter().all(|kind| kind.fits(&common))).then_some(common)
}

fn extreme(arguments: &[Datum], wanted: std::cmp::Ordering) -> Result<Datum, Undecided> {
    let items = match arguments {
        [Datum::List(items)] => items.as_slice(),
        items => items,
    };
    let (first, rest) = items.split_first().ok_or(Undecided)?;
    let mut best = first;
    for item in rest {
        if item.order(best)? == wanted {
            best = item;
        }
    }
    match best {
        Datum::Null => Err(Undecided),
        found => Ok(found.clone()),
    }
}
