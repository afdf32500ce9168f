//! The sheets that explain results: rule, inputs, steps, result and article of every value stand on
//! the page, in PDF and in HTML, of pupils whose year went in different ways; and the page of reasons
//! calls people by name.

use bieumau_model::scope::{Caller, Reach, Scope};
use bieumau_pipeline::Question;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::documents::plain;
use crate::pdf::measure;
use crate::support::{
    Outcome, PRIMARY, SECONDARY, YEAR, contains, demo, ensure, html, parameters, rendered, said,
    same,
};
use crate::web::Web;

/// How years of secondary pupils end, each with its own derivations.
const OUTCOMES: [&str; 5] = [
    "promoted",
    "promoted_after_reassessment",
    "promoted_after_training",
    "needs_reassessment",
    "not_promoted",
];

/// The same of primary pupils.
const RESULTS: [&str; 3] = ["excellent", "completed", "not_completed"];

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = OUTCOMES
        .into_iter()
        .map(|outcome| {
            Trial::test(format!("explained::secondary::{outcome}"), move || secondary(outcome))
        })
        .collect();
    trials.extend(RESULTS.into_iter().map(|result| {
        Trial::test(format!("explained::primary::{result}"), move || primary(result))
    }));
    trials.push(Trial::test("explained::reasons_call_pupils_and_subjects_by_name", by_name));
    trials
        .push(Trial::test("explained::names_stay_within_the_rights_of_the_caller", within_rights));
    trials
}

fn secondary(outcome: &str) -> Outcome {
    let list = format!("school={SECONDARY} year={YEAR} list=promoted");
    let pupil = whose("secondary_promotion_list", &list, "outcome", outcome)?;
    let report = "secondary_result_explanation";
    let text = stands_on_the_page(report, SECONDARY, &pupil, "TT 22/2021, Điều ")?;
    // The average of Toán, from the marks as they are stored.
    let sum = formula(&pupil)?;
    contains(&text, &[&sum, "ĐTBmhk=(TĐĐGtx+2×ĐĐGgk+3×ĐĐGck)/(SốĐĐGtx+5)", "ĐĐGtx:", "Điều8"])?;
    match outcome {
        "promoted_after_reassessment" => contains(&text, &["Sauđánhgiálại", "Điều14"]),
        "promoted_after_training" => contains(&text, &["Saukìnghỉhè", "Điều13"]),
        _ => Ok(()),
    }
}

fn primary(result: &str) -> Outcome {
    let list = format!("school={PRIMARY} year={YEAR} list=promoted");
    let pupil = whose("primary_promotion_list", &list, "result", result)?;
    let text =
        stands_on_the_page("primary_result_explanation", PRIMARY, &pupil, "TT 27/2020, Điều ")?;
    contains(&text, &["TT27/2020,Điều9", "Điều11"])
}

/// Finds a pupil whose year ended with `value`.
fn whose(report: &str, given: &str, column: &str, value: &str) -> Result<String, Failed> {
    let data = demo().site.template_data(&Caller::Operator, report, &parameters(given));
    let data = data.map_err(said)?;
    let found = data["pupils"].as_array().into_iter().flatten().find(|pupil| {
        let cell = &pupil["result"][column];
        cell.as_str().or(cell["code"].as_str()) == Some(value)
    });
    let found = found.and_then(|pupil| pupil["pupil"].as_str());
    Ok(found.ok_or_else(|| format!("nobody has {value}"))?.to_owned())
}

/// Makes the sheet of a pupil and looks for every derivation on it; returns the text of the PDF.
fn stands_on_the_page(
    report: &str,
    school: &str,
    pupil: &str,
    article: &str,
) -> Result<String, Failed> {
    let given = format!("school={school} year={YEAR} pupil={pupil}");
    let site = &demo().site;
    let data = site.template_data(&Caller::Operator, report, &parameters(&given)).map_err(said)?;
    let mut derivations = Vec::new();
    collect(&data["pupil"], &mut derivations);
    ensure(!derivations.is_empty(), || "nothing is explained".to_owned())?;
    let page = tight(&plain(&html(site, report, &given)?));
    let pdf = measure(&rendered(site, report, &given, "pdf")?.bytes)?;
    let drawn = tight(&pdf.iter().map(|page| page.drawn.as_str()).collect::<String>());
    let name = data["pupil"]["full_name"].as_str().ok_or("a name")?;
    for text in [&page, &drawn] {
        contains(text, &[&tight(name), "Căncứ", "Dữliệu", "Cáchxácđịnh", "Kếtquả"])?;
        for one in &derivations {
            let rule = one["rule"].as_str().ok_or("a derivation without a rule")?;
            ensure(rule.starts_with(article), || format!("`{rule}` is not of {article}"))?;
            contains(text, &[&tight(rule)])?;
            let inputs = one["inputs"].as_array().ok_or("inputs")?;
            ensure(!inputs.is_empty(), || format!("{rule} has no inputs"))?;
            for input in inputs {
                let [name, value] = ["name", "value"].map(|part| input[part].as_str());
                let said = format!("{}: {}", name.unwrap_or("?"), value.unwrap_or("?"));
                contains(text, &[&tight(&said)])?;
            }
            let steps = one["steps"].as_array().ok_or("steps")?;
            // A title follows from the result that stands beside it.
            ensure(!steps.is_empty() || rule.contains("Khen thưởng"), || {
                format!("{rule} has no steps")
            })?;
            for part in steps.iter().chain([&one["result"]]) {
                contains(text, &[&tight(part.as_str().ok_or("a text")?)])?;
            }
        }
    }
    Ok(drawn)
}

