//! Administrative documents and minutes measured in their PDFs against Nghị định 30/2020, Phụ lục I:
//! page, margins, sizes, faces and lines of every element.

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use std::fs;
use std::path::Path;

use bieumau_model::format::{Reading, integer_in_words};
use bieumau_model::text::Locale;
use libtest_mimic::{Failed, Trial};

use crate::pdf::{Page, Rule, Run, measure};
use crate::support::{Outcome, altered, contains, demo, ensure, html, rendered, workers};

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
        let checks: [(&str, Check); 5] = [
            ("page", check_page),
            ("head", check_head),
            ("title", check_title),
            ("text", check_text),
            ("signature", check_signature),
        ];
        trials.push(Trial::test(format!("decree::{what}"), move || {
            let document = rendered(&demo().site, report, given, "pdf")?;
            let warned = document.findings.iter().find(|finding| finding.code.starts_with('T'));
            ensure(warned.is_none(), || {
                warned.map(|finding| finding.one_line(Locale::Vi)).unwrap_or_default()
            })?;
            let pages = measure(&document.bytes)?;
            for (part, check) in checks {
                check(&pages, &has).map_err(|failed| {
                    format!("{part}: {}", failed.message().unwrap_or("is wrong"))
                })?;
            }
            Ok(())
        }));
    }
    trials.push(Trial::test("decree::a_wrong_head_is_seen", wrong_heads));
    trials.push(Trial::test("decree::numbers_are_read_alike_on_both_pages", in_words));
    trials.push(Trial::test("decree::annexes_have_roman_numerals_and_pages_of_their_own", annexes));
    trials
}

type Check = fn(&[Page], &Has) -> Outcome;

/// Margins in millimetres, as the decree allows them (4.1).
const LEFT: (f64, f64) = (30.0, 35.0);
const RIGHT: (f64, f64) = (15.0, 20.0);
const TOP: (f64, f64) = (20.0, 25.0);
/// A hair: what rounding and the side bearings of letters may take.
const HAIR: f64 = 0.6;
/// Height of a capital in millimetres for each point of size.
const CAPITAL: f64 = 0.655 * 25.4 / 72.0;

fn check_page(pages: &[Page], _: &Has) -> Outcome {
    let mut expected = 1;
    for (at, page) in pages.iter().enumerate() {
        let (long, short) = (page.width.max(page.height), page.width.min(page.height));
        ensure((long - 297.0).abs() < 0.3 && (short - 210.0).abs() < 0.3, || {
            format!("page {}: {} x {} mm is no A4", at + 1, page.width, page.height)
        })?;
        let (number, text): (Vec<&Run>, Vec<&Run>) =
            page.runs.iter().partition(|run| run.baseline < TOP.0 - 1.0);
        // Annexes and commitments count from 1 again, and their first number is hidden too.
        match number.as_slice() {
            [] => expected = 1,
            [number] => {
                expected += 1;
                check_number(page, number, expected)?;
            }
            others => return Err(format!("page {}: {others:?} in the margin", at + 1).into()),
        }
        let left = text.iter().map(|run| run.left).fold(f64::MAX, f64::min);
        let right = page.width - text.iter().map(|run| run.right).fold(0.0, f64::max);
        let bottom = page.height - text.iter().map(|run| run.baseline).fold(0.0, f64::max);
        let first =
            text.iter().map(|run| run.baseline - run.size * CAPITAL).fold(f64::MAX, f64::min);
        ensure(within(left, LEFT), || format!("page {}: left margin {left:.1} mm", at + 1))?;
        ensure(right > RIGHT.0 - HAIR, || format!("page {}: right margin {right:.1} mm", at + 1))?;
        ensure(bottom > TOP.0 - HAIR, || format!("page {}: bottom margin {bottom:.1} mm", at + 1))?;
        ensure(first > TOP.0 - HAIR && first < TOP.1 + 4.0, || {
            format!("page {}: top margin {first:.1} mm", at + 1)
        })?;
    }
    ensure(pages[0].runs.iter().all(|run| run.baseline > TOP.0), || {
        "the number of page 1 is not hidden".to_owned()
    })
}

