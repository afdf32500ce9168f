//! Kết quả rèn luyện of the year from the two semesters (Điều 8).

use super::findings;
use super::parameters::Parameters;
use super::values::{Level, Manual};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// The conduct levels that people gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearConduct<'a> {
    /// Semester I.
    pub first: Option<Level>,
    /// Semester II.
    pub second: Option<Level>,
    /// The year's level decided by the school when a semester is missing.
    pub manual: Option<Manual<'a>>,
}

/// Returns the yearly conduct by the table of Điều 8, or the manual level when a semester is missing.
///
/// `None` is *not evaluable*, with E22-01 for each missing semester.
pub fn year_conduct(
    parameters: &Parameters,
    conduct: &YearConduct<'_>,
    log: &mut Log,
) -> Option<Level> {
    let (Some(first), Some(second)) = (conduct.first, conduct.second) else {
        return manual_level(conduct.manual, "conduct", log).or_else(|| {
            for (level, term) in [(conduct.first, Term::First), (conduct.second, Term::Second)] {
                if level.is_none() {
                    log.find(findings::conduct_missing(term));
                }
            }
            None
        });
    };
    if conduct.manual.is_some() {
        log.find(findings::manual_not_used("conduct"));
    }
    let level = parameters.conduct.0[first.rank()][second.rank()];
    log.explain(|| Explanation {
        rule: "TT 22/2021, Điều 8 khoản 2",
        value: "Kết quả rèn luyện cả năm",
        place: Place::column("conduct").in_term(Term::Year),
        inputs: vec![
            ("Học kì I".to_owned(), first.label().to_owned()),
            ("Học kì II".to_owned(), second.label().to_owned()),
        ],
        steps: vec![format!(
            "Học kì I {}, học kì II {} → cả năm {}",
            first.label(),
            second.label(),
            level.label()
        )],
        result: level.label().to_owned(),
    });
    Some(level)
}

/// Returns a manual level that has its reason (E22-05).
pub(super) fn manual_level(
    manual: Option<Manual<'_>>,
    column: &'static str,
    log: &mut Log,
) -> Option<Level> {
    let manual = manual?;
    if manual.reason.trim().is_empty() {
        log.find(findings::manual_without_reason(column));
        return None;
    }
    Some(manual.level)
}
