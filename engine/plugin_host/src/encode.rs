//! Tables and parameters of the engine into a call of the contract.
//!
//! A plugin sees what its manifest declares and nothing else: further columns stay behind.

use std::collections::HashSet;
use std::sync::Arc;

use bieumau_model::definition::{RuleColumn, RuleDeclaration, RuleTable};
use bieumau_model::table::{Cells, ColumnType, Table};
use jiff::civil::Date;

use crate::answer::Explain;
use crate::error::CallError;
use crate::wire;

/// The names that every call of a rule sends, and its defaults: made once, and then shared.
pub struct Names {
    parameters: Vec<(Arc<str>, Arc<str>)>,
    /// Tables in the order of the rule, each with its columns.
    tables: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Names {
    /// Makes the names of a rule.
    pub fn of(rule: &RuleDeclaration) -> Self {
        let shared = |text: &String| Arc::from(text.as_str());
        let columns =
            |table: &RuleTable| table.columns.iter().map(|own| shared(&own.name)).collect();
        Self {
            parameters: rule
                .parameters
                .iter()
                .map(|(own, value)| (shared(own), shared(value)))
                .collect(),
            tables: rule.takes.iter().map(|own| (shared(&own.name), columns(own))).collect(),
        }
    }
}

/// Makes a call of `rule`, which `names` are of.
pub fn call(
    rule: &RuleDeclaration,
    names: &Names,
    parameters: &[(String, String)],
    tables: &[Table],
    explain: Explain,
) -> Result<wire::Call, CallError> {
    let mut seen = HashSet::new();
    for table in tables {
        if !rule.takes.iter().any(|declared| declared.name == table.name()) {
            return Err(CallError::UnknownTable { table: table.name().to_owned() });
        }
        if !seen.insert(table.name()) {
            return Err(CallError::RepeatedTable { table: table.name().to_owned() });
        }
    }
    let mut encoded = Vec::with_capacity(tables.len());
    for (declared, names) in rule.takes.iter().zip(&names.tables) {
        match tables.iter().find(|table| table.name() == declared.name) {
            Some(given) => encoded.push(table(declared, names, given)?),
            None if declared.optional => {}
            None => return Err(CallError::MissingTable { table: declared.name.clone() }),
        }
    }
    Ok(wire::Call {
        rule: rule.id.clone(),
        parameters: all_parameters(rule, names, parameters)?,
        tables: encoded,
        explain: explain == Explain::Yes,
    })
}

/// Returns what rules give, for the runner of JavaScript to check their answers.
pub fn declared(rules: &[RuleDeclaration]) -> Vec<wire::DeclaredRule> {
    let column = |column: &RuleColumn| {
        let (kind, scale) = match column.kind {
            ColumnType::Text => (wire::Kind::Text, 0),
            ColumnType::Integer => (wire::Kind::Integer, 0),
            ColumnType::Decimal(scale) => (wire::Kind::Decimal, scale),
            ColumnType::Date => (wire::Kind::Date, 0),
            ColumnType::Boolean => (wire::Kind::Boolean, 0),
        };
        wire::DeclaredColumn { name: column.name.clone(), kind, scale, optional: column.optional }
    };
    let table = |table: &RuleTable| wire::DeclaredTable {
        name: table.name.clone(),
        optional: table.optional,
        columns: table.columns.iter().map(column).collect(),
    };
    let own = rules.iter().filter(|rule| rule.like.is_none());
    own.map(|rule| wire::DeclaredRule {
        id: rule.id.clone(),
        gives: rule.gives.iter().map(table).collect(),
    })
    .collect()
}

/// Returns the number of rows of all tables together.
pub fn rows(call: &wire::Call) -> usize {
    call.tables.iter().map(|table| table.rows as usize).sum()
}

/// Joins the given parameters with the defaults of the manifest.
fn all_parameters(
    rule: &RuleDeclaration,
    names: &Names,
    given: &[(String, String)],
) -> Result<Vec<wire::NamedText<Arc<str>>>, CallError> {
    if let Some((name, _)) = given.iter().find(|(name, _)| !rule.parameters.contains_key(name)) {
        return Err(CallError::UnknownParameter { parameter: name.clone() });
    }
    let named = |(name, default): &(Arc<str>, Arc<str>)| {
        let found = given.iter().rev().find(|(given, _)| **given == **name);
        let value = found.map_or_else(|| default.clone(), |(_, value)| value.as_str().into());
        wire::NamedText { name: name.clone(), value }
    };
    Ok(names.parameters.iter().map(named).collect())
}

fn table(
    declared: &RuleTable,
    (name, names): &(Arc<str>, Vec<Arc<str>>),
    given: &Table,
) -> Result<wire::Table<Arc<str>>, CallError> {
    let rows = u32::try_from(given.rows())
        .map_err(|_| CallError::TooManyRows { table: declared.name.clone() })?;
    let mut columns = Vec::with_capacity(declared.columns.len());
    for (column, name) in declared.columns.iter().zip(names) {
        match given.column(&column.name) {
            Some(cells) => {
                let (present, cells) = encode_column(declared, column, cells)?;
                columns.push(wire::Column { name: name.clone(), present, cells });
            }
            None if column.optional => {}
            None => {
                return Err(CallError::MissingColumn {
                    table: declared.name.clone(),
                    column: column.name.clone(),
                });
            }
        }
    }
    Ok(wire::Table { name: name.clone(), rows, columns })
}

/// Returns which cells are there, and the cells.
fn encode_column(
    table: &RuleTable,
    declared: &RuleColumn,
    cells: &Cells,
) -> Result<(Vec<u8>, wire::Cells), CallError> {
    let misfit = || CallError::WrongColumn {
        table: table.name.clone(),
        column: declared.name.clone(),
        expected: declared.kind,
        found: cells.kind(),
    };
    let mut present = Vec::new();
    let cells = match (declared.kind, cells) {
        (ColumnType::Text, Cells::Text(cells)) => {
            wire::Cells::Text(text(cells, &mut present).ok_or_else(misfit)?)
        }
        (ColumnType::Integer, Cells::Integer(cells)) => {
            wire::Cells::Integer(plain(cells, &mut present, |cell| Some(*cell)).ok_or_else(misfit)?)
        }
        (ColumnType::Decimal(scale), Cells::Decimal { scale: given, units }) => {
            let units = plain(units, &mut present, |cell| rescale(*cell, *given, scale));
            wire::Cells::Decimal(wire::DecimalCells { scale, units: units.ok_or_else(misfit)? })
        }
        (ColumnType::Decimal(scale), Cells::Integer(cells)) => {
            let units = plain(cells, &mut present, |cell| rescale(*cell, 0, scale));
            wire::Cells::Decimal(wire::DecimalCells { scale, units: units.ok_or_else(misfit)? })
        }
        (ColumnType::Date, Cells::Date(cells)) => wire::Cells::Date(
            plain(cells, &mut present, |day| Some(days(*day))).ok_or_else(misfit)?,
        ),
        (ColumnType::Boolean, Cells::Boolean(cells)) => wire::Cells::Boolean(
            plain(cells, &mut present, |flag| Some(u8::from(*flag))).ok_or_else(misfit)?,
        ),
        // A dataset computes yes and no as 1 and 0.
        (ColumnType::Boolean, Cells::Integer(cells)) => wire::Cells::Boolean(
            plain(cells, &mut present, |flag| u8::try_from(*flag).ok().filter(|flag| *flag < 2))
                .ok_or_else(misfit)?,
        ),
        // A dataset whose cells are all missing has no type to go by.
        (kind, cells) if (0..cells.len()).all(|row| is_missing(cells, row)) => {
            present.resize(cells.len(), 0);
            missing(kind, cells.len())
        }
        _ => return Err(misfit()),
    };
    Ok((present, cells))
}

/// Turns cells into a plain list and notes which are there; `None` when one does not fit.
fn plain<C, W: Default>(
    cells: &[Option<C>],
    present: &mut Vec<u8>,
    convert: impl Fn(&C) -> Option<W>,
) -> Option<Vec<W>> {
    note_presence(cells, present);
    cells.iter().map(|cell| cell.as_ref().map_or_else(|| Some(W::default()), &convert)).collect()
}

fn text(cells: &[Option<String>], present: &mut Vec<u8>) -> Option<wire::TextCells> {
    note_presence(cells, present);
    let length = cells.iter().flatten().map(String::len).sum();
    let mut utf8 = String::with_capacity(length);
    let mut ends = Vec::with_capacity(cells.len());
    for cell in cells {
        utf8.push_str(cell.as_deref().unwrap_or_default());
        ends.push(u32::try_from(utf8.len()).ok()?);
    }
    Some(wire::TextCells { utf8, ends })
}

fn note_presence<C>(cells: &[Option<C>], present: &mut Vec<u8>) {
    if cells.iter().any(Option::is_none) {
        present.extend(cells.iter().map(|cell| u8::from(cell.is_some())));
    }
}

fn is_missing(cells: &Cells, row: usize) -> bool {
    match cells {
        Cells::Text(cells) => cells[row].is_none(),
        Cells::Integer(cells) | Cells::Decimal { units: cells, .. } => cells[row].is_none(),
        Cells::Date(cells) => cells[row].is_none(),
        Cells::Boolean(cells) => cells[row].is_none(),
    }
}

fn missing(kind: ColumnType, rows: usize) -> wire::Cells {
    match kind {
        ColumnType::Text => {
            wire::Cells::Text(wire::TextCells { utf8: String::new(), ends: vec![0; rows] })
        }
        ColumnType::Integer => wire::Cells::Integer(vec![0; rows]),
        ColumnType::Decimal(scale) => {
            wire::Cells::Decimal(wire::DecimalCells { scale, units: vec![0; rows] })
        }
        ColumnType::Date => wire::Cells::Date(vec![0; rows]),
        ColumnType::Boolean => wire::Cells::Boolean(vec![0; rows]),
    }
}

/// Turns units of one scale into those of another; `None` when digits would be lost.
fn rescale(units: i64, from: u8, to: u8) -> Option<i64> {
    let factor = 10i64.checked_pow(u32::from(from.abs_diff(to)))?;
    if to >= from {
        units.checked_mul(factor)
    } else {
        (units % factor == 0).then(|| units / factor)
    }
}

/// Returns the days since 1 January 1970.
fn days(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    date.duration_since(epoch).as_hours().div_euclid(24).try_into().unwrap_or_default()
}
