//! Subjects, tests, qualities and competences by grade (regulations 1.2, 1.5, 1.6), as data.

use std::borrow::Cow;

/// Whether a grade has a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Compulsory.
    Compulsory,
    /// Optional (tự chọn).
    Optional,
    /// Not taught.
    NotTaught,
}

/// A row of the subject table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectRow {
    /// Code, a proposal.
    pub code: Cow<'static, str>,
    /// Name as printed.
    pub name: Cow<'static, str>,
    /// Standing in grades 1 to 5.
    pub standing: [Standing; 5],
    /// Whether there is a test: grades 1 to 5, each with the four points in order.
    pub tests: [[bool; 4]; 5],
    /// Rows with the same group are one subject with one test or two (Q27-3).
    pub test_group: Option<u8>,
    /// An educational activity (hoạt động giáo dục), not a subject.
    pub is_activity: bool,
}

impl SubjectRow {
    /// Returns the standing in a grade.
    pub fn standing_in(&self, grade: u8) -> Standing {
        grade_index(grade).map_or(Standing::NotTaught, |index| self.standing[index])
    }

    /// Returns whether the subject has a test in a grade at a point.
    pub fn is_tested(&self, grade: u8, point: super::Point) -> bool {
        grade_index(grade).is_some_and(|index| self.tests[index][point as usize])
    }
}

/// The three groups of rated items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QualityGroup {
    /// Phẩm chất chủ yếu.
    Quality,
    /// Năng lực chung.
    GeneralCompetence,
    /// Năng lực đặc thù.
    SpecificCompetence,
}

/// A row of the table of qualities and competences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityRow {
    /// Code, a proposal.
    pub code: Cow<'static, str>,
    /// Name as printed.
    pub name: Cow<'static, str>,
    /// Its group.
    pub group: QualityGroup,
    /// Whether it is rated in grades 1 to 5.
    pub grades: [bool; 5],
}

impl QualityRow {
    /// Returns whether it is rated in a grade.
    pub fn is_rated(&self, grade: u8) -> bool {
        grade_index(grade).is_some_and(|index| self.grades[index])
    }
}

/// Returns the index of a primary grade.
fn grade_index(grade: u8) -> Option<usize> {
    (1..=5).contains(&grade).then(|| usize::from(grade) - 1)
}

const ALL: [Standing; 5] = [Standing::Compulsory; 5];
const OPTIONAL: [Standing; 5] = [Standing::Optional; 5];
const FROM_3: [Standing; 5] = {
    use Standing::{Compulsory, NotTaught};
    [NotTaught, NotTaught, Compulsory, Compulsory, Compulsory]
};
const FROM_4: [Standing; 5] = {
    use Standing::{Compulsory, NotTaught};
    [NotTaught, NotTaught, NotTaught, Compulsory, Compulsory]
};
const TO_3: [Standing; 5] = {
    use Standing::{Compulsory, NotTaught};
    [Compulsory, Compulsory, Compulsory, NotTaught, NotTaught]
};
const OPTIONAL_TO_2: [Standing; 5] = {
    use Standing::{Compulsory, Optional};
    [Optional, Optional, Compulsory, Compulsory, Compulsory]
};

const NEVER: [bool; 4] = [false; 4];
const ENDS: [bool; 4] = [false, true, false, true];
const ALWAYS: [bool; 4] = [true; 4];

const NO_TEST: [[bool; 4]; 5] = [NEVER; 5];
const CORE_TESTS: [[bool; 4]; 5] = [ENDS, ENDS, ENDS, ALWAYS, ALWAYS];
const TESTS_FROM_3: [[bool; 4]; 5] = [NEVER, NEVER, ENDS, ENDS, ENDS];
const TESTS_FROM_4: [[bool; 4]; 5] = [NEVER, NEVER, NEVER, ENDS, ENDS];

/// The group of the two rows of Tin học và Công nghệ.
const TH_CN: u8 = 1;

