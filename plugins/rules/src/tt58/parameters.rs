//! Everything in TT58 and TT26 that is a number, a table, a label or left open.

use std::borrow::Cow;

use super::values::{Conduct, Rank, Role, Title};
use crate::decimal::{Rounding, Tenths};
use crate::tt22::{ReassessmentResult, Wording};

/// The numbers, tables, labels and policies of one edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// The kinds of marks.
    pub marks: MarkKinds,
    /// Weights of KTtx (ĐĐGtx), KTđk (ĐĐGgk) and KThk (ĐĐGck).
    pub weights: [u8; 3],
    /// Weights of the semesters in ĐTBmcn.
    pub term_weights: [u8; 2],
    /// Rounding of averages to tenths.
    pub rounding: Rounding,
    /// Key subjects: at least one of them reaches the bar.
    pub key_roles: Cow<'static, [Role]>,
    /// Bars of học lực (Điều 13), best first; none reached is Kém.
    pub bars: [LevelBar; 4],
    /// Adjustments (Điều 13.6); the best that applies is taken.
    pub adjustments: Cow<'static, [Adjustment]>,
    /// How to test that one subject alone lowers the rank.
    pub single_subject: SingleSubject,
    /// Lowest hạnh kiểm for promotion (Điều 15).
    pub promotion_conduct: Conduct,
    /// Lowest học lực for promotion (Điều 15).
    pub promotion_rank: Rank,
    /// Lowest học lực for a re-test (Điều 16).
    pub retest_rank: Rank,
    /// Scored subjects below this ĐTBmcn may be re-tested.
    pub retest_below: Tenths,
    /// What a re-test does to the old result.
    pub retest_result: ReassessmentResult,
    /// Sessions a pupil may be absent in the year.
    pub absence_limit: u16,
    /// Titles (Điều 18), first match wins.
    pub titles: Cow<'static, [TitleRule]>,
    /// Words for outcomes.
    pub wording: Wording,
}

impl Parameters {
    /// TT 58/2011 alone: key subjects Toán and Ngữ văn.
    pub fn tt58() -> Self {
        Parameters {
            marks: MarkKinds::Tests,
            weights: [1, 2, 3],
            term_weights: [1, 2],
            rounding: Rounding::default(),
            key_roles: Cow::Borrowed(&[Role::Mathematics, Role::Literature]),
            bars: BARS,
            adjustments: Cow::Borrowed(&ADJUSTMENTS),
            single_subject: SingleSubject::default(),
            promotion_conduct: Conduct::Average,
            promotion_rank: Rank::Average,
            retest_rank: Rank::Weak,
            retest_below: Tenths(50),
            retest_result: ReassessmentResult::default(),
            absence_limit: 45,
            titles: Cow::Borrowed(&TITLES),
            wording: Wording { last_grades: Cow::Borrowed(&[]), ..Wording::default() },
        }
    }

    /// TT 58/2011 as amended by TT 26/2020: Ngoại ngữ is a key subject too, and a semester has one
    /// ĐĐGgk.
    pub fn tt58_tt26() -> Self {
        Parameters {
            marks: MarkKinds::Assessments,
            key_roles: Cow::Borrowed(&[Role::Mathematics, Role::Literature, Role::ForeignLanguage]),
            ..Parameters::tt58()
        }
    }

    /// Returns the printed name of a title.
    pub fn title_label(&self, title: Title) -> &str {
        self.titles.iter().find(|rule| rule.title == title).map_or("", |rule| &rule.label)
    }
}

/// The kinds of marks that a semester's average is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKinds {
    /// KTtx, KTđk and KThk (TT58): as many tests as were held, at least one before that of the
    /// semester.
    Tests,
    /// ĐĐGtx, ĐĐGgk and ĐĐGck (TT26): at least one, exactly one, one.
    Assessments,
}

impl MarkKinds {
    /// Returns the short names.
    pub const fn names(self) -> [&'static str; 3] {
        match self {
            MarkKinds::Tests => ["KTtx", "KTđk", "KThk"],
            MarkKinds::Assessments => ["ĐĐGtx", "ĐĐGgk", "ĐĐGck"],
        }
    }
}

/// What a rank asks for (Điều 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelBar {
    /// The rank.
    pub rank: Rank,
    /// Overall average at least this.
    pub overall: Tenths,
    /// At least one key subject, and the specialised subject, at least this.
    pub key: Option<Tenths>,
    /// Every scored subject at least this.
    pub every: Tenths,
    /// Comment subjects that may be CĐ; `None` when they do not matter.
    pub comments_not_passed: Option<u16>,
}

const fn bar(
    rank: Rank,
    overall: i32,
    key: Option<i32>,
    every: i32,
    comments_not_passed: Option<u16>,
) -> LevelBar {
    LevelBar {
        rank,
        overall: Tenths(overall),
        key: match key {
            Some(key) => Some(Tenths(key)),
            None => None,
        },
        every: Tenths(every),
        comments_not_passed,
    }
}

const BARS: [LevelBar; 4] = [
    bar(Rank::Excellent, 80, Some(80), 65, Some(0)),
    bar(Rank::Fair, 65, Some(65), 50, Some(0)),
    bar(Rank::Average, 50, Some(50), 35, Some(0)),
    bar(Rank::Weak, 35, None, 20, None),
];

/// A line of Điều 13.6: the overall average is at `from`, one subject alone makes it `computed`, it becomes `adjusted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adjustment {
    /// Rank whose overall average is reached.
    pub from: Rank,
    /// Rank by the bars.
    pub computed: Rank,
    /// Rank after adjustment.
    pub adjusted: Rank,
}

const fn adjustment(from: Rank, computed: Rank, adjusted: Rank) -> Adjustment {
    Adjustment { from, computed, adjusted }
}

static ADJUSTMENTS: [Adjustment; 4] = [
    adjustment(Rank::Excellent, Rank::Average, Rank::Fair),
    adjustment(Rank::Excellent, Rank::Weak, Rank::Average),
    adjustment(Rank::Fair, Rank::Weak, Rank::Average),
    adjustment(Rank::Fair, Rank::Poor, Rank::Weak),
];

/// How to test that one subject alone lowers the rank; the overall average stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SingleSubject {
    /// Look at the other subjects only.
    #[default]
    Remove,
    /// Take the subject as good enough, also as a key subject.
    Repair,
}

/// A title and what it asks for (Điều 18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleRule {
    /// The title.
    pub title: Title,
    /// As printed.
    pub label: Cow<'static, str>,
    /// Hạnh kiểm at least this.
    pub conduct: Conduct,
    /// Học lực at least this.
    pub learning: Rank,
}

static TITLES: [TitleRule; 2] = [
    TitleRule {
        title: Title::Excellent,
        label: Cow::Borrowed("Học sinh giỏi"),
        conduct: Conduct::Good,
        learning: Rank::Excellent,
    },
    TitleRule {
        title: Title::Advanced,
        label: Cow::Borrowed("Học sinh tiên tiến"),
        conduct: Conduct::Fair,
        learning: Rank::Fair,
    },
];
