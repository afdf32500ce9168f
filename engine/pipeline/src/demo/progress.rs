//! When the results of each class were due this year, and when its teachers had entered them.

use jiff::ToSpan;

use super::calendar::{Calendar, THIS_YEAR};
use super::classes::World;
use super::random::Purpose;
use super::rows::{self, Book};

/// Adds a row per class, subject and point; most teachers are in time.
pub(super) fn write(world: &World, book: &mut Book) {
    let school = &world.school;
    let calendar = Calendar::of(THIS_YEAR);
    let due = [
        ("mid_1", calendar.starts_on.saturating_add(9.weeks())),
        ("end_1", calendar.term_2_on.saturating_sub(4.days())),
        ("mid_2", calendar.term_2_on.saturating_add(9.weeks())),
        ("end_2", calendar.ends_on.saturating_sub(6.days())),
    ];
    for class in world.classes.iter().filter(|class| class.year == THIS_YEAR) {
        let mut stream =
            school.stream(Purpose::Progress, &[class.year, class.grade, class.class as i64]);
        for (point, due_on) in due {
            for (subject, teacher) in &class.subjects {
                let Some(teacher) = *teacher else { continue };
                let days = stream.weighted(&[(55, -4), (25, -1), (14, 0), (3, 1), (2, 3), (1, 30)]);
                // Thirty days late stands for never.
                let completed_on = (days < 30).then(|| due_on.saturating_add(days.days()));
                book.add(rows::EntryProgress {
                    school: &school.id,
                    year: class.year,
                    point,
                    class: &class.name,
                    subject: subject.code,
                    teacher: world.faculty.code(teacher),
                    due_on,
                    completed_on,
                });
            }
        }
    }
}
