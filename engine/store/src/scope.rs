//! What a scope means in SQL: which records of a form its owner sees and may write.
//!
//! The same as `model::access::decide`, for whole tables: a row is taken when one reach of the
//! scope takes it. The lists of the reaches are put into temporary tables, never into the text of
//! a statement. A form that a limit cannot be applied to stays readable within the caller's
//! schools, and is not writable for a caller with that limit. What cannot be decided is not seen.

use std::collections::BTreeMap;

use bieumau_model::access::{Area, Facts};
use bieumau_model::scope::{History, Reach, Scope};
use rusqlite::Connection;

use crate::shape::{ByClass, Shape};
use crate::sql::quoted;

/// The temporary tables that hold the lists of one scope, and the reaches they belong to.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    prefix: String,
    reaches: Vec<Reach>,
}

/// What rows are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Reading,
    Writing,
}

impl Lists {
    /// Fills the temporary tables `<prefix>school`, `<prefix>class` and `<prefix>subject` of
    /// `conn`, replacing what they held.
    pub fn install(conn: &Connection, prefix: &str, scope: &Scope) -> rusqlite::Result<Self> {
        let lists = Self { prefix: prefix.to_owned(), reaches: scope.reaches.clone() };
        // Without any list no condition asks the tables.
        if !scope.reaches.iter().all(Reach::is_everywhere) {
            lists.fill(conn)?;
        }
        Ok(lists)
    }

    fn fill(&self, conn: &Connection) -> rusqlite::Result<()> {
        let [school, class, subject] =
            ["school", "class", "subject"].map(|name| quoted(&format!("{}{name}", self.prefix)));
        conn.execute_batch(&format!(
            "CREATE TEMP TABLE IF NOT EXISTS {school} (reach INTEGER, school TEXT,
               PRIMARY KEY (reach, school)) STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS {class} (reach INTEGER, school TEXT, year INTEGER,
               class TEXT, PRIMARY KEY (reach, school, year, class)) STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS {subject} (reach INTEGER, subject TEXT,
               PRIMARY KEY (reach, subject)) STRICT, WITHOUT ROWID;
             DELETE FROM temp.{school}; DELETE FROM temp.{class}; DELETE FROM temp.{subject};"
        ))?;
        let insert = |table: &str, marks: &str| {
            conn.prepare(&format!("INSERT OR IGNORE INTO temp.{table} VALUES ({marks})"))
        };
        let mut schools = insert(&school, "?, ?")?;
        let mut classes = insert(&class, "?, ?, ?, ?")?;
        let mut subjects = insert(&subject, "?, ?")?;
        for (at, reach) in self.reaches.iter().enumerate() {
            let at = at as i64;
            for name in reach.in_schools().into_iter().flatten() {
                schools.execute((at, name))?;
            }
            for (in_school, year, name) in reach.classes.iter().flatten() {
                classes.execute((at, in_school, year, name))?;
            }
            for name in reach.subjects.iter().flatten() {
                subjects.execute((at, name))?;
            }
        }
        Ok(())
    }

    /// Returns whether their owner may write records of `shape` at all; which ones, tells
    /// [`Lists::condition`].
    pub fn may_write(&self, shape: &Shape) -> bool {
        self.reaches.iter().any(|reach| writes(reach, shape))
    }

    /// Returns the condition under which a record of `shape`, called `t`, is seen or may be
    /// written; `None` when every record is.
    pub fn condition(
        &self,
        shape: &Shape,
        shapes: &BTreeMap<String, Shape>,
        purpose: Purpose,
    ) -> Option<String> {
        if !shape.by_school && purpose == Purpose::Reading {
            return None;
        }
        let mut alternatives = Vec::new();
        for (at, reach) in self.reaches.iter().enumerate() {
            let taken = match purpose {
                Purpose::Reading => reads(reach, shape),
                Purpose::Writing => writes(reach, shape),
            };
            if !taken {
                continue;
            }
            let conditions = self.of_reach(at, reach, shape, shapes, purpose);
            if conditions.is_empty() {
                return None;
            }
            alternatives.push(conditions.join(" AND "));
        }
        Some(match alternatives.as_slice() {
            [] => "0".to_owned(),
            [only] => only.clone(),
            several => format!("(({}))", several.join(") OR (")),
        })
    }

    /// Returns what a record must meet to be within one reach.
    fn of_reach(
        &self,
        at: usize,
        reach: &Reach,
        shape: &Shape,
        shapes: &BTreeMap<String, Shape>,
        purpose: Purpose,
    ) -> Vec<String> {
        let mut conditions = Vec::new();
        if reach.in_schools().is_some() {
            conditions.push(format!("t.school IN ({})", self.list(at, "school", "school")));
        }
        if reach.classes.is_some() {
            let history = reach.history == History::Seen && purpose == Purpose::Reading;
            conditions.extend(self.of_classes(at, shape, shapes, history));
        }
        if reach.subjects.is_some() && shape.column("subject").is_some() {
            conditions.push(format!("t.subject IN ({})", self.list(at, "subject", "subject")));
        }
        conditions
    }

    fn of_classes(
        &self,
        at: usize,
        shape: &Shape,
        shapes: &BTreeMap<String, Shape>,
        history: bool,
    ) -> Option<String> {
        let class = self.list(at, "class", "school, year, class");
        let enrolled = |columns: &str| {
            format!(
                "SELECT {columns} FROM main.record_enrolment e WHERE e._status = 'active' \
                 AND (e.school, e.year, e.class) IN ({class})"
            )
        };
        let known = tells_classes(shapes);
        let own_pupils = || format!("(t.school, t.pupil) IN ({})", enrolled("e.school, e.pupil"));
        let by_class = shape.classes();
        let own = match by_class {
            ByClass::Class => format!("(t.school, t.year, t.class) IN ({class})"),
            ByClass::ClassOfAnyYear => {
                format!("(t.school, t.class) IN ({})", self.list(at, "class", "school, class"))
            }
            ByClass::Pupil if !known => "0".to_owned(),
            // What a pupil got in a year belongs to the class of that year.
            ByClass::Pupil if of_a_year(shape) && !history => format!(
                "(t.school, t.year, t.pupil) IN ({})",
                enrolled("e.school, e.year, e.pupil")
            ),
            ByClass::Pupil => own_pupils(),
            ByClass::Not => return None,
        };
        if !(history && known) {
            return Some(own);
        }
        match by_class {
            ByClass::Class if shape.column("pupil").is_some() => {
                Some(format!("({own} OR {})", own_pupils()))
            }
            // The classes in which the pupils were before.
            ByClass::Class => Some(format!(
                "({own} OR (t.school, t.year, t.class) IN (SELECT b.school, b.year, b.class \
                 FROM main.record_enrolment b WHERE b._status = 'active' \
                 AND (b.school, b.pupil) IN ({})))",
                enrolled("e.school, e.pupil")
            )),
            _ => Some(own),
        }
    }

    fn list(&self, at: usize, table: &str, columns: &str) -> String {
        let table = quoted(&format!("{}{table}", self.prefix));
        format!("SELECT {columns} FROM temp.{table} WHERE reach = {at}")
    }
}

