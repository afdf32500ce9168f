//! Years before Thông tư 22: asks the rules of Thông tư 58, alone or with Thông tư 26, about a pupil.
//!
//! An archive often has averages or ranks only: what the report gives takes the place of what would
//! be computed, step by step.

use bieumau_rules::finding::Term;
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::Circular;
use bieumau_rules::tt22::{
    Mark, OptionalSubjects, Promotion, Reasons, Reassessed, SubjectKind, SubjectResult,
    SubjectResults, TermState, Verdict,
};
use bieumau_rules::tt58::{
    self, Conduct, Parameters, PromotionInput, Rank, Role, Subject, TermScores, YearSubject,
};

use super::book::{ArchiveLevels, Book, Given, Pupil, Slot, TermCells};
use super::decide::{Outcome, result};
use super::parameters::Settings;
use crate::codes::{Rated, Titled, subject_name};

/// Returns whether the circular is one of the archive.
pub fn governs(circular: Option<Circular>) -> bool {
    matches!(circular, Some(Circular::Tt58 | Circular::Tt58Tt26))
}

/// Returns what Thông tư 58 says about a pupil's year.
pub fn outcome(
    settings: &Settings,
    book: &Book<'_>,
    pupil: &Pupil<'_>,
    levels: &ArchiveLevels,
    log: &mut Log,
) -> Outcome {
    let rules = settings.archive(pupil.circular);
    let slots: Vec<&Slot<'_>> = pupil.subjects.iter().map(|(_, slot)| &book.slots[*slot]).collect();
    let subjects: Vec<Subject<'_>> = slots.iter().map(|slot| subject(slot)).collect();
    let is_due = settings.terms.map(|term| term == TermState::Closed && !pupil.not_assessed);
    let years: Vec<YearSubject<'_>> = subjects
        .iter()
        .zip(&slots)
        .map(|(subject, slot)| YearSubject {
            subject,
            results: results(rules, slot, subject, is_due, log),
        })
        .collect();
    // An optional subject has results like the others; whether it counts is a parameter.
    let optional_counts = settings.rules.optional == OptionalSubjects::Counted;
    let counted: Vec<YearSubject<'_>> = years
        .iter()
        .zip(&slots)
        .map(|(year, slot)| match slot.is_optional && !optional_counts {
            true => YearSubject { results: LEFT_OUT, ..*year },
            false => *year,
        })
        .collect();
    let case = Case {
        settings,
        rules,
        book,
        pupil,
        levels,
        slots: &slots,
        years: &years,
        counted: &counted,
    };
    case.outcome(log)
}

struct Case<'a> {
    settings: &'a Settings,
    rules: &'a Parameters,
    book: &'a Book<'a>,
    pupil: &'a Pupil<'a>,
    levels: &'a ArchiveLevels,
    slots: &'a [&'a Slot<'a>],
    /// All subjects.
    years: &'a [YearSubject<'a>],
    /// The same, with those left out that count for nothing.
    counted: &'a [YearSubject<'a>],
}

/// The results of a subject that counts for nothing.
const LEFT_OUT: SubjectResults = SubjectResults {
    first: SubjectResult::LeftOut,
    second: SubjectResult::LeftOut,
    year: SubjectResult::LeftOut,
};

