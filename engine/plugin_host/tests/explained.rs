//! Every value that a rule computes has its derivation, and doing the derivation again gives the value.
//!
//! Over all golden cases of the shipped plugins (Thông tư 22, 27 and 58, alone or with 26) and over
//! made-up classes. Averages, shares and học tập are computed again here from the inputs alone.

#[path = "generated/class.rs"]
#[expect(dead_code, reason = "shared with the generated classes of other tests")]
mod class;
#[path = "common/shipped.rs"]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use bieumau_model::table::{Table, Value};
use bieumau_model::table_json::read_input;
use bieumau_plugin_host::{Answer, Explain, Explanation};
use class::{Class, Pupil, Random};

/// What is looked at: table, column, and the column with the value in words (none: see `words`).
const COMPUTED: [(&str, &str, Option<&str>); 19] = [
    ("subjects", "average_1", None),
    ("subjects", "average_2", None),
    ("subjects", "average_year", None),
    ("subjects", "level_1", None),
    ("subjects", "level_2", None),
    ("subjects", "level_year", None),
    ("pupils", "overall_1", None),
    ("pupils", "overall_2", None),
    ("pupils", "overall_year", None),
    ("pupils", "learning_1", None),
    ("pupils", "learning_2", None),
    ("pupils", "learning_year", None),
    ("pupils", "conduct_year", None),
    ("pupils", "outcome", Some("outcome_text")),
    ("pupils", "title", Some("title_text")),
    ("pupils", "result", None),
    ("pupils", "programme_text", Some("programme_text")),
    ("pupils", "promotion_text", Some("promotion_text")),
    ("totals", "percent", None),
];

/// What summer may change: the value before it, and after it.
const CHANGED: [(&str, &str); 3] = [
    ("learning_year", "learning_final"),
    ("conduct_year", "conduct_final"),
    ("result_before", "result"),
];

/// What was seen, by rule (article and value).
type Seen = BTreeMap<String, usize>;

fn check(answer: &Answer, given: &[Table], name: &str, seen: &mut Seen) {
    for (table, column, in_words) in COMPUTED {
        let Some(found) = answer.table(table) else { continue };
        for row in 0..found.rows() {
            let value = match found.value(row, column) {
                None | Some(Value::Missing) => continue,
                Some(value) => value,
            };
            let place = format!("{name}: {table} {row} {column}");
            let said = match in_words {
                Some(column) => found.value(row, column),
                None => Some(value.clone()),
            };
            let Some(explained) = last(answer, table, row, column) else {
                let accepted =
                    is_given(given, found, row, column) || is_undecided(found, row, column);
                assert!(accepted, "{place}: nothing explains {value:?}");
                continue;
            };
            if let Some(said) = said.filter(|said| *said != Value::Missing) {
                assert!(says(&said, &explained.result), "{place}: {said:?}: {explained:#?}");
            }
            replay(explained, &place);
            *seen.entry(explained.rule.clone()).or_default() += 1;
        }
    }
    check_changed(answer, name, seen);
}

/// What summer left alone needs no second derivation; what it changed does.
fn check_changed(answer: &Answer, name: &str, seen: &mut Seen) {
    let Some(pupils) = answer.table("pupils") else { return };
    for (before, after) in CHANGED {
        for row in 0..pupils.rows() {
            let (Some(before), Some(value)) = (pupils.value(row, before), pupils.value(row, after))
            else {
                continue;
            };
            if before == value || value == Value::Missing {
                continue;
            }
            let explained = last(answer, "pupils", row, after);
            let explained = explained.unwrap_or_else(|| panic!("{name}: {row} {after}"));
            assert!(says(&value, &explained.result), "{name}: {row} {after}: {explained:#?}");
            *seen.entry(explained.rule.clone()).or_default() += 1;
        }
    }
}

fn last<'a>(answer: &'a Answer, table: &str, row: usize, column: &str) -> Option<&'a Explanation> {
    answer.explanations.iter().rev().find(|one| {
        one.place.table.as_deref() == Some(table)
            && one.place.row == Some(row)
            && one.place.column.as_deref() == Some(column)
    })
}

/// Whether the report gave the value, so that nothing was computed.
fn is_given(given: &[Table], found: &Table, row: usize, column: &str) -> bool {
    let keys = ["pupil", "year", "subject"];
    let own = |table: &Table, row: usize| keys.map(|key| table.value(row, key));
    let key = own(found, row);
    if found.name() == "pupils" && column == "outcome" {
        // The principal decides on those who are not assessed.
        return cell(given, "pupils", &key, "not_assessed") == Some(Value::Boolean(true));
    }
    let table = if found.name() == "subjects" { "subject_results" } else { "pupils" };
    let is_there =
        |column: &str| cell(given, table, &key, column).is_some_and(|own| own != Value::Missing);
    // The year of given terms follows from them, inside one row of what the report gave.
    is_there(column) || (table == "subject_results" && cell(given, table, &key, "kind").is_some())
}

