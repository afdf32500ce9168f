//! Lists and calls that need no store: reports, plugins, schemas, one rule by hand.

use std::path::Path;
use std::sync::Arc;

use bieumau_model::schema::Kind;
use bieumau_model::table_json;
use bieumau_model::text::Text;
use bieumau_plugin_host::{Explain, build};
use serde_json::{Value, json};

use crate::authoring::Workbench;
use crate::plugins::{Plugins, pin, unknown_plugin};
use crate::problem::{Problem, ProblemKind};
use crate::site::{Definitions, list};
use crate::views::{PluginSummary, ReportSummary, plugin_summary};

/// Lists the reports of the site in `folder`, or the shipped ones.
pub fn list_reports(folder: Option<&Path>) -> Result<Vec<ReportSummary>, Problem> {
    Ok(list(&definitions(folder)?))
}

/// Lists the plugins of the site in `folder`, or the shipped ones.
pub fn list_plugins(folder: Option<&Path>) -> Result<Vec<PluginSummary>, Problem> {
    let definitions = definitions(folder)?;
    Ok(definitions
        .catalog
        .plugins
        .values()
        .map(|manifest| plugin_summary(manifest, pin(&definitions, manifest)))
        .collect())
}

fn definitions(folder: Option<&Path>) -> Result<Definitions, Problem> {
    folder.map_or_else(Definitions::shipped, Definitions::of)
}

/// Returns the JSON Schema of one kind of definition, or all of them as one object.
pub fn schema(kind: Option<&str>) -> Result<Value, Problem> {
    let all = bieumau_model::schema::all();
    let Some(kind) = kind else { return Ok(all) };
    all.get(kind).cloned().ok_or_else(|| {
        let known = Kind::ALL.map(Kind::name).join(", ");
        Problem::new(
            ProblemKind::BadInput,
            "J016",
            format!("Không có lược đồ `{kind}`"),
            format!("there is no schema `{kind}`"),
        )
        .help(format!("Có thể chọn: {known}"), format!("possible: {known}"))
    })
}

/// Calls one rule with the tables of a JSON text, and returns the answer as JSON.
///
/// The form of both is that of `model::table_json`: parameters and tables in; tables, findings and
/// explanations out.
pub fn call_plugin(
    folder: Option<&Path>,
    plugin: &str,
    rule: &str,
    input: &str,
    explain: bool,
) -> Result<Value, Problem> {
    let definitions = definitions(folder)?;
    let manifests = &definitions.catalog.plugins;
    let manifest = manifests.get(plugin).ok_or_else(|| unknown_plugin(plugin, manifests.keys()))?;
    let declared = manifest.rules.iter().find(|own| own.id == rule).ok_or_else(|| {
        let known = manifest.rules.iter().map(|own| own.id.as_str()).collect::<Vec<_>>().join(", ");
        Problem::new(
            ProblemKind::NotFound,
            "J053",
            format!("Plugin `{plugin}` không có quy tắc `{rule}`"),
            format!("plugin `{plugin}` has no rule `{rule}`"),
        )
        .help(format!("Các quy tắc: {known}"), format!("rules: {known}"))
    })?;
    let input =
        table_json::read_input(&Arc::from("input"), input, Some(declared)).map_err(|findings| {
            Problem::new(
                ProblemKind::BadInput,
                "J017",
                "Bảng đưa vào chưa đúng",
                "the tables are not right",
            )
            .with(findings)
        })?;
    let plugins = Plugins::new(&definitions)?;
    let parameters: Vec<(String, String)> = input.parameters.into_iter().collect();
    let answer = plugins
        .get(plugin)?
        .apply(rule, &parameters, &input.tables, if explain { Explain::Yes } else { Explain::No })
        .map_err(|error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()))?;
    Ok(json!({
        "tables": table_json::write_tables(&answer.tables),
        "findings": answer.findings,
        "explanations": answer.explanations,
    }))
}

/// Builds the Rust plugin in `folder` into its component, and returns the component's path.
///
/// A text of JavaScript or YAML is only checked and loaded; its own path is returned.
pub fn build_plugin(
    folder: &Path,
    tell: &mut dyn FnMut(Text),
) -> Result<std::path::PathBuf, Problem> {
    if is_text(folder) {
        let plugin = Workbench::open(None, folder)?;
        tell(Text::both(
            "không cần dựng: plugin là văn bản",
            "nothing to build: the plugin is a text",
        ));
        return Ok(folder.join(plugin.manifest().code.file()));
    }
    build::build(folder, tell)
        .map(|built| built.component)
        .map_err(|error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()))
}

/// Returns whether the built component of `folder` is older than its source.
pub fn is_plugin_stale(folder: &Path) -> Result<bool, Problem> {
    if is_text(folder) {
        return Ok(false);
    }
    build::is_stale(folder)
        .map_err(|error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()))
}

/// Returns whether the plugin in `folder` has nothing to be compiled.
fn is_text(folder: &Path) -> bool {
    folder.join("plugin.yaml").is_file() && !folder.join("Cargo.toml").is_file()
}
