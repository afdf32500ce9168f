//! The jobs, one function each: check, render, list, make a site, call a plugin.
//!
//! The doors (`server`, `cli`) speak to this room only. It knows no terminal, no HTTP, no
//! environment and no current folder; time, randomness and paths come in as values.

pub mod access;
pub mod audit;
mod audit_words;

mod preview;
mod problem;
mod progress;
mod views;

mod files;
mod installed;
mod joining;
mod site;

mod batch;
mod counting;
mod explanations;
mod fields;
mod indicators;
mod parameters;
mod plugins;
mod policy;
mod readers;
mod render;
mod rules;
mod sheets;
mod templates;

mod records;
mod xlsform;

mod authoring;
mod entry_table;
mod import;

mod check;
mod demo_site;
mod init;
mod inspect;
mod layers;
mod lint;
mod lists;
mod packages;

pub mod demo;
pub mod flows;

pub use authoring::{
    CaseResult, CheckResult, Difference, Language, Measure, Measured, NewPlugin, TestReport,
    Workbench, difference_table, draw_columns, new_plugin, preview,
};
pub use check::{Checked, check, check_files};
pub use demo_site::{DemoSite, Example, make_demo, render_examples};
pub use entry_table::{
    EntryChoice, EntryColumn, EntryForm, EntryGrid, EntryLine, RowSaved, RowToSave,
};
pub use explanations::{Explained, Question};
pub use files::{Files, FilesError};
pub use import::{
    ChangedCell, ImportFinding, ImportReport, ImportRequest, LARGEST_WORKBOOK, Place, Template,
};
pub use indicators::{FiguresView, ListBehind, RecordsBehind, is_contradiction};
pub use init::{NewSite, init};
pub use inspect::Inspection;
pub use installed::Vouched;
pub use layers::{AcceptedLayer, LayerChanges, accept_layer, layer_changes, list_layers};
pub use lint::lint;
pub use lists::{build_plugin, call_plugin, is_plugin_stale, list_plugins, list_reports, schema};
pub use packages::{
    FolderFile, InstallRequest, InstalledVersion, KeyView, NeedView, NewKey, PluginVersion,
    distrust_plugin_key, grant_plugin, import_plugin_keys, install_plugin, is_key_locked,
    list_plugin_keys, new_plugin_key, pack_plugin, plugin_needs, plugin_versions,
    publish_plugin_keys, remove_plugin, revoke_plugin, rollback_plugin, sign_plugin, signed_with,
    trust_plugin_key, verify_plugin,
};
pub use plugins::PluginPin;
pub use policy::policy;
pub use preview::Preview;
pub use problem::{Problem, ProblemKind};
pub use progress::{Progress, Silent};
pub use records::{
    Act, AttachmentView, Attempt, Change, Conflict, DraftView, FieldChange, FormSummary,
    FormVersion, HistoryStep, LARGEST_ATTACHMENT, Line, Mode, Nested, NewFile, Outcome,
    OutcomeFinding, RecordPage, RecordQuery, RecordView, Refusal, Why, Written, form_schema,
    given_fields, key_text, value_json, value_text,
};
pub use render::{Document, RenderRequest};
pub use site::{Site, Workers};
pub use views::{
    ChoiceView, FieldView, ParameterSummary, PluginSummary, ReportSummary, ReportView, RuleSummary,
};
pub use xlsform::{Imported, import_xlsform};

/// The stack of a thread that asks for documents: rules then run on it, and on no other one.
pub const STACK_BYTES: usize = bieumau_plugin_host::STACK_BYTES;

/// Compiles one plugin for the program itself. The body of the compiling process.
pub fn run_plugin_compiler() -> std::process::ExitCode {
    bieumau_plugin_host::run_compiler()
}

/// Renders documents for the program itself, until its input ends. The body of the worker process.
pub fn run_render_worker() -> std::process::ExitCode {
    bieumau_render::worker::main()
}
