//! Makes the demo site: invented schools in a store, and one document of each kind.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::definition::ParameterType;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::scope::Caller;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::parameters::RawParameters;
use crate::problem::{Problem, ProblemKind};
use crate::render::{RenderRequest, store_problem};
use crate::site::{DATA_FILE, Definitions, Site, Workers, data_problem, load, open_store};
use crate::views::ReportView;
use crate::{Progress, demo};

/// Marks a folder as a demo site, which may be made anew.
pub(crate) const MARKER: &str = ".bieumau-demo.json";

/// What to invent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoSite {
    /// The number from which everything is invented.
    pub seed: u64,
    /// How many schools.
    pub schools: usize,
}

/// A document that was made to show what the site gives.
#[derive(Debug, Clone)]
pub struct Example {
    /// The report.
    pub report: String,
    /// Where the document is.
    pub path: PathBuf,
    /// What the rules and the renderer found.
    pub findings: Vec<Diagnostic>,
}

/// Makes the demo site in `folder`, or opens it when the same one is there already.
///
/// A folder that holds anything else is left alone.
pub fn make_demo(
    folder: &Path,
    wanted: &DemoSite,
    workers: &Workers,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Site, Problem> {
    let marker = folder.join(MARKER);
    let mark = |complete: bool| {
        json!({"seed": wanted.seed, "schools": wanted.schools, "complete": complete,
               "program": env!("CARGO_PKG_VERSION")})
    };
    let found: Option<Value> =
        fs::read(&marker).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if found.as_ref() == Some(&mark(true)) {
        return Site::open(folder, workers, now);
    }
    let occupied = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if found.is_none() && occupied {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J040",
            format!("Thư mục `{}` đang chứa thứ khác", folder.display()),
            format!("the folder `{}` holds something else", folder.display()),
        )
        .help(
            "Chọn thư mục trống, ví dụ `bieumau demo thu-nghiem`",
            "choose an empty folder, such as `bieumau demo trial`",
        ));
    }
    let write_file = |path: &Path, text: String| {
        fs::write(path, text).map_err(|error| data_problem(path, &error))
    };
    fs::create_dir_all(folder).map_err(|error| data_problem(folder, &error))?;
    write_file(&marker, mark(false).to_string())?;
    // Only data that this function has invented is removed: the marker is there.
    for end in ["", "-wal", "-shm"] {
        let path = folder.join(format!("{DATA_FILE}{end}"));
        if path.exists() {
            fs::remove_file(&path).map_err(|error| data_problem(&path, &error))?;
        }
    }
    write_file(&folder.join("site.yaml"), CONFIG.to_owned())?;
    let definitions = Definitions::of(folder)?;
    let mut store = open_store(&folder.join(DATA_FILE), &definitions, now)?;
    progress.begin("Dựng trường hư cấu", wanted.schools as u64);
    let mut write = |tables: demo::Tables| {
        load(&mut store, &definitions.catalog, &Caller::Operator, &tables, now, "demo")
    };
    write(demo::site(wanted.seed, wanted.schools))?;
    // School by school, so that hundreds of schools take no more memory than one.
    for school in 0..wanted.schools {
        write(demo::school(wanted.seed, school))?;
        progress.step(1);
    }
    store.tidy().map_err(store_problem)?;
    drop(store);
    let site = Site::open(folder, workers, now)?;
    site.add_demo_accounts(now)?;
    write_file(&marker, mark(true).to_string())?;
    Ok(site)
}

const CONFIG: &str = "\
# A demo site: invented schools. Definitions in forms/, templates/ and plugins/ beside this file
# replace shipped ones of the same path or add to them.
schema_version: 1
title: {vi: Hệ thống mẫu với dữ liệu hư cấu, en: Demo site with invented data}
";

/// Renders one document of each report into `folder`, in every format but PNG.
///
/// Parameters are chosen from their lists as a person would: the first school of the level, the
/// latest school year, the first class, the first pupil.
pub fn render_examples(
    site: &Site,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Vec<Example>, Problem> {
    fs::create_dir_all(folder).map_err(|error| data_problem(folder, &error))?;
    let mut wanted = Vec::new();
    for report in site.reports() {
        let (view, given) = filled(site, &report.id)?;
        // A report that is counted school by school has nothing to show where no school is of its level.
        let counts = site.report(&report.id)?.batch.as_ref();
        if !view.ready || counts.is_some_and(|school| !given.contains_key(school)) {
            continue;
        }
        for format in view.formats.into_iter().filter(|format| *format != "png") {
            wanted.push((report.id.clone(), format, given.clone()));
        }
    }
    progress.begin("Làm văn bản", wanted.len() as u64);
    let mut made = Vec::new();
    for (report, format, given) in wanted {
        let request = RenderRequest::new(report.clone(), given, format, None)?;
        let document = site.render(&Caller::Operator, &request)?;
        let path = folder.join(format!("{report}.{format}"));
        fs::write(&path, &document.bytes).map_err(|error| data_problem(&path, &error))?;
        // The findings are about the data, so once for each report is enough.
        let findings = if format == "pdf" { document.findings } else { Vec::new() };
        made.push(Example { report, path, findings });
        progress.step(1);
    }
    Ok(made)
}

/// Fills the fields of a report one after the other, each from the list that the earlier ones give.
///
/// A code that may be left out is: of all provinces and levels, the first would hardly be that of the
/// records.
fn filled(site: &Site, report: &str) -> Result<(ReportView, RawParameters), Problem> {
    let mut given = RawParameters::new();
    let parameters = &site.report(report)?.parameters;
    let is_open = |id: &str| {
        let parameter = parameters.iter().find(|parameter| parameter.id == id);
        parameter.is_some_and(|parameter| {
            !parameter.required && matches!(parameter.kind, ParameterType::Choice { .. })
        })
    };
    loop {
        let view = site.report_view(&Caller::Operator, report, &given)?;
        let next = view
            .fields
            .iter()
            .find(|field| field.value.is_none() && !field.choices.is_empty() && !is_open(&field.id))
            .map(|field| {
                let at = match field.id.as_str() {
                    // The end of the year says most, and the last class has the longest history.
                    "point" | "class" => field.choices.len() - 1,
                    // The first pupils of a list are no more typical than the last.
                    "pupil" => field.choices.len() / 2,
                    _ => 0,
                };
                (field.id.clone(), field.choices[at].value.clone())
            });
        match next {
            Some((field, value)) => given.insert(field, value),
            None => {
                // A field may have its value without being asked, such as the only school.
                let values = view.fields.iter();
                let given = values.filter_map(|own| Some((own.id.clone(), own.value.clone()?)));
                let given = given.collect();
                return Ok((view, given));
            }
        };
    }
}
