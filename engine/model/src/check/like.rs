//! Rules without code of their own: `like: national/assess_secondary`, with what they change.
//!
//! An office clerk can write such a rule. What it takes and gives comes from the other plugin;
//! parameters, rows of tables and words of the answer may differ.

use std::collections::BTreeMap;

use super::rows::{self, children, entries};
use super::words::{self, unknown};
use super::{Drafts, Sink};
use crate::codes;
use crate::definition::{CodeKind, Label, Like, RuleDeclaration, RuleTable};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::raw::RawRule;
use crate::schema::Kind;
use crate::table::{ColumnType, Table};
use crate::text::{Text, nfc};
use crate::yaml::At;

const RULE: (&str, &str) = ("quy tắc", "rule");
const PLUGIN: (&str, &str) = ("plugin", "plugin");

/// Checks that a rule has the keys that go with `like`, or with code of its own.
pub(super) fn keys(raw: &RawRule, code: CodeKind, at: At<'_>, sink: &mut Sink<'_>) {
    let has = |key: &str| at.node.get(key).is_some();
    if raw.like.is_some() {
        for key in ["takes", "gives"].into_iter().filter(|key| has(key)) {
            let finding = misplaced(
                format!("`{key}` không đi với `like`: lấy từ quy tắc kia"),
                format!("`{key}` does not go with `like`: it comes from the other rule"),
            );
            sink.push(finding.at(at.key_span(key)));
        }
        return;
    }
    if code == CodeKind::None {
        let message = Text::both(
            "plugin không có mã (`code: none`) nên mỗi quy tắc phải có `like`",
            "a plugin without code (`code: none`) needs `like` in every rule",
        );
        let help = Text::both(
            "ví dụ `like: national/assess_secondary`",
            "for example `like: national/assess_secondary`",
        );
        sink.push(Diagnostic::error(codes::MISSING_KEY, message).help(help).at(at.span()));
        return;
    }
    let needed = [
        ("title", raw.title.is_none()),
        ("takes", raw.takes.is_empty()),
        ("gives", raw.gives.is_empty()),
    ];
    for (key, _) in needed.into_iter().filter(|(_, is_missing)| *is_missing) {
        let message = Text::both(format!("thiếu khóa `{key}`"), format!("key `{key}` is missing"));
        sink.push(Diagnostic::error(codes::MISSING_KEY, message).at(at.span()));
    }
    for key in ["tables", "labels"].into_iter().filter(|key| has(key)) {
        let finding = misplaced(
            format!("`{key}` chỉ đi với `like`"),
            format!("`{key}` goes with `like` only"),
        );
        sink.push(finding.at(at.key_span(key)));
    }
}

/// Says that a key does not go with what stands beside it.
pub(super) fn misplaced(vi: String, en: String) -> Diagnostic {
    let help = Text::both("bỏ khóa này", "remove the key");
    Diagnostic::error(codes::KEY_NOT_FOR_TYPE, Text::both(vi, en)).help(help)
}

