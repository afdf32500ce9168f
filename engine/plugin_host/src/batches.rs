//! Large tables in parts: split by pupil (or whatever the rule says), worked on at the same time.
//!
//! A rule that declares `batch_by` promises that each value of that column has its answer by
//! itself. The parts are the same on every machine, and so is the answer, row for row.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use bieumau_model::definition::RuleDeclaration;
use bieumau_model::table::{Cells, Column, Table, Value};

use crate::answer::{Answer, Explain};
use crate::error::PluginError;
use crate::host::{Plugin, STACK_BYTES};

/// Rows of a part, of all tables together, above which the next part begins.
pub const ROWS: usize = 32_768;

/// One part: which rows of each table that is split.
struct Part {
    rows: Vec<Option<Vec<usize>>>,
}

impl Plugin {
    /// Applies a rule like [`Plugin::apply`], in parts of about so many rows, several at once.
    ///
    /// Tables of the answer that lack the column of `batch_by` are left out: they tell of a whole,
    /// not of a part. A rule without `batch_by`, and a call of one part, are one ordinary call.
    /// When parts fail, the error is that of the first of them.
    pub fn apply_in_batches(
        &self,
        rule: &str,
        parameters: &[(String, String)],
        tables: &[Table],
        explain: Explain,
        rows: usize,
    ) -> Result<Answer, PluginError> {
        let declared = self.rule(rule)?;
        let Some(column) = &declared.batch_by else {
            return self.apply(rule, parameters, tables, explain);
        };
        let parts = split(tables, column, rows.max(1));
        if parts.len() <= 1 {
            return self.apply(rule, parameters, tables, explain);
        }
        let apply = |part: &Part| self.apply(rule, parameters, &part.of(tables), explain);
        let answers = self.at_once(&parts, apply)?;
        Ok(merge(declared, column, tables, &parts, answers))
    }

    /// Does the parts in order, as many at once as the host has calls; the first error counts.
    fn at_once(
        &self,
        parts: &[Part],
        apply: impl Fn(&Part) -> Result<Answer, PluginError> + Sync,
    ) -> Result<Vec<Answer>, PluginError> {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let done: Mutex<Vec<Option<Result<Answer, PluginError>>>> =
            Mutex::new(parts.iter().map(|_| None).collect());
        let work = || {
            while !failed.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(part) = parts.get(at) else { return };
                let answer = apply(part);
                failed.fetch_or(answer.is_err(), Ordering::Relaxed);
                done.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(answer);
            }
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = self.calls_at_once().min(cores).min(parts.len());
        thread::scope(|scope| {
            for _ in 1..threads {
                let thread = thread::Builder::new().stack_size(STACK_BYTES);
                // Where no thread can be had, there are fewer.
                let _ = thread.spawn_scoped(scope, work);
            }
            work();
        });
        // Parts are begun in order, so all before the first that failed are there.
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
    }
}

impl Part {
    fn of(&self, tables: &[Table]) -> Vec<Table> {
        let own = |(table, rows): (&Table, &Option<Vec<usize>>)| match rows {
            Some(rows) => table.of_rows(rows),
            None => table.clone(),
        };
        tables.iter().zip(&self.rows).map(own).collect()
    }
}

/// Splits the tables that have `column`; the others go into every part.
fn split(tables: &[Table], column: &str, most: usize) -> Vec<Part> {
    // Values by their first row, in the order of the tables.
    let mut values: HashMap<Value, usize> = HashMap::new();
    let mut rows_of: Vec<Vec<Vec<usize>>> = Vec::new();
    let splits: Vec<bool> = tables.iter().map(|table| table.column(column).is_some()).collect();
    for (at, table) in tables.iter().enumerate() {
        let Some(cells) = table.column(column) else { continue };
        for row in 0..table.rows() {
            let value = *values.entry(cells.value(row)).or_insert_with(|| {
                rows_of.push(vec![Vec::new(); tables.len()]);
                rows_of.len() - 1
            });
            rows_of[value][at].push(row);
        }
    }
    let size = |value: &Vec<Vec<usize>>| value.iter().map(Vec::len).sum::<usize>();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (at, value) in rows_of.iter().enumerate() {
        rows += size(value);
        if rows >= most {
            ranges.push(start..at + 1);
            (start, rows) = (at + 1, 0);
        }
    }
    if start < rows_of.len() {
        ranges.push(start..rows_of.len());
    }
    let part = |range: Range<usize>| Part {
        rows: (0..tables.len())
            .map(|at| {
                splits[at].then(|| {
                    let mut rows: Vec<usize> =
                        rows_of[range.clone()].iter().flat_map(|value| value[at].clone()).collect();
                    // Within a part a table keeps its order.
                    rows.sort_unstable();
                    rows
                })
            })
            .collect(),
    };
    ranges.into_iter().map(part).collect()
}

