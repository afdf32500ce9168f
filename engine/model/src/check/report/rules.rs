//! Checks which rules a report calls, in which order, with which tables and parameters.

use std::collections::BTreeSet;

use super::super::Sink;
use super::super::plugin::literals;
use super::super::words::{self, unknown};
use super::super::world::World;
use crate::calendar::WORK_CALENDAR;
use crate::codes;
use crate::definition::{Report, RuleCall, RuleDeclaration, RuleTable};
use crate::diagnostic::Diagnostic;
use crate::raw::{Id, RawRuleCall};
use crate::schema::Kind;
use crate::text::Text;
use crate::yaml::At;

pub(super) fn calls(raw: Vec<RawRuleCall>, at: At<'_>) -> Vec<RuleCall> {
    let tables = |tables: indexmap::IndexMap<Id, Id>| {
        tables.into_iter().map(|(own, other)| (own.0, other.0)).collect()
    };
    raw.into_iter()
        .enumerate()
        .map(|(position, raw)| RuleCall {
            rule: raw.rule.0,
            plugin: raw.plugin.map(|plugin| plugin.0),
            takes: tables(raw.takes),
            gives: tables(raw.gives),
            findings: tables(raw.findings),
            parameters: literals(raw.parameters, at.item(position).get("parameters")),
        })
        .collect()
}

pub(super) fn references(report: &Report, at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    for (position, call) in report.rules.iter().enumerate() {
        let at = at.item(position);
        sources(report, position, at.get("takes"), sink);
        parameter_sources(report, call, at.get("parameters"), sink);
        let declarations = declarations(call, at, world, sink);
        if declarations.is_empty() {
            continue;
        }
        declared(call, &call.takes, |rule| &rule.takes, &declarations, at.get("takes"), sink);
        declared(call, &call.gives, |rule| &rule.gives, &declarations, at.get("gives"), sink);
        declared(call, &call.findings, |rule| &rule.takes, &declarations, at.get("findings"), sink);
        taken(call, &declarations, at.get("findings"), sink);
        needed(call, &declarations, at, sink);
        parameters(call, &declarations, at.get("parameters"), sink);
    }
}

/// Returns what plugins declare about the rule of `call`, and reports when none does.
fn declarations<'a>(
    call: &RuleCall,
    at: At<'_>,
    world: &World<'a>,
    sink: &mut Sink<'_>,
) -> Vec<&'a RuleDeclaration> {
    if let Some(plugin) = &call.plugin
        && !world.plugins.contains_key(plugin.as_str())
    {
        if !world.is_unread(Kind::Plugin, plugin) {
            let known = world.plugins.keys().copied();
            let (span, what) = (at.get("plugin").span(), ("plugin", "plugin"));
            sink.push(unknown(codes::UNKNOWN_PLUGIN, span, what, plugin, known));
        }
        return Vec::new();
    }
    let found = world.rules(&call.rule, call.plugin.as_deref());
    if found.is_empty() && !world.has_unread(Kind::Plugin) && !call.rule.is_empty() {
        let rule = &call.rule;
        let rules: BTreeSet<&str> = world
            .plugins
            .values()
            .flat_map(|plugin| plugin.rules.iter().map(|rule| rule.id.as_str()))
            .collect();
        let message = match &call.plugin {
            Some(plugin) => Text::both(
                format!("plugin `{plugin}` không khai quy tắc `{rule}`"),
                format!("plugin `{plugin}` does not declare a rule `{rule}`"),
            ),
            None => Text::both(
                format!("không có plugin nào khai quy tắc `{rule}`"),
                format!("no plugin declares a rule `{rule}`"),
            ),
        };
        let help = crate::nearest::help(rule, rules);
        let finding = Diagnostic::error(codes::UNKNOWN_RULE, message).maybe_help(help);
        sink.push(finding.at(at.get("rule").span()));
    }
    found
}

/// Checks that what the call at `position` takes exists when it runs.
fn sources(report: &Report, position: usize, at: At<'_>, sink: &mut Sink<'_>) {
    let (earlier, rest) = report.rules.split_at(position);
    let gives = |calls: &[RuleCall], name: &str| {
        let mut given =
            calls.iter().flat_map(|call| call.gives.values().chain(call.findings.values()));
        given.any(|table| table == name)
    };
    for (table, source) in &rest[0].takes {
        let exists = source == WORK_CALENDAR
            || report.datasets.iter().any(|dataset| dataset.id == *source)
            || gives(earlier, source);
        if exists {
            continue;
        }
        if !gives(rest, source) {
            super::source(report, source, at.get(table), sink);
            continue;
        }
        let (message, help) = if is_circle(report, position, source) {
            (
                Text::both(
                    format!(
                        "các quy tắc chờ nhau vòng tròn: `{source}` được tạo từ chính kết quả này"
                    ),
                    format!(
                        "rules wait for each other in a circle: `{source}` is made from this result"
                    ),
                ),
                Text::both(
                    "lấy bảng khác, hoặc bỏ một quy tắc",
                    "take another table, or remove a rule",
                ),
            )
        } else {
            (
                Text::both(
                    format!("bảng `{source}` chỉ có sau khi một quy tắc đứng sau chạy"),
                    format!("the table `{source}` exists only after a later rule has run"),
                ),
                Text::both("đặt quy tắc tạo ra nó lên trước", "move the rule that gives it up"),
            )
        };
        let span = at.get(table).span();
        sink.push(Diagnostic::error(codes::RULE_ORDER, message).help(help).at(span));
    }
}

