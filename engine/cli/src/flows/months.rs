//! `bieumau approval`: monthly approval of updates.

use std::path::Path;

use bieumau_pipeline::Problem;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::{open, tell};
use crate::Ending;
use crate::arguments::CallerArguments;
use crate::commands::caller;

/// Monthly approval of updates.
#[derive(Debug, Subcommand)]
pub(crate) enum ApprovalCommand {
    /// Show the updates of a month, and which came late.
    Show(Month),
    /// Approve the updates of a month that is over.
    Approve(Month),
}

/// A month of a school.
#[derive(Debug, Args)]
pub(crate) struct Month {
    /// Month, such as 2025-10.
    #[arg(value_parser = month)]
    month: Date,
    /// School.
    #[arg(long)]
    school: String,
    /// Note.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    caller: CallerArguments,
}

/// Runs `bieumau approval …`.
pub(crate) fn approval(site: &Path, asked: &ApprovalCommand) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    match asked {
        ApprovalCommand::Show(of) => {
            let view =
                site.month_updates(&caller(&of.caller, &site)?, &of.school, of.month, now)?;
            tell(true, &json!(view), Vec::new);
        }
        ApprovalCommand::Approve(of) => {
            let key = (of.school.as_str(), of.month);
            site.approve_month(&caller(&of.caller, &site)?, key, &of.note, now)?;
        }
    }
    Ok(Ending::Done)
}

/// Reads `2025-10`.
fn month(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| format!("`{text}` is no month, such as 2025-10"))
}
