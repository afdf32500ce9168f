//! Turns the elements of a sheet into paragraphs and tables, from top to bottom.

use docx_rs::{
    BreakType, LineSpacing, LineSpacingType, Paragraph, ParagraphBorder, ParagraphBorderPosition,
    ParagraphBorders, Run, SpecialIndentType, Tab, TabLeaderType, TabValueType, Table,
    VertAlignType,
};

use crate::word::css::{Part, Rules};
use crate::word::dom::{Node, Place};
use crate::word::length::twips;
use crate::word::look::{self, Display, Frame, Look, Script};
use crate::word::table;

/// What stands on a sheet.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Paragraph(Box<Paragraph>),
    Table(Box<Table>),
}

/// Makes pieces of elements by the rules of their page.
pub(super) struct Flow<'r> {
    rules: &'r Rules,
}

/// Text on its way into one paragraph.
struct Line {
    parts: Vec<(String, Look)>,
    /// Ends the line before, with dots up to the right edge.
    dots: bool,
}

/// Where pieces go, and what the next paragraph begins with.
struct Column {
    pieces: Vec<Piece>,
    width: i32,
    line: Line,
    /// Room above the next piece, twips.
    before: i32,
    left: i32,
    /// The next paragraph begins a page.
    page_before: bool,
}

