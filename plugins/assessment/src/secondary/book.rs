//! The tables of the call as a book: pupils in order, each with subjects in order.

use std::slice;

use bieumau_plugin_sdk::{Call, Decimal, Failure};
use bieumau_rules::decimal::Tenths;
use bieumau_rules::roll_out::{Circular, EducationLevel, RollOut, SchoolYear};
use bieumau_rules::tt22::{
    Level, Mark, Reassessed, Standing, Subject, SubjectKind, SubjectYear, TermMarks, TermStatus,
};

use bieumau_rules::tt58::{Conduct, Rank};

use super::archive;
use super::tables::{CommentRow, MarkRow, PupilRow, ReassessmentRow, ResultRow};
use crate::codes::{CONDUCTS, DECISIONS, LEVELS, PASSES, RANKS, subject_name};
use crate::index::{Index, is_same};
use crate::remarks::RowFindings;

/// Everything that the tables say.
pub struct Book<'a> {
    /// Pupils, in the order of their table.
    pub pupils: Vec<Pupil<'a>>,
    /// Subjects of all pupils, in the order in which they came.
    pub slots: Vec<Slot<'a>>,
    /// What the report has at all.
    pub asked: Asked,
}

/// Which data the report has; what it does not have is not missed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// Some column of conduct.
    pub conduct: bool,
    /// The absences.
    pub absences: bool,
    /// Some table with results of subjects.
    pub subjects: bool,
}

/// A pupil's year.
pub struct Pupil<'a> {
    pub row: usize,
    pub pupil: &'a str,
    pub year: i64,
    pub grade: u8,
    /// Left out of the year's assessment: by an individual plan, or because of `has_left`.
    pub not_assessed: bool,
    /// Left the class before the year's end; what is there of the terms still counts for them.
    pub has_left: bool,
    /// Term I, term II, after summer, the year.
    pub conduct: [Option<Level>; 4],
    pub absences: Option<u16>,
    /// Term I, term II, the year.
    pub learning: [Option<Level>; 3],
    pub decision: Option<bool>,
    /// The circular that governs the year.
    pub circular: Option<Circular>,
    /// Levels of a year before Thông tư 22; those above are then empty.
    pub archive: Option<ArchiveLevels>,
    /// Code and slot of each subject.
    pub subjects: Vec<(&'a str, usize)>,
}

/// The levels that an archive year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveLevels {
    /// Hạnh kiểm of term I, of term II, after summer, of the year.
    pub conduct: [Option<Conduct>; 4],
    /// Học lực of term I, of term II, of the year.
    pub learning: [Option<Rank>; 3],
}

/// A pupil's subject.
#[derive(Debug, Clone)]
pub struct Slot<'a> {
    pub subject: &'a str,
    pub kind: SubjectKind,
    pub periods: Option<u16>,
    pub is_optional: bool,
    /// Môn chuyên of the class; before Thông tư 22 it had bars of its own.
    pub is_specialised: bool,
    pub terms: [TermCells; 2],
    /// Results that the report gives, with the row they stand in.
    pub given: Option<(usize, Given)>,
    /// The new result of summer, with the row it stands in.
    pub reassessed: Option<(usize, Mark)>,
}

/// A pupil's cells of a subject in a term.
#[derive(Debug, Clone, Copy, Default)]
pub struct TermCells {
    /// The row of the table; `None` when there is no row.
    pub row: Option<usize>,
    pub is_exempt: bool,
    ongoing: [Mark; 5],
    mid_term: Mark,
    /// KTđk beyond the first, before Thông tư 26.
    periodic: [Mark; 4],
    end_of_term: Mark,
}

/// Results that the report gives: term I, term II, the year; blank where not given.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    pub is_exempt: bool,
    pub results: [Mark; 3],
}

/// The book as the rules read it: the subjects of all pupils, one behind the other.
pub struct Register<'a> {
    subjects: Vec<Subject<'a>>,
    /// The slots in the order of the subjects.
    order: Vec<usize>,
    /// Where each pupil's subjects begin, and where the last one's end.
    starts: Vec<usize>,
}

