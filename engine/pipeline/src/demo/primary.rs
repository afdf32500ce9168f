//! Primary schools: levels and test scores, qualities and competences, and the end of the year.

use jiff::civil::Date;

use super::calendar::{Calendar, Week};
use super::cases::Case;
use super::classes::Member;
use super::phrases;
use super::random::{Purpose, Stream};
use super::rows::{self, Book};
use super::subjects::{Kind, Subject};

/// How the year ends for a pupil, before any supplementary assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Excellent,
    Good,
    Completed,
    NotCompleted,
}

/// The level of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Well,
    Completed,
    Not,
}

impl Level {
    fn code(self) -> &'static str {
        ["completed_well", "completed", "not_completed"][self as usize]
    }
}

/// The four points with the days on which they are.
pub(super) fn points(calendar: &Calendar) -> [(&'static str, Date); 4] {
    let days = calendar.school_days(Week::Five);
    let term_2 = days.partition_point(|day| *day < calendar.term_2_on);
    [
        ("mid_1", days[44]),
        ("end_1", days[term_2 - 3]),
        ("mid_2", days[term_2 + 42]),
        ("end_2", days[days.len() - 3]),
    ]
}

/// Adds everything that is assessed of one pupil in one year.
pub(super) fn write(member: Member<'_>, points: &[(&'static str, Date); 4], book: &mut Book) {
    let target = target(member);
    if !member.person.is_not_assessed() {
        for (point, day) in points {
            if member.stay.is_here(*day) {
                write_subjects(member, target, point, book);
                write_qualities(member, target, point, book);
            }
        }
    }
    if member.stays_to_the_end() {
        write_year(member, target, book);
    }
}

fn target(member: Member<'_>) -> Target {
    match member.stay.case {
        Case::SupplementPassed | Case::Held | Case::PromotedByPrincipal => Target::NotCompleted,
        Case::Recognised => Target::Good,
        Case::UnusualLevels => Target::Completed,
        _ => match learning(member) {
            80.. => Target::Excellent,
            63.. => Target::Good,
            _ => Target::Completed,
        },
    }
}

fn learning(member: Member<'_>) -> i64 {
    let general = 70 + member.person.stream(Purpose::Talent, &[]).bell(13);
    let year = member.person.stream(Purpose::Talent, &[member.class.year]).bell(3);
    (general + year).clamp(35, 99)
}

fn write_subjects(member: Member<'_>, target: Target, point: &'static str, book: &mut Book) {
    let case = member.stay.case;
    let at = i64::from(point.as_bytes()[0]) * 2 + i64::from(point.ends_with('2'));
    let mut stream = member.person.stream(Purpose::Primary, &[member.class.year, at]);
    let last = point == "end_2";
    for subject in member.subjects() {
        let mut level = level(&mut stream, member, target, subject, last);
        let tested = is_tested(member.class.grade, subject, point);
        let mut score = tested.then(|| score(&mut stream, target, level, subject, last));
        if case == Case::UnusualLevels {
            // Legal but unusual: 'completed well' with 6, 'completed' with 4.
            match (subject.code, point) {
                ("TV", "end_2") => (level, score) = (Level::Well, Some(6)),
                ("TOAN", "end_1") => (level, score) = (Level::Completed, Some(4)),
                _ => {}
            }
        }
        let forgotten = case == Case::MissingMark
            && point == "end_1"
            && subject.code == if member.class.grade >= 3 { "NN1" } else { "TOAN" };
        if forgotten {
            score = None;
        }
        let supplement = Supplement::of(case, last && level == Level::Not, &mut stream);
        let comment = phrases::of_primary_subject(&mut stream, subject.code, level as usize);
        book.add(rows::PrimaryResult {
            school: &member.school.id,
            year: member.class.year,
            point,
            pupil: &member.person.code,
            subject: subject.code,
            class: &member.class.name,
            level: Some(level.code()),
            score,
            comment: last.then_some(comment),
            supplementary_level: supplement.level.map(Level::code),
            supplementary_score: supplement.score,
        });
    }
}

/// What the supplementary assessment of a subject brought.
struct Supplement {
    level: Option<Level>,
    score: Option<i64>,
}

impl Supplement {
    fn of(case: Case, needed: bool, stream: &mut Stream) -> Self {
        match case {
            _ if !needed => Self { level: None, score: None },
            Case::SupplementPassed => {
                Self { level: Some(Level::Completed), score: Some(stream.between(5, 6)) }
            }
            _ => Self { level: Some(Level::Not), score: Some(stream.between(3, 4)) },
        }
    }
}

