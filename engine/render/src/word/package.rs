//! Puts sheets together into one file, and mends what the writer of Word files leaves open.
//!
//! It knows no heading rows, counts its paragraphs on from document to document, and names no
//! language; all three are put right in its XML.

use std::io::Cursor;

use docx_rs::{
    Docx, Header, LineSpacing, PageMargin, PageNum, PageNumType, PageOrientationType, PageSize,
    Paragraph, Section,
};

use crate::word::WordError;
use crate::word::flow::Piece;
use crate::word::look::Look;

/// Begins the name of the first paragraph of a row that every page repeats.
pub(super) const HEADING_ROW: &str = "heading-row";

/// Where the page number stands, twips from the upper edge.
const NUMBER_AT: i32 = 567;

/// Paper and margins, twips.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    width: u32,
    height: u32,
    top: i32,
    right: i32,
    bottom: i32,
    left: i32,
    lies: bool,
    /// Page numbers from the second page on, in the upper margin (Nghị định 30/2020, Phụ lục I).
    numbered: bool,
}

/// One sheet of the page: what stands on one kind of paper.
pub(super) struct Sheet {
    pub(super) paper: Paper,
    pub(super) pieces: Vec<Piece>,
}

impl Paper {
    /// A4 with the margins of Nghị định 30/2020: 20, 15, 20 and 30 mm.
    pub(super) fn official(lies: bool) -> Self {
        Self { numbered: true, ..Self::a4(lies, [1134, 850, 1134, 1701]) }
    }

    /// A4 with the margins of a school book: 15, 12, 15 and 20 mm.
    pub(super) fn book(lies: bool) -> Self {
        Self::a4(lies, [850, 680, 850, 1134])
    }

    fn a4(lies: bool, [top, right, bottom, left]: [i32; 4]) -> Self {
        let (width, height) = if lies { (16838, 11906) } else { (11906, 16838) };
        Self { width, height, top, right, bottom, left, lies, numbered: false }
    }

    /// The width of the text, twips.
    pub(super) fn text_width(&self) -> i32 {
        i32::try_from(self.width).unwrap_or_default() - self.left - self.right
    }

    fn margin(&self) -> PageMargin {
        PageMargin::new()
            .top(self.top)
            .right(self.right)
            .bottom(self.bottom)
            .left(self.left)
            .header(NUMBER_AT)
            .footer(NUMBER_AT)
    }

    fn size(&self) -> PageSize {
        let orient = match self.lies {
            true => PageOrientationType::Landscape,
            false => PageOrientationType::Portrait,
        };
        PageSize::new().size(self.width, self.height).orient(orient)
    }

    fn header(&self) -> Header {
        let number = match self.numbered {
            true => {
                Paragraph::new().align(docx_rs::AlignmentType::Center).add_page_num(PageNum::new())
            }
            false => Paragraph::new(),
        };
        Header::new().add_paragraph(number)
    }
}

/// Packs sheets; each begins a page and counts its pages from 1.
pub(super) fn pack(mut sheets: Vec<Sheet>, title: &str) -> Result<Vec<u8>, WordError> {
    let Some(last) = sheets.pop() else { return Err(WordError::NoSheet) };
    let mut docx = Docx::new()
        .default_fonts(Look::fonts())
        .default_size(24)
        .default_line_spacing(LineSpacing::new().before(0).after(0));
    for sheet in sheets {
        docx = docx.add_section(section(sheet));
    }
    // The last sheet is the body itself: a section of its own would leave an empty page behind.
    let paper = last.paper;
    docx = docx
        .page_size(paper.width, paper.height)
        .page_orient(match paper.lies {
            true => PageOrientationType::Landscape,
            false => PageOrientationType::Portrait,
        })
        .page_margin(paper.margin())
        .page_num_type(PageNumType::new().start(1))
        .header(paper.header())
        .first_header(Header::new().add_paragraph(Paragraph::new()));
    docx = ended(last.pieces).into_iter().fold(docx, |docx, piece| match piece {
        Piece::Paragraph(paragraph) => docx.add_paragraph(*paragraph),
        Piece::Table(table) => docx.add_table(*table),
    });
    write(docx, title)
}

