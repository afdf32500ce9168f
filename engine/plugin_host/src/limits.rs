//! What a plugin may use: each number with its default for compiled code, and those for code that
//! brings an interpreter.

use std::time::Duration;

/// The limits of a host for one kind of code; they hold for every plugin of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a component, or of a text of JavaScript.
    pub component_bytes: usize,
    /// Functions in a component.
    pub functions: usize,
    /// Bytes of one function; the time to compile grows faster than this.
    pub function_bytes: usize,
    /// Core modules in a component.
    pub core_modules: usize,
    /// Components within components.
    pub nesting: usize,
    /// Bytes of linear memory during a call.
    pub memory_bytes: usize,
    /// Linear memories of a component.
    pub memories: u32,
    /// Core instances of a component.
    pub instances: u32,
    /// Function tables of a component.
    pub tables: u32,
    /// Whether start values may be computed; the interpreters are linked that way.
    pub extended_const: bool,
    /// Elements of a function table.
    pub table_elements: usize,
    /// Bytes of the plugin's call stack; threads that run plugins have four times as much and more.
    pub stack_bytes: usize,
    /// Steps of a call, besides those for each row.
    pub fuel: u64,
    /// Steps of a call for each row of its tables.
    pub fuel_per_row: u64,
    /// Time of a call. Steps decide first, and the same everywhere; the time is a second net, wide
    /// enough for a busy machine.
    pub time: Duration,
    /// Bytes of an answer, however large the call is.
    pub answer_bytes: usize,
    /// Rows of a table of an answer; also its findings, and its explanations.
    pub answer_rows: usize,
    /// Bytes of one text in a table of an answer.
    pub text_bytes: usize,
    /// Time that compiling a component may take; it is the processor's time too.
    pub compile_time: Duration,
    /// Memory that compiling a component may take.
    pub compile_memory_bytes: usize,
    /// Calls that run at once; more wait for their turn.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 4 << 20,
            functions: 20_000,
            function_bytes: 64 << 10,
            core_modules: 8,
            nesting: 8,
            memory_bytes: 32 << 20,
            memories: 1,
            instances: 16,
            tables: 4,
            extended_const: false,
            table_elements: 10_000,
            stack_bytes: 512 << 10,
            fuel: 20_000_000,
            fuel_per_row: 50_000,
            time: Duration::from_secs(2),
            answer_bytes: 16 << 20,
            answer_rows: 200_000,
            text_bytes: 32 << 10,
            compile_time: Duration::from_secs(90),
            compile_memory_bytes: 1536 << 20,
            calls: 8,
        }
    }
}

impl Limits {
    /// Returns the limits of plugins in JavaScript: each brings a text, all share one interpreter.
    pub fn javascript() -> Self {
        Self {
            component_bytes: 1 << 20,
            memory_bytes: 64 << 20,
            memories: 3,
            instances: 32,
            extended_const: true,
            fuel: 100_000_000,
            fuel_per_row: 300_000,
            time: Duration::from_secs(10),
            ..Self::default()
        }
    }

    /// Returns the limits of components with an interpreter inside, such as that of Python.
    pub fn interpreter() -> Self {
        Self {
            component_bytes: 24 << 20,
            functions: 30_000,
            function_bytes: 512 << 10,
            core_modules: 48,
            memory_bytes: 128 << 20,
            instances: 64,
            extended_const: true,
            table_elements: 20_000,
            fuel: 400_000_000,
            fuel_per_row: 300_000,
            time: Duration::from_secs(20),
            calls: 4,
            ..Self::default()
        }
    }

    /// Returns the steps of a call whose tables have so many rows in all.
    pub fn fuel_for(&self, rows: usize) -> u64 {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        self.fuel.saturating_add(self.fuel_per_row.saturating_mul(rows))
    }
}
