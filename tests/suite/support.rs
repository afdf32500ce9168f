//! What the cases share: one demo site for the whole run, copies of it to spoil, references.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use std::{env, fs};

use bieumau_model::check::{self, SourceTree};
use bieumau_model::definition::{Catalog, Form};
use bieumau_model::scope::Caller;
use bieumau_pipeline::{
    DemoSite, Document, Files, Problem, RenderRequest, Silent, Site, Workers, make_demo,
};
use bieumau_store::Store;
use jiff::Timestamp;
use libtest_mimic::Failed;
use tempfile::TempDir;

/// How a trial ends.
pub type Outcome = Result<(), Failed>;

/// The demo site of the run: two primary schools in two provinces, and a lower secondary one.
pub const DEMO: DemoSite = DemoSite { seed: 1, schools: 3 };

/// Primary school in Hải Phòng.
pub const PRIMARY: &str = "31020001";

/// Primary school in Thành phố Hồ Chí Minh.
pub const FAR_PRIMARY: &str = "79020002";

/// Lower secondary school in Hải Phòng.
pub const SECONDARY: &str = "31030003";

/// The last school year of the demo.
pub const YEAR: &str = "2025";

/// The clock of all cases.
pub fn now() -> Timestamp {
    "2026-06-15T03:00:00Z".parse().expect("a timestamp")
}

/// This program itself, as `count` render workers.
pub fn workers(count: usize) -> Workers {
    let program = env::current_exe().expect("this program");
    Workers { program, arguments: vec!["render-worker".into()], count, time: None }
}

/// Workers that are stopped after four seconds, for templates without end. A right template is
/// far below that on a busy machine too.
pub fn hasty_workers() -> Workers {
    Workers { time: Some(Duration::from_secs(4)), ..workers(2) }
}

/// A site with its folder, which goes when the site goes.
pub struct OwnSite {
    pub folder: TempDir,
    pub site: Arc<Site>,
}

static SHARED: OnceLock<OwnSite> = OnceLock::new();

/// The demo site, made by the first case that needs it. Nobody writes to it.
pub fn demo() -> &'static OwnSite {
    SHARED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let site = make_demo(folder.path(), &DEMO, &workers(2), now(), &Silent);
        let site = Arc::new(site.unwrap_or_else(|problem| panic!("{problem}")));
        OwnSite { site, folder: keep(folder) }
    })
}

/// Folders of sites that live as long as the program, and are therefore never dropped.
static KEPT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Lets [`tidy`] remove the folder of a site that is never dropped.
pub fn keep(folder: TempDir) -> TempDir {
    KEPT.lock().expect("nobody panics while holding it").push(folder.path().to_owned());
    folder
}

/// Removes the folders that were kept, at the end of the program.
pub fn tidy() {
    for folder in KEPT.lock().expect("nobody panics while holding it").drain(..) {
        // What stays behind in the temporary folder spoils no result.
        fs::remove_dir_all(folder).unwrap_or_default();
    }
}

/// Copies the records of the demo site into a new folder, and lays `files` over them.
pub fn copy(files: &[(&str, &[u8])]) -> Result<TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    let from = demo().folder.path();
    for name in ["data.db", "data.db-wal", "site.yaml"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), folder.path().join(name))?;
        }
    }
    copy_machine_code(&from.join(".machine-code"), &folder.path().join(".machine-code"))?;
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the folder"))?;
        fs::write(path, bytes)?;
    }
    Ok(folder)
}

/// Copies what was compiled for the demo site; its seal lies among the records.
fn copy_machine_code(from: &Path, to: &Path) -> Outcome {
    use std::os::unix::fs::DirBuilderExt;
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    fs::DirBuilder::new().mode(0o700).create(to)?;
    for entry in entries {
        let path = entry?.path();
        // An entry that is just being written has a name of its own for a moment.
        if path.extension().is_some_and(|ending| ending == "code") {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

/// Opens a copy of the demo site with `files` laid over it.
pub fn altered(files: &[(&str, &[u8])], workers: &Workers) -> Result<OwnSite, Failed> {
    let folder = copy(files)?;
    let site = Site::open(folder.path(), workers, now()).map_err(said)?;
    Ok(OwnSite { site: Arc::new(site), folder })
}

/// The shipped definitions, checked.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let files = Files::shipped();
        let texts =
            files.iter().filter(|(path, _)| !path.ends_with(".ttf") && !path.ends_with(".wasm"));
        let tree: SourceTree = texts
            .map(|(path, bytes)| (path, String::from_utf8_lossy(bytes).into_owned()))
            .collect();
        check::check(&tree).catalog
    })
}

/// A core form.
pub fn form(id: &str) -> &'static Form {
    &catalog().forms[id]
}

/// Opens the records of a site folder for writing, as another program would.
pub fn store(folder: &Path) -> Result<Store, Failed> {
    let mut store = Store::open(folder.join("data.db"))?;
    store.migrate(catalog(), now())?;
    Ok(store)
}

/// The parameters `name=value …`, separated by spaces.
pub fn parameters(given: &str) -> BTreeMap<String, String> {
    let pairs = given.split_whitespace().map(|pair| pair.split_once('=').expect("name=value"));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Renders `report` with `given` parameters, as `caller`.
pub fn render(
    site: &Site,
    caller: &Caller,
    report: &str,
    given: &str,
    format: &str,
) -> Result<Document, Problem> {
    let request = RenderRequest::new(report.to_owned(), parameters(given), format, None)?;
    site.render(caller, &request)
}

/// Renders as the operator; a problem fails the case.
pub fn rendered(site: &Site, report: &str, given: &str, format: &str) -> Result<Document, Failed> {
    render(site, &Caller::Operator, report, given, format).map_err(said)
}

/// Renders HTML as the operator.
pub fn html(site: &Site, report: &str, given: &str) -> Result<String, Failed> {
    Ok(String::from_utf8(rendered(site, report, given, "html")?.bytes)?)
}

/// A problem as the failure of a case.
pub fn said(problem: Problem) -> Failed {
    let findings: Vec<String> = problem
        .findings
        .iter()
        .map(|finding| finding.one_line(bieumau_model::text::Locale::En))
        .collect();
    format!("{problem}\n{}", findings.join("\n")).into()
}

/// Fails with `message` unless `right`.
pub fn ensure(right: bool, message: impl FnOnce() -> String) -> Outcome {
    if right { Ok(()) } else { Err(message().into()) }
}

/// Fails unless both are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome {
    ensure(found == expected, || format!("   found {found:?}\nexpected {expected:?}"))
}

/// Fails unless `text` contains every one of `parts`.
pub fn contains(text: &str, parts: &[&str]) -> Outcome {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("`{part}` is not in:\n{}", beginning(text)).into()),
    }
}

/// Fails when `text` contains any of `parts`.
pub fn lacks(text: &str, parts: &[&str]) -> Outcome {
    match parts.iter().find(|part| text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("`{part}` is in:\n{}", beginning(text)).into()),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(2_000).collect()
}

/// Compares `found` with the reference file `path`, or rewrites the file.
pub fn check_reference(path: &Path, found: &str) -> Outcome {
    if *crate::UPDATE.get().expect("set by main") {
        return Ok(fs::write(path, found)?);
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    ensure(found == expected, || format!("{} expects\n{expected}\nfound\n{found}", path.display()))
}

/// The folder of cases of a theme.
pub fn cases(theme: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(theme)
}
