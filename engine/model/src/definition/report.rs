//! A report: parameters in, datasets, rules, and the document that a template lays out.

use indexmap::IndexMap;
use serde::Serialize;

use crate::definition::{Indicator, MissingLetters, Source};
use crate::table::ColumnType;
use crate::text::Text;

/// A checked report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Id, `snake_case`.
    pub id: String,
    /// Version of this definition.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// Topic: the folder of `forms/` in which it stands.
    pub topic: String,
    /// The legal source of the form.
    pub source: Option<String>,
    /// Education levels for which it is meant; empty means all.
    pub levels: Vec<String>,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Datasets in order.
    pub datasets: Vec<Dataset>,
    /// Rules in order; a later one may take what an earlier one gave.
    pub rules: Vec<RuleCall>,
    /// Parameter for each record of which rules are applied, and figures added up, when it is not
    /// given.
    pub batch: Option<String>,
    /// Tables put together from datasets and from what rules gave, in order.
    pub selections: Vec<Selection>,
    /// Statistical tables, in order.
    pub indicators: Vec<Indicator>,
    /// What the template sees, by name.
    pub document: IndexMap<String, Node>,
    /// Folder of the template inside `templates/`, `<topic>/<name>`.
    pub template: Option<String>,
    /// Formats it can be rendered in.
    pub formats: Vec<Format>,
    /// Sheets of its workbook.
    pub sheets: Vec<Sheet>,
    /// What becomes of a PDF with letters that the fonts lack; `None` leaves it to the site.
    pub missing_letters: Option<MissingLetters>,
    /// What its page says around the data.
    pub layout: Option<Layout>,
}

impl Report {
    /// Returns whether a table is only there in each part of a batch: what rules take and give, and
    /// what selections are made of.
    pub fn is_of_batch(&self, table: &str) -> bool {
        let of_rule = |call: &RuleCall| {
            let mut tables = call.takes.values().chain(call.gives.values());
            tables.any(|own| own == table)
        };
        let of_selection =
            |own: &Selection| own.id == table || own.from == table || own.with.contains_key(table);
        self.batch.is_some()
            && (self.rules.iter().any(of_rule) || self.selections.iter().any(of_selection))
    }
}

/// A format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PDF through Typst (`page.typ`).
    Pdf,
    /// PNG of the first page, or of a chosen page, through Typst.
    Png,
    /// HTML through Tera (`page.html`).
    Html,
    /// Word document of the HTML page (`page.html`).
    Docx,
    /// Workbook.
    Xlsx,
    /// Comma-separated values of the first sheet.
    Csv,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Id, `snake_case`; `:id` in SQL.
    pub id: String,
    /// Label.
    pub title: Text,
    /// What it takes.
    pub kind: ParameterType,
    /// Whether it must be given.
    pub required: bool,
    /// Value when it is not given.
    pub default: Option<String>,
}

/// What a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterType {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Calendar day.
    Date,
    /// A code of a code list, perhaps of a few of them only.
    Choice {
        /// Code list.
        codes: String,
        /// The codes that may be taken; empty means all.
        only: Vec<String>,
    },
    /// The key of a record; fields of the form's key that are parameters too narrow the list.
    Reference {
        /// Form.
        to: String,
        /// Values that fields of the record must have: field -> value.
        only: IndexMap<String, String>,
    },
    /// A school year, given as its first calendar year: `2025` is 2025-2026.
    SchoolYear,
}

/// One `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dataset {
    /// Id; the name of its table.
    pub id: String,
    /// The shared dataset from which statement, types and order are.
    pub shared: Option<String>,
    /// Statement.
    pub sql: Source,
    /// Types of the columns that are not plain fields of a form.
    pub columns: IndexMap<String, ColumnType>,
    /// Order, when names must be sorted the Vietnamese way.
    pub sort: Option<Sort>,
}

impl Dataset {
    /// Returns the words of the statement, in small letters: among them every form that it reads. A
    /// word that only looks like a form's name is there too.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        self.sql.text.split(move |letter| !is_part(letter)).map(str::to_ascii_lowercase)
    }
}

/// One `SELECT` for several reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedDataset {
    /// Title.
    pub title: Text,
    /// Parameters that every report with it must have.
    pub parameters: Vec<String>,
    /// Parameters that are missing where a report does not have them.
    pub optional: Vec<String>,
    /// Statement, types and order, under the id by which reports name it.
    pub dataset: Dataset,
}

/// A column of a dataset, as found when the statement was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetColumn {
    /// Name.
    pub name: String,
    /// Type.
    pub kind: ColumnType,
    /// What it shows as it is stored; nothing when it is computed.
    pub shows: Option<Shown>,
}

