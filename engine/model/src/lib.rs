//! What a form, a report, a table and a record are.
//!
//! Pure: no clock, files, network or threads. Reading files is the job of `pipeline`,
//! keeping records the job of `store`.

pub mod codes;
pub mod diagnostic;
pub mod nearest;
pub mod text;

pub mod format;
pub mod table;
pub mod table_json;

pub mod expression;

pub mod access;
pub mod calendar;
pub mod definition;
pub mod entry;
pub mod layer;
pub mod names;
pub mod scope;

mod raw;
mod yaml;

pub mod cases;
pub mod check;
pub mod record_schema;
pub mod schema;

pub mod document;
pub mod indicators;
pub mod selection;

pub mod correction;
pub mod lock;
pub mod reporting;
pub mod review;
pub mod sign_off;
