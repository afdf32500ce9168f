//! Compares one document through a worker with Typst called directly, and a workbook with
//! `rust_xlsxwriter` called directly. Prints medians and ratios; fails never.
//!
//! `cargo bench -p bieumau-render`

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

mod typst_direct;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use bieumau_model::table::Cells;
use bieumau_render::{
    Config, Data, Grid, GridColumn, PageFormat, RenderJob, Renderer, SharedFiles, Template, worker,
    xlsx,
};
use rust_xlsxwriter::{Format, FormatBorder, Workbook};
use serde_json::Value;
use typst::foundations::Bytes;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use typst_direct::Direct;

/// The document that is made again and again.
const TEMPLATE: &str = "secondary/lower_secondary_transcript";

const DOCUMENTS: usize = 60;

const ROWS: usize = 20_000;

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|first| first == "render-worker") {
        return worker::main();
    }
    let templates = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates"));
    let fonts = fonts(&templates.join("shared/fonts"));
    let template = template(templates);
    let sample = fs::read(templates.join(TEMPLATE).join("sample.json")).expect("sample.json");
    let sample: Value = serde_json::from_slice(&sample).expect("the sample is JSON");

    one_document(&fonts, &template, &sample);
    many_documents(&fonts, &template, &sample);
    workbook();
    ExitCode::SUCCESS
}

/// One warm document at a time: Typst in this process, against one worker.
fn one_document(fonts: &[Arc<[u8]>], template: &Template, sample: &Value) {
    let page = template.typst().expect("the template has a page");
    let mut direct = Direct::new(fonts, page, template.shared());
    let renderer = renderer(fonts, 1);
    let (mut alone, mut tagged, mut through) = (Vec::new(), Vec::new(), Vec::new());
    let mut pages = 0;
    for number in 0..DOCUMENTS {
        let data = vary(sample, number);
        let text = serde_json::to_vec(&data).expect("a tree is JSON");

        let start = Instant::now();
        direct.data = Bytes::new(text.clone());
        let document = typst::compile::<PagedDocument>(&direct).output.expect("it compiles");
        alone.push(start.elapsed());
        typst_pdf::pdf(&document, &PdfOptions::default()).expect("it is written");
        tagged.push(start.elapsed());
        comemo::evict(10);

        let start = Instant::now();
        let job = job(template, Data::Tree(&data));
        pages = renderer.render(&job).expect("it renders").pages;
        through.push(start.elapsed());
    }
    let (alone, tagged, through) = (median(alone), median(tagged), median(through));
    println!("{TEMPLATE}, {pages} pages, medians of {DOCUMENTS} documents:");
    println!("  typst directly, layout        {:8.2} ms", ms(alone));
    println!("  typst directly, with PDF      {:8.2} ms", ms(tagged));
    println!("  through a worker              {:8.2} ms", ms(through));
    println!("  ratio                         {:8.2}", ratio(through, tagged));
}

/// Many documents at a time, one worker for each core.
fn many_documents(fonts: &[Arc<[u8]>], template: &Template, sample: &Value) {
    let workers = thread::available_parallelism().map_or(1, Into::into);
    let renderer = renderer(fonts, workers);
    let run = |documents: usize| {
        let start = Instant::now();
        thread::scope(|scope| {
            for first in 0..workers {
                let renderer = &renderer;
                scope.spawn(move || {
                    for number in (first..documents).step_by(workers) {
                        let data = vary(sample, number);
                        renderer.render(&job(template, Data::Tree(&data))).expect("it renders");
                    }
                });
            }
        });
        start.elapsed()
    };
    run(workers * 5);
    println!("{workers} workers:");
    for documents in [100, 400] {
        let took = run(documents);
        let memory = memory_of_workers().map_or(String::new(), |mb| format!(", {mb} MB a worker"));
        println!(
            "  {documents:5} documents              {:8.1} a second{memory}",
            documents as f64 / took.as_secs_f64()
        );
    }
}

