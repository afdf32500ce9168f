//! One subject of one pupil: checks the cells of both semesters and computes term and year results.
//!
//! Which results stand in the learning result is left to [`super::learning`].

use super::findings;
use super::parameters::{
    ClusterTopic, MissedPeriodic, MissingComment, OneSemester, Parameters, TermResit,
};
use super::term_average::{TermAverage, explain_term, explain_year, term_average, year_average};
use super::values::{Mark, Pass, Subject, SubjectKind, SubjectResult, SubjectResults, TermState};
use crate::decimal::Tenths;
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// A pupil's marks of one subject in one semester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TermMarks<'a> {
    /// ĐĐGtx in the order of the columns; blank cells are skipped.
    pub ongoing: &'a [Mark],
    /// Result of the cluster of study topics (upper secondary), or blank.
    pub topic: Mark,
    /// ĐĐGgk: exactly one cell is filled.
    pub midterm: &'a [Mark],
    /// ĐĐGck: exactly one cell is filled.
    pub end: &'a [Mark],
    /// Result of a re-sit within the semester, if the school holds any (A12).
    pub resit: Mark,
    /// ĐTBmhk or comment result brought along from another school; used when no cell is filled.
    pub carried_over: Mark,
    /// Whether the subject is taught to the pupil in this semester.
    pub status: TermStatus,
}

/// Whether a subject is taught to a pupil in a semester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermStatus {
    /// It is.
    #[default]
    Taught,
    /// The class has it only in the other semester.
    NotTaught,
    /// The pupil is exempt.
    Exempt,
}

/// A pupil's year in one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectYear<'a> {
    /// The subject.
    pub subject: &'a Subject<'a>,
    /// Semester I.
    pub first: TermMarks<'a>,
    /// Semester II.
    pub second: TermMarks<'a>,
}

/// Returns the term and year results of a subject (TT22 Điều 6, 7, 9.1).
///
/// Writes V22-01 to V22-04 and V22-10. A missing mark is an error only in a
/// closed semester; it never counts as 0 unless the cell says [`Mark::Missed`].
pub fn subject_results(
    parameters: &Parameters,
    year: &SubjectYear<'_>,
    states: [TermState; 2],
    log: &mut Log,
) -> SubjectResults {
    let book = |term, state| Book { parameters, subject: year.subject, term, state };
    let first = book(Term::First, states[0]).result(&year.first, log);
    let second = book(Term::Second, states[1]).result(&year.second, log);
    SubjectResults {
        first: first.result(),
        second: second.result(),
        year: year_result(parameters, year.subject, first, second, log),
    }
}

/// Returns the number of ĐĐGtx per semester for a subject of so many yearly periods (Điều 6).
pub fn required_ongoing(parameters: &Parameters, periods: u16) -> u16 {
    parameters
        .ongoing
        .iter()
        .find(|tier| periods <= tier.periods_up_to)
        .or(parameters.ongoing.last())
        .map_or(0, |tier| tier.scores)
}

/// What a semester gave.
#[derive(Debug, Clone, Copy)]
enum TermOutcome {
    /// No cell is filled.
    Nothing,
    /// Marks are missing or wrong.
    NotEvaluable,
    /// Exempt or not taught.
    LeftOut,
    Average(TermAverage),
    Comment(Pass),
}

impl TermOutcome {
    fn result(self) -> SubjectResult {
        match self {
            TermOutcome::Nothing | TermOutcome::NotEvaluable => SubjectResult::NotEvaluable,
            TermOutcome::LeftOut => SubjectResult::LeftOut,
            TermOutcome::Average(average) => SubjectResult::Score(average.average),
            TermOutcome::Comment(pass) => SubjectResult::Comment(pass),
        }
    }
}

