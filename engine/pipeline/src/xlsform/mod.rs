//! Takes over forms from XLSForm workbooks, as far as they have a counterpart here.
//!
//! Whatever is not taken over is told, with sheet and cell. What a workbook says wrongly is an
//! error that names sheet and row. The result is a set of files that pass the check of definitions.

mod convert;
mod expression;
mod read;
mod survey;
mod write;

use bieumau_model::diagnostic::Diagnostics;

use crate::problem::{Problem, ProblemKind};

/// What came of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Files by path inside a site: forms and code lists.
    pub files: Vec<(String, String)>,
    /// What was not taken over, and why.
    pub report: Diagnostics,
}

/// Converts the workbook in `bytes`; `name` is that of its file without the ending, and becomes the
/// id of the form when the workbook gives none.
///
/// # Errors
/// A [`Problem`] with every mistake of the workbook, each with sheet and row.
pub fn import_xlsform(bytes: &[u8], name: &str) -> Result<Imported, Problem> {
    let workbook = read::workbook(bytes).map_err(wrong)?;
    let mut findings = Diagnostics::default();
    let survey = survey::survey(&workbook, name, &mut findings);
    let files = convert::files(&survey, &workbook, &mut findings);
    if findings.has_errors() {
        return Err(wrong(findings));
    }
    Ok(Imported { files, report: findings })
}

fn wrong(findings: Diagnostics) -> Problem {
    let count = findings.iter().filter(|found| is_error(found)).count();
    Problem::new(
        ProblemKind::BadInput,
        "J144",
        format!("Không nhập được XLSForm: có {count} lỗi"),
        format!("the XLSForm cannot be imported: {count} errors"),
    )
    .with(findings)
}

fn is_error(finding: &bieumau_model::diagnostic::Diagnostic) -> bool {
    finding.severity == bieumau_model::diagnostic::Severity::Error
}
