//! The pages that show a report and what is behind it, as a browser gets them: every document as HTML,
//! the figures of every statistical form with a list behind each number.

use std::sync::OnceLock;

use bieumau_model::scope::Caller;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::documents::{REPORTS, STATISTICS, filled, plain};
use crate::support::{Outcome, contains, demo, ensure, lacks, same};
use crate::web::Web;

/// The statistical forms with tables of their own, among the reports.
fn forms() -> impl Iterator<Item = (&'static str, &'static str)> {
    REPORTS.into_iter().filter(|(id, _)| *id == "primary_statistics").chain(STATISTICS)
}

pub fn trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = forms()
        .map(|(report, given)| {
            Trial::test(format!("pages::figures::{report}"), move || figures(report, given))
        })
        .collect();
    trials.extend(REPORTS.into_iter().map(|(report, given)| {
        Trial::test(format!("pages::document::{report}"), move || document(report, given))
    }));
    trials.extend([
        Trial::test("pages::a_figure_that_is_not_there_is_a_page_with_a_hint", wrong_figures),
        Trial::test("pages::figures_speak_english_too", english),
    ]);
    trials
}

fn web() -> &'static Web {
    static WEB: OnceLock<Web> = OnceLock::new();
    WEB.get_or_init(|| Web::serve(&demo().site, Caller::Operator).expect("a port"))
}

fn query(given: &str) -> String {
    given.replace(' ', "&")
}

/// The page has every table; of each table the first number leads to a list that is as long.
fn figures(report: &str, given: &str) -> Outcome {
    let answer = web().get(&format!("/figures/{report}?{}", query(given)))?;
    same((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"))?;
    let page = answer.text();
    let told = web().get(&format!("/api/v1/reports/{report}/figures?{}", query(given)))?.json()?;
    let tables = told["tables"].as_array().ok_or("tables")?;
    ensure(!tables.is_empty(), || "no table".to_owned())?;
    let words = plain(&page);
    // What is told about the data is not called a contradiction of figures, which holds a document back.
    let findings = told["findings"].as_array().ok_or("findings")?;
    let contradicts = |finding: &&Value| finding["code"] == "D430";
    let others = findings.len() - findings.iter().filter(contradicts).count();
    same(words.contains("Số liệu không khớp nhau"), others < findings.len())?;
    same(words.contains(&format!("Dữ liệu cần xem lại ({others})")), others > 0)?;
    for table in tables {
        contains(&words, &[table["title"].as_str().ok_or("a title")?])?;
        for row in table["rows"].as_array().into_iter().flatten() {
            contains(&words, &[row["title"].as_str().ok_or("a title")?])?;
        }
        let prefix = format!("cell={}.", table["id"].as_str().ok_or("an id")?);
        let Some(link) = links(&page).into_iter().find(|link| link.contains(&prefix)) else {
            continue;
        };
        let list = web().get(&link)?;
        same(list.status, 200)?;
        let text = list.text();
        contains(&text, &["<dt>Số liệu</dt>", "Về bảng số liệu"])?;
        let api = link.replace("/figures/", "/api/v1/reports/");
        let found = web().get(&api)?.json()?;
        let rows: usize = found["lists"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|list| list["rows"].as_array().map_or(0, Vec::len))
            .sum();
        same(text.matches("<tr><td>").count(), rows)?;
        contains(&plain(&text), &[found["row"].as_str().ok_or("a row")?])?;
    }
    Ok(())
}

/// The addresses of the lists behind figures, as a browser follows them.
fn links(page: &str) -> Vec<String> {
    page.split("<a href=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .filter(|link| link.contains("/records?"))
        .map(|link| link.replace("&amp;", "&").replace("&#x2F;", "/"))
        .collect()
}

/// The document as HTML: the same page as the API gives, that may run and fetch nothing.
fn document(report: &str, given: &str) -> Outcome {
    let given = filled(report, given)?;
    let address = format!("/documents/{report}?{}&format=html", query(&given));
    let answer = web().get(&address)?;
    same((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"))?;
    contains(answer.header("content-security-policy"), &["default-src 'none'"])?;
    let page = answer.text();
    contains(&page, &["<!DOCTYPE html>", "<html lang=\"vi\"", "</html>"])?;
    lacks(&page, &["<script", "src=\"http", "href=\"http", "{{", "{%"])?;
    let again = web().render(report, &given, "html")?;
    ensure(again.body == answer.body, || "the API gives another page".to_owned())
}

fn wrong_figures() -> Outcome {
    let base = "/figures/primary_statistics";
    let given = "school=31020001&year=2025";
    let unknown = web().get(&format!("{base}/records?{given}&cell=grades.grade_9.girls"))?;
    same(unknown.status, 404)?;
    contains(&unknown.text(), &["J385"])?;
    let unnamed = web().get(&format!("{base}/records?{given}"))?;
    same(unnamed.status, 422)?;
    contains(&unnamed.text(), &["J389", "Chưa nêu ô số liệu"])?;
    let hostile =
        web().get(&format!("{base}/records?{given}&cell=%3Cscript%3Ealert(1)%3C/script%3E"))?;
    same(hostile.status, 404)?;
    lacks(&hostile.text(), &["<script>alert"])?;
    let foreign = web().get("/figures/late_entries?school=31030003&year=2025&point=end_1")?;
    ensure(foreign.status < 500, || format!("{}", foreign.status))
}

fn english() -> Outcome {
    let page = web().get("/figures/primary_statistics?school=31020001&year=2025&lang=en")?;
    same(page.status, 200)?;
    contains(&page.text(), &["Choose a number", "Back to the document"])
}
