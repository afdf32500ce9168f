//! Workbooks out and in: made for a form, filled in elsewhere, and taken back.
//!
//! [`Site::workbook`](crate::Site::workbook) makes one. Taking one back reads its cells (`book`),
//! finds the table (`sheet`), whose each row is (`rows`), what each cell says (`read`), and what
//! that changes (`plan`); the changes then pass the one way on which records are written.

mod book;
mod job;
mod layout;
mod letters;
mod notes;
mod place;
mod plan;
mod read;
mod rows;
mod sheet;
mod workbook;

pub use book::LARGEST_WORKBOOK;
pub use job::{ImportReport, ImportRequest};
pub use layout::Template;
pub use place::{ImportFinding, Place};
pub use plan::ChangedCell;
