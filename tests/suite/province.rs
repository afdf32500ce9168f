//! What a province does in its own way, years under older circulars, and why a value is what it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use bieumau_model::definition::policy::{Certainty, Reporter};
use bieumau_model::scope::Caller;
use bieumau_model::table_json;
use bieumau_pipeline::{Question, Site};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::documents::filled;
use crate::support::{
    FAR_PRIMARY, Outcome, PRIMARY, SECONDARY, contains, copy, demo, ensure, form, html, lacks, now,
    parameters, said, same, store, workers,
};
use crate::web::Web;

const TRANSCRIPT: &str = "lower_secondary_transcript";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("province::a_school_has_the_policy_of_its_province", policy_of_a_school),
        Trial::test("province::an_unknown_school_has_no_policy", || {
            let problem = demo().site.policy("31999999", 2025).err().ok_or("a policy")?;
            same(problem.code, "J360")
        }),
        Trial::test("province::each_year_of_a_transcript_is_under_its_own_circular", two_circulars),
        Trial::test("province::a_primary_year_before_thong_tu_27_says_so", before_tt27),
        Trial::test("province::an_average_says_why", an_average),
        Trial::test("province::the_page_of_reasons_answers", the_page),
    ]
}

fn policy_of_a_school() -> Outcome {
    let site = &demo().site;
    let near = site.policy(PRIMARY, 2025).map_err(said)?;
    let far = site.policy(FAR_PRIMARY, 2025).map_err(said)?;
    same((*near.attendance.close_days, *far.attendance.close_days), (3, 5))?;
    same(near.attendance.close_days.basis.certainty, Certainty::Confirmed)?;
    same(far.update.max_working_days.basis.plugin.as_str(), "ho_chi_minh")?;
    let due = near.deadline("middle_of_year", Reporter::School).ok_or("a deadline")?;
    same(due.to_string().as_str(), "10/01/2026")
}

/// A pupil held back in grade 9 in 2023-2024: that year is under Thông tư 58 with 26, the next one
/// under Thông tư 22.
fn two_circulars() -> Outcome {
    let (class, pupil) = repeater()?;
    let given = format!("school={SECONDARY} year=2024 class={class} pupil={pupil}");
    let page = html(&demo().site, TRANSCRIPT, &given)?;
    contains(&page, &["Hạnh kiểm", "Học lực", "ĐTB các môn", "Thông tư 26/2020/TT-BGDĐT", "Yếu"])?;
    contains(&page, &["Kết quả rèn luyện", "Kết quả học tập"])?;
    let data = data(&class, Some(&pupil))?;
    let years = data["pupils"][0]["years"].as_array().ok_or("years")?;
    let circulars: Vec<&str> =
        years.iter().filter_map(|year| year["result"]["circular"].as_str()).collect();
    same(circulars, vec!["TT58+26", "TT22"])?;
    let archive = &years[0]["result"];
    same(archive["outcome"].as_str(), Some("not_promoted"))?;
    ensure(archive["overall_year"].is_string(), || {
        format!("no average of all subjects: {archive}")
    })?;
    ensure(years[1]["result"]["overall_year"].is_null(), || "Thông tư 22 has none".to_owned())
}

