//! The words of TT22 as types: marks, levels, subjects, results.

use std::borrow::Cow;

use super::parameters::{AbsencePolicy, Parameters};
use crate::decimal::Tenths;

/// The four levels of conduct (rèn luyện) and of learning (học tập), lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Chưa đạt.
    Fail,
    /// Đạt.
    Pass,
    /// Khá.
    Fair,
    /// Tốt.
    Good,
}

impl Level {
    /// All levels, lowest first; a level's place here is its rank.
    pub const ALL: [Level; 4] = [Level::Fail, Level::Pass, Level::Fair, Level::Good];

    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            Level::Fail => "Chưa đạt",
            Level::Pass => "Đạt",
            Level::Fair => "Khá",
            Level::Good => "Tốt",
        }
    }

    /// Returns the short form of gradebooks: T, K, Đ, CĐ.
    pub const fn code(self) -> &'static str {
        match self {
            Level::Fail => "CĐ",
            Level::Pass => "Đ",
            Level::Fair => "K",
            Level::Good => "T",
        }
    }

    /// Reads the words or the short form.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Level::ALL.into_iter().find(|level| text == level.label() || text == level.code())
    }

    /// Returns the rank: 0 for Chưa đạt to 3 for Tốt.
    pub const fn rank(self) -> usize {
        self as usize
    }

    /// Returns the next higher level; Tốt stays Tốt.
    pub const fn raised(self) -> Self {
        match self {
            Level::Fail => Level::Pass,
            Level::Pass => Level::Fair,
            Level::Fair | Level::Good => Level::Good,
        }
    }

    /// Returns the next lower level; Chưa đạt stays Chưa đạt.
    pub const fn lowered(self) -> Self {
        match self {
            Level::Good => Level::Fair,
            Level::Fair => Level::Pass,
            Level::Pass | Level::Fail => Level::Fail,
        }
    }
}

/// The two results of a subject assessed by comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pass {
    /// Chưa đạt.
    NotPassed,
    /// Đạt.
    Passed,
}

impl Pass {
    /// Returns the words of the circular.
    pub const fn label(self) -> &'static str {
        match self {
            Pass::NotPassed => "Chưa đạt",
            Pass::Passed => "Đạt",
        }
    }

    /// Returns the cell of the gradebook.
    pub const fn code(self) -> &'static str {
        match self {
            Pass::NotPassed => "CĐ",
            Pass::Passed => "Đ",
        }
    }
}

/// One cell of the gradebook, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// Nothing was written.
    #[default]
    Blank,
    /// A score, in tenths.
    Score(Tenths),
    /// Đạt.
    Passed,
    /// Chưa đạt.
    NotPassed,
    /// A periodic assessment missed, and not made up.
    Missed,
    /// Exempt: M or Miễn.
    Exempt,
}

impl Mark {
    /// Reads a cell: empty, Đ, CĐ, M, Miễn, or a score such as 7,5.
    pub fn parse(text: &str) -> Result<Self, crate::decimal::DecimalError> {
        Ok(match text.trim() {
            "" => Mark::Blank,
            "Đ" | "Đạt" => Mark::Passed,
            "CĐ" | "Chưa đạt" => Mark::NotPassed,
            "M" | "Miễn" => Mark::Exempt,
            score => Mark::Score(Tenths::parse(score)?),
        })
    }

    /// Returns whether nothing was written.
    pub fn is_blank(self) -> bool {
        self == Mark::Blank
    }
}

/// How a subject is assessed (Điều 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// By comment only: Đạt or Chưa đạt.
    Comment,
    /// By comment and scores.
    Scored,
}

/// Whether a subject stands in the learning result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Compulsory, or an elective that the pupil chose.
    Compulsory,
    /// Optional (tự chọn): Ngoại ngữ 2, Tiếng dân tộc thiểu số.
    Optional,
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
    /// Periods (tiết) in the year; `None` leaves the number of scores unchecked.
    pub periods: Option<u16>,
    /// Whether it stands in the learning result.
    pub standing: Standing,
}

/// The result of one subject in a term or the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SubjectResult {
    /// Needed data are missing or wrong.
    #[default]
    NotEvaluable,
    /// Exempt or not taught: stands in no set.
    LeftOut,
    /// Average of a scored subject, in tenths.
    Score(Tenths),
    /// Result of a comment subject.
    Comment(Pass),
}

impl SubjectResult {
    /// Returns the average of a scored subject.
    pub const fn score(self) -> Option<Tenths> {
        match self {
            SubjectResult::Score(score) => Some(score),
            _ => None,
        }
    }

    /// Returns what the gradebook prints: 7,5, Đ, CĐ, Miễn or nothing.
    pub fn text(self) -> Cow<'static, str> {
        match self {
            SubjectResult::NotEvaluable => Cow::Borrowed(""),
            SubjectResult::LeftOut => Cow::Borrowed("Miễn"),
            SubjectResult::Score(score) => Cow::Owned(score.to_string()),
            SubjectResult::Comment(pass) => Cow::Borrowed(pass.code()),
        }
    }
}

/// A subject's results of both terms and the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SubjectResults {
    /// ĐTBmhkI, or the comment result of semester I.
    pub first: SubjectResult,
    /// ĐTBmhkII, or the comment result of semester II.
    pub second: SubjectResult,
    /// ĐTBmcn, or the comment result of the year.
    pub year: SubjectResult,
}

/// Whether a semester's book is closed: only then is a missing mark an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TermState {
    /// Marks are still being entered.
    Open,
    /// All marks should be there.
    #[default]
    Closed,
}

/// Whether summer training and re-assessment are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Summer {
    /// Results may still come: a pupil who needs them is waiting.
    #[default]
    Open,
    /// No more results: a pupil who still needs them is not promoted.
    Closed,
}

/// A level that people decided, with their reason (A11, 2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manual<'a> {
    /// The decided level.
    pub level: Level,
    /// Why; must not be empty.
    pub reason: &'a str,
}

/// Titles of Điều 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Title {
    /// Học sinh Giỏi.
    Good,
    /// Học sinh Xuất sắc.
    Excellent,
}

/// Days of absence, with and without permission together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Absences {
    /// Days missed in one session only.
    pub half_days: u16,
    /// Days missed in both sessions, in a school that teaches two a day.
    pub whole_days: u16,
}

/// Returns the sessions (buổi) absent by the policy of point A8.
pub fn absent_sessions(parameters: &Parameters, absences: Absences) -> u16 {
    let per_whole_day = match parameters.absence {
        AbsencePolicy::OncePerDay => 1,
        AbsencePolicy::EverySession => 2,
    };
    absences.whole_days.saturating_mul(per_whole_day).saturating_add(absences.half_days)
}
