//! The first lock: the part of SQL in which datasets are written.
//!
//! A statement is cut into tokens, parsed, and walked; every token, clause, operator and function
//! that is not on a list is refused, so a construct that nobody thought of is refused too. Tables
//! are forms, code lists and CTEs of the statement, by their bare names. What is handed to SQLite
//! is the text that was checked, with comments blanked out, so both read the same statement.
//!
//! Today SQLite runs it; the subset is what PostgreSQL understands in the same way.

mod expression;
mod grouping;
mod schools;
mod text;
mod walk;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bieumau_model::definition::Catalog;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::table::ColumnType;
use sqlparser::ast::Statement;
use sqlparser::dialect::Dialect;
use sqlparser::parser::Parser;

use crate::schema::{code_column_type, code_columns};

/// The functions of the subset.
pub(crate) const FUNCTIONS: [&str; 13] = [
    "count",
    "sum",
    "min",
    "max",
    "coalesce",
    "nullif",
    "lower",
    "upper",
    "length",
    "substr",
    "substring",
    "trim",
    "abs",
];

/// The deepest nesting of parentheses and sub-queries.
const NESTING: usize = 40;

/// A statement of the subset.
#[derive(Debug, Clone)]
pub(crate) struct Portable {
    /// The text for SQLite: as written, with comments blanked out. Offsets are those of the source.
    pub sql: String,
    /// Parameters with their places, in order.
    pub parameters: Vec<(String, Range<usize>)>,
    /// Places of the result columns, when the statement lists them one by one.
    pub outputs: Option<Vec<Output>>,
    /// The parts of a `UNION` and its like, each as a statement of its own; empty when there is
    /// only one.
    pub arms: Vec<String>,
    /// Forms and code lists that are read.
    pub tables: BTreeSet<String>,
    /// Whether the rows may be had school by school, see [`schools::by_school`].
    pub by_school: bool,
    /// Words of the statement with their places, for spelling out what SQLite complains about.
    pub words: Vec<Range<usize>>,
    /// What is allowed but not wise.
    pub warnings: Vec<Finding>,
}

/// A result column as written.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Where it stands.
    pub place: Range<usize>,
    /// The type that it most likely has, for hints.
    pub guess: ColumnType,
}

/// A finding with its place in the statement.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub place: Range<usize>,
    pub diagnostic: Diagnostic,
}

/// The names that a site has: forms and code lists with their columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    tables: BTreeMap<String, Vec<(String, ColumnType)>>,
    keys: BTreeMap<String, Vec<String>>,
}

impl Names {
    /// Takes the names from `catalog`.
    pub fn new(catalog: &Catalog) -> Self {
        let mut names = Self::default();
        for form in catalog.forms.values() {
            let columns = form.fields().map(|field| (field.id.clone(), field.kind.column_type()));
            names.tables.insert(form.id.clone(), columns.collect());
            names.keys.insert(form.id.clone(), form.key.clone());
        }
        for codes in catalog.code_lists.values() {
            let columns = code_columns(codes).into_iter();
            let columns = columns.map(|name| (name.clone(), code_column_type(&name)));
            names.tables.insert(format!("code_{}", codes.id), columns.collect());
        }
        names
    }

    /// Returns whether `name` is a form or `code_<list>`.
    pub fn has(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// Returns the names of all forms and code lists.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Returns the columns of `table`.
    pub fn columns(&self, table: &str) -> impl Iterator<Item = &str> {
        self.tables.get(table).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Returns the type of the first column `name` among `tables`.
    pub fn kind_in(&self, tables: &BTreeSet<String>, name: &str) -> Option<ColumnType> {
        let columns = tables.iter().filter_map(|table| self.tables.get(table)).flatten();
        columns.filter(|(column, _)| column == name).map(|(_, kind)| *kind).next()
    }

    /// Returns the key of the form `table`.
    pub fn key(&self, table: &str) -> Option<&[String]> {
        self.keys.get(table).map(Vec::as_slice)
    }

    /// Returns whether no CTE and no alias may be called `name`.
    pub fn is_taken(&self, name: &str) -> bool {
        const RESERVED: [&str; 6] = ["record_", "codelist_", "code_", "bm_", "sqlite_", "pragma_"];
        self.has(name)
            || ["main", "temp"].contains(&name)
            || RESERVED.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// Reads `source` as a statement of the subset; all findings are returned together.
pub(crate) fn read(source: &str, names: &Names) -> Result<Portable, Vec<Finding>> {
    let text = text::cut(source)?;
    let parser = Parser::new(&Subset).with_recursion_limit(NESTING);
    let statements = parser
        .with_tokens_with_locations(text.tokens.clone())
        .parse_statements()
        .map_err(|error| vec![text.syntax_error(&error)])?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return Err(vec![text.not_one_select()]);
    };
    walk::walk(query, &text, names)
}

/// How the subset is spelled: plain ASCII names.
#[derive(Debug)]
struct Subset;

impl Dialect for Subset {
    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_ascii_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_ascii_alphanumeric() || ch == '_'
    }
}
