//! Compares a template's `sample.json` with the document that the report declares.

use std::collections::HashSet;
use std::sync::Arc;

use super::columns::{self, DatasetColumns, TableColumns};
use crate::codes;
use crate::definition::{Catalog, Node as ReportNode, Report};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::nearest;
use crate::table::ColumnType;
use crate::text::Text;
use crate::yaml::{self, At, Content, Document, MAX_FINDINGS, Meaning};

/// Checks that `text`, the content of `file`, has every key of the document of `report` and no
/// other, each of the right kind.
///
/// A dataset whose columns are not known may be left out of `datasets`.
pub fn sample(
    catalog: &Catalog,
    report: &Report,
    datasets: &DatasetColumns,
    file: &Arc<str>,
    text: &str,
) -> Diagnostics {
    let mut findings = compare(catalog, report, datasets, file, text);
    findings.give_help(codes::usual_help);
    findings
}

fn compare(
    catalog: &Catalog,
    report: &Report,
    datasets: &DatasetColumns,
    file: &Arc<str>,
    text: &str,
) -> Diagnostics {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let before: usize =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let at = before + error.column().saturating_sub(1);
        let message = Text::both(
            "dữ liệu mẫu không phải JSON đúng cú pháp từ chỗ này",
            format!("the sample is not JSON: {error}"),
        );
        let span = Span::locate(file, text, at, at);
        return Diagnostic::error(codes::SAMPLE_SYNTAX, message).at(span).into();
    }
    // JSON is YAML, and this tree knows the place of every key; only tabs, which JSON has between
    // values alone, mean something else there.
    let (document, findings) = yaml::read(file, &Arc::from(text.replace('\t', " ")));
    let Some(document) = document else { return findings };
    let known = columns::of_tables(report, catalog, datasets);
    let mut comparison = Comparison {
        document: &document,
        known: &known,
        findings: Diagnostics::default(),
        said: HashSet::new(),
    };
    comparison.top(report);
    comparison.findings
}

struct Comparison<'a> {
    document: &'a Document,
    known: &'a TableColumns<'a>,
    findings: Diagnostics,
    /// Path and key of what was said; rows of one list share their path.
    said: HashSet<(String, String)>,
}

/// What a key holds.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Node(&'a ReportNode),
    Cell(ColumnType),
    Code,
    Head,
    /// Derivations of a row: column to list.
    Explain,
    /// Anything: a parameter, or a cell of an unknown column.
    Any,
}

impl<'a> Comparison<'a> {
    fn top(&mut self, report: &'a Report) {
        let at = At::root(self.document);
        let fixed = [("report", Shape::Head), ("parameters", Shape::Any)];
        let nodes = report.document.iter().map(|(name, node)| (name.as_str(), Shape::Node(node)));
        // The pages of statistical tables are of one shape, which the shared template lays out.
        let pages = (!report.indicators.is_empty()).then_some(("indicators", Shape::Any));
        let expected: Vec<_> = fixed.into_iter().chain(pages).chain(nodes).collect();
        self.object(at, "", &expected, true);
        if let Some(given) = at.node.get("parameters") {
            let ids = report.parameters.iter().map(|parameter| parameter.id.as_str());
            let expected: Vec<_> = ids.map(|id| (id, Shape::Any)).collect();
            // Statistical forms share a template, and so its sample with the parameters of all.
            let all_known = report.indicators.is_empty();
            self.object(At { node: given, ..at }, "parameters", &expected, all_known);
        }
    }

