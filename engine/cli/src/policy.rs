//! `bieumau plugin policy`: how things are done in a province, with the source of each value.

use std::path::Path;

use bieumau_model::definition::policy::PolicyLine;
use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use clap::Args;
use serde_json::json;

use crate::Ending;
use crate::commands::print_line;

#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    /// Code of the province, such as 31; that of the site when left out.
    pub province: Option<String>,
    /// First calendar year of the school year: 2026 is 2026-2027.
    #[arg(long)]
    pub year: i64,
    /// Education level: primary, lower_secondary or upper_secondary.
    #[arg(long)]
    pub level: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub(crate) fn policy(
    folder: Option<&Path>,
    asked: &PolicyArguments,
    locale: Locale,
) -> Result<Ending, Problem> {
    let (province, level) = (asked.province.as_deref(), asked.level.as_deref());
    let policy = bieumau_pipeline::policy(folder, province, level, asked.year)?;
    if asked.json {
        print_line(&format_args!("{:#}", json!(policy)));
        return Ok(Ending::Done);
    }
    let mut source = None;
    for line in policy.lines(locale) {
        let from = basis(&line, locale);
        if source.as_ref() != Some(&from) {
            print_line(&format_args!("\n# {from}"));
            source = Some(from);
        }
        print_line(&format_args!("{:<42} {}", line.key, line.value));
    }
    Ok(Ending::Done)
}

fn basis(line: &PolicyLine, locale: Locale) -> String {
    let certainty = line.certainty.title();
    let certainty = certainty.get(locale);
    match (line.plugin.as_str(), locale) {
        ("", Locale::Vi) => format!("không plugin nào quy định ({certainty})"),
        ("", Locale::En) => format!("no plugin says anything ({certainty})"),
        (plugin, _) => format!("{plugin}: {} ({certainty})", line.source),
    }
}
