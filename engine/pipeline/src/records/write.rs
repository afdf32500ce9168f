//! Writes changes of records: all or nothing, in one transaction with its audit line.
//!
//! The order: what was typed is read (`model::entry`); the guards are asked (rights, locks); the
//! record as it would be is judged (`when`, `check`, computed fields, choice filters, limits); the
//! store compares revisions and writes. A dry run does exactly the same and keeps nothing, so its
//! findings are those of the commit by construction.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bieumau_model::definition::Form;
use bieumau_model::entry::{Fields, Finding, Given, Read, Validator};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use bieumau_store::{Record, Status, StoreError, Writing};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::findings::{NO_REASON, exists, no_key, no_record, not_taken, stale, wrong_status};
use super::guards::{self, Attempt};
use super::lines;
use crate::init::vietnam_day;
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::{Site, unknown_form};

/// One change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Form.
    pub form: String,
    /// What is done.
    pub act: Act,
    /// Fields with what was given for each; those of the key are among them.
    pub fields: BTreeMap<String, Given>,
    /// The warnings that the person has confirmed, by [`Finding::confirm`].
    pub confirmed: Vec<String>,
}

/// What is done to a record. Changes name the revision that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Makes it.
    Insert,
    /// Changes the fields that are given.
    Update {
        /// Revision that was read.
        revision: i64,
    },
    /// Takes it out of use.
    Retire {
        /// Revision that was read.
        revision: i64,
    },
    /// Brings it back.
    Restore {
        /// Revision that was read.
        revision: i64,
    },
}

/// Whether anything is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is done and then undone.
    DryRun,
    /// What has no findings is kept.
    Commit,
}

/// Why changes are made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// The reason as a person gives it; may be empty when no warning is confirmed.
    pub reason: String,
    /// The correction that is applied.
    pub correction: Option<i64>,
}

/// The step of a flow that a write is; the default is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    /// The approved correction that is applied.
    pub correction: Option<i64>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether nothing blocks; with [`Mode::Commit`] everything is kept then, else nothing is.
    pub accepted: bool,
    /// What became of each change, in order; empty for changes with findings that block.
    pub written: Vec<Option<Written>>,
    /// Findings, in the order of the changes.
    pub findings: Vec<OutcomeFinding>,
    /// Changes of records that were changed by somebody else in between.
    pub conflicts: Vec<Conflict>,
}

/// A finding about one of the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFinding {
    /// 0-based number of the change.
    pub change: usize,
    /// Whether it stands in the way; a confirmed warning does not.
    pub blocks: bool,
    /// What it is.
    pub finding: Finding,
}

/// One record as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Key, in the order of the form.
    pub key: Vec<Value>,
    /// Revision that it has now.
    pub revision: i64,
    /// Fields that changed, in the order of the form; none when all were as given already.
    pub changed: Vec<String>,
}

/// A change that knew an older revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// 0-based number of the change.
    pub change: usize,
    /// Revision that it knew.
    pub known: i64,
    /// Revision in the store.
    pub found: i64,
    /// For each field that would change: its name, the value given, the value in the store.
    pub fields: Vec<(String, Value, Value)>,
}

impl Site {
    /// Writes `changes` as `caller`, all or nothing; with [`Mode::DryRun`] nothing in the end.
    ///
    /// What a person can mend is in the findings of the [`Outcome`].
    ///
    /// # Errors
    /// A [`Problem`] when a form does not exist, or the machine failed.
    pub fn write(
        &self,
        caller: &Caller,
        changes: &[Change],
        why: &Why,
        mode: Mode,
        now: Timestamp,
    ) -> Result<Outcome, Problem> {
        self.write_in_flow(caller, changes, why, mode, now, &Flow::default(), |_| Ok(()))
    }

