//! Everything in TT27 that a circular may change or leaves open, with its default.

use std::borrow::Cow;

use super::programme::Programme;
use super::tables::{QUALITIES, QualityRow, SUBJECTS, SubjectRow};
use super::values::{QualityLevel, SubjectLevel, Title, YearResult};
use crate::decimal::Tenths;

/// The tables, bars, labels and policies of TT27.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Subjects by grade with their tests (1.2, 1.5).
    pub subjects: Cow<'static, [SubjectRow]>,
    /// Qualities and competences by grade (1.6).
    pub qualities: Cow<'static, [QualityRow]>,
    /// Bars of the year's result (Điều 9), best first; none reached is Chưa hoàn thành.
    pub results: [ResultBar; 3],
    /// Bars of unusual pairs of test and level (V27-03).
    pub unusual: UnusualBars,
    /// Whether a test may be 0 (Q27-1).
    pub zero_score: ZeroScore,
    /// Whether optional subjects count in the year's result (Q27-2).
    pub optional: OptionalSubjects,
    /// Tests of a subject with two rows (Q27-3).
    pub two_row_test: TwoRowTest,
    /// What must be Hoàn thành tốt for the two best results (Q27-4).
    pub good_levels_of: GoodLevelsOf,
    /// Which result is printed after supplementary assessment (Q27-5).
    pub shown: ShownResult,
    /// Which result titles are based on.
    pub title_basis: TitleBasis,
    /// Last grade of the level, whose programme is that of primary school.
    pub last_grade: u8,
    /// Words for outcomes.
    pub wording: Wording,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            subjects: Cow::Borrowed(&SUBJECTS),
            qualities: Cow::Borrowed(&QUALITIES),
            results: RESULTS,
            unusual: UnusualBars::default(),
            zero_score: ZeroScore::default(),
            optional: OptionalSubjects::default(),
            two_row_test: TwoRowTest::default(),
            good_levels_of: GoodLevelsOf::default(),
            shown: ShownResult::default(),
            title_basis: TitleBasis::default(),
            last_grade: 5,
            wording: Wording::default(),
        }
    }
}

impl Parameters {
    /// Returns the row of a subject code.
    pub fn subject_row(&self, code: &str) -> Option<usize> {
        self.subjects.iter().position(|row| row.code == code)
    }

    /// Returns the row of a quality or competence code.
    pub fn quality_row(&self, code: &str) -> Option<usize> {
        self.qualities.iter().position(|row| row.code == code)
    }
}

/// What a year's result asks of every subject, quality and test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultBar {
    /// The result.
    pub result: YearResult,
    /// Every subject and activity has at least this level.
    pub subjects: SubjectLevel,
    /// Every quality and competence has at least this level.
    pub qualities: QualityLevel,
    /// Every year-end test has at least this score.
    pub tests: Tenths,
}

const RESULTS: [ResultBar; 3] = [
    ResultBar {
        result: YearResult::Excellent,
        subjects: SubjectLevel::WellCompleted,
        qualities: QualityLevel::Good,
        tests: Tenths::points(9),
    },
    ResultBar {
        result: YearResult::WellCompleted,
        subjects: SubjectLevel::WellCompleted,
        qualities: QualityLevel::Good,
        tests: Tenths::points(7),
    },
    ResultBar {
        result: YearResult::Completed,
        subjects: SubjectLevel::Completed,
        qualities: QualityLevel::Reached,
        tests: Tenths::points(5),
    },
];

/// Scores that a level is usually not given below or above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusualBars {
    /// Below this, H is unusual; from here on, C is.
    pub completed: Tenths,
    /// Below this, T is unusual.
    pub well_completed: Tenths,
}

impl Default for UnusualBars {
    fn default() -> Self {
        UnusualBars { completed: Tenths::points(5), well_completed: Tenths::points(7) }
    }
}

/// Whether a test may be 0 (Q27-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ZeroScore {
    /// Allowed, with a warning: TT27 does not say.
    #[default]
    Warned,
    /// Allowed.
    Allowed,
    /// An error, as under the rule of 2016.
    Refused,
}

/// Whether optional subjects with a level or a test count (Q27-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OptionalSubjects {
    /// They stand aside.
    #[default]
    LeftOut,
    /// What is recorded counts.
    Counted,
}