/// Grade 1 of 2019-2020 was under Thông tư 30 with 22/2016, which has no result of the year in four levels.
fn before_tt27() -> Outcome {
    let given = filled(
        "primary_transcript",
        &format!("school={PRIMARY} year=2025 class=5E pupil=TWENTIETH"),
    )?;
    let pupil = &parameters(&given)["pupil"];
    let records = format!(
        r#"{{"tables": {{
            "class": {{
                "columns": {{"school": "text", "year": "integer", "class": "text", "grade": "integer"}},
                "rows": [["{PRIMARY}", 2019, "1X", 1]]
            }},
            "enrolment": {{
                "columns": {{"school": "text", "year": "integer", "pupil": "text", "class": "text", "number": "integer", "status": "text"}},
                "rows": [["{PRIMARY}", 2019, "{pupil}", "1X", 1, "01"]]
            }},
            "primary_year": {{
                "columns": {{"school": "text", "year": "integer", "pupil": "text", "class": "text", "principal_decision": "text"}},
                "rows": [["{PRIMARY}", 2019, "{pupil}", "1X", "promote"]]
            }}
        }}}}"#
    );
    let read = table_json::read_input(&Arc::from("records.json"), &records, None);
    let tables = read.map_err(|findings| findings.to_string())?.tables;
    let folder = copy(&[])?;
    let mut own = store(folder.path())?;
    for table in &tables {
        own.insert(&Caller::Operator, form(table.name()), table, now(), "an old year")?;
    }
    drop(own);
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    let page = html(&site, "primary_transcript", &given)?;
    let (_, old) = page.split_once("NĂM HỌC 2019-2020").ok_or("no page of the old year")?;
    let (old, later) = old.split_once("NĂM HỌC 20").ok_or("no page of another year")?;
    contains(
        old,
        &[
            "Đánh giá theo Thông tư 30/2014/TT-BGDĐT",
            "<b>4. Đánh giá kết quả giáo dục:</b> –",
            "Được lên lớp",
        ],
    )?;
    lacks(later, &["Thông tư 30/2014"])
}

fn data(class: &str, pupil: Option<&str>) -> Result<Value, Failed> {
    let mut given = format!("school={SECONDARY} year=2024 class={class}");
    if let Some(pupil) = pupil {
        given.push_str(&format!(" pupil={pupil}"));
    }
    demo().site.template_data(&Caller::Operator, TRANSCRIPT, &parameters(&given)).map_err(said)
}

/// Class and code of a pupil of grade 9 in 2024 who was in grade 9 the year before.
fn repeater() -> Result<(String, String), Failed> {
    for number in 1..=9 {
        let class = format!("9A{number}");
        let Ok(data) = data(&class, None) else { continue };
        for pupil in data["pupils"].as_array().into_iter().flatten() {
            let first = &pupil["years"][0];
            let is_repeater = first["year"] == 2023
                && first["grade"] == 9
                && first["result"]["outcome"] == "not_promoted";
            if let Some(code) = pupil["pupil"].as_str().filter(|_| is_repeater) {
                return Ok((class, code.to_owned()));
            }
        }
    }
    Err("nobody repeats grade 9 in 2024".into())
}

fn an_average() -> Outcome {
    let (class, pupil) = repeater()?;
    let given = parameters(&format!("school={SECONDARY} year=2024 class={class} pupil={pupil}"));
    let about = BTreeMap::from([("subject".to_owned(), "VAN".to_owned())]);
    let question =
        Question { table: Some("subject_results".to_owned()), about, ..Question::default() };
    let site = &demo().site;
    let all = site.explanations(&Caller::Operator, TRANSCRIPT, &given, &question).map_err(said)?;
    let of = |year: &str, column: &str| {
        all.iter().find(|one| {
            one.column == column && one.about.get("year").is_some_and(|own| own == year)
        })
    };
    let old = of("2023", "average_1").ok_or("an average of 2023")?;
    contains(&old.rule, &["TT 58/2011"])?;
    let new = of("2024", "average_1").ok_or("an average of 2024")?;
    contains(&new.rule, &["TT 22/2021"])?;
    contains(&new.steps.join(" "), &["ĐĐGck", &new.result])?;
    same(new.about.get("subject").map(String::as_str), Some("VAN"))
}

fn the_page() -> Outcome {
    let (class, pupil) = repeater()?;
    let query = format!("school={SECONDARY}&year=2024&class={class}&pupil={pupil}");
    let web = Web::serve(&demo().site, Caller::Operator)?;
    let answer = web.get(&format!("/why/{TRANSCRIPT}?{query}"))?;
    same(answer.status, 200)?;
    contains(&answer.text(), &["vì sao", "TT 22/2021", "TT 58/2011", "Kết quả"])?;
    let api = format!("/api/v1/reports/{TRANSCRIPT}/explanations?{query}&column=learning_year");
    let body = web.get(&api)?.json()?;
    let all = body["explanations"].as_array().ok_or("explanations")?;
    same(all.len(), 2)?;
    lacks(&body.to_string(), &["average_1"])
}
