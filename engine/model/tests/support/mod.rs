//! Reads definitions from folders, for the tests of this crate.

use std::path::{Path, PathBuf};
use std::{fs, io};

use bieumau_model::check::SourceTree;

/// Returns the folder of the whole project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the shipped forms, reports, code lists, templates and plugin manifests.
pub fn shipped() -> SourceTree {
    let mut tree = SourceTree::default();
    for folder in ["forms", "templates", "plugins"] {
        add(&mut tree, &project().join(folder), folder).expect("shipped folders can be read");
    }
    tree
}

/// Adds the files below `folder` under the path `name`, as the program adds them.
pub fn add(tree: &mut SourceTree, folder: &Path, name: &str) -> io::Result<()> {
    const READ: [&str; 3] = [".yaml", ".json", ".yml"];
    const LOOKED_FOR: [&str; 2] = [".typ", ".html"];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{name}/{own}");
        if entry.file_type()?.is_dir() {
            add(tree, &entry.path(), &path)?;
        } else if READ.iter().any(|end| own.ends_with(end)) {
            let bytes = fs::read(entry.path())?;
            tree.insert(path, String::from_utf8_lossy(&bytes).into_owned());
        } else if LOOKED_FOR.iter().any(|end| own.ends_with(end)) {
            tree.insert(path, "");
        }
    }
    Ok(())
}
