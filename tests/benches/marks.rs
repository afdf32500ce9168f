//! Saving one class page of marks (45 pupils x 6 marks), durable, beside the bare SQLite transaction
//! that writes the same values; and fifty writers at once. Prints medians and the ratio; fails on
//! nothing.
//!
//! `cargo bench -p suite --bench marks`

#![expect(clippy::float_arithmetic, reason = "times are no marks")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, thread};

use bieumau_model::entry::Given;
use bieumau_model::scope::Caller;
use bieumau_pipeline::{
    Act, Change, DemoSite, EntryGrid, Mode, Silent, Site, Why, Workers, make_demo,
};
use jiff::Timestamp;

const SCHOOL: &str = "31030003";
const COLUMNS: [&str; 6] =
    ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4", "mid_term", "end_of_term"];
const ROUNDS: usize = 60;

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("render-worker") => return bieumau_pipeline::run_render_worker(),
        // The averages beside the marks are computed by a plugin.
        Some("plugin-compiler") => return bieumau_pipeline::run_plugin_compiler(),
        _ => {}
    }
    let folder = tempfile::tempdir().expect("a folder for the demo");
    let workers = Workers {
        program: env::current_exe().expect("this program"),
        arguments: vec!["render-worker".into()],
        count: 1,
        time: None,
    };
    let wanted = DemoSite { seed: 1, schools: 3 };
    let site = make_demo(folder.path(), &wanted, &workers, Timestamp::UNIX_EPOCH, &Silent);
    let site = Arc::new(site.expect("the demo is made"));
    let page = one_page(&site);
    let bare = bare(folder.path());
    println!("one page of marks, median: {:.2} ms", milliseconds(page));
    println!("bare SQLite transaction:   {:.2} ms", milliseconds(bare));
    println!("ratio:                     {:.2}", page.as_secs_f64() / bare.as_secs_f64());
    fifty_writers(&site);
    ExitCode::SUCCESS
}

fn grid(site: &Site) -> EntryGrid {
    let fixed = [
        ("school", SCHOOL),
        ("year", "2025"),
        ("term", "1"),
        ("class", "6A1"),
        ("subject", "TOAN"),
    ];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let grid = site.entry_grid(&Caller::Operator, "mark", &fixed, Timestamp::now());
    grid.expect("the grid is filled")
}

/// Changes of every mark of the class; each round gives other values, so that all are written.
fn changes(site: &Site, round: usize) -> Vec<Change> {
    grid(site)
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let value = |column: usize| format!("{},{}", (at + column) % 10, (round + column) % 10);
            let mut fields: BTreeMap<String, Given> = COLUMNS
                .iter()
                .enumerate()
                .map(|(column, name)| ((*name).to_owned(), Given::Text(value(column))))
                .collect();
            site.put_key("mark", &row.key, &mut fields).expect("a right key");
            let revision = row.revision.expect("every pupil of the demo has marks");
            Change {
                form: "mark".to_owned(),
                act: Act::Update { revision },
                fields,
                confirmed: Vec::new(),
            }
        })
        .collect()
}

fn one_page(site: &Site) -> Duration {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let changes = changes(site, round);
        let started = Instant::now();
        let outcome = site
            .write(&Caller::Operator, &changes, &Why::default(), Mode::Commit, Timestamp::now())
            .expect("the store works");
        times.push(started.elapsed());
        assert!(outcome.accepted, "{:?}", outcome.findings);
        if round == 0 {
            println!("{} pupils x {} marks", changes.len(), COLUMNS.len());
        }
    }
    median(times)
}

/// The same values with SQLite alone: one prepared update for each pupil, one transaction.
fn bare(folder: &std::path::Path) -> Duration {
    let mut conn = rusqlite::Connection::open(folder.join("data.db")).expect("the store opens");
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").expect("it is set");
    let pupils: Vec<String> = conn
        .prepare("SELECT pupil FROM record_mark WHERE school = ? AND year = 2025 AND term = 1 AND subject = 'TOAN' AND class = '6A1'")
        .and_then(|mut rows| rows.query_map([SCHOOL], |row| row.get(0))?.collect())
        .expect("pupils");
    let sql = format!(
        "UPDATE record_mark SET {} WHERE school = ? AND year = 2025 AND term = 1 AND pupil = ? AND subject = 'TOAN'",
        COLUMNS.map(|name| format!("{name} = ?")).join(", ")
    );
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let started = Instant::now();
        let transaction = conn.transaction().expect("a transaction");
        {
            let mut update = transaction.prepare_cached(&sql).expect("a right statement");
            for (at, pupil) in pupils.iter().enumerate() {
                let value =
                    |column: usize| ((at + column) % 10 * 10 + (round + column + 5) % 10) as i64;
                update
                    .execute(rusqlite::params![
                        value(0),
                        value(1),
                        value(2),
                        value(3),
                        value(4),
                        value(5),
                        SCHOOL,
                        pupil
                    ])
                    .expect("the update runs");
            }
        }
        transaction.commit().expect("it is durable");
        times.push(started.elapsed());
    }
    median(times)
}

/// Fifty people save marks of their own pupils at once, ten times each.
fn fifty_writers(site: &Arc<Site>) {
    let rows = grid(site).rows;
    let started = Instant::now();
    let threads: Vec<_> = (0..50)
        .map(|writer| {
            let site = site.clone();
            let key = rows[writer % rows.len()].key.clone();
            thread::spawn(move || {
                let mut times = Vec::new();
                for round in 0..10 {
                    let begun = Instant::now();
                    while !saved(&site, &key, writer, round) {}
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times: Vec<Duration> =
        threads.into_iter().flat_map(|thread| thread.join().expect("no writer fails")).collect();
    times.sort_unstable();
    let at = |percent: usize| milliseconds(times[(times.len() - 1) * percent / 100]);
    println!(
        "50 writers, {} saves in {:.2} s: median {:.1} ms, 95 % {:.1} ms, longest {:.1} ms",
        times.len(),
        started.elapsed().as_secs_f64(),
        at(50),
        at(95),
        at(100)
    );
}

fn saved(site: &Site, key: &str, writer: usize, round: usize) -> bool {
    let record = site.record(&Caller::Operator, "mark", key).expect("the record is there");
    let text = Given::Text(format!("{writer}/{round}/{}", record.revision));
    let mut fields = BTreeMap::from([("comment".to_owned(), text)]);
    site.put_key("mark", key, &mut fields).expect("a right key");
    let act = Act::Update { revision: record.revision };
    let change = Change { form: "mark".to_owned(), act, fields, confirmed: Vec::new() };
    let why = Why::default();
    let written = site.write(&Caller::Operator, &[change], &why, Mode::Commit, Timestamp::now());
    written.expect("the store works").accepted
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
