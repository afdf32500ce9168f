//! The main job on a whole school, beside Typst called directly on the same data; the check of all
//! shipped definitions; the start of a site. Prints medians and ratios; fails on nothing.
//!
//! `cargo bench -p suite`

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

#[path = "../../engine/render/benches/typst_direct/mod.rs"]
mod typst_direct;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, thread};

use bieumau_model::scope::Caller;
use bieumau_pipeline::{DemoSite, Files, RenderRequest, Silent, Site, Workers, make_demo};
use jiff::Timestamp;
use typst::foundations::Bytes;
use typst_direct::Direct;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

const REPORT: &str = "lower_secondary_transcript";
const TEMPLATE: &str = "secondary/lower_secondary_transcript";
/// A lower secondary school of the demo, and the school year in which classes are taken from it.
const SCHOOL: &str = "31030003";
const YEAR: &str = "2025";

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|first| first == "render-worker") {
        return bieumau_pipeline::run_render_worker();
    }
    if env::args().nth(1).is_some_and(|first| first == "plugin-compiler") {
        return bieumau_pipeline::run_plugin_compiler();
    }
    let folder = tempfile::tempdir().expect("a folder for the demo");
    let wanted = DemoSite { seed: 1, schools: 3 };
    let now = Timestamp::UNIX_EPOCH;
    let made = make_demo(folder.path(), &wanted, &workers(1), now, &Silent);
    drop(made.expect("the demo is made"));

    check_definitions();
    std::fs::remove_dir_all(folder.path().join(".machine-code")).unwrap_or_default();
    drop(start(folder.path(), "plugins not compiled yet"));
    let site = start(folder.path(), "plugins precompiled, goal 300");
    let pupils = pupils(&site, "9A1");
    one_transcript(&site, &pupils);
    drop(site);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let site = Site::open(folder.path(), &workers(cores), now).expect("the site opens");
    many_transcripts(&site, cores);
    ExitCode::SUCCESS
}

fn workers(count: usize) -> Workers {
    Workers {
        program: env::current_exe().expect("this program"),
        arguments: vec!["render-worker".into()],
        count,
        time: None,
    }
}

fn check_definitions() {
    let without = median(20, || bieumau_pipeline::check(None, None).expect("files are there"));
    let with =
        median(5, || bieumau_pipeline::check(None, Some(&workers(2))).expect("files are there"));
    println!("check of all shipped definitions:");
    println!("  without templates             {:8.1} ms (goal 300)", ms(without));
    println!("  with templates                {:8.1} ms (goal 2000)", ms(with));
}

/// Opens the site and makes one document, which compiles the plugin and starts a worker.
fn start(folder: &std::path::Path, how: &str) -> Site {
    let begin = Instant::now();
    let site = Site::open(folder, &workers(1), Timestamp::UNIX_EPOCH).expect("the site opens");
    println!("start of a site                 {:8.1} ms ({how})", ms(begin.elapsed()));
    let begin = Instant::now();
    site.warm_up();
    println!("all plugins ready               {:8.1} ms", ms(begin.elapsed()));
    let pupil = pupils(&site, "9A1").remove(0);
    let begin = Instant::now();
    render(&site, &pupil);
    println!("first document after the start  {:8.1} ms", ms(begin.elapsed()));
    site
}

fn pupils(site: &Site, class: &str) -> Vec<String> {
    let given = parameters(&[("class", class)]);
    let view = site.report_view(&Caller::Operator, REPORT, &given).expect("the report is there");
    let field = view.fields.into_iter().find(|field| field.id == "pupil").expect("its parameter");
    field.choices.into_iter().map(|choice| choice.value).collect()
}

fn parameters(more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let given = [("school", SCHOOL), ("year", YEAR)];
    given.iter().chain(more).map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn render(site: &Site, pupil: &str) -> usize {
    let given = parameters(&[("pupil", pupil)]);
    let request = RenderRequest::new(REPORT.into(), given, "pdf", None).expect("a request");
    site.render(&Caller::Operator, &request).expect("it renders").pages.unwrap_or_default()
}

/// One warm transcript at a time: query, rules, page, PDF; against Typst on the same data.
fn one_transcript(site: &Site, pupils: &[String]) {
    let files = Files::shipped();
    let fonts: Vec<Arc<[u8]>> = files
        .below("templates/shared/fonts/")
        .filter(|(path, _)| path.ends_with(".ttf"))
        .map(|(_, bytes)| bytes.into())
        .collect();
    let page = files.text(&format!("templates/{TEMPLATE}/page.typ")).expect("the page");
    let shared: BTreeMap<String, Arc<str>> = files
        .below("templates/shared/")
        .filter_map(|(path, _)| {
            let name = path.strip_prefix("templates/shared/")?;
            Some((name.to_owned(), files.text(path).filter(|_| name.ends_with(".typ"))?.into()))
        })
        .collect();
    let mut direct = Direct::new(&fonts, &page, &shared);
    let (mut alone, mut whole, mut data_only) = (Vec::new(), Vec::new(), Vec::new());
    let mut pages = 0;
    for round in 0..3 {
        for pupil in pupils {
            let begin = Instant::now();
            pages = render(site, pupil);
            let took = begin.elapsed();
            let begin = Instant::now();
            let given = parameters(&[("pupil", pupil)]);
            let data = site.template_data(&Caller::Operator, REPORT, &given).expect("its data");
            let data_took = begin.elapsed();
            direct.data = Bytes::new(serde_json::to_vec(&data).expect("JSON"));
            let begin = Instant::now();
            let document = typst::compile::<PagedDocument>(&direct).output.expect("it compiles");
            typst_pdf::pdf(&document, &PdfOptions::default()).expect("it is written");
            let alone_took = begin.elapsed();
            comemo::evict(10);
            // The first round warms both.
            if round > 0 {
                whole.push(took);
                data_only.push(data_took);
                alone.push(alone_took);
            }
        }
    }
    let (alone, whole, data) = (middle(alone), middle(whole), middle(data_only));
    println!("one warm transcript, {pages} pages, medians of {} documents:", 2 * pupils.len());
    println!("  typst directly, tagged PDF    {:8.2} ms", ms(alone));
    println!("  the whole job, PDF/A-2a       {:8.2} ms", ms(whole));
    println!("  of it query and rules         {:8.2} ms", ms(data));
    println!("  ratio                         {:8.2} (goal 1.25)", ms(whole) / ms(alone));
}

/// Transcripts of several classes, as many at a time as there are cores.
fn many_transcripts(site: &Site, cores: usize) {
    let all: Vec<String> = (1..=7)
        .flat_map(|class| pupils(site, &format!("9A{class}")))
        .chain((1..=7).flat_map(|class| pupils(site, &format!("8A{class}"))))
        .collect();
    let begin = Instant::now();
    thread::scope(|scope| {
        for first in 0..cores {
            let all = &all;
            scope.spawn(move || {
                for pupil in all.iter().skip(first).step_by(cores) {
                    render(site, pupil);
                }
            });
        }
    });
    let rate = all.len() as f64 / begin.elapsed().as_secs_f64();
    println!("{} transcripts on {cores} cores     {rate:8.1} a second (goal 150)", all.len());
}

fn median<T>(times: usize, mut work: impl FnMut() -> T) -> Duration {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let begin = Instant::now();
        std::hint::black_box(work());
        took.push(begin.elapsed());
    }
    middle(took)
}

fn middle(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
