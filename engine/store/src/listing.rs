//! Lists records of a form in the order of their key, page by page.

use std::collections::BTreeMap;

use bieumau_model::definition::Form;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use rusqlite::{Connection, params_from_iter};

use crate::error::StoreError;
use crate::loading::WRITER_LISTS;
use crate::record::{Record, record_of};
use crate::scope::{Lists, Purpose};
use crate::shape::Shape;
use crate::sql::{list, marks, quoted};
use crate::store::Store;
use crate::values::Bound;

/// Which records are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Fields with the value that they must have.
    pub equals: Vec<(String, Value)>,
    /// Key behind which the page begins.
    pub after: Option<Vec<Value>>,
    /// Greatest number of records.
    pub most: usize,
    /// Whether retired records are listed too.
    pub with_retired: bool,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Records in the order of their key.
    pub records: Vec<Record>,
    /// Whether there are more behind it.
    pub more: bool,
}

impl Store {
    /// Lists the records of `form` that the caller may see; fields that the form does not have
    /// give an empty page.
    pub fn records(
        &self,
        caller: &Caller,
        form: &Form,
        listing: &Listing,
    ) -> Result<Page, StoreError> {
        let shape = self.shape(form)?;
        let lists = Lists::install(&self.conn, WRITER_LISTS, &caller.scope())?;
        list_records(&self.conn, &shape, &self.shapes, &lists, listing)
    }
}

/// Lists records that the owner of `lists` may see.
pub(crate) fn list_records(
    conn: &Connection,
    shape: &Shape,
    shapes: &BTreeMap<String, Shape>,
    lists: &Lists,
    listing: &Listing,
) -> Result<Page, StoreError> {
    let mut conditions: Vec<String> =
        lists.condition(shape, shapes, Purpose::Reading).into_iter().collect();
    let mut values: Vec<&Value> = Vec::new();
    if !listing.with_retired {
        conditions.push("_status = 'active'".to_owned());
    }
    for (name, value) in &listing.equals {
        if shape.column(name).is_none() {
            return Ok(Page { records: Vec::new(), more: false });
        }
        conditions.push(format!("t.{} IS ?", quoted(name)));
        values.push(value);
    }
    if let Some(after) = &listing.after {
        if after.len() != shape.key.len() {
            return Ok(Page { records: Vec::new(), more: false });
        }
        conditions.push(format!("({}) > ({})", list(&shape.key), marks(shape.key.len())));
        values.extend(after);
    }
    let all = shape.columns.iter().chain(&shape.kept);
    let names: Vec<String> = all.map(|column| column.name.clone()).collect();
    let condition = if conditions.is_empty() { "1".to_owned() } else { conditions.join(" AND ") };
    let sql = format!(
        "SELECT {}, _status, _revision, _version, _author, _created_at, _changed_at \
         FROM main.{} t WHERE {condition} ORDER BY {} LIMIT {}",
        list(&names),
        quoted(&shape.table()),
        list(&shape.key),
        listing.most + 1,
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values.into_iter().map(Bound)))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record_of(row, shape)?);
    }
    let more = records.len() > listing.most;
    records.truncate(listing.most);
    Ok(Page { records, more })
}
