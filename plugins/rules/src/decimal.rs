//! Marks as scaled integers: tenths of a point, exact division, rounding, reading and printing.

use core::fmt;

/// Exact division, and what happens to the part that does not fit (point A1 of the regulations).
pub use bieumau_plugin_sdk::{Rounding, divide, divide_half_up};

/// A mark or an average in tenths of a point: `Tenths(75)` is 7,5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tenths(pub i32);

impl Tenths {
    /// 0 points.
    pub const ZERO: Tenths = Tenths(0);
    /// 10 points, the top of the scale.
    pub const TEN: Tenths = Tenths(100);

    /// Returns whole points as tenths: `points(8)` is 8,0.
    pub const fn points(points: i32) -> Self {
        Tenths(points * 10)
    }

    /// Returns whether the mark lies on the scale of 10.
    pub fn is_on_scale(self) -> bool {
        (0..=100).contains(&self.0)
    }

    /// Returns whether the mark has no decimal part.
    pub fn is_whole(self) -> bool {
        self.0 % 10 == 0
    }

    /// Takes a decimal as value and scale (`795`, 2 is 7,95); refuses more than one decimal.
    pub fn from_scaled(value: i64, scale: u8) -> Result<Self, DecimalError> {
        let mut value = value;
        let mut scale = scale;
        while scale > 1 {
            if value % 10 != 0 {
                return Err(DecimalError::TooManyDecimals);
            }
            value /= 10;
            scale -= 1;
        }
        if scale == 0 {
            value = value.checked_mul(10).ok_or(DecimalError::OutOfRange)?;
        }
        i32::try_from(value).map(Tenths).map_err(|_| DecimalError::OutOfRange)
    }

    /// Reads `7,5`, `7.5`, `8` or `8,0`; refuses more than one decimal.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let text = text.trim();
        let (whole, decimals) = text
            .split_once([',', '.'])
            .map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !decimals.is_none_or(is_digits) {
            return Err(DecimalError::NotANumber);
        }
        let tenth = match decimals {
            None => 0,
            Some(digit) if digit.len() == 1 => i64::from(digit.as_bytes()[0] - b'0'),
            Some("") => return Err(DecimalError::NotANumber),
            Some(_) => return Err(DecimalError::TooManyDecimals),
        };
        let whole: i64 = whole.parse().map_err(|_| DecimalError::OutOfRange)?;
        whole
            .checked_mul(10)
            .and_then(|value| i32::try_from(value + tenth).ok())
            .map(Tenths)
            .ok_or(DecimalError::OutOfRange)
    }

    /// Prints without a needless `,0`: 8 and 7,5.
    pub fn short(self) -> Short {
        Short(self)
    }
}

/// Prints with one decimal and a comma, as averages are printed: 8,0.
impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Scaled::new(i64::from(self.0), 1).fmt(f)
    }
}

/// A mark that prints without a needless `,0`.
#[derive(Debug, Clone, Copy)]
pub struct Short(Tenths);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Scaled::new(i64::from(self.0.0), 1).trimmed().fmt(f)
    }
}

/// A decimal as an integer and the number of its decimals: value 276, scale 1 is 27,6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scaled {
    /// The digits.
    pub value: i64,
    /// How many of the digits stand after the comma.
    pub scale: u8,
}

impl Scaled {
    /// Makes a scaled integer.
    pub const fn new(value: i64, scale: u8) -> Self {
        Scaled { value, scale }
    }

    /// Drops zeros at the end of the decimals.
    pub fn trimmed(self) -> Self {
        let mut trimmed = self;
        while trimmed.scale > 0 && trimmed.value % 10 == 0 {
            trimmed.value /= 10;
            trimmed.scale -= 1;
        }
        trimmed
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.value < 0 { "-" } else { "" };
        let digits = self.value.unsigned_abs();
        let unit = 10u64.pow(u32::from(self.scale));
        write!(f, "{sign}{}", digits / unit)?;
        if self.scale > 0 {
            let width = usize::from(self.scale);
            write!(f, ",{:0width$}", digits % unit)?;
        }
        Ok(())
    }
}

/// Why a text or a scaled integer is not a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    /// Not digits with at most one comma or point.
    NotANumber,
    /// More decimals than the circular allows (one).
    TooManyDecimals,
    /// Too large to hold.
    OutOfRange,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecimalError::NotANumber => "not a number",
            DecimalError::TooManyDecimals => "more than one decimal",
            DecimalError::OutOfRange => "too large",
        })
    }
}

impl core::error::Error for DecimalError {}

/// Divides a sum of tenths by a count and rounds to tenths.
pub(crate) fn average(sum: i64, divisor: i64, rounding: Rounding) -> Option<Tenths> {
    let tenths = divide(sum, divisor, rounding)?;
    i32::try_from(tenths).ok().map(Tenths)
}

/// Prints a quotient of tenths for an explanation: `= 7,95` when exact, `≈ 7,8571` when not.
pub(crate) fn quotient_text(sum: i64, divisor: i64) -> String {
    let Some(value) = divide_half_up(sum * 1000, divisor) else {
        return "?".to_owned();
    };
    let sign = if (sum * 1000) % divisor == 0 { '=' } else { '≈' };
    format!("{sign} {}", Scaled::new(value, 4).trimmed())
}
