//! Findings and problems as terminal text, with the lines of the source they point at.

use std::fmt::Write as _;
use std::io::IsTerminal;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics, Severity};
use bieumau_model::text::Locale;
use bieumau_pipeline::{Files, Problem};

/// Writes all findings to a text, and the count last.
pub(crate) fn findings_text(findings: &Diagnostics, files: &Files, locale: Locale) -> String {
    let mut text = String::new();
    for finding in findings.iter() {
        text.push_str(&finding_text(finding, files, locale));
        text.push_str("\n\n");
    }
    let errors = count(findings, Severity::Error);
    let warnings = count(findings, Severity::Warning);
    let sentence = match (locale, errors + warnings) {
        (Locale::Vi, 0) => "Không có lỗi.".to_owned(),
        (Locale::En, 0) => "No findings.".to_owned(),
        (Locale::Vi, _) => format!("{errors} lỗi, {warnings} cảnh báo."),
        (Locale::En, _) => format!("{errors} errors, {warnings} warnings."),
    };
    text.push_str(&sentence);
    text
}

fn count(findings: &Diagnostics, severity: Severity) -> usize {
    findings.iter().filter(|finding| finding.severity == severity).count()
}

fn finding_text(finding: &Diagnostic, files: &Files, locale: Locale) -> String {
    let level = match (finding.severity, locale) {
        (Severity::Error, Locale::Vi) => Level::ERROR.with_name("lỗi"),
        (Severity::Error, Locale::En) => Level::ERROR,
        (Severity::Warning, Locale::Vi) => Level::WARNING.with_name("cảnh báo"),
        (Severity::Warning, Locale::En) => Level::WARNING,
        (Severity::Note, Locale::Vi) => Level::NOTE.with_name("ghi chú"),
        (Severity::Note, Locale::En) => Level::NOTE,
    };
    let source = finding.span.as_ref().and_then(|span| {
        let text = files.text(&span.file)?;
        let start = offset(&text, span.line, span.column)?;
        let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        // A span of several lines would hide the point; the first line is enough.
        let end = if span.start == start { span.end.clamp(start, line_end) } else { line_end };
        Some((text.into_owned(), start, end, span.file.clone()))
    });
    let title = level.primary_title(finding.message.get(locale)).id(finding.code);
    let mut group = match &source {
        Some((text, start, end, file)) => Group::with_title(title).element(
            Snippet::source(text.as_str())
                .path(file.to_string())
                .annotation(AnnotationKind::Primary.span(*start..*end)),
        ),
        None => match &finding.span {
            Some(span) => Group::with_title(title)
                .element(annotate_snippets::Origin::path(span.file.to_string())),
            None => Group::with_title(title),
        },
    };
    if let Some(help) = &finding.help {
        let name = if locale == Locale::Vi { "gợi ý" } else { "help" };
        group = group.element(Level::HELP.with_name(name).message(help.get(locale)));
    }
    let renderer =
        if std::io::stdout().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group]).to_string()
}

/// Returns the byte offset of a 1-based line and column (in characters).
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line {
        0 => return None,
        1 => 0,
        _ => text.match_indices('\n').nth(line - 2)?.0 + 1,
    };
    let rest = &text[start..];
    let inside = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    Some(start + inside)
}

/// Writes a problem with what to do about it and the findings behind it.
pub(crate) fn problem_text(problem: &Problem, locale: Locale) -> String {
    let word = if locale == Locale::Vi { "lỗi" } else { "error" };
    let mut text = format!("{word}[{}]: {}", problem.code, problem.title.get(locale));
    for finding in problem.findings.iter().filter(|finding| finding.message != problem.title) {
        write!(text, "\n  - {}", finding.one_line(locale)).expect("to a string");
    }
    if let Some(help) = &problem.help {
        let word = if locale == Locale::Vi { "gợi ý" } else { "help" };
        write!(text, "\n  {word}: {}", help.get(locale)).expect("to a string");
    }
    text
}