impl<'a> Book<'a> {
    /// Reads the tables; what cannot be used is found.
    pub fn read(call: &'a Call, rows: &mut RowFindings<'a>) -> Result<Self, Failure> {
        let (pupils, index, asked) = pupils(call, rows)?;
        let mut reader = Reader { pupils, index, slots: Vec::new(), rows };
        reader.marks(call)?;
        reader.comments(call)?;
        reader.results(call)?;
        reader.reassessments(call)?;
        Ok(Self { pupils: reader.pupils, slots: reader.slots, asked })
    }

    /// Puts the subjects of the pupils one behind the other.
    pub fn register(&self) -> Register<'_> {
        let mut register = Register {
            subjects: Vec::with_capacity(self.slots.len()),
            order: Vec::with_capacity(self.slots.len()),
            starts: Vec::with_capacity(self.pupils.len() + 1),
        };
        for pupil in &self.pupils {
            register.starts.push(register.subjects.len());
            for (_, slot) in &pupil.subjects {
                register.order.push(*slot);
                register.subjects.push(self.slots[*slot].subject());
            }
        }
        register.starts.push(register.subjects.len());
        register
    }
}

impl Register<'_> {
    /// Returns the subjects of a pupil with their marks.
    pub fn years<'b>(&'b self, book: &'b Book<'_>, pupil: usize, years: &mut Vec<SubjectYear<'b>>) {
        years.clear();
        for at in self.starts[pupil]..self.starts[pupil + 1] {
            let slot = &book.slots[self.order[at]];
            years.push(SubjectYear {
                subject: &self.subjects[at],
                first: slot.terms[0].marks(),
                second: slot.terms[1].marks(),
            });
        }
    }
}

impl<'a> Slot<'a> {
    fn new(subject: &'a str, kind: SubjectKind) -> Self {
        Self {
            subject,
            kind,
            periods: None,
            is_optional: false,
            is_specialised: false,
            terms: [TermCells::default(); 2],
            given: None,
            reassessed: None,
        }
    }

    fn subject(&self) -> Subject<'a> {
        Subject {
            code: self.subject,
            name: subject_name(self.subject),
            kind: self.kind,
            periods: self.periods,
            standing: if self.is_optional { Standing::Optional } else { Standing::Compulsory },
        }
    }

    /// Returns the new result as the rules read it.
    pub fn reassessed(&self, at: usize) -> Option<Reassessed> {
        self.reassessed.map(|(_, result)| Reassessed { subject: at, result })
    }
}

impl TermCells {
    /// Returns KTtx, KTđk and KThk; under Thông tư 26 ĐĐGtx, ĐĐGgk and ĐĐGck.
    pub fn of_archive(&self) -> (Vec<Mark>, Vec<Mark>, Mark) {
        let written = |marks: &mut dyn Iterator<Item = Mark>| {
            marks.filter(|mark| !mark.is_blank()).collect::<Vec<_>>()
        };
        let periodic = [self.mid_term].into_iter().chain(self.periodic);
        (
            written(&mut self.ongoing.into_iter()),
            written(&mut periodic.into_iter()),
            self.end_of_term,
        )
    }

    fn marks(&self) -> TermMarks<'_> {
        TermMarks {
            ongoing: &self.ongoing,
            midterm: slice::from_ref(&self.mid_term),
            end: slice::from_ref(&self.end_of_term),
            status: if self.is_exempt { TermStatus::Exempt } else { TermStatus::Taught },
            ..TermMarks::default()
        }
    }
}

