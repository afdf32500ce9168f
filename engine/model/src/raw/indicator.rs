//! A statistical table as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Id, Literal};
use crate::definition::indicator::ChartKind;
use crate::text::Text;

/// A statistical table: figures at the crossings of rows and columns.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIndicator {
    /// Id; the name of its table.
    pub(crate) id: Id,
    /// Title above the table, as it is printed.
    pub(crate) title: String,
    /// Symbol of the form, such as `Biểu số: 02.ĐN-TH`.
    pub(crate) symbol: Option<String>,
    /// Unit of the figures.
    pub(crate) unit: Option<String>,
    /// Remark below the table.
    pub(crate) note: Option<String>,
    /// Heading of the column with the titles of the rows.
    pub(crate) heading: String,
    /// Heading of the column with the codes of the rows.
    pub(crate) code_heading: Option<String>,
    /// Table whose rows are counted where neither row nor column says something else.
    pub(crate) count: Option<Id>,
    /// What every counted row has.
    #[serde(default, rename = "where")]
    pub(crate) only_where: IndexMap<Id, RawTest>,
    /// Rows in order.
    #[schemars(length(min = 1))]
    pub(crate) rows: Vec<RawMember>,
    /// Columns in order.
    #[schemars(length(min = 1))]
    pub(crate) columns: Vec<RawMember>,
    /// What is printed for nil; `0` when left out.
    pub(crate) nil: Option<String>,
    /// What is printed where there is no figure, such as a share of nothing.
    pub(crate) missing: Option<String>,
    /// Its sheet in a workbook.
    pub(crate) sheet: Option<RawIndicatorSheet>,
    /// What figures must be to each other.
    #[serde(default)]
    pub(crate) checks: Vec<RawCellCheck>,
    /// Table: its columns that are shown when somebody asks for the records behind a figure.
    #[serde(default)]
    pub(crate) records: IndexMap<Id, IndexMap<Id, String>>,
    /// Charts of its figures, on a page behind the tables.
    #[serde(default)]
    pub(crate) charts: Vec<RawChart>,
}

/// A chart of figures of a statistical table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawChart {
    /// Title above the chart.
    pub(crate) title: String,
    /// How the figures are drawn.
    pub(crate) kind: ChartKind,
    /// Rows of the table, in order.
    #[schemars(length(min = 1))]
    pub(crate) rows: Vec<Id>,
    /// Columns of the table, in order, with the names of their bars or lines.
    #[schemars(length(min = 1, max = 6))]
    pub(crate) series: IndexMap<Id, String>,
}

/// The sheet of a statistical table in a workbook.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIndicatorSheet {
    /// Name of the sheet.
    pub(crate) name: String,
    /// Lines between title and table; `{node.column}` is filled in from a node with `one: true`.
    #[serde(default)]
    pub(crate) heading: Vec<String>,
}

/// A row or a column, or several under one heading.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMember {
    /// Id, by which other figures and checks speak of it; a heading without figures has none.
    pub(crate) id: Option<Id>,
    /// Title; with `each` a `{title}` in it is the title of the value.
    pub(crate) title: Option<String>,
    /// Code of a row.
    pub(crate) code: Option<String>,
    /// Counts the rows of this table.
    pub(crate) count: Option<Id>,
    /// Adds up this column of the table `from`.
    pub(crate) sum: Option<Id>,
    /// The mean of this column of the table `from`.
    pub(crate) average: Option<Id>,
    /// Table of `sum` and `average`.
    pub(crate) from: Option<Id>,
    /// The percentage of this row or column in `of`.
    pub(crate) share: Option<Id>,
    /// This row or column divided by `of`.
    pub(crate) ratio: Option<Id>,
    /// What `share` and `ratio` divide by.
    pub(crate) of: Option<Id>,
    /// The sum of these rows or columns.
    #[serde(default)]
    pub(crate) plus: Vec<Id>,
    /// Digits behind the comma of `average`, `share` and `ratio`; 1 when left out.
    #[schemars(range(min = 0, max = 4))]
    pub(crate) decimals: Option<u8>,
    /// What the counted rows have, beside what the headings above ask for.
    #[serde(default, rename = "where")]
    pub(crate) only_where: IndexMap<Id, RawTest>,
    /// Left out where all its figures are nil or missing.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Stands once for each of these values.
    pub(crate) each: Option<RawEach>,
    /// Rows below this one, each a part of it.
    #[serde(default)]
    pub(crate) rows: Vec<RawMember>,
    /// Columns under this heading.
    #[serde(default)]
    pub(crate) columns: Vec<RawMember>,
}

/// Values of a column, one row or column for each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEach {
    /// Column of the counted table.
    pub(crate) column: Id,
    /// Value: title.
    #[schemars(length(min = 1))]
    pub(crate) values: IndexMap<String, String>,
}

/// What a column of a counted row must be: a value, one of several, or within bounds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum RawTest {
    /// Within bounds, or not one of some values.
    Bounds(Box<RawBounds>),
    /// One of these values.
    Several(#[expect(dead_code, reason = "read with its place")] Vec<Literal>),
    /// This value; the last, since it would take the others too.
    One(#[expect(dead_code, reason = "read with its place")] Literal),
}

/// Bounds of a value; a missing value meets none but `missing: true`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBounds {
    /// At least this.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) from: Option<Literal>,
    /// At most this.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) to: Option<Literal>,
    /// More than this.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) above: Option<Literal>,
    /// Less than this.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) below: Option<Literal>,
    /// None of these.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) not: Vec<Literal>,
    /// Whether there is no value.
    pub(crate) missing: Option<bool>,
}

/// What figures must be to each other.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCellCheck {
    /// `total = public + other`, `girls <= pupils`, or single figures `row.column`.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) that: String,
    /// Sentence in place of the usual one.
    pub(crate) message: Option<Text>,
    /// Whether it is only worth knowing.
    #[serde(default)]
    pub(crate) severity: super::RawCheckSeverity,
}
