//! Keeps machine code between starts, in files that nobody else can have written.
//!
//! An entry is sealed with a key of this installation, and belongs to one component, one version
//! of wasmtime, one set of switches and one kind of processor. Whatever is odd about an entry or
//! its folder makes it as good as absent; nothing here is ever an error.

use std::fs::{self, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Engine;

use super::machine_code::MachineCode;
use crate::limits::Limits;
use crate::package::hex;

/// Bytes of a seal.
const SEAL: usize = 32;

/// The greatest entry, far above the code of the largest component.
const LARGEST: u64 = 256 << 20;

/// Permission bits of others than the owner.
const OTHERS: u32 = 0o077;

/// A folder of machine code. Its key is kept elsewhere.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    key: Arc<[u8]>,
}

/// The place of one component's code.
pub(super) struct Entry {
    path: PathBuf,
    /// What the seal is over, beside the code.
    name: String,
    key: Arc<[u8]>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key.
        f.debug_struct("Cache").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Cache {
    /// Keeps code in `folder`, which is made when it is needed, sealed with `key`.
    pub fn new(folder: PathBuf, key: &[u8]) -> Self {
        Self { folder, key: key.into() }
    }

    pub(super) fn entry(&self, engine: &Engine, limits: &Limits, wasm: &[u8]) -> Entry {
        // Only the engine's own type has the hash; std's hasher without keys is the same each time.
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let mut name = Sha256::new();
        name.update(wasm);
        name.update(env!("CARGO_PKG_VERSION"));
        name.update(hasher.finish().to_le_bytes());
        name.update(limits.stack_bytes.to_le_bytes());
        name.update(std::env::consts::ARCH);
        let name = hex(&name.finalize());
        Entry { path: self.folder.join(format!("{name}.code")), name, key: self.key.clone() }
    }
}

impl Entry {
    /// Returns the code, when its seal is ours.
    pub(super) fn read(&self) -> Option<MachineCode> {
        let folder = self.path.parent()?;
        if fs::symlink_metadata(&self.path).is_err() {
            return None;
        }
        let sealed = is_private(folder).then(|| self.sealed_bytes()).flatten();
        let code = sealed.and_then(|bytes| self.unsealed(bytes));
        if code.is_none() {
            self.forget();
        }
        code
    }

    /// Removes the entry; it will be made anew.
    pub(super) fn forget(&self) {
        // What cannot be removed will not be believed either.
        let _ = fs::remove_file(&self.path);
    }

    /// Keeps the code; when that fails it is compiled again next time.
    pub(super) fn write(&self, code: &MachineCode) {
        let _ = self.try_write(code);
    }

    fn try_write(&self, code: &MachineCode) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if !folder.exists() {
            fs::DirBuilder::new().mode(0o700).recursive(true).create(folder)?;
        }
        if !is_private(folder) {
            return Ok(());
        }
        // A name of its own for each process; whoever renames last wins, with the same content.
        let temporary = folder.join(format!("{}.{}.new", self.name, std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let written = options.open(&temporary).and_then(|mut file| {
            file.write_all(&self.seal(code.bytes()).finalize().into_bytes())?;
            file.write_all(code.bytes())
        });
        let moved = written.and_then(|()| fs::rename(&temporary, &self.path));
        if moved.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        moved
    }

    fn sealed_bytes(&self) -> Option<Vec<u8>> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(&self.path)
            .ok()?;
        let told = file.metadata().ok()?;
        let right = told.is_file()
            && told.mode() & OTHERS == 0
            && told.nlink() == 1
            && is_own(&told)
            && told.len() <= LARGEST;
        let mut bytes = Vec::new();
        (right && read(&mut file, &mut bytes)).then_some(bytes)
    }

    fn unsealed(&self, mut bytes: Vec<u8>) -> Option<MachineCode> {
        if bytes.len() < SEAL {
            return None;
        }
        let seal: Vec<u8> = bytes.drain(..SEAL).collect();
        self.seal(&bytes).verify_slice(&seal).ok()?;
        Some(MachineCode::of_sealed_entry(bytes))
    }

    fn seal(&self, code: &[u8]) -> Hmac<Sha256> {
        let mut seal =
            Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length will do");
        seal.update(self.name.as_bytes());
        seal.update(&(code.len() as u64).to_le_bytes());
        seal.update(code);
        seal
    }
}

fn read(file: &mut File, bytes: &mut Vec<u8>) -> bool {
    file.take(LARGEST).read_to_end(bytes).is_ok()
}

/// Returns whether `folder` is a folder, not a link to one, that only its owner can enter.
fn is_private(folder: &Path) -> bool {
    fs::symlink_metadata(folder)
        .is_ok_and(|told| told.is_dir() && told.mode() & OTHERS == 0 && is_own(&told))
}

/// Returns whether a file belongs to the user of this process, where that can be told.
fn is_own(told: &fs::Metadata) -> bool {
    fs::metadata("/proc/self").map_or(true, |own| own.uid() == told.uid())
}
