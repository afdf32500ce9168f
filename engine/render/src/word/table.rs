//! Tables: those of the page with their lines, spans and repeated headings, and the ones without
//! lines that hold things side by side.

use docx_rs::{
    HeightRule, Paragraph, Table, TableAlignmentType, TableCell, TableCellContent,
    TableCellMargins, TableLayoutType, TableRow, TextDirectionType, VAlignType, VMergeType,
    WidthType,
};

use crate::word::dom::Place;
use crate::word::flow::{Flow, Piece};
use crate::word::length::text_width;
use crate::word::look::{self, Frame, Look};
use crate::word::package::HEADING_ROW;

/// Room inside a cell at its left and right, twips.
pub(super) const PADDING: i32 = 60;

/// The least width of a column, twips.
const LEAST: i32 = 300;

/// A longer text does not make its column wider.
const WIDE: i32 = 4000;

/// One cell of the page's table, and where it stands.
struct Cell<'h> {
    place: Place<'h>,
    look: Look,
    frame: Frame,
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
}

/// Makes a table of `rows` of cells without lines.
pub(super) fn side_by_side(rows: Vec<Vec<Vec<Piece>>>, widths: &[i32]) -> Table {
    let rows = rows
        .into_iter()
        .map(|cells| {
            let cells = cells.into_iter().zip(widths).map(|(pieces, width)| {
                filled(TableCell::new(), pieces).width(unsigned(*width), WidthType::Dxa)
            });
            TableRow::new(cells.collect()).cant_split()
        })
        .collect();
    framed(Table::without_borders(rows), widths)
}

/// Makes the table of the page; `None` when it has no cell.
pub(super) fn table(flow: &Flow<'_>, table: &Place<'_>, look: &Look, width: i32) -> Option<Table> {
    let rows = rows(table);
    let cells = cells(flow, &rows, look, width);
    let columns = cells.iter().map(|cell| cell.column + cell.columns).max()?;
    let widths = widths(table, &cells, columns, width, flow, look);
    let made = rows.iter().enumerate().map(|(at, (_, heading))| {
        let mut row = Vec::new();
        let mut column = 0;
        while column < columns {
            let covers = |cell: &&Cell<'_>| {
                (cell.row..cell.row + cell.rows).contains(&at)
                    && (cell.column..cell.column + cell.columns).contains(&column)
            };
            let Some(cell) = cells.iter().find(covers) else {
                row.push(filled(TableCell::new(), Vec::new()));
                column += 1;
                continue;
            };
            row.push(written(flow, cell, at, &widths));
            column = cell.column + cell.columns;
        }
        if *heading && let Some(first) = row.first_mut() {
            mark_heading(first);
        }
        TableRow::new(row).cant_split().height_rule(HeightRule::AtLeast)
    });
    Some(framed(Table::new(made.collect()), &widths))
}

/// The rows of a table, with whether each is repeated on every page.
fn rows<'h>(table: &Place<'h>) -> Vec<(Place<'h>, bool)> {
    let mut rows = Vec::new();
    for part in table.children() {
        match part.element.name.as_str() {
            "tr" => rows.push((part, false)),
            name @ ("thead" | "tbody" | "tfoot") => {
                let own = part.children().filter(|row| row.element.name == "tr");
                rows.extend(own.map(|row| (row, name == "thead")));
            }
            _ => {}
        }
    }
    rows
}

/// Gives each cell its place, past those that hang down from rows above.
fn cells<'h>(
    flow: &Flow<'_>,
    rows: &[(Place<'h>, bool)],
    look: &Look,
    width: i32,
) -> Vec<Cell<'h>> {
    let mut cells: Vec<Cell<'h>> = Vec::new();
    for (at, (row, _)) in rows.iter().enumerate() {
        // Looks are handed down by rows too: bold totals.
        let (row_look, _) = look::of(flow.rules(), row, look, width);
        let mut column = 0;
        let hanging: Vec<(usize, usize)> = cells
            .iter()
            .filter(|cell| cell.row + cell.rows > at)
            .map(|cell| (cell.column, cell.columns))
            .collect();
        for place in row.children() {
            while let Some((_, own)) =
                hanging.iter().find(|(first, own)| (*first..first + own).contains(&column))
            {
                column += own;
            }
            let span = |name| {
                let value = place.element.attribute(name).and_then(|text| text.parse().ok());
                value.unwrap_or(1_usize).clamp(1, 200)
            };
            let (look, frame) = look::of(flow.rules(), &place, &row_look, width);
            let upright = place
                .children()
                .any(|child| look::of(flow.rules(), &child, &look, width).1.upright);
            let frame = Frame { upright: frame.upright || upright, ..frame };
            let (rows, columns) = (span("rowspan").min(rows.len() - at), span("colspan"));
            cells.push(Cell { place, look, frame, row: at, column, rows, columns });
            column += columns;
        }
    }
    cells
}

