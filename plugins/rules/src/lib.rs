//! National assessment rules of Vietnamese schools, as pure functions over plain structs.
//!
//! No clock, no input or output, no floating point: the same values in, the
//! same values out. Reading tables and speaking to a plugin host is left to
//! the plugins. Every threshold, weight, title and label is a value in a
//! `Parameters` struct whose default is the circular in force.
//!
//! Reading order: [`decimal`] and [`finding`] are the small words everything
//! else uses; [`roll_out`] says which circular governs; then one module for
//! each circular.
#![forbid(unsafe_code)]

pub mod decimal;
pub mod explanation;
pub mod finding;
pub mod log;
pub mod roll_out;
pub mod statistics;

pub mod tt22;
pub mod tt27;
pub mod tt58;
