//! A table reduced to the groups of rows that agree in some columns.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::IndicatorError;
use crate::definition::Indicator;
use crate::definition::indicator::{Line, Measure};
use crate::table::{Cells, Column, ColumnType, Table, Value};

/// What is wanted of one table: columns that conditions name, and columns that are added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Columns whose values tell groups apart.
    pub columns: BTreeSet<String>,
    /// Columns that are added up.
    pub sums: BTreeSet<String>,
}

/// The groups of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Name of the table.
    pub name: String,
    columns: Vec<Column>,
    sums: Vec<Summed>,
    counts: Vec<i64>,
}

/// A column that is added up, for each group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Summed {
    column: String,
    scale: u8,
    /// Sum and number of the values that are there.
    totals: Vec<(i64, i64)>,
}

/// Returns what `indicators` want of each table that they count.
pub fn wanted<'a>(
    indicators: impl IntoIterator<Item = &'a Indicator>,
) -> BTreeMap<&'a str, Wanted> {
    let mut all: BTreeMap<&str, Wanted> = BTreeMap::new();
    for indicator in indicators {
        let sides = [(&indicator.rows, &indicator.columns), (&indicator.columns, &indicator.rows)];
        for (lines, others) in sides {
            for line in lines {
                let Some(measure) = &line.measure else { continue };
                let Some(from) = measure.from() else { continue };
                let own = all.entry(from).or_default();
                if let Measure::Sum { column, .. } | Measure::Average { column, .. } = measure {
                    own.sums.insert(column.clone());
                }
                let conditions = |line: &'a Line| line.conditions.iter();
                let names = conditions(line).chain(others.iter().flat_map(conditions));
                own.columns.extend(names.map(|condition| condition.column.clone()));
            }
        }
    }
    all
}

impl Tally {
    /// Begins with no group; `kinds` are the types of the columns, `sums` the columns that are added
    /// up with their scale.
    pub fn new(
        name: &str,
        kinds: impl IntoIterator<Item = (String, ColumnType)>,
        sums: impl IntoIterator<Item = (String, u8)>,
    ) -> Self {
        let column = |(name, kind)| Column { name, cells: Cells::empty(kind) };
        let summed = |(column, scale)| Summed { column, scale, totals: Vec::new() };
        Self {
            name: name.to_owned(),
            columns: kinds.into_iter().map(column).collect(),
            sums: sums.into_iter().map(summed).collect(),
            counts: Vec::new(),
        }
    }

    /// Adds a group and returns its number; a value of a wrong type comes back.
    pub fn group(&mut self, values: Vec<Value>) -> Result<usize, Value> {
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.cells.push(value)?;
        }
        self.counts.push(0);
        for sum in &mut self.sums {
            sum.totals.push((0, 0));
        }
        Ok(self.counts.len() - 1)
    }

    /// Counts a row of a group.
    pub fn count(&mut self, group: usize) {
        self.count_many(group, 1);
    }

    /// Counts many rows of a group.
    pub fn count_many(&mut self, group: usize, rows: i64) {
        self.counts[group] += rows;
    }

    /// Adds a value of the sum at `at`; returns whether the sum can be told.
    #[must_use]
    pub fn add(&mut self, group: usize, at: usize, units: i64) -> bool {
        self.add_many(group, at, units, 1)
    }

    /// Adds the sum of `values` values to that at `at`; returns whether the sum can be told.
    #[must_use]
    fn add_many(&mut self, group: usize, at: usize, units: i64, values: i64) -> bool {
        let total = &mut self.sums[at].totals[group];
        total.1 += values;
        match total.0.checked_add(units) {
            Some(sum) => {
                total.0 = sum;
                true
            }
            None => false,
        }
    }

    /// Reduces a table in memory.
    pub fn of(table: &Table, wanted: &Wanted, indicator: &str) -> Result<Self, IndicatorError> {
        let column = |name: &String| {
            table.column(name).ok_or_else(|| IndicatorError::Column {
                indicator: indicator.to_owned(),
                table: table.name().to_owned(),
                column: name.clone(),
            })
        };
        let own: Vec<&Cells> = wanted.columns.iter().map(column).collect::<Result<_, _>>()?;
        let added: Vec<&Cells> = wanted.sums.iter().map(column).collect::<Result<_, _>>()?;
        let kinds = wanted.columns.iter().cloned().zip(own.iter().map(|cells| cells.kind()));
        let scales = added.iter().map(|cells| scale(cells.kind()));
        let mut tally = Self::new(table.name(), kinds, wanted.sums.iter().cloned().zip(scales));
        let mut groups: HashMap<Vec<Value>, usize> = HashMap::new();
        for row in 0..table.rows() {
            let key: Vec<Value> = own.iter().map(|cells| cells.value(row)).collect();
            let group = match groups.get(&key) {
                Some(group) => *group,
                None => {
                    let group = tally.group(key.clone()).expect("values of these columns");
                    groups.insert(key, group);
                    group
                }
            };
            tally.count(group);
            for (at, cells) in added.iter().enumerate() {
                let (Value::Integer(units) | Value::Decimal { units, .. }) = cells.value(row)
                else {
                    continue;
                };
                if !tally.add(group, at, units) {
                    return Err(IndicatorError::TooLarge { indicator: indicator.to_owned() });
                }
            }
        }
        Ok(tally)
    }

    /// Returns the number of rows that were counted.
    pub fn rows(&self) -> i64 {
        self.counts.iter().sum()
    }

    /// Returns the number of groups.
    pub fn groups(&self) -> usize {
        self.counts.len()
    }

    /// Returns the cells of a column, one for each group.
    pub(super) fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.cells)
    }

    /// Returns the number of rows in each group.
    pub(super) fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// Returns scale, and sum and number of values in each group, of a column that was added up.
    pub(super) fn sums(&self, column: &str) -> Option<(u8, &[(i64, i64)])> {
        let found = self.sums.iter().find(|sum| sum.column == column)?;
        Some((found.scale, &found.totals))
    }
}

/// Counts of parts of a table, put together: groups that agree are one.
#[derive(Debug)]
pub struct Merged {
    tally: Tally,
    groups: HashMap<Vec<Value>, usize>,
}

impl Merged {
    /// Begins with the count of one part.
    pub fn new(first: Tally) -> Self {
        let key = |group| first.columns.iter().map(|column| column.cells.value(group)).collect();
        let groups = (0..first.groups()).map(|group| (key(group), group)).collect();
        Self { tally: first, groups }
    }

    /// Adds the count of another part of the same table.
    pub fn add(&mut self, part: &Tally, indicator: &str) -> Result<(), IndicatorError> {
        for group in 0..part.groups() {
            let key: Vec<Value> =
                part.columns.iter().map(|column| column.cells.value(group)).collect();
            let own = match self.groups.get(&key) {
                Some(own) => *own,
                None => {
                    let own = self.tally.group(key.clone()).expect("columns of the same table");
                    self.groups.insert(key, own);
                    own
                }
            };
            self.tally.count_many(own, part.counts[group]);
            for (at, sum) in part.sums.iter().enumerate() {
                let (units, values) = sum.totals[group];
                if !self.tally.add_many(own, at, units, values) {
                    return Err(IndicatorError::TooLarge { indicator: indicator.to_owned() });
                }
            }
        }
        Ok(())
    }

    /// Returns the count of all parts.
    pub fn into_tally(self) -> Tally {
        self.tally
    }
}

/// Returns the digits behind the comma of a column of numbers.
pub(super) fn scale(kind: ColumnType) -> u8 {
    match kind {
        ColumnType::Decimal(scale) => scale,
        _ => 0,
    }
}
