//! What the rules decide: averages, results, promotion and titles equal a second computation in
//! Python, written from the circulars, over invented classes and over the records of a demo site.

use std::fs;
use std::path::Path;
use std::process::Command;

use bieumau_model::scope::Caller;
use bieumau_pipeline::{DemoSite, Silent, call_plugin, make_demo};
use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::statistics::{export, schools};
use crate::support::{Outcome, ensure, now, parameters, said, workers};

/// The forms from which the second computation assesses.
const EXPORTED: [&str; 14] = [
    "class",
    "enrolment",
    "teaching_assignment",
    "mark",
    "comment_result",
    "conduct",
    "attendance",
    "elective",
    "exemption",
    "reassessment",
    "year_record",
    "primary_result",
    "quality_result",
    "primary_year",
];

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("decisions::every_result_equals_a_second_computation", second_computation)]
}

/// Lets the script invent classes, the rules assess them and a demo site, and the script compare.
fn second_computation() -> Outcome {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        eprintln!("decisions: python3 is not installed, the second computation was SKIPPED");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    script("generate", folder.path())?;
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut parts = name.split('.').skip(1);
        let rule = parts.next().ok_or("a call without the name of its rule")?;
        let answer = call_plugin(None, "national", rule, &fs::read_to_string(&path)?, false);
        let answered = path.with_file_name(name.replace(".call.", ".answer."));
        fs::write(answered, answer.map_err(said)?.to_string())?;
    }
    documents(folder.path())?;
    let told = script("compare", folder.path())?;
    // The script tells how many values it has compared: few would be no comparison.
    let compared: usize = told.trim().rsplit(' ').next().unwrap_or_default().parse()?;
    ensure(compared > 100_000, || format!("only {compared} values were compared"))
}

/// Runs the script, and returns what it says.
fn script(what: &str, folder: &Path) -> Result<String, Failed> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/recompute.py");
    let output = Command::new("python3").arg("-B").arg(script).arg(what).arg(folder).output()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    ensure(output.status.success(), || format!("{told}\n{failed}"))?;
    Ok(told)
}

/// Writes the records of a demo site of five schools, and what its documents say of a class of each
/// grade and year.
fn documents(folder: &Path) -> Outcome {
    let home = tempfile::tempdir()?;
    let wanted = DemoSite { seed: 2, schools: 5 };
    let site = make_demo(home.path(), &wanted, &workers(1), now(), &Silent).map_err(said)?;
    let data = home.path().join("data.db");
    export(&data, &EXPORTED, folder)?;
    let levels = schools(&data)?;
    let mut papers = Vec::new();
    for (school, year, class) in classes(&data)? {
        let level = levels.iter().find(|(own, _)| *own == school).map(|(_, level)| level.as_str());
        let (report, point) = match level {
            Some("primary") => ("primary_class_summary", " point=end_2"),
            _ => ("lower_secondary_gradebook", ""),
        };
        let given = parameters(&format!("school={school} year={year} class={class}{point}"));
        let mut paper = site.template_data(&Caller::Operator, report, &given).map_err(said)?;
        papers.push(json!({
            "report": report, "school": school, "year": year, "class": class,
            "data": {"pupils": paper["pupils"].take()},
        }));
    }
    fs::write(folder.join("documents.json"), serde_json::to_vec(&papers)?)?;
    Ok(())
}

/// School, year and name of the first class of each grade: there the awkward cases sit.
fn classes(data: &Path) -> Result<Vec<(String, String, String)>, Failed> {
    let conn = rusqlite::Connection::open(data)?;
    let mut statement = conn.prepare(
        "SELECT school, CAST(year AS TEXT), MIN(class) FROM record_class
         WHERE _status = 'active' GROUP BY school, year, grade, mixed_grade ORDER BY school, year, grade",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
