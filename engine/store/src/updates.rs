//! What was added and changed in a span of time: read by those who approve updates.

use bieumau_model::definition::Form;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::audit::time;
use crate::error::StoreError;
use crate::sql::quoted;
use crate::store::Store;

/// An added or changed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Form.
    pub form: String,
    /// Key, as a JSON array.
    pub record: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub caller: String,
    /// Fields before the change; `None` for a new record.
    pub before: Option<Json>,
}

impl Store {
    /// Returns what was added to and changed in `form` for `school` from `from` on, before `to`.
    pub fn updates(
        &self,
        form: &Form,
        school: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Update>, StoreError> {
        let shape = self.shape(form)?;
        let span = (from.to_string(), to.to_string());
        let mut updates = Vec::new();
        // The school is the first part of every key.
        let key = shape.key.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        let mut added = self.conn.prepare_cached(&format!(
            "SELECT json_array({key}), _created_at, _author FROM main.{} \
             WHERE school = ? AND _created_at >= ? AND _created_at < ? ORDER BY _created_at",
            quoted(&shape.table()),
        ))?;
        let mut rows = added.query((school, &span.0, &span.1))?;
        while let Some(row) = rows.next()? {
            updates.push(Update {
                form: form.id.clone(),
                record: row.get(0)?,
                at: time(&row.get::<_, String>(1)?)?,
                caller: row.get(2)?,
                before: None,
            });
        }
        let mut changed = self.conn.prepare_cached(
            "SELECT record, at, caller, before FROM bm_history \
             WHERE form = ? AND json_extract(record, '$[0]') = ? AND at >= ? AND at < ? ORDER BY id",
        )?;
        let mut rows = changed.query((&form.id, school, &span.0, &span.1))?;
        while let Some(row) = rows.next()? {
            let before: String = row.get(3)?;
            let before = serde_json::from_str(&before)
                .map_err(|error| StoreError::Inconsistent(format!("JSON: {error}")))?;
            updates.push(Update {
                form: form.id.clone(),
                record: row.get(0)?,
                at: time(&row.get::<_, String>(1)?)?,
                caller: row.get(2)?,
                before: Some(before),
            });
        }
        Ok(updates)
    }
}
