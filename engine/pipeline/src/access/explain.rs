//! What a user can see and change, and why, in words.

use bieumau_model::access::{Action, Area, Grant, decide};
use bieumau_model::format::date_short;
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::users::place;
use crate::init::vietnam_day;
use crate::problem::Problem;
use crate::site::Site;

/// What a user can see and change, and why.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// User name.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// `active` or `disabled`.
    pub status: &'static str,
    /// The day it was asked for.
    pub day: String,
    /// Everything granted, also what does not hold on the day.
    pub grants: Vec<GrantView>,
    /// What the grants that hold add up to, by kind of records.
    pub areas: Vec<AreaView>,
}

/// One grant.
#[derive(Debug, Clone, Serialize)]
pub struct GrantView {
    /// As what, as a word.
    pub role: &'static str,
    /// As what.
    pub title: Text,
    /// Where.
    pub place: Text,
    /// On what ground.
    pub ground: Text,
    /// From when to when.
    pub validity: Text,
    /// Whether it holds on the day.
    pub holds: bool,
    /// What else may be done, as words.
    pub may: Vec<Text>,
}

/// What is seen and changed of one kind of records.
#[derive(Debug, Clone, Serialize)]
pub struct AreaView {
    /// The kind, as a word.
    pub area: &'static str,
    /// The kind.
    pub title: Text,
    /// Where it is seen, and why; empty when it is not.
    pub sees: Vec<Text>,
    /// Where it is changed, and why; empty when it is not.
    pub changes: Vec<Text>,
}

impl Site {
    /// Explains the rights of `user` on the day of `now`, to the user themselves and to those who
    /// manage or audit them.
    pub fn explain(
        &self,
        caller: &Caller,
        user: &str,
        now: Timestamp,
    ) -> Result<Explanation, Problem> {
        let today = vietnam_day(now);
        if !matches!(caller, Caller::Operator) && super::account_of(caller) != user {
            // Whoever may not know gets the same answer for users that exist and those that do not.
            let school = self.person(user, today).ok().and_then(|(row, _)| row.staff);
            let target = place(school.as_ref().map(|(school, _)| school.as_str()));
            let audits = decide(caller, Action::ReadAudit, &target, today).allowed;
            if !audits {
                self.allow(caller, Action::ManageAccounts, &target, now)?;
            }
        }
        let (row, person) = self.person(user, today)?;
        let schools = self.accounts().schools().map_err(crate::render::store_problem)?;
        let name = |code: &str| {
            let found = schools.iter().find(|school| school.school == code);
            found.map_or_else(|| code.to_owned(), |school| school.name.clone())
        };
        let holds = |grant: &&Grant| grant.validity.has(today);
        let described = |grant: &Grant| {
            let (where_, role) = (place_words(grant, &name), grant.role.title());
            let both = |locale| format!("{} ({})", where_.get(locale), role.get(locale));
            Text::both(both(Locale::Vi), both(Locale::En))
        };
        let areas = Area::ALL.into_iter().map(|area| {
            let held = person.grants.iter().filter(holds);
            let sees: Vec<Text> = held
                .clone()
                .filter(|grant| grant.role.rights().reads.has(area))
                .map(described)
                .collect();
            let changes =
                held.filter(|grant| grant.role.rights().writes.has(area)).map(described).collect();
            AreaView { area: area.word(), title: area.title(), sees, changes }
        });
        Ok(Explanation {
            name: row.name.clone(),
            full_name: row.full_name.clone(),
            status: row.status.word(),
            day: date_short(today),
            areas: areas.collect(),
            grants: person.grants.iter().map(|grant| grant_view(grant, &name, today)).collect(),
        })
    }
}

fn grant_view(grant: &Grant, name: &dyn Fn(&str) -> String, today: Date) -> GrantView {
    GrantView {
        role: grant.role.word(),
        title: grant.role.title(),
        place: place_words(grant, name),
        ground: grant.ground.clone(),
        validity: grant.validity.words(),
        holds: grant.validity.has(today),
        may: grant.role.rights().may.list().into_iter().map(Action::title).collect(),
    }
}

/// The most schools that are named one by one.
const MOST_NAMED: usize = 5;

pub(super) fn place_words(grant: &Grant, name: &dyn Fn(&str) -> String) -> Text {
    let place = &grant.place;
    let in_words = |locale: Locale| {
        let pick = |vi: &'static str, en: &'static str| if locale == Locale::Vi { vi } else { en };
        let mut parts = Vec::new();
        if let Some(subjects) = &place.subjects {
            parts.push(format!("{} {}", pick("môn", "subject"), subjects.join(", ")));
        }
        if let Some(classes) = &place.classes {
            let each: Vec<String> = classes
                .iter()
                .map(|(school, year, class)| {
                    let year = format!("{year}-{}", year + 1);
                    format!("{} {class} ({year}), {}", pick("lớp", "class"), name(school))
                })
                .collect();
            parts.push(each.join("; "));
        } else {
            parts.push(match &place.schools {
                None => pick("toàn hệ thống", "the whole site").to_owned(),
                Some(schools) if schools.is_empty() => {
                    pick("không trường nào", "no school").to_owned()
                }
                Some(schools) if schools.len() <= MOST_NAMED => {
                    schools.iter().map(|school| name(school)).collect::<Vec<_>>().join("; ")
                }
                Some(schools) => format!("{} {}", schools.len(), pick("trường", "schools")),
            });
        }
        parts.join(", ")
    };
    Text::both(in_words(Locale::Vi), in_words(Locale::En))
}
