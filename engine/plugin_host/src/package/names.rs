//! Which paths a package may have: plain ones, in their places, each once.
//!
//! Whatever could leave a folder, hide, or be two files on another system is refused by name.

use std::collections::HashSet;

use super::error::{PATH_LETTERS, PackageError, Said, at_most};
use super::{LIST, SIGNATURE, limits};

/// Files beside the manifest.
const TOP: [&str; 5] = ["plugin.yaml", "plugin.wasm", "rules.js", "README.md", "LICENSE"];

/// Folders with the endings of what lies in them.
const FOLDERS: [(&str, &[&str]); 3] = [
    ("cases", &[".json", ".yaml"]),
    ("forms", &[".yaml"]),
    ("templates", &[".typ", ".html", ".json"]),
];

/// Names that some systems take for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns whether a file of a plugin's folder goes into its package.
pub fn belongs(path: &str) -> bool {
    TOP.contains(&path)
        || path.split_once('/').is_some_and(|(folder, rest)| {
            FOLDERS.iter().any(|(name, endings)| {
                *name == folder && endings.iter().any(|ending| rest.ends_with(ending))
            })
        })
}

/// The paths that were seen so far.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// Takes a path, when it may stand in a package.
    pub(super) fn take(&mut self, path: &str) -> Result<(), PackageError> {
        let refuse = |why: Said| PackageError::Path { path: shown(path), why };
        at_most(PATH_LETTERS, path.len(), limits::PATH)?;
        if path.starts_with('/') || path.contains('\\') || path.contains(':') {
            return Err(refuse((
                "đường dẫn phải là tương đối, ngăn bằng `/`",
                "a path must be relative, with `/` between its parts",
            )));
        }
        for part in path.split('/') {
            if part == ".." {
                return Err(refuse(("dẫn ra ngoài gói", "it leads out of the package")));
            }
            if part.is_empty() || part.starts_with('.') || part.ends_with('.') {
                return Err(refuse((
                    "có phần rỗng, hoặc bắt đầu hay kết thúc bằng dấu chấm",
                    "a part of it is empty, or begins or ends with a dot",
                )));
            }
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            if !part.bytes().all(plain) {
                return Err(refuse((
                    "chỉ được dùng chữ không dấu, chữ số, `.`, `_` và `-`",
                    "only letters, digits, `.`, `_` and `-` may stand in it",
                )));
            }
            let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
            if DEVICES.contains(&stem.as_str()) {
                return Err(refuse((
                    "một số hệ điều hành coi là thiết bị",
                    "some systems take it for a device",
                )));
            }
        }
        if !belongs(path) && path != LIST && path != SIGNATURE {
            return Err(refuse((
                "không phải tệp của một plugin",
                "it is none of the files that a plugin has",
            )));
        }
        if !self.0.insert(path.to_ascii_lowercase()) {
            return Err(refuse(("có hai lần", "it stands there twice")));
        }
        Ok(())
    }
}

/// Shortens a path that a stranger made up, and leaves out what could not be printed.
pub(super) fn shown(path: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = path.chars().take(LONGEST).map(printable).collect();
    if path.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

fn printable(character: char) -> char {
    if character.is_control() { '\u{fffd}' } else { character }
}
