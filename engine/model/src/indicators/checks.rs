//! Compares figures with each other, and says what does not fit with both figures and their values.

use super::{Figure, Figures};
use crate::definition::Indicator;
use crate::definition::indicator::{Across, CellCheck, Line, Measure, Order, Term};
use crate::format::decimal;
use crate::text::{Locale, Text};

/// A check that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What does not fit.
    pub message: Text,
    /// Whether the document may not be issued.
    pub blocks: bool,
}

/// Returns the checks of the statistical table at `own` that do not hold; a check of a figure that
/// is missing is left out.
pub fn failed(tables: &[(&Indicator, &Figures)], own: usize) -> Vec<Failed> {
    let (indicator, _) = tables[own];
    let mut found = Vec::new();
    for check in &indicator.checks {
        let places: Vec<Option<&Line>> = match check.across {
            Across::Rows => named(&indicator.rows),
            Across::Columns => named(&indicator.columns),
            Across::Cells => vec![None],
        };
        for place in places {
            let asked = Asked { tables, own, check, place };
            found.extend(asked.failure());
        }
    }
    found
}

/// The lines in which a check is made: rounded figures do not add up.
fn named(lines: &[Line]) -> Vec<Option<&Line>> {
    let is_rounded = |line: &&Line| {
        matches!(line.measure, Some(Measure::Ratio { .. } | Measure::Average { .. }))
    };
    lines.iter().filter(|line| !line.id.is_empty() && !is_rounded(line)).map(Some).collect()
}

/// A check at one place.
struct Asked<'a> {
    tables: &'a [(&'a Indicator, &'a Figures)],
    own: usize,
    check: &'a CellCheck,
    place: Option<&'a Line>,
}

/// A term with its figure.
struct Found<'a> {
    minus: bool,
    indicator: &'a Indicator,
    row: &'a Line,
    column: &'a Line,
    units: i64,
    scale: u8,
}

impl<'a> Asked<'a> {
    fn failure(&self) -> Option<Failed> {
        let left = self.side(&self.check.left)?;
        let right = self.side(&self.check.right)?;
        let scale = left.iter().chain(&right).map(|found| found.scale).max().unwrap_or_default();
        let (a, b) = (sum(&left, scale), sum(&right, scale));
        if self.check.order.holds(&a, &b) {
            return None;
        }
        let message = match &self.check.message {
            Some(own) => Text::both(
                self.sentence(own.get(Locale::Vi), &left, &right, Locale::Vi),
                self.sentence(own.get(Locale::En), &left, &right, Locale::En),
            ),
            None => Text::both(
                self.usual(&left, &right, scale, Locale::Vi),
                self.usual(&left, &right, scale, Locale::En),
            ),
        };
        Some(Failed { message, blocks: self.check.blocks })
    }

