//! Statistical tables: finds their figures, and tells the records behind each figure.
//!
//! Counting is the job of [`crate::counting`].

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use bieumau_model::definition::indicator::Condition;
use bieumau_model::definition::{Indicator, NameOrder, Report};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::document;
use bieumau_model::indicators::{
    Alternative, Behind, FigureCell, IndicatorError, Page, Tally, Typed, Wanted, behind, failed,
    figures, page, table, wanted,
};
use bieumau_model::names::sort_key;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Column, Table, Value};
use bieumau_model::text::{Locale, Text};
use bieumau_store::Reader;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::batch::is_batch;
use crate::parameters::{Parameters, RawParameters, bind};
use crate::problem::{Problem, ProblemKind};
use crate::render::{Gathered, store_problem};
use crate::site::Site;

/// The finding of a check between figures that must hold before the document is issued.
const MUST_HOLD: &str = "D430";
/// The finding of one that is only worth knowing.
const WORTH_KNOWING: &str = "D431";

/// More records than this are not listed at once.
const MOST: usize = 2_000;

/// The column by which lists of people are ordered the Vietnamese way.
const NAME: &str = "full_name";

/// The statistical tables of a report.
#[derive(Debug, Clone, Serialize)]
pub struct FiguresView {
    /// Title of the report.
    pub title: Text,
    /// Tables.
    pub tables: Vec<Page>,
    /// What is wrong with the figures.
    pub findings: Vec<Diagnostic>,
}

/// The records behind one figure.
#[derive(Debug, Clone, Serialize)]
pub struct RecordsBehind {
    /// Address of the figure: `table.row.column`.
    pub cell: String,
    /// Title of the statistical table.
    pub title: String,
    /// Title of the row, with those above it.
    pub row: String,
    /// Title of the column, with those above it.
    pub column: String,
    /// The figure as it is printed.
    pub figure: String,
    /// The records, a list for each counted table.
    pub lists: Vec<ListBehind>,
}

/// Records of one counted table.
#[derive(Debug, Clone, Serialize)]
pub struct ListBehind {
    /// Table.
    pub table: String,
    /// Headings.
    pub columns: Vec<String>,
    /// Cells as they are read, row by row.
    pub rows: Vec<Vec<String>>,
    /// Whether there are more than are listed.
    pub more: bool,
}

impl Site {
    /// Returns the figures of a report, from what `caller` may see.
    pub fn figures(
        &self,
        caller: &Caller,
        report: &str,
        parameters: &RawParameters,
    ) -> Result<FiguresView, Problem> {
        let report = self.report(report)?;
        let parameters = bind(report, parameters, self.catalog())?;
        let Gathered { pages, findings, .. } = self.tables(caller, report, &parameters)?;
        Ok(FiguresView {
            title: report.title.clone(),
            tables: pages,
            findings: findings.into_iter().collect(),
        })
    }