/// Reads `plugin/rule`.
pub(super) fn of(text: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<Like> {
    let is_name = |name: &str| !name.is_empty() && !name.contains('/');
    if let Some((plugin, rule)) = text.split_once('/').filter(|(a, b)| is_name(a) && is_name(b)) {
        let (plugin, rule) = (plugin.to_owned(), rule.to_owned());
        return Some(Like { plugin, rule, tables: Vec::new(), labels: Vec::new() });
    }
    let message = Text::both(
        format!("`{text}` không có dạng `plugin/quy_tắc`"),
        format!("`{text}` does not have the form `plugin/rule`"),
    );
    let help =
        Text::both("ví dụ `national/assess_secondary`", "for example `national/assess_secondary`");
    sink.push(Diagnostic::error(codes::BAD_VALUE, message).help(help).at(at.span()));
    None
}

/// Gives every rule that is like another what the other declares.
pub(super) fn fill_in(drafts: &mut Drafts, findings: &mut Diagnostics) {
    let plugins: BTreeMap<String, Vec<RuleDeclaration>> = drafts
        .plugins
        .values()
        .map(|draft| (draft.definition.id.clone(), draft.definition.rules.clone()))
        .collect();
    let is_unread = |id: &str| drafts.unread.contains(&(Kind::Plugin, id.to_owned()));
    for draft in drafts.plugins.values_mut() {
        let rules_at = At::root(&draft.document).get("rules");
        for (position, rule) in draft.definition.rules.iter_mut().enumerate() {
            let Some(like) = &rule.like else { continue };
            let at = rules_at.item(position);
            let mut sink = Sink { findings, guessed: &draft.guessed };
            if is_unread(&like.plugin) {
                continue;
            }
            if let Some(other) = other(like, &plugins, at, &mut sink) {
                take_over(rule, other, at, &mut sink);
            }
        }
    }
}

fn other<'a>(
    like: &Like,
    plugins: &'a BTreeMap<String, Vec<RuleDeclaration>>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Option<&'a RuleDeclaration> {
    let span = at.get("like").span();
    let Some(rules) = plugins.get(&like.plugin) else {
        let known = plugins.keys().map(String::as_str);
        sink.push(unknown(codes::UNKNOWN_PLUGIN, span, PLUGIN, &like.plugin, known));
        return None;
    };
    let Some(other) = rules.iter().find(|rule| rule.id == like.rule) else {
        let known = rules.iter().map(|rule| rule.id.as_str());
        sink.push(unknown(codes::UNKNOWN_RULE, span, RULE, &like.rule, known));
        return None;
    };
    if let Some(further) = &other.like {
        let (plugin, rule) = (&further.plugin, &further.rule);
        let message = Text::both(
            format!("`{}` cũng không có mã riêng", like.rule),
            format!("`{}` has no code of its own either", like.rule),
        );
        let help = Text::both(
            format!("viết `like: {plugin}/{rule}`"),
            format!("write `like: {plugin}/{rule}`"),
        );
        sink.push(Diagnostic::error(codes::BAD_VALUE, message).help(help).at(span));
        return None;
    }
    Some(other)
}

/// Joins what the other rule declares with what this one changes.
fn take_over(rule: &mut RuleDeclaration, other: &RuleDeclaration, at: At<'_>, sink: &mut Sink<'_>) {
    if at.node.get("title").is_none() {
        rule.title = other.title.clone();
    }
    if at.node.get("applies").is_none() {
        rule.applies = other.applies.clone();
    }
    rule.source = rule.source.take().or_else(|| other.source.clone());
    for name in rule.parameters.keys().filter(|name| !other.parameters.contains_key(*name)) {
        let span = at.get("parameters").key_span(name);
        let known = other.parameters.keys().map(String::as_str);
        sink.push(unknown(codes::RULE_PARAMETER, span, words::PARAMETER, name, known));
    }
    let mut parameters = other.parameters.clone();
    parameters.extend(std::mem::take(&mut rule.parameters));
    rule.parameters = parameters;
    rule.takes = other.takes.clone();
    rule.gives = other.gives.clone();
    let tables = tables(&mut rule.takes, at, sink);
    let labels = labels(&rule.gives, at, sink);
    if let Some(like) = &mut rule.like {
        like.tables = tables;
        like.labels = labels;
    }
}

/// Reads the tables that the rule brings; a report need not give them any more.
fn tables(takes: &mut [RuleTable], at: At<'_>, sink: &mut Sink<'_>) -> Vec<Table> {
    let tables_at = at.get("tables");
    let mut tables = Vec::new();
    for name in children(at, "tables") {
        let Some(declared) = takes.iter_mut().find(|table| table.name == name) else {
            let known = takes.iter().map(|table| table.name.as_str());
            let span = tables_at.key_span(name);
            sink.push(unknown(codes::RULE_TABLE, span, words::TABLE, name, known));
            continue;
        };
        declared.optional = true;
        tables.extend(rows::table(declared, tables_at.get(name), sink));
    }
    tables
}

fn labels(gives: &[RuleTable], at: At<'_>, sink: &mut Sink<'_>) -> Vec<Label> {
    let labels_at = at.get("labels");
    let mut labels = Vec::new();
    for table in children(at, "labels") {
        let Some(declared) = gives.iter().find(|declared| declared.name == table) else {
            let known = gives.iter().map(|table| table.name.as_str());
            let span = labels_at.key_span(table);
            sink.push(unknown(codes::RULE_TABLE, span, words::TABLE, table, known));
            continue;
        };
        let table_at = labels_at.get(table);
        for column in entries(table_at.node) {
            let texts = || declared.columns.iter().filter(|column| column.kind == ColumnType::Text);
            if !texts().any(|declared| declared.name == column) {
                let known = texts().map(|column| column.name.as_str());
                let span = table_at.key_span(column);
                let what = ("cột văn bản", "text column");
                sink.push(unknown(codes::UNKNOWN_COLUMN, span, what, column, known));
                continue;
            }
            let column_at = table_at.get(column);
            labels.extend(entries(column_at.node).map(|from| Label {
                table: table.to_owned(),
                column: column.to_owned(),
                from: nfc(from).into_owned(),
                to: nfc(column_at.get(from).node.text().unwrap_or_default()).into_owned(),
            }));
        }
    }
    labels
}
