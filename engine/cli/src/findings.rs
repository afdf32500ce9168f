//! Prints lists and findings: reports, plugins, `check`, problems.

use std::path::Path;

use bieumau_model::text::Locale;
use bieumau_pipeline::{Problem, ReportSummary};

use crate::Ending;
use crate::arguments::{CheckArguments, FindingsFormat};
use crate::commands::{print_line, workers};
use crate::{sarif, terminal};

pub(crate) fn check(
    site: &Path,
    asked: &CheckArguments,
    locale: Locale,
) -> Result<Ending, Problem> {
    let workers = if asked.without_templates { None } else { Some(workers()?) };
    let checked = bieumau_pipeline::check(Some(site), workers.as_ref())?;
    match asked.format {
        FindingsFormat::Human => {
            print_line(&terminal::findings_text(&checked.findings, &checked.files, locale));
        }
        FindingsFormat::Short => {
            for finding in checked.findings.iter() {
                print_line(&finding.one_line(locale));
            }
        }
        FindingsFormat::Json => {
            print_line(&format_args!(
                "{:#}",
                serde_json::to_value(&checked.findings).unwrap_or_default()
            ));
        }
        FindingsFormat::Sarif => {
            print_line(&format_args!("{:#}", sarif::log(&checked.findings, locale)))
        }
    }
    Ok(if checked.findings.has_errors() { Ending::Findings } else { Ending::Done })
}

pub(crate) fn reports(
    folder: &Option<&Path>,
    json: bool,
    locale: Locale,
) -> Result<Ending, Problem> {
    let reports = bieumau_pipeline::list_reports(*folder)?;
    if json {
        print_line(&format_args!("{:#}", serde_json::to_value(&reports).unwrap_or_default()));
        return Ok(Ending::Done);
    }
    for report in &reports {
        print_line(&report_text(report, locale));
    }
    Ok(Ending::Done)
}

fn report_text(report: &ReportSummary, locale: Locale) -> String {
    let plugin = report.plugin.as_ref().map_or(String::new(), |id| format!("  [plugin {id}]"));
    let (id, title, formats) = (&report.id, report.title.get(locale), report.formats.join(", "));
    let mut text = format!("{id}{plugin}\n  {title} ({formats})");
    for parameter in &report.parameters {
        let need = match (parameter.required, locale) {
            (true, Locale::Vi) => "bắt buộc",
            (true, Locale::En) => "required",
            (false, Locale::Vi) => "tùy chọn",
            (false, Locale::En) => "optional",
        };
        text.push_str(&format!(
            "\n    {:<12} {} · {} · {need}",
            parameter.id,
            parameter.title.get(locale),
            parameter.kind
        ));
    }
    text
}

pub(crate) fn plugins(
    folder: &Option<&Path>,
    json: bool,
    locale: Locale,
) -> Result<Ending, Problem> {
    let plugins = bieumau_pipeline::list_plugins(*folder)?;
    if json {
        print_line(&format_args!("{:#}", serde_json::to_value(&plugins).unwrap_or_default()));
        return Ok(Ending::Done);
    }
    for plugin in &plugins {
        print_line(&format_args!(
            "{} {}  {}  [{}]",
            plugin.id,
            plugin.version,
            plugin.title.get(locale),
            plugin.vouched.words().get(locale)
        ));
        for rule in &plugin.rules {
            print_line(&format_args!("    {:<24} {}", rule.id, rule.title.get(locale)));
        }
    }
    Ok(Ending::Done)
}

pub(crate) fn print_problem(problem: &Problem, locale: Locale) {
    eprintln!("{}", terminal::problem_text(problem, locale));
}
