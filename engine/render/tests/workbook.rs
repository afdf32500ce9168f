//! Writes workbooks and reads them back, as a spreadsheet program would.

#![expect(clippy::unwrap_used, reason = "a test may break off")]

use std::io::{Cursor, Read};

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::Catalog;
use bieumau_model::table::{Cells, Column, Table};
use bieumau_render::{ByteOrderMark, Grid, SheetError, csv, xlsx};
use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;

const FORM: &str = "\
# Pupils.
schema_version: 1
id: pupil
version: 1
title: Học sinh
scope: site
key: [pupil]
sections:
  - id: person
    title: Học sinh
    fields:
      - {id: pupil, type: text, max_length: 20, title: Mã}
";

const CODES: &str = "\
# Gender.
schema_version: 1
id: gender
title: Giới tính
codes:
  - {code: male, name: Nam}
  - {code: female, name: Nữ}
";

const REPORT: &str = "\
# Marks.
schema_version: 1
id: marks
version: 1
title: Bảng điểm
datasets:
  - id: rows
    sql: |
      SELECT pupil FROM pupil
formats: [xlsx, csv]
sheets:
  - name: Điểm
    heading: [TRƯỜNG THCS, BẢNG ĐIỂM]
    from: rows
    columns:
      - {column: name, title: Họ và tên, width: 30}
      - {column: born, title: Ngày sinh}
      - {column: first, title: Học kì I, group: Điểm}
      - {column: second, title: Học kì II, group: Điểm}
      - {column: gender, title: Giới tính, group: Khác, codes: gender}
";

fn catalog() -> Catalog {
    let source: SourceTree = [
        ("forms/x/marks.report.yaml", REPORT),
        ("forms/x/pupil.form.yaml", FORM),
        ("forms/x/codes/gender.yaml", CODES),
    ]
    .into_iter()
    .collect();
    let checked = check(&source);
    assert!(checked.diagnostics.is_empty(), "{}", checked.diagnostics);
    checked.catalog
}

fn column(name: &str, cells: Cells) -> Column {
    Column { name: name.to_owned(), cells }
}

fn rows() -> Table {
    let text = |texts: [&str; 3]| Cells::Text(texts.map(|text| Some(text.to_owned())).into());
    let columns = vec![
        column("name", text(["Nguyễn Văn An", "=1+1", "漢 😀\u{1}"])),
        column("born", Cells::Date(vec![Some(date(2012, 9, 5)), None, Some(date(1890, 1, 2))])),
        column("first", Cells::Decimal { scale: 1, units: vec![Some(75), Some(100), None] }),
        column("second", Cells::Integer(vec![Some(8), Some(i64::MAX), Some(-1)])),
        column("gender", text(["male", "female", "unknown"])),
    ];
    Table::new("rows", columns).unwrap()
}

/// Writes the sheets of the report with `table`.
fn write(table: Table) -> Result<Vec<u8>, SheetError> {
    let (catalog, tables) = (catalog(), [table]);
    let sheets = &catalog.reports["marks"].sheets;
    let grids: Result<Vec<_>, _> =
        sheets.iter().map(|sheet| Grid::new(sheet, &tables, &catalog.code_lists)).collect();
    xlsx(&grids?)
}

fn read(workbook: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(workbook)).unwrap()
}

