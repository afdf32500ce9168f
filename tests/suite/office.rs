//! Workbooks and Word documents opened by LibreOffice: nothing is lost, and the values are those of the page.
//!
//! All files are converted in one go. Without `soffice` on the path the trials are skipped, and say so.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use bieumau_model::text::Locale;
use bieumau_pipeline::Site;
use libtest_mimic::{Failed, Trial};

use crate::documents::{REPORTS, STATISTICS, filled, plain};
use crate::pdf::measure;
use crate::support::{Outcome, catalog, demo, ensure, html, rendered, said};

/// Every sheet as text with tabs, numbers as they are kept.
const CSV: &str = "csv:Text - txt - csv (StarCalc):9,0,76,1,,0,false,true,false,false,false,-1";

/// The same with numbers as they are shown.
const SHOWN: &str = "csv:Text - txt - csv (StarCalc):9,0,76,1,,0,false,true,true,false,false,-1";

pub fn trials() -> Vec<Trial> {
    let there = Command::new("soffice")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let name = |what: &str| {
        let skipped =
            if there { "" } else { " (skipped: LibreOffice, `soffice`, is not installed)" };
        format!("office::{what}{skipped}")
    };
    vec![
        Trial::test(name("workbooks_open_with_the_values_of_the_page"), || {
            check("xlsx", CSV, check_sheet)
        })
        .with_ignored_flag(!there),
        Trial::test(name("workbooks_of_figures_open_with_the_values_of_the_pdf"), figures)
            .with_ignored_flag(!there),
        Trial::test(name("word_documents_open_with_the_text_of_the_page"), || {
            check("docx", "txt:Text (encoded):UTF8", check_text)
        })
        .with_ignored_flag(!there),
    ]
}

/// Compares one converted file with the page, and returns how many texts agreed.
type Check = fn(report: &str, converted: &str, page: &str) -> Result<usize, Failed>;

fn check(format: &str, filter: &str, compare: Check) -> Outcome {
    let site = &demo().site;
    let folder = tempfile::tempdir()?;
    let mut pages: BTreeMap<&str, String> = BTreeMap::new();
    for (report, given) in REPORTS {
        let declared = format != "xlsx" || !catalog().reports[report].sheets.is_empty();
        if !declared || !offers(site, report, format)? {
            continue;
        }
        let given = filled(report, given)?;
        let document = rendered(site, report, &given, format)?;
        fs::write(folder.path().join(format!("{report}.{format}")), document.bytes)?;
        pages.insert(report, html(site, report, &given)?);
    }
    ensure(pages.len() >= 8, || format!("only {} reports offer {format}", pages.len()))?;
    let out = folder.path().join("out");
    convert(folder.path(), &out, format, filter)?;
    for (report, page) in &pages {
        let mut agreed = 0;
        for entry in fs::read_dir(&out)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // A workbook gives `report-Sheet.csv` for each of its sheets.
            let own = name.strip_prefix(report).is_some_and(|rest| rest.starts_with(['.', '-']));
            if own {
                agreed += compare(report, &fs::read_to_string(&path)?, page)
                    .map_err(|failed| format!("{name}: {}", failed.message().unwrap_or("")))?;
            }
        }
        ensure(agreed > 3, || format!("{report}.{format}: only {agreed} texts were compared"))?;
    }
    Ok(())
}

/// Every row of every statistical table stands in the PDF as LibreOffice shows it in the workbook.
fn figures() -> Outcome {
    let site = &demo().site;
    let folder = tempfile::tempdir()?;
    let mut pages: BTreeMap<&str, String> = BTreeMap::new();
    let whole = REPORTS.iter().filter(|(id, _)| !catalog().reports[*id].indicators.is_empty());
    for (report, given) in whole.chain(&STATISTICS) {
        let document = rendered(site, report, given, "xlsx")?;
        fs::write(folder.path().join(format!("{report}.xlsx")), document.bytes)?;
        let pdf = measure(&rendered(site, report, given, "pdf")?.bytes)?;
        pages.insert(report, squeezed(&pdf.into_iter().map(|page| page.drawn).collect::<String>()));
    }
    let out = folder.path().join("out");
    convert(folder.path(), &out, "xlsx", SHOWN)?;
    for (report, page) in &pages {
        let mut agreed = 0;
        for indicator in &catalog().reports[*report].indicators {
            let name = format!("{report}-{}.csv", indicator.sheet);
            let sheet =
                fs::read_to_string(out.join(&name)).map_err(|error| format!("{name}: {error}"))?;
            let lines =
                sheet.lines().map(|line| line.split('\t').map(str::trim).collect::<Vec<_>>());
            // Below the letters and numbers of the columns, down to the first empty line.
            let mut rows = lines.skip_while(|line| line.first() != Some(&"A")).skip(1);
            for row in rows.by_ref().take_while(|row| row.iter().any(|cell| !cell.is_empty())) {
                let shown = squeezed(&row.iter().map(|cell| vietnamese(cell)).collect::<String>());
                ensure(page.contains(&shown), || format!("{name}: {row:?} is not in the PDF"))?;
                agreed += row.len();
            }
        }
        ensure(agreed > 20, || format!("{report}: only {agreed} cells were compared"))?;
    }
    ensure(pages.len() > 10, || format!("only {} forms have figures", pages.len()))
}

