//! Compares the columns that a report uses with those that its tables have.
//!
//! Those of statistical tables are compared in `indicators`.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::words::unknown;
use super::{Sink, SourceTree, layer, place};
use crate::calendar::{WORK_CALENDAR, WORK_CALENDAR_COLUMNS};
use crate::codes;
use crate::definition::{
    Catalog, DatasetColumn, FINDING_COLUMNS, FieldType, Layout, Manifest, Node, Report, RuleCall,
    RuleDeclaration, RuleTable, Shown,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::nearest;
use crate::table::ColumnType;
use crate::text::Text;
use crate::yaml::At;

/// Columns of each dataset of a report, as found when its statement was prepared.
pub type DatasetColumns = IndexMap<String, Vec<DatasetColumn>>;

/// Columns by table; a table that is absent is unknown, and nothing is said about it.
pub(super) type TableColumns<'a> = HashMap<&'a str, IndexMap<&'a str, Known<'a>>>;

/// What is known of a column.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    pub(super) kind: ColumnType,
    /// The only values that it may have; empty when any may be.
    pub(super) codes: Vec<&'a str>,
}

/// Checks the columns that `report` names against those of its `datasets`: in sorts, rules, the
/// document and sheets.
///
/// A dataset whose columns are not known may be left out.
pub fn columns(
    source: &SourceTree,
    catalog: &Catalog,
    report: &Report,
    datasets: &DatasetColumns,
) -> Diagnostics {
    let mut findings = Diagnostics::default();
    let path = place::report_path(&report.topic, &report.id);
    let Some(document) = layer::document(source, &path) else { return findings };
    let mut sink = Sink { findings: &mut findings, guessed: &[] };
    let at = At::root(&document);
    let known = of_tables(report, catalog, datasets);
    compare(report, at, &known, &mut sink);
    for (position, call) in report.rules.iter().enumerate() {
        let at = at.get("rules").item(position);
        for rule in declarations(catalog.plugins.values(), call) {
            takes(call, rule, &known, at.get("takes"), &mut sink);
        }
        taken_names(call, &known, at.get("findings"), &mut sink);
    }
    findings.give_help(codes::usual_help);
    findings.sort();
    findings
}

/// Returns the columns of what rules give, and of `datasets`.
pub(super) fn of_tables<'a>(
    report: &'a Report,
    catalog: &'a Catalog,
    datasets: &'a DatasetColumns,
) -> TableColumns<'a> {
    let mut known = of_rules(report, catalog.plugins.values());
    let known_as = |(name, kind)| (name, Known { kind, codes: Vec::new() });
    known.insert(WORK_CALENDAR, WORK_CALENDAR_COLUMNS.map(known_as).into_iter().collect());
    for (dataset, columns) in datasets {
        let columns = columns.iter().map(|column| {
            let codes = column.shows.as_ref().map(|shown| codes_of(shown, catalog));
            let codes = codes.unwrap_or_default();
            (column.name.as_str(), Known { kind: column.kind, codes })
        });
        known.insert(dataset, columns.collect());
    }
    of_findings(report, &mut known);
    of_selections(report, &mut known);
    known
}

/// Returns the codes of a choice field, or of the column `code` of a code list.
fn codes_of<'a>(shown: &Shown, catalog: &'a Catalog) -> Vec<&'a str> {
    let list = match shown {
        Shown::Field { form, field } => {
            let field = catalog.forms.get(form).and_then(|form| form.field(field));
            match field.map(|field| &field.kind) {
                Some(FieldType::Choice { codes }) => Some(codes),
                _ => None,
            }
        }
        Shown::Code { list } => Some(list),
    };
    let list = list.and_then(|list| catalog.code_lists.get(list));
    list.into_iter().flat_map(|list| &list.codes).map(|code| code.code.as_str()).collect()
}

