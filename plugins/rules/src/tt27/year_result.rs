//! Đánh giá kết quả giáo dục at the end of the year (Điều 9): lowest level, lowest quality, lowest test.

use super::parameters::{
    GoodLevelsOf, OptionalSubjects, Parameters, ResultBar, TwoRowTest, ZeroScore,
};
use super::tables::{Standing, SubjectRow};
use super::values::{Point, PointRecord, QualityLevel, SubjectCell, SubjectLevel, YearResult};
use crate::decimal::Tenths;

/// An input that the result needs and that is missing or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MissingInput {
    /// Level of a row of the subject table.
    Level(usize),
    /// Test of a row of the subject table.
    Test(usize),
    /// Level of a row of the quality table.
    Quality(usize),
}

/// Returns the year's result from the year-end record alone (TT27 Điều 9).
///
/// First bar that every subject, quality and test reaches; none is Chưa hoàn
/// thành. Any missing input makes it not evaluable: `Err` lists all of them.
/// Earlier points have no effect.
pub fn year_result(
    parameters: &Parameters,
    grade: u8,
    record: &PointRecord<'_>,
) -> Result<YearResult, Vec<MissingInput>> {
    let lowest = Lowest::of(parameters, grade, record)?;
    let reached = |bar: &&ResultBar| {
        lowest.subject >= bar.subjects
            && lowest.activity >= lowest.activity_bar(parameters, bar)
            && lowest.quality >= bar.qualities
            && lowest.test >= bar.tests
    };
    Ok(parameters.results.iter().find(reached).map_or(YearResult::NotCompleted, |bar| bar.result))
}

/// The lowest of each kind: all that Điều 9 asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lowest {
    pub(super) subject: SubjectLevel,
    pub(super) activity: SubjectLevel,
    pub(super) quality: QualityLevel,
    pub(super) test: Tenths,
}

impl Lowest {
    /// Takes the lowest values of a record, or lists what is missing.
    pub(super) fn of(
        parameters: &Parameters,
        grade: u8,
        record: &PointRecord<'_>,
    ) -> Result<Self, Vec<MissingInput>> {
        let mut lowest = Lowest {
            subject: SubjectLevel::WellCompleted,
            activity: SubjectLevel::WellCompleted,
            quality: QualityLevel::Good,
            test: Tenths::TEN,
        };
        let mut missing = Vec::new();
        for (index, row) in parameters.subjects.iter().enumerate() {
            lowest.add_subject(parameters, grade, record, (index, row), &mut missing);
        }
        for (index, row) in parameters.qualities.iter().enumerate() {
            if !row.is_rated(grade) {
                continue;
            }
            match record.quality(index) {
                Some(level) => lowest.quality = lowest.quality.min(level),
                None => missing.push(MissingInput::Quality(index)),
            }
        }
        // A grade outside the table has no subjects to be good at.
        let is_known = (1..=5).contains(&grade);
        if is_known && missing.is_empty() { Ok(lowest) } else { Err(missing) }
    }

    fn add_subject(
        &mut self,
        parameters: &Parameters,
        grade: u8,
        record: &PointRecord<'_>,
        (index, row): (usize, &SubjectRow),
        missing: &mut Vec<MissingInput>,
    ) {
        let cell = record.subject(index);
        let test = valid_test(parameters, cell);
        let has_bad_test = cell.test.is_some() && test.is_none();
        match row.standing_in(grade) {
            Standing::NotTaught => return,
            Standing::Optional if parameters.optional == OptionalSubjects::LeftOut => return,
            Standing::Optional => {
                if has_bad_test {
                    missing.push(MissingInput::Test(index));
                }
            }
            Standing::Compulsory => {
                if cell.level.is_none() {
                    missing.push(MissingInput::Level(index));
                }
                if !row.is_tested(grade, Point::YearEnd) {
                    self.add_level(row, cell);
                    return;
                }
                let needed = test.is_none() && is_needed(parameters, grade, record, index);
                if has_bad_test || needed {
                    missing.push(MissingInput::Test(index));
                }
            }
        }
        self.add_level(row, cell);
        if let Some(test) = test {
            self.test = self.test.min(test);
        }
    }

    fn add_level(&mut self, row: &SubjectRow, cell: SubjectCell) {
        let Some(level) = cell.level else { return };
        if row.is_activity {
            self.activity = self.activity.min(level);
        } else {
            self.subject = self.subject.min(level);
        }
    }

    fn activity_bar(&self, parameters: &Parameters, bar: &ResultBar) -> SubjectLevel {
        match parameters.good_levels_of {
            GoodLevelsOf::SubjectsAndActivities => bar.subjects,
            GoodLevelsOf::SubjectsOnly => bar.subjects.min(SubjectLevel::Completed),
        }
    }
}

/// Returns the test of a cell when it is a whole number on the scale.
pub(super) fn valid_test(parameters: &Parameters, cell: SubjectCell) -> Option<Tenths> {
    cell.test.filter(|test| {
        test.is_whole()
            && test.is_on_scale()
            && (*test != Tenths::ZERO || parameters.zero_score != ZeroScore::Refused)
    })
}

/// Returns whether a missing test of a row is really missing: not when its other row has one (Q27-3).
pub(super) fn is_needed(
    parameters: &Parameters,
    grade: u8,
    record: &PointRecord<'_>,
    index: usize,
) -> bool {
    let group = parameters.subjects[index].test_group;
    if group.is_none() || parameters.two_row_test == TwoRowTest::BothRequired {
        return true;
    }
    let has_test = |(other, row): (usize, &SubjectRow)| {
        other != index
            && row.test_group == group
            && row.standing_in(grade) == Standing::Compulsory
            && record.subject(other).test.is_some()
    };
    !parameters.subjects.iter().enumerate().any(has_test)
}
