//! Prepares datasets: the first lock, the parameters, SQLite's own opinion, and the column types.
//!
//! The same examination runs at check time, on an empty database made from the forms, and when a
//! reader meets a dataset for the first time; what passes the check runs.

use std::collections::BTreeMap;
use std::ops::Range;

use bieumau_model::check::DatasetColumns;
use bieumau_model::definition::{
    Catalog, Dataset, DatasetColumn, Report, SharedDataset, Shown, Source,
};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::nearest;
use bieumau_model::scope::Scope;
use bieumau_model::table::ColumnType;
use bieumau_model::text::Text;
use rusqlite::{Connection, ErrorCode};

use crate::codes;
use crate::error::StoreError;
use crate::portable::{self, Finding, Portable};
use crate::reader::{Limits, Reader};
use crate::schema::{STEPS, create_indexes, create_table, write_code_list};
use crate::shape::Shape;
use crate::store::harden;

/// The columns of the datasets of every report, by report.
pub type ReportColumns = BTreeMap<String, DatasetColumns>;

/// How many unknown columns of one dataset are looked for.
const MOST_REPAIRS: usize = 30;

/// A dataset that may be run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub sql: String,
    pub columns: Vec<DatasetColumn>,
    /// Whether the column is a field as it is stored, and so in NFC already.
    pub plain: Vec<bool>,
    /// Whether the rows may be counted school by school.
    pub by_school: bool,
}

/// Examines the datasets of all reports on an empty database made from the forms.
///
/// Returns all findings, each at its line in the YAML, and the columns of the datasets without
/// errors.
pub fn check_datasets(catalog: &Catalog) -> (Diagnostics, ReportColumns) {
    let mut findings = Diagnostics::default();
    let mut columns = ReportColumns::new();
    let reader = match empty_store(catalog) {
        Ok(reader) => reader,
        Err(error) => return (error.diagnostics(), columns),
    };
    let mut of_shared = DatasetColumns::new();
    for (id, shared) in &catalog.datasets {
        let (found, plan) = examine(&reader, &shared.dataset, Some(&Declared::by_shared(shared)));
        findings.append(found);
        of_shared.extend(plan.map(|plan| (id.clone(), plan.columns)));
    }
    for report in catalog.reports.values() {
        for dataset in &report.datasets {
            let found = match &dataset.shared {
                Some(id) => of_shared.get(id).cloned(),
                None => {
                    let declared = Declared::by_report(report);
                    let (found, plan) = examine(&reader, dataset, Some(&declared));
                    findings.append(found);
                    plan.map(|plan| plan.columns)
                }
            };
            if let Some(found) = found {
                let of_report = columns.entry(report.id.clone()).or_default();
                of_report.insert(dataset.id.clone(), found);
            }
        }
    }
    (findings, columns)
}

/// The parameters that a statement may use, and who declares them.
pub(crate) struct Declared<'a> {
    by: (&'static str, &'static str),
    names: Vec<&'a str>,
}

impl<'a> Declared<'a> {
    fn by_report(report: &'a Report) -> Self {
        let names = report.parameters.iter().map(|parameter| parameter.id.as_str());
        Self { by: ("báo cáo", "the report"), names: names.collect() }
    }

    fn by_shared(shared: &'a SharedDataset) -> Self {
        let names = shared.parameters.iter().chain(&shared.optional).map(String::as_str);
        Self { by: ("tập dữ liệu", "the dataset"), names: names.collect() }
    }
}

/// Makes a reader over an empty database with the tables of `catalog`.
fn empty_store(catalog: &Catalog) -> Result<Reader, StoreError> {
    let conn = Connection::open_in_memory()?;
    harden(&conn)?;
    conn.execute_batch("BEGIN")?;
    for step in STEPS {
        conn.execute_batch(step)?;
    }
    let shapes = Shape::all(catalog);
    for shape in &shapes {
        conn.execute_batch(&create_table(shape, &shape.table()))?;
        conn.execute_batch(&create_indexes(shape))?;
    }
    for codes in catalog.code_lists.values() {
        write_code_list(&conn, codes)?;
    }
    conn.execute_batch("COMMIT")?;
    let shapes = shapes.into_iter().map(|shape| (shape.form.clone(), shape)).collect();
    Reader::with_shapes(conn, catalog, shapes, &Scope::everything(), Limits::default())
}

