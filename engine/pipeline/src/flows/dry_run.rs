//! What a lock would hit: classes, subjects, records, and the cells that are still empty.

use std::collections::BTreeMap;

use bieumau_model::definition::{Field, Form};
use bieumau_model::lock::{Reach, Target};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use jiff::Timestamp;
use serde::Serialize;

use super::locks::NewLock;
use super::papers::{Row, number, rows, text};
use crate::problem::Problem;
use crate::site::Site;

/// What a lock would hit.
#[derive(Debug, Clone, Serialize)]
pub struct DryRun {
    /// What it would lock, in words.
    pub reach_text: Text,
    /// By form, class and subject.
    pub hits: Vec<Hit>,
    /// Records.
    pub records: usize,
    /// Cells without a value, which could no longer be entered.
    pub missing: usize,
}

/// The records of one form, class and subject that a lock would hit.
#[derive(Debug, Clone, Serialize)]
pub struct Hit {
    /// Form.
    pub form: String,
    /// Title of the form.
    pub form_title: Text,
    /// Class; `None` when the records have none.
    pub class: Option<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Name of the subject.
    pub subject_title: Option<Text>,
    /// Records.
    pub records: usize,
    /// Those with an empty cell among the cells that would be locked.
    pub incomplete: usize,
    /// Empty cells.
    pub missing: usize,
    /// Pupils with an empty cell, up to ten.
    pub examples: Vec<String>,
}

/// Counters by (position of the form, class, subject).
type Counts = BTreeMap<(usize, Option<String>, Option<String>), Count>;

#[derive(Default)]
struct Count {
    records: usize,
    incomplete: usize,
    missing: usize,
    examples: Vec<String>,
}

impl Site {
    /// Finds out what a lock would hit, without making it.
    pub fn lock_dry_run(
        &self,
        caller: &Caller,
        wanted: &NewLock,
        now: Timestamp,
    ) -> Result<DryRun, Problem> {
        let lock = self.planned(caller, wanted, now)?;
        let grades = self.grades(&wanted.school, wanted.year)?;
        let forms: Vec<&Form> =
            self.catalog().forms.values().filter(|form| is_locked(form)).collect();
        let mut counts = Counts::new();
        for (at, form) in forms.iter().enumerate() {
            if lock.reach.form.as_ref().is_some_and(|only| *only != form.id) {
                continue;
            }
            let table = self.papers(&form.id, &filters(form, &lock.reach))?;
            for row in rows(&table) {
                self.hit(at, form, row, &lock.reach, &grades, &mut counts);
            }
        }
        let subjects = self.catalog().code_lists.get("subject");
        let hits: Vec<Hit> = counts
            .into_iter()
            .map(|((at, class, subject), count)| Hit {
                form: forms[at].id.clone(),
                form_title: forms[at].title.clone(),
                class,
                subject_title: subject
                    .as_deref()
                    .and_then(|code| subjects.and_then(|list| list.any(code)))
                    .map(|code| code.name.clone()),
                subject,
                records: count.records,
                incomplete: count.incomplete,
                missing: count.missing,
                examples: count.examples,
            })
            .collect();
        Ok(DryRun {
            reach_text: self.reach_text(&lock.reach),
            records: hits.iter().map(|hit| hit.records).sum(),
            missing: hits.iter().map(|hit| hit.missing).sum(),
            hits,
        })
    }

    /// Counts a record when some of its cells would be locked.
    fn hit(
        &self,
        at: usize,
        form: &Form,
        row: Row<'_>,
        reach: &Reach,
        grades: &BTreeMap<String, i64>,
        counts: &mut Counts,
    ) {
        let class = row.maybe("class");
        let (term, kind) = self.point_of(form, row);
        let covered = |field: &&Field| {
            let target = |column_kind: Option<String>| Target {
                school: reach.school.clone(),
                year: row.number("year"),
                term: row.number("term").or(term),
                grade: class.as_ref().and_then(|class| grades.get(class)).copied(),
                class: class.clone(),
                subject: row.maybe("subject"),
                column_kind,
                form: form.id.clone(),
            };
            reach.covers(&target(field.lock.clone()))
                || (kind.is_some() && reach.covers(&target(kind.clone())))
        };
        let fields: Vec<&Field> =
            form.fields().filter(|field| field.lock.is_some()).filter(covered).collect();
        if fields.is_empty() {
            return;
        }
        let missing = fields.iter().filter(|field| row.value(&field.id) == Value::Missing).count();
        let count = counts.entry((at, class, row.maybe("subject"))).or_default();
        count.records += 1;
        count.missing += missing;
        if missing > 0 {
            count.incomplete += 1;
            if count.examples.len() < 10 {
                count.examples.extend(row.maybe("pupil"));
            }
        }
    }

    /// Term and column kind of the whole record, from the code of its point.
    fn point_of(&self, form: &Form, row: Row<'_>) -> (Option<i64>, Option<String>) {
        let entry = form.field("point").and_then(|field| match &field.kind {
            bieumau_model::definition::FieldType::Choice { codes } => {
                self.catalog().code_lists.get(codes)?.any(&row.text("point"))
            }
            _ => None,
        });
        let more = |column: &str| entry.and_then(|entry| entry.more.get(column));
        (more("term").and_then(|term| term.parse().ok()), more("column_kind").cloned())
    }

    fn grades(&self, school: &str, year: i64) -> Result<BTreeMap<String, i64>, Problem> {
        let table =
            self.papers("class", &[("school", text(school)), ("year", Value::Integer(year))])?;
        Ok(rows(&table).filter_map(|row| Some((row.text("class"), row.number("grade")?))).collect())
    }
}

/// Whether locks reach fields of a form.
fn is_locked(form: &Form) -> bool {
    form.field("school").is_some() && form.fields().any(|field| field.lock.is_some())
}

/// What of a reach the query itself can ask for; a form without a field is asked for the rest.
fn filters(form: &Form, reach: &Reach) -> Vec<(&'static str, Value)> {
    let all = [
        ("school", text(&reach.school)),
        ("year", number(reach.year)),
        ("term", number(reach.term)),
        ("class", super::papers::maybe(reach.class.as_deref())),
        ("subject", super::papers::maybe(reach.subject.as_deref())),
    ];
    all.into_iter().filter(|(name, _)| form.field(name).is_some()).collect()
}