/// Returns whether a subject has a test at a point (Thông tư 27/2020, Điều 7).
fn is_tested(grade: i64, subject: &Subject, point: &str) -> bool {
    let at_mid_term = grade >= 4 && matches!(subject.code, "TV" | "TOAN");
    subject.kind == Kind::Score && (point.starts_with("end") || at_mid_term)
}

fn level(
    stream: &mut Stream,
    member: Member<'_>,
    target: Target,
    subject: &Subject,
    last: bool,
) -> Level {
    let well = match (target, last) {
        (Target::Excellent | Target::Good, true) => 1000,
        (Target::Excellent, false) => 920,
        (Target::Good, false) => 780,
        // One subject that everybody has keeps these from the higher results.
        (Target::Completed, true) if subject.code == "TOAN" => 0,
        (Target::Completed, _) => (learning(member) - 38).clamp(2, 25) as usize * 24,
        (Target::NotCompleted, _) if subject.code == "TOAN" => {
            return if last || stream.chance(700) { Level::Not } else { Level::Completed };
        }
        (Target::NotCompleted, _) => 60,
    };
    if stream.chance(well) { Level::Well } else { Level::Completed }
}

fn score(stream: &mut Stream, target: Target, level: Level, subject: &Subject, last: bool) -> i64 {
    match (level, target) {
        (Level::Well, Target::Excellent) => stream.weighted(&[(55, 9), (45, 10)]),
        // Not all scores of these are 9 and 10, or the result would be the highest.
        (Level::Well, Target::Good) if last && subject.code == "TOAN" => {
            stream.weighted(&[(40, 7), (60, 8)])
        }
        (Level::Well, _) => stream.weighted(&[(22, 7), (38, 8), (30, 9), (10, 10)]),
        (Level::Completed, _) => stream.weighted(&[(25, 5), (38, 6), (28, 7), (9, 8)]),
        (Level::Not, _) => stream.weighted(&[(15, 2), (35, 3), (50, 4)]),
    }
}

fn write_qualities(member: Member<'_>, target: Target, point: &'static str, book: &mut Book) {
    let at = i64::from(point.as_bytes()[0]) * 2 + i64::from(point.ends_with('2'));
    let mut stream = member.person.stream(Purpose::Qualities, &[member.class.year, at]);
    let last = point == "end_2";
    let good = match (target, last) {
        (Target::Excellent | Target::Good, true) => 1000,
        (Target::Excellent, false) => 940,
        (Target::Good, false) => 850,
        (Target::Completed, _) => 620,
        (Target::NotCompleted, _) => 250,
    };
    let mut rate = || {
        if stream.chance(good) {
            "good"
        } else if target == Target::NotCompleted && !last && stream.chance(150) {
            "needs_effort"
        } else {
            "pass"
        }
    };
    let modern = member.class.grade >= 3;
    let remark = usize::from(good < 700);
    book.add(rows::QualityResult {
        school: &member.school.id,
        year: member.class.year,
        point,
        pupil: &member.person.code,
        class: &member.class.name,
        patriotism: rate(),
        kindness: rate(),
        diligence: rate(),
        honesty: rate(),
        responsibility: rate(),
        qualities_comment: last.then_some(phrases::QUALITIES[remark]),
        autonomy: rate(),
        communication: rate(),
        problem_solving: rate(),
        general_comment: last.then_some(phrases::GENERAL[remark]),
        language: rate(),
        calculation: rate(),
        science: rate(),
        technology: modern.then(&mut rate),
        informatics: modern.then(&mut rate),
        aesthetics: rate(),
        physical: rate(),
        specific_comment: last.then_some(phrases::SPECIFIC[remark]),
    });
}

fn write_year(member: Member<'_>, target: Target, book: &mut Book) {
    let case = member.stay.case;
    let mut stream = member.person.stream(Purpose::Remarks, &[member.class.year]);
    let not_assessed = member.person.is_not_assessed();
    let by_chance = target == Target::Good && !not_assessed && stream.chance(450);
    let outstanding = case == Case::Recognised || by_chance;
    let recognised = case == Case::Recognised || (outstanding && stream.chance(700));
    let commended = stream.chance(20).then(|| stream.pick(phrases::COMMENDATIONS));
    let praised = target == Target::Good && !not_assessed && stream.chance(15);
    book.add(rows::PrimaryYear {
        school: &member.school.id,
        year: member.class.year,
        pupil: &member.person.code,
        class: &member.class.name,
        outstanding,
        recognised,
        principal_decision: match case {
            Case::Held => Some("hold"),
            Case::PromotedByPrincipal => Some("promote"),
            _ => not_assessed.then_some("promote"),
        },
        commendation: commended,
        higher_commendation: praised.then(|| stream.pick(phrases::HIGHER_COMMENDATIONS)),
        remark: not_assessed.then_some(phrases::NOT_ASSESSED),
    });
}
