//! Administrative documents and minutes measured in their PDFs against Nghị định 30/2020, Phụ lục I:
//! page, margins, sizes, faces and lines of every element.

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use std::fs;
use std::path::Path;

use bieumau_model::format::{Reading, integer_in_words};
use bieumau_model::text::Locale;
use bieumau_pipeline::lint;
use libtest_mimic::{Failed, Trial};

use crate::pdf::{Page, Run, measure};
use crate::support::{Outcome, altered, contains, demo, ensure, html, rendered, said, workers};

/// The documents that are measured: report, parameters, and what they have.
const DOCUMENTS: [(&str, &str, Has); 11] = [
    (
        "administrative_document",
        "school=31030003 year=2025 kind=decision document=VB01",
        Has { title: Some("QUYẾT ĐỊNH"), grounds: true, ..WHOLE },
    ),
    (
        "administrative_document",
        "school=31030003 year=2025 kind=plan document=VB02",
        Has { title: Some("KẾ HOẠCH"), grounds: true, address: true, ..WHOLE },
    ),
    (
        "administrative_document",
        "school=31020001 year=2025 kind=report document=VB03",
        Has { title: Some("BÁO CÁO"), addressees: 2, ..WHOLE },
    ),
    (
        "administrative_document",
        "school=31020001 year=2025 kind=submission document=VB04",
        Has { title: Some("TỜ TRÌNH"), grounds: true, addressees: 1, ..WHOLE },
    ),
    (
        "administrative_document",
        "school=79020002 year=2025 kind=letter document=VB05",
        Has { title: None, addressees: 3, address: true, stamp: Some(20.0), ..WHOLE },
    ),
    (
        "administrative_document",
        "school=79020002 year=2025 kind=notice document=VB06",
        Has { title: Some("THÔNG BÁO"), ..WHOLE },
    ),
    (
        "administrative_document",
        "school=31030003 year=2025 kind=invitation document=VB07",
        Has { title: Some("GIẤY MỜI"), ..WHOLE },
    ),
    (
        "minutes_account_handover",
        "school=31030003 year=2025 number=1",
        Has { title: Some("BIÊN BẢN"), place: false, ..WHOLE },
    ),
    (
        "minutes_data_handover",
        "school=79020002 year=2025 number=2",
        Has { title: Some("BIÊN BẢN"), place: false, ..WHOLE },
    ),
    (
        "minutes_equipment_handover",
        "school=31030003 year=2025 number=10",
        Has { title: Some("BIÊN BẢN"), place: false, ..WHOLE },
    ),
    (
        "secondary_commendation_decision",
        "school=31030003 year=2025 class=8A1 number=7 signed_on=2026-05-28",
        Has { title: Some("QUYẾT ĐỊNH"), grounds: true, ..WHOLE },
    ),
];

/// What a document has beside head, number, text and signature.
#[derive(Clone, Copy)]
struct Has {
    /// Its kind in capitals; nothing for a letter.
    title: Option<&'static str>,
    /// Place and day beside the number: all but minutes.
    place: bool,
    grounds: bool,
    /// How many stand under "Kính gửi".
    addressees: usize,
    address: bool,
    /// Width of the stamp of urgency.
    stamp: Option<f64>,
}

const WHOLE: Has =
    Has { title: None, place: true, grounds: false, addressees: 0, address: false, stamp: None };

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (report, given, has) in DOCUMENTS {
        let what = given.split(' ').find_map(|part| part.strip_prefix("kind=")).unwrap_or(report);
        trials.push(Trial::test(format!("decree::{what}"), move || {
            let document = rendered(&demo().site, report, given, "pdf")?;
            let warned = document.findings.iter().find(|finding| finding.code.starts_with('T'));
            ensure(warned.is_none(), || {
                warned.map(|finding| finding.one_line(Locale::Vi)).unwrap_or_default()
            })?;
            let findings = lint(&document.bytes).map_err(said)?;
            ensure(findings.is_empty(), || findings.to_string())?;
            check_elements(&measure(&document.bytes)?, &has)
        }));
    }
    trials.push(Trial::test("decree::a_wrong_head_is_seen", wrong_heads));
    trials.push(Trial::test("decree::numbers_are_read_alike_on_both_pages", in_words));
    trials.push(Trial::test("decree::annexes_have_roman_numerals_and_pages_of_their_own", annexes));
    trials
}

