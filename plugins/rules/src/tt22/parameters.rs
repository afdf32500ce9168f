//! Everything in TT22 that a circular may change or leaves open, with its default.

use std::borrow::Cow;

use super::promotion::Verdict;
use super::values::{Level, Title};
use crate::decimal::{Rounding, Tenths};

/// The numbers, tables, labels and policies of TT22.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Number of ĐĐGtx by yearly periods (Điều 6), smallest first.
    pub ongoing: Cow<'static, [OngoingTier]>,
    /// Ongoing results of a comment subject in a semester, at least (Điều 6).
    pub comment_ongoing: u16,
    /// Weight of ĐĐGtx, of ĐĐGgk and of ĐĐGck (Điều 9.1).
    pub weights: [u8; 3],
    /// Weight of semester I and of semester II in ĐTBmcn (Điều 9.1).
    pub term_weights: [u8; 2],
    /// Rounding of averages to tenths (A1).
    pub rounding: Rounding,
    /// What the year average is computed from (A2).
    pub year_from: YearFrom,
    /// How the yearly conduct comes from the two semesters (Điều 8).
    pub conduct: ConductMatrix,
    /// Bars of the learning result (Điều 9.2).
    pub learning: LearningBars,
    /// Meaning of "only because of one subject" (A3, Điều 9.3).
    pub single_subject: SingleSubject,
    /// Which subjects may be that one subject (A4).
    pub which_subject: WhichSubject,
    /// Meaning of "adjacent level" after a drop of three (A9).
    pub adjacent: AdjacentLevel,
    /// Whether optional subjects stand in the learning result (2.2).
    pub optional: OptionalSubjects,
    /// How the result of a cluster of study topics counts (A10).
    pub cluster_topic: ClusterTopic,
    /// What a missed periodic assessment without make-up counts as (2.3).
    pub missed_periodic: MissedPeriodic,
    /// What a comment subject with too few results is when the semester is closed (2.5).
    pub missing_comment: MissingComment,
    /// Pupils with the data of one semester only (A11).
    pub one_semester: OneSemester,
    /// Whether a re-sit within the semester changes ĐTBmhk (A12).
    pub term_resit: TermResit,
    /// Lowest conduct and learning level for promotion (Điều 12).
    pub promotion_level: Level,
    /// Sessions a pupil may be absent in the year (Điều 12).
    pub absence_limit: u16,
    /// How whole days of absence are counted (A8).
    pub absence: AbsencePolicy,
    /// Scored subjects below this ĐTBmcn may be re-assessed (Điều 14).
    pub reassess_below: Tenths,
    /// Pupils whose conduct and learning are both Chưa đạt (A5).
    pub both_failed: BothFailed,
    /// Whether every subject that may be re-assessed must be (A6).
    pub reassessment_scope: ReassessmentScope,
    /// What a new result does to the old one (A7).
    pub reassessment_result: ReassessmentResult,
    /// Whether the learning result after re-assessment is adjusted by Điều 9.3.
    pub reassessment_adjustment: ReassessmentAdjustment,
    /// Titles (Điều 15), first match wins.
    pub titles: Cow<'static, [TitleRule]>,
    /// Words for outcomes.
    pub wording: Wording,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            ongoing: Cow::Borrowed(&ONGOING),
            comment_ongoing: 2,
            weights: [1, 2, 3],
            term_weights: [1, 2],
            rounding: Rounding::default(),
            year_from: YearFrom::default(),
            conduct: ConductMatrix::default(),
            learning: LearningBars::default(),
            single_subject: SingleSubject::default(),
            which_subject: WhichSubject::default(),
            adjacent: AdjacentLevel::default(),
            optional: OptionalSubjects::default(),
            cluster_topic: ClusterTopic::default(),
            missed_periodic: MissedPeriodic::default(),
            missing_comment: MissingComment::default(),
            one_semester: OneSemester::default(),
            term_resit: TermResit::default(),
            promotion_level: Level::Pass,
            absence_limit: 45,
            absence: AbsencePolicy::default(),
            reassess_below: Tenths(50),
            both_failed: BothFailed::default(),
            reassessment_scope: ReassessmentScope::default(),
            reassessment_result: ReassessmentResult::default(),
            reassessment_adjustment: ReassessmentAdjustment::default(),
            titles: Cow::Borrowed(&TITLES),
            wording: Wording::default(),
        }
    }
}

/// Number of ĐĐGtx per semester for subjects up to so many yearly periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OngoingTier {
    /// Most yearly periods of the tier.
    pub periods_up_to: u16,
    /// ĐĐGtx per semester.
    pub scores: u16,
}

static ONGOING: [OngoingTier; 3] = [
    OngoingTier { periods_up_to: 35, scores: 2 },
    OngoingTier { periods_up_to: 70, scores: 3 },
    OngoingTier { periods_up_to: u16::MAX, scores: 4 },
];

