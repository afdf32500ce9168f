//! A form: the fields of one kind of record, from which its table is made.

use crate::definition::Source;
use crate::table::ColumnType;
use crate::text::Text;

/// A checked form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Form {
    /// Id, `snake_case`; the name by which datasets read it.
    pub id: String,
    /// Version of this definition.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// Whose records they are.
    pub scope: FormScope,
    /// Fields that identify a record; never changed once stored.
    pub key: Vec<String>,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// Whose records a form holds, and so who may see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormScope {
    /// The whole site: everybody may read them (school years, org units).
    Site,
    /// One school; the field `school` is the first of the key. Fields named `class` and `subject`
    /// narrow the scope of a caller who has only some classes and subjects.
    School,
}

/// A group of fields under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// Id, `snake_case`.
    pub id: String,
    /// Heading.
    pub title: Text,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// One field, one column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Id, `snake_case`; the column.
    pub id: String,
    /// Label.
    pub title: Text,
    /// A line under the label.
    pub hint: Option<Text>,
    /// What it holds.
    pub kind: FieldType,
    /// Whether it must be filled.
    pub required: bool,
    /// Condition (CEL) under which the field is asked.
    pub when: Option<Source>,
    /// Condition (CEL) that the record must meet, with the sentence when it does not.
    pub check: Option<(Source, Text)>,
    /// Class of personal data.
    pub personal: Personal,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Text of at most so many characters, perhaps of a pattern (anchored regular expression).
    Text {
        /// Greatest length in characters.
        max_length: Option<usize>,
        /// Pattern that the whole text must match.
        pattern: Option<String>,
    },
    /// A person's name, sorted by given name.
    PersonName,
    /// Whole number within bounds.
    Integer {
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// Decimal, stored in units of `10^-scale`; the bounds are in units too.
    Decimal {
        /// Digits behind the comma.
        scale: u8,
        /// Least value, in units.
        min: Option<i64>,
        /// Greatest value, in units.
        max: Option<i64>,
    },
    /// Calendar day.
    Date,
    /// Yes or no.
    Boolean,
    /// A code of a code list.
    Choice {
        /// Code list.
        codes: String,
    },
    /// The key of a record of another form. The last key field of that form is stored; the fields
    /// before it are taken from the fields of the same name.
    Reference {
        /// Form.
        to: String,
    },
}

/// Class of personal data (Law 91/2025/QH15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Personal {
    /// Not personal.
    #[default]
    None,
    /// Basic personal data.
    Basic,
    /// Sensitive personal data (health, ethnicity).
    Sensitive,
}

impl FieldType {
    /// Returns the type of the column that holds the field.
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Text { .. } | Self::PersonName | Self::Choice { .. } | Self::Reference { .. } => {
                ColumnType::Text
            }
            Self::Integer { .. } => ColumnType::Integer,
            Self::Decimal { scale, .. } => ColumnType::Decimal(*scale),
            Self::Date => ColumnType::Date,
            Self::Boolean => ColumnType::Boolean,
        }
    }
}

impl Form {
    /// Walks over the fields of all sections.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// Returns the field `id`.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id == id)
    }
}
