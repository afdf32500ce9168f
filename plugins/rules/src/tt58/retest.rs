//! Re-test in summer (TT58 Điều 16): new results in place of the yearly ones, học lực computed anew.

use super::learning::{LearningResult, learning_result};
use super::parameters::Parameters;
use super::values::{Conduct, YearSubject};
use crate::tt22::{Mark, Pass, Reassessed, ReassessmentResult, SubjectResult};

/// Returns whether a yearly result may be re-tested: below 5,0, or CĐ.
pub fn may_be_retested(parameters: &Parameters, result: SubjectResult) -> bool {
    match result {
        SubjectResult::Score(score) => score < parameters.retest_below,
        SubjectResult::Comment(pass) => pass == Pass::NotPassed,
        SubjectResult::LeftOut | SubjectResult::NotEvaluable => false,
    }
}

/// Returns whether the yearly hạnh kiểm lets a pupil be re-tested: Trung bình or better.
pub fn conduct_allows_retest(parameters: &Parameters, conduct: Option<Conduct>) -> bool {
    conduct.is_some_and(|level| level >= parameters.promotion_conduct)
}

/// Returns học lực with the re-tested results, overall average included.
///
/// `None` when no new result is usable; results of subjects that may not be
/// re-tested are not used.
pub fn retest(
    parameters: &Parameters,
    subjects: &[YearSubject<'_>],
    retested: &[Reassessed],
) -> Option<LearningResult> {
    let mut results: Vec<SubjectResult> = subjects.iter().map(|year| year.results.year).collect();
    let mut is_used = false;
    for new in retested {
        let Some(old) = subjects.get(new.subject).map(|year| year.results.year) else {
            continue;
        };
        if !may_be_retested(parameters, old) {
            continue;
        }
        if let Some(result) = joined(parameters, old, new.result) {
            results[new.subject] = result;
            is_used = true;
        }
    }
    if !is_used {
        return None;
    }
    let named = subjects.iter().map(|year| year.subject).zip(results.iter().copied());
    learning_result(parameters, named).ok()
}

fn joined(parameters: &Parameters, old: SubjectResult, new: Mark) -> Option<SubjectResult> {
    let better = parameters.retest_result == ReassessmentResult::Better;
    match (old, new) {
        (SubjectResult::Score(old), Mark::Score(new)) if new.is_on_scale() => {
            Some(SubjectResult::Score(if better { old.max(new) } else { new }))
        }
        (SubjectResult::Comment(_), Mark::Passed) => Some(SubjectResult::Comment(Pass::Passed)),
        (SubjectResult::Comment(_), Mark::NotPassed) => {
            Some(SubjectResult::Comment(Pass::NotPassed))
        }
        _ => None,
    }
}
