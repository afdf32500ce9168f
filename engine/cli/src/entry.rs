//! `bieumau workbook` and `bieumau import`: a workbook of a form out, and back in.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::diagnostic::Severity;
use bieumau_model::text::Locale;
use bieumau_pipeline::{
    ImportFinding, ImportReport, ImportRequest, Mode, Problem, ProblemKind, Site, Template,
};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::Ending;
use crate::arguments::{CallerArguments, pair};
use crate::commands::{caller, print_line, say, workers, write_bytes};

/// Makes a workbook to fill in.
#[derive(Debug, Args)]
pub(crate) struct WorkbookArguments {
    /// The form, such as `mark` or `pupil`.
    pub form: String,
    /// What it is about, such as `--param class=6A1`; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Headings: own, csdl_scores_1, csdl_scores_2 or csdl_primary.
    #[arg(long, default_value = "own")]
    pub template: String,
    /// Output file; `-` is stdout.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub caller: CallerArguments,
}

/// Takes a workbook back.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The form.
    pub form: String,
    /// The workbook.
    pub file: PathBuf,
    /// Tell what would happen, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What it is about; a workbook of this program knows it by itself. May be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// A warning that is confirmed, by the word that stands before it; may be repeated.
    #[arg(long = "confirm", value_name = "WORD", requires = "reason")]
    pub confirmed: Vec<String>,
    /// Why; kept in the history of each record.
    #[arg(long, default_value = "")]
    pub reason: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub caller: CallerArguments,
}

pub(crate) fn workbook(site: &Path, asked: &WorkbookArguments) -> Result<Ending, Problem> {
    let template = Template::named(&asked.template).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J293",
            format!("Không có mẫu bảng tính `{}`", asked.template),
            format!("there is no template `{}`", asked.template),
        )
        .help(
            "Có các mẫu: own, csdl_scores_1, csdl_scores_2, csdl_primary",
            "templates: own, csdl_scores_1, csdl_scores_2, csdl_primary",
        )
    })?;
    let parameters = asked.parameters.iter().cloned().collect();
    let site = Site::open(site, &workers()?, Timestamp::now())?;
    let caller = caller(&asked.caller, &site)?;
    let document =
        site.workbook_noted(&caller, &asked.form, &parameters, template, Timestamp::now())?;
    write_bytes(&document.bytes, &asked.output)?;
    Ok(Ending::Done)
}

pub(crate) fn import(
    site: &Path,
    asked: &ImportArguments,
    locale: Locale,
) -> Result<Ending, Problem> {
    let bytes = fs::read(&asked.file).map_err(|error| unreadable(&asked.file, &error))?;
    let request = ImportRequest {
        form: asked.form.clone(),
        parameters: asked.parameters.iter().cloned().collect(),
        confirmed: asked.confirmed.clone(),
        reason: asked.reason.clone(),
    };
    let mode = if asked.dry_run { Mode::DryRun } else { Mode::Commit };
    let site = Site::open(site, &workers()?, Timestamp::now())?;
    let caller = caller(&asked.caller, &site)?;
    let imported = site.import(&caller, &request, &bytes, mode, Timestamp::now())?;
    if asked.json {
        print_line(&format_args!("{:#}", as_json(&imported, locale)));
    } else {
        for finding in &imported.findings {
            print_line(&line(finding, locale));
        }
        say(locale, &summary_vi(&imported), &summary_en(&imported));
    }
    Ok(if imported.accepted { Ending::Done } else { Ending::Findings })
}

/// Writes a finding on one line: `Điểm!F12 error[J109] sentence (help)`.
fn line(finding: &ImportFinding, locale: Locale) -> String {
    let confirm =
        finding.confirm.as_ref().map(|word| format!(" --confirm {word}")).unwrap_or_default();
    format!("{} {}{confirm}", finding.place, finding.diagnostic.one_line(locale))
}

fn summary_vi(imported: &ImportReport) -> String {
    let ImportReport { new, changed, unchanged, changes, .. } = imported;
    let counts =
        format!("{new} bản ghi mới, {changed} bản ghi thay đổi, {unchanged} dòng không đổi");
    let cells = changes.len();
    match (imported.committed, imported.accepted) {
        (true, _) => format!("Đã ghi {cells} ô: {counts}."),
        (false, true) => format!("Chạy thử, chưa ghi gì: {cells} ô, {counts}."),
        (false, false) => format!("Không ghi gì: {} lỗi.", errors(imported)),
    }
}

fn summary_en(imported: &ImportReport) -> String {
    let ImportReport { new, changed, unchanged, changes, .. } = imported;
    let counts = format!("{new} new records, {changed} changed, {unchanged} rows unchanged");
    let cells = changes.len();
    match (imported.committed, imported.accepted) {
        (true, _) => format!("Wrote {cells} cells: {counts}."),
        (false, true) => format!("Dry run, nothing was written: {cells} cells, {counts}."),
        (false, false) => format!("Nothing was written: {} errors.", errors(imported)),
    }
}

fn errors(imported: &ImportReport) -> usize {
    let blocks = |finding: &&ImportFinding| {
        finding.confirm.is_some() || finding.diagnostic.severity == Severity::Error
    };
    imported.findings.iter().filter(blocks).count()
}

fn as_json(imported: &ImportReport, locale: Locale) -> serde_json::Value {
    let finding = |finding: &ImportFinding| {
        json!({
            "place": finding.place,
            "confirm": finding.confirm,
            "code": finding.diagnostic.code,
            "severity": finding.diagnostic.severity,
            "message": finding.diagnostic.message.get(locale),
            "help": finding.diagnostic.help.as_ref().map(|help| help.get(locale)),
        })
    };
    json!({
        "accepted": imported.accepted,
        "committed": imported.committed,
        "new": imported.new,
        "changed": imported.changed,
        "unchanged": imported.unchanged,
        "findings": imported.findings.iter().map(finding).collect::<Vec<_>>(),
        "changes": imported.changes,
    })
}

fn unreadable(file: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J093",
        format!("Không đọc được `{}`: {error}", file.display()),
        format!("`{}` cannot be read: {error}", file.display()),
    )
}
