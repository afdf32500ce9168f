//! What the runner gives to a text of JavaScript, what it takes from it, and what it refuses.

use std::process::Command;

use bieumau_model::table::{Cells, Column, Table};
use bieumau_model::text::Locale;
use bieumau_plugin_host::{Answer, Explain, Plugin, PluginError};
use bieumau_plugin_sdk::{Date, Rounding, divide};

use crate::support::{catalog, host, project, read};

const SCORES: &str = "{name: pupil, type: text}, {name: score, type: decimal(1)}";

/// A manifest of one rule `run` in JavaScript, which takes and gives a table `rows`.
fn manifest(columns: &str) -> String {
    format!(
        "schema_version: 1\nid: script\nversion: 1.0.0\ntitle: Thử\ncode: javascript\nrules:\n  \
         - id: run\n    title: Thử\n    takes:\n      - {{name: rows, columns: [{columns}]}}\n    \
         gives:\n      - {{name: rows, columns: [{columns}]}}\n    \
         parameters: {{most: \"45\", mode: A}}\n"
    )
}

/// Loads a text of JavaScript with a rule `run`.
fn load(columns: &str, text: &str) -> Result<Plugin, PluginError> {
    let manifest = catalog(&[("script", &manifest(columns))]).plugins["script"].clone();
    host().load(manifest, text.as_bytes())
}

/// Runs the rule `run` of a text.
fn run(columns: &str, text: &str, rows: Vec<Column>) -> Result<Answer, PluginError> {
    let table = Table::new("rows", rows).expect("columns of equal length");
    load(columns, text)?.apply("run", &[], &[table], Explain::Yes)
}

fn column(name: &str, cells: Cells) -> Column {
    Column { name: name.to_owned(), cells }
}

fn scores() -> Vec<Column> {
    let names = ["HS1", "Đỗ 😀", "HS3"].map(|name| Some(name.to_owned()));
    vec![
        column("pupil", Cells::Text(names.to_vec())),
        column("score", Cells::Decimal { scale: 1, units: vec![Some(75), None, Some(100)] }),
    ]
}

#[test]
fn rows_come_back_as_they_went_in() {
    let columns = "{name: pupil, type: text}, {name: score, type: decimal(1)}, \
                   {name: term, type: integer}, {name: born, type: date}, \
                   {name: exempt, type: boolean}";
    let mut rows = scores();
    rows.push(column("term", Cells::Integer(vec![Some(1), Some(-2), None])));
    let day = jiff::civil::date(2026, 5, 31);
    rows.push(column("born", Cells::Date(vec![Some(day), None, Some(day)])));
    rows.push(column("exempt", Cells::Boolean(vec![Some(true), Some(false), None])));
    let text =
        "rule('run', ({tables}) => ({tables: {rows: tables.rows.map((row) => ({...row}))}}))";
    let answer = run(columns, text, rows.clone()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.tables[0], Table::new("rows", rows).expect("a table"));
}

#[test]
fn findings_explanations_and_parameters_pass() {
    let text = r#"
rule("run", (call) => ({
  tables: { rows: [] },
  findings: call.tables.rows.flatMap((row, at) =>
    row.score === null ? [{ ...missingCell("rows", at, "score"), about: { pupil: row.pupil } }] : []),
  explanations: call.explain
    ? [{ at: { table: "rows", row: 0, column: "score" }, rule: "Điều 9", inputs: { most: call.integer("most") },
         steps: [formatDecimal(80, 1)], result: "8,0" }]
    : [],
}));
"#;
    let answer = run(SCORES, text, scores()).unwrap_or_else(|error| panic!("{error}"));
    let finding = &answer.findings[0];
    assert_eq!(
        finding.message.get(Locale::En),
        "Table `rows`, row 2: `score` is missing; the row is not used"
    );
    assert_eq!(finding.about, [("pupil".to_owned(), "Đỗ 😀".to_owned())]);
    let explanation = &answer.explanations[0];
    assert_eq!(explanation.inputs, [("most".to_owned(), "45".to_owned())]);
    assert_eq!(explanation.steps, ["8,0"]);
}

/// Checks that the rule with this body ends with the sentence, in English.
fn check_error(body: &str, expected: &str) {
    let text = format!("rule('run', (call) => {{\n{body}\n}})");
    let error = run(SCORES, &text, scores()).expect_err(body);
    assert_eq!(error.to_string(), expected, "{body}");
}

fn check_broken(body: &str, expected: &str) {
    check_error(body, &format!("plugin `script` broke off in rule `run`: {expected}"));
}

