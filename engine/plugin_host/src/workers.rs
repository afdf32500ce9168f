//! Threads with a stack that is deep enough to run plugins on.
//!
//! Running out of native stack would end the process, so no call runs on a thread that somebody
//! else made. Threads are started when they are needed and then kept.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// A pool of threads; dropping it ends them after their jobs.
pub struct Workers {
    shared: Arc<Shared>,
    most: usize,
    stack_bytes: usize,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    closed: bool,
}

impl Workers {
    /// Makes a pool of at most so many threads.
    pub fn new(most: usize, stack_bytes: usize) -> Self {
        let shared = Shared { state: Mutex::default(), wake: Condvar::new() };
        Self { shared: Arc::new(shared), most: most.max(1), stack_bytes }
    }

    /// Runs `job` on a thread of the pool and waits for it.
    ///
    /// `None` when it panicked, or no thread could be had.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let mut state = lock(&self.shared);
        state.jobs.push_back(Box::new(move || {
            // The caller waits for this; when it is gone there is nobody to tell.
            let _ = sender.send(job());
        }));
        if state.idle < state.jobs.len() && state.threads < self.most && self.start() {
            state.threads += 1;
        }
        if state.threads == 0 {
            state.jobs.clear();
        }
        drop(state);
        self.shared.wake.notify_one();
        receiver.recv().ok()
    }

    fn start(&self) -> bool {
        let shared = self.shared.clone();
        thread::Builder::new()
            .name("plugin".to_owned())
            .stack_size(self.stack_bytes)
            .spawn(move || work(&shared))
            .is_ok()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        lock(&self.shared).closed = true;
        self.shared.wake.notify_all();
    }
}

fn work(shared: &Shared) {
    let mut state = lock(shared);
    loop {
        if let Some(job) = state.jobs.pop_front() {
            drop(state);
            // A panic of the compiler or the runtime ends its job, not the thread.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
            state = lock(shared);
        } else if state.closed {
            return;
        } else {
            state.idle += 1;
            state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    // Nothing panics while it holds the lock; if it did, the state would still be sound.
    shared.state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_run_and_a_panic_ends_only_its_own() {
        let workers = Workers::new(2, 1 << 20);
        assert_eq!(workers.run(|| 6 * 7), Some(42));
        assert_eq!(workers.run(|| -> i32 { panic!("a bad job") }), None);
        assert_eq!(workers.run(|| 1), Some(1));
    }

    #[test]
    fn a_slow_job_does_not_hold_up_the_next() {
        let workers = Arc::new(Workers::new(2, 1 << 20));
        let (release, wait) = mpsc::channel::<()>();
        let slow = workers.clone();
        let slow = thread::spawn(move || slow.run(move || wait.recv().is_ok()));
        assert_eq!(workers.run(|| "quick"), Some("quick"));
        release.send(()).expect("the slow job waits");
        assert_eq!(slow.join().expect("no panic"), Some(true));
    }
}
