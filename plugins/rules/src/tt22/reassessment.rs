//! Re-assessment in summer (Điều 14): which subjects, and the learning result with the new values.
//!
//! Whether the pupil may be re-assessed at all is decided by the caller from
//! conduct and learning.

use super::findings;
use super::learning::{LearningResult, base_level, learning_result};
use super::parameters::{
    Parameters, ReassessmentAdjustment, ReassessmentResult, ReassessmentScope,
};
use super::subject_result::SubjectYear;
use super::values::{Mark, Pass, Subject, SubjectKind, SubjectResult};
use crate::finding::{Finding, Term};
use crate::log::Log;

/// A new result of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reassessed {
    /// Index of the subject among the pupil's subjects.
    pub subject: usize,
    /// The new result; blank or missed keeps the old one.
    pub result: Mark,
}

/// What came of the re-assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reassessment {
    /// No valid new result.
    #[default]
    NotHeld,
    /// New results are missing that must be there (A6), or the rest is not evaluable.
    Incomplete,
    /// The learning result with the new values.
    Done(LearningResult),
}

impl Reassessment {
    /// Returns the learning result after re-assessment.
    pub fn learning(self) -> Option<LearningResult> {
        match self {
            Reassessment::Done(learning) => Some(learning),
            _ => None,
        }
    }
}

/// Returns whether a yearly result may be re-assessed: Chưa đạt, or ĐTBmcn < 5,0.
pub fn may_be_reassessed(parameters: &Parameters, result: SubjectResult) -> bool {
    match result {
        SubjectResult::Score(score) => score < parameters.reassess_below,
        SubjectResult::Comment(pass) => pass == Pass::NotPassed,
        SubjectResult::LeftOut | SubjectResult::NotEvaluable => false,
    }
}

/// Replaces yearly results by new ones and returns the learning result for promotion (TT22 Điều 14).
///
/// `results` are the yearly results as they stand in the learning set, one
/// per subject. New results of other subjects are not used (V22-07).
pub fn reassess(
    parameters: &Parameters,
    subjects: &[SubjectYear<'_>],
    results: &[SubjectResult],
    reassessed: &[Reassessed],
    log: &mut Log,
) -> Reassessment {
    let mut replaced = results.to_vec();
    let mut renewed = vec![false; results.len()];
    for new in reassessed {
        let (Some(year), Some(old)) = (subjects.get(new.subject), results.get(new.subject)) else {
            continue;
        };
        match new_result(parameters, year.subject, *old, new.result) {
            Ok(Some(result)) => {
                replaced[new.subject] = result;
                renewed[new.subject] = true;
            }
            Ok(None) => {}
            Err(finding) => log.find(*finding),
        }
    }
    if !renewed.contains(&true) {
        return Reassessment::NotHeld;
    }
    if parameters.reassessment_scope == ReassessmentScope::AllOf {
        let mut complete = true;
        for (index, result) in results.iter().enumerate() {
            if may_be_reassessed(parameters, *result) && !renewed[index] {
                log.find(findings::reassessment_incomplete(subjects[index].subject));
                complete = false;
            }
        }
        if !complete {
            return Reassessment::Incomplete;
        }
    }
    learning_after(parameters, &replaced)
}

/// Writes V22-07 for every new result of a pupil who may not be re-assessed at all.
pub(super) fn refuse(
    subjects: &[SubjectYear<'_>],
    reassessed: &[Reassessed],
    why: [&str; 2],
    log: &mut Log,
) {
    for new in reassessed.iter().filter(|new| !new.result.is_blank()) {
        if let Some(year) = subjects.get(new.subject) {
            log.find(findings::reassessment_not_allowed(year.subject, why));
        }
    }
}

fn learning_after(parameters: &Parameters, replaced: &[SubjectResult]) -> Reassessment {
    let results = replaced.iter().copied();
    let learning = match parameters.reassessment_adjustment {
        ReassessmentAdjustment::Applied => learning_result(parameters, results).ok(),
        ReassessmentAdjustment::NotApplied => base_level(parameters, results)
            .map(|level| LearningResult { level, base: level, adjusted_for: None }),
    };
    learning.map_or(Reassessment::Incomplete, Reassessment::Done)
}

/// Checks a new result and joins it with the old one (A7); `Ok(None)` keeps the old one.
fn new_result(
    parameters: &Parameters,
    subject: &Subject<'_>,
    old: SubjectResult,
    new: Mark,
) -> Result<Option<SubjectResult>, Box<Finding>> {
    if matches!(new, Mark::Blank | Mark::Missed) {
        return Ok(None);
    }
    if !may_be_reassessed(parameters, old) {
        let why = [
            "kết quả cả năm không dưới mức được đánh giá lại",
            "its yearly result is not below the bar",
        ];
        return Err(Box::new(findings::reassessment_not_allowed(subject, why)));
    }
    let column = "reassessed";
    let new = match (subject.kind, new) {
        (SubjectKind::Scored, Mark::Score(score)) if score.is_on_scale() => {
            SubjectResult::Score(score)
        }
        (SubjectKind::Scored, Mark::Score(score)) => {
            let finding = findings::score_off_scale(subject, Term::Year, column, score);
            return Err(Box::new(finding));
        }
        (SubjectKind::Comment, Mark::Passed) => SubjectResult::Comment(Pass::Passed),
        (SubjectKind::Comment, Mark::NotPassed) => SubjectResult::Comment(Pass::NotPassed),
        _ => return Err(Box::new(findings::wrong_kind(subject, Term::Year, column))),
    };
    Ok(Some(match parameters.reassessment_result {
        ReassessmentResult::Replaces => new,
        ReassessmentResult::Better => better(old, new),
    }))
}

fn better(old: SubjectResult, new: SubjectResult) -> SubjectResult {
    match (old, new) {
        (SubjectResult::Score(old), SubjectResult::Score(new)) => {
            SubjectResult::Score(old.max(new))
        }
        (SubjectResult::Comment(old), SubjectResult::Comment(new)) => {
            SubjectResult::Comment(old.max(new))
        }
        _ => new,
    }
}
