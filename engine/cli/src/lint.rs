//! `bieumau lint`: where finished documents depart from Nghị định 30/2020.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::text::Locale;
use bieumau_pipeline::{Problem, Site, lint};
use clap::Args;
use jiff::Timestamp;

use crate::Ending;
use crate::arguments::CallerArguments;
use crate::commands::{caller, machine, print_line, workers};

#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// PDF files.
    #[arg(required_unless_present = "issued")]
    pub files: Vec<PathBuf>,
    /// Issued documents, by their ids; `bieumau issued` lists them.
    #[arg(long, value_name = "ID")]
    pub issued: Vec<i64>,
    #[command(flatten)]
    pub caller: CallerArguments,
}

/// Measures the files and prints what departs.
pub(crate) fn run(site: &Path, asked: &LintArguments, locale: Locale) -> Result<Ending, Problem> {
    let mut ending = Ending::Done;
    let mut told = |name: &str, bytes: &[u8]| -> Result<(), Problem> {
        let findings = lint(bytes)?;
        for finding in findings.iter() {
            print_line(&format_args!("{name}: {}", finding.one_line(locale)));
            ending = Ending::Findings;
        }
        if findings.is_empty() {
            let right = match locale {
                Locale::Vi => "đúng thể thức theo Nghị định 30/2020, Phụ lục I",
                Locale::En => "in the form of Nghị định 30/2020, Phụ lục I",
            };
            print_line(&format_args!("{name}: {right}"));
        }
        Ok(())
    };
    for path in &asked.files {
        let bytes = fs::read(path).map_err(|error| {
            let path = path.display();
            machine(
                format!("Không đọc được `{path}`: {error}"),
                format!("`{path}` cannot be read: {error}"),
            )
        })?;
        told(&path.display().to_string(), &bytes)?;
    }
    if !asked.issued.is_empty() {
        let site = Site::open(site, &workers()?, Timestamp::now())?;
        let caller = caller(&asked.caller, &site)?;
        for id in &asked.issued {
            let (line, bytes) = site.issued_document(&caller, *id, Timestamp::now())?;
            told(&format!("{} ({})", line.number, line.title), &bytes)?;
        }
    }
    Ok(ending)
}