/// Adds the columns of what rules found, where those of the table it is about are known.
fn of_findings<'a>(report: &'a Report, known: &mut TableColumns<'a>) {
    for call in &report.rules {
        for (table, name) in &call.findings {
            let source = call.takes.get(table).and_then(|source| known.get(source.as_str()));
            let Some(mut columns) = source.cloned() else { continue };
            columns.extend(
                FINDING_COLUMNS
                    .map(|column| (column, Known { kind: ColumnType::Text, codes: Vec::new() })),
            );
            known.insert(name, columns);
        }
    }
}

/// Adds the columns of selections, where those of all their tables are known.
fn of_selections<'a>(report: &'a Report, known: &mut TableColumns<'a>) {
    for selection in &report.selections {
        let Some(mut columns) = known.get(selection.from.as_str()).cloned() else { continue };
        let others: Option<Vec<_>> =
            selection.with.keys().map(|table| known.get(table.as_str())).collect();
        let Some(others) = others else { continue };
        for (name, column) in others.into_iter().flatten() {
            columns.entry(*name).or_insert_with(|| column.clone());
        }
        known.insert(&selection.id, columns);
    }
}

/// Returns the columns of what rules give, by the names that `report` gives to their tables.
pub(super) fn of_rules<'a>(
    report: &'a Report,
    plugins: impl Iterator<Item = &'a Manifest> + Clone,
) -> TableColumns<'a> {
    let mut known = TableColumns::new();
    for call in &report.rules {
        for rule in declarations(plugins.clone(), call) {
            for table in &rule.gives {
                let Some(name) = call.gives.get(&table.name) else { continue };
                let columns = known.entry(name).or_default();
                for column in &table.columns {
                    let codes: Vec<&str> = column.codes.iter().map(String::as_str).collect();
                    // What one of several plugins may give is right.
                    let before = columns.get(column.name.as_str()).map(|own| own.codes.clone());
                    let codes = match before {
                        Some(before) if before.is_empty() || codes.is_empty() => Vec::new(),
                        Some(before) => before.into_iter().chain(codes).collect(),
                        None => codes,
                    };
                    columns.insert(&column.name, Known { kind: column.kind, codes });
                }
            }
        }
    }
    known
}

fn declarations<'a>(
    plugins: impl Iterator<Item = &'a Manifest>,
    call: &RuleCall,
) -> impl Iterator<Item = &'a RuleDeclaration> {
    plugins
        .filter(|manifest| call.plugin.as_ref().is_none_or(|plugin| *plugin == manifest.id))
        .flat_map(|manifest| &manifest.rules)
        .filter(|declaration| declaration.id == call.rule)
}

/// Checks every column that `report` names in a sort, a selection, the document or a sheet.
pub(super) fn compare(report: &Report, at: At<'_>, known: &TableColumns<'_>, sink: &mut Sink<'_>) {
    for (position, dataset) in report.datasets.iter().enumerate() {
        let Some(sort) = &dataset.sort else { continue };
        let at = at.get("datasets").item(position).get("sort");
        list(&dataset.id, &sort.before, at.get("before"), known, sink);
        one(&dataset.id, &sort.name, at.get("name"), known, sink);
        list(&dataset.id, &sort.then, at.get("then"), known, sink);
    }
    for (position, selection) in report.selections.iter().enumerate() {
        let at = at.get("selections").item(position);
        for (table, columns) in &selection.with {
            let at = at.get("with").get(table);
            list(&selection.from, columns, at, known, sink);
            list(table, columns, at, known, sink);
        }
        for (position, alternative) in selection.alternatives.iter().enumerate() {
            let at = at.get("where").item(position);
            for column in alternative.keys() {
                column_exists(&selection.id, column, at.key_span(column), known, sink);
            }
        }
    }
    for indicator in &report.indicators {
        super::indicators::compare(indicator, known, sink);
    }
    for (name, node) in &report.document {
        document(node, None, at.get("document").get(name), known, sink);
    }
    for (position, sheet) in report.sheets.iter().enumerate() {
        let at = at.get("sheets").item(position).get("columns");
        for (position, column) in sheet.columns.iter().enumerate() {
            one(&sheet.from, &column.column, at.item(position).get("column"), known, sink);
        }
    }
    if let Some(own) = &report.layout {
        layout(own, report, at.get("layout"), known, sink);
    }
}

