//! Reviews of what the sector's database holds: of staff (three steps, every one of them) and of the
//! pupils of a class (class teacher, parents, principal).
//!
//! Pure: who should be reviewed and what was noted come in as values.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// Whose data are reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Managers, teachers and employees of a school, contract and visiting ones too.
    Staff,
    /// Pupils of a class.
    Pupils,
}

/// Where a review is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Step 1 is done: somebody was put in charge. Step 2 goes on, person by person.
    Reviewing,
    /// Everybody is reviewed, and the confirmations were handed to the principal.
    HandedOver,
    /// The principal has checked and confirmed.
    Confirmed,
}

/// What was noted about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Staff or pupil.
    pub person: String,
    /// Whether the review of the person is done.
    pub reviewed: bool,
    /// Whether the person (staff), or a parent (pupils), has confirmed it.
    pub confirmed: bool,
}

/// How far a review is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// People who must be reviewed.
    pub total: usize,
    /// Those whose review is done.
    pub reviewed: usize,
    /// Those who have confirmed, or whose parents have.
    pub confirmed: usize,
    /// Confirmed in tenths of a percent, rounded down: 1000 only when nobody is missing.
    pub per_mille: usize,
    /// People who are not confirmed yet, in the order in which they were given.
    pub missing: Vec<String>,
}

/// Why a review does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not where the step belongs.
    WrongStage {
        /// Where it is.
        stage: Stage,
    },
    /// Not everybody is done; 100 % are asked for.
    Incomplete(Progress),
}

impl Kind {
    /// The code that records keep.
    pub fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Pupils => "pupils",
        }
    }

    /// Reads the code.
    pub fn read(code: &str) -> Option<Self> {
        [Self::Staff, Self::Pupils].into_iter().find(|kind| kind.code() == code)
    }
}

impl Stage {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Reviewing, Self::HandedOver, Self::Confirmed];

    /// The code that records keep.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reviewing => "reviewing",
            Self::HandedOver => "handed_over",
            Self::Confirmed => "confirmed",
        }
    }

    /// Reads the code.
    pub fn read(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// What people read.
    pub fn title(self) -> Text {
        match self {
            Self::Reviewing => Text::both("Đang rà soát", "reviewing"),
            Self::HandedOver => Text::both("Đã bàn giao, chờ Hiệu trưởng", "handed over"),
            Self::Confirmed => Text::both("Đã xác nhận hoàn thành", "confirmed"),
        }
    }
}

/// Counts `entries` against the `people` who must be reviewed; entries of others do not count.
pub fn progress(people: &[String], entries: &[Entry]) -> Progress {
    let of = |person: &String| entries.iter().find(|entry| entry.person == *person);
    let reviewed = people.iter().filter(|one| of(one).is_some_and(|entry| entry.reviewed)).count();
    let missing: Vec<String> = people
        .iter()
        .filter(|one| !of(one).is_some_and(|entry| entry.reviewed && entry.confirmed))
        .cloned()
        .collect();
    let confirmed = people.len() - missing.len();
    let per_mille = (confirmed * 1000).checked_div(people.len()).unwrap_or(0);
    Progress { total: people.len(), reviewed, confirmed, per_mille, missing }
}

/// Hands the review over: refused until everybody has confirmed (100 %).
pub fn hand_over(stage: Stage, progress: &Progress) -> Result<Stage, Refused> {
    match stage {
        Stage::Reviewing if progress.missing.is_empty() && progress.total > 0 => {
            Ok(Stage::HandedOver)
        }
        Stage::Reviewing => Err(Refused::Incomplete(progress.clone())),
        stage => Err(Refused::WrongStage { stage }),
    }
}

/// Confirms the review: refused until it was handed over.
///
/// People may have come since; whoever is missing now is told.
pub fn confirm(stage: Stage, progress: &Progress) -> Result<Stage, Refused> {
    match stage {
        Stage::HandedOver if progress.missing.is_empty() => Ok(Stage::Confirmed),
        Stage::HandedOver => Err(Refused::Incomplete(progress.clone())),
        stage => Err(Refused::WrongStage { stage }),
    }
}