impl Case<'_> {
    fn outcome(&self, log: &mut Log) -> Outcome {
        let learning = [
            self.learning(0, Term::First, log),
            self.learning(1, Term::Second, log),
            self.learning(2, Term::Year, log),
        ];
        let ranks = learning.map(|(rank, _)| rank);
        let conduct = self.conduct(log);
        let again = tt58::retest(self.rules, self.counted, &self.retested())
            .map(|learning| learning.rank)
            .filter(|_| ranks[2] == Some(Rank::Weak) && self.may_be_retested(conduct));
        let mut outcome = Outcome {
            subjects: self.years.iter().map(|year| year.results).collect(),
            overall: learning.map(|(_, overall)| overall),
            absent: self.absent(),
            ..Outcome::default()
        };
        if self.is_closed() {
            outcome.promotion = self.promotion(conduct, ranks[2], again, log);
            let title = conduct.zip(ranks[2]).filter(|_| !self.pupil.not_assessed);
            let title = title
                .and_then(|(conduct, rank)| tt58::explained_title(self.rules, conduct, rank, log));
            outcome.title = title.map(Titled::Archive);
        }
        let trained = self.levels.conduct[2].filter(|_| conduct == Some(Conduct::Weak));
        let rated = |rank: Option<Rank>| rank.map(Rated::Rank);
        Outcome {
            learning: [
                rated(ranks[0]),
                rated(ranks[1]),
                rated(ranks[2]),
                rated(again.or(ranks[2])),
            ],
            conduct_terms: [self.levels.conduct[0], self.levels.conduct[1]]
                .map(|level| level.map(Rated::Conduct)),
            conduct: [conduct, trained.or(conduct)].map(|level| level.map(Rated::Conduct)),
            ..outcome
        }
    }

    /// Returns whether conduct lets a pupil be re-tested (Điều 16); a report that asks nothing about
    /// conduct knows nothing against it.
    fn may_be_retested(&self, conduct: Option<Conduct>) -> bool {
        let asked = self.book.asked.conduct || conduct.is_some();
        !asked || tt58::conduct_allows_retest(self.rules, conduct)
    }

    fn is_closed(&self) -> bool {
        self.settings.terms == [TermState::Closed; 2]
    }

    fn absent(&self) -> Option<u16> {
        if self.book.asked.absences { self.pupil.absences } else { Some(0) }
    }

    /// Returns the given rank, or the one that follows from the averages, with ĐTBhk or ĐTBcn.
    fn learning(
        &self,
        at: usize,
        term: Term,
        log: &mut Log,
    ) -> (Option<Rank>, Option<bieumau_rules::decimal::Tenths>) {
        let is_complete = !self.counted.is_empty()
            && self.counted.iter().all(|year| of_term(year, term) != SubjectResult::NotEvaluable);
        let is_due = term == Term::Year && self.is_closed() && !self.pupil.not_assessed;
        let given = self.levels.learning[at];
        if !is_complete && (given.is_some() || !is_due || !self.book.asked.subjects) {
            return (given, None);
        }
        if given.is_some() {
            let results = self.counted.iter().map(|year| (year.subject, of_term(year, term)));
            let overall = tt58::overall_average(self.rules, results.clone().map(|own| own.1));
            if let Some(overall) = overall {
                tt58::explain_overall(term, results, overall, log);
            }
            return (given, overall);
        }
        let found = tt58::explained_learning(self.rules, self.counted, term, log);
        (found.map(|found| found.rank), found.map(|found| found.overall))
    }

    /// Returns the year's conduct: the given one, else that of term II.
    fn conduct(&self, log: &mut Log) -> Option<Conduct> {
        let [first, second, _, year] = self.levels.conduct;
        year.or_else(|| tt58::year_conduct(first, second, log))
    }

    fn retested(&self) -> Vec<Reassessed> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(at, slot)| slot.reassessed(at)).collect()
    }

    fn promotion(
        &self,
        conduct: Option<Conduct>,
        learning: Option<Rank>,
        again: Option<Rank>,
        log: &mut Log,
    ) -> Promotion {
        if self.pupil.not_assessed {
            let verdict = match self.pupil.decision {
                Some(true) => Verdict::Promoted,
                Some(false) => Verdict::NotPromoted,
                None => Verdict::NotEvaluable,
            };
            return Promotion { verdict, by_principal: true, ..Promotion::default() };
        }
        // A report without conduct asks nothing about it.
        if !self.book.asked.conduct && conduct.is_none() {
            return Promotion::default();
        }
        let input = PromotionInput {
            conduct,
            conduct_after: self.levels.conduct[2],
            learning,
            learning_after: again,
            absent: self.absent(),
            summer: self.settings.summer,
        };
        let verdict = tt58::explained_promotion(self.rules, &input, log);
        let reasons = Reasons {
            conduct: conduct.is_some_and(|level| level < self.rules.promotion_conduct),
            learning: learning.is_some_and(|rank| rank < self.rules.promotion_rank),
            absence: self.absent().is_some_and(|absent| absent > self.rules.absence_limit),
        };
        Promotion { verdict, reasons, by_principal: false }
    }
}

