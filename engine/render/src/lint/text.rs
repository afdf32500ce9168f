//! The text and what stands at its end: grounds, paragraphs, recipients, signer (ô 6, 7, 9b, 13).

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use super::{HAIR, LEFT, RIGHT, Ruler, Style, fits, short, words};
use crate::measure::{Page, Run};

pub(super) fn text(pages: &[Page], ruler: &mut Ruler) {
    let first = &pages[0];
    for run in first.runs.iter().filter(|run| run.text.starts_with("Căn cứ ") && run.left < 60.0)
    {
        ruler.face("T320", 1, run, (13.0, 14.0), Style::Italic);
    }
    paragraphs(first, ruler);
    let end = pages.iter().zip(1..).find(|(page, _)| label(page).is_some());
    let Some((page, at)) = end else { return };
    let ended = pages.iter().flat_map(|page| &page.runs).any(|run| run.text.ends_with("./."));
    if !ended {
        ruler.say(
            "T323",
            at,
            "nội dung không kết thúc bằng ./.".to_owned(),
            "the text does not end with ./.".to_owned(),
            words::END,
        );
    }
    recipients(page, at, ruler);
    // Those who sign minutes stand side by side above the recipients.
    if !first.runs.iter().any(|run| run.text == "BIÊN BẢN") {
        signer(page, at, ruler);
    }
}

fn label(page: &Page) -> Option<&Run> {
    page.runs.iter().find(|run| run.text.starts_with("Nơi nhận:"))
}

/// First lines are indented by 1 or 1.27 cm; lines are single to one and a half apart.
fn paragraphs(page: &Page, ruler: &mut Ruler) {
    let is_body = |run: &&Run| fits(run.size, (13.0, 14.0)) && !run.bold && !run.italic;
    let body: Vec<&Run> = page
        .runs
        .iter()
        .filter(is_body)
        .filter(|run| run.right > page.width - RIGHT.1 - 2.0 && run.left < LEFT.0 + 20.0)
        .collect();
    for run in &body {
        let indent = run.left - LEFT.0;
        let is_first = indent > 3.0 && indent < 16.0;
        let usual = (indent - 10.0).abs() < HAIR || (indent - 12.7).abs() < HAIR;
        if is_first && !usual && run.left < LEFT.0 + 16.0 {
            let text = short(&run.text);
            ruler.say(
                "T321",
                1,
                format!("đoạn “{text}” lùi đầu dòng {:.1} mm", indent).replace('.', ","),
                format!("the paragraph “{text}” is indented by {indent:.1} mm"),
                words::INDENT,
            );
        }
    }
    for pair in body.windows(2) {
        let [above, below] = pair else { continue };
        let pitch = (below.baseline - above.baseline) / 25.4 * 72.0;
        let lines = pitch / (below.size * 1.15);
        let goes_on = below.left < LEFT.0 + 5.0;
        if goes_on && (1.0..=60.0).contains(&pitch) && !(0.97..=1.52).contains(&lines) {
            let text = short(&below.text);
            ruler.say(
                "T322",
                1,
                format!("giãn dòng {lines:.2} trước “{text}”"),
                format!("lines are {lines:.2} apart before “{text}”"),
                words::SPACING,
            );
        }
    }
}

fn recipients(page: &Page, at: usize, ruler: &mut Ruler) {
    let Some(label) = label(page) else { return };
    ruler.face("T324", at, label, (12.0, 12.0), Style::BoldItalic);
    let listed: Vec<&Run> = page
        .runs
        .iter()
        .filter(|run| run.baseline > label.baseline && run.left < LEFT.0 + 1.0)
        .take_while(|run| !run.bold)
        .filter(|run| run.text.starts_with("- "))
        .collect();
    for run in &listed {
        ruler.face("T325", at, run, (11.0, 11.0), Style::Upright);
    }
    if !listed.iter().any(|run| run.text.starts_with("- Lưu: VT")) {
        ruler.say(
            "T325",
            at,
            "danh sách nơi nhận không có dòng “- Lưu: VT, …”".to_owned(),
            "the recipients lack the line “- Lưu: VT, …”".to_owned(),
            words::RECIPIENTS,
        );
    }
}

fn signer(page: &Page, at: usize, ruler: &mut Ruler) {
    let Some(label) = label(page) else { return };
    let beside = |run: &&Run| {
        run.left > page.width / 2.0 - 15.0
            && run.baseline > label.baseline - 4.0
            && run.text.chars().any(char::is_alphabetic)
    };
    let posts: Vec<&Run> = page.runs.iter().filter(beside).filter(|run| !run.italic).collect();
    let Some(post) = posts.first() else { return };
    ruler.face("T326", at, post, (13.0, 14.0), Style::Bold);
    if let [_, .., name] = posts.as_slice() {
        ruler.face("T326", at, name, (13.0, 14.0), Style::Bold);
    }
    if post.text != post.text.to_uppercase() || (post.baseline - label.baseline).abs() > 2.5 {
        let text = short(&post.text);
        ruler.say(
            "T326",
            at,
            format!("chức vụ “{text}” không in hoa hoặc không ngang hàng với “Nơi nhận:”"),
            format!("the post “{text}” is not in capitals or not level with “Nơi nhận:”"),
            words::SIGNER,
        );
    }
}
