//! Counts of a class: results, titles, programme (1.15), and levels and tests of each subject.
//!
//! Percentages are made from these counts with [`crate::statistics`].

use super::class::{Outcome, PupilYear};
use super::parameters::Parameters;
use super::programme::Programme;
use super::values::{Assessed, Point, Title};
use super::year_result::valid_test;
use crate::statistics::{Percentages, Share};

/// How many pupils of a class have which result, title and outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClassStatistics {
    /// Class size (sĩ số), with the flagged pupils.
    pub pupils: u32,
    /// Pupils flagged as not assessed.
    pub flagged: u32,
    /// Assessed pupils without a result.
    pub not_evaluable: u32,
    /// Results shown, by rank: Chưa hoàn thành first.
    pub results: [u32; 4],
    /// Học sinh Xuất sắc.
    pub excellent: u32,
    /// Học sinh Tiêu biểu…
    pub representative: u32,
    /// Hoàn thành chương trình lớp học.
    pub completed: u32,
    /// Lên lớp, also by the principal's decision.
    pub promoted: u32,
    /// Lưu ban.
    pub held_back: u32,
}

impl ClassStatistics {
    /// Returns the share of one of these counts in the class.
    pub fn share(&self, percentages: &Percentages, count: u32) -> Share {
        percentages.share(count, self.pupils, self.flagged)
    }
}

/// Counts a class.
pub fn class_statistics(outcomes: &[Outcome]) -> ClassStatistics {
    let mut counts = ClassStatistics::default();
    for outcome in outcomes {
        counts.pupils += 1;
        match (outcome.assessed, outcome.shown) {
            (Assessed::No, _) => counts.flagged += 1,
            (Assessed::Yes, Some(result)) => counts.results[result.rank()] += 1,
            (Assessed::Yes, None) => counts.not_evaluable += 1,
        }
        counts.excellent += u32::from(outcome.title == Some(Title::Excellent));
        counts.representative += u32::from(outcome.title == Some(Title::Representative));
        counts.completed += u32::from(outcome.programme == Programme::Completed);
        let is_promoted = outcome.programme.is_promoted();
        counts.promoted += u32::from(is_promoted == Some(true));
        counts.held_back += u32::from(is_promoted == Some(false));
    }
    counts
}

/// Levels and tests of one subject at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubjectCounts {
    /// Levels, by rank: Chưa hoàn thành first.
    pub levels: [u32; 3],
    /// Tests under the bar of Hoàn thành (5).
    pub tests_under: u32,
    /// Tests from the bar on.
    pub tests_from: u32,
}

/// Counts levels and tests at a point; one entry per row of the subject table. Flagged pupils are left out.
pub fn subject_counts(
    parameters: &Parameters,
    point: Point,
    pupils: &[PupilYear<'_>],
) -> Vec<SubjectCounts> {
    let mut counts = vec![SubjectCounts::default(); parameters.subjects.len()];
    for pupil in pupils.iter().filter(|pupil| pupil.assessed == Assessed::Yes) {
        let record = &pupil.points[point as usize];
        for (row, count) in counts.iter_mut().enumerate() {
            let cell = record.subject(row);
            if let Some(level) = cell.level {
                count.levels[level as usize] += 1;
            }
            if let Some(test) = valid_test(parameters, cell) {
                let is_from = test >= parameters.unusual.completed;
                count.tests_from += u32::from(is_from);
                count.tests_under += u32::from(!is_from);
            }
        }
    }
    counts
}
