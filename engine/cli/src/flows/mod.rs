//! `bieumau lock`, `correction`, `sign-off`, `review`, `approval` and `issued`: the flows that keep
//! records trustworthy, one file each.

mod books;
mod corrections;
mod issued;
mod locks;
mod months;
mod reviews;

pub(crate) use books::{SignOffCommand, sign_off};
pub(crate) use corrections::{CorrectionCommand, correction};
pub(crate) use issued::{IssuedCommand, issued};
pub(crate) use locks::{LockCommand, lock};
pub(crate) use months::{ApprovalCommand, approval};
pub(crate) use reviews::{ReviewCommand, review};

use std::path::Path;

use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::{Problem, Site};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use crate::arguments::CallerArguments;
use crate::commands::{print_line, workers};

/// A school and a school year.
#[derive(Debug, Args)]
pub(crate) struct SchoolYear {
    /// School.
    #[arg(long)]
    pub school: String,
    /// School year, by its first calendar year.
    #[arg(long)]
    pub year: i64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub caller: CallerArguments,
}

fn open(site: &Path) -> Result<Site, Problem> {
    Site::open(site, &workers()?, Timestamp::now())
}

fn line(locale: Locale, text: &Text) -> String {
    text.get(locale).to_owned()
}

/// Prints JSON when it is asked for, else the lines.
fn tell(json: bool, value: &Value, lines: impl FnOnce() -> Vec<String>) {
    if json {
        print_line(&format_args!("{value:#}"));
    } else {
        lines().iter().for_each(|line| print_line(line));
    }
}
