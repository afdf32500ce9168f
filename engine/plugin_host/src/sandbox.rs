//! The engine's switches, and one call inside them: a fresh instance, watched, thrown away.
//!
//! Checking what comes back is the job of [`crate::decode`].

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, ComponentExportIndex, Instance, InstancePre, Linker};
use wasmtime::{
    Config, Enabled, Engine, PoolingAllocationConfig, ResourceLimiter, Store, Trap, WasmBacktrace,
    WasmFeatures,
};

use crate::error::LoadError;
use crate::limits::Limits;
use crate::wire;

/// How often the clock of the calls ticks.
const TICK: Duration = Duration::from_millis(10);

/// How many functions of a broken call are named.
const FRAMES: usize = 20;

/// How much of a slot is wiped in place instead of being given back to the system.
const KEPT_BYTES: usize = 4 << 20;

/// A compiled plugin, ready to be instantiated.
#[derive(Clone)]
pub struct Compiled {
    instance: InstancePre<Watch>,
    apply: ComponentExportIndex,
    /// What the runner of JavaScript takes before the first call.
    script: Option<Script>,
}

/// A text of JavaScript, and where the runner takes it.
#[derive(Clone)]
struct Script {
    load: ComponentExportIndex,
    source: Arc<str>,
    rules: Arc<[wire::DeclaredRule]>,
}

/// Why a call gave no answer.
#[derive(Debug)]
pub enum CallFailure {
    Rule(Box<wire::Failure>),
    Time,
    Fuel,
    Memory(Refused),
    Trap { trap: String, functions: Vec<String> },
    AnswerTooLarge,
    BadAnswer(String),
    Host(String),
}

/// A wish for memory that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    pub what: &'static str,
    pub wanted: usize,
    pub limit: usize,
}

/// Makes the engine, and the thread that lets its clock tick as long as the engine lives; tells
/// whether memory comes from slots, which code is compiled for.
pub fn engine(limits: &Limits) -> Result<(Engine, bool), String> {
    let config = config(limits);
    // Slots for memory save a page fault for every page that a call touches, and with 4 GiB of
    // address space each no access needs a check. Where so much cannot be had, each call gets its
    // memory from the system, and no more than it may use.
    let mut pooled = config.clone();
    pooled.allocation_strategy(slots(limits));
    let (engine, is_pooled) = match Engine::new(&pooled) {
        Ok(engine) => (engine, true),
        Err(_) => (compiler(limits, false)?, false),
    };
    start_clock(&engine)?;
    Ok((engine, is_pooled))
}

/// Makes an engine that compiles for one with slots or without, and has no slots itself.
pub fn compiler(limits: &Limits, is_pooled: bool) -> Result<Engine, String> {
    let mut config = config(limits);
    if !is_pooled {
        config.memory_reservation(limits.memory_bytes as u64).memory_reservation_for_growth(0);
    }
    Engine::new(&config).map_err(|error| format!("{error:#}"))
}

/// The switches.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .wasm_backtrace_max_frames(NonZeroUsize::new(FRAMES))
        .cranelift_nan_canonicalization(true)
        .concurrency_support(false)
        .wasm_component_model(true)
        // Whatever is not needed is off: fewer ways to differ between machines, less to go wrong.
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_tail_call(false)
        .wasm_extended_const(limits.extended_const)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        // There is no setter of its own without the crate's feature `gc`.
        .wasm_features(WasmFeatures::FUNCTION_REFERENCES, false);
    config
}