fn check_row(row: usize, expected: [&str; 5]) {
    let range = read(write(rows()).unwrap()).worksheet_range("Điểm").unwrap();
    let cells: Vec<String> = (0..5)
        .map(|at| match range.get((row, at)).unwrap() {
            Data::Empty => "-".to_owned(),
            Data::String(text) => format!("text {text}"),
            Data::Float(number) => format!("number {number}"),
            Data::DateTime(day) => format!("day {}", day.as_f64()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(cells, expected);
}

/// Returns a file from inside the workbook.
fn part(workbook: Vec<u8>, name: &str) -> String {
    let mut text = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn numbers_are_numbers_and_days_are_days() {
    // Day 41157 of workbooks is 5/9/2012.
    check_row(5, ["text Nguyễn Văn An", "day 41157", "number 7.5", "number 8", "text Nam"]);
}

#[test]
fn a_missing_cell_is_empty_and_a_formula_is_a_text() {
    check_row(6, ["text =1+1", "-", "number 10", "text 9.223.372.036.854.775.807", "text Nữ"]);
}

#[test]
fn what_a_workbook_cannot_hold_is_a_text() {
    check_row(7, ["text 漢 😀\u{1}", "text 02/01/1890", "-", "number -1", "text unknown"]);
}

#[test]
fn headings_stand_over_their_columns() {
    check_row(0, ["text TRƯỜNG THCS", "-", "-", "-", "-"]);
    check_row(3, ["text Họ và tên", "text Ngày sinh", "text Điểm", "-", "text Khác"]);
    check_row(4, ["-", "-", "text Học kì I", "text Học kì II", "text Giới tính"]);
    let mut workbook = read(write(rows()).unwrap());
    let merged: Vec<_> = workbook
        .merge_cells_by_sheet_name("Điểm")
        .unwrap()
        .into_iter()
        .map(|range| (range.start, range.end))
        .collect();
    let lines = [((0, 0), (0, 4)), ((1, 0), (1, 4))];
    let titles = [((3, 0), (4, 0)), ((3, 1), (4, 1)), ((3, 2), (3, 3))];
    assert_eq!(merged, [lines.as_slice(), &titles].concat());
}

#[test]
fn the_sheet_is_ready_to_print() {
    let workbook = write(rows()).unwrap();
    let sheet = part(workbook.clone(), "xl/worksheets/sheet1.xml");
    for setting in [
        "<pane ySplit=\"5\" topLeftCell=\"A6\" activePane=\"bottomLeft\" state=\"frozen\"/>",
        "<pageSetup paperSize=\"9\" fitToHeight=\"0\" orientation=\"landscape\"",
        "<pageSetUpPr fitToPage=\"1\"/>",
    ] {
        assert!(sheet.contains(setting), "{setting} is not in {sheet}");
    }
    let book = part(workbook.clone(), "xl/workbook.xml");
    let titles = "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"0\">Điểm!$4:$5<";
    assert!(book.contains(titles), "{book}");
    let styles = part(workbook, "xl/styles.xml");
    for look in ["Times New Roman", "formatCode=\"#,##0.0\"", "formatCode=\"[$-42A]dd/mm/yyyy\""] {
        assert!(styles.contains(look), "{look} is not in {styles}");
    }
}

#[test]
fn the_same_tables_give_the_same_bytes() {
    let first = write(rows()).unwrap();
    // The clock of a workbook runs in steps of two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    assert!(first == write(rows()).unwrap());
}

#[test]
fn a_table_without_rows_keeps_its_headings() {
    let none = |cells: &Cells| Cells::empty(cells.kind());
    let columns = rows().columns().iter().map(|c| column(&c.name, none(&c.cells))).collect();
    let workbook = write(Table::new("rows", columns).unwrap()).unwrap();
    let range = read(workbook).worksheet_range("Điểm").unwrap();
    assert_eq!(range.get_size(), (5, 5));
}

#[test]
fn a_missing_table_or_column_is_named() {
    let error = write(rows().renamed("other")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sheet `Điểm` shows the table `rows`, which the report does not have"
    );
    let fewer = rows().columns()[..4].to_vec();
    let error = write(Table::new("rows", fewer).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sheet `Điểm` shows the column `gender`, which `rows` does not have"
    );
}

#[test]
fn csv_has_the_same_cells() {
    let (catalog, tables) = (catalog(), [rows()]);
    let sheet = &catalog.reports["marks"].sheets[0];
    let grid = Grid::new(sheet, &tables, &catalog.code_lists).unwrap();
    let text = String::from_utf8(csv(&grid, ByteOrderMark::LeftOut)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "Họ và tên,Ngày sinh,Điểm: Học kì I,Điểm: Học kì II,Khác: Giới tính",
            "Nguyễn Văn An,2012-09-05,7.5,8,Nam",
            "'=1+1,,10.0,9223372036854775807,Nữ",
        ]
    );
}
