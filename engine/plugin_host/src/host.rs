//! Loads plugins and applies their rules.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bieumau_model::definition::{CodeKind, Like, Manifest, Needs, RuleDeclaration};
use bieumau_model::table::Table;
use wasmtime::Engine;

use crate::admission;
use crate::answer::{Answer, Explain};
use crate::compile::{self, Compiling};
use crate::decode;
use crate::encode;
use crate::error::{CallError, LoadError, PluginError};
use crate::grant;
use crate::limits::Limits;
use crate::promises;
use crate::sandbox::{self, CallFailure, Usage};
use crate::wire;
use crate::workers::Workers;

/// The runner of plugins in JavaScript; the same for all of them.
const RUNNER: &[u8] = include_bytes!("../../../plugins/js_runner/runner.wasm");

/// The stack of a thread that calls plugins and shall run them itself: twice what the deepest call
/// may need.
pub const STACK_BYTES: usize = 8 << 20;

/// Runs plugins within its limits; cheap to clone, one is enough for a process.
#[derive(Clone)]
pub struct Host {
    shared: Arc<Shared>,
}

struct Shared {
    component: Runtime,
    interpreter: Late<Runtime>,
    javascript: Late<(Runtime, sandbox::Shared)>,
    compiling: Compiling,
    workers: Workers,
}

/// What is made when the first plugin needs it.
type Late<T> = OnceLock<Result<T, String>>;

/// An engine with its limits: code of one kind runs in one of its own.
#[derive(Clone)]
struct Runtime {
    limits: Arc<Limits>,
    engine: Engine,
    /// Whether the engine has slots for memory.
    is_pooled: bool,
}

/// A loaded plugin. Calls are independent of each other and may run at the same time.
#[derive(Clone)]
pub struct Plugin {
    host: Host,
    manifest: Arc<Manifest>,
    /// What is sent with every call of each rule, in the order of the manifest.
    names: Arc<[encode::Names]>,
    /// Its code, unless all its rules are those of others.
    code: Option<(Runtime, sandbox::Shared)>,
    /// The plugins whose rules it takes over, by id.
    others: Arc<BTreeMap<String, Plugin>>,
    /// What it was granted; everything that it declares when there is none.
    grant: Option<Arc<Needs>>,
}

/// A call, on its way to the thread it runs on.
type Job = Box<dyn FnOnce() -> Done + Send>;

/// A call that ran.
type Done = (Result<wire::Answer, CallFailure>, Usage);

fn panicked() -> Done {
    (Err(CallFailure::Host("the runtime panicked".to_owned())), Usage::default())
}

impl Runtime {
    fn new(limits: Limits) -> Result<Self, String> {
        let (engine, is_pooled) = sandbox::engine(&limits)?;
        Ok(Self { limits: Arc::new(limits), engine, is_pooled })
    }
}

impl Host {
    /// Makes a host that compiles by itself and keeps nothing; `limits` are those of compiled code,
    /// for the others see [`Limits`].
    pub fn new(limits: Limits) -> Result<Self, PluginError> {
        Self::compiling(limits, Compiling::default())
    }

