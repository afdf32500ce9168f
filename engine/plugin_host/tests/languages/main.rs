//! Rules in JavaScript, in YAML alone, and one rule in every language.
//!
//! One program, so that the runner of JavaScript is compiled once.

#[path = "../generated/class.rs"]
#[expect(dead_code, reason = "the library is asked by other tests")]
mod class;
mod equality;
mod javascript;
mod python;
mod support;
mod yaml;
