//! `bieumau issued`: the register of issued documents.

use std::path::{Path, PathBuf};

use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{IssueState, IssuedView};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::{open, tell};
use crate::Ending;
use crate::arguments::CallerArguments;
use crate::commands::{caller, print_line, write_bytes};

/// The register of issued documents.
#[derive(Debug, Subcommand)]
pub(crate) enum IssuedCommand {
    /// List the documents of a school, the newest first: id, number, day, title, code, state.
    List {
        /// School; without it the documents of all schools.
        #[arg(long, default_value = "")]
        school: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        caller: CallerArguments,
    },
    /// Show one line of the register, or write the document as it was issued.
    Show {
        #[command(flatten)]
        of: One,
        /// Write the document to this file, byte by byte; `-` is stdout.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Check a document: by its id what is kept and whether it would be made the same again, or by
    /// its code whether it is valid.
    Verify {
        /// Id, or the code on the document, such as ABCD-EFGH-JKLM.
        document: String,
        #[command(flatten)]
        caller: CallerArguments,
    },
    /// Make it anew from what the records say now, and issue that in its place.
    Replace {
        #[command(flatten)]
        of: One,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Take it out of validity; it is kept.
    Revoke {
        #[command(flatten)]
        of: One,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// One document.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// Id, as `issued list` prints it.
    id: i64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    caller: CallerArguments,
}

/// Runs `bieumau issued …`.
pub(crate) fn issued(
    site: &Path,
    asked: &IssuedCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        IssuedCommand::List { school, json, caller: by } => {
            let lines = site.issued(&caller(by, &site)?, school, now)?;
            tell(*json, &json!(lines), || lines.iter().map(|own| list_line(own, locale)).collect());
        }
        IssuedCommand::Show { of, output } => {
            let by = caller(&of.caller, &site)?;
            if let Some(output) = output {
                let (_, bytes) = site.issued_document(&by, of.id, now)?;
                write_bytes(&bytes, output)?;
                return Ok(Ending::Done);
            }
            let line = site.issued_line(&by, of.id, now)?;
            tell(of.json, &json!(line), || facts(&line, locale));
        }
        IssuedCommand::Verify { document, caller: by } => {
            let Ok(id) = document.parse() else {
                let line = site.public_issue(document)?;
                let state = line.state_title.get(locale);
                print_line(&format_args!(
                    "{state}: {}, {}, {}",
                    line.kind, line.school, line.issued_on
                ));
                return Ok(if line.state == IssueState::Valid {
                    Ending::Done
                } else {
                    Ending::Findings
                });
            };
            let proof = site.prove_issued(&caller(by, &site)?, id, now)?;
            let vi = locale == Locale::Vi;
            let told = |right: bool, yes: (&str, &str), no: (&str, &str)| {
                let (mark, words) = if right { ("+", yes) } else { ("-", no) };
                print_line(&format_args!("{mark} {}", if vi { words.0 } else { words.1 }));
            };
            told(
                proof.bytes_match,
                ("tệp đang lưu đúng là tệp đã phát hành", "the kept file is what was issued"),
                ("tệp đang lưu đã bị thay đổi", "the kept file was changed"),
            );
            told(
                proof.data_matches,
                ("dữ liệu vẫn như khi phát hành", "the records still say the same"),
                ("dữ liệu đã thay đổi từ khi phát hành", "the records say something else now"),
            );
            if let Some(same) = proof.same_again {
                told(
                    same,
                    ("lập lại cho đúng từng byte", "making it again gives the same bytes"),
                    ("lập lại không cho đúng từng byte", "making it again gives other bytes"),
                );
            }
            let whole = proof.bytes_match && proof.same_again != Some(false);
            return Ok(if whole { Ending::Done } else { Ending::Findings });
        }
        IssuedCommand::Replace { of, reason } => {
            let issued = site.replace_issued(&caller(&of.caller, &site)?, of.id, reason, now)?;
            tell(of.json, &json!(issued.line), || vec![list_line(&issued.line, locale)]);
        }
        IssuedCommand::Revoke { of, reason } => {
            let line = site.revoke_issued(&caller(&of.caller, &site)?, of.id, reason, now)?;
            tell(of.json, &json!(line), || vec![list_line(&line, locale)]);
        }
    }
    Ok(Ending::Done)
}

fn list_line(line: &IssuedView, locale: Locale) -> String {
    let stale = match (&line.stale_reason, locale) {
        (Some(_), Locale::Vi) => " (không còn khớp dữ liệu)",
        (Some(_), Locale::En) => " (stale)",
        (None, _) => "",
    };
    let state = line.state.title();
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}{stale}",
        line.id,
        line.number,
        line.issued_at,
        line.title,
        line.code,
        state.get(locale)
    )
}

fn facts(line: &IssuedView, locale: Locale) -> Vec<String> {
    let given: Vec<String> =
        line.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut lines = vec![
        list_line(line, locale),
        format!("report {} v{} {}", line.report, line.report_version, given.join(" ")),
        format!("by {}", line.issued_by),
        format!("document sha256 {}", line.document_hash),
        format!("data sha256 {}", line.data_hash),
    ];
    lines.extend(line.stale_reason.iter().map(|reason| format!("stale: {reason}")));
    lines.extend(line.end.iter().map(|end| {
        let by = end.replaced_by.map(|id| format!(", replaced by {id}")).unwrap_or_default();
        format!("ended {} by {}{by}: {}", end.at, end.by, end.reason)
    }));
    lines
}
