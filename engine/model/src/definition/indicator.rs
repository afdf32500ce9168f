//! A statistical table: rows and columns, what is counted where they cross, and what the figures
//! must be to each other.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::Source;
use crate::diagnostic::Span;
use crate::text::Text;

/// A checked statistical table; its rows and columns are laid out flat.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Indicator {
    /// Id; the name of its table.
    pub id: String,
    /// Title, as it is printed.
    pub title: String,
    /// Symbol of the form.
    pub symbol: Option<String>,
    /// Unit of the figures.
    pub unit: Option<String>,
    /// Remark below the table.
    pub note: Option<String>,
    /// Heading of the titles of rows.
    pub heading: String,
    /// Heading of the codes of rows, when they have codes.
    pub code_heading: Option<String>,
    /// Rows in order, with those that are only headings.
    pub rows: Vec<Line>,
    /// Columns in order.
    pub columns: Vec<Line>,
    /// What is printed for nil.
    pub nil: String,
    /// What is printed where there is no figure.
    pub missing: String,
    /// Name of its sheet in a workbook.
    pub sheet: String,
    /// Lines between title and table in a workbook.
    pub sheet_heading: Vec<String>,
    /// What figures must be to each other.
    pub checks: Vec<CellCheck>,
    /// Table -> column and its heading: what is shown of the records behind a figure.
    pub records: IndexMap<String, IndexMap<String, String>>,
    /// Charts of its figures.
    pub charts: Vec<Chart>,
}

/// A chart of whole figures of a statistical table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chart {
    /// Title.
    pub title: String,
    /// How the figures are drawn.
    pub kind: ChartKind,
    /// Rows in order.
    pub rows: Vec<String>,
    /// Columns in order, with the names of their bars or lines.
    pub series: IndexMap<String, String>,
    /// Where it is declared.
    pub span: Span,
}

/// How figures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// A bar for each figure.
    Bar,
    /// A bar for each row, parted by the figures.
    Stacked,
    /// The same with bars of one length.
    Share,
    /// A line for each series over the rows.
    Line,
}

/// A row or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Id; empty for a heading without figures.
    pub id: String,
    /// Title.
    pub title: String,
    /// Code.
    pub code: Option<String>,
    /// Titles above it, each with a number that tells equal titles apart.
    pub above: Vec<(usize, String)>,
    /// What is found here; `None` leaves it to the other direction.
    pub measure: Option<Measure>,
    /// Whether a row is left out where all its figures are nil or missing; a heading, where all
    /// rows below it are.
    pub optional: bool,
    /// What counted rows must have.
    pub conditions: Vec<Condition>,
    /// Where it is declared.
    pub span: Span,
}

/// What a figure is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The number of rows of a table.
    Count {
        /// Table.
        from: String,
    },
    /// The sum of a column.
    Sum {
        /// Table.
        from: String,
        /// Column.
        column: String,
    },
    /// The mean of a column, where it has values.
    Average {
        /// Table.
        from: String,
        /// Column.
        column: String,
        /// Digits behind the comma.
        decimals: u8,
    },
    /// One line divided by another of the same direction.
    Ratio {
        /// Line.
        part: String,
        /// Line that is divided by.
        whole: String,
        /// Digits behind the comma.
        decimals: u8,
        /// Whether it is a percentage.
        percent: bool,
    },
    /// The sum of lines of the same direction.
    Plus(Vec<String>),
}

/// What a column of a counted row must be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Condition {
    /// Column.
    pub column: String,
    /// What it must be.
    pub test: Test,
    /// Where it is declared.
    pub span: Span,
}

/// What a value must be; a missing value meets nothing but `Missing(true)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these.
    In(Vec<Scalar>),
    /// None of these.
    NotIn(Vec<Scalar>),
    /// In comparison with a value.
    Is(Order, Scalar),
    /// Missing, or there.
    Missing(bool),
}

/// How two numbers, days or texts stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A value as it is written; the column tells what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// Whether it is written as a text, a number or yes/no.
    pub kind: ScalarKind,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarKind {
    /// Text.
    Text,
    /// Number.
    Number,
    /// `true` or `false`.
    Flag,
    /// The key of `values`, which may be anything.
    Key,
}

/// What figures must be to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CellCheck {
    /// As it is written.
    pub source: Source,
    /// In every row, in every column, or of single figures.
    pub across: Across,
    /// Left side.
    pub left: Vec<Term>,
    /// How the sides stand to each other.
    pub order: Order,
    /// Right side.
    pub right: Vec<Term>,
    /// Sentence in place of the usual one.
    pub message: Option<Text>,
    /// Whether it must hold before the document is issued.
    pub blocks: bool,
}

/// Where a check is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Across {
    /// Between columns, in every row.
    Rows,
    /// Between rows, in every column.
    Columns,
    /// Between single figures, perhaps of several tables.
    Cells,
}

/// A figure of a check, added or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    /// Whether it is taken away.
    pub minus: bool,
    /// Statistical table, when it is another one.
    pub indicator: Option<String>,
    /// Row; empty when the check is made in every row.
    pub row: String,
    /// Column; empty when the check is made in every column.
    pub column: String,
}

impl Indicator {
    /// Returns the tables that are counted.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().chain(&self.columns).filter_map(|line| line.measure.as_ref()?.from())
    }
}

impl Line {
    /// Returns the title with those above it.
    pub fn full_title(&self) -> String {
        let above = self.above.iter().map(|(_, title)| title.as_str());
        let parts = above.chain([self.title.as_str()]);
        parts.map(|part| part.trim_start_matches(['–', '-', ' '])).collect::<Vec<_>>().join(" – ")
    }
}

impl Measure {
    /// Returns the table that is counted.
    pub fn from(&self) -> Option<&str> {
        match self {
            Self::Count { from } | Self::Sum { from, .. } | Self::Average { from, .. } => {
                Some(from)
            }
            Self::Ratio { .. } | Self::Plus(_) => None,
        }
    }

    /// Returns whether it is found from other lines.
    pub fn is_derived(&self) -> bool {
        self.from().is_none()
    }
}

impl Order {
    /// Returns whether `left` stands so to `right`.
    pub fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }

    /// Returns the sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}
