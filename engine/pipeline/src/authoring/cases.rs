//! Runs golden cases and tells cell by cell what is different.

use std::sync::Arc;

use bieumau_model::cases::{Case, CaseFile, Expected, ExpectedTable};
use bieumau_model::definition::Manifest;
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::table::{Table, Value};
use bieumau_model::table_json::{read_cell, read_input, write_cell};
use bieumau_model::text::{Locale, Text};
use bieumau_plugin_host::{Answer, Explain, Plugin, PluginError};
use serde_json::Value as Json;

/// What came of a case.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// File of the case.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Cells that are not as expected.
    pub differences: Vec<Difference>,
    /// What else is not as expected.
    pub troubles: Vec<Text>,
}

/// A cell that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Table.
    pub table: String,
    /// Row, counted from 0.
    pub row: usize,
    /// Whose row it is: pupil and subject, or what the table has in their place.
    pub whose: Vec<String>,
    /// Column.
    pub column: String,
    /// What the case expects.
    pub expected: String,
    /// What the rule gives.
    pub found: String,
}

/// Columns that tell whose a row is.
const WHOSE: [&str; 8] = ["pupil", "subject", "class", "record", "term", "point", "item", "code"];

impl CaseResult {
    /// Returns whether everything was as expected.
    pub fn is_right(&self) -> bool {
        self.differences.is_empty() && self.troubles.is_empty()
    }
}

/// Runs the cases of a file.
pub(crate) fn run(plugin: &Plugin, path: &str, file: &CaseFile) -> Vec<CaseResult> {
    file.cases.iter().map(|case| run_case(plugin, path, &file.rule, case)).collect()
}

fn run_case(plugin: &Plugin, path: &str, rule: &str, case: &Case) -> CaseResult {
    let mut result = CaseResult {
        file: path.to_owned(),
        name: case.name.clone(),
        differences: Vec::new(),
        troubles: Vec::new(),
    };
    let answer = plugin.apply(rule, &case.parameters, &case.given, Explain::No);
    match (&case.expected, answer) {
        (Expected::Answer { tables, findings }, Ok(answer)) => {
            compare(tables, findings, &answer, &mut result);
        }
        (Expected::Failure(code), Err(PluginError::RuleFailed { code: found, .. }))
            if *code == found => {}
        (Expected::Failure(code), Ok(_)) => result.troubles.push(Text::both(
            format!("phải dừng với mã `{code}`, nhưng quy tắc có trả lời"),
            format!("must fail with `{code}`, but the rule answers"),
        )),
        (_, Err(error)) => result.troubles.push(said(&error)),
    }
    result
}

/// Returns what a person reads about an error of a plugin.
pub(super) fn said(error: &PluginError) -> Text {
    let own = match error {
        PluginError::RuleFailed { code, .. } => format!(" (`{code}`)"),
        _ => String::new(),
    };
    let diagnostic = error.diagnostic();
    let say = |locale| format!("[{}] {}{own}", error.code(), diagnostic.message.get(locale));
    Text::both(say(Locale::Vi), say(Locale::En))
}

fn compare(tables: &[ExpectedTable], codes: &[String], answer: &Answer, result: &mut CaseResult) {
    for expected in tables {
        match answer.table(&expected.name) {
            Some(found) => compare_table(expected, found, result),
            None => result.troubles.push(Text::both(
                format!("không có bảng `{}`", expected.name),
                format!("there is no table `{}`", expected.name),
            )),
        }
    }
    let mut found: Vec<&str> =
        answer.findings.iter().map(|finding| finding.code.as_str()).collect();
    found.sort_unstable();
    if found != codes {
        let (expected, found) = (codes.join(", "), found.join(", "));
        result.troubles.push(Text::both(
            format!("nhận xét cần là [{expected}], nhưng là [{found}]"),
            format!("the findings must be [{expected}], but are [{found}]"),
        ));
        for finding in &answer.findings {
            let say = |locale| format!("{}: {}", finding.code, finding.message.get(locale));
            result.troubles.push(Text::both(say(Locale::Vi), say(Locale::En)));
        }
    }
}

fn compare_table(expected: &ExpectedTable, found: &Table, result: &mut CaseResult) {
    let rows = expected.rows.len();
    if rows > found.rows() || (expected.is_whole && rows != found.rows()) {
        result.troubles.push(Text::both(
            format!("bảng `{}` cần {rows} dòng, nhưng có {}", expected.name, found.rows()),
            format!("table `{}` must have {rows} rows, but has {}", expected.name, found.rows()),
        ));
    }
    for (row, cells) in expected.rows.iter().enumerate().take(found.rows()) {
        for (column, value) in cells {
            let cell = found.value(row, column).unwrap_or(Value::Missing);
            if cell != *value {
                result.differences.push(Difference {
                    table: expected.name.clone(),
                    row,
                    whose: whose(found, row),
                    column: column.clone(),
                    expected: shown(value),
                    found: shown(&cell),
                });
            }
        }
    }
}

/// Tells whose a row is.
pub(super) fn whose(table: &Table, row: usize) -> Vec<String> {
    let cells = WHOSE.iter().filter_map(|column| table.value(row, column));
    cells.take(2).map(|cell| shown(&cell)).collect()
}

/// Returns a cell as a case writes it.
pub(super) fn shown(value: &Value) -> String {
    match write_cell(value) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// Reads cases in JSON, as the shipped plugins have them: expected rows are the first ones.
pub(super) fn read_json(
    file: &Arc<str>,
    text: &Arc<str>,
    manifest: &Manifest,
) -> Result<CaseFile, Diagnostics> {
    let wrong =
        |what: String| Diagnostics::from(Diagnostic::error("J302", format!("{file}: {what}")));
    let json: Json = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let id = json["rule"].as_str().unwrap_or_default();
    let rule = manifest.rules.iter().find(|rule| rule.id == id);
    let rule = rule.ok_or_else(|| wrong(format!("there is no rule `{id}`")))?;
    let mut cases = Vec::new();
    for case in json["cases"].as_array().into_iter().flatten() {
        let input = read_input(file, &case["call"].to_string(), Some(rule))?;
        let mut tables = Vec::new();
        for (name, rows) in case["tables"].as_object().into_iter().flatten() {
            let declared = rule.gives.iter().find(|table| table.name == *name);
            let declared = declared.ok_or_else(|| wrong(format!("there is no table `{name}`")))?;
            let cell = |(column, json): (&String, &Json)| {
                let kind = declared.columns.iter().find(|own| own.name == *column)?.kind;
                Some((column.clone(), read_cell(json, kind).ok()?))
            };
            let row = |row: &Json| row.as_object().into_iter().flatten().filter_map(cell).collect();
            let rows = rows.as_array().into_iter().flatten().map(row).collect();
            tables.push(ExpectedTable::new(name.clone(), rows, false));
        }
        let codes = case["findings"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let mut findings: Vec<String> = codes.map(str::to_owned).collect();
        findings.sort_unstable();
        cases.push(Case::new(
            case["id"].as_str().unwrap_or_default().to_owned(),
            input.parameters.into_iter().collect(),
            input.tables,
            Expected::Answer { tables, findings },
        ));
    }
    Ok(CaseFile::new(id.to_owned(), cases))
}
