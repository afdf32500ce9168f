//! The HTTP door: what it answers, in which words, with which headers, and what it refuses.

use std::io::Write;
use std::sync::OnceLock;

use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::documents::{IN_STORIES, REPORTS, STATISTICS};
use crate::support::{Outcome, contains, demo, ensure, lacks, same};
use crate::web::{Answer, Web};

/// A report that is quick to make, and where it is rendered.
const QUICK: &str = "minutes_data_handover";
const QUICK_RENDER: &str = "/api/v1/reports/minutes_data_handover/render";
const QUICK_GIVEN: &str = "school=79020002 year=2025 number=2";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("http::the_server_says_that_it_is_well", || {
            let answer = web().get("/healthz")?;
            same((answer.status, answer.json()?), (200, json!({"status": "ok"})))
        }),
        Trial::test("http::reports_are_listed_with_their_parameters", reports),
        Trial::test("http::one_report_is_described", one_report),
        Trial::test("http::an_unknown_report_is_a_problem_with_a_hint", unknown_report),
        Trial::test("http::every_format_has_its_media_type", media_types),
        Trial::test("http::a_page_of_a_picture_can_be_chosen", || {
            let body = r#"{"parameters": {"school": "79020002", "year": 2025, "number": 2}, "format": "png", "page": 1}"#;
            let answer = web().post(QUICK_RENDER, body)?;
            same((answer.status, answer.header("content-type")), (200, "image/png"))
        }),
        Trial::test("http::a_wrong_parameter_is_pointed_at", wrong_parameter),
        Trial::test("http::all_wrong_parameters_are_told_at_once", all_wrong_parameters),
        Trial::test("http::problems_speak_the_language_of_the_browser", languages),
        Trial::test("http::an_unknown_format_is_pointed_at", || {
            let problem = web().render(QUICK, QUICK_GIVEN, "odt")?.problem(422, "J012")?;
            same(&problem["pointer"], &json!("/format"))
        }),
        Trial::test("http::a_format_that_the_report_lacks_is_pointed_at", || {
            let problem = web().render(QUICK, QUICK_GIVEN, "xlsx")?.problem(422, "J015")?;
            same(&problem["pointer"], &json!("/format"))
        }),
        Trial::test("http::a_body_that_is_not_json_is_a_problem", || {
            for body in ["", "{", "[1, 2]", "\"school\"", r#"{"parameter": {}}"#, "\u{0}"] {
                web().post(QUICK_RENDER, body)?.problem(422, "J010")?;
            }
            let list = r#"{"parameters": {"school": ["79020002"]}}"#;
            let problem = web().post(QUICK_RENDER, list)?.problem(422, "J010")?;
            same(&problem["pointer"], &json!("/parameters/school"))
        }),
        Trial::test("http::a_body_that_is_too_large_is_a_problem", || {
            let body = format!(r#"{{"parameters": {{"school": "{}"}}}}"#, "x".repeat(300_000));
            web().post(QUICK_RENDER, &body)?.problem(413, "J018").map(|_| ())
        }),
        Trial::test("http::a_foreign_host_name_is_refused", foreign_host),
        Trial::test("http::every_answer_has_the_security_headers", security_headers),
        Trial::test("http::a_document_may_run_and_fetch_nothing", || {
            let answer = web().get(&format!("/documents/{QUICK}?{}", query(QUICK_GIVEN)))?;
            same(answer.status, 200)?;
            contains(answer.header("content-security-policy"), &["default-src 'none'"])
        }),
        Trial::test("http::the_start_page_lists_the_reports", start_page),
        Trial::test("http::the_start_page_leads_to_the_document", preview),
        Trial::test("http::topics_have_headings_in_both_languages", || {
            let page = web().get("/?lang=vi")?.text();
            contains(
                &page,
                &["<h2>Văn bản hành chính</h2>", "<h2>Danh sách, khen thưởng, thông báo</h2>"],
            )?;
            lacks(&page, &["<h2>administrative</h2>", "<h2>lists</h2>"])?;
            let page = web().get("/?lang=en")?.text();
            contains(
                &page,
                &["<h2>Administrative documents</h2>", "<h2>Lists, commendation, notices</h2>"],
            )
        }),
        Trial::test("http::a_parameter_with_a_default_shows_it_as_chosen", || {
            let page = web().get("/?report=primary_statistics&year=2025")?.text();
            let field = |id: &str| {
                let rest = page.split(&format!("name=\"{id}\"")).nth(1).unwrap_or_default();
                rest.split("</select>").next().unwrap_or_default().to_owned()
            };
            contains(&field("period"), &["<option value=\"beginning\" selected>"])?;
            lacks(&field("period"), &["— Tất cả —"])?;
            // Without a default everything is taken when nothing is chosen.
            contains(&field("province"), &["<option value=\"\">— Tất cả —</option>"])
        }),
        Trial::test("http::the_start_page_repeats_nothing_unescaped", || {
            let answer = web().get("/?report=%3Cscript%3Ealert(1)%3C/script%3E")?;
            same(answer.status, 404)?;
            lacks(&answer.text(), &["<script>alert"])
        }),
        Trial::test("http::a_problem_with_a_document_is_a_page", || {
            let answer = web().get(&format!("/documents/{QUICK}?school=79020002&year=abc"))?;
            same(
                (answer.status, answer.header("content-type")),
                (422, "text/html; charset=utf-8"),
            )?;
            contains(&answer.text(), &["J011", "năm học"])
        }),
        Trial::test("http::an_unknown_address_is_a_page_or_a_problem", || {
            let page = web().get("/nowhere")?;
            same((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"))?;
            web().get("/api/v2/reports")?.problem(404, "J001").map(|_| ())
        }),
        Trial::test("http::assets_come_from_the_program_only", || {
            let style = web().get("/assets/style.css")?;
            same((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"))?;
            for path in
                ["/assets/../Cargo.toml", "/assets/..%2f..%2fsite.yaml", "/assets//etc/passwd"]
            {
                same(web().get(path)?.status, 404)?;
            }
            Ok(())
        }),
        Trial::test(
            "http::a_browser_asks_for_scripts_again_and_gets_them_when_they_changed",
            || {
                let script = web().get("/assets/marks.js")?;
                same(script.header("cache-control"), "no-cache")?;
                let tag = script.header("etag");
                let again =
                    web().get_with("/assets/marks.js", &[&format!("If-None-Match: {tag}")])?;
                same((again.status, again.text().is_empty()), (304, true))?;
                let other = web().get_with("/assets/marks.js", &["If-None-Match: \"older\""])?;
                same((other.status, other.text()), (200, script.text()))
            },
        ),
        Trial::test("http::odd_requests_do_not_stop_the_server", odd_requests),
        Trial::test("http::eight_documents_can_be_asked_for_at_once", eight_at_once),
        Trial::test("http::the_server_stops_when_it_is_told_to", || {
            let mut web = Web::serve(&demo().site, Caller::Operator)?;
            same(web.get("/healthz")?.status, 200)?;
            web.stop().ok_or("it runs")??;
            ensure(web.get("/healthz").is_err(), || "it still answers".to_owned())
        }),
        Trial::test("http::a_taken_address_is_an_error", || {
            let taken = bieumau_server::Server::bind(web().address());
            let error = taken.err().ok_or("two servers on one address")?;
            contains(&error.to_string(), &["cannot be listened on"])
        }),
    ]
}

/// The server of these cases: the whole demo site, for its operator.
fn web() -> &'static Web {
    static WEB: OnceLock<Web> = OnceLock::new();
    WEB.get_or_init(|| Web::serve(&demo().site, Caller::Operator).expect("a free port"))
}

fn query(given: &str) -> String {
    given.replace(' ', "&")
}

fn reports() -> Outcome {
    let listed = web().get("/api/v1/reports")?.json()?;
    let reports = listed["reports"].as_array().ok_or("no list")?;
    let upper = crate::statistics::OF_UPPER_SCHOOLS.len();
    same(reports.len(), REPORTS.len() + IN_STORIES.len() + STATISTICS.len() + upper)?;
    let quick = reports.iter().find(|report| report["id"] == QUICK).ok_or("not listed")?;
    same(&quick["formats"], &json!(["pdf", "html", "docx", "png"]))?;
    let parameters = quick["parameters"].as_array().ok_or("no parameters")?;
    let ids: Vec<&Value> = parameters.iter().map(|parameter| &parameter["id"]).collect();
    same(ids, vec![&json!("school"), &json!("year"), &json!("number")])
}

fn one_report() -> Outcome {
    let report = web().get(&format!("/api/v1/reports/{QUICK}"))?.json()?;
    same(&report["id"], &json!(QUICK))?;
    same(&report["parameters"][1]["type"], &json!("school_year"))?;
    same(&report["parameters"][1]["required"], &json!(true))
}

fn unknown_report() -> Outcome {
    let path = "/api/v1/reports/minutes_data_handovr";
    let problem = web().get(path)?.problem(404, "J002")?;
    contains(problem["detail"].as_str().unwrap_or_default(), &[QUICK])?;
    let answer = web().post(&format!("{path}/render"), "{}")?;
    answer.problem(404, "J002").map(|_| ())
}

fn media_types() -> Outcome {
    let statistics = REPORTS[4];
    for (report, given, format, media_type) in [
        (QUICK, QUICK_GIVEN, "pdf", "application/pdf"),
        (QUICK, QUICK_GIVEN, "html", "text/html; charset=utf-8"),
        (QUICK, QUICK_GIVEN, "png", "image/png"),
        (statistics.0, statistics.1, "csv", "text/csv; charset=utf-8"),
        (
            statistics.0,
            statistics.1,
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ] {
        let answer = web().render(report, given, format)?;
        same((answer.status, answer.header("content-type")), (200, media_type))?;
        let way = answer.header("content-disposition");
        contains(way, &["attachment; filename=\"", &format!(".{format}\"")])?;
        ensure(way.is_ascii() && answer.body.len() > 200, || way.to_owned())?;
    }
    Ok(())
}

fn wrong_parameter() -> Outcome {
    let answer = web().render(QUICK, "school=79020002 year=2025-2027 number=2", "pdf")?;
    let problem = answer.problem(422, "J011")?;
    same(&problem["pointer"], &json!("/parameters/year"))?;
    contains(&problem["findings"][0]["message"].to_string(), &["2025-2027", "năm học"])
}

fn all_wrong_parameters() -> Outcome {
    let answer = web().render(QUICK, "year=soon nummer=2", "pdf")?;
    let findings = answer.problem(422, "J011")?["findings"].clone();
    let codes: Vec<&str> = findings
        .as_array()
        .ok_or("no findings")?
        .iter()
        .filter_map(|f| f["code"].as_str())
        .collect();
    // Unknown `nummer`, missing `school`, wrong `year`, missing `number`.
    same(codes, vec!["D401", "D402", "D403", "D402"])?;
    contains(&findings.to_string(), &["`number`"])
}

fn languages() -> Outcome {
    for (asked, tag, words) in [
        ("Accept-Language: en-GB,en;q=0.8", "en", "there is no report"),
        ("Accept-Language: vi", "vi", "Không có báo cáo"),
        ("Accept-Language: fr", "vi", "Không có báo cáo"),
        ("X-Nothing: said", "vi", "Không có báo cáo"),
    ] {
        let answer = web().get_with("/api/v1/reports/none", &[asked])?;
        let problem = answer.problem(404, "J002")?;
        contains(problem["title"].as_str().unwrap_or_default(), &[words])?;
        same(answer.header("content-language"), tag)?;
    }
    Ok(())
}

fn foreign_host() -> Outcome {
    for host in ["Host: evil.example", "Host: 127.0.0.1", "Host: localhost.evil.example:80"] {
        for path in ["/", "/healthz", "/api/v1/reports"] {
            let answer = web().get_with(path, &[host])?;
            same(answer.status, 421)?;
            lacks(&answer.text(), &["minutes"])?;
        }
    }
    let own = format!("Host: LOCALHOST:{}", web().address().port());
    same(web().get_with("/healthz", &[&own])?.status, 200)
}

fn security_headers() -> Outcome {
    let paths = ["/", "/healthz", "/nowhere", "/assets/style.css", "/api/v1/reports"];
    let mut answers: Vec<Answer> =
        paths.map(|path| web().get(path)).into_iter().collect::<Result<_, _>>()?;
    answers.push(web().render(QUICK, QUICK_GIVEN, "html")?);
    answers.push(web().get_with("/", &["Host: evil.example"])?);
    for answer in answers {
        same(answer.header("x-content-type-options"), "nosniff")?;
        same(answer.header("x-frame-options"), "SAMEORIGIN")?;
        same(answer.header("referrer-policy"), "no-referrer")?;
        let policy = answer.header("content-security-policy");
        contains(policy, &["default-src", "frame-ancestors 'self'"])?;
    }
    Ok(())
}

fn start_page() -> Outcome {
    let page = web().get("/")?;
    same((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"))?;
    let english = web().get("/?lang=en")?.text();
    contains(&english, &["<html lang=\"en\">", "Documents and reports"])?;
    for report in demo().site.reports() {
        contains(&page.text(), &[report.title.get(Locale::Vi), &format!("report={}", report.id)])?;
        contains(&english, &[report.title.get(Locale::En)])?;
    }
    Ok(())
}

fn preview() -> Outcome {
    let page = web().get(&format!("/?report={QUICK}&school=79020002&year=2025"))?.text();
    lacks(&page, &["<iframe"])?;
    let page = web().get(&format!("/?report={QUICK}&{}", query(QUICK_GIVEN)))?.text();
    let address = page.split("<iframe src=\"").nth(1).and_then(|rest| rest.split('"').next());
    let address = address.ok_or("no preview")?.replace("&amp;", "&").replace("&#x2F;", "/");
    let document = web().get(&address)?;
    same((document.status, document.header("content-type")), (200, "text/html; charset=utf-8"))?;
    contains(document.header("content-disposition"), &["inline"])?;
    contains(&document.text(), &["Nắng Mai"])
}

fn eight_at_once() -> Outcome {
    let bodies: Vec<Answer> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            (0..8).map(|_| scope.spawn(|| web().render(QUICK, QUICK_GIVEN, "pdf"))).collect();
        asked.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<_, _>>()
    })?;
    for answer in &bodies {
        same(answer.status, 200)?;
        ensure(answer.body == bodies[0].body, || "one of eight differs".to_owned())?;
    }
    ensure(bodies[0].body.starts_with(b"%PDF"), || "not a PDF".to_owned())
}

/// Bytes that no browser sends.
fn odd_requests() -> Outcome {
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let odd: [&[u8]; 6] = [
        b"",
        b"\0\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/v1/reports/x/render HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
        b"GET /documents/%ff%fe?school=%ff HTTP/1.0\r\n\r\n",
        long.as_bytes(),
    ];
    for bytes in odd {
        let mut stream = std::net::TcpStream::connect(web().address())?;
        // The server may hang up before it has heard everything.
        stream.write_all(bytes).unwrap_or_default();
    }
    for (path, status) in
        [("/documents/%ff", 404), ("/api/v1/reports/%00", 404), ("/?school=%ff", 200)]
    {
        ensure(web().get(path)?.status.abs_diff(status) < 5, || {
            format!("{path} gives another status")
        })?;
    }
    let page = r#"{"parameters": {"school": "79020002", "year": 2025, "number": 2}, "format": "png", "page": PAGE}"#;
    for number in ["0", "18446744073709551615"] {
        let answer = web().post(QUICK_RENDER, &page.replace("PAGE", number))?;
        ensure((400..=503).contains(&answer.status), || answer.text())?;
    }
    same(web().get("/healthz")?.status, 200)
}
