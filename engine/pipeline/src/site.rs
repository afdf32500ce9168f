//! A site: its definitions, its store, its plugins and its render workers, opened together.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bieumau_model::check::{self, SourceTree};
use bieumau_model::definition::{Catalog, Report, Site as SiteConfig};
use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::nearest;
use bieumau_model::scope::{Caller, Scope};
use bieumau_model::table::Table;
use bieumau_model::text::{Locale, Text};
use bieumau_render::{Config, Renderer, Template};
use bieumau_store::{Accounts, Store};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::access::People;
use crate::demo_site;
use crate::files::{Files, FilesError};
use crate::init::vietnam_day;
use crate::installed::Installed;
use crate::joining;
use crate::plugins::{self, Plugins};
use crate::problem::{Problem, ProblemKind};
use crate::readers::{PooledReader, ReaderPool};
use crate::render::store_problem;
use crate::templates::Templates;
use crate::views::{ReportSummary, summary};

/// The file of a site that holds its records.
pub(crate) const DATA_FILE: &str = "data.db";

/// How the program starts its render workers.
#[derive(Debug, Clone)]
pub struct Workers {
    /// The program, which is this program itself.
    pub program: PathBuf,
    /// Arguments that make it a worker.
    pub arguments: Vec<OsString>,
    /// How many at most, usually one per core.
    pub count: usize,
    /// How long one document may take; `None` leaves the usual limit.
    pub time: Option<Duration>,
}

/// Checked definitions with the files they came from.
pub(crate) struct Definitions {
    pub files: Files,
    pub catalog: Catalog,
    /// The site's own configuration, when it has one.
    pub site: Option<SiteConfig>,
    /// The installed plugins among them, and what stands of each.
    pub installed: Installed,
}

/// A site that can do jobs. Shared between threads.
pub struct Site {
    folder: PathBuf,
    /// The files without those of installed plugins.
    base: Files,
    definitions: Definitions,
    store: Mutex<Store>,
    readers: ReaderPool,
    accounts: Mutex<Accounts>,
    people: People,
    /// Whether the site was made by `demo`, with invented accounts that everybody may use.
    demo: bool,
    plugins: Plugins,
    renderer: Arc<Renderer>,
    templates: Templates,
    today: Date,
}

impl Definitions {
    /// Checks the shipped definitions.
    pub fn shipped() -> Result<Self, Problem> {
        Self::from_files(&Files::shipped(), Installed::default())
    }

    /// Checks the shipped definitions overlaid by those of the site `folder` and of the plugins
    /// that are installed there.
    pub fn of(folder: &Path) -> Result<Self, Problem> {
        let base = overlaid(folder)?;
        let installed = Installed::read(&folder.join(data_file(&base)))?;
        Self::from_files(&base, installed)
    }

    /// Checks `base` with what `installed` adds to it.
    pub fn from_files(base: &Files, installed: Installed) -> Result<Self, Problem> {
        let files = installed.laid_over(base);
        let mut findings = joining::clashes(&files);
        let checked = check::check(&source_tree(&files));
        findings.append(checked.diagnostics);
        joining::relocate(&mut findings, &files);
        if findings.has_errors() {
            return Err(wrong_definitions(findings));
        }
        Ok(Self { files, catalog: checked.catalog, site: checked.site, installed })
    }

    /// Returns the plugin that brings a report.
    pub fn plugin_of(&self, report: &Report) -> Option<&str> {
        joining::plugin_of_report(&self.files, report)
    }
}

impl Site {
    /// Opens the site in `folder`: checks its definitions and brings its tables up to them.
    pub fn open(folder: &Path, workers: &Workers, now: Timestamp) -> Result<Self, Problem> {
        if !folder.join("site.yaml").is_file() {
            return Err(no_site(folder));
        }
        let base = overlaid(folder)?;
        let store = open_bare_store(&folder.join(data_file(&base)))?;
        let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
        let host = plugins::host(workers, folder, &store)?;
        let renderer = Arc::new(renderer(&base, workers));
        Self::assemble(folder, base, installed, store, renderer, Plugins::of_host(host), now)
    }

    /// Returns the site with the plugins that are installed now, when those have changed since it
    /// was opened. This one goes on as it is, for the jobs that have begun with it.
    pub fn renewed(&self, now: Timestamp) -> Result<Option<Self>, Problem> {
        let state = self.store().plugins_state().map_err(store_problem)?;
        if state == self.definitions.installed.state() {
            return Ok(None);
        }
        let store = open_bare_store(&self.folder.join(data_file(&self.base)))?;
        let installed = Installed::of(store.plugins_in_use().map_err(store_problem)?)?;
        let (folder, base) = (&self.folder, self.base.clone());
        let (renderer, plugins) = (self.renderer.clone(), self.plugins.successor());
        Self::assemble(folder, base, installed, store, renderer, plugins, now).map(Some)
    }

