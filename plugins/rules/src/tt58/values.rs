//! The words of TT58 as types: học lực, hạnh kiểm, subjects, titles.

use super::parameters::Parameters;
use crate::tt22::{SubjectKind, SubjectResults};

/// Học lực, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Kém.
    Poor,
    /// Yếu.
    Weak,
    /// Trung bình.
    Average,
    /// Khá.
    Fair,
    /// Giỏi.
    Excellent,
}

impl Rank {
    /// All ranks, lowest first.
    pub const ALL: [Rank; 5] = [Rank::Poor, Rank::Weak, Rank::Average, Rank::Fair, Rank::Excellent];

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            Rank::Poor => "Kém",
            Rank::Weak => "Yếu",
            Rank::Average => "Trung bình",
            Rank::Fair => "Khá",
            Rank::Excellent => "Giỏi",
        }
    }

    /// Reads the words.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Rank::ALL.into_iter().find(|rank| text == rank.label())
    }
}

/// Hạnh kiểm, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conduct {
    /// Yếu.
    Weak,
    /// Trung bình.
    Average,
    /// Khá.
    Fair,
    /// Tốt.
    Good,
}

impl Conduct {
    /// All levels, lowest first.
    pub const ALL: [Conduct; 4] = [Conduct::Weak, Conduct::Average, Conduct::Fair, Conduct::Good];

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            Conduct::Weak => "Yếu",
            Conduct::Average => "Trung bình",
            Conduct::Fair => "Khá",
            Conduct::Good => "Tốt",
        }
    }

    /// Reads the words.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Conduct::ALL.into_iter().find(|level| text == level.label())
    }
}

/// What a subject is in the rules of học lực.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Like the others.
    #[default]
    Plain,
    /// Toán.
    Mathematics,
    /// Ngữ văn.
    Literature,
    /// Ngoại ngữ: a key subject under TT26 only.
    ForeignLanguage,
}

/// A subject as the class learns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Code, used in findings.
    pub code: &'a str,
    /// Name as printed.
    pub name: &'a str,
    /// How it is assessed.
    pub kind: SubjectKind,
    /// Whether it is one of the key subjects.
    pub role: Role,
    /// Whether it is the specialised subject (môn chuyên) of the class.
    pub is_specialised: bool,
}

/// A pupil's results of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearSubject<'a> {
    /// The subject.
    pub subject: &'a Subject<'a>,
    /// Results of the semesters and the year.
    pub results: SubjectResults,
}

/// Titles of TT58 Điều 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Title {
    /// Học sinh tiên tiến.
    Advanced,
    /// Học sinh giỏi.
    Excellent,
}

/// Returns the title of a semester or a year (TT58 Điều 18).
pub fn title(parameters: &Parameters, conduct: Conduct, learning: Rank) -> Option<Title> {
    parameters
        .titles
        .iter()
        .find(|rule| conduct >= rule.conduct && learning >= rule.learning)
        .map(|rule| rule.title)
}