    /// The same as a step of a flow, which writes its own paper in the same transaction.
    #[expect(clippy::too_many_arguments, reason = "a write, and the step of the flow that it is")]
    pub(crate) fn write_in_flow(
        &self,
        caller: &Caller,
        changes: &[Change],
        why: &Why,
        mode: Mode,
        now: Timestamp,
        flow: &Flow,
        also: impl FnOnce(&mut Writing<'_>) -> Result<(), Problem>,
    ) -> Result<Outcome, Problem> {
        let today = vietnam_day(now);
        let mut validators: BTreeMap<&str, Validator<'_>> = BTreeMap::new();
        for change in changes {
            let form = self.form(&change.form)?;
            validators
                .entry(&form.id)
                .or_insert_with(|| Validator::new(form, self.catalog(), today));
        }
        let mut store = self.store();
        let mut writing = store.write(caller, now, &why.reason).map_err(store_problem)?;
        if let Some(correction) = why.correction {
            writing.detail("correction", json!(correction));
        }
        let mut job = Job {
            site: self,
            caller,
            why,
            now,
            today,
            found: Vec::new(),
            conflicts: Vec::new(),
            flow,
            memory: RefCell::default(),
        };
        let mut written = Vec::with_capacity(changes.len());
        for (at, change) in changes.iter().enumerate() {
            written.push(job.change(
                at,
                change,
                &validators[change.form.as_str()],
                &mut writing,
            )?);
        }
        for (at, finding) in lines::findings(self.catalog(), changes, &written, &writing)? {
            job.add(at, &changes[at], vec![finding]);
        }
        let Job { found: findings, conflicts, memory, .. } = job;
        let accepted = !findings.iter().any(|finding| finding.blocks);
        if accepted && mode == Mode::Commit && written.iter().flatten().any(Written::is_change) {
            let words: Vec<&String> =
                findings.iter().filter_map(|found| found.finding.confirm.as_ref()).collect();
            if !words.is_empty() {
                writing.detail("confirmed", json!(words));
            }
            self.void_signatures(caller, &memory.into_inner().reopened, &mut writing, now)?;
            also(&mut writing)?;
            writing.commit().map_err(store_problem)?;
        }
        Ok(Outcome { accepted, written, findings, conflicts })
    }

    /// Returns the form `id`.
    pub(crate) fn form(&self, id: &str) -> Result<&Form, Problem> {
        self.catalog().forms.get(id).ok_or_else(|| unknown_form(id, self.catalog()))
    }
}

impl Written {
    fn is_change(&self) -> bool {
        !self.changed.is_empty()
    }
}

impl Outcome {
    /// Returns the findings that stand in the way.
    pub fn blocking(&self) -> impl Iterator<Item = &OutcomeFinding> {
        self.findings.iter().filter(|finding| finding.blocks)
    }
}

/// One call of [`Site::write`].
struct Job<'a> {
    site: &'a Site,
    caller: &'a Caller,
    why: &'a Why,
    now: Timestamp,
    today: Date,
    found: Vec<OutcomeFinding>,
    conflicts: Vec<Conflict>,
    flow: &'a Flow,
    memory: RefCell<crate::flows::Memory>,
}

impl Job<'_> {
    /// Does one change; nothing when something stands in its way, of which the findings tell.
    fn change(
        &mut self,
        at: usize,
        change: &Change,
        validator: &Validator<'_>,
        writing: &mut Writing<'_>,
    ) -> Result<Option<Written>, Problem> {
        let form = validator.form();
        let before_count = self.found.len();
        let Read { fields: entered, findings } = validator.read(&change.fields);
        self.add(at, change, findings);
        if let Some(refused) = not_taken(form, change.act) {
            self.add(at, change, vec![refused]);
            return Ok(None);
        }
        let Some(key) = key_of(form, &entered) else {
            if !self.blocks_since(before_count) {
                self.add(at, change, vec![no_key(form, &entered)]);
            }
            return Ok(None);
        };
        let before = writing.record(form, &key).map_err(store_problem)?;
        if let Some(wrong) = self.meets(at, form, change.act, &key, before.as_ref(), &entered) {
            self.add(at, change, vec![wrong]);
            return Ok(None);
        }
        let stored: Option<Fields> =
            before.as_ref().map(|record| record.fields.iter().cloned().collect());
        let mut after = stored.clone().unwrap_or_default();
        after.extend(entered.clone());
        let judged = match change.act {
            Act::Insert | Act::Update { .. } => {
                validator.judge(&mut after, &entered, stored.as_ref())
            }
            Act::Retire { .. } | Act::Restore { .. } => Vec::new(),
        };
        let changed = changed_fields(form, &after, stored.as_ref());
        let attempt = Attempt {
            catalog: self.site.catalog(),
            caller: self.caller,
            form,
            act: &change.act,
            before: before.as_ref(),
            after: &after,
            changed: &changed,
            why: self.why,
            now: self.now,
            today: self.today,
            site: self.site,
            correction: self.flow.correction,
            memory: &self.memory,
            writing,
        };
        let refused = guards::refusals(&attempt)?;
        if !refused.is_empty() {
            let refused = refused.into_iter().map(|refusal| Finding {
                field: refusal.field,
                confirm: None,
                diagnostic: refusal.diagnostic,
            });
            self.add(at, change, refused.collect());
            return Ok(None);
        }
        self.add(at, change, judged);
        self.reason_for_confirmed(at, change, before_count);
        if self.blocks_since(before_count) {
            return Ok(None);
        }
        let now = Now { key: &key, before: before.as_ref(), after: &after, changed: &changed };
        let done = perform(form, change.act, now, writing);
        match done {
            Ok(revision) => Ok(Some(Written {
                key,
                revision,
                changed: match change.act {
                    Act::Insert | Act::Update { .. } => {
                        changed.iter().map(|&name| name.to_owned()).collect()
                    }
                    Act::Retire { .. } | Act::Restore { .. } => vec!["_status".to_owned()],
                },
            })),
            Err(error) => {
                self.store_findings(at, change, error)?;
                Ok(None)
            }
        }
    }

    fn add(&mut self, at: usize, change: &Change, findings: Vec<Finding>) {
        self.found.extend(findings.into_iter().map(|finding| OutcomeFinding {
            change: at,
            blocks: finding.blocks(&change.confirmed),
            finding,
        }));
    }

    fn blocks_since(&self, count: usize) -> bool {
        self.found[count..].iter().any(|finding| finding.blocks)
    }

    /// Compares the record in the store with what the change expects of it.
    fn meets(
        &mut self,
        at: usize,
        form: &Form,
        act: Act,
        key: &[Value],
        before: Option<&Record>,
        entered: &Fields,
    ) -> Option<Finding> {
        let known = match act {
            Act::Insert => return before.map(|record| exists(form, key, record)),
            Act::Update { revision } | Act::Retire { revision } | Act::Restore { revision } => {
                revision
            }
        };
        let Some(record) = before else { return Some(no_record(form, key)) };
        if record.revision != known {
            let differs = |(name, given): (&String, &Value)| {
                let found = record.field(name)?;
                (found != given).then(|| (name.clone(), given.clone(), found.clone()))
            };
            self.conflicts.push(Conflict {
                change: at,
                known,
                found: record.revision,
                fields: entered.iter().filter_map(differs).collect(),
            });
            return Some(stale(form, key));
        }
        let wanted =
            if matches!(act, Act::Restore { .. }) { Status::Retired } else { Status::Active };
        (record.status != wanted).then(|| wrong_status(form, key, record.status))
    }

    /// Whoever confirms a warning says why.
    fn reason_for_confirmed(&mut self, at: usize, change: &Change, since: usize) {
        let is_confirmed = |found: &OutcomeFinding| {
            found.finding.confirm.as_ref().is_some_and(|word| change.confirmed.contains(word))
        };
        if self.why.reason.trim().is_empty() && self.found[since..].iter().any(is_confirmed) {
            let finding = Finding::error(
                None,
                NO_REASON,
                Text::both(
                    "phải ghi lý do khi xác nhận một cảnh báo",
                    "a reason is needed to confirm a warning",
                ),
            );
            self.add(at, change, vec![finding]);
        }
    }

    /// Takes over what the store found; anything but findings about records is a problem.
    fn store_findings(
        &mut self,
        at: usize,
        change: &Change,
        error: StoreError,
    ) -> Result<(), Problem> {
        let StoreError::Records(records) = error else { return Err(store_problem(error)) };
        let findings = records
            .into_iter()
            .map(|record| Finding {
                field: record.column,
                confirm: None,
                diagnostic: record.diagnostic,
            })
            .collect();
        self.add(at, change, findings);
        Ok(())
    }
}

