//! One rule as YAML, JavaScript, Rust and Python: the same results for 10,000 made-up pupils.

use std::fs;

use bieumau_model::table::{Cells, Table, Value};
use bieumau_plugin_host::{Answer, Explain, Host, Limits, Plugin, PluginError};

use crate::class::{Class, Pupil, Random};
use crate::python::{self, PythonText};
use crate::support::{example, example_folder, project};

/// Pupils in all, and in one call.
const PUPILS: usize = 10_000;
const BATCH: usize = 100;

/// The parameters of `learning_yaml`, as a call of the others gives them.
const GIFTED: [(&str, &str); 4] =
    [("rounding", "half_even"), ("good", "8.5"), ("fair", "7.0"), ("low", "4.0")];

fn rust() -> Plugin {
    example(
        "learning_rust",
        &fs::read(example_folder("learning_rust").join("plugin.wasm")).expect("plugin.wasm"),
    )
}

fn javascript() -> Plugin {
    example(
        "learning_javascript",
        &fs::read(example_folder("learning_javascript").join("rules.js")).expect("rules.js"),
    )
}

/// Calls `look` with the tables of each batch; the pupils have gaps, ties and low marks.
fn each_batch(mut look: impl FnMut(usize, &[Table])) {
    let mut random = Random::new(2022);
    for batch in 0..PUPILS / BATCH {
        let pupil = |at| Pupil::new(batch * BATCH + at, &mut random, true);
        let class = Class { pupils: (0..BATCH).map(pupil).collect() };
        look(batch, &tables(&class));
    }
}

/// The tables of the rule: without the optional subject, and with the columns that it takes.
fn tables(class: &Class) -> Vec<Table> {
    let keep = |table: &Table| {
        let rows: Vec<usize> = (0..table.rows())
            .filter(|row| table.value(*row, "optional") != Some(Value::Boolean(true)))
            .collect();
        let table = table.of_rows(&rows);
        let unused = ["year", "optional", "periods", "ongoing_5"];
        let is_kept = |name: &str| {
            let unseen = table.name() == "comments" && matches!(name, "ongoing_3" | "ongoing_4");
            !unused.contains(&name) && !unseen
        };
        let columns = table.columns().iter().filter(|column| is_kept(&column.name)).cloned();
        Table::new(table.name(), columns.collect()).expect("columns of one table")
    };
    let all = class.tables();
    ["marks", "comments"].map(|name| keep(named(&all, name))).to_vec()
}

fn named<'a>(tables: &'a [Table], name: &str) -> &'a Table {
    tables.iter().find(|table| table.name() == name).expect("a table")
}

fn apply(plugin: &Plugin, parameters: &[(&str, &str)], tables: &[Table]) -> Answer {
    let parameters: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = plugin.apply("learning_results", &parameters, tables, Explain::No);
    answer.unwrap_or_else(|error| panic!("{error}"))
}

fn check_same(batch: usize, one: &Answer, two: &Answer) {
    for (first, second) in one.tables.iter().zip(&two.tables) {
        for row in 0..first.rows() {
            for column in first.columns() {
                let cells = (first.value(row, &column.name), second.value(row, &column.name));
                let place = format!("batch {batch}, {} row {row} {}", first.name(), column.name);
                assert_eq!(cells.0, cells.1, "{place}, pupil {:?}", first.value(row, "pupil"));
            }
        }
    }
    assert_eq!(one, two, "batch {batch}");
}

#[test]
fn rust_and_javascript_give_the_same() {
    let (rust, javascript) = (rust(), javascript());
    let mut seen = Seen::default();
    each_batch(|batch, tables| {
        let parameters = [("rounding", ["half_up", "half_even", "down", "up"][batch % 4])];
        let answer = apply(&rust, &parameters, tables);
        check_same(batch, &answer, &apply(&javascript, &parameters, tables));
        seen.look_at(&answer);
    });
    seen.check();
}

#[test]
fn yaml_gives_what_the_others_give_with_its_parameters() {
    let (rust, javascript) = (rust(), javascript());
    let yaml = example("learning_yaml", b"");
    each_batch(|batch, tables| {
        let mut answer = apply(&yaml, &[], tables);
        let expected = apply(&javascript, &GIFTED, tables);
        check_same(batch, &apply(&rust, &GIFTED, tables), &expected);
        // The manifest says `excellent` in place of `good`.
        let excellent = answer.tables.iter_mut().find(|table| table.name() == "pupils");
        excellent.expect("a table").reword("learning_year", "excellent", "good");
        check_same(batch, &expected, &answer);
    });
}

