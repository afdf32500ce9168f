//! Assesses primary pupils by Thông tư 27/2020: `assess_primary`.

mod book;
mod parameters;
mod write;

use bieumau_plugin_sdk::{Answer, Call, Failure};
use bieumau_rules::explanation::Explanation;
use bieumau_rules::finding::{Finding, Place, Severity};
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::{Circular, EducationLevel, RollOut, SchoolYear};
use bieumau_rules::tt27::{ClassYear, Outcome, Programme, assess_pupil, validate_pupil};

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
            Some(Circular::Tt30) => earlier(&settings, pupil, &mut log),
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

/// A year before Thông tư 27: levels of subjects stand as they were entered, there is no result of the
/// year, and whether the pupil went up is what was decided then.
fn earlier(settings: &Settings, pupil: &Pupil<'_>, log: &mut Log) -> Outcome {
    let (from, to, grade) = (pupil.year, pupil.year + 1, pupil.grade);
    let label = Circular::Tt30.label();
    log.find(Finding {
        code: "other_circular",
        severity: Severity::Note,
        place: Place::column("grade"),
        message_vi: format!(
            "Lớp {grade} năm học {from}-{to} theo {label}: mức của từng môn như đã ghi, không có kết quả năm học bốn mức"
        ),
        message_en: format!(
            "Grade {grade} in {from}-{to} is under {label}: levels as entered, no result of the year in four levels"
        ),
        hint_vi: "Lên lớp lấy từ quyết định của Hiệu trưởng đã ghi cho năm học đó.",
        hint_en: "Promotion is the principal's decision that was entered for that year.",
    });
    let Some(promoted) = pupil.decision else { return Outcome::default() };
    let programme = if promoted { Programme::PromotedByPrincipal } else { Programme::HeldBack };
    log.explain(|| {
        let said = settings.rules.promotion_label(programme).to_owned();
        Explanation {
            rule: label,
            value: "Lên lớp",
            place: Place::column("promotion"),
            inputs: vec![("Quyết định của Hiệu trưởng".to_owned(), said.clone())],
            steps: vec!["Theo quyết định đã ghi cho năm học đó".to_owned()],
            result: said,
        }
    });
    Outcome { programme, ..Outcome::default() }
}

fn circular(roll_out: &RollOut, pupil: &Pupil<'_>) -> Option<Circular> {
    let year = SchoolYear(u16::try_from(pupil.year).ok()?);
    roll_out.circular(EducationLevel::Primary, pupil.grade, year)
}
