//! The compiler's side: one component on stdin, machine code on stdout, within limits.
//!
//! The program enters here by a hidden subcommand, and leaves when it is done.

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::sandbox;

/// What is said on stderr before the reason why the bytes are no component.
pub(super) const INVALID: &str = "invalid: ";

/// What is compiled for, on the first line of stdin.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    stack_bytes: usize,
    memory_bytes: usize,
    extended_const: bool,
    is_pooled: bool,
    most_memory: u64,
    most_seconds: u64,
}

impl Order {
    pub(super) fn of(limits: &Limits, is_pooled: bool) -> Self {
        Self {
            stack_bytes: limits.stack_bytes,
            memory_bytes: limits.memory_bytes,
            extended_const: limits.extended_const,
            is_pooled,
            most_memory: limits.compile_memory_bytes as u64,
            most_seconds: limits.compile_time.as_secs().max(1),
        }
    }

    pub(super) fn line(&self) -> String {
        let json = serde_json::to_string(self).expect("numbers and a boolean");
        format!("{json}\n")
    }
}

/// Compiles what stdin gives; the whole work of the hidden subcommand.
pub fn main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("{what}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), String> {
    let failed = |error: io::Error| error.to_string();
    let mut input = io::stdin().lock();
    let mut line = String::new();
    input.read_line(&mut line).map_err(failed)?;
    let order: Order = serde_json::from_str(&line).map_err(|error| error.to_string())?;
    restrict(&order).map_err(failed)?;
    let mut wasm = Vec::new();
    input.read_to_end(&mut wasm).map_err(failed)?;
    let limits = Limits {
        stack_bytes: order.stack_bytes,
        memory_bytes: order.memory_bytes,
        extended_const: order.extended_const,
        ..Limits::default()
    };
    let engine = sandbox::compiler(&limits, order.is_pooled)?;
    let code = engine.precompile_component(&wasm).map_err(|error| format!("{INVALID}{error:#}"))?;
    io::stdout().lock().write_all(&code).map_err(failed)
}

/// Takes from this process what a compiler does not need.
fn restrict(order: &Order) -> io::Result<()> {
    for (resource, most) in [
        (rlimit::Resource::AS, order.most_memory),
        (rlimit::Resource::CPU, order.most_seconds),
        (rlimit::Resource::FSIZE, 0),
        (rlimit::Resource::CORE, 0),
    ] {
        let (_, allowed) = rlimit::getrlimit(resource)?;
        let limit = most.min(allowed);
        rlimit::setrlimit(resource, limit, limit)?;
    }
    Ok(())
}
