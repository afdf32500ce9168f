//! What statistics ask for beside teaching: qualification of staff, rooms, verified identities, and
//! the children of the area.

use jiff::civil::date;

use super::calendar::THIS_YEAR;
use super::classes::World;
use super::random::Purpose;
use super::rows::{self, Book, Tenths};
use super::schools::Level;

/// Adds all of it for this year.
pub(super) fn write(world: &World, book: &mut Book) {
    write_qualifications(world, book);
    write_rooms(world, book);
    write_identities(world, book);
    write_children(world, book);
}

fn write_qualifications(world: &World, book: &mut Book) {
    let school = &world.school;
    let mut stream = school.stream(Purpose::Census, &[1]);
    for (at, employee) in world.faculty.employees.iter().enumerate() {
        let teaches = ["teacher", "principal", "vice_principal"].contains(&employee.position);
        let degree = match teaches {
            true => stream.weighted(&[(6, "college"), (80, "bachelor"), (14, "master")]),
            false => stream.weighted(&[(30, "intermediate"), (30, "college"), (40, "bachelor")]),
        };
        let standard = match degree {
            "college" => "below",
            "master" => "above",
            _ => "at",
        };
        let taught = world.classes.iter().filter(|class| class.year == THIS_YEAR);
        let subject = taught
            .flat_map(|class| &class.subjects)
            .find(|(_, teacher)| *teacher == Some(at))
            .map(|(subject, _)| subject.code);
        book.add(rows::StaffQualification {
            school: &school.id,
            staff: &employee.code,
            employment: stream.weighted(&[(85, "permanent"), (15, "contract")]),
            degree,
            standard: teaches.then_some(standard),
            subject: subject.filter(|_| employee.position == "teacher"),
        });
    }
}

fn write_rooms(world: &World, book: &mut Book) {
    let school = &world.school;
    let mut stream = school.stream(Purpose::Census, &[2]);
    let classes = world.classes.iter().filter(|class| class.year == THIS_YEAR).count() as i64;
    let subject_rooms = if school.level == Level::Primary { 3 } else { 6 };
    let kinds = [
        ("classroom", classes, 500),
        ("subject_room", subject_rooms, 620),
        ("library", 1, 900),
        ("equipment_room", 1, 480),
        ("hall", 1, 4500),
        ("staff_toilet", 2, 180),
        ("boys_toilet", 3, 240),
        ("girls_toilet", 3, 240),
    ];
    for (room, number, area) in kinds {
        let older = if number > 3 { stream.between(1, number / 3) } else { 0 };
        for (structure, number) in [("solid", number - older), ("half_solid", older)] {
            if number > 0 {
                book.add(rows::Facility {
                    school: &school.id,
                    year: THIS_YEAR,
                    room,
                    structure,
                    number,
                    area: Tenths(number * (area + stream.between(-20, 20))),
                });
            }
        }
    }
}

/// Most are verified; of some a name or a day differs, and a few were never compared.
fn write_identities(world: &World, book: &mut Book) {
    let school = &world.school;
    let mut stream = school.stream(Purpose::Census, &[3]);
    let checked_on = date(THIS_YEAR as i16, 10, 6);
    let staff = world.faculty.employees.iter().map(|employee| ("staff", employee.code.as_str()));
    let of_year = world.classes.iter().filter(|class| class.year == THIS_YEAR);
    let pupils = of_year.flat_map(|class| world.members(class));
    let pupils = pupils.map(|member| ("pupil", member.person.code.as_str()));
    for (kind, person) in staff.chain(pupils) {
        let result =
            stream.weighted(&[(940, "verified"), (30, "differs"), (12, "not_found"), (18, "")]);
        if result.is_empty() || person.starts_with("TAM-") {
            continue;
        }
        let differs = stream.pick(&["Họ và tên", "Ngày sinh", "Giới tính", "Quê quán"]);
        book.add(rows::IdentityCheck {
            school: &school.id,
            kind,
            person,
            checked_on,
            result,
            differs: (result == "differs").then_some(differs),
        });
    }
}

/// The commune counts a few more children than come to the school.
fn write_children(world: &World, book: &mut Book) {
    let school = &world.school;
    if school.level != Level::Primary {
        return;
    }
    let mut stream = school.stream(Purpose::Census, &[4]);
    let of_year = world.classes.iter().filter(|class| class.year == THIS_YEAR && class.grade == 1);
    let born = THIS_YEAR - 6;
    let six = of_year.flat_map(|class| world.members(class));
    let six =
        six.filter(|member| i64::from(member.person.birth_date.year()) == born).count() as i64;
    let children = six + stream.between(1, 4);
    book.add(rows::AgePopulation {
        school: &school.id,
        year: THIS_YEAR,
        six_year_olds: children,
        six_year_old_girls: Some(children * 48 / 100),
        counted_on: date(THIS_YEAR as i16, 9, 15),
        source: "Điều tra phổ cập giáo dục của phường",
    });
}
