//! Draws what is different in a case as a table of text, for terminals and refusals.

use bieumau_model::text::Locale;

use super::cases::{CaseResult, Difference};

/// Draws the differences of a case as a table, one line for each cell.
pub fn difference_table(case: &CaseResult, locale: Locale) -> Vec<String> {
    if case.differences.is_empty() {
        return Vec::new();
    }
    let head = match locale {
        Locale::Vi => ["bảng", "dòng", "của ai", "cột", "cần", "nhưng là"],
        Locale::En => ["table", "row", "whose", "column", "expected", "found"],
    };
    let line = |difference: &Difference| {
        [
            difference.table.clone(),
            (difference.row + 1).to_string(),
            difference.whose.join(" · "),
            difference.column.clone(),
            difference.expected.clone(),
            difference.found.clone(),
        ]
    };
    let rows: Vec<[String; 6]> =
        std::iter::once(head.map(str::to_owned)).chain(case.differences.iter().map(line)).collect();
    draw_columns(&rows)
}

/// Sets columns side by side, each as wide as its widest cell.
pub fn draw_columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let draw_row = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
        });
        format!("    {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    rows.iter().map(draw_row).collect()
}
