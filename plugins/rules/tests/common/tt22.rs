//! Semesters and marks of TT22 as they are written in tests, and findings as they are compared.

use bieumau_rules::finding::Term;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{Mark, Standing, Subject, SubjectKind, TermMarks, TermState};

pub const CLOSED: [TermState; 2] = [TermState::Closed; 2];

pub fn subject(code: &'static str, kind: SubjectKind, periods: u16) -> Subject<'static> {
    Subject { code, name: code, kind, periods: Some(periods), standing: Standing::Compulsory }
}

pub fn marks(text: &str) -> Vec<Mark> {
    text.split_whitespace()
        .map(|item| match item {
            "-" => Mark::Blank,
            "v" => Mark::Missed,
            item => Mark::parse(item).unwrap(),
        })
        .collect()
}

/// A semester written as `tx tx | gk | ck`.
pub struct Cells(pub [Vec<Mark>; 3]);

impl Cells {
    pub fn read(text: &str) -> Self {
        let mut fields = text.split('|').map(marks);
        Cells([(); 3].map(|()| fields.next().unwrap_or_default()))
    }

    pub fn term(&self) -> TermMarks<'_> {
        TermMarks {
            ongoing: &self.0[0],
            midterm: &self.0[1],
            end: &self.0[2],
            ..TermMarks::default()
        }
    }
}

pub fn found_in(log: &Log) -> Vec<String> {
    log.findings()
        .iter()
        .map(|finding| {
            assert!(!finding.message_vi.is_empty() && !finding.message_en.is_empty());
            assert!(!finding.hint_vi.is_empty() && !finding.hint_en.is_empty());
            let term = finding.place.term.map_or("-", Term::code);
            let column = finding.place.column.unwrap_or("-");
            format!("{} {term} {column}", finding.code)
        })
        .collect()
}
