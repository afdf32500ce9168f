//! Golden cases of a plugin: what a rule is called with, and what it must answer.
//!
//! Cases are YAML beside the plugin (`cases/*.yaml`). Running them is the job of `pipeline`.

use std::sync::Arc;

use crate::check::Sink;
use crate::check::rows::{self, children, entries};
use crate::check::words::{self, unknown};
use crate::codes;
use crate::definition::{Manifest, RuleDeclaration, RuleTable};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::table::{Table, Value};
use crate::text::{Text, nfc};
use crate::yaml::{self, At};

/// The cases of one file, all of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseFile {
    /// Id of the rule.
    pub rule: String,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// One call with what it must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// What it is called, in the author's words.
    pub name: String,
    /// Parameters that differ from the defaults.
    pub parameters: Vec<(String, String)>,
    /// Tables of the call.
    pub given: Vec<Table>,
    /// What must come of it.
    pub expected: Expected,
}

/// What must come of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Tables, row by row, and the codes of all findings.
    Answer {
        /// Tables that are looked at.
        tables: Vec<ExpectedTable>,
        /// Codes of the findings, in alphabetical order.
        findings: Vec<String>,
    },
    /// The rule gives no answer, with this code.
    Failure(String),
}

/// The rows that a table of the answer must have, with these cells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpectedTable {
    /// Table.
    pub name: String,
    /// For each row the cells that are looked at; other columns may hold anything.
    pub rows: Vec<Vec<(String, Value)>>,
    /// Whether there are no further rows.
    pub is_whole: bool,
}

impl CaseFile {
    /// Makes the cases of a rule.
    pub fn new(rule: String, cases: Vec<Case>) -> Self {
        Self { rule, cases }
    }
}

impl Case {
    /// Makes a case.
    pub fn new(
        name: String,
        parameters: Vec<(String, String)>,
        given: Vec<Table>,
        expected: Expected,
    ) -> Self {
        Self { name, parameters, given, expected }
    }
}

impl ExpectedTable {
    /// Makes the rows that a table must have, or must begin with.
    pub fn new(name: String, rows: Vec<Vec<(String, Value)>>, is_whole: bool) -> Self {
        Self { name, rows, is_whole }
    }
}

const CASE_KEYS: [&str; 6] = ["name", "parameters", "given", "expect", "findings", "failure"];

/// Reads a file of cases against the rules of `manifest`.
pub fn read(
    file: &Arc<str>,
    text: &Arc<str>,
    manifest: &Manifest,
) -> Result<CaseFile, Diagnostics> {
    let (document, mut findings) = yaml::read(file, text);
    let Some(document) = document else { return Err(findings) };
    let mut sink = Sink { findings: &mut findings, guessed: &[] };
    let at = At::root(&document);
    known_keys(at, &["rule", "cases"], &mut sink);
    let cases = rule(manifest, at, &mut sink).map(|rule| {
        let cases_at = at.get("cases");
        let items = rows::list(cases_at, &mut sink).unwrap_or_default();
        let cases =
            (0..items.len()).map(|number| case(rule, cases_at.item(number), &mut sink)).collect();
        CaseFile::new(rule.id.clone(), cases)
    });
    findings.give_help(codes::usual_help);
    match cases {
        Some(cases) if !findings.has_errors() => Ok(cases),
        _ => Err(findings),
    }
}

fn rule<'a>(
    manifest: &'a Manifest,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Option<&'a RuleDeclaration> {
    needs(at, &["rule", "cases"], sink);
    let id = at.node.get("rule")?.text()?;
    let found = manifest.rules.iter().find(|rule| rule.id == id);
    if found.is_none() {
        let known = manifest.rules.iter().map(|rule| rule.id.as_str());
        let what = ("quy tắc", "rule");
        sink.push(unknown(codes::UNKNOWN_RULE, at.get("rule").span(), what, id, known));
    }
    found
}

