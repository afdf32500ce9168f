//! Asks the rules about each pupil.
//!
//! A pupil of whom the report has marks is assessed by the rules as a whole. Where it gives results
//! of subjects or levels of the year, these take the place of the computed ones, and the steps
//! behind them are asked for one by one.

use bieumau_rules::decimal::Tenths;
use bieumau_rules::explanation::Explanation;
use bieumau_rules::finding::{Finding, Place, Severity, Term};
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::Circular;
use bieumau_rules::tt22::{
    Absences, BothFailed, ClassYear, LearningResult, Level, Mark, NotEvaluable, Pass, Promotion,
    PromotionInput, PupilYear, Reassessed, Reassessment, Regime, SubjectKind, SubjectResult,
    SubjectResults, SubjectYear, TermAverage, TermState, YearConduct, absent_sessions,
    assess_pupil, counted, learning_result, promotion, reassess, subject_results, title,
    year_average, year_conduct,
};

use super::archive;
use super::book::{Book, Given, Pupil, Register};
use super::parameters::Settings;
use crate::codes::{Rated, Titled};
use crate::remarks::other_circular;

/// Everything that is answered about a pupil.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Results of the subjects, in the order of the book.
    pub subjects: Vec<SubjectResults>,
    /// Learning of term I, of term II, of the year, and after re-assessment.
    pub learning: [Option<Rated>; 4],
    /// Conduct of term I and of term II, as given.
    pub conduct_terms: [Option<Rated>; 2],
    /// Conduct of the year, and after summer.
    pub conduct: [Option<Rated>; 2],
    /// ĐTBhk of term I and II and ĐTBcn; before Thông tư 22 only.
    pub overall: [Option<Tenths>; 3],
    /// Sessions absent.
    pub absent: Option<u16>,
    /// Promotion.
    pub promotion: Promotion,
    /// Title.
    pub title: Option<Titled>,
}

/// Returns the outcome of every pupil, in order.
pub fn outcomes(
    settings: &Settings,
    book: &Book<'_>,
    register: &Register<'_>,
    log: &mut Log,
) -> Vec<Outcome> {
    let mut years = Vec::new();
    let mut outcomes = Vec::with_capacity(book.pupils.len());
    for (at, pupil) in book.pupils.iter().enumerate() {
        log.about_pupil(Some(at));
        register.years(book, at, &mut years);
        outcomes.push(if let Some(levels) = &pupil.archive {
            archive::outcome(settings, book, pupil, levels, log)
        } else if pupil.circular == Some(Circular::Tt22) {
            let case = Case { settings, book, pupil, years: &years };
            case.outcome(log)
        } else {
            if pupil.grade != 0 {
                log.find(other_circular(pupil.grade, pupil.year, pupil.circular));
            }
            let subjects = vec![SubjectResults::default(); years.len()];
            Outcome { subjects, ..Outcome::default() }
        });
    }
    log.about_pupil(None);
    outcomes
}

/// One pupil with everything that decides.
struct Case<'a> {
    settings: &'a Settings,
    book: &'a Book<'a>,
    pupil: &'a Pupil<'a>,
    years: &'a [SubjectYear<'a>],
}