    /// Makes a host that compiles in another process, or keeps machine code, or both.
    pub fn compiling(limits: Limits, compiling: Compiling) -> Result<Self, PluginError> {
        // The plugin's own stack lies on that of its thread.
        let stack_bytes = (STACK_BYTES / 2).max(limits.stack_bytes.saturating_mul(4));
        let workers = Workers::new(limits.calls, stack_bytes);
        let component = Runtime::new(limits).map_err(|what| PluginError::Host { what })?;
        let (interpreter, javascript) = (Late::new(), Late::new());
        let shared = Shared { component, interpreter, javascript, compiling, workers };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Loads a plugin that has no rule of another one; see [`Host::load_with`].
    pub fn load(&self, manifest: Manifest, code: &[u8]) -> Result<Plugin, PluginError> {
        self.load_with(manifest, code, |_| Ok(None))
    }

    /// Checks, compiles and probes the code of a plugin.
    ///
    /// `code` is what the manifest's [`CodeKind`] says: a component as its author built it, or a
    /// text of JavaScript; compiled code is never taken in. `other` gives the plugins whose rules
    /// this one takes over.
    pub fn load_with<E: From<PluginError>>(
        &self,
        manifest: Manifest,
        code: &[u8],
        mut other: impl FnMut(&str) -> Result<Option<Plugin>, E>,
    ) -> Result<Plugin, E> {
        let fail = |reason| PluginError::Load { plugin: manifest.id.clone(), reason };
        let mut others = BTreeMap::new();
        for like in manifest.rules.iter().filter_map(|rule| rule.like.as_ref()) {
            if !others.contains_key(&like.plugin) {
                let plugin = other(&like.plugin)?
                    .ok_or_else(|| fail(LoadError::NoOther { plugin: like.plugin.clone() }))?;
                others.insert(like.plugin.clone(), plugin);
            }
        }
        let code = match manifest.code {
            CodeKind::None => None,
            CodeKind::JavaScript => Some(self.script(&manifest, code).map_err(fail)?),
            CodeKind::Component => {
                Some(self.component(&self.shared.component, code).map_err(fail)?)
            }
            CodeKind::Interpreter => {
                let runtime =
                    self.shared.interpreter.get_or_init(|| Runtime::new(Limits::interpreter()));
                let runtime = runtime.as_ref().map_err(|what| fail(starts_not(what)))?;
                Some(self.component(runtime, code).map_err(fail)?)
            }
        };
        let names = manifest.rules.iter().map(encode::Names::of).collect();
        let (manifest, others) = (Arc::new(manifest), Arc::new(others));
        Ok(Plugin { host: self.clone(), manifest, names, code, others, grant: None })
    }

    fn component(
        &self,
        runtime: &Runtime,
        wasm: &[u8],
    ) -> Result<(Runtime, sandbox::Shared), LoadError> {
        admission::admit(wasm, &runtime.limits)?;
        let compiled = self.compile(runtime, wasm)?;
        self.probe(runtime, compiled.clone())?;
        Ok((runtime.clone(), Arc::new(compiled)))
    }

    fn script(
        &self,
        manifest: &Manifest,
        text: &[u8],
    ) -> Result<(Runtime, sandbox::Shared), LoadError> {
        let started = self.shared.javascript.get_or_init(|| {
            let runtime = Runtime::new(Limits::javascript())?;
            let runner = self.compile(&runtime, RUNNER).map_err(|error| error.to_string())?;
            Ok((runtime, Arc::new(runner)))
        });
        let (runtime, runner) = started.as_ref().map_err(|what| starts_not(what))?;
        let limit = runtime.limits.component_bytes;
        if text.len() > limit {
            return Err(LoadError::TooLarge { bytes: text.len(), limit });
        }
        let text = std::str::from_utf8(text).map_err(|error| LoadError::Script {
            what: format!("rules.js is not UTF-8: {error}"),
        })?;
        let compiled = sandbox::with_script(runner, text, encode::declared(&manifest.rules))?;
        self.probe(runtime, compiled.clone())?;
        Ok((runtime.clone(), Arc::new(compiled)))
    }

    fn compile(&self, runtime: &Runtime, wasm: &[u8]) -> Result<sandbox::Compiled, LoadError> {
        let (shared, runtime, wasm) = (self.shared.clone(), runtime.clone(), wasm.to_vec());
        let compiled = self.shared.workers.run(move || {
            let Runtime { limits, engine, is_pooled } = &runtime;
            let component =
                compile::component(&shared.compiling, engine, limits, *is_pooled, &wasm)?;
            sandbox::prepare(engine, &component)
        });
        let panicked = || LoadError::Invalid { what: "the compiler failed on it".to_owned() };
        compiled.unwrap_or_else(|| Err(panicked()))
    }

    fn probe(&self, runtime: &Runtime, compiled: sandbox::Compiled) -> Result<(), LoadError> {
        let limits = runtime.limits.clone();
        let probed = self.shared.workers.run(move || sandbox::probe(&compiled, &limits));
        probed.unwrap_or_else(|| Err(starts_not("the runtime panicked")))
    }
}

fn starts_not(what: &str) -> LoadError {
    LoadError::Start { what: what.to_owned() }
}

impl Plugin {
    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the plugin as one that is given what was granted and nothing else.
    pub fn granted(mut self, grant: Needs) -> Self {
        self.grant = Some(Arc::new(grant));
        self
    }

    /// Returns how many calls run at once.
    pub(crate) fn calls_at_once(&self) -> usize {
        self.host.shared.component.limits.calls
    }

    /// Applies a rule to tables; further columns than the declared ones are left behind.
    ///
    /// Fails closed: there is no answer unless all of it is what the manifest declares. The plugin
    /// runs on the caller's thread where that has [`STACK_BYTES`], and otherwise on one of the
    /// host, which takes a little longer.
    pub fn apply(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
    ) -> Result<Answer, PluginError> {
        self.apply_by(rule, parameters, tables, explain, |job| {
            self.host.shared.workers.run(job).unwrap_or_else(panicked).0
        })
    }

    /// Applies a rule like [`Plugin::apply`], and tells what the call used.
    pub fn measure(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
    ) -> (Result<Answer, PluginError>, Usage) {
        let mut used = Usage::default();
        let answer = self.apply_by(rule, parameters, tables, Explain::No, |job| {
            let (answer, usage) = self.host.shared.workers.run(job).unwrap_or_else(panicked);
            used = usage;
            answer
        });
        (answer, used)
    }

