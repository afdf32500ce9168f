//! Writes the answer: subjects, pupils, totals, findings, explanations.

use bieumau_plugin_sdk::answer::Explanation;
use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Answer, Call, Decimal, Failure, Table};
use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::roll_out::Circular;
use bieumau_rules::tt22::{
    Mark, Parameters, Pass, Promotion, SubjectKind, SubjectResult, SubjectResults, Title, Verdict,
};
use bieumau_rules::tt58;

use super::book::{Book, Pupil, Slot};
use super::decide::Outcome;
use super::parameters::Settings;
use super::places;
use super::summer;
use super::tables::{PupilAnswer, SubjectAnswer};
use crate::codes::{CONDUCTS, LEVELS, PASSES, RANKS, Rated, Titled, code};
use crate::remarks::{self, RowFindings};
use crate::totals::{Roll, Totals, years};

/// Codes of titles.
const TITLES: [(&str, Title); 2] = [("excellent", Title::Excellent), ("good", Title::Good)];

/// Codes of titles before Thông tư 22.
const ARCHIVE_TITLES: [(&str, tt58::Title); 2] =
    [("good", tt58::Title::Excellent), ("advanced", tt58::Title::Advanced)];

/// Codes of outcomes, in the order of the totals, with what they stand for outside a last grade.
const OUTCOMES: [(&str, Verdict); 10] = [
    ("promoted", Verdict::Promoted),
    ("promoted_after_reassessment", Verdict::PromotedAfterReassessment),
    ("promoted_after_training", Verdict::PromotedAfterTraining),
    ("promoted_after_both", Verdict::PromotedAfterBoth),
    ("needs_reassessment", Verdict::AwaitingReassessment),
    ("needs_training", Verdict::AwaitingTraining),
    ("needs_both", Verdict::AwaitingBoth),
    ("not_promoted", Verdict::NotPromoted),
    (COMPLETED, Verdict::Promoted),
    ("undecided", Verdict::NotEvaluable),
];

/// A pupil of a last grade who completed the programme of the level.
const COMPLETED: &str = "completed";

/// Writes the answer.
pub fn answer(
    call: &Call,
    settings: &Settings,
    book: &Book<'_>,
    outcomes: &[Outcome],
    rows: RowFindings<'_>,
    log: Log,
) -> Result<Answer, Failure> {
    let (subjects, starts) = subjects(book, outcomes);
    let (totals, shares) = totals(call, settings, book, outcomes)?;
    let tables = vec![subjects, pupils(settings, book, outcomes), totals];
    let (found, explained) = log.into_parts();
    let mut findings = rows.into_findings();
    for finding in found.into_iter().filter(|finding| is_asked(book, finding)) {
        let place = places::of_finding(book, &finding.place);
        let pupil = finding.place.pupil.map(|at| book.pupils[at].pupil);
        findings.push(remarks::finding(finding, place, pupil));
    }
    let mut explanations: Vec<_> = explained
        .into_iter()
        .map(|explanation| {
            let place = places::of_explanation(book, &starts, &explanation.place);
            remarks::explanation(explanation, place)
        })
        .collect();
    if call.explain {
        explanations.extend(summer::explanations(book, outcomes));
    }
    explanations.extend(shares);
    Ok(Answer { tables, findings, explanations })
}

/// Returns whether a finding is about something that the report has.
fn is_asked(book: &Book<'_>, finding: &bieumau_rules::finding::Finding) -> bool {
    let has_left = finding.place.pupil.is_some_and(|at| book.pupils[at].has_left);
    match finding.code {
        // Nobody decides on the promotion of a pupil who has left.
        "E22-04" => !has_left,
        "E22-01" | "E58-01" => book.asked.conduct,
        "E22-02" => book.asked.subjects,
        _ => true,
    }
}

/// Writes the subjects; also tells at which row each pupil begins.
fn subjects(book: &Book<'_>, outcomes: &[Outcome]) -> (Table, Vec<usize>) {
    let mut table = TableWriter::with_capacity("subjects", book.slots.len());
    let mut starts = Vec::with_capacity(book.pupils.len());
    for (pupil, outcome) in book.pupils.iter().zip(outcomes) {
        starts.push(table.len());
        for ((_, slot), results) in pupil.subjects.iter().zip(&outcome.subjects) {
            table.push(subject(pupil, &book.slots[*slot], results));
        }
    }
    (table.finish(), starts)
}

