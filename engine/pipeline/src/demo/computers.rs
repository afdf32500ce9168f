//! The programme "Sóng và máy tính cho em": needs of pupils, what schools got, what pupils took home.

use jiff::civil::date;

use super::calendar::THIS_YEAR;
use super::classes::{Member, World};
use super::handover::{self, Meeting};
use super::names::{self, Gender};
use super::random::Purpose;
use super::rows::{self, Book};

/// Number of the minutes by which computers are handed to pupils.
const MINUTES: i64 = 11;

/// Adds the needs of some pupils in each class of this year, and computers for the first of them.
pub(super) fn write(world: &World, book: &mut Book) {
    let school = &world.school;
    let mut wanted = 0;
    for class in world.classes.iter().filter(|class| class.year == THIS_YEAR) {
        for member in world.members(class).filter(|member| member.stays_to_the_end()) {
            if write_need(member, book) {
                // Two of three can be helped.
                if wanted % 3 != 2 {
                    write_computer(member, wanted, book);
                }
                wanted += 1;
            }
        }
    }
    if wanted == 0 {
        return;
    }
    book.add(rows::ComputerAllocation {
        school: &school.id,
        year: THIS_YEAR,
        batch: 1,
        device: "tablet",
        quantity: (wanted * 2 + 2) / 3,
        decision: format!("{}/QĐ-SGDĐT", 412 + school.index),
        decided_on: date(THIS_YEAR as i16, 10, 6),
        donor: "Chương trình “Sóng và máy tính cho em”",
        received_on: date(THIS_YEAR as i16, 10, 20),
    });
    let meeting = Meeting {
        number: MINUTES,
        kind: "computers",
        held_on: date(THIS_YEAR as i16, 10, 25),
        hour: 8,
        giver: world.faculty.vice_principal(THIS_YEAR),
        // The parents receive; one record each says who.
        receiver: None,
        remaining: None,
        outside: Some((
            "Cha mẹ học sinh theo danh sách",
            "Cha mẹ học sinh",
            "Ban đại diện cha mẹ học sinh",
        )),
        class: None,
    };
    handover::write_minutes(world, THIS_YEAR, &meeting, book);
}

/// Returns whether the pupil needs a device; who has one but no connection is on the list too.
fn write_need(member: Member<'_>, book: &mut Book) -> bool {
    let mut stream = member.person.stream(Purpose::Computers, &[member.class.year]);
    if !stream.chance(45) {
        return false;
    }
    let has_device = stream.chance(120);
    book.add(rows::ComputerNeed {
        school: &member.school.id,
        year: member.class.year,
        pupil: &member.person.code,
        class: &member.class.name,
        circumstance: stream.weighted(&[
            (30, "poor"),
            (35, "near_poor"),
            (8, "orphan"),
            (7, "policy"),
            (20, "hardship"),
        ]),
        has_device,
        has_internet: stream.chance(550),
        device: stream.weighted(&[(85, "tablet"), (15, "laptop")]),
        note: has_device.then_some("Máy đã hỏng, không sửa được"),
    });
    !has_device
}

fn write_computer(member: Member<'_>, at: i64, book: &mut Book) {
    let person = member.person;
    let mut stream = person.stream(Purpose::Computers, &[member.class.year, 1]);
    let region = member.school.province.region;
    let receiver =
        names::parent(&mut stream, &person.name, person.ethnic_group, Gender::Female, region);
    book.add(rows::ComputerHandover {
        school: &member.school.id,
        year: member.class.year,
        pupil: &person.code,
        number: MINUTES,
        class: &member.class.name,
        device: "tablet",
        model: "Máy tính bảng học tập 10,1 inch",
        serial: format!("MTB{:03}{:05}", member.school.index, at + 1),
        accessories: "Bộ sạc, cáp, bao da, SIM 4G",
        condition: "good",
        receiver,
        note: None,
    });
}
