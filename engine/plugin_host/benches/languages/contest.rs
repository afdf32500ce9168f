//! The same rule by several ways, measured in one run: a class, and many pupils in parallel.

use std::fs;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bieumau_model::table::Table;
use bieumau_plugin_host::{Explain, Plugin, STACK_BYTES};

use crate::class::Class;
use crate::native;
use crate::support::{example, example_folder};

/// Pupils of the large run, unless `PUPILS` says otherwise, and of one of its calls.
const PUPILS: usize = 100_000;
const BATCH: usize = 500;

/// Takes tables, gives tables; made anew for each thread.
type Way = Box<dyn FnMut(&[Table]) -> Vec<Table>>;

/// Makes a way for a thread.
type Make = Box<dyn Fn() -> Way + Sync>;

/// The ways, each with its name.
pub struct Contest {
    ways: Vec<(&'static str, Make)>,
}

impl Contest {
    /// Makes a contest with the native library in it, to which the others are compared.
    pub fn new() -> Self {
        let mut contest = Self { ways: Vec::new() };
        let parameters = parameters();
        contest.add("native library", move || {
            let parameters = parameters.clone();
            Box::new(move |tables| native::apply(tables, &parameters))
        });
        contest
    }

    /// Adds a way.
    pub fn add(&mut self, name: &'static str, way: impl Fn() -> Way + Sync + 'static) {
        self.ways.push((name, Box::new(way)));
    }

    /// Measures and prints.
    pub fn run(&self) {
        let class = tables(45);
        let rows: usize = class.iter().map(Table::rows).sum();
        println!("A class of 45 pupils x 13 subjects x 2 terms ({rows} rows), best of many calls:");
        let mut native = None;
        let expected = (self.ways[0].1)()(&class);
        for (name, way) in &self.ways {
            let mut way = way();
            assert_eq!(way(&class), expected, "{name} gives something else");
            let best = best(|| way(&class));
            let base = *native.get_or_insert(best);
            println!("  {name:<44}{:>10.1} µs {:>9.2}x", micros(best), ratio(best, base));
        }
        let batch = tables(BATCH);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let given = std::env::var("PUPILS").ok().and_then(|pupils| pupils.parse().ok());
        let pupils: usize = given.unwrap_or(PUPILS);
        println!("\n{pupils} pupils in batches of {BATCH}, {threads} threads:");
        let mut native = None;
        for (name, way) in &self.ways {
            let time = in_parallel(threads, pupils / BATCH, way.as_ref(), &batch);
            let base = *native.get_or_insert(time);
            println!("  {name:<44}{:>10.1} ms {:>9.2}x", millis(time), ratio(time, base));
        }
    }
}

/// Adds what this engine runs.
pub fn ours(contest: &mut Contest) {
    let read = |id: &str, file: &str| fs::read(example_folder(id).join(file));
    let rust = read("learning_rust", "plugin.wasm").expect("plugin.wasm");
    add(contest, "Rust component", example("learning_rust", &rust));
    let text = read("learning_javascript", "rules.js").expect("rules.js");
    add(contest, "JavaScript", example("learning_javascript", &text));
    if let Some(path) = std::env::var_os("LEARNING_PYTHON") {
        let wasm = fs::read(path).expect("the component named by LEARNING_PYTHON");
        add(contest, "Python component", example("learning_python", &wasm));
    }
}

fn add(contest: &mut Contest, name: &'static str, plugin: Plugin) {
    contest.add(name, move || {
        let plugin = plugin.clone();
        Box::new(move |tables| {
            let answer = plugin.apply("learning_results", &[], tables, Explain::No);
            answer.unwrap_or_else(|error| panic!("{error}")).tables
        })
    });
}

/// The defaults of the rule, which the engine gives to a plugin by itself.
pub fn parameters() -> Vec<(String, String)> {
    let wasm = fs::read(example_folder("learning_rust").join("plugin.wasm")).expect("plugin.wasm");
    let plugin = example("learning_rust", &wasm);
    plugin.manifest().rules[0].parameters.clone().into_iter().collect()
}

/// The tables of the rule for a made-up class.
fn tables(pupils: usize) -> Vec<Table> {
    let all = Class::whole(pupils).tables();
    let keep = |name: &str, columns: &[&str]| {
        let table = all.iter().find(|table| table.name() == name).expect("a table");
        let kept = table.columns().iter().filter(|own| columns.contains(&own.name.as_str()));
        Table::new(name, kept.cloned().collect()).expect("columns of one table")
    };
    let shared = ["pupil", "subject", "term", "ongoing_1", "ongoing_2", "mid_term", "end_of_term"];
    let marks = [&shared[..], &["ongoing_3", "ongoing_4"]].concat();
    vec![keep("marks", &marks), keep("comments", &shared)]
}

fn best<T>(mut run: impl FnMut() -> T) -> Duration {
    let until = Instant::now() + Duration::from_secs(2);
    let mut best = Duration::MAX;
    while Instant::now() < until {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed());
    }
    best
}

fn in_parallel(
    threads: usize,
    batches: usize,
    way: &(dyn Fn() -> Way + Sync),
    batch: &[Table],
) -> Duration {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            let next = &next;
            let work = move || {
                let mut way = way();
                while next.fetch_add(1, Ordering::Relaxed) < batches {
                    black_box(way(batch));
                }
            };
            let thread = thread::Builder::new().stack_size(STACK_BYTES);
            thread.spawn_scoped(scope, work).expect("a thread");
        }
    });
    start.elapsed()
}

#[expect(clippy::float_arithmetic, reason = "times, not marks")]
fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::float_arithmetic, reason = "times, not marks")]
fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::float_arithmetic, reason = "times, not marks")]
fn ratio(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64()
}
