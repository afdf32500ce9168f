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
        Trial::test("plugin_authors::free_checks_tell_what_is_wrong", free_checks),
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

/// Rules that are right but for one thing: id, what it does for each row, and which of the checks that
/// every rule gets must tell.
const FLAWED: [(&str, &str, &[&str]); 7] = [
    ("right", "quarter: quarter(row, rounding(call)), place: 1", &[]),
    // What depends on who else is in the batch, or on who comes first.
    ("ranked", "quarter: null, place: at + 1", &[SPLIT, "permuted pupils are equal"]),
    ("counted", "quarter: null, place: rows.length", &[SPLIT]),
    // What an explanation changes.
    ("explained", "quarter: null, place: call.explain ? 1 : 2", &["two calls are equal"]),
    // Half to even that goes up.
    (
        "rounded",
        "quarter: quarter(row, {half_even: 'up'}[rounding(call)] ?? rounding(call)), place: 1",
        &["ties are rounded exactly"],
    ),
    // A mark that is not there.
    (
        "missing",
        "quarter: row.mark, place: row.mark.toString().length",
        &["malformed input gives a finding or a reason"],
    ),
    // Whoever is not there cannot be first.
    ("first", "quarter: null, place: 1", &["an empty class has an answer"]),
];

const SPLIT: &str = "split and merged batches are equal";

const HELPERS: &str = "\
const rounding = (call) => call.choice('rounding', ['half_up', 'half_even', 'down', 'up']);
const quarter = (row, how) => row.mark === null ? null : Number(divide(row.mark, 4, how));
";

fn free_checks() -> Outcome {
    let home = TempDir::new()?;
    let mut manifest = "schema_version: 1\nid: flawed\nversion: 1.0.0\ntitle: Thử\n\
                        code: javascript\nrules:\n"
        .to_owned();
    let mut text = HELPERS.to_owned();
    for (id, cells, _) in FLAWED {
        manifest += &format!(
            "  - id: {id}
    title: Thử
    takes:
      - {{name: marks, columns: [{{name: pupil, type: text}}, {{name: mark, type: decimal(1)}}]}}
    gives:
      - name: marks
        columns: [{{name: pupil, type: text}}, {{name: quarter, type: decimal(1)}}, {{name: place, type: integer}}]
    parameters: {{rounding: half_up}}
"
        );
        let first = if id == "first" { "rows[0].pupil;" } else { "" };
        text += &format!(
            "rule('{id}', (call) => {{ const rows = call.tables.marks; {first} return {{ tables: {{ \
             marks: rows.map((row, at) => ({{ pupil: row.pupil, {cells} }})) }} }}; }});\n"
        );
    }
    let folder = laid(home.path(), "flawed", &manifest)?;
    fs::write(folder.join("rules.js"), &text)?;
    fs::create_dir(folder.join("cases"))?;
    for (id, ..) in FLAWED {
        let case = format!(
            "rule: {id}
cases:
  - name: one of each
    given:
      marks: [{{pupil: HS1, mark: \"7.5\"}}, {{pupil: HS2, mark: \"8.0\"}}]
    expect:
      marks: [{{pupil: HS1}}, {{pupil: HS2}}]
"
        );
        fs::write(folder.join(format!("cases/{id}.yaml")), case)?;
    }
    let report = Workbench::open(None, &folder).map_err(said)?.test();
    for (id, _, expected) in FLAWED {
        let own = report.checks.iter().filter(|check| check.rule == id);
        let failed: Vec<&str> = own
            .filter(|check| check.failure.is_some())
            .map(|check| check.name.get(Locale::En))
            .collect();
        ensure(failed == expected, || {
            format!("`{id}`: {failed:?} failed, not {expected:?}\n{}", wrong(&report))
        })?;
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