fn of_term(year: &YearSubject<'_>, term: Term) -> SubjectResult {
    match term {
        Term::First => year.results.first,
        Term::Second => year.results.second,
        _ => year.results.year,
    }
}

fn subject<'a>(slot: &Slot<'a>) -> Subject<'a> {
    Subject {
        code: slot.subject,
        name: subject_name(slot.subject),
        kind: slot.kind,
        role: match slot.subject {
            "TOAN" => Role::Mathematics,
            "VAN" => Role::Literature,
            "NN1" => Role::ForeignLanguage,
            _ => Role::Plain,
        },
        is_specialised: slot.is_specialised,
    }
}

/// Returns the results of a subject: the given ones, or those of the marks; marks that are due and
/// missing are found.
fn results(
    rules: &Parameters,
    slot: &Slot<'_>,
    subject: &Subject<'_>,
    is_due: [bool; 2],
    log: &mut Log,
) -> SubjectResults {
    let [first, second, year] = match slot.given {
        Some((_, Given { is_exempt: true, .. })) => [SubjectResult::LeftOut; 3],
        Some((_, given)) => given.results.map(result),
        None => {
            let of_term = |at: usize, log: &mut Log| {
                let (cells, term) = (&slot.terms[at], [Term::First, Term::Second][at]);
                of_marks(rules, cells, subject, term, is_due[at], log)
            };
            let first = of_term(0, log);
            [first, of_term(1, log), SubjectResult::NotEvaluable]
        }
    };
    let year = match (year, first, second) {
        (SubjectResult::NotEvaluable, SubjectResult::LeftOut, SubjectResult::LeftOut) => {
            SubjectResult::LeftOut
        }
        (SubjectResult::NotEvaluable, _, second) if subject.kind == SubjectKind::Comment => second,
        (SubjectResult::NotEvaluable, SubjectResult::LeftOut, second) => second,
        (SubjectResult::NotEvaluable, first, SubjectResult::LeftOut) => first,
        (
            SubjectResult::NotEvaluable,
            SubjectResult::Score(first),
            SubjectResult::Score(second),
        ) => tt58::explained_year_average(rules, subject, first, second, log)
            .map_or(SubjectResult::NotEvaluable, SubjectResult::Score),
        (year, ..) => year,
    };
    SubjectResults { first, second, year }
}

fn of_marks(
    rules: &Parameters,
    cells: &TermCells,
    subject: &Subject<'_>,
    term: Term,
    is_due: bool,
    log: &mut Log,
) -> SubjectResult {
    if cells.is_exempt {
        return SubjectResult::LeftOut;
    }
    let (ongoing, periodic, end) = cells.of_archive();
    if subject.kind == SubjectKind::Comment {
        let tests: Vec<Mark> = ongoing.into_iter().chain(periodic).collect();
        return tt58::comment_result(&tests, end)
            .map_or(SubjectResult::NotEvaluable, SubjectResult::Comment);
    }
    let scores = |marks: Vec<Mark>| -> Vec<_> {
        marks
            .into_iter()
            .filter_map(|mark| match mark {
                Mark::Score(score) if score.is_on_scale() => Some(score),
                _ => None,
            })
            .collect()
    };
    let (ongoing, periodic, end) = (scores(ongoing), scores(periodic), scores(vec![end]));
    let scores = TermScores { ongoing: &ongoing, periodic: &periodic, end: end.first().copied() };
    let average = tt58::explained_term_average(rules, subject, term, &scores, log);
    if average.is_none() && is_due {
        tt58::missing_scores(rules, subject, term, &scores, log);
    }
    average.map_or(SubjectResult::NotEvaluable, SubjectResult::Score)
}
