//! The renderer's side of one worker process: starts it, talks to it, ends it.

use std::collections::HashSet;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Excess;
use crate::job::RenderJob;
use crate::renderer::{Config, Limits};
use crate::wire::{self, Order, Reply};

/// The renderer's side of one worker process.
pub(crate) struct Worker {
    child: Child,
    orders: Sender<(Order, Vec<u8>)>,
    replies: Receiver<(Reply, Vec<u8>)>,
    /// Templates that were sent.
    told: HashSet<u128>,
    /// Documents so far.
    made: usize,
}

/// Why a worker did not answer.
pub(crate) enum Stop {
    /// It took too long.
    TooLong,
    /// It has ended, or does not speak our language.
    Gone,
}

impl Worker {
    /// Starts a process; it reads its fonts before the first document.
    pub(crate) fn start(config: &Config) -> io::Result<Self> {
        let mut command = Command::new(&config.program);
        command
            .args(&config.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C at the terminal is for the server, which ends its workers in its own time.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let mut to_child = child.stdin.take().expect("stdin is piped");
        let mut from_child = child.stdout.take().expect("stdout is piped");
        let (orders, to_send) = mpsc::channel::<(Order, Vec<u8>)>();
        let (received, replies) = mpsc::channel();
        // This thread alone talks to the process, so that a caller can stop waiting for it. It
        // ends with the process, or when the renderer lets the worker go.
        thread::Builder::new().name("render-line".to_owned()).spawn(move || {
            for (order, body) in to_send {
                let starts = matches!(order, Order::Start { .. });
                if wire::write(&mut to_child, &order, &body).is_err() {
                    return;
                }
                if starts {
                    continue;
                }
                let Ok(Some(reply)) = wire::read(&mut from_child) else { return };
                if received.send(reply).is_err() {
                    return;
                }
            }
        })?;
        let start = Order::Start {
            limits: config.limits.clone(),
            fonts: config.fonts.iter().map(|font| font.len()).collect(),
        };
        orders.send((start, config.fonts.concat())).expect("the thread waits for its first order");
        Ok(Self { child, orders, replies, told: HashSet::new(), made: 0 })
    }

    /// Returns how many documents it was given.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// Returns whether the process still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Makes one document, or gives up when `time` is over.
    pub(crate) fn render(
        &mut self,
        job: &RenderJob,
        data: Vec<u8>,
        time: Duration,
    ) -> Result<(Reply, Vec<u8>), Stop> {
        self.made += 1;
        let deadline = Instant::now() + time;
        let hash = job.template.hash();
        let order = |files| Order::Render {
            template: format!("{hash:032x}"),
            files,
            format: job.format,
            date: job.date,
        };
        let files = self.told.insert(hash).then(|| job.template.files().clone());
        if files.is_some() {
            return self.ask(order(files), data, deadline);
        }
        // It may have forgotten the template meanwhile.
        match self.ask(order(None), data.clone(), deadline)? {
            (Reply::Unknown, _) => {
                self.ask(order(Some(job.template.files().clone())), data, deadline)
            }
            answer => Ok(answer),
        }
    }

    fn ask(&self, order: Order, data: Vec<u8>, until: Instant) -> Result<(Reply, Vec<u8>), Stop> {
        self.orders.send((order, data)).map_err(|_| Stop::Gone)?;
        match self.replies.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(reply) => Ok(reply),
            Err(RecvTimeoutError::Timeout) => Err(Stop::TooLong),
            Err(RecvTimeoutError::Disconnected) => Err(Stop::Gone),
        }
    }

    /// Ends the process and tells what was the matter.
    pub(crate) fn bury(mut self, stop: Stop, limits: &Limits) -> Excess {
        if matches!(stop, Stop::TooLong) {
            return Excess::Time { limit: limits.time };
        }
        // It closed its line, so it has said its last word on stderr. Fails when it has ended.
        let _ = self.child.kill();
        let mut last = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // A word that is not UTF-8 is as good as none.
            let _ = stderr.read_to_string(&mut last);
        }
        if last.contains("memory allocation of") || last.contains("capacity overflow") {
            return Excess::Memory { limit_bytes: limits.memory_bytes };
        }
        let status = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
        let last = last.trim().lines().take(2).collect::<Vec<_>>().join(" ");
        Excess::Broke { how: format!("{status} {last}").trim().to_owned() }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Both fail only when the process has already ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
