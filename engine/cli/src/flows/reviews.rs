//! `bieumau review`: reviews of staff and pupil data.

use std::path::Path;

use bieumau_model::review::Kind;
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use bieumau_pipeline::flows::{NewEntry, NewReview};
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::{SchoolYear, open, tell};
use crate::Ending;
use crate::commands::{caller, print_line};

/// Reviews of data.
#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// List the reviews with their progress.
    List(SchoolYear),
    /// Put somebody in charge of a review: of staff, or of the pupils of `--class`.
    Open {
        #[command(flatten)]
        of: SchoolYear,
        /// Class, for a review of pupils.
        #[arg(long)]
        class: Option<String>,
        /// Staff who is in charge.
        #[arg(long)]
        in_charge: String,
        /// Their user.
        #[arg(long)]
        in_charge_user: String,
        /// Until when.
        #[arg(long)]
        due: Option<Date>,
    },
    /// Note what was found about a person, and who has confirmed it.
    Note {
        /// Number of the review.
        number: i64,
        /// Staff or pupil.
        person: String,
        #[command(flatten)]
        of: SchoolYear,
        /// What was wrong and is mended now.
        #[arg(long, default_value = "")]
        wrong: String,
        /// Who has confirmed it.
        #[arg(long, default_value = "")]
        confirmed_by: String,
        /// As what, such as `mẹ`.
        #[arg(long, default_value = "")]
        confirmed_as: String,
    },
    /// Hand the review over to the principal; refused before 100 %.
    HandOver {
        /// Number of the review.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
        /// What remains to be done.
        #[arg(long, default_value = "")]
        remaining: String,
    },
    /// Confirm the review as the principal.
    Confirm {
        /// Number of the review.
        number: i64,
        #[command(flatten)]
        of: SchoolYear,
    },
}

/// Runs `bieumau review …`.
pub(crate) fn review(
    site: &Path,
    asked: &ReviewCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    let site = open(site)?;
    let now = Timestamp::now();
    let key = |of: &SchoolYear, number: i64| (of.school.clone(), of.year, number);
    match asked {
        ReviewCommand::List(of) => {
            let reviews = site.reviews(&caller(&of.caller, &site)?, &of.school, of.year, now)?;
            tell(of.json, &json!(reviews), || {
                let row = |own: &bieumau_pipeline::flows::ReviewView| {
                    let (confirmed, total) = (own.progress.confirmed, own.progress.total);
                    format!("{}\t{}\t{confirmed}/{total}", own.number, own.stage_title.get(locale))
                };
                reviews.iter().map(row).collect()
            });
        }
        ReviewCommand::Open { of, class, in_charge, in_charge_user, due } => {
            let wanted = NewReview {
                school: of.school.clone(),
                year: of.year,
                kind: if class.is_some() { Kind::Pupils } else { Kind::Staff },
                class: class.clone(),
                in_charge: in_charge.clone(),
                in_charge_user: in_charge_user.clone(),
                due_on: *due,
            };
            print_line(&site.open_review(&caller(&of.caller, &site)?, &wanted, now)?);
        }
        ReviewCommand::Note { number, person, of, wrong, confirmed_by, confirmed_as } => {
            let (school, year, number) = key(of, *number);
            let entry = NewEntry {
                person: person.clone(),
                wrong: wrong.clone(),
                confirmed_by: confirmed_by.clone(),
                confirmed_as: confirmed_as.clone(),
                note: String::new(),
            };
            site.note_review(&caller(&of.caller, &site)?, (&school, year, number), &entry, now)?;
        }
        ReviewCommand::HandOver { number, of, remaining } => {
            let (school, year, number) = key(of, *number);
            let by = caller(&of.caller, &site)?;
            site.hand_over_review(&by, (&school, year, number), remaining, now)?;
        }
        ReviewCommand::Confirm { number, of } => {
            let (school, year, number) = key(of, *number);
            site.confirm_review(&caller(&of.caller, &site)?, (&school, year, number), now)?;
        }
    }
    Ok(Ending::Done)
}
