//! What is filled in at once: the records of a form for a class, or all that meet some parameters,
//! with the fields that are entered. The marks grid and the workbooks are made from it.
//!
//! A form whose key ends in the pupil, once everything else of its key is given, is a *roll*: its
//! rows are the pupils of the class in the order of names, whether a record exists yet or not. So is
//! a form with a grid whose fixed fields are given; then the grid tells the rows, and its columns
//! are the ones that are entered. Every other form is a *list* of the records that are there.
//!
//! Cells that the caller could not write at the moment (rights, locks, signatures, exemptions) are
//! closed beforehand, by the guards that every write passes.

mod averages;
mod bind;
mod choices;
mod close;
mod labels;
mod rows;
mod save;
mod view;

use std::collections::HashMap;

use bieumau_model::definition::{Field, FieldType, Form, Grid};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::Date;

pub use averages::Averages;
pub use save::{RowSaved, RowToSave};
pub use view::{EntryChoice, EntryColumn, EntryForm, EntryGrid, EntryLine};

pub(crate) use labels::{Labels, NO, YES, list_of, typed};
pub(crate) use rows::fixed_words;
pub(crate) use save::key_fields;

use crate::parameters::RawParameters;
use crate::problem::Problem;
use crate::site::Site;

/// A cell that nobody may fill in.
pub(crate) const CLOSED: &str = "J290";

/// Records to fill in.
#[derive(Debug, Clone)]
pub(crate) struct EntryTable<'c> {
    pub form: &'c Form,
    /// Fields that are the same in every row.
    pub fixed: IndexMap<String, Value>,
    /// What narrows the rows without being a field: the class of pupils.
    pub filters: IndexMap<String, Value>,
    /// Fields of the key that differ from row to row.
    pub row_key: Vec<&'c Field>,
    /// Fields to enter.
    pub columns: Vec<&'c Field>,
    /// Whether the rows are known beforehand; then no row may be added.
    pub is_roll: bool,
    /// The grid that tells the rows, when the form has one for these parameters.
    pub grid: Option<&'c Grid>,
    pub rows: Vec<EntryRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EntryRow {
    /// Values of the row's key fields.
    pub key: Vec<Value>,
    /// The pupil, when the row is about one.
    pub person: Option<Person>,
    /// Values of the columns as they are stored.
    pub values: Vec<Value>,
    /// Revision of the record; `None` when there is none yet.
    pub revision: Option<i64>,
    /// Why a cell may not be written into, by column.
    pub closed: Vec<Option<Diagnostic>>,
}

/// Whom or what a row is about, as lists show it: a pupil, or the record that gives the row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Person {
    pub number: Option<i64>,
    pub name: String,
    pub sort_name: String,
    pub birth_date: Option<Date>,
    /// Status, when the pupil does not simply attend.
    pub status: Option<Text>,
}

impl EntryTable<'_> {
    /// Returns whether the rows are pupils.
    pub fn is_of_pupils(&self) -> bool {
        self.is_roll && self.grid.is_none_or(|grid| grid.rows == "enrolment")
    }

    /// Returns the row with these key values.
    pub fn row_at(&self) -> HashMap<Vec<String>, usize> {
        let key = |row: &EntryRow| row.key.iter().map(|value| typed(value, None)).collect();
        self.rows.iter().enumerate().map(|(at, row)| (key(row), at)).collect()
    }

    /// Returns the key of a row, in the order of the form's key.
    pub fn key_of(&self, row_key: &[Value]) -> Vec<Value> {
        let own = |name: &String| {
            let at = self.row_key.iter().position(|field| field.id == *name)?;
            row_key.get(at).cloned()
        };
        self.form
            .key
            .iter()
            .map(|name| own(name).or_else(|| self.fixed.get(name).cloned()))
            .map(|value| value.unwrap_or(Value::Missing))
            .collect()
    }
}

impl Site {
    /// Collects what is filled in with `form` under the given parameters, as `caller` sees it and
    /// may write it at `now`.
    pub(crate) fn entry_table(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        now: Timestamp,
    ) -> Result<EntryTable<'_>, Problem> {
        self.entry_table_of(caller, form, parameters, None, now)
    }

    /// The same with the row of one pupil only.
    pub(crate) fn entry_table_of(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        pupil: Option<&str>,
        now: Timestamp,
    ) -> Result<EntryTable<'_>, Problem> {
        let form = self.form(form)?;
        let bound = bind::bind(form, parameters, self.catalog())?;
        let is_roll = bound.is_roll(form);
        let grid = bound.grid(form);
        let row_key: Vec<&Field> = form
            .key
            .iter()
            .filter(|name| !bound.fixed.contains_key(*name))
            .filter_map(|name| form.field(name))
            .collect();
        let columns: Vec<&Field> = match grid {
            Some(grid) => grid.columns.iter().filter_map(|name| form.field(name)).collect(),
            None => form
                .fields()
                .filter(|field| !bound.fixed.contains_key(&field.id))
                .filter(|field| !form.key.contains(&field.id))
                // What is computed is entered by nobody.
                .filter(|field| field.compute.is_none())
                .collect(),
        };
        let mut table = EntryTable {
            form,
            fixed: bound.fixed,
            filters: bound.filters,
            row_key,
            columns,
            is_roll,
            grid,
            rows: Vec::new(),
        };
        self.load_rows(caller, &mut table, pupil, now)?;
        Ok(table)
    }
}

/// Returns whether a form is about pupils one by one.
pub(crate) fn pupil_field(form: &Form) -> Option<&Field> {
    form.fields().find(|field| {
        form.key.contains(&field.id)
            && matches!(&field.kind, FieldType::Reference { to } if to == "pupil")
    })
}
