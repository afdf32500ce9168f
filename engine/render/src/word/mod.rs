//! Writes a filled HTML page as a Word document, for offices that edit minutes before signing.
//!
//! The page is the source, so every template that has `page.html` has a Word document of the same
//! data and needs nothing more: rules of its style sheet become looks of paragraphs, grids become
//! tables without lines, tables stay tables. Filling the page is the job of [`crate::html`].

mod css;
mod dom;
mod flow;
mod length;
mod look;
mod package;
mod table;

use crate::word::css::Rules;
use crate::word::dom::{Element, Place};
use crate::word::flow::Flow;
use crate::word::package::{Paper, Sheet};

/// Why there is no Word document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WordError {
    /// The page has nothing that could be written.
    #[error("the page has no `<section class=\"sheet\">`")]
    NoSheet,
    /// Packing failed.
    #[error("the document cannot be packed: {0}")]
    Pack(String),
}

/// Writes `page` as a Word document. The same page gives the same bytes.
pub(crate) fn word(page: &str) -> Result<Vec<u8>, WordError> {
    let page = Element::page(page);
    let rules = Rules::of(&page);
    let flow = Flow::new(&rules);
    let sheets: Vec<Sheet> = Place::root(&page)
        .find(&|element| element.name == "section" && element.has_class("sheet"))
        .into_iter()
        .map(|section| {
            let paper = paper(section.element);
            Sheet { paper, pieces: flow.sheet(&section, paper.text_width()) }
        })
        .filter(|sheet| !sheet.pieces.is_empty())
        .collect();
    if sheets.is_empty() {
        return Err(WordError::NoSheet);
    }
    package::pack(sheets, &title(&page))
}

/// The paper of a sheet: `official` has the margins of Nghị định 30/2020, the others those of a
/// school book; `landscape` lies.
fn paper(section: &Element) -> Paper {
    let lies = section.has_class("landscape");
    if section.has_class("official") { Paper::official(lies) } else { Paper::book(lies) }
}

fn title(page: &Element) -> String {
    let titles = Place::root(page).find(&|element| element.name == "title");
    titles.first().map(|title| title.element.text()).unwrap_or_default()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
