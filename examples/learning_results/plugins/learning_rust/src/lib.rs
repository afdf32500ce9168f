//! Averages and learning results by Thông tư 22/2021, Điều 9.

use std::collections::HashMap;

use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{
    Answer, Call, Decimal, Failure, Finding, MissingCell, Plugin, Rounding, Rule, divide,
    export_plugin, rows,
};

/// The plugin.
#[derive(Debug)]
pub struct LearningResults;

impl Plugin for LearningResults {
    const RULES: &'static [Rule] = &[Rule { id: "learning_results", apply: learning_results }];
}

export_plugin!(LearningResults);

rows! {
    /// The marks of a pupil in a scored subject and term.
    struct Mark<'a> {
        pupil: &'a str,
        subject: &'a str,
        term: i64,
        mid_term: Decimal<1>,
        end_of_term: Decimal<1>,
        ongoing_1: Option<Decimal<1>>,
        ongoing_2: Option<Decimal<1>>,
        ongoing_3: Option<Decimal<1>>,
        ongoing_4: Option<Decimal<1>>,
    }
}

rows! {
    /// What was said of a pupil in a comment subject and term.
    struct Comment<'a> {
        pupil: &'a str,
        subject: &'a str,
        term: i64,
        mid_term: &'a str,
        end_of_term: &'a str,
        ongoing_1: Option<&'a str>,
        ongoing_2: Option<&'a str>,
    }
}

rows! {
    /// The averages of a subject.
    struct SubjectAverages<'a> {
        pupil: &'a str,
        subject: &'a str,
        average_1: Option<Decimal<1>>,
        average_2: Option<Decimal<1>>,
        average_year: Option<Decimal<1>>,
    }
}

rows! {
    /// The learning results of a pupil.
    struct Results<'a> {
        pupil: &'a str,
        learning_1: Option<&'a str>,
        learning_2: Option<&'a str>,
        learning_year: Option<&'a str>,
    }
}

const LEVELS: [&str; 4] = ["fail", "pass", "fair", "good"];

/// The parameters of a call.
struct Settings {
    rounding: Rounding,
    /// From Tốt down to Đạt.
    bars: [Bar; 3],
    enough: usize,
    adjust: bool,
}

/// What every scored subject and what enough of them must reach, in tenths.
struct Bar {
    every: i64,
    strong: i64,
    not_passed: usize,
}

/// The results of a pupil, by term.
#[derive(Default)]
struct Pupil<'a> {
    id: &'a str,
    scored: Vec<(&'a str, [Option<i64>; 2])>,
    comments: Vec<(&'a str, [Option<bool>; 2])>,
}

/// The pupils in the order in which they first come up.
#[derive(Default)]
struct Pupils<'a> {
    list: Vec<Pupil<'a>>,
    places: HashMap<&'a str, usize>,
}

fn learning_results(call: &Call) -> Result<Answer, Failure> {
    let settings = Settings::of(call)?;
    let mut answer = Answer::default();
    let mut pupils = Pupils::default();
    for row in call.rows::<Mark<'_>>("marks")?.iter() {
        if let Some(mark) = kept(row, &mut answer.findings) {
            note(
                &mut pupils.of(mark.pupil).scored,
                mark.subject,
                mark.term,
                average(&mark, &settings),
            );
        }
    }
    for row in call.optional_rows::<Comment<'_>>("comments")?.iter() {
        if let Some(comment) = kept(row, &mut answer.findings) {
            let of = &mut pupils.of(comment.pupil).comments;
            note(of, comment.subject, comment.term, Some(is_passed(&comment)));
        }
    }
    let mut subjects = TableWriter::new("subjects");
    let mut results = TableWriter::new("pupils");
    for pupil in &pupils.list {
        let mut scores: [Vec<Option<i64>>; 3] = Default::default();
        for (subject, [first, second]) in &pupil.scored {
            let year = first
                .zip(*second)
                .and_then(|(first, second)| divide(first + 2 * second, 3, settings.rounding));
            subjects.push(SubjectAverages {
                pupil: pupil.id,
                subject,
                average_1: first.map(Decimal),
                average_2: second.map(Decimal),
                average_year: year.map(Decimal),
            });
            for (list, average) in scores.iter_mut().zip([*first, *second, year]) {
                list.push(average);
            }
        }
        // The year's result of a comment subject is that of the second term.
        let level = |at: usize| {
            let comments = pupil.comments.iter().map(|(_, terms)| terms[at.min(1)]);
            learning(&scores[at], comments.collect(), &settings)
        };
        results.push(Results {
            pupil: pupil.id,
            learning_1: level(0),
            learning_2: level(1),
            learning_year: level(2),
        });
    }
    answer.tables = vec![subjects.finish(), results.finish()];
    Ok(answer)
}

