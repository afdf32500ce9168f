//! Chooses the plugin for each rule of a report and applies it.
//!
//! Level, school year and province of the asked school choose, never today's date.

use bieumau_model::calendar::WORK_CALENDAR;
use bieumau_model::definition::{
    Catalog, FINDING_COLUMNS, Manifest, Report, RuleCall, RuleDeclaration,
};
use bieumau_model::diagnostic::{Diagnostic, Diagnostics, Severity};
use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_model::text::{Locale, Text};
use bieumau_plugin_host::{Answer, Explain, Finding, batches};

use crate::explanations::OfRule;
use crate::parameters::Parameters;
use crate::plugins::{PluginPin, Plugins};
use crate::policy;
use crate::problem::{Problem, ProblemKind};

/// What chooses a rule set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Education level of the school.
    pub level: Option<String>,
    /// School year asked for.
    pub year: Option<i64>,
    /// Province of the school, as coded since 1/7/2025.
    pub province: Option<String>,
}

/// What the rules of a report gave.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Tables, under the names that the report gave them.
    pub tables: Vec<Table>,
    /// Findings of the rules, about the data.
    pub findings: Diagnostics,
    /// The plugins whose rules were applied, each once.
    pub plugins: Vec<PluginPin>,
    /// How values came about, by rule; empty when nobody asked.
    pub explanations: Vec<OfRule>,
}

/// Rows of a call, of all tables together, above which it is worked on in parts.
const LARGE: usize = 2 * batches::ROWS;

/// Applies the rules of `report` in order to `tables`.
pub(crate) fn apply(
    report: &Report,
    catalog: &Catalog,
    plugins: &Plugins,
    setting: &Setting,
    parameters: &Parameters,
    tables: &[Table],
    explain: Explain,
) -> Result<Applied, Problem> {
    let mut applied = Applied::default();
    let calendar = work_calendar(report, catalog, setting);
    for call in &report.rules {
        let (manifest, rule) = choose(call, catalog, setting)?;
        let sources = applied.tables.iter().chain(tables).chain(&calendar);
        let takes = take(call, rule, sources)?;
        let given = rule_parameters(call, parameters);
        let plugin = plugins.get(&manifest.id)?;
        let answer = if explain == Explain::No && in_parts(call, rule, &takes) {
            plugin.apply_in_batches(&rule.id, &given, &takes, Explain::No, batches::ROWS)
        } else {
            plugin.apply(&rule.id, &given, &takes, explain)
        };
        let answer = answer
            .map_err(|error| Problem::from_diagnostic(ProblemKind::Plugin, error.diagnostic()))?;
        let like = rule.like.as_ref().map(|like| like.plugin.as_str());
        for id in std::iter::once(manifest.id.as_str()).chain(like) {
            let pin = plugins.pin(id).filter(|pin| !applied.plugins.contains(pin));
            applied.plugins.extend(pin.cloned());
        }
        for (table, name) in &call.findings {
            let found = found_about(table, name, call, tables, &applied.tables, &answer.findings)?;
            applied.tables.extend(found);
        }
        keep(&mut applied, call, manifest, answer);
    }
    Ok(applied)
}

/// Returns the holidays of the school's province, when a rule of the report takes them.
fn work_calendar(report: &Report, catalog: &Catalog, setting: &Setting) -> Option<Table> {
    let is_taken = |call: &RuleCall| call.takes.values().any(|table| table == WORK_CALENDAR);
    if !report.rules.iter().any(is_taken) {
        return None;
    }
    let (province, level) = (setting.province.as_deref(), setting.level.as_deref());
    Some(policy::work_calendar(catalog, province, level, setting.year).table())
}

/// Returns whether a call is so large that parts of it are worked on at the same time, and every
/// table that the report wants can be put together from parts.
fn in_parts(call: &RuleCall, rule: &RuleDeclaration, takes: &[Table]) -> bool {
    let Some(column) = &rule.batch_by else { return false };
    let mut wanted = rule.gives.iter().filter(|table| call.gives.contains_key(&table.name));
    takes.iter().map(Table::rows).sum::<usize>() > LARGE
        && wanted.all(|table| table.columns.iter().any(|own| own.name == *column))
}

/// Finds the plugin that serves the province, else the one that serves every province.
pub(crate) fn choose<'a>(
    call: &RuleCall,
    catalog: &'a Catalog,
    setting: &Setting,
) -> Result<(&'a Manifest, &'a RuleDeclaration), Problem> {
    choose_rule(&call.rule, call.plugin.as_deref(), catalog, setting)
}

/// The same for a rule by its name; `plugin` is one that was named.
pub(crate) fn choose_rule<'a>(
    wanted: &str,
    plugin: Option<&str>,
    catalog: &'a Catalog,
    setting: &Setting,
) -> Result<(&'a Manifest, &'a RuleDeclaration), Problem> {
    let candidates = || {
        catalog.plugins.values().filter_map(|manifest| {
            let rule = manifest.rules.iter().find(|rule| rule.id == wanted)?;
            let level = setting.level.as_deref();
            rule.applies.holds(level, setting.year).then_some((manifest, rule))
        })
    };
    let found = match (plugin, &setting.province) {
        (Some(plugin), _) => candidates().find(|(manifest, _)| manifest.id == plugin),
        (None, Some(province)) => candidates()
            .find(|(manifest, _)| manifest.provinces.contains(province))
            .or_else(|| candidates().find(|(manifest, _)| manifest.provinces.is_empty())),
        (None, None) => candidates().find(|(manifest, _)| manifest.provinces.is_empty()),
    };
    found.ok_or_else(|| {
        Problem::new(
            ProblemKind::Definition,
            "J050",
            format!("Không có plugin nào có quy tắc `{wanted}` cho {}", describe(setting)),
            format!("no plugin has the rule `{wanted}` for {}", describe(setting)),
        )
        .help("Xem danh sách: bieumau plugin list", "see the list: bieumau plugin list")
    })
}

