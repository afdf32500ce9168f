//! The charts of a statistical table: names and whole figures, for templates to draw.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Figure, Figures};
use crate::definition::Indicator;
use crate::definition::indicator::{Chart, ChartKind, Line};

/// A chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartPage {
    /// Title.
    pub title: String,
    /// How the figures are drawn.
    pub kind: ChartKind,
    /// Bars, lines or parts in order.
    pub series: Vec<Series>,
    /// Rows in order.
    pub rows: Vec<ChartRow>,
}

/// What the figures of one column of a table are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Column.
    pub column: String,
    /// Name in the legend.
    pub name: String,
}

/// A row with its figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartRow {
    /// Title of the row; no column has such an id.
    #[serde(rename = "_name")]
    pub name: String,
    /// Column -> figure.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// Takes the figures of charts out of those of their table. Rows in which nothing was counted are
/// left out, and so is a chart without rows.
pub(super) fn charts(indicator: &Indicator, figures: &Figures) -> Vec<ChartPage> {
    let drawn = indicator.charts.iter().map(|chart| chart_page(chart, indicator, figures));
    drawn.filter(|chart| !chart.rows.is_empty()).collect()
}

fn chart_page(chart: &Chart, indicator: &Indicator, figures: &Figures) -> ChartPage {
    let place = |lines: &[Line], id: &str| lines.iter().position(|line| line.id == *id);
    let figure = |row: usize, column: &str| match place(&indicator.columns, column) {
        Some(column) => match figures.at(row, column) {
            Figure::Number { units, scale: 0 } => units.max(0),
            _ => 0,
        },
        None => 0,
    };
    let drawn: Vec<usize> = chart.rows.iter().filter_map(|id| place(&indicator.rows, id)).collect();
    // A title alone where it tells rows apart, else with those above it.
    let title = |row: usize| {
        let line = &indicator.rows[row];
        let same = drawn.iter().filter(|other| indicator.rows[**other].title == line.title);
        match same.count() {
            1 => line.title.trim_start_matches(['–', '-', ' ']).to_owned(),
            _ => line.full_title(),
        }
    };
    let rows = drawn.iter().filter_map(|row| {
        let row = *row;
        let figures: BTreeMap<String, i64> =
            chart.series.keys().map(|column| (column.clone(), figure(row, column))).collect();
        let counted = figures.values().any(|figure| *figure > 0);
        counted.then(|| ChartRow { name: title(row), figures })
    });
    let series = chart.series.iter();
    let series = series.map(|(column, name)| Series { column: column.clone(), name: name.clone() });
    ChartPage {
        title: chart.title.clone(),
        kind: chart.kind,
        series: series.collect(),
        rows: rows.collect(),
    }
}
