//! The statistical forms: their figures equal a second computation in Python over exported CSV, a
//! figure equals the list behind it, and figures that contradict each other are not issued.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use bieumau_model::indicators::Page;
use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_model::text::Locale;
use bieumau_pipeline::{DemoSite, Silent, Site, make_demo};
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::support::{
    Outcome, PRIMARY, YEAR, altered, catalog, contains, demo, ensure, hasty_workers, now,
    parameters, render, said, same, workers,
};

/// Statistical forms of upper secondary schools, of which the shared demo has none.
pub const OF_UPPER_SCHOOLS: [&str; 2] =
    ["upper_secondary_term_statistics", "upper_secondary_year_statistics"];

/// Each form with the parameters of which it is compared; `SCHOOL` stands for every school of its
/// level.
const FORMS: [(&str, &str); 29] = [
    ("primary_statistics", "school=SCHOOL year=2025"),
    ("primary_statistics", "school=SCHOOL year=2025 period=middle"),
    ("primary_statistics", "year=2025 period=end"),
    ("primary_statistics", "year=2024 province=31"),
    ("primary_results_statistics", "school=SCHOOL year=2025 point=end_1"),
    ("primary_results_statistics", "school=SCHOOL year=2025 point=end_2"),
    ("primary_year_statistics", "school=SCHOOL year=2025"),
    ("lower_secondary_statistics", "school=SCHOOL year=2025"),
    ("lower_secondary_statistics", "year=2025 period=end"),
    ("lower_secondary_term_statistics", "school=SCHOOL year=2025"),
    ("lower_secondary_year_statistics", "school=SCHOOL year=2025"),
    ("upper_secondary_statistics", "school=SCHOOL year=2025 period=middle"),
    ("upper_secondary_term_statistics", "school=SCHOOL year=2025"),
    ("upper_secondary_year_statistics", "school=SCHOOL year=2025"),
    // Of an office: the rules of each school's province, school by school.
    ("primary_results_statistics", "province=31 year=2025 point=end_2"),
    ("primary_year_statistics", "year=2025"),
    ("lower_secondary_term_statistics", "year=2025"),
    ("lower_secondary_year_statistics", "province=31 year=2025"),
    ("upper_secondary_year_statistics", "year=2025"),
    ("local_indicators", "year=2025"),
    ("local_indicators", "province=79 year=2025 period=end"),
    ("health_statistics", "school=SCHOOL year=2025"),
    ("health_statistics", "year=2024"),
    ("equipment_statistics", "school=SCHOOL year=2025"),
    ("equipment_statistics", "year=2025 term=term_1"),
    ("staff_statistics", "school=SCHOOL year=2025"),
    ("staff_statistics", "year=2025 period=end"),
    ("facilities_statistics", "school=SCHOOL year=2025"),
    ("data_quality_statistics", "school=SCHOOL year=2025"),
];

/// The forms whose records the second computation reads.
const EXPORTED: [&str; 18] = [
    "school",
    "class",
    "enrolment",
    "pupil",
    "school_year",
    "staff",
    "staff_qualification",
    "facility",
    "identity_check",
    "health",
    "equipment",
    "equipment_use",
    "primary_result",
    "quality_result",
    "primary_year",
    "conduct",
    "year_record",
    "age_population",
];

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("statistics::every_form_equals_a_second_computation", second_computation),
        Trial::test("statistics::a_figure_equals_the_list_behind_it", lists),
        Trial::test("statistics::a_list_stays_within_the_rights_of_the_caller", own_lists),
        Trial::test("statistics::an_office_counts_by_rules_school_by_school", office),
        Trial::test("statistics::a_list_is_noted_in_the_audit", noted),
        Trial::test("statistics::figures_that_contradict_each_other_are_not_issued", not_issued),
        Trial::test("statistics::a_figure_that_is_not_there_is_refused", || {
            let given = parameters(&format!("school={PRIMARY} year={YEAR}"));
            let asked = demo().site.records_behind(
                &Caller::Operator,
                "primary_statistics",
                &given,
                "grades.grade_9.girls",
                now(),
            );
            let problem = asked.err().ok_or("grade 9 was counted in a primary school")?;
            same(problem.code, "J385")
        }),
    ]
}

