//! Counts a dataset while it is read: one pass of its statement, one group for all rows that agree
//! in the columns that are asked for. Also finds the rows behind a figure.
//!
//! A dataset whose rows are told apart by school may be counted in parts, by several readers at
//! once; see [`Reader::parts`].
//!
//! The groups are kept here and not by `GROUP BY`: SQLite sorts for that, which takes longer than
//! everything else. On an engine with hashed grouping the same statement takes the clause.

use std::collections::HashMap;

use bieumau_model::definition::{Dataset, DatasetColumn};
use bieumau_model::indicators::{Tally, Wanted};
use bieumau_model::table::{ColumnType, Table, Value};
use bieumau_model::text::nfc;
use rusqlite::types::ValueRef;

use crate::dataset::{Plan, type_name};
use crate::error::StoreError;
use crate::reader::{Reader, bind};
use crate::shape::Kind;
use crate::sql::quoted;
use crate::values::value_of;

/// For fewer schools than this a count is not worth a second reader.
const FEW_SCHOOLS: usize = 16;

/// Bounds of a part; no parameter of a report can be called like these.
const FROM: &str = "bm_from";
const BEFORE: &str = "bm_before";

/// Some of the schools by their codes, in the order of bytes; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The first code that may be of the part.
    pub from: String,
    /// The first code that is no longer of the part; to the very last when missing.
    pub before: Option<String>,
}

impl Reader {
    /// Counts the rows of `dataset` by the columns that are wanted, and adds up those that are.
    pub fn tally(
        &self,
        dataset: &Dataset,
        wanted: &Wanted,
        parameters: &[(&str, Value)],
    ) -> Result<Tally, StoreError> {
        self.tally_part(dataset, wanted, parameters, &Part::default())
    }

    /// Counts like [`Reader::tally`], only the rows of some schools; of a dataset that
    /// [`Reader::is_by_school`].
    pub fn tally_part(
        &self,
        dataset: &Dataset,
        wanted: &Wanted,
        parameters: &[(&str, Value)],
        part: &Part,
    ) -> Result<Tally, StoreError> {
        let plan = self.plan(dataset)?;
        let counting = Counting::new(&dataset.id, &plan, wanted, part)?;
        let from = (FROM, Value::Text(part.from.clone()));
        let before = part.before.iter().map(|code| (BEFORE, Value::Text(code.clone())));
        let given: Vec<_> = parameters.iter().cloned().chain([from]).chain(before).collect();
        self.guard.allow(self.limits.time);
        let result = self.count(counting, &given);
        self.guard.rest();
        result
    }

    /// Returns whether the rows of `dataset` are told apart by school, so that the counts of all
    /// parts together are the count of the whole.
    pub fn is_by_school(&self, dataset: &Dataset) -> Result<bool, StoreError> {
        Ok(self.plan(dataset)?.by_school)
    }

    /// Cuts the schools that are seen into at most so many parts of about equal size; one part when
    /// there are few schools.
    pub fn parts(&self, most: usize) -> Result<Vec<Part>, StoreError> {
        let sql = "SELECT school FROM school ORDER BY school";
        let statement = self.prepare(sql).filter(|_| most > 1 && self.names.has("school"));
        let Some(statement) = statement else { return Ok(vec![Part::default()]) };
        let mut statement = statement?;
        let codes = statement.query_map([], |row| row.get::<_, String>(0))?;
        let codes: Vec<String> = codes.collect::<Result<_, _>>()?;
        let parts = most.min(codes.len() / FEW_SCHOOLS).max(1);
        let bound = |at: usize| codes[at * codes.len() / parts].clone();
        let part = |at: usize| Part {
            from: if at == 0 { String::new() } else { bound(at) },
            before: (at + 1 < parts).then(|| bound(at + 1)),
        };
        Ok((0..parts).map(part).collect())
    }

    /// Returns the columns of `dataset`.
    pub fn columns(&self, dataset: &Dataset) -> Result<Vec<DatasetColumn>, StoreError> {
        Ok(self.plan(dataset)?.columns.clone())
    }

    /// Returns `columns` of the rows of `dataset` that meet `condition`, at most `most` of them.
    ///
    /// The condition is made from a checked definition and speaks of columns of the dataset.
    pub fn rows_where(
        &self,
        dataset: &Dataset,
        columns: &[&str],
        condition: &str,
        most: usize,
        parameters: &[(&str, Value)],
    ) -> Result<Table, StoreError> {
        let plan = self.plan(dataset)?;
        let found: Vec<usize> =
            columns.iter().map(|name| place(&dataset.id, &plan, name)).collect::<Result<_, _>>()?;
        let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let names = if names.is_empty() { "1 AS one".to_owned() } else { names.join(", ") };
        let one = DatasetColumn { name: "one".to_owned(), kind: ColumnType::Integer, shows: None };
        let shown = Plan {
            by_school: false,
            sql: format!(
                "SELECT {names} FROM ({}) AS counted WHERE {condition} LIMIT {most}",
                inner(&plan)
            ),
            columns: match found.as_slice() {
                [] => vec![one],
                found => found.iter().map(|at| plan.columns[*at].clone()).collect(),
            },
            plain: match found.as_slice() {
                [] => vec![true],
                found => found.iter().map(|at| plan.plain[*at]).collect(),
            },
        };
        self.run(&dataset.id, &shown, parameters)
    }

