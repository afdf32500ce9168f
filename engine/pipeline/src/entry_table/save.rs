//! Saves one row of a grid, as the person left it: the fields that changed, against the revision
//! that they saw.

use std::collections::BTreeMap;

use bieumau_model::entry::{Finding, Given};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use jiff::Timestamp;

use super::view::{EntryLine, grid_row, need_roll};
use super::{EntryTable, Labels};
use crate::parameters::RawParameters;
use crate::problem::{Problem, ProblemKind};
use crate::records::{Act, Change, Mode, Outcome, Why};
use crate::site::Site;

/// A row on its way.
#[derive(Debug, Clone, Default)]
pub struct RowToSave {
    /// Form.
    pub form: String,
    /// What the grid is about.
    pub parameters: RawParameters,
    /// Pupil.
    pub pupil: String,
    /// Fields as they were typed; blank empties a field.
    pub fields: BTreeMap<String, String>,
    /// Revision that the person saw; `None` when there was no record.
    pub revision: Option<i64>,
    /// Warnings that are confirmed.
    pub confirmed: Vec<String>,
    /// Why.
    pub reason: String,
}

/// What became of a row.
#[derive(Debug, Clone)]
pub enum RowSaved {
    /// It is in the store.
    Saved {
        /// As it stands now.
        row: Box<EntryLine>,
        /// What is told about it.
        findings: Vec<Finding>,
    },
    /// Somebody else was faster; nothing was written.
    Overtaken {
        /// As it stands now.
        row: Box<EntryLine>,
    },
    /// Something stands in the way; nothing was written.
    Refused {
        /// What.
        findings: Vec<Finding>,
    },
}

impl Site {
    /// Saves one row of a grid as `caller`.
    pub fn save_row(
        &self,
        caller: &Caller,
        wanted: &RowToSave,
        now: Timestamp,
    ) -> Result<RowSaved, Problem> {
        let table = self.row_of(caller, wanted, now)?;
        let Some(row) = table.rows.first() else { return Err(nobody(&wanted.pupil)) };
        if row.revision != wanted.revision {
            return Ok(RowSaved::Overtaken { row: self.shown_row(caller, &table)? });
        }
        let closed = closed_cells(&table, &wanted.fields);
        if !closed.is_empty() {
            return Ok(RowSaved::Refused { findings: closed });
        }
        let change = change_of(&table, &row.key, row.revision, wanted);
        let why = Why { reason: wanted.reason.clone(), correction: None };
        let outcome = self.write(caller, &[change], &why, Mode::Commit, now)?;
        if !outcome.conflicts.is_empty() || (!outcome.accepted && is_new_to_us(&outcome, wanted)) {
            let table = self.row_of(caller, wanted, now)?;
            return Ok(RowSaved::Overtaken { row: self.shown_row(caller, &table)? });
        }
        let findings = outcome.findings.into_iter();
        if !outcome.accepted {
            let blocking = findings.filter(|found| found.blocks).map(|found| found.finding);
            return Ok(RowSaved::Refused { findings: blocking.collect() });
        }
        let findings = findings.map(|found| found.finding).collect();
        let table = self.row_of(caller, wanted, now)?;
        Ok(RowSaved::Saved { row: self.shown_row(caller, &table)?, findings })
    }

    /// Returns the averages of rows as they are being filled in, before anything is saved.
    ///
    /// What cannot be read counts as not entered yet.
    pub fn grid_averages(
        &self,
        caller: &Caller,
        form: &str,
        parameters: &RawParameters,
        typed: &BTreeMap<String, BTreeMap<String, String>>,
        now: Timestamp,
    ) -> Result<BTreeMap<String, String>, Problem> {
        let mut table = self.entry_table(caller, form, parameters, now)?;
        need_roll(&table)?;
        let pupil = |key: &[Value]| match key.first() {
            Some(Value::Text(pupil)) => pupil.clone(),
            _ => String::new(),
        };
        table.rows.retain(|row| typed.is_empty() || typed.contains_key(&pupil(&row.key)));
        let validator =
            bieumau_model::entry::Validator::new(table.form, self.catalog(), self.today());
        for row in &mut table.rows {
            let Some(given) = typed.get(&pupil(&row.key)) else { continue };
            let given = given.iter().map(|(name, text)| (name.clone(), Given::Text(text.clone())));
            let read = validator.read(&given.collect());
            for (value, field) in row.values.iter_mut().zip(&table.columns) {
                if let Some(entered) = read.fields.get(&field.id) {
                    *value = entered.clone();
                }
            }
        }
        let averages = self.averages(caller, &table)?;
        let rows = table.rows.iter().map(|row| pupil(&row.key));
        Ok(rows
            .filter_map(|pupil| Some((pupil.clone(), averages.of(&pupil)?.to_owned())))
            .collect())
    }

