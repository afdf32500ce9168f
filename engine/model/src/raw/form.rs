//! A form as it is written.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Number;

use super::Id;
use crate::text::Text;

/// A form: one kind of record and its fields, from which a table is made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Form")]
pub(crate) struct RawForm {
    /// Version of the file format.
    #[schemars(extend("const" = 1))]
    #[expect(dead_code, reason = "checked by its place in the schema")]
    pub(crate) schema_version: u32,
    /// Id; also the name of the file and the name by which datasets read the records.
    pub(crate) id: Id,
    /// Version of this definition; raised whenever its meaning changes.
    #[schemars(range(min = 1))]
    pub(crate) version: u32,
    /// Title.
    pub(crate) title: Text,
    /// Whose records they are.
    pub(crate) scope: RawScope,
    /// Fields that identify a record.
    #[schemars(length(min = 1))]
    pub(crate) key: Vec<Id>,
    /// Sections in order.
    #[schemars(length(min = 1))]
    pub(crate) sections: Vec<RawSection>,
}

/// Whose records a form holds.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawScope {
    /// The whole site; everybody may read them.
    Site,
    /// One school; the key begins with the field `school`.
    School,
}

/// Fields under one heading.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSection {
    /// Id.
    pub(crate) id: Id,
    /// Heading.
    pub(crate) title: Text,
    /// Fields in order.
    #[schemars(length(min = 1))]
    pub(crate) fields: Vec<RawField>,
}

/// One field, one column of the table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawField {
    /// Id; the column.
    pub(crate) id: Id,
    /// What the field holds.
    #[serde(rename = "type")]
    pub(crate) kind: RawFieldType,
    /// Form whose record is referred to (type `reference`).
    pub(crate) to: Option<Id>,
    /// Code list (type `choice`).
    pub(crate) codes: Option<Id>,
    /// Greatest length in characters (type `text`).
    #[schemars(range(min = 1))]
    pub(crate) max_length: Option<usize>,
    /// Regular expression that the whole text must match (type `text`).
    pub(crate) pattern: Option<String>,
    /// Digits behind the decimal comma (type `decimal`).
    #[schemars(range(max = 9))]
    pub(crate) scale: Option<u8>,
    /// Least value (types `integer` and `decimal`).
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) min: Option<Number>,
    /// Greatest value (types `integer` and `decimal`).
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) max: Option<Number>,
    /// Label.
    pub(crate) title: Text,
    /// A line under the label.
    pub(crate) hint: Option<Text>,
    /// Whether the field must be filled; fields of the key always are.
    #[serde(default)]
    pub(crate) required: bool,
    /// Condition (CEL over the fields of the form) under which the field is asked.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) when: Option<String>,
    /// Condition that the record must meet.
    pub(crate) check: Option<RawCheck>,
    /// Class of personal data.
    #[serde(default)]
    pub(crate) personal: RawPersonal,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawFieldType {
    /// Text.
    Text,
    /// A person's name, sorted by given name.
    PersonName,
    /// Whole number.
    Integer,
    /// Decimal number with `scale` digits behind the comma.
    Decimal,
    /// Calendar day.
    Date,
    /// Yes or no.
    Boolean,
    /// A code of the code list `codes`.
    Choice,
    /// A record of the form `to`.
    Reference,
}

/// A condition with the sentence for records that do not meet it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCheck {
    /// Condition (CEL over the fields of the form).
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) that: String,
    /// What to tell the person.
    pub(crate) message: Text,
}

/// Class of personal data (Law 91/2025/QH15).
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPersonal {
    /// Not personal.
    #[default]
    None,
    /// Basic personal data.
    Basic,
    /// Sensitive personal data.
    Sensitive,
}
