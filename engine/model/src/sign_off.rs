//! Sign-off of class books: who must confirm which part at mid-term and at the end of a term, what
//! is still missing, and what a signature does to later changes.
//!
//! Pure: which cells are filled comes in as values; reading them is the job of `pipeline`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// When a class book is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// In the middle of a term (giữa học kì).
    MidTerm,
    /// At the end of a term (cuối học kì).
    EndOfTerm,
}

/// The part of a book that one person answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A subject, confirmed by its teacher.
    Subject(String),
    /// The whole class, confirmed by the class teacher when every subject is.
    Class,
    /// The approval of the principal, when the class teacher has confirmed.
    Approval,
}

/// A cell that should have a value at the point and has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Pupil.
    pub pupil: String,
    /// Name of the pupil.
    pub name: String,
    /// What is missing, such as `ĐĐGck`.
    pub column: String,
}

/// A part with its counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartState {
    /// The part.
    pub part: Part,
    /// Staff who answers for it; `None` when nobody is assigned.
    pub signer: Option<String>,
    /// Cells that must have a value.
    pub needed: usize,
    /// Those without one.
    pub gaps: Vec<Gap>,
    /// User who has signed it, when somebody has and it was not re-opened.
    pub signed_by: Option<String>,
}

/// Why a part cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unready {
    /// There is no such part in the book.
    NoSuchPart,
    /// It is signed already.
    Signed,
    /// Cells are missing.
    Gaps(Vec<Gap>),
    /// Other parts must be signed before.
    Waits(Vec<Part>),
}

/// What a change of a signed record does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterSignOff {
    /// It is refused; an approved correction is the only way.
    #[default]
    Refuse,
    /// It is taken, and the signatures on the part are void: the part is open again.
    Reopen,
}

impl Point {
    /// Both, in the order of a term.
    pub const ALL: [Self; 2] = [Self::MidTerm, Self::EndOfTerm];

    /// The code that records and addresses have.
    pub fn code(self) -> &'static str {
        match self {
            Self::MidTerm => "mid_term",
            Self::EndOfTerm => "end_of_term",
        }
    }

    /// Reads the code.
    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.code() == code)
    }

    /// Returns whether cells of `kind` are confirmed at this point: at mid-term those of mid-term,
    /// at the end everything of the term.
    pub fn confirms(self, kind: Option<&str>) -> bool {
        match self {
            Self::MidTerm => kind == Some("mid_term"),
            Self::EndOfTerm => kind.is_some_and(|kind| kind != "attendance"),
        }
    }

    /// What people read.
    pub fn title(self, term: i64) -> Text {
        let (numeral, english) = if term == 1 { ("I", "first") } else { ("II", "second") };
        match self {
            Self::MidTerm => Text::both(
                format!("Giữa học kì {numeral}"),
                format!("middle of the {english} term"),
            ),
            Self::EndOfTerm => {
                Text::both(format!("Cuối học kì {numeral}"), format!("end of the {english} term"))
            }
        }
    }
}

impl Part {
    /// The code that records keep: `subject:TOAN`, `class`, `approval`.
    pub fn code(&self) -> String {
        match self {
            Self::Subject(subject) => format!("subject:{subject}"),
            Self::Class => "class".to_owned(),
            Self::Approval => "approval".to_owned(),
        }
    }

    /// Reads the code.
    pub fn read(code: &str) -> Option<Self> {
        match code {
            "class" => Some(Self::Class),
            "approval" => Some(Self::Approval),
            _ => code
                .strip_prefix("subject:")
                .filter(|subject| !subject.is_empty())
                .map(|subject| Self::Subject(subject.to_owned())),
        }
    }

    /// Returns whether `self` must be signed before `other`.
    fn comes_before(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Subject(_), Self::Class | Self::Approval) | (Self::Class, Self::Approval)
        )
    }
}

impl PartState {
    /// Returns how many cells are filled.
    pub fn filled(&self) -> usize {
        self.needed.saturating_sub(self.gaps.len())
    }
}

/// Checks whether `part` of a book can be signed now.
///
/// The approval is refused with every gap of the book, the class with its own, a subject with its own.
pub fn check(book: &[PartState], part: &Part) -> Result<(), Unready> {
    let own = book.iter().find(|state| state.part == *part).ok_or(Unready::NoSuchPart)?;
    if own.signed_by.is_some() {
        return Err(Unready::Signed);
    }
    let whole = matches!(part, Part::Class | Part::Approval);
    let gaps: Vec<Gap> = book
        .iter()
        .filter(|state| whole || state.part == *part)
        .flat_map(|state| state.gaps.iter().cloned())
        .collect();
    if !gaps.is_empty() {
        return Err(Unready::Gaps(gaps));
    }
    let waits: Vec<Part> = book
        .iter()
        .filter(|state| state.part.comes_before(part) && state.signed_by.is_none())
        .map(|state| state.part.clone())
        .collect();
    if waits.is_empty() { Ok(()) } else { Err(Unready::Waits(waits)) }
}

/// Returns the parts whose signatures are void when a cell of `changed` is changed: the part itself
/// and everything that was signed on top of it.
pub fn voided(book: &[PartState], changed: &Part) -> Vec<Part> {
    book.iter()
        .filter(|state| state.signed_by.is_some())
        .filter(|state| state.part == *changed || changed.comes_before(&state.part))
        .map(|state| state.part.clone())
        .collect()
}

/// Returns how many ongoing marks a scored subject needs in a term, by its periods in the year
/// (Thông tư 22/2021, Điều 6).
pub fn ongoing_needed(periods: Option<i64>) -> usize {
    match periods {
        Some(periods) if periods > 70 => 4,
        Some(periods) if periods > 35 => 3,
        _ => 2,
    }
}