impl Settings {
    fn of(call: &Call) -> Result<Self, Failure> {
        let roundings = [
            ("half_up", Rounding::HalfUp),
            ("half_even", Rounding::HalfEven),
            ("down", Rounding::Down),
            ("up", Rounding::Up),
        ];
        let [good, fair, pass, low] = [
            decimal(call, "good")?,
            decimal(call, "fair")?,
            decimal(call, "pass")?,
            decimal(call, "low")?,
        ];
        Ok(Self {
            rounding: call.parameters.choice("rounding", Rounding::HalfUp, &roundings)?,
            bars: [
                Bar { every: fair, strong: good, not_passed: 0 },
                Bar { every: pass, strong: fair, not_passed: 0 },
                Bar { every: low, strong: pass, not_passed: 1 },
            ],
            enough: usize::try_from(call.parameters.integer("subjects", 6)?).unwrap_or_default(),
            adjust: call.parameters.flag("adjust", true)?,
        })
    }
}

/// Reads a parameter with one digit behind the comma.
fn decimal(call: &Call, name: &str) -> Result<i64, Failure> {
    let value = call.parameters.text(name).unwrap_or_default().trim();
    let (whole, tenths) = value.split_once(['.', ',']).unwrap_or((value, "0"));
    let tenths = tenths.trim_end_matches('0');
    let units = format!("{whole}{}", if tenths.is_empty() { "0" } else { tenths });
    units.parse().ok().filter(|_| tenths.len() <= 1).ok_or_else(|| {
        Failure::new(
            "wrong_parameter",
            format!("tham số `{name}` là `{value}`, cần số có nhiều nhất 1 chữ số sau dấu phẩy"),
            format!("parameter `{name}` is `{value}`, expected a number with at most 1 digits behind the comma"),
        )
    })
}

impl<'a> Pupils<'a> {
    fn of(&mut self, id: &'a str) -> &mut Pupil<'a> {
        let next = self.list.len();
        let at = *self.places.entry(id).or_insert(next);
        if at == next {
            self.list.push(Pupil { id, ..Pupil::default() });
        }
        &mut self.list[at]
    }
}

/// Keeps a row, or the finding about the first needed cell that is missing.
fn kept<R>(row: Result<R, MissingCell<'_>>, findings: &mut Vec<Finding>) -> Option<R> {
    row.map_err(|missing| findings.push(missing.into())).ok()
}

/// Notes the result of a subject and term.
fn note<'a, T: Copy>(
    subjects: &mut Vec<(&'a str, [Option<T>; 2])>,
    subject: &'a str,
    term: i64,
    result: Option<T>,
) {
    let at = subjects.iter().position(|(own, _)| *own == subject).unwrap_or_else(|| {
        subjects.push((subject, [None; 2]));
        subjects.len() - 1
    });
    if let 1 | 2 = term {
        subjects[at].1[usize::from(term == 2)] = result;
    }
}

/// ĐTBmhk (Điều 9.1); none without an ongoing mark.
fn average(mark: &Mark<'_>, settings: &Settings) -> Option<i64> {
    let ongoing = [mark.ongoing_1, mark.ongoing_2, mark.ongoing_3, mark.ongoing_4];
    let (mut sum, mut count) = (0, 0);
    for score in ongoing.into_iter().flatten() {
        sum += score.0;
        count += 1;
    }
    let whole = sum + 2 * mark.mid_term.0 + 3 * mark.end_of_term.0;
    if count == 0 { None } else { divide(whole, count + 5, settings.rounding) }
}

/// Passed every time.
fn is_passed(comment: &Comment<'_>) -> bool {
    [comment.ongoing_1, comment.ongoing_2, Some(comment.mid_term), Some(comment.end_of_term)]
        .into_iter()
        .flatten()
        .all(|level| level == "pass")
}

/// Returns the learning result, none when something is missing (Điều 9.2, 9.3).
fn learning(
    scores: &[Option<i64>],
    comments: Vec<Option<bool>>,
    settings: &Settings,
) -> Option<&'static str> {
    let scores: Vec<i64> = scores.iter().copied().collect::<Option<_>>()?;
    let comments: Vec<bool> = comments.into_iter().collect::<Option<_>>()?;
    if scores.len() < settings.enough {
        return None;
    }
    let not_passed = comments.iter().filter(|passed| !**passed).count();
    let base = level(&scores, None, not_passed, settings);
    if !settings.adjust || base > 1 {
        return Some(LEVELS[base]);
    }
    // The best level if one subject did not count.
    let mut best = match not_passed.checked_sub(1) {
        Some(fewer) => level(&scores, None, fewer, settings),
        None => base,
    };
    for left in 0..scores.len() {
        best = best.max(level(&scores, Some(left), not_passed, settings));
    }
    let is_raised = best >= 2 && best >= base + 2;
    Some(LEVELS[base + usize::from(is_raised)])
}

fn level(scores: &[i64], left: Option<usize>, not_passed: usize, settings: &Settings) -> usize {
    let counted = || scores.iter().enumerate().filter(|(at, _)| Some(*at) != left).map(|(_, s)| *s);
    let reached = |bar: &Bar| {
        not_passed <= bar.not_passed
            && counted().all(|score| score >= bar.every)
            && counted().filter(|score| *score >= bar.strong).count() >= settings.enough
    };
    settings.bars.iter().position(reached).map_or(0, |at| 3 - at)
}
