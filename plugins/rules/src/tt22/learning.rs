//! Kết quả học tập of a semester or the year: the bars of Điều 9.2 and the adjustment of Điều 9.3.

use super::parameters::{
    AdjacentLevel, LevelBar, OptionalSubjects, Parameters, SingleSubject, WhichSubject,
};
use super::values::{Level, Pass, Standing, Subject, SubjectResult};
use crate::decimal::Tenths;
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// The learning result and how it was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LearningResult {
    /// The level, after adjustment.
    pub level: Level,
    /// The level by Điều 9.2 alone.
    pub base: Level,
    /// The single subject that the adjustment is due to: its index among the results handed in.
    pub adjusted_for: Option<usize>,
}

/// Returns the learning result of a set of subject results (TT22 Điều 9.2 and 9.3).
///
/// Results left out or of optional subjects are the caller's to mark
/// [`SubjectResult::LeftOut`] (see [`counted`]). `Err` is *not evaluable*:
/// some result is missing, or there are fewer scored subjects than the rule
/// counts.
pub fn learning_result(
    parameters: &Parameters,
    results: impl Iterator<Item = SubjectResult> + Clone,
) -> Result<LearningResult, NotEvaluable> {
    let profile = Profile::of(parameters, results.clone())?;
    Ok(adjust_profile(parameters, profile, results))
}

/// Returns the level by Điều 9.2 alone; `None` when not evaluable.
pub fn base_level(
    parameters: &Parameters,
    results: impl Iterator<Item = SubjectResult>,
) -> Option<Level> {
    Some(Profile::of(parameters, results).ok()?.level(parameters))
}

/// Returns the level of Điều 9.3 for a level and the best one reachable without the single subject.
///
/// Raised by one when `target` is Tốt or Khá and at least two levels above `base`.
pub fn adjust(parameters: &Parameters, base: Level, target: Level) -> Level {
    if target < Level::Fair || target.rank() < base.rank() + 2 {
        return base;
    }
    match parameters.adjacent {
        AdjacentLevel::AboveComputed => base.raised(),
        AdjacentLevel::BelowTarget => target.lowered(),
    }
}

/// Returns a result as it stands in the learning set: optional subjects stand aside by default.
pub fn counted(
    parameters: &Parameters,
    subject: &Subject<'_>,
    result: SubjectResult,
) -> SubjectResult {
    match (subject.standing, parameters.optional) {
        (Standing::Optional, OptionalSubjects::LeftOut) => SubjectResult::LeftOut,
        _ => result,
    }
}

/// Why a learning result is not evaluable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEvaluable {
    /// Some subject has no result.
    ResultsMissing,
    /// There are only so many scored subjects.
    TooFewScored(u16),
}

/// How many results reach which bar: all that Điều 9.2 asks about a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Profile {
    scored: u16,
    not_passed: u16,
    /// Scored results that reach the `every` bar of Tốt, Khá, Đạt.
    every: [u16; 3],
    /// Scored results that reach the `strong` bar of Tốt, Khá, Đạt.
    strong: [u16; 3],
}

const LEVELS: [Level; 3] = [Level::Good, Level::Fair, Level::Pass];

fn bars(parameters: &Parameters) -> [LevelBar; 3] {
    let bars = &parameters.learning;
    [bars.good, bars.fair, bars.pass]
}

impl Profile {
    fn of(
        parameters: &Parameters,
        results: impl Iterator<Item = SubjectResult>,
    ) -> Result<Self, NotEvaluable> {
        let mut profile = Profile { scored: 0, not_passed: 0, every: [0; 3], strong: [0; 3] };
        for result in results {
            match result {
                SubjectResult::NotEvaluable => return Err(NotEvaluable::ResultsMissing),
                SubjectResult::LeftOut | SubjectResult::Comment(Pass::Passed) => {}
                SubjectResult::Comment(Pass::NotPassed) => profile.not_passed += 1,
                SubjectResult::Score(score) => profile.add(parameters, score),
            }
        }
        if profile.scored < parameters.learning.strong_subjects {
            return Err(NotEvaluable::TooFewScored(profile.scored));
        }
        Ok(profile)
    }

    fn add(&mut self, parameters: &Parameters, score: Tenths) {
        self.scored += 1;
        for (index, bar) in bars(parameters).iter().enumerate() {
            self.every[index] += u16::from(score >= bar.every);
            self.strong[index] += u16::from(score >= bar.strong);
        }
    }

