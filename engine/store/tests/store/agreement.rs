//! The row conditions of datasets and the decision of the model are the same.
//!
//! For many scopes, every record of every form is asked about both ways.

use std::collections::BTreeMap;

use bieumau_model::access::{Action, Area, Grant, Place, Role, Target, Validity, decide};
use bieumau_model::definition::Form;
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::table::{Table, Value};
use bieumau_store::Limits;
use jiff::civil::date;

use crate::common::core;
use crate::shared;

/// Forms with one record or more in the small store, and how their classes are found.
const FORMS: [&str; 7] = ["school", "staff", "class", "pupil", "enrolment", "mark", "exemption"];

/// Classes of each pupil, as (school, pupil) to (year, class).
type Enrolled = BTreeMap<(String, String), Vec<(i64, String)>>;

fn text(table: &Table, row: usize, column: &str) -> Option<String> {
    match table.value(row, column) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(table: &Table, row: usize, column: &str) -> Option<i64> {
    match table.value(row, column) {
        Some(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// The target that a record is.
fn target(form: &Form, table: &Table, row: usize, enrolled: &Enrolled) -> Target {
    let school = text(table, row, "school").unwrap();
    let year = number(table, row, "year");
    let classes = match (text(table, row, "class"), text(table, row, "pupil")) {
        (Some(class), _) => Some(vec![(year.unwrap(), class)]),
        (None, Some(pupil)) => {
            let all = enrolled.get(&(school.clone(), pupil)).cloned().unwrap_or_default();
            Some(all.into_iter().filter(|(own, _)| year.is_none_or(|year| year == *own)).collect())
        }
        (None, None) => None,
    };
    Target {
        area: Area::of_form(form),
        school: Some(school),
        classes,
        subject: text(table, row, "subject"),
    }
}

/// Many scopes: each role in several places, alone and in pairs.
fn scopes() -> Vec<Scope> {
    let class = |school: &str, year: i64, class: &str| (school.to_owned(), year, class.to_owned());
    let places = [
        Place::default(),
        Place { schools: Some(vec!["S1".into()]), ..Place::default() },
        Place { classes: Some(vec![class("S1", 2025, "7A")]), ..Place::default() },
        Place {
            classes: Some(vec![class("S2", 2025, "7B"), class("S1", 2024, "6B")]),
            subjects: Some(vec!["TOAN".into()]),
            ..Place::default()
        },
        Place {
            schools: Some(vec!["S1".into(), "S2".into()]),
            subjects: Some(vec!["VAN".into()]),
            ..Place::default()
        },
        Place {
            schools: Some(vec!["S2".into()]),
            classes: Some(vec![class("S1", 2025, "7A")]),
            ..Place::default()
        },
    ];
    let mut reaches: Vec<Reach> = Vec::new();
    for role in Role::ALL {
        for place in &places {
            let validity = Validity::default();
            let ground = "x".into();
            reaches.push(Grant { role, place: place.clone(), validity, ground }.reach());
        }
    }
    let mut scopes = vec![Scope::nothing(), Scope::everything()];
    scopes.extend(reaches.iter().cloned().map(Scope::from));
    // Pairs, spread over all of them.
    for at in 0..reaches.len() {
        let other = &reaches[(at * 7 + 3) % reaches.len()];
        scopes.push(Scope { reaches: vec![reaches[at].clone(), other.clone()] });
    }
    scopes
}

#[test]
fn datasets_show_exactly_what_the_decision_allows() {
    let catalog = core();
    let everything = shared::reader(&catalog, &Scope::everything(), Limits::default());
    let enrolments = everything.records("enrolment", &[]).unwrap();
    let mut enrolled = Enrolled::new();
    for row in 0..enrolments.rows() {
        let key = (text(&enrolments, row, "school"), text(&enrolments, row, "pupil"));
        let class = (number(&enrolments, row, "year"), text(&enrolments, row, "class"));
        let list = enrolled.entry((key.0.unwrap(), key.1.unwrap())).or_default();
        list.push((class.0.unwrap(), class.1.unwrap()));
    }
    let today = date(2026, 3, 1);
    let (mut seen, mut hidden) = (0, 0);
    for scope in scopes() {
        let caller = Caller::User { name: "someone".into(), scope: scope.clone() };
        let reader = shared::reader(&catalog, &scope, Limits::default());
        for id in FORMS {
            let form = &catalog.forms[id];
            let all = everything.records(id, &[]).unwrap();
            let shown = reader.records(id, &[]).unwrap();
            let key = |table: &Table, row: usize| -> Vec<Option<Value>> {
                form.key.iter().map(|name| table.value(row, name)).collect()
            };
            let shown: Vec<_> = (0..shown.rows()).map(|row| key(&shown, row)).collect();
            for row in 0..all.rows() {
                let target = target(form, &all, row, &enrolled);
                let allowed = decide(&caller, Action::Read, &target, today).allowed;
                let found = shown.contains(&key(&all, row));
                assert_eq!(found, allowed, "{id} {target:?}\n{:?}", scope.reaches);
                *(if found { &mut seen } else { &mut hidden }) += 1;
            }
        }
    }
    // The comparison says something only when both answers are common.
    assert!(seen > 1_000 && hidden > 1_000, "{seen} seen, {hidden} hidden");
}
