//! Absences, on days of school only.

use jiff::civil::Date;

use super::calendar::Calendar;
use super::cases::Case;
use super::classes::Member;
use super::random::{Purpose, Stream};
use super::rows::{self, Book};
use super::schools::Level;

/// Adds the absences of one pupil in one year; `days` are the school days of the year.
pub(super) fn write(member: Member<'_>, days: &[Date], book: &mut Book) {
    let mut stream = member.person.stream(Purpose::Attendance, &[member.class.year]);
    let days = member.days_here(days);
    let wanted = match member.stay.case {
        Case::Absent(days) => usize::from(days),
        _ => some(&mut stream).min(days.len() / 4),
    };
    let primary = member.school.level == Level::Primary;
    let morning = primary || member.class.grade % 2 == 0 || member.class.grade >= 10;
    let mut extra_lessons = if member.stay.case == Case::Absent(45) { 2 } else { 0 };
    for (at, absent) in choose(&mut stream, days.len(), wanted).into_iter().enumerate() {
        if !absent {
            continue;
        }
        let kind = if stream.chance(780) { "excused" } else { "unexcused" };
        let mut add = |session| {
            book.add(rows::Attendance {
                school: &member.school.id,
                year: member.class.year,
                pupil: &member.person.code,
                day: days[at],
                session,
                class: &member.class.name,
                kind,
            });
        };
        if primary {
            let half =
                stream.weighted(&[(840, None), (80, Some("morning")), (80, Some("afternoon"))]);
            match half {
                Some(session) => add(session),
                None => ["morning", "afternoon"].into_iter().for_each(add),
            }
            continue;
        }
        let (regular, other) =
            if morning { ("morning", "afternoon") } else { ("afternoon", "morning") };
        add(regular);
        // Both sessions of a day: the limit of 45 counts one session a day.
        if extra_lessons > 0 {
            extra_lessons -= 1;
            add(other);
        }
    }
}

/// Returns on how many days a pupil is absent in a year.
fn some(stream: &mut Stream) -> usize {
    let (least, most) = stream.weighted(&[
        (340, (0, 0)),
        (430, (1, 3)),
        (170, (4, 7)),
        (50, (8, 16)),
        (10, (17, 32)),
    ]);
    stream.between(least, most) as usize
}

/// Chooses `wanted` of the days, in runs as illnesses are.
fn choose(stream: &mut Stream, days: usize, wanted: usize) -> Vec<bool> {
    let mut chosen = vec![false; days];
    let mut left = wanted.min(days);
    while left > 0 {
        let start = stream.below(days);
        let run = stream.weighted(&[(60, 1), (25, 2), (10, 3), (5, 5)]);
        for day in chosen.iter_mut().skip(start).take(run) {
            if left > 0 && !*day {
                *day = true;
                left -= 1;
            }
        }
    }
    chosen
}

/// Returns the days on which the school of `level` teaches in `year`.
pub(super) fn days(level: Level, year: i64) -> Vec<Date> {
    Calendar::of(year).school_days(level.week())
}
