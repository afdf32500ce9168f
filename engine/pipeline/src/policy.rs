//! Answers how things are done in a province: the policy of its plugins, for a level and a year.

use std::path::Path;

use bieumau_model::calendar::WorkCalendar;
use bieumau_model::definition::{Catalog, Policy};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;

use crate::problem::{Problem, ProblemKind};
use crate::render::store_problem;
use crate::site::{Definitions, Site};

/// Years within which a school year can lie.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2100;

impl Site {
    /// Returns the policy that holds for a school in the school year `year`.
    ///
    /// Level and province are those of the school. A policy is no secret, so nobody asks who wants
    /// to know it.
    pub fn policy(&self, school: &str, year: i64) -> Result<Policy, Problem> {
        let reader = self.reader(&Caller::Operator)?;
        let found = reader
            .records("school", &[("school", Value::Text(school.to_owned()))])
            .map_err(store_problem)?;
        if found.rows() == 0 {
            return Err(Problem::new(
                ProblemKind::NotFound,
                "J360",
                format!("Không có trường `{school}`"),
                format!("there is no school `{school}`"),
            )
            .at("/school"));
        }
        let text = |column| match found.value(0, column) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        self.policy_of(text("province").as_deref(), text("level").as_deref(), year)
    }

    /// Returns the policy for a province and a level; without them, that of the site.
    pub fn policy_of(
        &self,
        province: Option<&str>,
        level: Option<&str>,
        year: i64,
    ) -> Result<Policy, Problem> {
        let own = |get: fn(&bieumau_model::definition::Site) -> Option<&String>| {
            self.config().and_then(get).map(String::as_str)
        };
        let province = province.or_else(|| own(|site| site.province.as_ref()));
        let level = level.or_else(|| own(|site| site.level.as_ref()));
        settle(self.catalog(), province, level, year)
    }
}

/// Returns the policy of the site in `folder`, or of the shipped plugins, without opening records.
pub fn policy(
    folder: Option<&Path>,
    province: Option<&str>,
    level: Option<&str>,
    year: i64,
) -> Result<Policy, Problem> {
    let definitions = folder.map_or_else(Definitions::shipped, Definitions::of)?;
    let site = definitions.site.as_ref();
    let province = province.or_else(|| site.and_then(|site| site.province.as_deref()));
    let level = level.or_else(|| site.and_then(|site| site.level.as_deref()));
    settle(&definitions.catalog, province, level, year)
}

/// Returns the working days of a province and a level; without a school year those that hold for the
/// last one.
pub(crate) fn work_calendar(
    catalog: &Catalog,
    province: Option<&str>,
    level: Option<&str>,
    year: Option<i64>,
) -> WorkCalendar {
    let year = year.filter(|year| YEARS.contains(year)).unwrap_or(*YEARS.end());
    let year = i16::try_from(year).unwrap_or_default();
    Policy::of(catalog.plugins.values(), province, level, year).work_calendar
}

fn settle(
    catalog: &Catalog,
    province: Option<&str>,
    level: Option<&str>,
    year: i64,
) -> Result<Policy, Problem> {
    let year = i16::try_from(year).ok().filter(|year| YEARS.contains(&i64::from(*year)));
    let year = year.ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J361",
            "Năm học phải từ 1990 đến 2100, ví dụ 2026 là năm học 2026-2027",
            "a school year is 1990 to 2100; 2026 is the school year 2026-2027",
        )
        .at("/year")
    })?;
    for (list, code) in [("province", province), ("level", level)] {
        let Some((list, code)) = catalog.code_lists.get(list).zip(code) else { continue };
        if list.any(code).is_none() {
            let known = list.codes.iter().map(|entry| entry.code.as_str());
            let title = list.title.get(bieumau_model::text::Locale::Vi).to_lowercase();
            let problem = Problem::new(
                ProblemKind::BadInput,
                "J362",
                format!("Danh mục {title} không có mã `{code}`"),
                format!("the code list `{}` has no code `{code}`", list.id),
            )
            .at(format!("/{}", list.id));
            return Err(match bieumau_model::nearest::help(code, known) {
                Some(help) => Problem { help: Some(help), ..problem },
                None => problem,
            });
        }
    }
    Ok(Policy::of(catalog.plugins.values(), province, level, year))
}
