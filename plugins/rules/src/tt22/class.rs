//! A whole class, pupil by pupil: subjects, conduct, learning, summer, promotion, title.

use super::conduct::{YearConduct, manual_level, year_conduct};
use super::findings;
use super::learning::{LearningResult, NotEvaluable, counted, explain_learning, learning_result};
use super::parameters::{BothFailed, Parameters};
use super::promotion::{Promotion, PromotionInput, Regime, promotion};
use super::reassessment::{Reassessed, Reassessment, reassess, refuse};
use super::subject_result::{SubjectYear, subject_results};
use super::titles::title;
use super::values::{
    Absences, Level, Manual, SubjectResult, SubjectResults, Summer, TermState, Title,
    absent_sessions,
};
use crate::finding::Term;
use crate::log::Log;

/// A class's year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassYear<'a> {
    /// Grade, 6 to 12.
    pub grade: u8,
    /// Whether the books of semester I and II are closed.
    pub states: [TermState; 2],
    /// Whether summer results may still come.
    pub summer: Summer,
    /// The pupils.
    pub pupils: &'a [PupilYear<'a>],
}

/// A pupil's year, as entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PupilYear<'a> {
    /// Subjects with their marks.
    pub subjects: &'a [SubjectYear<'a>],
    /// Conduct, as given by people.
    pub conduct: YearConduct<'a>,
    /// Yearly learning decided by the school when data are missing (A11).
    pub manual_learning: Option<Manual<'a>>,
    /// Conduct after training in summer.
    pub conduct_after: Option<Level>,
    /// New results of re-assessed subjects.
    pub reassessed: &'a [Reassessed],
    /// Absences in the year.
    pub absences: Option<Absences>,
    /// How the pupil is assessed.
    pub regime: Regime,
}

/// Everything TT22 says about a pupil's year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PupilAssessment {
    /// Results, one per subject handed in.
    pub subjects: Vec<SubjectResults>,
    /// Learning of semester I.
    pub learning_first: Option<LearningResult>,
    /// Learning of semester II.
    pub learning_second: Option<LearningResult>,
    /// Learning of the year, before summer.
    pub learning: Option<LearningResult>,
    /// Conduct of the year, before summer.
    pub conduct: Option<Level>,
    /// Learning after re-assessment.
    pub reassessment: Reassessment,
    /// Conduct after training in summer, when the pupil was to train.
    pub conduct_after: Option<Level>,
    /// Sessions absent.
    pub absent: Option<u16>,
    /// Promotion.
    pub promotion: Promotion,
    /// Title.
    pub title: Option<Title>,
}

/// Assesses a class; one result per pupil, in order. Findings carry the pupil's index.
pub fn assess_class(
    parameters: &Parameters,
    class: &ClassYear<'_>,
    log: &mut Log,
) -> Vec<PupilAssessment> {
    let mut results = Vec::with_capacity(class.pupils.len());
    for (index, pupil) in class.pupils.iter().enumerate() {
        log.about_pupil(Some(index));
        results.push(assess_pupil(parameters, class, pupil, log));
    }
    log.about_pupil(None);
    results
}

/// Assesses one pupil of a class.
pub fn assess_pupil(
    parameters: &Parameters,
    class: &ClassYear<'_>,
    pupil: &PupilYear<'_>,
    log: &mut Log,
) -> PupilAssessment {
    // Gaps in the marks of a pupil with an individual plan are no errors.
    let states = match pupil.regime {
        Regime::Ordinary => class.states,
        Regime::IndividualPlan { .. } => [TermState::Open; 2],
    };
    let subjects = assess_subjects(parameters, pupil.subjects, states, log);
    let view = View { parameters, pupil, results: &subjects };
    let year_state =
        if states == [TermState::Closed; 2] { TermState::Closed } else { TermState::Open };
    let learning_first = view.learning(Term::First, states[0], log).ok();
    let learning_second = view.learning(Term::Second, states[1], log).ok();
    let learning = view.year_learning(year_state, log);
    let conduct = view.year_conduct(year_state, log);
    let mut assessment = PupilAssessment {
        learning_first,
        learning_second,
        learning,
        conduct,
        conduct_after: pupil.conduct_after,
        absent: pupil.absences.map(|days| absent_sessions(parameters, days)),
        ..PupilAssessment::default()
    };
    if class.states == [TermState::Closed; 2] {
        view.decide(class, &mut assessment, log);
    }
    assessment.subjects = subjects;
    assessment
}

/// Returns the results of a pupil's subjects, in order.
pub fn assess_subjects(
    parameters: &Parameters,
    subjects: &[SubjectYear<'_>],
    states: [TermState; 2],
    log: &mut Log,
) -> Vec<SubjectResults> {
    subjects.iter().map(|year| subject_results(parameters, year, states, log)).collect()
}

/// A pupil with the results of the subjects.
struct View<'a> {
    parameters: &'a Parameters,
    pupil: &'a PupilYear<'a>,
    results: &'a [SubjectResults],
}

