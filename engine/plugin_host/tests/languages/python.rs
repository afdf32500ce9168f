//! Rules in Python: as a text that `python3` runs beside the tests, and as a component where
//! `componentize-py` builds one.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bieumau_model::table::{Cells, Table};
use bieumau_model::text::Locale;
use bieumau_plugin_host::{Answer, Explain};
use serde_json::{Map, Value, json};

use crate::support::{catalog, example_folder, host, project, read};

/// The rule of the example.
const RULE: &str = "learning_results";

/// A `python3` that applies the rules of the example, call by call.
pub struct PythonText {
    child: Child,
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The parameters of the manifest with their defaults.
    parameters: Map<String, Value>,
}

impl PythonText {
    /// Starts it; none where there is no `python3`.
    pub fn start() -> Option<Self> {
        Command::new("python3").arg("--version").output().ok()?;
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages/python/run.py");
        let folder = example_folder("learning_python");
        let mut child = Command::new("python3")
            .arg("-B")
            .arg(driver)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let calls = child.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let yaml = read(&folder.join("plugin.yaml"));
        let catalog = catalog(&[("learning_python", &yaml)]);
        let rules = &catalog.plugins["learning_python"].rules;
        let rule = rules.iter().find(|rule| rule.id == RULE).expect("the rule");
        let own = rule.parameters.iter().map(|(name, value)| (name.clone(), json!(value)));
        Some(Self { child, calls, answers, parameters: own.collect() })
    }

    /// Applies the rule; see [`told`] for the form of the answer.
    pub fn apply(&mut self, parameters: &[(&str, &str)], tables: &[Table]) -> Value {
        let mut all = self.parameters.clone();
        all.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        let tables: Vec<Value> = tables.iter().map(table).collect();
        let call = json!({"rule": RULE, "parameters": all, "tables": tables});
        writeln!(self.calls, "{call}").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

impl Drop for PythonText {
    fn drop(&mut self) {
        // Both fail only when it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn table(table: &Table) -> Value {
    let column = |own: &bieumau_model::table::Column| {
        let (kind, scale) = match &own.cells {
            Cells::Text(_) => ("text", 0),
            Cells::Integer(_) => ("integer", 0),
            Cells::Decimal { scale, .. } => ("decimal", *scale),
            Cells::Date(_) | Cells::Boolean(_) => panic!("the rule takes no `{}`", own.name),
        };
        json!({"name": own.name, "kind": kind, "scale": scale, "cells": cells(&own.cells)})
    };
    let columns: Vec<Value> = table.columns().iter().map(column).collect();
    json!({"name": table.name(), "rows": table.rows(), "columns": columns})
}

fn cells(cells: &Cells) -> Value {
    match cells {
        Cells::Text(cells) => json!(cells),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => json!(cells),
        Cells::Date(_) | Cells::Boolean(_) => panic!("the rule gives no days and no yes or no"),
    }
}

/// Tells an answer as `run.py` does: tables as lists of cells by column, findings as lists.
pub fn told(answer: &Answer) -> Value {
    let tables = answer.tables.iter().map(|table| {
        let own = table.columns().iter().map(|own| (own.name.clone(), cells(&own.cells)));
        (table.name().to_owned(), Value::Object(own.collect()))
    });
    let findings = answer.findings.iter().map(|own| {
        let severity = own.severity.as_str();
        let (vi, en) = (own.message.get(Locale::Vi), own.message.get(Locale::En));
        json!([own.code, severity, vi, en, own.place.table, own.place.row, own.place.column])
    });
    json!({"tables": tables.collect::<Map<_, _>>(), "findings": findings.collect::<Vec<_>>()})
}

/// Builds the component of `rules.py` in `folder`; none where `componentize-py` is not there.
pub fn component(folder: &Path, name: &str) -> Option<Vec<u8>> {
    Command::new("componentize-py").arg("--version").output().ok()?;
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.wasm"));
    let wit = project().join("plugins/wit").canonicalize().expect("the contract");
    let built = Command::new("componentize-py")
        .arg("-d")
        .arg(wit)
        .args(["-w", "plugin", "componentize", "-s", "rules", "-o"])
        .arg(&target)
        .current_dir(folder)
        .output();
    let built = built.expect("componentize-py starts");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(std::fs::read(target).expect("the built component"))
}

const HOSTILE: &str = "\
schema_version: 1
id: hostile
version: 1.0.0
title: Thử
code: interpreter
rules:
  - id: run
    title: Thử
    takes: [{name: rows, columns: [{name: pupil, type: text}]}]
    gives: [{name: out, columns: [{name: pupil, type: text, optional: true}]}]
    parameters: {what: nothing}
";

#[test]
fn limits_hold_for_python_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages/python/hostile");
    let Some(wasm) = component(&folder, "hostile_python") else {
        eprintln!("left out: `pip install componentize-py==0.25.1` builds the component");
        return;
    };
    let manifest = catalog(&[("hostile", HOSTILE)]).plugins["hostile"].clone();
    let plugin = host().load(manifest, &wasm).unwrap_or_else(|error| panic!("{error}"));
    let run = |what: &str| {
        let cells = Cells::Text(vec![Some("HS1".to_owned())]);
        let column = bieumau_model::table::Column { name: "pupil".to_owned(), cells };
        let rows = Table::new("rows", vec![column]).expect("a table");
        plugin.apply("run", &[("what".to_owned(), what.to_owned())], &[rows], Explain::No)
    };
    for (what, code) in [("loop", "P002"), ("memory", "P003"), ("deep", "P004")] {
        let error = run(what).expect_err(what);
        assert_eq!(error.code(), code, "{what}: {error}");
        // And the next call has an answer.
        assert!(run("nothing").is_ok(), "after {what}");
    }
}
