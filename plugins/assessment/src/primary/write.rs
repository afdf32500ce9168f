//! Writes the answer: pupils, subjects, totals, findings, explanations.

use bieumau_plugin_sdk::answer::Explanation;
use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Failure, Place, Table, rows};
use bieumau_rules::finding::{self, Term};
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::Circular;
use bieumau_rules::tt27::{Assessed, Outcome, Parameters, Point, Programme, Title};

use super::book::{Book, Pupil};
use super::parameters::Settings;
use crate::codes::{POINTS, QUALITIES, SUBJECT_LEVELS, YEAR_RESULTS, code};
use crate::remarks::{self, RowFindings};
use crate::totals::{Roll, Totals, years};

rows! {
    /// Results of a pupil's year.
    struct PupilAnswer<'a> {
        pupil: &'a str,
        year: i64,
        circular: Option<&'a str>,
        result: Option<&'a str>,
        result_before: Option<&'a str>,
        programme_completed: Option<bool>,
        programme_text: Option<&'a str>,
        promoted: Option<bool>,
        promotion_text: Option<&'a str>,
        title: Option<&'a str>,
        title_text: Option<&'a str>,
    }
}

rows! {
    /// A subject at a point, with the supplementary assessment in it.
    struct SubjectAnswer<'a> {
        pupil: &'a str,
        year: i64,
        subject: &'a str,
        point: &'a str,
        level: Option<&'a str>,
        score: Option<i64>,
    }
}

/// Codes of titles.
const TITLES: [(&str, Title); 2] =
    [("excellent", Title::Excellent), ("outstanding", Title::Representative)];

type Assessment = (Option<Circular>, Outcome);

/// Writes the answer.
pub fn answer(
    call: &Call,
    settings: &Settings,
    book: &Book<'_>,
    outcomes: &[Assessment],
    rows: RowFindings<'_>,
    log: Log,
) -> Result<Answer, Failure> {
    let rules = &settings.rules;
    let (totals, shares) = totals(call, rules, book, outcomes)?;
    let tables = vec![pupils(rules, book, outcomes), subjects(book), totals];
    let (found, explained) = log.into_parts();
    let mut findings = rows.into_findings();
    for finding in found {
        let place = place_of_finding(rules, book, &finding.place);
        let pupil = finding.place.pupil.map(|at| book.pupils[at].pupil);
        findings.push(remarks::finding(finding, place, pupil));
    }
    // What another result than the shown one came from has no value in the answer.
    let shown =
        |one: &bieumau_rules::explanation::Explanation| one.place.column != Some("result_after");
    let explanations = explained.into_iter().filter(shown).map(|explanation| {
        let column = match explanation.place.column {
            Some("programme") => "programme_text",
            Some("promotion") => "promotion_text",
            Some("result_before") => "result_before",
            Some("title") => "title",
            _ => "result",
        };
        let place = Place::new("pupils", explanation.place.pupil, Some(column));
        remarks::explanation(explanation, place)
    });
    let explanations = explanations.chain(shares).collect();
    Ok(Answer { tables, findings, explanations })
}

fn pupils(rules: &Parameters, book: &Book<'_>, outcomes: &[Assessment]) -> Table {
    let mut table = TableWriter::with_capacity("pupils", book.pupils.len());
    for (pupil, (circular, outcome)) in book.pupils.iter().zip(outcomes) {
        let words = |words| Some(words).filter(|words: &&str| !words.is_empty());
        let completed = programme(*circular, outcome);
        table.push(PupilAnswer {
            pupil: pupil.pupil,
            year: pupil.year,
            circular: circular.map(|circular| match circular {
                Circular::Tt27 => "TT27",
                _ => "TT30",
            }),
            result: outcome.shown.map(|result| code(&YEAR_RESULTS, result)),
            result_before: outcome.original.map(|result| code(&YEAR_RESULTS, result)),
            programme_completed: is_completed(completed),
            programme_text: words(rules.programme_label(completed, pupil.grade)),
            promoted: outcome.programme.is_promoted(),
            promotion_text: words(rules.promotion_label(outcome.programme)),
            title: outcome.title.map(|title| code(&TITLES, title)),
            title_text: outcome.title.map(|title| rules.title_label(title)),
        });
    }
    table.finish()
}

/// Returns where a pupil stands with the programme: before Thông tư 27 only a decision is known, not
/// what it was made from.
fn programme(circular: Option<Circular>, outcome: &Outcome) -> Programme {
    match circular {
        Some(Circular::Tt27) => outcome.programme,
        _ => Programme::NotEvaluable,
    }
}

fn is_completed(programme: Programme) -> Option<bool> {
    match programme {
        Programme::NotEvaluable | Programme::NotAssessed => None,
        programme => Some(programme == Programme::Completed),
    }
}

