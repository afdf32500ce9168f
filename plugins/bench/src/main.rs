//! One rule natively, as a Rust component, in JavaScript, and as an Extism plugin, side by side.
//!
//! Prints times and ratios; fails on nothing. The goal: a tenth of what Extism takes, or less.

#[path = "../../../engine/plugin_host/tests/generated/class.rs"]
#[expect(dead_code, reason = "the library is asked by other tests")]
mod class;
#[path = "../../../engine/plugin_host/benches/languages/contest.rs"]
mod contest;
#[path = "../../../engine/plugin_host/benches/languages/native.rs"]
mod native;
#[path = "../../../engine/plugin_host/tests/languages/support.rs"]
mod support;

mod extism_way;

fn main() {
    let mut contest = contest::Contest::new();
    contest::ours(&mut contest);
    extism_way::add(&mut contest);
    contest.run();
}
