//! Records by plain conditions, without a dataset: lists to pick a parameter from (schools, the
//! classes of a school and year, the pupils of a class), and the records themselves.
//!
//! What the reader's caller may not see is not in them.

use bieumau_model::definition::DatasetColumn;
use bieumau_model::table::{ColumnType, Table, Value};

use crate::cells::shown;
use crate::dataset::Plan;
use crate::error::StoreError;
use crate::reader::Reader;
use crate::shape::Shape;
use crate::sql::{prefixed_list, quoted};

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the parameter takes: the last field of the form's key.
    pub key: String,
    /// What a person reads: a name where the form has one, else the key.
    pub label: String,
}

impl Reader {
    /// Returns the records of `form` that meet all of `filters` (field, value), each key once.
    ///
    /// A filter on a field that the form lacks, such as the class of a pupil, is put to the
    /// pupil's enrolments; filters that mean nothing to the form are passed over.
    pub fn choices(
        &self,
        form: &str,
        filters: &[(&str, Value)],
    ) -> Result<Vec<Choice>, StoreError> {
        let shape = self.shape(form)?;
        let Some(key) = shape.key.last() else { return Ok(Vec::new()) };
        let label = label_of(shape);
        let mut columns = vec![column(shape, key, "key")];
        columns.extend(label.map(|label| column(shape, label, "label")));
        let label =
            label.map(|label| format!(", min(t.{}) AS label", quoted(label))).unwrap_or_default();
        // Classes are listed grade by grade; everything else by its key.
        let order: Vec<String> = ["grade", "position"]
            .iter()
            .filter(|name| shape.column(name).is_some())
            .map(|name| format!("min(t.{}), ", quoted(name)))
            .collect();
        let sql = format!(
            "SELECT t.{0} AS key{label} FROM temp.{1} t{2} GROUP BY t.{0} ORDER BY {3}t.{0}",
            quoted(key),
            quoted(form),
            self.condition(shape, filters),
            order.concat(),
        );
        let plain = vec![true; columns.len()];
        let table = self.run(form, &Plan { sql, columns, plain, by_school: false }, filters)?;
        let cell = |row, column| table.value(row, column).map(|value| shown(&value));
        let choice = |row| {
            let key = cell(row, "key").unwrap_or_default();
            let label = cell(row, "label").unwrap_or_else(|| key.clone());
            Choice { key, label }
        };
        Ok((0..table.rows()).map(choice).collect())
    }

    /// Returns all fields of the records of `form` that meet `filters`, by key; filters as in
    /// [`Reader::choices`].
    pub fn records(&self, form: &str, filters: &[(&str, Value)]) -> Result<Table, StoreError> {
        let shape = self.shape(form)?;
        let names: Vec<String> = shape.columns.iter().map(|column| column.name.clone()).collect();
        let columns = names.iter().map(|name| column(shape, name, name)).collect();
        let sql = format!(
            "SELECT {} FROM temp.{} t{} ORDER BY {}",
            prefixed_list("t.", &names),
            quoted(form),
            self.condition(shape, filters),
            prefixed_list("t.", &shape.key),
        );
        self.run(
            form,
            &Plan { sql, columns, plain: vec![true; names.len()], by_school: false },
            filters,
        )
    }

    fn shape(&self, form: &str) -> Result<&Shape, StoreError> {
        self.shapes.get(form).ok_or_else(|| StoreError::NotMigrated { form: form.to_owned() })
    }

    /// Returns `filters` as a condition on the record `t`, with their names as parameters.
    fn condition(&self, shape: &Shape, filters: &[(&str, Value)]) -> String {
        let given = filters.iter().filter(|(_, value)| *value != Value::Missing);
        let (own, others): (Vec<&str>, Vec<&str>) =
            given.map(|(name, _)| *name).partition(|name| shape.column(name).is_some());
        let mut conditions: Vec<String> =
            own.iter().map(|name| format!("t.{} = :{name}", quoted(name))).collect();
        let has_pupil = shape.column("school").is_some() && shape.column("pupil").is_some();
        let enrolment = self.shapes.get("enrolment").filter(|_| has_pupil);
        let of_pupil: Vec<String> = others
            .iter()
            .filter(|name| enrolment.is_some_and(|shape| shape.column(name).is_some()))
            .map(|name| format!(" AND e.{} = :{name}", quoted(name)))
            .collect();
        if !of_pupil.is_empty() {
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM temp.enrolment e WHERE e.school = t.school \
                 AND e.pupil = t.pupil{})",
                of_pupil.concat(),
            ));
        }
        if conditions.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", conditions.join(" AND "))
    }
}

/// Returns the column `field` under the name `name`.
fn column(shape: &Shape, field: &str, name: &str) -> DatasetColumn {
    let kind = shape.column(field).map_or(ColumnType::Text, |column| column.kind.into());
    DatasetColumn { name: name.to_owned(), kind, shows: None }
}

/// The field that names a record to a person.
fn label_of(shape: &Shape) -> Option<&str> {
    let person = shape.columns.iter().find(|column| column.person_name);
    person.or_else(|| shape.column("name")).map(|column| column.name.as_str())
}
