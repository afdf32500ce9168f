//! Who may do what: roles, grants, persons, and the one place that decides.
//!
//! Rights come from records and grants with dates ([`Person`]), become the reaches of a
//! [`Scope`](crate::scope::Scope), and are asked in two ways that mean the same: [`decide`] answers
//! for one thing and says why; the row conditions of `store` answer for whole tables.

mod action;
mod area;
mod decide;
mod grant;
mod person;
mod role;

pub use action::{Action, Actions};
pub use area::{Area, Areas, Facts};
pub use decide::{Decision, Target, decide, may_in_whole_school, may_somewhere};
pub use grant::{Basis, Grant, Place, Validity};
pub use person::Person;
pub use role::{Rights, Role};
