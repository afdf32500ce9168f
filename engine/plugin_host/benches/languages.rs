//! One rule natively, as a Rust component and in JavaScript; in Python too when `LEARNING_PYTHON`
//! names the built component of `examples/learning_results`.
//!
//! Prints times and ratios for a class, and for 100,000 pupils in parallel; fails on nothing. The
//! same with an Extism plugin beside them is `plugins/bench`.

#[path = "../tests/generated/class.rs"]
#[expect(dead_code, reason = "the library is asked by other tests")]
mod class;
#[path = "languages/contest.rs"]
mod contest;
#[path = "languages/native.rs"]
mod native;
#[path = "../tests/languages/support.rs"]
mod support;

fn main() {
    let mut contest = contest::Contest::new();
    contest::ours(&mut contest);
    contest.run();
}
