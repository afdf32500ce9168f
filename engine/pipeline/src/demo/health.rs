//! Height, weight and eyesight, measured once a year.

use jiff::civil::Date;

use super::classes::Member;
use super::names::Gender;
use super::random::{Purpose, Stream};
use super::rows::{self, Book, Tenths};

/// Adds the measurement of one pupil; who came after the autumn is measured in spring.
pub(super) fn write(member: Member<'_>, days: &[Date], book: &mut Book) {
    let in_turn = member.class.class + (member.class.grade as usize % 5) * 2;
    let Some(measured_on) =
        [days[10 + in_turn], days[125 + in_turn]].into_iter().find(|day| member.stay.is_here(*day))
    else {
        return;
    };
    let person = member.person;
    // Stature is for life, weight changes a little more.
    let mut build = person.stream(Purpose::Health, &[]);
    let mut year = person.stream(Purpose::Health, &[member.class.year]);
    let age = member.class.year - i64::from(person.birth_date.year());
    let (heights, weights) = match person.gender {
        Gender::Male => (HEIGHTS, WEIGHTS),
        Gender::Female => (GIRLS_HEIGHTS, GIRLS_WEIGHTS),
    };
    let at = (age - 6).clamp(0, heights.len() as i64 - 1) as usize;
    let eyesight = build.weighted(&[(680, 100), (160, 90), (90, 70), (70, 50)]);
    book.add(rows::Health {
        school: &member.school.id,
        year: member.class.year,
        pupil: &person.code,
        measured_on,
        height_cm: Tenths(heights[at] + build.bell(25) + year.bell(3)),
        weight_kg: Tenths(weights[at] + build.bell(weights[at] / 12) + year.bell(6)),
        eye_left: Tenths(eye(&mut year, eyesight)),
        eye_right: Tenths(eye(&mut year, eyesight)),
    });
}

fn eye(stream: &mut Stream, usual: i64) -> i64 {
    (usual - 10 * stream.weighted(&[(75, 0), (20, 1), (5, 2)])).max(10)
}

/// Mean heights of boys from 6 to 18 years, in millimetres.
const HEIGHTS: [i64; 13] =
    [1160, 1220, 1275, 1325, 1375, 1430, 1490, 1560, 1615, 1650, 1675, 1690, 1700];
/// The same of girls.
const GIRLS_HEIGHTS: [i64; 13] =
    [1150, 1210, 1265, 1325, 1385, 1450, 1505, 1540, 1555, 1565, 1570, 1572, 1575];
/// Mean weights of boys, in hundred grams.
const WEIGHTS: [i64; 13] = [205, 230, 255, 285, 318, 355, 400, 450, 500, 540, 565, 585, 600];
/// The same of girls.
const GIRLS_WEIGHTS: [i64; 13] = [200, 222, 250, 280, 318, 360, 405, 440, 465, 480, 490, 495, 500];