    /// Lists the records behind a figure, from what `caller` may see, and notes in the audit that
    /// personal data were read.
    pub fn records_behind(
        &self,
        caller: &Caller,
        report: &str,
        given: &RawParameters,
        cell: &str,
        now: Timestamp,
    ) -> Result<RecordsBehind, Problem> {
        let report = self.report(report)?;
        let found = find(report, cell)?;
        let parameters = bind(report, given, self.catalog())?;
        let gathered = self.tables(caller, report, &parameters)?;
        let reader = self.reader(caller)?;
        let mut lists = Vec::new();
        for (table, alternatives) in by_table(&found) {
            let Some(shown) = found.indicator.records.get(table) else { continue };
            let own = gathered.tables.iter().find(|own| own.name() == table);
            let list = match own {
                Some(own) => in_memory(own, shown.keys(), &alternatives, report, found.indicator)?,
                None if is_batch(report, &parameters) && report.is_of_batch(table) => {
                    let mut parts: Vec<Table> = Vec::new();
                    self.each_part(caller, report, &parameters, |tables, _| {
                        if let Some(own) = tables.iter().find(|own| own.name() == table) {
                            let (shown, indicator) = (shown.keys(), found.indicator);
                            parts.push(in_memory(own, shown, &alternatives, report, indicator)?);
                        }
                        let enough = parts.iter().map(Table::rows).sum::<usize>() > MOST;
                        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                    })?;
                    let Some(all) = joined(&parts) else { continue };
                    all
                }
                None => {
                    let given = values(&parameters);
                    in_store(&reader, report, table, shown.keys(), &alternatives, &given)?
                }
            };
            lists.push(listed(table, shown.values(), &list));
        }
        if lists.is_empty() {
            return Err(not_listed(cell));
        }
        let forms = self.personal_forms(report);
        if !forms.is_empty() {
            let rows: usize = lists.iter().map(|list| list.rows.len()).sum();
            let details = json!({"report": report.id, "version": report.version,
                "parameters": given, "format": "records", "cell": cell, "forms": forms});
            self.note(caller, "document_read", rows, &details, now)?;
        }
        let page = gathered.pages.iter().find(|page| page.id == found.indicator.id);
        Ok(RecordsBehind {
            cell: cell.to_owned(),
            title: found.indicator.title.clone(),
            row: found.row.full_title(),
            column: found.column.full_title(),
            figure: page.map(|page| printed(page, &found)).unwrap_or_default(),
            lists,
        })
    }
}

/// Finds the figures of all statistical tables, and adds them to `tables` and what is wrong with them
/// to `findings`.
pub(crate) fn fill(
    report: &Report,
    tables: &mut Vec<Table>,
    mut tallies: Vec<Tally>,
    findings: &mut Diagnostics,
) -> Result<Vec<Page>, Problem> {
    let wrong = |error: IndicatorError| figures_problem(report, &error);
    for (name, wanted) in wanted(&report.indicators) {
        if tallies.iter().any(|tally| tally.name == name) {
            continue;
        }
        let Some(own) = tables.iter().find(|own| own.name() == name) else { continue };
        let wanted: &Wanted = &wanted;
        tallies.push(Tally::of(own, wanted, &report.id).map_err(wrong)?);
    }
    let all = report.indicators.iter().map(|own| figures(own, &tallies));
    let all = all.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let both: Vec<_> = report.indicators.iter().zip(&all).collect();
    let mut pages = Vec::with_capacity(both.len());
    for (at, (indicator, figures)) in both.iter().enumerate() {
        let failures = failed(&both, at);
        let problems =
            failures.iter().map(|failed| failed.message.get(Locale::Vi).to_owned()).collect();
        for failed in failures {
            let code = if failed.blocks { MUST_HOLD } else { WORTH_KNOWING };
            findings.push(Diagnostic::warning(code, failed.message).help(Text::both(
                "mở danh sách đằng sau từng số để tìm bản ghi sai",
                "open the records behind each figure to find the wrong one",
            )));
        }
        tables.push(table(indicator, figures));
        pages.push(page(indicator, figures, problems));
    }
    Ok(pages)
}

/// Returns whether a finding says that figures contradict each other, which keeps their document from
/// being issued.
pub fn is_contradiction(finding: &Diagnostic) -> bool {
    finding.code == MUST_HOLD
}