fn cell(given: &[Table], table: &str, key: &[Option<Value>; 3], column: &str) -> Option<Value> {
    let table = given.iter().find(|own| own.name() == table)?;
    let fits = |row: &usize| {
        ["pupil", "year", "subject"].iter().zip(key).all(|(name, wanted)| {
            let own = table.value(*row, name);
            own.is_none() || own == *wanted
        })
    };
    table.value((0..table.rows()).find(fits)?, column)
}

/// Whether the value says that nothing is known yet.
fn is_undecided(found: &Table, row: usize, column: &str) -> bool {
    let is_missing = |column: &str| matches!(found.value(row, column), None | Some(Value::Missing));
    match column {
        "outcome" => found.value(row, column) == Some(Value::Text("undecided".to_owned())),
        "programme_text" | "promotion_text" => is_missing("result"),
        _ => false,
    }
}

fn says(value: &Value, result: &str) -> bool {
    match value {
        Value::Decimal { units, .. } => tenths(result) == Some(*units),
        Value::Text(text) => text == result || words(text).contains(&result),
        _ => false,
    }
}

/// The words for a code, in any of the circulars.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "excellent" => &["Giỏi", "Hoàn thành xuất sắc"],
        "good" => &["Tốt", "Hoàn thành tốt"],
        "fair" => &["Khá"],
        "pass" => &["Đạt"],
        "average" => &["Trung bình"],
        "fail" => &["Chưa đạt"],
        "weak" => &["Yếu"],
        "poor" => &["Kém"],
        "completed" => &["Hoàn thành"],
        "not_completed" => &["Chưa hoàn thành"],
        _ => &[],
    }
}

/// Reads `7,9` and `8` as tenths.
fn tenths(text: &str) -> Option<i64> {
    let (whole, tenth) = text.split_once(',').unwrap_or((text, "0"));
    Some(whole.parse::<i64>().ok()? * 10 + tenth.parse::<i64>().ok()?)
}

/// Rounds half up.
fn rounded(sum: i64, divisor: i64) -> i64 {
    (2 * sum + divisor) / (2 * divisor)
}

/// Does the derivation again, from its inputs alone, where this test knows the rule.
fn replay(explained: &Explanation, place: &str) {
    let input = |name: &str| {
        let found = explained.inputs.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("{place}: no {name}"))
    };
    let number = |name: &str| tenths(input(name)).unwrap_or_else(|| panic!("{place}: {name}"));
    let expected = match explained.rule.as_str() {
        "TT 22/2021, Điều 9 khoản 1: ĐTBmhk" => {
            let ongoing: Vec<i64> = input("ĐĐGtx").split("; ").filter_map(tenths).collect();
            let sum = ongoing.iter().sum::<i64>() + 2 * number("ĐĐGgk") + 3 * number("ĐĐGck");
            rounded(sum, i64::try_from(ongoing.len()).expect("few") + 5)
        }
        "TT 22/2021, Điều 9 khoản 1: ĐTBmcn" | "TT 58/2011, Điều 11: ĐTBmcn" => {
            rounded(number("ĐTBmhkI") + 2 * number("ĐTBmhkII"), 3)
        }
        "TT 58/2011, Điều 11: Điểm trung bình các môn học" => {
            let scores: Vec<i64> =
                explained.inputs.iter().filter_map(|(_, score)| tenths(score)).collect();
            rounded(scores.iter().sum(), i64::try_from(scores.len()).expect("few"))
        }
        rule if rule.starts_with("Tổng hợp: ") => {
            let whole = |name: &str| input(name).parse::<i64>().expect("a whole number");
            rounded(whole("Số học sinh") * 1000, whole("Tổng số"))
        }
        "TT 22/2021, Điều 9 khoản 2, khoản 3: Kết quả học tập" => {
            let results: Vec<&str> =
                explained.inputs.iter().map(|(_, result)| result.as_str()).collect();
            assert_eq!(explained.result, learning(&results), "{place}: {explained:#?}");
            return;
        }
        _ => return,
    };
    assert_eq!(tenths(&explained.result), Some(expected), "{place}: {explained:#?}");
}

