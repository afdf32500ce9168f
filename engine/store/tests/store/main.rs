//! Tests of the store from outside, by theme.

mod common;

mod migrate;
mod opening;

mod insert;
mod record;

mod datasets;
mod reading;
mod scope;
