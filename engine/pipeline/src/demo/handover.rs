//! Minutes of handovers: accounts at the start of a year, checked class data in spring.

use jiff::civil::{Date, date};

use super::calendar::{Calendar, YEARS};
use super::classes::{ClassYear, World};
use super::random::Purpose;
use super::rows::{self, Book};
use super::schools::Level;
use super::staff;

/// Adds the minutes of all years: number 1 for the accounts, then one per grade for the data.
pub(super) fn write(world: &World, book: &mut Book) {
    for year in YEARS {
        write_accounts(world, year, book);
        let level = world.school.level;
        for grade in level.first_grade()..=level.last_grade() {
            write_data(world, year, grade, book);
        }
    }
}

/// When and between whom a handover was.
struct Meeting {
    number: i64,
    kind: &'static str,
    held_on: Date,
    hour: i64,
    giver: usize,
    receiver: usize,
    remaining: Option<&'static str>,
}

fn write_minutes(world: &World, year: i64, meeting: &Meeting, book: &mut Book) {
    book.add(rows::Handover {
        school: &world.school.id,
        year,
        number: meeting.number,
        kind: meeting.kind,
        held_on: meeting.held_on,
        starts_hour: meeting.hour,
        starts_minute: 0,
        ends_hour: meeting.hour + 1,
        ends_minute: 30,
        place: format!("Phòng Hội đồng, {}", world.school.name),
        giver: world.faculty.code(meeting.giver),
        receiver: world.faculty.code(meeting.receiver),
        copies: 2,
        remaining: meeting.remaining,
    });
}

/// The clerk gives each leader and each homeroom teacher an account.
fn write_accounts(world: &World, year: i64, book: &mut Book) {
    let (school, faculty) = (&world.school, &world.faculty);
    let held_on = date(year as i16, 8, 28);
    let meeting = Meeting {
        number: 1,
        kind: "accounts",
        held_on,
        hour: 8,
        giver: faculty.clerk(year),
        receiver: faculty.vice_principal(year),
        remaining: None,
    };
    write_minutes(world, year, &meeting, book);
    let gradebook = match school.level {
        Level::Primary => "Sổ tổng hợp kết quả giáo dục điện tử",
        _ => "Sổ điểm điện tử",
    };
    let leaders = [
        (faculty.principal(year), "CSDL ngành", "Hiệu trưởng: duyệt và khóa sổ".to_owned()),
        (faculty.vice_principal(year), "CSDL ngành", "Quản trị: phân quyền, mở khóa sổ".to_owned()),
    ];
    let homerooms = world
        .classes
        .iter()
        .filter(|class| class.year == year)
        .filter_map(|class| Some((class.homeroom?, class)))
        .map(|(teacher, class)| {
            (teacher, gradebook, format!("Giáo viên chủ nhiệm lớp {}", class.name))
        });
    for (at, (employee, system, role)) in leaders.into_iter().chain(homerooms).enumerate() {
        book.add(rows::HandoverAccount {
            school: &school.id,
            year,
            number: 1,
            line: at as i64 + 1,
            staff: faculty.code(employee),
            system,
            login: staff::login(&faculty.employees[employee]),
            role,
            handed_on: held_on,
        });
    }
}

/// The homeroom teachers of a grade give their checked data to the vice-principal.
fn write_data(world: &World, year: i64, grade: i64, book: &mut Book) {
    let (school, faculty) = (&world.school, &world.faculty);
    let classes: Vec<(&ClassYear, usize)> = world
        .classes
        .iter()
        .filter(|class| (class.year, class.grade) == (year, grade))
        .filter_map(|class| Some((class, class.homeroom?)))
        .collect();
    let Some((_, giver)) = classes.first() else { return };
    let number = 2 + grade - school.level.first_grade();
    let mut faulty_in_grade = 0;
    for (class, _) in &classes {
        let mut stream = school.stream(Purpose::Handover, &[year, grade, class.class as i64]);
        let here = world.members(class).filter(|member| member.stays_to_the_end());
        let enrolled = here.count() as i64;
        let faulty = stream.weighted(&[(55, 0), (25, 1), (15, 2), (5, 4)]).min(enrolled);
        let unverified = stream.weighted(&[(60, 0), (30, 1), (10, 3)]).min(enrolled);
        faulty_in_grade += faulty;
        book.add(rows::HandoverClass {
            school: &school.id,
            year,
            number,
            class: &class.name,
            enrolled,
            reviewed: enrolled,
            verified: enrolled - unverified,
            faulty,
            remaining: (faulty > 0).then(|| stream.pick(REMAINING)),
            note: (unverified > 0).then_some("Chờ xác thực với CSDL quốc gia về dân cư"),
        });
    }
    let held_on = Calendar::of(year).summer(5, 12 + (grade % 5) as i8);
    let meeting = Meeting {
        number,
        kind: "data",
        held_on,
        hour: 14,
        giver: *giver,
        receiver: faculty.vice_principal(year),
        remaining: (faulty_in_grade > 0)
            .then_some("Các lớp bổ sung hồ sơ còn thiếu trước ngày kết thúc năm học"),
    };
    write_minutes(world, year, &meeting, book);
}

const REMAINING: &[&str] = &[
    "Sai ngày sinh so với giấy khai sinh",
    "Thiếu số định danh cá nhân",
    "Chưa cập nhật nơi ở hiện nay",
    "Sai dấu trong họ và tên",
    "Thiếu thông tin cha, mẹ",
];
