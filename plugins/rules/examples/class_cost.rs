//! Prints what assessing one class costs natively: 45 pupils, 13 subjects, 2 terms.
//!
//! `cargo run --release --example class_cost`

use std::hint::black_box;
use std::time::Instant;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Absences, ClassYear, Level, Mark, Parameters, PupilYear, Standing, Subject, SubjectKind,
    SubjectYear, Summer, TermMarks, TermState, YearConduct, assess_class,
};

const PUPILS: usize = 45;
const ROUNDS: u32 = 2_000;

fn main() {
    let scores: Vec<Mark> = (0..97).map(|i| Mark::Score(Tenths(45 + i * 29 % 55))).collect();
    let passes = [Mark::Passed; 4];
    let subjects: Vec<Subject<'_>> = (0..13)
        .map(|index| Subject {
            code: "M",
            name: "Môn",
            kind: if index < 9 { SubjectKind::Scored } else { SubjectKind::Comment },
            periods: Some(105),
            standing: Standing::Compulsory,
        })
        .collect();
    let years: Vec<Vec<SubjectYear<'_>>> = (0..PUPILS)
        .map(|pupil| {
            let term = |subject: &Subject<'_>, at: usize| {
                let cells = match subject.kind {
                    SubjectKind::Scored => &scores[at..],
                    SubjectKind::Comment => &passes[..],
                };
                let (ongoing, periodic) = match subject.kind {
                    SubjectKind::Scored => (&cells[..4], &cells[4..6]),
                    SubjectKind::Comment => (&cells[..2], &cells[2..4]),
                };
                (ongoing, &periodic[..1], &periodic[1..2])
            };
            let of = |(index, subject)| {
                let [first, second] = [0, 7].map(|shift| {
                    let at = (pupil * 13 + index * 5 + shift) % 90;
                    let (ongoing, midterm, end) = term(subject, at);
                    TermMarks { ongoing, midterm, end, ..TermMarks::default() }
                });
                SubjectYear { subject, first, second }
            };
            subjects.iter().enumerate().map(of).collect()
        })
        .collect();
    let pupils: Vec<PupilYear<'_>> = years
        .iter()
        .map(|subjects| PupilYear {
            subjects,
            conduct: YearConduct {
                first: Some(Level::Good),
                second: Some(Level::Fair),
                manual: None,
            },
            absences: Some(Absences::default()),
            ..PupilYear::default()
        })
        .collect();
    let class = ClassYear {
        grade: 8,
        states: [TermState::Closed; 2],
        summer: Summer::Open,
        pupils: &pupils,
    };
    measure("trace off", &class, Log::new);
    measure("trace on", &class, Log::tracing);
}

fn measure(name: &str, class: &ClassYear<'_>, log: fn() -> Log) {
    let parameters = Parameters::default();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        let mut log = log();
        black_box(assess_class(black_box(&parameters), black_box(class), &mut log));
        black_box(log);
    }
    let nanoseconds = start.elapsed().as_nanos() / u128::from(ROUNDS);
    println!("{name}: {}.{:03} µs per class", nanoseconds / 1000, nanoseconds % 1000);
}
