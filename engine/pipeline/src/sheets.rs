//! Writes the sheets of a report as a workbook or as CSV.

use bieumau_model::definition::{Catalog, Format, Report, Sheet};
use bieumau_model::document;
use bieumau_model::indicators::Page;
use bieumau_model::table::Table;
use bieumau_render::{
    ByteOrderMark, FigureSheet, Grid, SheetError, csv, figures_csv, xlsx_with_figures,
};
use serde_json::Value as Json;

use crate::problem::{Problem, ProblemKind};

/// Writes all sheets and statistical tables; for CSV the first sheet, or all figures of a report
/// that has statistical tables only.
pub(crate) fn write(
    report: &Report,
    format: Format,
    tables: &[Table],
    pages: &[Page],
    catalog: &Catalog,
) -> Result<Vec<u8>, Problem> {
    let sheets: Vec<Sheet> =
        report.sheets.iter().map(|sheet| headed(sheet, report, tables)).collect();
    let figures: Vec<FigureSheet> = report
        .indicators
        .iter()
        .zip(pages)
        .map(|(indicator, page)| FigureSheet {
            name: &indicator.sheet,
            heading: filled(&indicator.sheet_heading, report, tables),
            page,
        })
        .collect();
    let grids = sheets
        .iter()
        .map(|sheet| Grid::new(sheet, tables, &catalog.code_lists))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| sheet_problem(report, &error))?;
    match (format, grids.first()) {
        // Spreadsheet programs take CSV for the system's own alphabet without the mark.
        (Format::Csv, Some(first)) => Ok(csv(first, ByteOrderMark::Written)),
        (Format::Csv, None) => Ok(figures_csv(&figures, ByteOrderMark::Written)),
        _ => xlsx_with_figures(&grids, &figures).map_err(|error| sheet_problem(report, &error)),
    }
}

fn headed(sheet: &Sheet, report: &Report, tables: &[Table]) -> Sheet {
    let mut sheet = sheet.clone();
    sheet.heading = filled(&sheet.heading, report, tables);
    sheet
}

/// Fills `{node.column}` in heading lines from the nodes of the document that are one object.
fn filled(heading: &[String], report: &Report, tables: &[Table]) -> Vec<String> {
    let mut heading = heading.to_vec();
    for line in &mut heading {
        for (name, node) in report.document.iter().filter(|(_, node)| node.one) {
            let Some(table) = tables.iter().find(|table| table.name() == node.from) else {
                continue;
            };
            for column in table.columns() {
                let blank = format!("{{{name}.{}}}", column.name);
                if line.contains(&blank) {
                    let value = table.value(0, &column.name);
                    let text = value.map_or(Json::Null, |value| document::cell(&value));
                    *line = line.replace(&blank, &words(&text));
                }
            }
        }
    }
    heading
}

fn words(cell: &Json) -> String {
    match cell {
        Json::Null => "…".to_owned(),
        Json::String(text) => text.clone(),
        Json::Object(date) => {
            date.get("short").and_then(Json::as_str).unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

fn sheet_problem(report: &Report, error: &SheetError) -> Problem {
    Problem::new(
        ProblemKind::Definition,
        "J064",
        format!("Báo cáo `{}` không lập được bảng tính: {error}", report.id),
        format!("report `{}` cannot make its workbook: {error}", report.id),
    )
}
