//! `bieumau audit`: lists, proves and exports the audit.

use std::path::{Path, PathBuf};

use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::audit::{AuditFilter, read_noted};
use bieumau_pipeline::{Inspection, Problem, Site};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::Ending;
use crate::commands::{print_line, say, workers, write_bytes};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List the newest lines: when, who, what, and details.
    List {
        #[command(flatten)]
        period: PeriodArguments,
        /// Only lines of this user.
        #[arg(long)]
        user: Option<String>,
        /// Only lines about this: a form, a report, or a value of the key of a record.
        #[arg(long)]
        about: Option<String>,
        /// Only lines of this action, such as `update`.
        #[arg(long)]
        action: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        most: usize,
    },
    /// Prove that no line was changed or taken out, and that the records hold what the lines say;
    /// prints how many lines there are and the last hash.
    Verify {
        /// The hash that an earlier proof has printed, alone or as NUMBER:HASH; the line with it must
        /// be there.
        #[arg(long, value_name = "HASH", alias = "noted")]
        expect: Option<String>,
    },
    /// Write lines as JSON, one each, with everything that the chain is made of.
    Export {
        #[command(flatten)]
        period: PeriodArguments,
        /// Only lines of this user.
        #[arg(long)]
        user: Option<String>,
        /// Output file; `-` is stdout.
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
}

/// A period in days of Vietnam, both included.
#[derive(Debug, Args)]
pub(crate) struct PeriodArguments {
    /// First day, such as 2026-09-01.
    #[arg(long)]
    pub from: Option<Date>,
    /// Last day.
    #[arg(long)]
    pub to: Option<Date>,
}

impl PeriodArguments {
    /// Returns the moments of its begin and its end.
    pub fn moments(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.from.and_then(begin_of), self.to.and_then(|day| begin_of(day.tomorrow().ok()?)))
    }
}

/// The moment at which a day begins in Vietnam.
fn begin_of(day: Date) -> Option<Timestamp> {
    jiff::tz::Offset::constant(7).to_timestamp(day.at(0, 0, 0, 0)).ok()
}

pub(crate) fn audit(site: &Path, asked: &AuditCommand, locale: Locale) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    let site = Site::open(site, &workers()?, now)?;
    match asked {
        AuditCommand::List { period, user, about, action, most } => {
            let (from, to) = period.moments();
            let filter = AuditFilter {
                from,
                to,
                user: user.clone(),
                about: about.clone(),
                action: action.clone(),
                most: Some(*most),
            };
            for line in site.audit(&Caller::Operator, &filter, now)? {
                let form = line.form.as_deref().unwrap_or("-");
                print_line(&format_args!(
                    "{} {} {} {} {form} {} {}",
                    line.id, line.at, line.caller, line.action, line.count, line.details
                ));
            }
        }
        AuditCommand::Verify { expect } => {
            let noted = expect.as_deref().map(read_noted).transpose()?;
            let proof = site.verify_audit(noted)?;
            print_line(&format_args!("{}:{}", proof.lines, proof.head));
            say(
                locale,
                &format!(
                    "Nhật ký nguyên vẹn: {} dòng; {} bản ghi đúng như đã ghi. Ghi lại dòng trên ở \
                     nơi khác để đối chiếu lần sau (--expect).",
                    proof.lines, proof.records
                ),
                &format!(
                    "The audit is whole: {} lines; {} records hold what was written. Note the line \
                     above elsewhere for the next time (--expect).",
                    proof.lines, proof.records
                ),
            );
        }
        AuditCommand::Export { period, user, output } => {
            let (from, to) = period.moments();
            let filter = AuditFilter { from, to, user: user.clone(), ..AuditFilter::default() };
            let text = site.export_audit(&Caller::Operator, &filter, now)?;
            write_bytes(text.as_bytes(), output)?;
        }
    }
    Ok(Ending::Done)
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// First day, such as 2026-09-01.
    #[arg(long)]
    from: Date,
    /// Last day.
    #[arg(long)]
    to: Date,
    /// Only this school.
    #[arg(long)]
    school: Option<String>,
    /// Output file; `-` is stdout.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn inspect(
    site: &Path,
    asked: &InspectArguments,
    locale: Locale,
) -> Result<Ending, Problem> {
    let now = Timestamp::now();
    let site = Site::open(site, &workers()?, now)?;
    let inspection = Inspection { from: asked.from, to: asked.to, school: asked.school.clone() };
    let bytes = site.inspect(&Caller::Operator, &inspection, now)?;
    write_bytes(&bytes, &asked.output)?;
    say(
        locale,
        &format!("Đã lập hồ sơ kiểm tra: {}", asked.output.display()),
        &format!("Made the inspection bundle: {}", asked.output.display()),
    );
    Ok(Ending::Done)
}
