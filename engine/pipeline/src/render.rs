//! Makes one document: the main job, readable from top to bottom.

use std::collections::BTreeMap;
use std::sync::Arc;

use bieumau_model::definition::{Dataset, Format, MissingLetters, Need, ParameterType, Report};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::document::{self, Derivation};
use bieumau_model::indicators::{Page, Tally};
use bieumau_model::names;
use bieumau_model::scope::Caller;
use bieumau_model::selection;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Text;
use bieumau_plugin_host::Explain;
use bieumau_render::{Data, Excess, Missing, PageFormat, RenderError, RenderJob, missing_glyphs};
use bieumau_store::Reader;
use serde_json::Value as Json;

use crate::batch::is_batch;
use crate::counting;
use crate::explanations::OfRule;
use crate::indicators;
use crate::installed::{Vouched, revoked_problem};
use crate::packages::forms_read;
use crate::parameters::{Parameters, RawParameters, bind};
use crate::plugins::{PluginPin, pin};
use crate::problem::{Problem, ProblemKind};
use crate::readers::PooledReader;
use crate::rules::{self, Applied, Setting};
use crate::sheets;
use crate::site::Site;
use crate::templates::{marked_issued, marked_unsigned};
use crate::views::{format_word, read_format};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RenderRequest {
    report: String,
    parameters: RawParameters,
    format: Format,
    page: Option<usize>,
}

/// A document that was made.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Media type.
    pub media_type: &'static str,
    /// A name for the file, in plain letters.
    pub file_name: String,
    /// Number of pages, when it has pages.
    pub pages: Option<usize>,
    /// What the rules and the renderer found, about the data.
    pub findings: Vec<Diagnostic>,
    /// The plugins that it was made with: whose rules were applied, and who brought the report.
    pub plugins: Vec<PluginPin>,
}

/// What a document is made from.
pub(crate) struct Gathered {
    pub tables: Vec<Table>,
    /// The statistical tables, as they are printed.
    pub pages: Vec<Page>,
    /// How values came about, when the document shows it.
    pub derivations: Vec<Derivation>,
    pub findings: Diagnostics,
    pub plugins: Vec<PluginPin>,
}

impl RenderRequest {
    /// Makes a request; `format` is `pdf`, `png`, `html`, `docx`, `xlsx` or `csv`, `page` is for PNG.
    pub fn new(
        report: String,
        parameters: BTreeMap<String, String>,
        format: &str,
        page: Option<usize>,
    ) -> Result<Self, Problem> {
        let format = read_format(format).ok_or_else(|| {
            Problem::new(
                ProblemKind::BadInput,
                "J012",
                format!("Không có định dạng `{format}`"),
                format!("there is no format `{format}`"),
            )
            .help(
                "Chọn một trong: pdf, html, docx, png, xlsx, csv",
                "one of: pdf, html, docx, png, xlsx, csv",
            )
            .at("/format")
        })?;
        Ok(Self { report, parameters, format, page })
    }

    pub(crate) fn report(&self) -> &str {
        &self.report
    }

    pub(crate) fn parameters(&self) -> &RawParameters {
        &self.parameters
    }

    pub(crate) fn format_word(&self) -> &'static str {
        format_word(self.format)
    }
}

impl Site {
    /// Makes the document that `request` asks for, from what `caller` may see.
    pub fn render(&self, caller: &Caller, request: &RenderRequest) -> Result<Document, Problem> {
        self.render_marked(caller, request, None)
    }

    /// The same with a verification code on every page: what is issued.
    pub(crate) fn render_marked(
        &self,
        caller: &Caller,
        request: &RenderRequest,
        code: Option<&str>,
    ) -> Result<Document, Problem> {
        let report = self.report(&request.report)?;
        allowed(report, request.format)?;
        let parameters = bind(report, &request.parameters, self.catalog())?;
        let gathered = self.tables(caller, report, &parameters)?;
        self.lay_out(report, request, &parameters, gathered, code)
    }

    /// Returns what the template of a report sees, for those who write templates.
    pub fn template_data(
        &self,
        caller: &Caller,
        report: &str,
        parameters: &RawParameters,
    ) -> Result<Json, Problem> {
        let report = self.report(report)?;
        let parameters = bind(report, parameters, self.catalog())?;
        let gathered = self.tables(caller, report, &parameters)?;
        self.tree(report, &parameters, &gathered)
    }

