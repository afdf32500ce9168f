//! The words of TT27 as types: points of the year, levels, cells, results.
//!
//! The letters T and C mean different things for subjects and for qualities,
//! so the two scales are distinct types.

use crate::decimal::Tenths;
use crate::finding::Term;

/// The four points at which levels are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// Giữa học kỳ I.
    MidFirst,
    /// Cuối học kỳ I.
    EndFirst,
    /// Giữa học kỳ II.
    MidSecond,
    /// Cuối năm học.
    YearEnd,
}

impl Point {
    /// All points in order; a point's place here is its index.
    pub const ALL: [Point; 4] =
        [Point::MidFirst, Point::EndFirst, Point::MidSecond, Point::YearEnd];

    /// Returns the words of the forms.
    pub const fn label(self) -> &'static str {
        match self {
            Point::MidFirst => "giữa học kỳ I",
            Point::EndFirst => "cuối học kỳ I",
            Point::MidSecond => "giữa học kỳ II",
            Point::YearEnd => "cuối năm học",
        }
    }

    /// Returns the English words.
    pub const fn label_en(self) -> &'static str {
        match self {
            Point::MidFirst => "mid semester I",
            Point::EndFirst => "end of semester I",
            Point::MidSecond => "mid semester II",
            Point::YearEnd => "end of the year",
        }
    }

    /// Returns the part of the year for findings.
    pub const fn term(self) -> Term {
        match self {
            Point::MidFirst => Term::MidFirst,
            Point::EndFirst => Term::First,
            Point::MidSecond => Term::MidSecond,
            Point::YearEnd => Term::Year,
        }
    }
}

/// Mức đạt được of a subject or educational activity, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectLevel {
    /// C, Chưa hoàn thành.
    NotCompleted,
    /// H, Hoàn thành.
    Completed,
    /// T, Hoàn thành tốt.
    WellCompleted,
}

impl SubjectLevel {
    /// All levels, lowest first.
    pub const ALL: [SubjectLevel; 3] =
        [SubjectLevel::NotCompleted, SubjectLevel::Completed, SubjectLevel::WellCompleted];

    /// Returns T, H or C.
    pub const fn code(self) -> &'static str {
        match self {
            SubjectLevel::NotCompleted => "C",
            SubjectLevel::Completed => "H",
            SubjectLevel::WellCompleted => "T",
        }
    }

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            SubjectLevel::NotCompleted => "Chưa hoàn thành",
            SubjectLevel::Completed => "Hoàn thành",
            SubjectLevel::WellCompleted => "Hoàn thành tốt",
        }
    }

    /// Reads the code or the words.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        SubjectLevel::ALL.into_iter().find(|level| text == level.code() || text == level.label())
    }
}

/// Level of a quality (phẩm chất) or competence (năng lực), lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QualityLevel {
    /// C, Cần cố gắng.
    NeedsEffort,
    /// Đ, Đạt.
    Reached,
    /// T, Tốt.
    Good,
}

impl QualityLevel {
    /// All levels, lowest first.
    pub const ALL: [QualityLevel; 3] =
        [QualityLevel::NeedsEffort, QualityLevel::Reached, QualityLevel::Good];

    /// Returns T, Đ or C.
    pub const fn code(self) -> &'static str {
        match self {
            QualityLevel::NeedsEffort => "C",
            QualityLevel::Reached => "Đ",
            QualityLevel::Good => "T",
        }
    }

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            QualityLevel::NeedsEffort => "Cần cố gắng",
            QualityLevel::Reached => "Đạt",
            QualityLevel::Good => "Tốt",
        }
    }

    /// Reads the code or the words.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        QualityLevel::ALL.into_iter().find(|level| text == level.code() || text == level.label())
    }
}

/// Đánh giá kết quả giáo dục at the end of the year, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum YearResult {
    /// CHT, Chưa hoàn thành.
    NotCompleted,
    /// HT, Hoàn thành.
    Completed,
    /// HTT, Hoàn thành tốt.
    WellCompleted,
    /// HTXS, Hoàn thành xuất sắc.
    Excellent,
}

impl YearResult {
    /// All results, lowest first.
    pub const ALL: [YearResult; 4] = [
        YearResult::NotCompleted,
        YearResult::Completed,
        YearResult::WellCompleted,
        YearResult::Excellent,
    ];

    /// Returns the short form of practice: HTXS, HTT, HT, CHT.
    pub const fn code(self) -> &'static str {
        match self {
            YearResult::NotCompleted => "CHT",
            YearResult::Completed => "HT",
            YearResult::WellCompleted => "HTT",
            YearResult::Excellent => "HTXS",
        }
    }

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            YearResult::NotCompleted => "Chưa hoàn thành",
            YearResult::Completed => "Hoàn thành",
            YearResult::WellCompleted => "Hoàn thành tốt",
            YearResult::Excellent => "Hoàn thành xuất sắc",
        }
    }

    /// Returns the rank: 0 for Chưa hoàn thành to 3 for Hoàn thành xuất sắc.
    pub const fn rank(self) -> usize {
        self as usize
    }
}

/// What is entered for a subject at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SubjectCell {
    /// Mức đạt được.
    pub level: Option<SubjectLevel>,
    /// Điểm KTĐK, in tenths so that a wrong decimal can be told; the last test of the point.
    pub test: Option<Tenths>,
}

impl SubjectCell {
    /// Returns whether nothing is entered.
    pub fn is_blank(self) -> bool {
        self == SubjectCell::default()
    }
}

/// What is entered for a pupil at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointRecord<'a> {
    /// One cell per row of the subject table; missing ones at the end are blank.
    pub subjects: &'a [SubjectCell],
    /// One level per row of the quality table; missing ones at the end are blank.
    pub qualities: &'a [Option<QualityLevel>],
}

impl PointRecord<'_> {
    /// Returns the cell of a row of the subject table.
    pub fn subject(&self, row: usize) -> SubjectCell {
        self.subjects.get(row).copied().unwrap_or_default()
    }

    /// Returns the level of a row of the quality table.
    pub fn quality(&self, row: usize) -> Option<QualityLevel> {
        self.qualities.get(row).copied().flatten()
    }

    /// Returns whether nothing at all is entered.
    pub fn is_blank(&self) -> bool {
        self.subjects.iter().all(|cell| cell.is_blank())
            && self.qualities.iter().all(Option::is_none)
    }
}

/// Whether a pupil is assessed at all (Điều 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Assessed {
    /// Like everyone.
    #[default]
    Yes,
    /// "Học sinh khuyết tật không đánh giá": in the class size, without levels.
    No,
}

/// Whether the year may be closed: only then is an open decision an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum YearEnd {
    /// Supplementary assessment and decisions may still come.
    #[default]
    Open,
    /// Everything should be decided.
    Closing,
}

/// Titles of Điều 13 that follow from the year's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Title {
    /// Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện.
    Representative,
    /// Học sinh Xuất sắc.
    Excellent,
}
