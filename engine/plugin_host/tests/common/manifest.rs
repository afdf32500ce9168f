//! Manifests for tests, through the same check as everywhere.

use std::fs;
use std::path::Path;

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::Manifest;

/// Reads a manifest.
pub fn manifest(id: &str, yaml: &str) -> Manifest {
    let mut tree = SourceTree::default();
    let codes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/core/codes");
    for file in fs::read_dir(codes).expect("the code lists") {
        let path = file.expect("a code list").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let text = fs::read_to_string(&path).expect("a code list");
        tree.insert(format!("forms/core/codes/{name}"), text);
    }
    tree.insert(format!("plugins/{id}/plugin.yaml"), yaml);
    let checked = check(&tree);
    let found = checked.catalog.plugins.get(id).cloned();
    found.unwrap_or_else(|| panic!("{}", checked.diagnostics))
}
