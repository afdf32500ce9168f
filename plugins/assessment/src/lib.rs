//! The assessment rules of plugins: tables of a call in, tables of an answer out.
//!
//! What the circulars say is the job of `bieumau-rules`; here columns become its structs and its
//! results become columns again. The plugins of the provinces share all of it and differ in the
//! defaults of their manifests.

pub mod primary;
pub mod secondary;

mod codes;
mod index;
mod remarks;
mod totals;

use bieumau_plugin_sdk::Rule;

/// Thông tư 22/2021 for lower and upper secondary schools.
pub const ASSESS_SECONDARY: Rule = Rule { id: "assess_secondary", apply: secondary::assess };

/// Thông tư 27/2020 for primary schools.
pub const ASSESS_PRIMARY: Rule = Rule { id: "assess_primary", apply: primary::assess };
