//! Classes made up from a seed: as tables for a rule, and as the structs of the library.

use bieumau_model::table::{Cells, Column, Table};
use bieumau_rules::decimal::Tenths;
use bieumau_rules::tt22::{
    Absences, ClassYear, Level, Mark, PupilYear, Reassessed, Standing, Subject, SubjectKind,
    SubjectYear, Summer, TermMarks, TermState, YearConduct,
};

/// Code, yearly periods (none for a comment subject) and kind of the subjects of a class.
pub const SUBJECTS: [(&str, Option<u16>); 13] = [
    ("VAN", Some(140)),
    ("TOAN", Some(140)),
    ("NN1", Some(105)),
    ("GDCD", Some(35)),
    ("LSDL", Some(105)),
    ("KHTN", Some(140)),
    ("CNGHE", Some(52)),
    ("TIN", Some(35)),
    ("GDTC", None),
    ("NT", None),
    ("HDTNHN", None),
    ("GDDP", None),
    ("NN2", Some(105)),
];

/// A source of numbers; the same seed gives the same numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

/// A class of grade 8.
pub struct Class {
    pub pupils: Vec<Pupil>,
}

pub struct Pupil {
    pub id: String,
    pub conduct: [Option<Level>; 3],
    pub absences: Option<u16>,
    /// Marks of each subject in both terms.
    pub marks: Vec<[Term; 2]>,
    pub reassessed: Vec<(usize, Mark)>,
}

#[derive(Clone, Copy)]
pub struct Term {
    pub ongoing: [Mark; 5],
    pub mid: Mark,
    pub end: Mark,
}

impl Class {
    /// Makes a class without gaps, as at the end of a year.
    pub fn whole(pupils: usize) -> Self {
        let mut random = Random::new(7);
        Self { pupils: (0..pupils).map(|at| Pupil::new(at, &mut random, false)).collect() }
    }

    /// Returns the class as the tables of the rule.
    pub fn tables(&self) -> Vec<Table> {
        let pupils = &self.pupils;
        let mut marks = Rows::default();
        let mut comments = Rows::default();
        let mut again = Rows::default();
        for pupil in pupils {
            for (at, terms) in pupil.marks.iter().enumerate() {
                for (term, cells) in terms.iter().enumerate() {
                    let rows = if is_scored(at) { &mut marks } else { &mut comments };
                    rows.keys.push((pupil.id.clone(), at, term as i64 + 1));
                    rows.cells.push(*cells);
                }
            }
            for (at, mark) in &pupil.reassessed {
                again.keys.push((pupil.id.clone(), *at, 0));
                again.cells.push(Term { ongoing: [Mark::Blank; 5], mid: *mark, end: Mark::Blank });
            }
        }
        let level = |at: usize| pupils.iter().map(move |pupil| pupil.conduct[at].map(level_code));
        vec![
            table(
                "pupils",
                vec![
                    ("pupil", text(pupils.iter().map(|pupil| Some(pupil.id.as_str())))),
                    ("year", integers(pupils.iter().map(|_| Some(2025)))),
                    ("grade", integers(pupils.iter().map(|_| Some(8)))),
                    ("conduct_1", text(level(0))),
                    ("conduct_2", text(level(1))),
                    ("conduct_summer", text(level(2))),
                    (
                        "absences",
                        integers(pupils.iter().map(|pupil| pupil.absences.map(i64::from))),
                    ),
                ],
            ),
            marks.table("marks", score_cells),
            comments.table("comments", pass_cells),
            table(
                "reassessments",
                vec![
                    ("pupil", text(again.keys.iter().map(|key| Some(key.0.as_str())))),
                    ("year", integers(again.keys.iter().map(|_| Some(2025)))),
                    ("subject", text(again.keys.iter().map(|key| Some(SUBJECTS[key.1].0)))),
                    ("score", score_cells(again.cells.iter().map(|cells| cells.mid).collect())),
                    ("level", pass_cells(again.cells.iter().map(|cells| cells.mid).collect())),
                ],
            ),
        ]
    }

