//! What a plugin may use: each number with its default for compiled Rust plugins.

use std::time::Duration;

/// The limits of a host; they hold for every plugin it loads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a component.
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
    /// Rows of a table of an answer.
    pub answer_rows: usize,
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
            table_elements: 10_000,
            stack_bytes: 512 << 10,
            fuel: 20_000_000,
            fuel_per_row: 50_000,
            time: Duration::from_secs(2),
            answer_bytes: 16 << 20,
            answer_rows: 200_000,
            calls: 8,
        }
    }
}

impl Limits {
    /// Returns the steps of a call whose tables have so many rows in all.
    pub(crate) fn fuel_for(&self, rows: usize) -> u64 {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        self.fuel.saturating_add(self.fuel_per_row.saturating_mul(rows))
    }
}
