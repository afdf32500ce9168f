//! Several hundred made-up classes: the compiled plugin says what the library says natively.

#[path = "generated/class.rs"]
mod class;
#[path = "common/shipped.rs"]
mod common;
#[path = "generated/native.rs"]
mod native;

use bieumau_model::table::{Table, Value};
use bieumau_plugin_host::Explain;
use bieumau_plugin_national::National;
use bieumau_plugin_sdk::Plugin as _;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    LearningResult, Level, Parameters, Pass, SubjectResult, Title, Verdict, assess_class,
};
use class::{Class, Pupil, Random, SUBJECTS, level_code};

/// Makes a class with gaps, low marks and re-assessments.
fn awkward(seed: u64) -> Class {
    let mut random = Random::new(seed);
    let pupils = random.below(8) as usize;
    Class { pupils: (0..pupils).map(|at| Pupil::new(at, &mut random, true)).collect() }
}

fn check_class(seed: u64, seen: &mut Vec<String>) {
    let class = awkward(seed);
    let tables = class.tables();
    let answer = common::shipped("national")
        .apply("assess_secondary", &[], &tables, Explain::No)
        .unwrap_or_else(|error| panic!("class {seed}: {error}"));
    // The same adapter natively gives the same tables, in every cell.
    let natively = National::apply(&native::call("assess_secondary", &tables, false));
    let natively = natively.unwrap_or_else(|failure| panic!("class {seed}: {failure:?}"));
    for (found, expected) in answer.tables.iter().zip(native::tables(&natively)) {
        assert_eq!(*found, expected, "class {seed}");
    }
    assert_eq!(answer.findings.len(), natively.findings.len(), "class {seed}");
    // The library, asked without any table, says the same.
    let mut log = Log::new();
    let expected = class.with_library(|year| assess_class(&Parameters::default(), year, &mut log));
    let pupils = answer.table("pupils").expect("a table");
    let subjects = answer.table("subjects").expect("a table");
    let mut rows = 0;
    for (at, assessment) in expected.iter().enumerate() {
        let cell = |column: &str| text(pupils, at, column);
        let name = format!("class {seed}, pupil {at}");
        let level = |learning: Option<LearningResult>| code(learning.map(|result| result.level));
        assert_eq!(cell("learning_1"), level(assessment.learning_first), "{name}");
        assert_eq!(cell("learning_2"), level(assessment.learning_second), "{name}");
        assert_eq!(cell("learning_year"), level(assessment.learning), "{name}");
        assert_eq!(cell("conduct_year"), code(assessment.conduct), "{name}");
        let again = assessment.reassessment.learning().or(assessment.learning);
        assert_eq!(cell("learning_final"), level(again), "{name}");
        assert_eq!(cell("outcome"), outcome(assessment.promotion.verdict), "{name}");
        assert_eq!(cell("title"), assessment.title.map_or("", title), "{name}");
        for (subject, results) in SUBJECTS.iter().zip(&assessment.subjects) {
            // Scored subjects come before comment subjects.
            let row = (0..subjects.rows()).find(|row| {
                text(subjects, *row, "pupil") == cell("pupil")
                    && text(subjects, *row, "subject") == subject.0
            });
            let row = row.unwrap_or_else(|| panic!("{name}: no {}", subject.0));
            for (suffix, result) in
                [("1", results.first), ("2", results.second), ("year", results.year)]
            {
                let column = if subject.1.is_some() { "average" } else { "level" };
                let found = subjects.value(row, &format!("{column}_{suffix}"));
                assert_eq!(found, Some(value(result)), "{name}, {}", subject.0);
            }
            rows += 1;
        }
        seen.push(cell("outcome"));
        seen.push(cell("learning_year"));
    }
    assert_eq!(rows, subjects.rows(), "class {seed}");
    assert_eq!(answer.findings.len(), log.findings().len(), "class {seed}: {:#?}", answer.findings);
}

fn text(table: &Table, row: usize, column: &str) -> String {
    match table.value(row, column) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}

fn code(level: Option<Level>) -> String {
    level.map(level_code).unwrap_or_default().to_owned()
}

fn outcome(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotEvaluable => "undecided",
        Verdict::Promoted => "promoted",
        Verdict::PromotedAfterReassessment => "promoted_after_reassessment",
        Verdict::PromotedAfterTraining => "promoted_after_training",
        Verdict::PromotedAfterBoth => "promoted_after_both",
        Verdict::AwaitingReassessment => "needs_reassessment",
        Verdict::AwaitingTraining => "needs_training",
        Verdict::AwaitingBoth => "needs_both",
        Verdict::NotPromoted => "not_promoted",
    }
}

fn title(title: Title) -> &'static str {
    match title {
        Title::Excellent => "excellent",
        Title::Good => "good",
    }
}

fn value(result: SubjectResult) -> Value {
    match result {
        SubjectResult::Score(score) => Value::Decimal { units: score.0.into(), scale: 1 },
        SubjectResult::Comment(Pass::Passed) => Value::Text("pass".to_owned()),
        SubjectResult::Comment(Pass::NotPassed) => Value::Text("fail".to_owned()),
        _ => Value::Missing,
    }
}

#[test]
fn the_compiled_plugin_says_what_the_library_says() {
    let mut seen = Vec::new();
    for seed in 0..400 {
        check_class(seed, &mut seen);
    }
    // The classes are awkward enough that everything comes up.
    for code in [
        "promoted",
        "promoted_after_reassessment",
        "promoted_after_training",
        "needs_reassessment",
        "needs_training",
        "not_promoted",
        "undecided",
        "good",
        "fair",
        "pass",
        "fail",
    ] {
        assert!(seen.iter().any(|found| found == code), "no pupil is {code}");
    }
}

#[test]
fn rows_may_come_in_any_order() {
    let class = Class::whole(12);
    let tables = class.tables();
    let mut backwards = tables.clone();
    // Marks by subject from the last pupil on; pupils stay as they are.
    backwards[1] = reversed(&tables[1]);
    let plugin = common::shipped("national");
    let answer = |tables: &[Table]| {
        plugin.apply("assess_secondary", &[], tables, Explain::No).expect("an answer")
    };
    let (forwards, backwards) = (answer(&tables), answer(&backwards));
    assert_eq!(forwards.table("pupils"), backwards.table("pupils"));
    assert_eq!(forwards.table("totals"), backwards.table("totals"));
}

fn reversed(table: &Table) -> Table {
    let columns = table.columns().iter().map(|column| {
        let mut cells = bieumau_model::table::Cells::empty(column.cells.kind());
        for row in (0..table.rows()).rev() {
            cells.push(column.cells.value(row)).expect("the same type");
        }
        bieumau_model::table::Column { name: column.name.clone(), cells }
    });
    Table::new(table.name(), columns.collect()).expect("a table")
}
