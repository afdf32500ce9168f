//! The rules of the page, read in finished PDFs: rows in one piece, headers on every page, signatures that
//! are never alone, long names, decimal commas, dates, the order of names, capitals.

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use std::collections::BTreeSet;

use bieumau_model::definition::NameOrder;
use bieumau_model::names::sort_key;
use bieumau_model::text::nfc;
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::documents::{REPORTS, filled};
use crate::generated::{pages_of, sample};
use crate::pdf::{Page, Run, measure};
use crate::support::{Outcome, demo, ensure, rendered, same};

/// A list of a school: landscape, one row for each pupil, signatures behind the last.
const LIST: &str = "lists/computer_needs";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("typography::rows_stay_whole_under_a_header_on_every_page", rows_and_headers),
        Trial::test("typography::signatures_are_never_alone_on_a_page", signatures),
        Trial::test("typography::a_long_name_shrinks_then_wraps", long_names),
        Trial::test("typography::marks_have_a_decimal_comma", decimal_comma),
        Trial::test("typography::days_below_ten_and_the_first_two_months_have_a_zero", dates),
        Trial::test("typography::names_are_ordered_by_tên_then_from_the_left", name_order),
        Trial::test("typography::capitals_are_vietnamese_and_all_text_is_composed", capitals),
    ]
}

/// The list with `count` pupils; `name` gives the name of each, counted from 1.
fn list(count: usize, name: impl Fn(usize) -> String) -> Result<Vec<Page>, Failed> {
    let mut data = sample(LIST)?;
    let row = data["pupils"][0].clone();
    let rows = (1..=count).map(|at| {
        let mut row = row.clone();
        row["full_name"] = json!(name(at));
        // A note of three lines: a row that a careless table would part.
        row["note"] = json!(if at % 5 == 0 {
            "đã nhận máy của trường, cần thêm đường truyền Internet"
        } else {
            ""
        });
        row
    });
    data["pupils"] = Value::Array(rows.collect());
    pages_of(LIST, &data)
}

/// The numbers of the rows, in the first column; a name that stands close behind is of the same run.
fn numbers(page: &Page) -> Vec<usize> {
    let first = page.runs.iter().filter(|run| run.left < 42.0);
    first
        .filter_map(|run| {
            run.text.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
        })
        .collect()
}

fn rows_and_headers() -> Outcome {
    let pages = list(90, |at| format!("Nguyễn Thị Hồng {at}z"))?;
    ensure(pages.len() > 3, || format!("only {} pages", pages.len()))?;
    let mut next = 1;
    for (at, page) in pages.iter().enumerate() {
        let numbers = numbers(page);
        for number in &numbers {
            same(*number, next)?;
            next += 1;
            // The name and the last words of the note are on the page of the number.
            let name = format!("Hồng {number}z");
            ensure(page.runs.iter().any(|run| run.text.contains(&name)), || {
                format!("page {}: row {number} is torn", at + 1)
            })?;
        }
        let noted = numbers.iter().filter(|number| *number % 5 == 0).count();
        same((at, page.drawn.matches("truyền Internet").count()), (at, noted))?;
        let headed =
            page.runs.iter().filter(|run| run.bold && run.text.contains("Họ và tên")).count();
        ensure(numbers.is_empty() || headed == 1, || format!("page {} has no header", at + 1))?;
    }
    same(next, 91)
}

fn signatures() -> Outcome {
    let mut pages_seen = BTreeSet::new();
    for count in 8..34 {
        let pages = list(count, |at| format!("Trần Văn {at}"))?;
        pages_seen.insert(pages.len());
        let signed = pages.iter().rposition(|page| page.drawn.contains("HIỆU TRƯỞNG"));
        let signed = signed.ok_or("nobody signs")?;
        same(signed + 1, pages.len())?;
        let page = &pages[signed];
        ensure(numbers(page).len() >= 3, || {
            format!("{count} pupils: only {} rows beside the signatures", numbers(page).len())
        })?;
        // Post and name of the signer stand together.
        let post = page.runs.iter().find(|run| run.text == "HIỆU TRƯỞNG").ok_or("no post")?;
        let name = page.runs.iter().find(|run| run.text == "Nguyễn Kim Phước").ok_or("no name")?;
        ensure(
            (post.middle() - name.middle()).abs() < 1.0 && name.baseline > post.baseline,
            || format!("{post:?} {name:?}"),
        )?;
    }
    ensure(pages_seen.len() > 1, || "the list never ran over the page".to_owned())
}

