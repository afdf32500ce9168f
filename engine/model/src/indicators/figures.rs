//! Finds the figures of a statistical table from tallies.

use std::collections::HashMap;

use super::{IndicatorError, Tally, Typed};
use crate::definition::Indicator;
use crate::definition::indicator::{Line, Measure};
use crate::table::{Cells, Column, ColumnType, Table, Value};

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Nothing stands there: the row is a heading.
    Blank,
    /// There is no figure, such as a share of nothing.
    Missing,
    /// `units * 10^-scale`.
    Number {
        /// Whole units.
        units: i64,
        /// Digits behind the comma.
        scale: u8,
    },
}

/// The figures of a statistical table, by row and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    cells: Vec<Vec<Figure>>,
}

impl Figures {
    /// Returns the figure at a row and column.
    ///
    /// # Panics
    /// When the table has no such row or column.
    pub fn at(&self, row: usize, column: usize) -> Figure {
        self.cells[row][column]
    }

    /// Returns the figure by ids.
    pub fn named(&self, indicator: &Indicator, row: &str, column: &str) -> Option<Figure> {
        let at = |lines: &[Line], id: &str| lines.iter().position(|line| line.id == id);
        Some(self.at(at(&indicator.rows, row)?, at(&indicator.columns, column)?))
    }
}

/// Finds all figures of `indicator`; `tallies` hold every table that it counts.
pub fn figures(indicator: &Indicator, tallies: &[Tally]) -> Result<Figures, IndicatorError> {
    let mut finder = Finder { indicator, tallies, masks: HashMap::new() };
    let mut cells = Vec::with_capacity(indicator.rows.len());
    for row in 0..indicator.rows.len() {
        let columns = 0..indicator.columns.len();
        cells.push(columns.map(|column| finder.figure(row, column)).collect::<Result<_, _>>()?);
    }
    Ok(Figures { cells })
}

/// Returns the figures as a table: a column for the id, code, title and depth of each row, then one
/// for each column by its id.
pub fn table(indicator: &Indicator, figures: &Figures) -> Table {
    let text = |name: &str, of: &dyn Fn(&Line) -> Option<String>| Column {
        name: name.to_owned(),
        cells: Cells::Text(indicator.rows.iter().map(of).collect()),
    };
    let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut columns = vec![
        text("row", &|line| named(&line.id)),
        text("code", &|line| line.code.clone()),
        text("label", &|line| named(&line.title)),
    ];
    for (at, line) in indicator.columns.iter().enumerate() {
        let own: Vec<Figure> = (0..indicator.rows.len()).map(|row| figures.at(row, at)).collect();
        // A column of `row`, `code` and `label` is there already.
        let name = match columns.iter().any(|column| column.name == line.id) {
            true => format!("{}_figure", line.id),
            false => line.id.clone(),
        };
        columns.push(Column { name, cells: cells(&own) });
    }
    Table::new(&indicator.id, columns).expect("columns have different ids and equal lengths")
}

/// Puts figures of perhaps different scales into one column.
fn cells(own: &[Figure]) -> Cells {
    let scale = own.iter().map(|figure| match figure {
        Figure::Number { scale, .. } => *scale,
        _ => 0,
    });
    let scale = scale.max().unwrap_or_default();
    let kind = if scale == 0 { ColumnType::Integer } else { ColumnType::Decimal(scale) };
    let mut cells = Cells::empty(kind);
    for figure in own {
        let value = match *figure {
            Figure::Number { units, scale: 0 } if scale == 0 => Value::Integer(units),
            Figure::Number { units, scale: own } => units
                .checked_mul(10_i64.pow(u32::from(scale - own)))
                .map_or(Value::Missing, |units| Value::Decimal { units, scale }),
            Figure::Blank | Figure::Missing => Value::Missing,
        };
        cells.push(value).expect("the value is of the column");
    }
    cells
}

/// Which groups of a tally meet the conditions of a line.
type Mask = Vec<bool>;

struct Finder<'a> {
    indicator: &'a Indicator,
    tallies: &'a [Tally],
    /// By direction and place of the line, and by table.
    masks: HashMap<(bool, usize, &'a str), Mask>,
}

