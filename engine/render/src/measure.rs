//! Reads a finished PDF as a ruler does: runs of text with place, size and face; thin lines; frames.
//!
//! All lengths are millimetres from the top left corner of the page; sizes of letters are points.

#![expect(clippy::float_arithmetic, reason = "millimetres of a page, not marks")]

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use kurbo::{Affine, BezPath, Point, Rect, Shape};

const MM: f64 = 72.0 / 25.4;

/// A page that was measured.
#[derive(Debug, Default)]
pub struct Page {
    /// Width of the sheet.
    pub width: f64,
    /// Height of the sheet.
    pub height: f64,
    /// From top to bottom, then from left to right.
    pub runs: Vec<Run>,
    /// All letters in the order in which they are drawn: a cell in one piece, whatever stands beside it.
    pub drawn: String,
    /// Thin level lines.
    pub rules: Vec<Rule>,
    /// Stroked rectangles, as width and height.
    pub frames: Vec<(f64, f64)>,
}

/// Letters of one size and face that stand on one line without a gap.
#[derive(Debug, Clone)]
pub struct Run {
    /// The letters.
    pub text: String,
    /// Where the first letter begins.
    pub left: f64,
    /// Where the last letter ends.
    pub right: f64,
    /// The line on which the letters stand, from the top.
    pub baseline: f64,
    /// Size in points.
    pub size: f64,
    /// Whether the face is bold.
    pub bold: bool,
    /// Whether the face is italic.
    pub italic: bool,
}

impl Run {
    /// Returns its middle.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }

    /// Returns its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// A thin level line.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Where it begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
    /// Where it lies, from the top.
    pub height: f64,
}

impl Rule {
    /// Returns its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Returns its middle.
    pub fn middle(&self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
}

/// Bytes that are no PDF, or one that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("not a PDF that can be read: {0}")]
pub struct NoPdf(String);

/// Measures every page of a PDF.
pub fn measure(bytes: &[u8]) -> Result<Vec<Page>, NoPdf> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| NoPdf(format!("{error:?}")))?;
    let pages = pdf.pages().iter().map(|page| {
        let (width, height) = page.render_dimensions();
        let mut eye = Eye { height: height.into(), letters: Vec::new(), page: Page::default() };
        let cache = InterpreterCache::new();
        let everything = Rect::new(0.0, 0.0, width.into(), height.into());
        let settings = InterpreterSettings::default();
        let upright = Affine::IDENTITY;
        let mut context = Context::new(upright, everything, &cache, pdf.xref(), settings);
        interpret_page(page, &mut context, &mut eye);
        let Eye { letters, mut page, .. } = eye;
        page.drawn = letters.iter().map(|letter| letter.text.as_str()).collect();
        page.runs = runs(letters);
        (page.width, page.height) = (f64::from(width) / MM, f64::from(height) / MM);
        page
    });
    Ok(pages.collect())
}

/// What draws a page and remembers where everything was.
struct Eye {
    /// Height of the page in points: PDF counts from the bottom.
    height: f64,
    letters: Vec<Run>,
    page: Page,
}

impl Eye {
    fn down(&self, y: f64) -> f64 {
        (self.height - y) / MM
    }
}

impl Device<'_> for Eye {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_path(&mut self, path: &BezPath, to: Affine, _: &Paint<'_>, _: &PathDrawMode) {
        let bounds = (to * path.clone()).bounding_box();
        let (width, height) = (bounds.width() / MM, bounds.height() / MM);
        if height < 0.5 && width > 2.0 {
            let (left, right) = (bounds.x0 / MM, bounds.x1 / MM);
            let height = self.down(f64::midpoint(bounds.y0, bounds.y1));
            self.page.rules.push(Rule { left, right, height });
        } else if width > 2.0 {
            self.page.frames.push((width, height));
        }
    }

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'_>,
        _: &GlyphDrawMode,
    ) {
        let Glyph::Outline(outline) = glyph else { return };
        // A glyph is drawn in thousandths of its size.
        let whole = transform * glyph_transform;
        let origin = whole * Point::ORIGIN;
        let size = (whole * Point::new(0.0, 1000.0) - origin).hypot();
        let width = f64::from(outline.advance_width().unwrap_or(0.0)) / 1000.0 * size;
        let face = outline.font_data();
        let name = face.and_then(|face| face.postscript_name).unwrap_or_default();
        let text = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => return,
        };
        let left = origin.x / MM;
        self.letters.push(Run {
            text,
            left,
            right: left + width / MM,
            baseline: self.down(origin.y),
            size,
            bold: name.contains("Bold"),
            italic: name.contains("Italic"),
        });
    }
}

/// Joins letters to runs.
fn runs(mut letters: Vec<Run>) -> Vec<Run> {
    // Letters of one line may differ by a hair.
    let line = |run: &Run| (run.baseline * 5.0).round() as i64;
    letters.sort_by(|a, b| line(a).cmp(&line(b)).then(a.left.total_cmp(&b.left)));
    let mut joined: Vec<Run> = Vec::new();
    for letter in letters {
        match joined.last_mut() {
            Some(run) if continues(run, &letter) => {
                run.text.push_str(&letter.text);
                run.right = letter.right;
            }
            _ => joined.push(letter),
        }
    }
    for run in &mut joined {
        // A blank at the end has no ink.
        run.right -= (run.text.len() - run.text.trim_end().len()) as f64 * run.size * 0.25 / MM;
        run.text = run.text.trim().to_owned();
    }
    joined.retain(|run| !run.text.is_empty());
    joined
}

/// The widest gap within a line: a blank that a justified line has stretched.
const WIDEST_GAP: f64 = 5.0;

fn continues(run: &Run, letter: &Run) -> bool {
    let blank = letter.text.trim().is_empty();
    (run.baseline - letter.baseline).abs() < 0.2
        && letter.left - run.right < WIDEST_GAP
        && (blank
            || ((run.size - letter.size).abs() < 0.05
                && run.bold == letter.bold
                && run.italic == letter.italic))
}
