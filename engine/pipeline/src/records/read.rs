//! Reads records: one, a page of many, the history of one with its differences.

use std::collections::BTreeMap;

use bieumau_model::definition::Form;
use bieumau_model::entry::{Given, Validator};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use bieumau_store::{Change as Former, Listing, Record, Status};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::json::{Kept, kept_value, key_given, key_text, value_json, value_text};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// The greatest number of records on one page.
const MOST_ON_A_PAGE: usize = 500;

/// One record as programs and pages have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordView {
    /// Form.
    pub form: String,
    /// Key as it stands in addresses.
    pub key: String,
    /// Version of the definition under which it was last written.
    pub version: i64,
    /// `active` or `retired`.
    pub status: &'static str,
    /// Grows with every change.
    pub revision: i64,
    /// Who made it.
    pub author: String,
    /// When it was made.
    pub created_at: String,
    /// When it was changed last.
    pub changed_at: String,
    /// Fields of the form as it is now.
    pub fields: Map<String, Json>,
    /// What it still holds of fields that only earlier versions had.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub kept: Map<String, Json>,
    /// Lines of the form's repeats, by section.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, Vec<RecordView>>,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordPage {
    /// Records in the order of their keys.
    pub records: Vec<RecordView>,
    /// What to ask the next page with; `None` on the last one.
    pub next: Option<String>,
}

/// What is asked of a list of records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordQuery {
    /// Fields with the value that they must have, as typed.
    pub equals: BTreeMap<String, String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Greatest number of records; at most 500.
    pub most: Option<usize>,
    /// Whether retired records are listed too.
    pub with_retired: bool,
}

/// One step in the history of a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryStep {
    /// Revision that it led to.
    pub revision: i64,
    /// `insert`, `update`, `retire` or `restore`.
    pub action: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// What changed, in the order of the form.
    pub differences: Vec<FieldChange>,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Field.
    pub field: String,
    /// Its title.
    pub title: Text,
    /// Value before, as the API has it.
    pub old: Json,
    /// Value after.
    pub new: Json,
    /// Value before, as a person reads it.
    pub old_text: String,
    /// Value after, as a person reads it.
    pub new_text: String,
}

impl Site {
    /// Returns the record of `form` with `key` (see [`key_text`]), retired ones too, with the lines
    /// of its repeats.
    pub fn record(&self, caller: &Caller, form: &str, key: &str) -> Result<RecordView, Problem> {
        let form = self.form(form)?;
        let key = self.key(form, key)?;
        let record = self.store().record(caller, form, &key).map_err(store_problem)?;
        let record = record.ok_or_else(|| no_record(form, &key))?;
        let mut view = record_view(form, &record);
        for (section, repeat) in form.repeats() {
            let lines = self.form(&repeat.form)?;
            let equals = form.key.iter().cloned().zip(key.iter().cloned()).collect();
            let listing = Listing { equals, most: MOST_ON_A_PAGE, ..Listing::default() };
            let page = self.store().records(caller, lines, &listing).map_err(store_problem)?;
            let records = page.records.iter().map(|record| record_view(lines, record)).collect();
            view.lines.insert(section.id.clone(), records);
        }
        Ok(view)
    }

    /// Lists records of `form` that the caller may see.
    pub fn records(
        &self,
        caller: &Caller,
        form: &str,
        query: &RecordQuery,
    ) -> Result<RecordPage, Problem> {
        let form = self.form(form)?;
        let most = query.most.unwrap_or(100).clamp(1, MOST_ON_A_PAGE);
        let given: BTreeMap<String, Given> = query
            .equals
            .iter()
            .map(|(name, text)| (name.clone(), Given::Text(text.clone())))
            .collect();
        let read = Validator::new(form, self.catalog(), self.today()).read(&given);
        if let Some(wrong) = read.findings.iter().find(|finding| finding.blocks(&[])) {
            let problem = Problem::from_diagnostic(ProblemKind::BadInput, wrong.diagnostic.clone());
            return Err(match &wrong.field {
                Some(field) => problem.at(format!("/{field}")),
                None => problem,
            });
        }
        let after = query.after.as_deref().map(|after| self.key(form, after)).transpose()?;
        let listing = Listing {
            equals: read.fields.into_iter().collect(),
            after,
            most,
            with_retired: query.with_retired,
        };
        let page = self.store().records(caller, form, &listing).map_err(store_problem)?;
        let records: Vec<RecordView> =
            page.records.iter().map(|record| record_view(form, record)).collect();
        let next = records.last().filter(|_| page.more).map(|record| record.key.clone());
        Ok(RecordPage { records, next })
    }

    /// Returns what happened to a record, oldest first.
    pub fn record_history(
        &self,
        caller: &Caller,
        form: &str,
        key: &str,
    ) -> Result<Vec<HistoryStep>, Problem> {
        let form = self.form(form)?;
        let key = self.key(form, key)?;
        let store = self.store();
        let record = store.record(caller, form, &key).map_err(store_problem)?;
        let record = record.ok_or_else(|| no_record(form, &key))?;
        let changes = store.history(form, &key).map_err(store_problem)?;
        let mut kinds: BTreeMap<i64, BTreeMap<String, Kept>> = BTreeMap::new();
        for change in &changes {
            if let std::collections::btree_map::Entry::Vacant(entry) = kinds.entry(change.version) {
                let definition =
                    store.definition(&form.id, change.version).map_err(store_problem)?;
                entry.insert(match definition {
                    Some(definition) => Kept::all(&definition),
                    None => {
                        form.fields().map(|field| (field.id.clone(), Kept::of(field))).collect()
                    }
                });
            }
        }
        let reason = store.insert_reason(form, &key, &record).map_err(store_problem)?;
        Ok(steps(form, &record, &changes, &kinds, reason))
    }

