//! What the rules say about one element: how its letters look, and how it stands on the page.

use docx_rs::{AlignmentType, RunFonts};

use crate::word::css::{Part, Rules};
use crate::word::dom::Place;
use crate::word::length::{thousandths, twips};

/// The font that the decree asks for, which every word processor has.
const FONT: &str = "Times New Roman";

/// What an element hands down to its children.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    pub(super) upper: bool,
    pub(super) script: Option<Script>,
    /// Size of the letters, twips.
    pub(super) size: i32,
    pub(super) align: AlignmentType,
    /// Indent of the first line, twips.
    pub(super) first_line: i32,
}

/// Small letters above or below the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Super,
    Sub,
}

/// How an element stands on the page; not handed down. Lengths in twips.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) display: Display,
    pub(super) before: i32,
    pub(super) after: i32,
    pub(super) left: i32,
    /// Columns of a grid.
    pub(super) tracks: Vec<Track>,
    /// Children of a grid stand side by side, as many as there are.
    pub(super) side_by_side: bool,
    /// A line below, as long as the text.
    pub(super) ruled: bool,
    /// An empty place with dots to write on.
    pub(super) dotted: bool,
    /// No lines around (cells of tables).
    pub(super) unlined: bool,
    pub(super) top: bool,
    pub(super) upright: bool,
    pub(super) width: Option<i32>,
    /// Stays with what stands before it.
    pub(super) stays: bool,
    pub(super) page_before: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    Block,
    Inline,
    Grid,
    /// Parts on one line.
    Row,
    None,
}

/// The width of a column of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Track {
    /// Twips.
    Fixed(i32),
    /// Thousandths of a share of what is left.
    Share(i64),
}

impl Look {
    /// The look of a page before any rule.
    pub(super) fn plain() -> Self {
        Self {
            bold: false,
            italic: false,
            underline: false,
            upper: false,
            script: None,
            size: 240,
            align: AlignmentType::Left,
            first_line: 0,
        }
    }

    pub(super) fn fonts() -> RunFonts {
        RunFonts::new().ascii(FONT).hi_ansi(FONT).cs(FONT).east_asia(FONT)
    }
}

/// Returns the look and the frame of an element inside a box of `width` twips.
pub(super) fn of(rules: &Rules, place: &Place<'_>, parent: &Look, width: i32) -> (Look, Frame) {
    let mut look = parent.clone();
    let mut frame = by_name(&place.element.name, &mut look);
    let declared = rules.for_element(place, Part::Whole);
    // Sizes first: other lengths may be counted in them.
    for (name, value) in &declared {
        match name.as_str() {
            "font-size" => look.size = twips(value, parent.size, parent.size).unwrap_or(look.size),
            "font" => {
                let size =
                    value.split(['/', ' ']).find_map(|part| twips(part, parent.size, parent.size));
                look.size = size.unwrap_or(look.size);
            }
            _ => {}
        }
    }
    for (name, value) in &declared {
        apply(name, value, &mut look, &mut frame, width);
    }
    (look, frame)
}

/// What a browser does without any rule.
fn by_name(name: &str, look: &mut Look) -> Frame {
    match name {
        "b" | "strong" | "h1" | "h2" | "h3" => look.bold = true,
        "th" => {
            look.bold = true;
            look.align = AlignmentType::Center;
        }
        "i" | "em" => look.italic = true,
        "u" => look.underline = true,
        "sup" => look.script = Some(Script::Super),
        "sub" => look.script = Some(Script::Sub),
        _ => {}
    }
    let display = match name {
        "b" | "strong" | "i" | "em" | "u" | "sup" | "sub" | "span" | "a" | "small" | "br" => {
            Display::Inline
        }
        "style" | "script" | "template" | "head" | "title" | "svg" => Display::None,
        _ => Display::Block,
    };
    Frame {
        display,
        before: 0,
        after: 0,
        left: 0,
        tracks: Vec::new(),
        side_by_side: false,
        ruled: false,
        dotted: false,
        unlined: false,
        top: false,
        upright: false,
        width: None,
        stays: false,
        page_before: false,
    }
}