fn pupils<'a>(
    call: &'a Call,
    rows: &mut RowFindings<'a>,
) -> Result<(Vec<Pupil<'a>>, Index<'a>, Asked), Failure> {
    let table = call.rows::<PupilRow<'a>>("pupils")?;
    let has_any = |columns: &[&str]| columns.iter().any(|column| table.has(column));
    let asked = Asked {
        conduct: has_any(&["conduct_1", "conduct_2", "conduct_year"]),
        absences: table.has("absences"),
        subjects: ["marks", "comments", "subject_results"]
            .iter()
            .any(|name| call.table(name).is_some()),
    };
    let mut pupils = Vec::with_capacity(table.len());
    let mut index = Index::new();
    for (at, row) in table.iter().enumerate() {
        match row {
            Err(missing) => rows.missing(missing),
            Ok(row) if index.add((row.pupil, row.year)).is_err() => {
                rows.repeated("pupils", at, &format!("`{}`", row.pupil));
            }
            Ok(row) => pupils.push(pupil(at, &row, rows)),
        }
    }
    Ok((pupils, index, asked))
}

fn pupil<'a>(at: usize, row: &PupilRow<'a>, rows: &mut RowFindings<'a>) -> Pupil<'a> {
    let grade = row.grade.and_then(|grade| u8::try_from(grade).ok());
    let grade = grade.filter(|grade| (6..=12).contains(grade)).unwrap_or_else(|| {
        let given = row.grade.map_or_else(|| "trống".to_owned(), |grade| grade.to_string());
        rows.unknown_value("pupils", at, "grade", &given);
        0
    });
    let circular = circular(grade, row.year);
    let (conduct, learning, archive) = if archive::governs(circular) {
        let levels = ArchiveLevels {
            conduct: conducts(row)
                .map(|(column, value)| rows.code(&CONDUCTS, "pupils", at, column, value)),
            learning: learnings(row)
                .map(|(column, value)| rows.code(&RANKS, "pupils", at, column, value)),
        };
        ([None; 4], [None; 3], Some(levels))
    } else {
        let mut level = |(column, value)| rows.code(&LEVELS, "pupils", at, column, value);
        (conducts(row).map(&mut level), learnings(row).map(&mut level), None)
    };
    let absences = row.absences.map(|absences| {
        u16::try_from(absences).unwrap_or_else(|_| {
            rows.unknown_value("pupils", at, "absences", &absences.to_string());
            0
        })
    });
    Pupil {
        row: at,
        pupil: row.pupil,
        year: row.year,
        grade,
        not_assessed: row.not_assessed == Some(true) || row.has_left == Some(true),
        has_left: row.has_left == Some(true),
        conduct,
        absences,
        learning,
        decision: rows.code(&DECISIONS, "pupils", at, "principal_decision", row.principal_decision),
        circular,
        archive,
        subjects: Vec::new(),
    }
}

/// Returns the conduct of a row with its columns: term I, term II, after summer, the year.
fn conducts<'a>(row: &PupilRow<'a>) -> [(&'static str, Option<&'a str>); 4] {
    [
        ("conduct_1", row.conduct_1),
        ("conduct_2", row.conduct_2),
        ("conduct_summer", row.conduct_summer),
        ("conduct_year", row.conduct_year),
    ]
}

/// Returns the learning of a row with its columns: term I, term II, the year.
fn learnings<'a>(row: &PupilRow<'a>) -> [(&'static str, Option<&'a str>); 3] {
    [
        ("learning_1", row.learning_1),
        ("learning_2", row.learning_2),
        ("learning_year", row.learning_year),
    ]
}

fn circular(grade: u8, year: i64) -> Option<Circular> {
    let level = EducationLevel::of_grade(grade)?;
    let year = SchoolYear(u16::try_from(year).ok()?);
    RollOut::default().circular(level, grade, year)
}

/// Puts the rows of the other tables where they belong.
struct Reader<'a, 'r> {
    pupils: Vec<Pupil<'a>>,
    index: Index<'a>,
    slots: Vec<Slot<'a>>,
    rows: &'r mut RowFindings<'a>,
}

