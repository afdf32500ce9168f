//! The invented accounts of a demo site: one for each role, all with the same password, shown on
//! the sign-in page so that a newcomer can pick one.

use std::collections::BTreeMap;

use bieumau_model::access::Role;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Text;
use bieumau_store::{NewGrant, NewUser, SchoolRow, Store, UserStatus};
use jiff::Timestamp;
use serde::Serialize;

use super::explain::place_words;
use super::password::hash_password;
use crate::init::vietnam_day;
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;

/// The password of every invented account of a demo site.
pub const DEMO_PASSWORD: &str = "hoa phượng đỏ";

/// How many schools of a demo get accounts.
const MOST_SCHOOLS: usize = 6;

/// An account that the sign-in page of a demo offers.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// User name.
    pub name: String,
    /// Name that people read.
    pub full_name: String,
    /// Role that holds today, the highest one.
    pub role: Text,
    /// Where it holds.
    pub place: Text,
    /// Name of their school; `None` for officers and others above the schools.
    pub school: Option<String>,
}

/// An account to be invented.
struct Invented {
    name: String,
    full_name: String,
    staff: Option<(String, String)>,
    grant: Option<NewGrant>,
}

impl Site {
    /// Makes the accounts of a demo.
    pub(crate) fn add_demo_accounts(&self, now: Timestamp) -> Result<(), Problem> {
        let invented = self.invented()?;
        let hash = hash_password(DEMO_PASSWORD, b"bieumau demo acc");
        let mut store = self.store();
        for account in &invented {
            add(&mut store, account, &hash, now).map_err(store_problem)?;
        }
        Ok(())
    }

    /// Lists the accounts that a demo offers; none on a real site.
    pub fn demo_accounts(&self, now: Timestamp) -> Result<Vec<DemoAccount>, Problem> {
        if !self.is_demo() {
            return Ok(Vec::new());
        }
        let today = vietnam_day(now);
        let (users, schools) = {
            let accounts = self.accounts();
            (accounts.users().map_err(store_problem)?, accounts.schools().map_err(store_problem)?)
        };
        let name = |code: &str| {
            let found = schools.iter().find(|school| school.school == code);
            found.map_or_else(|| code.to_owned(), |school| school.name.clone())
        };
        let mut list = Vec::new();
        for user in users {
            if user.status != UserStatus::Active || user.must_change || user.author != "operator" {
                continue;
            }
            let (_, person) = self.person(&user.name, today)?;
            let held = person.grants.iter().filter(|grant| grant.validity.has(today));
            let Some(grant) = held.min_by_key(|grant| grant.role) else { continue };
            list.push((
                grant.role,
                DemoAccount {
                    name: user.name,
                    full_name: user.full_name,
                    role: grant.role.title(),
                    place: place_words(grant, &name),
                    school: user.staff.as_ref().map(|(school, _)| name(school)),
                },
            ));
        }
        list.sort_by(|(a, one), (b, other)| {
            (&one.school, a, &one.name).cmp(&(&other.school, b, &other.name))
        });
        Ok(list.into_iter().map(|(_, account)| account).collect())
    }

    fn invented(&self) -> Result<Vec<Invented>, Problem> {
        let (schools, units) = {
            let accounts = self.accounts();
            (accounts.schools().map_err(store_problem)?, accounts.units().map_err(store_problem)?)
        };
        let of_site = |name: &str, full_name: &str, role: Role, unit: Option<&str>| Invented {
            name: name.to_owned(),
            full_name: full_name.to_owned(),
            staff: None,
            grant: Some(NewGrant {
                user: name.to_owned(),
                role: role.word().to_owned(),
                unit: unit.map(str::to_owned),
                ..NewGrant::default()
            }),
        };
        let mut invented = vec![
            of_site("quantri", "Quản trị viên mẫu", Role::Administrator, None),
            of_site("thanhtra", "Thanh tra viên mẫu", Role::Auditor, None),
        ];
        for unit in units.iter().filter(|unit| unit.valid_to.is_none()) {
            let (prefix, role) = match unit.kind.as_str() {
                "province_department" => ("so", Role::ProvincialOfficer),
                "commune" => ("xa", Role::CommuneOfficer),
                _ => continue,
            };
            let name = format!("{prefix}-{}", unit.unit.to_lowercase());
            let known = invented.iter().any(|own| own.name == name);
            if !known && name.is_ascii() {
                invented.push(of_site(
                    &name,
                    &format!("Cán bộ {}", unit.name),
                    role,
                    Some(&unit.unit),
                ));
            }
        }
        for school in schools.iter().take(MOST_SCHOOLS) {
            invented.extend(self.of_school(school)?);
        }
        Ok(invented)
    }