impl<'r> Flow<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules }
    }

    pub(super) fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Makes the pieces of a whole sheet with `width` twips of text.
    pub(super) fn sheet(&self, section: &Place<'_>, width: i32) -> Vec<Piece> {
        let outermost = section.above().first().copied().unwrap_or(section.element);
        let mut place = Place::root(outermost);
        let mut look = look::of(self.rules, &place, &Look::plain(), width).0;
        for element in section.above().iter().skip(1).chain([&section.element]) {
            place = place.child(element);
            look = look::of(self.rules, &place, &look, width).0;
        }
        self.children(section, &look, width)
    }

    /// Makes the pieces of what is inside an element.
    pub(super) fn children(&self, place: &Place<'_>, look: &Look, width: i32) -> Vec<Piece> {
        let mut column = Column {
            pieces: Vec::new(),
            width,
            line: Line { parts: Vec::new(), dots: false },
            before: 0,
            left: 0,
            page_before: false,
        };
        self.fill(place, look, &mut column);
        column.end_line(look);
        column.pieces
    }

    fn fill(&self, place: &Place<'_>, look: &Look, column: &mut Column) {
        for child in &place.element.children {
            match child {
                Node::Text(text) => column.line.parts.push((text.clone(), look.clone())),
                Node::Element(child) => self.element(&place.child(child), look, column),
            }
        }
    }

    fn element(&self, place: &Place<'_>, parent: &Look, column: &mut Column) {
        if place.element.name == "br" {
            column.line.parts.push(("\n".to_owned(), parent.clone()));
            return;
        }
        let (mut look, frame) = look::of(self.rules, place, parent, column.width);
        if place.element.name == "table" {
            return self.table(place, &look, parent, &frame, column);
        }
        match frame.display {
            Display::None => {}
            Display::Inline if frame.dotted => column.line.dots = true,
            Display::Inline => {
                look.underline |= frame.ruled;
                self.fill(place, &look, column);
            }
            Display::Grid => self.grid(place, &look, parent, &frame, column),
            Display::Row => self.row(place, &look, parent, &frame, column),
            Display::Block => self.block(place, &look, parent, &frame, column),
        }
    }

    /// A block: its own paragraphs, with its room around them.
    fn block(
        &self,
        place: &Place<'_>,
        look: &Look,
        parent: &Look,
        frame: &Frame,
        column: &mut Column,
    ) {
        column.open(parent, frame);
        column.left += frame.left;
        column.width -= frame.left;
        self.fill(place, look, column);
        column.end_line(look);
        self.rule_behind(place, look, column);
        column.left -= frame.left;
        column.width += frame.left;
        column.close(frame);
    }

    /// Parts on one line: label, value, and dots where the value is missing.
    fn row(
        &self,
        place: &Place<'_>,
        look: &Look,
        parent: &Look,
        frame: &Frame,
        column: &mut Column,
    ) {
        column.open(parent, frame);
        for child in place.children() {
            let (look, frame) = look::of(self.rules, &child, look, column.width);
            if frame.dotted {
                column.line.dots = true;
                continue;
            }
            if !column.line.parts.is_empty() {
                column.line.parts.push((" ".to_owned(), look.clone()));
            }
            self.fill(&child, &look, column);
        }
        column.end_line(look);
        column.close(frame);
    }

    /// Children side by side: a table without lines.
    fn grid(
        &self,
        place: &Place<'_>,
        look: &Look,
        parent: &Look,
        frame: &Frame,
        column: &mut Column,
    ) {
        column.open(parent, frame);
        let children: Vec<Place<'_>> = place.children().collect();
        let count = match frame.tracks.len() {
            0 if frame.side_by_side => children.len(),
            tracks => tracks.min(children.len()),
        };
        if count <= 1 {
            self.fill(place, look, column);
            column.end_line(look);
            column.close(frame);
            return;
        }
        let inside = column.width - frame.left;
        let widths = match frame.tracks.len() == count {
            true => look::widths(&frame.tracks, inside),
            false => look::widths(&vec![look::Track::Share(1000); count], inside),
        };
        let rows = children
            .chunks(count)
            .map(|row| {
                let cells = row.iter().zip(&widths).map(|(child, width)| {
                    // The cell keeps a little room of its own.
                    let inside = (width - table::PADDING * 2).max(1);
                    let (look, frame) = look::of(self.rules, child, look, inside);
                    let mut pieces = self.children(child, &look, inside);
                    if let Some(Piece::Paragraph(first)) = pieces.first_mut() {
                        add_before(first, frame.before);
                    }
                    pieces
                });
                cells.collect()
            })
            .collect();
        let before = std::mem::take(&mut column.before);
        column.room(before);
        let table = table::side_by_side(rows, &widths).indent(column.left + frame.left);
        column.pieces.push(Piece::Table(Box::new(table)));
        column.close(frame);
    }

    fn table(
        &self,
        place: &Place<'_>,
        look: &Look,
        parent: &Look,
        frame: &Frame,
        column: &mut Column,
    ) {
        column.open(parent, frame);
        let before = std::mem::take(&mut column.before);
        column.room(before);
        if let Some(table) = table::table(self, place, look, column.width) {
            column.pieces.push(Piece::Table(Box::new(table)));
        }
        column.close(frame);
    }

    /// The short line behind a title: an empty paragraph with a line above it.
    fn rule_behind(&self, place: &Place<'_>, look: &Look, column: &mut Column) {
        let declared = self.rules.for_element(place, Part::After);
        let value = |name: &str| declared.iter().rfind(|(own, _)| own == name).map(|(_, v)| v);
        if value("border-top").is_none() {
            return;
        }
        let length = |name| value(name).and_then(|text| twips(text, look.size, column.width));
        let most = length("max-width").unwrap_or(column.width);
        let width = length("width").unwrap_or(column.width).min(most);
        let side = ((column.width - width) / 2).max(0);
        let line = ParagraphBorder::new(ParagraphBorderPosition::Top).size(4).space(0);
        let mut rule = Paragraph::new()
            .indent(Some(column.left + side), None, Some(side), None)
            .line_spacing(LineSpacing::new().before(40).line(80).line_rule(LineSpacingType::Exact));
        rule.property = rule.property.set_borders(ParagraphBorders::with_empty().set(line));
        column.pieces.push(Piece::Paragraph(Box::new(rule)));
    }
}

impl Column {
    /// Begins a block: what was being written ends.
    fn open(&mut self, parent: &Look, frame: &Frame) {
        self.end_line(parent);
        // Neighbouring margins fall together, as on the page.
        self.before = self.before.max(frame.before);
        self.page_before |= frame.page_before;
        if frame.stays {
            self.keep_last();
        }
    }

    fn close(&mut self, frame: &Frame) {
        self.before = self.before.max(frame.after);
    }

    /// Leaves room above a table, which has none of its own.
    fn room(&mut self, before: i32) {
        match self.pieces.last_mut() {
            Some(Piece::Paragraph(last)) => add_after(last, before),
            // Two tables that touch would become one.
            Some(Piece::Table(_)) => {
                let empty = Paragraph::new().line_spacing(
                    LineSpacing::new().line(before.max(20)).line_rule(LineSpacingType::Exact),
                );
                self.pieces.push(Piece::Paragraph(Box::new(empty)));
            }
            None => {}
        }
    }