    fn count(
        &self,
        mut counting: Counting<'_>,
        parameters: &[(&str, Value)],
    ) -> Result<Tally, StoreError> {
        let name = counting.name;
        let mut statement = self
            .prepare(&counting.sql)
            .ok_or_else(|| StoreError::Forbidden { dataset: name.to_owned() })?
            .map_err(|error| self.explain(name, error))?;
        bind(&mut statement, parameters)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.explain(name, error))? {
            counting.row(row)?;
            if counting.groups.len() > self.limits.rows {
                let limit = self.limits.rows;
                return Err(StoreError::TooManyRows { dataset: name.to_owned(), limit });
            }
        }
        Ok(counting.tally)
    }
}

/// A count under way.
struct Counting<'a> {
    name: &'a str,
    sql: String,
    /// Columns that tell groups apart, and whether their texts are in NFC already.
    columns: Vec<(&'a DatasetColumn, bool)>,
    sums: Vec<&'a DatasetColumn>,
    tally: Tally,
    /// Groups by the bytes of their values.
    groups: HashMap<Vec<u8>, usize>,
    key: Vec<u8>,
}

impl<'a> Counting<'a> {
    fn new(
        name: &'a str,
        plan: &'a Plan,
        wanted: &Wanted,
        part: &Part,
    ) -> Result<Self, StoreError> {
        let mut columns = Vec::new();
        for column in &wanted.columns {
            let at = place(name, plan, column)?;
            columns.push((&plan.columns[at], plan.plain[at]));
        }
        let mut sums = Vec::new();
        for column in &wanted.sums {
            sums.push(&plan.columns[place(name, plan, column)?]);
        }
        let named = columns.iter().map(|(column, _)| *column).chain(sums.iter().copied());
        let names: Vec<String> = named.map(|column| quoted(&column.name)).collect();
        // Without any column only the number of rows is wanted.
        let names = if names.is_empty() { "COUNT(*)".to_owned() } else { names.join(", ") };
        let scale = |column: &DatasetColumn| match column.kind {
            ColumnType::Decimal(scale) => scale,
            _ => 0,
        };
        let tally = Tally::new(
            name,
            columns.iter().map(|(column, _)| (column.name.clone(), column.kind)),
            sums.iter().map(|column| (column.name.clone(), scale(column))),
        );
        // A bound that leaves nothing out still makes SQLite begin with the schools and go through
        // everything else in their order; without it the same count takes more than twice the time.
        let only = match (plan.by_school, &part.before) {
            (false, _) => String::new(),
            (true, None) => format!(" WHERE counted.school >= :{FROM}"),
            (true, Some(_)) => {
                format!(" WHERE counted.school >= :{FROM} AND counted.school < :{BEFORE}")
            }
        };
        let sql = format!("SELECT {names} FROM ({}) AS counted{only}", inner(plan));
        Ok(Self { name, sql, columns, sums, tally, groups: HashMap::new(), key: Vec::new() })
    }

    fn row(&mut self, row: &rusqlite::Row<'_>) -> Result<(), StoreError> {
        self.key.clear();
        for at in 0..self.columns.len() {
            push_key(&mut self.key, row.get_ref(at)?);
        }
        let group = match self.groups.get(self.key.as_slice()) {
            Some(group) => *group,
            None => {
                let group = self.group(row)?;
                self.groups.insert(self.key.clone(), group);
                group
            }
        };
        if self.columns.is_empty() && self.sums.is_empty() {
            self.tally.count_many(group, row.get(0)?);
            return Ok(());
        }
        self.tally.count(group);
        for at in 0..self.sums.len() {
            if let ValueRef::Integer(units) = row.get_ref(self.columns.len() + at)?
                && !self.tally.add(group, at, units)
            {
                return Err(StoreError::Inconsistent(format!("a sum of `{}`", self.name)));
            }
        }
        Ok(())
    }

    fn group(&mut self, row: &rusqlite::Row<'_>) -> Result<usize, StoreError> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (at, (column, plain)) in self.columns.iter().enumerate() {
            let wrong = |found| StoreError::ValueType {
                dataset: self.name.to_owned(),
                column: column.name.clone(),
                row: self.groups.len() + 1,
                found,
                expected: type_name(column.kind),
            };
            let value = value_of(Kind::from(column.kind), row.get_ref(at)?).map_err(wrong)?;
            values.push(match value {
                Value::Text(text) if !plain && !text.is_ascii() => {
                    Value::Text(nfc(&text).into_owned())
                }
                other => other,
            });
        }
        self.tally.group(values).map_err(|value| {
            StoreError::Inconsistent(format!("a value of `{}`: {value:?}", self.name))
        })
    }
}

/// Finds a column of a dataset.
fn place(name: &str, plan: &Plan, column: &str) -> Result<usize, StoreError> {
    plan.columns.iter().position(|own| own.name == column).ok_or_else(|| {
        StoreError::Inconsistent(format!("dataset `{name}` has no column `{column}`"))
    })
}

/// The statement as it may stand inside another one.
fn inner(plan: &Plan) -> &str {
    plan.sql.trim_end().trim_end_matches(';')
}

/// Writes a value so that no two rows of different values have the same bytes.
fn push_key(key: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => key.push(0),
        ValueRef::Integer(number) => {
            key.push(1);
            key.extend_from_slice(&number.to_le_bytes());
        }
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            key.push(2);
            key.extend_from_slice(&(text.len() as u64).to_le_bytes());
            key.extend_from_slice(text);
        }
        ValueRef::Real(number) => {
            key.push(3);
            key.extend_from_slice(&number.to_bits().to_le_bytes());
        }
    }
}
