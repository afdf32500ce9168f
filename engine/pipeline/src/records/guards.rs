//! Who may not write, and what is locked: everything that can refuse a change before it is judged.
//!
//! A guard is one function in [`GUARDS`], asked in order for every change. What the caller may see
//! and write by school, class and subject is also held by the store itself, behind all of these.

use std::cell::RefCell;

use bieumau_model::access::{Action, Area, Target, decide};
use bieumau_model::definition::{Catalog, Form, FormScope};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::entry::Fields;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Record, Writing};
use jiff::Timestamp;
use jiff::civil::Date;

use super::write::{Act, Why};
use crate::flows;
use crate::init::vietnam_day;
use crate::problem::Problem;
use crate::site::Site;

/// A change on its way, as a guard sees it.
pub struct Attempt<'a> {
    /// Everything that is defined.
    pub catalog: &'a Catalog,
    /// Who asks.
    pub caller: &'a Caller,
    /// Form of the record.
    pub form: &'a Form,
    /// What is to be done.
    pub act: &'a Act,
    /// The record as it is stored, when there is one that the caller may see.
    pub before: Option<&'a Record>,
    /// The record as it would be, all fields.
    pub after: &'a Fields,
    /// The fields that would change, in the order of the form.
    pub changed: &'a [&'a str],
    /// Why.
    pub why: &'a Why,
    /// When.
    pub now: Timestamp,
    /// The day in Vietnam.
    pub today: Date,
    /// The site.
    pub(crate) site: &'a Site,
    /// The approved correction that is applied by this write.
    pub(crate) correction: Option<i64>,
    /// What guards have looked up for earlier changes of the same write.
    pub(crate) memory: &'a RefCell<flows::Memory>,
    /// The transaction; what is read through it is as it will be when the change is kept.
    pub writing: &'a Writing<'a>,
}

/// Why a change is refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The field, when one is meant.
    pub field: Option<String>,
    /// What a person reads; always an error.
    pub diagnostic: Diagnostic,
}

/// Looks at one change; no refusal means that it does not mind.
type Guard = fn(&Attempt<'_>) -> Result<Vec<Refusal>, Problem>;

/// All guards, in the order in which they are asked: rights, then locks.
const GUARDS: &[Guard] = &[rights, flows::guard];

/// Asks all guards; the refusals of the first that refuses are given.
pub(super) fn refusals(attempt: &Attempt<'_>) -> Result<Vec<Refusal>, Problem> {
    for guard in GUARDS {
        let refusals = guard(attempt)?;
        if !refusals.is_empty() {
            return Ok(refusals);
        }
    }
    Ok(Vec::new())
}

/// Refuses what the caller has no right to write, with the reasons.
///
/// A record that belongs to a class only through its pupil is left to the store, which knows in
/// which classes the pupil is.
fn rights(attempt: &Attempt<'_>) -> Result<Vec<Refusal>, Problem> {
    let Attempt { caller, form, today, .. } = *attempt;
    if *caller == Caller::Operator {
        return Ok(Vec::new());
    }
    let before: Option<Fields> =
        attempt.before.map(|record| record.fields.iter().cloned().collect());
    let mut memory = attempt.memory.borrow_mut();
    // Nothing may be moved out of another's class, and nothing into it.
    let refused = before
        .iter()
        .chain([attempt.after])
        .find_map(|fields| no_right(caller, form, fields, today, &mut memory.allowed));
    Ok(refused.map(|diagnostic| Refusal { field: None, diagnostic }).into_iter().collect())
}

/// Returns why `caller` may not write a record with `fields`; `allowed` remembers the last place
/// where they may.
fn no_right(
    caller: &Caller,
    form: &Form,
    fields: &Fields,
    today: Date,
    allowed: &mut Option<Target>,
) -> Option<Diagnostic> {
    let target = target(form, fields)?;
    if allowed.as_ref() == Some(&target) {
        return None;
    }
    let decision = decide(caller, Action::Write, &target, today);
    if decision.allowed {
        *allowed = Some(target);
        return None;
    }
    let all = |locale: Locale| {
        let reasons: Vec<&str> = decision.reasons.iter().map(|why| why.get(locale)).collect();
        reasons.join("; ")
    };
    let message = Text::both(all(Locale::Vi), all(Locale::En));
    let diagnostic = Diagnostic::error(bieumau_store::codes::OUT_OF_SCOPE, message);
    Some(diagnostic.maybe_help(decision.ask))
}

/// The guards, asked about cells that nobody has written yet: what a page closes beforehand.
pub(crate) struct Beforehand<'a> {
    site: &'a Site,
    caller: &'a Caller,
    form: &'a Form,
    now: Timestamp,
    memory: flows::Memory,
}

impl<'a> Beforehand<'a> {
    pub fn new(site: &'a Site, caller: &'a Caller, form: &'a Form, now: Timestamp) -> Self {
        Self { site, caller, form, now, memory: flows::Memory::default() }
    }

    /// Returns for each of `columns` why it could not be written in a record with `fields`.
    pub fn refusals(
        &mut self,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Vec<Option<Diagnostic>>, Problem> {
        let Self { site, caller, form, now, ref mut memory } = *self;
        if *caller != Caller::Operator {
            let today = vietnam_day(now);
            if let Some(why) = no_right(caller, form, fields, today, &mut memory.allowed) {
                return Ok(vec![Some(why); columns.len()]);
            }
        }
        flows::refused_cells(site, caller, form, fields, columns, now, memory)
    }
}

fn target(form: &Form, fields: &Fields) -> Option<Target> {
    let text = |name: &str| match fields.get(name) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let area = Area::of_form(form);
    let mut target = match form.scope {
        FormScope::Site => Target::site(),
        FormScope::School => Target::school(area, text("school")?),
    };
    match (text("class"), fields.get("year")) {
        (Some(class), Some(Value::Integer(year))) => target = target.class(*year, class),
        _ if form.field("class").is_some() || form.field("pupil").is_some() => return None,
        _ => {}
    }
    Some(match text("subject") {
        Some(subject) => target.subject(subject),
        None => target,
    })
}
