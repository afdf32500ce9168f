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
        Trial::test("definitions::files_that_break_off_give_findings", broken_files),
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

/// Cuts shipped files at many places, in the middle of letters too: a finding each, and no panic.
fn broken_files() -> Outcome {
    let shipped =
        Files::shipped().only(&["forms/core/", "forms/minutes/", "templates/", "plugins/"]);
    for (path, least) in [
        ("forms/core/pupil.form.yaml", 200),
        ("forms/core/codes/province.yaml", 60),
        ("forms/minutes/minutes_data_handover.report.yaml", 200),
        ("templates/minutes/minutes_data_handover/sample.json", 0),
        ("plugins/national/plugin.yaml", 100),
    ] {
        let bytes = shipped.get(path).ok_or(path)?;
        for part in 0..9 {
            // Odd steps, so that some cuts fall into a letter of two or three bytes.
            let cut = least + (bytes.len() - least) * part / 10 + part;
            let folder = tempfile::tempdir()?;
            let to = folder.path().join(path);
            fs::create_dir_all(to.parent().expect("inside the folder"))?;
            fs::write(&to, &bytes[..cut])?;
            let files = shipped.clone().overlaid(folder.path()).map_err(|e| e.to_string())?;
            let findings = check_files(files, None).map_err(crate::support::said)?.findings;
            // A list that ends early may still be a right list.
            let whole =
                path.contains("province") || path.contains("plugin.yaml") || path.contains("pupil");
            ensure(whole || !findings.is_empty(), || format!("{path} cut at {cut}: no finding"))?;
        }
    }
    Ok(())
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
        for line in
            english.lines().filter(|line| line.contains(" error[") || line.contains(" warning["))
        {
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
