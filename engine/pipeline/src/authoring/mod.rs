//! The tools of whoever writes a plugin: a new folder, golden cases, free checks, measures.
//!
//! Compiling Rust is the job of `plugin_host::build`; packing and signing are not done here.

mod cases;
mod checks;
mod difference;
mod generate;
mod measure;
mod new;
mod preview;
mod workbench;

pub use cases::{CaseResult, Difference};
pub use checks::CheckResult;
pub use difference::{difference_table, draw_columns};
pub use measure::{Measure, Measured};
pub use new::{Language, NewPlugin, new_plugin};
pub use preview::preview;
pub use workbench::{TestReport, Workbench};

pub(crate) use cases::run as run_cases;
pub(crate) use workbench::read_cases;