/// Collects the derivations below a node.
fn collect<'a>(node: &'a Value, into: &mut Vec<&'a Value>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Object(columns) if name == "explain" => {
                        into.extend(columns.values().filter_map(Value::as_array).flatten());
                    }
                    other => collect(other, into),
                }
            }
        }
        _ => {}
    }
}

/// Without blanks: lines break where a cell is narrow.
fn tight(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// The sum behind the average of Toán in term I, written from the marks in the store.
fn formula(pupil: &str) -> Result<String, Failed> {
    let conn = rusqlite::Connection::open(demo().folder.path().join("data.db"))?;
    let marks: Vec<Option<i64>> = conn.query_row(
        "SELECT ongoing_1, ongoing_2, ongoing_3, ongoing_4, mid_term, end_of_term FROM record_mark
         WHERE _status = 'active' AND year = 2025 AND term = 1 AND subject = 'TOAN' AND pupil = ?",
        [pupil],
        |row| (0..6).map(|at| row.get(at)).collect(),
    )?;
    let written = |tenths: i64| match tenths % 10 {
        0 => format!("{}", tenths / 10),
        part => format!("{},{part}", tenths / 10),
    };
    let (ongoing, tests) = marks.split_at(4);
    let ongoing: Vec<String> = ongoing.iter().flatten().map(|mark| written(*mark)).collect();
    let [middle, end] = [tests[0], tests[1]].map(|mark| mark.map(written).unwrap_or_default());
    Ok(format!("({}+2×{middle}+3×{end})/({}+5)", ongoing.join("+"), ongoing.len()))
}

fn by_name() -> Outcome {
    let (report, given) = ("lower_secondary_gradebook", "school=31030003 year=2025 class=7A2");
    let data = demo().site.template_data(&Caller::Operator, report, &parameters(given));
    let data = data.map_err(said)?;
    let [code, name] =
        ["pupil", "full_name"].map(|part| data["pupils"][0][part].as_str().unwrap_or("?"));
    let web = Web::serve(&demo().site, Caller::Operator)?;
    let address = given.replace(' ', "&");
    let page = web.get(&format!("/why/{report}?{address}&column=average_1"))?;
    same(page.status, 200)?;
    let heading = format!("<h2>{name} ({code}) · Ngữ văn</h2>");
    let choice = format!("<option value=\"{code}\">{name} ({code})</option>");
    contains(&page.text(), &[&heading, &choice])?;
    let api = format!("/api/v1/reports/{report}/explanations?{address}&about.pupil={code}");
    let body = web.get(&api)?.json()?;
    let first = &body["explanations"][0];
    same(
        (first["about"]["pupil"].as_str(), first["names"]["pupil"].as_str()),
        (Some(code), Some(name)),
    )
}

/// A teacher gets the names of the own class; who does not see the class gets nothing at all.
fn within_rights() -> Outcome {
    let (report, given) = ("lower_secondary_gradebook", "school=31030003 year=2025 class=7A2");
    let explained = |reach: Reach| {
        let caller = Caller::User { name: "someone".to_owned(), scope: Scope::from(reach) };
        let question = Question { column: Some("average_1".to_owned()), ..Question::default() };
        demo().site.explanations(&caller, report, &parameters(given), &question)
    };
    let class = |name: &str| Reach {
        classes: Some(vec![(SECONDARY.to_owned(), 2025, name.to_owned())]),
        ..Reach::everything()
    };
    let own = explained(class("7A2")).map_err(said)?;
    ensure(!own.is_empty(), || "nothing is explained to the own teacher".to_owned())?;
    ensure(own.iter().all(|one| one.names.contains_key("pupil")), || {
        "somebody of the class has no name".to_owned()
    })?;
    ensure(explained(class("7A1")).is_err(), || {
        "another teacher is told how marks came about".to_owned()
    })
}
