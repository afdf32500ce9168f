//! Checks a plugin's manifest.
//!
//! What a rule takes from another plugin is filled in by [`super::like`].

use indexmap::IndexMap;

use super::like;
use super::place::Place;
use super::policy;
use super::promises;
use super::words::{self, repeats, twice};
use super::world::World;
use super::{Draft, Sink};
use crate::codes;
use crate::definition::{Applies, CodeKind, Manifest, RuleColumn, RuleDeclaration, RuleTable};
use crate::diagnostic::Diagnostic;
use crate::raw::{Literal, RawApplies, RawCodeKind, RawPlugin, RawRule, RawRuleTable, texts};
use crate::table::ColumnType;
use crate::text::{Text, nfc};
use crate::yaml::At;

pub(super) fn manifest(
    raw: RawPlugin,
    at: At<'_>,
    _place: &Place,
    sink: &mut Sink<'_>,
) -> Manifest {
    if !raw.version.is_empty() && !is_version(&raw.version) {
        let version = &raw.version;
        sink.error(
            codes::BAD_VERSION,
            at.get("version").span(),
            format!("phiên bản `{version}` phải có dạng `1.0.0`"),
            format!("the version `{version}` must have the form `1.0.0`"),
        );
    }
    let rules_at = at.get("rules");
    repeats(raw.rules.iter().map(|rule| rule.id.0.as_str()), |position, name| {
        let span = rules_at.item(position).get("id").span();
        sink.push(twice(span, ("quy tắc", "rule"), name));
    });
    let code = code_kind(raw.code);
    let rules = raw.rules.into_iter().enumerate();
    let rules =
        rules.map(|(position, raw)| rule(raw, code, rules_at.item(position), sink)).collect();
    let policy = policy::layers(raw.policy, &raw.id.0, at.get("policy"), sink);
    Manifest {
        id: raw.id.0,
        version: raw.version,
        title: raw.title,
        provinces: raw.provinces,
        code,
        rules,
        policy,
    }
}

const fn code_kind(raw: RawCodeKind) -> CodeKind {
    match raw {
        RawCodeKind::Component => CodeKind::Component,
        RawCodeKind::Interpreter => CodeKind::Interpreter,
        RawCodeKind::Javascript => CodeKind::JavaScript,
        RawCodeKind::None => CodeKind::None,
    }
}

pub(super) fn references(draft: &Draft<Manifest>, world: &World<'_>, sink: &mut Sink<'_>) {
    let (manifest, at) = (&draft.definition, draft.at());
    for (position, province) in manifest.provinces.iter().enumerate() {
        world.code("province", province, at.get("provinces").item(position), sink);
    }
    for (position, rule) in manifest.rules.iter().enumerate() {
        let at = at.get("rules").item(position).get("applies").get("levels");
        levels(&rule.applies.levels, at, world, sink);
    }
    policy::references(&manifest.policy, at.get("policy"), world, sink);
}

pub(super) fn levels(levels: &[String], at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    for (position, level) in levels.iter().enumerate() {
        world.code("level", level, at.item(position), sink);
    }
}

/// Reads literals as they were written; `0.50` stays `0.50`.
pub(super) fn literals(
    raw: IndexMap<crate::raw::Id, Literal>,
    at: At<'_>,
) -> IndexMap<String, String> {
    let text = |id: &str| nfc(at.get(id).node.text().unwrap_or_default()).into_owned();
    raw.into_keys().map(|id| (id.0.clone(), text(&id.0))).collect()
}

fn rule(raw: RawRule, code: CodeKind, at: At<'_>, sink: &mut Sink<'_>) -> RuleDeclaration {
    promises::of_rule(&raw, at, sink);
    like::keys(&raw, code, at, sink);
    let like = raw.like.as_deref().and_then(|text| like::of(text, at.get("like"), sink));
    let applies = raw.applies.map(|raw| applies(raw, at.get("applies"), sink)).unwrap_or_default();
    RuleDeclaration {
        id: raw.id.0,
        title: raw.title.unwrap_or_else(|| Text::from("")),
        source: raw.source,
        applies,
        takes: tables(raw.takes, at.get("takes"), sink),
        gives: tables(raw.gives, at.get("gives"), sink),
        parameters: literals(raw.parameters, at.get("parameters")),
        like,
        batch_by: raw.batch_by.map(|column| column.0),
    }
}

pub(super) fn applies(raw: RawApplies, at: At<'_>, sink: &mut Sink<'_>) -> Applies {
    let applies =
        Applies { levels: texts(raw.levels), from_year: raw.from_year, to_year: raw.to_year };
    if let (Some(from), Some(to)) = (applies.from_year, applies.to_year)
        && from > to
    {
        sink.error(
            codes::BAD_BOUNDS,
            at.get("to_year").span(),
            format!("`to_year` {to} trước `from_year` {from}"),
            format!("`to_year` {to} is before `from_year` {from}"),
        );
    }
    applies
}

fn tables(raw: Vec<RawRuleTable>, at: At<'_>, sink: &mut Sink<'_>) -> Vec<RuleTable> {
    repeats(raw.iter().map(|table| table.name.0.as_str()), |position, name| {
        sink.push(twice(at.item(position).get("name").span(), ("bảng", "table"), name));
    });
    raw.into_iter().enumerate().map(|(position, raw)| table(raw, at.item(position), sink)).collect()
}

fn table(raw: RawRuleTable, at: At<'_>, sink: &mut Sink<'_>) -> RuleTable {
    let at = at.get("columns");
    repeats(raw.columns.iter().map(|column| column.name.0.as_str()), |position, name| {
        sink.push(twice(at.item(position).get("name").span(), words::COLUMN, name));
    });
    let columns = raw
        .columns
        .into_iter()
        .enumerate()
        .map(|(position, raw)| {
            let at = at.item(position);
            let kind = column_type(&raw.kind, at.get("type"), sink);
            let (min, max) = promises::range(kind, at, sink);
            RuleColumn {
                name: raw.name.0,
                kind,
                optional: raw.optional,
                title: raw.title,
                min,
                max,
                codes: raw.codes,
            }
        })
        .collect();
    RuleTable {
        name: raw.name.0,
        optional: raw.optional,
        columns,
        one_row_per: raw.one_row_per.map(|table| table.0),
        key: texts(raw.key),
    }
}

/// Reads the type of a column, and reports when there is none of that name.
pub(super) fn column_type(text: &str, at: At<'_>, sink: &mut Sink<'_>) -> ColumnType {
    text.parse().unwrap_or_else(|_| {
        if !text.is_empty() {
            let message = Text::both(
                format!("không có kiểu cột `{text}`"),
                format!("there is no column type `{text}`"),
            );
            let help = Text::both(
                "kiểu cột là `text`, `integer`, `decimal(1)`, `date` hoặc `boolean`",
                "column types are `text`, `integer`, `decimal(1)`, `date` and `boolean`",
            );
            let finding = Diagnostic::error(codes::COLUMN_TYPE, message);
            sink.push(finding.help(help).at(at.span()));
        }
        ColumnType::Text
    })
}

fn is_version(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.into_iter().all(part)
}
