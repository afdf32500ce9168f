//! Lays a page out with Typst and writes it as PDF or PNG.

use typst::World;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Smart};
use typst::utils::Scalar;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_render::RenderOptions;

/// Standards that a PDF tries to meet, the best first; the last is a plain tagged PDF.
const STANDARDS: [&[PdfStandard]; 3] =
    [&[PdfStandard::A_2a, PdfStandard::Ua_1], &[PdfStandard::A_2a], &[]];

/// The most points that a picture may have: an A4 page at 600 dots per inch has 35 million.
const LARGEST_PICTURE: f64 = 100e6;

/// What Typst made, or why it did not.
pub(crate) struct Made<T> {
    /// The result, or Typst's errors.
    pub(crate) result: Result<T, Vec<SourceDiagnostic>>,
    /// Typst's warnings.
    pub(crate) warnings: Vec<SourceDiagnostic>,
}

/// Lays out the pages.
pub(crate) fn lay_out(world: &dyn World) -> Made<PagedDocument> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(world);
    Made {
        result: output.map_err(|errors| errors.into_iter().collect()),
        warnings: warnings.into_iter().collect(),
    }
}

/// Writes a PDF: PDF/A-2a with PDF/UA-1 when the document allows it, else the next best.
///
/// What the best standard asked for in vain comes back as warnings: a school gets its document
/// anyway.
pub(crate) fn pdf(document: &PagedDocument, ident: String, date: Datetime) -> Made<Vec<u8>> {
    let mut options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("bieumau".to_owned())),
        timestamp: Some(Timestamp::new_utc(date)),
        ..PdfOptions::default()
    };
    let mut missed: Option<Vec<SourceDiagnostic>> = None;
    for standards in STANDARDS {
        options.standards = PdfStandards::new(standards).expect("these standards go together");
        match typst_pdf::pdf(document, &options) {
            Ok(bytes) => return Made { result: Ok(bytes), warnings: missed.unwrap_or_default() },
            Err(errors) => missed = missed.or(Some(errors.into_iter().collect())),
        }
    }
    Made { result: Err(missed.unwrap_or_default()), warnings: Vec::new() }
}

/// Paints one page, counted from 1, as PNG; `None` when there is no such page or it is too large.
#[expect(clippy::float_arithmetic, reason = "sizes on paper are no marks")]
pub(crate) fn png(document: &PagedDocument, page: usize, ppi: u16) -> Option<Vec<u8>> {
    let page = document.pages().get(page.checked_sub(1)?)?;
    let pixel_per_pt = f64::from(ppi.max(1)) / 72.0;
    let size = page.frame.size() * pixel_per_pt;
    if size.x.to_pt() * size.y.to_pt() > LARGEST_PICTURE {
        return None;
    }
    let options =
        RenderOptions { pixel_per_pt: Scalar::new(pixel_per_pt), ..RenderOptions::default() };
    typst_render::render(page, &options).encode_png().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use typst::foundations::Bytes;
    use typst::layout::{Frame, FrameItem};

    use super::*;
    use crate::template::{SharedFiles, Template};
    use crate::world::{Equipment, PageWorld, Sources};

    /// Lays `page` out with `data` and returns the text on its pages, without white space.
    fn text_of(page: &str, data: &str) -> String {
        let fonts = ["Regular", "Bold", "Italic", "BoldItalic"].map(|style| {
            let path = format!("../../templates/shared/fonts/Tinos-{style}.ttf");
            Bytes::new(std::fs::read(path).unwrap())
        });
        let equipment = Equipment::new(fonts);
        let template = Template::new("x/y", Some(Arc::from(page)), None, Arc::default());
        let sources = Sources::parse(&template, &mut HashMap::new());
        let world = PageWorld::new(&equipment, &sources, data.as_bytes().into());
        let document = lay_out(&world).result.expect("the page is right");
        let mut text = String::new();
        for page in document.pages() {
            collect(&page.frame, &mut text);
        }
        text.retain(|letter| !letter.is_whitespace());
        text
    }

    fn collect(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Text(item) => text.push_str(&item.text),
                FrameItem::Group(group) => collect(&group.frame, text),
                _ => {}
            }
        }
    }

    #[test]
    fn markup_in_the_data_is_printed_as_typed() {
        let typed = r##"#{1+1}*đậm*_nghiêng_<nhãn>@ai\\$x$`mã`[a]=Tựađề-'đơn'"kép"//~--...#sys"##;
        let data = serde_json::json!({ "name": typed }).to_string();
        let page = "#set text(font: \"Tinos\", lang: \"vi\")\n#let data = json(\"/data.json\")\n";
        for shown in ["#data.name", "*#data.name*", "#table(data.name)", "#text(data.name)"] {
            assert_eq!(text_of(&format!("{page}{shown}"), &data), typed, "{shown}");
        }
    }

    #[test]
    fn shared_files_are_parsed_once() {
        let shared = SharedFiles::from([("a.typ".to_owned(), Arc::from("#let a = 1"))]);
        let shared = Arc::new(shared);
        let mut known = HashMap::new();
        for page in ["1", "2", "3"] {
            let template = Template::new("x/y", Some(Arc::from(page)), None, shared.clone());
            Sources::parse(&template, &mut known);
        }
        assert_eq!(known.len(), 4, "three pages and one shared file");
    }
}