/// Học tập of Điều 9, read off its demands; khoản 3 leaves the one subject out.
fn learning(results: &[&str]) -> &'static str {
    const LEVELS: [&str; 4] = ["Chưa đạt", "Đạt", "Khá", "Tốt"];
    let level = |results: &[&str]| {
        let scores: Vec<i64> = results.iter().filter_map(|result| tenths(result)).collect();
        let not_passed = results.iter().filter(|result| **result == "CĐ").count();
        let strong = |bar| scores.iter().filter(|score| **score >= bar).count() >= 6;
        let every = |bar| scores.iter().all(|score| *score >= bar);
        match not_passed {
            0 if every(65) && strong(80) => 3,
            0 if every(50) && strong(65) => 2,
            0 | 1 if every(35) && strong(50) => 1,
            _ => 0,
        }
    };
    let base = level(results);
    let spared = (0..results.len()).map(|out| {
        let rest: Vec<&str> =
            results.iter().enumerate().filter(|(at, _)| *at != out).map(|own| *own.1).collect();
        level(&rest)
    });
    let lowered = spared.max().is_some_and(|best| best >= base + 2);
    LEVELS[if lowered { base + 1 } else { base }]
}

fn check_cases(plugin: &str, seen: &mut Seen) {
    let shipped = common::shipped(plugin);
    for path in fs::read_dir(common::folder(plugin).join("cases")).expect("cases") {
        let path = path.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a file of cases");
        let file: serde_json::Value = serde_json::from_str(&text).expect("cases are JSON");
        let rule = file["rule"].as_str().expect("a rule");
        if !rule.starts_with("assess_") {
            continue;
        }
        let declared = shipped.manifest().rules.iter().find(|declared| declared.id == rule);
        for case in file["cases"].as_array().expect("cases") {
            let name = format!("{}: {}", path.display(), case["id"]);
            let input = read_input(&Arc::from(name.as_str()), &case["call"].to_string(), declared);
            let input = input.unwrap_or_else(|findings| panic!("{name}: {findings}"));
            let parameters: Vec<(String, String)> = input.parameters.into_iter().collect();
            // Cases of another reading of the circular are explained, but not replayed here.
            let other = [
                "rounding",
                "learning_adjustment",
                "adjacent_level",
                "single_subject_may_be_comment",
                "year_average_from",
                "percent_decimals",
            ];
            if parameters.iter().any(|(own, _)| other.contains(&own.as_str())) {
                continue;
            }
            let answer = shipped.apply(rule, &parameters, &input.tables, Explain::Yes);
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            check(&answer, &input.tables, &name, seen);
        }
    }
}

#[test]
fn every_value_of_the_golden_cases_is_explained() {
    let mut seen = Seen::new();
    for plugin in common::PLUGINS {
        check_cases(plugin, &mut seen);
    }
    // Rank, honours and promotion of each circular were among them.
    for wanted in [
        "TT 22/2021, Điều 9 khoản 1: ĐTBmhk",
        "TT 22/2021, Điều 9 khoản 1: ĐTBmcn",
        "TT 22/2021, Điều 9 khoản 2, khoản 3: Kết quả học tập",
        "TT 22/2021, Điều 12, 13, 14: Được lên lớp",
        "TT 27/2020, Điều 9 khoản 2: Đánh giá kết quả giáo dục",
        "TT 27/2020, Điều 11: Hoàn thành chương trình lớp học",
        "TT 27/2020, Điều 11: Lên lớp",
        "TT 27/2020, Điều 13 khoản 1: Khen thưởng cuối năm học",
        "TT 58/2011, Điều 11: Điểm trung bình các môn học",
        "TT 58/2011, Điều 13: Học lực",
    ] {
        assert!(seen.contains_key(wanted), "no case of {wanted}: {seen:#?}");
    }
}

#[test]
fn every_value_of_made_up_classes_is_explained() {
    let mut seen = Seen::new();
    let plugin = common::shipped("national");
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let pupils = random.below(8) as usize;
        let class =
            Class { pupils: (0..pupils).map(|at| Pupil::new(at, &mut random, true)).collect() };
        let tables = class.tables();
        let answer = plugin.apply("assess_secondary", &[], &tables, Explain::Yes);
        check(&answer.expect("an answer"), &tables, &format!("class {seed}"), &mut seen);
    }
    for wanted in ["TT 22/2021, Điều 14: Kết quả học tập sau đánh giá lại", "Tổng hợp: Tốt"]
    {
        assert!(seen.contains_key(wanted), "no pupil with {wanted}: {seen:#?}");
    }
}
