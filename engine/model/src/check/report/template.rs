//! Checks that the formats of a report have what they need: template files, or sheets.

use std::collections::BTreeSet;

use super::super::words::{repeats, twice, unknown};
use super::super::{Sink, SourceTree};
use crate::codes;
use crate::definition::{Format, Report, Sheet, SheetColumn};
use crate::diagnostic::Diagnostic;
use crate::raw::{RawFormat, RawSheet};
use crate::text::Text;
use crate::yaml::At;

pub(super) fn formats(raw: &[RawFormat], at: At<'_>, sink: &mut Sink<'_>) -> Vec<Format> {
    let names = (0..raw.len()).filter_map(|position| at.item(position).node.text());
    repeats(names, |position, name| {
        sink.push(twice(at.item(position).span(), ("định dạng", "format"), name));
    });
    let format = |raw: &RawFormat| match raw {
        RawFormat::Pdf => Format::Pdf,
        RawFormat::Png => Format::Png,
        RawFormat::Html => Format::Html,
        RawFormat::Docx => Format::Docx,
        RawFormat::Xlsx => Format::Xlsx,
        RawFormat::Csv => Format::Csv,
    };
    raw.iter().map(format).collect()
}

pub(super) fn sheets(raw: Vec<RawSheet>, at: At<'_>, sink: &mut Sink<'_>) -> Vec<Sheet> {
    repeats(raw.iter().map(|sheet| sheet.name.as_str()), |position, name| {
        sink.push(twice(at.item(position).get("name").span(), ("trang tính", "sheet"), name));
    });
    let raw = raw.into_iter().enumerate();
    raw.map(|(position, raw)| sheet(raw, at.item(position), sink)).collect()
}

/// Reports what no spreadsheet program takes as the name of a sheet.
pub(super) fn sheet_name(name: &str, at: At<'_>, sink: &mut Sink<'_>) {
    if name.chars().count() > 31 || name.contains(['[', ']', ':', '*', '?', '/', '\\']) {
        sink.error(
            codes::BAD_VALUE,
            at.span(),
            "tên trang tính có không quá 31 ký tự và không chứa [ ] : * ? / \\".to_owned(),
            "the name of a sheet has at most 31 characters and none of [ ] : * ? / \\".to_owned(),
        );
    }
}

fn sheet(raw: RawSheet, at: At<'_>, sink: &mut Sink<'_>) -> Sheet {
    sheet_name(&raw.name, at.get("name"), sink);
    let columns = raw.columns.into_iter().map(|raw| SheetColumn {
        column: raw.column,
        title: raw.title,
        group: raw.group,
        codes: raw.codes.map(|list| list.0),
        width: raw.width,
    });
    Sheet { name: raw.name, heading: raw.heading, from: raw.from.0, columns: columns.collect() }
}

/// Checks that the files of the template, or the sheets, are there.
pub(super) fn files(report: &Report, at: At<'_>, source: &SourceTree, sink: &mut Sink<'_>) {
    let any = |formats: &[Format]| report.formats.iter().any(|format| formats.contains(format));
    let (pages, html) = (any(&[Format::Pdf, Format::Png]), any(&[Format::Html, Format::Docx]));
    let formats_at = at.get("formats");
    match &report.template {
        None if pages || html => sink.error(
            codes::TEMPLATE_MISSING,
            formats_at.span(),
            "các định dạng pdf, png, html, docx cần khóa `template`".to_owned(),
            "the formats pdf, png, html and docx need the key `template`".to_owned(),
        ),
        Some(template) if !template.is_empty() => {
            template_files(template, pages, html, at.get("template"), source, sink);
        }
        _ => {}
    }
    let tabular = any(&[Format::Xlsx, Format::Csv]);
    if tabular && report.sheets.is_empty() && report.indicators.is_empty() {
        sink.error(
            codes::SHEETS,
            formats_at.span(),
            "các định dạng xlsx, csv cần khóa `sheets`".to_owned(),
            "the formats xlsx and csv need the key `sheets`".to_owned(),
        );
    } else if !tabular && !report.sheets.is_empty() {
        let message = Text::both(
            "có `sheets` nhưng không có định dạng xlsx hay csv",
            "there are `sheets`, but neither xlsx nor csv among the formats",
        );
        sink.push(Diagnostic::warning(codes::SHEETS, message).at(at.key_span("sheets")));
    }
}

fn template_files(
    template: &str,
    pages: bool,
    html: bool,
    at: At<'_>,
    source: &SourceTree,
    sink: &mut Sink<'_>,
) {
    let folders: BTreeSet<&str> = source
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("templates/")?.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| folder.split('/').count() == 2 && !folder.starts_with("shared/"))
        .collect();
    if !folders.contains(template) {
        let what = ("mẫu trình bày", "template");
        sink.push(unknown(codes::TEMPLATE_MISSING, at.span(), what, template, folders));
        return;
    }
    let wanted = [("page.typ", pages), ("page.html", html), ("sample.json", true)];
    for (file, _) in wanted.into_iter().filter(|(_, wanted)| *wanted) {
        let path = format!("templates/{template}/{file}");
        if !source.contains(&path) {
            sink.error(
                codes::TEMPLATE_MISSING,
                at.span(),
                format!("thiếu tệp `{path}`"),
                format!("the file `{path}` is missing"),
            );
        }
    }
}