impl<'a> Finder<'a> {
    fn figure(&mut self, row: usize, column: usize) -> Result<Figure, IndicatorError> {
        let indicator = self.indicator;
        let (own, other) = (&indicator.rows[row], &indicator.columns[column]);
        if own.id.is_empty() {
            return Ok(Figure::Blank);
        }
        // A ratio is found last, so that a total has the ratio of totals.
        for (measure, by_row) in [(&other.measure, false), (&own.measure, true)] {
            if let Some(Measure::Ratio { part, whole, decimals, percent }) = measure {
                let [part, whole] = [part, whole].map(|id| self.place(id, by_row));
                let cell = |line: usize| if by_row { (line, column) } else { (row, line) };
                let (Some(part), Some(whole)) = (part, whole) else { return Ok(Figure::Missing) };
                let (part, whole) = (cell(part), cell(whole));
                let part = self.figure(part.0, part.1)?;
                let whole = self.figure(whole.0, whole.1)?;
                return self.ratio(part, whole, *decimals, *percent);
            }
        }
        // The mean of a total is the mean of all its rows, no sum of means.
        for measure in [&own.measure, &other.measure] {
            if let Some(Measure::Average { decimals, .. }) = measure {
                let (sum, count) = self.mean(row, column)?;
                return self.divide(sum, count, *decimals, 1);
            }
        }
        for (measure, by_row) in [(&other.measure, false), (&own.measure, true)] {
            if let Some(Measure::Plus(terms)) = measure {
                let cell = |line: usize| if by_row { (line, column) } else { (row, line) };
                let mut sum = Figure::Number { units: 0, scale: 0 };
                for term in terms {
                    let Some(line) = self.place(term, by_row) else { continue };
                    let (row, column) = cell(line);
                    let term = self.figure(row, column)?;
                    sum = self.plus(sum, term)?;
                }
                return Ok(sum);
            }
        }
        let measure = own.measure.as_ref().or(other.measure.as_ref());
        measure.map_or(Ok(Figure::Missing), |measure| self.counted(measure, row, column))
    }

    fn place(&self, id: &str, by_row: bool) -> Option<usize> {
        let lines = if by_row { &self.indicator.rows } else { &self.indicator.columns };
        lines.iter().position(|line| line.id == id)
    }

    /// Returns the sum of a mean, and the number of its values times the scale of the column.
    fn mean(&mut self, row: usize, column: usize) -> Result<(i128, i128), IndicatorError> {
        let indicator = self.indicator;
        let (own, other) = (&indicator.rows[row], &indicator.columns[column]);
        for (measure, by_row) in [(&other.measure, false), (&own.measure, true)] {
            if let Some(Measure::Plus(terms)) = measure {
                let mut all = (0, 0);
                for term in terms {
                    let Some(line) = self.place(term, by_row) else { continue };
                    let (row, column) = if by_row { (line, column) } else { (row, line) };
                    let (sum, count) = self.mean(row, column)?;
                    all = (all.0 + sum, all.1 + count);
                }
                return Ok(all);
            }
        }
        let measure = own.measure.as_ref().or(other.measure.as_ref());
        let Some(measure) = measure else { return Ok((0, 0)) };
        let (sum, count, scale) = self.added(measure, row, column)?;
        Ok((sum, count * 10_i128.pow(u32::from(scale))))
    }

    fn counted(
        &mut self,
        measure: &'a Measure,
        row: usize,
        column: usize,
    ) -> Result<Figure, IndicatorError> {
        if measure.is_derived() {
            return Ok(Figure::Missing);
        }
        let (sum, _, scale) = self.added(measure, row, column)?;
        self.number(sum, scale)
    }

