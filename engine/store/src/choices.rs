//! Lists to pick a parameter from: schools, the classes of a school and year, the pupils of a
//! class. What the reader's caller may not see is not in them.

use bieumau_model::definition::DatasetColumn;
use bieumau_model::table::{ColumnType, Value};

use crate::cells::shown;
use crate::dataset::Plan;
use crate::error::StoreError;
use crate::reader::Reader;
use crate::shape::Shape;
use crate::sql::quoted;

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
        let Some((shape, key)) = self.shapes.get(form).and_then(|shape| {
            let key = shape.key.last()?;
            Some((shape, key))
        }) else {
            return Err(StoreError::NotMigrated { form: form.to_owned() });
        };
        let kind = shape.column(key).map_or(ColumnType::Text, |column| column.kind.into());
        let mut columns = vec![DatasetColumn { name: "key".to_owned(), kind }];
        let label = label_of(shape);
        if let Some(label) = &label {
            let kind = shape.column(label).map_or(ColumnType::Text, |column| column.kind.into());
            columns.push(DatasetColumn { name: "label".to_owned(), kind });
        }
        let sql = sql(shape, key, label.as_deref(), self.shapes.get("enrolment"), filters);
        let plain = vec![true; columns.len()];
        let table = self.run(form, &Plan { sql, columns, plain }, filters)?;
        let cell = |row, column| table.value(row, column).map(|value| shown(&value));
        let mut choices: Vec<Choice> = Vec::with_capacity(table.rows());
        for row in 0..table.rows() {
            let key = cell(row, "key").unwrap_or_default();
            let label = cell(row, "label").unwrap_or_else(|| key.clone());
            choices.push(Choice { key, label });
        }
        Ok(choices)
    }
}

/// The field that names a record to a person.
fn label_of(shape: &Shape) -> Option<String> {
    let person = shape.columns.iter().find(|column| column.person_name);
    person.or_else(|| shape.column("name")).map(|column| column.name.clone())
}

fn sql(
    shape: &Shape,
    key: &str,
    label: Option<&str>,
    enrolment: Option<&Shape>,
    filters: &[(&str, Value)],
) -> String {
    let given = filters.iter().filter(|(_, value)| *value != Value::Missing);
    let (own, others): (Vec<&str>, Vec<&str>) =
        given.map(|(name, _)| *name).partition(|name| shape.column(name).is_some());
    let mut conditions: Vec<String> =
        own.iter().map(|name| format!("t.{} = :{name}", quoted(name))).collect();
    let has_pupil = shape.column("school").is_some() && shape.column("pupil").is_some();
    if let Some(enrolment) = enrolment.filter(|_| has_pupil) {
        let of_pupil: Vec<String> = others
            .iter()
            .filter(|name| enrolment.column(name).is_some())
            .map(|name| format!(" AND e.{} = :{name}", quoted(name)))
            .collect();
        if !of_pupil.is_empty() {
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM enrolment e WHERE e.school = t.school \
                 AND e.pupil = t.pupil{})",
                of_pupil.concat(),
            ));
        }
    }
    let condition =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let label = label.map(|label| format!(", min(t.{}) AS label", quoted(label))).unwrap_or_default();
    // Classes are listed grade by grade; everything else by its key.
    let order: Vec<String> = ["grade", "position"]
        .iter()
        .filter(|name| shape.column(name).is_some())
        .map(|name| format!("min(t.{}), ", quoted(name)))
        .collect();
    let key = quoted(key);
    format!(
        "SELECT t.{key} AS key{label} FROM temp.{} t{condition} GROUP BY t.{key} ORDER BY {}t.{key}",
        quoted(&shape.form),
        order.concat(),
    )
}
