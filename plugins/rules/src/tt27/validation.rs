//! Checks what was entered at the four points: V27-01 to V27-05, V27-07 and Q27-1.

use super::class::PupilYear;
use super::findings::{self, Cell};
use super::parameters::{Parameters, ZeroScore};
use super::tables::{Standing, SubjectRow};
use super::values::{Assessed, Point, PointRecord, SubjectCell, SubjectLevel};
use super::year_result::is_needed;
use crate::decimal::Tenths;
use crate::finding::Severity;
use crate::log::Log;

/// Checks a pupil's points from the first one in the class through `through`.
///
/// What is missing is an error at the end of the year and a warning before.
pub fn validate_pupil(
    parameters: &Parameters,
    grade: u8,
    pupil: &PupilYear<'_>,
    through: Point,
    log: &mut Log,
) {
    if pupil.assessed == Assessed::No {
        if pupil.points.iter().any(|record| !record.is_blank()) {
            log.find(findings::levels_of_unassessed());
        }
        return;
    }
    for point in Point::ALL {
        let record = &pupil.points[point as usize];
        if point > through || (point < pupil.first_point && record.is_blank()) {
            continue;
        }
        if record.is_blank() {
            log.find(findings::nothing_entered(point));
            continue;
        }
        check_subjects(parameters, grade, point, record, log);
        check_qualities(parameters, grade, point, record, log);
    }
}

fn check_subjects(
    parameters: &Parameters,
    grade: u8,
    point: Point,
    record: &PointRecord<'_>,
    log: &mut Log,
) {
    for (index, row) in parameters.subjects.iter().enumerate() {
        let content = record.subject(index);
        let cell = Cell { code: &row.code, name: &row.name, point };
        match row.standing_in(grade) {
            Standing::NotTaught if content.level.is_some() => {
                log.find(findings::subject_not_taught(cell));
            }
            Standing::Compulsory if content.level.is_none() => {
                log.find(findings::level_missing(cell));
            }
            _ => {}
        }
        check_presence(parameters, grade, record, (index, row), cell, log);
        check_test(parameters, content, cell, log);
    }
}

/// V27-02: a test exactly where 1.5 has one; an optional subject may have one or not.
fn check_presence(
    parameters: &Parameters,
    grade: u8,
    record: &PointRecord<'_>,
    (index, row): (usize, &SubjectRow),
    cell: Cell<'_>,
    log: &mut Log,
) {
    let is_optional = row.standing_in(grade) == Standing::Optional;
    let has_test = record.subject(index).test.is_some();
    match (row.is_tested(grade, cell.point), has_test) {
        (true, false) if is_needed(parameters, grade, record, index) => {
            log.find(findings::test_missing(cell));
        }
        (true, false) => log.find(findings::second_row_test_missing(cell)),
        (false, true) if !is_optional => log.find(findings::test_not_expected(cell)),
        _ => {}
    }
}

/// V27-01, Q27-1 and V27-03.
fn check_test(parameters: &Parameters, content: SubjectCell, cell: Cell<'_>, log: &mut Log) {
    let Some(test) = content.test else { return };
    if !test.is_whole() || !test.is_on_scale() {
        log.find(findings::bad_test(cell, test));
        return;
    }
    if test == Tenths::ZERO {
        match parameters.zero_score {
            ZeroScore::Allowed => {}
            ZeroScore::Warned => log.find(findings::zero_test(cell, Severity::Warning)),
            ZeroScore::Refused => log.find(findings::zero_test(cell, Severity::Error)),
        }
    }
    let Some(level) = content.level else { return };
    let bars = &parameters.unusual;
    let is_unusual = match level {
        SubjectLevel::WellCompleted => test < bars.well_completed,
        SubjectLevel::Completed => test < bars.completed,
        SubjectLevel::NotCompleted => test >= bars.completed,
    };
    if is_unusual {
        log.find(findings::unusual_level(cell, test, level.code()));
    }
}

fn check_qualities(
    parameters: &Parameters,
    grade: u8,
    point: Point,
    record: &PointRecord<'_>,
    log: &mut Log,
) {
    for (index, row) in parameters.qualities.iter().enumerate() {
        let cell = Cell { code: &row.code, name: &row.name, point };
        match (row.is_rated(grade), record.quality(index)) {
            (true, None) => log.find(findings::quality_missing(cell)),
            (false, Some(_)) => log.find(findings::quality_not_rated(cell)),
            _ => {}
        }
    }
}
