//! Makes an empty site for a real school: its folder, its configuration, its first records.

use std::fs;
use std::path::Path;

use bieumau_model::scope::Caller;
use bieumau_model::table::{Cells, Column, Table};
use bieumau_model::text::{Locale, nfc};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::parameters::school_year;
use crate::problem::{Problem, ProblemKind};
use crate::site::{DATA_FILE, Definitions, data_problem, open_store};

/// What a new site is for.
#[derive(Debug, Clone)]
pub struct NewSite {
    /// Name of the school.
    pub name: String,
    /// Code of the province, as valid today.
    pub province: String,
    /// Education level.
    pub level: String,
    /// School year, `2026-2027` or `2026`.
    pub school_year: String,
    /// Code of the school; a provisional one (`TAM-…`) when it is not known yet.
    pub school: Option<String>,
}

/// Makes the site in `folder`, which is made too; a folder that holds a site is left alone.
///
/// The records of the school, its superior unit and the school year are entered, so that the
/// first class can be. Their details are for the school to complete.
pub fn init(folder: &Path, wanted: &NewSite, now: Timestamp) -> Result<(), Problem> {
    if folder.join("site.yaml").exists() || folder.join(DATA_FILE).exists() {
        return Err(bad(
            format!("`{}` đã là một hệ thống biểu mẫu", folder.display()),
            format!("`{}` is a site already", folder.display()),
        )
        .help("Chọn thư mục khác", "choose another folder"));
    }
    let definitions = Definitions::shipped()?;
    let year = school_year(wanted.school_year.trim()).ok_or_else(|| {
        bad(
            format!("`{}` không phải năm học", wanted.school_year),
            format!("`{}` is not a school year", wanted.school_year),
        )
        .help("Ví dụ: 2026-2027", "for example 2026-2027")
    })?;
    let name = nfc(wanted.name.trim()).into_owned();
    if name.is_empty() {
        return Err(bad("Tên trường không được để trống".into(), "the name is empty".into()));
    }
    let province = one_of(&definitions, "province", &wanted.province, now)?;
    let level = one_of(&definitions, "level", &wanted.level, now)?;

    fs::create_dir_all(folder).map_err(|error| data_problem(folder, &error))?;
    let config = config_text(&name, &province.0, &level.0, year);
    let mut store = open_store(&folder.join(DATA_FILE), &definitions, now)?;
    let tables = first_records(wanted, &name, &province, &level.0, year);
    crate::site::load(&mut store, &definitions.catalog, &Caller::Operator, &tables, now, "init")?;
    // Written last: a folder with this file is a whole site.
    let path = folder.join("site.yaml");
    fs::write(&path, config).map_err(|error| data_problem(&path, &error))
}

fn bad(vi: String, en: String) -> Problem {
    Problem::new(ProblemKind::BadInput, "J030", vi, en)
}

/// Returns code and name of `given` in a code list, as of today.
fn one_of(
    definitions: &Definitions,
    list: &str,
    given: &str,
    now: Timestamp,
) -> Result<(String, String), Problem> {
    let today = vietnam_day(now);
    let codes = &definitions.catalog.code_lists[list];
    let given = given.trim();
    let valid = || {
        codes.codes.iter().filter(|code| codes.find(&code.code, today).is_some_and(|v| v == *code))
    };
    if let Some(code) = codes.find(given, today) {
        return Ok((code.code.clone(), code.name.get(Locale::Vi).to_owned()));
    }
    // People write the name as often as the code.
    if let Some(code) = valid().find(|code| {
        let name = code.name.get(Locale::Vi).to_lowercase();
        name == given.to_lowercase() || name.ends_with(&format!(" {}", given.to_lowercase()))
    }) {
        return Ok((code.code.clone(), code.name.get(Locale::Vi).to_owned()));
    }
    let listed: Vec<String> =
        valid().map(|code| format!("{} {}", code.code, code.name.get(Locale::Vi))).collect();
    Err(bad(
        format!("`{given}` không có trong danh mục `{}`", codes.title.get(Locale::Vi)),
        format!("`{given}` is not in the list `{}`", codes.title.get(Locale::En)),
    )
    .help(
        format!("Có thể chọn: {}", listed.join(", ")),
        format!("possible: {}", listed.join(", ")),
    ))
}

/// The calendar day in Vietnam, which has one time zone and no summer time.
pub(crate) fn vietnam_day(now: Timestamp) -> Date {
    jiff::tz::Offset::constant(7).to_datetime(now).date()
}

fn config_text(name: &str, province: &str, level: &str, year: i64) -> String {
    let title = serde_json::Value::from(name);
    format!(
        "# What this site is. Definitions in forms/, templates/ and plugins/ beside this file\n\
         # replace shipped ones of the same path or add to them.\n\
         schema_version: 1\n\
         title: {title}\n\
         province: \"{province}\"\n\
         level: {level}\n\
         year: {year}\n"
    )
}

fn first_records(
    wanted: &NewSite,
    name: &str,
    province: &(String, String),
    level: &str,
    year: i64,
) -> Vec<(&'static str, Table)> {
    let unit = format!("{}-DV-1", province.0);
    let school = wanted.school.clone().unwrap_or_else(|| format!("TAM-{}-1", province.0));
    let start = i16::try_from(year).expect("school_year keeps it within four digits");
    let day = |year, month, day| Some(Date::constant(year, month, day));
    let place = province.1.replace("Thành phố ", "").replace("Tỉnh ", "");
    // Blanks as on paper, for what the flags do not tell.
    let (kind, heading) = match level {
        "upper_secondary" => {
            ("province_department", format!("SỞ GIÁO DỤC VÀ ĐÀO TẠO {}", place.to_uppercase()))
        }
        _ => ("commune", "UBND XÃ/PHƯỜNG …".to_owned()),
    };
    vec![
        (
            "org_unit",
            table(
                "org_unit",
                vec![
                    text("unit", &unit),
                    dates("valid_from", day(2025, 7, 1)),
                    text("kind", kind),
                    text("name", &heading),
                    text("heading", &heading),
                    text("province", &province.0),
                    text("place", &place),
                ],
            ),
        ),
        (
            "school_year",
            table(
                "school_year",
                vec![
                    Column { name: "year".into(), cells: Cells::Integer(vec![Some(year)]) },
                    dates("starts_on", day(start, 9, 5)),
                    dates("term_2_on", day(start + 1, 1, 18)),
                    dates("ends_on", day(start + 1, 5, 31)),
                ],
            ),
        ),
        (
            "school",
            table(
                "school",
                vec![
                    text("school", &school),
                    text("name", name),
                    text("unit", &unit),
                    text("symbol", "…"),
                    text("level", level),
                    text("province", &province.0),
                    text("commune", "…"),
                    text("place", &place),
                    text("ownership", "public"),
                ],
            ),
        ),
    ]
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table::new(name, columns).expect("one cell in each of different columns")
}

fn text(name: &str, value: &str) -> Column {
    Column { name: name.to_owned(), cells: Cells::Text(vec![Some(value.to_owned())]) }
}

fn dates(name: &str, value: Option<Date>) -> Column {
    Column { name: name.to_owned(), cells: Cells::Date(vec![value]) }
}
