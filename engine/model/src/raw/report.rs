//! A report as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::dataset::RawDataset;
use super::layer::RawLayering;
use super::{Id, RawIndicator};
use crate::definition::MissingLetters;
use crate::text::Text;

/// A report: parameters in, a document out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Report")]
pub(crate) struct RawReport {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the file.
    pub(crate) id: Id,
    /// Version of this definition; raised whenever its meaning changes.
    #[schemars(range(min = 1))]
    pub(crate) version: u32,
    /// Title.
    pub(crate) title: Text,
    /// The legal source of the form.
    pub(crate) source: Option<String>,
    /// Education levels for which it is meant; all when left out.
    #[serde(default)]
    pub(crate) levels: Vec<Id>,
    /// What a person chooses before the report is made.
    #[serde(default)]
    pub(crate) parameters: Vec<RawParameter>,
    /// Tables read from the records.
    #[schemars(length(min = 1))]
    pub(crate) datasets: Vec<RawDataset>,
    /// Rules applied to the datasets, in order.
    #[serde(default)]
    pub(crate) rules: Vec<RawRuleCall>,
    /// Parameter for each record of which rules are applied when it is not given.
    pub(crate) batch: Option<Id>,
    /// Tables put together after the rules.
    #[serde(default)]
    pub(crate) selections: Vec<RawSelection>,
    /// Statistical tables.
    #[serde(default)]
    pub(crate) indicators: Vec<RawIndicator>,
    /// What the template sees, by name.
    #[serde(default)]
    pub(crate) document: IndexMap<Id, RawNode>,
    /// Folder of the template inside `templates/`: `<topic>/<name>`.
    pub(crate) template: Option<String>,
    /// Formats it can be made in.
    #[schemars(length(min = 1))]
    pub(crate) formats: Vec<RawFormat>,
    /// Sheets of the workbook (formats `xlsx` and `csv`).
    #[serde(default)]
    pub(crate) sheets: Vec<RawSheet>,
    /// What becomes of a PDF with letters that the fonts lack; what the site says when left out.
    pub(crate) missing_letters: Option<MissingLetters>,
    /// Headings, words and signatures of the page, for templates that take them from here.
    pub(crate) layout: Option<RawLayout>,
    /// What layers of a province or a school may change.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) layers: RawLayering,
}

/// One parameter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawParameter {
    /// Id; `:id` in SQL.
    pub(crate) id: Id,
    /// What it takes.
    #[serde(rename = "type")]
    pub(crate) kind: RawParameterType,
    /// Form whose record is chosen (type `reference`).
    pub(crate) to: Option<Id>,
    /// Values that fields of the record must have (type `reference`).
    #[serde(default, rename = "where")]
    pub(crate) only_where: IndexMap<Id, String>,
    /// Code list (type `choice`).
    pub(crate) codes: Option<Id>,
    /// The codes that may be chosen (type `choice`); all when left out.
    #[serde(default)]
    pub(crate) only: Vec<String>,
    /// Label.
    pub(crate) title: Text,
    /// Whether it must be given.
    #[serde(default)]
    pub(crate) required: bool,
    /// Value when it is not given.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) default: Option<Literal>,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawParameterType {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Calendar day.
    Date,
    /// A code of the code list `codes`.
    Choice,
    /// A record of the form `to`.
    Reference,
    /// A school year, given as its first calendar year.
    SchoolYear,
}

/// A text, number or yes/no.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("type" = ["string", "number", "boolean"]))]
pub(crate) struct Literal(#[expect(dead_code, reason = "read with its place")] Json);

/// One call of a rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRuleCall {
    /// Rule, as plugins name it.
    pub(crate) rule: Id,
    /// Plugin; when left out, level, school year and province choose.
    pub(crate) plugin: Option<Id>,
    /// Table of the rule: dataset, or table that an earlier rule gave.
    pub(crate) takes: IndexMap<Id, Id>,
    /// Table of the rule: name under which this report knows it.
    #[serde(default)]
    pub(crate) gives: IndexMap<Id, Id>,
    /// Table of the rule that it takes: name of a table with what the rule found about its rows, each
    /// finding with the columns of its row and `code`, `severity`, `message`, `help`.
    #[serde(default)]
    pub(crate) findings: IndexMap<Id, Id>,
    /// Parameters of the rule: a literal, or `:id` for a parameter of the report.
    #[serde(default)]
    pub(crate) parameters: IndexMap<Id, Literal>,
}

