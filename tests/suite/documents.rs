//! The shipped reports over the demo site: every format, the same bytes every time, awkward
//! classes and names, and averages as the rules give them when they are called directly.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use bieumau_model::scope::Caller;
use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_model::text::Locale;
use bieumau_pipeline::{Document, Files, Site};
use bieumau_rules::decimal::Tenths;
use bieumau_rules::tt22::{Parameters, TermAverage, term_average, year_average};
use bieumau_store::{Edit, Store};
use calamine::{Reader, Xlsx};
use libtest_mimic::{Failed, Trial};

use crate::support::{
    Outcome, OwnSite, PRIMARY, SECONDARY, YEAR, catalog, contains, copy, demo, ensure, form, html,
    keep, lacks, now, parameters, rendered, said, same, store, workers,
};

/// Each shipped report with the parameters of one document.
pub const REPORTS: [(&str, &str); 27] = [
    ("lower_secondary_gradebook", "school=31030003 year=2025 class=7A2"),
    ("lower_secondary_transcript", "school=31030003 year=2025 class=9A1 pupil=TWENTIETH"),
    ("minutes_account_handover", "school=31030003 year=2025 number=1"),
    ("minutes_data_handover", "school=79020002 year=2025 number=2"),
    ("primary_statistics", "school=31020001 year=2025"),
    ("primary_class_summary", "school=79020002 year=2025 class=2B point=end_2"),
    ("primary_transcript", "school=31020001 year=2025 class=5E pupil=TWENTIETH"),
    ("administrative_document", "school=31030003 year=2025 kind=decision document=VB01"),
    ("computer_allocation", "year=2025"),
    ("computer_needs", "school=31020001 year=2025 signed_on=2025-10-01"),
    ("late_entries", "school=31030003 year=2025 point=end_1 as_of=2026-01-20"),
    ("data_quality_findings", "school=31030003 year=2025 class=7A2 as_of=2025-10-31"),
    ("minutes_computer_handover", "school=31030003 year=2025 number=11"),
    ("minutes_equipment_handover", "school=31030003 year=2025 number=10"),
    ("minutes_results_handover", "school=31020001 year=2025 number=30"),
    ("primary_commendation_certificate", "school=31020001 year=2025 class=5E"),
    ("primary_commendation_decision", "school=31020001 year=2025 number=7"),
    ("primary_parent_notice", "school=79020002 year=2025 class=2B point=end_2"),
    ("primary_result_sheet", "school=31020001 year=2025 class=5E point=end_1"),
    ("secondary_teacher_gradebook", "school=31030003 year=2025 teacher=3190020012 class=8A6"),
    ("primary_promotion_list", "school=31020001 year=2025 list=not_completed"),
    ("primary_result_explanation", "school=31020001 year=2025 pupil=TWENTIETH"),
    ("secondary_commendation_certificate", "school=31030003 year=2025 class=8A1"),
    ("secondary_commendation_decision", "school=31030003 year=2025 number=7"),
    ("secondary_parent_notice", "school=31030003 year=2025 term=year class=7A2"),
    ("secondary_promotion_list", "school=31030003 year=2025 list=promoted"),
    ("secondary_result_explanation", "school=31030003 year=2025 pupil=TWENTIETH"),
];

/// Reports of papers that only the flows write; the stories make the papers and print them.
pub const IN_STORIES: [&str; 3] =
    ["correction_slip", "minutes_review_pupils", "minutes_review_staff"];