    /// Queries the datasets, applies the rules and puts the selections together.
    pub(crate) fn tables(
        &self,
        caller: &Caller,
        report: &Report,
        parameters: &Parameters,
    ) -> Result<Gathered, Problem> {
        let owner = self.owner_of(report)?;
        let explain = if document::explains(report) { Explain::Yes } else { Explain::No };
        let (queried, applied) = self.applied(caller, report, parameters, explain)?;
        let Queried { mut tables, mut tallies } = queried;
        let Applied { tables: given, mut findings, mut plugins, explanations } = applied;
        let derivations = explanations.into_iter().flat_map(OfRule::into_derivations).collect();
        if is_batch(report, parameters) {
            let batch = self.count_batch(caller, report, parameters)?;
            tallies.extend(batch.tallies);
            findings.append(batch.findings);
            plugins = batch.plugins;
        } else {
            put_together(report, &mut tables, given)?;
        }
        let pages = indicators::fill(report, &mut tables, tallies, &mut findings)?;
        if let Some(owner) = owner.filter(|owner| !plugins.contains(owner)) {
            plugins.push(owner);
        }
        for pin in plugins.iter().filter(|pin| pin.vouched == Vouched::Unsigned) {
            findings.push(unsigned(pin));
        }
        Ok(Gathered { tables, pages, derivations, findings, plugins })
    }

    /// Returns the datasets, and what the rules made of them.
    pub(crate) fn applied(
        &self,
        caller: &Caller,
        report: &Report,
        parameters: &Parameters,
        explain: Explain,
    ) -> Result<(Queried, Applied), Problem> {
        let reader = self.reader(caller)?;
        self.find_references(&reader, report, parameters)?;
        let setting = self.setting(&reader, report, parameters)?;
        let queried = match about_pupils(report).then(|| caller.scope().of_pupils()) {
            // What the parameters name was looked up in the narrow scope; the earlier years of
            // these pupils are seen in the wide one.
            Some(wide) if wide != caller.scope() => {
                query(&*self.reader_of(&wide)?, || self.reader_of(&wide), report, parameters)?
            }
            _ => query(&reader, || self.reader(caller), report, parameters)?,
        };
        if is_batch(report, parameters) {
            return Ok((queried, Applied::default()));
        }
        let (catalog, plugins) = (self.catalog(), self.plugins());
        let applied =
            rules::apply(report, catalog, plugins, &setting, parameters, &queried.tables, explain)?;
        Ok((queried, applied))
    }

    /// Returns the plugin that brings a report, when it may be used and see what the report reads.
    pub(crate) fn owner_of(&self, report: &Report) -> Result<Option<PluginPin>, Problem> {
        let definitions = self.definitions();
        let Some(id) = definitions.plugin_of(report) else { return Ok(None) };
        if let Some(installed) = definitions.installed.get(id) {
            if let Some(reason) = &installed.revoked {
                return Err(revoked_problem(id, reason));
            }
            for form in forms_read(report, self.catalog()) {
                let need = Need::Form(form.to_owned());
                if !installed.grant.contains(&need) {
                    return Err(not_granted(id, &report.id, &need));
                }
            }
        }
        Ok(self.catalog().plugins.get(id).map(|manifest| pin(definitions, manifest)))
    }

    fn lay_out(
        &self,
        report: &Report,
        request: &RenderRequest,
        parameters: &Parameters,
        mut gathered: Gathered,
        code: Option<&str>,
    ) -> Result<Document, Problem> {
        let mut findings = std::mem::take(&mut gathered.findings);
        let plugins = std::mem::take(&mut gathered.plugins);
        let (bytes, pages) = match request.format {
            Format::Xlsx | Format::Csv => (
                sheets::write(
                    report,
                    request.format,
                    &gathered.tables,
                    &gathered.pages,
                    self.catalog(),
                )?,
                0,
            ),
            Format::Pdf | Format::Png | Format::Html | Format::Docx => {
                let mut data = self.tree(report, parameters, &gathered)?;
                if matches!(request.format, Format::Pdf | Format::Png) {
                    self.stop_at_missing_letters(report, &data)?;
                }
                let mut template = self.template(report)?;
                if let Some(code) = code {
                    data["verification"] = Json::from(code);
                    template = Arc::new(marked_issued(&template));
                }
                if plugins.iter().any(|pin| pin.vouched == Vouched::Unsigned) {
                    template = Arc::new(marked_unsigned(&template));
                }
                let job = RenderJob {
                    template: &template,
                    data: Data::Tree(&data),
                    format: page_format(request),
                    label: &label(report, parameters),
                    date: None,
                };
                let rendered = self.renderer().render(&job).map_err(render_problem)?;
                findings.append(rendered.warnings);
                (rendered.bytes, rendered.pages)
            }
        };
        Ok(Document {
            bytes,
            media_type: media_type(request.format),
            file_name: file_name(report, parameters, request.format),
            pages: Some(pages).filter(|pages| *pages > 0),
            findings: findings.into_iter().collect(),
            plugins,
        })
    }