fn start_clock(engine: &Engine) -> Result<(), String> {
    let clock = engine.weak();
    // A thread of its own: a timer of a runtime stands still when the runtime is blocked.
    thread::Builder::new()
        .name("plugin clock".to_owned())
        .spawn(move || {
            while let Some(engine) = clock.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Slots for as many calls as run at once; each is wiped before its next call.
fn slots(limits: &Limits) -> PoolingAllocationConfig {
    // A call and the probe of a load may meet.
    let calls = u32::try_from(limits.calls).unwrap_or(u32::MAX).saturating_add(1);
    let mut slots = PoolingAllocationConfig::new();
    slots
        .total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(limits.instances))
        .total_memories(calls.saturating_mul(limits.memories))
        .total_tables(calls.saturating_mul(limits.tables))
        .max_memories_per_component(limits.memories)
        .max_tables_per_component(limits.tables)
        .max_core_instances_per_component(limits.instances)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        .linear_memory_keep_resident(KEPT_BYTES)
        // A table is small; giving it back to the system costs a fault in the next call, and stops
        // the threads on the other cores.
        .table_keep_resident(limits.table_elements * size_of::<usize>())
        .pagemap_scan(Enabled::Auto);
    slots
}

/// Looks for the contract in a component.
pub fn prepare(engine: &Engine, component: &Component) -> Result<Compiled, LoadError> {
    // Nothing is in the linker, so nothing can be imported.
    prepare_for(engine, component, wire::INTERFACE, &Linker::new(engine))
}

/// Looks for `interface` in a component that may import what is in `linker`.
fn prepare_for(
    engine: &Engine,
    component: &Component,
    interface: &'static str,
    linker: &Linker<Watch>,
) -> Result<Compiled, LoadError> {
    let rules = component.get_export_index(None, interface).ok_or_else(|| {
        other_contract(engine, component).unwrap_or(LoadError::NoRules { interface })
    })?;
    let function = wire::FUNCTION;
    let apply = component
        .get_export_index(Some(&rules), function)
        .ok_or(LoadError::NoFunction { function, interface })?;
    let instance = linker
        .instantiate_pre(component)
        .map_err(|error| LoadError::Invalid { what: format!("{error:#}") })?;
    Ok(Compiled { instance, apply, script: None })
}

/// Puts a text of JavaScript into the compiled runner.
pub fn with_script(
    runner: &Compiled,
    source: &str,
    rules: Vec<wire::DeclaredRule>,
) -> Result<Compiled, LoadError> {
    let component = runner.instance.component();
    let missing = LoadError::NoRules { interface: wire::SCRIPT };
    let script = component.get_export_index(None, wire::SCRIPT).ok_or(missing.clone())?;
    let load = component.get_export_index(Some(&script), wire::LOAD).ok_or(missing)?;
    let script = Script { load, source: source.into(), rules: rules.into() };
    Ok(Compiled { script: Some(script), ..runner.clone() })
}

/// Says for which version of the contract a component was made, when it was for another one.
fn other_contract(engine: &Engine, component: &Component) -> Option<LoadError> {
    let (name, _) = wire::INTERFACE.split_once('@')?;
    let component_type = component.component_type();
    let mut names = component_type.exports(engine).map(|(name, _)| name);
    let is_other =
        |found: &&str| found.strip_prefix(name).is_some_and(|version| version.starts_with('@'));
    let found = names.find(is_other)?.to_owned();
    Some(LoadError::OtherContract { found, interface: wire::INTERFACE })
}

/// Instantiates a compiled plugin once, to find out what only then is found.
pub fn probe(compiled: &Compiled, limits: &Limits) -> Result<(), LoadError> {
    let start = |what: String| LoadError::Start { what };
    let mut store =
        store(compiled, limits, limits.fuel).map_err(|error| start(error.to_string()))?;
    let instance = compiled
        .instance
        .instantiate(&mut store)
        .map_err(|error| start(describe(classify(&store, &error))))?;
    if let Some(script) = &compiled.script {
        take_script(script, instance, &mut store)
            .map_err(|error| start(describe(classify(&store, &error))))?
            .map_err(|what| LoadError::Script { what })?;
    }
    instance
        .get_typed_func::<(wire::Call,), (Result<wire::Answer, wire::Failure>,)>(
            &mut store,
            compiled.apply,
        )
        .map_err(|error| LoadError::WrongTypes { what: format!("{error:#}") })?;
    Ok(())
}

/// Calls the plugin in a fresh instance, with so much fuel.
///
/// The thread must have a stack of at least four times the plugin's.
pub fn call(
    compiled: &Compiled,
    limits: &Limits,
    fuel: u64,
    call: wire::Call,
) -> (Result<wire::Answer, CallFailure>, Usage) {
    let started = Instant::now();
    let mut store = match store(compiled, limits, fuel) {
        Ok(store) => store,
        Err(error) => return (Err(CallFailure::Host(error.to_string())), Usage::default()),
    };
    let result = (|| {
        let instance = compiled.instance.instantiate(&mut store)?;
        if let Some(script) = &compiled.script
            && let Err(what) = take_script(script, instance, &mut store)?
        {
            return Err(wasmtime::Error::msg(what));
        }
        let apply = instance
            .get_typed_func::<(wire::Call,), (Result<wire::Answer, wire::Failure>,)>(
                &mut store,
                compiled.apply,
            )?;
        apply.call(&mut store, (call,))
    })();
    let usage = Usage {
        fuel: fuel.saturating_sub(store.get_fuel().unwrap_or_default()),
        memory_bytes: store.data().used_bytes,
        time: started.elapsed(),
    };
    let result = match result {
        Ok((Ok(answer),)) => Ok(answer),
        Ok((Err(failure),)) => Err(CallFailure::Rule(Box::new(failure))),
        Err(error) => Err(classify(&store, &error)),
    };
    (result, usage)
}

/// What a call used, from making the instance to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Steps.
    pub fuel: u64,
    /// Bytes of linear memory at the end; memory never shrinks.
    pub memory_bytes: usize,
    /// Time.
    pub time: Duration,
}

/// Hands the runner its text; the inner error is what is wrong with the text.
fn take_script(
    script: &Script,
    instance: Instance,
    store: &mut Store<Watch>,
) -> wasmtime::Result<Result<(), String>> {
    let load = instance.get_typed_func::<(&str, &[wire::DeclaredRule]), (Result<(), String>,)>(
        &mut *store,
        script.load,
    )?;
    Ok(load.call(store, (&*script.source, &*script.rules))?.0)
}

/// What a store remembers: the limits of memory, and the first wish that was refused.
struct Watch {
    memory_bytes: usize,
    table_elements: usize,
    instances: u32,
    tables: u32,
    memories: u32,
    used_bytes: usize,
    refused: Option<Refused>,
}

impl ResourceLimiter for Watch {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.used_bytes = self.used_bytes.saturating_add(desired.saturating_sub(current));
        self.check("bytes of memory", desired, self.memory_bytes)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.check("table elements", desired, self.table_elements)
    }

    fn instances(&self) -> usize {
        self.instances as usize
    }

    fn tables(&self) -> usize {
        self.tables as usize
    }

    fn memories(&self) -> usize {
        self.memories as usize
    }
}

