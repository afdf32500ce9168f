//! The shape of a form's table: what of a definition decides how records are kept.
//!
//! Titles, hints and sections change nothing here. Shapes are written into the store beside the
//! tables, so a later migration knows what the tables were made from.

use bieumau_model::definition::{Catalog, Field, FieldType, Form, FormScope};
use bieumau_model::table::ColumnType;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::sql::quoted;

/// What a form's table is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shape {
    /// Form.
    pub form: String,
    /// Version of the definition; records pin it.
    pub version: u32,
    /// Whether records belong to a school.
    pub by_school: bool,
    /// Key columns in order.
    pub key: Vec<String>,
    /// Columns in the order of the fields.
    pub columns: Vec<ColumnShape>,
    /// References to other forms.
    pub references: Vec<ReferenceShape>,
    /// Columns of fields that earlier versions had: kept for the records that filled them, seen by
    /// no report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<ColumnShape>,
}

/// One column, made from one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnShape {
    pub name: String,
    pub kind: Kind,
    /// Whether every record must have it; a field asked only under a condition need not.
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refers: Option<String>,
    /// Whether it holds a person's name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub person_name: bool,
}

/// How cells are stored: decimals as integers in units, dates as ISO text, booleans as 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Text,
    Integer,
    Decimal(u8),
    Date,
    Boolean,
}

/// A reference: `columns` hold the key of a record of the form `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReferenceShape {
    pub columns: Vec<String>,
    pub to: String,
    pub to_key: Vec<String>,
}

impl Shape {
    /// Makes the shape of `form`; `catalog` knows the keys of the forms it refers to.
    pub fn new(form: &Form, catalog: &Catalog) -> Self {
        let mut shape = Self::without_references(form);
        shape.references = form
            .fields()
            .filter_map(|field| match &field.kind {
                FieldType::Reference { to } => reference(field, catalog.forms.get(to)?),
                _ => None,
            })
            .collect();
        shape
    }

