//! Checks what a page says around its data: columns and signatures by id, names by their place.

use super::super::Sink;
use super::super::words::{repeats, twice, unknown};
use crate::codes;
use crate::definition::{Align, Layout, LayoutColumn, Report, Signature};
use crate::raw::{RawAlign, RawLayout};
use crate::yaml::At;

pub(super) fn layout(raw: RawLayout, at: At<'_>, sink: &mut Sink<'_>) -> Layout {
    let (columns, signatures) = (at.get("columns"), at.get("signatures"));
    repeats(raw.columns.iter().map(|own| own.id.0.as_str()), |position, id| {
        sink.push(twice(columns.item(position).get("id").span(), ("cột", "column"), id));
    });
    repeats(raw.signatures.iter().map(|own| own.id.0.as_str()), |position, id| {
        sink.push(twice(signatures.item(position).get("id").span(), ("chữ ký", "signature"), id));
    });
    Layout {
        labels: raw.labels.into_iter().map(|(id, words)| (id.0, words)).collect(),
        rows: raw.rows.map(|rows| rows.0),
        columns: raw
            .columns
            .into_iter()
            .map(|raw| LayoutColumn {
                id: raw.id.0,
                title: raw.title,
                column: raw.column,
                width: raw.width,
                align: match raw.align {
                    RawAlign::Left => Align::Left,
                    RawAlign::Center => Align::Center,
                    RawAlign::Right => Align::Right,
                },
            })
            .collect(),
        signatures: raw
            .signatures
            .into_iter()
            .enumerate()
            .map(|(position, raw)| Signature {
                id: raw.id.0,
                post: raw.post,
                post_of: raw.post_of.and_then(|post| {
                    place_of_name(&post, signatures.item(position).get("post_of"), sink)
                }),
                authority: raw.authority,
                hint: raw.hint,
                name: raw.name.and_then(|name| {
                    place_of_name(&name, signatures.item(position).get("name"), sink)
                }),
                dated: raw.dated,
            })
            .collect(),
    }
}

/// Reads `node.column`.
fn place_of_name(name: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<(String, String)> {
    let place = name.split_once('.').map(|(node, column)| (node.to_owned(), column.to_owned()));
    if place.is_none() {
        sink.error(
            codes::LAYOUT,
            at.span(),
            format!("`{name}` không có dạng `nút.cột`"),
            format!("`{name}` does not have the form `node.column`"),
        );
    }
    place
}

pub(super) fn references(report: &Report, at: At<'_>, sink: &mut Sink<'_>) {
    let Some(layout) = &report.layout else { return };
    let known = || report.document.keys().map(String::as_str);
    let node = ("nút của tài liệu", "node of the document");
    if let Some(rows) = layout.rows.as_ref().filter(|rows| !report.document.contains_key(*rows)) {
        sink.push(unknown(codes::LAYOUT, at.get("rows").span(), node, rows, known()));
    }
    for (position, signature) in layout.signatures.iter().enumerate() {
        let at = at.get("signatures").item(position);
        for (key, place) in [("name", &signature.name), ("post_of", &signature.post_of)] {
            let Some((name, _)) = place else { continue };
            let span = at.get(key).span();
            match report.document.get(name) {
                Some(found) if found.one => {}
                Some(_) => sink.error(
                    codes::LAYOUT,
                    span,
                    format!("nút `{name}` có nhiều dòng nên không cho một tên"),
                    format!("the node `{name}` has many rows and so gives no single name"),
                ),
                None => sink.push(unknown(codes::LAYOUT, span, node, name, known())),
            }
        }
    }
}
