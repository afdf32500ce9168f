//! A report against the columns of its tables, and a sample against the report.

use std::sync::Arc;

use bieumau_model::check::{DatasetColumns, SourceTree, check, columns, sample};
use bieumau_model::definition::DatasetColumn;
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::table::ColumnType;
use bieumau_model::text::Locale;

const LEVELS: &str = "\
schema_version: 1
id: level
title: Mức
codes: [{code: good, name: Tốt}]
";

const PLUGIN: &str = "\
schema_version: 1
id: p
version: 1.0.0
title: P
rules:
  - id: assess
    title: R
    takes:
      - name: marks
        columns:
          - {name: pupil, type: text}
          - {name: mark, type: decimal(1)}
          - {name: absences, type: integer, optional: true}
    gives:
      - {name: results, columns: [{name: pupil, type: text}, {name: level, type: text}]}
";

const REPORT: &str = "\
schema_version: 1
id: card
version: 1
title: Phiếu
parameters:
  - {id: year, type: school_year, title: Năm học}
datasets:
  - id: pupils
    sql: SELECT 1
    sort: {before: [class], name: full_name, then: [pupil]}
  - {id: marks, sql: SELECT 1}
rules:
  - rule: assess
    takes: {marks: marks}
    gives: {results: results}
document:
  pupils:
    from: pupils
    children:
      result: {from: results, on: [pupil], one: true, codes: {level: level}}
      marks: {from: marks, on: [pupil], keyed_by: subject}
formats: [csv]
sheets:
  - {name: A, from: pupils, columns: [{column: pupil, title: A}]}
";

type Columns<'a> = &'a [(&'a str, ColumnType)];

const PUPILS: Columns<'_> = &[
    ("pupil", ColumnType::Text),
    ("full_name", ColumnType::Text),
    ("class", ColumnType::Text),
    ("born", ColumnType::Date),
];
const MARKS: Columns<'_> = &[
    ("pupil", ColumnType::Text),
    ("subject", ColumnType::Text),
    ("mark", ColumnType::Decimal(1)),
    ("n", ColumnType::Integer),
];

fn files() -> SourceTree {
    [
        ("forms/a/codes/level.yaml", LEVELS),
        ("forms/a/card.report.yaml", REPORT),
        ("plugins/p/plugin.yaml", PLUGIN),
    ]
    .into_iter()
    .collect()
}

fn datasets(pupils: Columns<'_>, marks: Columns<'_>) -> DatasetColumns {
    let columns = |columns: Columns<'_>| {
        let column = |(name, kind): &(&str, ColumnType)| DatasetColumn {
            name: (*name).to_owned(),
            kind: *kind,
            shows: None,
        };
        columns.iter().map(column).collect()
    };
    [("pupils".to_owned(), columns(pupils)), ("marks".to_owned(), columns(marks))].into()
}

fn one_lines(findings: &Diagnostics) -> Vec<String> {
    findings.iter().map(|finding| finding.one_line(Locale::En)).collect()
}

fn check_columns(pupils: Columns<'_>, marks: Columns<'_>, expected: &[&str]) {
    let files = files();
    let checked = check(&files);
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    let report = &checked.catalog.reports["card"];
    let found = one_lines(&columns(&files, &checked.catalog, report, &datasets(pupils, marks)));
    assert_eq!(found, expected, "\n{}", found.join("\n"));
}

#[test]
fn columns_that_are_all_there_give_no_finding() {
    check_columns(PUPILS, MARKS, &[]);
}

#[test]
fn columns_of_sorts_nodes_and_sheets_must_exist() {
    check_columns(
        &[("pupl", ColumnType::Text), ("fullname", ColumnType::Text)],
        MARKS,
        &[
            "forms/a/card.report.yaml:10:21 error[D047] there is no column in the table `pupils`: \
             `class` (possible: `pupl`, `fullname`)",
            "forms/a/card.report.yaml:10:35 error[D047] there is no column in the table `pupils`: \
             `full_name` (did you mean `fullname`?)",
            "forms/a/card.report.yaml:10:53 error[D047] there is no column in the table `pupils`: \
             `pupil` (did you mean `pupl`?)",
            "forms/a/card.report.yaml:20:36 error[D047] there is no column in the table `pupils`: \
             `pupil` (did you mean `pupl`?)",
            "forms/a/card.report.yaml:21:33 error[D047] there is no column in the table `pupils`: \
             `pupil` (did you mean `pupl`?)",
            "forms/a/card.report.yaml:24:48 error[D047] there is no column in the table `pupils`: \
             `pupil` (did you mean `pupl`?)",
        ],
    );
}