/// Exports records and figures of five schools, and lets the script compute the figures again.
fn second_computation() -> Outcome {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        eprintln!("statistics: python3 is not installed, the second computation was SKIPPED");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let wanted = DemoSite { seed: 1, schools: 5 };
    let site = make_demo(&folder.path().join("site"), &wanted, &workers(1), now(), &Silent);
    let site = site.map_err(said)?;
    let csv = folder.path().join("csv");
    fs::create_dir(&csv)?;
    export(&folder.path().join("site/data.db"), &EXPORTED, &csv)?;
    let schools = schools(&folder.path().join("site/data.db"))?;
    export_rules(&site, &schools, &csv)?;
    let mut asked = Vec::new();
    for (report, given) in FORMS {
        let level = catalog().reports[report].levels.first();
        let of_level: Vec<&str> = schools
            .iter()
            .filter(|(_, own)| level.is_none_or(|level| level == own))
            .map(|(school, _)| school.as_str())
            .collect();
        ensure(!of_level.is_empty(), || format!("no school for {report}"))?;
        let several = given.contains("SCHOOL");
        for school in of_level.iter().take(if several { of_level.len() } else { 1 }) {
            let given = parameters(&given.replace("SCHOOL", school));
            let view = site.figures(&Caller::Operator, report, &given).map_err(said)?;
            let wrong: Vec<&str> = view
                .findings
                .iter()
                .filter(|finding| finding.code == "D430")
                .map(|finding| finding.message.get(Locale::En))
                .collect();
            ensure(wrong.is_empty(), || format!("{report} {given:?}: {wrong:#?}"))?;
            asked.push(json!({"report": report, "parameters": given, "tables": view.tables}));
        }
    }
    let figures = csv.join("figures.json");
    fs::write(&figures, serde_json::to_vec(&asked)?)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("statistics/recompute.py");
    let output = Command::new("python3").arg(script).arg(&csv).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    ensure(output.status.success(), || format!("{said}\n{failed}"))?;
    // The script tells how many figures it has compared: none would be no comparison.
    let compared: usize = said.trim().rsplit(' ').next().unwrap_or_default().parse()?;
    ensure(compared > 10_000, || format!("only {compared} figures were compared"))
}