fn layout(
    layout: &Layout,
    report: &Report,
    at: At<'_>,
    known: &TableColumns<'_>,
    sink: &mut Sink<'_>,
) {
    let rows = layout.rows.as_ref().and_then(|rows| report.document.get(rows));
    for (position, column) in layout.columns.iter().enumerate() {
        let (Some(rows), Some(column)) = (rows, &column.column) else { continue };
        let at = at.get("columns").item(position).get("column");
        let below = column.split_once('.').and_then(|(child, column)| {
            Some((rows.children.get(child).filter(|child| child.one)?, column))
        });
        match below {
            Some((child, column)) => one(&child.from, column, at, known, sink),
            None => one(&rows.from, column, at, known, sink),
        };
    }
    for (position, signature) in layout.signatures.iter().enumerate() {
        let at = at.get("signatures").item(position);
        for (key, place) in [("name", &signature.name), ("post_of", &signature.post_of)] {
            let Some((node, column)) = place else { continue };
            let Some(node) = report.document.get(node) else { continue };
            one(&node.from, column, at.get(key), known, sink);
        }
    }
}

fn document(
    node: &Node,
    parent: Option<&Node>,
    at: At<'_>,
    known: &TableColumns<'_>,
    sink: &mut Sink<'_>,
) {
    for (position, column) in node.on.iter().enumerate() {
        let at = at.get("on").item(position);
        let own = one(&node.from, column, at, known, sink);
        let Some(parent) = parent else { continue };
        let parents = one(&parent.from, column, at, known, sink);
        if let (Some(own), Some(parents)) = (own, parents)
            && own != parents
        {
            sink.error(
                codes::UNKNOWN_COLUMN,
                at.span(),
                format!("cột `{column}` có kiểu `{own}` ở đây và `{parents}` ở hàng cha"),
                format!(
                    "the column `{column}` has type `{own}` here and `{parents}` in the parent"
                ),
            );
        }
    }
    if let Some(column) = &node.keyed_by {
        one(&node.from, column, at.get("keyed_by"), known, sink);
    }
    for column in node.codes.keys() {
        let span = at.get("codes").key_span(column);
        column_exists(&node.from, column, span, known, sink);
    }
    if node.explain && known.get(node.from.as_str()).is_some_and(|own| own.contains_key("explain"))
    {
        sink.error(
            codes::NAME_TAKEN,
            at.key_span("explain"),
            format!("`explain` trùng tên một cột của bảng `{}`", node.from),
            format!("`explain` is the name of a column of the table `{}`", node.from),
        );
    }
    for (name, child) in &node.children {
        let at = at.get("children");
        if known.get(node.from.as_str()).is_some_and(|own| own.contains_key(name.as_str())) {
            sink.error(
                codes::NAME_TAKEN,
                at.key_span(name),
                format!("`{name}` trùng tên một cột của bảng `{}`", node.from),
                format!("`{name}` is the name of a column of the table `{}`", node.from),
            );
        }
        document(child, Some(node), at.get(name), known, sink);
    }
}

fn list(
    table: &str,
    columns: &[String],
    at: At<'_>,
    known: &TableColumns<'_>,
    sink: &mut Sink<'_>,
) {
    for (position, column) in columns.iter().enumerate() {
        one(table, column, at.item(position), known, sink);
    }
}

fn one(
    table: &str,
    column: &str,
    at: At<'_>,
    known: &TableColumns<'_>,
    sink: &mut Sink<'_>,
) -> Option<ColumnType> {
    column_exists(table, column, at.span(), known, sink)
}