    /// Checks before a batch whether this document may be made with the letters that its data have;
    /// nothing is laid out.
    pub fn check_letters(&self, caller: &Caller, request: &RenderRequest) -> Result<(), Problem> {
        let report = self.report(&request.report)?;
        if self.missing_letters(report) == MissingLetters::Mark {
            return Ok(());
        }
        let parameters = bind(report, &request.parameters, self.catalog())?;
        let gathered = self.tables(caller, report, &parameters)?;
        let data = self.tree(report, &parameters, &gathered)?;
        self.stop_at_missing_letters(report, &data)
    }

    /// What becomes of letters that the fonts lack: the report says it, else the site.
    fn missing_letters(&self, report: &Report) -> MissingLetters {
        let site = || self.config().map(|site| site.missing_letters).unwrap_or_default();
        report.missing_letters.unwrap_or_else(site)
    }

    /// Refuses data with letters that the fonts lack, where report or site want that: before anything is laid
    /// out, with the records that have them.
    fn stop_at_missing_letters(&self, report: &Report, data: &Json) -> Result<(), Problem> {
        if self.missing_letters(report) == MissingLetters::Mark {
            return Ok(());
        }
        let missing = missing_glyphs(self.renderer().letters(), data);
        if missing.is_empty() {
            return Ok(());
        }
        let mut findings = Diagnostics::default();
        missing.iter().take(LETTERS_TOLD).for_each(|one| findings.push(missing_letter(one)));
        let count = missing.len();
        Err(Problem::new(
            ProblemKind::BadInput,
            "J380",
            format!("Chưa in `{}`: {count} chữ không có trong phông chữ", report.id),
            format!("`{}` was not made: {count} letters are not in the font", report.id),
        )
        .help(
            "Sửa các hồ sơ được nêu; hoặc đặt `missing_letters: mark` trong báo cáo hay site.yaml để in với dấu thay thế",
            "correct the records; or say `missing_letters: mark` in the report or site.yaml to print with a mark in their place",
        )
        .with(findings))
    }

    /// Builds the one value that the template sees.
    fn tree(
        &self,
        report: &Report,
        parameters: &Parameters,
        gathered: &Gathered,
    ) -> Result<Json, Problem> {
        let Gathered { tables, pages, derivations, .. } = gathered;
        let day = document::day_of_names(report, parameters, self.today());
        let code_lists = &self.catalog().code_lists;
        let context = document::Context { code_lists, parameters, day, derivations };
        let mut tree = document::tree(report, tables, &context)
            .map_err(|error| document_problem(report, &error))?;
        if !report.indicators.is_empty() {
            tree["indicators"] = serde_json::json!(pages);
        }
        Ok(tree)
    }

    /// Finds out level and province of the school that the report is about.
    pub(crate) fn setting(
        &self,
        reader: &Reader,
        report: &Report,
        parameters: &Parameters,
    ) -> Result<Setting, Problem> {
        let text = |value| match value {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let year = match parameters.get("year") {
            Some(Value::Integer(year)) => Some(*year),
            _ => None,
        };
        let config = self.config();
        let Some(Value::Text(school)) = parameters.get("school") else {
            let province = config.and_then(|site| site.province.clone());
            return Ok(Setting { year, province, ..Setting::default() });
        };
        let found = reader
            .records("school", &[("school", Value::Text(school.clone()))])
            .map_err(store_problem)?;
        let setting = Setting {
            level: text(found.value(0, "level")),
            year,
            province: text(found.value(0, "province")),
        };
        if let Some(level) = &setting.level
            && !report.levels.is_empty()
            && !report.levels.contains(level)
        {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J014",
                format!("Báo cáo `{}` không dành cho cấp học của trường `{school}`", report.id),
                format!("report `{}` is not for the level of school `{school}`", report.id),
            )
            .at("/parameters/school"));
        }
        Ok(setting)
    }
}