/// LibreOffice speaks English here: its commas and points change places.
fn vietnamese(cell: &str) -> String {
    let number = cell.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && cell.chars().all(|letter| letter.is_ascii_digit() || ",.-".contains(letter));
    match number {
        true => cell.replace(',', ";").replace('.', ",").replace(';', "."),
        false => cell.to_owned(),
    }
}

fn offers(site: &Site, report: &str, format: &str) -> Result<bool, Failed> {
    Ok(site.report_summary(report).map_err(said)?.formats.contains(&format))
}

/// Lets LibreOffice open every file of `folder` and write it in another format into `out`.
fn convert(folder: &Path, out: &Path, format: &str, filter: &str) -> Outcome {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let files = fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let files = files.filter(|path| path.extension().is_some_and(|own| own == format));
    let done = Command::new("soffice")
        .args([&profile, "--headless", "--norestore", "--convert-to", filter, "--outdir"])
        .arg(out)
        .args(files)
        .output()?;
    ensure(done.status.success(), || String::from_utf8_lossy(&done.stderr).into_owned())
}

/// Text without white space, in capitals: the page sets titles in capitals by its style sheet.
fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}

fn check_sheet(report: &str, csv: &str, page: &str) -> Result<usize, Failed> {
    // Columns of a workbook may be headed otherwise than those of the page.
    let sheets = catalog().reports[report].sheets.iter().flat_map(|sheet| &sheet.columns);
    let titles: Vec<&String> =
        sheets.flat_map(|column| column.group.iter().chain([&column.title])).collect();
    let page = squeezed(&plain(page));
    let mut lines =
        csv.lines().map(|line| line.split('\t').map(str::trim).collect::<Vec<_>>()).peekable();
    // Headings stand above the titles of the columns. The lists at the end of a year have a sheet for
    // each list, and the page shows one of them, under the same heading.
    let is_title = |cell: &&str| titles.iter().any(|title| title == cell);
    let mut shown = !report.ends_with("promotion_list");
    while let Some(line) = lines.next_if(|line| !line.iter().any(&is_title)) {
        let list = line.first().is_some_and(|text| text.starts_with("DANH SÁCH"));
        shown |= list && page.contains(&squeezed(line[0]));
    }
    if !shown {
        return Ok(0);
    }
    let mut agreed = 0;
    let is_value = |cell: &&str| !cell.is_empty() && !is_title(cell);
    for cell in lines.flatten().filter(is_value) {
        // LibreOffice speaks English here: its decimal point is the page's comma.
        let number = cell.parse::<f64>().is_ok();
        let text = if number { cell.replace('.', ",") } else { cell.to_owned() };
        let long = text.clone() + ",0";
        let there = page.contains(&squeezed(&text))
            || (number && page.contains(&squeezed(&long)))
            || symbols(report, cell).iter().any(|symbol| page.contains(&squeezed(symbol)));
        ensure(there, || format!("`{cell}` is not on the page"))?;
        agreed += 1;
    }
    Ok(agreed)
}

fn check_text(_: &str, text: &str, page: &str) -> Result<usize, Failed> {
    let text = squeezed(text);
    let body = page.split("<body>").nth(1).unwrap_or(page);
    let mut agreed = 0;
    for piece in body.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, piece)| piece) {
        let piece = squeezed(&plain(piece));
        if piece.is_empty() {
            continue;
        }
        ensure(text.contains(&piece), || format!("`{piece}` was lost"))?;
        agreed += 1;
    }
    Ok(agreed)
}

/// What the page may show in a narrow cell for a code whose name the workbook has.
fn symbols(report: &str, name: &str) -> Vec<String> {
    let sheets = &catalog().reports[report].sheets;
    let lists = sheets.iter().flat_map(|sheet| &sheet.columns).filter_map(|own| own.codes.as_ref());
    let codes = lists.flat_map(|list| &catalog().code_lists[list].codes);
    codes
        .filter(|code| code.name.get(Locale::Vi) == name)
        .filter_map(|code| code.symbol.clone())
        .collect()
}