fn subject<'a>(pupil: &Pupil<'a>, slot: &Slot<'a>, results: &SubjectResults) -> SubjectAnswer<'a> {
    let again = slot.reassessed.map(|(_, mark)| mark);
    SubjectAnswer {
        pupil: pupil.pupil,
        year: pupil.year,
        subject: slot.subject,
        kind: if slot.kind == SubjectKind::Scored { "score" } else { "comment" },
        average_1: average(results.first),
        average_2: average(results.second),
        average_year: average(results.year),
        level_1: pass(results.first),
        level_2: pass(results.second),
        level_year: pass(results.year),
        reassessed_score: match again {
            Some(Mark::Score(score)) => Some(Decimal(score.0.into())),
            _ => None,
        },
        reassessed_level: again
            .filter(|mark| matches!(mark, Mark::Passed | Mark::NotPassed))
            .map(|mark| code(&PASSES, mark)),
        exempt: results.year == SubjectResult::LeftOut,
    }
}

fn average(result: SubjectResult) -> Option<Decimal<1>> {
    result.score().map(|score| Decimal(score.0.into()))
}

fn pass(result: SubjectResult) -> Option<&'static str> {
    match result {
        SubjectResult::Comment(Pass::Passed) => Some("pass"),
        SubjectResult::Comment(Pass::NotPassed) => Some("fail"),
        _ => None,
    }
}

fn pupils(settings: &Settings, book: &Book<'_>, outcomes: &[Outcome]) -> Table {
    // Texts must outlive the table.
    let all = book.pupils.iter().zip(outcomes);
    let reasons: Vec<Option<String>> =
        all.map(|(pupil, outcome)| reasons(settings, pupil, &outcome.promotion)).collect();
    let mut table = TableWriter::with_capacity("pupils", book.pupils.len());
    for ((pupil, outcome), reasons) in book.pupils.iter().zip(outcomes).zip(&reasons) {
        table.push(pupil_answer(settings, pupil, outcome, reasons.as_deref()));
    }
    table.finish()
}

fn pupil_answer<'a>(
    settings: &'a Settings,
    pupil: &Pupil<'a>,
    outcome: &Outcome,
    reasons: Option<&'a str>,
) -> PupilAnswer<'a> {
    let rules = &settings.rules;
    let level = |level: Option<Rated>| level.map(Rated::code);
    let verdict = outcome.promotion.verdict;
    let [learning_1, learning_2, learning_year, learning_final] = outcome.learning.map(level);
    let [conduct_1, conduct_2] = outcome.conduct_terms.map(level);
    let [conduct_year, conduct_final] = outcome.conduct.map(level);
    let average = |average: Option<Tenths>| average.map(|average| Decimal(average.0.into()));
    let [overall_1, overall_2, overall_year] = outcome.overall.map(average);
    let wording = if pupil.archive.is_some() {
        &settings.archive(pupil.circular).wording
    } else {
        &rules.wording
    };
    let text = Some(wording.transcript(verdict, pupil.grade)).filter(|text| !text.is_empty());
    let is_last = is_last_grade(rules, pupil);
    PupilAnswer {
        pupil: pupil.pupil,
        year: pupil.year,
        circular: pupil.circular.map(circular_name),
        learning_1,
        learning_2,
        learning_year,
        learning_final,
        conduct_1,
        conduct_2,
        conduct_year,
        conduct_final,
        overall_1,
        overall_2,
        overall_year,
        absences: outcome.absent.filter(|_| pupil.absences.is_some()).map(i64::from),
        outcome: outcome_code(rules, pupil, verdict),
        outcome_text: text,
        promoted: match verdict {
            Verdict::NotPromoted => Some(false),
            verdict if verdict.is_promoted() => Some(true),
            _ => None,
        },
        title: outcome.title.map(title_code),
        title_text: outcome.title.map(|title| title_text(settings, pupil, title)),
        completion_text: text
            .filter(|_| is_last && (verdict.is_promoted() || verdict == Verdict::NotPromoted)),
        reasons,
    }
}

fn title_code(title: Titled) -> &'static str {
    match title {
        Titled::Current(title) => code(&TITLES, title),
        Titled::Archive(title) => code(&ARCHIVE_TITLES, title),
    }
}

fn title_text<'a>(settings: &'a Settings, pupil: &Pupil<'_>, title: Titled) -> &'a str {
    match title {
        Titled::Current(title) => settings.rules.title_label(title),
        Titled::Archive(title) => settings.archive(pupil.circular).title_label(title),
    }
}

// Transcripts before Thông tư 22 say no more of a last grade than of others.
fn is_last_grade(rules: &Parameters, pupil: &Pupil<'_>) -> bool {
    pupil.archive.is_none()
        && rules.wording.last_grades.iter().any(|last| last.grade == pupil.grade)
}

fn outcome_code(rules: &Parameters, pupil: &Pupil<'_>, verdict: Verdict) -> &'static str {
    if verdict.is_promoted() && is_last_grade(rules, pupil) {
        return COMPLETED;
    }
    code(&OUTCOMES, verdict)
}

fn circular_name(circular: Circular) -> &'static str {
    match circular {
        Circular::Tt22 => "TT22",
        Circular::Tt27 => "TT27",
        Circular::Tt58 => "TT58",
        Circular::Tt58Tt26 => "TT58+26",
        Circular::Tt30 => "TT30",
    }
}

