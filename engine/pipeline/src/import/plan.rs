//! Finds out what the rows of a workbook change: each cell is compared with what stood in it when
//! the workbook was made and with what stands in the record now.
//!
//! Nothing that somebody else has entered since is overwritten: such a cell is refused with both
//! values, as is a cell that is locked. What the entries are worth is the validator's to say.

use std::collections::{BTreeMap, HashMap};

use bieumau_model::definition::Field;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use serde::Serialize;

use super::book::BookSheet;
use super::layout::What;
use super::notes::{NotedRow, Notes};
use super::place::{ImportFinding, Place};
use super::read::{Entered, read};
use super::rows::{Owner, owner};
use super::sheet::{Found, note};
use crate::entry_table::{EntryTable, Labels, typed};

/// A row that stands twice.
const TWICE: &str = "J262";
/// A locked cell was written into.
const LOCKED: &str = "J266";
/// A cell whose record changed since the workbook was made.
const CHANGED: &str = "J267";
/// More marks in one cell than there are columns for.
const TOO_MANY: &str = "J276";
/// What a rule computes is not taken.
const COMPUTED: &str = "J274";

/// What a workbook changes.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub changes: Vec<PlannedChange>,
    pub findings: Vec<ImportFinding>,
    /// Rows that say nothing new.
    pub unchanged: usize,
}

/// The change of one record.
#[derive(Debug)]
pub(crate) struct PlannedChange {
    /// Row of the workbook.
    pub row: u32,
    /// Values of the row's key fields.
    pub key: Vec<Value>,
    /// What was entered, by field.
    pub fields: BTreeMap<String, Entered>,
    /// Column of each field.
    pub columns: BTreeMap<String, u32>,
    /// Revision that it was compared with; `None` for a new record.
    pub revision: Option<i64>,
    /// What changes, for people.
    pub cells: Vec<ChangedCell>,
}

/// A cell that changes.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedCell {
    /// Where it stands.
    pub place: Place,
    /// Whose it is.
    pub record: String,
    /// Field.
    pub field: Text,
    /// What stands there now; empty when nothing does.
    pub before: String,
    /// What was entered.
    pub after: String,
}

/// What a cell of a row says.
struct Cell<'t> {
    at: usize,
    field: &'t Field,
    column: u32,
    entered: Option<Entered>,
    shown: String,
}

/// Compares the rows of `found` with `table`.
pub(crate) fn plan(
    found: &Found<'_>,
    table: &EntryTable<'_>,
    labels: &[Option<Labels>],
    notes: Option<&Notes>,
    from_1904: bool,
) -> Plan {
    let noted = notes.map(Notes::by_key);
    let planner = Planner { found, table, labels, noted, from_1904 };
    let known = table.row_at();
    let mut plan = Plan::default();
    plan.findings.extend(planner.computed_columns());
    let mut seen: HashMap<Vec<String>, u32> = HashMap::new();
    for row in &found.rows {
        let (who, findings) = owner(found, table, &known, *row, from_1904);
        plan.findings.extend(findings);
        let Some(who) = who else { continue };
        let name: Vec<String> = who.key.iter().map(|value| typed(value, None)).collect();
        if let Some(earlier) = seen.insert(name.clone(), *row) {
            plan.findings.push(planner.twice(*row, earlier, &name));
            continue;
        }
        match planner.row(*row, &who, &name, &mut plan.findings) {
            Some(change) => plan.changes.push(change),
            None => plan.unchanged += 1,
        }
    }
    plan
}

struct Planner<'a> {
    found: &'a Found<'a>,
    table: &'a EntryTable<'a>,
    labels: &'a [Option<Labels>],
    noted: Option<HashMap<&'a [String], &'a NotedRow>>,
    from_1904: bool,
}

