//! How a long job tells how far it is.

/// Hears how far a job is. Doors show it; tests pass [`Silent`].
pub trait Progress {
    /// A piece of work begins that has so many steps; 0 when they cannot be counted.
    fn begin(&self, what: &str, steps: u64);
    /// So many more steps are done.
    fn step(&self, steps: u64);
}

/// Hears and says nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _what: &str, _steps: u64) {}
    fn step(&self, _steps: u64) {}
}