#[test]
fn a_rule_needs_its_columns_in_their_types() {
    check_columns(
        PUPILS,
        &[
            ("pupil", ColumnType::Integer),
            ("subject", ColumnType::Text),
            ("absenses", ColumnType::Integer),
        ],
        &[
            "forms/a/card.report.yaml:14:20 error[D047] the column `pupil` of `marks` has type \
             `integer`, the rule `assess` needs `text`",
            "forms/a/card.report.yaml:14:20 error[D047] the table `marks` lacks the column `mark`, \
             which the rule `assess` needs",
            "forms/a/card.report.yaml:14:20 warning[D047] the rule `assess` does not read the column \
             `absenses` of `marks` (did you mean `absences`?)",
            "forms/a/card.report.yaml:21:33 error[D047] the column `pupil` has type `integer` here \
             and `text` in the parent",
        ],
    );
}

#[test]
fn a_child_must_not_hide_a_column() {
    check_columns(
        &[PUPILS, &[("marks", ColumnType::Text)]].concat(),
        MARKS,
        &[
            "forms/a/card.report.yaml:21:7 error[D052] `marks` is the name of a column of the table \
           `pupils`",
        ],
    );
}

const SAMPLE: &str = r#"{
  "report": {"id": "card", "title": "Phiếu", "version": 1, "source": null},
  "parameters": {"year": {"start": 2025, "end": 2026, "text": "2025-2026"}},
  "pupils": [
    {
      "pupil": "HS1", "full_name": "Lê An", "class": "6A",
      "born": {"iso": "2014-03-05", "short": "05/03/2014", "long": "ngày 05 tháng 3 năm 2014"},
      "result": {"pupil": "HS1", "level": {"code": "good", "name": "Tốt", "symbol": "Tốt"}},
      "marks": {"VAN": {"pupil": "HS1", "subject": "VAN", "mark": "7,5", "n": 4}}
    },
    {"pupil": "HS2", "full_name": null, "class": null, "born": null, "result": null, "marks": {}}
  ]
}"#;

fn check_sample(change: (&str, &str), expected: &[&str]) {
    let files = files();
    let checked = check(&files);
    let report = &checked.catalog.reports["card"];
    assert!(SAMPLE.contains(change.0), "nothing is changed");
    let text = SAMPLE.replacen(change.0, change.1, 1);
    let path: Arc<str> = "s.json".into();
    let found = sample(&checked.catalog, report, &datasets(PUPILS, MARKS), &path, &text);
    assert_eq!(one_lines(&found), expected);
}

#[test]
fn a_sample_of_the_right_shape_gives_no_finding() {
    check_sample(("HS1", "HS9"), &[]);
}

#[test]
fn a_sample_may_be_indented_with_tabs() {
    check_sample(("\n  \"pupils\": [\n    {", "\n\t\"pupils\": [\n\t\t{"), &[]);
}

#[test]
fn keys_that_a_sample_lacks_or_invents_are_named_once() {
    check_sample(
        ("\"full_name\": \"Lê An\"", "\"fullname\": \"Lê An\""),
        &[
            "s.json:5:5 error[D081] the sample lacks `pupils[].full_name` (add the key to sample.json; its value may be null)",
            "s.json:6:23 error[D082] the report does not declare `pupils[].fullname` (did you mean \
             `full_name`?)",
        ],
    );
    check_sample(
        ("\"parameters\": {\"year\"", "\"parameters\": {\"yaer\""),
        &[
            "s.json:3:17 error[D081] the sample lacks `parameters.year` (add the key to sample.json; its value may be null)",
            "s.json:3:18 error[D082] the report does not declare `parameters.yaer` (did you mean \
             `year`?)",
        ],
    );
}

#[test]
fn cells_must_have_the_form_that_documents_get() {
    let wrong = |was: &str, is: &str, expected: &str| check_sample((was, is), &[expected]);
    wrong(
        "\"7,5\"",
        "7.5",
        "s.json:9:67 error[D083] `pupils[].marks.*.mark` must be text such as \"7,5\" (compare with `bieumau render … --data`)",
    );
    wrong(
        "\"n\": 4",
        "\"n\": \"4\"",
        "s.json:9:79 error[D083] `pupils[].marks.*.n` must be a whole number (compare with `bieumau render … --data`)",
    );
    wrong(
        "{\"iso\": \"2014-03-05\", \"short\": \"05/03/2014\", \"long\": \"ngày 05 tháng 3 năm 2014\"}",
        "\"05/03/2014\"",
        "s.json:7:15 error[D083] `pupils[].born` must be an object {…} (compare with `bieumau render … --data`)",
    );
    wrong(
        "\"marks\": {}",
        "\"marks\": []",
        "s.json:11:95 error[D083] `pupils[].marks` must be an object {…} (compare with `bieumau render … --data`)",
    );
}
