//! Catalogs and small records for the tests of this crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bieumau_model::check::{SourceTree, check};
use bieumau_model::definition::{Catalog, Form};
use bieumau_model::format::{parse_date, parse_decimal};
use bieumau_model::table::{Cells, Column, ColumnType, Table, Value};
use bieumau_model::text::Locale;
use jiff::Timestamp;

/// The forms and code lists that every site has, and `files` beside them.
pub fn core_with(files: &[(&str, &str)]) -> Catalog {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/core");
    let mut tree = SourceTree::default();
    for path in yaml_files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        tree.insert(format!("forms/core/{name}"), fs::read_to_string(&path).unwrap());
    }
    files.iter().for_each(|(path, text)| tree.insert(*path, *text));
    checked(&tree)
}

/// The forms and code lists that every site has.
pub fn core() -> Catalog {
    static CORE: OnceLock<Catalog> = OnceLock::new();
    CORE.get_or_init(|| core_with(&[])).clone()
}

/// Only `files`.
pub fn only(files: &[(&str, &str)]) -> Catalog {
    checked(&files.iter().copied().collect())
}

/// A report of the core forms with one dataset, `rows`; `sql` is put into a literal block.
pub fn with_dataset(parameters: &str, sql: &str, columns: &str) -> Catalog {
    let block: String = sql.lines().map(|line| format!("      {line}\n")).collect();
    let columns =
        if columns.is_empty() { String::new() } else { format!("    columns: {columns}\n") };
    let report = format!(
        "schema_version: 1\nid: trial\nversion: 1\ntitle: Thử\nparameters: [{parameters}]\n\
         datasets:\n  - id: rows\n    sql: |\n{block}{columns}\
         document:\n  rows: {{from: rows}}\nformats: [csv]\n\
         sheets:\n  - name: Thử\n    from: rows\n    columns: [{{column: school, title: Trường}}]\n"
    );
    core_with(&[("forms/core/trial.report.yaml", &report)])
}

/// A moment.
pub fn now() -> Timestamp {
    "2026-06-01T08:00:00Z".parse().unwrap()
}

/// Makes a table of `form` out of a heading line and one line per record; cells stand between
/// bars, and an empty cell is missing.
pub fn grid(form: &Form, text: &str) -> Table {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let names: Vec<&str> = lines.next().unwrap().split('|').map(str::trim).collect();
    let mut columns: Vec<Column> = names
        .iter()
        .map(|name| {
            let kind = form.field(name).map_or(ColumnType::Text, |field| field.kind.column_type());
            Column { name: (*name).to_owned(), cells: Cells::empty(kind) }
        })
        .collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split('|')) {
            let value = value(column.cells.kind(), cell.trim());
            column.cells.push(value).unwrap();
        }
    }
    Table::new(form.id.clone(), columns).unwrap()
}

/// Reads a cell.
pub fn value(kind: ColumnType, cell: &str) -> Value {
    if cell.is_empty() {
        return Value::Missing;
    }
    match kind {
        ColumnType::Text => Value::Text(cell.to_owned()),
        ColumnType::Integer => Value::Integer(cell.parse().unwrap()),
        ColumnType::Decimal(scale) => {
            Value::Decimal { units: parse_decimal(cell, scale).unwrap(), scale }
        }
        ColumnType::Date => Value::Date(parse_date(cell).unwrap()),
        ColumnType::Boolean => Value::Boolean(cell == "1"),
    }
}

/// Two schools with two classes each, two pupils a class, two subjects and two years.
///
/// Pupils are numbered by school, class and place: `…111` is the first of class A of `S1`.
pub fn small_school() -> Vec<(&'static str, String)> {
    let mut pupils = String::from("school|pupil|full_name|birth_date|gender|ethnic_group\n");
    let mut enrolments = String::from("school|year|pupil|class|number|status\n");
    let mut marks = String::from("school|year|term|pupil|subject|class|mid_term\n");
    let mut exemptions = String::from("school|year|pupil|subject|reason\n");
    let mut prior = String::from("school|pupil|year|class|school_name\n");
    for school in 1..=2 {
        for class in 1..=2 {
            for place in 1..=2 {
                let pupil = format!("0000000{school}{class}{place}");
                let letter = ["A", "B"][class - 1];
                pupils +=
                    &format!("S{school}|{pupil}|Nguyễn Văn {letter}|2013-05-0{place}|male|01\n");
                enrolments += &format!("S{school}|2025|{pupil}|7{letter}|{place}|01\n");
                enrolments += &format!("S{school}|2024|{pupil}|6{letter}|{place}|01\n");
                for subject in ["TOAN", "VAN"] {
                    marks +=
                        &format!("S{school}|2025|1|{pupil}|{subject}|7{letter}|{school},{place}\n");
                }
                exemptions += &format!("S{school}|2025|{pupil}|GDTC|Ốm\n");
                prior += &format!("S{school}|{pupil}|2023|5{letter}|Tiểu học\n");
            }
        }
    }
    vec![
        (
            "school",
            "school|name|unit|symbol|level|province|commune|place|ownership\n\
             S1|Trường Một|U1|TM|lower_secondary|31|Xã Một|Hải Phòng|public\n\
             S2|Trường Hai|U1|TH|lower_secondary|31|Xã Hai|Hải Phòng|public"
                .to_owned(),
        ),
        (
            "staff",
            "school|staff|full_name|position|status\nS1|T1|Lê Thị Hoa|teacher|working\n\
             S2|T1|Trần Văn Ba|teacher|working"
                .to_owned(),
        ),
        (
            "class",
            "school|year|class|grade|homeroom_teacher\n\
             S1|2025|7A|7|T1\nS1|2025|7B|7|\nS1|2024|6A|6|\nS1|2024|6B|6|\n\
             S2|2025|7A|7|T1\nS2|2025|7B|7|\nS2|2024|6A|6|\nS2|2024|6B|6|"
                .to_owned(),
        ),
        ("pupil", pupils),
        ("enrolment", enrolments),
        ("mark", marks),
        ("exemption", exemptions),
        ("prior_study", prior),
    ]
}

fn checked(tree: &SourceTree) -> Catalog {
    let checked = check(tree);
    let errors: Vec<String> =
        checked.diagnostics.iter().map(|finding| finding.one_line(Locale::En)).collect();
    assert!(!checked.diagnostics.has_errors(), "{}", errors.join("\n"));
    checked.catalog
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(yaml_files(&path));
        } else if path.to_string_lossy().ends_with(".form.yaml") || folder.ends_with("codes") {
            files.push(path);
        }
    }
    files
}
