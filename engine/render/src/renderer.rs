//! Renders documents in worker processes, each under limits, from any number of threads.
//!
//! A worker that passes a limit is killed and replaced; the others do not notice.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Excess, RenderError};
use crate::finding;
use crate::job::{Data, RenderJob, Rendered};
use crate::letters::Letters;
use crate::process::Worker;
use crate::wire::{Failure, Reply};

/// How workers are started, and what they may use.
#[derive(Debug, Clone)]
pub struct Config {
    /// The program that enters [`crate::worker::main`].
    pub program: PathBuf,
    /// Its arguments: the hidden subcommand.
    pub arguments: Vec<OsString>,
    /// The most workers at a time.
    pub workers: usize,
    /// How many documents a worker makes before a fresh one takes its place: Typst never gives
    /// back the names of labels, so that even a healthy worker grows a little with each document.
    pub documents_per_worker: usize,
    /// Limits of every document.
    pub limits: Limits,
    /// The font files; templates can use no others.
    pub fonts: Vec<Arc<[u8]>>,
}

/// What one document may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time on the wall, from the order to the whole answer.
    pub time: Duration,
    /// Address space of a worker: the program itself and its stacks take some 300 MB of it.
    pub memory_bytes: u64,
    /// Pages.
    pub pages: usize,
    /// Length of the finished document.
    pub output_bytes: u64,
}

/// The worker processes, started when they are first needed.
pub struct Renderer {
    config: Config,
    pool: Mutex<Pool>,
    freed: Condvar,
    letters: OnceLock<Letters>,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Worker>,
    running: usize,
}

impl Config {
    /// Makes a configuration with one worker for each core and the usual limits.
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        fonts: Vec<Arc<[u8]>>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            workers: thread::available_parallelism().map_or(1, Into::into),
            documents_per_worker: 1_000,
            limits: Limits::default(),
            fonts,
        }
    }
}

impl Default for Limits {
    /// A class gradebook of a hundred pages stays far below each of them.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(20),
            memory_bytes: 3 << 29,
            pages: 2_000,
            output_bytes: 64 << 20,
        }
    }
}

impl Renderer {
    /// Makes a renderer; workers start with the first documents.
    pub fn new(config: Config) -> Self {
        Self { config, pool: Mutex::default(), freed: Condvar::new(), letters: OnceLock::new() }
    }

    /// Returns how workers are started, and what they may use.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the letters of the fonts, which pages on paper can show.
    pub fn letters(&self) -> &Letters {
        self.letters.get_or_init(|| Letters::of(self.config.fonts.iter().map(AsRef::as_ref)))
    }

    /// Makes one document; waits for a free worker when all are at work.
    pub fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        let (reply, bytes) = self.ask(job)?;
        let limits = &self.config.limits;
        let (failure, findings) = match reply {
            Reply::Done { pages, findings } => {
                return Ok(Rendered { bytes, pages, warnings: finding::diagnostics(findings) });
            }
            Reply::Failed { failure, findings } => (failure, findings),
            Reply::Unknown => {
                let how = "it forgets what it is told".to_owned();
                return Err(RenderError::excess(job, Excess::Broke { how }));
            }
        };
        let excess = match failure {
            Failure::Findings => return Err(RenderError::template(job, findings)),
            Failure::NoPage => Excess::NoPage,
            Failure::NoSuchPage { pages } => Excess::NoSuchPage { pages },
            Failure::Pages { pages } => Excess::Pages { pages, limit: limits.pages },
            Failure::Output { bytes } => Excess::Output { bytes, limit: limits.output_bytes },
        };
        Err(RenderError::excess(job, excess))
    }

    /// Lets a worker make the document, and returns its answer.
    fn ask(&self, job: &RenderJob) -> Result<(Reply, Vec<u8>), RenderError> {
        let data = match job.data {
            Data::Tree(tree) => serde_json::to_vec(tree).expect("a tree of JSON is JSON"),
            Data::Json(text) => text.to_owned(),
        };
        let mut place = self.enter()?;
        // Only a worker that has answered goes back among the others: whatever happens here, no
        // document can ever be taken for the answer to another order.
        let mut worker = place.worker.take().expect("a place is entered with a worker");
        match worker.render(job, data, self.config.limits.time) {
            Ok(answer) => {
                place.worker = Some(worker);
                Ok(answer)
            }
            Err(stop) => Err(RenderError::excess(job, worker.bury(stop, &self.config.limits))),
        }
    }

    /// Takes an idle worker, starts one, or waits for one.
    fn enter(&self) -> Result<Place<'_>, RenderError> {
        let mut pool = self.pool();
        loop {
            while let Some(mut worker) = pool.idle.pop() {
                if worker.is_alive() {
                    return Ok(Place { renderer: self, worker: Some(worker) });
                }
                pool.running -= 1;
            }
            if pool.running < self.config.workers.max(1) {
                break;
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.running += 1;
        drop(pool);
        let mut place = Place { renderer: self, worker: None };
        let started = Worker::start(&self.config);
        place.worker = Some(started.map_err(|source| RenderError::Start {
            program: self.config.program.clone(),
            source,
        })?);
        Ok(place)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        // The pool is right after each statement, so a panic elsewhere does not spoil it.
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the running workers; given back when it is dropped.
struct Place<'r> {
    renderer: &'r Renderer,
    worker: Option<Worker>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let limit = self.renderer.config.documents_per_worker;
        let worker = self.worker.take().filter(|worker| worker.made() < limit);
        let mut pool = self.renderer.pool();
        match worker {
            Some(worker) => pool.idle.push(worker),
            None => pool.running -= 1,
        }
        drop(pool);
        self.renderer.freed.notify_one();
    }
}
