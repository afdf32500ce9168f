//! Invents whole schools: the data of the demo site.
//!
//! Everything follows from the seed and a school's place in the list, on every machine. Nobody
//! here exists: names are put together from parts, numbers count up, telephone numbers and
//! addresses belong to nobody. Writing the tables into a store is left to the caller.
//!
//! Five schools make a round: two primary and two lower secondary schools, one each in Hải Phòng
//! and TP. Hồ Chí Minh, then an upper secondary school. The school years are 2023, 2024 and 2025;
//! 2025 ('this year') is complete like the others.
//!
//! # Awkward cases
//!
//! Each school has them, in 2025 unless another year is given; `cases` holds the script. Classes
//! are named as in 2025, in primary (P), lower (L) and upper (U) secondary schools.
//!
//! | Case | Class P · L · U |
//! |---|---|
//! | moves away in term 1; in term 2 | 3A · 8A1 · 12A1 |
//! | moves in: in summer and in term 1; in term 2, with and without marks of term 1 | 3A · 8A1 · 12A1; 3B · 8A2 · 12A2 |
//! | moves from one demo school to the other (same code in both) | L: 8A1 of the first to 8A1 of the second |
//! | drops out in term 1, in term 2; comes back in term 1, in term 2; moves away in summer | 3B · 8A2 · 12A2 |
//! | exempt from physical education | – · 8A1 · 12A1 |
//! | one mark (P: one test score) missing, so not evaluable (P: a finding) | 3A · 8A1 · 12A1 |
//! | re-assessed: passed | – · 8A1 · 12A1 |
//! | re-assessed: failed; did not come; comment subjects passed | – · 8A2 · 12A2 |
//! | summer training: passed; failed | – · 8A1 · 12A1; – · 8A2 · 12A2 |
//! | absent on 46 days; on 45 days (with two more second sessions) | 3B · 8A2 · 12A2; – · 8A2 · 12A2 |
//! | learning result raised because of one subject | – · 8A1 · 12A1 |
//! | supplementary assessment passed; held back or promoted by the principal | 3A; 3B |
//! | outstanding and recognised; levels better than scores (V27-03) | 3A |
//! | repeats after 2024 | 1B · 6A2 · 10A2 |
//! | disabled and not assessed; disabled and assessed | 3A · 8A1 · 12A1; 3B · 8A2 · 12A2 |
//! | guardian in place of parents | 3B · 8A2 · 12A2 |
//! | very long names; a class of 50 | 3A · 8A1 · 12A1; 1A · 6A1 · 10A1 |
//! | one-word name, family name last (`Y Jôn Niê`), HMông | 3A · 8A1 · 12A1 |
//! | `K'Brai`, Hoa, Chăm | 3B · 8A2 · 12A2 |
//! | Tày, Mường, Gia-rai, foreigner | 3C · 8A3 · 12A3 |
//! | foreigner with a provisional code `TAM-…` | 1B · 6A2 · 10A2 |
//! | class of grades 1 and 2 | P: 1G of each first school in ten |
//! | planned class without pupils and teachers | L: the last class of grade 6 of each third in ten |
//! | second foreign language as an optional subject | L in TP. Hồ Chí Minh: 6A1, 7A1, 8A1, 9A1 |
//! | English as an optional subject in grades 1 and 2 | P in TP. Hồ Chí Minh |
//! | two sets of electives in one class | U: 10A2, 11A2, 12A2 |

mod attendance;
mod book;
mod calendar;
mod cases;
mod census;
mod classes;
mod computers;
mod documents;
mod equipment;
mod handover;
mod health;
mod journeys;
mod marks;
mod names;
mod people;
mod phrases;
mod places;
mod primary;
mod progress;
mod random;
mod rows;
mod schools;
mod staff;
mod subjects;
#[cfg(test)]
mod tests;

use bieumau_model::table::Table;

use calendar::{Calendar, YEARS};
use classes::World;
use rows::Book;
use schools::{Level, School};

/// Tables by form id, referred forms first.
pub type Tables = Vec<(&'static str, Table)>;

/// Invents `schools` whole schools with everything around them.
///
/// For many schools, [`site`] and [`school`] take less memory at a time.
///
/// # Panics
/// When more than 900 schools are asked for: codes have no room for more.
pub fn invent(seed: u64, schools: usize) -> Tables {
    let mut book = site_book(seed, schools);
    for index in 0..schools {
        book.append(school_book(seed, index));
    }
    book.tables()
}

/// Invents what belongs to no single school: the school years and the units above `schools`.
///
/// # Panics
/// When more than 900 schools are asked for.
pub fn site(seed: u64, schools: usize) -> Tables {
    site_book(seed, schools).tables()
}

/// Invents everything of the school at `index`, which does not depend on how many others there are.
///
/// # Panics
/// When `index` is not below 900.
pub fn school(seed: u64, index: usize) -> Tables {
    school_book(seed, index).tables()
}

fn site_book(seed: u64, schools: usize) -> Book {
    let schools: Vec<School> = (0..schools).map(|index| School::plan(seed, index)).collect();
    let mut book = Book::new();
    schools::write_site(&schools, &mut book);
    book
}

fn school_book(seed: u64, index: usize) -> Book {
    let world = World::fill(School::plan(seed, index));
    let mut book = Book::new();
    world.school.write(&mut book);
    world.faculty.write(&world.school, &mut book);
    world.write(&mut book);
    for year in YEARS {
        write_year(&world, year, &mut book);
    }
    handover::write(&world, &mut book);
    equipment::write(&world, &mut book);
    computers::write(&world, &mut book);
    progress::write(&world, &mut book);
    documents::write(&world, &mut book);
    census::write(&world, &mut book);
    book
}

/// Adds what happened to each pupil in a year.
fn write_year(world: &World, year: i64, book: &mut Book) {
    let days = attendance::days(world.school.level, year);
    let points = primary::points(Calendar::of(year));
    for class in world.classes.iter().filter(|class| class.year == year) {
        for member in world.members(class) {
            match world.school.level {
                Level::Primary => primary::write(member, &points, book),
                _ => marks::write(member, book),
            }
            attendance::write(member, &days, book);
            health::write(member, &days, book);
        }
    }
}
