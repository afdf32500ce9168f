//! `bieumau import-xlsform`: takes over forms from an XLSForm workbook.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::text::Locale;
use bieumau_pipeline::Problem;
use clap::Args;

use crate::Ending;
use crate::commands::{machine, print_line};

/// Where from and where to.
#[derive(Debug, Args)]
pub(crate) struct XlsformArguments {
    /// The workbook (.xlsx).
    pub file: PathBuf,
    /// Folder of the site that gets the forms and code lists; files that are there are kept.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Replace files that are there.
    #[arg(long)]
    pub replace: bool,
}

pub(crate) fn run(asked: &XlsformArguments, locale: Locale) -> Result<Ending, Problem> {
    let bytes = fs::read(&asked.file).map_err(|error| unusable(&asked.file, &error))?;
    let name =
        asked.file.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into());
    let imported = bieumau_pipeline::import_xlsform(&bytes, &name)?;
    for finding in imported.report.iter() {
        eprintln!("{}", finding.one_line(locale));
    }
    for (path, _) in &imported.files {
        let path = asked.output.join(path);
        if path.exists() && !asked.replace {
            return Err(Problem::new(
                bieumau_pipeline::ProblemKind::BadInput,
                "J145",
                format!("Đã có tệp `{}`", path.display()),
                format!("the file `{}` is there already", path.display()),
            )
            .help("thêm `--replace` để ghi đè", "add `--replace` to replace it"));
        }
    }
    for (path, text) in &imported.files {
        let path = asked.output.join(path);
        let folder = path.parent().unwrap_or(&asked.output);
        fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
        fs::write(&path, text).map_err(|error| unusable(&path, &error))?;
        print_line(&path.display());
    }
    Ok(Ending::Done)
}

fn unusable(path: &Path, error: &std::io::Error) -> Problem {
    machine(
        format!("Không dùng được `{}`: {error}", path.display()),
        format!("`{}` cannot be used: {error}", path.display()),
    )
}