/// Margins in millimetres, as the decree allows them (4.1).
const LEFT: f64 = 30.0;
const RIGHT: f64 = 15.0;

/// The elements that a document must have are there: `lint` judges those that it finds.
fn check_elements(pages: &[Page], has: &Has) -> Outcome {
    let page = &pages[0];
    let begins = |text: &str| page.runs.iter().any(|run| run.text.starts_with(text));
    let needs = |there: bool, what: &str| ensure(there, || format!("no {what}"));
    needs(begins("Số:"), "number")?;
    needs(begins(has.title.unwrap_or("V/v ")), "title or subject")?;
    needs(begins("Căn cứ ") || !has.grounds, "grounds")?;
    let place = page.runs.iter().any(|run| run.italic && run.text.contains(", ngày "));
    ensure(place || !has.place, || "no place and day".to_owned())?;
    needs(begins("Kính gửi:") || has.addressees == 0, "addressees")?;
    let listed = page.runs.iter().filter(|run| run.left > 60.0 && run.text.starts_with("- "));
    ensure(has.addressees < 2 || listed.count() >= has.addressees, || "too few dashes".to_owned())?;
    let first = |run: &&&Run| {
        let beside = |other: &&Run| (other.baseline - run.baseline).abs() < 0.2;
        page.runs.iter().filter(beside).all(|other| other.left >= run.left)
    };
    let indents: Vec<f64> = page
        .runs
        .iter()
        .collect::<Vec<_>>()
        .iter()
        .filter(first)
        .map(|run| run.left - LEFT)
        .collect();
    let usual = |indent: &f64| (*indent - 10.0).abs() < 0.6 || (*indent - 12.7).abs() < 0.6;
    ensure(indents.iter().any(usual), || {
        format!("no paragraph is indented by 1 or 1,27 cm: {indents:?}")
    })?;
    let any =
        |text: &str| pages.iter().flat_map(|page| &page.runs).any(|run| run.text.starts_with(text));
    needs(any("Nơi nhận:"), "recipients")?;
    check_marks(page, has)
}

/// Stamp of urgency, and the address below a line as wide as the text.
fn check_marks(page: &Page, has: &Has) -> Outcome {
    if let Some(width) = has.stamp {
        let close = |a: f64, b: f64| (a - b).abs() < 0.4;
        ensure(page.frames.iter().any(|(w, h)| close(*w, width) && close(*h, 8.0)), || {
            format!("no stamp of {width} x 8 mm among {:?}", page.frames)
        })?;
        face(page, "KHẨN", (13.0, 14.0), "bold")?;
    }
    if has.address {
        let address = face(page, "Địa chỉ:", (11.0, 12.0), "upright")?;
        let width = page.width - LEFT - RIGHT;
        let above = page
            .rules
            .iter()
            .find(|rule| rule.height < address.baseline && address.baseline - rule.height < 8.0);
        ensure(above.is_some_and(|rule| (rule.width() - width).abs() < 1.0), || {
            format!("line over the address: {above:?}")
        })?;
        ensure(page.height - address.baseline < 40.0, || format!("not at the foot: {address:?}"))?;
    }
    Ok(())
}

