//! Titles at the end of the year (Điều 13).
//!
//! Sudden commendation, letters and higher commendation are given by people
//! and are no matter of this crate.

use super::values::{Title, YearResult};

/// What people say about a pupil for the second title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Recognition {
    /// Outstanding (thành tích nổi bật) in at least one subject.
    pub outstanding_subject: bool,
    /// Clear progress in at least one quality or competence.
    pub quality_progress: bool,
    /// The class recognises it.
    pub class_recognises: bool,
}

/// Returns the title that follows from a year's result (TT27 Điều 13).
pub fn title(result: YearResult, recognition: Recognition) -> Option<Title> {
    let is_special = recognition.outstanding_subject || recognition.quality_progress;
    match result {
        YearResult::Excellent => Some(Title::Excellent),
        YearResult::WellCompleted if is_special && recognition.class_recognises => {
            Some(Title::Representative)
        }
        _ => None,
    }
}