    fn side(&self, terms: &'a [Term]) -> Option<Vec<Found<'a>>> {
        terms.iter().map(|term| self.find(term)).collect()
    }

    fn find(&self, term: &'a Term) -> Option<Found<'a>> {
        let (indicator, figures) = match &term.indicator {
            None => self.tables[self.own],
            Some(id) => *self.tables.iter().find(|(indicator, _)| indicator.id == *id)?,
        };
        let place = || self.place.map(|line| line.id.as_str()).unwrap_or_default();
        let (row, column) = match self.check.across {
            Across::Rows => (place(), term.column.as_str()),
            Across::Columns => (term.row.as_str(), place()),
            Across::Cells => (term.row.as_str(), term.column.as_str()),
        };
        let line = |lines: &'a [Line], id: &str| lines.iter().find(|line| line.id == id);
        let Figure::Number { units, scale } = figures.named(indicator, row, column)? else {
            return None;
        };
        let (row, column) = (line(&indicator.rows, row)?, line(&indicator.columns, column)?);
        Some(Found { minus: term.minus, indicator, row, column, units, scale })
    }

    fn head(&self, locale: Locale) -> String {
        let title = &self.tables[self.own].0.title;
        let word = |vi: &'static str, en: &'static str| if locale == Locale::Vi { vi } else { en };
        match (self.check.across, self.place) {
            (Across::Rows, Some(row)) => {
                format!("{title}, {} {}", word("dòng", "row"), row_name(row))
            }
            (Across::Columns, Some(column)) => format!(
                "{title}, {} {}",
                word("cột", "column"),
                column_name(self.tables[self.own].0, column)
            ),
            _ => title.clone(),
        }
    }

    fn sentence(&self, own: &str, left: &[Found], right: &[Found], locale: Locale) -> String {
        let all = left.iter().chain(right).map(|found| self.term(found, locale));
        format!("{}: {own} ({})", self.head(locale), all.collect::<Vec<_>>().join("; "))
    }

    fn usual(&self, left: &[Found], right: &[Found], scale: u8, locale: Locale) -> String {
        let must = match (self.check.order, locale) {
            (Order::Equal, Locale::Vi) => "phải bằng",
            (Order::Equal, Locale::En) => "must equal",
            (Order::AtMost, Locale::Vi) => "phải không lớn hơn",
            (Order::AtMost, Locale::En) => "must not be more than",
            (Order::AtLeast, Locale::Vi) => "phải không nhỏ hơn",
            (Order::AtLeast, Locale::En) => "must not be less than",
            (Order::Less, Locale::Vi) => "phải nhỏ hơn",
            (Order::Less, Locale::En) => "must be less than",
            (Order::More, Locale::Vi) => "phải lớn hơn",
            (Order::More, Locale::En) => "must be more than",
        };
        format!(
            "{}: {} {must} {}",
            self.head(locale),
            self.side_words(left, scale, locale),
            self.side_words(right, scale, locale)
        )
    }

    fn side_words(&self, side: &[Found], scale: u8, locale: Locale) -> String {
        let mut words = String::new();
        for (at, found) in side.iter().enumerate() {
            if at > 0 || found.minus {
                words.push_str(if found.minus { " - " } else { " + " });
            }
            words.push_str(&self.term(found, locale));
        }
        if side.len() > 1 {
            let sum = i64::try_from(sum(side, scale)).unwrap_or(i64::MAX);
            words.push_str(&format!(" = {}", decimal(sum, scale)));
        }
        words
    }

    fn term(&self, found: &Found, locale: Locale) -> String {
        let word = |vi: &'static str, en: &'static str| if locale == Locale::Vi { vi } else { en };
        let name = match self.check.across {
            Across::Rows => {
                format!("{} {}", word("cột", "column"), column_name(found.indicator, found.column))
            }
            Across::Columns => format!("{} {}", word("dòng", "row"), row_name(found.row)),
            Across::Cells => {
                let column = column_name(found.indicator, found.column);
                let row = row_name(found.row);
                let cell =
                    format!("{} {row}, {} {column}", word("dòng", "row"), word("cột", "column"));
                match std::ptr::eq(found.indicator, self.tables[self.own].0) {
                    true => cell,
                    false => format!("{}, {cell}", found.indicator.title),
                }
            }
        };
        format!("{name} ({})", decimal(found.units, found.scale))
    }
}

fn sum(side: &[Found], scale: u8) -> i128 {
    let units = side.iter().map(|found| {
        let units = i128::from(found.units) * 10_i128.pow(u32::from(scale - found.scale));
        if found.minus { -units } else { units }
    });
    units.sum()
}

fn row_name(line: &Line) -> String {
    let title = line.full_title();
    match &line.code {
        Some(code) => format!("{code} “{title}”"),
        None => format!("“{title}”"),
    }
}

fn column_name(indicator: &Indicator, line: &Line) -> String {
    let at = indicator.columns.iter().position(|own| own.id == line.id).unwrap_or_default();
    format!("{} “{}”", at + 1, line.full_title())
}
