//! Renders documents in worker processes, each under limits, from any number of threads.
//!
//! A worker that passes a limit is killed and replaced; the others do not notice.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{Excess, RenderError};
use crate::finding;
use crate::job::{Data, RenderJob, Rendered};
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
    /// Address space of a worker.
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
            memory_bytes: 1 << 30,
            pages: 2_000,
            output_bytes: 64 << 20,
        }
    }
}

impl Renderer {
    /// Makes a renderer; workers start with the first documents.
    pub fn new(config: Config) -> Self {
        Self { config, pool: Mutex::default(), freed: Condvar::new() }
    }

    /// Returns how workers are started, and what they may use.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Makes one document; waits for a free worker when all are at work.
    pub fn render(&self, job: &RenderJob) -> Result<Rendered, RenderError> {
        let data = match job.data {
            Data::Tree(tree) => serde_json::to_vec(tree).expect("a tree of JSON is JSON"),
            Data::Json(text) => text.to_owned(),
        };
        let mut place = self.enter()?;
        let limits = &self.config.limits;
        let excess = |excess| RenderError::Limit {
            template: job.template.name().to_owned(),
            record: job.label.to_owned(),
            excess,
        };
        let worker = place.worker.as_mut().expect("a place is entered with a worker");
        let answer = match worker.render(job, data, limits.time) {
            Ok(answer) => answer,
            Err(stop) => {
                let worker = place.worker.take().expect("it was here a moment ago");
                return Err(excess(worker.bury(stop, limits)));
            }
        };
        drop(place);
        match answer {
            (Reply::Done { pages, findings }, bytes) => {
                Ok(Rendered { bytes, pages, warnings: finding::diagnostics(findings) })
            }
            (Reply::Failed { failure, findings }, _) => Err(match failure {
                Failure::Findings => RenderError::Template {
                    template: job.template.name().to_owned(),
                    record: job.label.to_owned(),
                    diagnostics: finding::diagnostics(findings),
                },
                Failure::NoPage => excess(Excess::NoPage),
                Failure::NoSuchPage { pages } => excess(Excess::NoSuchPage { pages }),
                Failure::Pages { pages } => excess(Excess::Pages { pages, limit: limits.pages }),
                Failure::Output { bytes } => {
                    excess(Excess::Output { bytes, limit: limits.output_bytes })
                }
            }),
            (Reply::Unknown, _) => {
                Err(excess(Excess::Broke { how: "it forgets what it is told".to_owned() }))
            }
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
        let mut pool = self.renderer.pool();
        let spent = |worker: &Worker| worker.made() >= self.renderer.config.documents_per_worker;
        match self.worker.take() {
            Some(worker) if !spent(&worker) => pool.idle.push(worker),
            _ => pool.running -= 1,
        }
        drop(pool);
        self.renderer.freed.notify_one();
    }
}
