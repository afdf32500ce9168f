//! A pupil's and a class's year under TT58: học lực of both semesters and the year, promotion, titles.
//!
//! Subject averages are made by [`super::averages`] or read from the archive.

use super::findings;
use super::learning::{LearningResult, learning_result};
use super::parameters::Parameters;
use super::promotion::{PromotionInput, promotion};
use super::retest::{conduct_allows_retest, retest};
use super::values::{Conduct, Subject, Title, YearSubject, title};
use crate::decimal::{Scaled, Tenths};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;
use crate::tt22::{Reassessed, SubjectResult, Summer, Verdict};

/// A pupil's year, as entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PupilYear<'a> {
    /// Subjects with their results.
    pub subjects: &'a [YearSubject<'a>],
    /// Hạnh kiểm of semester I, semester II and the year.
    pub conduct: [Option<Conduct>; 3],
    /// Hạnh kiểm after training in summer.
    pub conduct_after: Option<Conduct>,
    /// Re-tested subjects.
    pub retested: &'a [Reassessed],
    /// Sessions (buổi) absent in the year.
    pub absent: Option<u16>,
    /// Whether summer results may still come.
    pub summer: Summer,
}

/// Everything TT58 says about a pupil's year; arrays hold semester I, semester II, year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PupilAssessment {
    /// Học lực.
    pub learning: [Option<LearningResult>; 3],
    /// Titles.
    pub titles: [Option<Title>; 3],
    /// Học lực after re-test.
    pub learning_after: Option<LearningResult>,
    /// Promotion.
    pub verdict: Verdict,
}

/// Assesses a class; one result per pupil, in order. Findings carry the pupil's index.
pub fn assess_class(
    parameters: &Parameters,
    pupils: &[PupilYear<'_>],
    log: &mut Log,
) -> Vec<PupilAssessment> {
    let mut results = Vec::with_capacity(pupils.len());
    for (index, pupil) in pupils.iter().enumerate() {
        log.about_pupil(Some(index));
        results.push(assess_pupil(parameters, pupil, log));
    }
    log.about_pupil(None);
    results
}

/// Assesses one pupil.
pub fn assess_pupil(
    parameters: &Parameters,
    pupil: &PupilYear<'_>,
    log: &mut Log,
) -> PupilAssessment {
    let learning = [Term::First, Term::Second, Term::Year]
        .map(|term| learning(parameters, pupil.subjects, term, log));
    let titles = [0, 1, 2].map(|index: usize| {
        let (conduct, learning) = (pupil.conduct[index]?, learning[index]?);
        title(parameters, conduct, learning.rank)
    });
    let learning_after = retest(parameters, pupil.subjects, pupil.retested)
        .filter(|_| conduct_allows_retest(parameters, pupil.conduct[2]));
    let input = PromotionInput {
        conduct: pupil.conduct[2],
        conduct_after: pupil.conduct_after,
        learning: learning[2].map(|result| result.rank),
        learning_after: learning_after.map(|result| result.rank),
        absent: pupil.absent,
        summer: pupil.summer,
    };
    PupilAssessment {
        learning,
        titles,
        learning_after,
        verdict: promotion(parameters, &input, log),
    }
}

/// Computes học lực of one part of the year, or says what is missing.
pub(super) fn learning(
    parameters: &Parameters,
    subjects: &[YearSubject<'_>],
    term: Term,
    log: &mut Log,
) -> Option<LearningResult> {
    let results = subjects.iter().map(|year| {
        let result = match term {
            Term::First => year.results.first,
            Term::Second => year.results.second,
            _ => year.results.year,
        };
        (year.subject, result)
    });
    match learning_result(parameters, results.clone()) {
        Ok(learning) => {
            explain_overall(term, results.clone(), learning.overall, log);
            explain(term, results, learning, log);
            Some(learning)
        }
        Err(_) => {
            let missing: Vec<&str> = results
                .filter(|(_, result)| *result == SubjectResult::NotEvaluable)
                .map(|(subject, _)| subject.name)
                .collect();
            log.find(findings::learning_missing(term, &missing.join(", ")));
            None
        }
    }
}

/// Writes down how ĐTBhk or ĐTBcn came about.
pub fn explain_overall<'a>(
    term: Term,
    results: impl Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
    overall: Tenths,
    log: &mut Log,
) {
    log.explain(|| {
        let scores =
            || results.clone().filter_map(|(subject, result)| Some((subject, result.score()?)));
        let sum: i64 = scores().map(|(_, score)| i64::from(score.0)).sum();
        let count = scores().count();
        Explanation {
            rule: "TT 58/2011, Điều 11",
            value: "Điểm trung bình các môn học",
            place: Place::column("overall").in_term(term),
            inputs: scores()
                .map(|(subject, score)| (subject.name.to_owned(), score.to_string()))
                .collect(),
            steps: vec![format!("{} / {count} → {overall}", Scaled::new(sum, 1))],
            result: overall.to_string(),
        }
    });
}

fn explain<'a>(
    term: Term,
    results: impl Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
    learning: LearningResult,
    log: &mut Log,
) {
    log.explain(|| {
        let mut steps = vec![format!(
            "Điểm trung bình các môn {}; xếp loại theo tiêu chuẩn: {}",
            learning.overall,
            learning.base.label()
        )];
        if let Some((subject, result)) =
            learning.adjusted_for.and_then(|index| results.clone().nth(index))
        {
            steps.push(format!(
                "Do kết quả của một môn học ({} {}) nên được điều chỉnh: {}",
                subject.name,
                result.text(),
                learning.rank.label()
            ));
        }
        Explanation {
            rule: "TT 58/2011, Điều 13",
            value: "Học lực",
            place: Place::column("learning").in_term(term),
            inputs: results
                .clone()
                .map(|(subject, result)| (subject.name.to_owned(), result.text().into_owned()))
                .collect(),
            steps,
            result: learning.rank.label().to_owned(),
        }
    });
}