/// Tests of Tin học và Công nghệ (Q27-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TwoRowTest {
    /// Each row's score counts when present; one is enough.
    #[default]
    WhenPresent,
    /// Each row must have a score.
    BothRequired,
}

/// Reading of "các môn học, hoạt động giáo dục đạt mức Hoàn thành tốt" (Q27-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GoodLevelsOf {
    /// All subjects and educational activities.
    #[default]
    SubjectsAndActivities,
    /// Subjects only; activities need Hoàn thành.
    SubjectsOnly,
}

/// Which result is printed after supplementary assessment (Q27-5); both are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ShownResult {
    /// The one after supplementary assessment.
    #[default]
    Final,
    /// The one at the end of the year.
    Original,
}

/// Which result titles are based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TitleBasis {
    /// The one at the end of the year.
    #[default]
    Original,
    /// The one after supplementary assessment.
    Final,
}

/// Words for outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The class programme is completed.
    pub completed: Cow<'static, str>,
    /// The primary programme is completed (last grade).
    pub completed_primary: Cow<'static, str>,
    /// The class programme is not completed.
    pub not_completed: Cow<'static, str>,
    /// Supplementary assessment is due.
    pub awaiting_supplement: Cow<'static, str>,
    /// The principal has to decide.
    pub awaiting_decision: Cow<'static, str>,
    /// The pupil goes up.
    pub promoted: Cow<'static, str>,
    /// The pupil does not.
    pub held_back: Cow<'static, str>,
    /// First title.
    pub excellent: Cow<'static, str>,
    /// Second title.
    pub representative: Cow<'static, str>,
}

impl Default for Wording {
    fn default() -> Self {
        Wording {
            completed: Cow::Borrowed("Hoàn thành chương trình lớp học"),
            completed_primary: Cow::Borrowed("Hoàn thành chương trình tiểu học"),
            not_completed: Cow::Borrowed("Chưa hoàn thành chương trình lớp học"),
            awaiting_supplement: Cow::Borrowed("Đánh giá bổ sung"),
            awaiting_decision: Cow::Borrowed("Chờ Hiệu trưởng xét, quyết định việc lên lớp"),
            promoted: Cow::Borrowed("Được lên lớp"),
            held_back: Cow::Borrowed("Chưa được lên lớp"),
            excellent: Cow::Borrowed("Học sinh Xuất sắc"),
            representative: Cow::Borrowed(
                "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
            ),
        }
    }
}

impl Parameters {
    /// Returns the words for "Hoàn thành chương trình lớp học / tiểu học"; empty when nothing is said.
    pub fn programme_label(&self, programme: Programme, grade: u8) -> &str {
        match programme {
            Programme::Completed if grade == self.last_grade => &self.wording.completed_primary,
            Programme::Completed => &self.wording.completed,
            Programme::AwaitingSupplement => &self.wording.awaiting_supplement,
            Programme::AwaitingDecision => &self.wording.awaiting_decision,
            Programme::PromotedByPrincipal | Programme::HeldBack => &self.wording.not_completed,
            Programme::NotEvaluable | Programme::NotAssessed => "",
        }
    }

    /// Returns the words for "Lên lớp"; empty while undecided.
    pub fn promotion_label(&self, programme: Programme) -> &str {
        match programme {
            Programme::Completed | Programme::PromotedByPrincipal => &self.wording.promoted,
            Programme::HeldBack => &self.wording.held_back,
            _ => "",
        }
    }

    /// Returns the transcript's line, e.g. "Hoàn thành chương trình lớp 3; được lên lớp 4".
    pub fn transcript_line(&self, programme: Programme, grade: u8) -> String {
        match programme {
            Programme::Completed if grade == self.last_grade => {
                self.wording.completed_primary.clone().into_owned()
            }
            Programme::Completed => {
                format!("Hoàn thành chương trình lớp {grade}; được lên lớp {}", grade + 1)
            }
            Programme::PromotedByPrincipal => {
                format!("Chưa hoàn thành chương trình lớp {grade}; được lên lớp {}", grade + 1)
            }
            Programme::HeldBack => {
                format!("Chưa hoàn thành chương trình lớp {grade}; chưa được lên lớp")
            }
            _ => self.programme_label(programme, grade).to_owned(),
        }
    }

    /// Returns the printed name of a title.
    pub fn title_label(&self, title: Title) -> &str {
        match title {
            Title::Excellent => &self.wording.excellent,
            Title::Representative => &self.wording.representative,
        }
    }
}
