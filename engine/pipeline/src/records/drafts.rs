//! Drafts: saved though not valid, seen by nobody but their author and by no report.

use bieumau_model::scope::Caller;
use bieumau_store::{Draft, DraftState};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::json::given_fields;
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
    ) -> Result<Outcome, Problem> {
        let draft = self.draft(caller, form, id)?;
        if draft.state != DraftState::Open.name() {
            return Err(no_draft(id));
        }
        let fields = match &draft.fields {
            Json::Object(fields) => given_fields(fields)?,
            _ => Default::default(),
        };
        let change = Change { form: form.to_owned(), act: Act::Insert, fields, confirmed };
        let outcome = self.write(caller, &[change], why, Mode::Commit, now)?;
        if outcome.accepted {
            self.store()
                .end_draft(caller, id, DraftState::Submitted, now)
                .map_err(store_problem)?;
        }
        Ok(outcome)
    }
}

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