/// Writes the part of a cell that is in row `at`.
fn written(flow: &Flow<'_>, cell: &Cell<'_>, at: usize, widths: &[i32]) -> TableCell {
    let width: i32 = widths.iter().skip(cell.column).take(cell.columns).sum();
    let mut made = TableCell::new().width(unsigned(width), WidthType::Dxa);
    if cell.columns > 1 {
        made = made.grid_span(cell.columns);
    }
    if cell.rows > 1 {
        let first = at == cell.row;
        made = made.vertical_merge(if first { VMergeType::Restart } else { VMergeType::Continue });
    }
    if cell.frame.unlined {
        made = made.clear_all_border();
    }
    made = made.vertical_align(match cell.frame.top {
        true => VAlignType::Top,
        false => VAlignType::Center,
    });
    if cell.frame.upright {
        made = made.text_direction(TextDirectionType::BtLr);
    }
    if at != cell.row {
        return filled(made, Vec::new());
    }
    let inside = (width - PADDING * 2).max(1);
    filled(made, flow.children(&cell.place, &cell.look, inside))
}

/// Puts pieces into a cell, which ends with a paragraph whatever is in it.
fn filled(cell: TableCell, pieces: Vec<Piece>) -> TableCell {
    let ends = matches!(pieces.last(), Some(Piece::Paragraph(_)));
    let cell = pieces.into_iter().fold(cell, |cell, piece| match piece {
        Piece::Paragraph(paragraph) => cell.add_paragraph(*paragraph),
        Piece::Table(table) => cell.add_table(*table),
    });
    if ends { cell } else { cell.add_paragraph(Paragraph::new()) }
}

fn mark_heading(cell: &mut TableCell) {
    if let Some(TableCellContent::Paragraph(first)) = cell.children.first_mut() {
        first.id.insert_str(0, HEADING_ROW);
    }
}

fn framed(table: Table, widths: &[i32]) -> Table {
    let padding = usize::try_from(PADDING).unwrap_or_default();
    let whole: i32 = widths.iter().sum();
    table
        .set_grid(widths.iter().map(|width| unsigned(*width)).collect())
        .width(unsigned(whole), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .align(TableAlignmentType::Left)
        .margins(TableCellMargins::new().margin(20, padding, 20, padding))
}

/// Shares the width out: fixed columns as the page says, the others by what stands in them.
fn widths(
    table: &Place<'_>,
    cells: &[Cell<'_>],
    columns: usize,
    width: i32,
    flow: &Flow<'_>,
    look: &Look,
) -> Vec<i32> {
    let fixed = fixed_widths(table, columns, width, flow, look);
    let mut least = vec![LEAST; columns];
    let mut wish = vec![LEAST; columns];
    for cell in cells.iter().filter(|cell| cell.columns == 1) {
        let text: String = cell.place.element.text();
        let words = text.split_whitespace();
        let of = |text: &str| text_width(text, cell.look.size, cell.look.bold) + PADDING * 2;
        let (longest, whole) = match cell.frame.upright {
            true => (LEAST, LEAST),
            false => (words.map(of).max().unwrap_or(LEAST), of(text.trim()).min(WIDE)),
        };
        least[cell.column] = least[cell.column].max(longest.max(cell.frame.width.unwrap_or(0)));
        wish[cell.column] = wish[cell.column].max(whole);
    }
    let free = |at: &usize| fixed[*at].is_none();
    let taken: i32 = fixed.iter().flatten().sum();
    let floor: i32 = (0..columns).filter(free).map(|at| least[at]).sum();
    let wishes: i64 = (0..columns).filter(free).map(|at| i64::from(wish[at].max(1))).sum();
    let left = width - taken;
    (0..columns)
        .map(|at| match fixed[at] {
            Some(own) => own,
            // Too narrow even for the longest words: everybody gives the same share.
            None if left < floor => share(left.max(LEAST), least[at], i64::from(floor)),
            None => least[at] + share(left - floor, wish[at].max(1), wishes),
        })
        .collect()
}

fn share(whole: i32, part: i32, of: i64) -> i32 {
    i32::try_from(i64::from(whole) * i64::from(part) / of.max(1)).unwrap_or(LEAST)
}

/// Widths that `<col>` elements ask for.
fn fixed_widths(
    table: &Place<'_>,
    columns: usize,
    width: i32,
    flow: &Flow<'_>,
    look: &Look,
) -> Vec<Option<i32>> {
    let mut fixed = Vec::new();
    let groups = table.children().filter(|child| child.element.name == "colgroup");
    let cols: Vec<_> = groups.flat_map(|group| group.children().collect::<Vec<_>>()).collect();
    for col in cols {
        let span = col.element.attribute("span").and_then(|text| text.parse().ok()).unwrap_or(1);
        let own = look::of(flow.rules(), &col, look, width).1.width;
        fixed.extend(std::iter::repeat_n(own, span));
    }
    fixed.resize(columns, None);
    // What is fixed on a page is fixed for its width; a sheet of another width scales it.
    let taken: i32 = fixed.iter().flatten().sum();
    let most = width - LEAST * i32::try_from(columns).unwrap_or(1);
    if taken <= most || taken == 0 {
        return fixed;
    }
    fixed.into_iter().map(|own| own.map(|own| share(most.max(1), own, i64::from(taken)))).collect()
}

fn unsigned(twips: i32) -> usize {
    usize::try_from(twips).unwrap_or_default()
}
