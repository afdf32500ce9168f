//! Wrong definitions: each folder of `cases/wrong` is a little site with mistakes, beside the
//! findings it gives in Vietnamese and English.
//!
//! `model` runs the same cases through its own room; here all rooms look at them, and only here
//! those named `sql_…` and `template_…`.

use std::fs;
use std::path::Path;

use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::text::Locale;
use bieumau_pipeline::{Files, check, check_files};
use libtest_mimic::{Failed, Trial};

use crate::support::{Outcome, cases, check_reference, ensure, hasty_workers, workers};

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("definitions::shipped_definitions_give_no_finding", || {
            no_finding(&check(None, None).map_err(crate::support::said)?.findings)
        }),
        Trial::test("definitions::shipped_templates_give_no_finding", || {
            no_finding(&check(None, Some(&workers(2))).map_err(crate::support::said)?.findings)
        }),
        Trial::test("definitions::at_least_a_hundred_findings_are_described", at_least_a_hundred),
    ];
    let mut names: Vec<String> = fs::read_dir(cases("wrong"))
        .expect("the cases can be read")
        .map(|entry| entry.expect("a case").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    trials.extend(names.into_iter().map(|name| {
        let folder = cases("wrong").join(&name);
        Trial::test(format!("definitions::wrong::{name}"), move || check_wrong(&name, &folder))
    }));
    trials
}

fn no_finding(findings: &Diagnostics) -> Outcome {
    ensure(findings.is_empty(), || findings.to_string())
}

/// Lays `folder` over the shipped definitions and compares the findings about its files.
fn check_wrong(name: &str, folder: &Path) -> Outcome {
    let overlaid = |files: Files| files.overlaid(folder).map_err(|error| error.to_string());
    let checked = if name.starts_with("template_") {
        // Compiling every shipped template again for each case would take minutes.
        let files = Files::shipped().only(&["forms/core/", "templates/shared/"]);
        check_files(overlaid(files)?, Some(&hasty_workers()))
    } else {
        check_files(overlaid(Files::shipped())?, None)
    };
    let findings = checked.map_err(crate::support::said)?.findings;
    let found = described(&findings, folder);
    ensure(found.trim() != "", || format!("`{name}` has no mistake; all findings:\n{findings}"))?;
    check_reference(&folder.join("expected.txt"), &found)
}

/// Writes the findings about the files of `folder`, in Vietnamese and then in English.
fn described(findings: &Diagnostics, folder: &Path) -> String {
    let lines = |locale| -> String {
        findings
            .iter()
            .filter(|finding| {
                finding.span.as_ref().is_none_or(|span| folder.join(&*span.file).is_file())
            })
            .map(|finding| finding.one_line(locale) + "\n")
            .collect()
    };
    format!("{}\n{}", lines(Locale::Vi), lines(Locale::En))
}

/// Reads the references themselves: every finding has a line, most have a hint.
fn at_least_a_hundred() -> Outcome {
    if *crate::UPDATE.get().expect("set by main") {
        return Ok(()); // The references are being written at this moment.
    }
    let mut findings = 0;
    let mut hints = 0;
    for entry in fs::read_dir(cases("wrong"))? {
        let path = entry?.path().join("expected.txt");
        let text = fs::read_to_string(&path)?;
        let (vietnamese, english) = text.split_once("\n\n").ok_or_else(|| both(&path))?;
        if vietnamese.lines().count() != english.lines().count() {
            return Err(both(&path));
        }
        for line in english.lines().filter(|line| line.contains(" error[") || line.contains(" warning[")) {
            findings += 1;
            hints += usize::from(line.ends_with(')'));
        }
    }
    ensure(findings >= 100 && hints * 2 > findings, || {
        format!("{findings} findings with a place, {hints} of them with a hint")
    })
}

fn both(path: &Path) -> Failed {
    format!("{} has not the same lines in both languages", path.display()).into()
}
