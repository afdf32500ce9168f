//! `bieumau correction`: slips with their evidence, and their course.

use std::path::{Path, PathBuf};

use bieumau_model::correction::Act;
use bieumau_model::text::Locale;
use bieumau_pipeline::flows::{CorrectionView, NewCorrection, NewLine};
use bieumau_pipeline::{NewFile, Problem};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::{SchoolYear, line, open, tell};
use crate::Ending;
use crate::commands::{caller, machine, print_line, write_bytes};

/// Corrections of marks.
#[derive(Debug, Subcommand)]
pub(crate) enum CorrectionCommand {
    /// List the slips.
    List(SchoolYear),
    /// Send a slip.
    Request {
        #[command(flatten)]
        of: SchoolYear,
        /// Form of the records.
        #[arg(long, default_value = "mark")]
        form: String,
        /// A cell, as KEY=VALUE,…:FIELD=NEW, such as
        /// `term=1,pupil=3100100001,subject=TOAN:end_of_term=7,5`; may be repeated.
        #[arg(long = "cell", value_parser = cell, required = true)]
        cells: Vec<NewLine>,
        /// Why.
        #[arg(long)]
        reason: String,
        /// What shows it.
        #[arg(long, default_value = "")]
        evidence: String,
        /// An evidence file: a scan of the test, minutes; may be repeated.
        #[arg(long = "file", value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Give the opinion of the subject group.
    Opinion(Step),
    /// Approve a slip.
    Approve(Step),
    /// Reject a slip; needs a comment.
    Reject(Step),
    /// Take a slip back.
    Withdraw(Step),
    /// Apply an approved slip, and list what became stale.
    Apply(Step),
    /// Make the slip as a document.
    Slip {
        /// Number of the slip.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// Output file (.pdf, .html); `-` is stdout.
        #[arg(short, long)]
        output: PathBuf,
    },
}

/// A step of a slip.
#[derive(Debug, Args)]
pub(crate) struct Step {
    /// Number of the slip.
    number: i64,
    #[command(flatten)]
    of: SchoolYear,
    /// Comment.
    #[arg(long, default_value = "")]
    comment: String,
}

/// Runs `bieumau correction …`.
pub(crate) fn correction(
    site: &Path,
    asked: &CorrectionCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    let advance = |step: &Step, act: Act| {
        let key = (step.of.school.as_str(), step.of.year, step.number);
        site.advance_correction(&caller(&step.of.caller, &site)?, key, &act, now)
            .map(|state| print_line(&line(locale, &state.title())))
    };
    match asked {
        CorrectionCommand::List(of) => {
            let slips = site.corrections(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(slips), || {
                slips.iter().map(|slip| slip_line(slip, locale)).collect()
            });
        }
        CorrectionCommand::Request { of, form, cells, reason, evidence, files } => {
            let wanted = NewCorrection {
                school: of.school.clone(),
                year: of.year,
                form: form.clone(),
                reason: reason.clone(),
                evidence: evidence.clone(),
                lines: cells.clone(),
            };
            let contents: Vec<(String, Vec<u8>)> =
                files.iter().map(|path| read_file(path)).collect::<Result<_, _>>()?;
            let files: Vec<NewFile<'_>> = contents
                .iter()
                .map(|(name, content)| NewFile {
                    name,
                    media_type: "application/octet-stream",
                    content,
                })
                .collect();
            let by = caller(&of.caller, &site)?;
            print_line(&site.request_correction(&by, &wanted, &files, now)?);
        }
        CorrectionCommand::Opinion(step) => {
            advance(step, Act::Opinion { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Approve(step) => {
            advance(step, Act::Approve { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Reject(step) => {
            advance(step, Act::Reject { comment: step.comment.clone() })?;
        }
        CorrectionCommand::Withdraw(step) => advance(step, Act::Withdraw)?,
        CorrectionCommand::Apply(step) => {
            let key = (step.of.school.as_str(), step.of.year, step.number);
            let applied = site.apply_correction(&caller(&step.of.caller, &site)?, key, now)?;
            tell(step.of.json, &json!(applied), || {
                let mut lines = vec![applied.log.clone()];
                lines.extend(applied.stale.iter().map(|own| {
                    let document = &own.document;
                    format!("{}\t{}\t{}", document.id, document.title, document.issued_at)
                }));
                lines
            });
        }
        CorrectionCommand::Slip { number, of, output } => {
            let format = output.extension().and_then(|ending| ending.to_str()).unwrap_or("pdf");
            let key = (of.school.as_str(), of.year, *number);
            let slip = site.correction_slip(&caller(&of.caller, &site)?, key, format, now)?;
            write_bytes(&slip.bytes, output)?;
        }
    }
    Ok(Ending::Done)
}

/// Reads an evidence file with its name.
fn read_file(path: &Path) -> Result<(String, Vec<u8>), Problem> {
    let content = std::fs::read(path).map_err(|error| {
        let shown = path.display();
        machine(
            format!("Không đọc được tệp {shown}: {error}"),
            format!("the file {shown} cannot be read: {error}"),
        )
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, content))
}

fn slip_line(slip: &CorrectionView, locale: Locale) -> String {
    let lines: Vec<String> = slip
        .lines
        .iter()
        .map(|own| {
            let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} {}: {} -> {}", own.pupil_name, own.column, cell(&own.old), cell(&own.new))
        })
        .collect();
    let state = slip.state_title.get(locale);
    format!("{}\t{}\t{}\t{state}", slip.number, slip.class, lines.join("; "))
}

/// Reads `term=1,pupil=…,subject=TOAN:end_of_term=7,5`.
fn cell(text: &str) -> Result<NewLine, String> {
    let wrong = || format!("`{text}` is not KEY=VALUE,…:FIELD=NEW");
    let (key, change) = text.split_once(':').ok_or_else(wrong)?;
    let (field, value) = change.split_once('=').ok_or_else(wrong)?;
    let pairs = key
        .split(',')
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
    let record = pairs.collect::<Option<_>>().ok_or_else(wrong)?;
    Ok(NewLine { record, field: field.to_owned(), value: value.to_owned() })
}