/// A change that nothing stands in the way of.
struct Now<'a> {
    key: &'a [Value],
    before: Option<&'a Record>,
    after: &'a Fields,
    changed: &'a [&'a str],
}

/// Hands a change without findings to the store; returns the revision of the record.
fn perform(
    form: &Form,
    act: Act,
    now: Now<'_>,
    writing: &mut Writing<'_>,
) -> Result<i64, StoreError> {
    let Now { key, before, after, changed } = now;
    match (act, before) {
        (Act::Insert, _) => {
            let given = form.fields().map(|field| field.id.as_str());
            let given = given.filter_map(|name| Some((name, after.get(name)?.clone())));
            writing.insert(form, &given.collect::<Vec<_>>())
        }
        (Act::Update { revision }, _) if changed.is_empty() => Ok(revision),
        (Act::Update { revision }, before) => {
            let values = changed.iter().filter_map(|name| Some((*name, after.get(*name)?.clone())));
            let values: Vec<(&str, Value)> = values.collect();
            match before {
                Some(record) => writing.update_read(form, key, &values, record),
                None => writing.update(form, key, &values, revision),
            }
        }
        (Act::Retire { revision }, _) => writing.retire(form, key, revision),
        (Act::Restore { revision }, _) => writing.restore(form, key, revision),
    }
}

/// Returns the key, when all of it is there.
fn key_of(form: &Form, fields: &Fields) -> Option<Vec<Value>> {
    form.key
        .iter()
        .map(|name| fields.get(name).filter(|value| **value != Value::Missing).cloned())
        .collect()
}

/// Returns the fields that differ from what is stored, in the order of the form.
fn changed_fields<'f>(form: &'f Form, after: &Fields, before: Option<&Fields>) -> Vec<&'f str> {
    fn value<'v>(fields: Option<&'v Fields>, name: &str) -> Option<&'v Value> {
        fields?.get(name).filter(|value| **value != Value::Missing)
    }
    form.fields()
        .map(|field| field.id.as_str())
        .filter(|name| value(Some(after), name) != value(before, name))
        .collect()
}
