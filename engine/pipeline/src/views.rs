//! What the doors show of reports and plugins: lists, and the fields of one report.

use bieumau_model::definition::{Format, Manifest, ParameterType, Report};
use bieumau_model::text::Text;
use serde::Serialize;

use crate::installed::Vouched;
use crate::plugins::PluginPin;

/// A report as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct ReportSummary {
    /// Id.
    pub id: String,
    /// Version of the definition.
    pub version: u32,
    /// Title.
    pub title: Text,
    /// Topic, the folder of its definition.
    pub topic: String,
    /// The plugin that brings it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// Legal source of the form.
    pub source: Option<String>,
    /// Education levels; empty means all.
    pub levels: Vec<String>,
    /// Formats: `pdf`, `html`, `png`, `xlsx`, `csv`.
    pub formats: Vec<&'static str>,
    /// Parameters in order.
    pub parameters: Vec<ParameterSummary>,
}

/// A parameter as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct ParameterSummary {
    /// Id.
    pub id: String,
    /// Label.
    pub title: Text,
    /// What it takes, such as `school_year` or `reference class`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be given.
    pub required: bool,
    /// Value when it is not given.
    pub default: Option<String>,
}

/// A plugin as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct PluginSummary {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Provinces it serves; empty means every province.
    pub provinces: Vec<String>,
    /// SHA-256 of the package, or of the code of a plugin that was not installed from one.
    pub sha256: String,
    /// How far it is vouched for.
    pub vouched: Vouched,
    /// Id of the key that signed the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Rules.
    pub rules: Vec<RuleSummary>,
}

/// A rule as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct RuleSummary {
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Circular and article.
    pub source: Option<String>,
    /// Tables it takes, with `?` behind those that may be left out.
    pub takes: Vec<String>,
    /// Tables it gives.
    pub gives: Vec<String>,
}

/// A report with its fields as a person fills them in.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// Id.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Legal source.
    pub source: Option<String>,
    /// Formats.
    pub formats: Vec<&'static str>,
    /// Fields in order.
    pub fields: Vec<FieldView>,
    /// Whether it has statistical tables, with records behind their figures.
    pub figures: bool,
    /// Whether everything that must be given is given.
    pub ready: bool,
}

/// One parameter as a field.
#[derive(Debug, Clone)]
pub struct FieldView {
    /// Id of the parameter.
    pub id: String,
    /// Label.
    pub title: Text,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it has a value when nothing is given.
    pub has_default: bool,
    /// The value given, when it is one of the choices or the field has none.
    pub value: Option<String>,
    /// Whether the value is picked from a list.
    pub lists: bool,
    /// The list; empty while a field that it depends on is not filled.
    pub choices: Vec<ChoiceView>,
    /// Parameters that narrow the list.
    pub depends: Vec<String>,
    /// Whether the list is empty because one of them is not given yet.
    pub waits: bool,
    /// Whether it is a day.
    pub date: bool,
    /// Whether it is a number.
    pub number: bool,
    /// What is wrong with the value.
    pub error: Option<Text>,
}

/// One value of a list.
#[derive(Debug, Clone)]
pub struct ChoiceView {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: Text,
}

/// Returns the word for a format, as in YAML and addresses.
pub(crate) fn format_word(format: Format) -> &'static str {
    match format {
        Format::Pdf => "pdf",
        Format::Png => "png",
        Format::Html => "html",
        Format::Docx => "docx",
        Format::Xlsx => "xlsx",
        Format::Csv => "csv",
    }
}

/// Reads the word of a format.
pub(crate) fn read_format(word: &str) -> Option<Format> {
    [Format::Pdf, Format::Png, Format::Html, Format::Docx, Format::Xlsx, Format::Csv]
        .into_iter()
        .find(|format| format_word(*format) == word)
}

pub(crate) fn summary(report: &Report, plugin: Option<&str>) -> ReportSummary {
    ReportSummary {
        id: report.id.clone(),
        version: report.version,
        title: report.title.clone(),
        topic: report.topic.clone(),
        plugin: plugin.map(str::to_owned),
        source: report.source.clone(),
        levels: report.levels.clone(),
        formats: report.formats.iter().copied().map(format_word).collect(),
        parameters: report
            .parameters
            .iter()
            .map(|parameter| ParameterSummary {
                id: parameter.id.clone(),
                title: parameter.title.clone(),
                kind: kind_word(&parameter.kind),
                required: parameter.required,
                default: parameter.default.clone(),
            })
            .collect(),
    }
}

fn kind_word(kind: &ParameterType) -> String {
    match kind {
        ParameterType::Text => "text".to_owned(),
        ParameterType::Integer => "integer".to_owned(),
        ParameterType::Date => "date".to_owned(),
        ParameterType::SchoolYear => "school_year".to_owned(),
        ParameterType::Choice { codes, only } if only.is_empty() => format!("choice {codes}"),
        ParameterType::Choice { codes, only } => format!("choice {codes}: {}", only.join(" | ")),
        ParameterType::Reference { to, .. } => format!("reference {to}"),
    }
}

pub(crate) fn plugin_summary(manifest: &Manifest, pin: PluginPin) -> PluginSummary {
    PluginSummary {
        id: manifest.id.clone(),
        version: manifest.version.clone(),
        title: manifest.title.clone(),
        provinces: manifest.provinces.clone(),
        sha256: pin.sha256,
        vouched: pin.vouched,
        key: pin.key,
        rules: manifest
            .rules
            .iter()
            .map(|rule| RuleSummary {
                id: rule.id.clone(),
                title: rule.title.clone(),
                source: rule.source.clone(),
                takes: rule
                    .takes
                    .iter()
                    .map(|table| format!("{}{}", table.name, if table.optional { "?" } else { "" }))
                    .collect(),
                gives: rule.gives.iter().map(|table| table.name.clone()).collect(),
            })
            .collect(),
    }
}
