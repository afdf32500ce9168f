//! A statistical table as it is printed: headings of several levels, numbers of columns, figures in
//! words. Templates and workbooks lay the same page out.

use serde::Serialize;

use super::chart::{ChartPage, charts};
use super::{Figure, Figures};
use crate::definition::Indicator;
use crate::definition::indicator::Line;
use crate::format::decimal;

/// A statistical table, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Symbol of the form.
    pub symbol: Option<String>,
    /// Unit of the figures.
    pub unit: Option<String>,
    /// Remark below the table.
    pub note: Option<String>,
    /// Whether rows have codes, in a column of their own.
    pub coded: bool,
    /// Number of columns, with those for titles and codes.
    pub width: usize,
    /// Rows of the heading.
    pub header: Vec<Vec<HeadCell>>,
    /// Figure columns in order.
    pub columns: Vec<ColumnTitle>,
    /// The row of letters and numbers below the heading.
    pub numbers: Vec<String>,
    /// Rows.
    pub rows: Vec<BodyLine>,
    /// What is wrong with the figures, as sentences.
    pub problems: Vec<String>,
    /// Charts of its figures.
    pub charts: Vec<ChartPage>,
}

/// A figure column by its whole title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnTitle {
    /// Id.
    pub id: String,
    /// Title, with those above it.
    pub title: String,
}

/// A cell of the heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadCell {
    /// Words.
    pub text: String,
    /// Columns that it stands over.
    pub colspan: usize,
    /// Rows that it takes.
    pub rowspan: usize,
    /// First column.
    #[serde(skip)]
    pub column: usize,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BodyLine {
    /// Id; nothing for a heading.
    pub id: Option<String>,
    /// Title.
    pub title: String,
    /// Code.
    pub code: Option<String>,
    /// Rows above that it is a part of.
    pub depth: usize,
    /// Whether it stands out: it has parts below it, or is the total of everything.
    pub main: bool,
    /// Figures in order.
    pub cells: Vec<FigureCell>,
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureCell {
    /// Id of the column.
    pub column: String,
    /// As it is printed.
    pub text: String,
    /// The figure itself, with a point; nothing where there is none.
    pub value: Option<String>,
    /// The figure for workbooks.
    #[serde(skip)]
    pub figure: Option<(i64, u8)>,
}

/// Puts a statistical table together.
pub fn page(indicator: &Indicator, figures: &Figures, problems: Vec<String>) -> Page {
    let coded = indicator.code_heading.is_some();
    let first = 1 + usize::from(coded);
    let letters = if coded { ["A", "B"].as_slice() } else { ["A"].as_slice() };
    let numbers = (1..=indicator.columns.len()).map(|number| number.to_string());
    Page {
        id: indicator.id.clone(),
        title: indicator.title.clone(),
        symbol: indicator.symbol.clone(),
        unit: indicator.unit.clone(),
        note: indicator.note.clone(),
        coded,
        width: first + indicator.columns.len(),
        header: header(indicator, first),
        columns: indicator
            .columns
            .iter()
            .map(|line| ColumnTitle { id: line.id.clone(), title: line.full_title() })
            .collect(),
        numbers: letters.iter().map(|letter| (*letter).to_owned()).chain(numbers).collect(),
        rows: rows(indicator, figures),
        problems,
        charts: charts(indicator, figures),
    }
}

fn header(indicator: &Indicator, first: usize) -> Vec<Vec<HeadCell>> {
    let levels =
        indicator.columns.iter().map(|line| line.above.len()).max().unwrap_or_default() + 1;
    let mut header: Vec<Vec<HeadCell>> = vec![Vec::new(); levels];
    let fixed = [Some(&indicator.heading), indicator.code_heading.as_ref()];
    for (column, text) in fixed.into_iter().flatten().enumerate() {
        let text = text.clone();
        header[0].push(HeadCell { text, colspan: 1, rowspan: levels, column });
    }
    for (at, line) in indicator.columns.iter().enumerate() {
        for (level, (number, text)) in line.above.iter().enumerate() {
            let is_same =
                |other: &Line| other.above.get(level).map(|above| above.0) == Some(*number);
            if at > 0 && is_same(&indicator.columns[at - 1]) {
                continue;
            }
            let colspan = indicator.columns[at..].iter().take_while(|line| is_same(line)).count();
            let text = text.clone();
            header[level].push(HeadCell { text, colspan, rowspan: 1, column: first + at });
        }
        let level = line.above.len();
        header[level].push(HeadCell {
            text: line.title.clone(),
            colspan: 1,
            rowspan: levels - level,
            column: first + at,
        });
    }
    header
}

fn rows(indicator: &Indicator, figures: &Figures) -> Vec<BodyLine> {
    let cell = |row: usize, column: usize| {
        let id = indicator.columns[column].id.clone();
        match figures.at(row, column) {
            Figure::Blank => {
                FigureCell { column: id, text: String::new(), value: None, figure: None }
            }
            Figure::Missing => {
                let text = indicator.missing.clone();
                FigureCell { column: id, text, value: None, figure: None }
            }
            Figure::Number { units, scale } => FigureCell {
                column: id,
                text: match units {
                    // Nil of a percentage keeps its digits unless it has a sign of its own.
                    0 if scale == 0 || indicator.nil != "0" => indicator.nil.clone(),
                    _ => decimal(units, scale),
                },
                value: Some(crate::format::plain_decimal(units, scale)),
                figure: Some((units, scale)),
            },
        }
    };
    let nil = |row: usize| {
        (0..indicator.columns.len()).all(|column| match figures.at(row, column) {
            Figure::Number { units, .. } => units == 0,
            Figure::Blank | Figure::Missing => true,
        })
    };
    // A row stays when it says something, or when a row below it does.
    let below = |at: usize| {
        let depth = indicator.rows[at].above.len();
        let after = indicator.rows[at + 1..].iter();
        at..=at + after.take_while(|line| line.above.len() > depth).count()
    };
    let stays = |at: usize| !indicator.rows[at].optional || below(at).any(|row| !nil(row));
    let rows = indicator.rows.iter().enumerate().filter(|(at, _)| stays(*at));
    rows.map(|(at, line)| BodyLine {
        id: (!line.id.is_empty()).then(|| line.id.clone()),
        title: line.title.clone(),
        code: line.code.clone(),
        depth: line.above.len(),
        main: below(at).count() > 1 || (line.above.is_empty() && line.conditions.is_empty()),
        cells: (0..indicator.columns.len()).map(|column| cell(at, column)).collect(),
    })
    .collect()
}