    /// Makes the shape of `form` as far as the form itself tells it.
    pub fn without_references(form: &Form) -> Self {
        Self {
            form: form.id.clone(),
            version: form.version,
            by_school: form.scope == FormScope::School,
            key: form.key.clone(),
            columns: form
                .fields()
                .map(|field| ColumnShape::new(field, form.key.contains(&field.id)))
                .collect(),
            references: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// Takes over the columns of `old` that a newer version of the definition no longer has.
    ///
    /// Without a newer version nothing is taken over: leaving a field out is a mistake then, of
    /// which the migration tells.
    pub fn keeping(mut self, old: &Self) -> Self {
        let gone = old.columns.iter().filter(|_| self.version > old.version);
        let gone: Vec<ColumnShape> = gone
            .chain(&old.kept)
            .filter(|column| self.column(&column.name).is_none())
            .map(ColumnShape::freed)
            .collect();
        self.kept = gone;
        self
    }

    /// Returns the column `name` of this version or of an earlier one.
    pub fn any_column(&self, name: &str) -> Option<&ColumnShape> {
        self.columns.iter().chain(&self.kept).find(|column| column.name == name)
    }

    /// Makes the shapes of all forms of `catalog`, referred forms first.
    pub fn all(catalog: &Catalog) -> Vec<Self> {
        catalog.forms.values().map(|form| Self::new(form, catalog)).collect()
    }

    /// Returns whether `other` describes the same records: the same version, key and columns.
    pub fn same_records(&self, other: &Self) -> bool {
        self.form == other.form
            && self.version == other.version
            && self.key == other.key
            && self.columns == other.columns
    }

    /// Returns the column `name`.
    pub fn column(&self, name: &str) -> Option<&ColumnShape> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the name of the table.
    pub fn table(&self) -> String {
        table_of(&self.form)
    }

    /// Returns the columns of the key, quoted and joined.
    pub fn key_list(&self) -> String {
        crate::sql::list(&self.key)
    }

    /// Returns `"a" = ? AND "b" = ?` over the key.
    pub fn key_equals(&self) -> String {
        let parts: Vec<String> =
            self.key.iter().map(|name| format!("{} = ?", quoted(name))).collect();
        parts.join(" AND ")
    }

    /// Returns what tells two shapes apart, as a hash; the version is no part of it.
    pub fn fingerprint(&self) -> String {
        let same = Self { version: 0, ..self.clone() };
        let json = serde_json::to_vec(&same).expect("a shape is plain data");
        Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns how a caller who has only some classes is kept to them.
    pub fn classes(&self) -> ByClass {
        let refers = |name: &str| {
            self.column(name).is_some_and(|column| {
                column.refers.as_deref() == Some(name)
                    || (self.form == name && column.refers.is_none())
            })
        };
        let year = self.column("year").is_some();
        if refers("class") && self.column("school").is_some() {
            return if year { ByClass::Class } else { ByClass::ClassOfAnyYear };
        }
        if self.column("pupil").is_some() && self.column("school").is_some() {
            return ByClass::Pupil;
        }
        // A class that is only text, in a form without pupils: narrowed all the same.
        match self.column("class") {
            Some(_) if year => ByClass::Class,
            Some(_) => ByClass::ClassOfAnyYear,
            None => ByClass::Not,
        }
    }
}

/// How records are narrowed to classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByClass {
    /// By school, year and class.
    Class,
    /// By school and class.
    ClassOfAnyYear,
    /// To pupils who are or were enrolled in the classes.
    Pupil,
    /// Not at all.
    Not,
}

impl ColumnShape {
    /// The column without what its field demanded: it only keeps what is there.
    fn freed(&self) -> Self {
        Self {
            name: self.name.clone(),
            kind: self.kind,
            required: false,
            min: None,
            max: None,
            max_length: None,
            pattern: None,
            codes: None,
            refers: None,
            person_name: false,
        }
    }

    fn new(field: &Field, in_key: bool) -> Self {
        let mut column = Self {
            name: field.id.clone(),
            kind: field.kind.column_type().into(),
            required: in_key || (field.required && field.when.is_none()),
            min: None,
            max: None,
            max_length: None,
            pattern: None,
            codes: None,
            refers: None,
            person_name: false,
        };
        match &field.kind {
            FieldType::Text { max_length, pattern } => {
                column.max_length = *max_length;
                column.pattern = pattern.clone();
            }
            FieldType::Integer { min, max } | FieldType::Decimal { min, max, .. } => {
                column.min = *min;
                column.max = *max;
            }
            FieldType::Choice { codes } => column.codes = Some(codes.clone()),
            FieldType::Reference { to } => column.refers = Some(to.clone()),
            FieldType::PersonName => column.person_name = true,
            FieldType::Date | FieldType::Boolean => {}
        }
        column
    }
}

impl From<ColumnType> for Kind {
    fn from(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text,
            ColumnType::Integer => Self::Integer,
            ColumnType::Decimal(scale) => Self::Decimal(scale),
            ColumnType::Date => Self::Date,
            ColumnType::Boolean => Self::Boolean,
        }
    }
}

impl From<Kind> for ColumnType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Integer => Self::Integer,
            Kind::Decimal(scale) => Self::Decimal(scale),
            Kind::Date => Self::Date,
            Kind::Boolean => Self::Boolean,
        }
    }
}

/// Returns the name of the table that keeps the records of `form`.
pub(crate) fn table_of(form: &str) -> String {
    format!("record_{form}")
}

/// The last key field of the referred form stands in `field`; those before it in fields of the same name.
fn reference(field: &Field, to: &Form) -> Option<ReferenceShape> {
    let (_, before) = to.key.split_last()?;
    let mut columns = before.to_vec();
    columns.push(field.id.clone());
    Some(ReferenceShape { columns, to: to.id.clone(), to_key: to.key.clone() })
}
