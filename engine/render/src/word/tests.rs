//! Small pages as Word documents: what stands in the XML, and that it is the same every time.

use std::io::{Cursor, Read};

use super::word;

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn document(style: &str, sheet: &str) -> String {
    let page = format!(
        "<!DOCTYPE html><html><head><title>Biên bản &amp; phụ lục</title><style>{style}</style>\
         </head><body><main>{sheet}</main></body></html>"
    );
    part(&word(&page).unwrap(), "word/document.xml")
}

/// The texts of the runs, paragraphs between bars.
fn texts(xml: &str) -> String {
    xml.split("<w:p ")
        .skip(1)
        .map(|paragraph| {
            paragraph
                .split("<w:t ")
                .skip(1)
                .filter_map(|run| Some(run.split_once('>')?.1.split_once("</w:t>")?.0))
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join("|")
}

#[track_caller]
fn check_texts(sheet: &str, expected: &str) {
    let xml = document("", &format!("<section class=\"sheet\">{sheet}</section>"));
    assert_eq!(texts(&xml), expected);
}

#[test]
fn blocks_become_paragraphs_and_white_space_falls_together() {
    check_texts("<p>  Một \n <b>hai</b>  ba</p>\n<div>bốn</div>", "Một hai ba|bốn");
}

#[test]
fn text_stands_as_it_is_typed_markup_characters_too() {
    check_texts(
        "<p>a &lt;b&gt; &amp; \"c\" #d *e* \\f</p>",
        "a &lt;b&gt; &amp; &quot;c&quot; #d *e* \\f",
    );
}

#[test]
fn a_table_has_its_spans_and_its_repeated_headings() {
    let xml = document(
        "",
        "<section class='sheet'><table><thead><tr><th rowspan=2>STT</th><th colspan=2>Điểm</th>\
         </tr><tr><th>I</th><th>II</th></tr></thead><tbody><tr><td>1</td><td>7,5</td><td>8,0</td>\
         </tr></tbody></table></section>",
    );
    assert_eq!(xml.matches("<w:tblHeader />").count(), 2, "{xml}");
    assert_eq!(xml.matches("w:vMerge").count(), 2, "{xml}");
    assert_eq!(xml.matches("<w:gridSpan w:val=\"2\" />").count(), 1, "{xml}");
    assert_eq!(texts(&xml), "STT|Điểm||I|II|1|7,5|8,0|");
}

#[test]
fn rules_of_the_style_sheet_become_looks() {
    let xml = document(
        ".t { font-weight: bold; font-size: 14pt; text-align: center; text-transform: uppercase } \
         .t i { font-style: italic }",
        "<section class='sheet'><p class='t'>biên bản <i>bàn giao</i></p></section>",
    );
    assert_eq!(texts(&xml), "BIÊN BẢN BÀN GIAO");
    assert!(xml.contains("<w:jc w:val=\"center\" />"), "{xml}");
    assert_eq!(xml.matches("<w:sz w:val=\"28\" />").count(), 2, "{xml}");
    assert_eq!(xml.matches("<w:b />").count(), 2, "{xml}");
    assert_eq!(xml.matches("<w:i />").count(), 1, "{xml}");
}

#[test]
fn things_side_by_side_stand_in_a_table_without_lines() {
    let xml = document(
        ".signatures { display: grid; grid-auto-flow: column }",
        "<section class='sheet'><div class='signatures'><div>Bên giao</div><div>Bên nhận</div>\
         </div></section>",
    );
    assert_eq!(xml.matches("<w:tc>").count(), 2, "{xml}");
    assert_eq!(texts(&xml), "Bên giao|Bên nhận|");
}

#[test]
fn an_official_sheet_has_the_margins_of_the_decree_and_another_sheet_its_own() {
    let xml = document(
        "",
        "<section class='sheet official'><p>một</p></section>\
         <section class='sheet landscape'><p>hai</p></section>",
    );
    let official = "w:top=\"1134\" w:right=\"850\" w:bottom=\"1134\" w:left=\"1701\"";
    assert!(xml.contains(official), "{xml}");
    assert!(xml.contains("w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\""), "{xml}");
    assert_eq!(xml.matches("<w:sectPr>").count(), 2, "{xml}");
}

#[test]
fn the_same_page_gives_the_same_bytes_and_carries_its_title() {
    let page =
        "<title>Biên bản &amp; phụ lục</title><section class='sheet'><p>x</p><p>y</p></section>";
    let first = word(page).unwrap();
    assert_eq!(first, word(page).unwrap());
    let properties = part(&first, "docProps/core.xml");
    assert!(properties.contains("<dc:title>Biên bản &amp; phụ lục</dc:title>"), "{properties}");
    assert!(part(&first, "word/styles.xml").contains("w:val=\"vi-VN\""));
}

#[test]
fn a_page_without_a_sheet_is_refused() {
    let error = word("<main><p>x</p></main>").unwrap_err();
    assert_eq!(error.to_string(), "the page has no `<section class=\"sheet\">`");
}
