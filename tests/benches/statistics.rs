//! A national statistical form over a million pupils: schools, classes, pupils by grade and by age in
//! one pass. Prints the time beside a bare join of the same tables; fails on nothing. Goal: 2 s.
//!
//! `cargo bench -p suite --bench statistics` (`PUPILS=100000` makes it smaller)

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

#[path = "../made_up_schools.rs"]
mod made_up_schools;

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bieumau_model::scope::Caller;
use bieumau_pipeline::{DemoSite, Silent, Site, Workers, make_demo};
use jiff::Timestamp;

/// Pupils of each school that is added to the demo.
const OF_A_SCHOOL: usize = 500;
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|first| first == "render-worker") {
        return bieumau_pipeline::run_render_worker();
    }
    if env::args().nth(1).is_some_and(|first| first == "plugin-compiler") {
        return bieumau_pipeline::run_plugin_compiler();
    }
    let pupils = env::var("PUPILS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder for the demo");
    let workers = Workers {
        program: env::current_exe().expect("this program"),
        arguments: vec!["render-worker".into()],
        count: 1,
        time: None,
    };
    let (wanted, now) = (DemoSite { seed: 1, schools: 1 }, Timestamp::UNIX_EPOCH);
    drop(make_demo(folder.path(), &wanted, &workers, now, &Silent).expect("the demo is made"));
    let started = Instant::now();
    made_up_schools::fill(&folder.path().join("data.db"), pupils / OF_A_SCHOOL, OF_A_SCHOOL);
    println!("{pupils} pupils written in {:.1} s", started.elapsed().as_secs_f64());
    let site = Site::open(folder.path(), &workers, now).expect("the site opens");
    let whole = median(|| form(&site));
    let bare = bare(&folder.path().join("data.db"));
    println!("the whole form, median:   {:.2} s (goal 2)", whole.as_secs_f64());
    println!("a bare join, counted:     {:.2} s", bare.as_secs_f64());
    println!("ratio:                    {:.2}", whole.as_secs_f64() / bare.as_secs_f64());
    ExitCode::SUCCESS
}

/// All three tables of the form for the whole site.
fn form(site: &Site) {
    let given = BTreeMap::from([("year".to_owned(), "2025".to_owned())]);
    let view = site.figures(&Caller::Operator, "primary_statistics", &given).expect("figures");
    assert!(view.findings.is_empty(), "{:?}", view.findings);
    assert_eq!(view.tables.len(), 3);
}

fn bare(data: &Path) -> Duration {
    let conn = rusqlite::Connection::open(data).expect("the store opens");
    median(|| {
        let count: i64 = conn
            .query_row(
                "SELECT count(*) FROM record_school s \
                 CROSS JOIN record_enrolment e ON e.school = s.school AND e.year = 2025 \
                 JOIN record_class c ON c.school = e.school AND c.year = e.year AND c.class = e.class \
                 JOIN record_pupil p ON p.school = e.school AND p.pupil = e.pupil \
                 WHERE s.level = 'primary' AND p._status = 'active' AND p.gender <> ''",
                [],
                |row| row.get(0),
            )
            .expect("the join runs");
        assert!(count > 0);
    })
}

fn median(work: impl Fn()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}
