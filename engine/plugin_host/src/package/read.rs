//! Unpacks a package in memory, within limits that hold for what comes out, not for what is told.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use super::error::{BYTES, FILES, PackageError, UNPACKED_BYTES, at_most};
use super::{limits, names};

/// Bytes at the begin of machine code in the usual format.
const ELF: &[u8] = b"\x7fELF";

/// Returns every file of the archive, by path.
pub(super) fn files(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, PackageError> {
    at_most(BYTES, bytes.len(), limits::PACKED)?;
    if bytes.starts_with(ELF) || bytes.starts_with(b"\0asm") {
        return Err(PackageError::NoPackage);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    at_most(FILES, archive.len(), limits::FILES + 2)?;
    // Two readers must not see two different packages in the same bytes.
    if archive.has_duplicate_names() {
        return Err(PackageError::Repeated);
    }
    if archive.offset() != 0 || archive.has_overlapping_entries().map_err(damaged)? {
        return Err(PackageError::Damaged { what: "its parts overlap".to_owned() });
    }
    let mut files = BTreeMap::new();
    let mut seen = names::Names::default();
    let mut left = limits::UNPACKED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let path = String::from_utf8(entry.name_raw().to_vec())
            .map_err(|_| PackageError::Damaged { what: "a path is not text".to_owned() })?;
        if entry.is_symlink() {
            return Err(PackageError::Link { path: names::shown(&path) });
        }
        seen.take(&path)?;
        if entry.name().map_err(damaged)? != path || entry.encrypted() || !entry.is_file() {
            return Err(PackageError::Damaged { what: format!("`{path}` is no plain file") });
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(PackageError::Damaged { what: format!("`{path}` is packed strangely") });
        }
        // What the entry tells of its size is a claim; only what was read counts.
        let mut contents = Vec::new();
        let read = (&mut entry).take(left as u64 + 1).read_to_end(&mut contents);
        read.map_err(|error| PackageError::Damaged { what: format!("`{path}`: {error}") })?;
        at_most(UNPACKED_BYTES, limits::UNPACKED - left + contents.len(), limits::UNPACKED)?;
        left -= contents.len();
        files.insert(path, contents);
    }
    Ok(files)
}

fn damaged(error: zip::result::ZipError) -> PackageError {
    PackageError::Damaged { what: error.to_string() }
}
