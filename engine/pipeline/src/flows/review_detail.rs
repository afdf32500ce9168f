//! One review with everybody in it: what was found, who has confirmed, and what may be done now.

use bieumau_model::access::Action;
use bieumau_model::format::date_short;
use bieumau_model::review::{Kind, Stage};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use jiff::Timestamp;
use serde::Serialize;

use super::papers::{Row, rows, text};
use super::reviews::{ReviewKey, ReviewView, no_review, stage_of};
use super::who::{Place, may};
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;
use bieumau_store::UserStatus;

/// One review with its people.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewDetail {
    /// The review as lists show it.
    #[serde(flatten)]
    pub view: ReviewView,
    /// Everybody who must be reviewed; whoever only confirms their own data sees only themselves.
    pub people: Vec<Reviewed>,
    /// When the results were handed over, by whom.
    pub handed_over: Option<(String, String)>,
    /// When the principal confirmed, who.
    pub confirmed: Option<(String, String)>,
    /// What remains to be done.
    pub remaining: Option<String>,
    /// What whoever asks may do now: `note`, `note_own`, `hand_over`, `confirm`.
    pub may: Vec<&'static str>,
}

/// A person of a review with what was noted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reviewed {
    /// Staff or pupil.
    pub person: String,
    /// Name.
    pub name: String,
    /// What was wrong and is mended.
    pub wrong: String,
    /// When it was looked at, in words; nothing while it was not.
    pub reviewed_on: Option<String>,
    /// Who has confirmed it.
    pub confirmed_by: String,
    /// As what.
    pub confirmed_as: String,
    /// When, in words; nothing while nobody has.
    pub confirmed_on: Option<String>,
    /// Note.
    pub note: String,
}

/// Somebody who can be put in charge of a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// User.
    pub user: String,
    /// Staff.
    pub staff: String,
    /// Name.
    pub name: String,
}

impl Site {
    /// Returns one review, to the leaders, to whoever is in charge, and to those members of staff
    /// whose own data it is about.
    pub fn review(
        &self,
        caller: &Caller,
        key: ReviewKey<'_>,
        now: Timestamp,
    ) -> Result<ReviewDetail, Problem> {
        let table = self.review_table(key)?;
        let row = rows(&table).next().ok_or_else(|| no_review(key.2))?;
        let place = Place { school: key.0, ..Place::default() };
        let leads = may(caller, Action::Lock, &place, now);
        let audits = may(caller, Action::ReadAudit, &place, now);
        let in_charge = caller.name() == row.text("in_charge_user") || *caller == Caller::Operator;
        let mut people = self.reviewed(key, row)?;
        let own = self.own_place(caller, key.0, row)?;
        let own = own.filter(|own| people.iter().any(|one| one.person == *own));
        if !leads && !audits && !in_charge {
            // Whoever has no part in it is not told that there is such a review.
            let own = own.as_ref().ok_or_else(|| no_review(key.2))?;
            people.retain(|one| one.person == *own);
        }
        let mut view = self.review_view(key, row)?;
        view.missing.retain(|one| people.iter().any(|own| own.person == one.person));
        let stage = stage_of(row);
        let mut able = Vec::new();
        if stage == Stage::Reviewing && in_charge {
            able.extend(["note", "hand_over"]);
        } else if stage == Stage::Reviewing && own.is_some() {
            able.push("note_own");
        }
        if stage == Stage::HandedOver && may(caller, Action::ApproveSignOff, &place, now) {
            able.push("confirm");
        }
        let said = |on: &str, by: &str| Some((date_short(row.day(on)?), row.text(by)));
        Ok(ReviewDetail {
            handed_over: said("handed_over_on", "handed_over_by"),
            confirmed: said("confirmed_on", "confirmed_by"),
            remaining: row.maybe("remaining"),
            view,
            people,
            may: able,
        })
    }

    /// Renders the minutes of a review for whoever leads, audits or is in charge of it.
    pub fn review_minutes(
        &self,
        caller: &Caller,
        key: ReviewKey<'_>,
        format: &str,
        now: Timestamp,
    ) -> Result<crate::Document, Problem> {
        let detail = self.review(caller, key, now)?;
        if detail.people.len() < detail.view.progress.total {
            return Err(no_review(key.2));
        }
        let report = match detail.view.kind {
            Kind::Staff => "minutes_review_staff",
            Kind::Pupils => "minutes_review_pupils",
        };
        let given = [("school", key.0.to_owned()), ("year", key.1.to_string())];
        let given = given.into_iter().chain([("number", key.2.to_string())]);
        let given = given.map(|(name, value)| (name.to_owned(), value)).collect();
        let request = crate::RenderRequest::new(report.to_owned(), given, format, None)?;
        let document = self.render(&Caller::Operator, &request)?;
        let details = serde_json::json!({"report": report, "parameters": request.parameters(),
            "format": format});
        self.note(caller, "document_read", 1, &details, now)?;
        Ok(document)
    }

    /// Lists whom the leaders of a school can put in charge: those among its staff who have an
    /// account.
    pub fn review_charges(
        &self,
        caller: &Caller,
        school: &str,
        now: Timestamp,
    ) -> Result<Vec<Charge>, Problem> {
        if !may(caller, Action::Lock, &Place { school, ..Place::default() }, now) {
            return Ok(Vec::new());
        }
        let users = self.accounts().users().map_err(store_problem)?;
        let mut charges: Vec<Charge> = users
            .into_iter()
            .filter(|user| user.status == UserStatus::Active)
            .filter_map(|user| {
                let (_, staff) = user.staff.filter(|(own, _)| own == school)?;
                Some(Charge { user: user.name, staff, name: user.full_name })
            })
            .collect();
        charges.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(charges)
    }

    /// The code under which the caller is in the review of a school's staff, when they can be.
    pub(super) fn own_place(
        &self,
        caller: &Caller,
        school: &str,
        row: Row<'_>,
    ) -> Result<Option<String>, Problem> {
        if row.text("kind") != Kind::Staff.code() || *caller == Caller::Operator {
            return Ok(None);
        }
        let user = self.accounts().user(caller.name()).map_err(store_problem)?;
        let staff = user.and_then(|user| user.staff);
        Ok(staff.filter(|(own, _)| own == school).map(|(_, staff)| staff))
    }

    /// Everybody of a review with what was noted, in the order of the review.
    fn reviewed(&self, key: ReviewKey<'_>, row: Row<'_>) -> Result<Vec<Reviewed>, Problem> {
        let (school, year, number) = key;
        let filters = [
            ("school", text(school)),
            ("year", Value::Integer(year)),
            ("number", Value::Integer(number)),
        ];
        let table = self.papers("data_review_entry", &filters)?;
        let people = self.reviewed_people(key, row)?;
        Ok(people
            .into_iter()
            .map(|one| {
                let noted = rows(&table).find(|row| row.text("person") == one.person);
                let Some(row) = noted else {
                    return Reviewed { person: one.person, name: one.name, ..Reviewed::default() };
                };
                Reviewed {
                    person: one.person,
                    name: one.name,
                    wrong: row.text("wrong"),
                    reviewed_on: row.day("reviewed_on").map(date_short),
                    confirmed_by: row.text("confirmed_by"),
                    confirmed_as: row.text("confirmed_as"),
                    confirmed_on: row.day("confirmed_on").map(date_short),
                    note: row.text("note"),
                }
            })
            .collect())
    }
}