/// Yearly conduct by rank of semester I (row) and semester II (column), Chưa đạt first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConductMatrix(pub [[Level; 4]; 4]);

impl Default for ConductMatrix {
    fn default() -> Self {
        use Level::{Fail, Fair, Good, Pass};
        ConductMatrix([
            // semester II: Chưa đạt, Đạt, Khá, Tốt
            [Fail, Pass, Pass, Fair], // semester I Chưa đạt
            [Fail, Pass, Fair, Fair], // semester I Đạt
            [Fail, Pass, Fair, Good], // semester I Khá
            [Fail, Fair, Fair, Good], // semester I Tốt
        ])
    }
}

/// What a level of the learning result asks for (Điều 9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelBar {
    /// Comment subjects that may be Chưa đạt.
    pub comments_not_passed: u16,
    /// Every scored subject is at least this.
    pub every: Tenths,
    /// Enough scored subjects are at least this.
    pub strong: Tenths,
}

/// The bars of Tốt, Khá and Đạt; whatever reaches none of them is Chưa đạt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearningBars {
    /// Tốt.
    pub good: LevelBar,
    /// Khá.
    pub fair: LevelBar,
    /// Đạt.
    pub pass: LevelBar,
    /// How many scored subjects must reach the `strong` bar.
    pub strong_subjects: u16,
}

impl Default for LearningBars {
    fn default() -> Self {
        LearningBars {
            good: LevelBar { comments_not_passed: 0, every: Tenths(65), strong: Tenths(80) },
            fair: LevelBar { comments_not_passed: 0, every: Tenths(50), strong: Tenths(65) },
            pass: LevelBar { comments_not_passed: 1, every: Tenths(35), strong: Tenths(50) },
            strong_subjects: 6,
        }
    }
}

/// What ĐTBmcn is computed from (A2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum YearFrom {
    /// The rounded semester averages: these are the defined quantities.
    #[default]
    Rounded,
    /// The exact quotients.
    Exact,
}

/// How to test that one subject alone lowers the level (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SingleSubject {
    /// Algorithm A: look at the set without it.
    #[default]
    Remove,
    /// Algorithm B: look at the set with it as 10 or as Đạt.
    Repair,
}

/// Which subjects may be the single one (A4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhichSubject {
    /// Any subject: the text says "môn học" without limit.
    #[default]
    Any,
    /// Only a scored subject.
    ScoredOnly,
}

/// Which level a lowered result is raised to (A9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AdjacentLevel {
    /// One above the computed level.
    #[default]
    AboveComputed,
    /// One below the level that the single subject spoilt.
    BelowTarget,
}

/// Whether optional subjects stand in the learning result and titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OptionalSubjects {
    /// They stand aside.
    #[default]
    LeftOut,
    /// They count like any other.
    Counted,
}

/// How a cluster topic's result enters the list of ĐĐGtx (A10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ClusterTopic {
    /// One more value beside the fixed number.
    #[default]
    OneMore,
    /// One of the fixed number.
    WithinNumber,
}

/// What a periodic assessment missed without make-up counts as (2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MissedPeriodic {
    /// 0 points, or Chưa đạt.
    #[default]
    Zero,
    /// The average is not evaluable.
    NotEvaluable,
}

/// What a comment subject with some, but too few, results is (2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MissingComment {
    /// Chưa đạt, the literal text of Điều 9.1: Đạt asks for the required number.
    #[default]
    NotPassed,
    /// Not evaluable unless some result is Chưa đạt.
    NotEvaluable,
}

/// Subjects with no marks at all in one semester (A11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OneSemester {
    /// The year is not evaluable without a manual decision.
    #[default]
    NotEvaluable,
    /// The semester that has marks stands for the year.
    OtherStands,
}

/// Whether a re-sit within a semester changes ĐTBmhk (A12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermResit {
    /// It does not.
    #[default]
    Ignored,
    /// It takes the place of ĐTBmhk.
    Replaces,
}

/// How a day missed in both sessions counts (A8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AbsencePolicy {
    /// One session: the limit counts on a plan of one session per day.
    #[default]
    OncePerDay,
    /// Two sessions.
    EverySession,
}

/// Whether conduct and learning may both be mended in summer (A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BothFailed {
    /// No: Điều 14 speaks of conduct at least Đạt.
    #[default]
    NotPromoted,
    /// Yes: training and re-assessment, both must succeed.
    MayMendBoth,
}

/// Whether all subjects that may be re-assessed must be (A6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReassessmentScope {
    /// A subject without a new result keeps its old one.
    #[default]
    AnyOf,
    /// Without a new result in each of them nothing is decided.
    AllOf,
}

/// What a new result does (A7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReassessmentResult {
    /// Replaces the old one, also when it is lower: the literal text.
    #[default]
    Replaces,
    /// The better of the two stands.
    Better,
}

/// Whether Điều 9.3 applies after re-assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReassessmentAdjustment {
    /// Yes: Điều 9 is applied as a whole to the replaced results.
    #[default]
    Applied,
    /// No: only the bars of Điều 9.2.
    NotApplied,
}

