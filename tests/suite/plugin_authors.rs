//! What `plugins/README.md` shows to authors of plugins is true, and the examples pass their cases.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::text::Locale;
use bieumau_pipeline::{TestReport, Workbench, check};
use libtest_mimic::Trial;
use tempfile::TempDir;

use crate::readmes::blocks;
use crate::support::{Outcome, ensure, said};

/// The tables of the text in JavaScript that the page shows.
const HALF_DAYS: &str = "\
schema_version: 1
id: half_days
version: 1.0.0
title: Buổi nghỉ
code: javascript
rules:
  - id: half_days
    title: Buổi nghỉ
    takes:
      - {name: absences, columns: [{name: pupil, type: text}, {name: sessions, type: integer}]}
    gives:
      - name: absences
        columns:
          - {name: pupil, type: text}
          - {name: sessions, type: integer}
          - {name: share, type: decimal(1)}
    parameters: {most: \"45\"}
";

const HALF_DAYS_CASE: &str = "\
rule: half_days
cases:
  - name: only who is over the limit
    given:
      absences: [{pupil: HS1, sessions: 45}, {pupil: HS2, sessions: 46}]
    expect:
      absences: [{pupil: HS2, sessions: 46, share: 102.2}]
";

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("plugin_authors::the_yaml_of_the_page_is_right_and_passes_its_case", yaml),
        Trial::test("plugin_authors::the_javascript_of_the_page_works", javascript),
        Trial::test("plugin_authors::examples_pass_their_cases", examples),
    ]
}

fn yaml() -> Outcome {
    let manifest = shown("code: none")?;
    let site = tempfile::tempdir()?;
    let folder = laid(&site.path().join("plugins"), "office", &manifest)?;
    let checked = check(Some(site.path()), None).map_err(said)?;
    ensure(checked.findings.is_empty(), || checked.findings.to_string())?;
    fs::create_dir(folder.join("cases"))?;
    fs::write(folder.join("cases/absences.yaml"), shown("cases:")?)?;
    passes(&folder, None)
}

fn javascript() -> Outcome {
    let home = TempDir::new()?;
    let folder = laid(home.path(), "half_days", HALF_DAYS)?;
    fs::write(folder.join("rules.js"), shown("rule(\"half_days\"")?)?;
    fs::create_dir(folder.join("cases"))?;
    fs::write(folder.join("cases/absences.yaml"), HALF_DAYS_CASE)?;
    passes(&folder, None)
}

fn examples() -> Outcome {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/learning_results");
    for plugin in ["learning_javascript", "learning_rust"] {
        passes(&site.join("plugins").join(plugin), Some(&site))?;
    }
    Ok(())
}

/// Returns the block of the page that has `part`.
fn shown(part: &str) -> Result<String, libtest_mimic::Failed> {
    let blocks = blocks("plugins/README.md")?;
    let found = blocks.into_iter().find(|block| block.code.contains(part));
    found.map(|block| block.code).ok_or_else(|| format!("no block with `{part}`").into())
}

fn laid(below: &Path, id: &str, manifest: &str) -> Result<PathBuf, libtest_mimic::Failed> {
    let folder = below.join(id);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("plugin.yaml"), manifest)?;
    Ok(folder)
}

fn passes(folder: &Path, site: Option<&Path>) -> Outcome {
    let report = Workbench::open(site, folder).map_err(said)?.test();
    ensure(!report.cases.is_empty() && report.is_right(), || wrong(&report))
}

fn wrong(report: &TestReport) -> String {
    let cases = report.cases.iter().filter(|case| !case.is_right()).map(|case| format!("{case:?}"));
    let checks = report.checks.iter().filter_map(|check| {
        let failure = check.failure.as_ref()?;
        Some(format!("{}: {}", check.name.get(Locale::En), failure.get(Locale::En)))
    });
    cases.chain(checks).collect::<Vec<_>>().join("\n")
}