/// How many letters are told one by one.
const LETTERS_TOLD: usize = 20;

fn missing_letter(missing: &Missing) -> Diagnostic {
    let Missing { path, letter, record, .. } = missing;
    let code = u32::from(*letter);
    let whose = record.as_ref().unwrap_or(path);
    let shown = if letter.is_control() { ' ' } else { *letter };
    Diagnostic::error(
        "J380",
        Text::both(
            format!("{whose}: phông chữ không có chữ “{shown}” (U+{code:04X}), ở `{path}`"),
            format!("{whose}: the font has no “{shown}” (U+{code:04X}), at `{path}`"),
        ),
    )
}

/// Whether a document is made for pupils one by one, as transcripts are.
fn about_pupils(report: &Report) -> bool {
    report
        .parameters
        .iter()
        .any(|own| matches!(&own.kind, ParameterType::Reference { to, .. } if to == "pupil"))
}

fn document_problem(report: &Report, error: &document::DocumentError) -> Problem {
    Problem::new(
        ProblemKind::Definition,
        "J060",
        format!("Báo cáo `{}` không ghép được dữ liệu: {error}", report.id),
        format!("report `{}` cannot put its data together: {error}", report.id),
    )
}

/// Warns of what nobody vouches for, on every document.
fn unsigned(pin: &PluginPin) -> Diagnostic {
    let PluginPin { id, version, .. } = pin;
    let message = Text::both(
        format!("văn bản làm bằng plugin `{id}` {version} CHƯA KÝ: chỉ để thử"),
        format!("made with plugin `{id}` {version}, which nobody signed: for trying out only"),
    );
    Diagnostic::warning("D422", message).help(Text::both(
        "cài gói đã ký trước khi dùng văn bản này",
        "install a signed package before this document is used",
    ))
}

fn not_granted(plugin: &str, report: &str, need: &Need) -> Problem {
    Problem::new(
        ProblemKind::Plugin,
        "J350",
        format!("Plugin `{plugin}` chưa được cấp quyền dùng `{need}` mà báo cáo `{report}` cần"),
        format!("plugin `{plugin}` was not granted `{need}`, which report `{report}` needs"),
    )
    .help(
        format!("Quản trị viên cấp bằng: bieumau plugin grant {plugin} {need}"),
        format!("the administrator grants it with: bieumau plugin grant {plugin} {need}"),
    )
}

fn allowed(report: &Report, format: Format) -> Result<(), Problem> {
    if report.formats.contains(&format) {
        return Ok(());
    }
    let listed = report.formats.iter().copied().map(format_word).collect::<Vec<_>>().join(", ");
    let word = format_word(format);
    Err(Problem::new(
        ProblemKind::BadInput,
        "J015",
        format!("Báo cáo `{}` không có định dạng `{word}`", report.id),
        format!("report `{}` has no format `{word}`", report.id),
    )
    .help(format!("Có thể chọn: {listed}"), format!("possible: {listed}"))
    .at("/format"))
}

/// What the datasets of a report gave.
pub(crate) struct Queried {
    pub tables: Vec<Table>,
    /// Of those that are only counted.
    pub tallies: Vec<Tally>,
}

/// Queries every dataset, in the order of names where the report asks for it. Those that are only
/// counted are never held. `another` opens a reader of the same scope.
fn query<'p>(
    reader: &Reader,
    another: impl Fn() -> Result<PooledReader<'p>, Problem>,
    report: &Report,
    parameters: &Parameters,
) -> Result<Queried, Problem> {
    let given: Vec<(&str, Value)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    // One snapshot, so that a write in between cannot tear a document.
    let snapshot = reader.snapshot().map_err(store_problem)?;
    let tallies = counting::tallies(&snapshot, another, report, &given)?;
    let tables = report
        .datasets
        .iter()
        .filter(|dataset| !tallies.iter().any(|tally| tally.name == dataset.id))
        .filter(|dataset| !(is_batch(report, parameters) && report.is_of_batch(&dataset.id)))
        .map(|dataset| held(&snapshot, report, dataset, &given))
        .collect::<Result<_, _>>()?;
    Ok(Queried { tables, tallies })
}

