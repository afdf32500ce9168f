//! The host's side of a compiling process: starts it, feeds it, waits no longer than it may take.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::machine_code::MachineCode;
use super::worker::Order;
use crate::error::LoadError;
use crate::limits::Limits;

/// How often is looked whether the process has ended.
const LOOK: Duration = Duration::from_millis(5);

/// How many times its processor time a process may take by the clock.
const PATIENCE: u32 = 4;

/// How this program starts itself to compile.
#[derive(Debug, Clone)]
pub struct Process {
    /// The program, which is this program itself.
    pub program: PathBuf,
    /// Arguments that make it a compiler.
    pub arguments: Vec<OsString>,
}

impl Process {
    /// Compiles an admitted component within the limits.
    pub(super) fn compile(
        &self,
        limits: &Limits,
        is_pooled: bool,
        wasm: &[u8],
    ) -> Result<MachineCode, LoadError> {
        let broke = |what: String| LoadError::Compiler { what };
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|error| broke(error.to_string()))?;
        let mut running = Running(child);
        let answer = running.talk(&Order::of(limits, is_pooled), wasm);
        // The system ends it by its processor time; on a busy machine that takes a while longer.
        let ended = running.wait(Instant::now() + limits.compile_time * PATIENCE);
        let limit = || LoadError::CompileLimit {
            limit: format!(
                "{} s, {} MiB",
                limits.compile_time.as_secs(),
                limits.compile_memory_bytes >> 20
            ),
        };
        let Some(status) = ended else { return Err(limit()) };
        let (code, words) = answer.recv().map_err(|_| broke("it closed its line".to_owned()))?;
        if status.success() {
            return Ok(MachineCode::of_own_process(code));
        }
        let words = words.trim();
        match (status.code(), words.strip_prefix(super::worker::INVALID)) {
            (Some(_), Some(what)) => Err(LoadError::Invalid { what: what.trim().to_owned() }),
            // The compiler ran out of memory or of processor time, and was ended by the system.
            (None, _) => Err(limit()),
            (Some(_), None) if words.contains("memory allocation of") => Err(limit()),
            (Some(_), None) => {
                Err(broke(words.lines().next().unwrap_or_default().chars().take(200).collect()))
            }
        }
    }
}

/// A process that is ended when nobody waits for it any more.
struct Running(Child);

impl Running {
    /// Feeds the process and collects what it says, on threads of their own.
    fn talk(&mut self, order: &Order, wasm: &[u8]) -> mpsc::Receiver<(Vec<u8>, String)> {
        let (sender, receiver) = mpsc::channel();
        let mut input = self.0.stdin.take().expect("stdin is piped");
        let mut output = self.0.stdout.take().expect("stdout is piped");
        let mut errors = self.0.stderr.take().expect("stderr is piped");
        let line = order.line();
        let wasm = wasm.to_vec();
        thread::spawn(move || {
            // A process that does not listen will say why, or say nothing.
            let _ = input.write_all(line.as_bytes()).and_then(|()| input.write_all(&wasm));
        });
        thread::spawn(move || {
            let words = thread::spawn(move || {
                let mut words = Vec::new();
                let _ = (&mut errors).take(4096).read_to_end(&mut words);
                String::from_utf8_lossy(&words).into_owned()
            });
            let mut code = Vec::new();
            let _ = output.read_to_end(&mut code);
            let _ = sender.send((code, words.join().unwrap_or_default()));
        });
        receiver
    }

    fn wait(&mut self, until: Instant) -> Option<std::process::ExitStatus> {
        loop {
            match self.0.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < until => thread::sleep(LOOK),
                Ok(None) | Err(_) => return None,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when the process has already ended and been waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
