//! Promotion (Điều 12 to 14): conduct, learning and absences in, a verdict out.

use super::findings;
use super::parameters::{BothFailed, Parameters};
use super::values::{Level, Summer};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// What decides about promotion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromotionInput {
    /// Grade, 6 to 12.
    pub grade: u8,
    /// Yearly conduct, before summer.
    pub conduct: Option<Level>,
    /// Conduct after training in summer.
    pub conduct_after: Option<Level>,
    /// Yearly learning, before summer.
    pub learning: Option<Level>,
    /// Learning after re-assessment.
    pub learning_after: Option<Level>,
    /// Sessions (buổi) absent in the year.
    pub absent: Option<u16>,
    /// How the pupil is assessed.
    pub regime: Regime,
    /// Whether summer results may still come.
    pub summer: Summer,
}

/// How a pupil is assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Regime {
    /// Like everyone.
    #[default]
    Ordinary,
    /// A disabled pupil with an individual plan: the principal decides.
    IndividualPlan {
        /// Whether the principal lets the pupil go up; `None` while undecided.
        promoted: Option<bool>,
    },
}

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verdict {
    /// Needed data are missing.
    #[default]
    NotEvaluable,
    /// Được lên lớp.
    Promoted,
    /// After re-assessment.
    PromotedAfterReassessment,
    /// After training in summer.
    PromotedAfterTraining,
    /// After both, where A5 allows it.
    PromotedAfterBoth,
    /// Learning is Chưa đạt: re-assessment is due.
    AwaitingReassessment,
    /// Conduct is Chưa đạt: training is due.
    AwaitingTraining,
    /// Both are due, where A5 allows it.
    AwaitingBoth,
    /// Không được lên lớp.
    NotPromoted,
}

impl Verdict {
    /// Returns whether the pupil goes up.
    pub const fn is_promoted(self) -> bool {
        matches!(
            self,
            Verdict::Promoted
                | Verdict::PromotedAfterReassessment
                | Verdict::PromotedAfterTraining
                | Verdict::PromotedAfterBoth
        )
    }

    /// Returns whether summer results are still needed.
    pub const fn is_awaiting(self) -> bool {
        matches!(
            self,
            Verdict::AwaitingReassessment | Verdict::AwaitingTraining | Verdict::AwaitingBoth
        )
    }

    /// Returns the word used in tables and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::NotEvaluable => "not_evaluable",
            Verdict::Promoted => "promoted",
            Verdict::PromotedAfterReassessment => "promoted_after_reassessment",
            Verdict::PromotedAfterTraining => "promoted_after_training",
            Verdict::PromotedAfterBoth => "promoted_after_both",
            Verdict::AwaitingReassessment => "awaiting_reassessment",
            Verdict::AwaitingTraining => "awaiting_training",
            Verdict::AwaitingBoth => "awaiting_both",
            Verdict::NotPromoted => "not_promoted",
        }
    }
}

/// Which of the three conditions stand in the way, after summer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reasons {
    /// Conduct is below Đạt.
    pub conduct: bool,
    /// Learning is below Đạt.
    pub learning: bool,
    /// Absent more than the limit.
    pub absence: bool,
}

/// The verdict and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Promotion {
    /// The outcome.
    pub verdict: Verdict,
    /// What stands in the way.
    pub reasons: Reasons,
    /// The principal decided, not the rule.
    pub by_principal: bool,
}

/// Returns the verdict on promotion (TT22 Điều 12, 13, 14).
///
/// Absence above the limit decides alone and cannot be cured. Missing data
/// that could still change the verdict make it not evaluable (E22-01, E22-02
/// come from where the levels are computed; E22-03 and E22-04 from here).
pub fn promotion(parameters: &Parameters, input: &PromotionInput, log: &mut Log) -> Promotion {
    if let Regime::IndividualPlan { promoted } = input.regime {
        return by_principal(promoted, log);
    }
    let result = by_rule(parameters, input, log);
    explain(parameters, input, result, log);
    result
}

fn by_principal(promoted: Option<bool>, log: &mut Log) -> Promotion {
    let verdict = match promoted {
        Some(true) => Verdict::Promoted,
        Some(false) => Verdict::NotPromoted,
        None => {
            log.find(findings::decision_missing());
            Verdict::NotEvaluable
        }
    };
    Promotion { verdict, reasons: Reasons::default(), by_principal: promoted.is_some() }
}