    /// Loads the one row.
    fn row_of(
        &self,
        caller: &Caller,
        wanted: &RowToSave,
        now: Timestamp,
    ) -> Result<EntryTable<'_>, Problem> {
        let RowToSave { form, parameters, pupil, .. } = wanted;
        let table = self.entry_table_of(caller, form, parameters, Some(pupil), now)?;
        need_roll(&table)?;
        Ok(table)
    }

    fn shown_row(
        &self,
        caller: &Caller,
        table: &EntryTable<'_>,
    ) -> Result<Box<EntryLine>, Problem> {
        let labels: Vec<Option<Labels>> =
            table.columns.iter().map(|field| self.labels(field)).collect();
        let averages = self.averages(caller, table)?;
        let row = table.rows.first().ok_or_else(|| nobody(""))?;
        Ok(Box::new(grid_row(table, row, &labels, &averages)))
    }
}

/// Puts the fields of the key and those of the whole grid beside what was typed.
fn change_of(
    table: &EntryTable<'_>,
    key: &[Value],
    revision: Option<i64>,
    wanted: &RowToSave,
) -> Change {
    let typed = wanted.fields.iter().map(|(name, text)| (name.clone(), Given::Text(text.clone())));
    let mut fields: BTreeMap<String, Given> = typed.collect();
    fields.extend(key_fields(table, key, revision.is_none()));
    Change {
        form: table.form.id.clone(),
        act: revision.map_or(Act::Insert, |revision| Act::Update { revision }),
        fields,
        confirmed: wanted.confirmed.clone(),
    }
}

/// Returns the fields that name a record; of a new one also the others that the grid fixes.
pub(crate) fn key_fields(
    table: &EntryTable<'_>,
    key: &[Value],
    is_new: bool,
) -> BTreeMap<String, Given> {
    let of_key = table.form.key.iter().cloned().zip(table.key_of(key));
    let of_grid = table.fixed.iter().filter(|_| is_new);
    let of_grid = of_grid.map(|(name, value)| (name.clone(), value.clone()));
    of_key.chain(of_grid).map(|(name, value)| (name, Given::Value(value))).collect()
}

/// A record that came into being between our look and our insert.
fn is_new_to_us(outcome: &Outcome, wanted: &RowToSave) -> bool {
    wanted.revision.is_none()
        && outcome.findings.iter().any(|found| found.finding.diagnostic.code == "J122")
}

fn closed_cells(table: &EntryTable<'_>, typed: &BTreeMap<String, String>) -> Vec<Finding> {
    let Some(row) = table.rows.first() else { return Vec::new() };
    let cells = table.columns.iter().zip(&row.closed);
    cells
        .filter(|(field, _)| typed.contains_key(&field.id))
        .filter_map(|(field, why)| {
            let diagnostic = why.clone()?;
            Some(Finding { field: Some(field.id.clone()), confirm: None, diagnostic })
        })
        .collect()
}

fn nobody(pupil: &str) -> Problem {
    Problem {
        title: Text::both(
            format!("Lớp này không có học sinh mã `{pupil}`"),
            format!("the class has no pupil with the code `{pupil}`"),
        ),
        ..Problem::new(ProblemKind::NotFound, "J289", "", "")
    }
    .help("Tải lại trang để xem danh sách mới", "load the page again to see the list")
}
