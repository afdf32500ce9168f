//! Completing the class programme and promotion (Điều 11), with supplementary assessment and the principal's decision.

use super::values::{PointRecord, QualityLevel, SubjectCell, YearResult};

/// New year-end values from supplementary assessment (đánh giá bổ sung).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Supplement<'a> {
    /// Row of the subject table and its new cell; a part left empty keeps the old value.
    pub subjects: &'a [(usize, SubjectCell)],
    /// Row of the quality table and its new level.
    pub qualities: &'a [(usize, QualityLevel)],
}

/// Where a pupil stands with the class programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Programme {
    /// Year-end data are missing.
    #[default]
    NotEvaluable,
    /// Not assessed, and nothing decided.
    NotAssessed,
    /// Completed; the pupil goes up.
    Completed,
    /// Chưa hoàn thành: supplementary assessment is due.
    AwaitingSupplement,
    /// Still Chưa hoàn thành: the principal decides.
    AwaitingDecision,
    /// Not completed; the principal lets the pupil go up.
    PromotedByPrincipal,
    /// Not completed; the pupil stays.
    HeldBack,
}

impl Programme {
    /// Returns whether the pupil goes up; `None` while undecided.
    pub const fn is_promoted(self) -> Option<bool> {
        match self {
            Programme::Completed | Programme::PromotedByPrincipal => Some(true),
            Programme::HeldBack => Some(false),
            _ => None,
        }
    }

    /// Returns the word used in tables and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Programme::NotEvaluable => "not_evaluable",
            Programme::NotAssessed => "not_assessed",
            Programme::Completed => "completed",
            Programme::AwaitingSupplement => "awaiting_supplement",
            Programme::AwaitingDecision => "awaiting_decision",
            Programme::PromotedByPrincipal => "promoted_by_principal",
            Programme::HeldBack => "held_back",
        }
    }
}

/// Returns where a pupil stands (TT27 Điều 11).
///
/// `decision` is the principal's: `Some(true)` lets the pupil go up. It is
/// an input, since it cannot be computed. Absences are no criterion.
pub fn programme(
    original: YearResult,
    after_supplement: Option<YearResult>,
    decision: Option<bool>,
) -> Programme {
    let is_completed = |result: YearResult| result != YearResult::NotCompleted;
    if is_completed(original) || after_supplement.is_some_and(is_completed) {
        return Programme::Completed;
    }
    match (decision, after_supplement) {
        (Some(true), _) => Programme::PromotedByPrincipal,
        (Some(false), _) => Programme::HeldBack,
        (None, Some(_)) => Programme::AwaitingDecision,
        (None, None) => Programme::AwaitingSupplement,
    }
}

/// Returns the year-end record with the new values in it: cells of all subjects, levels of all qualities.
pub fn supplemented(
    record: &PointRecord<'_>,
    supplement: &Supplement<'_>,
) -> (Vec<SubjectCell>, Vec<Option<QualityLevel>>) {
    let mut subjects = record.subjects.to_vec();
    let mut qualities = record.qualities.to_vec();
    for (row, new) in supplement.subjects {
        if *row >= subjects.len() {
            subjects.resize(row + 1, SubjectCell::default());
        }
        let old = subjects[*row];
        subjects[*row] =
            SubjectCell { level: new.level.or(old.level), test: new.test.or(old.test) };
    }
    for (row, level) in supplement.qualities {
        if *row >= qualities.len() {
            qualities.resize(row + 1, None);
        }
        qualities[*row] = Some(*level);
    }
    (subjects, qualities)
}
