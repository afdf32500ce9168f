//! A form: the fields of one kind of record, from which its table is made.

use crate::definition::Source;
use crate::expression::Expression;
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
    /// Whether records may be entered.
    pub status: FormStatus,
    /// Title.
    pub title: Text,
    /// Whose records they are.
    pub scope: FormScope,
    /// Fields that identify a record; never changed once stored.
    pub key: Vec<String>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Conditions that the record as a whole must meet.
    pub checks: Vec<Check>,
    /// Tables in which many records are entered at once.
    pub grids: Vec<Grid>,
}

/// Whether records of a form may be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FormStatus {
    /// Not yet: only drafts are kept.
    Draft,
    /// Yes.
    #[default]
    Published,
    /// No more: records that are there can still be read and corrected.
    Retired,
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
    /// Fields in order; none when the section is a repeat.
    pub fields: Vec<Field>,
    /// The form whose records stand in this section, as many as there are.
    pub repeat: Option<Repeat>,
}

/// Records of another form that belong to one record: its key is the key of this one and one field
/// more, the line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repeat {
    /// Form of the lines.
    pub form: String,
    /// Least number of lines.
    pub least: usize,
    /// Greatest number of lines.
    pub most: Option<usize>,
}

/// A table in which many records are entered at once: one row for each record of another form, such
/// as the pupils of a class, and some fields of this form as columns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grid {
    /// Id, `snake_case`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Fields that have one value for the whole table.
    pub fixed: Vec<String>,
    /// The form whose records give the rows: those that agree with the fixed fields they share.
    pub rows: String,
    /// The field that tells the rows apart; it stands in both forms.
    pub field: String,
    /// Fields that are entered, in order.
    pub columns: Vec<String>,
}

/// A condition or computation with its place in the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Condition {
    /// As it is written.
    pub source: Source,
    /// As it is evaluated.
    pub expression: Expression,
    /// What happens when a value that it names is missing.
    pub missing: Missing,
}

/// What happens to a condition when values that it names are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is left out when any of them is missing.
    SkipIfAny,
    /// It is left out when all of them are missing; when some are, it is not met unless it can be
    /// decided all the same.
    SkipIfAll,
    /// It always counts; when it cannot be decided, it is not met.
    NeverSkip,
}

/// A condition that a record must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Id inside the form; by it a warning is confirmed.
    pub id: String,
    /// The condition.
    pub condition: Condition,
    /// The sentence when it is not met.
    pub message: Text,
    /// Whether it blocks, or must be confirmed with a reason.
    pub severity: CheckSeverity,
}

/// What a check does that is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CheckSeverity {
    /// It blocks.
    #[default]
    Error,
    /// It must be confirmed with a reason.
    Warning,
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
    /// Whether the value stays as it is once it is filled: an identifier.
    pub immutable: bool,
    /// Condition (CEL) under which the field is asked.
    pub when: Option<Condition>,
    /// What the field is computed from (CEL); nobody enters it.
    pub compute: Option<Condition>,
    /// Condition (CEL) that the record must meet.
    pub check: Option<Check>,
    /// Condition (CEL) that a code must meet to be chosen; it sees the code as `choice`.
    pub choice_filter: Option<Condition>,
    /// The field with the day on which the code must be valid; the day of entry when there is none.
    pub valid_on: Option<String>,
    /// Class of personal data.
    pub personal: Personal,
    /// Column kind by which locks and sign-offs reach it, such as `end_of_term`.
    pub lock: Option<String>,
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

    /// Returns whether `id` belongs to the key.
    pub fn is_key(&self, id: &str) -> bool {
        self.key.iter().any(|key| key == id)
    }

    /// Walks over the checks of the fields, and then those of the form.
    pub fn checks(&self) -> impl Iterator<Item = (Option<&Field>, &Check)> {
        let of_fields =
            self.fields().filter_map(|field| Some((Some(field), field.check.as_ref()?)));
        of_fields.chain(self.checks.iter().map(|check| (None, check)))
    }

    /// Returns the grid `id`.
    pub fn grid(&self, id: &str) -> Option<&Grid> {
        self.grids.iter().find(|grid| grid.id == id)
    }

    /// Walks over the sections that repeat another form.
    pub fn repeats(&self) -> impl Iterator<Item = (&Section, &Repeat)> {
        self.sections.iter().filter_map(|section| Some((section, section.repeat.as_ref()?)))
    }

    /// Returns the field `id`.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id == id)
    }
}
