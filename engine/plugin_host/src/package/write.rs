//! Packs a package so that the same content is the same bytes: no times, no owners, one order.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::error::{BYTES, PackageError, at_most};
use super::{LIST, Package, SIGNATURE, limits};

/// Writes list and signature first, then the files by path.
pub(super) fn zip(package: &Package) -> Result<Vec<u8>, PackageError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let signature = package.signature.iter().map(|text| (SIGNATURE, text.as_bytes()));
    let first = std::iter::once((LIST, package.list.as_bytes())).chain(signature);
    let packed = pack(first.chain(package.files()), options);
    let bytes = packed.map_err(|error| PackageError::Damaged { what: error.to_string() })?;
    at_most(BYTES, bytes.len(), limits::PACKED)?;
    Ok(bytes)
}

fn pack<'p>(
    entries: impl Iterator<Item = (&'p str, &'p [u8])>,
    options: SimpleFileOptions,
) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in entries {
        archive.start_file(path, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
