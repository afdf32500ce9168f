//! Assesses primary pupils by Thông tư 27/2020: `assess_primary`.

mod book;
mod parameters;
mod write;

use bieumau_plugin_sdk::{Answer, Call, Failure};
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::{Circular, EducationLevel, RollOut, SchoolYear};
use bieumau_rules::tt27::{ClassYear, Outcome, assess_pupil, validate_pupil};

use crate::remarks::{RowFindings, other_circular};
use book::{Book, Pupil};
use parameters::Settings;

/// Applies the rule.
pub fn assess(call: &Call) -> Result<Answer, Failure> {
    let settings = Settings::read(call)?;
    let mut rows = RowFindings::default();
    let book = Book::read(call, &settings.rules, &mut rows)?;
    let mut log = if call.explain { Log::tracing() } else { Log::new() };
    let roll_out = RollOut::default();
    let mut outcomes = Vec::with_capacity(book.pupils.len());
    for (at, pupil) in book.pupils.iter().enumerate() {
        log.about_pupil(Some(at));
        let circular = circular(&roll_out, pupil);
        let outcome = match circular {
            Some(Circular::Tt27) => outcome(&settings, pupil, &mut log),
            _ => {
                if pupil.grade != 0 {
                    log.find(other_circular(pupil.grade, pupil.year, circular));
                }
                Outcome::default()
            }
        };
        outcomes.push((circular, outcome));
    }
    log.about_pupil(None);
    write::answer(call, &settings, &book, &outcomes, rows, log)
}

fn outcome(settings: &Settings, pupil: &Pupil<'_>, log: &mut Log) -> Outcome {
    let class = ClassYear { grade: pupil.grade, year_end: settings.year_end, pupils: &[] };
    pupil.with_year(|year| {
        validate_pupil(&settings.rules, pupil.grade, year, settings.through, log);
        if settings.is_year_done() {
            assess_pupil(&settings.rules, &class, year, log)
        } else {
            Outcome { assessed: year.assessed, ..Outcome::default() }
        }
    })
}

fn circular(roll_out: &RollOut, pupil: &Pupil<'_>) -> Option<Circular> {
    let year = SchoolYear(u16::try_from(pupil.year).ok()?);
    roll_out.circular(EducationLevel::Primary, pupil.grade, year)
}