    /// Puts a site together; the one place where all its parts are.
    fn assemble(
        folder: &Path,
        base: Files,
        installed: Installed,
        mut store: Store,
        renderer: Arc<Renderer>,
        mut plugins: Plugins,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let definitions = Definitions::from_files(&base, installed)?;
        store.migrate(&definitions.catalog, now).map_err(store_problem)?;
        plugins.take(&definitions);
        let accounts = store.readers().accounts().map_err(store_problem)?;
        Ok(Self {
            folder: folder.to_owned(),
            base,
            readers: ReaderPool::new(store.readers()),
            templates: Templates::new(&definitions.files),
            definitions,
            store: Mutex::new(store),
            people: People::default(),
            accounts: Mutex::new(accounts),
            demo: folder.join(demo_site::MARKER).is_file(),
            plugins,
            renderer,
            today: vietnam_day(now),
        })
    }

    /// Compiles the plugins that are not compiled yet, so that no document waits for it. What
    /// cannot be compiled is told to the first who needs it.
    pub fn warm_up(&self) {
        for id in self.catalog().plugins.keys() {
            let _ = self.plugins.get(id);
        }
    }

    /// Returns the title of the site.
    pub fn title(&self) -> Text {
        let unnamed = || Text::both("Biểu mẫu nhà trường", "School forms");
        self.config().map_or_else(unnamed, |site| site.title.clone())
    }

    /// Returns the language of a person who asks for none.
    pub fn locale(&self) -> Locale {
        self.config().map_or(Locale::Vi, |site| site.locale)
    }

    /// Returns the address on which the site asks to be served.
    pub fn listen(&self) -> Option<&str> {
        self.config().and_then(|site| site.listen.as_deref())
    }

    pub(crate) fn config(&self) -> Option<&SiteConfig> {
        self.definitions.site.as_ref()
    }

    /// Returns the title of a form.
    pub fn form_title(&self, id: &str) -> Option<&Text> {
        self.catalog().forms.get(id).map(|form| &form.title)
    }

    /// Returns the school year that the head of a page names: that of the site, else the latest one
    /// that has begun.
    pub fn current_year(&self, now: Timestamp) -> i64 {
        let today = vietnam_day(now);
        let latest = || self.accounts().latest_year(today).ok().flatten();
        let by_calendar = || i64::from(today.year()) - i64::from(today.month() < 8);
        self.config().and_then(|site| site.year).or_else(latest).unwrap_or_else(by_calendar)
    }

    /// Lists the reports, by topic and title.
    pub fn reports(&self) -> Vec<ReportSummary> {
        list(&self.definitions)
    }

    /// Returns one report as lists show it.
    pub fn report_summary(&self, id: &str) -> Result<ReportSummary, Problem> {
        self.report(id).map(|report| summary(report, self.definitions.plugin_of(report)))
    }

    /// Makes sure that records and audit can be read.
    pub fn health(&self) -> Result<(), Problem> {
        self.store().audit(1).map_err(store_problem)?;
        self.reader(&Caller::Operator).map(|_| ())
    }

    pub(crate) fn report(&self, id: &str) -> Result<&Report, Problem> {
        let reports = &self.definitions.catalog.reports;
        reports.get(id).ok_or_else(|| {
            let problem = Problem::new(
                ProblemKind::NotFound,
                "J002",
                format!("Không có báo cáo `{id}`"),
                format!("there is no report `{id}`"),
            );
            match nearest::help(id, reports.keys().map(String::as_str)) {
                Some(help) => Problem { help: Some(help), ..problem },
                None => problem.help("Xem danh sách: bieumau reports", "see: bieumau reports"),
            }
        })
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.definitions.catalog
    }

    pub(crate) fn plugins(&self) -> &Plugins {
        &self.plugins
    }

    pub(crate) fn renderer(&self) -> &Renderer {
        &self.renderer
    }

    pub(crate) fn accounts_lock(&self) -> &Mutex<Accounts> {
        &self.accounts
    }

    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    pub(crate) fn is_demo(&self) -> bool {
        self.demo
    }

    pub(crate) fn today(&self) -> Date {
        self.today
    }

    pub(crate) fn template(&self, report: &Report) -> Result<Arc<Template>, Problem> {
        self.templates.get(report)
    }

    /// Opens a reader that sees what `caller` may see.
    pub(crate) fn reader(&self, caller: &Caller) -> Result<PooledReader<'_>, Problem> {
        self.reader_of(&caller.scope())
    }

    /// Opens a reader that sees what `scope` allows.
    pub(crate) fn reader_of(&self, scope: &Scope) -> Result<PooledReader<'_>, Problem> {
        self.readers.take(self.catalog(), scope)
    }

    /// Returns the one that writes; others wait.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // A write that panicked was never committed, so the store is whole.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lays the definitions of the site `folder` over the shipped ones.
pub(crate) fn overlaid(folder: &Path) -> Result<Files, Problem> {
    // Without this, a folder with a slip in its name would pass as a site without files of its own.
    if !folder.is_dir() {
        return Err(no_site(folder));
    }
    Files::shipped().overlaid(folder).map_err(|error| files_problem(&error))
}