fn section(sheet: Sheet) -> Section {
    let paper = sheet.paper;
    let section = Section::new()
        .page_size(paper.size())
        .page_margin(paper.margin())
        .page_num_type(PageNumType::new().start(1))
        .header(paper.header())
        .first_header(Header::new().add_paragraph(Paragraph::new()))
        .title_pg();
    sheet.pieces.into_iter().fold(section, |section, piece| match piece {
        Piece::Paragraph(paragraph) => section.add_paragraph(*paragraph),
        Piece::Table(table) => section.add_table(*table),
    })
}

/// A document ends with a paragraph; behind a table it is as small as can be.
fn ended(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(Piece::Table(_)) = pieces.last() {
        pieces.push(Piece::Paragraph(Box::new(Paragraph::new().size(2))));
    }
    pieces
}

fn write(docx: Docx, title: &str) -> Result<Vec<u8>, WordError> {
    let mut parts = docx.build();
    parts.document = document(&text(parts.document)?).into_bytes();
    for part in parts.headers.iter_mut().chain(&mut parts.footers) {
        *part = numbered(&text(std::mem::take(part))?).into_bytes();
    }
    let language = "<w:rPrDefault><w:rPr><w:lang w:val=\"vi-VN\" w:eastAsia=\"vi-VN\" />";
    parts.styles = text(parts.styles)?.replacen("<w:rPrDefault><w:rPr>", language, 1).into_bytes();
    parts.doc_props.core = core_properties(&text(parts.doc_props.core)?, title).into_bytes();
    let mut bytes = Vec::new();
    parts.pack(Cursor::new(&mut bytes)).map_err(|error| WordError::Pack(error.to_string()))?;
    Ok(bytes)
}

fn text(part: Vec<u8>) -> Result<String, WordError> {
    String::from_utf8(part).map_err(|error| WordError::Pack(error.to_string()))
}

/// Names heading rows, makes the paragraphs that end sections small, and counts from 1.
fn document(xml: &str) -> String {
    let mut done = String::with_capacity(xml.len() + 1024);
    let mut rest = xml;
    let mark = format!("w14:paraId=\"{HEADING_ROW}");
    while let Some(at) = rest.find(&mark) {
        let (before, behind) = rest.split_at(at);
        let row = before.rfind("<w:trPr>").map_or(before.len(), |row| row + "<w:trPr>".len());
        done.push_str(&before[..row]);
        done.push_str("<w:tblHeader />");
        done.push_str(&before[row..]);
        done.push_str("w14:paraId=\"");
        rest = &behind[mark.len()..];
    }
    done.push_str(rest);
    let small = "<w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" \
                 w:lineRule=\"exact\" /><w:sectPr>";
    numbered(&done.replace("<w:pPr><w:sectPr>", small))
}

/// Counts paragraphs from 1, in each part anew, so that the same page gives the same bytes.
fn numbered(xml: &str) -> String {
    const ID: &str = "w14:paraId=\"";
    let mut parts = xml.split(ID);
    let mut done = parts.next().unwrap_or_default().to_owned();
    for (number, part) in (1..).zip(parts) {
        let behind = part.split_once('"').map_or("", |(_, behind)| behind);
        done.push_str(&format!("{ID}{number:08X}\"{behind}"));
    }
    done
}

fn core_properties(xml: &str, title: &str) -> String {
    let mut escaped = String::new();
    for letter in title.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    xml.replace(">unknown<", ">bieumau<").replacen(
        "</cp:coreProperties>",
        &format!(
            "<dc:language>vi-VN</dc:language><dc:title>{escaped}</dc:title></cp:coreProperties>"
        ),
        1,
    )
}
