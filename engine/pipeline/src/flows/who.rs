//! Who acts in a flow, and what they may do there. Rights are decided by `model::access`, asked here
//! once for all flows.

use bieumau_model::access::{Action, Area, Target, decide};
use bieumau_model::scope::{Caller, Scope};
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use jiff::Timestamp;

use super::papers::{rows, text};
use crate::problem::{Problem, ProblemKind};
use crate::site::Site;
use bieumau_model::access::Role;
use bieumau_model::lock::vietnam_day;

/// A person as papers name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    /// User, as the audit has it.
    pub user: String,
    /// Name, as people read it.
    pub name: String,
    /// Their record among the staff of the school, when the account has one.
    pub staff: Option<String>,
}

/// Where something is done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place<'a> {
    pub school: &'a str,
    pub class: Option<(i64, &'a str)>,
    pub subject: Option<&'a str>,
}

impl Place<'_> {
    fn target(&self) -> Target {
        let area = match (self.class, self.subject) {
            (_, Some(_)) => Area::Teaching,
            (Some(_), None) => Area::Homeroom,
            (None, None) => Area::School,
        };
        let mut target = Target::school(area, self.school);
        if let Some((year, class)) = self.class {
            target = target.class(year, class);
        }
        if let Some(subject) = self.subject {
            target = target.subject(subject);
        }
        target
    }
}

/// Returns the problem when `caller` may not do `action` at `place`.
pub(crate) fn must(
    caller: &Caller,
    action: Action,
    place: &Place<'_>,
    now: Timestamp,
) -> Result<(), Problem> {
    let decision = decide(caller, action, &place.target(), vietnam_day(now));
    if decision.allowed {
        return Ok(());
    }
    let joined = |locale| {
        let reasons: Vec<_> =
            decision.reasons.iter().map(|why| why.get(locale).to_owned()).collect();
        reasons.join("; ")
    };
    let problem = Problem::new(
        ProblemKind::Forbidden,
        "J202",
        capitalised(&joined(Locale::Vi)),
        joined(Locale::En),
    );
    Err(match decision.ask {
        Some(ask) => Problem { help: Some(ask), ..problem },
        None => problem,
    })
}

/// Returns whether `caller` may do `action` at `place`.
pub(crate) fn may(caller: &Caller, action: Action, place: &Place<'_>, now: Timestamp) -> bool {
    decide(caller, action, &place.target(), vietnam_day(now)).allowed
}

/// Returns the roles in which `caller` may do `action` at `place`; the operator has all of them.
pub(crate) fn roles(
    caller: &Caller,
    action: Action,
    place: &Place<'_>,
    now: Timestamp,
) -> Vec<String> {
    let Caller::User { name, scope } = caller else {
        return Role::ALL.iter().map(|role| role.word().to_owned()).collect();
    };
    let mut found = Vec::new();
    for reach in &scope.reaches {
        let Some(basis) = &reach.basis else { continue };
        let alone =
            Caller::User { name: name.clone(), scope: Scope { reaches: vec![reach.clone()] } };
        let word = basis.role.word().to_owned();
        if may(&alone, action, place, now) && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// Returns what people read for a role.
pub(crate) fn role_title(word: &str) -> Text {
    Role::read(word).map_or_else(|| Text::from(word), Role::title)
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

impl Site {
    /// Returns name and staff of the person with the account `user`, when there is one.
    pub(crate) fn person_of(
        &self,
        user: &str,
    ) -> Result<Option<(String, Option<String>)>, Problem> {
        match self.person(user, self.today()) {
            Ok((_, person)) => Ok(Some((person.full_name, person.staff.map(|(_, staff)| staff)))),
            // The operator, and callers of other programs, have no account.
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Returns how papers name `caller`.
    pub(crate) fn signer(&self, caller: &Caller) -> Result<Signer, Problem> {
        let user = caller.name().to_owned();
        if *caller == Caller::Operator {
            return Ok(Signer {
                user, name: "Người vận hành máy chủ".to_owned(), staff: None
            });
        }
        // A token acts for its owner; the audit keeps which one it was.
        let person = self.person_of(user.split(" (token ").next().unwrap_or(&user))?;
        Ok(match person {
            Some((name, staff)) => Signer { user, name, staff },
            None => Signer { name: user.clone(), user, staff: None },
        })
    }

    /// Returns the name of the principal of a school in a school year.
    pub(crate) fn principal(&self, school: &str, year: i64) -> Result<Option<String>, Problem> {
        let filters = [("school", text(school)), ("year", Value::Integer(year))];
        let leaders = self.papers("school_leader", &filters)?;
        let Some(principal) = rows(&leaders).find_map(|row| row.maybe("principal")) else {
            return Ok(None);
        };
        self.staff_name(school, &principal)
    }

    /// Returns the name of a member of staff.
    pub(crate) fn staff_name(&self, school: &str, staff: &str) -> Result<Option<String>, Problem> {
        let found = self.papers("staff", &[("school", text(school)), ("staff", text(staff))])?;
        Ok(rows(&found).find_map(|row| row.maybe("full_name")))
    }
}