    /// Puts the key of an address among the fields that were given.
    ///
    /// # Errors
    /// When the key is none of the form, or a field of it was given with another value: a record
    /// keeps its key.
    pub fn put_key(
        &self,
        form: &str,
        key: &str,
        fields: &mut BTreeMap<String, Given>,
    ) -> Result<(), Problem> {
        let form = self.form(form)?;
        let values = self.key(form, key)?;
        let given = Validator::new(form, self.catalog(), self.today()).read(fields).fields;
        for (name, value) in form.key.iter().zip(values) {
            if given.get(name).is_some_and(|given| *given != value) {
                return Err(Problem::new(
                    ProblemKind::BadInput,
                    "D130",
                    format!("`{name}` thuộc khóa của `{}` nên không đổi được", form.id),
                    format!("`{name}` belongs to the key of `{}` and never changes", form.id),
                )
                .at(format!("/fields/{name}")));
            }
            fields.insert(name.clone(), Given::Value(value));
        }
        Ok(())
    }

    /// Reads a key out of an address.
    pub(crate) fn key(&self, form: &Form, text: &str) -> Result<Vec<Value>, Problem> {
        let no_such = || {
            Problem::new(
                ProblemKind::NotFound,
                "J121",
                format!("Biểu mẫu `{}` không có bản ghi `{text}`", form.id),
                format!("form `{}` has no record `{text}`", form.id),
            )
            .help(
                format!("khóa gồm: {}", form.key.join(",")),
                format!("the key is: {}", form.key.join(",")),
            )
        };
        let given = key_given(form, text).ok_or_else(no_such)?;
        let read = Validator::new(form, self.catalog(), self.today()).read(&given);
        let parts = form.key.iter().map(|name| read.fields.get(name).cloned());
        parts.collect::<Option<Vec<Value>>>().ok_or_else(no_such)
    }
}

fn steps(
    form: &Form,
    record: &Record,
    changes: &[Former],
    kinds: &BTreeMap<i64, BTreeMap<String, Kept>>,
    reason: String,
) -> Vec<HistoryStep> {
    let state = |change: &Former| -> BTreeMap<String, Value> {
        let kinds = kinds.get(&change.version);
        let fields = change.before.as_object().into_iter().flatten();
        fields
            .map(|(name, kept)| {
                let kind = kinds.and_then(|kinds| kinds.get(name));
                (name.clone(), kept_value(kind, kept))
            })
            .collect()
    };
    let mut states: Vec<BTreeMap<String, Value>> = changes.iter().map(state).collect();
    states.push(record.fields.iter().chain(&record.kept).cloned().collect());
    let nothing = BTreeMap::new();
    let mut steps = vec![HistoryStep {
        revision: 1,
        action: "insert".to_owned(),
        at: record.created_at.to_string(),
        by: record.author.clone(),
        reason,
        differences: differences(form, &nothing, &states[0]),
    }];
    for (at, change) in changes.iter().enumerate() {
        steps.push(HistoryStep {
            revision: change.revision + 1,
            action: change.change.clone(),
            at: change.at.to_string(),
            by: change.caller.clone(),
            reason: change.reason.clone(),
            differences: differences(form, &states[at], &states[at + 1]),
        });
    }
    steps
}

fn differences(
    form: &Form,
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
) -> Vec<FieldChange> {
    let own = form.fields().map(|field| field.id.clone());
    let gone = before.keys().chain(after.keys()).filter(|name| form.field(name).is_none()).cloned();
    let gone: std::collections::BTreeSet<String> = gone.collect();
    own.chain(gone)
        .filter_map(|name| {
            let old = before.get(&name).unwrap_or(&Value::Missing);
            let new = after.get(&name).unwrap_or(&Value::Missing);
            let title = form.field(&name).map(|field| field.title.clone());
            (old != new).then(|| FieldChange {
                title: title.unwrap_or_else(|| Text::from(name.as_str())),
                field: name,
                old: value_json(old),
                new: value_json(new),
                old_text: value_text(old),
                new_text: value_text(new),
            })
        })
        .collect()
}

/// Makes the view of a record.
pub(super) fn record_view(form: &Form, record: &Record) -> RecordView {
    let object = |fields: &[(String, Value)]| {
        fields.iter().map(|(name, value)| (name.clone(), value_json(value))).collect()
    };
    let key: Vec<Value> =
        form.key.iter().map(|name| record.field(name).cloned().unwrap_or(Value::Missing)).collect();
    RecordView {
        form: form.id.clone(),
        key: key_text(&key),
        version: record.version,
        status: match record.status {
            Status::Active => "active",
            Status::Retired => "retired",
        },
        revision: record.revision,
        author: record.author.clone(),
        created_at: record.created_at.to_string(),
        changed_at: record.changed_at.to_string(),
        fields: object(&record.fields),
        kept: object(&record.kept),
        lines: BTreeMap::new(),
    }
}

/// There is no such record, or the caller may not see it; the two are not told apart.
pub(super) fn no_record(form: &Form, key: &[Value]) -> Problem {
    let key = key_text(key);
    Problem::new(
        ProblemKind::NotFound,
        "J121",
        format!("Biểu mẫu `{}` không có bản ghi `{key}`", form.id),
        format!("form `{}` has no record `{key}`", form.id),
    )
}
