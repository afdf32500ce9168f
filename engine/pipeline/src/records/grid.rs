//! A grid of a form filled with its records: one row for each record that gives the rows.

use std::collections::BTreeMap;

use bieumau_model::definition::{Field, Form, Grid};
use bieumau_model::entry::{Given, Validator};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use bieumau_store::Listing;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::json::{key_text, value_json, value_text};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// The greatest number of rows.
const MOST_ROWS: usize = 500;

/// A filled grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridView {
    /// Form whose records are entered.
    pub form: String,
    /// Grid.
    pub grid: String,
    /// Title.
    pub title: Text,
    /// Fixed fields with their values.
    pub fixed: Map<String, Json>,
    /// The field that tells the rows apart.
    pub field: String,
    /// Columns in order.
    pub columns: Vec<GridColumn>,
    /// Rows in the order of the form that gives them: by `number` when it has one, else by key.
    pub rows: Vec<GridRow>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridColumn {
    /// Field.
    pub field: String,
    /// Title.
    pub title: Text,
    /// Type of the field.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whether it is computed, and not entered.
    pub computed: bool,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridRow {
    /// Value of the field that tells the rows apart.
    pub value: Json,
    /// What stands in front of the row: the fields of the record that gives it.
    pub source: Map<String, Json>,
    /// Key of the record as it stands in addresses, also when there is none yet.
    pub key: String,
    /// Revision of the record; `None` when there is none yet.
    pub revision: Option<i64>,
    /// Cells in the order of the columns.
    pub cells: Vec<GridCell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GridCell {
    /// Value as the API has it.
    pub value: Json,
    /// Value as a person reads it.
    pub text: String,
}

impl Site {
    /// Fills the grid `grid` of `form` for these values of its fixed fields, as typed.
    pub fn grid(
        &self,
        caller: &Caller,
        form: &str,
        grid: &str,
        fixed: &BTreeMap<String, String>,
    ) -> Result<GridView, Problem> {
        let form = self.form(form)?;
        let grid = form.grid(grid).ok_or_else(|| no_grid(form, grid))?;
        let fixed = self.fixed(form, grid, fixed)?;
        let rows = self.form(&grid.rows)?;
        let shared = fixed.iter().filter(|(name, _)| rows.field(name).is_some()).cloned().collect();
        let listing = Listing { equals: shared, most: MOST_ROWS, ..Listing::default() };
        let store = self.store();
        let mut sources = store.records(caller, rows, &listing).map_err(store_problem)?.records;
        let number = |record: &bieumau_store::Record| match record.field("number") {
            Some(Value::Integer(number)) => *number,
            _ => i64::MAX,
        };
        sources.sort_by_key(number);
        let mut filled = Vec::with_capacity(sources.len());
        for source in sources {
            let value = source.field(&grid.field).cloned().unwrap_or(Value::Missing);
            let key: Vec<Value> = form
                .key
                .iter()
                .map(|name| {
                    let fixed = fixed.iter().find(|(own, _)| own == name);
                    fixed.map_or_else(|| value.clone(), |(_, value)| value.clone())
                })
                .collect();
            let record = store.record(caller, form, &key).map_err(store_problem)?;
            let cell = |name: &String| {
                let value = record.as_ref().and_then(|record| record.field(name));
                let value = value.unwrap_or(&Value::Missing);
                GridCell { value: value_json(value), text: value_text(value) }
            };
            filled.push(GridRow {
                value: value_json(&value),
                source: source
                    .fields
                    .iter()
                    .map(|(name, value)| (name.clone(), value_json(value)))
                    .collect(),
                key: key_text(&key),
                revision: record.as_ref().map(|record| record.revision),
                cells: grid.columns.iter().map(cell).collect(),
            });
        }
        Ok(GridView {
            form: form.id.clone(),
            grid: grid.id.clone(),
            title: grid.title.clone(),
            fixed: fixed.iter().map(|(name, value)| (name.clone(), value_json(value))).collect(),
            field: grid.field.clone(),
            columns: grid.columns.iter().filter_map(|name| form.field(name)).map(column).collect(),
            rows: filled,
        })
    }

    /// Reads the fixed fields; all of them must be given.
    fn fixed(
        &self,
        form: &Form,
        grid: &Grid,
        fixed: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, Value)>, Problem> {
        let given: BTreeMap<String, Given> = grid
            .fixed
            .iter()
            .filter_map(|name| Some((name.clone(), Given::Text(fixed.get(name)?.clone()))))
            .collect();
        let read = Validator::new(form, self.catalog(), self.today()).read(&given);
        let values = grid.fixed.iter().map(|name| {
            let value = read.fields.get(name).filter(|value| **value != Value::Missing);
            value.map(|value| (name.clone(), value.clone())).ok_or(name)
        });
        values.collect::<Result<_, _>>().map_err(|name| {
            let found = read.findings.iter().find(|found| found.field.as_ref() == Some(name));
            let problem = match found {
                Some(found) => {
                    Problem::from_diagnostic(ProblemKind::BadInput, found.diagnostic.clone())
                }
                None => Problem::new(
                    ProblemKind::BadInput,
                    "J133",
                    format!("Bảng nhập cần biết `{name}`"),
                    format!("the grid needs `{name}`"),
                ),
            };
            problem.at(format!("/{name}"))
        })
    }
}

fn column(field: &Field) -> GridColumn {
    GridColumn {
        field: field.id.clone(),
        title: field.title.clone(),
        kind: field.kind.name(),
        computed: field.compute.is_some(),
    }
}

fn no_grid(form: &Form, grid: &str) -> Problem {
    let known = form.grids.iter().map(|grid| grid.id.as_str());
    let problem = Problem::new(
        ProblemKind::NotFound,
        "J134",
        format!("Biểu mẫu `{}` không có bảng nhập `{grid}`", form.id),
        format!("form `{}` has no grid `{grid}`", form.id),
    );
    Problem { help: bieumau_model::nearest::help(grid, known), ..problem }
}
