//! What the ruler of `render` reads off a PDF, for trials.

pub use bieumau_render::measure::{Page, Run};

use libtest_mimic::Failed;

/// Measures every page of a PDF.
pub fn measure(bytes: &[u8]) -> Result<Vec<Page>, Failed> {
    Ok(bieumau_render::measure::measure(bytes)?)
}
