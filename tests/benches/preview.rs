//! From saving a template or a definition to the refreshed page, as `bieumau dev` makes it, with the
//! waiting of its look included. Prints medians, and the one beside the other; fails on nothing.
//!
//! `cargo bench -p suite --bench preview`

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use bieumau_pipeline::{Files, Preview, Workers};

const REPORT: &str = "computer_needs";
const TEMPLATE: &str = "templates/lists/computer_needs/page.typ";
const DEFINITION: &str = "forms/lists/computer_needs.report.yaml";
const ROUNDS: usize = 25;
/// As the page of `bieumau dev` looks.
const LOOK: Duration = Duration::from_millis(30);

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|first| first == "render-worker") {
        return bieumau_pipeline::run_render_worker();
    }
    let folder = tempfile::tempdir().expect("a folder for the site");
    for path in [TEMPLATE, DEFINITION] {
        let to = folder.path().join(path);
        fs::create_dir_all(to.parent().expect("inside the folder")).expect("a folder");
        fs::write(to, Files::shipped().get(path).expect("a shipped file")).expect("a file");
    }
    let workers = Workers {
        program: env::current_exe().expect("this program"),
        arguments: vec!["render-worker".into()],
        count: 2,
        time: None,
    };
    let mut preview = Preview::open(folder.path(), REPORT, &workers).expect("the preview opens");
    let template = saved(&mut preview, folder.path(), TEMPLATE, "\n// ");
    let definition = saved(&mut preview, folder.path(), DEFINITION, "\n# ");
    println!("template saved to page shown:                 {:>7.1} ms", milliseconds(template));
    println!(
        "definition saved to page shown (all checked): {:>7.1} ms  ({:.1} x)",
        milliseconds(definition),
        definition.as_secs_f64() / template.as_secs_f64()
    );
    ExitCode::SUCCESS
}

/// Time from the end of saving a file until its page can be fetched, looking as `bieumau dev` does.
fn saved(preview: &mut Preview, folder: &Path, path: &str, comment: &str) -> Duration {
    let path = folder.join(path);
    let text = fs::read_to_string(&path).expect("the file is there");
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            fs::write(&path, format!("{text}{comment}{round}\n")).expect("the file is saved");
            let began = Instant::now();
            while !preview.look().expect("the files are read") {
                thread::sleep(LOOK);
            }
            preview.picture(1).expect("the page is made").expect("the report has pages");
            began.elapsed() + LOOK / 2
        })
        .collect();
    assert!(preview.is_fresh(), "the saved file is right");
    median(&mut times)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