    /// One account for each role of a school, held by its own staff.
    fn of_school(&self, school: &SchoolRow) -> Result<Vec<Invented>, Problem> {
        let reader = self.reader(&Caller::Operator)?;
        let code = &school.school;
        let read = |form: &str| {
            reader.records(form, &[("school", Value::Text(code.clone()))]).map_err(store_problem)
        };
        let (staff, leaders) = (read("staff")?, read("school_leader")?);
        let (classes, teaching) = (read("class")?, read("teaching_assignment")?);
        let names: BTreeMap<String, String> = (0..staff.rows())
            .filter_map(|row| Some((text(&staff, row, "staff")?, text(&staff, row, "full_name")?)))
            .collect();
        let mut invented: Vec<Invented> = Vec::new();
        let mut add = |prefix: &str, employee: Option<String>, grant: Option<NewGrant>| {
            let Some(employee) = employee else { return };
            let taken = invented
                .iter()
                .any(|own| own.staff.as_ref().is_some_and(|(_, staff)| *staff == employee));
            let Some(full_name) = names.get(&employee).filter(|_| !taken) else { return };
            let name = format!("{prefix}-{}", code.to_lowercase());
            let grant = grant.map(|grant| NewGrant { user: name.clone(), ..grant });
            let staff = Some((code.clone(), employee));
            invented.push(Invented { name, full_name: full_name.clone(), staff, grant });
        };
        let last = leaders.rows().checked_sub(1);
        for (prefix, column) in
            [("hieutruong", "principal"), ("phohieutruong", "vice_principal"), ("vanthu", "clerk")]
        {
            add(prefix, last.and_then(|row| text(&leaders, row, column)), None);
        }
        let year = last.and_then(|row| number(&leaders, row, "year"));
        let this_year = |table: &Table, row: usize| number(table, row, "year") == year;
        let homeroom = (0..classes.rows())
            .filter(|row| this_year(&classes, *row))
            .find_map(|row| text(&classes, row, "homeroom_teacher"));
        add("chunhiem", homeroom.clone(), None);
        let heads = |row: &usize| {
            (0..classes.rows()).all(|class| {
                text(&classes, class, "homeroom_teacher") != text(&teaching, *row, "teacher")
                    || !this_year(&classes, class)
            })
        };
        let assigned: Vec<usize> = (0..teaching.rows())
            .filter(|row| this_year(&teaching, *row) && text(&teaching, *row, "teacher").is_some())
            .collect();
        // One who has no class is the clearer example; a small primary school has none.
        let pick = assigned.iter().find(|row| heads(row)).or_else(|| assigned.last());
        add("bomon", pick.and_then(|row| text(&teaching, *row, "teacher")), None);
        if let Some(row) = assigned.iter().rev().find(|row| {
            text(&teaching, **row, "teacher")
                != pick.and_then(|pick| text(&teaching, *pick, "teacher"))
                && text(&teaching, **row, "teacher") != homeroom
        }) {
            let subjects = text(&teaching, *row, "subject").map(|subject| vec![subject]);
            let grant = NewGrant {
                role: Role::SubjectGroupHead.word().to_owned(),
                school: Some(code.clone()),
                subjects,
                ..NewGrant::default()
            };
            add("totruong", text(&teaching, *row, "teacher"), Some(grant));
        }
        Ok(invented)
    }
}

fn add(
    store: &mut Store,
    account: &Invented,
    hash: &str,
    now: Timestamp,
) -> Result<(), bieumau_store::StoreError> {
    let operator = Caller::Operator;
    let user = NewUser {
        name: &account.name,
        full_name: &account.full_name,
        staff: account.staff.as_ref().map(|(school, staff)| (school.as_str(), staff.as_str())),
        password: hash,
        must_change: false,
    };
    store.add_user(&operator, &user, now, "demo")?;
    if let Some(grant) = &account.grant {
        store.add_grant(&operator, grant, now, "tài khoản mẫu")?;
    }
    Ok(())
}

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
