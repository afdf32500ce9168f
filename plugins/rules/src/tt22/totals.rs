//! Totals of a class by level, for `Tổng hợp chung` and reports.
//!
//! Percentages are made from these counts with [`crate::statistics`].

use super::class::PupilAssessment;
use super::values::{Level, Title};

/// How many pupils of a class have which level, outcome and title.
///
/// Levels are counted by rank, Chưa đạt first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassTotals {
    /// Pupils on the roll.
    pub pupils: u32,
    /// Conduct of the year, before summer.
    pub conduct: [u32; 4],
    /// Pupils without a yearly conduct.
    pub conduct_not_evaluable: u32,
    /// Learning of semester I.
    pub learning_first: [u32; 4],
    /// Learning of semester II.
    pub learning_second: [u32; 4],
    /// Learning of the year, before summer.
    pub learning: [u32; 4],
    /// Pupils without a yearly learning result.
    pub learning_not_evaluable: u32,
    /// Promoted, by whatever way.
    pub promoted: u32,
    /// Of those promoted, after summer training or re-assessment.
    pub promoted_after_summer: u32,
    /// Waiting for a summer result.
    pub awaiting: u32,
    /// Not promoted.
    pub not_promoted: u32,
    /// Pupils about whom nothing can be said yet.
    pub promotion_not_evaluable: u32,
    /// Học sinh Xuất sắc.
    pub excellent: u32,
    /// Học sinh Giỏi.
    pub good: u32,
}

/// Counts a class.
pub fn class_totals(class: &[PupilAssessment]) -> ClassTotals {
    let mut totals = ClassTotals::default();
    for pupil in class {
        totals.pupils += 1;
        add_level(&mut totals.conduct, pupil.conduct);
        totals.conduct_not_evaluable += u32::from(pupil.conduct.is_none());
        let level = |learning: Option<super::LearningResult>| learning.map(|result| result.level);
        add_level(&mut totals.learning_first, level(pupil.learning_first));
        add_level(&mut totals.learning_second, level(pupil.learning_second));
        add_level(&mut totals.learning, level(pupil.learning));
        totals.learning_not_evaluable += u32::from(pupil.learning.is_none());
        add_verdict(&mut totals, pupil);
        totals.excellent += u32::from(pupil.title == Some(Title::Excellent));
        totals.good += u32::from(pupil.title == Some(Title::Good));
    }
    totals
}

fn add_level(counts: &mut [u32; 4], level: Option<Level>) {
    if let Some(level) = level {
        counts[level.rank()] += 1;
    }
}

fn add_verdict(totals: &mut ClassTotals, pupil: &PupilAssessment) {
    use super::Verdict::{NotEvaluable, NotPromoted, Promoted};
    let verdict = pupil.promotion.verdict;
    totals.promoted += u32::from(verdict.is_promoted());
    totals.promoted_after_summer += u32::from(verdict.is_promoted() && verdict != Promoted);
    totals.awaiting += u32::from(verdict.is_awaiting());
    totals.not_promoted += u32::from(verdict == NotPromoted);
    totals.promotion_not_evaluable += u32::from(verdict == NotEvaluable);
}
