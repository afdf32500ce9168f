//! Runs plugins: WebAssembly components that bring rules, inside limits.
//!
//! A plugin is compiled once and gets a fresh instance for every call; nothing is left of a call
//! but its answer. Which rule to call is decided by `pipeline`, what a table is by `model`.

pub mod answer;
pub mod error;
pub mod limits;

mod admission;
mod compile;
mod decode;
mod encode;
mod grant;
mod promises;
mod sandbox;
mod wire;
mod workers;

pub mod batches;
pub mod build;
pub mod host;
pub mod package;

pub use answer::{Answer, Explain, Explanation, Finding, Place};
pub use compile::worker::main as run_compiler;
pub use compile::{Cache, Compiling, Process};
pub use error::{CallError, LoadError, PluginError};
pub use host::{Host, Plugin, STACK_BYTES};
pub use limits::Limits;
pub use sandbox::Usage;
