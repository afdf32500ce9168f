//! What an author of a plugin needs: the tables of a call, typed rows, findings, an answer.
//!
//! A plugin is a type that implements [`Plugin`] and is handed to [`export_plugin!`]. The same
//! type runs natively in tests and as a component inside the engine. Rules stay pure: nothing
//! here knows a clock, a file or a network.

pub mod cell;
pub mod decimal;
pub mod table;

pub mod answer;
pub mod call;
pub mod row;

pub mod plugin;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod export;

pub use answer::{Answer, Explanation, Failure, Finding, Place, Sentence, Severity};
pub use call::{Call, Parameters};
pub use decimal::{Date, Decimal, Rounding, divide, divide_half_up};
pub use plugin::{Plugin, Rule};
pub use row::{MissingCell, Row, Rows};
pub use table::{Cells, Column, Table};