    /// Returns sum, number of values and scale of what a line counts or adds up; for a count the
    /// sum is the number of rows.
    fn added(
        &mut self,
        measure: &'a Measure,
        row: usize,
        column: usize,
    ) -> Result<(i128, i128, u8), IndicatorError> {
        let from = measure.from().unwrap_or_default();
        let tally = self.tallies.iter().find(|tally| tally.name == from).ok_or_else(|| {
            IndicatorError::MissingTable {
                indicator: self.indicator.id.clone(),
                table: from.to_owned(),
            }
        })?;
        self.mask(tally, true, row)?;
        self.mask(tally, false, column)?;
        let (rows, columns) =
            (&self.masks[&(true, row, from)], &self.masks[&(false, column, from)]);
        let groups = || rows.iter().zip(columns).map(|(row, column)| *row && *column);
        match measure {
            Measure::Sum { column, .. } | Measure::Average { column, .. } => {
                let (scale, totals) = tally.sums(column).ok_or_else(|| self.lacks(from, column))?;
                let met = groups().zip(totals).filter(|(met, _)| *met).map(|(_, total)| total);
                let (sum, count) = met.fold((0_i128, 0_i128), |all, own| {
                    (all.0 + i128::from(own.0), all.1 + i128::from(own.1))
                });
                Ok((sum, count, scale))
            }
            _ => {
                let met = groups().zip(tally.counts()).filter(|(met, _)| *met);
                let count = met.map(|(_, count)| i128::from(*count)).sum();
                Ok((count, count, 0))
            }
        }
    }

    fn mask(&mut self, tally: &'a Tally, of_row: bool, at: usize) -> Result<(), IndicatorError> {
        let key = (of_row, at, tally.name.as_str());
        if self.masks.contains_key(&key) {
            return Ok(());
        }
        let lines = if of_row { &self.indicator.rows } else { &self.indicator.columns };
        let mut mask = vec![true; tally.groups()];
        for condition in &lines[at].conditions {
            let lacks = || self.lacks(&tally.name, &condition.column);
            let cells = tally.column(&condition.column).ok_or_else(lacks)?;
            let test = Typed::new(&condition.test, cells.kind()).map_err(|_| lacks())?;
            for (group, met) in mask.iter_mut().enumerate() {
                *met = *met && test.holds(&cells.value(group));
            }
        }
        self.masks.insert(key, mask);
        Ok(())
    }

    fn ratio(
        &self,
        part: Figure,
        whole: Figure,
        decimals: u8,
        percent: bool,
    ) -> Result<Figure, IndicatorError> {
        let (Figure::Number { units: part, scale: part_scale }, Figure::Number { units, scale }) =
            (part, whole)
        else {
            return Ok(Figure::Missing);
        };
        let power = |scale: u8| 10_i128.pow(u32::from(scale));
        let times = if percent { 100 } else { 1 };
        let (part, whole) =
            (i128::from(part) * power(scale), i128::from(units) * power(part_scale));
        self.divide(part, whole, decimals, times)
    }

    /// Divides, rounded half up; nothing comes of dividing by nothing.
    fn divide(
        &self,
        part: i128,
        whole: i128,
        decimals: u8,
        times: i128,
    ) -> Result<Figure, IndicatorError> {
        if whole == 0 {
            return Ok(Figure::Missing);
        }
        let scaled = part * times * 10_i128.pow(u32::from(decimals));
        let (scaled, whole) = if whole < 0 { (-scaled, -whole) } else { (scaled, whole) };
        self.number((2 * scaled + whole).div_euclid(2 * whole), decimals)
    }

    fn plus(&self, left: Figure, right: Figure) -> Result<Figure, IndicatorError> {
        let (
            Figure::Number { units: a, scale: a_scale },
            Figure::Number { units: b, scale: b_scale },
        ) = (left, right)
        else {
            return Ok(left);
        };
        let scale = a_scale.max(b_scale);
        let raised = |units: i64, own: u8| i128::from(units) * 10_i128.pow(u32::from(scale - own));
        self.number(raised(a, a_scale) + raised(b, b_scale), scale)
    }

    fn number(&self, units: i128, scale: u8) -> Result<Figure, IndicatorError> {
        let units = i64::try_from(units)
            .map_err(|_| IndicatorError::TooLarge { indicator: self.indicator.id.clone() })?;
        Ok(Figure::Number { units, scale })
    }

    fn lacks(&self, table: &str, column: &str) -> IndicatorError {
        IndicatorError::Column {
            indicator: self.indicator.id.clone(),
            table: table.to_owned(),
            column: column.to_owned(),
        }
    }
}
