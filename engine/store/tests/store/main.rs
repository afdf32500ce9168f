//! Tests of the store from outside, by theme.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agreement;
mod audit;
mod common;
mod shared;

mod migrate;
mod opening;

mod insert;
mod record;
mod writing;

mod datasets;
mod reading;
mod scope;
