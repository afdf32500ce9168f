//! Statistical tables at work: what was counted comes in, figures and what is wrong with them go
//! out.
//!
//! Tables are reduced to a [`Tally`] first: one group for all rows that agree in the columns that
//! conditions name. The store does that while it reads, so a table of a million rows is walked once
//! and never held; a table that a rule gave is reduced here. Everything after that is the same.

mod behind;
mod chart;
mod checks;
mod condition;
mod figures;
mod page;
mod tally;

pub use behind::{Alternative, Behind, behind};
pub use chart::{ChartPage, ChartRow, Series};
pub use checks::{Failed, failed};
pub use condition::Typed;
pub use figures::{Figure, Figures, figures, table};
pub use page::{BodyLine, ColumnTitle, FigureCell, HeadCell, Page, page};
pub use tally::{Merged, Tally, Wanted, wanted};

/// Why figures cannot be found: a table is not as the check has seen it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndicatorError {
    /// No table has the name.
    #[error("there is no table `{table}` for `{indicator}`")]
    MissingTable {
        /// Statistical table.
        indicator: String,
        /// Table.
        table: String,
    },
    /// A table lacks a column, or has it with another type.
    #[error("table `{table}` has no fitting column `{column}`, which `{indicator}` uses")]
    Column {
        /// Statistical table.
        indicator: String,
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
    /// A sum is larger than can be told exactly.
    #[error("a figure of `{indicator}` is too large")]
    TooLarge {
        /// Statistical table.
        indicator: String,
    },
}