fn check_number(page: &Page, number: &Run, expected: usize) -> Outcome {
    let middle = f64::midpoint(LEFT.0, page.width - RIGHT.0);
    ensure(
        number.text == expected.to_string()
            && size(number, (13.0, 14.0))
            && !number.bold
            && !number.italic
            && (number.middle() - middle).abs() < 1.0,
        || format!("page number {expected}: {number:?}"),
    )
}

fn check_head(pages: &[Page], has: &Has) -> Outcome {
    let page = &pages[0];
    let nation = face(page, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12.0, 13.0), "bold")?;
    let motto = face(page, "Độc lập - Tự do - Hạnh phúc", (13.0, 14.0), "bold")?;
    ensure(nation.left > page.width / 2.0 - 10.0, || format!("not at the right: {nation:?}"))?;
    ensure((nation.middle() - motto.middle()).abs() < 1.0, || {
        "the motto is not centred".to_owned()
    })?;
    let under = rule_below(page, motto)?;
    let share = under.width() / motto.width();
    ensure((0.97..=1.03).contains(&share), || format!("line under the motto: {share:.2} of it"))?;
    check_issuer(page, nation)?;
    let number = face(page, "Số:", (13.0, 13.0), "upright")?;
    ensure(number.right < page.width / 2.0, || format!("number at the right: {number:?}"))?;
    let place = page.runs.iter().find(|run| {
        run.left > page.width / 2.0 - 10.0 && (run.baseline - number.baseline).abs() < 1.5
    });
    match (has.place, place) {
        (true, Some(place)) => {
            ensure(size(place, (13.0, 14.0)) && place.italic && !place.bold, || {
                format!("place and day: {place:?}")
            })?;
            ensure(place.text.contains(", ngày "), || format!("no comma behind: {place:?}"))?;
            ensure((place.middle() - nation.middle()).abs() < 1.0, || {
                "place and day are not centred below the motto".to_owned()
            })
        }
        (false, None) => Ok(()),
        (_, place) => Err(format!("place and day beside the number: {place:?}").into()),
    }
}

/// Superior (not bold) over issuer (bold, perhaps on several lines) with the short line.
fn check_issuer(page: &Page, nation: &Run) -> Outcome {
    let column: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.right < nation.left && run.baseline < nation.baseline + 20.0)
        .take_while(|run| !run.text.starts_with("Số:"))
        .collect();
    let (superior, issuer): (Vec<&Run>, Vec<&Run>) =
        column.iter().copied().partition(|run| !run.bold);
    ensure(!superior.is_empty() && !issuer.is_empty(), || format!("{column:?}"))?;
    for run in &column {
        ensure(
            size(run, (12.0, 13.0)) && !run.italic && run.text == run.text.to_uppercase(),
            || format!("issuing body: {run:?}"),
        )?;
    }
    let last = issuer.last().ok_or("no issuer")?;
    let under = rule_below(page, last)?;
    let longest = issuer.iter().map(|run| run.width()).fold(0.0, f64::max);
    short_line(&under, longest)?;
    ensure((under.middle() - last.middle()).abs() < 1.0, || "the line is not centred".to_owned())
}

fn check_title(pages: &[Page], has: &Has) -> Outcome {
    let page = &pages[0];
    let Some(title) = has.title else {
        face(page, "V/v ", (12.0, 13.0), "upright")?;
        return check_addressees(page, has);
    };
    let centre = f64::midpoint(LEFT.0, page.width - RIGHT.0);
    let title = face(page, title, (13.0, 14.0), "bold")?;
    ensure((title.middle() - centre).abs() < 1.0, || format!("not centred: {title:?}"))?;
    // The subject: bold lines below, up to the short line.
    let below = page.rules.iter().filter(|rule| rule.height > title.baseline + 2.0);
    let under = below
        .filter(|rule| (rule.middle() - centre).abs() < 1.5)
        .min_by(|a, b| a.height.total_cmp(&b.height))
        .ok_or("no line below the subject")?;
    let subject: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.baseline > title.baseline + 1.0 && run.baseline < under.height)
        .collect();
    let last = subject.last().ok_or("no subject")?;
    for run in &subject {
        ensure(size(run, (13.0, 14.0)) && run.bold && !run.italic, || format!("subject: {run:?}"))?;
        ensure((run.middle() - centre).abs() < 1.0, || format!("not centred: {run:?}"))?;
    }
    let longest = subject.iter().map(|run| run.width()).fold(0.0, f64::max);
    short_line(under, longest)?;
    ensure(under.height - last.baseline < 4.0, || "the line is far from the subject".to_owned())?;
    check_addressees(page, has)
}