fn by_rule(parameters: &Parameters, input: &PromotionInput, log: &mut Log) -> Promotion {
    let fails =
        |level: Option<Level>| level.is_some_and(|level| level < parameters.promotion_level);
    let conduct = Condition::of(parameters, input.conduct, input.conduct_after);
    let learning = Condition::of(parameters, input.learning, input.learning_after);
    let is_absent = input.absent.is_some_and(|absent| absent > parameters.absence_limit);
    if input.conduct_after.is_some() && conduct == Condition::Holds {
        log.find(findings::training_not_needed());
    }
    let mut verdict = if is_absent {
        Verdict::NotPromoted
    } else {
        join(parameters, conduct, learning, input.summer)
    };
    if input.absent.is_none() {
        log.find(findings::absences_missing());
        if verdict != Verdict::NotPromoted {
            verdict = Verdict::NotEvaluable;
        }
    }
    Promotion {
        verdict,
        reasons: Reasons {
            conduct: fails(input.conduct) && conduct != Condition::Mended,
            learning: fails(input.learning) && learning != Condition::Mended,
            absence: is_absent,
        },
        by_principal: false,
    }
}

/// Where conduct or learning stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Unknown,
    Holds,
    /// Failed, with no summer result yet.
    Failed,
    /// Failed, and the summer result holds.
    Mended,
    /// Failed, and the summer result fails too.
    Lost,
}

impl Condition {
    fn of(parameters: &Parameters, level: Option<Level>, after: Option<Level>) -> Self {
        let holds = |level: Level| level >= parameters.promotion_level;
        match (level, after) {
            (None, _) => Condition::Unknown,
            (Some(level), _) if holds(level) => Condition::Holds,
            (_, None) => Condition::Failed,
            (_, Some(after)) if holds(after) => Condition::Mended,
            _ => Condition::Lost,
        }
    }
}

/// Joins conduct and learning; absences are in order.
fn join(
    parameters: &Parameters,
    conduct: Condition,
    learning: Condition,
    summer: Summer,
) -> Verdict {
    use Condition::{Failed, Holds, Lost, Mended, Unknown};
    let due = |awaiting: Verdict| match summer {
        Summer::Open => awaiting,
        Summer::Closed => Verdict::NotPromoted,
    };
    match (conduct, learning) {
        (Unknown, _) | (_, Unknown) => Verdict::NotEvaluable,
        (Holds, Holds) => Verdict::Promoted,
        (Lost, _) | (_, Lost) => Verdict::NotPromoted,
        (Holds, Mended) => Verdict::PromotedAfterReassessment,
        (Holds, Failed) => due(Verdict::AwaitingReassessment),
        (Mended, Holds) => Verdict::PromotedAfterTraining,
        (Failed, Holds) => due(Verdict::AwaitingTraining),
        _ if parameters.both_failed == BothFailed::NotPromoted => Verdict::NotPromoted,
        (Mended, Mended) => Verdict::PromotedAfterBoth,
        (Mended, Failed) => due(Verdict::AwaitingReassessment),
        (Failed, Mended) => due(Verdict::AwaitingTraining),
        (Failed, Failed) => due(Verdict::AwaitingBoth),
    }
}

fn explain(parameters: &Parameters, input: &PromotionInput, result: Promotion, log: &mut Log) {
    log.explain(|| {
        let level = |level: Option<Level>| level.map_or("chưa có", Level::label).to_owned();
        let absent = input.absent.map_or("chưa có".to_owned(), |absent| absent.to_string());
        let mut inputs = vec![
            ("Kết quả rèn luyện cả năm".to_owned(), level(input.conduct)),
            ("Kết quả học tập cả năm".to_owned(), level(input.learning)),
            ("Tổng số buổi nghỉ học".to_owned(), absent),
        ];
        if input.conduct_after.is_some() {
            inputs.push(("Sau rèn luyện trong kì nghỉ hè".to_owned(), level(input.conduct_after)));
        }
        if input.learning_after.is_some() {
            inputs.push(("Sau kiểm tra, đánh giá lại".to_owned(), level(input.learning_after)));
        }
        let least = parameters.promotion_level.label();
        let holds = |fails: bool| if fails { "không đạt" } else { "không vướng" };
        let steps = vec![
            format!("Rèn luyện từ mức {least} trở lên: {}", holds(result.reasons.conduct)),
            format!("Học tập từ mức {least} trở lên: {}", holds(result.reasons.learning)),
            format!(
                "Nghỉ học không quá {} buổi: {}",
                parameters.absence_limit,
                holds(result.reasons.absence)
            ),
        ];
        Explanation {
            rule: "TT 22/2021, Điều 12, 13, 14",
            value: "Được lên lớp",
            place: Place::column("promotion").in_term(Term::Year),
            inputs,
            steps,
            result: parameters.wording.transcript(result.verdict, input.grade).to_owned(),
        }
    });
}
