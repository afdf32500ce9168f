//! Loads the rows: the pupils of a class with their records, or the records that are there.

use std::collections::HashMap;

use bieumau_model::definition::{Catalog, FieldType, Grid, NameOrder};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::names;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Record, Status};
use indexmap::IndexMap;
use jiff::Timestamp;

use super::labels::typed;
use super::{EntryRow, EntryTable, Person};
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;

/// The key of a record, with the pupil when it names one.
type Listed = (Vec<Value>, Option<Person>);

/// The list of statuses of pupils, and the one that simply attends.
const STATUSES: &str = "pupil_status";
const ATTENDS: &str = "01";

impl Site {
    /// Fills in the rows of `table`; of a roll `only` the one of a pupil.
    pub(super) fn load_rows(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
        only: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        table.rows = if table.is_roll {
            let mut people = match table.grid {
                Some(grid) if grid.rows != "enrolment" => self.given(caller, grid, &table.fixed)?,
                _ => self.roll(caller, &table.fixed, only)?,
            };
            people.retain(|(key, _)| only.is_none_or(|only| typed(key, None) == only));
            let rows = people.into_iter().map(|(key, person)| (vec![key], Some(person)));
            rows.collect()
        } else {
            self.listed(caller, table)?
        }
        .into_iter()
        .map(|(key, person)| EntryRow {
            key,
            person,
            values: vec![Value::Missing; table.columns.len()],
            revision: None,
            closed: vec![None; table.columns.len()],
        })
        .collect();
        let keys: Vec<Vec<Value>> = table.rows.iter().map(|row| table.key_of(&row.key)).collect();
        let records = self.store().records_with(caller, table.form, &keys);
        let records = records.map_err(store_problem)?;
        for (row, record) in table.rows.iter_mut().zip(records) {
            if let Some(record) = record {
                put(row, &record, &table.columns);
            }
        }
        self.close(caller, table, now)
    }

    /// Returns what gives the rows of `grid`: the records of its form that agree with the fixed
    /// fields they share, by `number` where they have one, else by key.
    fn given(
        &self,
        caller: &Caller,
        grid: &Grid,
        fixed: &IndexMap<String, Value>,
    ) -> Result<Vec<(Value, Person)>, Problem> {
        let form = self.form(&grid.rows)?;
        let shared = fixed.iter().filter(|(name, _)| form.field(name).is_some());
        let filters: Vec<(&str, Value)> =
            shared.map(|(name, value)| (name.as_str(), value.clone())).collect();
        let reader = self.reader(caller)?;
        let records = reader.records(&form.id, &filters).map_err(store_problem)?;
        let named = form.fields().find(|field| field.kind == FieldType::PersonName);
        let named = named.or_else(|| form.field("name")).map_or(&grid.field, |field| &field.id);
        let mut rows: Vec<(Value, Person)> = (0..records.rows())
            .filter_map(|row| {
                let key = records.value(row, &grid.field).filter(|key| *key != Value::Missing)?;
                let name = records.value(row, named).unwrap_or(Value::Missing);
                let number = match records.value(row, "number") {
                    Some(Value::Integer(number)) => Some(number),
                    _ => None,
                };
                let name = typed(&name, None);
                Some((key, Person { number, name, ..Person::default() }))
            })
            .collect();
        rows.sort_by_key(|(_, person)| person.number.unwrap_or(i64::MAX));
        Ok(rows)
    }

    /// Returns the pupils of a class in the order of names, or `only` the one.
    pub(crate) fn roll(
        &self,
        caller: &Caller,
        fixed: &IndexMap<String, Value>,
        only: Option<&str>,
    ) -> Result<Vec<(Value, Person)>, Problem> {
        let reader = self.reader(caller)?;
        let snapshot = reader.snapshot().map_err(store_problem)?;
        let filter = |names: &[&'static str]| -> Vec<(&'static str, Value)> {
            let value = |name: &str| fixed.get(name).cloned().unwrap_or(Value::Missing);
            names.iter().map(|name| (*name, value(name))).collect()
        };
        let mut wanted = filter(&["school", "year", "class"]);
        wanted.extend(only.map(|pupil| ("pupil", Value::Text(pupil.to_owned()))));
        let enrolments = snapshot.records("enrolment", &wanted).map_err(store_problem)?;
        let pupils = snapshot.records("pupil", &wanted).map_err(store_problem)?;
        let by_code: HashMap<Option<Value>, usize> =
            (0..pupils.rows()).map(|row| (pupils.value(row, "pupil"), row)).collect();
        let mut people: Vec<(Value, Person)> = (0..enrolments.rows())
            .filter_map(|row| {
                let code = enrolments.value(row, "pupil")?;
                let pupil = by_code.get(&Some(code.clone())).copied();
                Some((code, person(self.catalog(), &pupils, pupil, &enrolments, row)))
            })
            .collect();
        sort(&mut people);
        Ok(people)
    }