/// The other statistical forms.
pub const STATISTICS: [(&str, &str); 12] = [
    ("primary_results_statistics", "school=31020001 year=2025 point=end_1"),
    ("primary_year_statistics", "school=31020001 year=2025"),
    ("lower_secondary_statistics", "school=31030003 year=2025 period=end"),
    ("lower_secondary_term_statistics", "school=31030003 year=2025"),
    ("lower_secondary_year_statistics", "school=31030003 year=2025"),
    ("upper_secondary_statistics", "year=2025"),
    ("local_indicators", "year=2025"),
    ("health_statistics", "school=31030003 year=2025"),
    ("equipment_statistics", "school=31020001 year=2025 term=term_1"),
    ("staff_statistics", "school=31030003 year=2025"),
    ("facilities_statistics", "school=31020001 year=2025"),
    ("data_quality_statistics", "school=79020002 year=2025"),
];

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("documents::every_report_is_tried_here", || {
            let shipped: Vec<String> =
                demo().site.reports().into_iter().map(|report| report.id).collect();
            let mut tried: Vec<&str> = REPORTS.iter().map(|(id, _)| *id).collect();
            tried.extend(IN_STORIES);
            tried.extend(STATISTICS.iter().map(|(id, _)| *id));
            tried.extend(crate::statistics::OF_UPPER_SCHOOLS);
            tried.sort_by_key(|id| shipped.iter().position(|other| other == id));
            same(tried.join(" "), shipped.join(" "))
        }),
        Trial::test("documents::a_workbook_holds_the_figures_of_the_page", a_workbook),
        Trial::test("documents::a_workbook_of_a_selection_has_the_pupils_of_the_page", a_selection),
        Trial::test("documents::comma_separated_values_hold_the_figures_of_the_page", a_csv_file),
        Trial::test("documents::a_class_of_fifty_has_fifty_rows_everywhere", a_class_of_fifty),
        Trial::test("documents::an_empty_class_says_so", an_empty_class),
        Trial::test("documents::letters_outside_the_font_are_named", letters_outside_the_font),
        Trial::test("documents::a_site_may_stop_at_letters_outside_the_font", stop_at_letters),
        Trial::test("documents::signs_of_markup_in_a_name_stay_signs", signs_of_markup),
        Trial::test("documents::averages_are_those_of_the_rules", averages),
        Trial::test("documents::a_page_that_is_not_there_is_refused", || {
            let request = bieumau_pipeline::RenderRequest::new(
                "minutes_data_handover".to_owned(),
                parameters(REPORTS[3].1),
                "png",
                Some(99),
            );
            let made = demo().site.render(&Caller::Operator, &request.map_err(said)?);
            let problem = made.err().ok_or("page 99 of the minutes was drawn")?;
            contains(problem.title.get(Locale::En), &["not among"])
        }),
    ];
    for (report, given) in REPORTS.into_iter().chain(STATISTICS) {
        trials.push(Trial::test(
            format!("documents::{report}::renders_in_every_format"),
            move || check_formats(report, &filled(report, given)?),
        ));
        trials.push(Trial::test(
            format!("documents::{report}::has_the_same_bytes_every_time"),
            move || check_bytes(report, &filled(report, given)?),
        ));
    }
    trials
}

/// Puts the code of the twentieth pupil of the list in place of the word `TWENTIETH`.
pub(crate) fn filled(report: &str, given: &str) -> Result<String, Failed> {
    let Some(class) = given.strip_suffix(" pupil=TWENTIETH") else { return Ok(given.to_owned()) };
    let (pupil, _) = listed(&demo().site, report, class)?.swap_remove(19);
    Ok(format!("{class} pupil={pupil}"))
}

/// The pupils that a person could pick after `given`: code and name.
pub(crate) fn listed(
    site: &Site,
    report: &str,
    given: &str,
) -> Result<Vec<(String, String)>, Failed> {
    let view = site.report_view(&Caller::Operator, report, &parameters(given)).map_err(said)?;
    let field = view.fields.iter().find(|field| field.id == "pupil").ok_or("no pupils to pick")?;
    let pairs = field.choices.iter();
    Ok(pairs
        .map(|choice| (choice.value.clone(), choice.label.get(Locale::Vi).to_owned()))
        .collect())
}

