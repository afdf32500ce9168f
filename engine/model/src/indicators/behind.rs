//! Tells which rows of which tables a figure was counted from.

use crate::definition::Indicator;
use crate::definition::indicator::{Condition, Line, Measure};

/// The rows behind one figure: those of each table that meet one of its alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind<'a> {
    /// Statistical table.
    pub indicator: &'a Indicator,
    /// Row.
    pub row: &'a Line,
    /// Column.
    pub column: &'a Line,
    /// Alternatives.
    pub alternatives: Vec<Alternative<'a>>,
}

/// Rows of one table that meet all of some conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative<'a> {
    /// Table.
    pub table: &'a str,
    /// Conditions.
    pub conditions: Vec<&'a Condition>,
}

/// Returns what stands behind the figure `row`.`column` of `indicator`; behind a share stand the rows
/// of its part.
pub fn behind<'a>(indicator: &'a Indicator, row: &str, column: &str) -> Option<Behind<'a>> {
    let row = indicator.rows.iter().find(|line| line.id == row && !line.id.is_empty())?;
    let column = indicator.columns.iter().find(|line| line.id == column)?;
    let mut alternatives = Vec::new();
    collect(indicator, row, column, &mut alternatives);
    Some(Behind { indicator, row, column, alternatives })
}

fn collect<'a>(
    indicator: &'a Indicator,
    row: &'a Line,
    column: &'a Line,
    found: &mut Vec<Alternative<'a>>,
) {
    let line = |lines: &'a [Line], id: &str| lines.iter().find(|line| line.id == id);
    let parts = |measure: &'a Measure| -> Vec<&'a str> {
        match measure {
            Measure::Ratio { part, .. } => vec![part],
            Measure::Plus(terms) => terms.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    };
    if let Some(measure) = column.measure.as_ref().filter(|own| own.is_derived()) {
        for id in parts(measure) {
            if let Some(column) = line(&indicator.columns, id) {
                collect(indicator, row, column, found);
            }
        }
    } else if let Some(measure) = row.measure.as_ref().filter(|own| own.is_derived()) {
        for id in parts(measure) {
            if let Some(row) = line(&indicator.rows, id) {
                collect(indicator, row, column, found);
            }
        }
    } else if let Some(table) =
        row.measure.as_ref().or(column.measure.as_ref()).and_then(Measure::from)
    {
        let conditions = row.conditions.iter().chain(&column.conditions).collect();
        found.push(Alternative { table, conditions });
    }
}
