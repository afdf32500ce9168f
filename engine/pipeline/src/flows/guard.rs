//! Stands in the way of writes: locks, signatures, papers of the flows. Asked once for every write,
//! dry run and commit alike.

use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::definition::{FieldType, Form};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::entry::Fields;
use bieumau_model::lock::{Closing, Exception, Lock, Target, attendance_lock, refusals};
use bieumau_model::scope::Caller;
use bieumau_model::sign_off::{AfterSignOff, Part, Point};
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use jiff::civil::Date;

use super::papers::{KEPT_FORMS, rows, text};
use crate::access::account_of;
use crate::problem::Problem;
use crate::records::{Act, Attempt, Refusal};
use crate::site::Site;

/// A record that is about to be written, with the fields whose value changes.
struct Touched<'a> {
    form: &'a Form,
    /// The record as it will be, or as it is when it is retired; key fields too.
    fields: &'a Fields,
}

/// A signed part that a write opens again, by the rule of the site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reopening {
    pub school: String,
    pub year: i64,
    pub class: String,
    pub term: i64,
    pub point: Point,
    pub part: Part,
}

/// A signature that stands: its number, the point, the part of the book, and who gave it.
type Signed = (i64, Point, Part, Text);

/// What is looked up once for all records of a write, and which signatures it voids.
#[derive(Default)]
pub(crate) struct Memory {
    locks: BTreeMap<(String, i64), (Vec<Lock>, Vec<Exception>)>,
    grades: BTreeMap<(String, i64, String), Option<i64>>,
    classes: BTreeMap<(String, i64, String), Option<String>>,
    closings: BTreeMap<(String, i64), Option<Closing>>,
    signed: BTreeMap<(String, i64, String), Vec<Signed>>,
    /// Signed parts that the write opens again.
    pub(crate) reopened: BTreeSet<Reopening>,
    /// Where the caller was found to have the right to write last.
    pub(crate) allowed: Option<bieumau_model::access::Target>,
    /// What was refused beforehand last, and of which records.
    refused: Option<(About, Vec<Option<Diagnostic>>)>,
}

/// Refuses what is locked, what is signed, and the papers of the flows.
pub(crate) fn guard(attempt: &Attempt<'_>) -> Result<Vec<Refusal>, Problem> {
    let form = attempt.form;
    if KEPT_FORMS.contains(&form.id.as_str()) {
        return Ok(vec![Refusal { field: None, diagnostic: kept(form) }]);
    }
    let site = attempt.site;
    let touched = Touched { form, fields: attempt.after };
    let mut memory = attempt.memory.borrow_mut();
    let Some(about) = site.about(&touched, &mut memory)? else { return Ok(Vec::new()) };
    let open = open_fields(attempt, &about)?;
    let person = (account_of(attempt.caller), attempt.now);
    let mut refusals = site.locked(person, &touched, &about, &open, &mut memory)?;
    refusals.extend(site.signed(&touched, &about, &open, &mut memory)?);
    Ok(refusals)
}

/// Returns for each of `columns` why nobody in the place of `caller` could write it at `now` in a
/// record with `fields`; what the guard of a write would say of that column alone.
pub(crate) fn refused_cells(
    site: &Site,
    caller: &Caller,
    form: &Form,
    fields: &Fields,
    columns: &[&str],
    now: Timestamp,
    memory: &mut Memory,
) -> Result<Vec<Option<Diagnostic>>, Problem> {
    if KEPT_FORMS.contains(&form.id.as_str()) {
        return Ok(vec![Some(kept(form)); columns.len()]);
    }
    let touched = Touched { form, fields };
    let Some(about) = site.about(&touched, memory)? else { return Ok(vec![None; columns.len()]) };
    // The pupils of a class are locked alike.
    if let Some((_, refused)) = memory.refused.as_ref().filter(|(known, _)| *known == about) {
        return Ok(refused.clone());
    }
    let mut refused = Vec::with_capacity(columns.len());
    for column in columns {
        // An exception is for a person, who may come with a token.
        let person = (account_of(caller), now);
        let mut found = site.locked(person, &touched, &about, &[column], memory)?;
        found.extend(site.signed(&touched, &about, &[column], memory)?);
        refused.push(found.into_iter().next().map(|refusal| refusal.diagnostic));
    }
    memory.refused = Some((about, refused.clone()));
    Ok(refused)
}

