//! The hidden sheet by which a workbook is known again: form, version, parameters, and for each row
//! its revision and what stood in its cells.
//!
//! It is no proof of anything: whoever changes it changes only what their own entries are compared
//! with. Rights, locks and the revision of each record are looked at anyway.

use std::collections::{BTreeMap, HashMap};

use super::book::{Book, Content};

/// Name of the sheet.
pub(crate) const SHEET: &str = "_bieumau";

/// What the first cell says, and the version of this layout.
const MARK: &str = "bieumau";
const LAYOUT: &str = "1";

/// What a workbook says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    pub form: String,
    pub version: u32,
    /// Name of the sheet with the table.
    pub sheet: String,
    pub parameters: BTreeMap<String, String>,
    pub rows: Vec<NotedRow>,
}

/// What stood in a row when the workbook was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NotedRow {
    /// Values of the row's key fields, as they are typed.
    pub key: Vec<String>,
    pub revision: Option<i64>,
    /// What stood in the cells, by field, as it is typed; empty cells are left out.
    pub cells: BTreeMap<String, String>,
}

impl Notes {
    /// Writes the rows of the hidden sheet.
    pub fn write(&self) -> Vec<Vec<String>> {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let mut rows: Vec<Vec<String>> = vec![
            cells(&[MARK, LAYOUT]),
            cells(&["form", &self.form, &self.version.to_string()]),
            cells(&["sheet", &self.sheet]),
        ];
        for (name, value) in &self.parameters {
            rows.push(cells(&["parameter", name, value]));
        }
        for row in &self.rows {
            let key = serde_json::to_string(&row.key).expect("texts are JSON");
            let values = serde_json::to_string(&row.cells).expect("texts are JSON");
            let revision = row.revision.map(|revision| revision.to_string()).unwrap_or_default();
            rows.push(cells(&["row", &key, &revision, &values]));
        }
        rows
    }

    /// Reads them back; `Ok(None)` when the workbook is not of this program.
    pub fn read(book: &Book) -> Result<Option<Self>, NotesBroken> {
        let Some(sheet) = book.sheets.iter().find(|sheet| sheet.name == SHEET) else {
            return Ok(None);
        };
        let mut notes = Self::default();
        for (row, cells) in &sheet.rows {
            let text = |column: u32| match cells.get(&column) {
                Some(Content::Text(text) | Content::Number(text)) => text.as_str(),
                _ => "",
            };
            let broken = NotesBroken { row: *row };
            match text(0) {
                MARK if text(1) == LAYOUT => {}
                "form" => {
                    notes.form = text(1).to_owned();
                    notes.version = text(2).parse().map_err(|_| broken)?;
                }
                "sheet" => notes.sheet = text(1).to_owned(),
                "parameter" => {
                    notes.parameters.insert(text(1).to_owned(), text(2).to_owned());
                }
                "row" => notes.rows.push(NotedRow {
                    key: serde_json::from_str(text(1)).map_err(|_| broken)?,
                    revision: match text(2) {
                        "" => None,
                        digits => Some(digits.parse().map_err(|_| broken)?),
                    },
                    cells: serde_json::from_str(text(3)).map_err(|_| broken)?,
                }),
                _ => return Err(broken),
            }
        }
        if notes.form.is_empty() { Err(NotesBroken { row: 0 }) } else { Ok(Some(notes)) }
    }

    /// Returns what was noted of each row, by its key.
    pub fn by_key(&self) -> HashMap<&[String], &NotedRow> {
        // Of two rows with one key the first counts.
        self.rows.iter().rev().map(|row| (row.key.as_slice(), row)).collect()
    }
}

/// A row of the hidden sheet is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotesBroken {
    pub row: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::book::BookSheet;

    fn book(rows: &[Vec<String>]) -> Book {
        let mut sheet = BookSheet { name: SHEET.to_owned(), hidden: true, ..Default::default() };
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let (row, column) = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
                sheet.rows.entry(row).or_default().insert(column, Content::Text(text.clone()));
            }
        }
        Book { sheets: vec![sheet], from_1904: false }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let notes = Notes {
            form: "mark".to_owned(),
            version: 3,
            sheet: "Điểm".to_owned(),
            parameters: [("class".to_owned(), "6A1".to_owned())].into(),
            rows: vec![NotedRow {
                key: vec!["3100000012".to_owned()],
                revision: Some(4),
                cells: [("mid_term".to_owned(), "7,5".to_owned())].into(),
            }],
        };
        assert_eq!(Notes::read(&book(&notes.write())), Ok(Some(notes)));
    }

    #[test]
    fn a_changed_line_is_found() {
        let mut rows = Notes { form: "mark".to_owned(), version: 1, ..Notes::default() }.write();
        rows.push(["row", "3100000012", "", "{}"].map(str::to_owned).to_vec());
        assert_eq!(Notes::read(&book(&rows)), Err(NotesBroken { row: 3 }));
        assert_eq!(Notes::read(&Book::default()), Ok(None));
    }
}