impl Watch {
    /// Refuses with an error, which ends the call: a plugin that is told "no" may do anything.
    fn check(&mut self, what: &'static str, wanted: usize, limit: usize) -> wasmtime::Result<bool> {
        if wanted <= limit {
            return Ok(true);
        }
        self.refused.get_or_insert(Refused { what, wanted, limit });
        Err(wasmtime::Error::msg("refused by the limits of the host"))
    }
}

fn store(compiled: &Compiled, limits: &Limits, fuel: u64) -> wasmtime::Result<Store<Watch>> {
    let watch = Watch {
        memory_bytes: limits.memory_bytes,
        table_elements: limits.table_elements,
        instances: limits.instances,
        tables: limits.tables,
        memories: limits.memories,
        used_bytes: 0,
        refused: None,
    };
    let mut store = Store::new(compiled.instance.engine(), watch);
    store.limiter(|watch| watch);
    store.set_fuel(fuel)?;
    store.set_hostcall_fuel(limits.answer_bytes);
    // Both are set before the instance is made, since a start function may loop too.
    let ticks = limits.time.as_millis().div_ceil(TICK.as_millis()) + 1;
    store.set_epoch_deadline(u64::try_from(ticks).unwrap_or(u64::MAX));
    Ok(store)
}

fn classify(store: &Store<Watch>, error: &wasmtime::Error) -> CallFailure {
    if let Some(refused) = store.data().refused {
        return CallFailure::Memory(refused);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => CallFailure::Time,
        Some(Trap::OutOfFuel) => CallFailure::Fuel,
        Some(trap) => CallFailure::Trap { trap: trap.to_string(), functions: functions(error) },
        // Neither trap nor limit: what the plugin handed over is not what the contract says.
        None => {
            let what = format!("{:#}", error.root_cause());
            if what.contains("fuel allocated for hostcalls") {
                return CallFailure::AnswerTooLarge;
            }
            CallFailure::BadAnswer(what)
        }
    }
}