/// The fields that the write touches, without the cells that an approved correction lets pass.
fn open_fields<'a>(attempt: &Attempt<'a>, about: &About) -> Result<Vec<&'a str>, Problem> {
    let touched: Vec<&str> = match attempt.act {
        Act::Insert | Act::Update { .. } => attempt.changed.to_vec(),
        // The whole record goes or comes back, with every cell that has a value.
        Act::Retire { .. } | Act::Restore { .. } => attempt
            .form
            .fields()
            .map(|field| field.id.as_str())
            .filter(|name| attempt.after.get(*name).is_some_and(|value| *value != Value::Missing))
            .collect(),
    };
    let (Some(number), Some(year)) = (attempt.correction, about.year) else { return Ok(touched) };
    let key: Vec<Value> = attempt
        .form
        .key
        .iter()
        .map(|name| attempt.after.get(name).cloned().unwrap_or(Value::Missing))
        .collect();
    let mut open = Vec::new();
    for field in touched {
        let value = attempt.after.get(field).unwrap_or(&Value::Missing);
        let cell = (attempt.form.id.as_str(), key.as_slice(), field);
        if !attempt.site.is_approved_cell(&about.school, year, number, cell, value)? {
            open.push(field);
        }
    }
    Ok(open)
}

impl Site {
    /// Adds the locks that hold over the changed fields, one finding for each kind of cells.
    fn locked(
        &self,
        (person, now): (&str, Timestamp),
        record: &Touched<'_>,
        about: &About,
        open: &[&str],
        known: &mut Memory,
    ) -> Result<Vec<Refusal>, Problem> {
        let Some(year) = about.lock_year else { return Ok(Vec::new()) };
        let key = (about.school.clone(), year);
        if !known.locks.contains_key(&key) {
            let locks = self.lock_values(&about.school, year)?;
            let exceptions = self.exception_values(&about.school, year)?;
            known.locks.insert(key.clone(), (locks, exceptions));
        }
        let mut automatic = Vec::new();
        if let Some(day) = about.day
            && record.form.fields().any(|field| field.lock.as_deref() == Some("attendance"))
            && let Some(closing) = self.closing(&about.school, year, known)?
        {
            automatic.extend(attendance_lock(&about.school, year, day, &closing));
        }
        let (locks, exceptions) = &known.locks[&key];
        let mut found: Vec<Refusal> = Vec::new();
        for (kind, fields) in by_kind(record.form, open, about) {
            let target = about.target(record.form, kind);
            let mut all = refusals(&automatic, exceptions, person, &target, now);
            all.extend(refusals(locks, exceptions, person, &target, now));
            for refusal in all {
                let diagnostic = refusal.diagnostic(&titles(record.form, &fields));
                let field = fields.first().map(|field| (*field).to_owned());
                if !found.iter().any(|own| own.diagnostic == diagnostic) {
                    found.push(Refusal { field, diagnostic });
                }
            }
        }
        Ok(found)
    }

    /// Refuses changes of fields that somebody has signed, or notes that they open the part again.
    fn signed(
        &self,
        record: &Touched<'_>,
        about: &About,
        open: &[&str],
        known: &mut Memory,
    ) -> Result<Vec<Refusal>, Problem> {
        let (Some(year), Some(class)) = (about.year, &about.class) else { return Ok(Vec::new()) };
        let key = (about.school.clone(), year, class.clone());
        if !known.signed.contains_key(&key) {
            let signed = self.signatures(&about.school, year, class)?;
            known.signed.insert(key.clone(), signed);
        }
        let part = about.subject.clone().map_or(Part::Class, Part::Subject);
        let mut refused = Vec::new();
        for (kind, fields) in by_kind(record.form, open, about) {
            let hits = known.signed[&key].iter().filter(|(term, point, own, _)| {
                about.term.is_none_or(|wanted| wanted == *term)
                    && point.confirms(kind)
                    && *own == part
                    && fields.iter().any(|field| of_term(field, *term, about))
            });
            for (term, point, _, who) in hits {
                match self.after_sign_off() {
                    AfterSignOff::Refuse => refused.push(Refusal {
                        field: fields.first().map(|field| (*field).to_owned()),
                        diagnostic: signed_finding(&titles(record.form, &fields), who),
                    }),
                    AfterSignOff::Reopen => {
                        known.reopened.insert(Reopening {
                            school: about.school.clone(),
                            year,
                            class: class.clone(),
                            term: *term,
                            point: *point,
                            part: part.clone(),
                        });
                    }
                }
            }
        }
        refused.dedup_by(|a, b| a.diagnostic == b.diagnostic);
        Ok(refused)
    }