impl Planner<'_> {
    fn row(
        &self,
        row: u32,
        who: &Owner,
        name: &[String],
        findings: &mut Vec<ImportFinding>,
    ) -> Option<PlannedChange> {
        let noted = self.noted.as_ref().and_then(|noted| noted.get(name).copied());
        let mut change = PlannedChange {
            row,
            key: who.key.clone(),
            fields: BTreeMap::new(),
            columns: BTreeMap::new(),
            revision: who.row.and_then(|at| self.table.rows[at].revision),
            cells: Vec::new(),
        };
        let mut wrong = false;
        for cell in self.cells(row, findings, &mut wrong) {
            let place = self.found.place(row, cell.column);
            change.columns.insert(cell.field.id.clone(), cell.column);
            let now = self.now(who, cell.at);
            match self.decide(who, &cell, noted, &now) {
                Decision::Nothing => {}
                Decision::Refuse(diagnostic) => {
                    wrong = true;
                    findings.push(ImportFinding::new(place, diagnostic));
                }
                Decision::Change => {
                    change.cells.push(ChangedCell {
                        place,
                        record: who.label.clone(),
                        field: cell.field.title.clone(),
                        before: now,
                        after: cell.shown.clone(),
                    });
                    let entered = cell.entered.unwrap_or(Entered::Value(Value::Missing));
                    change.fields.insert(cell.field.id.clone(), entered);
                }
            }
        }
        // A row with a refused cell is still judged for its other cells, so that all is told.
        let nothing =
            change.fields.is_empty() && (change.revision.is_some() || wrong || self.table.is_roll);
        (!nothing).then_some(change)
    }

    /// Reads the entry cells of a row.
    fn cells(
        &self,
        row: u32,
        findings: &mut Vec<ImportFinding>,
        wrong: &mut bool,
    ) -> Vec<Cell<'_>> {
        let mut cells = Vec::new();
        for (column, what) in &self.found.columns {
            match what {
                What::Field(at) => {
                    let field = self.table.columns[*at];
                    let labels = self.labels[*at].as_ref();
                    let content = self.found.sheet.at(row, *column);
                    let reading =
                        content.map(|content| read(content, field, labels, self.from_1904));
                    match reading {
                        Some(Err(diagnostic)) => {
                            *wrong = true;
                            let place = self.found.place(row, *column);
                            findings.push(ImportFinding::new(place, diagnostic));
                        }
                        Some(Ok(reading)) => {
                            let place = || self.found.place(row, *column);
                            let told = reading.findings.into_iter();
                            findings.extend(told.map(|told| ImportFinding::new(place(), told)));
                            cells.push(Cell {
                                at: *at,
                                field,
                                column: *column,
                                entered: Some(reading.entered),
                                shown: reading.shown,
                            });
                        }
                        None => cells.push(blank(*at, field, *column)),
                    }
                }
                What::Ongoing => cells.extend(self.ongoing(row, *column, findings, wrong)),
                _ => {}
            }
        }
        cells
    }

    /// Reads all ongoing marks out of one cell: `8; 7,5; 9`.
    fn ongoing(
        &self,
        row: u32,
        column: u32,
        findings: &mut Vec<ImportFinding>,
        wrong: &mut bool,
    ) -> Vec<Cell<'_>> {
        let fields = || {
            let columns = self.table.columns.iter().enumerate();
            columns.filter(|(_, field)| field.id.starts_with("ongoing_"))
        };
        let text = super::sheet::shown_text(self.found.sheet, row, column);
        let pieces: Vec<&str> =
            text.split([';', ' ', '/']).filter(|piece| !piece.is_empty()).collect();
        if pieces.len() > fields().count() {
            *wrong = true;
            let place = self.found.place(row, column);
            findings.push(ImportFinding::new(place, too_many(pieces.len(), fields().count())));
        }
        fields()
            .enumerate()
            .map(|(number, (at, field))| {
                let Some(piece) = pieces.get(number) else { return blank(at, field, column) };
                let content = super::book::Content::Text((*piece).to_owned());
                match read(&content, field, None, self.from_1904) {
                    Ok(reading) => Cell {
                        at,
                        field,
                        column,
                        entered: Some(reading.entered),
                        shown: reading.shown,
                    },
                    Err(_) => blank(at, field, column),
                }
            })
            .collect()
    }

    /// Returns what stands in the record now, as a person would type it.
    fn now(&self, who: &Owner, at: usize) -> String {
        let row = who.row.map(|row| &self.table.rows[row]);
        row.map(|row| typed(&row.values[at], self.labels[at].as_ref())).unwrap_or_default()
    }

    fn decide(
        &self,
        who: &Owner,
        cell: &Cell<'_>,
        noted: Option<&NotedRow>,
        now: &str,
    ) -> Decision {
        let empty = String::new();
        let before = noted.map(|noted| noted.cells.get(&cell.field.id).unwrap_or(&empty));
        let is_untouched = match before {
            Some(before) => cell.shown == *before,
            // A workbook from elsewhere says nothing by an empty cell.
            None => cell.shown.is_empty(),
        };
        if is_untouched || cell.shown == now {
            return Decision::Nothing;
        }
        let closed = who.row.and_then(|row| self.table.rows[row].closed[cell.at].as_ref());
        if let Some(why) = closed {
            return Decision::Refuse(locked(why, now, &cell.shown));
        }
        match before {
            Some(before) if before == now => Decision::Change,
            None if now.is_empty() => Decision::Change,
            Some(before) => Decision::Refuse(changed(Some(before), now, &cell.shown)),
            None => Decision::Refuse(changed(None, now, &cell.shown)),
        }
    }

    fn twice(&self, row: u32, earlier: u32, name: &[String]) -> ImportFinding {
        let column = self.found.columns.first().map_or(0, |(column, _)| *column);
        let column = self.found.column(&What::Key(0)).unwrap_or(column);
        let first = self.found.place(earlier, column);
        let name = name.join(" / ");
        let diagnostic = Diagnostic::error(
            TWICE,
            Text::both(
                format!("`{name}` có ở hai dòng; dòng trước ở {first}"),
                format!("`{name}` stands in two rows; the earlier one is at {first}"),
            ),
        )
        .help(Text::both("Xóa một trong hai dòng", "remove one of the two rows"));
        ImportFinding::new(self.found.place(row, column), diagnostic)
    }

    /// Tells that computed columns are not taken.
    fn computed_columns(&self) -> Vec<ImportFinding> {
        let computed = self.found.columns.iter().filter(|(_, what)| *what == What::Average);
        computed
            .filter(|(column, _)| has_entries(self.found.sheet, &self.found.rows, *column))
            .map(|(column, _)| {
                let row = self.found.rows.first().copied().unwrap_or_default();
                let diagnostic = note(
                    COMPUTED,
                    "Cột điểm trung bình được hệ thống tính, không lấy từ tệp".to_owned(),
                    "averages are computed by the system and not taken from the file".to_owned(),
                );
                ImportFinding::new(self.found.place(row, *column), diagnostic)
            })
            .collect()
    }
}

