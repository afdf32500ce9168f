//! The sheet from which a slip is made: the pupils of a class with the cells that may be corrected.

use bieumau_model::correction::written;
use bieumau_model::definition::Form;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use serde::Serialize;

use super::papers::{Row, rows, text};
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;

/// What has been chosen so far; empty means not yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetQuery {
    /// School.
    pub school: String,
    /// School year.
    pub year: Option<i64>,
    /// Class.
    pub class: String,
    /// Subject.
    pub subject: String,
    /// Term `1` or `2`, or a point of primary school such as `mid_1`.
    pub term: String,
}

/// A value of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choosable {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: Text,
}

/// The lists to choose from, and the cells when everything is chosen.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// Schools.
    pub schools: Vec<Choosable>,
    /// School years, newest first.
    pub years: Vec<Choosable>,
    /// Classes.
    pub classes: Vec<Choosable>,
    /// Subjects of the class.
    pub subjects: Vec<Choosable>,
    /// Terms or points.
    pub terms: Vec<Choosable>,
    /// Form of the records; empty until everything is chosen.
    pub form: String,
    /// Field that the term is the value of: `term` or `point`.
    pub by: &'static str,
    /// Columns: field and title.
    pub columns: Vec<Choosable>,
    /// Pupils with their cells.
    pub rows: Vec<SheetRow>,
}

/// A pupil of the sheet.
#[derive(Debug, Clone, Serialize)]
pub struct SheetRow {
    /// Pupil.
    pub pupil: String,
    /// Name.
    pub name: String,
    /// Values as they are, in the order of the columns.
    pub values: Vec<String>,
}

impl Site {
    /// Returns what `caller` can choose from, and the cells of what they have chosen.
    pub fn correction_sheet(&self, caller: &Caller, query: &SheetQuery) -> Result<Sheet, Problem> {
        let reader = self.reader(caller)?;
        let list = |form: &str, filters: &[(&str, Value)]| -> Result<Vec<Choosable>, Problem> {
            let found = reader.choices(form, filters).map_err(store_problem)?;
            Ok(found
                .into_iter()
                .map(|choice| Choosable { value: choice.key, label: Text::from(choice.label) })
                .collect())
        };
        let mut sheet = Sheet {
            schools: list("school", &[])?,
            years: list("school_year", &[])?,
            classes: Vec::new(),
            subjects: Vec::new(),
            terms: Vec::new(),
            form: String::new(),
            by: "term",
            columns: Vec::new(),
            rows: Vec::new(),
        };
        sheet.years.reverse();
        for year in &mut sheet.years {
            if let Ok(start) = year.value.parse::<i64>() {
                year.label = Text::from(format!("{start}-{}", start + 1));
            }
        }
        let Some(year) = query.year.filter(|_| !query.school.is_empty()) else { return Ok(sheet) };
        let school = [("school", text(&query.school)), ("year", Value::Integer(year))];
        sheet.classes = list("class", &school)?;
        if !sheet.classes.iter().any(|class| class.value == query.class) {
            return Ok(sheet);
        }
        let of_class = [school[0].clone(), school[1].clone(), ("class", text(&query.class))];
        let assignments =
            reader.records("teaching_assignment", &of_class).map_err(store_problem)?;
        let mut order: Vec<Row<'_>> = rows(&assignments).collect();
        order.sort_by_key(|row| row.number("position"));
        sheet.subjects =
            order.iter().map(|row| self.coded("subject", &row.text("subject"))).collect();
        let assignment = order.iter().find(|row| row.text("subject") == query.subject);
        let primary = self.is_primary(&query.school)?;
        sheet.terms = self.terms(primary);
        let (form, by) = match (primary, assignment.map(|row| row.text("kind"))) {
            (true, _) => ("primary_result", "point"),
            (false, Some(kind)) if kind == "comment" => ("comment_result", "term"),
            (false, _) => ("mark", "term"),
        };
        sheet.by = by;
        if assignment.is_none() || !sheet.terms.iter().any(|term| term.value == query.term) {
            return Ok(sheet);
        }
        let Some(definition) = self.catalog().forms.get(form) else { return Ok(sheet) };
        sheet.form = form.to_owned();
        sheet.columns = correctable(definition);
        let mut filters = of_class.to_vec();
        filters.push(("subject", text(&query.subject)));
        filters.push((
            by,
            match (by, query.term.parse()) {
                ("term", Ok(term)) => Value::Integer(term),
                _ => text(&query.term),
            },
        ));
        let records = reader.records(form, &filters).map_err(store_problem)?;
        let names = reader.records("pupil", &of_class).map_err(store_problem)?;
        let enrolments = reader.records("enrolment", &of_class).map_err(store_problem)?;
        let mut members: Vec<Row<'_>> = rows(&enrolments).collect();
        members.sort_by_key(|row| row.number("number"));
        for member in members {
            let pupil = member.text("pupil");
            // Only what is there can be corrected; the rest is entered the usual way.
            let Some(record) = rows(&records).find(|row| row.text("pupil") == pupil) else {
                continue;
            };
            let name = rows(&names).find(|row| row.text("pupil") == pupil);
            let values = sheet.columns.iter().map(|column| written(&record.value(&column.value)).0);
            sheet.rows.push(SheetRow {
                values: values.collect(),
                name: name.map_or_else(|| pupil.clone(), |row| row.text("full_name")),
                pupil,
            });
        }
        Ok(sheet)
    }

    fn is_primary(&self, school: &str) -> Result<bool, Problem> {
        let table = self.papers("school", &[("school", text(school))])?;
        Ok(rows(&table).any(|row| row.text("level") == "primary"))
    }

    fn terms(&self, primary: bool) -> Vec<Choosable> {
        if primary {
            let codes = self.catalog().code_lists.get("assessment_point");
            let codes = codes.into_iter().flat_map(|list| &list.codes);
            return codes
                .map(|code| Choosable { value: code.code.clone(), label: code.name.clone() })
                .collect();
        }
        [(1, "I"), (2, "II")]
            .map(|(term, numeral)| Choosable {
                value: term.to_string(),
                label: Text::both(format!("Học kì {numeral}"), format!("Term {term}")),
            })
            .to_vec()
    }

    /// A code with its name.
    fn coded(&self, list: &str, code: &str) -> Choosable {
        let found = self.catalog().code_lists.get(list).and_then(|list| list.any(code));
        let label = found.map_or_else(|| Text::from(code), |found| found.name.clone());
        Choosable { value: code.to_owned(), label }
    }

    /// The values that a page of locks offers: subjects and column kinds.
    pub fn lock_choices(&self) -> (Vec<Choosable>, Vec<Choosable>) {
        let all = |id: &str| {
            let list = self.catalog().code_lists.get(id);
            let codes = list.into_iter().flat_map(|list| &list.codes);
            codes
                .map(|code| Choosable { value: code.code.clone(), label: code.name.clone() })
                .collect()
        };
        (all("subject"), all("column_kind"))
    }
}

/// The fields of a form that slips can change: those that locks reach.
fn correctable(form: &Form) -> Vec<Choosable> {
    form.fields()
        .filter(|field| field.lock.is_some())
        .map(|field| Choosable {
            value: field.id.clone(),
            label: Text::from(field.title.get(Locale::Vi)),
        })
        .collect()
}