fn subjects(book: &Book<'_>) -> Table {
    let mut table = TableWriter::with_capacity("subjects", book.cells.len());
    for cell in &book.cells {
        let pupil = &book.pupils[cell.pupil];
        table.push(SubjectAnswer {
            pupil: pupil.pupil,
            year: pupil.year,
            subject: cell.subject,
            point: code(&POINTS, cell.point),
            level: cell.last.level.map(|level| code(&SUBJECT_LEVELS, level)),
            score: cell.last.test.map(|test| i64::from(test.0 / 10)),
        });
    }
    table.finish()
}

fn totals(
    call: &Call,
    rules: &Parameters,
    book: &Book<'_>,
    outcomes: &[Assessment],
) -> Result<(Table, Vec<Explanation>), Failure> {
    // Texts of items must outlive the table.
    let items: Vec<(String, &str)> = subject_items(book);
    let mut totals = Totals::new(call)?;
    for year in years(book.pupils.iter().map(|pupil| pupil.year)) {
        let of_year =
            || book.pupils.iter().zip(outcomes).filter(move |(pupil, _)| pupil.year == year);
        let mut roll = Roll::default();
        for (pupil, _) in of_year() {
            roll.pupils += 1;
            roll.flagged += u32::from(pupil.assessed == Assessed::No);
        }
        let count_of = |has: &dyn Fn(&Assessment) -> bool| {
            let assessed = of_year().filter(|(pupil, _)| pupil.assessed == Assessed::Yes);
            number(assessed.filter(|(_, assessment)| has(assessment)).count())
        };
        let count = |has: &dyn Fn(&Outcome) -> bool| count_of(&|(_, outcome)| has(outcome));
        for (code, result) in YEAR_RESULTS {
            let count = count(&|outcome| outcome.shown == Some(result));
            totals.push(year, "result", code, result.label(), count, roll);
        }
        for (code, title) in TITLES {
            let count = count(&|outcome| outcome.title == Some(title));
            totals.push(year, "title", code, rules.title_label(title), count, roll);
        }
        let completed = count(&|outcome| outcome.programme == Programme::Completed);
        totals.push(year, "programme", "completed", &rules.wording.completed, completed, roll);
        let is_rest = |(circular, outcome): &Assessment| {
            is_completed(programme(*circular, outcome)) == Some(false)
        };
        let rest = count_of(&is_rest);
        totals.push(year, "programme", "not_completed", &rules.wording.not_completed, rest, roll);
        for (code, programme) in
            [("promoted", Programme::Completed), ("held_back", Programme::HeldBack)]
        {
            let decided = programme.is_promoted();
            let count = count(&|outcome| outcome.programme.is_promoted() == decided);
            totals.push(year, "promotion", code, rules.promotion_label(programme), count, roll);
        }
        for (item, subject) in &items {
            for (code, level) in SUBJECT_LEVELS {
                let cells = book.cells.iter().filter(|cell| {
                    let pupil = &book.pupils[cell.pupil];
                    cell.point == Point::YearEnd
                        && cell.subject == *subject
                        && pupil.year == year
                        && pupil.assessed == Assessed::Yes
                });
                let count = cells.filter(|cell| cell.last.level == Some(level)).count();
                totals.push(year, item, code, level.label(), number(count), roll);
            }
        }
    }
    Ok(totals.finish())
}

/// Returns the subjects of the year's end with the names of their items, in the order they came.
fn subject_items<'a>(book: &Book<'a>) -> Vec<(String, &'a str)> {
    let mut items: Vec<(String, &str)> = Vec::new();
    for cell in book.cells.iter().filter(|cell| cell.point == Point::YearEnd) {
        if !items.iter().any(|(_, subject)| *subject == cell.subject) {
            items.push((format!("subject:{}", cell.subject), cell.subject));
        }
    }
    items
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Returns the place of a finding in the tables of the call.
fn place_of_finding(rules: &Parameters, book: &Book<'_>, place: &finding::Place) -> Place {
    let Some(pupil) = place.pupil.map(|at| &book.pupils[at]) else { return Place::default() };
    let point = place.term.map(|term| match term {
        Term::MidFirst => Point::MidFirst,
        Term::First => Point::EndFirst,
        Term::MidSecond => Point::MidSecond,
        Term::Second | Term::Year => Point::YearEnd,
    });
    if let (Some(item), Some(point)) = (place.subject.as_deref(), point)
        && let Some(found) = of_item(rules, pupil, item, point, place.column)
    {
        return found;
    }
    let column = match place.column {
        Some("decision") => Some("principal_decision"),
        Some("grade") => Some("grade"),
        Some("title") => Some("outstanding"),
        _ => None,
    };
    Place::new("pupils", Some(pupil.row), column)
}

fn of_item(
    rules: &Parameters,
    pupil: &Pupil<'_>,
    item: &str,
    point: Point,
    column: Option<&str>,
) -> Option<Place> {
    if let Some(subject) = rules.subject_row(item) {
        let column = match column {
            Some("test") => "score",
            _ => "level",
        };
        return Some(Place::new("subjects", pupil.subject_row(subject, point), Some(column)));
    }
    let (column, _) = QUALITIES.iter().find(|(_, code)| *code == item)?;
    Some(Place::new("qualities", pupil.quality_row(point), Some(column)))
}