/// Joins the semesters: ĐTBmcn, or the comment result of semester II (Điều 9.1).
///
/// A subject exempt or not taught in one semester takes the other one's
/// result (the rule of TT58; TT22 is silent).
fn year_result(
    parameters: &Parameters,
    subject: &Subject<'_>,
    first: TermOutcome,
    second: TermOutcome,
    log: &mut Log,
) -> SubjectResult {
    use TermOutcome::{Average, Comment, LeftOut, Nothing};
    match (first, second) {
        (LeftOut, other) | (other, LeftOut) => other.result(),
        (Nothing, other) | (other, Nothing)
            if parameters.one_semester == OneSemester::OtherStands =>
        {
            other.result()
        }
        (_, Comment(second)) => {
            explain_comment_year(subject, second, log);
            SubjectResult::Comment(second)
        }
        (Average(first), Average(second)) => {
            let Some(result) = year_average(parameters, first, second) else {
                return SubjectResult::NotEvaluable;
            };
            explain_year(parameters, subject, [first, second], result, log);
            SubjectResult::Score(result)
        }
        _ => SubjectResult::NotEvaluable,
    }
}

/// One semester of one subject: what its cells are checked against.
struct Book<'a> {
    parameters: &'a Parameters,
    subject: &'a Subject<'a>,
    term: Term,
    state: TermState,
}

