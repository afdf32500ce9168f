//! The tables of the call as a book: pupils in order, each with four points.

use bieumau_plugin_sdk::{Call, Failure, rows};
use bieumau_rules::decimal::Tenths;
use bieumau_rules::tt27::{
    Assessed, Parameters, Point, PointRecord, PupilYear, QualityLevel, Recognition, SubjectCell,
    Supplement,
};

use crate::codes::{DECISIONS, POINTS, QUALITIES, QUALITY_LEVELS, SUBJECT_LEVELS};
use crate::index::Index;
use crate::remarks::RowFindings;

rows! {
    /// A pupil's year.
    struct PupilRow<'a> {
        pupil: &'a str,
        year: i64,
        grade: Option<i64>,
        not_assessed: Option<bool>,
        outstanding: Option<bool>,
        recognised: Option<bool>,
        principal_decision: Option<&'a str>,
    }
}

rows! {
    /// A subject at a point.
    struct SubjectRow<'a> {
        pupil: &'a str,
        year: i64,
        subject: &'a str,
        point: &'a str,
        level: Option<&'a str>,
        score: Option<i64>,
        supplementary_level: Option<&'a str>,
        supplementary_score: Option<i64>,
    }
}

rows! {
    /// Qualities and competences at a point.
    struct QualityRow<'a> {
        pupil: &'a str,
        year: i64,
        point: &'a str,
        patriotism: Option<&'a str>,
        kindness: Option<&'a str>,
        diligence: Option<&'a str>,
        honesty: Option<&'a str>,
        responsibility: Option<&'a str>,
        autonomy: Option<&'a str>,
        communication: Option<&'a str>,
        problem_solving: Option<&'a str>,
        language: Option<&'a str>,
        calculation: Option<&'a str>,
        science: Option<&'a str>,
        technology: Option<&'a str>,
        informatics: Option<&'a str>,
        aesthetics: Option<&'a str>,
        physical: Option<&'a str>,
    }
}

/// Everything that the tables say.
pub struct Book<'a> {
    /// Pupils, in the order of their table.
    pub pupils: Vec<Pupil<'a>>,
    /// Subjects at points, in the order of their table.
    pub cells: Vec<Cell<'a>>,
}

/// A pupil's year.
pub struct Pupil<'a> {
    pub row: usize,
    pub pupil: &'a str,
    pub year: i64,
    pub grade: u8,
    pub assessed: Assessed,
    pub decision: Option<bool>,
    recognition: Recognition,
    subjects: [Vec<SubjectCell>; 4],
    qualities: [Vec<Option<QualityLevel>>; 4],
    quality_rows: [Option<usize>; 4],
    supplement: Vec<(usize, SubjectCell)>,
    /// Row of the subject table, point, row of the table of the call.
    subject_rows: Vec<(usize, Point, usize)>,
}

/// A row of the table `subjects`.
pub struct Cell<'a> {
    /// Place among the pupils.
    pub pupil: usize,
    pub subject: &'a str,
    pub point: Point,
    /// What was entered, with the supplementary assessment in it.
    pub last: SubjectCell,
}

impl Pupil<'_> {
    /// Hands the year to the rules.
    pub fn with_year<T>(&self, ask: impl FnOnce(&PupilYear<'_>) -> T) -> T {
        let points = Point::ALL.map(|point| PointRecord {
            subjects: &self.subjects[point as usize],
            qualities: &self.qualities[point as usize],
        });
        let supplement = Supplement { subjects: &self.supplement, qualities: &[] };
        // A pupil without anything at the first points came later (Q27-6), or the report does not
        // have them.
        let first = Point::ALL.into_iter().find(|point| !points[*point as usize].is_blank());
        ask(&PupilYear {
            points,
            first_point: first.unwrap_or(Point::YearEnd),
            assessed: self.assessed,
            supplement: (!self.supplement.is_empty()).then_some(supplement),
            decision: self.decision,
            recognition: self.recognition,
        })
    }

    /// Returns the row of the call that has a subject at a point.
    pub fn subject_row(&self, subject: usize, point: Point) -> Option<usize> {
        let found = self.subject_rows.iter().find(|(at, when, _)| (*at, *when) == (subject, point));
        found.map(|(_, _, row)| *row)
    }

    /// Returns the row of the call that has the qualities at a point.
    pub fn quality_row(&self, point: Point) -> Option<usize> {
        self.quality_rows[point as usize]
    }
}

impl<'a> Book<'a> {
    /// Reads the tables; what cannot be used is found.
    pub fn read(
        call: &'a Call,
        rules: &Parameters,
        rows: &mut RowFindings<'a>,
    ) -> Result<Self, Failure> {
        let mut index = Index::new();
        let mut pupils: Vec<Pupil<'a>> = Vec::new();
        for (at, row) in call.rows::<PupilRow<'a>>("pupils")?.iter().enumerate() {
            match row {
                Err(missing) => rows.missing(missing),
                Ok(row) if index.add((row.pupil, row.year)).is_err() => {
                    rows.repeated("pupils", at, &format!("`{}`", row.pupil));
                }
                Ok(row) => pupils.push(pupil(at, &row, rows)),
            }
        }
        let mut reader = Reader { pupils, index, rows };
        let cells = reader.subjects(call, rules)?;
        reader.qualities(call, rules)?;
        Ok(Self { pupils: reader.pupils, cells })
    }
}

