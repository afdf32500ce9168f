//! Writes a grid as comma-separated values (RFC 4180), for other programs.
//!
//! Decimals have a point and days are `yyyy-mm-dd`, whatever the reader's language. People take
//! the workbook.

use bieumau_model::format::{date_iso, plain_decimal};

use crate::grid::{Grid, GridCell};

/// What stands before the first byte of a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrderMark {
    /// The mark by which Excel knows UTF-8.
    Written,
    /// Nothing, as other programs want it.
    LeftOut,
}

/// Writes one line of headings and one line for each row.
///
/// A text that a spreadsheet would take for a formula gets a `'` in front.
pub fn csv(grid: &Grid, mark: ByteOrderMark) -> Vec<u8> {
    let mut out = String::new();
    if mark == ByteOrderMark::Written {
        out.push('\u{FEFF}');
    }
    write_line(
        &mut out,
        grid.columns.iter().map(|column| match column.group {
            Some(group) => safe(&format!("{group}: {}", column.title)),
            None => safe(column.title),
        }),
    );
    for row in 0..grid.rows() {
        write_line(
            &mut out,
            grid.columns.iter().map(|column| match column.cell(row) {
                GridCell::Empty => String::new(),
                GridCell::Text(text) => safe(&text),
                GridCell::Number { units, scale } => plain_decimal(units, scale),
                GridCell::Date(date) => date_iso(date),
            }),
        );
    }
    out.into_bytes()
}

pub(crate) fn write_line(out: &mut String, fields: impl Iterator<Item = String>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&field);
        }
    }
    out.push_str("\r\n");
}

pub(crate) fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use bieumau_model::table::Cells;
    use jiff::civil::date;

    use super::*;
    use crate::grid::GridColumn;

    #[track_caller]
    fn check(cells: Cells, expected: &[&str]) {
        let column =
            GridColumn { title: "Cột", group: None, width: None, cells: &cells, labels: None };
        let grid = Grid { name: "Trang", heading: &[], columns: vec![column.clone(), column] };
        let text = String::from_utf8(csv(&grid, ByteOrderMark::LeftOut)).unwrap();
        let lines: Vec<String> =
            expected.iter().map(|field| format!("{field},{field}\r\n")).collect();
        assert_eq!(text, format!("Cột,Cột\r\n{}", lines.concat()));
    }

    fn texts(texts: &[&str]) -> Cells {
        Cells::Text(texts.iter().map(|text| Some((*text).to_owned())).collect())
    }

    #[test]
    fn numbers_and_days_are_written_for_programs() {
        check(
            Cells::Decimal { scale: 1, units: vec![Some(75), Some(-5), None] },
            &["7.5", "-0.5", ""],
        );
        check(Cells::Integer(vec![Some(12345)]), &["12345"]);
        check(Cells::Date(vec![Some(date(2026, 5, 31))]), &["2026-05-31"]);
        check(Cells::Boolean(vec![Some(true), Some(false)]), &["Có", "Không"]);
    }

    #[test]
    fn commas_quotes_and_line_breaks_are_quoted() {
        check(texts(&["a,b", "a\"b", "a\nb"]), &["\"a,b\"", "\"a\"\"b\"", "\"a\nb\""]);
    }

    #[test]
    fn a_text_that_looks_like_a_formula_is_kept_a_text() {
        check(
            texts(&["=1+1", "+84", "-x", "@a", "An-Bình"]),
            &["'=1+1", "'+84", "'-x", "'@a", "An-Bình"],
        );
        check(texts(&["=HYPERLINK(\"a\",\"b\")"]), &["\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""]);
    }

    #[test]
    fn the_mark_comes_first_and_a_group_is_part_of_the_heading() {
        let cells = Cells::Integer(vec![]);
        let column = GridColumn {
            title: "Nữ",
            group: Some("Học sinh"),
            width: None,
            cells: &cells,
            labels: None,
        };
        let grid = Grid { name: "Trang", heading: &[], columns: vec![column] };
        let text = String::from_utf8(csv(&grid, ByteOrderMark::Written)).unwrap();
        assert_eq!(text, "\u{FEFF}Học sinh: Nữ\r\n");
    }
}
