//! Giving and ending rights: delegations with dates, officers, auditors, heads of subject groups.
//!
//! Rights that stand in the records of a school (leaders, homeroom, assignments) are not given
//! here: whoever changes those records changes the rights.

use bieumau_model::access::{Role, Validity};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::format::date_short;
use bieumau_model::scope::Caller;
use bieumau_model::text::{Locale, Text};
use bieumau_store::{NewGrant, SchoolRow, UnitRow};
use jiff::Timestamp;
use serde::Serialize;

use crate::init::vietnam_day;
use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::Site;

/// A right to be given; what is `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantRequest {
    /// What, to whom, where and when.
    pub grant: NewGrant,
    /// On what ground: a decision, an absence.
    pub reason: String,
}

/// A right that was given, as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct GrantLine {
    /// Number.
    pub id: i64,
    /// User.
    pub user: String,
    /// Name of the user.
    pub full_name: String,
    /// As what, as a word.
    pub role: String,
    /// As what.
    pub title: Text,
    /// Where.
    pub place: Text,
    /// From when to when.
    pub validity: Text,
    /// Whether it holds today.
    pub holds: bool,
    /// Why.
    pub reason: String,
    /// Who gave it.
    pub author: String,
    /// The day on which it was ended before its time.
    pub ended_on: Option<String>,
    /// Whether whoever asks may end it now.
    pub may_end: bool,
}

impl Site {
    /// Lists what was given to the accounts that the caller manages or audits, the newest first.
    pub fn grants(&self, caller: &Caller, now: Timestamp) -> Result<Vec<GrantLine>, Problem> {
        let today = vietnam_day(now);
        let users = self.users(caller, now)?;
        let (rows, schools) = {
            let accounts = self.accounts();
            let rows = accounts.grants(None).map_err(store_problem)?;
            (rows, accounts.schools().map_err(store_problem)?)
        };
        let school_name = |code: &str| {
            let found = schools.iter().find(|own| own.school == code);
            found.map_or_else(|| code.to_owned(), |own| own.name.clone())
        };
        let mut lines = Vec::new();
        for row in rows.into_iter().rev() {
            let Some(user) = users.iter().find(|user| user.name == row.grant.user) else {
                continue;
            };
            let (grant, role) = (&row.grant, Role::read(&row.grant.role));
            let validity = Validity { from: grant.valid_from, to: grant.valid_to };
            let open = row.ended_on.is_none() && grant.valid_to.is_none_or(|to| today <= to);
            lines.push(GrantLine {
                id: row.id,
                user: user.name.clone(),
                full_name: user.full_name.clone(),
                title: role.map_or_else(|| Text::from(grant.role.as_str()), Role::title),
                place: given_place(grant, &school_name),
                validity: validity.words(),
                holds: open && validity.has(today),
                reason: row.reason,
                author: row.author,
                ended_on: row.ended_on.map(date_short),
                may_end: open
                    && role.is_some_and(|role| {
                        self.allow_giving(caller, role, grant.school.as_deref(), today).is_ok()
                    }),
                role: row.grant.role,
            });
        }
        Ok(lines)
    }

    /// Lists the schools in which the caller manages accounts, and the roles that they may give
    /// there.
    pub fn givable(
        &self,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Vec<(SchoolRow, Vec<Role>)>, Problem> {
        let today = vietnam_day(now);
        let schools = self.school_list()?;
        let of_school = |school: SchoolRow| {
            let may = |role: &Role| self.allow_giving(caller, *role, Some(&school.school), today);
            let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| may(role).is_ok()).collect();
            (!roles.is_empty()).then_some((school, roles))
        };
        Ok(schools.into_iter().filter_map(of_school).collect())
    }

    /// Gives a right; returns its number.
    pub fn add_grant(
        &self,
        caller: &Caller,
        request: &GrantRequest,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        let grant = &request.grant;
        let role = self.check_grant(request)?;
        self.allow_giving(caller, role, grant.school.as_deref(), vietnam_day(now))?;
        // The account itself must not be beyond the caller either, or they would take part of it.
        let (user, _) = self.person_for(caller, &grant.user, vietnam_day(now))?;
        let own = user.staff.as_ref().map(|(school, _)| school.as_str());
        if own != grant.school.as_deref() {
            let site = super::users::place(own);
            self.allow(caller, bieumau_model::access::Action::ManageAccounts, &site, now)?;
        }
        self.store().add_grant(caller, grant, now, request.reason.trim()).map_err(store_problem)
    }

    /// Ends a right from today on.
    pub fn end_grant(
        &self,
        caller: &Caller,
        id: i64,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), Problem> {
        let rows = self.accounts().grants(None).map_err(store_problem)?;
        let row = rows.into_iter().find(|row| row.id == id).ok_or_else(|| no_grant(id))?;
        let today = vietnam_day(now);
        if let Some(role) = Role::read(&row.grant.role) {
            self.allow_giving(caller, role, row.grant.school.as_deref(), today)?;
        }
        let mut store = self.store();
        let ended = store.end_grant(caller, id, today, now, reason).map_err(store_problem)?;
        if ended { Ok(()) } else { Err(no_grant(id)) }
    }

