//! `bieumau figures …`: the statistical tables of a report, and the records behind one figure.

use std::path::Path;

use bieumau_model::indicators::Page;
use bieumau_model::text::Locale;
use bieumau_pipeline::{FiguresView, ListBehind, Problem, Site};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::Ending;
use crate::arguments::{CallerArguments, pair};
use crate::commands::{caller, print_line, workers};

/// Which figures.
#[derive(Debug, Args)]
pub(crate) struct FiguresArguments {
    /// The report; `bieumau reports` lists them.
    pub report: String,
    /// A parameter, such as `--param year=2025`; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// List the records behind this figure, such as `grades.grade_1.girls`.
    #[arg(long, value_name = "TABLE.ROW.COLUMN")]
    pub cell: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub caller: CallerArguments,
}

pub(crate) fn run(
    site: &Path,
    asked: &FiguresArguments,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = Site::open(site, &workers()?, Timestamp::now())?;
    let caller = caller(&asked.caller, &site)?;
    let parameters = asked.parameters.iter().cloned().collect();
    if let Some(cell) = &asked.cell {
        let now = Timestamp::now();
        let found = site.records_behind(&caller, &asked.report, &parameters, cell, now)?;
        if asked.json {
            print_line(&format!("{:#}", json!(found)));
            return Ok(Ending::Done);
        }
        print_line(&format!(
            "{} · {} · {}: {}",
            found.title, found.row, found.column, found.figure
        ));
        found.lists.iter().for_each(|list| print_list(list, locale));
        return Ok(Ending::Done);
    }
    let view = site.figures(&caller, &asked.report, &parameters)?;
    if asked.json {
        print_line(&format!("{:#}", json!(view)));
    } else {
        view.tables.iter().for_each(print_page);
    }
    Ok(findings(&view, locale))
}

/// Says what is wrong with the figures.
fn findings(view: &FiguresView, locale: Locale) -> Ending {
    for finding in &view.findings {
        eprintln!("{}", finding.one_line(locale));
    }
    if view.findings.is_empty() { Ending::Done } else { Ending::Findings }
}

/// Prints a table with the ids by which a figure is asked for.
fn print_page(page: &Page) {
    print_line(&format!("\n{} [{}]", page.title, page.id));
    let heads = page.columns.iter().map(|column| column.id.clone());
    let mut rows: Vec<Vec<String>> =
        vec![[String::new(), String::new()].into_iter().chain(heads).collect()];
    for row in &page.rows {
        let title = format!("{}{}", "  ".repeat(row.depth), row.title);
        let cells = row.cells.iter().map(|cell| cell.text.clone());
        let id = row.id.clone().unwrap_or_default();
        rows.push([title, id].into_iter().chain(cells).collect());
    }
    print_rows(&rows, 2);
}

fn print_list(list: &ListBehind, locale: Locale) {
    let mut rows = vec![list.columns.clone()];
    rows.extend(list.rows.iter().cloned());
    print_rows(&rows, list.columns.len());
    if list.more {
        let more = if locale == Locale::Vi { "… còn nữa" } else { "… there are more" };
        print_line(&more);
    }
}

/// Prints rows under each other; the first `left` columns are texts, the others numbers.
fn print_rows(rows: &[Vec<String>], left: usize) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let room = " ".repeat(widths[at] - cell.chars().count());
            match at < left {
                true => line += &format!("{cell}{room}  "),
                false => line += &format!("{room}{cell}  "),
            }
        }
        print_line(&line.trim_end());
    }
}