impl Book<'_> {
    fn result(&self, marks: &TermMarks<'_>, log: &mut Log) -> TermOutcome {
        if marks.status != TermStatus::Taught {
            if cells(marks).any(|mark| !mark.is_blank() && mark != Mark::Exempt) {
                log.find(findings::exempt_beside_marks(self.subject, self.term));
            }
            return TermOutcome::LeftOut;
        }
        let mut filled = 0usize;
        let mut exempt = 0usize;
        for mark in cells(marks) {
            filled += usize::from(!mark.is_blank());
            exempt += usize::from(mark == Mark::Exempt);
        }
        if filled == 0 {
            if !marks.carried_over.is_blank() {
                return self.carried_over(marks.carried_over, log);
            }
            if self.state == TermState::Closed {
                log.find(findings::no_results(self.subject, self.term));
            }
            return TermOutcome::Nothing;
        }
        if exempt == filled {
            return TermOutcome::LeftOut;
        }
        if exempt > 0 {
            log.find(findings::exempt_beside_marks(self.subject, self.term));
            return TermOutcome::NotEvaluable;
        }
        match self.subject.kind {
            SubjectKind::Scored => self.scored(marks, log),
            SubjectKind::Comment => self.comment(marks, log),
        }
    }

    fn carried_over(&self, mark: Mark, log: &mut Log) -> TermOutcome {
        let column = "carried_over";
        match (mark, self.subject.kind) {
            (Mark::Exempt, _) => TermOutcome::LeftOut,
            (_, SubjectKind::Scored) => {
                self.score(mark, column, log).map_or(TermOutcome::NotEvaluable, |score| {
                    TermOutcome::Average(TermAverage::known(score))
                })
            }
            (_, SubjectKind::Comment) => {
                self.pass(mark, column, log).map_or(TermOutcome::NotEvaluable, TermOutcome::Comment)
            }
        }
    }

    fn scored(&self, marks: &TermMarks<'_>, log: &mut Log) -> TermOutcome {
        let mut sound = true;
        let mut count = 0usize;
        for mark in ongoing(marks).filter(|mark| *mark != Mark::Missed) {
            count += 1;
            sound &= self.score(mark, "ongoing", log).is_some();
        }
        let complete = self.count_is_right(count, has_topic(marks), log);
        let midterm = self.periodic_score(marks.midterm, "midterm", log);
        let end = self.periodic_score(marks.end, "end", log);
        if let (TermResit::Replaces, Some(resit)) =
            (self.parameters.term_resit, self.resit(marks, log))
        {
            return TermOutcome::Average(TermAverage::known(resit));
        }
        let (true, true, Some(midterm), Some(end)) = (sound, complete, midterm, end) else {
            return TermOutcome::NotEvaluable;
        };
        let scores = ongoing(marks).filter_map(|mark| match mark {
            Mark::Score(score) => Some(score),
            _ => None,
        });
        let Some(result) = term_average(self.parameters, scores.clone(), midterm, end) else {
            return TermOutcome::NotEvaluable;
        };
        let (parameters, subject) = (self.parameters, self.subject);
        explain_term(parameters, subject, self.term, scores, [midterm, end], result, log);
        TermOutcome::Average(result)
    }

    /// Reads a filled cell of a scored subject; V22-01 and V22-04.
    fn score(&self, mark: Mark, column: &'static str, log: &mut Log) -> Option<Tenths> {
        match mark {
            Mark::Score(score) if score.is_on_scale() => Some(score),
            Mark::Score(score) => {
                log.find(findings::score_off_scale(self.subject, self.term, column, score));
                None
            }
            _ => {
                log.find(findings::wrong_kind(self.subject, self.term, column));
                None
            }
        }
    }

    fn resit(&self, marks: &TermMarks<'_>, log: &mut Log) -> Option<Tenths> {
        match marks.resit {
            Mark::Blank | Mark::Missed => None,
            mark => self.score(mark, "resit", log),
        }
    }

    /// Checks the number of ĐĐGtx (V22-02); whether there are enough.
    fn count_is_right(&self, count: usize, has_topic: bool, log: &mut Log) -> bool {
        let Some(periods) = self.subject.periods else {
            return count > 0;
        };
        let extra = has_topic && self.parameters.cluster_topic == ClusterTopic::OneMore;
        let required = usize::from(required_ongoing(self.parameters, periods)) + usize::from(extra);
        let too_few_now = count < required && self.state == TermState::Closed;
        if too_few_now || count > required {
            log.find(findings::wrong_ongoing_count(self.subject, self.term, count, required));
        }
        count >= required
    }

    /// Reads the one filled cell of a periodic column (V22-03).
    fn periodic(&self, cells: &[Mark], column: &'static str, log: &mut Log) -> Option<Mark> {
        let mut filled = cells.iter().copied().filter(|mark| !mark.is_blank());
        let mark = filled.next();
        let count = usize::from(mark.is_some()) + filled.count();
        if count > 1 || (count == 0 && self.state == TermState::Closed) {
            log.find(findings::wrong_periodic_count(self.subject, self.term, column, count));
        }
        if count == 1 { mark } else { None }
    }

    fn periodic_score(
        &self,
        cells: &[Mark],
        column: &'static str,
        log: &mut Log,
    ) -> Option<Tenths> {
        match self.periodic(cells, column, log)? {
            Mark::Missed => {
                (self.parameters.missed_periodic == MissedPeriodic::Zero).then_some(Tenths::ZERO)
            }
            mark => self.score(mark, column, log),
        }
    }

    /// Đạt when the required number exists and every one is Đạt; else Chưa đạt (Điều 9.1).
    fn comment(&self, marks: &TermMarks<'_>, log: &mut Log) -> TermOutcome {
        let mut tally = CommentTally::default();
        for mark in ongoing(marks).filter(|mark| *mark != Mark::Missed) {
            tally.ongoing += 1;
            tally.add(self.pass(mark, "ongoing", log));
        }
        let required = usize::from(self.parameters.comment_ongoing);
        if tally.ongoing < required {
            tally.missing = true;
            if self.state == TermState::Closed {
                let (subject, term) = (self.subject, self.term);
                log.find(findings::wrong_ongoing_count(subject, term, tally.ongoing, required));
            }
        }
        for (cells, column) in [(marks.midterm, "midterm"), (marks.end, "end")] {
            match self.periodic(cells, column, log) {
                None => tally.missing = true,
                Some(Mark::Missed) => match self.parameters.missed_periodic {
                    MissedPeriodic::Zero => tally.not_passed = true,
                    MissedPeriodic::NotEvaluable => tally.wrong = true,
                },
                Some(mark) => tally.add(self.pass(mark, column, log)),
            }
        }
        let outcome = tally.outcome(self.parameters, self.state);
        if let TermOutcome::Comment(pass) = outcome {
            explain_comment_term(self.subject, self.term, marks, pass, log);
        }
        outcome
    }

    /// Reads a filled cell of a comment subject (V22-04).
    fn pass(&self, mark: Mark, column: &'static str, log: &mut Log) -> Option<Pass> {
        match mark {
            Mark::Passed => Some(Pass::Passed),
            Mark::NotPassed => Some(Pass::NotPassed),
            _ => {
                log.find(findings::wrong_kind(self.subject, self.term, column));
                None
            }
        }
    }
}