/// Rows of one table with columns of others, those that meet a condition.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSelection {
    /// Id; the name of its table.
    pub(crate) id: Id,
    /// Dataset, or table that a rule gave: its rows, in their order.
    pub(crate) from: Id,
    /// Table whose columns are added: the columns with the same names by which its row is found.
    #[serde(default)]
    pub(crate) with: IndexMap<Id, Vec<String>>,
    /// Alternatives: column and the values of which it has one, or `[]` for any value.
    #[serde(default, rename = "where")]
    pub(crate) alternatives: Vec<IndexMap<Id, Vec<String>>>,
}

/// Rows of a table as the template sees them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNode {
    /// Dataset, or table that a rule gave.
    pub(crate) from: Id,
    /// Columns whose values tie a row to its parent row.
    #[serde(default)]
    pub(crate) on: Vec<String>,
    /// One object in place of a list.
    #[serde(default)]
    pub(crate) one: bool,
    /// Column by which the rows are found, in place of a list.
    pub(crate) keyed_by: Option<String>,
    /// Column: code list. The code becomes an object with code, name and symbol.
    #[serde(default)]
    pub(crate) codes: IndexMap<String, Id>,
    /// How the values that the rule found came about, as `explain` of each row; for tables that a
    /// rule gave.
    #[serde(default)]
    pub(crate) explain: bool,
    /// Rows of other tables below each row.
    #[serde(default)]
    pub(crate) children: IndexMap<Id, RawNode>,
}

/// A format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawFormat {
    /// PDF, from `page.typ`.
    Pdf,
    /// Picture of a page, from `page.typ`.
    Png,
    /// HTML, from `page.html`.
    Html,
    /// Word document, from `page.html`.
    Docx,
    /// Workbook, from `sheets`.
    Xlsx,
    /// Comma-separated values of the first sheet.
    Csv,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSheet {
    /// Name of the sheet.
    pub(crate) name: String,
    /// Lines above the table.
    #[serde(default)]
    pub(crate) heading: Vec<String>,
    /// Dataset, or table that a rule gave.
    pub(crate) from: Id,
    /// Columns in order.
    #[schemars(length(min = 1))]
    pub(crate) columns: Vec<RawSheetColumn>,
}

/// A column of a sheet.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSheetColumn {
    /// Column of the table.
    pub(crate) column: String,
    /// Heading.
    pub(crate) title: String,
    /// Heading over neighbouring columns that share it.
    pub(crate) group: Option<String>,
    /// Code list whose names replace the codes.
    pub(crate) codes: Option<Id>,
    /// Width in characters.
    #[schemars(range(min = 1, max = 255))]
    pub(crate) width: Option<u32>,
}

/// What a page says around its data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLayout {
    /// Words, by id.
    #[serde(default)]
    pub(crate) labels: IndexMap<Id, String>,
    /// Node of the document whose rows the columns show.
    pub(crate) rows: Option<Id>,
    /// Columns of the table, in order.
    #[serde(default)]
    pub(crate) columns: Vec<RawLayoutColumn>,
    /// Who signs, from left to right.
    #[serde(default)]
    pub(crate) signatures: Vec<RawSignature>,
}

/// A column of the table of a page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLayoutColumn {
    /// Id, by which templates know the column.
    pub(crate) id: Id,
    /// Heading.
    pub(crate) title: String,
    /// Column of the rows that it shows, or `node.column` of a node with one row below each; without
    /// it the template lays the cells out, or they are empty.
    pub(crate) column: Option<String>,
    /// Width in millimetres; a column without one takes what is left.
    #[schemars(range(min = 5, max = 300))]
    pub(crate) width: Option<u32>,
    /// Where its cells stand.
    #[serde(default)]
    pub(crate) align: RawAlign,
}

/// Where a cell stands in its column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawAlign {
    /// At the left.
    Left,
    /// In the middle.
    #[default]
    Center,
    /// At the right.
    Right,
}

/// Who signs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSignature {
    /// Id, by which templates know the signature.
    pub(crate) id: Id,
    /// Post over the signature.
    pub(crate) post: String,
    /// Where the post stands in the document, when it is not always the same: `head.signer_post`.
    pub(crate) post_of: Option<String>,
    /// Line over the post, such as `KT. HIỆU TRƯỞNG`.
    pub(crate) authority: Option<String>,
    /// Line under the post, such as `(Ký, ghi rõ họ tên)`.
    pub(crate) hint: Option<String>,
    /// Where the name stands in the document: `head.principal`.
    pub(crate) name: Option<String>,
    /// Whether place and day stand over it.
    #[serde(default)]
    pub(crate) dated: bool,
}
