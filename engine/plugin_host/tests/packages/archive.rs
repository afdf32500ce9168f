//! Writes archives by hand, as no honest tool would, and changes bytes at random.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// An entry of an archive.
pub struct Entry<'a> {
    path: &'a str,
    bytes: &'a [u8],
    is_link: bool,
}

impl<'a> Entry<'a> {
    pub fn file(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path, bytes, is_link: false }
    }

    pub fn link(path: &'a str, target: &'a str) -> Self {
        Self { path, bytes: target.as_bytes(), is_link: true }
    }
}

/// Writes the entries, whatever they are called. Names that come twice are told once.
pub fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default();
        if entry.is_link {
            let target = std::str::from_utf8(entry.bytes).expect("text");
            archive.add_symlink(entry.path, target, options).expect("a link");
        } else if archive.start_file(entry.path, options).is_ok() {
            archive.write_all(entry.bytes).expect("in memory");
        }
    }
    archive.finish().expect("in memory").into_inner()
}

/// A right line of a list.
pub fn line(path: &str, bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{digits}  {path}")
}

/// A right list.
pub fn list(entries: &[Entry<'_>]) -> String {
    let mut sorted: Vec<&Entry<'_>> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.path);
    sorted.iter().map(|entry| line(entry.path, entry.bytes) + "\n").collect()
}

/// Replaces every `from` by `to`, which has as many bytes.
pub fn bytes_replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut changed = bytes.to_vec();
    for at in 0..=changed.len() - from.len() {
        if changed[at..].starts_with(from) {
            changed[at..at + to.len()].copy_from_slice(to);
        }
    }
    changed
}

/// Unpacks a good archive into a folder.
pub fn unpack(bytes: &[u8], folder: &Path) {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("an entry");
        let path = folder.join(entry.enclosed_name().expect("a plain path"));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut contents = Vec::new();
        entry.read_to_end(&mut contents).expect("contents");
        std::fs::write(path, contents).expect("a file");
    }
}

/// Numbers that look random and are the same in every run (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }

    /// Changes, cuts, doubles or adds some bytes.
    pub fn change(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(changed.len());
            match self.below(5) {
                0 => changed[at] ^= 1 << self.below(8),
                1 => changed[at] = self.next() as u8,
                2 => {
                    let end = (at + 1 + self.below(20)).min(changed.len());
                    changed.drain(at..end);
                }
                3 => {
                    let end = (at + self.below(40)).min(changed.len());
                    let part = changed[at..end].to_vec();
                    changed.splice(at..at, part);
                }
                _ => {
                    let more = self.bytes(8);
                    changed.splice(at..at, more);
                }
            }
            if changed.is_empty() {
                return changed;
            }
        }
        changed
    }
}
