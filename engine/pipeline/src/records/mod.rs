//! Records: written on one path, read back with their history.
//!
//! Everything that writes records goes through [`Site::write`](crate::Site::write): pages, the API,
//! workbooks, applying a correction. The order of what is looked at stands in one place, `write`.

mod attachments;
mod drafts;
mod findings;
mod forms;
mod guards;
mod json;
mod lines;
mod nested;
mod noted;
mod read;
mod write;

pub(crate) use attachments::no_file;
pub use attachments::{AttachmentView, LARGEST_ATTACHMENT, NewFile};
pub use drafts::DraftView;
pub use forms::{FormSummary, FormVersion, form_schema};
pub(crate) use guards::Beforehand;
pub use guards::{Attempt, Refusal};
pub use json::{given_fields, key_text, value_json, value_text};
pub use nested::{Line, Nested};
pub use read::{FieldChange, HistoryStep, RecordPage, RecordQuery, RecordView};
pub(crate) use write::Flow;
pub use write::{Act, Change, Conflict, Mode, Outcome, OutcomeFinding, Why, Written};