#[test]
fn a_wrong_answer_is_named_with_row_and_column() {
    let cell =
        |value: &str| format!("return {{tables: {{rows: [{{pupil: 'HS1', score: {value}}}]}}}}");
    let place = "table `rows`, row 1, column `score`";
    let unit = "is not a whole number of units of 0,1 (7,5 is 75)";
    check_broken(&cell("7.25"), &format!("{place}: 7.25 {unit}"));
    check_broken(&cell("NaN"), &format!("{place}: NaN {unit}"));
    check_broken(&cell("'7,5'"), &format!("{place}: \"7,5\" {unit}"));
    check_broken(&cell("undefined"), &format!("{place}: is not there; an empty cell is null"));
    check_broken(&cell("1, sum: 2"), "table `rows`, row 1: plugin.yaml declares no column `sum`");
    check_broken(
        "return {tables: {rows: [{pupil: '\\ud800', score: 1}]}}",
        "table `rows`, row 1, column `pupil`: \"\\ud800\" is not a text",
    );
    check_broken(
        "return {tables: {rows: {}}}",
        "the table `rows` must be a list of rows, not an object",
    );
    check_broken("return {tables: {}}", "the table `rows` must be a list of rows, not undefined");
    check_broken(
        "return {tables: {rows: [], more: []}}",
        "`tables` has `more`, but may only have rows",
    );
    check_broken(
        "return {rows: []}",
        "the answer has `rows`, but may only have tables, findings, explanations",
    );
    check_broken("return 7", "the answer of the rule must be an object, not 7");
    check_broken(
        "return {tables: {rows: []}, findings: [{code: 'X'}]}",
        "finding 1: `message` must have `vi` and `en`",
    );
}

#[test]
fn what_would_differ_from_call_to_call_is_refused() {
    let refused = |code: &str, column: usize, why: &str| {
        check_broken(code, &format!("rules.js line 2 column {column}: TypeError: {why}"));
    };
    let days = "days come with the call; see day() and weekday()";
    refused("new Date()", 5, &format!("Date cannot be used in a rule: {days}"));
    refused("Date.now()", 1, &format!("Date cannot be used in a rule: {days}"));
    refused(
        "Math.random()",
        6,
        "random cannot be used in a rule: the same call has the same answer, always",
    );
    refused(
        "setTimeout(() => {}, 1)",
        1,
        "setTimeout cannot be used in a rule: a rule answers at once",
    );
    check_broken(
        "return {tables: {rows: []}, then() {}}",
        "the rule must not be an async function",
    );
}

#[test]
fn a_mistake_has_its_line_and_column() {
    check_broken(
        "const x = 1;\n  return x.y.z;",
        "rules.js line 3 column 10: TypeError: cannot read property 'z' of undefined",
    );
    let error = load(SCORES, "rule('run', () => {\n  let x = ;\n})").err().expect("a syntax error");
    assert_eq!(
        error.to_string(),
        "plugin `script` could not be loaded: rules.js line 2 column 11: SyntaxError: unexpected token in expression: ';'"
    );
    let error = load(SCORES, "rule('runs', () => {})").err().expect("no such rule");
    assert_eq!(
        error.to_string(),
        "plugin `script` could not be loaded: there is no rule(\"run\", …) in the text, but in plugin.yaml; rules of the text: runs"
    );
}

#[test]
fn a_failure_of_the_rule_is_its_own() {
    check_error(
        "fail('wrong_year', 'năm sai', 'the year is wrong')",
        "rule `run` of plugin `script` gives no answer: the year is wrong",
    );
    check_error(
        "call.choice('mode', ['B', 'C'])",
        "rule `run` of plugin `script` gives no answer: parameter `mode` is `A`, expected one of B, C",
    );
    check_broken(
        "call.text('none')",
        "rules.js line 2 column 6: TypeError: the rule has no parameter \"none\"; plugin.yaml declares them",
    );
}

#[test]
fn limits_hold_for_a_text_too() {
    let is = |body: &str, code: &str| {
        let text = format!("rule('run', (call) => {{ {body} }})");
        let error = run(SCORES, &text, scores()).expect_err(body);
        assert_eq!(error.code(), code, "{body}: {error}");
    };
    is("for (;;) {}", "P002");
    is("const all = []; for (;;) { all.push(new ArrayBuffer(1 << 24)); }", "P003");
    is("const deep = () => deep() + 1; deep();", "P004");
    is("let text = 'x'; for (;;) { text += text; }", "P007");
    // A pattern that tries every way to split the text, and would for years.
    is("return /^(a+)+$/.test('a'.repeat(60) + 'b');", "P002");
    is("return 'a'.repeat(60).replace(/(a|aa)+$b/g, '');", "P002");
    // A loop while the text is read is found when it is loaded.
    assert!(matches!(load(SCORES, "for (;;) {}"), Err(PluginError::Load { .. })));
    // And the next call has an answer.
    let text = "rule('run', () => ({tables: {rows: []}}))";
    assert!(run(SCORES, text, scores()).is_ok());
}

#[test]
fn nothing_is_left_of_a_call() {
    let text = "let calls = 0; rule('run', () => { calls += 1; return {tables: {rows: [{pupil: String(calls), score: null}]}}; })";
    let plugin = load(SCORES, text).unwrap_or_else(|error| panic!("{error}"));
    let table = Table::new("rows", scores()).expect("a table");
    let call = || plugin.apply("run", &[], std::slice::from_ref(&table), Explain::No);
    let first = call().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(first, call().unwrap_or_else(|error| panic!("{error}")));
}

