//! Takes a workbook back: a dry run that tells everything at its cell, or a commit that writes all
//! of it in one transaction.
//!
//! Both are one function. The changes pass [`Site::write`], whose dry run does the same work and
//! undoes it; so a dry run accepts exactly what a commit accepts, with the same findings.

use std::collections::BTreeMap;

use bieumau_model::diagnostic::{Diagnostic, Severity};
use bieumau_model::entry::Given;
use bieumau_model::scope::Caller;
use bieumau_model::text::Text;
use jiff::Timestamp;

use super::book::{self, Book};
use super::layout::What;
use super::notes::{self, Notes, NotesBroken};
use super::place::{ImportFinding, Place};
use super::plan::{ChangedCell, Plan, PlannedChange, plan};
use super::read::Entered;
use super::sheet::{Found, find};
use crate::entry_table::{EntryTable, Labels, key_fields};
use crate::parameters::RawParameters;
use crate::problem::Problem;
use crate::records::{Act, Change, Mode, OutcomeFinding, Why};
use crate::site::Site;

/// The hidden sheet is not as it was made.
const NOTES: &str = "J256";
/// The workbook is of another form, or of another version of it.
const OTHER_FORM: &str = "J257";
/// The workbook is of another class, subject or term than the one asked for.
const OTHER_PARAMETERS: &str = "J275";
/// Warnings are confirmed without a reason.
const NO_REASON: &str = "J279";

/// A workbook to take back.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Form.
    pub form: String,
    /// What it is about; a workbook of this program knows it by itself.
    pub parameters: RawParameters,
    /// Words of the warnings that are confirmed.
    pub confirmed: Vec<String>,
    /// Why; needed when a warning is confirmed.
    pub reason: String,
}

/// What came of a workbook.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// Whether nothing stands in the way.
    pub accepted: bool,
    /// Whether it is in the store now.
    pub committed: bool,
    /// Records that are new.
    pub new: usize,
    /// Records that change.
    pub changed: usize,
    /// Rows that say nothing new.
    pub unchanged: usize,
    /// Findings, from the top of the workbook down.
    pub findings: Vec<ImportFinding>,
    /// What changes.
    pub changes: Vec<ChangedCell>,
}

