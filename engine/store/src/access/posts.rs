//! What the records themselves say about rights: who leads a school, has a class, teaches what, and
//! which schools belong to which unit.
//!
//! Only active records count. A site whose forms lack a column has no such rights.

use std::collections::BTreeMap;

use bieumau_model::format::{date_iso, parse_date};
use jiff::civil::Date;
use rusqlite::{Connection, Row};

use crate::error::StoreError;
use crate::shape::Shape;

/// What an employee does in a school year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// What.
    pub kind: PostKind,
    /// School year.
    pub year: i64,
    /// The next school year for which the school has records of this kind: then others may do it.
    pub next_year: Option<i64>,
    /// The last day of the employee at the school.
    pub left_on: Option<Date>,
}

/// What a post is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostKind {
    /// Leads the school.
    Principal,
    /// Leads it with the principal.
    VicePrincipal,
    /// Keeps its office.
    Clerk,
    /// Has the class.
    Homeroom {
        /// Class.
        class: String,
    },
    /// Teaches a subject to a class.
    Teaching {
        /// Class.
        class: String,
        /// Subject.
        subject: String,
    },
}

/// A school, as far as rights need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolRow {
    /// Code.
    pub school: String,
    /// Name.
    pub name: String,
    /// Unit directly above.
    pub unit: String,
    /// Education level.
    pub level: String,
    /// Province.
    pub province: String,
}

/// A unit of the administration during some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Code.
    pub unit: String,
    /// Name.
    pub name: String,
    /// Kind, such as `commune`.
    pub kind: String,
    /// Unit above.
    pub parent: Option<String>,
    /// Province.
    pub province: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

type Shapes = BTreeMap<String, Shape>;

pub(super) fn posts(
    conn: &Connection,
    shapes: &Shapes,
    school: &str,
    staff: &str,
) -> Result<Vec<Post>, StoreError> {
    let left_on = match has(shapes, "staff", &["school", "staff", "left_on"]) {
        true => rows(
            conn,
            "SELECT left_on FROM record_staff WHERE school = ?1 AND staff = ?2 AND _status = 'active'",
            &[school, staff],
            |row| day(row.get(0)?),
        )?,
        false => vec![None],
    };
    // Whoever is not among the staff has no post.
    let Some(left_on) = left_on.first().copied() else { return Ok(Vec::new()) };
    let mut posts = Vec::new();
    for (column, kind) in [
        ("principal", PostKind::Principal),
        ("vice_principal", PostKind::VicePrincipal),
        ("clerk", PostKind::Clerk),
    ] {
        if !has(shapes, "school_leader", &["school", "year", column]) {
            continue;
        }
        let sql = format!(
            "SELECT t.year, {} FROM record_school_leader t \
             WHERE t.school = ?1 AND t.{column} = ?2 AND t._status = 'active' ORDER BY t.year",
            next("school_leader"),
        );
        posts.extend(rows(conn, &sql, &[school, staff], |row| {
            Ok(Post { kind: kind.clone(), year: row.get(0)?, next_year: row.get(1)?, left_on })
        })?);
    }
    if has(shapes, "class", &["school", "year", "class", "homeroom_teacher"]) {
        let sql = format!(
            "SELECT t.year, {}, t.class FROM record_class t WHERE t.school = ?1 \
             AND t.homeroom_teacher = ?2 AND t._status = 'active' ORDER BY t.year, t.class",
            next("class"),
        );
        posts.extend(rows(conn, &sql, &[school, staff], |row| {
            let kind = PostKind::Homeroom { class: row.get(2)? };
            Ok(Post { kind, year: row.get(0)?, next_year: row.get(1)?, left_on })
        })?);
    }
    if has(shapes, "teaching_assignment", &["school", "year", "class", "subject", "teacher"]) {
        let sql = format!(
            "SELECT t.year, {}, t.class, t.subject FROM record_teaching_assignment t \
             WHERE t.school = ?1 AND t.teacher = ?2 AND t._status = 'active' \
             ORDER BY t.year, t.subject, t.class",
            next("teaching_assignment"),
        );
        posts.extend(rows(conn, &sql, &[school, staff], |row| {
            let kind = PostKind::Teaching { class: row.get(2)?, subject: row.get(3)? };
            Ok(Post { kind, year: row.get(0)?, next_year: row.get(1)?, left_on })
        })?);
    }
    Ok(posts)
}

pub(super) fn latest_year(
    conn: &Connection,
    shapes: &Shapes,
    today: Date,
) -> Result<Option<i64>, StoreError> {
    if !has(shapes, "school_year", &["year", "starts_on"]) {
        return Ok(None);
    }
    let sql = "SELECT max(year) FROM record_school_year \
               WHERE _status = 'active' AND starts_on <= ?1";
    let years = rows(conn, sql, &[&date_iso(today)], |row| Ok(row.get::<_, Option<i64>>(0)?))?;
    Ok(years.into_iter().next().flatten())
}

pub(super) fn schools(conn: &Connection, shapes: &Shapes) -> Result<Vec<SchoolRow>, StoreError> {
    if !has(shapes, "school", &["school", "name", "unit", "level", "province"]) {
        return Ok(Vec::new());
    }
    let sql = "SELECT school, name, unit, level, province FROM record_school \
               WHERE _status = 'active' ORDER BY school";
    rows(conn, sql, &[], |row| {
        Ok(SchoolRow {
            school: row.get(0)?,
            name: row.get(1)?,
            unit: row.get(2)?,
            level: row.get(3)?,
            province: row.get(4)?,
        })
    })
}

pub(super) fn units(conn: &Connection, shapes: &Shapes) -> Result<Vec<UnitRow>, StoreError> {
    let columns = ["unit", "name", "kind", "parent", "province", "valid_from", "valid_to"];
    if !has(shapes, "org_unit", &columns) {
        return Ok(Vec::new());
    }
    let sql = "SELECT unit, name, kind, parent, province, valid_from, valid_to \
               FROM record_org_unit WHERE _status = 'active' ORDER BY unit, valid_from";
    rows(conn, sql, &[], |row| {
        Ok(UnitRow {
            unit: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            parent: row.get(3)?,
            province: row.get(4)?,
            valid_from: needed_day(row.get(5)?)?,
            valid_to: day(row.get(6)?)?,
        })
    })
}

/// The first later year for which the school has records of `form`.
fn next(form: &str) -> String {
    format!(
        "(SELECT min(n.year) FROM record_{form} n \
         WHERE n.school = ?1 AND n.year > t.year AND n._status = 'active')"
    )
}

fn has(shapes: &Shapes, form: &str, columns: &[&str]) -> bool {
    shapes
        .get(form)
        .is_some_and(|shape| columns.iter().all(|column| shape.column(column).is_some()))
}

fn rows<T>(
    conn: &Connection,
    sql: &str,
    values: &[&str],
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn day(text: Option<String>) -> Result<Option<Date>, StoreError> {
    text.map(needed_day).transpose()
}

fn needed_day(text: String) -> Result<Date, StoreError> {
    parse_date(&text).ok_or_else(|| StoreError::Inconsistent(format!("day `{text}`")))
}