    /// Finds out what a record is about; `None` when it belongs to no school.
    fn about(&self, record: &Touched<'_>, known: &mut Memory) -> Result<Option<About>, Problem> {
        let words = |name: &str| match record.fields.get(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let whole = |name: &str| match record.fields.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        };
        let Some(school) = words("school") else { return Ok(None) };
        let year = whole("year");
        let mut about = About {
            lock_year: year.or_else(|| self.config().and_then(|site| site.year)),
            year,
            term: whole("term"),
            grade: whole("grade"),
            class: words("class"),
            subject: words("subject"),
            day: match record.fields.get("day") {
                Some(Value::Date(day)) => Some(*day),
                _ => None,
            },
            kind: None,
            school,
        };
        self.read_point(record, &mut about);
        if let (None, Some(year), Some(pupil)) = (&about.class, year, words("pupil")) {
            let key = (about.school.clone(), year, pupil);
            if !known.classes.contains_key(&key) {
                let class = self.class_of(&key.0, year, &key.2)?;
                known.classes.insert(key.clone(), class);
            }
            about.class.clone_from(&known.classes[&key]);
        }
        if let (None, Some(year), Some(class)) = (about.grade, year, &about.class) {
            let key = (about.school.clone(), year, class.clone());
            if !known.grades.contains_key(&key) {
                let grade = self.grade_of(&key.0, year, class)?;
                known.grades.insert(key.clone(), grade);
            }
            about.grade = known.grades[&key];
        }
        Ok(Some(about))
    }

    /// A code list may say of which term and column kind the records of a code are.
    fn read_point(&self, record: &Touched<'_>, about: &mut About) {
        for name in &record.form.key {
            let Some(FieldType::Choice { codes }) = record.form.field(name).map(|own| &own.kind)
            else {
                continue;
            };
            let (Some(list), Some(Value::Text(code))) =
                (self.catalog().code_lists.get(codes), record.fields.get(name))
            else {
                continue;
            };
            let Some(entry) = list.any(code) else { continue };
            let more = |column: &str| entry.more.get(column);
            about.term = about.term.or_else(|| more("term").and_then(|term| term.parse().ok()));
            about.kind = about.kind.take().or_else(|| more("column_kind").cloned());
        }
    }

    fn class_of(&self, school: &str, year: i64, pupil: &str) -> Result<Option<String>, Problem> {
        let filters =
            [("school", text(school)), ("year", Value::Integer(year)), ("pupil", text(pupil))];
        let table = self.papers("enrolment", &filters)?;
        Ok(rows(&table).find_map(|row| row.maybe("class")))
    }

    fn grade_of(&self, school: &str, year: i64, class: &str) -> Result<Option<i64>, Problem> {
        let filters =
            [("school", text(school)), ("year", Value::Integer(year)), ("class", text(class))];
        let table = self.papers("class", &filters)?;
        Ok(rows(&table).find_map(|row| row.number("grade")))
    }

    /// The rule of the school's province on absences, when a plugin has one.
    fn closing(
        &self,
        school: &str,
        year: i64,
        known: &mut Memory,
    ) -> Result<Option<Closing>, Problem> {
        let key = (school.to_owned(), year);
        if !known.closings.contains_key(&key) {
            let closing = self.attendance_closing(school, year)?;
            known.closings.insert(key.clone(), closing);
        }
        Ok(known.closings[&key].clone())
    }

