//! Packages: one file that holds a whole plugin, the SHA-256 of every file in it, and a signature.
//!
//! A package is bytes in and files out; nothing here touches a disk or knows whom a site trusts.
//! It is a zip archive with `manifest.sha256` (a line for every file, as `sha256sum -c` reads
//! them) and `manifest.sha256.minisig` (a minisign signature over that list), so that the usual
//! tools can look into it and check it without this program.

mod error;
mod list;
mod names;
mod read;
mod signature;
mod write;

pub use error::{PackageError, Said};
pub use names::belongs;
pub use signature::{PublicKey, SecretKey, Signature, new_key};

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// The ending of a package file.
pub const ENDING: &str = ".bmplugin";

/// The list of files inside of a package.
pub const LIST: &str = "manifest.sha256";

/// The signature over the list inside of a package.
pub const SIGNATURE: &str = "manifest.sha256.minisig";

/// The most that a package may have.
pub(crate) mod limits {
    /// Bytes of a package file.
    pub const PACKED: usize = 16 << 20;
    /// Bytes of all its files together, unpacked.
    pub const UNPACKED: usize = 48 << 20;
    /// Files.
    pub const FILES: usize = 400;
    /// Characters of a path.
    pub const PATH: usize = 120;
}

/// A package whose files are those that its list tells, byte for byte.
///
/// That says nothing of who made it; see [`Package::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    files: BTreeMap<String, Vec<u8>>,
    list: String,
    signature: Option<String>,
}

impl Package {
    /// Makes an unsigned package of `files`, by path.
    pub fn of_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, PackageError> {
        let mut seen = names::Names::default();
        for path in files.keys() {
            seen.take(path)?;
        }
        let bytes: usize = files.values().map(Vec::len).sum();
        error::at_most(error::BYTES, bytes, limits::UNPACKED)?;
        error::at_most(error::FILES, files.len(), limits::FILES)?;
        if !files.contains_key("plugin.yaml") {
            return Err(PackageError::NoManifest);
        }
        let list = list::write(&files);
        Ok(Self { files, list, signature: None })
    }

    /// Reads a package and holds every file against the list.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        let mut files = read::files(bytes)?;
        let text = |name: &str, bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .map_err(|_| PackageError::Damaged { what: format!("`{name}` is not text") })
        };
        let list = files.remove(LIST).ok_or(PackageError::NoList)?;
        let list = text(LIST, list)?;
        let signature = files.remove(SIGNATURE);
        let signature = signature.map(|bytes| text(SIGNATURE, bytes)).transpose()?;
        list::check(&list, &files)?;
        if !files.contains_key("plugin.yaml") {
            return Err(PackageError::NoManifest);
        }
        Ok(Self { files, list, signature })
    }

    /// Writes the package; the same files and signature always give the same bytes.
    pub fn write(&self) -> Result<Vec<u8>, PackageError> {
        write::zip(self)
    }

    /// Returns the hash that names the package: the SHA-256 of its list, and so of every byte of
    /// every file, whoever signed it.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.list.as_bytes()))
    }

    /// Returns the list of files, which is what gets signed.
    pub fn list(&self) -> &str {
        &self.list
    }

    /// Walks over paths and bytes, by path, without list and signature.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Returns the bytes of a file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Returns the SHA-256 of a file.
    pub fn hash_of(&self, path: &str) -> Option<String> {
        self.file(path).map(|bytes| hex(&Sha256::digest(bytes)))
    }

    /// Returns the signature as it is told; it is not checked by this.
    pub fn signature(&self) -> Result<Option<Signature>, PackageError> {
        self.signature.as_deref().map(Signature::read).transpose()
    }

    /// Returns the package with `signature`, the text of a minisign signature over its list.
    pub fn signed(mut self, signature: &str) -> Result<Self, PackageError> {
        Signature::read(signature)?;
        self.signature = Some(signature.to_owned());
        Ok(self)
    }

    /// Makes sure that the signature is that of `key` over this very list; returns its comment.
    pub fn verify(&self, key: &PublicKey) -> Result<String, PackageError> {
        let signature = self.signature()?.ok_or(PackageError::NoSignature)?;
        signature.verify(self.list.as_bytes(), key)
    }
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