/// Returns the names of the functions that were running, innermost first.
fn functions(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    // Only the printed form has readable names: `  0: 0x12 - module!name`.
    let lines = backtrace.to_string();
    let name = |line: &str| line.split_once('!').map(|(_, name)| name.trim().to_owned());
    lines.lines().filter_map(name).collect()
}

fn describe(failure: CallFailure) -> String {
    match failure {
        CallFailure::Time => "it takes too long".to_owned(),
        CallFailure::Fuel => "it takes too many steps".to_owned(),
        CallFailure::Memory(refused) => {
            format!("it asks for {} {}, more than {}", refused.wanted, refused.what, refused.limit)
        }
        CallFailure::Trap { trap, .. } => trap,
        CallFailure::BadAnswer(what) | CallFailure::Host(what) => what,
        CallFailure::AnswerTooLarge | CallFailure::Rule(_) => {
            "it answers before it is asked".to_owned()
        }
    }
}

/// A compiled plugin that several threads use.
pub type Shared = Arc<Compiled>;

#[cfg(test)]
mod tests {
    use wasmtime::component::{Component, Linker};

    use super::{Compiled, call, engine, prepare_for, probe};
    use crate::limits::Limits;
    use crate::wire;

    /// Built when the contract was at 1.0.0, and never since.
    const KEPT: &[u8] = include_bytes!("../tests/versions/contract_1_0_0.wasm");

    /// The contract as it will be called after it has grown.
    const GROWN: &str = "bieumau:plugin/rules@1.1.0";

    fn prepared(interface: &'static str, offered: &[&str]) -> Compiled {
        let (engine, _) = engine(&Limits::default()).expect("an engine");
        let component = Component::from_binary(&engine, KEPT).expect("a component");
        let mut linker = Linker::new(&engine);
        for name in offered {
            let mut instance = linker.instance(name).expect("a new instance");
            let line = |_: wasmtime::StoreContextMut<'_, super::Watch>, (_,): (String,)| Ok(());
            instance.func_wrap("line", line).expect("a new function");
        }
        prepare_for(&engine, &component, interface, &linker)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Checks that the kept component starts and answers.
    fn check_answers(compiled: &Compiled) {
        let limits = Limits::default();
        probe(compiled, &limits).unwrap_or_else(|error| panic!("{error}"));
        let no_rule = wire::Call {
            rule: "a rule that it does not have".to_owned(),
            parameters: vec![],
            tables: vec![],
            explain: false,
        };
        let (answer, _) = call(compiled, &limits, limits.fuel, no_rule);
        let Err(super::CallFailure::Rule(failure)) = answer else { panic!("{answer:?}") };
        assert_eq!(failure.code, "unknown_rule");
    }

    #[test]
    fn an_old_component_does_not_notice_that_the_contract_has_grown() {
        check_answers(&prepared(wire::INTERFACE, &[]));
        // A minor version later; then with something that may be imported; then with two.
        check_answers(&prepared(GROWN, &[]));
        check_answers(&prepared(GROWN, &["bieumau:plugin/log@1.1.0"]));
        check_answers(&prepared(GROWN, &["bieumau:plugin/log@1.1.0", "bieumau:plugin/log@1.2.0"]));
    }
}