/// Returns whether the table `source` is made, perhaps in several steps, from what the call at
/// `position` gives.
fn is_circle(report: &Report, position: usize, source: &str) -> bool {
    let mut open = vec![source];
    let mut seen = BTreeSet::new();
    while let Some(table) = open.pop() {
        let giver = report.rules.iter().position(|call| {
            call.gives.values().chain(call.findings.values()).any(|given| given == table)
        });
        match giver {
            Some(giver) if giver == position => return true,
            Some(giver) if seen.insert(giver) => {
                open.extend(report.rules[giver].takes.values().map(String::as_str));
            }
            _ => {}
        }
    }
    false
}

/// Checks that every rule table named in a call is declared.
fn declared<'a>(
    call: &RuleCall,
    named: &indexmap::IndexMap<String, String>,
    side: impl Fn(&'a RuleDeclaration) -> &'a Vec<RuleTable>,
    declarations: &[&'a RuleDeclaration],
    at: At<'_>,
    sink: &mut Sink<'_>,
) {
    let known: BTreeSet<&str> = declarations
        .iter()
        .flat_map(|rule| side(rule).iter().map(|table| table.name.as_str()))
        .collect();
    for name in named.keys().filter(|name| !known.contains(name.as_str())) {
        let rule = &call.rule;
        let message = Text::both(
            format!("quy tắc `{rule}` không có bảng `{name}`"),
            format!("the rule `{rule}` has no table `{name}`"),
        );
        let help = crate::nearest::help(name, known.iter().copied());
        let finding = Diagnostic::error(codes::RULE_TABLE, message).maybe_help(help);
        sink.push(finding.at(at.key_span(name)));
    }
}

/// Checks that findings are asked for about tables that the call takes.
fn taken(call: &RuleCall, declarations: &[&RuleDeclaration], at: At<'_>, sink: &mut Sink<'_>) {
    let declared = |name: &str| {
        let mut tables = declarations.iter().flat_map(|rule| &rule.takes);
        tables.any(|table| table.name == name)
    };
    let untaken = call.findings.keys().filter(|name| !call.takes.contains_key(*name));
    for name in untaken.filter(|name| declared(name)) {
        let message = Text::both(
            format!("lời gọi không lấy bảng `{name}`, nên không có nhận xét nào về nó"),
            format!("the call does not take the table `{name}`, so nothing is found about it"),
        );
        let help = crate::nearest::help(name, call.takes.keys().map(String::as_str));
        let finding = Diagnostic::error(codes::RULE_TABLE, message).maybe_help(help);
        sink.push(finding.at(at.key_span(name)));
    }
}

/// Checks that a call takes every table that the rule cannot do without.
fn needed(call: &RuleCall, declarations: &[&RuleDeclaration], at: At<'_>, sink: &mut Sink<'_>) {
    let missing: BTreeSet<&str> = declarations
        .iter()
        .flat_map(|rule| &rule.takes)
        .filter(|table| !table.optional && !call.takes.contains_key(&table.name))
        .map(|table| table.name.as_str())
        .collect();
    for name in missing {
        let rule = &call.rule;
        sink.error(
            codes::RULE_TABLE_MISSING,
            at.key_span("takes"),
            format!("quy tắc `{rule}` cần bảng `{name}`"),
            format!("the rule `{rule}` needs the table `{name}`"),
        );
    }
}

fn parameters(call: &RuleCall, declarations: &[&RuleDeclaration], at: At<'_>, sink: &mut Sink<'_>) {
    let known: BTreeSet<&str> =
        declarations.iter().flat_map(|rule| rule.parameters.keys().map(String::as_str)).collect();
    for name in call.parameters.keys().filter(|name| !known.contains(name.as_str())) {
        let rule = &call.rule;
        let message = Text::both(
            format!("quy tắc `{rule}` không có tham số `{name}`"),
            format!("the rule `{rule}` has no parameter `{name}`"),
        );
        let help = crate::nearest::help(name, known.iter().copied());
        let finding = Diagnostic::error(codes::RULE_PARAMETER, message).maybe_help(help);
        sink.push(finding.at(at.key_span(name)));
    }
}

/// Checks that `:name` is a parameter of the report.
fn parameter_sources(report: &Report, call: &RuleCall, at: At<'_>, sink: &mut Sink<'_>) {
    for (name, value) in &call.parameters {
        let Some(source) = value.strip_prefix(':') else { continue };
        let known = || report.parameters.iter().map(|parameter| parameter.id.as_str());
        if !known().any(|known| known == source) {
            let span = at.get(name).span();
            sink.push(unknown(codes::RULE_PARAMETER, span, words::PARAMETER, source, known()));
        }
    }
}