/// `lint` tells a document apart that is wrong in one thing.
fn wrong_heads() -> Outcome {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/shared/letterhead.typ");
    let right = fs::read_to_string(path)?;
    let (report, given, _) = DOCUMENTS[0];
    for (from, to, expected) in [
        (
            "13pt)[Độc lập",
            "11pt)[Độc lập",
            "T310] trang 1: “Độc lập - Tự do - Hạnh phúc” cỡ 11, kiểu đứng, đậm (cỡ chữ 13-14, kiểu chữ đứng, đậm)",
        ),
        (
            "share: 100%",
            "share: 60%",
            "T311] trang 1: đường kẻ dưới “Độc lập - Tự do - Hạnh phúc” dài 60% dòng chữ",
        ),
        ("text(size: 12pt, upper(issuer))", "text(size: 12pt, issuer)", "không in hoa"),
        ("emph[#place", "[#place", "kiểu đứng (cỡ chữ 13-14, kiểu chữ nghiêng)"),
    ] {
        let wrong = right.replacen(from, to, 1);
        ensure(wrong != right, || format!("`{from}` is not in the letterhead"))?;
        let files = [("templates/shared/letterhead.typ", wrong.as_bytes())];
        let other = altered(&files, &workers(1))?;
        let made = rendered(&other.site, report, given, "pdf")?;
        let findings = lint(&made.bytes).map_err(said)?;
        contains(&findings.to_string(), &[expected])?;
    }
    Ok(())
}

/// Typst and Tera read a number as the engine does.
fn in_words() -> Outcome {
    let (report, given) = ("minutes_computer_handover", "school=31030003 year=2025 number=11");
    let page = html(&demo().site, report, given)?;
    let rows = page.split("<tbody>").nth(1).and_then(|body| body.split("</tbody>").next());
    let count = rows.ok_or("no table")?.matches("<tr>").count();
    let words = integer_in_words(i64::try_from(count)?, Reading::default());
    let sentence = format!("(bằng chữ: {words} máy)");
    contains(&page, &[&sentence])?;
    let pages = measure(&rendered(&demo().site, report, given, "pdf")?.bytes)?;
    let text: Vec<&str> =
        pages.iter().flat_map(|page| &page.runs).map(|run| run.text.as_str()).collect();
    contains(&text.join(" "), &[&sentence])
}

fn annexes() -> Outcome {
    let (report, given, _) = DOCUMENTS[0];
    let pages = measure(&rendered(&demo().site, report, given, "pdf")?.bytes)?;
    for (label, name) in [
        ("Phụ lục I", "DANH SÁCH TỔ QUẢN LÝ HỆ THỐNG QUẢN LÝ THIẾT BỊ DẠY HỌC"),
        ("Phụ lục II", "LỊCH BÁO CÁO TRÊN HỆ THỐNG QUẢN LÝ THIẾT BỊ DẠY HỌC"),
    ] {
        let page = pages
            .iter()
            .find(|page| page.runs.iter().any(|run| run.text == label))
            .ok_or_else(|| format!("no page begins with {label}"))?;
        let centre = f64::midpoint(LEFT, page.width - RIGHT);
        let title = page.runs.iter().find(|run| run.text == label).ok_or("none")?;
        ensure(size(title, (14.0, 14.0)) && title.bold, || format!("{title:?}"))?;
        ensure((title.middle() - centre).abs() < 1.0, || format!("not centred: {title:?}"))?;
        let begins: String = name.chars().take(20).collect();
        face(page, &begins, (13.0, 14.0), "bold")?;
        face(page, "(Kèm theo ", (13.0, 14.0), "italic")?;
        ensure(page.runs.iter().all(|run| run.baseline > 19.0), || {
            format!("the first page of {label} shows its number")
        })?;
    }
    Ok(())
}

/// Finds the run that begins with `text` and compares its size and face.
fn face<'a>(page: &'a Page, text: &str, sizes: (f64, f64), style: &str) -> Result<&'a Run, Failed> {
    let run = page
        .runs
        .iter()
        .find(|run| run.text.starts_with(text))
        .ok_or_else(|| format!("`{text}` is not on the page"))?;
    let (bold, italic) = match style {
        "bold" => (true, false),
        "italic" => (false, true),
        _ => (false, false),
    };
    ensure(size(run, sizes) && run.bold == bold && run.italic == italic, || {
        format!("{run:?} should be {style}, {sizes:?} points")
    })?;
    Ok(run)
}

fn size(run: &Run, (least, most): (f64, f64)) -> bool {
    run.size > least - 0.1 && run.size < most + 0.1
}