#[test]
fn python_gives_the_same() {
    let Some(wasm) = python_component() else {
        eprintln!(
            "left out: the component of Python; `pip install componentize-py==0.25.1` builds it. \
             Its text is run by the_text_in_python_gives_the_same"
        );
        return;
    };
    let python = example("learning_python", &wasm);
    let rust = rust();
    each_batch(|batch, tables| {
        check_same(batch, &apply(&rust, &[], tables), &apply(&python, &[], tables));
        check_same(batch, &apply(&rust, &GIFTED, tables), &apply(&python, &GIFTED, tables));
    });
}

/// The very text of the example, run by `python3`.
#[test]
fn the_text_in_python_gives_the_same() {
    let Some(mut python) = PythonText::start() else {
        eprintln!("left out: there is no `python3`");
        return;
    };
    let rust = rust();
    let mut seen = Seen::default();
    each_batch(|batch, tables| {
        let rounding = [("rounding", ["half_up", "half_even", "down", "up"][batch % 4])];
        let adjusted = [("adjust", ["true", "false"][batch % 2])];
        for parameters in [rounding.as_slice(), &GIFTED, &adjusted] {
            let answer = apply(&rust, parameters, tables);
            let found = python.apply(parameters, tables);
            assert_eq!(found, python::told(&answer), "batch {batch}, {parameters:?}");
            if parameters == rounding {
                seen.look_at(&answer);
            }
        }
    });
    seen.check();
}

/// Returns the component of the example in Python: that in `LEARNING_PYTHON`, or one that is built now.
fn python_component() -> Option<Vec<u8>> {
    match std::env::var_os("LEARNING_PYTHON") {
        Some(path) => Some(fs::read(path).expect("the component named by LEARNING_PYTHON")),
        None => python::component(&example_folder("learning_python"), "learning_python"),
    }
}

/// What came up, so that equal answers are not equal because they are empty.
#[derive(Default)]
struct Seen {
    levels: std::collections::BTreeMap<String, usize>,
    findings: usize,
}

impl Seen {
    fn look_at(&mut self, answer: &Answer) {
        let Some(Cells::Text(levels)) =
            answer.table("pupils").and_then(|table| table.column("learning_year"))
        else {
            panic!("no learning results");
        };
        for level in levels {
            *self.levels.entry(level.clone().unwrap_or_default()).or_default() += 1;
        }
        self.findings += answer.findings.len();
    }

    fn check(&self) {
        for level in ["good", "fair", "pass", "fail", ""] {
            let count = self.levels.get(level).copied().unwrap_or_default();
            assert!(count > 50, "only {count} pupils are `{level}`: {:?}", self.levels);
        }
        assert!(self.findings > 100, "only {} findings", self.findings);
    }
}

#[test]
fn where_no_mark_is_missing_the_national_rule_says_the_same() {
    let host = Host::new(Limits::default()).expect("a host");
    let catalog = crate::support::catalog(&[]);
    let wasm = fs::read(project().join("plugins/national/plugin.wasm")).expect("plugin.wasm");
    let national = host.load(catalog.plugins["national"].clone(), &wasm);
    let national = national.unwrap_or_else(|error: PluginError| panic!("{error}"));
    let rust = rust();
    let mut random = Random::new(9);
    let mut compared = 0;
    for batch in 0..100 {
        let class =
            Class { pupils: (0..BATCH).map(|at| Pupil::new(at, &mut random, true)).collect() };
        let all = class.tables();
        let expected =
            national.apply("assess_secondary", &[], &all, Explain::No).expect("an answer");
        let expected = expected.table("pupils").expect("a table").clone();
        let answer = apply(&rust, &[], &tables(&class));
        let found = answer.table("pupils").expect("a table");
        let has_gap = |pupil: &Pupil| {
            let blank = |mark| matches!(mark, bieumau_rules::tt22::Mark::Blank);
            let subjects = pupil.marks.iter().enumerate().take(12);
            subjects.flat_map(|(at, terms)| terms.iter().map(move |term| (at, term))).any(
                |(at, term)| {
                    let count = match crate::class::SUBJECTS[at].1 {
                        Some(periods) if periods > 70 => 4,
                        Some(periods) if periods > 35 => 3,
                        _ => 2,
                    };
                    term.ongoing[..count].iter().copied().any(blank)
                        || blank(term.mid)
                        || blank(term.end)
                },
            )
        };
        for (at, pupil) in class.pupils.iter().enumerate().filter(|(_, pupil)| !has_gap(pupil)) {
            let row = (0..found.rows())
                .find(|row| found.value(*row, "pupil") == Some(Value::Text(pupil.id.clone())));
            for column in ["learning_1", "learning_2", "learning_year"] {
                let cells =
                    (row.and_then(|row| found.value(row, column)), expected.value(at, column));
                assert_eq!(cells.0, cells.1, "batch {batch}, pupil {}, {column}", pupil.id);
            }
            compared += 1;
        }
    }
    assert!(compared > 3_000, "only {compared} pupils have no gap");
}