/// A title and what it asks for (Điều 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleRule {
    /// The title.
    pub title: Title,
    /// As printed.
    pub label: Cow<'static, str>,
    /// Yearly conduct is at least this.
    pub conduct: Level,
    /// Yearly learning is at least this.
    pub learning: Level,
    /// At least so many scored subjects…
    pub subjects: u16,
    /// …have at least this ĐTBmcn.
    pub at_least: Tenths,
}

static TITLES: [TitleRule; 2] = [
    TitleRule {
        title: Title::Excellent,
        label: Cow::Borrowed("Học sinh Xuất sắc"),
        conduct: Level::Good,
        learning: Level::Good,
        subjects: 6,
        at_least: Tenths(90),
    },
    TitleRule {
        title: Title::Good,
        label: Cow::Borrowed("Học sinh Giỏi"),
        conduct: Level::Good,
        learning: Level::Good,
        subjects: 0,
        at_least: Tenths(0),
    },
];

/// Words for the outcomes of promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Promoted straight away.
    pub promoted: Cow<'static, str>,
    /// Promoted after re-assessment.
    pub after_reassessment: Cow<'static, str>,
    /// Promoted after summer training.
    pub after_training: Cow<'static, str>,
    /// Promoted after both (only where point A5 allows it).
    pub after_both: Cow<'static, str>,
    /// Waiting for re-assessment.
    pub awaiting_reassessment: Cow<'static, str>,
    /// Waiting for summer training.
    pub awaiting_training: Cow<'static, str>,
    /// Waiting for both (only where point A5 allows it).
    pub awaiting_both: Cow<'static, str>,
    /// Not promoted.
    pub not_promoted: Cow<'static, str>,
    /// Last grades with the words for the end of the level.
    pub last_grades: Cow<'static, [LastGrade]>,
}

/// What the transcript of a last grade records instead (2.9 item 8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastGrade {
    /// The grade.
    pub grade: u8,
    /// The pupil completed the programme.
    pub completed: Cow<'static, str>,
    /// The pupil did not.
    pub not_completed: Cow<'static, str>,
}

static LAST_GRADES: [LastGrade; 2] = [
    LastGrade {
        grade: 9,
        completed: Cow::Borrowed("Hoàn thành chương trình trung học cơ sở"),
        not_completed: Cow::Borrowed("Không hoàn thành chương trình trung học cơ sở"),
    },
    LastGrade {
        grade: 12,
        completed: Cow::Borrowed("Hoàn thành chương trình trung học phổ thông"),
        not_completed: Cow::Borrowed("Không hoàn thành chương trình trung học phổ thông"),
    },
];

impl Default for Wording {
    fn default() -> Self {
        Wording {
            promoted: Cow::Borrowed("Được lên lớp"),
            after_reassessment: Cow::Borrowed("Được lên lớp sau khi kiểm tra lại"),
            after_training: Cow::Borrowed("Được lên lớp sau khi rèn luyện trong kì nghỉ hè"),
            after_both: Cow::Borrowed(
                "Được lên lớp sau khi kiểm tra lại và rèn luyện trong kì nghỉ hè",
            ),
            awaiting_reassessment: Cow::Borrowed("Kiểm tra, đánh giá lại"),
            awaiting_training: Cow::Borrowed("Rèn luyện trong kì nghỉ hè"),
            awaiting_both: Cow::Borrowed("Rèn luyện trong kì nghỉ hè và kiểm tra, đánh giá lại"),
            not_promoted: Cow::Borrowed("Không được lên lớp"),
            last_grades: Cow::Borrowed(&LAST_GRADES),
        }
    }
}

impl Wording {
    /// Returns the words for a verdict in any grade, as gradebooks and lists need them.
    ///
    /// Empty when the verdict is not evaluable.
    pub fn verdict(&self, verdict: Verdict) -> &str {
        match verdict {
            Verdict::Promoted => &self.promoted,
            Verdict::PromotedAfterReassessment => &self.after_reassessment,
            Verdict::PromotedAfterTraining => &self.after_training,
            Verdict::PromotedAfterBoth => &self.after_both,
            Verdict::AwaitingReassessment => &self.awaiting_reassessment,
            Verdict::AwaitingTraining => &self.awaiting_training,
            Verdict::AwaitingBoth => &self.awaiting_both,
            Verdict::NotPromoted => &self.not_promoted,
            Verdict::NotEvaluable => "",
        }
    }

    /// Returns the words for a verdict in a transcript: in a last grade those of completion.
    pub fn transcript(&self, verdict: Verdict, grade: u8) -> &str {
        match self.last_grades.iter().find(|last| last.grade == grade) {
            Some(last) if verdict.is_promoted() => &last.completed,
            Some(last) if verdict == Verdict::NotPromoted => &last.not_completed,
            _ => self.verdict(verdict),
        }
    }
}