fn long_names() -> Outcome {
    let names = [
        "Lê An",
        "Nguyễn Hoàng Phương Uyên Thảo My",
        "Công Tằng Tôn Nữ Hoàng Phương Uyên Thảo My Khánh Linh",
    ];
    let pages = list(3, |at| names[at - 1].to_owned())?;
    let page = &pages[0];
    let number = |text: &str| page.runs.iter().find(|run| run.left < 42.0 && run.text == text);
    let usual = number("1").ok_or("no row")?.size;
    let parts = |name: &str| -> Vec<Run> {
        let words = |run: &&Run| {
            run.left > 40.0
                && !run.bold
                && run.text.split(' ').all(|word| name.contains(word))
                && run.text.contains(' ')
        };
        page.runs.iter().filter(words).cloned().collect()
    };
    let short = parts(names[0]);
    same(short.iter().map(|run| run.text.as_str()).collect::<Vec<_>>(), vec![names[0]])?;
    ensure((short[0].size - usual).abs() < 0.05, || format!("{short:?}"))?;
    let longest = page.drawn.contains(&names[2].replace(' ', "")) || page.drawn.contains(names[2]);
    ensure(longest, || page.drawn.clone())?;
    let sizes: Vec<f64> = page
        .runs
        .iter()
        .filter(|run| run.text.contains("Phương Uyên") || run.text.contains("Công Tằng"))
        .map(|run| run.size / usual)
        .collect();
    // No name is smaller than four fifths of the rest, and the longest is smaller than usual.
    let least = sizes.iter().copied().fold(1.0, f64::min);
    ensure((0.795..1.0).contains(&least), || format!("{sizes:?}"))
}

fn decimal_comma() -> Outcome {
    let book = rendered(&demo().site, "lower_secondary_gradebook", REPORTS[0].1, "pdf")?;
    let mut marks = 0;
    for run in measure(&book.bytes)?.iter().flat_map(|page| &page.runs) {
        for word in run.text.split(' ') {
            let digits =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if let Some((whole, part)) = word.split_once('.') {
                // A dot stands between thousands only.
                ensure(!(digits(whole) && digits(part) && part.len() < 3), || format!("`{word}`"))?;
            }
            marks += usize::from(word.split_once(',').is_some_and(|(a, b)| digits(a) && digits(b)));
        }
    }
    ensure(marks > 1_000, || format!("only {marks} marks with a comma"))
}

fn dates() -> Outcome {
    for (day, words) in [
        ("2026-01-05", "ngày 05 tháng 01 năm 2026"),
        ("2026-02-28", "ngày 28 tháng 02 năm 2026"),
        ("2026-03-05", "ngày 05 tháng 3 năm 2026"),
        ("2025-10-12", "ngày 12 tháng 10 năm 2025"),
    ] {
        let given = format!("school=31020001 year=2025 signed_on={day}");
        let bytes = rendered(&demo().site, "computer_needs", &given, "pdf")?.bytes;
        let pages = measure(&bytes)?;
        let there = pages.iter().any(|page| page.runs.iter().any(|run| run.text.contains(words)));
        ensure(there, || format!("`{words}` is nowhere"))?;
    }
    Ok(())
}

fn name_order() -> Outcome {
    let (report, given) = ("late_entries", "school=31030003 year=2025 point=end_1");
    let pages = measure(&rendered(&demo().site, report, given, "pdf")?.bytes)?;
    let mut names: Vec<String> = Vec::new();
    for page in &pages {
        for number in &page.runs {
            let first = number.left < 42.0 && number.text.bytes().all(|byte| byte.is_ascii_digit());
            let beside = page.runs.iter().find(|run| {
                (run.baseline - number.baseline).abs() < 0.6 && run.left > 40.0 && run.left < 50.0
            });
            if let Some(name) = beside.filter(|_| first)
                && names.last() != Some(&name.text)
            {
                names.push(name.text.clone());
            }
        }
    }
    ensure(names.len() >= 5, || format!("{names:?}"))?;
    let mut sorted = names.clone();
    sorted.sort_by_cached_key(|name| sort_key(name, NameOrder::GivenThenLeftToRight));
    same(names, sorted)
}

/// No letter that only looks like Đ, no lower-case letter in a title in capitals, no loose marks.
fn capitals() -> Outcome {
    for (report, given) in REPORTS {
        let bytes = rendered(&demo().site, report, &filled(report, given)?, "pdf")?.bytes;
        for page in measure(&bytes)? {
            ensure(nfc(&page.drawn) == page.drawn, || format!("{report}: loose marks"))?;
            ensure(!page.drawn.contains('\u{D0}'), || format!("{report}: Ð in place of Đ"))?;
        }
    }
    let transcript = REPORTS[1];
    let bytes =
        rendered(&demo().site, transcript.0, &filled(transcript.0, transcript.1)?, "pdf")?.bytes;
    let cover = measure(&bytes)?.swap_remove(0);
    let named = cover.runs.iter().find(|run| run.text.contains("Họ và tên học sinh"));
    let name = named.ok_or("no name on the cover")?.text.clone();
    let all: String = cover.runs.iter().map(|run| run.text.as_str()).collect();
    ensure(all.contains("TRƯỜNG TRUNG HỌC CƠ SỞ"), || all.clone())?;
    let upper = |run: &Run| run.bold && run.text == run.text.to_uppercase();
    ensure(cover.runs.iter().any(|run| upper(run) && run.text.split(' ').count() > 1), || name)
}