#[test]
fn division_is_that_of_the_rust_kit() {
    let columns = "{name: sum, type: integer}, {name: by, type: integer}, {name: up, type: integer}, \
                   {name: even, type: integer}, {name: down, type: integer}, {name: half, type: integer}";
    let text = r#"
rule("run", ({ tables }) => ({
  tables: {
    rows: tables.rows.map(({ sum, by }) => ({
      sum, by,
      up: divide(sum, by, "up"), even: divide(sum, by, "half_even"), down: divide(sum, by, "down"),
      half: roundHalfUp(sum, by) === Number(divide(BigInt(sum), BigInt(by))) ? roundHalfUp(sum, by) : null,
    })),
  },
}));
"#;
    let pairs: Vec<(i64, i64)> = (-60..60)
        .flat_map(|sum| (1..12).map(move |by| (sum, by)))
        .chain([
            (9_007_199_254_740_990, 4),
            (-9_007_199_254_740_990, 4),
            (9_007_199_254_740_991, 2),
        ])
        .collect();
    let cells =
        |of: &dyn Fn(&(i64, i64)) -> Option<i64>| Cells::Integer(pairs.iter().map(of).collect());
    let by = |rounding| move |(sum, by): &(i64, i64)| divide(*sum, *by, rounding);
    let expected = vec![
        column("sum", cells(&|pair| Some(pair.0))),
        column("by", cells(&|pair| Some(pair.1))),
        column("up", cells(&by(Rounding::Up))),
        column("even", cells(&by(Rounding::HalfEven))),
        column("down", cells(&by(Rounding::Down))),
        column("half", cells(&by(Rounding::HalfUp))),
    ];
    let answer = run(columns, text, expected.clone()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.tables[0], Table::new("rows", expected).expect("a table"));
}

#[test]
fn days_are_those_of_the_rust_kit() {
    let columns =
        "{name: day, type: date}, {name: text, type: text}, {name: weekday, type: integer}";
    let text = "rule('run', ({tables}) => ({tables: {rows: tables.rows.map(({text}) => \
                ({day: day(text), text: formatDay(day(text)), weekday: weekday(day(text))}))}}))";
    let dates: Vec<Date> = (-60_000..120_000).step_by(611).map(Date).collect();
    let texts = dates.iter().map(|date| Some(date.to_string())).collect();
    let civil = |date: &Date| date.to_string().parse().ok();
    let rows = vec![
        column("day", Cells::Date(dates.iter().map(civil).collect())),
        column("text", Cells::Text(texts)),
        column(
            "weekday",
            Cells::Integer(dates.iter().map(|date| Some(date.weekday().into())).collect()),
        ),
    ];
    let answer = run(columns, text, rows.clone()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.tables[0], Table::new("rows", rows).expect("a table"));
}

#[test]
fn averages_and_decimals_are_exact() {
    let columns = "{name: text, type: text}, {name: value, type: decimal(1)}";
    let text = r#"
rule("run", () => ({
  tables: {
    rows: [
      { text: formatDecimal(-705, 2), value: avg([80, 80, 75, 79, 81], [1, 1, 1, 2, 3]) },
      { text: formatDecimal(5, 0), value: avg([null, 70], [3, 1]) },
      { text: String(parseDecimal("8,05", 1)), value: avg([]) },
      { text: String(parseDecimal("-8.50", 1)), value: parseDecimal("7,5", 1) },
    ],
  },
}));
"#;
    let rows = vec![
        column(
            "text",
            Cells::Text(["-7,05", "5", "null", "-85"].map(|text| Some(text.to_owned())).to_vec()),
        ),
        column(
            "value",
            Cells::Decimal { scale: 1, units: vec![Some(80), Some(70), None, Some(75)] },
        ),
    ];
    let answer = run(columns, text, rows.clone()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.tables[0], Table::new("rows", rows).expect("a table"));
}

#[test]
fn the_runner_is_built_from_the_sources_beside_it() {
    let folder = project().join("plugins/js_runner");
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "runner.wasm.source"])
        .current_dir(&folder)
        .output()
        .expect("sha256sum");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "build it again with plugins/js_runner/build.sh: {said}");
}

#[test]
fn every_helper_is_in_the_types_for_editors() {
    let folder = project().join("plugins/js_runner");
    let types = read(&folder.join("bieumau.d.ts"));
    let globals = read(&folder.join("globals.js"));
    let list = globals.split_once("const helpers = {").and_then(|(_, rest)| rest.split_once('}'));
    let list = list.expect("the list of helpers").0;
    for helper in list.split(',').map(str::trim).filter(|helper| !helper.is_empty()) {
        assert!(types.contains(&format!("declare function {helper}(")), "{helper} has no type");
    }
}
