//! Progress bars on stderr, for work that a person waits for.

use std::time::Duration;

use bieumau_pipeline::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows the steps of one piece of work; hides itself when stderr is not a terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}")
                .expect("the pattern is right")
                .progress_chars("━╸ "),
        );
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Progress for Bar {
    fn begin(&self, what: &str, steps: u64) {
        self.0.set_position(0);
        self.0.set_length(steps);
        self.0.set_message(what.to_owned());
    }

    fn step(&self, steps: u64) {
        self.0.inc(steps);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
