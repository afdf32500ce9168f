//! Học lực (Điều 13): bars on the overall average, key subjects and every subject, and the adjustment.

use super::averages::overall_average;
use super::parameters::{LevelBar, Parameters, SingleSubject};
use super::values::{Rank, Subject};
use crate::decimal::Tenths;
use crate::tt22::{Pass, SubjectResult};

/// Học lực and how it was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LearningResult {
    /// The rank, after adjustment.
    pub rank: Rank,
    /// The rank by the bars alone.
    pub base: Rank,
    /// ĐTBhk or ĐTBcn.
    pub overall: Tenths,
    /// The single subject that the adjustment is due to: its index.
    pub adjusted_for: Option<usize>,
}

/// Some subject has no result, or there is no scored subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEvaluable;

/// Returns học lực of a semester or a year (TT58 Điều 13, TT26 Điều 2).
///
/// Exempt subjects are [`SubjectResult::LeftOut`].
pub fn learning_result<'a>(
    parameters: &Parameters,
    results: impl Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
) -> Result<LearningResult, NotEvaluable> {
    if results.clone().any(|(_, result)| result == SubjectResult::NotEvaluable) {
        return Err(NotEvaluable);
    }
    let overall = overall_average(parameters, results.clone().map(|(_, result)| result))
        .ok_or(NotEvaluable)?;
    let set = Set { parameters, overall, results };
    Ok(set.adjusted())
}

/// The results with their overall average, which stays when one subject is spared.
struct Set<'p, I> {
    parameters: &'p Parameters,
    overall: Tenths,
    results: I,
}

impl<'a, I> Set<'_, I>
where
    I: Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
{
    fn adjusted(&self) -> LearningResult {
        let base = self.rank(None);
        let mut best =
            LearningResult { rank: base, base, overall: self.overall, adjusted_for: None };
        for row in self.parameters.adjustments.iter() {
            if row.computed != base || !self.reaches_overall(row.from) || row.adjusted <= best.rank
            {
                continue;
            }
            let culprit =
                (0..self.results.clone().count()).find(|index| self.rank(Some(*index)) >= row.from);
            if culprit.is_some() {
                best.rank = row.adjusted;
                best.adjusted_for = culprit;
            }
        }
        best
    }

    /// Returns whether the overall average is at a rank: at its bar or above.
    fn reaches_overall(&self, rank: Rank) -> bool {
        let mut bars = self.parameters.bars.iter();
        bars.any(|bar| bar.rank == rank && self.overall >= bar.overall)
    }

    /// Returns the rank by the bars, with one subject spared.
    fn rank(&self, spared: Option<usize>) -> Rank {
        self.parameters
            .bars
            .iter()
            .find(|bar| self.reaches(bar, spared))
            .map_or(Rank::Poor, |bar| bar.rank)
    }

    fn reaches(&self, bar: &LevelBar, spared: Option<usize>) -> bool {
        if self.overall < bar.overall {
            return false;
        }
        let mut has_key = bar.key.is_none();
        let mut not_passed = 0u16;
        for (index, (subject, result)) in self.results.clone().enumerate() {
            let is_key = self.parameters.key_roles.contains(&subject.role);
            if spared == Some(index) {
                has_key |= is_key && self.parameters.single_subject == SingleSubject::Repair;
                continue;
            }
            match result {
                SubjectResult::Comment(Pass::NotPassed) => not_passed += 1,
                SubjectResult::Score(score) => {
                    let reaches_key = bar.key.is_none_or(|key| score >= key);
                    if score < bar.every || (subject.is_specialised && !reaches_key) {
                        return false;
                    }
                    has_key |= is_key && reaches_key;
                }
                _ => {}
            }
        }
        let allowed = bar.comments_not_passed.unwrap_or(u16::MAX);
        has_key && not_passed <= allowed
    }
}
