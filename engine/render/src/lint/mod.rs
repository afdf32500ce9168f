//! Tells where a finished PDF departs from Nghị định 30/2020/NĐ-CP, Phụ lục I.
//!
//! Reads the file as a ruler does, so it judges documents of any origin. Elements are known by their
//! fixed words ("Số:", "Căn cứ", "Nơi nhận:"); what a document does not have is not judged, but for
//! the head, which every administrative document has.

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

mod head;
mod text;
mod words;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::Text;

use crate::measure::{NoPdf, Page, Rule, Run, measure};

/// Margins in millimetres, as the decree allows them (Phụ lục I, mục I).
const LEFT: (f64, f64) = (30.0, 35.0);
const RIGHT: (f64, f64) = (15.0, 20.0);
const TOP: (f64, f64) = (20.0, 25.0);
/// A hair: what rounding and the side bearings of letters may take.
const HAIR: f64 = 0.6;
/// Height of a capital in millimetres for each point of size.
const CAPITAL: f64 = 0.655 * 25.4 / 72.0;

/// Returns where `pdf` departs from the decree, as warnings; none for a document in the right form.
pub fn lint(pdf: &[u8]) -> Result<Diagnostics, NoPdf> {
    let pages = measure(pdf)?;
    let mut ruler = Ruler { findings: Diagnostics::default() };
    ruler.pages(&pages);
    if let Some(first) = pages.first() {
        head::head(first, &mut ruler);
        text::text(&pages, &mut ruler);
    }
    Ok(ruler.findings)
}

/// Collects what departs.
struct Ruler {
    findings: Diagnostics,
}

/// A face that an element may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Upright,
    Bold,
    Italic,
    BoldItalic,
}

impl Style {
    fn of(run: &Run) -> Self {
        match (run.bold, run.italic) {
            (false, false) => Self::Upright,
            (true, false) => Self::Bold,
            (false, true) => Self::Italic,
            (true, true) => Self::BoldItalic,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Upright => ("đứng", "upright"),
            Self::Bold => ("đứng, đậm", "upright bold"),
            Self::Italic => ("nghiêng", "italic"),
            Self::BoldItalic => ("nghiêng, đậm", "bold italic"),
        }
    }
}

impl Ruler {
    /// Says something about a place of a page.
    fn say(&mut self, code: &'static str, page: usize, vi: String, en: String, rule: (&str, &str)) {
        let message = Text::both(format!("trang {page}: {vi}"), format!("page {page}: {en}"));
        let help = Text::both(rule.0, rule.1);
        self.findings.push(Diagnostic::warning(code, message).help(help));
    }

    /// Compares size and face of an element with those that the decree gives.
    fn face(
        &mut self,
        code: &'static str,
        page: usize,
        run: &Run,
        sizes: (f64, f64),
        style: Style,
    ) {
        if fits(run.size, sizes) && Style::of(run) == style {
            return;
        }
        let (own, wanted) = (Style::of(run).words(), style.words());
        let (size, text) = (points(run.size), short(&run.text));
        let range = match sizes {
            (least, most) if least == most => points(least),
            (least, most) => format!("{}-{}", points(least), points(most)),
        };
        self.say(
            code,
            page,
            format!("“{text}” cỡ {size}, kiểu {}", own.0),
            format!("“{text}” is {size} points, {}", own.1),
            (
                &format!("cỡ chữ {range}, kiểu chữ {}", wanted.0),
                &format!("{range} points, {}", wanted.1),
            ),
        );
    }

    /// Compares the width of the line under an element with that of its text.
    fn line(&mut self, code: &'static str, page: &Page, run: &Run, width: f64, shares: (f64, f64)) {
        let text = short(&run.text);
        let words = if shares.0 > 0.9 {
            ("đường kẻ dài bằng dòng chữ", "a line as long as the text")
        } else {
            (
                "đường kẻ dài từ 1/3 đến 1/2 dòng chữ, ở giữa",
                "a centred line of 1/3 to 1/2 of the text",
            )
        };
        let Some(rule) = rule_below(page, run) else {
            return self.say(
                code,
                1,
                format!("không có đường kẻ dưới “{text}”"),
                format!("no line below “{text}”"),
                words,
            );
        };
        let share = rule.width() / width;
        if share < shares.0 - 0.03 || share > shares.1 + 0.03 {
            let percent = (share * 100.0).round();
            self.say(
                code,
                1,
                format!("đường kẻ dưới “{text}” dài {percent}% dòng chữ"),
                format!("the line below “{text}” is {percent}% of the text"),
                words,
            );
        } else if (rule.middle() - run.middle()).abs() > 1.0 {
            self.say(
                code,
                1,
                format!("đường kẻ dưới “{text}” không ở giữa"),
                format!("the line below “{text}” is not centred"),
                words,
            );
        }
    }