/// Examines one dataset; with `declared`, its parameters too. There is a plan when no finding is an
/// error.
pub(crate) fn examine(
    reader: &Reader,
    dataset: &Dataset,
    declared: Option<&Declared<'_>>,
) -> (Diagnostics, Option<Plan>) {
    let mut examined = Examined { source: &dataset.sql, findings: Diagnostics::default() };
    let portable = match portable::read(&dataset.sql.text, &reader.names) {
        Ok(portable) => portable,
        Err(findings) => {
            findings.into_iter().for_each(|finding| examined.add(finding));
            return (examined.findings, None);
        }
    };
    portable.warnings.iter().for_each(|finding| examined.add(finding.clone()));
    if let Some(declared) = declared {
        examined.parameters(&portable, declared);
    }
    let plan = examined.prepare(reader, dataset, &portable);
    let Examined { findings, .. } = examined;
    let plan = plan.filter(|_| !findings.has_errors());
    (findings, plan)
}

struct Examined<'a> {
    source: &'a Source,
    findings: Diagnostics,
}

/// A result column as SQLite sees it.
struct Seen {
    name: String,
    /// The type of the field that it shows, when it shows one as it is.
    kind: Option<ColumnType>,
    shows: Option<Shown>,
}

impl Examined<'_> {
    fn add(&mut self, Finding { place, diagnostic }: Finding) {
        // Without a place of its own, a finding is about the whole statement.
        let place = if place.is_empty() && place.start == 0 { 0..self.first_word() } else { place };
        self.findings.push(diagnostic.at(self.source.span(place.start, place.end)));
    }

    fn first_word(&self) -> usize {
        self.source.text.find(char::is_whitespace).unwrap_or(self.source.text.len())
    }

    fn parameters(&mut self, portable: &Portable, declared: &Declared<'_>) {
        let (vi, en) = declared.by;
        for (name, place) in &portable.parameters {
            if declared.names.contains(&name.as_str()) {
                continue;
            }
            let mut diagnostic = Diagnostic::error(
                codes::SQL_PARAMETER,
                Text::both(
                    format!("{vi} không khai tham số `{name}`"),
                    format!("{en} does not declare the parameter `{name}`"),
                ),
            );
            diagnostic.help = nearest::help(name, declared.names.iter().copied());
            self.add(Finding { place: place.clone(), diagnostic });
        }
    }

    fn prepare(&mut self, reader: &Reader, dataset: &Dataset, portable: &Portable) -> Option<Plan> {
        let seen = self.seen(reader, portable)?;
        let arms = self.arms(reader, portable, seen.len());
        let mut columns = Vec::new();
        let mut plain = Vec::new();
        for (at, column) in seen.iter().enumerate() {
            let place = portable.outputs.as_ref().and_then(|outputs| outputs.get(at));
            let place = place.map_or(0..0, |output| output.place.clone());
            self.name(&seen[..at], &column.name, place.clone());
            let others: Vec<&Seen> = arms.iter().filter_map(|arm| arm.get(at)).collect();
            let kinds = others.iter().map(|other| other.kind);
            let kinds: Vec<Option<ColumnType>> =
                std::iter::once(column.kind).chain(kinds).collect();
            let same = others.iter().all(|other| other.shows == column.shows);
            let shows = column.shows.clone().filter(|_| same);
            let known = kinds.iter().all(|kind| *kind == kinds[0]).then_some(kinds[0]).flatten();
            let declared = dataset.columns.get(&column.name).copied();
            if let Some(declared) = declared {
                let other = kinds.iter().flatten().find(|kind| **kind != declared);
                other.into_iter().for_each(|kind| {
                    self.wrong_type(&column.name, declared, *kind, place.clone());
                });
            }
            let Some(kind) = declared.or(known) else {
                let output = portable.outputs.as_ref().and_then(|outputs| outputs.get(at));
                let guess = kinds.iter().flatten().next().copied();
                let guess = guess.or(output.map(|output| output.guess));
                self.missing_type(&column.name, place, guess.unwrap_or(ColumnType::Text));
                continue;
            };
            plain.push(known.is_some());
            columns.push(DatasetColumn { name: column.name.clone(), kind, shows });
        }
        self.declared_columns(dataset, &seen);
        Some(Plan { sql: portable.sql.clone(), columns, plain, by_school: portable.by_school })
    }

    /// Asks SQLite; on an unknown column, notes it, puts a constant in its place, and asks again,
    /// so that all of them are found at once.
    fn seen(&mut self, reader: &Reader, portable: &Portable) -> Option<Vec<Seen>> {
        let mut sql = portable.sql.clone();
        for _ in 0..MOST_REPAIRS {
            let error = match columns_of(reader, &sql) {
                Ok(columns) => return (sql == portable.sql).then_some(columns),
                Err(error) => error,
            };
            let (message, offset) = message_of(&error);
            let place = offset.and_then(|offset| word_at(&portable.words, &sql, offset));
            if error.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied) {
                let diagnostic = refused("đọc quá phạm vi được phép", "it reaches for too much");
                self.add(Finding { place: 0..0, diagnostic });
                return None;
            }
            let column = message.strip_prefix("no such column: ");
            let (Some(column), Some(place)) = (column, place.clone()) else {
                let diagnostic = complaint(&reader.guard.tidy(&message));
                self.add(Finding { place: place.unwrap_or(0..0), diagnostic });
                return None;
            };
            let diagnostic = unknown_column(reader, portable, column);
            self.add(Finding { place: place.clone(), diagnostic });
            let constant = if place.len() < 2 { "0" } else { "''" };
            sql.replace_range(place.clone(), &format!("{constant:<width$}", width = place.len()));
        }
        None
    }

    /// Returns the columns of the parts of a union, where SQLite tells them.
    fn arms(&self, reader: &Reader, portable: &Portable, width: usize) -> Vec<Vec<Seen>> {
        let arms = portable.arms.iter().filter_map(|arm| columns_of(reader, arm).ok());
        arms.filter(|columns| columns.len() == width).collect()
    }

    fn name(&mut self, before: &[Seen], name: &str, place: Range<usize>) {
        let plain = name.starts_with(|ch: char| ch.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let (vi, en) = if !plain {
            (
                "cột kết quả phải có tên viết thường bằng `AS`",
                "give the column a lower-case name with `AS`",
            )
        } else if before.iter().any(|column| column.name == name) {
            ("hai cột kết quả trùng tên", "two result columns have one name")
        } else {
            return;
        };
        let diagnostic = Diagnostic::error(
            codes::SQL_COLUMN_NAME,
            Text::both(format!("`{name}`: {vi}"), format!("`{name}`: {en}")),
        );
        self.add(Finding { place, diagnostic });
    }

    fn missing_type(&mut self, name: &str, place: Range<usize>, guess: ColumnType) {
        let guess = type_name(guess);
        let diagnostic = Diagnostic::error(
            codes::SQL_TYPE_MISSING,
            Text::both(
                format!("cột `{name}` là kết quả tính nên phải khai kiểu"),
                format!("column `{name}` is computed, so its type must be declared"),
            ),
        )
        .help(Text::both(
            format!("thêm vào tập dữ liệu: `columns: {{{name}: {guess}}}`"),
            format!("add to the dataset: `columns: {{{name}: {guess}}}`"),
        ));
        self.add(Finding { place, diagnostic });
    }

    fn wrong_type(
        &mut self,
        name: &str,
        declared: ColumnType,
        kind: ColumnType,
        place: Range<usize>,
    ) {
        let (declared, kind) = (type_name(declared), type_name(kind));
        let diagnostic = Diagnostic::error(
            codes::SQL_TYPE_WRONG,
            Text::both(
                format!("cột `{name}` khai là {declared} nhưng trường có kiểu {kind}"),
                format!("column `{name}` is declared {declared} but the field is {kind}"),
            ),
        )
        .help(Text::both("bỏ dòng khai", "drop the declaration"));
        self.add(Finding { place, diagnostic });
    }

    /// The columns that a sort names are compared elsewhere, at their own place in the YAML.
    fn declared_columns(&mut self, dataset: &Dataset, seen: &[Seen]) {
        for name in dataset.columns.keys() {
            if seen.iter().any(|column| column.name == *name) {
                continue;
            }
            let mut diagnostic = Diagnostic::error(
                codes::SQL_COLUMN_UNUSED,
                Text::both(
                    format!("cột khai `{name}` không có trong kết quả"),
                    format!("the declared column `{name}` is not in the result"),
                ),
            );
            diagnostic.help = nearest::help(name, seen.iter().map(|column| column.name.as_str()));
            self.add(Finding { place: 0..0, diagnostic });
        }
    }
}