fn check_addressees(page: &Page, has: &Has) -> Outcome {
    if has.addressees == 0 {
        return Ok(());
    }
    let label = face(page, "Kính gửi:", (13.0, 14.0), "upright")?;
    if has.addressees == 1 {
        return ensure(label.text.len() > "Kính gửi:".len() + 5, || {
            "nobody beside it".to_owned()
        });
    }
    let dashes: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.baseline > label.baseline + 1.0 && run.text.starts_with('-'))
        .take(has.addressees)
        .collect();
    ensure(dashes.len() == has.addressees, || format!("{dashes:?}"))?;
    for (at, dash) in dashes.iter().enumerate() {
        ensure((dash.left - label.right).abs() < 3.0 && size(dash, (13.0, 14.0)), || {
            format!("not under the colon: {dash:?} below {label:?}")
        })?;
        // A long name goes on below; then its sign is there.
        let sign = if at + 1 == dashes.len() { '.' } else { ';' };
        ensure(dash.text.ends_with(sign) || dash.right > page.width - 40.0, || {
            format!("{dash:?}")
        })?;
    }
    Ok(())
}

fn check_text(pages: &[Page], has: &Has) -> Outcome {
    let page = &pages[0];
    if has.grounds {
        face(page, "Căn cứ ", (13.0, 14.0), "italic")?;
    }
    // First lines are indented, all others begin at the margin.
    let first = |run: &&Run| {
        let beside = |other: &&Run| (other.baseline - run.baseline).abs() < 0.2;
        page.runs.iter().filter(beside).all(|other| other.left >= run.left)
    };
    let text = || page.runs.iter().filter(|run| size(run, (13.0, 14.0)));
    let indents: Vec<f64> = text().filter(first).map(|run| run.left - LEFT.0).collect();
    let usual = |indent: &&f64| (*indent - 10.0).abs() < HAIR || (*indent - 12.7).abs() < HAIR;
    ensure(indents.iter().any(|indent| usual(&indent)), || {
        format!("no paragraph is indented by 1 or 1,27 cm: {indents:?}")
    })?;
    let body: Vec<&Run> = text().filter(|run| !run.bold && run.right > page.width - 22.0).collect();
    check_spacing(&body)?;
    let right = page.width - body.iter().map(|run| run.right).fold(0.0, f64::max);
    ensure(within(right, RIGHT), || format!("right margin of the text: {right:.1} mm"))?;
    let ended = pages.iter().flat_map(|page| &page.runs).any(|run| run.text.ends_with("./."));
    ensure(ended, || "the text does not end with ./.".to_owned())
}

/// Lines from single to one and a half apart, paragraphs at least 6 points more.
fn check_spacing(body: &[&Run]) -> Outcome {
    for pair in body.windows(2) {
        let [above, below] = pair else { continue };
        let pitch = (below.baseline - above.baseline) / 25.4 * 72.0;
        if !(1.0..=60.0).contains(&pitch) {
            continue;
        }
        let lines = pitch / (below.size * 1.15);
        let begins = below.left > LEFT.0 + 5.0;
        if !begins {
            ensure((0.98..=1.5).contains(&lines), || {
                format!("{lines:.2} lines between {above:?} and {below:?}")
            })?;
        }
    }
    Ok(())
}

