//! Made-up cases through the compiled plugin, against rules written here a second way.
//!
//! Averages are searched for instead of divided; a primary result is the lowest of what each datum
//! still allows; a learning result is read off a table of demands. Nothing is taken from the
//! library.

#[path = "common/shipped.rs"]
mod common;

use bieumau_model::table::{Table, Value};
use bieumau_model::table_json::read_tables;
use bieumau_plugin_host::Explain;
use serde_json::{Value as Json, json};

/// A source of numbers; the same seed gives the same numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % end
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

fn apply(rule: &str, tables: &Json) -> Vec<Table> {
    let plugin = common::shipped("national");
    let declared = plugin.manifest().rules.iter().find(|own| own.id == rule).expect("the rule");
    let tables = read_tables(tables, Some(&declared.takes)).expect("tables of the right form");
    plugin.apply(rule, &[], &tables, Explain::No).expect("an answer").tables
}

fn text(tables: &[Table], table: &str, row: usize, column: &str) -> String {
    let table = tables.iter().find(|own| own.name() == table).expect("the table");
    match table.value(row, column).expect("the cell") {
        Value::Missing => String::new(),
        Value::Text(text) => text,
        Value::Decimal { units, .. } => units.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Subjects with a test in grade 4 or 5, and those without.
const TESTED: [&str; 7] = ["TV", "TOAN", "NN1", "LSDL", "KH", "TH", "CN"];
const UNTESTED: [&str; 5] = ["DD", "GDTC", "AN", "MT", "HDTN"];
const QUALITIES: [&str; 15] = [
    "patriotism",
    "kindness",
    "diligence",
    "honesty",
    "responsibility",
    "autonomy",
    "communication",
    "problem_solving",
    "language",
    "calculation",
    "science",
    "technology",
    "informatics",
    "aesthetics",
    "physical",
];

/// What a datum allows at best: 4 excellent, 3 good, 2 completed, 1 not completed.
fn allows(word: &str) -> u64 {
    match word {
        "completed_well" | "good" => 4,
        "completed" | "pass" => 2,
        _ => 1,
    }
}

fn score_allows(score: u64) -> u64 {
    match score {
        9.. => 4,
        7.. => 3,
        5.. => 2,
        _ => 1,
    }
}

#[test]
fn six_hundred_primary_years_end_as_the_weakest_datum_allows() {
    let mut dice = Dice(27);
    let (mut pupils, mut subjects, mut qualities) = (Vec::new(), Vec::new(), Vec::new());
    let mut expected = Vec::new();
    for number in 0..600 {
        let pupil = format!("P{number}");
        // Most data are good, so that every result comes up.
        let weak = dice.below(4);
        let mut best = 4;
        let mut level = |dice: &mut Dice, words: &[&'static str; 3]| {
            let word = if dice.below(12) < weak { dice.one(words) } else { words[0] };
            best = best.min(allows(word));
            word
        };
        let words = ["completed_well", "completed", "not_completed"];
        let mut levels = Vec::new();
        for subject in TESTED.iter().chain(&UNTESTED) {
            levels.push((*subject, level(&mut dice, &words)));
        }
        let mut row = json!({"pupil": pupil, "year": 2025, "point": "end_2"});
        for quality in QUALITIES {
            row[quality] = level(&mut dice, &["good", "pass", "needs_effort"]).into();
        }
        let lowest = [9, 7, 5, 3][usize::try_from(weak).expect("small")];
        for (subject, level) in levels {
            let score = TESTED.contains(&subject).then(|| lowest + dice.below(11 - lowest));
            best = score.map_or(best, |score| best.min(score_allows(score)));
            subjects.push(json!({"pupil": pupil, "year": 2025, "subject": subject,
                                 "point": "end_2", "level": level, "score": score}));
        }
        qualities.push(row);
        pupils.push(json!({"pupil": pupil, "year": 2025, "grade": 4 + number % 2}));
        expected.push(
            ["not_completed", "completed", "good", "excellent"]
                [usize::try_from(best).expect("small") - 1],
        );
    }
    let tables = json!({"pupils": {"rows": pupils}, "subjects": {"rows": subjects},
                        "qualities": {"rows": qualities}});
    let answer = apply("assess_primary", &tables);
    let mut seen = std::collections::BTreeMap::new();
    for (row, expected) in expected.into_iter().enumerate() {
        assert_eq!(text(&answer, "pupils", row, "result"), expected, "pupil {row}");
        *seen.entry(expected).or_insert(0) += 1;
    }
    assert!(seen.len() == 4 && seen.values().all(|count| *count > 20), "{seen:?}");
}

/// The tenth nearest to `sum / divisor`, the upper one of two that are equally near.
fn nearest(sum: u64, divisor: u64) -> u64 {
    (0..=100).rev().find(|tenth| 2 * tenth * divisor <= 2 * sum + divisor).expect("0 fits")
}

#[test]
fn a_thousand_averages_are_the_nearest_tenth() {
    let mut dice = Dice(22);
    let (mut pupils, mut marks, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    let decimal = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    for number in 0..500 {
        let pupil = format!("P{number}");
        pupils.push(json!({"pupil": pupil, "year": 2025, "grade": 7}));
        let (periods, count) = dice.one(&[(35, 2), (70, 3), (140, 4)]);
        let mut terms = Vec::new();
        for term in [1, 2] {
            let mut sum = 0;
            let mut row = json!({"pupil": pupil, "year": 2025, "subject": "TOAN", "term": term,
                                 "periods": periods});
            for ongoing in 1..=count {
                let mark = dice.below(101);
                sum += mark;
                row[format!("ongoing_{ongoing}")] = decimal(mark).into();
            }
            let (middle, end) = (dice.below(101), dice.below(101));
            row["mid_term"] = decimal(middle).into();
            row["end_of_term"] = decimal(end).into();
            marks.push(row);
            terms.push(nearest(sum + 2 * middle + 3 * end, count + 5));
        }
        expected.push([terms[0], terms[1], nearest(terms[0] + 2 * terms[1], 3)]);
    }
    let answer =
        apply("assess_secondary", &json!({"pupils": {"rows": pupils}, "marks": {"rows": marks}}));
    for (row, expected) in expected.into_iter().enumerate() {
        let found = ["average_1", "average_2", "average_year"]
            .map(|column| text(&answer, "subjects", row, column));
        assert_eq!(found, expected.map(|tenths| tenths.to_string()), "pupil {row}");
    }
}

/// Level, most comment subjects not passed, least average of all, and of six (in tenths).
const DEMANDS: [(usize, usize, u64, u64); 3] = [(3, 0, 65, 80), (2, 0, 50, 65), (1, 1, 35, 50)];

fn level(averages: &[u64], failed: usize) -> usize {
    DEMANDS
        .iter()
        .find(|(_, most, least, of_six)| {
            failed <= *most
                && averages.iter().all(|average| average >= least)
                && averages.iter().filter(|average| *average >= of_six).count() >= 6
        })
        .map_or(0, |(level, ..)| *level)
}

#[test]
fn eight_hundred_learning_results_follow_the_demands() {
    let mut dice = Dice(9);
    let (mut pupils, mut results, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    let scored = ["VAN", "TOAN", "NN1", "GDCD", "LSDL", "KHTN", "CNGHE", "TIN"];
    let comment = ["GDTC", "NT", "HDTNHN", "GDDP"];
    let mut raised = 0;
    for number in 0..800 {
        let pupil = format!("P{number}");
        pupils.push(json!({"pupil": pupil, "year": 2025, "grade": 8}));
        // Averages at the borders and one tenth beside them.
        let border = dice.one(&[50, 65, 80]);
        let mut averages: Vec<u64> = (0..8)
            .map(|_| (border + dice.below(4)).saturating_sub(u64::from(dice.below(9) == 0)))
            .collect();
        for _ in 0..dice.below(3) {
            let at = usize::try_from(dice.below(8)).expect("small");
            averages[at] = dice.one(&[34, 35, 36, 49, 50, 64, 65, 79, 80]);
        }
        let failed = usize::try_from(dice.below(8).saturating_sub(5)).expect("small");
        for (subject, average) in scored.iter().zip(&averages) {
            results.push(json!({"pupil": pupil, "year": 2025, "subject": subject, "kind": "score",
                "average_year": format!("{}.{}", average / 10, average % 10), "level_year": null}));
        }
        for (at, subject) in comment.iter().enumerate() {
            let level = if at < failed { "fail" } else { "pass" };
            results.push(json!({"pupil": pupil, "year": 2025, "subject": subject,
                "kind": "comment", "average_year": null, "level_year": level}));
        }
        let base = level(&averages, failed);
        // One subject spared: what would the rest reach?
        let mut spared: Vec<usize> = (0..8)
            .map(|left_out| {
                let rest: Vec<u64> = averages
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != left_out)
                    .map(|(_, average)| *average)
                    .collect();
                level(&rest, failed)
            })
            .collect();
        if failed > 0 {
            spared.push(level(&averages, failed - 1));
        }
        let target = spared.into_iter().max().unwrap_or_default();
        let is_raised = target >= 2 && target >= base + 2;
        raised += usize::from(is_raised);
        let result = base + usize::from(is_raised);
        expected.push(["fail", "pass", "fair", "good"][result]);
    }
    let tables = json!({"pupils": {"rows": pupils}, "subject_results": {"rows": results}});
    let answer = apply("assess_secondary", &tables);
    for (row, expected) in expected.into_iter().enumerate() {
        assert_eq!(text(&answer, "pupils", row, "learning_year"), expected, "pupil {row}");
    }
    assert!(raised > 20, "{raised}");
}
