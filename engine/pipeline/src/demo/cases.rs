//! What happens to a pupil in a school year, and the awkward cases that every school has.

use super::names::Gender;
use super::random::Stream;
use super::schools::Level;

/// When in a school year something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Term1,
    Term2,
    /// Entering: before the year begins. Leaving: after it ended.
    Summer,
}

/// The course of one school year for one pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Ordinary,
    MovedAway(When),
    MovedIn(When),
    /// Moved in during term 2, and the other school sent nothing of term 1.
    MovedInWithoutTerm1,
    DroppedOut(When),
    /// Left and came back.
    Returned(When),
    /// A child of grade 2 in the class of grades 1 and 2.
    OlderInMixedClass,
    /// Exempt from physical education.
    Exempt,
    /// One mark (primary: one test score) was never entered.
    MissingMark,
    /// Absent on so many days.
    Absent(u8),
    /// One weak subject, so that the learning result is raised by one level.
    Lifted,
    /// Two subjects far too low; passed when assessed again.
    RetestPassed,
    /// The same, and one of the two failed again.
    RetestFailed,
    /// The same, and the pupil did not come.
    RetestMissed,
    /// Two comment subjects not passed; passed when assessed again.
    RetestOfComments,
    /// Conduct not passed; passed after training in summer.
    Trained,
    /// The same, and not passed after training.
    TrainingFailed,
    /// Primary: not completed, completed after the supplementary assessment.
    SupplementPassed,
    /// Primary: still not completed; the principal holds the pupil back.
    Held,
    /// Primary: still not completed; the principal promotes the pupil all the same.
    PromotedByPrincipal,
    /// Primary: completed well, outstanding and recognised by the class.
    Recognised,
    /// Primary: levels better than the test scores suggest, which is legal but unusual.
    UnusualLevels,
}

/// Where a pupil is after the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Up,
    Again,
    Away,
}

/// How a pupil differs from most others for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    Usual,
    VeryLongName(Gender),
    Of(Group),
    Foreign,
    /// Foreign, and without an official code yet.
    Provisional,
    /// Both parents dead; has a guardian.
    Orphan,
    /// Disabled, assessed like all others.
    Disabled,
    /// Disabled, in class but not assessed.
    NotAssessed,
}

/// Ethnic groups whose names are awkward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Tay,
    Muong,
    HMong,
    /// One-word name.
    Khmer,
    /// `Y Jôn Niê`: family name last.
    EDe,
    /// `K'Brai`.
    CoHo,
    Cham,
    GiaRai,
    Hoa,
}