fn check_formats(report: &str, given: &str) -> Outcome {
    let site = &demo().site;
    let summary = site.report_summary(report).map_err(said)?;
    for format in summary.formats {
        let document = rendered(site, report, given, format)?;
        let (beginning, least): (&[u8], usize) = match format {
            "pdf" => (b"%PDF-", 20_000),
            "png" => (b"\x89PNG\r\n", 5_000),
            "html" => (b"<!doctype html>", 3_000),
            "xlsx" | "docx" => (b"PK\x03\x04", 3_000),
            _ => ("\u{FEFF}".as_bytes(), 200),
        };
        let bytes = &document.bytes;
        ensure(starts(bytes, beginning) && bytes.len() >= least, || {
            format!("{format}: {} bytes, {:?} …", bytes.len(), &bytes[..bytes.len().min(16)])
        })?;
        ensure(document.file_name.ends_with(&format!(".{format}")), || document.file_name.clone())?;
        if format == "html" {
            check_page(&String::from_utf8(document.bytes)?, report, given)?;
        }
    }
    Ok(())
}

fn starts(bytes: &[u8], beginning: &[u8]) -> bool {
    bytes.get(..beginning.len()).is_some_and(|first| first.eq_ignore_ascii_case(beginning))
}

/// The page names the school, and every pupil whom the parameters mean.
fn check_page(page: &str, report: &str, given: &str) -> Outcome {
    let given = parameters(given);
    let Some(school) = given.get("school") else { return Ok(()) };
    let view = demo().site.report_view(&Caller::Operator, report, &given).map_err(said)?;
    let schools = view.fields.iter().find(|field| field.id == "school").ok_or("no school")?;
    let name = schools.choices.iter().find(|choice| choice.value == *school).ok_or("no name")?;
    contains(&plain(page).to_lowercase(), &[&name.label.get(Locale::Vi).to_lowercase()])?;
    // Only some of a class are commended, or have something to mend.
    let of_some = report.contains("commendation") || report == "data_quality_findings";
    let Some(class) = given.get("class").filter(|_| !of_some) else { return Ok(()) };
    let transcript = if report.starts_with("primary") {
        "primary_transcript"
    } else {
        "lower_secondary_transcript"
    };
    let class = format!("school={school} year={} class={class}", given["year"]);
    let pupils = listed(&demo().site, transcript, &class)?;
    ensure(pupils.len() >= 20, || format!("only {} pupils in {class}", pupils.len()))?;
    let text = plain(page).to_lowercase();
    // A notice goes to the parents of those who stay to the end.
    let gone = report.ends_with("_parent_notice");
    let mut named = 0;
    for (code, name) in &pupils {
        let meant = given.get("pupil").is_none_or(|pupil| pupil == code);
        let present = text.contains(&name.to_lowercase());
        named += usize::from(meant && present);
        ensure(!meant || present || gone, || format!("{name} is not on the page of {class}"))?;
    }
    ensure(named >= 20 || given.contains_key("pupil"), || format!("only {named} are named"))
}

/// The words of a page: no tags, no entities.
pub(crate) fn plain(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' if inside => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

/// Another site over the same records, with one worker process of its own.
fn other() -> &'static Site {
    static OTHER: OnceLock<Site> = OnceLock::new();
    OTHER.get_or_init(|| {
        Site::open(demo().folder.path(), &workers(1), now()).unwrap_or_else(|p| panic!("{p}"))
    })
}

fn check_bytes(report: &str, given: &str) -> Outcome {
    for format in ["pdf", "html"] {
        let first = rendered(other(), report, given, format)?.bytes;
        let again = rendered(other(), report, given, format)?.bytes;
        ensure(first == again, || format!("{format} differs within one process"))?;
        let elsewhere = rendered(&demo().site, report, given, format)?.bytes;
        ensure(first == elsewhere, || format!("{format} differs between two processes"))?;
    }
    Ok(())
}

