//! `render --each`: one document for each choice of a parameter, in one job.
//!
//! A whole school of transcripts is a folder with a document for each class: no limit of a single
//! document is passed, and a class is what people bind, sign and hand out.

use std::collections::BTreeMap;
use std::fs;

use bieumau_model::scope::Caller;
use bieumau_model::text::Locale;
use bieumau_pipeline::{Problem, RenderRequest, Site};
use jiff::Timestamp;

use crate::Ending;
use crate::arguments::RenderArguments;
use crate::commands::{not_written, say, usage, write_bytes};

/// Renders the report for every choice of `each`, into the folder of `asked`.
pub(crate) fn render_each(
    site: &Site,
    caller: &Caller,
    asked: &RenderArguments,
    each: &str,
    locale: Locale,
) -> Result<Ending, Problem> {
    let given: BTreeMap<String, String> = asked.parameters.iter().cloned().collect();
    let format = asked.format.as_deref().unwrap_or("pdf");
    let choices = choices(site, caller, asked, &given, each)?;
    let mut requests = Vec::with_capacity(choices.len());
    for choice in &choices {
        let mut parameters = given.clone();
        parameters.insert(each.to_owned(), choice.clone());
        requests.push(RenderRequest::new(asked.report.clone(), parameters, format, None)?);
    }
    check_letters(site, caller, &requests, locale)?;
    fs::create_dir_all(&asked.output).map_err(|error| not_written(&asked.output, &error))?;
    for (choice, request) in choices.iter().zip(&requests) {
        let document = site.render_noted(caller, request, Timestamp::now())?;
        for finding in &document.findings {
            eprintln!("{}", finding.one_line(locale));
        }
        let path = asked.output.join(&document.file_name);
        write_bytes(&document.bytes, &path)?;
        let pages = document.pages.unwrap_or(0);
        say(
            locale,
            &format!("{choice}: {} ({pages} trang)", path.display()),
            &format!("{choice}: {} ({pages} pages)", path.display()),
        );
    }
    Ok(Ending::Done)
}

/// What the parameter may be, with what else is given.
fn choices(
    site: &Site,
    caller: &Caller,
    asked: &RenderArguments,
    given: &BTreeMap<String, String>,
    each: &str,
) -> Result<Vec<String>, Problem> {
    let view = site.report_view(caller, &asked.report, given)?;
    let field = view.fields.iter().find(|field| field.id == each && field.lists);
    let Some(field) = field else {
        let lists: Vec<&str> =
            view.fields.iter().filter(|field| field.lists).map(|field| &*field.id).collect();
        return Err(usage(
            format!("Báo cáo `{}` không có tham số chọn `{each}`", asked.report),
            format!("report `{}` has no parameter `{each}` with choices", asked.report),
        )
        .help(
            format!("Chọn một trong: {}", lists.join(", ")),
            format!("one of: {}", lists.join(", ")),
        ));
    };
    if field.choices.is_empty() {
        return Err(usage(
            format!("Không có gì để chọn cho `{each}`"),
            format!("there is nothing to choose for `{each}`"),
        )
        .help(
            format!("Cho trước các tham số: {}", field.depends.join(", ")),
            format!("give first: {}", field.depends.join(", ")),
        ));
    }
    Ok(field.choices.iter().map(|choice| choice.value.clone()).collect())
}

/// Before the first document is made: where the site stops at letters that the fonts lack, all of them
/// are told at once.
fn check_letters(
    site: &Site,
    caller: &Caller,
    requests: &[RenderRequest],
    locale: Locale,
) -> Result<(), Problem> {
    let mut first = None;
    for request in requests {
        if let Err(problem) = site.check_letters(caller, request) {
            for finding in problem.findings.iter().filter(|_| first.is_some()) {
                eprintln!("{}", finding.one_line(locale));
            }
            first.get_or_insert(problem);
        }
    }
    first.map_or(Ok(()), Err)
}