/// What the cells of a comment subject add up to.
#[derive(Default)]
struct CommentTally {
    ongoing: usize,
    not_passed: bool,
    missing: bool,
    wrong: bool,
}

impl CommentTally {
    fn add(&mut self, pass: Option<Pass>) {
        match pass {
            Some(Pass::Passed) => {}
            Some(Pass::NotPassed) => self.not_passed = true,
            None => self.wrong = true,
        }
    }

    fn outcome(&self, parameters: &Parameters, state: TermState) -> TermOutcome {
        if self.wrong || (self.missing && state == TermState::Open) {
            return TermOutcome::NotEvaluable;
        }
        if self.not_passed {
            return TermOutcome::Comment(Pass::NotPassed);
        }
        match (self.missing, parameters.missing_comment) {
            (false, _) => TermOutcome::Comment(Pass::Passed),
            (true, MissingComment::NotPassed) => TermOutcome::Comment(Pass::NotPassed),
            (true, MissingComment::NotEvaluable) => TermOutcome::NotEvaluable,
        }
    }
}

/// Returns the filled ongoing cells, the cluster topic last.
fn ongoing<'a>(marks: &TermMarks<'a>) -> impl Iterator<Item = Mark> + Clone + use<'a> {
    marks.ongoing.iter().copied().chain([marks.topic]).filter(|mark| !mark.is_blank())
}

fn has_topic(marks: &TermMarks<'_>) -> bool {
    !matches!(marks.topic, Mark::Blank | Mark::Missed)
}

fn cells<'a>(marks: &TermMarks<'a>) -> impl Iterator<Item = Mark> + use<'a> {
    marks.ongoing.iter().chain(marks.midterm).chain(marks.end).copied().chain([marks.topic])
}

fn explain_comment_term(
    subject: &Subject<'_>,
    term: Term,
    marks: &TermMarks<'_>,
    result: Pass,
    log: &mut Log,
) {
    log.explain(|| {
        let text = |cells: &[Mark]| {
            let codes: Vec<&str> = cells
                .iter()
                .filter_map(|mark| match mark {
                    Mark::Passed => Some("Đ"),
                    Mark::NotPassed => Some("CĐ"),
                    Mark::Missed => Some("vắng"),
                    _ => None,
                })
                .collect();
            codes.join("; ")
        };
        let reason = match result {
            Pass::Passed => "Có đủ số lần đánh giá theo quy định và tất cả các lần đều Đạt → Đạt",
            Pass::NotPassed => {
                "Không đủ số lần đánh giá theo quy định hoặc có lần Chưa đạt → Chưa đạt"
            }
        };
        Explanation {
            rule: "TT 22/2021, Điều 9 khoản 1",
            value: "Kết quả học kì môn đánh giá bằng nhận xét",
            place: Place::cell(subject.code, term, "result"),
            inputs: vec![
                ("Thường xuyên".to_owned(), text(marks.ongoing)),
                ("Giữa kì".to_owned(), text(marks.midterm)),
                ("Cuối kì".to_owned(), text(marks.end)),
            ],
            steps: vec![reason.to_owned()],
            result: result.label().to_owned(),
        }
    });
}

fn explain_comment_year(subject: &Subject<'_>, second: Pass, log: &mut Log) {
    log.explain(|| Explanation {
        rule: "TT 22/2021, Điều 9 khoản 1",
        value: "Kết quả cả năm môn đánh giá bằng nhận xét",
        place: Place::cell(subject.code, Term::Year, "result"),
        inputs: vec![("Học kì II".to_owned(), second.label().to_owned())],
        steps: vec!["Kết quả cả năm là kết quả học kì II".to_owned()],
        result: second.label().to_owned(),
    });
}
