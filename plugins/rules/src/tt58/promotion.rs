//! Promotion under TT58 (Điều 15 to 17): hạnh kiểm, học lực and absences in, a verdict out.

use super::findings;
use super::parameters::Parameters;
use super::values::{Conduct, Rank};
use crate::log::Log;
use crate::tt22::{Summer, Verdict};

/// What decides about promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromotionInput {
    /// Yearly hạnh kiểm, before summer.
    pub conduct: Option<Conduct>,
    /// Hạnh kiểm after training in summer.
    pub conduct_after: Option<Conduct>,
    /// Yearly học lực, before summer.
    pub learning: Option<Rank>,
    /// Học lực after re-test.
    pub learning_after: Option<Rank>,
    /// Sessions (buổi) absent in the year.
    pub absent: Option<u16>,
    /// Whether summer results may still come.
    pub summer: Summer,
}

/// Returns the verdict on promotion.
///
/// Absence above the limit, học lực Kém, or both Yếu hold a pupil back.
/// Học lực Yếu alone may be re-tested, hạnh kiểm Yếu alone trained.
pub fn promotion(parameters: &Parameters, input: &PromotionInput, log: &mut Log) -> Verdict {
    if input.absent.is_some_and(|absent| absent > parameters.absence_limit) {
        return Verdict::NotPromoted;
    }
    let verdict = by_levels(parameters, input, log);
    if input.absent.is_none() {
        log.find(findings::absences_missing());
        if verdict != Verdict::NotPromoted {
            return Verdict::NotEvaluable;
        }
    }
    verdict
}

fn by_levels(parameters: &Parameters, input: &PromotionInput, log: &mut Log) -> Verdict {
    if input.conduct.is_none() {
        log.find(findings::conduct_missing());
    }
    // Kém holds back whatever the conduct.
    if input.learning.is_some_and(|rank| rank < parameters.retest_rank) {
        return Verdict::NotPromoted;
    }
    let (Some(conduct), Some(learning)) = (input.conduct, input.learning) else {
        return Verdict::NotEvaluable;
    };
    let conducts = |level: Conduct| level >= parameters.promotion_conduct;
    let learns = |rank: Rank| rank >= parameters.promotion_rank;
    let summer = |after: Option<bool>, success: Verdict, awaiting: Verdict| match after {
        Some(true) => success,
        Some(false) => Verdict::NotPromoted,
        None if input.summer == Summer::Open => awaiting,
        None => Verdict::NotPromoted,
    };
    match (conducts(conduct), learns(learning)) {
        (true, true) => Verdict::Promoted,
        (false, true) => summer(
            input.conduct_after.map(conducts),
            Verdict::PromotedAfterTraining,
            Verdict::AwaitingTraining,
        ),
        (true, false) if learning >= parameters.retest_rank => summer(
            input.learning_after.map(learns),
            Verdict::PromotedAfterReassessment,
            Verdict::AwaitingReassessment,
        ),
        _ => Verdict::NotPromoted,
    }
}