/// Returns what stands in the way, in the words of the circular.
fn reasons(settings: &Settings, pupil: &Pupil<'_>, promotion: &Promotion) -> Option<String> {
    let rules = &settings.rules;
    let mut reasons = Vec::new();
    let below = rules.promotion_level.label();
    let [conduct, learning] = if pupil.archive.is_some() {
        ["hạnh kiểm cả năm dưới Trung bình".to_owned(), "học lực cả năm dưới Trung bình".to_owned()]
    } else {
        [
            format!("kết quả rèn luyện cả năm dưới mức {below}"),
            format!("kết quả học tập cả năm dưới mức {below}"),
        ]
    };
    if promotion.reasons.conduct {
        reasons.push(conduct);
    }
    if promotion.reasons.learning {
        reasons.push(learning);
    }
    if promotion.reasons.absence {
        reasons.push(format!("nghỉ học quá {} buổi", rules.absence_limit));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn totals(
    call: &Call,
    settings: &Settings,
    book: &Book<'_>,
    outcomes: &[Outcome],
) -> Result<(Table, Vec<Explanation>), Failure> {
    let rules = &settings.rules;
    let mut totals = Totals::new(call)?;
    for year in years(book.pupils.iter().map(|pupil| pupil.year)) {
        let of_year = || {
            let stayed = |pupil: &Pupil<'_>| pupil.year == year && !pupil.has_left;
            book.pupils.iter().zip(outcomes).filter(move |(pupil, _)| stayed(pupil))
        };
        let mut roll = Roll::default();
        for (pupil, _) in of_year() {
            roll.pupils += 1;
            roll.flagged += u32::from(pupil.not_assessed);
        }
        let count = |has: &dyn Fn(&Pupil<'_>, &Outcome) -> bool| {
            let assessed = of_year().filter(|(pupil, _)| !pupil.not_assessed);
            let count = assessed.filter(|(pupil, outcome)| has(pupil, outcome)).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let is_archive = of_year().any(|(pupil, _)| pupil.archive.is_some());
        let is_current = !is_archive || of_year().any(|(pupil, _)| pupil.archive.is_none());
        for (item, value) in LEVEL_ITEMS {
            for (code, rated, label) in levels_of(item, is_current, is_archive) {
                let count = count(&|_, outcome| value(outcome) == Some(rated));
                totals.push(year, item, code, label, count, roll);
            }
        }
        for (code, verdict) in OUTCOMES {
            let count = count(&|pupil, outcome| {
                outcome_code(rules, pupil, outcome.promotion.verdict) == code
            });
            let label = match code {
                COMPLETED => "Hoàn thành chương trình",
                "undecided" => "Chưa xác định",
                _ => rules.wording.verdict(verdict),
            };
            totals.push(year, "outcome", code, label, count, roll);
        }
        for (code, title) in TITLES.into_iter().filter(|_| is_current) {
            let count = count(&|_, outcome| outcome.title == Some(Titled::Current(title)));
            totals.push(year, "title", code, rules.title_label(title), count, roll);
        }
        for (code, title) in ARCHIVE_TITLES.into_iter().filter(|_| is_archive) {
            let count = count(&|_, outcome| outcome.title == Some(Titled::Archive(title)));
            let label = settings.archive(None).title_label(title);
            totals.push(year, "title", code, label, count, roll);
        }
    }
    Ok(totals.finish())
}

/// Returns the levels of an item with code and label, of the circulars of the year.
fn levels_of(
    item: &str,
    is_current: bool,
    is_archive: bool,
) -> Vec<(&'static str, Rated, &'static str)> {
    let mut levels = Vec::new();
    if is_current {
        levels.extend(LEVELS.map(|(code, level)| (code, Rated::Level(level), level.label())));
    }
    if is_archive && item.starts_with("learning") {
        levels.extend(RANKS.map(|(code, rank)| (code, Rated::Rank(rank), rank.label())));
    } else if is_archive {
        levels.extend(CONDUCTS.map(|(code, level)| (code, Rated::Conduct(level), level.label())));
    }
    levels
}

type LevelOf = fn(&Outcome) -> Option<Rated>;

/// What is counted by level.
const LEVEL_ITEMS: [(&str, LevelOf); 8] = [
    ("learning_1", |outcome| outcome.learning[0]),
    ("learning_2", |outcome| outcome.learning[1]),
    ("learning_year", |outcome| outcome.learning[2]),
    ("learning_final", |outcome| outcome.learning[3]),
    ("conduct_1", |outcome| outcome.conduct_terms[0]),
    ("conduct_2", |outcome| outcome.conduct_terms[1]),
    ("conduct_year", |outcome| outcome.conduct[0]),
    ("conduct_final", |outcome| outcome.conduct[1]),
];