/// Refuses to issue a document whose figures contradict each other.
pub(crate) fn refuse_wrong(findings: &[Diagnostic]) -> Result<(), Problem> {
    let wrong: Vec<&Diagnostic> =
        findings.iter().filter(|finding| is_contradiction(finding)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let mut all = Diagnostics::default();
    for finding in &wrong {
        let message = finding.message.clone();
        all.push(Diagnostic::error(MUST_HOLD, message).maybe_help(finding.help.clone()));
    }
    let count = wrong.len();
    Err(Problem::new(
        ProblemKind::Conflict,
        "J384",
        format!("Chưa phát hành được: {count} chỗ số liệu không khớp nhau"),
        format!("not issued: {count} figures contradict each other"),
    )
    .help(
        "Sửa dữ liệu rồi phát hành lại; bản xem trước vẫn mở được",
        "mend the data and issue again; the preview still opens",
    )
    .with(all))
}

/// Finds the figure that `table.row.column` names.
fn find<'r>(report: &'r Report, cell: &str) -> Result<Behind<'r>, Problem> {
    let parts: Vec<&str> = cell.split('.').collect();
    let found = match parts.as_slice() {
        [table, row, column] => report
            .indicators
            .iter()
            .find(|own| own.id == *table)
            .and_then(|own| behind(own, row, column)),
        _ => None,
    };
    found.ok_or_else(|| {
        let tables = report.indicators.iter().map(|own| own.id.as_str()).collect::<Vec<_>>();
        Problem::new(
            ProblemKind::NotFound,
            "J385",
            format!("Báo cáo `{}` không có ô số liệu `{cell}`", report.id),
            format!("report `{}` has no figure `{cell}`", report.id),
        )
        .help(
            format!("Viết `bảng.dòng.cột`; các bảng: {}", tables.join(", ")),
            format!("write `table.row.column`; the tables: {}", tables.join(", ")),
        )
        .at("/cell")
    })
}

fn not_listed(cell: &str) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "J386",
        format!("Ô số liệu `{cell}` không có danh sách bản ghi"),
        format!("no records are listed behind the figure `{cell}`"),
    )
    .help(
        "Khai `records` cho bảng được đếm trong định nghĩa của báo cáo",
        "declare `records` for the counted table in the definition of the report",
    )
}

pub(crate) fn figures_problem(report: &Report, error: &IndicatorError) -> Problem {
    Problem::new(
        ProblemKind::Definition,
        "J387",
        format!("Báo cáo `{}` không tính được số liệu: {error}", report.id),
        format!("report `{}` cannot find its figures: {error}", report.id),
    )
}

type Alternatives<'a> = Vec<Vec<&'a Condition>>;

/// The alternatives of each table, tables in order of their names.
fn by_table<'a>(found: &Behind<'a>) -> BTreeMap<&'a str, Alternatives<'a>> {
    let mut all: BTreeMap<&str, Alternatives<'a>> = BTreeMap::new();
    for Alternative { table, conditions } in &found.alternatives {
        all.entry(table).or_default().push(conditions.clone());
    }
    all
}

/// Finds rows of a table that a rule or a selection gave.
fn in_memory<'c>(
    table: &Table,
    columns: impl Iterator<Item = &'c String>,
    alternatives: &Alternatives<'_>,
    report: &Report,
    indicator: &Indicator,
) -> Result<Table, Problem> {
    let lacks = |column: &str| {
        figures_problem(
            report,
            &IndicatorError::Column {
                indicator: indicator.id.clone(),
                table: table.name().to_owned(),
                column: column.to_owned(),
            },
        )
    };
    let mut typed = Vec::new();
    for conditions in alternatives {
        let mut all = Vec::new();
        for condition in conditions {
            let cells = table.column(&condition.column).ok_or_else(|| lacks(&condition.column))?;
            let test =
                Typed::new(&condition.test, cells.kind()).map_err(|_| lacks(&condition.column))?;
            all.push((cells, test));
        }
        typed.push(all);
    }
    let meets = |row: &usize| {
        typed.iter().any(|all| all.iter().all(|(cells, test)| test.holds(&cells.value(*row))))
    };
    let rows: Vec<usize> = (0..table.rows()).filter(meets).take(MOST + 1).collect();
    let mut shown = Vec::new();
    for name in columns {
        let cells = table.column(name).ok_or_else(|| lacks(name))?.of_rows(&rows);
        shown.push(Column { name: name.clone(), cells });
    }
    Table::new(table.name(), shown).map_err(|error| {
        Problem::new(ProblemKind::Definition, "J388", error.to_string(), error.to_string())
    })
}