    /// Returns the limits of calls of a rule; none when there is no such rule.
    pub fn limits(&self, rule: &str) -> Option<&Limits> {
        match &self.rule(rule).ok()?.like {
            Some(like) => self.others.get(&like.plugin)?.limits(&like.rule),
            None => self.code.as_ref().map(|(runtime, _)| &*runtime.limits),
        }
    }

    fn apply_by(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
        run: impl FnOnce(Job) -> Result<wire::Answer, CallFailure>,
    ) -> Result<Answer, PluginError> {
        let at = self.position(rule)?;
        let rule = &self.manifest.rules[at];
        let tables = match &self.grant {
            Some(grant) => grant::restricted(rule, parameters, tables, grant).map(Cow::Owned),
            None => Ok(Cow::Borrowed(tables)),
        };
        let tables = tables.map_err(|reason| self.refused(rule, reason))?;
        if let Some(like) = &rule.like {
            return self.apply_other(rule, like, parameters, &tables, explain, run);
        }
        let call = encode::call(rule, &self.names[at], parameters, &tables, explain)
            .map_err(|reason| self.refused(rule, reason))?;
        let (runtime, compiled) = self.code.clone().ok_or_else(|| self.unknown(&rule.id))?;
        let limits = runtime.limits;
        let fuel = limits.fuel_for(encode::rows(&call));
        let inside = limits.clone();
        run(Box::new(move || sandbox::call(&compiled, &inside, fuel, call)))
            .and_then(|answer| {
                let answer =
                    decode::answer(rule, &limits, answer).map_err(CallFailure::BadAnswer)?;
                promises::check(rule, &tables, &answer.tables).map_err(CallFailure::BadAnswer)?;
                Ok(answer)
            })
            .map_err(|failure| self.error(rule, &limits, fuel, failure))
    }

    /// Applies the rule of another plugin, with the parameters, tables and words of this one.
    fn apply_other(
        &self,
        rule: &RuleDeclaration,
        like: &Like,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
        run: impl FnOnce(Job) -> Result<wire::Answer, CallFailure>,
    ) -> Result<Answer, PluginError> {
        let other = self.others.get(&like.plugin).ok_or_else(|| self.unknown(&rule.id))?;
        // Later ones win: first what this rule says, then what the call says.
        let own = rule.parameters.iter().map(|(name, value)| (name.clone(), value.clone()));
        let parameters: Vec<(String, String)> = own.chain(parameters.iter().cloned()).collect();
        let is_given = |table: &&Table| tables.iter().any(|given| given.name() == table.name());
        let own = like.tables.iter().filter(|table| !is_given(table));
        let tables: Vec<Table> = tables.iter().chain(own).cloned().collect();
        // A boxed step, since the other plugin's rule is applied by this same function.
        let run: Box<dyn FnOnce(Job) -> Result<wire::Answer, CallFailure> + '_> = Box::new(run);
        let mut answer = other.apply_by(&like.rule, &parameters, &tables, explain, run)?;
        answer.say(&like.labels);
        Ok(answer)
    }

    fn unknown(&self, rule: &str) -> PluginError {
        PluginError::UnknownRule { plugin: self.manifest.id.clone(), rule: rule.to_owned() }
    }

    pub(crate) fn rule(&self, id: &str) -> Result<&RuleDeclaration, PluginError> {
        Ok(&self.manifest.rules[self.position(id)?])
    }

    fn position(&self, id: &str) -> Result<usize, PluginError> {
        let found = self.manifest.rules.iter().position(|rule| rule.id == id);
        found.ok_or_else(|| self.unknown(id))
    }

    fn refused(&self, rule: &RuleDeclaration, reason: CallError) -> PluginError {
        let (plugin, rule) = (self.manifest.id.clone(), rule.id.clone());
        match reason {
            CallError::NotGranted { need } => PluginError::NotGranted { plugin, rule, need },
            reason => PluginError::BadCall { plugin, rule, reason },
        }
    }

    fn error(
        &self,
        rule: &RuleDeclaration,
        limits: &Limits,
        fuel: u64,
        failure: CallFailure,
    ) -> PluginError {
        let (plugin, rule) = (self.manifest.id.clone(), rule.id.clone());
        match failure {
            CallFailure::Rule(failure)
                if self.manifest.code == CodeKind::JavaScript
                    && failure.code == wire::SCRIPT_ERROR =>
            {
                let message = Box::new(decode::message(failure.message));
                PluginError::Script { plugin, rule, message }
            }
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