fn pupil<'a>(at: usize, row: &PupilRow<'a>, rows: &mut RowFindings<'a>) -> Pupil<'a> {
    let grade = row.grade.and_then(|grade| u8::try_from(grade).ok());
    let grade = grade.filter(|grade| (1..=5).contains(grade)).unwrap_or_else(|| {
        let given = row.grade.map_or_else(|| "trống".to_owned(), |grade| grade.to_string());
        rows.unknown_value("pupils", at, "grade", &given);
        0
    });
    Pupil {
        row: at,
        pupil: row.pupil,
        year: row.year,
        grade,
        assessed: if row.not_assessed == Some(true) { Assessed::No } else { Assessed::Yes },
        decision: rows.code(&DECISIONS, "pupils", at, "principal_decision", row.principal_decision),
        recognition: Recognition {
            outstanding_subject: row.outstanding == Some(true),
            quality_progress: false,
            class_recognises: row.recognised == Some(true),
        },
        subjects: Default::default(),
        qualities: Default::default(),
        quality_rows: [None; 4],
        supplement: Vec::new(),
        subject_rows: Vec::new(),
    }
}

/// Puts the rows of the other tables where they belong.
struct Reader<'a, 'r> {
    pupils: Vec<Pupil<'a>>,
    index: Index<'a>,
    rows: &'r mut RowFindings<'a>,
}

impl<'a> Reader<'a, '_> {
    fn subjects(&mut self, call: &'a Call, rules: &Parameters) -> Result<Vec<Cell<'a>>, Failure> {
        let table = call.optional_rows::<SubjectRow<'a>>("subjects")?;
        let mut cells = Vec::with_capacity(table.len());
        for (at, row) in table.iter().enumerate() {
            match row {
                Ok(row) => cells.extend(self.subject(rules, at, &row)),
                Err(missing) => self.rows.missing(missing),
            }
        }
        Ok(cells)
    }

    fn subject(&mut self, rules: &Parameters, at: usize, row: &SubjectRow<'a>) -> Option<Cell<'a>> {
        const TABLE: &str = "subjects";
        let Some(place) = self.index.find((row.pupil, row.year)) else {
            self.rows.unknown_pupil(TABLE, at, row.pupil, row.year);
            return None;
        };
        let point = self.rows.code(&POINTS, TABLE, at, "point", Some(row.point))?;
        let Some(subject) = rules.subject_row(row.subject) else {
            self.rows.unknown_value(TABLE, at, "subject", row.subject);
            return None;
        };
        let cell = SubjectCell {
            level: self.rows.code(&SUBJECT_LEVELS, TABLE, at, "level", row.level),
            test: row.score.map(test),
        };
        let again = SubjectCell {
            level: self.rows.code(
                &SUBJECT_LEVELS,
                TABLE,
                at,
                "supplementary_level",
                row.supplementary_level,
            ),
            test: row.supplementary_score.map(test),
        };
        let pupil = &mut self.pupils[place];
        if pupil.subject_row(subject, point).is_some() {
            let what = format!("`{}` `{}` ({})", row.pupil, row.subject, row.point);
            self.rows.repeated(TABLE, at, &what);
            return None;
        }
        pupil.subject_rows.push((subject, point, at));
        put(&mut pupil.subjects[point as usize], rules.subjects.len(), subject, cell);
        let is_supplement = point == Point::YearEnd && !again.is_blank();
        if is_supplement {
            pupil.supplement.push((subject, again));
        }
        let last = if is_supplement {
            SubjectCell { level: again.level.or(cell.level), test: again.test.or(cell.test) }
        } else {
            cell
        };
        Some(Cell { pupil: place, subject: row.subject, point, last })
    }

    fn qualities(&mut self, call: &'a Call, rules: &Parameters) -> Result<(), Failure> {
        const TABLE: &str = "qualities";
        let places = QUALITIES.map(|(_, code)| rules.quality_row(code));
        for (at, row) in call.optional_rows::<QualityRow<'a>>(TABLE)?.iter().enumerate() {
            let row = match row {
                Ok(row) => row,
                Err(missing) => {
                    self.rows.missing(missing);
                    continue;
                }
            };
            let Some(pupil) = self.index.find((row.pupil, row.year)) else {
                self.rows.unknown_pupil(TABLE, at, row.pupil, row.year);
                continue;
            };
            let point = self.rows.code(&POINTS, TABLE, at, "point", Some(row.point));
            let Some(point) = point else { continue };
            let pupil = &mut self.pupils[pupil];
            if pupil.quality_rows[point as usize].is_some() {
                self.rows.repeated(TABLE, at, &format!("`{}` ({})", row.pupil, row.point));
                continue;
            }
            pupil.quality_rows[point as usize] = Some(at);
            let levels = &mut pupil.qualities[point as usize];
            for ((column, _), (place, code)) in QUALITIES.iter().zip(places.iter().zip(row.codes()))
            {
                let level = self.rows.code(&QUALITY_LEVELS, TABLE, at, column, code);
                if let Some(place) = place {
                    put(levels, rules.qualities.len(), *place, level);
                }
            }
        }
        Ok(())
    }
}

impl<'a> QualityRow<'a> {
    /// Returns the codes in the order of [`QUALITIES`].
    fn codes(&self) -> [Option<&'a str>; 15] {
        [
            self.patriotism,
            self.kindness,
            self.diligence,
            self.honesty,
            self.responsibility,
            self.autonomy,
            self.communication,
            self.problem_solving,
            self.language,
            self.calculation,
            self.science,
            self.technology,
            self.informatics,
            self.aesthetics,
            self.physical,
        ]
    }
}

fn put<T: Clone + Default>(cells: &mut Vec<T>, length: usize, place: usize, cell: T) {
    cells.resize(length, T::default());
    cells[place] = cell;
}

/// Takes whole points; what is too large stays off the scale.
fn test(points: i64) -> Tenths {
    points
        .checked_mul(10)
        .and_then(|tenths| i32::try_from(tenths).ok())
        .map_or(Tenths(i32::MAX), Tenths)
}