fn apply(name: &str, value: &str, look: &mut Look, frame: &mut Frame, width: i32) {
    let size = look.size;
    let length = |text: &str| twips(text, size, width);
    match name {
        "font-weight" => look.bold = value == "bold" || thousandths(value) >= Some(600_000),
        "font-style" => look.italic = value == "italic",
        "text-transform" => look.upper = value == "uppercase",
        "text-align" => look.align = alignment(value).unwrap_or(look.align),
        "text-indent" => look.first_line = length(value).unwrap_or(look.first_line),
        "text-decoration" => look.underline = value.contains("underline"),
        "display" => frame.display = display(value, frame.display),
        "flex-direction" if value == "column" => frame.display = Display::Block,
        "grid-template-columns" => frame.tracks = tracks(value, size, width),
        "grid-auto-flow" => frame.side_by_side = value == "column",
        "margin" => margins(value, frame, &length),
        "margin-top" | "padding-top" => frame.before = length(value).unwrap_or(frame.before),
        "margin-bottom" | "padding-bottom" => frame.after = length(value).unwrap_or(frame.after),
        "margin-left" | "padding-left" => frame.left = length(value).unwrap_or(frame.left),
        "border" => frame.unlined = value == "0" || value == "none",
        "border-bottom" => {
            frame.dotted = value.contains("dotted");
            frame.ruled = !frame.dotted && value != "0" && value != "none";
        }
        "vertical-align" => frame.top = value == "top",
        "writing-mode" => frame.upright = value.starts_with("vertical"),
        "width" => frame.width = length(value),
        "break-before" => {
            frame.stays = value == "avoid";
            frame.page_before = value == "page";
        }
        _ => {}
    }
}

fn alignment(value: &str) -> Option<AlignmentType> {
    match value {
        "center" => Some(AlignmentType::Center),
        "right" | "end" => Some(AlignmentType::Right),
        "justify" => Some(AlignmentType::Both),
        "left" | "start" => Some(AlignmentType::Left),
        _ => None,
    }
}

fn display(value: &str, before: Display) -> Display {
    match value {
        "grid" => Display::Grid,
        "flex" => Display::Row,
        "block" | "table-header-group" => Display::Block,
        "inline" | "inline-block" => Display::Inline,
        "none" => Display::None,
        _ => before,
    }
}

/// Reads one to four margins.
fn margins(value: &str, frame: &mut Frame, length: &dyn Fn(&str) -> Option<i32>) {
    let sides: Vec<i32> =
        value.split_whitespace().map(|side| length(side).unwrap_or_default()).collect();
    let (top, bottom, left) = match sides.as_slice() {
        [all] => (*all, *all, *all),
        [y, x] => (*y, *y, *x),
        [top, x, bottom] => (*top, *bottom, *x),
        [top, _, bottom, left] => (*top, *bottom, *left),
        _ => return,
    };
    (frame.before, frame.after, frame.left) = (top.max(0), bottom.max(0), left.max(0));
}

/// Reads `42% 58%`, `1fr 2fr 1fr`, `repeat(3, 1fr)` and `repeat(auto-fit, minmax(60mm, 1fr))`.
fn tracks(value: &str, size: i32, width: i32) -> Vec<Track> {
    if let Some(inside) = value.strip_prefix("repeat(").and_then(|rest| rest.strip_suffix(')')) {
        let Some((count, each)) = inside.split_once(',') else { return Vec::new() };
        let least = each.trim().strip_prefix("minmax(").and_then(|rest| rest.split_once(','));
        let fitting = least
            .and_then(|(least, _)| twips(least, size, width))
            .map(|least| usize::try_from(width / least.max(1)).unwrap_or(1));
        let count = count.trim().parse().ok().or(fitting).unwrap_or(1);
        return vec![Track::Share(1000); count.clamp(1, 12)];
    }
    value
        .split_whitespace()
        .map(|track| match track.strip_suffix("fr").and_then(thousandths) {
            Some(share) => Track::Share(share),
            None => twips(track, size, width).map_or(Track::Share(1000), Track::Fixed),
        })
        .collect()
}

/// Returns the widths of `tracks` in a box of `width` twips.
pub(super) fn widths(tracks: &[Track], width: i32) -> Vec<i32> {
    let fixed: i32 =
        tracks.iter().map(|track| if let Track::Fixed(own) = track { *own } else { 0 }).sum();
    let shares: i64 =
        tracks.iter().map(|track| if let Track::Share(own) = track { *own } else { 0 }).sum();
    let left = i64::from((width - fixed).max(0));
    tracks
        .iter()
        .map(|track| match track {
            Track::Fixed(own) => *own,
            Track::Share(own) => i32::try_from(left * own / shares.max(1)).unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_grid_share_what_fixed_ones_leave() {
        let read = |text| widths(&tracks(text, 240, 9000), 9000);
        assert_eq!(read("42% 58%"), [3780, 5220]);
        assert_eq!(read("1fr 2fr 1fr"), [2250, 4500, 2250]);
        assert_eq!(read("1000px 1fr"), [15000, 0]);
        assert_eq!(read("repeat(3, 1fr)"), [3000, 3000, 3000]);
        assert_eq!(read("repeat(auto-fit, minmax(60mm, 1fr))"), [4500, 4500]);
    }
}
