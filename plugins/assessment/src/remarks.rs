//! Findings and explanations of the rules into those of the contract, and findings about rows.

use std::collections::HashSet;

use bieumau_plugin_sdk::{Explanation, Finding, MissingCell, Place, Sentence, Severity};
use bieumau_rules::finding;
use bieumau_rules::roll_out::Circular;

/// Findings about rows that cannot be used, each matter once.
#[derive(Default)]
pub struct RowFindings<'a> {
    findings: Vec<Finding>,
    unknown: HashSet<(&'a str, &'a str, i64)>,
}

impl<'a> RowFindings<'a> {
    /// Adds that a needed cell is missing.
    pub fn missing(&mut self, missing: MissingCell<'_>) {
        self.findings.push(missing.into());
    }

    /// Adds that a row is about a pupil who is not among the pupils; once for each pupil.
    pub fn unknown_pupil(&mut self, table: &'a str, row: usize, pupil: &'a str, year: i64) {
        if !self.unknown.insert((table, pupil, year)) {
            return;
        }
        let finding = Finding::error(
            "unknown_pupil",
            format!(
                "Bảng `{table}` có học sinh `{pupil}` năm học {year} không có trong bảng `pupils`"
            ),
            format!("Table `{table}` has pupil `{pupil}` of {year}, who is not in `pupils`"),
        );
        self.findings.push(finding.at(table, row, "pupil").about("pupil", pupil));
    }

    /// Adds that a row repeats an earlier one; the earlier one stands.
    pub fn repeated(&mut self, table: &str, row: usize, what: &str) {
        let number = row + 1;
        let finding = Finding::error(
            "repeated_row",
            format!(
                "Bảng `{table}`, dòng {number}: {what} đã có ở dòng trước; dòng này không được dùng"
            ),
            format!("Table `{table}`, row {number}: {what} came before; the row is not used"),
        );
        self.findings.push(finding.at(table, row, "pupil"));
    }

    /// Adds that a cell has a code or number that means nothing there; it counts as missing.
    pub fn unknown_value(&mut self, table: &str, row: usize, column: &str, value: &str) {
        let number = row + 1;
        let finding = Finding::error(
            "unknown_value",
            format!("Bảng `{table}`, dòng {number}: `{column}` không thể là `{value}`"),
            format!("Table `{table}`, row {number}: `{column}` cannot be `{value}`"),
        );
        self.findings.push(finding.at(table, row, column));
    }

    /// Reads a code; an unknown one is found and counts as missing.
    pub fn code<T: Copy>(
        &mut self,
        list: &[(&str, T)],
        table: &str,
        row: usize,
        column: &str,
        value: Option<&str>,
    ) -> Option<T> {
        let value = value?;
        let meaning = crate::codes::meaning(list, value);
        if meaning.is_none() {
            self.unknown_value(table, row, column, value);
        }
        meaning
    }

    /// Gives up the findings.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// Turns a finding of the rules into one of the contract.
pub fn finding(found: finding::Finding, place: Place, pupil: Option<&str>) -> Finding {
    let severity = match found.severity {
        finding::Severity::Note => Severity::Note,
        finding::Severity::Warning => Severity::Warning,
        finding::Severity::Error => Severity::Error,
    };
    let message = Sentence { vi: found.message_vi, en: found.message_en };
    let mut finding =
        Finding::new(severity, found.code, message).help(found.hint_vi, found.hint_en);
    finding.place = place;
    if let Some(pupil) = pupil {
        finding = finding.about("pupil", pupil);
    }
    if let Some(subject) = found.place.subject {
        finding = finding.about("subject", subject);
    }
    if let Some(term) = found.place.term {
        finding = finding.about("term", term.code());
    }
    finding
}

/// Turns an explanation of the rules into one of the contract.
pub fn explanation(
    explained: bieumau_rules::explanation::Explanation,
    place: Place,
) -> Explanation {
    Explanation {
        place,
        rule: format!("{}: {}", explained.rule, explained.value),
        inputs: explained.inputs,
        steps: explained.steps,
        result: explained.result,
    }
}

/// Says that a year is under a circular that this rule does not have.
pub fn other_circular(grade: u8, year: i64, circular: Option<Circular>) -> finding::Finding {
    let by = circular.map_or("quy định khác", Circular::label);
    let by_en = circular.map_or("another circular", Circular::label);
    finding::Finding {
        code: "other_circular",
        severity: finding::Severity::Warning,
        place: finding::Place::column("grade"),
        message_vi: format!(
            "Lớp {grade} năm học {year}-{} theo {by}; không đánh giá ở đây",
            year + 1
        ),
        message_en: format!(
            "Grade {grade} in {year}-{} is under {by_en}; not assessed here",
            year + 1
        ),
        hint_vi: "Dùng quy tắc của thông tư này cho năm học đó.",
        hint_en: "Use the rule of that circular for the year.",
    }
}
