//! Exact numbers for conditions: fractions of whole numbers, never a binary fraction.

use std::cmp::Ordering;

/// A fraction in lowest terms with a denominator above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    numerator: i128,
    denominator: i128,
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// Makes a whole number.
    pub fn whole(number: i64) -> Self {
        Self { numerator: i128::from(number), denominator: 1 }
    }

    /// Makes `units * 10^-scale`.
    pub fn decimal(units: i64, scale: u8) -> Self {
        Self::fraction(i128::from(units), 10_i128.pow(u32::from(scale.min(18))))
            .unwrap_or(Self::ZERO)
    }

    /// Reads digits with a sign in front and at most one comma or point: `-7,5`, `8`.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.trim();
        let behind = digits.find([',', '.']).map_or(0, |at| digits.len() - at - 1);
        let scale = u8::try_from(behind).ok().filter(|scale| *scale <= 18)?;
        let units = crate::format::parse_decimal(digits, scale).ok()?;
        Some(Self::decimal(units, scale))
    }

    /// Returns the whole number, when it is one that fits.
    pub fn as_whole(self) -> Option<i64> {
        if self.denominator == 1 { i64::try_from(self.numerator).ok() } else { None }
    }

    /// Cuts the digits behind the comma off.
    pub fn truncated(self) -> Option<i64> {
        i64::try_from(self.numerator / self.denominator).ok()
    }

    /// Returns the number in units of `10^-scale`, half a unit rounded away from zero; nothing when
    /// it does not fit.
    pub fn rounded(self, scale: u8) -> Option<i64> {
        let power = 10_i128.checked_pow(u32::from(scale))?;
        let scaled = self.numerator.checked_mul(power)?;
        let (whole, rest) = (scaled / self.denominator, scaled % self.denominator);
        let away = rest.unsigned_abs().checked_mul(2)? >= self.denominator.unsigned_abs();
        let step = if away { self.numerator.signum() } else { 0 };
        i64::try_from(whole.checked_add(step)?).ok()
    }

    /// Adds; nothing when the sum does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::fraction(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// Subtracts.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated()?)
    }

    /// Multiplies.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::fraction(
            self.numerator.checked_mul(other.numerator)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    /// Divides; nothing by zero.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::fraction(
            self.numerator.checked_mul(other.denominator)?,
            self.denominator.checked_mul(other.numerator)?,
        )
    }

    /// Returns the number with the other sign.
    pub fn negated(self) -> Option<Self> {
        Some(Self { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    /// Writes the number as data have it, with at most nine digits behind the point.
    pub fn text(self) -> String {
        let Some(units) = self.rounded(9) else { return self.numerator.to_string() };
        let text = crate::format::plain_decimal(units, 9);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = i128::try_from(divisor(numerator.unsigned_abs(), denominator.unsigned_abs()))
            .ok()?
            .checked_mul(denominator.signum())?;
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // Parts that overflow are far apart: the whole parts decide.
        let whole = |number: &Self| number.numerator / number.denominator;
        match (
            self.numerator.checked_mul(other.denominator),
            other.numerator.checked_mul(self.denominator),
        ) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => whole(self).cmp(&whole(other)),
        }
    }
}

/// The greatest common divisor.
fn divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::read(text).unwrap()
    }

    #[test]
    fn a_tenth_added_ten_times_is_one() {
        let sum = (0..10).try_fold(Number::ZERO, |sum, _| sum.plus(number("0,1")));
        assert_eq!(sum, Some(Number::whole(1)));
    }

    #[test]
    fn thirds_come_back_whole() {
        let third = Number::whole(1).over(Number::whole(3)).unwrap();
        assert_eq!(third.times(Number::whole(3)), Some(Number::whole(1)));
        assert_eq!(third.text(), "0.333333333");
    }

    #[test]
    fn half_a_unit_is_rounded_away_from_zero() {
        assert_eq!(number("7,95").rounded(1), Some(80));
        assert_eq!(number("7,949").rounded(1), Some(79));
        assert_eq!(number("-0,05").rounded(1), Some(-1));
        assert_eq!(number("6,45").rounded(1), Some(65));
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(number("7,5").over(Number::ZERO), None);
    }

    #[test]
    fn order_is_exact() {
        assert!(number("7,5") > number("7.49"));
        assert!(number("-1") < Number::ZERO);
        assert_eq!(number("7,50"), number("7.5"));
    }
}