    fn without(mut self, parameters: &Parameters, score: Tenths) -> Self {
        self.scored -= 1;
        for (index, bar) in bars(parameters).iter().enumerate() {
            self.every[index] -= u16::from(score >= bar.every);
            self.strong[index] -= u16::from(score >= bar.strong);
        }
        self
    }

    /// Returns the level by Điều 9.2; first match wins.
    fn level(&self, parameters: &Parameters) -> Level {
        let enough = parameters.learning.strong_subjects;
        let reached = |index: usize, bar: &LevelBar| {
            self.not_passed <= bar.comments_not_passed
                && self.every[index] == self.scored
                && self.strong[index] >= enough
        };
        bars(parameters)
            .iter()
            .enumerate()
            .find(|(index, bar)| reached(*index, bar))
            .map_or(Level::Fail, |(index, _)| LEVELS[index])
    }

    /// Returns the profile as if one result did not pull it down (A3, A4); `None` when it may not be the one.
    fn spared(self, parameters: &Parameters, result: SubjectResult) -> Option<Self> {
        match (result, parameters.which_subject) {
            (SubjectResult::Score(score), _) => {
                let mut spared = self.without(parameters, score);
                if parameters.single_subject == SingleSubject::Repair {
                    spared.add(parameters, Tenths::TEN);
                }
                Some(spared)
            }
            (SubjectResult::Comment(Pass::NotPassed), WhichSubject::Any) => {
                Some(Profile { not_passed: self.not_passed - 1, ..self })
            }
            _ => None,
        }
    }
}

fn adjust_profile(
    parameters: &Parameters,
    profile: Profile,
    results: impl Iterator<Item = SubjectResult>,
) -> LearningResult {
    let base = profile.level(parameters);
    let mut best = LearningResult { level: base, base, adjusted_for: None };
    if base > Level::Pass {
        return best;
    }
    for (index, result) in results.enumerate() {
        let Some(spared) = profile.spared(parameters, result) else {
            continue;
        };
        let level = adjust(parameters, base, spared.level(parameters));
        if level > best.level {
            best.level = level;
            best.adjusted_for = Some(index);
        }
    }
    best
}

/// Writes down how a learning result came about.
pub(super) fn explain_learning<'a>(
    parameters: &Parameters,
    term: Term,
    results: impl Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
    learning: LearningResult,
    log: &mut Log,
) {
    log.explain(|| {
        let named = |(subject, result): (&Subject<'_>, SubjectResult)| match result {
            SubjectResult::LeftOut | SubjectResult::NotEvaluable => None,
            _ => Some((subject.name.to_owned(), result.text().into_owned())),
        };
        let mut steps = vec![bars_step(parameters, results.clone(), learning.base)];
        if let Some((subject, result)) = learning
            .adjusted_for
            .and_then(|index| results.clone().nth(index))
        {
            steps.push(format!(
                "Chỉ do kết quả của duy nhất một môn học ({} {}) mà kết quả học tập thấp xuống từ 02 mức trở lên → điều chỉnh lên mức liền kề: {}",
                subject.name,
                result.text(),
                learning.level.label(),
            ));
        }
        Explanation {
            rule: "TT 22/2021, Điều 9 khoản 2, khoản 3",
            value: "Kết quả học tập",
            place: Place::column("learning").in_term(term),
            inputs: results.clone().filter_map(named).collect(),
            steps,
            result: learning.level.label().to_owned(),
        }
    });
}

fn bars_step<'a>(
    parameters: &Parameters,
    results: impl Iterator<Item = (&'a Subject<'a>, SubjectResult)> + Clone,
    base: Level,
) -> String {
    let scores = || results.clone().filter_map(|(_, result)| result.score());
    let lowest = scores().min().unwrap_or_default();
    let not_passed = results
        .clone()
        .filter(|(_, result)| *result == SubjectResult::Comment(Pass::NotPassed))
        .count();
    let counts: Vec<String> = bars(parameters)
        .iter()
        .map(|bar| {
            let count = scores().filter(|score| *score >= bar.strong).count();
            format!("{count} môn từ {} trở lên", bar.strong)
        })
        .collect();
    format!(
        "{not_passed} môn nhận xét Chưa đạt; điểm thấp nhất {lowest}; {} → {}",
        counts.join(", "),
        base.label()
    )
}