fn a_workbook() -> Outcome {
    let (report, given) = REPORTS[4];
    let document = rendered(&demo().site, report, given, "xlsx")?;
    let mut book = Xlsx::new(Cursor::new(document.bytes))?;
    same(
        book.sheet_names(),
        vec![
            "Trường, lớp, học sinh".to_owned(),
            "Học sinh theo khối".to_owned(),
            "Học sinh theo độ tuổi".to_owned(),
        ],
    )?;
    let grades = book.worksheet_range("Học sinh theo khối")?;
    let page = plain(&html(&demo().site, report, given)?);
    let rows: Vec<Vec<String>> =
        grades.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let of_grades: Vec<&Vec<String>> =
        rows.iter().filter(|row| row.len() == 12 && row[2].parse::<u32>().is_ok()).collect();
    ensure(of_grades.len() >= 5, || format!("{rows:?}"))?;
    for row in of_grades {
        contains(&page, &[&row[0], &row[2]])?;
    }
    Ok(())
}

/// The list that the page filters and the sheet that a selection fills hold the same pupils.
fn a_selection() -> Outcome {
    let report = "secondary_promotion_list";
    for (list, sheet) in [("promoted", "Được lên lớp"), ("not_promoted", "Không được lên lớp")]
    {
        let given = format!("school={SECONDARY} year={YEAR} list={list}");
        let page = html(&demo().site, report, &given)?;
        let rows = tables(&page).into_iter().flatten();
        let named: Vec<String> =
            rows.filter(|row| row.len() > 4).map(|row| row[1].clone()).collect();
        let mut book =
            Xlsx::new(Cursor::new(rendered(&demo().site, report, &given, "xlsx")?.bytes))?;
        let cells = book.worksheet_range(sheet)?;
        // Two lines of heading, perhaps an empty one, then the titles of the columns.
        let listed: Vec<String> = cells
            .rows()
            .map(|row| row[0].to_string())
            .skip_while(|cell| cell != "Họ và tên")
            .skip(1)
            .filter(|cell| !cell.is_empty())
            .collect();
        ensure(!named.is_empty(), || format!("nobody on the list `{list}`"))?;
        same((list, listed), (list, named))?;
    }
    Ok(())
}

fn a_csv_file() -> Outcome {
    let (report, given) = REPORTS[4];
    let text = String::from_utf8(rendered(&demo().site, report, given, "csv")?.bytes)?;
    let lines: Vec<&str> = text.trim_start_matches('\u{FEFF}').lines().collect();
    same(lines[0], "Bảng,Mã dòng,Mã số,Chỉ tiêu,Mã cột,Cột,Giá trị")?;
    let page = plain(&html(&demo().site, report, given)?);
    ensure(lines.len() > 10, || text.clone())?;
    for line in &lines[1..] {
        let label = line.split(',').nth(3).unwrap_or_default();
        let label = label.trim_start_matches('\'').trim_matches('"');
        contains(&page, &[label])?;
    }
    Ok(())
}

fn a_class_of_fifty() -> Outcome {
    let given = format!("school={SECONDARY} year={YEAR} class=6A1");
    let page = html(&demo().site, "lower_secondary_gradebook", &given)?;
    let lists: Vec<usize> = tables(&page)
        .into_iter()
        .map(|rows| {
            rows.iter().filter(|row| row.len() > 2 && row[0].parse::<u32>().is_ok()).count()
        })
        .filter(|rows| *rows > 13)
        .collect();
    ensure(lists.len() > 20 && lists.iter().all(|rows| *rows == 50), || {
        format!("rows of the tables: {lists:?}")
    })?;
    let document = rendered(&demo().site, "lower_secondary_gradebook", &given, "pdf")?;
    ensure(document.pages.is_some_and(|pages| pages > 40), || format!("{:?} pages", document.pages))
}

/// The cells of each table of a page, as plain text.
fn tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let tables =
        page.split("<table").skip(1).map(|table| table.split("</table>").next().unwrap_or(table));
    tables
        .map(|table| {
            let body = table.split("<tbody>").nth(1).unwrap_or(table);
            body.split("<tr").skip(1).map(cells).collect()
        })
        .collect()
}

