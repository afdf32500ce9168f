//! Makes persons out of accounts: posts from the records of their school, and what they were
//! granted, each with the days on which it holds.

use bieumau_model::access::{Grant, Person, Place, Role, Validity};
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Accounts, GrantRow, Post, PostKind, SchoolRow, UnitRow, UserRow};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::problem::Problem;
use crate::render::store_problem;

/// Returns the person behind an account, with what holds and what does not hold on `today`.
pub(super) fn person(accounts: &Accounts, user: &UserRow, today: Date) -> Result<Person, Problem> {
    let mut grants = Vec::new();
    if let Some((school, staff)) = &user.staff {
        grants.extend(of_posts(accounts, school, staff)?);
    }
    let rows = accounts.grants(Some(&user.name)).map_err(store_problem)?;
    if !rows.is_empty() {
        let schools = accounts.schools().map_err(store_problem)?;
        let units = accounts.units().map_err(store_problem)?;
        grants.extend(rows.iter().filter_map(|row| of_row(row, &schools, &units, today)));
    }
    Ok(Person {
        name: user.name.clone(),
        full_name: user.full_name.clone(),
        staff: user.staff.clone(),
        grants,
    })
}

/// What the records of a school give to one of its staff.
pub(super) fn of_posts(
    accounts: &Accounts,
    school: &str,
    staff: &str,
) -> Result<Vec<Grant>, Problem> {
    let posts = accounts.posts(school, staff).map_err(store_problem)?;
    Ok(posts.iter().map(|post| of_post(school, post)).collect())
}

/// What a post in the records of a school gives.
///
/// A post of a school year holds from 1 July before it until 31 August after it, when the school
/// has records of a later year; until then nobody has followed, and it goes on.
fn of_post(school: &str, post: &Post) -> Grant {
    let class = |name: &str| Some(vec![(school.to_owned(), post.year, name.to_owned())]);
    let whole = Place { schools: Some(vec![school.to_owned()]), ..Place::default() };
    let (role, place, what) = match &post.kind {
        PostKind::Principal => (Role::Principal, whole, None),
        PostKind::VicePrincipal => (Role::VicePrincipal, whole, None),
        PostKind::Clerk => (Role::Clerk, whole, None),
        PostKind::Homeroom { class: name } => (
            Role::ClassTeacher,
            Place { classes: class(name), ..Place::default() },
            Some((format!("lớp {name}"), format!("class {name}"))),
        ),
        PostKind::Teaching { class: name, subject } => (
            Role::SubjectTeacher,
            Place {
                classes: class(name),
                subjects: Some(vec![subject.clone()]),
                ..Place::default()
            },
            Some((format!("môn {subject}, lớp {name}"), format!("{subject} in {name}"))),
        ),
    };
    let year = format!("{}-{}", post.year, post.year + 1);
    let (vi, en) = match what {
        Some((vi, en)) => (format!("phân công {vi}, năm học {year}"), format!("{en}, {year}")),
        None => (
            format!("lãnh đạo và văn thư trường {school}, năm học {year}"),
            format!("leaders of school {school}, {year}"),
        ),
    };
    let day = |year: i64, month, day| Date::new(i16::try_from(year).ok()?, month, day).ok();
    let followed = post.next_year.and_then(|next| day(next, 8, 31));
    let to = [followed, post.left_on].into_iter().flatten().min();
    let validity = Validity { from: day(post.year, 7, 1), to };
    Grant { role, place, validity, ground: Text::both(vi, en) }
}

/// What a granted row gives; a role that this program does not know gives nothing.
fn of_row(row: &GrantRow, schools: &[SchoolRow], units: &[UnitRow], today: Date) -> Option<Grant> {
    let grant = &row.grant;
    let role = Role::read(&grant.role)?;
    let mut validity = Validity { from: grant.valid_from, to: grant.valid_to };
    if let Some(ended) = row.ended_on {
        let last = ended.checked_sub(1.day()).unwrap_or(ended);
        validity.to = Some(validity.to.map_or(last, |to| to.min(last)));
    }
    let mut unit = None;
    if let Some(wanted) = &grant.unit {
        let mut own = units.iter().filter(|own| own.unit == *wanted);
        let valid =
            |own: &&UnitRow| Validity { from: Some(own.valid_from), to: own.valid_to }.has(today);
        // A unit that is no more took its officers' rights with it.
        unit = Some(own.clone().find(valid).or_else(|| own.next_back())?);
        let (from, to) = (unit.map(|own| own.valid_from), unit.and_then(|own| own.valid_to));
        validity.from = validity.from.max(from);
        validity.to = [validity.to, to].into_iter().flatten().min();
    }
    let fits = |school: &&SchoolRow| {
        unit.is_none_or(|unit| is_under(school, unit, units, today))
            && grant.level.as_ref().is_none_or(|level| *level == school.level)
            && grant.school.as_ref().is_none_or(|own| *own == school.school)
    };
    let limited = grant.unit.is_some() || grant.level.is_some() || grant.school.is_some();
    let place = Place {
        schools: limited
            .then(|| schools.iter().filter(fits).map(|school| school.school.clone()).collect()),
        classes: match (&grant.school, grant.year, &grant.class) {
            (Some(school), Some(year), Some(class)) => {
                Some(vec![(school.clone(), year, class.clone())])
            }
            _ => None,
        },
        subjects: grant.subjects.clone(),
    };
    let words = validity.words();
    let ground = Text::both(
        format!("{} ({} giao, {})", row.reason, row.author, words.get(Locale::Vi)),
        format!("{} (given by {}, {})", row.reason, row.author, words.get(Locale::En)),
    );
    Some(Grant { role, place, validity, ground })
}

/// Returns whether a school belongs to a unit on `today`: to a department all schools of its
/// province, to any other unit those below it.
fn is_under(school: &SchoolRow, unit: &UnitRow, units: &[UnitRow], today: Date) -> bool {
    if matches!(unit.kind.as_str(), "province_department" | "province") {
        return school.province == unit.province;
    }
    let mut above = Some(school.unit.as_str());
    // A chain of units is short; one that bites its own tail ends here.
    for _ in 0..8 {
        let Some(name) = above else { return false };
        if name == unit.unit {
            return true;
        }
        above = units
            .iter()
            .find(|own| {
                let validity = Validity { from: Some(own.valid_from), to: own.valid_to };
                own.unit == name && validity.has(today)
            })
            .and_then(|own| own.parent.as_deref());
    }
    false
}
