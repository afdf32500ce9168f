//! Minutes of handovers: accounts at the start of a year, checked class data in spring, results at
//! the end. Those of equipment and computers stand with what they hand over.

use jiff::civil::{Date, date};

use super::calendar::{Calendar, YEARS};
use super::classes::{ClassYear, World};
use super::places::spoken;
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
        if level == Level::Primary {
            write_results(world, year, book);
        }
    }
}

/// When and between whom a handover was.
#[derive(Clone, Copy)]
pub(super) struct Meeting<'a> {
    pub(super) number: i64,
    pub(super) kind: &'static str,
    pub(super) held_on: Date,
    pub(super) hour: i64,
    pub(super) giver: usize,
    /// Nobody when the receiver is outside of the school.
    pub(super) receiver: Option<usize>,
    pub(super) remaining: Option<&'static str>,
    /// Name, post and unit of a receiver from outside.
    pub(super) outside: Option<(&'a str, &'a str, &'a str)>,
    /// Class whose results are handed over.
    pub(super) class: Option<&'a str>,
}

pub(super) fn write_minutes(world: &World, year: i64, meeting: &Meeting<'_>, book: &mut Book) {
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
        receiver: meeting.receiver.map(|receiver| world.faculty.code(receiver)),
        copies: 2,
        remaining: meeting.remaining,
        outside_receiver: meeting.outside.map(|(name, _, _)| name),
        outside_position: meeting.outside.map(|(_, post, _)| post),
        outside_unit: meeting.outside.map(|(_, _, unit)| unit),
        class: meeting.class,
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
        receiver: Some(faculty.vice_principal(year)),
        remaining: None,
        outside: None,
        class: None,
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
        receiver: Some(faculty.vice_principal(year)),
        outside: None,
        class: None,
        remaining: (faulty_in_grade > 0)
            .then_some("Các lớp bổ sung hồ sơ còn thiếu trước ngày kết thúc năm học"),
    };
    write_minutes(world, year, &meeting, book);
}

/// Each class goes to its teacher of the next year (TT27 Điều 12); the last grade to a secondary
/// school. Numbers count from [`FIRST_OF_RESULTS`].
fn write_results(world: &World, year: i64, book: &mut Book) {
    let level = world.school.level;
    let classes = world.classes.iter().filter(|class| class.year == year);
    let mut number = FIRST_OF_RESULTS;
    for class in classes {
        let Some(giver) = class.homeroom else { continue };
        let leaves = class.grade == level.last_grade();
        let next = world
            .classes
            .iter()
            .filter(|next| (next.year, next.grade) == (year, class.grade + 1))
            .find(|next| next.class == class.class)
            .and_then(|next| next.homeroom);
        let unit = format!("Trường Trung học cơ sở {}", spoken(world.school.place.commune));
        let meeting = Meeting {
            number,
            kind: "results",
            held_on: Calendar::of(year).summer(5, 26 + (class.grade % 3) as i8),
            hour: 8,
            giver,
            receiver: if leaves { None } else { next.or(Some(world.faculty.vice_principal(year))) },
            remaining: None,
            outside: leaves.then_some(("Trịnh Minh Hòa", "Phó Hiệu trưởng", unit.as_str())),
            class: Some(&class.name),
        };
        write_minutes(world, year, &meeting, book);
        number += 1;
    }
}

/// Number of the first minutes of results; those of accounts and data are fewer.
const FIRST_OF_RESULTS: i64 = 30;

const REMAINING: &[&str] = &[
    "Sai ngày sinh so với giấy khai sinh",
    "Thiếu số định danh cá nhân",
    "Chưa cập nhật nơi ở hiện nay",
    "Sai dấu trong họ và tên",
    "Thiếu thông tin cha, mẹ",
];