    /// Compares the keys of an object with the expected ones; unknown keys are reported when all
    /// keys are known.
    fn object(&mut self, at: At<'_>, path: &str, expected: &[(&str, Shape<'a>)], all_known: bool) {
        let Content::Object(entries) = &at.node.content else {
            return self.wrong(at, path, ("một đối tượng {…}", "an object {…}"));
        };
        for (key, shape) in expected {
            match at.node.get(key) {
                Some(node) => self.shape(At { node, ..at }, &join(path, key), *shape),
                None if matches!(shape, Shape::Node(node) if node.added) => {}
                None => {
                    let key = join(path, key);
                    let message = Text::both(
                        format!("dữ liệu mẫu thiếu `{key}`"),
                        format!("the sample lacks `{key}`"),
                    );
                    self.say(codes::SAMPLE_MISSING, &key, message, None, at.span());
                }
            }
        }
        let names = || expected.iter().map(|(key, _)| *key);
        for entry in entries.iter().filter(|_| all_known) {
            if !names().any(|name| name == entry.key) {
                let key = join(path, &entry.key);
                let message = Text::both(
                    format!("báo cáo không khai `{key}`"),
                    format!("the report does not declare `{key}`"),
                );
                let help = nearest::help(&entry.key, names());
                let span = self.document.span(entry.key_start, entry.key_end);
                self.say(codes::SAMPLE_UNKNOWN, &key, message, help, span);
            }
        }
    }

    fn shape(&mut self, at: At<'_>, path: &str, shape: Shape<'a>) {
        let any = |keys: &[&'static str]| -> Vec<(&'static str, Shape<'a>)> {
            keys.iter().map(|key| (*key, Shape::Any)).collect()
        };
        let is_null = at.node.meaning() == Some(Meaning::Null);
        match shape {
            Shape::Any => {}
            Shape::Node(node) => self.node(at, path, node),
            Shape::Head => {
                self.object(at, path, &any(&["id", "title", "version", "source"]), true);
            }
            Shape::Explain => self.explain(at, path, &any(&["rule", "inputs", "steps", "result"])),
            _ if is_null => {}
            Shape::Code => self.object(at, path, &any(&["code", "name", "symbol"]), true),
            Shape::Cell(ColumnType::Date) => {
                self.object(at, path, &any(&["iso", "short", "long"]), true);
            }
            Shape::Cell(kind) => {
                let (fits, words) = match (kind, at.node.meaning()) {
                    (ColumnType::Integer, found) => (
                        matches!(found, Some(Meaning::Integer(_))),
                        ("số nguyên", "a whole number"),
                    ),
                    (ColumnType::Boolean, found) => (
                        matches!(found, Some(Meaning::Boolean(_))),
                        ("true hoặc false", "true or false"),
                    ),
                    (ColumnType::Decimal(_), found) => {
                        (found == Some(Meaning::Text), ("chữ như \"7,5\"", "text such as \"7,5\""))
                    }
                    (_, found) => (found == Some(Meaning::Text), ("chữ", "text")),
                };
                if !fits {
                    self.wrong(at, path, words);
                }
            }
        }
    }

    fn node(&mut self, at: At<'_>, path: &str, node: &'a ReportNode) {
        let columns = self.known.get(node.from.as_str());
        let cells = columns.into_iter().flatten().map(|(name, column)| {
            let is_code = node.codes.contains_key(*name);
            (*name, if is_code { Shape::Code } else { Shape::Cell(column.kind) })
        });
        let children = node.children.iter().map(|(name, node)| (name.as_str(), Shape::Node(node)));
        let explain = node.explain.then_some(("explain", Shape::Explain));
        let expected: Vec<_> = cells.chain(children).chain(explain).collect();
        let all_known = columns.is_some();
        match &at.node.content {
            _ if node.one && at.node.meaning() == Some(Meaning::Null) => {}
            _ if node.one => self.object(at, path, &expected, all_known),
            Content::Object(entries) if node.keyed_by.is_some() => {
                for entry in entries {
                    let at = At { node: &entry.value, ..at };
                    self.object(at, &format!("{path}.*"), &expected, all_known);
                }
            }
            Content::List(items) if node.keyed_by.is_none() => {
                for node in items {
                    self.object(At { node, ..at }, &format!("{path}[]"), &expected, all_known);
                }
            }
            _ if node.keyed_by.is_some() => {
                self.wrong(at, path, ("một đối tượng {…}", "an object {…}"));
            }
            _ => self.wrong(at, path, ("một danh sách […]", "a list […]")),
        }
    }

    /// Compares the derivations of a row; which columns have some depends on the data.
    fn explain(&mut self, at: At<'_>, path: &str, expected: &[(&str, Shape<'a>)]) {
        let Content::Object(columns) = &at.node.content else {
            return self.wrong(at, path, ("một đối tượng {…}", "an object {…}"));
        };
        for column in columns {
            let (at, path) = (At { node: &column.value, ..at }, format!("{path}.*"));
            let Content::List(items) = &at.node.content else {
                self.wrong(at, &path, ("một danh sách […]", "a list […]"));
                continue;
            };
            for node in items {
                self.object(At { node, ..at }, &format!("{path}[]"), expected, true);
            }
        }
    }

    fn wrong(&mut self, at: At<'_>, path: &str, wanted: (&str, &str)) {
        let path = if path.is_empty() { "$" } else { path };
        let message = Text::both(
            format!("`{path}` phải là {}", wanted.0),
            format!("`{path}` must be {}", wanted.1),
        );
        self.say(codes::SAMPLE_SHAPE, path, message, None, at.span());
    }

    fn say(
        &mut self,
        code: &'static str,
        path: &str,
        message: Text,
        help: Option<Text>,
        span: Span,
    ) {
        let is_new = self.said.insert((path.to_owned(), code.to_owned()));
        if is_new && self.findings.len() < MAX_FINDINGS {
            self.findings.push(Diagnostic::error(code, message).maybe_help(help).at(span));
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