/// Returns the rows of tables with the same columns one after the other; nothing when there is none.
fn joined(parts: &[Table]) -> Option<Table> {
    let (first, others) = parts.split_first()?;
    let columns = first.columns().iter().map(|column| {
        let mut cells = column.cells.clone();
        let more = others.iter().filter_map(|part| part.column(&column.name));
        for value in more.flat_map(|more| (0..more.len()).map(|row| more.value(row))) {
            cells.push(value).expect("columns of the same table");
        }
        Column { name: column.name.clone(), cells }
    });
    Some(Table::new(first.name(), columns.collect()).expect("columns of one length"))
}

/// Finds rows of a dataset that was counted and not held.
fn in_store<'c>(
    reader: &Reader,
    report: &Report,
    table: &str,
    columns: impl Iterator<Item = &'c String>,
    alternatives: &Alternatives<'_>,
    parameters: &[(&str, Value)],
) -> Result<Table, Problem> {
    let lacks = |column: &str| {
        let (table, column) = (table.to_owned(), column.to_owned());
        figures_problem(
            report,
            &IndicatorError::Column { indicator: report.id.clone(), table, column },
        )
    };
    let dataset = report.datasets.iter().find(|own| own.id == table).ok_or_else(|| lacks(""))?;
    let kinds = reader.columns(dataset).map_err(store_problem)?;
    let mut any = Vec::new();
    for conditions in alternatives {
        let mut all = vec!["1 = 1".to_owned()];
        for Condition { column, test, .. } in conditions {
            let kind = kinds.iter().find(|own| own.name == *column).map(|own| own.kind);
            let kind = kind.ok_or_else(|| lacks(column))?;
            let test = Typed::new(test, kind).map_err(|_| lacks(column))?;
            all.push(test.sql(&format!("counted.{column}")));
        }
        any.push(format!("({})", all.join(" AND ")));
    }
    let columns: Vec<&str> = columns.map(String::as_str).collect();
    reader
        .rows_where(dataset, &columns, &any.join(" OR "), MOST + 1, parameters)
        .map_err(store_problem)
}

fn values(parameters: &Parameters) -> Vec<(&str, Value)> {
    parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
}

/// Writes rows for people, ordered by their columns, names the Vietnamese way.
fn listed<'t>(name: &str, titles: impl Iterator<Item = &'t String>, table: &Table) -> ListBehind {
    let mut order: Vec<usize> = (0..table.rows()).collect();
    let key = |row: &usize| -> Vec<Vec<u8>> {
        let column = |column: &bieumau_model::table::Column| {
            let text = sortable(&column.cells.value(*row));
            match column.name == NAME {
                true => sort_key(&text, NameOrder::default()),
                false => text.into_bytes(),
            }
        };
        table.columns().iter().map(column).collect()
    };
    order.sort_by_cached_key(key);
    let cells = |row: usize| -> Vec<String> {
        let shown = |column: &bieumau_model::table::Column| shown(&column.cells.value(row));
        table.columns().iter().map(shown).collect()
    };
    ListBehind {
        table: name.to_owned(),
        columns: titles.cloned().collect(),
        rows: order.iter().take(MOST).map(|row| cells(*row)).collect(),
        more: table.rows() > MOST,
    }
}

fn sortable(value: &Value) -> String {
    match value {
        Value::Integer(number) => format!("{number:020}"),
        other => crate::render::plain(other).unwrap_or_default(),
    }
}

fn shown(value: &Value) -> String {
    match document::cell(value) {
        Json::Null => String::new(),
        Json::String(text) => text,
        Json::Bool(yes) => if yes { "Có" } else { "Không" }.to_owned(),
        Json::Object(date) => {
            date.get("short").and_then(Json::as_str).unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

/// The figure as it stands on the page.
fn printed(page: &Page, found: &Behind<'_>) -> String {
    let row = page.rows.iter().find(|row| row.id.as_deref() == Some(&found.row.id));
    let cells = row.map(|row| row.cells.as_slice()).unwrap_or_default();
    let cell: Option<&FigureCell> = cells.iter().find(|cell| cell.column == found.column.id);
    cell.map(|cell| cell.text.clone()).unwrap_or_default()
}