    fn pages(&mut self, pages: &[Page]) {
        let mut expected = 1;
        for (page, at) in pages.iter().zip(1..) {
            self.paper(page, at);
            let (number, text): (Vec<&Run>, Vec<&Run>) =
                page.runs.iter().partition(|run| run.baseline < TOP.0 - 1.0);
            match number.as_slice() {
                // Annexes count from 1 again, and their first number is hidden too.
                [] => expected = 1,
                [number] => {
                    expected += 1;
                    self.number(page, at, number, expected);
                }
                others => {
                    let text = short(&others[0].text);
                    self.say(
                        "T302",
                        at,
                        format!("“{text}” nằm trong lề trên"),
                        format!("“{text}” stands in the top margin"),
                        words::MARGINS,
                    );
                }
            }
            self.margins(page, at, &text);
        }
    }

    fn paper(&mut self, page: &Page, at: usize) {
        let (long, short) = (page.width.max(page.height), page.width.min(page.height));
        if (long - 297.0).abs() > 0.5 || (short - 210.0).abs() > 0.5 {
            let size = format!("{} x {} mm", page.width.round(), page.height.round());
            self.say(
                "T301",
                at,
                format!("khổ giấy {size}"),
                format!("the paper is {size}"),
                ("khổ A4 (210 mm x 297 mm)", "A4 (210 mm x 297 mm)"),
            );
        }
    }

    fn margins(&mut self, page: &Page, at: usize, text: &[&Run]) {
        if text.is_empty() {
            return;
        }
        let left = text.iter().map(|run| run.left).fold(f64::MAX, f64::min);
        let right = page.width - text.iter().map(|run| run.right).fold(0.0, f64::max);
        let bottom = page.height - text.iter().map(|run| run.baseline).fold(0.0, f64::max);
        let top = text.iter().map(|run| run.baseline - run.size * CAPITAL).fold(f64::MAX, f64::min);
        let short_side = page.width <= page.height;
        for (wrong, vi, en, value) in [
            (short_side && !within(left, LEFT), "lề trái", "left margin", left),
            (short_side && right < RIGHT.0 - HAIR, "lề phải", "right margin", right),
            (bottom < TOP.0 - HAIR, "lề dưới", "bottom margin", bottom),
            (top < TOP.0 - HAIR || (at == 1 && top > TOP.1 + 4.0), "lề trên", "top margin", top),
        ] {
            if wrong {
                let value = millimetres(value);
                self.say(
                    "T302",
                    at,
                    format!("{vi} {value}"),
                    format!("the {en} is {value}"),
                    words::MARGINS,
                );
            }
        }
    }

    fn number(&mut self, page: &Page, at: usize, number: &Run, expected: usize) {
        let middle = f64::midpoint(LEFT.0, page.width - RIGHT.0);
        let right = number.text == expected.to_string()
            && fits(number.size, (13.0, 14.0))
            && Style::of(number) == Style::Upright
            && (number.middle() - middle).abs() < 2.0;
        if !right || at == 1 {
            let text = short(&number.text);
            self.say(
                "T303",
                at,
                format!("số trang “{text}” (đúng ra là {expected}) chưa đúng kiểu"),
                format!("the page number “{text}” ({expected} in its place) is not in its form"),
                words::PAGE_NUMBER,
            );
        }
    }
}

fn fits(size: f64, (least, most): (f64, f64)) -> bool {
    size > least - 0.1 && size < most + 0.1
}

fn within(value: f64, (least, most): (f64, f64)) -> bool {
    value > least - HAIR && value < most + HAIR
}

/// Returns the line right below a run.
fn rule_below(page: &Page, run: &Run) -> Option<Rule> {
    let is_below = |rule: &&Rule| {
        rule.height > run.baseline
            && rule.height < run.baseline + 4.0
            && rule.left > run.left - 30.0
            && rule.right < run.right + 30.0
    };
    page.rules.iter().find(is_below).copied()
}

/// Returns the beginning of a text, for messages.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn points(size: f64) -> String {
    let tenths = (size * 10.0).round();
    let text = format!("{}", tenths / 10.0);
    text.replace('.', ",")
}

fn millimetres(length: f64) -> String {
    format!("{} mm", format!("{:.1}", length).replace('.', ","))
}