impl View<'_> {
    /// Returns the results of a term as they stand in the learning set.
    fn counted(&self, term: Term) -> impl Iterator<Item = SubjectResult> + Clone {
        self.pupil.subjects.iter().zip(self.results).map(move |(year, results)| {
            let result = match term {
                Term::First => results.first,
                Term::Second => results.second,
                _ => results.year,
            };
            counted(self.parameters, year.subject, result)
        })
    }

    /// Computes a learning result; says what is missing when the book is closed.
    fn learning(
        &self,
        term: Term,
        state: TermState,
        log: &mut Log,
    ) -> Result<LearningResult, NotEvaluable> {
        let result = learning_result(self.parameters, self.counted(term));
        match result {
            Ok(learning) => {
                let subjects = self.pupil.subjects.iter().map(|year| year.subject);
                let named = subjects.zip(self.counted(term));
                explain_learning(self.parameters, term, named, learning, log);
            }
            Err(why) if state == TermState::Closed => self.report(term, why, log),
            Err(_) => {}
        }
        result
    }

    fn report(&self, term: Term, why: NotEvaluable, log: &mut Log) {
        log.find(match why {
            NotEvaluable::TooFewScored(found) => {
                let needed = self.parameters.learning.strong_subjects;
                findings::too_few_subjects(term, found, needed)
            }
            NotEvaluable::ResultsMissing => {
                let missing: Vec<&str> = self
                    .pupil
                    .subjects
                    .iter()
                    .zip(self.counted(term))
                    .filter(|(_, result)| *result == SubjectResult::NotEvaluable)
                    .map(|(year, _)| year.subject.name)
                    .collect();
                findings::learning_missing(term, &missing.join(", "))
            }
        });
    }

    /// Computes the year's learning, or takes the manual level when data are missing (A11).
    fn year_learning(&self, state: TermState, log: &mut Log) -> Option<LearningResult> {
        let Some(manual) = self.pupil.manual_learning else {
            return self.learning(Term::Year, state, log).ok();
        };
        if let Ok(learning) = self.learning(Term::Year, TermState::Open, log) {
            log.find(findings::manual_not_used("learning"));
            return Some(learning);
        }
        let level = manual_level(Some(manual), "learning", log)?;
        Some(LearningResult { level, base: level, adjusted_for: None })
    }

    fn year_conduct(&self, state: TermState, log: &mut Log) -> Option<Level> {
        let conduct = &self.pupil.conduct;
        let is_complete = conduct.first.is_some() && conduct.second.is_some();
        if state == TermState::Open && !is_complete && conduct.manual.is_none() {
            return None;
        }
        year_conduct(self.parameters, conduct, log)
    }

    /// Fills in what only a closed year has: re-assessment, promotion, title.
    fn decide(&self, class: &ClassYear<'_>, assessment: &mut PupilAssessment, log: &mut Log) {
        let learning = assessment.learning.map(|learning| learning.level);
        assessment.reassessment = self.reassessment(assessment.conduct, learning, log);
        assessment.promotion = promotion(
            self.parameters,
            &PromotionInput {
                grade: class.grade,
                conduct: assessment.conduct,
                conduct_after: assessment.conduct_after,
                learning,
                learning_after: assessment.reassessment.learning().map(|after| after.level),
                absent: assessment.absent,
                regime: self.pupil.regime,
                summer: class.summer,
            },
            log,
        );
        assessment.title =
            title(self.parameters, assessment.conduct, learning, self.counted(Term::Year), log);
    }

    /// Applies the new results when conduct and learning allow re-assessment (Điều 14, A5).
    fn reassessment(
        &self,
        conduct: Option<Level>,
        learning: Option<Level>,
        log: &mut Log,
    ) -> Reassessment {
        let (reassessed, subjects) = (self.pupil.reassessed, self.pupil.subjects);
        if reassessed.is_empty() {
            return Reassessment::NotHeld;
        }
        let (Some(conduct), Some(learning)) = (conduct, learning) else {
            return Reassessment::NotHeld;
        };
        let least = self.parameters.promotion_level;
        if learning >= least {
            let why = [
                "kết quả học tập cả năm từ mức Đạt trở lên",
                "the yearly learning result is Đạt or better",
            ];
            refuse(subjects, reassessed, why, log);
            return Reassessment::NotHeld;
        }
        if conduct < least && self.parameters.both_failed == BothFailed::NotPromoted {
            let why = ["kết quả rèn luyện cả năm Chưa đạt", "the yearly conduct is Chưa đạt"];
            refuse(subjects, reassessed, why, log);
            return Reassessment::NotHeld;
        }
        let results: Vec<SubjectResult> = self.counted(Term::Year).collect();
        reassess(self.parameters, subjects, &results, reassessed, log)
    }
}
