//! Rules about the data themselves: whether records are right, complete, clean and alive.
//!
//! What "đúng, đủ, sạch, sống" asks for comes from the decisions of the provinces; numbers come as
//! parameters, holidays as data.

pub mod working_days;

mod data;
mod tables;
mod verdict;

use bieumau_plugin_sdk::Rule;

/// The quality of the records of a school, by record, by class and for the school.
pub const DATA_QUALITY: Rule = Rule { id: "data_quality", apply: data::assess };
