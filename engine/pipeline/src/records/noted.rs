//! Leaves a line in the audit when personal data of records is read.

use bieumau_model::definition::{Form, Personal};
use bieumau_model::scope::Caller;
use jiff::Timestamp;
use serde_json::json;

use super::read::RecordView;
use crate::problem::Problem;
use crate::site::Site;

/// How many keys one line names; all of them are counted.
const MOST_KEYS: usize = 100;

impl Site {
    /// Notes that `caller` has read `records` of one form, when the form or one of its repeats
    /// holds personal data. The line is there before the records leave the server.
    pub fn note_reading(
        &self,
        caller: &Caller,
        form: &str,
        records: &[RecordView],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
        self.note_keys(caller, form, &keys, now)
    }

    /// The same by the keys of the records, as they stand in addresses.
    pub fn note_keys(
        &self,
        caller: &Caller,
        form: &str,
        keys: &[&str],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let form = self.form(form)?;
        let repeats = form.repeats().filter_map(|(_, repeat)| self.form(&repeat.form).ok());
        let forms: Vec<&str> = std::iter::once(form)
            .chain(repeats)
            .filter(|form| is_personal(form))
            .map(|form| form.id.as_str())
            .collect();
        if forms.is_empty() || keys.is_empty() {
            return Ok(());
        }
        let named: Vec<&&str> = keys.iter().take(MOST_KEYS).collect();
        let details = json!({ "form": form.id, "forms": forms, "records": named });
        self.note(caller, "record_read", keys.len(), &details, now)
    }
}

fn is_personal(form: &Form) -> bool {
    form.fields().any(|field| field.personal != Personal::None)
}