fn has_entries(sheet: &BookSheet, rows: &[u32], column: u32) -> bool {
    rows.iter().any(|row| sheet.at(*row, column).is_some())
}

enum Decision {
    Nothing,
    Change,
    Refuse(Diagnostic),
}

fn blank<'t>(at: usize, field: &'t Field, column: u32) -> Cell<'t> {
    Cell { at, field, column, entered: None, shown: String::new() }
}

/// How a value is said, when there may be none.
fn said(value: &str, locale: Locale) -> String {
    match (value, locale) {
        ("", Locale::Vi) => "(trống)".to_owned(),
        ("", Locale::En) => "(empty)".to_owned(),
        (value, _) => format!("`{value}`"),
    }
}

fn locked(why: &Diagnostic, now: &str, entered: &str) -> Diagnostic {
    let say = |locale| (said(now, locale), said(entered, locale));
    let ((now_vi, new_vi), (now_en, new_en)) = (say(Locale::Vi), say(Locale::En));
    Diagnostic::error(
        LOCKED,
        Text::both(
            format!(
                "Ô đã khóa: trong hệ thống {now_vi}, trong tệp {new_vi}. {}",
                why.message.get(Locale::Vi)
            ),
            format!(
                "the cell is locked: {now_en} is stored, {new_en} in the file; {}",
                why.message.get(Locale::En)
            ),
        ),
    )
    .help(Text::both(
        "Khôi phục ô như cũ; muốn sửa thì lập phiếu đề nghị sửa điểm",
        "put the old value back; to change it, ask for a correction",
    ))
    .maybe_help(why.help.clone())
}

fn changed(before: Option<&str>, now: &str, entered: &str) -> Diagnostic {
    let say = |locale| (said(now, locale), said(entered, locale));
    let ((now_vi, new_vi), (now_en, new_en)) = (say(Locale::Vi), say(Locale::En));
    let (vi, en) = match before {
        Some(before) => (
            format!(
                "Ô đã được sửa sau khi tải bảng tính: lúc tải {}, nay {now_vi}, trong tệp {new_vi}",
                said(before, Locale::Vi)
            ),
            format!(
                "the cell changed since the workbook was made: then {}, now {now_en}, {new_en} in the file",
                said(before, Locale::En)
            ),
        ),
        None => (
            format!("Trong hệ thống đã có {now_vi}, trong tệp là {new_vi}; không ghi đè"),
            format!("{now_en} is stored already, {new_en} in the file; it is not overwritten"),
        ),
    };
    Diagnostic::error(CHANGED, Text::both(vi, en)).help(Text::both(
        "Xem giá trị nào đúng; tải bảng tính mới về rồi sửa trên đó",
        "find out which is right; download the workbook again and change it there",
    ))
}

fn too_many(found: usize, most: usize) -> Diagnostic {
    Diagnostic::error(
        TOO_MANY,
        Text::both(
            format!("Ô có {found} điểm thường xuyên, nhiều nhất {most}"),
            format!("the cell has {found} ongoing marks, at most {most} are kept"),
        ),
    )
    .help(Text::both(
        "Cách nhau bằng dấu chấm phẩy: 8; 7,5; 9",
        "separate them by semicolons: 8; 7,5; 9",
    ))
}
