//! `bieumau plugin new`, `test`, `bench` and `dev`: the tools of whoever writes a plugin.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};
use std::{fs, io::IsTerminal as _, io::stderr};

use bieumau_model::text::{Locale, Text};
use bieumau_pipeline::{
    Language, Measured, NewPlugin, Problem, TestReport, Workbench, difference_table, draw_columns,
    new_plugin,
};
use clap::{Subcommand, ValueEnum};

use crate::Ending;
use crate::commands::print_line;
use crate::findings::print_problem;

#[derive(Debug, Subcommand)]
pub(crate) enum AuthorCommand {
    /// Make the folder of a new plugin, with a rule and its cases.
    New {
        /// What it is written in.
        #[arg(long, value_enum)]
        lang: Lang,
        /// Its id, in `snake_case`; also the name of the folder.
        name: String,
        /// The folder in which it is made.
        #[arg(long, value_name = "DIR", default_value = ".")]
        into: PathBuf,
    },
    /// Run the golden cases of plugins, and the checks that every rule gets.
    Test {
        /// Folders with a `plugin.yaml`.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// Measure steps, time and memory of the rules, against the limits.
    Bench {
        /// Folder with a `plugin.yaml`.
        folder: PathBuf,
    },
    /// Watch a plugin's folder: build and test again after every change, and show a document.
    Dev {
        /// Folder with a `plugin.yaml`.
        folder: PathBuf,
        /// A document to make after every change, as REPORT=FILE; it is made from its sample.
        #[arg(long, value_name = "REPORT=FILE", value_parser = preview)]
        preview: Option<(String, PathBuf)>,
        /// Build and test once, and end.
        #[arg(long)]
        once: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// A text of JavaScript; nothing to install.
    Js,
    /// Rust, compiled to WebAssembly.
    Rust,
    /// Parameters of another plugin's rules, without code.
    Yaml,
}

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(400);

/// Does one of the commands.
pub(crate) fn run(
    site: Option<&Path>,
    asked: &AuthorCommand,
    locale: Locale,
) -> Result<Ending, Problem> {
    match asked {
        AuthorCommand::New { lang, name, into } => new(into, name, *lang, locale),
        AuthorCommand::Test { folders } => {
            let mut ending = Ending::Done;
            for folder in folders {
                if !test(site, folder, locale)? {
                    ending = Ending::Findings;
                }
            }
            Ok(ending)
        }
        AuthorCommand::Bench { folder } => bench(site, folder, locale),
        AuthorCommand::Dev { folder, preview, once } => {
            dev(site, folder, preview.as_ref(), *once, locale)
        }
    }
}

fn preview(text: &str) -> Result<(String, PathBuf), String> {
    let (report, file) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`; write REPORT=FILE, such as list=list.html"))?;
    Ok((report.to_owned(), file.into()))
}

fn new(into: &Path, name: &str, lang: Lang, locale: Locale) -> Result<Ending, Problem> {
    let language = match lang {
        Lang::Js => Language::JavaScript,
        Lang::Rust => Language::Rust,
        Lang::Yaml => Language::Yaml,
    };
    let folder = new_plugin(into, &NewPlugin { id: name.to_owned(), language })?;
    let shown = folder.display();
    print_line(&shown);
    let built = matches!(lang, Lang::Rust).then(|| format!("bieumau plugin build {shown} && "));
    let next = format!("{}bieumau plugin test {shown}", built.unwrap_or_default());
    say(locale, &Text::both(format!("Tiếp theo: {next}"), format!("Next: {next}")));
    Ok(Ending::Done)
}

fn say(locale: Locale, text: &Text) {
    eprintln!("{}", text.get(locale));
}

/// Tests the plugin in a folder and prints what came of it; tells whether all is right.
fn test(site: Option<&Path>, folder: &Path, locale: Locale) -> Result<bool, Problem> {
    let report = Workbench::open(site, folder)?.test();
    print_line(&report_text(&report, locale));
    Ok(report.is_right())
}

/// Writes a report as a person reads it: what failed in full, what is right in one line.
fn report_text(report: &TestReport, locale: Locale) -> String {
    let mut lines = Vec::new();
    for case in &report.cases {
        lines.push(format!("{} {}: {}", mark(case.is_right()), file_name(&case.file), case.name));
        lines.extend(case.troubles.iter().map(|trouble| format!("    {}", trouble.get(locale))));
        lines.extend(difference_table(case, locale));
    }
    for check in &report.checks {
        let name = check.name.get(locale);
        lines.push(format!("{} {}: {name}", mark(check.failure.is_none()), check.rule));
        lines.extend(check.failure.as_ref().map(|why| format!("    {}", why.get(locale))));
    }
    let failed = report.cases.iter().filter(|case| !case.is_right()).count()
        + report.checks.iter().filter(|check| check.failure.is_some()).count();
    let (cases, checks) = (report.cases.len(), report.checks.len());
    lines.push(match locale {
        Locale::Vi => {
            format!("{}: {cases} ca, {checks} phép thử chung, {failed} sai.", report.plugin)
        }
        Locale::En => {
            format!("{}: {cases} cases, {checks} free checks, {failed} failed.", report.plugin)
        }
    });
    lines.join("\n")
}

fn mark(is_right: bool) -> &'static str {
    if is_right { "✓" } else { "✗" }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn bench(site: Option<&Path>, folder: &Path, locale: Locale) -> Result<Ending, Problem> {
    let measures = Workbench::open(site, folder)?.bench()?;
    for measure in measures {
        print_line(&measure.rule);
        let head = match locale {
            Locale::Vi => [
                "dòng",
                "thời gian",
                "mỗi dòng",
                "bước",
                "mỗi dòng",
                "giới hạn",
                "bộ nhớ",
                "giới hạn",
            ],
            Locale::En => {
                ["rows", "time", "per row", "steps", "per row", "of limit", "memory", "of limit"]
            }
        };
        let rows: Vec<[String; 8]> = std::iter::once(head.map(str::to_owned))
            .chain(measure.calls.iter().map(measured))
            .collect();
        for line in draw_columns(&rows) {
            print_line(&line);
        }
    }
    Ok(Ending::Done)
}

fn measured(call: &Measured) -> [String; 8] {
    let rows = u64::try_from(call.rows).unwrap_or(u64::MAX);
    let per_row = |total: u64| total.checked_div(rows).map(|each| each.to_string());
    let nanos = u64::try_from(call.usage.time.as_nanos()).unwrap_or(u64::MAX);
    let of = |part: u64, whole: u64| {
        let tenths = part.saturating_mul(1000).checked_div(whole).unwrap_or(1000);
        format!("{},{}%", tenths / 10, tenths % 10)
    };
    let memory = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    [
        rows.to_string(),
        format!("{} µs", nanos / 1000),
        per_row(nanos).map_or_else(|| "–".to_owned(), |each| format!("{each} ns")),
        call.usage.fuel.to_string(),
        per_row(call.usage.fuel).unwrap_or_else(|| "–".to_owned()),
        of(call.usage.fuel, call.fuel_limit),
        format!("{} KiB", call.usage.memory_bytes / 1024),
        of(memory(call.usage.memory_bytes), memory(call.memory_limit)),
    ]
}

/// Builds, tests and shows again whenever a file of the plugin changes, until it is interrupted.
fn dev(
    site: Option<&Path>,
    folder: &Path,
    preview: Option<&(String, PathBuf)>,
    once: bool,
    locale: Locale,
) -> Result<Ending, Problem> {
    loop {
        let seen = newest(folder);
        let is_right = match round(site, folder, preview, locale) {
            Ok(is_right) => is_right,
            Err(problem) if once => return Err(problem),
            // A slip while writing is no reason to end: the next change may mend it.
            Err(problem) => {
                print_problem(&problem, locale);
                false
            }
        };
        if once {
            return Ok(if is_right { Ending::Done } else { Ending::Findings });
        }
        let waiting =
            Text::both("Đợi thay đổi; Ctrl-C để dừng.", "Waiting for changes; Ctrl-C ends.");
        say(locale, &waiting);
        while newest(folder) == seen {
            thread::sleep(LOOK);
        }
        if stderr().is_terminal() {
            eprintln!("\n────────");
        }
    }
}

fn round(
    site: Option<&Path>,
    folder: &Path,
    preview: Option<&(String, PathBuf)>,
    locale: Locale,
) -> Result<bool, Problem> {
    if folder.join("Cargo.toml").is_file() && bieumau_pipeline::is_plugin_stale(folder)? {
        bieumau_pipeline::build_plugin(folder, &mut |line| eprintln!("{}", line.get(locale)))?;
    }
    let is_right = test(site, folder, locale)?;
    if let Some((report, file)) = preview {
        let bytes =
            bieumau_pipeline::preview(site, folder, report, file, &crate::commands::workers()?)?;
        fs::write(file, bytes).map_err(|error| crate::commands::not_written(file, &error))?;
        print_line(&file.display());
    }
    Ok(is_right)
}

/// Returns the time of the last change in a folder, without what compilers write.
fn newest(folder: &Path) -> Option<SystemTime> {
    const OUTPUT: [&str; 3] = ["target", "plugin.wasm", "plugin.wasm.source"];
    let entries = fs::read_dir(folder).ok()?;
    let times = entries.flatten().filter_map(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || OUTPUT.contains(&name.as_ref()) {
            return None;
        }
        if entry.file_type().ok()?.is_dir() {
            newest(&entry.path())
        } else {
            entry.metadata().ok()?.modified().ok()
        }
    });
    times.max()
}
