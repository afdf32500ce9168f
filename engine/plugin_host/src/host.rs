//! Loads plugins and applies their rules.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bieumau_model::definition::{Manifest, RuleDeclaration};
use bieumau_model::table::Table;
use wasmtime::Engine;

use crate::admission;
use crate::answer::{Answer, Explain};
use crate::decode;
use crate::encode;
use crate::error::{LoadError, PluginError};
use crate::limits::Limits;
use crate::sandbox::{self, CallFailure};
use crate::wire;
use crate::workers::Workers;

/// Runs plugins within its limits; cheap to clone, one is enough for a process.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    engine: Engine,
    workers: Workers,
}

/// A loaded plugin. Calls are independent of each other and may run at the same time.
#[derive(Clone)]
pub struct Plugin {
    host: Host,
    manifest: Arc<Manifest>,
    compiled: sandbox::Shared,
}

/// A call, on its way to the thread it runs on.
type Job = Box<dyn FnOnce() -> Result<wire::Answer, CallFailure> + Send>;

fn panicked() -> CallFailure {
    CallFailure::Host("the runtime panicked".to_owned())
}

impl Host {
    /// Makes a host.
    pub fn new(limits: Limits) -> Result<Self, PluginError> {
        let engine = sandbox::engine(&limits).map_err(|what| PluginError::Host { what })?;
        // The plugin's own stack lies on that of its thread.
        let stack_bytes = (4 << 20).max(limits.stack_bytes.saturating_mul(4));
        let workers = Workers::new(limits.calls, stack_bytes);
        Ok(Self { shared: Arc::new(Shared { limits, engine, workers }) })
    }

    /// Checks, compiles and probes a component.
    ///
    /// The bytes are always a component as its author built it; compiled code is never taken in.
    pub fn load(&self, manifest: Manifest, wasm: &[u8]) -> Result<Plugin, PluginError> {
        let fail = |reason| PluginError::Load { plugin: manifest.id.clone(), reason };
        let shared = self.shared.clone();
        admission::admit(wasm, &shared.limits).map_err(fail)?;
        let wasm = wasm.to_vec();
        let compiled = self.shared.workers.run(move || {
            let compiled = sandbox::compile(&shared.engine, &wasm)?;
            sandbox::probe(&compiled, &shared.limits)?;
            Ok(compiled)
        });
        let panicked = || LoadError::Invalid { what: "the compiler failed on it".to_owned() };
        let compiled = compiled.unwrap_or_else(|| Err(panicked())).map_err(fail)?;
        Ok(Plugin {
            host: self.clone(),
            manifest: Arc::new(manifest),
            compiled: Arc::new(compiled),
        })
    }
}

impl Plugin {
    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Applies a rule to tables; further columns than the declared ones are left behind.
    ///
    /// Fails closed: there is no answer unless all of it is what the manifest declares. The plugin
    /// runs on a thread of the host.
    pub fn apply(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
    ) -> Result<Answer, PluginError> {
        self.apply_by(rule, parameters, tables, explain, |job| {
            self.host.shared.workers.run(job).unwrap_or_else(|| Err(panicked()))
        })
    }

    /// Applies a rule like [`Plugin::apply`], without the way to another thread and back.
    ///
    /// For threads that were made for such work, with a stack of at least four times
    /// [`Limits::stack_bytes`]: running out of it would end the process.
    pub fn apply_on_this_thread(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
    ) -> Result<Answer, PluginError> {
        self.apply_by(rule, parameters, tables, explain, |job| {
            catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| Err(panicked()))
        })
    }

    fn apply_by(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
        run: impl FnOnce(Job) -> Result<wire::Answer, CallFailure>,
    ) -> Result<Answer, PluginError> {
        let rule = self.rule(rule)?;
        let call = encode::call(rule, parameters, tables, explain).map_err(|reason| {
            PluginError::BadCall { plugin: self.manifest.id.clone(), rule: rule.id.clone(), reason }
        })?;
        let fuel = self.host.shared.limits.fuel_for(encode::rows(&call));
        let (shared, compiled) = (self.host.shared.clone(), self.compiled.clone());
        run(Box::new(move || sandbox::call(&compiled, &shared.limits, fuel, call)))
            .and_then(|answer| {
                decode::answer(rule, &self.host.shared.limits, answer)
                    .map_err(CallFailure::BadAnswer)
            })
            .map_err(|failure| self.error(rule, fuel, failure))
    }

    fn rule(&self, id: &str) -> Result<&RuleDeclaration, PluginError> {
        self.manifest.rules.iter().find(|rule| rule.id == id).ok_or_else(|| {
            PluginError::UnknownRule { plugin: self.manifest.id.clone(), rule: id.to_owned() }
        })
    }

    fn error(&self, rule: &RuleDeclaration, fuel: u64, failure: CallFailure) -> PluginError {
        let limits = &self.host.shared.limits;
        let (plugin, rule) = (self.manifest.id.clone(), rule.id.clone());
        match failure {
            CallFailure::Rule(failure) => PluginError::RuleFailed {
                plugin,
                rule,
                code: decode::clean(failure.code),
                message: Box::new(decode::message(failure.message)),
                place: Box::new(decode::place(failure.place)),
            },
            CallFailure::Time => PluginError::OutOfTime { plugin, rule, limit: limits.time },
            CallFailure::Fuel => PluginError::OutOfFuel { plugin, rule, limit: fuel },
            CallFailure::Memory(refused) => PluginError::OutOfMemory {
                plugin,
                rule,
                what: refused.what,
                wanted: refused.wanted,
                limit: refused.limit,
            },
            CallFailure::Trap { trap, functions } => {
                PluginError::Trap { plugin, rule, trap, functions }
            }
            CallFailure::AnswerTooLarge => {
                PluginError::AnswerTooLarge { plugin, rule, limit: limits.answer_bytes }
            }
            CallFailure::BadAnswer(what) => PluginError::BadAnswer { plugin, rule, what },
            CallFailure::Host(what) => PluginError::Host { what },
        }
    }
}