/// A workbook of many rows, against the same cells written by hand.
fn workbook() {
    let columns: Vec<(String, Cells)> = (0..12)
        .map(|column| {
            let cells = match column % 3 {
                0 => Cells::Text((0..ROWS).map(|row| Some(format!("Học sinh {row}"))).collect()),
                1 => Cells::Integer((0..ROWS).map(|row| i64::try_from(row).ok()).collect()),
                _ => Cells::Decimal {
                    scale: 1,
                    units: (0..ROWS).map(|row| i64::try_from(row % 101).ok()).collect(),
                },
            };
            (format!("Cột {column}"), cells)
        })
        .collect();
    let grid = Grid {
        name: "Biểu 1",
        heading: &[],
        columns: columns
            .iter()
            .map(|(title, cells)| GridColumn {
                title,
                group: None,
                width: None,
                cells,
                labels: None,
            })
            .collect(),
    };
    let (mut by_hand, mut through) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let start = Instant::now();
        write_by_hand(&columns);
        by_hand.push(start.elapsed());
        let start = Instant::now();
        xlsx(std::slice::from_ref(&grid)).expect("it is written");
        through.push(start.elapsed());
    }
    let (by_hand, through) = (median(by_hand), median(through));
    println!("workbook of {ROWS} rows and {} columns:", columns.len());
    println!("  rust_xlsxwriter directly      {:8.1} ms", ms(by_hand));
    println!("  through a grid                {:8.1} ms", ms(through));
    println!("  ratio                         {:8.2}", ratio(through, by_hand));
}

fn write_by_hand(columns: &[(String, Cells)]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let look = Format::new().set_font_name("Times New Roman").set_border(FormatBorder::Thin);
    let (whole, tenths) =
        (look.clone().set_num_format("0"), look.clone().set_num_format("#,##0.0"));
    for (at, (title, _)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, at, title, &look).expect("a cell");
    }
    for (row, number) in (0..ROWS).zip(1..) {
        for (at, (_, cells)) in (0..).zip(columns) {
            match cells {
                Cells::Text(cells) => {
                    let text = cells[row].as_deref().unwrap_or_default();
                    sheet.write_string_with_format(number, at, text, &look)
                }
                Cells::Integer(cells) => {
                    let units = cells[row].unwrap_or_default() as f64;
                    sheet.write_number_with_format(number, at, units, &whole)
                }
                Cells::Decimal { units, .. } => {
                    let units = units[row].unwrap_or_default() as f64 / 10.0;
                    sheet.write_number_with_format(number, at, units, &tenths)
                }
                Cells::Date(_) | Cells::Boolean(_) => unreachable!("not in this workbook"),
            }
            .expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("it is written");
}

/// What is different in the document of another pupil of the same class, besides the marks.
const PERSONAL: [&str; 7] =
    ["pupil", "full_name", "father_name", "mother_name", "address", "comment", "remark"];

/// Makes the document of another pupil: other names, other comments, other marks.
fn vary(data: &Value, number: usize) -> Value {
    vary_field("", data, number)
}

fn vary_field(name: &str, data: &Value, number: usize) -> Value {
    match data {
        Value::String(text) => Value::String(match text.split_once(',') {
            _ if PERSONAL.contains(&name) => format!("{text} {number}"),
            Some(("0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9", tenth)) => {
                format!("{},{}", (number + name.len()) % 10, (number * 7 + tenth.len()) % 10)
            }
            _ => text.clone(),
        }),
        Value::Array(items) => items.iter().map(|item| vary_field(name, item, number)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, field)| (name.clone(), vary_field(name, field, number)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn job<'a>(template: &'a Template, data: Data<'a>) -> RenderJob<'a> {
    RenderJob { template, data, format: PageFormat::Pdf, label: "bench", date: None }
}

fn renderer(fonts: &[Arc<[u8]>], workers: usize) -> Renderer {
    let program = env::current_exe().expect("this program has a path");
    let mut config = Config::new(program, ["render-worker"], fonts.to_vec());
    config.workers = workers;
    Renderer::new(config)
}

fn fonts(folder: &Path) -> Vec<Arc<[u8]>> {
    ["Regular", "Bold", "Italic", "BoldItalic"]
        .map(|style| fs::read(folder.join(format!("Tinos-{style}.ttf"))).expect("a font").into())
        .into()
}

fn template(templates: &Path) -> Template {
    let text = |path: PathBuf| fs::read_to_string(path).ok().map(Arc::<str>::from);
    let shared: SharedFiles = fs::read_dir(templates.join("shared"))
        .expect("templates/shared")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.is_file())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some((name, text(path)?))
        })
        .collect();
    Template::new(TEMPLATE, text(templates.join(TEMPLATE).join("page.typ")), None, Arc::new(shared))
}

/// Returns the resident memory of the largest worker, where the system tells.
fn memory_of_workers() -> Option<u64> {
    let this = std::process::id().to_string();
    let processes = fs::read_dir("/proc").ok()?;
    let status = processes
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("status")).ok())
        .filter(|status| field(status, "PPid:") == Some(this.as_str()));
    status
        .filter_map(|status| field(&status, "VmRSS:")?.parse::<u64>().ok())
        .max()
        .map(|kb| kb >> 10)
}

fn field<'s>(status: &'s str, name: &str) -> Option<&'s str> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