/// Names a type as YAML has it.
pub(crate) fn type_name(kind: ColumnType) -> String {
    match kind {
        ColumnType::Text => "text".to_owned(),
        ColumnType::Integer => "integer".to_owned(),
        ColumnType::Decimal(scale) => format!("decimal({scale})"),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Boolean => "boolean".to_owned(),
    }
}

/// Prepares `sql` and returns its columns.
fn columns_of(reader: &Reader, sql: &str) -> rusqlite::Result<Vec<Seen>> {
    let statement = reader.conn.prepare_cached(sql)?;
    let columns = statement.columns_with_metadata();
    let seen = columns.into_iter().map(|column| {
        let origin = column.table_name().zip(column.origin_name());
        Seen {
            name: column.name().to_owned(),
            kind: origin.and_then(|(table, origin)| reader.kind_of(table, origin)),
            shows: origin.and_then(|(table, origin)| shown(table, origin)),
        }
    });
    Ok(seen.collect())
}

/// Names the field of a form, or the list whose codes, a column of a base table holds.
fn shown(table: &str, origin: &str) -> Option<Shown> {
    if let Some(form) = table.strip_prefix("record_") {
        return Some(Shown::Field { form: form.to_owned(), field: origin.to_owned() });
    }
    let list = table.strip_prefix("codelist_").filter(|_| origin == "code")?;
    Some(Shown::Code { list: list.to_owned() })
}

