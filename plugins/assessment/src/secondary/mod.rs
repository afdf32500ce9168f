//! Assesses secondary pupils by Thông tư 22/2021, and years before it by Thông tư 58/2011, alone or
//! with Thông tư 26/2020: `assess_secondary`.
//!
//! Reads the tables into a [`book::Book`], asks the rules about each pupil, writes the answer.
//! Values that the report gives instead of marks or computed levels take the place of the computed
//! ones; see [`decide`].

mod archive;
mod book;
mod decide;
mod parameters;
mod places;
mod summer;
mod tables;
mod write;

use bieumau_plugin_sdk::{Answer, Call, Failure};
use bieumau_rules::log::Log;

use crate::remarks::RowFindings;

/// Applies the rule.
pub fn assess(call: &Call) -> Result<Answer, Failure> {
    let settings = parameters::Settings::read(call)?;
    let mut rows = RowFindings::default();
    let book = book::Book::read(call, &mut rows)?;
    let register = book.register();
    let mut log = if call.explain { Log::tracing() } else { Log::new() };
    let outcomes = decide::outcomes(&settings, &book, &register, &mut log);
    write::answer(call, &settings, &book, &outcomes, rows, log)
}
