//! Machine code in memory: the one place where bytes become code that runs.
//!
//! Whoever could hand any bytes to this would own the process. So they can be made here in three
//! ways only, and none of them takes bytes of a plugin.

use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes that the compiler of this very program wrote.
pub(super) struct MachineCode(Vec<u8>);

/// Compiles in this process.
pub(super) fn compile(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<MachineCode> {
    engine.precompile_component(wasm).map(MachineCode)
}

impl MachineCode {
    /// Takes what a process of this program compiled, from the pipe that only it holds.
    pub(super) fn of_own_process(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Takes what was kept, after its seal was found to be that of this installation.
    pub(super) fn of_sealed_entry(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for keeping them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes a component of it. A wrong version or other switches of the engine are an error.
    #[expect(
        unsafe_code,
        reason = "wasmtime cannot know where the bytes come from; this type does"
    )]
    pub(super) fn component(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: `deserialize` asks that the bytes were made by `precompile_component` and not
        // changed since. There are three ways to this type. `compile` has just called it.
        // `of_own_process` takes what this program, started by us as a compiler, wrote into a
        // pipe that nobody else has; the path of the program is ours, not a plugin's.
        // `of_sealed_entry` takes bytes of which a MAC, keyed with a secret of this installation
        // that no plugin sees, says that we have written them for this very component and engine.
        // They are the bytes in memory that were checked, not read a second time from a file.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}
