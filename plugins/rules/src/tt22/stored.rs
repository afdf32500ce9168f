//! Compares stored results with computed ones: V22-05, V22-06, V22-08, V22-09.

use super::class::{PupilAssessment, PupilYear};
use super::findings;
use super::parameters::Parameters;
use super::promotion::Verdict;
use super::values::{Level, Mark, Pass, Subject, SubjectResult};
use crate::finding::Term;
use crate::log::Log;

/// What the book holds about a pupil's year; `None` where nothing is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoredPupil<'a> {
    /// One per subject, in the order of the pupil's subjects; may be empty.
    pub subjects: &'a [StoredSubject],
    /// Yearly conduct, before summer.
    pub conduct: Option<Level>,
    /// Words of the promotion field; empty text means that the field is empty.
    pub promotion: Option<&'a str>,
    /// Title; empty text means that there is none.
    pub title: Option<&'a str>,
}

/// Stored results of one subject; a blank one is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoredSubject {
    /// Semester I.
    pub first: Mark,
    /// Semester II.
    pub second: Mark,
    /// The year.
    pub year: Mark,
}

/// Writes a finding for every stored value that is not the computed one.
///
/// Where the computed value is not evaluable, other findings already say why.
pub fn check_stored(
    parameters: &Parameters,
    grade: u8,
    pupil: &PupilYear<'_>,
    assessment: &PupilAssessment,
    stored: &StoredPupil<'_>,
    log: &mut Log,
) {
    for ((year, results), stored) in
        pupil.subjects.iter().zip(&assessment.subjects).zip(stored.subjects)
    {
        check_result(year.subject, Term::First, stored.first, results.first, log);
        check_result(year.subject, Term::Second, stored.second, results.second, log);
        check_result(year.subject, Term::Year, stored.year, results.year, log);
    }
    check_conduct(stored, assessment, log);
    check_promotion(parameters, grade, stored, assessment, log);
    check_title(parameters, stored, assessment, log);
}

fn check_result(
    subject: &Subject<'_>,
    term: Term,
    stored: Mark,
    computed: SubjectResult,
    log: &mut Log,
) {
    let stored = match stored {
        Mark::Blank | Mark::Missed => return,
        Mark::Score(score) => SubjectResult::Score(score),
        Mark::Passed => SubjectResult::Comment(Pass::Passed),
        Mark::NotPassed => SubjectResult::Comment(Pass::NotPassed),
        Mark::Exempt => SubjectResult::LeftOut,
    };
    if computed != SubjectResult::NotEvaluable && stored != computed {
        let (stored, computed) = (stored.text(), computed.text());
        log.find(findings::stored_result_differs(subject, term, &stored, &computed));
    }
}

fn check_conduct(stored: &StoredPupil<'_>, assessment: &PupilAssessment, log: &mut Log) {
    let (Some(stored), Some(computed)) = (stored.conduct, assessment.conduct) else {
        return;
    };
    if stored != computed {
        log.find(findings::stored_outcome_differs(
            "V22-06",
            "conduct",
            ["Kết quả rèn luyện cả năm", "Yearly conduct"],
            stored.label(),
            computed.label(),
        ));
    }
}

fn check_promotion(
    parameters: &Parameters,
    grade: u8,
    stored: &StoredPupil<'_>,
    assessment: &PupilAssessment,
    log: &mut Log,
) {
    let (Some(stored), verdict) = (stored.promotion, assessment.promotion.verdict) else {
        return;
    };
    if verdict == Verdict::NotEvaluable {
        return;
    }
    let expected = parameters.wording.transcript(verdict, grade);
    // While summer results are due the field may still be empty.
    let is_waiting = verdict.is_awaiting() && stored.trim().is_empty();
    if stored.trim() != expected && !is_waiting {
        log.find(findings::stored_outcome_differs(
            "V22-08",
            "promotion",
            ["Lên lớp", "Promotion"],
            stored.trim(),
            expected,
        ));
    }
}

fn check_title(
    parameters: &Parameters,
    stored: &StoredPupil<'_>,
    assessment: &PupilAssessment,
    log: &mut Log,
) {
    let Some(stored) = stored.title else { return };
    if assessment.learning.is_none() || assessment.conduct.is_none() {
        return;
    }
    let expected = assessment.title.map_or("", |title| parameters.title_label(title));
    if stored.trim() != expected {
        log.find(findings::stored_outcome_differs(
            "V22-09",
            "title",
            ["Danh hiệu", "Title"],
            stored.trim(),
            expected,
        ));
    }
}
