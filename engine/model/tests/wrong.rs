//! Every folder of `tests/cases/wrong` is a little site with mistakes, beside the findings it gives.
//!
//! A case is laid over the shipped definitions, as a site is. `UPDATE=1 cargo test --test wrong`
//! writes the findings anew; read the difference before you keep it. Cases named `sql_…` and
//! `template_…` need more rooms than this one and are left to the suite.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bieumau_model::check::{self, SourceTree};
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::text::Locale;

#[test]
fn wrong_definitions_give_the_findings_written_beside_them() {
    let cases = support::project().join("tests/cases/wrong");
    let shipped = support::shipped();
    let update = std::env::var_os("UPDATE").is_some();
    let mut differences = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(&cases).expect("the cases can be read") {
        let folder = entry.expect("the cases can be read").path();
        let expected_path = folder.join("expected.txt");
        let name = entry_name(&folder);
        if name.starts_with("sql_") || name.starts_with("template_") {
            continue;
        }
        seen += 1;
        let found = findings(&shipped, &folder);
        assert!(!found.trim().is_empty(), "{name} has no mistake");
        if update {
            fs::write(&expected_path, &found).expect("the reference can be written");
        } else if fs::read_to_string(&expected_path).ok().as_ref() != Some(&found) {
            differences.push(format!("{name}:\n{found}"));
        }
    }
    assert!(seen >= 30, "only {seen} cases");
    assert!(differences.is_empty(), "other findings than expected:\n{}", differences.join("\n"));
}

fn entry_name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Returns what the check says about the files of `folder`, in Vietnamese and then in English.
fn findings(shipped: &SourceTree, folder: &Path) -> String {
    let mut own = SourceTree::default();
    for part in ["forms", "templates", "plugins"] {
        if folder.join(part).is_dir() {
            support::add(&mut own, &folder.join(part), part).expect("the case can be read");
        }
    }
    if let Ok(site) = fs::read_to_string(folder.join("site.yaml")) {
        own.insert("site.yaml", site);
    }
    let mut tree = shipped.clone();
    for (path, text) in own.iter() {
        tree.insert(path.clone(), text.clone());
    }
    let checked = check::check(&tree);
    let mut found = samples(&own, &checked);
    found.append(checked.diagnostics);
    found.sort();
    let lines = |locale| -> String {
        found
            .iter()
            .filter(|finding| finding.span.as_ref().is_none_or(|span| own.contains(&span.file)))
            .map(|finding| finding.one_line(locale) + "\n")
            .collect()
    };
    format!("{}\n{}", lines(Locale::Vi), lines(Locale::En))
}

/// Checks the samples of the case against reports that are right.
fn samples(own: &SourceTree, checked: &check::Checked) -> Diagnostics {
    let mut found = Diagnostics::default();
    for report in checked.catalog.reports.values() {
        let Some(template) = &report.template else { continue };
        let path: Arc<str> = format!("templates/{template}/sample.json").into();
        if let Some(text) = own.get(&path) {
            let datasets = check::DatasetColumns::default();
            found.append(check::sample(&checked.catalog, report, &datasets, &path, text));
        }
    }
    found
}