/// Writes the records of each form as CSV, as they are stored.
pub fn export(data: &Path, forms: &[&str], folder: &Path) -> Outcome {
    let conn = rusqlite::Connection::open(data)?;
    for form in forms {
        let fields: Vec<String> =
            catalog().forms[*form].fields().map(|field| field.id.clone()).collect();
        let mut statement = conn.prepare(&format!(
            "SELECT {} FROM record_{form} WHERE _status = 'active'",
            fields.join(", ")
        ))?;
        let mut rows = statement.query([])?;
        let mut text = fields.join(",") + "\n";
        while let Some(row) = rows.next()? {
            let mut cells = Vec::new();
            for at in 0..fields.len() {
                let cell = row.get::<_, rusqlite::types::Value>(at)?;
                cells.push(match cell {
                    rusqlite::types::Value::Null => String::new(),
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(text) => quoted(&text),
                    other => return Err(format!("{form}: {other:?}").into()),
                });
            }
            let _ = writeln!(text, "{}", cells.join(","));
        }
        fs::write(folder.join(format!("{form}.csv")), text)?;
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Code and level of each school.
pub fn schools(data: &Path) -> Result<Vec<(String, String)>, Failed> {
    let conn = rusqlite::Connection::open(data)?;
    let mut statement = conn.prepare("SELECT school, level FROM record_school ORDER BY school")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes what the rules say of each pupil, taken from other documents than the statistics: the
/// class summary of primary schools, the gradebook of secondary ones.
fn export_rules(site: &Site, schools: &[(String, String)], folder: &Path) -> Outcome {
    let columns = [
        "result",
        "title",
        "programme_completed",
        "learning_1",
        "conduct_1",
        "learning_final",
        "conduct_final",
        "outcome",
        "promoted",
    ];
    let mut text = format!("school,pupil,{}\n", columns.join(","));
    for (school, level) in schools {
        let (report, point) = match level.as_str() {
            "primary" => ("primary_class_summary", " point=end_2"),
            _ => ("lower_secondary_gradebook", ""),
        };
        for class in classes(site, report, school)? {
            let given = format!("school={school} year={YEAR} class={class}{point}");
            let data = site.template_data(&Caller::Operator, report, &parameters(&given));
            let data = data.map_err(said)?;
            for pupil in data["pupils"].as_array().into_iter().flatten() {
                let result = &pupil["result"];
                if result.is_null() {
                    continue;
                }
                let cells = columns.map(|name| match &result[name] {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => quoted(text),
                    serde_json::Value::Object(code) => {
                        quoted(code["code"].as_str().unwrap_or_default())
                    }
                    other => other.to_string(),
                });
                let pupil = pupil["pupil"].as_str().unwrap_or_default();
                let _ = writeln!(text, "{school},{pupil},{}", cells.join(","));
            }
        }
    }
    fs::write(folder.join("rules.csv"), text)?;
    Ok(())
}

fn classes(site: &Site, report: &str, school: &str) -> Result<Vec<String>, Failed> {
    let given = parameters(&format!("school={school} year={YEAR}"));
    let view = site.report_view(&Caller::Operator, report, &given);
    let fields = view.map_err(said)?.fields;
    let field = fields.into_iter().find(|field| field.id == "class").ok_or("no classes")?;
    Ok(field.choices.into_iter().map(|choice| choice.value).collect())
}

fn figures(given: &str) -> Result<Vec<Page>, Failed> {
    let view = demo().site.figures(&Caller::Operator, "primary_statistics", &parameters(given));
    Ok(view.map_err(said)?.tables)
}

/// For every count of the tables of pupils, the list has as many people.
fn lists() -> Outcome {
    let given = format!("school={PRIMARY} year={YEAR}");
    let mut compared = 0;
    for page in figures(&given)? {
        for row in &page.rows {
            let Some(id) = &row.id else { continue };
            for cell in row.cells.iter().step_by(3) {
                let figure: usize = cell.value.as_deref().unwrap_or("0").parse()?;
                let address = format!("{}.{id}.{}", page.id, cell.column);
                // The number of sites is added up, not counted.
                if id == "campuses" {
                    continue;
                }
                let found = demo()
                    .site
                    .records_behind(
                        &Caller::Operator,
                        "primary_statistics",
                        &parameters(&given),
                        &address,
                        now(),
                    )
                    .map_err(said)?;
                let rows: usize = found.lists.iter().map(|list| list.rows.len()).sum();
                same((address, rows), (format!("{}.{id}.{}", page.id, cell.column), figure))?;
                compared += 1;
            }
        }
    }
    ensure(compared > 40, || format!("only {compared} lists were compared"))
}

/// Nobody of a foreign school stands on a list.
fn own_lists() -> Outcome {
    let reach = Reach { schools: Some(vec![PRIMARY.to_owned()]), ..Reach::everything() };
    let caller = Caller::User { name: "someone".to_owned(), scope: Scope::from(reach) };
    let given = parameters(&format!("year={YEAR}"));
    let behind = |caller: &Caller| {
        let cell = "schools.pupils.total";
        demo().site.records_behind(caller, "primary_statistics", &given, cell, now()).map_err(said)
    };
    let (own, all) = (behind(&caller)?, behind(&Caller::Operator)?);
    let schools: BTreeSet<&str> = own.lists[0].rows.iter().map(|row| row[0].as_str()).collect();
    same(schools.len(), 1)?;
    ensure(all.lists[0].rows.len() > own.lists[0].rows.len(), || "all are one school".to_owned())
}

/// The figures of an office are the sums of those of its schools, and its lists hold their pupils; whoever
/// sees no school gets no form of nothing.
fn office() -> Outcome {
    let site = &demo().site;
    let report = "primary_year_statistics";
    let total = |caller: &Caller, given: &str| -> Result<usize, Failed> {
        let tables = site.figures(caller, report, &parameters(given)).map_err(said)?.tables;
        let row = tables[0].rows.iter().find(|row| row.id.as_deref() == Some("total"));
        Ok(row.ok_or("no total")?.cells[0].value.as_deref().unwrap_or("0").parse()?)
    };
    let year = format!("year={YEAR}");
    let mut schools = 0;
    let mut sum = 0;
    let view = site.report_view(&Caller::Operator, report, &parameters(&year)).map_err(said)?;
    for choice in &view.fields[0].choices {
        sum += total(&Caller::Operator, &format!("{year} school={}", choice.value))?;
        schools += 1;
    }
    ensure(schools > 1, || "one school is no office".to_owned())?;
    same(total(&Caller::Operator, &year)?, sum)?;
    let cell = "year.total.pupils";
    let list = site.records_behind(&Caller::Operator, report, &parameters(&year), cell, now());
    let list = list.map_err(said)?;
    same(list.lists[0].rows.len(), sum.min(2_000))?;
    let named: BTreeSet<&str> = list.lists[0].rows.iter().map(|row| row[0].as_str()).collect();
    same(named.len(), schools)?;
    let reach = Reach { schools: Some(vec![PRIMARY.to_owned()]), ..Reach::everything() };
    let own = Caller::User { name: "someone".to_owned(), scope: Scope::from(reach) };
    same(total(&own, &year)?, total(&Caller::Operator, &format!("{year} school={PRIMARY}"))?)?;
    let nothing = parameters(&format!("{year} province=01"));
    let problem = site.figures(&Caller::Operator, report, &nothing).err();
    same(problem.ok_or("figures of no school")?.code, "J408")
}

fn noted() -> Outcome {
    let own = altered(&[], &hasty_workers())?;
    let given = parameters(&format!("school={PRIMARY} year={YEAR}"));
    own.site
        .records_behind(
            &Caller::Operator,
            "primary_statistics",
            &given,
            "grades.total.girls",
            now(),
        )
        .map_err(said)?;
    let lines = own
        .site
        .audit(&Caller::Operator, &bieumau_pipeline::audit::AuditFilter::default(), now())
        .map_err(said)?;
    let last = lines.last().ok_or("nothing was noted")?;
    same(last.action.as_str(), "document_read")?;
    same(&last.details["cell"], &json!("grades.total.girls"))?;
    contains(&last.details["forms"].to_string(), &["pupil"])
}

/// A form with a check that cannot hold: the preview says so with both figures, issuing is refused.
fn not_issued() -> Outcome {
    let path = "forms/statistics/primary_statistics.report.yaml";
    let shipped = bieumau_pipeline::Files::shipped();
    let text = shipped.text(path).ok_or("the form is not shipped")?;
    let spoiled = text.replacen("girls <= pupils", "girls > pupils", 1);
    ensure(spoiled != text, || "nothing was spoiled".to_owned())?;
    let own = altered(&[(path, spoiled.as_bytes())], &hasty_workers())?;
    let given = format!("school={PRIMARY} year={YEAR}");
    let preview = render(&own.site, &Caller::Operator, "primary_statistics", &given, "html");
    let preview = preview.map_err(said)?;
    let warning = preview.findings.iter().find(|finding| finding.code == "D430");
    let warning = warning.ok_or("the preview says nothing")?.message.get(Locale::Vi).to_owned();
    let figure = |row: &str| -> Result<String, Failed> {
        let pages = figures(&given)?;
        let found = pages[0].rows.iter().find(|own| own.id.as_deref() == Some(row));
        Ok(found.ok_or("no such row")?.cells[0].text.clone())
    };
    contains(&warning, &["dòng 12 “III. Học sinh – Nữ”", "phải lớn hơn", "dòng 11"])?;
    contains(&warning, &[&format!("({})", figure("girls")?), &format!("({})", figure("pupils")?)])?;
    let parameters = parameters(&given);
    let asked = ("primary_statistics", &parameters, "pdf");
    let issued = own.site.issue(&Caller::Operator, asked, None, now());
    let problem = issued.err().ok_or("it was issued")?;
    same(problem.code, "J384")?;
    let found: Vec<&str> = problem.findings.iter().map(|own| own.code).collect();
    ensure(found.contains(&"D430"), || format!("{found:?}"))?;
    // The shipped form is issued.
    let own = altered(&[], &hasty_workers())?;
    own.site.issue(&Caller::Operator, asked, None, now()).map_err(said).map(|_| ())
}
