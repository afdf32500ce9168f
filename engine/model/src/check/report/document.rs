//! Checks what the template of a report sees, and its sheets: tables and code lists.
//!
//! Columns are the job of `columns`.

use indexmap::IndexMap;

use super::super::Sink;
use super::super::world::World;
use crate::codes;
use crate::definition::{Node, Report};
use crate::diagnostic::{Diagnostic, Span};
use crate::raw::{Id, RawNode};
use crate::text::Text;
use crate::yaml::At;

/// Names that stand beside the nodes in the object that a template sees.
const RESERVED: [&str; 5] = ["report", "parameters", "layout", "indicators", "verification"];

/// The name under which a row has the derivations of its values.
const EXPLAIN: &str = "explain";

pub(super) fn nodes(
    raw: IndexMap<Id, RawNode>,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> IndexMap<String, Node> {
    for name in raw.keys().filter(|name| RESERVED.contains(&name.0.as_str())) {
        let name = &name.0;
        sink.error(
            codes::RESERVED_NAME,
            at.key_span(name),
            format!("`{name}` là tên dành riêng trong tài liệu"),
            format!("`{name}` is a reserved name in a document"),
        );
    }
    let nodes = raw.into_iter().map(|(name, raw)| {
        let at = at.get(&name.0);
        if !raw.on.is_empty() {
            sink.error(
                codes::NODE_PLACE,
                at.key_span("on"),
                "`on` chỉ dùng trong `children`".to_owned(),
                "`on` belongs to nodes among `children` only".to_owned(),
            );
        }
        let node = node(raw, at, sink);
        (name.0, node)
    });
    nodes.collect()
}

fn node(raw: RawNode, at: At<'_>, sink: &mut Sink<'_>) -> Node {
    if raw.one && raw.keyed_by.is_some() {
        let message = Text::both(
            "`one` và `keyed_by` không dùng cùng nhau",
            "`one` and `keyed_by` do not go together",
        );
        let help = Text::both(
            "`one` cho một hàng duy nhất, `keyed_by` cho nhiều hàng gọi theo một cột; bỏ một trong hai",
            "`one` is for a single row, `keyed_by` for many that are named by a column; remove one",
        );
        sink.push(
            Diagnostic::error(codes::NODE_PLACE, message).help(help).at(at.key_span("keyed_by")),
        );
    }
    let children_at = at.get("children");
    if raw.explain && raw.children.keys().any(|name| name.0 == EXPLAIN) {
        sink.error(
            codes::RESERVED_NAME,
            children_at.key_span(EXPLAIN),
            format!("`{EXPLAIN}` là tên dành riêng khi hàng có `explain: true`"),
            format!("`{EXPLAIN}` is a reserved name where rows have `explain: true`"),
        );
    }
    let children = raw.children.into_iter().map(|(name, raw)| {
        let at = children_at.get(&name.0);
        if raw.on.is_empty() {
            sink.error(
                codes::NODE_PLACE,
                children_at.key_span(&name.0),
                format!("`{}` cần `on` để biết hàng nào thuộc về hàng cha", name.0),
                format!("`{}` needs `on`, which ties its rows to the parent row", name.0),
            );
        }
        let node = node(raw, at, sink);
        (name.0, node)
    });
    let children = children.collect();
    let added = at.span().file != at.document.file;
    Node {
        added,
        from: raw.from.0,
        on: raw.on,
        one: raw.one,
        keyed_by: raw.keyed_by,
        codes: raw.codes.into_iter().map(|(column, list)| (column, list.0)).collect(),
        explain: raw.explain,
        children,
    }
}

pub(super) fn references(report: &Report, at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    level(report, &report.document, at.get("document"), world, sink);
    for (position, sheet) in report.sheets.iter().enumerate() {
        let at = at.get("sheets").item(position);
        super::table(report, &sheet.from, at.get("from"), sink);
        for (position, column) in sheet.columns.iter().enumerate() {
            if let Some(list) = &column.codes {
                let at = at.get("columns").item(position).get("codes");
                world.code_list(list, at, sink);
            }
        }
    }
}

fn unexplained(table: &str, span: Span) -> Diagnostic {
    let message = Text::both(
        format!("`{table}` không phải bảng do quy tắc đưa ra, nên không có lời giải thích"),
        format!("no rule gave the table `{table}`, so nothing explains its values"),
    );
    let help = Text::both(
        "đặt `explain` ở nút lấy bảng ghi trong `gives` của một quy tắc, hoặc bỏ khóa này",
        "put `explain` on a node whose table stands under `gives` of a rule, or remove the key",
    );
    Diagnostic::error(codes::NODE_PLACE, message).help(help).at(span)
}

fn level(
    report: &Report,
    nodes: &IndexMap<String, Node>,
    at: At<'_>,
    world: &World<'_>,
    sink: &mut Sink<'_>,
) {
    for (name, node) in nodes {
        let at = at.get(name);
        super::table(report, &node.from, at.get("from"), sink);
        if node.explain && !super::given(report).any(|table| table == node.from) {
            sink.push(unexplained(&node.from, at.key_span("explain")));
        }
        for (column, list) in &node.codes {
            world.code_list(list, at.get("codes").get(column), sink);
        }
        level(report, &node.children, at.get("children"), world, sink);
    }
}
