//! What a scope means in SQL: which records of a form its owner sees and may write.
//!
//! The lists of a scope are put into temporary tables, never into the text of a statement. A form
//! that a limit cannot be applied to stays readable within the caller's schools, and is not
//! writable for a caller with that limit. What cannot be decided is not seen.

use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::scope::Scope;
use rusqlite::Connection;

use crate::shape::{ByClass, Shape};
use crate::sql::quoted;

/// The temporary tables that hold the lists of one scope, and which of them narrow.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    prefix: String,
    schools: bool,
    classes: bool,
    subjects: bool,
}

impl Lists {
    /// Fills the temporary tables `<prefix>school`, `<prefix>class` and `<prefix>subject` of
    /// `conn`, replacing what they held.
    pub fn install(conn: &Connection, prefix: &str, scope: &Scope) -> rusqlite::Result<Self> {
        let [school, class, subject] =
            ["school", "class", "subject"].map(|name| quoted(&format!("{prefix}{name}")));
        conn.execute_batch(&format!(
            "CREATE TEMP TABLE IF NOT EXISTS {school} (school TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS {class} (school TEXT, year INTEGER, class TEXT,
               PRIMARY KEY (school, year, class)) STRICT, WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS {subject} (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
             DELETE FROM temp.{school}; DELETE FROM temp.{class}; DELETE FROM temp.{subject};"
        ))?;
        let schools = schools_of(scope);
        let mut insert =
            conn.prepare(&format!("INSERT OR IGNORE INTO temp.{school} VALUES (?)"))?;
        for name in schools.iter().flatten() {
            insert.execute([name])?;
        }
        let mut insert =
            conn.prepare(&format!("INSERT OR IGNORE INTO temp.{class} VALUES (?, ?, ?)"))?;
        for (in_school, year, name) in scope.classes.iter().flatten() {
            insert.execute((in_school, year, name))?;
        }
        let mut insert =
            conn.prepare(&format!("INSERT OR IGNORE INTO temp.{subject} VALUES (?)"))?;
        for name in scope.subjects.iter().flatten() {
            insert.execute([name])?;
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            schools: schools.is_some(),
            classes: scope.classes.is_some(),
            subjects: scope.subjects.is_some(),
        })
    }

    /// Returns the condition under which a record of `shape`, called `t`, is seen; empty when
    /// every record is.
    pub fn condition(&self, shape: &Shape, shapes: &BTreeMap<String, Shape>) -> Vec<String> {
        let mut conditions = Vec::new();
        if !shape.by_school {
            return conditions;
        }
        let table = |name: &str| format!("temp.{}", quoted(&format!("{}{name}", self.prefix)));
        let class = table("class");
        if self.schools {
            conditions.push(format!("t.school IN (SELECT school FROM {})", table("school")));
        }
        if self.classes {
            match shape.classes() {
                ByClass::Class => conditions.push(format!(
                    "(t.school, t.year, t.class) IN (SELECT school, year, class FROM {class})"
                )),
                ByClass::ClassOfAnyYear => conditions
                    .push(format!("(t.school, t.class) IN (SELECT school, class FROM {class})")),
                ByClass::Pupil if tells_classes(shapes) => conditions.push(format!(
                    "(t.school, t.pupil) IN (SELECT e.school, e.pupil \
                     FROM main.record_enrolment e WHERE e._status = 'active' \
                     AND (e.school, e.year, e.class) IN (SELECT school, year, class FROM {class}))"
                )),
                ByClass::Pupil => conditions.push("0".to_owned()),
                ByClass::Not => {}
            }
        }
        if self.subjects && shape.column("subject").is_some() {
            conditions.push(format!("t.subject IN (SELECT subject FROM {})", table("subject")));
        }
        conditions
    }
}

/// Returns whether a caller with `scope` may write records of `shape` at all; which ones, tells
/// [`Lists::condition`].
pub(crate) fn may_write(shape: &Shape, scope: &Scope) -> bool {
    let unlimited = scope.schools.is_none() && scope.classes.is_none() && scope.subjects.is_none();
    let by_class = shape.classes() != ByClass::Not || scope.classes.is_none();
    let by_subject = shape.column("subject").is_some() || scope.subjects.is_none();
    // Whoever could enrol pupils into their classes would decide themselves whom they see.
    let decides_sight = shape.form == "enrolment" && scope.classes.is_some();
    unlimited || (shape.by_school && by_class && by_subject && !decides_sight)
}

/// The schools of a scope. Whoever has only some classes has only the schools of these.
fn schools_of(scope: &Scope) -> Option<BTreeSet<&str>> {
    let named: Option<BTreeSet<&str>> =
        scope.schools.as_ref().map(|list| list.iter().map(String::as_str).collect());
    let of_classes: Option<BTreeSet<&str>> = scope
        .classes
        .as_ref()
        .map(|list| list.iter().map(|(school, ..)| school.as_str()).collect());
    match (named, of_classes) {
        (Some(named), Some(of_classes)) => Some(named.intersection(&of_classes).copied().collect()),
        (named, of_classes) => named.or(of_classes),
    }
}

/// Whether the enrolment form is there to tell in which classes a pupil is.
fn tells_classes(shapes: &BTreeMap<String, Shape>) -> bool {
    shapes.get("enrolment").is_some_and(|shape| {
        ["school", "year", "class", "pupil"].iter().all(|name| shape.column(name).is_some())
    })
}