pub(crate) fn no_site(folder: &Path) -> Problem {
    Problem::new(
        ProblemKind::BadInput,
        "J031",
        format!("`{}` không phải là một hệ thống biểu mẫu", folder.display()),
        format!("`{}` is not a site", folder.display()),
    )
    .help(
        "Tạo mới bằng `bieumau init`, thử bằng `bieumau demo`, hoặc chỉ rõ `--site THƯ_MỤC`",
        "make one with `bieumau init`, try `bieumau demo`, or name it with `--site DIR`",
    )
}

/// Lists the reports by topic and title.
pub(crate) fn list(definitions: &Definitions) -> Vec<ReportSummary> {
    let reports = definitions.catalog.reports.values();
    let mut reports: Vec<_> =
        reports.map(|report| summary(report, definitions.plugin_of(report))).collect();
    reports.sort_by(|a, b| (&a.topic, &a.id).cmp(&(&b.topic, &b.id)));
    reports
}

pub(crate) fn source_tree(files: &Files) -> SourceTree {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    files
        .iter()
        .filter(|(path, _)| ![".ttf", ".wasm", ".js"].iter().any(|end| path.ends_with(end)))
        .map(|(path, bytes)| (path, text(bytes)))
        .collect()
}

/// The file of the records inside the site folder, which must be known before its plugins are.
pub(crate) fn data_file(base: &Files) -> String {
    let text = base.text("site.yaml");
    let site = text.and_then(|text| check::site_alone(&text));
    site.and_then(|site| site.data).unwrap_or_else(|| DATA_FILE.to_owned())
}

/// Opens the store, or makes it; its tables stay as they are.
pub(crate) fn open_bare_store(path: &Path) -> Result<Store, Problem> {
    let opened = if path.exists() { Store::open(path) } else { Store::create(path) };
    opened.map_err(store_problem)
}

/// Opens the store and brings its tables up to the definitions.
pub(crate) fn open_store(
    path: &Path,
    definitions: &Definitions,
    now: Timestamp,
) -> Result<Store, Problem> {
    let mut store = open_bare_store(path)?;
    store.migrate(&definitions.catalog, now).map_err(store_problem)?;
    Ok(store)
}

/// Writes whole tables of records as one transaction with its audit line.
pub(crate) fn load(
    store: &mut Store,
    catalog: &Catalog,
    caller: &Caller,
    tables: &[(&str, Table)],
    now: Timestamp,
    reason: &str,
) -> Result<(), Problem> {
    let mut loading = store.load(caller, now, reason).map_err(store_problem)?;
    for (form, table) in tables {
        let form = catalog.forms.get(*form).ok_or_else(|| lacks_form(form))?;
        loading.insert(form, table).map_err(store_problem)?;
    }
    loading.finish().map_err(store_problem)
}

fn lacks_form(form: &str) -> Problem {
    Problem::new(
        ProblemKind::Definition,
        "J035",
        format!("Hệ thống này không có biểu mẫu `{form}`"),
        format!("this site has no form `{form}`"),
    )
}

/// Somebody asks for a form that is not there.
pub(crate) fn unknown_form(id: &str, catalog: &Catalog) -> Problem {
    let problem = Problem::new(
        ProblemKind::NotFound,
        "J127",
        format!("Không có biểu mẫu `{id}`"),
        format!("there is no form `{id}`"),
    );
    let help = nearest::help(id, catalog.forms.keys().map(String::as_str));
    Problem { help, ..problem }
}

pub(crate) fn renderer(files: &Files, workers: &Workers) -> Renderer {
    let fonts = files
        .below("templates/shared/fonts/")
        .filter(|(path, _)| path.ends_with(".ttf"))
        .map(|(_, bytes)| Arc::from(bytes))
        .collect();
    let mut config = Config::new(workers.program.clone(), workers.arguments.clone(), fonts);
    config.workers = workers.count;
    config.limits.time = workers.time.unwrap_or(config.limits.time);
    Renderer::new(config)
}

pub(crate) fn wrong_definitions(findings: Diagnostics) -> Problem {
    let errors = findings.len();
    Problem::new(
        ProblemKind::Definition,
        "J032",
        format!("Định nghĩa của hệ thống có {errors} chỗ chưa đúng"),
        format!("the definitions of the site have {errors} findings"),
    )
    .help("Xem từng chỗ bằng `bieumau check`", "see each with `bieumau check`")
    .with(findings)
}

pub(crate) fn files_problem(error: &FilesError) -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J033",
        format!("Không đọc được tệp của hệ thống: {error}"),
        format!("a file of the site could not be read: {error}"),
    )
}

pub(crate) fn data_problem(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        ProblemKind::Machine,
        "J034",
        format!("Không ghi được `{}`: {error}", path.display()),
        format!("`{}` cannot be written: {error}", path.display()),
    )
}