impl Case {
    /// Returns the code of the pupil status at the end of the year.
    pub(super) fn status(self) -> &'static str {
        use When::{Summer, Term1, Term2};
        match self {
            Self::MovedIn(Term1) => "02",
            Self::Returned(Term1) => "03",
            Self::MovedAway(Term1) => "04",
            Self::DroppedOut(Term1) => "05",
            Self::MovedIn(Term2) | Self::MovedInWithoutTerm1 => "06",
            Self::Returned(_) => "07",
            Self::MovedAway(Term2) => "08",
            Self::DroppedOut(Term2) => "09",
            Self::MovedIn(Summer) | Self::OlderInMixedClass => "10",
            Self::MovedAway(Summer) => "11",
            Self::DroppedOut(Summer) => "12",
            _ => "01",
        }
    }

    /// Returns where the pupil is in the next year.
    ///
    /// Absences count from lower secondary school on only.
    pub(super) fn next(self, level: Level) -> Next {
        match self {
            Self::MovedAway(_) | Self::DroppedOut(_) => Next::Away,
            Self::RetestFailed | Self::RetestMissed | Self::TrainingFailed | Self::Held => {
                Next::Again
            }
            Self::Absent(days) if days > 45 && level != Level::Primary => Next::Again,
            _ => Next::Up,
        }
    }

    /// Returns whether the pupil comes from another school in this year.
    pub(super) fn arrives(self) -> bool {
        matches!(self, Self::MovedIn(_) | Self::MovedInWithoutTerm1 | Self::OlderInMixedClass)
    }

    /// Returns whether the pupil has left before the year ends.
    pub(super) fn leaves_early(self) -> bool {
        matches!(
            self,
            Self::MovedAway(When::Term1 | When::Term2)
                | Self::DroppedOut(When::Term1 | When::Term2)
        )
    }

    /// Invents the course of a year for a pupil whom no script names.
    pub(super) fn by_chance(stream: &mut Stream, level: Level) -> Self {
        use When::{Summer, Term1, Term2};
        let rare = stream.below(1000);
        let moves = [
            (3, Self::MovedAway(Term1)),
            (3, Self::MovedAway(Term2)),
            (5, Self::MovedAway(Summer)),
        ];
        let primary = [
            (7, Self::SupplementPassed),
            (2, Self::Held),
            (1, Self::PromotedByPrincipal),
            (40, Self::Recognised),
            (12, Self::UnusualLevels),
        ];
        let secondary = [
            (1, Self::DroppedOut(Term1)),
            (2, Self::DroppedOut(Term2)),
            (1, Self::DroppedOut(Summer)),
            (1, Self::Returned(Term1)),
            (3, Self::Exempt),
            (9, Self::RetestPassed),
            (3, Self::RetestFailed),
            (1, Self::RetestMissed),
            (1, Self::RetestOfComments),
            (4, Self::Trained),
            (1, Self::TrainingFailed),
            (1, Self::Absent(52)),
            (5, Self::Lifted),
        ];
        let own: &[(usize, Self)] = if level == Level::Primary { &primary } else { &secondary };
        let mut rest = rare;
        for (per_mille, case) in moves.iter().chain(own) {
            if rest < *per_mille {
                return *case;
            }
            rest -= per_mille;
        }
        Self::Ordinary
    }
}

/// A place in a school: who sits there and what happens is written here, not left to chance.
#[derive(Debug)]
struct Seat {
    /// Year in which the cohort entered the first grade of the school.
    entry: i64,
    /// 0 for the first class of the cohort (3A, 8A1, 12A1).
    class: usize,
    /// Nth pupil of the class when the cohort entered.
    seat: usize,
}

const fn seat(entry: i64, class: usize, seat: usize) -> Seat {
    Seat { entry, class, seat }
}

/// Years with a case of their own: seat, year, case in secondary, case in primary schools.
const YEARS: &[(Seat, i64, Case, Case)] = &[
    (seat(2023, 0, 2), 2025, Case::MovedAway(When::Term1), Case::MovedAway(When::Term1)),
    (seat(2023, 0, 5), 2025, Case::MovedAway(When::Term2), Case::MovedAway(When::Term2)),
    (seat(2023, 0, 8), 2025, Case::Exempt, Case::Recognised),
    (seat(2023, 0, 11), 2025, Case::RetestPassed, Case::SupplementPassed),
    (seat(2023, 0, 14), 2025, Case::Trained, Case::UnusualLevels),
    (seat(2023, 0, 17), 2025, Case::Lifted, Case::Ordinary),
    (seat(2023, 0, 20), 2025, Case::MissingMark, Case::MissingMark),
    (seat(2023, 1, 2), 2025, Case::DroppedOut(When::Term1), Case::DroppedOut(When::Term1)),
    (seat(2023, 1, 4), 2025, Case::DroppedOut(When::Term2), Case::DroppedOut(When::Term2)),
    (seat(2023, 1, 6), 2025, Case::Returned(When::Term1), Case::Returned(When::Term1)),
    (seat(2023, 1, 8), 2025, Case::Returned(When::Term2), Case::Returned(When::Term2)),
    (seat(2023, 1, 10), 2025, Case::RetestFailed, Case::Held),
    (seat(2023, 1, 12), 2025, Case::Absent(46), Case::Absent(46)),
    (seat(2023, 1, 14), 2025, Case::Absent(45), Case::PromotedByPrincipal),
    (seat(2023, 1, 16), 2025, Case::RetestOfComments, Case::Ordinary),
    (seat(2023, 1, 18), 2025, Case::TrainingFailed, Case::Ordinary),
    (seat(2023, 1, 20), 2025, Case::RetestMissed, Case::Ordinary),
    (seat(2023, 1, 22), 2025, Case::MovedAway(When::Summer), Case::MovedAway(When::Summer)),
    (seat(2024, 1, 3), 2024, Case::RetestFailed, Case::Held),
    // Held back in a last grade: one year under Thông tư 58 with 26, the next under Thông tư 22.
    (seat(2021, 0, 3), 2023, Case::RetestFailed, Case::Ordinary),
    (seat(2020, 0, 3), 2023, Case::RetestFailed, Case::Ordinary),
    (seat(2024, 1, 5), 2024, Case::Absent(50), Case::Ordinary),
];