impl Case<'_> {
    fn outcome(&self, log: &mut Log) -> Outcome {
        let slots = self.pupil.subjects.iter().map(|(_, slot)| &self.book.slots[*slot]);
        let has_given = slots.into_iter().any(|slot| slot.given.is_some());
        let has_levels =
            self.pupil.learning.iter().any(Option::is_some) || self.pupil.conduct[3].is_some();
        if has_given || has_levels { self.assess_given(log) } else { self.assess_marks(log) }
    }

    /// The report has marks only: the rules see the whole year.
    fn assess_marks(&self, log: &mut Log) -> Outcome {
        let class = ClassYear {
            grade: self.pupil.grade,
            states: self.settings.terms,
            summer: self.settings.summer,
            pupils: &[],
        };
        let reassessed = self.reassessed();
        let pupil = PupilYear {
            subjects: self.years,
            conduct: self.terms_of_conduct(),
            manual_learning: None,
            conduct_after: self.pupil.conduct[2],
            reassessed: &reassessed,
            absences: self.absences(),
            regime: self.regime(),
        };
        let result = assess_pupil(&self.settings.rules, &class, &pupil, log);
        let level = |learning: Option<LearningResult>| learning.map(|learning| learning.level);
        self.finish(
            [level(result.learning_first), level(result.learning_second), level(result.learning)],
            result.conduct,
            level(result.reassessment.learning()),
            Outcome {
                subjects: result.subjects,
                absent: result.absent,
                promotion: result.promotion,
                title: result.title.map(Titled::Current),
                ..Outcome::default()
            },
        )
    }

    /// The report gives results or levels: each step is asked for with what is given before it.
    fn assess_given(&self, log: &mut Log) -> Outcome {
        let rules = &self.settings.rules;
        let subjects = self.subjects(log);
        let learning = [
            self.learning(0, Term::First, &subjects, log),
            self.learning(1, Term::Second, &subjects, log),
            self.learning(2, Term::Year, &subjects, log),
        ];
        let conduct = self.pupil.conduct[3].or_else(|| self.conduct(log));
        let absent = self.absences().map(|absences| absent_sessions(rules, absences));
        let mut outcome = Outcome { absent, ..Outcome::default() };
        let mut learning_after = None;
        if self.is_closed() {
            let year = self.counted(&subjects, Term::Year);
            let again = self.reassess(conduct, learning[2], &subjects, log);
            learning_after = again.learning().map(|learning| learning.level);
            let input = PromotionInput {
                grade: self.pupil.grade,
                conduct,
                conduct_after: self.pupil.conduct[2],
                learning: learning[2],
                learning_after,
                absent,
                regime: self.regime(),
                summer: self.settings.summer,
            };
            outcome.promotion = promotion(rules, &input, log);
            outcome.title = title(rules, conduct, learning[2], year, log).map(Titled::Current);
        }
        outcome.subjects = subjects;
        self.finish(learning, conduct, learning_after, outcome)
    }

    /// Adds the levels of the year and what summer made of them.
    fn finish(
        &self,
        learning: [Option<Level>; 3],
        conduct: Option<Level>,
        again: Option<Level>,
        outcome: Outcome,
    ) -> Outcome {
        let least = self.settings.rules.promotion_level;
        let needs_training = conduct.is_some_and(|conduct| conduct < least);
        let trained = self.pupil.conduct[2].filter(|_| needs_training);
        let [first, second, ..] = self.pupil.conduct;
        let rated = |level: Option<Level>| level.map(Rated::Level);
        Outcome {
            learning: [learning[0], learning[1], learning[2], again.or(learning[2])].map(rated),
            conduct_terms: [first, second].map(rated),
            conduct: [conduct, trained.or(conduct)].map(rated),
            ..outcome
        }
    }

    fn is_closed(&self) -> bool {
        self.settings.terms == [TermState::Closed; 2]
    }

    fn regime(&self) -> Regime {
        if self.pupil.not_assessed {
            Regime::IndividualPlan { promoted: self.pupil.decision }
        } else {
            Regime::Ordinary
        }
    }

    /// Returns the absences; a report that does not have them at all asks nothing about them.
    fn absences(&self) -> Option<Absences> {
        let half_days = if self.book.asked.absences { self.pupil.absences? } else { 0 };
        Some(Absences { half_days, whole_days: 0 })
    }

    fn terms_of_conduct(&self) -> YearConduct<'static> {
        let [first, second, ..] = self.pupil.conduct;
        YearConduct { first, second, manual: None }
    }

    fn conduct(&self, log: &mut Log) -> Option<Level> {
        let conduct = self.terms_of_conduct();
        let is_complete = conduct.first.is_some() && conduct.second.is_some();
        let is_due = self.is_closed() && self.book.asked.conduct;
        if is_complete || is_due { year_conduct(&self.settings.rules, &conduct, log) } else { None }
    }

    fn reassessed(&self) -> Vec<Reassessed> {
        let slots = self.pupil.subjects.iter().enumerate();
        slots.filter_map(|(at, (_, slot))| self.book.slots[*slot].reassessed(at)).collect()
    }

    /// Returns the results of the subjects: the given ones, or those of the marks.
    fn subjects(&self, log: &mut Log) -> Vec<SubjectResults> {
        let states =
            if self.pupil.not_assessed { [TermState::Open; 2] } else { self.settings.terms };
        let subjects = self.pupil.subjects.iter().zip(self.years);
        subjects
            .map(|((_, slot), year)| match self.book.slots[*slot].given {
                Some((_, given)) => self.given(year.subject.kind, &given),
                None => subject_results(&self.settings.rules, year, states, log),
            })
            .collect()
    }

    /// Returns given results; a year that is not given follows from the terms.
    fn given(&self, kind: SubjectKind, given: &Given) -> SubjectResults {
        if given.is_exempt {
            let out = SubjectResult::LeftOut;
            return SubjectResults { first: out, second: out, year: out };
        }
        let [first, second, year] = given.results.map(result);
        let from_terms = || match (kind, first, second) {
            (SubjectKind::Comment, _, second) => second,
            (_, SubjectResult::Score(first), SubjectResult::Score(second)) => {
                let (first, second) = (TermAverage::known(first), TermAverage::known(second));
                year_average(&self.settings.rules, first, second)
                    .map_or(SubjectResult::NotEvaluable, SubjectResult::Score)
            }
            _ => SubjectResult::NotEvaluable,
        };
        let year = if year == SubjectResult::NotEvaluable { from_terms() } else { year };
        SubjectResults { first, second, year }
    }

    /// Returns the results of a term as they stand in the learning set.
    fn counted<'s>(
        &'s self,
        subjects: &'s [SubjectResults],
        term: Term,
    ) -> impl Iterator<Item = SubjectResult> + Clone + 's {
        self.years.iter().zip(subjects).map(move |(year, results)| {
            let result = match term {
                Term::First => results.first,
                Term::Second => results.second,
                _ => results.year,
            };
            counted(&self.settings.rules, year.subject, result)
        })
    }

    /// Returns the given learning of a term, or the one that follows from the results.
    fn learning(
        &self,
        at: usize,
        term: Term,
        subjects: &[SubjectResults],
        log: &mut Log,
    ) -> Option<Level> {
        if let Some(given) = self.pupil.learning[at] {
            return Some(given);
        }
        match learning_result(&self.settings.rules, self.counted(subjects, term)) {
            Ok(learning) => {
                log.explain(|| self.explain(term, subjects, learning));
                Some(learning.level)
            }
            Err(why) => {
                // The terms are often not given beside the year.
                let is_due = term == Term::Year && self.is_closed() && !self.pupil.not_assessed;
                if is_due && self.book.asked.subjects {
                    log.find(self.learning_missing(why, subjects));
                }
                None
            }
        }
    }

    fn reassess(
        &self,
        conduct: Option<Level>,
        learning: Option<Level>,
        subjects: &[SubjectResults],
        log: &mut Log,
    ) -> Reassessment {
        let rules = &self.settings.rules;
        let reassessed = self.reassessed();
        let (Some(conduct), Some(learning)) = (conduct, learning) else {
            return Reassessment::NotHeld;
        };
        let may_not = learning >= rules.promotion_level
            || (conduct < rules.promotion_level && rules.both_failed == BothFailed::NotPromoted);
        if reassessed.is_empty() || may_not {
            for again in &reassessed {
                log.find(not_allowed(self.years[again.subject].subject));
            }
            return Reassessment::NotHeld;
        }
        let results: Vec<SubjectResult> = self.counted(subjects, Term::Year).collect();
        reassess(rules, self.years, &results, &reassessed, log)
    }

    fn learning_missing(&self, why: NotEvaluable, subjects: &[SubjectResults]) -> Finding {
        let missing: Vec<&str> = self
            .years
            .iter()
            .zip(self.counted(subjects, Term::Year))
            .filter(|(_, result)| *result == SubjectResult::NotEvaluable)
            .map(|(year, _)| year.subject.name)
            .collect();
        let [vi, en] = match why {
            NotEvaluable::ResultsMissing => {
                let missing = missing.join(", ");
                [format!("thiếu {missing}"), format!("{missing} missing")]
            }
            NotEvaluable::TooFewScored(found) => {
                let needed = self.settings.rules.learning.strong_subjects;
                [
                    format!("có {found} môn tính điểm, cần ít nhất {needed}"),
                    format!("{found} scored subjects, at least {needed} needed"),
                ]
            }
        };
        Finding {
            code: "E22-02",
            severity: Severity::Error,
            place: Place::column("learning").in_term(Term::Year),
            message_vi: format!("Chưa đánh giá được kết quả học tập cả năm: {vi}"),
            message_en: format!("Learning result of the year is not evaluable: {en}"),
            hint_vi: "Bổ sung kết quả của các môn học này.",
            hint_en: "Complete the results of these subjects.",
        }
    }

    fn explain(
        &self,
        term: Term,
        subjects: &[SubjectResults],
        learning: LearningResult,
    ) -> Explanation {
        let results = self.years.iter().zip(self.counted(subjects, term));
        let inputs = results
            .filter(|(_, result)| {
                !matches!(result, SubjectResult::LeftOut | SubjectResult::NotEvaluable)
            })
            .map(|(year, result)| (year.subject.name.to_owned(), result.text().into_owned()));
        let mut steps = vec![format!("Theo Điều 9 khoản 2: {}", learning.base.label())];
        if let Some(at) = learning.adjusted_for {
            steps.push(format!(
                "Chỉ do kết quả của duy nhất một môn học ({}) → điều chỉnh lên mức liền kề: {}",
                self.years[at].subject.name,
                learning.level.label()
            ));
        }
        Explanation {
            rule: "TT 22/2021, Điều 9 khoản 2, khoản 3",
            value: "Kết quả học tập",
            place: Place::column("learning").in_term(term),
            inputs: inputs.collect(),
            steps,
            result: learning.level.label().to_owned(),
        }
    }
}

/// Returns a given result as the rules read it.
pub fn result(mark: Mark) -> SubjectResult {
    match mark {
        Mark::Blank | Mark::Missed => SubjectResult::NotEvaluable,
        Mark::Score(score) => SubjectResult::Score(score),
        Mark::Passed => SubjectResult::Comment(Pass::Passed),
        Mark::NotPassed => SubjectResult::Comment(Pass::NotPassed),
        Mark::Exempt => SubjectResult::LeftOut,
    }
}

fn not_allowed(subject: &bieumau_rules::tt22::Subject<'_>) -> Finding {
    Finding {
        code: "V22-07",
        severity: Severity::Error,
        place: Place::cell(subject.code, Term::Year, "reassessed"),
        message_vi: format!(
            "{}: học sinh không thuộc diện đánh giá lại theo kết quả rèn luyện và học tập cả năm",
            subject.name
        ),
        message_en: format!(
            "{}: by conduct and learning of the year the pupil may not be re-assessed",
            subject.name
        ),
        hint_vi: "Xóa kết quả đánh giá lại của môn học này.",
        hint_en: "Remove the re-assessment of this subject.",
    }
}