impl ImportReport {
    /// Returns the words of the warnings that are still to be confirmed.
    pub fn to_confirm(&self, confirmed: &[String]) -> Vec<String> {
        let words = self.findings.iter().filter_map(|finding| finding.confirm.clone());
        let mut words: Vec<String> = words.filter(|word| !confirmed.contains(word)).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Returns whether nothing but unconfirmed warnings stands in the way.
    pub fn needs_only_confirmation(&self) -> bool {
        !self.accepted
            && self.findings.iter().all(|finding| {
                finding.confirm.is_some() || finding.diagnostic.severity != Severity::Error
            })
    }
}

impl Site {
    /// Takes a workbook back as `caller`; with [`Mode::DryRun`] nothing is kept.
    ///
    /// What is wrong with the workbook is in the findings, each with its place.
    pub fn import(
        &self,
        caller: &Caller,
        request: &ImportRequest,
        bytes: &[u8],
        mode: Mode,
        now: Timestamp,
    ) -> Result<ImportReport, Problem> {
        let book = match book::read(bytes) {
            Ok(book) => book,
            Err(diagnostic) => {
                return Ok(refused(vec![ImportFinding::new(Place::File, diagnostic)]));
            }
        };
        let form = self.form(&request.form)?;
        let notes = match Notes::read(&book) {
            Ok(notes) => notes,
            Err(broken) => return Ok(refused(vec![notes_broken(broken)])),
        };
        if let Some(finding) = notes.as_ref().and_then(|notes| other_form(notes, form)) {
            return Ok(refused(vec![finding]));
        }
        let (parameters, wrong) = parameters_of(request, notes.as_ref());
        if !wrong.is_empty() {
            return Ok(refused(wrong));
        }
        let table = self.entry_table(caller, &form.id, &parameters, now)?;
        let found = match find(&book, &table, notes.as_ref().map(|notes| notes.sheet.as_str())) {
            Ok(found) => found,
            Err(findings) => return Ok(refused(findings)),
        };
        self.take(caller, request, &book, notes.as_ref(), &table, found, mode, now)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one step of one job, with all that it has found"
    )]
    fn take(
        &self,
        caller: &Caller,
        request: &ImportRequest,
        book: &Book,
        notes: Option<&Notes>,
        table: &EntryTable<'_>,
        mut found: Found<'_>,
        mode: Mode,
        now: Timestamp,
    ) -> Result<ImportReport, Problem> {
        let labels: Vec<Option<Labels>> =
            table.columns.iter().map(|field| self.labels(field)).collect();
        let mut findings = std::mem::take(&mut found.findings);
        let Plan { changes, findings: told, unchanged } =
            plan(&found, table, &labels, notes, book.from_1904);
        findings.extend(told);
        let given: Vec<Change> =
            changes.iter().map(|change| change_of(table, change, &request.confirmed)).collect();
        let reads_well = !findings.iter().any(|finding| finding.blocks(&request.confirmed));
        let reason_missing = request.reason.trim().is_empty()
            && findings.iter().any(|finding| finding.confirm.is_some());
        if reads_well && reason_missing {
            findings.push(no_reason());
        }
        // With something in the way already, the rest is judged all the same, and told.
        let way = if reads_well && !reason_missing { mode } else { Mode::DryRun };
        let why = Why { reason: request.reason.clone(), correction: None };
        let outcome = self.write(caller, &given, &why, way, now)?;
        let addresses = outcome.findings.iter().map(|told| address(&found, &changes, told));
        findings.extend(addresses);
        let accepted = reads_well && !reason_missing && outcome.accepted;
        findings.sort_by(|a, b| order(&a.place).cmp(&order(&b.place)));
        let new = changes.iter().filter(|change| change.revision.is_none()).count();
        Ok(ImportReport {
            accepted,
            committed: accepted && mode == Mode::Commit,
            new,
            changed: changes.len() - new,
            unchanged,
            findings,
            changes: changes.into_iter().flat_map(|change| change.cells).collect(),
        })
    }
}

/// The file first, then sheets, then cells from the top down.
fn order(place: &Place) -> (u8, &str, u32, u32) {
    match place {
        Place::File => (0, "", 0, 0),
        Place::Sheet(sheet) => (1, sheet, 0, 0),
        Place::Cell { sheet, row, column } => (2, sheet, *row, *column),
    }
}

fn refused(findings: Vec<ImportFinding>) -> ImportReport {
    ImportReport {
        accepted: false,
        committed: false,
        new: 0,
        changed: 0,
        unchanged: 0,
        findings,
        changes: Vec::new(),
    }
}

fn change_of(table: &EntryTable<'_>, planned: &PlannedChange, confirmed: &[String]) -> Change {
    let entered = planned.fields.iter().map(|(name, entered)| {
        let given = match entered {
            Entered::Value(value) => Given::Value(value.clone()),
            Entered::Text(text) => Given::Text(text.clone()),
        };
        (name.clone(), given)
    });
    let mut fields: BTreeMap<String, Given> = entered.collect();
    fields.extend(key_fields(table, &planned.key, planned.revision.is_none()));
    Change {
        form: table.form.id.clone(),
        act: planned.revision.map_or(Act::Insert, |revision| Act::Update { revision }),
        fields,
        confirmed: confirmed.to_vec(),
    }
}