fn check_signature(pages: &[Page], has: &Has) -> Outcome {
    // The document ends where "Nơi nhận" stands; annexes come after it.
    let page = pages
        .iter()
        .find(|page| page.runs.iter().any(|run| run.text.starts_with("Nơi nhận:")))
        .ok_or("no list of recipients")?;
    let label = page.runs.iter().find(|run| run.text.starts_with("Nơi nhận:")).ok_or("none")?;
    ensure(size(label, (12.0, 12.0)) && label.bold && label.italic, || format!("{label:?}"))?;
    ensure((label.left - LEFT.0).abs() < HAIR, || format!("not at the margin: {label:?}"))?;
    let listed: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.baseline > label.baseline && run.left < LEFT.0 + 1.0)
        .take_while(|run| run.size < 11.5 && !run.bold)
        .filter(|run| run.text.starts_with("- "))
        .collect();
    ensure(!listed.is_empty(), || "nobody under Nơi nhận".to_owned())?;
    for run in &listed {
        ensure(size(run, (11.0, 11.0)) && !run.italic, || format!("recipient: {run:?}"))?;
    }
    ensure(listed.iter().any(|run| run.text.starts_with("- Lưu: VT")), || format!("{listed:?}"))?;
    if !has.place {
        return Ok(());
    }
    let posts: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.left > page.width / 2.0 - 15.0 && run.baseline > label.baseline - 4.0)
        .collect();
    let [post, .., name] = posts.as_slice() else { return Err("no signer".into()) };
    ensure((post.baseline - label.baseline).abs() < 2.5, || {
        format!("{post:?} is not level with {label:?}")
    })?;
    for run in [post, name] {
        ensure(size(run, (13.0, 14.0)) && run.bold && !run.italic, || format!("signer: {run:?}"))?;
    }
    ensure(post.text == post.text.to_uppercase(), || format!("not in capitals: {post:?}"))?;
    ensure((post.middle() - name.middle()).abs() < 1.0, || "the name is not centred".to_owned())?;
    check_marks(&pages[0], has)
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
        let width = page.width - LEFT.0 - RIGHT.0;
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

/// What is measured is the page: a head that is wrong in one thing is told apart.
fn wrong_heads() -> Outcome {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/shared/letterhead.typ");
    let right = fs::read_to_string(path)?;
    let (report, given, has) = DOCUMENTS[0];
    for (from, to, said) in [
        ("13pt)[Độc lập", "11pt)[Độc lập", "should be bold, (13.0, 14.0) points"),
        ("share: 100%", "share: 60%", "of it"),
        ("text(size: 12pt, upper(issuer))", "text(size: 12pt, issuer)", "issuing body"),
        ("emph[#place", "[#place", "place and day"),
    ] {
        let wrong = right.replacen(from, to, 1);
        ensure(wrong != right, || format!("`{from}` is not in the letterhead"))?;
        let files = [("templates/shared/letterhead.typ", wrong.as_bytes())];
        let other = altered(&files, &workers(1))?;
        let pages = measure(&rendered(&other.site, report, given, "pdf")?.bytes)?;
        let failed = check_head(&pages, &has).err().ok_or_else(|| format!("`{to}` passed"))?;
        contains(failed.message().unwrap_or_default(), &[said])?;
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
        let centre = f64::midpoint(LEFT.0, page.width - RIGHT.0);
        let title = page.runs.iter().find(|run| run.text == label).ok_or("none")?;
        ensure(size(title, (14.0, 14.0)) && title.bold, || format!("{title:?}"))?;
        ensure((title.middle() - centre).abs() < 1.0, || format!("not centred: {title:?}"))?;
        let begins: String = name.chars().take(20).collect();
        face(page, &begins, (13.0, 14.0), "bold")?;
        face(page, "(Kèm theo ", (13.0, 14.0), "italic")?;
        ensure(page.runs.iter().all(|run| run.baseline > TOP.0 - 1.0), || {
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

fn within(value: f64, (least, most): (f64, f64)) -> bool {
    value > least - HAIR && value < most + HAIR
}

/// The line right below a run.
fn rule_below(page: &Page, run: &Run) -> Result<Rule, Failed> {
    page.rules
        .iter()
        .find(|rule| {
            rule.height > run.baseline
                && rule.height < run.baseline + 4.0
                && rule.left > run.left - 30.0
                && rule.right < run.right + 30.0
        })
        .copied()
        .ok_or_else(|| format!("no line below {run:?}").into())
}

/// From a third to a half of the text above it.
fn short_line(rule: &Rule, text: f64) -> Outcome {
    let share = rule.width() / text;
    ensure((1.0 / 3.0 - 0.01..=0.51).contains(&share), || {
        format!("a line of {:.1} mm is {share:.2} of the {text:.1} mm above", rule.width())
    })
}
