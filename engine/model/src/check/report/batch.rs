//! Checks the parameter for each record of which a statistical report is worked out.

use super::super::Sink;
use super::super::words::{self, unknown};
use crate::codes;
use crate::definition::{Node, ParameterType, Report};
use crate::yaml::At;

/// Reports a batch that could not be put together again: of a parameter that is no optional reference,
/// or with rows of one record in the document or a sheet.
pub(super) fn references(report: &Report, at: At<'_>, sink: &mut Sink<'_>) {
    let Some(batch) = &report.batch else { return };
    let span = at.get("batch").span();
    let Some(parameter) = report.parameters.iter().find(|own| own.id == *batch) else {
        let known = report.parameters.iter().map(|own| own.id.as_str());
        sink.push(unknown(codes::BATCH, span, words::PARAMETER, batch, known));
        return;
    };
    let mut wrong = |span, vi: String, en: String| sink.error(codes::BATCH, span, vi, en);
    if !matches!(parameter.kind, ParameterType::Reference { .. }) || parameter.required {
        wrong(
            span.clone(),
            format!("`{batch}` phải là tham số kiểu reference, không bắt buộc"),
            format!("`{batch}` must be a parameter of type reference that is not required"),
        );
    }
    if report.rules.is_empty() || report.indicators.is_empty() {
        wrong(
            span,
            "`batch` chỉ dùng cho báo cáo thống kê có quy tắc".to_owned(),
            "`batch` is for reports with rules and statistical tables".to_owned(),
        );
    }
    let mut shown = |table: &str, span| {
        if report.is_of_batch(table) {
            wrong(
                span,
                format!("`{table}` chỉ có trong từng phần của `batch`, không in ra được"),
                format!("`{table}` is only there in each part of the `batch` and cannot be shown"),
            );
        }
    };
    for (name, node) in &report.document {
        let span = at.get("document").get(name).get("from").span();
        tables_of(node).into_iter().for_each(|table| shown(table, span.clone()));
    }
    for (position, sheet) in report.sheets.iter().enumerate() {
        shown(&sheet.from, at.get("sheets").item(position).get("from").span());
    }
}

fn tables_of(node: &Node) -> Vec<&str> {
    let below = node.children.values().flat_map(tables_of);
    std::iter::once(node.from.as_str()).chain(below).collect()
}