/// Returns what SQLite says, and where in the statement.
fn message_of(error: &rusqlite::Error) -> (String, Option<usize>) {
    match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            (msg.clone(), usize::try_from(*offset).ok())
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) => (message.clone(), None),
        other => (other.to_string(), None),
    }
}

/// Returns the place of the name that begins at `offset`: `a` or `a.b`.
fn word_at(words: &[Range<usize>], sql: &str, offset: usize) -> Option<Range<usize>> {
    let at = words.iter().position(|word| word.start == offset)?;
    let word = &words[at];
    match words.get(at + 1) {
        Some(next) if sql.get(word.end..next.start).is_some_and(|gap| gap.trim() == ".") => {
            Some(word.start..next.end)
        }
        _ => Some(word.clone()),
    }
}

fn unknown_column(reader: &Reader, portable: &Portable, column: &str) -> Diagnostic {
    let name = column.rsplit('.').next().unwrap_or(column);
    let tables = portable.tables.iter();
    let known = tables.flat_map(|table| reader.names.columns(table));
    let mut diagnostic = Diagnostic::error(
        codes::SQL_COLUMN,
        Text::both(format!("không có cột `{column}`"), format!("there is no column `{column}`")),
    );
    diagnostic.help = nearest::nearest(name, known).map(|near| {
        Text::both(format!("có phải bạn muốn viết `{near}`?"), format!("did you mean `{near}`?"))
    });
    diagnostic
}

fn complaint(message: &str) -> Diagnostic {
    match message.strip_prefix("ambiguous column name: ") {
        Some(column) => Diagnostic::error(
            codes::SQL_AMBIGUOUS,
            Text::both(
                format!("cột `{column}` có ở nhiều bảng"),
                format!("the column `{column}` stands in several tables"),
            ),
        )
        .help(Text::both("viết tên bảng trước tên cột", "write the table in front of the column")),
        None => refused(vietnamese(message), message),
    }
}

/// Says the commonest complaints of SQLite in Vietnamese.
fn vietnamese(message: &str) -> &str {
    if message.starts_with("misuse of aggregate") {
        "hàm gộp (COUNT, SUM, MIN, MAX) đặt sai chỗ"
    } else if message.starts_with("SELECTs to the left and right of") {
        "các vế của UNION có số cột khác nhau"
    } else if message.contains("ORDER BY term") || message.contains("GROUP BY term") {
        "ORDER BY hoặc GROUP BY nêu cột không có trong kết quả"
    } else if message.starts_with("sub-select returns") {
        "câu SELECT con phải cho đúng một cột"
    } else {
        message
    }
}

fn refused(vi: &str, en: &str) -> Diagnostic {
    Diagnostic::error(
        codes::SQL_REFUSED,
        Text::both(format!("câu SQL không chạy được: {vi}"), format!("the SQL does not run: {en}")),
    )
}
