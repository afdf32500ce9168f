//! The command-line door; builds the one program, `bieumau`.
//!
//! Results go to stdout, talk goes to stderr. Exit codes: 0 done, 1 findings, 2 wrong usage,
//! 3 the machine or a file failed.

mod access;
mod arguments;
mod audit;
mod authoring;
mod batch;
mod commands;
mod dev;
mod entry;
mod figures;
mod findings;
mod flows;
mod layer;
mod lint;
mod package;
mod policy;
mod progress;
mod record;
mod sarif;
mod terminal;
mod xlsform;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// What a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Done, nothing to report.
    Done,
    /// Findings that the user must mend.
    Findings,
    /// The command was used the wrong way.
    Usage,
    /// The machine, a file or the network failed.
    Environment,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::Findings => Self::from(1),
            Ending::Usage => Self::from(2),
            Ending::Environment => Self::from(3),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::RenderWorker) {
        return bieumau_pipeline::run_render_worker();
    }
    if matches!(arguments.command, Command::PluginCompiler) {
        return bieumau_pipeline::run_plugin_compiler();
    }
    commands::run(&arguments).into()
}
