//! Counts and percentages of a class, with the denominator as a parameter.

use crate::decimal::{Rounding, Scaled, divide};

/// Who stands in the denominator of a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Denominator {
    /// Without the pupils flagged as not assessed: the practice seen in schools, the default.
    #[default]
    Assessed,
    /// Every pupil on the roll.
    Everyone,
}

/// How percentages are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percentages {
    /// Who stands in the denominator.
    pub denominator: Denominator,
    /// Digits after the comma, 0 to 6.
    pub decimals: u8,
    /// What happens to the rest.
    pub rounding: Rounding,
}

impl Default for Percentages {
    fn default() -> Self {
        Percentages { denominator: Denominator::Assessed, decimals: 1, rounding: Rounding::HalfUp }
    }
}

/// A count and its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: u32,
    /// Of how many.
    pub of: u32,
    /// Percentage; `None` when nobody is in the denominator.
    pub percent: Option<Scaled>,
}

impl Percentages {
    /// Returns the share of `count` in a class of `on_roll` pupils of whom `flagged` are not assessed.
    ///
    /// Rounded percentages need not add up to 100; nothing here evens them out.
    pub fn share(&self, count: u32, on_roll: u32, flagged: u32) -> Share {
        let of = match self.denominator {
            Denominator::Assessed => on_roll.saturating_sub(flagged),
            Denominator::Everyone => on_roll,
        };
        let decimals = self.decimals.min(6);
        let unit = 10i64.pow(u32::from(decimals));
        let percent = divide(i64::from(count) * 100 * unit, i64::from(of), self.rounding)
            .map(|value| Scaled::new(value, decimals));
        Share { count, of, percent }
    }
}