/// Pupils with an identity of their own. They have no other awkward year before the last.
const IDENTITIES: &[(Seat, Identity)] = &[
    (seat(2023, 0, 1), Identity::VeryLongName(Gender::Female)),
    (seat(2023, 0, 4), Identity::Of(Group::Khmer)),
    (seat(2023, 0, 7), Identity::Of(Group::EDe)),
    (seat(2023, 0, 10), Identity::NotAssessed),
    (seat(2023, 0, 13), Identity::Of(Group::HMong)),
    (seat(2023, 1, 1), Identity::Of(Group::CoHo)),
    (seat(2023, 1, 3), Identity::Orphan),
    (seat(2023, 1, 5), Identity::Of(Group::Hoa)),
    (seat(2023, 1, 7), Identity::Disabled),
    (seat(2023, 1, 9), Identity::Of(Group::Cham)),
    (seat(2023, 2, 1), Identity::Of(Group::Tay)),
    (seat(2023, 2, 3), Identity::Of(Group::Muong)),
    (seat(2023, 2, 5), Identity::Of(Group::GiaRai)),
    (seat(2023, 2, 7), Identity::Foreign),
    (seat(2025, 0, 4), Identity::VeryLongName(Gender::Male)),
    (seat(2025, 0, 7), Identity::VeryLongName(Gender::Female)),
];

/// Pupils who come from elsewhere: cohort, class, year, case, identity.
const ARRIVALS: &[(i64, usize, i64, Case, Identity)] = &[
    (2023, 0, 2025, Case::MovedIn(When::Summer), Identity::Usual),
    (2023, 0, 2025, Case::MovedIn(When::Term1), Identity::Usual),
    (2023, 1, 2025, Case::MovedIn(When::Term2), Identity::Usual),
    (2023, 1, 2025, Case::MovedInWithoutTerm1, Identity::Usual),
    (2025, 1, 2025, Case::MovedIn(When::Term1), Identity::Provisional),
];

/// Seat of the pupil who moves from one demo school to the next one of the same level.
pub(super) const MOVER: (i64, usize, usize) = (2023, 0, 2);

/// Returns the scripted case of a seat in `year`.
///
/// A scripted pupil has ordinary years before, so that the script can come true.
pub(super) fn scripted(
    level: Level,
    entry: i64,
    class: usize,
    at: usize,
    year: i64,
) -> Option<Case> {
    let here = |seat: &Seat| (seat.entry, seat.class, seat.seat) == (entry, class, at);
    let named = YEARS.iter().filter(|(seat, ..)| here(seat));
    let of_year =
        named.clone().find(|(_, of, ..)| *of == year).map(|(_, _, secondary, primary)| {
            if level == Level::Primary { *primary } else { *secondary }
        });
    let known = named.count() > 0 || IDENTITIES.iter().any(|(seat, _)| here(seat));
    of_year.or_else(|| known.then_some(Case::Ordinary))
}

/// Returns the scripted identity of a seat.
pub(super) fn identity(entry: i64, class: usize, at: usize) -> Option<Identity> {
    let here = |seat: &Seat| (seat.entry, seat.class, seat.seat) == (entry, class, at);
    IDENTITIES.iter().find(|(seat, _)| here(seat)).map(|(_, identity)| *identity)
}

/// Returns who comes into a class from elsewhere by script.
pub(super) fn arrivals(
    entry: i64,
    class: usize,
    year: i64,
) -> impl Iterator<Item = (Case, Identity)> {
    ARRIVALS
        .iter()
        .filter(move |(of, into, when, ..)| (*of, *into, *when) == (entry, class, year))
        .map(|(.., case, identity)| (*case, *identity))
}