impl<'a> Reader<'a, '_> {
    fn marks(&mut self, call: &'a Call) -> Result<(), Failure> {
        let table = call.optional_rows::<MarkRow<'a>>("marks")?;
        self.slots.reserve(table.len() / 2);
        for (at, row) in table.iter().enumerate() {
            let row = match row {
                Ok(row) => row,
                Err(missing) => {
                    self.rows.missing(missing);
                    continue;
                }
            };
            let key = Key { table: "marks", at, pupil: row.pupil, year: row.year };
            let Some(slot) = self.slot(&key, row.subject, SubjectKind::Scored) else { continue };
            let Some(cells) = self.term(&key, slot, row.term) else { continue };
            *cells = TermCells {
                row: Some(at),
                is_exempt: row.exempt == Some(true),
                ongoing: [
                    row.ongoing_1,
                    row.ongoing_2,
                    row.ongoing_3,
                    row.ongoing_4,
                    row.ongoing_5,
                ]
                .map(score),
                mid_term: score(row.mid_term),
                periodic: [row.periodic_2, row.periodic_3, row.periodic_4, row.periodic_5]
                    .map(score),
                end_of_term: score(row.end_of_term),
            };
            let slot = &mut self.slots[slot];
            slot.is_optional |= row.optional == Some(true);
            slot.is_specialised |= row.specialised == Some(true);
            slot.periods = slot.periods.or(row.periods.and_then(|periods| periods.try_into().ok()));
        }
        Ok(())
    }

    fn comments(&mut self, call: &'a Call) -> Result<(), Failure> {
        let table = call.optional_rows::<CommentRow<'a>>("comments")?;
        for (at, row) in table.iter().enumerate() {
            let row = match row {
                Ok(row) => row,
                Err(missing) => {
                    self.rows.missing(missing);
                    continue;
                }
            };
            let key = Key { table: "comments", at, pupil: row.pupil, year: row.year };
            let Some(slot) = self.slot(&key, row.subject, SubjectKind::Comment) else { continue };
            let mut pass = |column: &str, value| {
                self.rows.code(&PASSES, "comments", at, column, value).unwrap_or_default()
            };
            let cells = TermCells {
                row: Some(at),
                is_exempt: row.exempt == Some(true),
                ongoing: [
                    pass("ongoing_1", row.ongoing_1),
                    pass("ongoing_2", row.ongoing_2),
                    pass("ongoing_3", row.ongoing_3),
                    pass("ongoing_4", row.ongoing_4),
                    Mark::Blank,
                ],
                mid_term: pass("mid_term", row.mid_term),
                periodic: [Mark::Blank; 4],
                end_of_term: pass("end_of_term", row.end_of_term),
            };
            if let Some(place) = self.term(&key, slot, row.term) {
                *place = cells;
                self.slots[slot].is_optional |= row.optional == Some(true);
            }
        }
        Ok(())
    }

    fn results(&mut self, call: &'a Call) -> Result<(), Failure> {
        let table = call.optional_rows::<ResultRow<'a>>("subject_results")?;
        for (at, row) in table.iter().enumerate() {
            let row = match row {
                Ok(row) => row,
                Err(missing) => {
                    self.rows.missing(missing);
                    continue;
                }
            };
            let key = Key { table: "subject_results", at, pupil: row.pupil, year: row.year };
            let kinds = [("score", SubjectKind::Scored), ("comment", SubjectKind::Comment)];
            let kind = self.rows.code(&kinds, key.table, at, "kind", Some(row.kind));
            let Some(slot) = kind.and_then(|kind| self.slot(&key, row.subject, kind)) else {
                continue;
            };
            let mut pass = |column: &str, value| {
                self.rows.code(&PASSES, key.table, at, column, value).unwrap_or_default()
            };
            let results = match kind {
                Some(SubjectKind::Comment) => [
                    pass("level_1", row.level_1),
                    pass("level_2", row.level_2),
                    pass("level_year", row.level_year),
                ],
                _ => [
                    self.average(at, "average_1", row.average_1),
                    self.average(at, "average_2", row.average_2),
                    self.average(at, "average_year", row.average_year),
                ],
            };
            let slot = &mut self.slots[slot];
            slot.is_optional |= row.optional == Some(true);
            slot.is_specialised |= row.specialised == Some(true);
            if slot.given.is_some() {
                self.rows.repeated(key.table, at, &format!("`{}` `{}`", row.pupil, row.subject));
            } else {
                slot.given = Some((at, Given { is_exempt: row.exempt == Some(true), results }));
            }
        }
        Ok(())
    }

    fn reassessments(&mut self, call: &'a Call) -> Result<(), Failure> {
        let table = call.optional_rows::<ReassessmentRow<'a>>("reassessments")?;
        for (at, row) in table.iter().enumerate() {
            let row = match row {
                Ok(row) => row,
                Err(missing) => {
                    self.rows.missing(missing);
                    continue;
                }
            };
            let Some(pupil) = self.index.find((row.pupil, row.year)) else {
                self.rows.unknown_pupil("reassessments", at, row.pupil, row.year);
                continue;
            };
            let subjects = &self.pupils[pupil].subjects;
            let Some((_, slot)) = subjects.iter().find(|(code, _)| *code == row.subject) else {
                self.rows.unknown_value("reassessments", at, "subject", row.subject);
                continue;
            };
            let level = self.rows.code(&PASSES, "reassessments", at, "level", row.level);
            let slot = &mut self.slots[*slot];
            let result = match (slot.kind, level) {
                (SubjectKind::Comment, Some(level)) => level,
                (SubjectKind::Scored, _) if row.score.is_some() => score(row.score),
                // The wrong kind of result: the rules say so.
                (_, level) => level.unwrap_or_else(|| score(row.score)),
            };
            if slot.reassessed.is_some() {
                self.rows.repeated(
                    "reassessments",
                    at,
                    &format!("`{}` `{}`", row.pupil, row.subject),
                );
            } else {
                slot.reassessed = Some((at, result));
            }
        }
        Ok(())
    }

    /// Reads a given average, which has to lie on the scale.
    fn average(&mut self, at: usize, column: &str, cell: Option<Decimal<1>>) -> Mark {
        match score(cell) {
            Mark::Score(score) if !score.is_on_scale() => {
                self.rows.unknown_value("subject_results", at, column, &score.to_string());
                Mark::Blank
            }
            mark => mark,
        }
    }

    /// Returns the slot of a pupil's subject, a new one when it came for the first time.
    fn slot(&mut self, key: &Key<'a>, subject: &'a str, kind: SubjectKind) -> Option<usize> {
        let Some(pupil) = self.index.find((key.pupil, key.year)) else {
            self.rows.unknown_pupil(key.table, key.at, key.pupil, key.year);
            return None;
        };
        let subjects = &mut self.pupils[pupil].subjects;
        if let Some((_, slot)) = subjects.iter().rev().find(|(code, _)| is_same(code, subject)) {
            if self.slots[*slot].kind == kind {
                return Some(*slot);
            }
            self.rows.unknown_value(key.table, key.at, "subject", subject);
            return None;
        }
        let slot = self.slots.len();
        subjects.push((subject, slot));
        self.slots.push(Slot::new(subject, kind));
        Some(slot)
    }

    /// Returns the place of a term; `None` when the term is none or already there.
    fn term(&mut self, key: &Key<'a>, slot: usize, term: i64) -> Option<&mut TermCells> {
        let (1 | 2) = term else {
            self.rows.unknown_value(key.table, key.at, "term", &term.to_string());
            return None;
        };
        let place = usize::from(term == 2);
        let slot = &mut self.slots[slot];
        if slot.terms[place].row.is_some() {
            let what = format!("`{}` `{}` ({term})", key.pupil, slot.subject);
            self.rows.repeated(key.table, key.at, &what);
            return None;
        }
        Some(&mut slot.terms[place])
    }
}

/// Where a row stands and whom it is about.
struct Key<'a> {
    table: &'static str,
    at: usize,
    pupil: &'a str,
    year: i64,
}

fn score(cell: Option<Decimal<1>>) -> Mark {
    let score = |units: Decimal<1>| Tenths(i32::try_from(units.0).unwrap_or(i32::MAX));
    cell.map_or(Mark::Blank, |units| Mark::Score(score(units)))
}
