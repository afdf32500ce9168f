//! Drafts: saved though not valid, seen by nobody but their author and by no report.

use std::collections::BTreeMap;

use bieumau_model::entry::Given;
use bieumau_model::scope::Caller;
use bieumau_store::{Draft, DraftState};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::json::given_fields;
use super::nested::{Line, Nested};
use super::write::{Act, Change, Mode, Outcome, Why};
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// One draft as programs and pages have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DraftView {
    /// Number.
    pub id: i64,
    /// Form.
    pub form: String,
    /// Version of the form when it was typed last.
    pub version: i64,
    /// `open`, `submitted` or `discarded`.
    pub state: &'static str,
    /// Fields as they were typed.
    pub fields: Json,
    /// When it was begun.
    pub created_at: String,
    /// When it was changed last.
    pub changed_at: String,
}

impl Site {
    /// Begins a draft of `form`, whatever its fields say.
    pub fn begin_draft(
        &self,
        caller: &Caller,
        form: &str,
        fields: &Map<String, Json>,
        now: Timestamp,
    ) -> Result<DraftView, Problem> {
        let form = self.form(form)?;
        let fields = Json::Object(fields.clone());
        let mut store = self.store();
        let id = store
            .begin_draft(caller, &form.id, form.version, &fields, now)
            .map_err(store_problem)?;
        let draft = store.draft(caller, id).map_err(store_problem)?;
        draft.map(view).ok_or_else(|| no_draft(id))
    }

    /// Changes an open draft of the caller's own.
    pub fn change_draft(
        &self,
        caller: &Caller,
        form: &str,
        id: i64,
        fields: &Map<String, Json>,
        now: Timestamp,
    ) -> Result<DraftView, Problem> {
        self.draft(caller, form, id)?;
        let form = self.form(form)?;
        let fields = Json::Object(fields.clone());
        let mut store = self.store();
        let changed =
            store.change_draft(caller, id, form.version, &fields, now).map_err(store_problem)?;
        let draft = store.draft(caller, id).map_err(store_problem)?;
        draft.filter(|_| changed).map(view).ok_or_else(|| no_draft(id))
    }

    /// Returns a draft of the caller's own.
    pub fn draft(&self, caller: &Caller, form: &str, id: i64) -> Result<DraftView, Problem> {
        let draft = self.store().draft(caller, id).map_err(store_problem)?;
        draft.filter(|draft| draft.form == form).map(view).ok_or_else(|| no_draft(id))
    }

    /// Lists the open drafts of the caller's own, the newest first.
    pub fn drafts(&self, caller: &Caller, form: &str) -> Result<Vec<DraftView>, Problem> {
        let form = self.form(form)?;
        let drafts = self.store().drafts(caller, &form.id).map_err(store_problem)?;
        Ok(drafts.into_iter().map(view).collect())
    }

    /// Throws an open draft of the caller's own away; it is kept, but never listed again.
    pub fn discard_draft(
        &self,
        caller: &Caller,
        form: &str,
        id: i64,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.draft(caller, form, id)?;
        let ended = self.store().end_draft(caller, id, DraftState::Discarded, now);
        if ended.map_err(store_problem)? { Ok(()) } else { Err(no_draft(id)) }
    }

    /// Makes a record of an open draft of the caller's own, by the path of every other record.
    pub fn submit_draft(
        &self,
        caller: &Caller,
        form: &str,
        id: i64,
        confirmed: Vec<String>,
        why: &Why,
        now: Timestamp,
    ) -> Result<(Outcome, Nested), Problem> {
        let draft = self.draft(caller, form, id)?;
        if draft.state != DraftState::Open.name() {
            return Err(no_draft(id));
        }
        let (fields, lines) = self.typed(form, &draft.fields)?;
        let change = Change { form: form.to_owned(), act: Act::Insert, fields, confirmed };
        let nested = self.nested(caller, change, &lines)?;
        let outcome = self.write(caller, &nested.changes, why, Mode::Commit, now)?;
        if outcome.accepted {
            self.store()
                .end_draft(caller, id, DraftState::Submitted, now)
                .map_err(store_problem)?;
        }
        Ok((outcome, nested))
    }

    /// Tells the fields of a draft from the lines of its repeats.
    fn typed(&self, form: &str, typed: &Json) -> Result<Typed, Problem> {
        let form = self.form(form)?;
        let Json::Object(typed) = typed else { return Ok(Typed::default()) };
        let of_repeat = |name: &str| form.repeats().any(|(section, _)| section.id == name);
        let mut fields = Map::new();
        let mut lines = BTreeMap::new();
        for (name, value) in typed {
            match value {
                Json::Array(items) if of_repeat(name) => {
                    let items = items.iter().filter_map(Json::as_object);
                    let items = items.map(|item| {
                        Ok::<_, Problem>(Line { fields: given_fields(item)?, ..Line::default() })
                    });
                    lines.insert(name.clone(), items.collect::<Result<_, _>>()?);
                }
                value => {
                    fields.insert(name.clone(), value.clone());
                }
            }
        }
        Ok((given_fields(&fields)?, lines))
    }
}

/// Fields, and lines by section.
type Typed = (BTreeMap<String, Given>, BTreeMap<String, Vec<Line>>);

fn view(draft: Draft) -> DraftView {
    DraftView {
        id: draft.id,
        form: draft.form,
        version: draft.version,
        state: draft.state.name(),
        fields: draft.fields,
        created_at: draft.created_at.to_string(),
        changed_at: draft.changed_at.to_string(),
    }
}

fn no_draft(id: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J130",
        format!("Không có bản nháp {id} đang soạn của bạn"),
        format!("you have no open draft {id}"),
    )
}