    /// Returns the keys of the records that are there, with pupils where the key names one.
    fn listed(&self, caller: &Caller, table: &EntryTable<'_>) -> Result<Vec<Listed>, Problem> {
        let reader = self.reader(caller)?;
        let given = table.fixed.iter().chain(&table.filters);
        let filters: Vec<(&str, Value)> =
            given.map(|(name, value)| (name.as_str(), value.clone())).collect();
        let records = reader.records(&table.form.id, &filters).map_err(store_problem)?;
        let key = |row| {
            let own = |field: &&bieumau_model::definition::Field| {
                records.value(row, &field.id).unwrap_or(Value::Missing)
            };
            table.row_key.iter().map(own).collect::<Vec<_>>()
        };
        let mut rows: Vec<Listed> = (0..records.rows()).map(|row| (key(row), None)).collect();
        if table.form.id == "pupil" {
            let names = (0..records.rows()).map(|row| sort_text(&records, row));
            let mut keyed: Vec<_> = names.zip(rows).collect();
            keyed.sort_by_cached_key(|(name, _)| {
                names::sort_key(name, NameOrder::GivenThenLeftToRight)
            });
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        Ok(rows)
    }
}

fn put(row: &mut EntryRow, record: &Record, columns: &[&bieumau_model::definition::Field]) {
    row.revision = Some(record.revision);
    for (value, field) in row.values.iter_mut().zip(columns) {
        *value = record.field(&field.id).cloned().unwrap_or(Value::Missing);
    }
    if record.status == Status::Retired {
        let why = Text::both(
            "Bản ghi này đã ngừng dùng; khôi phục trước khi sửa",
            "the record is out of use; restore it before it is changed",
        );
        row.closed.fill(Some(Diagnostic::error(super::CLOSED, why)));
    }
}

fn person(
    catalog: &Catalog,
    pupils: &Table,
    pupil: Option<usize>,
    enrolments: &Table,
    row: usize,
) -> Person {
    let text = |value| match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    let of_pupil = |name: &str| pupil.and_then(|at| pupils.value(at, name));
    let name = text(of_pupil("full_name")).unwrap_or_default();
    let status = text(enrolments.value(row, "status")).filter(|status| status != ATTENDS);
    Person {
        number: match enrolments.value(row, "number") {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        },
        sort_name: text(of_pupil("sort_name")).unwrap_or_else(|| name.clone()),
        name,
        birth_date: match of_pupil("birth_date") {
            Some(Value::Date(date)) => Some(date),
            _ => None,
        },
        status: status.map(|status| {
            let list = catalog.code_lists.get(STATUSES);
            let name = list.and_then(|list| list.any(&status)).map(|code| code.name.clone());
            name.unwrap_or_else(|| Text::from(status))
        }),
    }
}

/// Sorts by name, then date of birth, then code, so that the order is always the same.
fn sort(people: &mut [(Value, Person)]) {
    let code = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        _ => String::new(),
    };
    people.sort_by_cached_key(|(pupil, person)| {
        let name = names::sort_key(&person.sort_name, NameOrder::GivenThenLeftToRight);
        (name, person.birth_date, code(pupil))
    });
}

fn sort_text(pupils: &Table, row: usize) -> String {
    let text = |name: &str| match pupils.value(row, name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    };
    text("sort_name").or_else(|| text("full_name")).unwrap_or_default()
}

impl Site {
    /// Returns the grade of the class that is filled in.
    pub(super) fn grade(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
    ) -> Result<Option<i64>, Problem> {
        let found = self.of_class(caller, table, "class", None)?;
        Ok(match found.value(0, "grade") {
            Some(Value::Integer(grade)) => Some(grade),
            _ => None,
        })
    }