const fn row(
    code: &'static str,
    name: &'static str,
    standing: [Standing; 5],
    tests: [[bool; 4]; 5],
) -> SubjectRow {
    SubjectRow {
        code: Cow::Borrowed(code),
        name: Cow::Borrowed(name),
        standing,
        tests,
        test_group: None,
        is_activity: false,
    }
}

const fn th_cn(code: &'static str, name: &'static str) -> SubjectRow {
    SubjectRow {
        code: Cow::Borrowed(code),
        name: Cow::Borrowed(name),
        standing: FROM_3,
        tests: TESTS_FROM_3,
        test_group: Some(TH_CN),
        is_activity: false,
    }
}

/// Subjects in the order of 1.2.
pub(super) static SUBJECTS: [SubjectRow; 14] = [
    row("TV", "Tiếng Việt", ALL, CORE_TESTS),
    row("TOAN", "Toán", ALL, CORE_TESTS),
    row("NN1", "Ngoại ngữ 1", OPTIONAL_TO_2, TESTS_FROM_3),
    row("DD", "Đạo đức", ALL, NO_TEST),
    row("TNXH", "Tự nhiên và Xã hội", TO_3, NO_TEST),
    row("LSDL", "Lịch sử và Địa lí", FROM_4, TESTS_FROM_4),
    row("KH", "Khoa học", FROM_4, TESTS_FROM_4),
    th_cn("TH", "Tin học và Công nghệ (Tin học)"),
    th_cn("CN", "Tin học và Công nghệ (Công nghệ)"),
    row("GDTC", "Giáo dục thể chất", ALL, NO_TEST),
    row("AN", "Nghệ thuật (Âm nhạc)", ALL, NO_TEST),
    row("MT", "Nghệ thuật (Mĩ thuật)", ALL, NO_TEST),
    SubjectRow {
        code: Cow::Borrowed("HDTN"),
        name: Cow::Borrowed("Hoạt động trải nghiệm"),
        standing: ALL,
        tests: NO_TEST,
        test_group: None,
        is_activity: true,
    },
    row("TDT", "Tiếng dân tộc", OPTIONAL, NO_TEST),
];

const EVERY: [bool; 5] = [true; 5];
const GRADES_FROM_3: [bool; 5] = [false, false, true, true, true];

const fn quality(
    code: &'static str,
    name: &'static str,
    group: QualityGroup,
    grades: [bool; 5],
) -> QualityRow {
    QualityRow { code: Cow::Borrowed(code), name: Cow::Borrowed(name), group, grades }
}

/// Qualities and competences in the order of 1.6.
pub(super) static QUALITIES: [QualityRow; 15] = {
    use QualityGroup::{GeneralCompetence, Quality, SpecificCompetence};
    [
        quality("YN", "Yêu nước", Quality, EVERY),
        quality("NA", "Nhân ái", Quality, EVERY),
        quality("CC", "Chăm chỉ", Quality, EVERY),
        quality("TT", "Trung thực", Quality, EVERY),
        quality("TN", "Trách nhiệm", Quality, EVERY),
        quality("TCTH", "Tự chủ và tự học", GeneralCompetence, EVERY),
        quality("GTHT", "Giao tiếp và hợp tác", GeneralCompetence, EVERY),
        quality("GQVD", "Giải quyết vấn đề và sáng tạo", GeneralCompetence, EVERY),
        quality("NL_NN", "Ngôn ngữ", SpecificCompetence, EVERY),
        quality("NL_TT", "Tính toán", SpecificCompetence, EVERY),
        quality("NL_KH", "Khoa học", SpecificCompetence, EVERY),
        quality("NL_CN", "Công nghệ", SpecificCompetence, GRADES_FROM_3),
        quality("NL_TH", "Tin học", SpecificCompetence, GRADES_FROM_3),
        quality("NL_TM", "Thẩm mĩ", SpecificCompetence, EVERY),
        quality("NL_TC", "Thể chất", SpecificCompetence, EVERY),
    ]
};
