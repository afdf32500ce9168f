//! Keeps records in SQLite: records in, tables out, the audit in the same transaction.
//!
//! Forms make the tables; [`Store`] writes them; [`Reader`] runs the datasets of reports, which
//! see only what their caller may see. How documents are made from tables is no business of this
//! crate.

pub mod codes;
mod error;

#[cfg(test)]
#[path = "../tests/store/common.rs"]
#[expect(dead_code, reason = "the tests from outside use more of it")]
mod common;

mod sql;
mod values;

mod schema;
mod shape;
mod store;

mod kept;
mod loss;
mod migrate;

mod access;
mod attachments;
mod audit;
mod cells;
mod chain;
mod drafts;
mod listing;
mod loading;
mod plugins;
mod record;
mod seal;
mod writing;

mod guard;
mod portable;
mod scope;

mod issued;
mod updates;

mod choices;
mod dataset;
mod reader;
mod tally;

pub use access::{
    Accounts, GrantRow, NewGrant, NewToken, NewUser, Post, PostKind, SchoolRow, SessionRow,
    TokenRow, UnitRow, UserRow, UserStatus,
};
pub use attachments::{Attachment, NewAttachment};
pub use audit::{AuditLine, Change};
pub use chain::{Fault, Proof};
pub use choices::Choice;
pub use dataset::{ReportColumns, check_datasets};
pub use drafts::{Draft, DraftState};
pub use error::{RecordFinding, StoreError};
pub use issued::{IssueEnd, Issued, NewIssue};
pub use listing::{Listing, Page};
pub use loading::Loading;
pub use migrate::Migration;
pub use plugins::{
    PluginChange, PluginInUse, PluginKey, PluginPackage, PluginsInUse, plugins_in_use,
};
pub use reader::{Limits, Reader, Snapshot};
pub use record::{Edit, Record, Status};
pub use seal::{Alteration, Altered};
pub use store::{Readers, Store};
pub use tally::Part;
pub use updates::Update;
pub use writing::Writing;
