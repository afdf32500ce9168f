//! An invented office with a key, and the plugin that it packs, signs and has installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bieumau_model::text::Locale;
use bieumau_pipeline::{
    InstallRequest, InstalledVersion, NewKey, Problem, Site, install_plugin, new_plugin_key,
    pack_plugin, sign_plugin, trust_plugin_key,
};
use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::support::{Outcome, SECONDARY, YEAR, copy, ensure, now, said, same, workers};

/// A report of the plugin that its own rule works on.
pub const LATE: &str = "\
schema_version: 1
id: library_deadlines
version: 1
title: {vi: Nhập chậm theo lớp, en: Late entries by class}
parameters:
  - {id: school, type: reference, to: school, title: {vi: Trường, en: School}, required: true}
  - {id: year, type: school_year, title: {vi: Năm học, en: School year}, required: true}
datasets:
  - id: classes
    sql: |
      SELECT c.class, y.starts_on AS month, y.ends_on AS entered
      FROM class c
      JOIN school_year y ON y.year = c.year
      WHERE c.school = :school AND c.year = :year
      ORDER BY c.class
rules:
  - rule: attendance_timeliness
    plugin: library
    takes: {entries: classes}
    gives: {entries: late}
document:
  late: {from: late}
formats: [csv]
sheets:
  - name: Nhập chậm
    from: late
    columns:
      - {column: class, title: Lớp}
      - {column: status, title: Tình trạng}
";

/// The manifest of the plugin; its component is that of Hải Phòng, which has the rule.
pub fn manifest(version: &str) -> String {
    format!(
        "schema_version: 1
id: library
version: {version}
title: {{vi: Thư viện, en: Library}}
provinces: [\"31\"]
rules:
  - id: attendance_timeliness
    title: {{vi: Nhập ngày nghỉ đúng hạn, en: Absences entered in time}}
    takes:
      - name: entries
        columns:
          - {{name: class, type: text}}
          - {{name: month, type: date}}
          - {{name: entered, type: date}}
    gives:
      - name: entries
        one_row_per: entries
        key: [class]
        columns:
          - {{name: class, type: text}}
          - {{name: month, type: date}}
          - {{name: entered, type: date}}
          - {{name: deadline, type: date}}
          - {{name: status, type: text, codes: [in_time, late, not_entered]}}
          - {{name: days_late, type: integer, min: 0}}
    parameters: {{close_days: \"3\"}}
"
    )
}

pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of the plugin: the example of library loans, with a rule and a report of its own.
pub fn folder(version: &str, more: &[(&str, &str)]) -> Result<TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    let example = project().join("examples/library_loans");
    for name in [
        "forms/library/codes/book_kind.yaml",
        "forms/library/loan.form.yaml",
        "forms/library/library_loans.report.yaml",
        "templates/library/library_loans/page.typ",
        "templates/library/library_loans/page.html",
        "templates/library/library_loans/sample.json",
    ] {
        write(folder.path(), name, &fs::read(example.join(name))?)?;
    }
    write(folder.path(), "forms/library/library_deadlines.report.yaml", LATE.as_bytes())?;
    write(folder.path(), "plugin.yaml", manifest(version).as_bytes())?;
    let component = project().join("plugins/hai_phong/plugin.wasm");
    write(folder.path(), "plugin.wasm", &fs::read(component)?)?;
    for (name, text) in more {
        write(folder.path(), name, text.as_bytes())?;
    }
    Ok(folder)
}

pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> Outcome {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("inside the folder"))?;
    Ok(fs::write(path, bytes)?)
}

/// The province's key, made once: scrypt and randomness cost nothing, but files do.
pub struct Office {
    pub folder: TempDir,
}

impl Office {
    pub fn new() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        new_plugin_key(&folder.path().join("key"), None).map_err(said)?;
        Ok(Self { folder })
    }

    pub fn secret(&self) -> Result<String, Failed> {
        Ok(fs::read_to_string(self.folder.path().join("key"))?)
    }

    pub fn public(&self) -> Result<String, Failed> {
        Ok(fs::read_to_string(self.folder.path().join("key.pub"))?)
    }

    pub fn packed(&self, version: &str, more: &[(&str, &str)]) -> Result<Vec<u8>, Failed> {
        let folder = folder(version, more)?;
        let (bytes, _) = pack_plugin(folder.path()).map_err(said)?;
        sign_plugin(&bytes, &self.secret()?, None).map_err(said)
    }

    pub fn key(&self) -> Result<NewKey, Failed> {
        Ok(NewKey {
            text: self.public()?,
            owner: "Sở GDĐT Hải Phòng (hư cấu)".to_owned(),
            province: Some("31".to_owned()),
            valid_from: Some("2026-01-01".parse()?),
            valid_to: Some("2026-12-31".parse()?),
        })
    }

    pub fn trusted_by(&self, site: &Path) -> Result<String, Failed> {
        trust_plugin_key(site, &self.key()?, now()).map_err(said)
    }
}

pub fn all() -> InstallRequest {
    InstallRequest { grant_all: true, ..InstallRequest::default() }
}

pub fn install(
    site: &Path,
    bytes: &[u8],
    request: &InstallRequest,
) -> Result<InstalledVersion, Problem> {
    install_plugin(site, bytes, request, &workers(1), now(), &mut |_| false)
}

pub fn open(site: &Path) -> Result<Arc<Site>, Failed> {
    Site::open(site, &workers(1), now()).map(Arc::new).map_err(said)
}

pub fn check_refused(
    done: Result<InstalledVersion, Problem>,
    code: &str,
    words: &str,
) -> Result<Problem, Failed> {
    let problem = done.err().ok_or_else(|| format!("not refused: {words}"))?;
    same((problem.code, problem.title.get(Locale::En)), (code, words))?;
    ensure(problem.help.is_some(), || format!("{code} gives no help"))?;
    Ok(problem)
}

pub fn given() -> String {
    format!("school={SECONDARY} year={YEAR}")
}

/// A site that trusts the office, with version 1.0.0 installed.
pub fn installed() -> Result<(Office, TempDir, InstalledVersion), Failed> {
    let (office, site) = (Office::new()?, copy(&[])?);
    office.trusted_by(site.path())?;
    let done = install(site.path(), &office.packed("1.0.0", &[])?, &all()).map_err(said)?;
    Ok((office, site, done))
}

pub fn copy_folder(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
