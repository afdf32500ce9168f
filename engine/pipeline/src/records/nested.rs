//! A record on its way together with the lines of its repeats: one transaction, the record first.
//!
//! A line says itself what becomes of it: without a revision it is new, with one it is changed or
//! taken out of use. Lines that are not named stay as they are, so that nobody takes away what
//! somebody else has just added.

use std::collections::BTreeMap;

use bieumau_model::definition::{FieldType, Form};
use bieumau_model::entry::{Given, Validator};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_store::{Listing, Record, Status};
use jiff::Timestamp;

use super::write::{Act, Change};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// The greatest number of lines of one repeat that go with their record.
const MOST_LINES: usize = 10_000;

/// A line of a repeat on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Fields; those of the key of the record need not be among them.
    pub fields: BTreeMap<String, Given>,
    /// Revision that was read; `None` for a new line.
    pub revision: Option<i64>,
    /// Whether it goes out of use.
    pub retire: bool,
}

/// The changes of a record and of its lines, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// Changes.
    pub changes: Vec<Change>,
    /// Which of them is the record itself.
    pub own: usize,
    /// For each change where it stands in what was given: `""` for the record, else
    /// `/lines/section/0`.
    pub places: Vec<String>,
}

impl Site {
    /// Puts the lines of its repeats beside the change of a record, by section.
    ///
    /// Whoever takes a record out of use takes its lines with it; whoever brings it back brings back
    /// those that went with it.
    ///
    /// # Errors
    /// When the form has no such repeat.
    pub fn nested(
        &self,
        caller: &Caller,
        change: Change,
        lines: &BTreeMap<String, Vec<Line>>,
    ) -> Result<Nested, Problem> {
        let form = self.form(&change.form)?;
        if let Some(section) = lines.keys().find(|own| form.repeats().all(|(s, _)| s.id != **own)) {
            return Err(no_repeat(form, section));
        }
        let mut with = Vec::new();
        let key = self.key_given_in(form, &change.fields).unwrap_or_default();
        let left_at = match change.act {
            Act::Restore { .. } => self.left_at(caller, form, &key)?,
            _ => None,
        };
        for (section, repeat) in form.repeats() {
            let of_line = self.form(&repeat.form)?;
            let known = self.known_lines(caller, form, of_line, &key)?;
            with.extend(moved_along(of_line, &change, &known, left_at));
            let given = lines.get(&section.id).map_or(&[][..], Vec::as_slice);
            for (at, line) in given.iter().enumerate() {
                let place = format!("/lines/{}/{at}", section.id);
                with.push((place, line_change(form, of_line, &change, line, &known, &given[..at])));
            }
        }
        let own = (String::new(), change);
        let is_retired = matches!(own.1.act, Act::Retire { .. });
        // Nothing may refer to a record that goes, and a line refers to a record that is there.
        let (at, all) = match is_retired {
            true => (with.len(), with.into_iter().chain([own]).collect::<Vec<_>>()),
            false => (0, [own].into_iter().chain(with).collect()),
        };
        let (places, changes) = all.into_iter().unzip();
        Ok(Nested { changes, own: at, places })
    }

    /// Reads the key out of what was given; nothing when a part of it is missing or cannot be read.
    fn key_given_in(&self, form: &Form, fields: &BTreeMap<String, Given>) -> Option<Vec<Value>> {
        let read = Validator::new(form, self.catalog(), self.today()).read(fields).fields;
        let parts = form.key.iter().map(|name| read.get(name).cloned());
        parts.map(|value| value.filter(|value| *value != Value::Missing)).collect()
    }

    /// Returns when a record went out of use.
    fn left_at(
        &self,
        caller: &Caller,
        form: &Form,
        key: &[Value],
    ) -> Result<Option<Timestamp>, Problem> {
        let record = self.store().record(caller, form, key).map_err(store_problem)?;
        Ok(record.map(|record| record.changed_at))
    }

    /// Reads the lines of a record, retired ones too.
    fn known_lines(
        &self,
        caller: &Caller,
        form: &Form,
        of_line: &Form,
        key: &[Value],
    ) -> Result<Vec<Record>, Problem> {
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let equals = form.key.iter().cloned().zip(key.iter().cloned()).collect();
        let listing =
            Listing { equals, most: MOST_LINES, with_retired: true, ..Listing::default() };
        let page = self.store().records(caller, of_line, &listing).map_err(store_problem)?;
        Ok(page.records)
    }
}

/// The lines that go out of use, or come back, with their record.
fn moved_along(
    of_line: &Form,
    change: &Change,
    known: &[Record],
    left_at: Option<Timestamp>,
) -> Vec<(String, Change)> {
    let act = |line: &Record| match (change.act, line.status) {
        (Act::Retire { .. }, Status::Active) => Some(Act::Retire { revision: line.revision }),
        (Act::Restore { .. }, Status::Retired) if Some(line.changed_at) == left_at => {
            Some(Act::Restore { revision: line.revision })
        }
        _ => None,
    };
    let key = |line: &Record| {
        let value = |name: &String| line.field(name).cloned().unwrap_or(Value::Missing);
        of_line.key.iter().map(|name| (name.clone(), Given::Value(value(name)))).collect()
    };
    let moved = known.iter().filter_map(|line| Some((act(line)?, key(line))));
    moved.map(|(act, fields)| (String::new(), one_change(of_line, act, fields, change))).collect()
}

fn line_change(
    form: &Form,
    of_line: &Form,
    change: &Change,
    line: &Line,
    known: &[Record],
    before: &[Line],
) -> Change {
    let mut fields = line.fields.clone();
    let key =
        form.key.iter().filter_map(|name| Some((name.clone(), change.fields.get(name)?.clone())));
    fields.extend(key);
    let act = match (line.revision, line.retire) {
        (None, _) => Act::Insert,
        (Some(revision), false) => Act::Update { revision },
        (Some(revision), true) => Act::Retire { revision },
    };
    if let (Act::Insert, Some(name)) = (act, numbered(of_line))
        && !fields.contains_key(name)
    {
        let taken = known.iter().filter_map(|line| match line.field(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        });
        let more = before.iter().filter(|line| line.revision.is_none()).count();
        let next = taken.max().unwrap_or(0) + 1 + i64::try_from(more).unwrap_or(0);
        fields.insert(name.to_owned(), Given::Value(Value::Integer(next)));
    }
    one_change(of_line, act, fields, change)
}

/// The field that tells lines apart, when it is a number that can be given out.
fn numbered(of_line: &Form) -> Option<&str> {
    let field = of_line.field(of_line.key.last()?)?;
    matches!(field.kind, FieldType::Integer { .. }).then_some(field.id.as_str())
}

fn one_change(
    of_line: &Form,
    act: Act,
    fields: BTreeMap<String, Given>,
    change: &Change,
) -> Change {
    Change { form: of_line.id.clone(), act, fields, confirmed: change.confirmed.clone() }
}

fn no_repeat(form: &Form, section: &str) -> Problem {
    let known: Vec<&str> = form.repeats().map(|(section, _)| section.id.as_str()).collect();
    let problem = Problem::new(
        ProblemKind::BadInput,
        "J138",
        format!("Biểu mẫu `{}` không có phần lặp `{section}`", form.id),
        format!("form `{}` has no repeat `{section}`", form.id),
    )
    .at(format!("/lines/{section}"));
    match known.as_slice() {
        [] => problem,
        known => {
            let known = known.join(", ");
            problem.help(format!("có: {known}"), format!("there are: {known}"))
        }
    }
}