    /// Hands the class to the library.
    pub fn with_library<T>(&self, ask: impl FnOnce(&ClassYear<'_>) -> T) -> T {
        let subjects: Vec<Subject<'_>> = (0..SUBJECTS.len()).map(subject).collect();
        let years: Vec<Vec<SubjectYear<'_>>> = self
            .pupils
            .iter()
            .map(|pupil| {
                let marks = pupil.marks.iter().zip(&subjects);
                let years = marks.map(|(terms, subject)| SubjectYear {
                    subject,
                    first: terms[0].marks(),
                    second: terms[1].marks(),
                });
                years.collect()
            })
            .collect();
        let again: Vec<Vec<Reassessed>> = self
            .pupils
            .iter()
            .map(|pupil| {
                let new = pupil.reassessed.iter();
                new.map(|(subject, result)| Reassessed { subject: *subject, result: *result })
                    .collect()
            })
            .collect();
        let pupils: Vec<PupilYear<'_>> = self
            .pupils
            .iter()
            .zip(years.iter().zip(&again))
            .map(|(pupil, (subjects, reassessed))| PupilYear {
                subjects,
                conduct: YearConduct {
                    first: pupil.conduct[0],
                    second: pupil.conduct[1],
                    manual: None,
                },
                conduct_after: pupil.conduct[2],
                reassessed,
                absences: pupil.absences.map(|half_days| Absences { half_days, whole_days: 0 }),
                ..PupilYear::default()
            })
            .collect();
        ask(&ClassYear {
            grade: 8,
            states: [TermState::Closed; 2],
            summer: Summer::Open,
            pupils: &pupils,
        })
    }
}

impl Pupil {
    /// Makes a pupil; an awkward one has gaps, low marks and re-assessments.
    pub fn new(at: usize, random: &mut Random, is_awkward: bool) -> Self {
        // A pupil's marks lie around a level of their own, so that every result comes up.
        let around = if is_awkward { random.below(70) + 25 } else { random.below(25) + 70 };
        let term = |subject: usize, random: &mut Random| {
            let mark = |random: &mut Random| match SUBJECTS[subject].1 {
                _ if is_awkward && random.one_in(400) => Mark::Blank,
                Some(_) => Mark::Score(Tenths(
                    (around + random.below(30)).saturating_sub(10).min(100) as i32,
                )),
                None if is_awkward && random.one_in(120) => Mark::NotPassed,
                None => Mark::Passed,
            };
            let mut ongoing = [Mark::Blank; 5];
            let count = match SUBJECTS[subject].1 {
                Some(periods) if periods > 70 => 4,
                Some(periods) if periods > 35 => 3,
                _ => 2,
            };
            for cell in &mut ongoing[..count] {
                *cell = mark(random);
            }
            Term { ongoing, mid: mark(random), end: mark(random) }
        };
        // The last subject is the optional one, which few pupils have.
        let subjects = if is_awkward { 12 + random.below(2) as usize } else { 13 };
        let marks = (0..subjects).map(|at| [term(at, random), term(at, random)]).collect();
        let level = |random: &mut Random| {
            let level = if is_awkward { random.below(5) } else { 3 };
            Level::ALL.get(level as usize).copied()
        };
        let mut reassessed = Vec::new();
        if is_awkward && random.one_in(3) {
            for (subject, (_, periods)) in SUBJECTS.iter().enumerate().take(subjects) {
                if random.one_in(3) {
                    let mark = if periods.is_some() {
                        Mark::Score(Tenths(random.below(101) as i32))
                    } else {
                        Mark::Passed
                    };
                    reassessed.push((subject, mark));
                }
            }
        }
        Self {
            id: format!("79000{at:06}"),
            conduct: [level(random), level(random), if is_awkward { level(random) } else { None }],
            absences: if is_awkward { Some(random.below(50) as u16) } else { Some(3) },
            marks,
            reassessed,
        }
    }
}

impl Term {
    fn marks(&self) -> TermMarks<'_> {
        TermMarks {
            ongoing: &self.ongoing,
            midterm: std::slice::from_ref(&self.mid),
            end: std::slice::from_ref(&self.end),
            ..TermMarks::default()
        }
    }
}

fn is_scored(subject: usize) -> bool {
    SUBJECTS[subject].1.is_some()
}

fn is_optional(subject: usize) -> bool {
    SUBJECTS[subject].0 == "NN2"
}

fn subject(at: usize) -> Subject<'static> {
    let (code, periods) = SUBJECTS[at];
    Subject {
        code,
        name: code,
        kind: if is_scored(at) { SubjectKind::Scored } else { SubjectKind::Comment },
        periods,
        standing: if is_optional(at) { Standing::Optional } else { Standing::Compulsory },
    }
}

/// The code of a level.
pub fn level_code(level: Level) -> &'static str {
    ["fail", "pass", "fair", "good"][level.rank()]
}

/// Rows of marks or comments.
#[derive(Default)]
struct Rows {
    keys: Vec<(String, usize, i64)>,
    cells: Vec<Term>,
}

impl Rows {
    fn table(&self, name: &str, cells: impl Fn(Vec<Mark>) -> Cells) -> Table {
        let column = |pick: &dyn Fn(&Term) -> Mark| cells(self.cells.iter().map(pick).collect());
        let mut columns = vec![
            ("pupil", text(self.keys.iter().map(|key| Some(key.0.as_str())))),
            ("year", integers(self.keys.iter().map(|_| Some(2025)))),
            ("subject", text(self.keys.iter().map(|key| Some(SUBJECTS[key.1].0)))),
            ("term", integers(self.keys.iter().map(|key| Some(key.2)))),
            ("optional", booleans(self.keys.iter().map(|key| Some(is_optional(key.1))))),
        ];
        if name == "marks" {
            let periods = self.keys.iter().map(|key| SUBJECTS[key.1].1.map(i64::from));
            columns.push(("periods", integers(periods)));
            columns.push(("ongoing_5", column(&|term| term.ongoing[4])));
        }
        for (at, name) in
            ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4"].into_iter().enumerate()
        {
            columns.push((name, column(&move |term| term.ongoing[at])));
        }
        columns.push(("mid_term", column(&|term| term.mid)));
        columns.push(("end_of_term", column(&|term| term.end)));
        table(name, columns)
    }
}

fn table(name: &str, columns: Vec<(&str, Cells)>) -> Table {
    let columns = columns.into_iter().map(|(name, cells)| Column { name: name.to_owned(), cells });
    Table::new(name, columns.collect()).expect("columns of equal length")
}

fn text<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Cells {
    Cells::Text(cells.map(|cell| cell.map(str::to_owned)).collect())
}

fn integers(cells: impl Iterator<Item = Option<i64>>) -> Cells {
    Cells::Integer(cells.collect())
}

fn booleans(cells: impl Iterator<Item = Option<bool>>) -> Cells {
    Cells::Boolean(cells.collect())
}

fn score_cells(marks: Vec<Mark>) -> Cells {
    let units = marks.into_iter().map(|mark| match mark {
        Mark::Score(score) => Some(i64::from(score.0)),
        _ => None,
    });
    Cells::Decimal { scale: 1, units: units.collect() }
}

fn pass_cells(marks: Vec<Mark>) -> Cells {
    text(marks.into_iter().map(|mark| match mark {
        Mark::Passed => Some("pass"),
        Mark::NotPassed => Some("fail"),
        _ => None,
    }))
}
