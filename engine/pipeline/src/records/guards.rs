//! Who may not write, and what is locked: everything that can refuse a change before it is judged.
//!
//! A guard is one function in [`GUARDS`], asked in order for every change. What the caller may see
//! and write by school, class and subject is also held by the store itself, behind all of these.

use bieumau_model::definition::{Catalog, Form};
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::entry::Fields;
use bieumau_model::scope::Caller;
use bieumau_store::{Record, Writing};
use jiff::Timestamp;
use jiff::civil::Date;

use super::write::{Act, Why};
use crate::problem::Problem;

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
const GUARDS: &[Guard] = &[];

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