/// Puts the answers one behind the other, with the rows of the whole call in their places.
fn merge(
    rule: &RuleDeclaration,
    column: &str,
    tables: &[Table],
    parts: &[Part],
    answers: Vec<Answer>,
) -> Answer {
    let mut whole = Answer { tables: Vec::new(), findings: Vec::new(), explanations: Vec::new() };
    let mut before: HashMap<String, usize> = HashMap::new();
    let mut given: HashMap<String, Vec<Table>> = HashMap::new();
    for (part, answer) in parts.iter().zip(answers) {
        for mut finding in answer.findings {
            let at = finding.place.table.as_ref();
            let at = at.and_then(|name| tables.iter().position(|table| table.name() == name));
            if let (Some(rows), Some(row)) =
                (at.and_then(|at| part.rows[at].as_ref()), finding.place.row)
            {
                finding.place.row = rows.get(row).copied();
            }
            whole.findings.push(finding);
        }
        for mut explanation in answer.explanations {
            let shift = explanation.place.table.as_ref().and_then(|name| before.get(name));
            if let (Some(shift), Some(row)) = (shift, &mut explanation.place.row) {
                *row += shift;
            }
            whole.explanations.push(explanation);
        }
        for table in answer.tables {
            *before.entry(table.name().to_owned()).or_default() += table.rows();
            given.entry(table.name().to_owned()).or_default().push(table);
        }
    }
    for declared in &rule.gives {
        let splits = declared.columns.iter().any(|own| own.name == column);
        if let Some(parts) = given.remove(&declared.name).filter(|_| splits) {
            whole.tables.push(joined(&declared.name, &parts, |name| {
                declared.columns.iter().find(|own| own.name == name).map(|own| own.kind)
            }));
        }
    }
    whole
}

/// Joins tables of the same declaration; an optional column that one of them lacks is empty there.
fn joined(
    name: &str,
    parts: &[Table],
    kind: impl Fn(&str) -> Option<bieumau_model::table::ColumnType>,
) -> Table {
    let mut names: Vec<&str> = Vec::new();
    for column in parts.iter().flat_map(Table::columns) {
        if !names.contains(&column.name.as_str()) {
            names.push(&column.name);
        }
    }
    let column = |column: &&str| {
        let mut cells = Cells::empty(kind(column)?);
        for part in parts {
            extend(&mut cells, part.column(column), part.rows());
        }
        Some(Column { name: (*column).to_owned(), cells })
    };
    let columns = names.iter().filter_map(column).collect();
    Table::new(name, columns).expect("as many cells in each as the parts have rows")
}

/// Adds cells of the same type, or as many empty ones.
fn extend(cells: &mut Cells, more: Option<&Cells>, rows: usize) {
    match (cells, more) {
        (Cells::Text(cells), Some(Cells::Text(more))) => cells.extend_from_slice(more),
        (Cells::Integer(cells), Some(Cells::Integer(more)))
        | (Cells::Decimal { units: cells, .. }, Some(Cells::Decimal { units: more, .. })) => {
            cells.extend_from_slice(more);
        }
        (Cells::Date(cells), Some(Cells::Date(more))) => cells.extend_from_slice(more),
        (Cells::Boolean(cells), Some(Cells::Boolean(more))) => cells.extend_from_slice(more),
        (cells, _) => {
            for _ in 0..rows {
                cells.push(Value::Missing).expect("every type has empty cells");
            }
        }
    }
}
