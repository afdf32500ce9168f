//! Cohorts, and the way of each pupil through the school years.
//!
//! A pupil's way depends on that pupil's own streams only, so all pupils can be followed one by
//! one and gathered into classes afterwards.

use jiff::civil::Date;

use super::calendar::{Calendar, FIRST_YEAR, YEARS};
use super::cases::{self, Case, Identity, MOVER, Next, When};
use super::people::{Origin, Person};
use super::random::{Purpose, Stream};
use super::schools::{Level, School};

/// The pupils who enter the first grade of a school in one year, by class.
#[derive(Debug)]
pub(super) struct Cohort {
    pub(super) entry: i64,
    /// How many pupils each regular class begins with.
    sizes: Vec<usize>,
    /// A class beside the regular ones.
    pub(super) extra: Option<Extra>,
}

/// A class that most schools do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// Grades 1 and 2 together at the second campus.
    MixedGrades,
    /// Opened in the plan; no pupil was put into it.
    Empty,
}

/// A pupil and the years in this school.
#[derive(Debug)]
pub(super) struct Pupil {
    pub(super) person: Person,
    pub(super) stays: Vec<Stay>,
}

/// One school year of a pupil in this school.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) year: i64,
    pub(super) grade: i64,
    /// Position of the class in its grade.
    pub(super) class: usize,
    pub(super) case: Case,
    pub(super) repeating: bool,
    /// Day of entering, when it is not the first day of the year.
    pub(super) enters: Option<Date>,
    /// Day of leaving. Before `enters` when the pupil came back.
    pub(super) leaves: Option<Date>,
}

impl Cohort {
    /// Plans the cohort that entered in `entry`.
    fn plan(school: &School, entry: i64) -> Self {
        let (classes, least, most) = match school.level {
            Level::Primary => (5, 33, 38),
            Level::LowerSecondary => (7, 34, 41),
            Level::UpperSecondary => (10, 38, 43),
        };
        let mut stream = school.stream(Purpose::Cohort, &[entry]);
        let classes = classes + stream.below(2);
        let mut sizes: Vec<usize> =
            (0..classes).map(|_| stream.between(least, most) as usize).collect();
        let newest = entry == YEARS[2];
        if newest {
            sizes[0] = 50;
        }
        let extra = match school.index % 10 {
            _ if !newest => None,
            _ if school.has_satellite() => Some(Extra::MixedGrades),
            2 => Some(Extra::Empty),
            _ => None,
        };
        Self { entry, sizes, extra }
    }

    /// Returns all cohorts of a school, the oldest first.
    pub(super) fn all(school: &School) -> Vec<Self> {
        let years = school.level.last_grade() - school.level.first_grade();
        (FIRST_YEAR - years..=YEARS[2]).map(|entry| Self::plan(school, entry)).collect()
    }

    /// Returns the number of regular classes.
    pub(super) fn regular(&self) -> usize {
        self.sizes.len()
    }

    /// Returns the number of all classes.
    pub(super) fn classes(&self) -> usize {
        self.sizes.len() + usize::from(self.extra.is_some())
    }
}

/// Follows every pupil of the school.
pub(super) fn pupils(school: &School, cohorts: &[Cohort]) -> Vec<Pupil> {
    let mut pupils = Vec::new();
    for cohort in cohorts {
        let mut number = 0;
        for (class, size) in cohort.sizes.iter().enumerate() {
            for seat in 1..=*size {
                number += 1;
                pupils.push(starting(school, cohorts, Seat { cohort, class, seat, number }));
            }
        }
        let mut arriving = |class, year, case, identity| {
            number += 1;
            let seat = Seat { cohort, class, seat: 0, number };
            pupils.push(arriving(school, cohorts, seat, year, case, identity));
        };
        for year in YEARS {
            let grade = school.level.first_grade() + year - cohort.entry;
            if !(school.level.first_grade()..=school.level.last_grade()).contains(&grade) {
                continue;
            }
            for class in 0..cohort.regular() {
                for (case, identity) in cases::arrivals(cohort.entry, class, year) {
                    arriving(class, year, case, identity);
                }
                let mut stream =
                    school.stream(Purpose::Arrivals, &[cohort.entry, class as i64, year]);
                if class > 0 && stream.chance(300) {
                    let when = stream.pick(&[When::Summer, When::Summer, When::Term1, When::Term2]);
                    arriving(class, year, Case::MovedIn(when), Identity::Usual);
                }
            }
        }
        if cohort.extra == Some(Extra::MixedGrades) {
            for child in 0..14 {
                let case = if child < 7 { Case::Ordinary } else { Case::OlderInMixedClass };
                arriving(cohort.regular(), cohort.entry, case, Identity::Usual);
            }
        }
    }
    pupils
}

/// Where a pupil sits when entering the school.
#[derive(Debug, Clone, Copy)]
struct Seat<'a> {
    cohort: &'a Cohort,
    class: usize,
    seat: usize,
    /// Number in the cohort.
    number: i64,
}

