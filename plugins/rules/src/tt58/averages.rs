//! ĐTBmhk, ĐTBmcn and the overall averages ĐTBhk, ĐTBcn of TT58.

use super::parameters::{MarkKinds, Parameters};
use crate::decimal::{Tenths, average};
use crate::tt22::SubjectResult;

/// A subject's scores of a semester, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermScores<'a> {
    /// KTtx, or ĐĐGtx.
    pub ongoing: &'a [Tenths],
    /// KTđk, or ĐĐGgk.
    pub periodic: &'a [Tenths],
    /// KThk, or ĐĐGck.
    pub end: Option<Tenths>,
}

impl TermScores<'_> {
    /// Returns whether there is no score at all.
    pub fn is_empty(&self) -> bool {
        self.ongoing.is_empty() && self.periodic.is_empty() && self.end.is_none()
    }
}

/// Returns `ĐTBmhk = (TĐKTtx + 2 × TĐKTđk + 3 × ĐKThk) / (Số bài KTtx + 2 × Số bài KTđk + 3)`.
///
/// Under TT26 `periodic` is the one ĐĐGgk, which gives the formula of TT22. `None` when scores are
/// missing that [`MarkKinds`] asks for.
pub fn term_average(parameters: &Parameters, scores: &TermScores<'_>) -> Option<Tenths> {
    let TermScores { ongoing, periodic, end: Some(end) } = *scores else { return None };
    let is_complete = match parameters.marks {
        MarkKinds::Tests => !ongoing.is_empty() || !periodic.is_empty(),
        MarkKinds::Assessments => !ongoing.is_empty() && periodic.len() == 1,
    };
    if !is_complete {
        return None;
    }
    let [ongoing_weight, periodic_weight, end_weight] = parameters.weights.map(i64::from);
    let total = |scores: &[Tenths]| scores.iter().map(|score| i64::from(score.0)).sum::<i64>();
    let count = |scores: &[Tenths]| i64::try_from(scores.len()).unwrap_or(i64::MAX);
    let sum = ongoing_weight * total(ongoing)
        + periodic_weight * total(periodic)
        + end_weight * i64::from(end.0);
    let divisor = ongoing_weight * count(ongoing) + periodic_weight * count(periodic) + end_weight;
    average(sum, divisor, parameters.rounding)
}

/// Returns `ĐTBmcn = (ĐTBmhkI + 2 × ĐTBmhkII) / 3`, from the rounded semester averages.
pub fn year_average(parameters: &Parameters, first: Tenths, second: Tenths) -> Option<Tenths> {
    let [first_weight, second_weight] = parameters.term_weights.map(i64::from);
    let sum = first_weight * i64::from(first.0) + second_weight * i64::from(second.0);
    average(sum, first_weight + second_weight, parameters.rounding)
}

/// Returns ĐTBhk or ĐTBcn: the plain mean of the scored subjects' averages, one decimal.
pub fn overall_average(
    parameters: &Parameters,
    results: impl Iterator<Item = SubjectResult>,
) -> Option<Tenths> {
    let mut sum = 0i64;
    let mut count = 0i64;
    for score in results.filter_map(SubjectResult::score) {
        sum += i64::from(score.0);
        count += 1;
    }
    average(sum, count, parameters.rounding)
}