    /// The signatures that hold over a class: term, point, part, and who signed when.
    fn signatures(
        &self,
        school: &str,
        year: i64,
        class: &str,
    ) -> Result<Vec<(i64, Point, Part, Text)>, Problem> {
        let filters =
            [("school", text(school)), ("year", Value::Integer(year)), ("class", text(class))];
        let table = self.papers("sign_off", &filters)?;
        Ok(rows(&table)
            .filter(|row| row.text("state") == "signed")
            .filter_map(|row| {
                let point = Point::read(&row.text("point"))?;
                let term = row.number("term")?;
                let title = point.title(term);
                let name = row.text("signer_name");
                let at = row.moment("signed_at").map(bieumau_model::lock::moment);
                let at = at.unwrap_or_default();
                let who = Text::both(
                    format!("{name} lúc {at} ({})", title.get(Locale::Vi)),
                    format!("{name}, {at} ({})", title.get(Locale::En)),
                );
                Some((term, point, Part::read(&row.text("part"))?, who))
            })
            .collect())
    }

    /// What a change of signed cells does on this site.
    fn after_sign_off(&self) -> AfterSignOff {
        self.config().map_or_else(AfterSignOff::default, |site| site.after_sign_off)
    }
}

/// What a record is about.
#[derive(PartialEq, Eq)]
struct About {
    school: String,
    year: Option<i64>,
    /// The year whose locks are asked: that of the record, else the site's current one.
    lock_year: Option<i64>,
    term: Option<i64>,
    grade: Option<i64>,
    class: Option<String>,
    subject: Option<String>,
    day: Option<Date>,
    /// Column kind of the whole record, from the code of its point.
    kind: Option<String>,
}

impl About {
    fn target(&self, form: &Form, kind: Option<&str>) -> Target {
        Target {
            school: self.school.clone(),
            year: self.year,
            term: self.term,
            grade: self.grade,
            class: self.class.clone(),
            subject: self.subject.clone(),
            column_kind: kind.map(str::to_owned),
            form: form.id.clone(),
        }
    }
}

/// Groups fields by column kind; a field of a record with a kind of its own counts for both.
fn by_kind<'f>(
    form: &'f Form,
    fields: &[&'f str],
    about: &'f About,
) -> BTreeMap<Option<&'f str>, Vec<&'f str>> {
    let mut groups: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for name in fields {
        let Some(field) = form.field(name) else { continue };
        groups.entry(field.lock.as_deref()).or_default().push(name);
        if field.lock.is_some() && about.kind.is_some() && about.kind != field.lock {
            groups.entry(about.kind.as_deref()).or_default().push(name);
        }
    }
    groups
}

/// Whether a field belongs to the term: `term_1` and `term_2` of a record of a whole year do so by
/// their names, other fields by the record.
fn of_term(field: &str, term: i64, about: &About) -> bool {
    if about.term.is_some() {
        return true;
    }
    match field.strip_prefix("term_") {
        Some(own) => own == term.to_string(),
        None => false,
    }
}

fn titles(form: &Form, fields: &[&str]) -> Text {
    let named = |locale| {
        let titles = fields.iter().filter_map(|name| form.field(name));
        titles.map(|field| field.title.get(locale).to_owned()).collect::<Vec<_>>().join(", ")
    };
    Text::both(named(Locale::Vi), named(Locale::En))
}

fn kept(form: &Form) -> Diagnostic {
    Diagnostic::error(
        "J201",
        Text::both(
            format!(
                "{}: chỉ được ghi qua quy trình, không sửa trực tiếp",
                form.title.get(Locale::Vi)
            ),
            format!("{}: only the program writes it, step by step", form.title.get(Locale::En)),
        ),
    )
    .help(Text::both(
        "Dùng mục Khóa sổ, Sửa điểm, Xác nhận sổ hoặc Rà soát dữ liệu",
        "use locks, corrections, sign-offs or reviews",
    ))
}

fn signed_finding(what: &Text, who: &Text) -> Diagnostic {
    Diagnostic::error(
        "J216",
        Text::both(
            format!("{}: đã được {} xác nhận", what.get(Locale::Vi), who.get(Locale::Vi)),
            format!("{}: signed by {}", what.get(Locale::En), who.get(Locale::En)),
        ),
    )
    .help(Text::both(
        "Lập phiếu đề nghị sửa điểm (mục Sửa điểm), hoặc đề nghị Hiệu trưởng mở lại phần đã xác nhận",
        "send a correction slip, or ask the principal to open the signed part again",
    ))
}