/// Queries one dataset, in the order of names where the report asks for it.
pub(crate) fn held(
    reader: &Reader,
    report: &Report,
    dataset: &Dataset,
    given: &[(&str, Value)],
) -> Result<Table, Problem> {
    let table = reader.query(dataset, given).map_err(store_problem)?;
    let Some(sort) = &dataset.sort else { return Ok(table) };
    names::sort_table(&table, sort).map_err(|error| {
        Problem::new(
            ProblemKind::Definition,
            "J063",
            format!("Không xếp được `{}` của báo cáo `{}`: {error}", dataset.id, report.id),
            format!("`{}` of report `{}` cannot be sorted: {error}", dataset.id, report.id),
        )
    })
}

/// Adds what rules gave, and what selections make of all of it.
pub(crate) fn put_together(
    report: &Report,
    tables: &mut Vec<Table>,
    given: Vec<Table>,
) -> Result<(), Problem> {
    tables.extend(given);
    for selection in &report.selections {
        let table = selection::select(selection, tables)
            .map_err(|error| document_problem(report, &error))?;
        tables.push(table);
    }
    Ok(())
}

/// Names the record that a document is about, for messages: `class=6A1 school=…`.
fn label(report: &Report, parameters: &Parameters) -> String {
    let given: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", plain(value)?)))
        .collect();
    format!("{} ({})", report.id, given.join(" "))
}

pub(crate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Date(date) => Some(date.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Decimal { units, scale } => Some(format!("{units}e-{scale}")),
    }
}

fn file_name(report: &Report, parameters: &Parameters, format: Format) -> String {
    let mut name = report.id.clone();
    for value in parameters.values().filter_map(plain) {
        name.push('-');
        name.extend(value.chars().filter(char::is_ascii_alphanumeric));
    }
    format!("{name}.{}", format_word(format))
}

/// The sharpness of a PNG page: enough to read on a screen.
const PPI: u16 = 110;

fn page_format(request: &RenderRequest) -> PageFormat {
    match request.format {
        Format::Png => PageFormat::Png { page: request.page.unwrap_or(1), ppi: PPI },
        Format::Html => PageFormat::Html,
        Format::Docx => PageFormat::Word,
        Format::Pdf | Format::Xlsx | Format::Csv => PageFormat::Pdf,
    }
}

fn media_type(format: Format) -> &'static str {
    match format {
        Format::Pdf => "application/pdf",
        Format::Png => "image/png",
        Format::Html => "text/html; charset=utf-8",
        Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Csv => "text/csv; charset=utf-8",
    }
}

pub(crate) fn render_problem(error: RenderError) -> Problem {
    let kind = match &error {
        RenderError::Template { .. } => ProblemKind::Definition,
        // A page that the document does not have was asked for.
        RenderError::Limit { excess: Excess::NoPage | Excess::NoSuchPage { .. }, .. } => {
            ProblemKind::BadInput
        }
        RenderError::Limit { .. } => ProblemKind::Limit,
        _ => ProblemKind::Machine,
    };
    of_findings(kind, error.diagnostics())
}

pub(crate) fn store_problem(error: bieumau_store::StoreError) -> Problem {
    use bieumau_store::StoreError;
    let kind = match &error {
        StoreError::OutOfTime { .. }
        | StoreError::TooManyRows { .. }
        | StoreError::TooManyBytes { .. } => ProblemKind::Limit,
        StoreError::Records(_) => ProblemKind::BadInput,
        StoreError::Dataset(_) | StoreError::NotMigrated { .. } => ProblemKind::Definition,
        _ => ProblemKind::Machine,
    };
    of_findings(kind, error.diagnostics())
}

/// Makes a problem of findings: the first one speaks, all of them are listed.
pub(crate) fn of_findings(kind: ProblemKind, findings: Diagnostics) -> Problem {
    match findings.iter().next().cloned() {
        Some(first) => Problem::from_diagnostic(kind, first).with(findings),
        None => Problem::new(kind, "J061", "Không làm được việc này", "this could not be done"),
    }
}
