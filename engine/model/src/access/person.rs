//! A person with an account, and what their grants add up to on a day.

use jiff::civil::Date;

use super::Grant;
use crate::scope::{Caller, Reach, Scope};
use crate::text::{Locale, Text};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Sign-in name; the audit keeps it.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// Their record among the staff of a school, as (school, staff).
    pub staff: Option<(String, String)>,
    /// Everything that was granted, also what holds no more or not yet.
    pub grants: Vec<Grant>,
}

impl Person {
    /// Returns what the grants that hold on `today` add up to.
    ///
    /// Grants that differ only in their classes become one reach, since their union is exactly the
    /// product of the lists.
    pub fn scope(&self, today: Date) -> Scope {
        let mut reaches: Vec<Reach> = Vec::new();
        for grant in self.grants.iter().filter(|grant| grant.validity.has(today)) {
            let reach = grant.reach();
            match reaches.iter_mut().find(|known| differ_in_classes_only(known, &reach)) {
                Some(known) => {
                    if let (Some(own), Some(other)) = (&mut known.basis, &reach.basis) {
                        own.ground = joined(&own.ground, &other.ground);
                    }
                    for class in reach.classes.into_iter().flatten() {
                        let own = known.classes.get_or_insert_default();
                        if !own.contains(&class) {
                            own.push(class);
                        }
                    }
                }
                None => reaches.push(reach),
            }
        }
        Scope { reaches }
    }

    /// Returns the person as the caller of jobs on `today`.
    pub fn caller(&self, today: Date) -> Caller {
        Caller::User { name: self.name.clone(), scope: self.scope(today) }
    }
}

fn joined(one: &Text, other: &Text) -> Text {
    let both = |locale| format!("{}; {}", one.get(locale), other.get(locale));
    if one == other { one.clone() } else { Text::both(both(Locale::Vi), both(Locale::En)) }
}

fn differ_in_classes_only(a: &Reach, b: &Reach) -> bool {
    let role = |reach: &Reach| reach.basis.as_ref().map(|basis| basis.role);
    a.classes.is_some()
        && b.classes.is_some()
        && role(a) == role(b)
        && (a.until, &a.schools, &a.subjects) == (b.until, &b.schools, &b.subjects)
        && (a.reads, a.writes, a.may, a.history) == (b.reads, b.writes, b.may, b.history)
}