    /// Returns the records of `form` for the class that is filled in.
    pub(super) fn of_class(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
        form: &str,
        subject: Option<&Value>,
    ) -> Result<Table, Problem> {
        let reader = self.reader(caller)?;
        let own = ["school", "year", "class"].into_iter();
        let mut filters: Vec<(&str, Value)> =
            own.filter_map(|name| Some((name, table.fixed.get(name)?.clone()))).collect();
        filters.extend(subject.map(|subject| ("subject", subject.clone())));
        reader.records(form, &filters).map_err(store_problem)
    }

    /// Leaves out ongoing marks beyond the number that the yearly periods ask for (TT22, Điều 6),
    /// unless some pupil has one.
    pub(crate) fn trim_columns(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
    ) -> Result<(), Problem> {
        let Some(subject) = table.fixed.get("subject").cloned().filter(|_| table.is_roll) else {
            return Ok(());
        };
        let is_numeric = |field: &&bieumau_model::definition::Field| {
            matches!(field.kind, FieldType::Decimal { .. })
        };
        let teaching = self.of_class(caller, table, "teaching_assignment", Some(&subject))?;
        let periods = match teaching.value(0, "periods") {
            Some(Value::Integer(periods)) => Some(periods),
            _ => None,
        };
        let wanted = |field: &bieumau_model::definition::Field| {
            let Some(number) = field.id.strip_prefix("ongoing_") else { return true };
            let Ok(number) = number.parse::<i64>() else { return true };
            number <= prescribed(periods, is_numeric(&field))
        };
        let keep: Vec<bool> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, field)| {
                wanted(field) || table.rows.iter().any(|row| row.values[at] != Value::Missing)
            })
            .collect();
        retain(&mut table.columns, &keep);
        for row in &mut table.rows {
            retain(&mut row.values, &keep);
            retain(&mut row.closed, &keep);
        }
        Ok(())
    }
}

/// How many ongoing results a term has: by yearly periods, and two in a comment subject.
fn prescribed(periods: Option<i64>, is_numeric: bool) -> i64 {
    match periods {
        _ if !is_numeric => 2,
        Some(..=35) => 2,
        Some(36..=70) => 3,
        _ => 4,
    }
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut flags = keep.iter();
    items.retain(|_| flags.next().copied().unwrap_or(true));
}

/// The name of a school, class or subject in headings.
pub(crate) fn fixed_words(site: &Site, caller: &Caller, table: &EntryTable<'_>) -> Vec<String> {
    let mut words = Vec::new();
    for (name, value) in table.fixed.iter().chain(&table.filters) {
        let field = table.form.field(name);
        let title = field.map_or(name.as_str(), |field| field.title.get(Locale::Vi));
        let shown = match (name.as_str(), value, field.map(|field| &field.kind)) {
            ("year", Value::Integer(year), _) => {
                words.push(format!("Năm học {year}-{}", year + 1));
                continue;
            }
            ("class", Value::Text(class), _) => {
                words.push(format!("Lớp {class}"));
                continue;
            }
            (_, Value::Text(code), Some(FieldType::Choice { codes })) => {
                let list = site.catalog().code_lists.get(codes);
                let name = list.and_then(|list| list.any(code));
                name.map_or_else(|| code.clone(), |code| code.name.get(Locale::Vi).to_owned())
            }
            (_, Value::Text(key), Some(FieldType::Reference { to })) => {
                site.record_name(caller, to, key).unwrap_or_else(|| key.clone())
            }
            (_, value, _) => super::labels::typed(value, None),
        };
        words.push(format!("{title}: {shown}"));
    }
    words
}

impl Site {
    /// Returns what a person calls the record `key` of `form`.
    fn record_name(&self, caller: &Caller, form: &str, key: &str) -> Option<String> {
        let last = self.catalog().forms.get(form)?.key.last()?;
        let reader = self.reader(caller).ok()?;
        let filters = [(last.as_str(), Value::Text(key.to_owned()))];
        reader.choices(form, &filters).ok()?.into_iter().next().map(|choice| choice.label)
    }
}