fn cells(row: &str) -> Vec<String> {
    row.split("<td").skip(1).map(|cell| plain(&format!("<td{cell}")).trim().to_owned()).collect()
}

/// A name with letters that Tinos lacks, and one with every sign that some format could take for
/// its own.
const FOREIGN: &str = "Trần 漢 😀 Bình";
const SIGNS: &str = "Lê #*<b>&\\@\"$_`{{x}}'= An";

/// A copy of the demo with an empty class in two schools and two odd names in 6A1 and 1B.
fn odd() -> &'static OwnSite {
    static ODD: OnceLock<OwnSite> = OnceLock::new();
    ODD.get_or_init(|| {
        let made = (|| {
            let folder = copy(&[])?;
            let mut records = store(folder.path())?;
            for (school, class, grade) in [(SECONDARY, "6Z", 6), (PRIMARY, "1Z", 1)] {
                add_class(&mut records, school, class, grade)?;
            }
            let class = format!("school={SECONDARY} year={YEAR} class=6A1");
            let pupils = listed(&demo().site, "lower_secondary_transcript", &class)?;
            rename(&mut records, &pupils[3].0, FOREIGN)?;
            rename(&mut records, &pupils[4].0, SIGNS)?;
            drop(records);
            let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
            Ok::<_, Failed>(OwnSite { site: std::sync::Arc::new(site), folder: keep(folder) })
        })();
        made.unwrap_or_else(|failed| panic!("{:?}", failed.message()))
    })
}

fn add_class(records: &mut Store, school: &str, class: &str, grade: i64) -> Outcome {
    let text = |name: &str, value: &str| Column {
        name: name.to_owned(),
        cells: Cells::Text(vec![Some(value.to_owned())]),
    };
    let number = |name: &str, value: i64| Column {
        name: name.to_owned(),
        cells: Cells::Integer(vec![Some(value)]),
    };
    let year = YEAR.parse()?;
    let columns = vec![
        text("school", school),
        number("year", year),
        text("class", class),
        number("grade", grade),
    ];
    let table = Table::new("class", columns)?;
    records.insert(&Caller::Operator, form("class"), &table, now(), "a new class")?;
    Ok(())
}

fn rename(records: &mut Store, pupil: &str, name: &str) -> Outcome {
    let key = [Value::Text(SECONDARY.to_owned()), Value::Text(pupil.to_owned())];
    let caller = Caller::Operator;
    let record = records.record(&caller, form("pupil"), &key)?.ok_or("no such pupil")?;
    let edit = Edit { caller: &caller, revision: record.revision, now: now(), reason: "a test" };
    records.update(form("pupil"), &key, &[("full_name", Value::Text(name.to_owned()))], edit)?;
    Ok(())
}

fn an_empty_class() -> Outcome {
    let site = &odd().site;
    let secondary = format!("school={SECONDARY} year={YEAR} class=6Z");
    let primary = format!("school={PRIMARY} year={YEAR} class=1Z point=end_2");
    for (report, given) in
        [("lower_secondary_gradebook", &secondary), ("primary_class_summary", &primary)]
    {
        contains(&html(site, report, given)?, &["Lớp chưa có học sinh"])?;
        let document = rendered(site, report, given, "pdf")?;
        ensure(document.pages.is_some_and(|pages| pages > 0), || format!("{report} has no page"))?;
    }
    let transcripts = rendered(site, "lower_secondary_transcript", &secondary, "pdf")?;
    ensure(transcripts.pages.is_some_and(|pages| pages > 0), || "no page at all".to_owned())
}

fn gradebook_of_6a1(format: &str) -> Result<Document, Failed> {
    let given = format!("school={SECONDARY} year={YEAR} class=6A1");
    rendered(&odd().site, "lower_secondary_gradebook", &given, format)
}

