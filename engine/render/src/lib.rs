//! Template and data in, document out: Typst, Tera, Word, XLSX and CSV, inside limits.
//!
//! Reads no file, no clock and no network: templates, fonts and data arrive as values. Pages are
//! made in worker processes, because a Typst compile can be stopped in no other way; workbooks
//! and CSV are made here, because their work is bounded by their rows.

pub mod template;

pub mod letters;

mod finding;
mod vietnamese;

mod html;
mod page;
mod word;
mod world;

mod wire;
pub mod worker;

pub mod error;
pub mod job;
mod process;
pub mod renderer;

pub mod check;

pub mod lint;
pub mod measure;

pub mod grid;

pub mod csv;
pub mod figures;
pub mod form_workbook;
pub mod xlsx;

pub use check::check_template;
pub use csv::{ByteOrderMark, csv};
pub use error::{Excess, RenderError};
pub use figures::{FigureSheet, figures_csv};
pub use form_workbook::{
    Entry, FormCell, FormColumn, FormList, FormValue, FormWorkbook, form_workbook,
};
pub use grid::{Grid, GridCell, GridColumn, SheetError};
pub use job::{Data, PageFormat, RenderJob, Rendered};
pub use letters::{Letters, Missing, missing_glyphs};
pub use lint::lint;
pub use renderer::{Config, Limits, Renderer};
pub use template::{SharedFiles, Template};
pub use xlsx::{xlsx, xlsx_with_figures};
