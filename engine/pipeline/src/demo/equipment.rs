//! The register of equipment, the lessons in which it was used, and its handover to a teacher.

use jiff::civil::date;

use super::calendar::{Calendar, THIS_YEAR};
use super::classes::World;
use super::handover::{self, Meeting};
use super::random::Purpose;
use super::rows::{self, Book};

/// Number of the minutes by which equipment is handed over.
const MINUTES: i64 = 10;

/// Something that schools of every level have.
struct Kind {
    name: &'static str,
    category: &'static str,
    subject: Option<&'static str>,
    measure: &'static str,
    quantity: i64,
    room: &'static str,
}

/// Adds the equipment, its use this year, and the minutes of its handover.
pub(super) fn write(world: &World, book: &mut Book) {
    let school = &world.school;
    let mut stream = school.stream(Purpose::Equipment, &[]);
    for (at, kind) in KINDS.iter().enumerate() {
        let condition =
            stream.weighted(&[(60, "good"), (28, "usable"), (8, "repair"), (4, "broken")]);
        book.add(rows::Equipment {
            school: &school.id,
            item: item(at),
            name: kind.name,
            category: kind.category,
            subject: kind.subject,
            measure: kind.measure,
            quantity: kind.quantity + stream.between(0, 3),
            used_since: stream.between(2015, THIS_YEAR),
            condition,
            room: kind.room,
            updated_on: date(THIS_YEAR as i16, 9, stream.between(8, 26) as i8),
        });
    }
    write_uses(world, book);
    write_handover(world, book);
}

fn item(at: usize) -> String {
    format!("TB-{:03}", at + 1)
}

/// Each class of this year uses some things on some days of school.
fn write_uses(world: &World, book: &mut Book) {
    let school = &world.school;
    let days = Calendar::of(THIS_YEAR).school_days(school.level.week());
    let of_year = world.classes.iter().filter(|class| class.year == THIS_YEAR);
    for class in of_year.filter(|class| !class.is_empty()) {
        let mut stream =
            school.stream(Purpose::Equipment, &[class.year, class.grade, class.class as i64]);
        for (at, kind) in KINDS.iter().enumerate() {
            let taught = class
                .subjects
                .iter()
                .find(|(subject, _)| kind.subject.is_none_or(|code| code == subject.code));
            let Some((subject, teacher)) = taught else { continue };
            let mut day = stream.below(40);
            while day < days.len() {
                book.add(rows::EquipmentUse {
                    school: &school.id,
                    year: class.year,
                    item: item(at),
                    used_on: days[day],
                    class: &class.name,
                    subject: Some(subject.code),
                    teacher: teacher.map(|teacher| world.faculty.code(teacher)),
                    lessons: stream.between(1, 2),
                    condition: stream.weighted(&[(80, "good"), (17, "usable"), (3, "repair")]),
                    note: None,
                });
                day += 20 + stream.below(30);
            }
        }
    }
}

/// The officer for equipment gives a teacher what the first science rooms need.
fn write_handover(world: &World, book: &mut Book) {
    let (school, faculty) = (&world.school, &world.faculty);
    let Some(receiver) = world
        .classes
        .iter()
        .find(|class| class.year == THIS_YEAR && class.homeroom.is_some())
        .and_then(|class| class.homeroom)
    else {
        return;
    };
    let meeting = Meeting {
        number: MINUTES,
        kind: "equipment",
        held_on: date(THIS_YEAR as i16, 9, 12),
        hour: 9,
        giver: faculty.equipment(THIS_YEAR),
        receiver: Some(receiver),
        remaining: None,
        outside: None,
        class: None,
    };
    handover::write_minutes(world, THIS_YEAR, &meeting, book);
    for (at, kind) in KINDS.iter().enumerate().take(9) {
        book.add(rows::HandoverEquipment {
            school: &school.id,
            year: THIS_YEAR,
            number: MINUTES,
            line: at as i64 + 1,
            item: item(at),
            quantity: (kind.quantity / 2).max(1),
            condition: if at == 3 { "usable" } else { "good" },
            note: (at == 3).then_some("Thiếu 01 tờ hướng dẫn sử dụng"),
        });
    }
}

const fn kind(
    name: &'static str,
    category: &'static str,
    subject: Option<&'static str>,
    measure: &'static str,
    quantity: i64,
    room: &'static str,
) -> Kind {
    Kind { name, category, subject, measure, quantity, room }
}

const KINDS: &[Kind] = &[
    kind(
        "Bộ thiết bị dạy hình phẳng và hình khối",
        "minimum",
        Some("TOAN"),
        "Bộ",
        8,
        "Phòng thiết bị",
    ),
    kind("Bộ thước vẽ bảng dạy học", "minimum", Some("TOAN"), "Bộ", 6, "Phòng thiết bị"),
    kind("Tranh ảnh minh họa bài học", "minimum", None, "Tờ", 40, "Phòng thiết bị"),
    kind("Quả địa cầu tự nhiên", "minimum", None, "Chiếc", 3, "Phòng thiết bị"),
    kind("Bộ bản đồ hành chính Việt Nam", "minimum", None, "Bộ", 2, "Phòng thiết bị"),
    kind("Đàn phím điện tử", "minimum", Some("AN"), "Chiếc", 2, "Phòng Âm nhạc"),
    kind("Bộ giá vẽ và bảng vẽ", "minimum", Some("MT"), "Bộ", 20, "Phòng Mĩ thuật"),
    kind("Bóng và cột gôn mini", "minimum", Some("GDTC"), "Bộ", 4, "Kho thể thao"),
    kind("Thảm và đệm thể dục", "minimum", Some("GDTC"), "Tấm", 10, "Kho thể thao"),
    kind("Máy chiếu vật thể", "shared", None, "Chiếc", 2, "Văn phòng"),
    kind("Ti vi 65 inch có bộ khuếch đại âm thanh", "shared", None, "Chiếc", 12, "Phòng học"),
    kind("Loa kéo và micrô không dây", "shared", None, "Bộ", 2, "Văn phòng"),
    kind("Máy tính để bàn của phòng Tin học", "computer", None, "Bộ", 24, "Phòng Tin học"),
    kind("Máy tính xách tay của giáo viên", "computer", None, "Chiếc", 5, "Văn phòng"),
    kind(
        "Mô hình dạy học tự làm bằng vật liệu tái chế",
        "homemade",
        None,
        "Bộ",
        6,
        "Phòng thiết bị",
    ),
];
