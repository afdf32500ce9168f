//! How a computed value came about, in the words of the circular.

use crate::finding::Place;

/// The derivation of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The article that was applied, e.g. `TT 22/2021, Điều 9 khoản 1`.
    pub rule: &'static str,
    /// What was computed, e.g. `ĐTBmhk`.
    pub value: &'static str,
    /// Whose value it is.
    pub place: Place,
    /// Names and values that went in.
    pub inputs: Vec<(String, String)>,
    /// The steps, in order, as they would be written on paper.
    pub steps: Vec<String>,
    /// What came out.
    pub result: String,
}
