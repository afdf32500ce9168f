//! What is filled in at once: the records of a form for a class, or all that meet some parameters,
//! with the fields that are entered. The marks grid and the workbooks are made from it.
//!
//! A form whose key ends in the pupil, once everything else of its key is given, is a *roll*: its
//! rows are the pupils of the class in the order of names, whether a record exists yet or not.
//! Every other form is a *list* of the records that are there. Where the form declares a grid, its
//! columns are the ones that are entered.

mod averages;
mod bind;
mod choices;
mod labels;
mod rows;
mod save;
mod view;

use bieumau_model::definition::{Field, FieldType, Form};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use indexmap::IndexMap;
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
    /// Whether the rows are the pupils of a class; then no row may be added.
    pub is_roll: bool,
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
    pub closed: Vec<Option<Text>>,
}

/// A pupil as lists show one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub number: Option<i64>,
    pub name: String,
    pub sort_name: String,
    pub birth_date: Option<Date>,
    /// Status, when the pupil does not simply attend.
    pub status: Option<Text>,
}

impl EntryTable<'_> {
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
    /// Collects what is filled in with `form` under the given parameters, as `caller` sees it.
    pub(crate) fn entry_table(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
    ) -> Result<EntryTable<'_>, Problem> {
        self.entry_table_of(caller, form, parameters, None)
    }

    /// The same with the row of one pupil only.
    pub(crate) fn entry_table_of(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        pupil: Option<&str>,
    ) -> Result<EntryTable<'_>, Problem> {
        let form = self.form(form)?;
        let bound = bind::bind(form, parameters, self.catalog())?;
        let is_roll = bound.is_roll(form);
        let grid = form
            .grids
            .iter()
            .find(|grid| is_roll && grid.fixed.iter().all(|name| bound.fixed.contains_key(name)));
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
            rows: Vec::new(),
        };
        self.load_rows(caller, &mut table, pupil)?;
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
