//! What can be typed behind `bieumau`.

use std::net::SocketAddr;
use std::path::PathBuf;

use bieumau_model::text::Locale;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::access::{AccessCommand, TokenCommand, UserCommand};
use crate::audit::{AuditCommand, InspectArguments};
use crate::package::PackageCommand;
use crate::record::RecordCommand;
use crate::xlsform::XlsformArguments;

/// Report and form engine for Vietnamese schools and education offices.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Folder of the site.
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub site: PathBuf,

    /// Language of messages.
    #[arg(long, global = true, value_enum, env = "BIEUMAU_LOCALE", default_value = "vi")]
    pub locale: LocaleArgument,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LocaleArgument {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

impl From<LocaleArgument> for Locale {
    fn from(argument: LocaleArgument) -> Self {
        match argument {
            LocaleArgument::Vi => Self::Vi,
            LocaleArgument::En => Self::En,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Invent whole schools in a new site, render one document of each kind, and serve the site.
    Demo(DemoArguments),
    /// Make an empty site for a real school or office.
    Init(InitArguments),
    /// Check all definitions, datasets and templates.
    Check(CheckArguments),
    /// List the reports with their parameters.
    Reports {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make one document.
    Render(RenderArguments),
    /// Print the statistical tables of a report, or list the records behind one figure.
    Figures(crate::figures::FiguresArguments),
    /// Make the Excel workbook of a form, to fill in.
    Workbook(crate::entry::WorkbookArguments),
    /// Take a filled-in workbook back: check it, or write it.
    Import(crate::entry::ImportArguments),
    /// Serve the site over HTTP.
    Serve(ServeArguments),
    /// Lock and unlock the books of a school, and let single persons in for a while.
    #[command(subcommand)]
    Lock(crate::flows::LockCommand),
    /// Ask for, approve and apply corrections of marks.
    #[command(subcommand)]
    Correction(crate::flows::CorrectionCommand),
    /// Confirm class books at mid-term and at the end of a term.
    #[command(subcommand)]
    SignOff(crate::flows::SignOffCommand),
    /// Review what the sector's database holds of staff and pupils.
    #[command(subcommand)]
    Review(crate::flows::ReviewCommand),
    /// Approve the updates of a month.
    #[command(subcommand)]
    Approval(crate::flows::ApprovalCommand),
    /// The register of issued documents: list, show, verify, replace, revoke.
    #[command(subcommand)]
    Issued(crate::flows::IssuedCommand),
    /// Show a report in the browser while its definition and template are written.
    Dev(crate::dev::DevArguments),
    /// Tell where finished PDF documents depart from Nghị định 30/2020.
    Lint(crate::lint::LintArguments),
    /// Show what a province or a school changes in definitions, and what new versions mean for it.
    #[command(subcommand)]
    Layer(crate::layer::LayerCommand),
    /// Print the JSON Schema of a kind of definition (form, report, code_list, layer, plugin, site), or of
    /// the records of one form.
    Schema {
        /// The kind; without it all schemas are written as one object.
        kind: Option<String>,
        /// The schema of the records of this form.
        #[arg(long, value_name = "FORM", conflicts_with = "kind")]
        form: Option<String>,
    },
    /// Read and write records.
    #[command(subcommand)]
    Record(RecordCommand),
    /// Take over forms from an XLSForm workbook.
    ImportXlsform(XlsformArguments),
    /// List, call and build plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Add, list and disable accounts, and give rights.
    #[command(subcommand)]
    User(UserCommand),
    /// Make and end API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Tell what a user can see and change, and hand accounts over.
    #[command(subcommand)]
    Access(AccessCommand),
    /// List, prove and export the audit.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Put together minutes, approvals and the log of a period for an inspection, as one ZIP file.
    Inspect(InspectArguments),
    /// Render documents for the program itself; not for people.
    #[command(hide = true)]
    RenderWorker,
    /// Compile a plugin for the program itself; not for people.
    #[command(hide = true)]
    PluginCompiler,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Where to make the demo site.
    #[arg(default_value = "bieumau-demo")]
    pub folder: PathBuf,
    /// The number from which everything is invented; the same number gives the same schools.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many schools to invent.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=900))]
    pub schools: u32,
    /// Stop after the documents are made.
    #[arg(long)]
    pub no_serve: bool,
    /// Address to serve on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// Where to make the site.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Code of the province, such as 31; asked when it is not given.
    #[arg(long)]
    pub province: Option<String>,
    /// Education level: primary, lower_secondary or upper_secondary; asked when it is not given.
    #[arg(long)]
    pub level: Option<String>,
    /// Name of the school or office; asked when it is not given.
    #[arg(long)]
    pub name: Option<String>,
    /// Code of the school; without it a provisional one (TAM-…) is used.
    #[arg(long)]
    pub school: Option<String>,
    /// School year, such as 2026-2027; asked when it is not given.
    #[arg(long)]
    pub school_year: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// How to print the findings.
    #[arg(long, value_enum, default_value = "human")]
    pub format: FindingsFormat,
    /// Leave the templates out, which take the most time.
    #[arg(long)]
    pub without_templates: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people, with the lines of the source.
    Human,
    /// One line each.
    Short,
    /// A JSON array.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// The report; `bieumau reports` lists them.
    pub report: String,
    /// A parameter, such as `--param year=2025`; may be repeated.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Format: pdf, html, docx, png, xlsx or csv; by default that of the ending of the output file.
    #[arg(long)]
    pub format: Option<String>,
    /// Write the JSON that the template sees instead of a document, for those who write templates.
    #[arg(long, conflicts_with_all = ["format", "page"])]
    pub data: bool,
    /// Beside the data, also how the values of the rules came about.
    #[arg(long, requires = "data")]
    pub explain: bool,
    /// Page, for PNG.
    #[arg(long)]
    pub page: Option<usize>,
    /// One document for each choice of this parameter, such as `--each class`; the output is a folder.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["data", "page", "issue"])]
    pub each: Option<String>,
    /// Register the document as issued: it gets a number and is kept.
    #[arg(long, conflicts_with_all = ["data", "page"])]
    pub issue: bool,
    /// Submit it for a reporting period.
    #[arg(long, value_name = "PERIOD", requires = "issue")]
    pub period: Option<String>,
    /// Output file; `-` is stdout. With `--each`, a folder.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub caller: CallerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address to serve on; by default that of the site, else 127.0.0.1:8080.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// Let everybody who reaches the address in as the operator; only for this machine's own
    /// address.
    #[arg(long, conflicts_with = "user")]
    pub without_sign_in: bool,
    #[command(flatten)]
    pub caller: CallerArguments,
}

/// Who asks. Without a user everything is seen, as the operator of the machine; a user without
/// `--only-…` options has the rights of the account of that name.
#[derive(Debug, Args)]
pub(crate) struct CallerArguments {
    /// Ask as this user, who sees only what the `--only-…` options name, or what their account may
    /// see.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A school that the user may see; may be repeated.
    #[arg(long, value_name = "SCHOOL", requires = "user")]
    pub only_school: Vec<String>,
    /// A class that the user may see, as SCHOOL/YEAR/CLASS; may be repeated.
    #[arg(long, value_name = "SCHOOL/YEAR/CLASS", requires = "user", value_parser = class)]
    pub only_class: Vec<(String, i64, String)>,
    /// A subject that the user may see; may be repeated.
    #[arg(long, value_name = "SUBJECT", requires = "user")]
    pub only_subject: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    #[command(flatten)]
    Author(crate::authoring::AuthorCommand),
    #[command(flatten)]
    Package(PackageCommand),
    /// List the plugins with their rules.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Call one rule with tables from a JSON file, and print the answer as JSON.
    Call {
        /// The plugin.
        plugin: String,
        /// The rule.
        rule: String,
        /// File with `{"parameters": …, "tables": …}`; `-` is stdin.
        #[arg(long, value_name = "FILE")]
        input: PathBuf,
        /// Also print how each value was found.
        #[arg(long)]
        explain: bool,
    },
    /// Print how things are done in a province: deadlines, locks, corrections, calendars.
    Policy(crate::policy::PolicyArguments),
    /// Build a Rust plugin into a component.
    Build {
        /// Folders with a `plugin.yaml` and a `Cargo.toml`.
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Only tell whether the built component is older than its source.
        #[arg(long)]
        verify: bool,
    },
}

pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no `=`; write NAME=VALUE, such as year=2025"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn class(text: &str) -> Result<(String, i64, String), String> {
    let mut parts = text.splitn(3, '/');
    let parsed = (|| {
        let school = parts.next()?.to_owned();
        let year = parts.next()?.parse().ok()?;
        Some((school, year, parts.next()?.to_owned()))
    })();
    parsed.ok_or_else(|| format!("`{text}` is not SCHOOL/YEAR/CLASS, such as 31000701/2025/6A1"))
}