    /// Lists the units of the administration, also those that are no more.
    pub fn org_units(&self) -> Result<Vec<UnitRow>, Problem> {
        self.accounts().units().map_err(store_problem)
    }

    /// Lists the schools of the site, as far as rights need them.
    pub fn school_list(&self) -> Result<Vec<SchoolRow>, Problem> {
        self.accounts().schools().map_err(store_problem)
    }

    /// Collects everything that is wrong with a request.
    fn check_grant(&self, request: &GrantRequest) -> Result<Role, Problem> {
        let grant = &request.grant;
        let mut findings = Diagnostics::default();
        let mut wrong = |vi: String, en: String| {
            findings.push(Diagnostic::error("J157", Text::both(vi, en)));
        };
        let role = Role::read(&grant.role);
        if role.is_none() {
            let known = Role::ALL.map(Role::word).join(", ");
            wrong(
                format!("không có vai trò `{}`; có thể chọn: {known}", grant.role),
                format!("there is no role `{}`; one of: {known}", grant.role),
            );
        }
        let needs = |what: &[Role]| role.is_some_and(|role| what.contains(&role));
        if needs(&[Role::ProvincialOfficer, Role::CommuneOfficer]) != grant.unit.is_some()
            && role.is_some()
            && !needs(&[Role::Auditor, Role::Administrator])
        {
            wrong(
                "cán bộ Sở, xã cần `unit`; vai trò của trường thì không".to_owned(),
                "officers need a `unit`; roles of a school have none".to_owned(),
            );
        }
        let of_school = [
            Role::Principal,
            Role::VicePrincipal,
            Role::Clerk,
            Role::SubjectGroupHead,
            Role::ClassTeacher,
            Role::SubjectTeacher,
        ];
        if needs(&of_school) && grant.school.is_none() {
            wrong("vai trò này cần `school`".to_owned(), "this role needs a `school`".to_owned());
        }
        if needs(&[Role::ClassTeacher, Role::SubjectTeacher])
            && (grant.class.is_none() || grant.year.is_none())
        {
            wrong(
                "giáo viên cần `class` và `year`".to_owned(),
                "a teacher needs `class` and `year`".to_owned(),
            );
        }
        if needs(&[Role::SubjectGroupHead, Role::SubjectTeacher])
            && grant.subjects.as_ref().is_none_or(Vec::is_empty)
        {
            wrong("vai trò này cần `subject`".to_owned(), "this role needs a `subject`".to_owned());
        }
        if grant.class.is_some() != grant.year.is_some()
            || (grant.class.is_some() && grant.school.is_none())
        {
            wrong(
                "lớp cần đủ trường, năm học và tên lớp".to_owned(),
                "a class needs its school, year and name".to_owned(),
            );
        }
        if let (Some(from), Some(to)) = (grant.valid_from, grant.valid_to)
            && to < from
        {
            wrong(
                "ngày kết thúc trước ngày bắt đầu".to_owned(),
                "it ends before it begins".to_owned(),
            );
        }
        if request.reason.trim().is_empty() {
            wrong("thiếu lý do (`reason`)".to_owned(), "the `reason` is missing".to_owned());
        }
        let (schools, units) = {
            let accounts = self.accounts();
            (accounts.schools().map_err(store_problem)?, accounts.units().map_err(store_problem)?)
        };
        if let Some(school) = &grant.school
            && !schools.iter().any(|own| own.school == *school)
        {
            wrong(format!("không có trường `{school}`"), format!("there is no school `{school}`"));
        }
        if let Some(unit) = &grant.unit
            && !units.iter().any(|own| own.unit == *unit)
        {
            wrong(format!("không có đơn vị `{unit}`"), format!("there is no unit `{unit}`"));
        }
        match role {
            Some(role) if findings.is_empty() => Ok(role),
            _ => Err(Problem::new(
                ProblemKind::BadInput,
                "J157",
                "Việc giao quyền chưa đúng",
                "the grant is not right",
            )
            .with(findings)),
        }
    }
}

/// Where a given right holds, in words.
fn given_place(grant: &NewGrant, school_name: &dyn Fn(&str) -> String) -> Text {
    let in_words = |locale: Locale| {
        let pick = |vi: &'static str, en: &'static str| if locale == Locale::Vi { vi } else { en };
        let mut parts = Vec::new();
        if let Some(subjects) = &grant.subjects {
            parts.push(format!("{} {}", pick("môn", "subject"), subjects.join(", ")));
        }
        if let (Some(class), Some(year)) = (&grant.class, grant.year) {
            parts.push(format!("{} {class} ({year}-{})", pick("lớp", "class"), year + 1));
        }
        if let Some(level) = &grant.level {
            parts.push(format!("{} {level}", pick("cấp", "level")));
        }
        if let Some(unit) = &grant.unit {
            parts.push(format!("{} {unit}", pick("đơn vị", "unit")));
        }
        parts.extend(grant.school.as_deref().map(school_name));
        if parts.is_empty() {
            parts.push(pick("toàn hệ thống", "the whole site").to_owned());
        }
        parts.join(", ")
    };
    Text::both(in_words(Locale::Vi), in_words(Locale::En))
}

fn no_grant(id: i64) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J158",
        format!("Không có quyền số {id} đang mở"),
        format!("there is no open grant {id}"),
    )
}
