//! A plugin's folder opened for its author: checked, loaded, with its cases.

use std::path::Path;
use std::sync::Arc;

use bieumau_model::cases::{self, CaseFile};
use bieumau_model::definition::Manifest;
use bieumau_model::diagnostic::Diagnostics;
use bieumau_plugin_host::Plugin;

use super::cases::{CaseResult, run};
use super::checks::{CheckResult, check};
use super::measure::{Measure, measure};
use crate::files::Files;
use crate::installed::Installed;
use crate::plugins::Plugins;
use crate::problem::{Problem, ProblemKind};
use crate::site::{Definitions, files_problem, overlaid};

/// A plugin under work.
pub struct Workbench {
    pub(super) plugin: Arc<Plugin>,
    /// Path and content of each file of cases.
    pub(super) cases: Vec<(String, CaseFile)>,
}

/// What the cases and the free checks of a plugin said.
#[derive(Debug, Clone)]
pub struct TestReport {
    /// Id of the plugin.
    pub plugin: String,
    /// The golden cases, by file.
    pub cases: Vec<CaseResult>,
    /// The checks that every rule gets.
    pub checks: Vec<CheckResult>,
}

impl TestReport {
    /// Returns whether everything was as it must be.
    pub fn is_right(&self) -> bool {
        self.cases.iter().all(CaseResult::is_right)
            && self.checks.iter().all(|check| check.failure.is_none())
    }
}

impl Workbench {
    /// Opens the plugin in `folder`, beside the shipped plugins and those of the site `site`.
    pub fn open(site: Option<&Path>, folder: &Path) -> Result<Self, Problem> {
        let (id, definitions) = opened(site, folder)?;
        let manifest =
            definitions.catalog.plugins.get(&id).cloned().ok_or_else(|| no_plugin(folder))?;
        let cases = read_cases(&definitions.files, &manifest)?;
        let plugin = Plugins::new(&definitions)?.get(&id)?;
        Ok(Self { plugin, cases })
    }

    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// Runs the golden cases, and on their calls the checks that every rule gets.
    pub fn test(&self) -> TestReport {
        TestReport {
            plugin: self.manifest().id.clone(),
            cases: self
                .cases
                .iter()
                .flat_map(|(path, file)| run(&self.plugin, path, file))
                .collect(),
            checks: check(&self.plugin, &self.cases),
        }
    }

    /// Measures each rule that has a case, on a class made from it.
    pub fn bench(&self) -> Result<Vec<Measure>, Problem> {
        measure(&self.plugin, &self.cases)
    }
}

/// Checks the plugin in `folder` among all other definitions, and returns its id with them.
pub(super) fn opened(site: Option<&Path>, folder: &Path) -> Result<(String, Definitions), Problem> {
    let id = plugin_id(folder)?;
    let files = site.map_or_else(|| Ok(Files::shipped()), overlaid)?;
    let files = files.with_plugin(folder, &id).map_err(|error| files_problem(&error))?;
    Ok((id, Definitions::from_files(&files, Installed::default())?))
}

/// Returns the id that the plugin in `folder` must have: the name of the folder.
fn plugin_id(folder: &Path) -> Result<String, Problem> {
    if !folder.join("plugin.yaml").is_file() {
        return Err(no_plugin(folder));
    }
    let whole = folder.canonicalize().map_err(|error| crate::site::data_problem(folder, &error))?;
    let name = whole.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| no_plugin(folder))
}

fn no_plugin(folder: &Path) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J301",
        format!("`{}` không phải thư mục của một plugin: không có plugin.yaml", folder.display()),
        format!("`{}` is not the folder of a plugin: there is no plugin.yaml", folder.display()),
    )
    .help(
        "Tạo mới bằng `bieumau plugin new --lang js TÊN`",
        "make one with `bieumau plugin new --lang js NAME`",
    )
}

/// Reads the files of cases of a plugin, with their paths.
pub(crate) fn read_cases(
    files: &Files,
    manifest: &Manifest,
) -> Result<Vec<(String, CaseFile)>, Problem> {
    let folder = format!("plugins/{}/cases/", manifest.id);
    let mut findings = Diagnostics::default();
    let mut read = Vec::new();
    for (path, bytes) in files.below(&folder) {
        let text: Arc<str> = String::from_utf8_lossy(bytes).into();
        let file: Arc<str> = path.into();
        let cases = if path.ends_with(".yaml") {
            cases::read(&file, &text, manifest)
        } else if path.ends_with(".json") {
            super::cases::read_json(&file, &text, manifest)
        } else {
            continue;
        };
        match cases {
            Ok(cases) => read.push((path.to_owned(), cases)),
            Err(found) => findings.append(found),
        }
    }
    if findings.is_empty() {
        return Ok(read);
    }
    Err(Problem::new(
        ProblemKind::Definition,
        "J302",
        format!("Các ca kiểm thử của plugin `{}` có chỗ chưa đúng", manifest.id),
        format!("the cases of the plugin `{}` are not right", manifest.id),
    )
    .with(findings))
}
