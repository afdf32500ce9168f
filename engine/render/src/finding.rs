//! What a worker has to say about a template: collected there, made into diagnostics here.

use std::sync::Arc;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics, Span};
use bieumau_model::text::Text;
use serde::{Deserialize, Serialize};
use typst::diag::{FileError, SourceDiagnostic};
use typst::syntax::{DiagSpan, FileId};
use typst::{World, WorldExt};

use crate::letters::Missing;
use crate::template::Template;
use crate::vietnamese::translate;

/// How many letters outside the font are told one by one.
const LETTERS_TOLD: usize = 20;

/// One finding, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Finding {
    /// Typst or Tera found something in a file of the template.
    Template(Kind, Told),
    /// The data has a letter that the fonts lack.
    Letter(Missing),
    /// And so many more.
    MoreLetters(usize),
}

/// What was found in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Typst gave up.
    TypstError,
    /// Typst warns.
    TypstWarning,
    /// The document does not meet the PDF standard that we try first.
    PdfStandard,
    /// Tera cannot read the template.
    TeraSyntax,
    /// Tera gave up while it filled the template.
    TeraError,
    /// The HTML page cannot be written as a Word document.
    Word,
    /// The data is no JSON object.
    Data,
}

/// Words and places as Typst or Tera gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The message.
    pub(crate) message: String,
    /// Where.
    pub(crate) place: Option<Place>,
    /// What to do.
    pub(crate) hints: Vec<String>,
    /// From where it was called, innermost first: `while calling f at file:line:column`.
    pub(crate) trace: Vec<String>,
}

/// A place in a file of the template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    file: Arc<str>,
    line: usize,
    column: usize,
    start: usize,
    end: usize,
}

impl Place {
    /// Finds the place of the bytes `start..end` of `text`.
    pub(crate) fn locate(file: String, text: &str, start: usize, end: usize) -> Self {
        let span = Span::locate(&file.into(), text, start, end);
        let Span { file, line, column, start, end } = span;
        Self { file, line, column, start, end }
    }
}

/// Puts Typst's diagnostics into findings.
pub(crate) fn from_typst(
    kind: Kind,
    diagnostics: &[SourceDiagnostic],
    template: &Template,
    world: &dyn World,
) -> Vec<Finding> {
    let locate = |span: DiagSpan| {
        let id = span.id()?;
        let text = text_of(world, id).ok()?;
        let range = world.range(span).unwrap_or(0..0);
        let file = template.path(id.vpath().get_with_slash());
        Some(Place::locate(file, &text, range.start, range.end))
    };
    let told = |found: &SourceDiagnostic| Told {
        message: found.message.to_string(),
        place: locate(found.span),
        hints: found
            .hints
            .iter()
            .map(|hint| hint.v.to_string().replace('\n', " "))
            // Speaks of an option of Typst's own command line.
            .filter(|hint| !hint.contains("`--root`"))
            .collect(),
        trace: found
            .trace
            .iter()
            .map(|point| match locate(point.span.into()) {
                Some(Place { file, line, column, .. }) => {
                    format!("{} ({file}:{line}:{column})", point.v)
                }
                None => point.v.to_string(),
            })
            .collect(),
    };
    diagnostics.iter().map(|found| Finding::Template(kind, told(found))).collect()
}

fn text_of(world: &dyn World, id: FileId) -> Result<String, FileError> {
    match world.source(id) {
        Ok(source) => Ok(source.text().to_owned()),
        Err(_) => Ok(String::from_utf8_lossy(&world.file(id)?).into_owned()),
    }
}

/// Tells the first letters one by one, and counts the others.
pub(crate) fn from_letters(missing: Vec<Missing>) -> Vec<Finding> {
    let more = missing.len().saturating_sub(LETTERS_TOLD);
    let mut findings: Vec<_> =
        missing.into_iter().take(LETTERS_TOLD).map(Finding::Letter).collect();
    if more > 0 {
        findings.push(Finding::MoreLetters(more));
    }
    findings
}

/// Puts findings into words.
pub(crate) fn diagnostics(findings: Vec<Finding>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for finding in findings {
        diagnostics.push(match finding {
            Finding::Template(kind, told) => template_diagnostic(kind, told),
            Finding::Letter(missing) => letter_diagnostic(&missing),
            Finding::MoreLetters(more) => Diagnostic::warning(
                "T007",
                Text::both(
                    format!("còn {more} chữ khác không có trong phông chữ"),
                    format!("{more} more letters are not in the font"),
                ),
            ),
        });
    }
    diagnostics
}

fn template_diagnostic(kind: Kind, told: Told) -> Diagnostic {
    let Told { message, place, mut hints, trace } = told;
    let converges = !message.contains("did not converge");
    let refused = message.starts_with("failed to load") || message.contains("would escape");
    let (code, vietnamese, english) = match kind {
        Kind::TypstError if refused => ("T004", "mẫu đọc tệp không được phép", "a file is refused"),
        Kind::TypstError => ("T001", "không dàn trang được", "the page cannot be laid out"),
        Kind::TypstWarning if converges => ("T002", "cảnh báo khi dàn trang", "layout warning"),
        Kind::TypstWarning => ("T003", "trang chưa ổn định", "the layout is not stable"),
        Kind::TeraSyntax => ("T005", "mẫu HTML viết sai", "the HTML template cannot be read"),
        Kind::TeraError => ("T006", "không điền được mẫu HTML", "the HTML page cannot be filled"),
        Kind::PdfStandard => ("T008", "PDF chưa đạt chuẩn lưu trữ", "a PDF standard is missed"),
        Kind::Word => ("T019", "không viết được tệp Word", "no Word document can be written"),
        Kind::Data => ("T015", "dữ liệu của mẫu viết sai", "the data cannot be read"),
    };
    let said = match translate(&message) {
        Some(translated) => format!("{vietnamese}: {translated} ({message})"),
        None => format!("{vietnamese}: {message}"),
    };
    let text = Text::both(said, format!("{english}: {message}"));
    let mut diagnostic = match kind {
        Kind::TypstWarning | Kind::PdfStandard => Diagnostic::warning(code, text),
        _ => Diagnostic::error(code, text),
    };
    hints.extend(trace);
    if !hints.is_empty() {
        diagnostic = diagnostic.help(hints.join("; "));
    }
    match place {
        Some(Place { file, line, column, start, end }) => {
            diagnostic.at(Span { file, line, column, start, end })
        }
        None => diagnostic,
    }
}

fn letter_diagnostic(missing: &Missing) -> Diagnostic {
    let Missing { path, letter, shown, record } = missing;
    let code = u32::from(*letter);
    let path = record.as_ref().map_or_else(|| path.clone(), |record| format!("{path} – {record}"));
    let text = match shown {
        Some(shown) => Text::both(
            format!("`{path}`: phông chữ không có chữ “{letter}” (U+{code:04X}), đã in “{shown}”"),
            format!("`{path}`: the font has no “{letter}” (U+{code:04X}), “{shown}” is shown"),
        ),
        None => Text::both(
            format!("`{path}`: đã bỏ ký tự điều khiển U+{code:04X}"),
            format!("`{path}`: the control character U+{code:04X} is left out"),
        ),
    };
    Diagnostic::warning("T007", text)
}
