//! The HTTP door: an API under `/api/v1` and the pages that people use.
//!
//! The only async room. It speaks to `pipeline` and `model`; what a report is and how a document
//! is made is not known here.

mod access;
mod api;
mod asked;
mod assets;
mod dev;
mod entry;
mod error;
mod figures;
mod flows;
mod locale;
mod openapi;
mod pages;
mod records;
mod renewal;
mod serve;
mod signed;
mod why;

pub use openapi::description;
pub use serve::{ServeError, Server};
pub use signed::Access;