/// Returns the kind of records that a form holds.
fn area(shape: &Shape) -> Area {
    Area::of(Facts {
        form: &shape.form,
        by_school: shape.by_school,
        subject: shape.column("subject").is_some(),
        pupil: shape.column("pupil").is_some(),
        class: shape.column("class").is_some(),
    })
}

fn reads(reach: &Reach, shape: &Shape) -> bool {
    reach.reads.has(area(shape))
}

fn writes(reach: &Reach, shape: &Shape) -> bool {
    let area = area(shape);
    if !reach.reads.and(reach.writes).has(area) {
        return false;
    }
    let by_school = shape.by_school || reach.is_everywhere();
    let by_class =
        reach.classes.is_none() || (shape.classes() != ByClass::Not && !area.decides_sight());
    let by_subject = reach.subjects.is_none() || shape.column("subject").is_some();
    by_school && by_class && by_subject
}

/// Whether a record tells what a pupil did in one school year, in this school.
fn of_a_year(shape: &Shape) -> bool {
    let by_year = matches!(area(shape), Area::Teaching | Area::Homeroom | Area::Admission);
    by_year && shape.column("year").is_some()
}

/// Whether the enrolment form is there to tell in which classes a pupil is.
fn tells_classes(shapes: &BTreeMap<String, Shape>) -> bool {
    shapes.get("enrolment").is_some_and(|shape| {
        ["school", "year", "class", "pupil"].iter().all(|name| shape.column(name).is_some())
    })
}
