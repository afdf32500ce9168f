//! A form as it is written.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Number;

use super::Id;
use super::layer::RawLayering;
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
    /// Whether records may be entered.
    #[serde(default)]
    pub(crate) status: RawStatus,
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
    /// Conditions that the record as a whole must meet.
    #[serde(default)]
    pub(crate) checks: Vec<RawFormCheck>,
    /// Tables in which many records are entered at once.
    #[serde(default)]
    pub(crate) grids: Vec<RawGrid>,
    /// What layers of a province or a school may change.
    #[serde(default)]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) layers: RawLayering,
}

/// Whether records may be entered.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawStatus {
    /// Not yet: only drafts are kept.
    Draft,
    /// Yes.
    #[default]
    Published,
    /// No more: records that are there can still be read and corrected.
    Retired,
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
    #[serde(default)]
    pub(crate) fields: Vec<RawField>,
    /// Records of another form that stand here, as many as there are; instead of fields.
    pub(crate) repeat: Option<RawRepeat>,
}

/// Records of another form that belong to one record.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRepeat {
    /// Form of the lines; its key is the key of this form and one field more.
    pub(crate) form: Id,
    /// Least number of lines.
    #[serde(default)]
    pub(crate) least: usize,
    /// Greatest number of lines.
    pub(crate) most: Option<usize>,
}

/// A table in which many records are entered at once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGrid {
    /// Id.
    pub(crate) id: Id,
    /// Title.
    pub(crate) title: Text,
    /// Fields that have one value for the whole table.
    #[schemars(length(min = 1))]
    pub(crate) fixed: Vec<Id>,
    /// Where the rows come from.
    pub(crate) rows: RawGridRows,
    /// Fields that are entered, in order.
    #[schemars(length(min = 1))]
    pub(crate) columns: Vec<Id>,
}

/// Where the rows of a grid come from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGridRows {
    /// Form whose records give the rows: those that agree with the fixed fields they share.
    pub(crate) form: Id,
    /// Field that tells the rows apart; it stands in both forms.
    pub(crate) field: Id,
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
    /// Whether the value stays as it is once it is filled: an identifier.
    #[serde(default)]
    pub(crate) immutable: bool,
    /// Condition (CEL over the fields of the form) under which the field is asked.
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) when: Option<String>,
    /// What the field is computed from; nobody enters it.
    pub(crate) compute: Option<RawCompute>,
    /// Condition that the record must meet.
    pub(crate) check: Option<RawCheck>,
    /// Condition (CEL) that a code must meet to be chosen; it sees the code as `choice.code`,
    /// `choice.name` and `choice.<column of the list>` (type `choice`).
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) choice_filter: Option<String>,
    /// Date field with the day on which the code must be valid; the day of entry when left out
    /// (type `choice`).
    pub(crate) valid_on: Option<Id>,
    /// Class of personal data.
    #[serde(default)]
    pub(crate) personal: RawPersonal,
    /// Column kind by which locks and sign-offs reach the field: a code of the list `column_kind`.
    pub(crate) lock: Option<Id>,
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
    /// Whether it blocks, or must be confirmed with a reason.
    #[serde(default)]
    pub(crate) severity: RawCheckSeverity,
    /// What happens when a value that it names is missing; by default `never_skip` when the
    /// condition speaks of `null` itself, else `skip_if_any`.
    pub(crate) missing: Option<RawMissing>,
}

/// A condition on the record as a whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFormCheck {
    /// Id; by it a warning is confirmed.
    pub(crate) id: Id,
    /// Condition (CEL over the fields of the form).
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) that: String,
    /// What to tell the person.
    pub(crate) message: Text,
    /// Whether it blocks, or must be confirmed with a reason.
    #[serde(default)]
    pub(crate) severity: RawCheckSeverity,
    /// What happens when a value that it names is missing; see `check`.
    pub(crate) missing: Option<RawMissing>,
}

/// What a computed field is computed from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCompute {
    /// Expression (CEL over the fields of the form) of the type of the field; decimals are rounded
    /// to its scale, half up.
    #[serde(rename = "as")]
    #[expect(dead_code, reason = "read with its place")]
    pub(crate) expression: String,
    /// What happens when a value that it names is missing; see `check`.
    pub(crate) missing: Option<RawMissing>,
}

/// What a check does that is not met.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawCheckSeverity {
    /// It blocks.
    #[default]
    Error,
    /// It must be confirmed with a reason.
    Warning,
}

/// What happens to a condition when values that it names are missing.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawMissing {
    /// It is left out when any of them is missing.
    SkipIfAny,
    /// It is left out when all of them are missing.
    SkipIfAll,
    /// It always counts; when it cannot be decided, it is not met.
    NeverSkip,
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