fn describe(setting: &Setting) -> String {
    format!(
        "level={} year={} province={}",
        setting.level.as_deref().unwrap_or("-"),
        setting.year.map_or_else(|| "-".to_owned(), |year| year.to_string()),
        setting.province.as_deref().unwrap_or("-"),
    )
}

/// Picks the tables of a rule, with the columns that it declares: nothing else is passed in.
fn take<'a>(
    call: &RuleCall,
    rule: &RuleDeclaration,
    sources: impl Iterator<Item = &'a Table> + Clone,
) -> Result<Vec<Table>, Problem> {
    let mut takes = Vec::with_capacity(call.takes.len());
    for (name, from) in &call.takes {
        let source = sources.clone().find(|table| table.name() == from.as_str());
        let (Some(source), Some(declared)) =
            (source, rule.takes.iter().find(|table| table.name == *name))
        else {
            continue;
        };
        let columns = source
            .columns()
            .iter()
            .filter(|column| declared.columns.iter().any(|own| own.name == column.name))
            .cloned()
            .collect();
        takes.push(Table::new(name.as_str(), columns).map_err(|error| {
            Problem::new(
                ProblemKind::Definition,
                "J051",
                format!("Bảng `{from}` không dùng được cho quy tắc `{}`: {error}", rule.id),
                format!("table `{from}` cannot be used for the rule `{}`: {error}", rule.id),
            )
        })?);
    }
    Ok(takes)
}

/// Makes the table of what a rule found about the rows of `table`, in their order: the columns of the
/// row, and code, weight, words and help of the finding.
fn found_about(
    table: &str,
    name: &str,
    call: &RuleCall,
    datasets: &[Table],
    earlier: &[Table],
    findings: &[Finding],
) -> Result<Option<Table>, Problem> {
    let source = call
        .takes
        .get(table)
        .and_then(|from| earlier.iter().chain(datasets).find(|own| own.name() == from.as_str()));
    let Some(source) = source else { return Ok(None) };
    let mut about: Vec<(usize, &Finding)> = findings
        .iter()
        .filter(|finding| finding.place.table.as_deref() == Some(table))
        .filter_map(|finding| Some((finding.place.row?, finding)))
        .filter(|(row, _)| *row < source.rows())
        .collect();
    about.sort_by_key(|(row, _)| *row);
    let rows: Vec<usize> = about.iter().map(|(row, _)| *row).collect();
    let mut columns = source.of_rows(&rows).columns().to_vec();
    for column in FINDING_COLUMNS {
        let cells = about.iter().map(|(_, finding)| match column {
            "code" => Some(finding.code.clone()),
            "severity" => Some(finding.severity.as_str().to_owned()),
            "message" => Some(finding.message.get(Locale::Vi).to_owned()),
            _ => finding.help.as_ref().map(|help| help.get(Locale::Vi).to_owned()),
        });
        columns.push(Column { name: column.to_owned(), cells: Cells::Text(cells.collect()) });
    }
    Table::new(name, columns).map(Some).map_err(|error| {
        Problem::new(
            ProblemKind::Definition,
            "J051",
            format!("Bảng nhận xét `{name}` của quy tắc `{}` không lập được: {error}", call.rule),
            format!("the findings `{name}` of the rule `{}` make no table: {error}", call.rule),
        )
    })
}

/// Writes the parameters of a call as the rule reads them: `:id` is a parameter of the report.
fn rule_parameters(call: &RuleCall, parameters: &Parameters) -> Vec<(String, String)> {
    let text = |value: &str| match value.strip_prefix(':') {
        None => Some(value.to_owned()),
        Some(id) => match parameters.get(id)? {
            Value::Missing => None,
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Date(date) => Some(date.to_string()),
            Value::Boolean(flag) => Some(flag.to_string()),
            Value::Decimal { .. } => None,
        },
    };
    call.parameters.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

fn keep(applied: &mut Applied, call: &RuleCall, manifest: &Manifest, answer: Answer) {
    if !answer.explanations.is_empty() {
        applied.explanations.push(OfRule {
            plugin: (manifest.id.clone(), manifest.version.clone()),
            names: call.gives.clone(),
            all: answer.explanations,
        });
    }
    for table in answer.tables {
        if let Some(name) = call.gives.get(table.name()) {
            applied.tables.push(table.renamed(name));
        }
    }
    for finding in answer.findings {
        applied.findings.push(spoken(finding));
    }
}

/// Says a finding of a rule with whom it is about, and with the plugin's own code.
fn spoken(finding: Finding) -> Diagnostic {
    let about: Vec<&str> =
        finding.about.iter().filter_map(|(name, value)| about_word(name, value)).collect();
    let who = if about.is_empty() { String::new() } else { format!("{}: ", about.join(" · ")) };
    let say = |locale| format!("{who}{} [{}]", finding.message.get(locale), finding.code);
    let message = Text::both(say(Locale::Vi), say(Locale::En));
    let diagnostic = match finding.severity {
        Severity::Error => Diagnostic::error("D410", message),
        Severity::Warning | Severity::Note => Diagnostic::warning("D411", message),
    };
    match finding.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What a finding is about, as a teacher reads it; a whole year goes without saying.
fn about_word<'a>(name: &str, value: &'a str) -> Option<&'a str> {
    match (name, value) {
        ("term", "1") => Some("HK I"),
        ("term", "2") => Some("HK II"),
        ("term", _) => None,
        _ => Some(value),
    }
}