    fn keep_last(&mut self) {
        if let Some(Piece::Paragraph(last)) = self.pieces.last_mut() {
            **last = (**last).clone().keep_next(true);
        }
    }

    /// Makes a paragraph of what was collected, when there is anything to see.
    fn end_line(&mut self, look: &Look) {
        let line = std::mem::replace(&mut self.line, Line { parts: Vec::new(), dots: false });
        let parts = collapsed(line.parts);
        if parts.is_empty() && !line.dots {
            return;
        }
        let before = std::mem::take(&mut self.before);
        let mut paragraph = parts
            .iter()
            .fold(Paragraph::new(), |paragraph, (text, look)| paragraph.add_run(run(text, look)));
        if line.dots {
            let edge = usize::try_from(self.width).unwrap_or_default();
            let tab = Tab::new().val(TabValueType::Right).leader(TabLeaderType::Dot).pos(edge);
            paragraph = paragraph.add_tab(tab).add_run(Run::new().add_text(" ").add_tab());
        }
        let first = (look.first_line != 0).then_some(SpecialIndentType::FirstLine(look.first_line));
        paragraph = paragraph
            .align(look.align)
            .indent(Some(self.left), first, None, None)
            .line_spacing(LineSpacing::new().before(unsigned(before)).after(0))
            .widow_control(true)
            .page_break_before(std::mem::take(&mut self.page_before));
        self.pieces.push(Piece::Paragraph(Box::new(paragraph)));
    }
}

fn unsigned(twips: i32) -> u32 {
    u32::try_from(twips).unwrap_or_default()
}

/// Joins white space as a browser does; a line break stands for itself.
fn collapsed(parts: Vec<(String, Look)>) -> Vec<(String, Look)> {
    let mut kept: Vec<(String, Look)> = Vec::new();
    let mut at_space = true;
    for (text, look) in parts {
        if text == "\n" && !kept.is_empty() {
            trim_last(&mut kept);
            kept.push((text, look));
            at_space = true;
            continue;
        }
        let mut joined = String::with_capacity(text.len());
        for letter in text.chars() {
            let space = letter.is_ascii_whitespace();
            if !(space && at_space) {
                joined.push(if space { ' ' } else { letter });
            }
            at_space = space;
        }
        if !joined.is_empty() {
            kept.push((joined, look));
        }
    }
    while kept.last().is_some_and(|(text, _)| text.trim_ascii().is_empty()) {
        kept.pop();
    }
    trim_last(&mut kept);
    kept
}

fn trim_last(parts: &mut [(String, Look)]) {
    if let Some((last, _)) = parts.last_mut()
        && last != "\n"
    {
        last.truncate(last.trim_ascii_end().len());
    }
}

/// One run, or the break of a line.
fn run(text: &str, look: &Look) -> Run {
    if text == "\n" {
        return Run::new().add_break(BreakType::TextWrapping);
    }
    // Capitals are written, so that they stay when the text is copied.
    let text = if look.upper { text.to_uppercase() } else { text.to_owned() };
    // Word counts letters in half points.
    let size = usize::try_from(look.size / 10).unwrap_or(24);
    let mut run = Run::new().add_text(text).size(size).fonts(Look::fonts());
    if look.bold {
        run = run.bold();
    }
    if look.italic {
        run = run.italic();
    }
    if look.underline {
        run = run.underline("single");
    }
    if let Some(script) = look.script {
        run.run_property = run.run_property.vert_align(match script {
            Script::Super => VertAlignType::SuperScript,
            Script::Sub => VertAlignType::SubScript,
        });
    }
    run
}

fn add_before(paragraph: &mut Paragraph, more: i32) {
    change_spacing(paragraph, more, 0);
}

fn add_after(paragraph: &mut Paragraph, more: i32) {
    change_spacing(paragraph, 0, more);
}

/// Sets room above and below; a paragraph made here has none below, and what it has above stays
/// when `before` is 0.
fn change_spacing(paragraph: &mut Paragraph, before: i32, after: i32) {
    let mut spacing = paragraph.property.line_spacing.take().unwrap_or_default();
    if before > 0 {
        spacing = spacing.before(unsigned(before));
    }
    if after > 0 {
        spacing = spacing.after(unsigned(after));
    }
    paragraph.property.line_spacing = Some(spacing);
}