/// Returns the type of a column; reports when the columns of the table are known without it.
pub(super) fn column_exists(
    table: &str,
    column: &str,
    span: crate::diagnostic::Span,
    known: &TableColumns<'_>,
    sink: &mut Sink<'_>,
) -> Option<ColumnType> {
    let columns = known.get(table)?;
    let found = columns.get(column).map(|own| own.kind);
    if found.is_none() && !column.is_empty() {
        let what =
            (format!("cột trong bảng `{table}`:"), format!("column in the table `{table}`:"));
        let what = (what.0.as_str(), what.1.as_str());
        let names = columns.keys().copied();
        sink.push(unknown(codes::UNKNOWN_COLUMN, span, what, column, names));
    }
    found
}

/// Checks that each table that a rule takes has the columns it needs, of the right types.
fn takes(
    call: &RuleCall,
    rule: &RuleDeclaration,
    known: &TableColumns<'_>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) {
    for (table, source) in &call.takes {
        let declared = rule.takes.iter().find(|declared| declared.name == *table);
        if let (Some(declared), Some(given)) = (declared, known.get(source.as_str())) {
            taken(rule, declared, source, given, at.get(table), sink);
        }
    }
}

/// Reports when a row that findings are about has a column with a name of theirs.
fn taken_names(call: &RuleCall, known: &TableColumns<'_>, at: At<'_>, sink: &mut Sink<'_>) {
    for table in call.findings.keys() {
        let Some(source) = call.takes.get(table) else { continue };
        let Some(columns) = known.get(source.as_str()) else { continue };
        for column in FINDING_COLUMNS.iter().filter(|column| columns.contains_key(**column)) {
            sink.error(
                codes::NAME_TAKEN,
                at.key_span(table),
                format!("`{column}` của mỗi nhận xét trùng tên một cột của bảng `{source}`"),
                format!(
                    "`{column}` of each finding is the name of a column of the table `{source}`"
                ),
            );
        }
    }
}

fn taken(
    rule: &RuleDeclaration,
    declared: &RuleTable,
    source: &str,
    given: &IndexMap<&str, Known<'_>>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) {
    let rule = &rule.id;
    for column in &declared.columns {
        let (name, kind) = (&column.name, column.kind);
        let message = match given.get(name.as_str()).map(|own| own.kind) {
            None if column.optional => continue,
            Some(found) if found == kind => continue,
            None => Text::both(
                format!("bảng `{source}` thiếu cột `{name}` mà quy tắc `{rule}` cần"),
                format!(
                    "the table `{source}` lacks the column `{name}`, which the rule `{rule}` needs"
                ),
            ),
            Some(found) => Text::both(
                format!(
                    "cột `{name}` của `{source}` có kiểu `{found}`, quy tắc `{rule}` cần `{kind}`"
                ),
                format!(
                    "the column `{name}` of `{source}` has type `{found}`, the rule `{rule}` needs `{kind}`"
                ),
            ),
        };
        sink.push(Diagnostic::error(codes::UNKNOWN_COLUMN, message).at(at.span()));
    }
    // A slip in the name of an optional column would pass unseen.
    let is_declared = |name: &str| declared.columns.iter().any(|column| column.name == name);
    for name in given.keys().copied().filter(|name| !is_declared(name)) {
        let absent = declared.columns.iter().map(|column| column.name.as_str());
        let absent = absent.filter(|column| !given.contains_key(column));
        let Some(meant) = nearest::nearest(name, absent) else { continue };
        let message = Text::both(
            format!("quy tắc `{rule}` không đọc cột `{name}` của `{source}`"),
            format!("the rule `{rule}` does not read the column `{name}` of `{source}`"),
        );
        let help = Text::both(
            format!("có phải bạn muốn viết `{meant}`?"),
            format!("did you mean `{meant}`?"),
        );
        sink.push(Diagnostic::warning(codes::UNKNOWN_COLUMN, message).help(help).at(at.span()));
    }
}
