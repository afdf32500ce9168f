//! Where plugins run: on a stack that is deep enough, and no more of them at once than allowed.
//!
//! Running out of native stack would end the process, so a call runs where its caller stands only
//! when enough is left there, and on a thread of the pool otherwise. Threads are started when they
//! are needed and then kept.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// A pool of threads; dropping it ends them after their jobs.
pub struct Workers {
    shared: Arc<Shared>,
    stack_bytes: usize,
}

struct Shared {
    /// How many jobs run at once, wherever they run.
    most: usize,
    state: Mutex<State>,
    /// For threads of the pool: there is something to do.
    wake: Condvar,
    /// For callers that run their job themselves: it is their turn.
    turn: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    running: usize,
    /// Callers that wait for their turn.
    callers: usize,
    closed: bool,
}

impl Workers {
    /// Makes a pool that runs at most so many jobs at once, each with so much stack or more.
    pub fn new(most: usize, stack_bytes: usize) -> Self {
        let (wake, turn) = (Condvar::new(), Condvar::new());
        let shared = Shared { most: most.max(1), state: Mutex::default(), wake, turn };
        Self { shared: Arc::new(shared), stack_bytes }
    }

    /// Runs `job`, here when the stack is deep enough, and waits for it.
    ///
    /// `None` when it panicked, or no thread could be had.
    pub fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        if stacker::remaining_stack().is_some_and(|left| left >= self.stack_bytes) {
            self.shared.run_here(job)
        } else {
            self.run_there(job)
        }
    }

    /// Runs `job` on a thread of the pool.
    fn run_there<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let mut state = self.shared.lock();
        state.jobs.push_back(Box::new(move || {
            // The caller waits for this; when it is gone there is nobody to tell.
            let _ = sender.send(job());
        }));
        if state.idle < state.jobs.len() && state.threads < self.shared.most && self.start() {
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
            .spawn(move || shared.work())
            .is_ok()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    /// Runs `job` on this thread, when it is its turn.
    fn run_here<T>(&self, job: impl FnOnce() -> T) -> Option<T> {
        let mut state = self.lock();
        state.callers += 1;
        while state.running == self.most {
            state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.callers -= 1;
        state.running += 1;
        drop(state);
        let done = catch_unwind(AssertUnwindSafe(job)).ok();
        drop(self.finished());
        done
    }

    /// Runs the jobs of others, as a thread of the pool.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            let is_turn = state.running < self.most;
            if is_turn && let Some(job) = state.jobs.pop_front() {
                state.running += 1;
                drop(state);
                // A panic of the compiler or the runtime ends its job, not the thread.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.finished();
            } else if state.closed && state.jobs.is_empty() {
                return;
            } else {
                state.idle += 1;
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
            }
        }
    }

    /// Lets the next one have its turn.
    fn finished(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.running -= 1;
        if state.callers > 0 {
            self.turn.notify_one();
        }
        if !state.jobs.is_empty() {
            self.wake.notify_one();
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if it did, the state would still be sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Much more than a thread of a test has.
    const DEEP: usize = 256 << 20;

    #[test]
    fn jobs_run_and_a_panic_ends_only_its_own() {
        for stack_bytes in [1 << 10, DEEP] {
            let workers = Workers::new(2, stack_bytes);
            assert_eq!(workers.run(|| 6 * 7), Some(42));
            assert_eq!(workers.run(|| -> i32 { panic!("a bad job") }), None);
            assert_eq!(workers.run(|| 1), Some(1));
        }
    }

    #[test]
    fn a_job_runs_where_the_stack_is_deep_enough() {
        let here = thread::current().id();
        let place = |stack_bytes| Workers::new(2, stack_bytes).run(|| thread::current().id());
        assert_eq!(place(1 << 10), Some(here));
        assert!(place(DEEP).is_some_and(|place| place != here));
    }

    #[test]
    fn no_more_jobs_run_at_once_than_allowed_wherever_they_run() {
        let workers = Workers::new(2, 4 << 20);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = || {
            for _ in 0..50 {
                let (running, most) = (running.clone(), most.clone());
                let job = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                };
                assert_eq!(workers.run(job), Some(()));
            }
        };
        thread::scope(|scope| {
            for stack_bytes in [1 << 20, 8 << 20].repeat(4) {
                let thread = thread::Builder::new().stack_size(stack_bytes);
                thread.spawn_scoped(scope, work).expect("a thread");
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_slow_job_does_not_hold_up_the_next() {
        let workers = Arc::new(Workers::new(2, DEEP));
        let (release, wait) = mpsc::channel::<()>();
        let slow = workers.clone();
        let slow = thread::spawn(move || slow.run(move || wait.recv().is_ok()));
        assert_eq!(workers.run(|| "quick"), Some("quick"));
        release.send(()).expect("the slow job waits");
        assert_eq!(slow.join().expect("no panic"), Some(true));
    }
}
