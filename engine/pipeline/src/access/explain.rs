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
use crate::problem::{Problem, ProblemKind};
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
            let may = |action| decide(caller, action, &target, today).allowed;
            if !may(Action::ReadAudit) && !may(Action::ManageAccounts) {
                return Err(not_yours());
            }
        }
        let (row, person) = self.person(user, today)?;
        let schools = self.accounts().schools().map_err(crate::render::store_problem)?;
        let name = |code: &str| {
            let found = schools.iter().find(|school| school.school == code);
            found.map_or_else(|| code.to_owned(), |school| school.name.clone())
        };
        let holds = |grant: &&Grant| grant.validity.has(today);
        let described = |area: Area, grant: &Grant| {
            let (where_, role) = (place_words(&as_far_as(area, grant), &name), grant.role.title());
            let both = |locale| format!("{} ({})", where_.get(locale), role.get(locale));
            Text::both(both(Locale::Vi), both(Locale::En))
        };
        let areas = Area::ALL.into_iter().map(|area| {
            let held = person.grants.iter().filter(holds);
            let each = |all: &mut Vec<Text>, grant: &Grant| {
                let text = described(area, grant);
                if !all.contains(&text) {
                    all.push(text);
                }
            };
            let (mut sees, mut changes) = (Vec::new(), Vec::new());
            for grant in held {
                if grant.role.rights().reads.has(area) {
                    each(&mut sees, grant);
                }
                if grant.role.rights().writes.has(area) {
                    each(&mut changes, grant);
                }
            }
            AreaView { area: area.word(), title: area.title(), sees, changes }
        });
        // What holds is read first.
        let mut grants: Vec<GrantView> =
            person.grants.iter().map(|grant| grant_view(grant, &name, today)).collect();
        grants.sort_by_key(|grant| !grant.holds);
        Ok(Explanation {
            name: row.name.clone(),
            full_name: row.full_name.clone(),
            status: row.status.word(),
            day: date_short(today),
            areas: areas.collect(),
            grants,
        })
    }
}

pub(super) fn not_yours() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "J150",
        "Bạn không quản lý tài khoản này",
        "You do not manage this account",
    )
    .help(
        "Liên hệ Hiệu trưởng của trường, hoặc người quản trị hệ thống",
        "Ask the principal of the school, or the administrator",
    )
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

/// The part of a grant's place that narrows records of `area`.
fn as_far_as(area: Area, grant: &Grant) -> Grant {
    let mut grant = grant.clone();
    if !matches!(area, Area::Teaching | Area::Organisation | Area::Admission) {
        grant.place.subjects = None;
    }
    if matches!(area, Area::Site | Area::School | Area::Staff | Area::Office | Area::Flow) {
        let schools = grant
            .reach()
            .in_schools()
            .map(|schools| schools.into_iter().map(str::to_owned).collect::<Vec<String>>());
        grant.place.schools = schools;
        grant.place.classes = None;
    }
    grant
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