fn letters_outside_the_font() -> Outcome {
    let findings: Vec<String> = gradebook_of_6a1("pdf")?
        .findings
        .iter()
        .map(|finding| finding.one_line(Locale::Vi))
        .filter(|line| line.contains("full_name") || line.contains('漢') || line.contains('😀'))
        .collect();
    let said = findings.join("\n");
    contains(&said, &["漢", "😀"])?;
    // A browser has fonts of its own.
    contains(&String::from_utf8(gradebook_of_6a1("html")?.bytes)?, &[FOREIGN])
}

/// The site's own policy: nothing is made, and the pupil is named; a browser has fonts of its own.
fn stop_at_letters() -> Outcome {
    let folder = copy(&[])?;
    let path = folder.path().join("site.yaml");
    let text = std::fs::read_to_string(&path)?;
    std::fs::write(&path, text + "\nmissing_letters: stop\n")?;
    let mut records = store(folder.path())?;
    let given = format!("school={SECONDARY} year={YEAR} class=6A1");
    let pupils = listed(&demo().site, "lower_secondary_transcript", &given)?;
    rename(&mut records, &pupils[3].0, FOREIGN)?;
    drop(records);
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    let refused = crate::support::render(
        &site,
        &Caller::Operator,
        "lower_secondary_gradebook",
        &given,
        "pdf",
    );
    let problem = refused.err().ok_or("a book with letters outside the font was made")?;
    same(problem.code, "J380")?;
    let told: Vec<String> =
        problem.findings.iter().map(|finding| finding.one_line(Locale::Vi)).collect();
    contains(&told.join("\n"), &["漢", "Bình", &pupils[3].0])?;
    contains(&html(&site, "lower_secondary_gradebook", &given)?, &[FOREIGN])?;
    let other = format!("school={SECONDARY} year={YEAR} class=7A2");
    ensure(rendered(&site, "lower_secondary_gradebook", &other, "pdf")?.pages.is_some(), || {
        "another class is not made".to_owned()
    })?;
    drop(site);
    // What the report says for itself counts, whatever the site says.
    let book = "forms/secondary/lower_secondary_gradebook.report.yaml";
    let text = Files::shipped().text(book).ok_or("the book is not shipped")?.into_owned();
    let own = folder.path().join(book);
    std::fs::create_dir_all(own.parent().expect("inside the folder"))?;
    std::fs::write(own, text + "missing_letters: mark\n")?;
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    let made = rendered(&site, "lower_secondary_gradebook", &given, "pdf")?;
    ensure(made.pages.is_some(), || "the report's own word does not count".to_owned())
}

fn signs_of_markup() -> Outcome {
    let page = String::from_utf8(gradebook_of_6a1("html")?.bytes)?;
    contains(&plain(&page), &[SIGNS])?;
    lacks(&page, &["#*<b>"])?;
    let pdf = gradebook_of_6a1("pdf")?;
    // Only where poppler is installed: the text of a PDF is not easily read without.
    match text_of_pdf(&pdf.bytes) {
        Some(text) => {
            let words: String = text.split_whitespace().collect();
            contains(&words, &[&SIGNS.replace(' ', "")])
        }
        None => Ok(()),
    }
}

