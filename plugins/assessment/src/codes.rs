//! The codes of `forms/core/codes` and what they are in the rules.

use bieumau_rules::tt22::{Level, Mark};
use bieumau_rules::tt27::{Point, QualityLevel, SubjectLevel, YearResult};
use bieumau_rules::tt58::{self, Conduct, Rank};

/// Codes of `secondary_level`, highest first.
pub const LEVELS: [(&str, Level); 4] =
    [("good", Level::Good), ("fair", Level::Fair), ("pass", Level::Pass), ("fail", Level::Fail)];

/// Codes of `secondary_level` for học lực before Thông tư 22, highest first.
pub const RANKS: [(&str, Rank); 5] = [
    ("excellent", Rank::Excellent),
    ("fair", Rank::Fair),
    ("average", Rank::Average),
    ("weak", Rank::Weak),
    ("poor", Rank::Poor),
];

/// Codes of `secondary_level` for hạnh kiểm before Thông tư 22, highest first.
pub const CONDUCTS: [(&str, Conduct); 4] = [
    ("good", Conduct::Good),
    ("fair", Conduct::Fair),
    ("average", Conduct::Average),
    ("weak", Conduct::Weak),
];

/// A level of learning or conduct, in the words of its circular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// Học tập or rèn luyện of Thông tư 22.
    Level(Level),
    /// Học lực of Thông tư 58.
    Rank(Rank),
    /// Hạnh kiểm of Thông tư 58.
    Conduct(Conduct),
}

impl Rated {
    /// Returns the code of `secondary_level`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Level(level) => code(&LEVELS, level),
            Self::Rank(rank) => code(&RANKS, rank),
            Self::Conduct(conduct) => code(&CONDUCTS, conduct),
        }
    }

    /// Returns the level in the words of its circular.
    pub fn label(self) -> &'static str {
        match self {
            Self::Level(level) => level.label(),
            Self::Rank(rank) => rank.label(),
            Self::Conduct(conduct) => conduct.label(),
        }
    }
}

/// A title, of whichever circular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Titled {
    /// Of Thông tư 22.
    Current(bieumau_rules::tt22::Title),
    /// Of Thông tư 58.
    Archive(tt58::Title),
}

/// Codes of `pass_level`.
pub const PASSES: [(&str, Mark); 2] = [("pass", Mark::Passed), ("fail", Mark::NotPassed)];

/// Codes of `promotion_decision`: whether the pupil goes up.
pub const DECISIONS: [(&str, bool); 2] = [("promote", true), ("hold", false)];

/// Codes of `assessment_point`.
pub const POINTS: [(&str, Point); 4] = [
    ("mid_1", Point::MidFirst),
    ("end_1", Point::EndFirst),
    ("mid_2", Point::MidSecond),
    ("end_2", Point::YearEnd),
];

/// Codes of `subject_level`, highest first.
pub const SUBJECT_LEVELS: [(&str, SubjectLevel); 3] = [
    ("completed_well", SubjectLevel::WellCompleted),
    ("completed", SubjectLevel::Completed),
    ("not_completed", SubjectLevel::NotCompleted),
];

/// Codes of `quality_level`.
pub const QUALITY_LEVELS: [(&str, QualityLevel); 3] = [
    ("good", QualityLevel::Good),
    ("pass", QualityLevel::Reached),
    ("needs_effort", QualityLevel::NeedsEffort),
];

/// Codes of `primary_year_result`, highest first.
pub const YEAR_RESULTS: [(&str, YearResult); 4] = [
    ("excellent", YearResult::Excellent),
    ("good", YearResult::WellCompleted),
    ("completed", YearResult::Completed),
    ("not_completed", YearResult::NotCompleted),
];

/// Columns of the table `qualities`, and the code of the same item in the rules.
pub const QUALITIES: [(&str, &str); 15] = [
    ("patriotism", "YN"),
    ("kindness", "NA"),
    ("diligence", "CC"),
    ("honesty", "TT"),
    ("responsibility", "TN"),
    ("autonomy", "TCTH"),
    ("communication", "GTHT"),
    ("problem_solving", "GQVD"),
    ("language", "NL_NN"),
    ("calculation", "NL_TT"),
    ("science", "NL_KH"),
    ("technology", "NL_CN"),
    ("informatics", "NL_TH"),
    ("aesthetics", "NL_TM"),
    ("physical", "NL_TC"),
];

/// Names of secondary subjects by the codes of the list `subject`.
const SUBJECTS: [(&str, &str); 23] = [
    ("VAN", "Ngữ văn"),
    ("TOAN", "Toán"),
    ("NN1", "Ngoại ngữ 1"),
    ("GDCD", "Giáo dục công dân"),
    ("LSDL", "Lịch sử và Địa lí"),
    ("KHTN", "Khoa học tự nhiên"),
    ("CNGHE", "Công nghệ"),
    ("TIN", "Tin học"),
    ("GDTC", "Giáo dục thể chất"),
    ("NT", "Nghệ thuật"),
    ("HDTNHN", "Hoạt động trải nghiệm, hướng nghiệp"),
    ("GDDP", "Nội dung giáo dục của địa phương"),
    ("NN2", "Ngoại ngữ 2"),
    ("TDT", "Tiếng dân tộc"),
    ("LS", "Lịch sử"),
    ("GDQPAN", "Giáo dục quốc phòng và an ninh"),
    ("DIA", "Địa lí"),
    ("GDKTPL", "Giáo dục kinh tế và pháp luật"),
    ("LY", "Vật lí"),
    ("HOA", "Hóa học"),
    ("SINH", "Sinh học"),
    ("AMNHAC", "Âm nhạc"),
    ("MITHUAT", "Mĩ thuật"),
];

/// Returns what `code` means.
pub fn meaning<T: Copy>(list: &[(&str, T)], code: &str) -> Option<T> {
    list.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// Returns the code of `meaning`; every meaning has one.
pub fn code<T: Copy + PartialEq>(list: &[(&'static str, T)], meaning: T) -> &'static str {
    list.iter().find(|(_, known)| *known == meaning).map_or("", |(code, _)| code)
}

/// Returns the name of a secondary subject, its code when the list does not have it.
pub fn subject_name(code: &str) -> &str {
    SUBJECTS.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}