/// Follows a pupil who entered with the cohort.
fn starting(school: &School, cohorts: &[Cohort], seat: Seat<'_>) -> Pupil {
    let Seat { cohort, class, seat: at, number } = seat;
    let identity = cases::identity(cohort.entry, class, at);
    let origin = Origin { school: school.index, entry: cohort.entry, number };
    let mut stream = school.stream(Purpose::Journey, &[cohort.entry, number]);
    let first_year = cohort.entry.max(FIRST_YEAR);
    // Some of those whom the first year finds above the first grade repeat it.
    let repeating = first_year > cohort.entry && identity.is_none() && stream.chance(8);
    let late = if repeating || (identity.is_none() && stream.chance(7)) { 1 } else { 0 };
    let identity = identity.unwrap_or_else(|| by_chance(&mut stream));
    // Nothing that needs marks happens to a pupil who gets none.
    let unassessed = (identity == Identity::NotAssessed).then_some(Case::Ordinary);
    let first_case =
        |year| cases::scripted(school.level, cohort.entry, class, at, year).or(unassessed);
    let stays = follow(school, cohorts, seat, first_year, repeating, &mut stream, first_case);
    Pupil { person: Person::invent(school, origin, identity, late, false), stays }
}

/// Follows a pupil who comes from elsewhere in `year`.
fn arriving(
    school: &School,
    cohorts: &[Cohort],
    seat: Seat<'_>,
    year: i64,
    case: Case,
    identity: Identity,
) -> Pupil {
    let entry = seat.cohort.entry;
    let mut stream = school.stream(Purpose::Journey, &[entry, seat.number]);
    let first_case = |of| (of == year).then_some(case);
    let stays = follow(school, cohorts, seat, year, false, &mut stream, first_case);
    let moves_between_demo_schools = school.index % 5 == 3
        && seat.class == MOVER.1
        && (entry, case) == (MOVER.0, Case::MovedIn(When::Term1))
        && year == YEARS[2];
    let person = if moves_between_demo_schools {
        let before = School::plan(school.seed, school.index - 1);
        let origin = Origin { school: before.index, entry, number: MOVER.2 as i64 };
        Person::invent(&before, origin, Identity::Usual, 0, false)
    } else {
        let origin = Origin { school: school.index, entry, number: seat.number };
        let late = if case == Case::OlderInMixedClass { 1 } else { 0 };
        Person::invent(school, origin, identity, late, case.arrives())
    };
    Pupil { person, stays }
}

/// Returns the years from `first_year` until the pupil leaves the school.
fn follow(
    school: &School,
    cohorts: &[Cohort],
    seat: Seat<'_>,
    first_year: i64,
    mut repeating: bool,
    stream: &mut Stream,
    scripted: impl Fn(i64) -> Option<Case>,
) -> Vec<Stay> {
    let first_grade = school.level.first_grade();
    let mut stays = Vec::new();
    let mut class = seat.class;
    let mut grade = first_grade + first_year - seat.cohort.entry;
    for year in first_year..=YEARS[2] {
        let chance = Case::by_chance(stream, school.level);
        let case = scripted(year).unwrap_or(chance);
        let (enters, leaves) = days(stream, school.level, year, case);
        stays.push(Stay { year, grade, class, case, repeating, enters, leaves });
        repeating = false;
        match case.next(school.level) {
            Next::Away => break,
            Next::Up => grade += 1,
            Next::Again => {
                repeating = true;
                let joined = year + 1 - (grade - first_grade);
                let below = cohorts.iter().find(|cohort| cohort.entry == joined);
                // The class of 50 takes nobody more.
                class = below.map_or(0, |cohort| {
                    let others = cohort.regular() - 1;
                    1 + (class + others - 1) % others
                });
            }
        }
        if grade > school.level.last_grade() {
            break;
        }
    }
    stays
}

/// Returns the days of entering and leaving.
fn days(stream: &mut Stream, level: Level, year: i64, case: Case) -> (Option<Date>, Option<Date>) {
    let calendar = Calendar::of(year);
    let days = calendar.school_days(level.week());
    let term_2 = days.partition_point(|day| *day < calendar.term_2_on);
    let mut near = |at: usize, spread: i64| Some(days[at + stream.between(0, spread) as usize]);
    match case {
        Case::MovedAway(When::Term1) | Case::DroppedOut(When::Term1) => (None, near(20, 18)),
        Case::MovedAway(When::Term2) | Case::DroppedOut(When::Term2) => {
            (None, near(term_2 + 14, 25))
        }
        Case::MovedAway(When::Summer) | Case::DroppedOut(When::Summer) => {
            (None, Some(calendar.summer(7, 10)))
        }
        Case::MovedIn(When::Summer) | Case::OlderInMixedClass => {
            (Some(calendar.before_start()), None)
        }
        Case::MovedIn(When::Term1) => (near(46, 14), None),
        Case::MovedIn(When::Term2) | Case::MovedInWithoutTerm1 => (near(term_2 + 3, 12), None),
        Case::Returned(When::Term1) => {
            let left = near(18, 8);
            (near(42, 10), left)
        }
        Case::Returned(_) => {
            let left = near(term_2 + 8, 6);
            (near(term_2 + 30, 8), left)
        }
        _ => (None, None),
    }
}

/// Disability outside the script.
fn by_chance(stream: &mut Stream) -> Identity {
    stream.weighted(&[
        (993, Identity::Usual),
        (3, Identity::Disabled),
        (2, Identity::NotAssessed),
        (2, Identity::Orphan),
    ])
}

impl Stay {
    /// Returns whether the pupil belongs to the school on `day`.
    pub(super) fn is_here(&self, day: Date) -> bool {
        match (self.enters, self.leaves) {
            (Some(back), Some(left)) if left < back => day < left || day >= back,
            (enters, leaves) => {
                enters.is_none_or(|first| day >= first) && leaves.is_none_or(|last| day < last)
            }
        }
    }
}