/// Puts a finding about a change at the cell that it is about, or at the key of its row.
fn address(found: &Found<'_>, changes: &[PlannedChange], told: &OutcomeFinding) -> ImportFinding {
    let change = &changes[told.change];
    let own = told.finding.field.as_ref().and_then(|field| change.columns.get(field).copied());
    let first = found.columns.first().map_or(0, |(column, _)| *column);
    let key = found.column(&What::Key(0)).or_else(|| found.column(&What::Name)).unwrap_or(first);
    ImportFinding {
        place: found.place(change.row, own.unwrap_or(key)),
        confirm: told.finding.confirm.clone(),
        diagnostic: told.finding.diagnostic.clone(),
    }
}

/// Returns the parameters of the workbook, or of the request; where both have one they agree.
fn parameters_of(
    request: &ImportRequest,
    notes: Option<&Notes>,
) -> (RawParameters, Vec<ImportFinding>) {
    let given = request.parameters.iter().filter(|(_, value)| !value.trim().is_empty());
    let mut parameters: RawParameters =
        given.map(|(name, value)| (name.clone(), value.trim().to_owned())).collect();
    let mut wrong = Vec::new();
    for (name, noted) in notes.iter().flat_map(|notes| &notes.parameters) {
        match parameters.insert(name.clone(), noted.clone()) {
            Some(asked) if asked != *noted => wrong.push(other_parameters(name, noted, &asked)),
            _ => {}
        }
    }
    (parameters, wrong)
}

fn notes_place(row: u32) -> Place {
    Place::Cell { sheet: notes::SHEET.to_owned(), row, column: 0 }
}

fn notes_broken(broken: NotesBroken) -> ImportFinding {
    let diagnostic = Diagnostic::error(
        NOTES,
        Text::both(
            "Trang tính ẩn của chương trình đã bị sửa",
            "the hidden sheet of the program was changed",
        ),
    )
    .help(download_again());
    ImportFinding::new(notes_place(broken.row), diagnostic)
}

fn download_again() -> Text {
    Text::both(
        "Tải bảng tính mới về, dán dữ liệu vào rồi tải lên lại",
        "download the workbook again, paste the entries into it, and upload it",
    )
}

fn other_form(notes: &Notes, form: &bieumau_model::definition::Form) -> Option<ImportFinding> {
    let (vi, en) = if notes.form != form.id {
        (
            format!("Bảng tính này của biểu mẫu `{}`, không phải `{}`", notes.form, form.id),
            format!("the workbook is of form `{}`, not `{}`", notes.form, form.id),
        )
    } else if notes.version != form.version {
        (
            format!(
                "Bảng tính theo phiên bản {} của biểu mẫu; nay là phiên bản {}",
                notes.version, form.version
            ),
            format!(
                "the workbook is of version {} of the form, which is {} now",
                notes.version, form.version
            ),
        )
    } else {
        return None;
    };
    let diagnostic = Diagnostic::error(OTHER_FORM, Text::both(vi, en)).help(download_again());
    Some(ImportFinding::new(notes_place(1), diagnostic))
}

fn other_parameters(name: &str, noted: &str, asked: &str) -> ImportFinding {
    let diagnostic = Diagnostic::error(
        OTHER_PARAMETERS,
        Text::both(
            format!("Bảng tính này có {name} = `{noted}`, nơi tải lên là `{asked}`"),
            format!("the workbook is for {name} = `{noted}`, not for `{asked}`"),
        ),
    )
    .help(Text::both(
        "Chọn đúng lớp, môn, học kì của bảng tính rồi tải lên lại",
        "choose the class, subject and term of the workbook and upload it again",
    ));
    ImportFinding::new(Place::File, diagnostic)
}

fn no_reason() -> ImportFinding {
    let diagnostic = Diagnostic::error(
        NO_REASON,
        Text::both(
            "Phải ghi lý do khi xác nhận một cảnh báo",
            "a reason is needed to confirm a warning",
        ),
    )
    .help(Text::both("Ghi lý do rồi thử lại", "give the reason and try again"));
    ImportFinding::new(Place::File, diagnostic)
}