fn text_of_pdf(bytes: &[u8]) -> Option<String> {
    let mut program = Command::new("pdftotext")
        .args(["-l", "9", "-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = program.stdin.take()?;
    let bytes = bytes.to_vec();
    // It may close its input before it has read everything; what it wrote still counts.
    let writing = std::thread::spawn(move || input.write_all(&bytes).unwrap_or_default());
    let output = program.wait_with_output().ok()?;
    writing.join().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Compares every average in the gradebook of 7A2 with that of the rules, called with the marks
/// of the records.
fn averages() -> Outcome {
    let given = format!("school={SECONDARY} year={YEAR} class=7A2");
    let page = html(&demo().site, "lower_secondary_gradebook", &given)?;
    let records = Store::open(demo().folder.path().join("data.db"))?;
    let pupils = numbered(&records, &given)?;
    let subjects: BTreeMap<String, &str> = catalog().code_lists["subject"]
        .codes
        .iter()
        .map(|code| (code.name.get(Locale::Vi).to_uppercase(), code.code.as_str()))
        .collect();
    let mut compared = 0;
    for section in page.split("<section").skip(1) {
        let Some(title) = section.split("<h2 class=\"title\">").nth(1) else { continue };
        let title = plain(title.split("</h2>").next().unwrap_or_default());
        let Some((subject, term)) = title.split_once(" – HỌC KÌ ") else { continue };
        let term = term.trim().len();
        // A foreign language stands there with its name in brackets.
        let subject = subject.split(" (").next().unwrap_or(subject).trim();
        let subject = subjects.get(subject).ok_or_else(|| format!("no subject `{subject}`"))?;
        let by_score = section.contains("ĐĐG<sub>tx</sub>");
        for row in tables(section).iter().flatten().filter(|row| by_score && row.len() > 6) {
            let Some(pupil) = row[0].parse().ok().and_then(|number: i64| pupils.get(&number))
            else {
                return Err(format!("no pupil of the class has this row: {row:?}").into());
            };
            let native =
                [native(&records, pupil, subject, 1)?, native(&records, pupil, subject, 2)?];
            let (printed, expected) = if term == 1 {
                (row[row.len() - 2].clone(), native[0].map(|first| first.average.to_string()))
            } else {
                let year = native[0].zip(native[1]);
                let year =
                    year.and_then(|(one, two)| year_average(&Parameters::default(), one, two));
                (row[row.len() - 3].clone(), year.map(|year| year.to_string()))
            };
            if let Some(expected) = expected.filter(|_| printed != "M") {
                ensure(printed == expected, || {
                    format!(
                        "{subject}, term {term}, {}: {printed}, the rules give {expected}",
                        row[1]
                    )
                })?;
                compared += 1;
            }
        }
    }
    ensure(compared > 300, || format!("only {compared} averages were compared"))
}

/// The pupils of a class by their number in it.
fn numbered(records: &Store, given: &str) -> Result<BTreeMap<i64, String>, Failed> {
    let mut pupils = BTreeMap::new();
    for (pupil, _) in listed(&demo().site, "lower_secondary_transcript", given)? {
        let key = [
            Value::Text(SECONDARY.to_owned()),
            Value::Integer(YEAR.parse()?),
            Value::Text(pupil.clone()),
        ];
        let enrolment = records.record(&Caller::Operator, form("enrolment"), &key)?;
        let Some(Value::Integer(number)) =
            enrolment.ok_or("no enrolment")?.field("number").cloned()
        else {
            return Err("an enrolment has no number".into());
        };
        pupils.insert(number, pupil);
    }
    Ok(pupils)
}

/// The average that the rules give for the marks of one term; none while marks are missing.
fn native(
    records: &Store,
    pupil: &str,
    subject: &str,
    term: i64,
) -> Result<Option<TermAverage>, Failed> {
    let key = [
        Value::Text(SECONDARY.to_owned()),
        Value::Integer(YEAR.parse()?),
        Value::Integer(term),
        Value::Text(pupil.to_owned()),
        Value::Text(subject.to_owned()),
    ];
    let Some(marks) = records.record(&Caller::Operator, form("mark"), &key)? else {
        return Ok(None);
    };
    let mark = |name: &str| match marks.field(name) {
        Some(Value::Decimal { units, .. }) => i32::try_from(*units).ok().map(Tenths),
        _ => None,
    };
    let ongoing: Vec<Tenths> =
        (1..=5).filter_map(|number| mark(&format!("ongoing_{number}"))).collect();
    let (Some(middle), Some(end)) = (mark("mid_term"), mark("end_of_term")) else {
        return Ok(None);
    };
    // Fewer than two are too few in any subject, and then nothing is printed.
    Ok(term_average(&Parameters::default(), ongoing.iter().copied(), middle, end)
        .filter(|_| ongoing.len() >= 2))
}