/// What a column of a dataset shows as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A field of a form.
    Field {
        /// Form.
        form: String,
        /// Field.
        field: String,
    },
    /// The codes of a list.
    Code {
        /// List.
        list: String,
    },
}

/// An order by columns, one of which may hold persons' names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sort {
    /// Columns compared before the name.
    pub before: Vec<String>,
    /// Column with persons' names.
    pub name: String,
    /// Columns compared after the name.
    pub then: Vec<String>,
    /// Order of names.
    pub order: NameOrder,
}

/// How names are ordered (regulations 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NameOrder {
    /// Given name, then family and middle names from left to right.
    #[default]
    GivenThenLeftToRight,
    /// Given name, then middle names, then family name.
    GivenMiddleFamily,
}

/// Columns of a finding of a rule, all texts: its code, its weight (`error`, `warning`, `note`), what is
/// wrong, and what to do about it.
pub const FINDING_COLUMNS: [&str; 4] = ["code", "severity", "message", "help"];

/// One call of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleCall {
    /// Rule, as named in plugin manifests (`assess_secondary`).
    pub rule: String,
    /// Plugin; `None` lets level, school year and province choose.
    pub plugin: Option<String>,
    /// Table of the rule -> dataset, or table that an earlier rule gave.
    pub takes: IndexMap<String, String>,
    /// Table of the rule -> name under which the report knows it.
    pub gives: IndexMap<String, String>,
    /// Table that the rule takes -> name of the table of what the rule found about its rows: the
    /// columns of the row and [`FINDING_COLUMNS`].
    pub findings: IndexMap<String, String>,
    /// Parameters of the rule: a literal, or `:id` for a parameter of the report.
    pub parameters: IndexMap<String, String>,
}

/// Rows of one table with columns of others, those that meet a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Id; the name of its table.
    pub id: String,
    /// Dataset, or table that a rule gave: its rows, in their order.
    pub from: String,
    /// Table -> columns with the same names on both sides; the first row with equal values gives
    /// its other columns.
    pub with: IndexMap<String, Vec<String>>,
    /// Alternatives: a row stays when all columns of one of them have one of the values, or any
    /// value at all where none is listed. Without alternatives all rows stay.
    pub alternatives: Vec<IndexMap<String, Vec<String>>>,
}

/// What the template sees under one name: rows of a table, as a list, a tree or one object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// Dataset, or table that a rule gave.
    pub from: String,
    /// Columns by which rows belong to the parent row (same names on both sides).
    pub on: Vec<String>,
    /// One object (the first row, or null) in place of a list.
    pub one: bool,
    /// Column whose value keys an object of rows, in place of a list.
    pub keyed_by: Option<String>,
    /// Columns whose codes become `{code, name, symbol}`: column -> code list.
    pub codes: IndexMap<String, String>,
    /// Whether each row has `explain`: how the values that a rule found came about.
    pub explain: bool,
    /// Nodes below each row.
    pub children: IndexMap<String, Node>,
    /// Whether a layer added it, so that the sample of the base does not know it.
    pub added: bool,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sheet {
    /// Name of the sheet.
    pub name: String,
    /// Heading lines above the table.
    pub heading: Vec<String>,
    /// Dataset, or table that a rule gave.
    pub from: String,
    /// Columns in order.
    pub columns: Vec<SheetColumn>,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SheetColumn {
    /// Column of the table.
    pub column: String,
    /// Heading.
    pub title: String,
    /// Heading over neighbouring columns that share it.
    pub group: Option<String>,
    /// Code list whose names replace codes.
    pub codes: Option<String>,
    /// Width in characters.
    pub width: Option<u32>,
}

/// What a page says around its data: words, headings and signatures that a layer may change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// Words, by id.
    pub labels: IndexMap<String, String>,
    /// Node of the document whose rows the columns show.
    pub rows: Option<String>,
    /// Columns of the table, in order.
    pub columns: Vec<LayoutColumn>,
    /// Who signs, from left to right.
    pub signatures: Vec<Signature>,
}

/// A column of the table of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LayoutColumn {
    /// Id, by which templates know the column.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Column of the rows that it shows.
    pub column: Option<String>,
    /// Width in millimetres; without one it takes what is left.
    pub width: Option<u32>,
    /// Where its cells stand.
    pub align: Align,
}

/// Where a cell stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// Id, by which templates know the signature.
    pub id: String,
    /// Post over the signature.
    pub post: String,
    /// Node and column of the document where the post stands; `post` where that is empty.
    pub post_of: Option<(String, String)>,
    /// Line over the post.
    pub authority: Option<String>,
    /// Line under the post.
    pub hint: Option<String>,
    /// Node and column of the document where the name stands.
    pub name: Option<(String, String)>,
    /// Whether place and day stand over it.
    pub dated: bool,
}
