//! A class through a rule: in the sandbox, natively through the same adapter, and the bare library.
//!
//! Prints the best of many runs and ratios; fails on nothing. Goals: the sandbox at most twice the native time,
//! an empty call at most 30 µs.

#[path = "../tests/generated/class.rs"]
mod class;
#[path = "../tests/common/shipped.rs"]
mod common;
#[path = "../tests/generated/native.rs"]
mod native;

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use bieumau_model::table::Table;
use bieumau_plugin_host::{Explain, Host, Limits};
use bieumau_plugin_national::National;
use bieumau_plugin_sdk::Plugin as _;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{Parameters, assess_class};

fn main() {
    let class = class::Class::whole(45);
    let tables = class.tables();
    let plugin = common::shipped("national");
    let answer =
        |explain| plugin.apply("assess_secondary", &[], &tables, explain).expect("an answer");
    println!(
        "class of 45 pupils x 13 subjects x 2 terms, {} findings",
        answer(Explain::No).findings.len()
    );

    let sandbox = best(|| answer(Explain::No));
    // A thread with little stack has its calls done by another one.
    let shallow = |tables: &[Table]| {
        let call = || best(|| plugin.apply("assess_secondary", &[], tables, Explain::No));
        thread::scope(|scope| scope.spawn(call).join()).expect("a thread")
    };
    let sandbox_there = shallow(&tables);
    let explained = best(|| answer(Explain::Yes));
    let call = native::call("assess_secondary", &tables, false);
    let adapter = best(|| black_box(National::apply(&call)).expect("an answer"));
    let whole = best(|| {
        let call = native::call("assess_secondary", &tables, false);
        native::tables(&National::apply(&call).expect("an answer"))
    });
    let parameters = Parameters::default();
    let library = class
        .with_library(|year| best(|| black_box(assess_class(&parameters, year, &mut Log::new()))));
    let explained_library = class.with_library(|year| {
        best(|| black_box(assess_class(&parameters, year, &mut Log::tracing())))
    });
    row("the bare library, on its own structs", library, library);
    row("the library with explanations", explained_library, library);
    row("native adapter, on the plugin's tables", adapter, library);
    row("native adapter, from and to the engine's tables", whole, library);
    row("sandbox, from and to the engine's tables", sandbox, library);
    row("sandbox, called with little stack", sandbox_there, library);
    row("sandbox with explanations", explained, library);
    println!(
        "sandbox / native, both from and to the engine's tables: {:.2}x, with little stack {:.2}x (goal 2x)",
        ratio(sandbox, whole),
        ratio(sandbox_there, whole)
    );

    let empty = class::Class::whole(0).tables();
    let fixed =
        best(|| plugin.apply("assess_secondary", &[], &empty, Explain::No).expect("an answer"));
    let fixed_there = shallow(&empty);
    println!(
        "an empty call: {:.1} µs, with little stack {:.1} µs (goal 30 µs)",
        micros(fixed),
        micros(fixed_there)
    );

    let wasm = std::fs::read(common::folder("national").join("plugin.wasm")).expect("plugin.wasm");
    let host = Host::new(Limits::default()).expect("a host");
    let start = Instant::now();
    host.load(plugin.manifest().clone(), &wasm).expect("a plugin");
    println!("compiling {} KiB: {} ms", wasm.len() / 1024, start.elapsed().as_millis());
}

fn best<T>(mut run: impl FnMut() -> T) -> Duration {
    for _ in 0..20 {
        run();
    }
    let mut times: Vec<Duration> = (0..501)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[0]
}

fn row(what: &str, time: Duration, library: Duration) {
    println!("{what:<50} {:>9.1} µs  {:>5.2}x of the library", micros(time), ratio(time, library));
}

#[expect(clippy::float_arithmetic, reason = "times, not marks")]
fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::float_arithmetic, reason = "times, not marks")]
fn ratio(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64()
}