fn case(rule: &RuleDeclaration, at: At<'_>, sink: &mut Sink<'_>) -> Case {
    known_keys(at, &CASE_KEYS, sink);
    needs(at, &["name", "given"], sink);
    let text = |at: At<'_>| nfc(at.node.text().unwrap_or_default()).into_owned();
    let parameters_at = at.get("parameters");
    let mut parameters = Vec::new();
    for name in children(at, "parameters") {
        if rule.parameters.contains_key(name) {
            parameters.push((name.to_owned(), text(parameters_at.get(name))));
        } else {
            let known = rule.parameters.keys().map(String::as_str);
            let span = parameters_at.key_span(name);
            sink.push(unknown(codes::RULE_PARAMETER, span, words::PARAMETER, name, known));
        }
    }
    let given_at = at.get("given");
    let mut given = Vec::new();
    for name in children(at, "given") {
        if let Some(declared) = table(&rule.takes, given_at, name, sink) {
            given.extend(rows::table(declared, given_at.get(name), sink));
        }
    }
    let expected = match at.node.get("failure") {
        Some(_) => Expected::Failure(text(at.get("failure"))),
        None => Expected::Answer { tables: expected(rule, at, sink), findings: found(at, sink) },
    };
    let name = at.node.get("name").map(|_| text(at.get("name"))).unwrap_or_default();
    Case::new(name, parameters, given, expected)
}

fn expected(rule: &RuleDeclaration, at: At<'_>, sink: &mut Sink<'_>) -> Vec<ExpectedTable> {
    let tables_at = at.get("expect");
    let mut tables = Vec::new();
    for name in children(at, "expect") {
        let table_at = tables_at.get(name);
        let Some(declared) = table(&rule.gives, tables_at, name, sink) else { continue };
        let items = rows::list(table_at, sink).unwrap_or_default();
        let mut expected_rows = Vec::new();
        for (number, row) in items.iter().enumerate() {
            let row_at = table_at.item(number);
            rows::known_columns(declared, row, row_at, sink);
            let named = declared.columns.iter().filter(|column| row.get(&column.name).is_some());
            let cell = |sink: &mut Sink<'_>, name: &str, kind| {
                (name.to_owned(), rows::cell(row_at.get(name), kind, sink))
            };
            expected_rows.push(named.map(|own| cell(sink, &own.name, own.kind)).collect());
        }
        tables.push(ExpectedTable::new(name.to_owned(), expected_rows, true));
    }
    tables
}

fn found(at: At<'_>, sink: &mut Sink<'_>) -> Vec<String> {
    if at.node.get("findings").is_none() {
        return Vec::new();
    }
    let items = rows::list(at.get("findings"), sink).unwrap_or_default();
    let mut codes: Vec<String> =
        items.iter().filter_map(|item| item.text()).map(str::to_owned).collect();
    codes.sort_unstable();
    codes
}

fn table<'a>(
    declared: &'a [RuleTable],
    at: At<'_>,
    name: &str,
    sink: &mut Sink<'_>,
) -> Option<&'a RuleTable> {
    let found = declared.iter().find(|table| table.name == name);
    if found.is_none() {
        let known = declared.iter().map(|table| table.name.as_str());
        sink.push(unknown(codes::RULE_TABLE, at.key_span(name), words::TABLE, name, known));
    }
    found
}

fn known_keys(at: At<'_>, known: &[&str], sink: &mut Sink<'_>) {
    for key in entries(at.node).filter(|key| !known.contains(key)) {
        let what = ("khóa", "key");
        sink.push(unknown(codes::UNKNOWN_KEY, at.key_span(key), what, key, known.iter().copied()));
    }
}

fn needs(at: At<'_>, keys: &[&str], sink: &mut Sink<'_>) {
    for key in keys.iter().filter(|key| at.node.get(key).is_none()) {
        let message = Text::both(format!("thiếu khóa `{key}`"), format!("key `{key}` is missing"));
        sink.push(Diagnostic::error(codes::MISSING_KEY, message).at(at.span()));
    }
}
