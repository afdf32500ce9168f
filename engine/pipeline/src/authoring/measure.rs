//! Measures what the calls of a rule use, against what they may.

use bieumau_model::cases::{CaseFile, Expected};
use bieumau_plugin_host::{Plugin, Usage};

use super::generate::{Call, key};
use crate::problem::{Problem, ProblemKind};

/// What calls of a rule use.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Rule.
    pub rule: String,
    /// An empty call, and a large one.
    pub calls: Vec<Measured>,
}

/// What one call used and might have used.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Rows of all its tables.
    pub rows: usize,
    /// The best of some runs.
    pub usage: Usage,
    /// Steps that it might have used.
    pub fuel_limit: u64,
    /// Bytes of memory that it might have used.
    pub memory_limit: usize,
    /// Time that it might have taken.
    pub time_limit: std::time::Duration,
}

/// Rows of the large call: about a class of 45 with 13 subjects in two terms.
const ROWS: usize = 1_170;

const RUNS: usize = 21;

/// Measures each rule that has a case with an answer.
pub(super) fn measure(
    plugin: &Plugin,
    files: &[(String, CaseFile)],
) -> Result<Vec<Measure>, Problem> {
    let mut measures = Vec::new();
    for rule in &plugin.manifest().rules {
        let cases = files.iter().filter(|(_, file)| file.rule == rule.id);
        let cases = cases.flat_map(|(_, file)| &file.cases);
        let largest = cases
            .filter(|case| matches!(case.expected, Expected::Answer { .. }))
            .map(|case| Call { parameters: case.parameters.clone(), tables: case.given.clone() })
            .max_by_key(Call::rows);
        let Some(call) = largest else { continue };
        let whole = match key(rule) {
            Some(key) => call.copies(key, (ROWS / call.rows().max(1)).max(1)),
            None => call.clone(),
        };
        let calls = [call.empty(), whole];
        let calls =
            calls.iter().map(|call| run(plugin, &rule.id, call)).collect::<Result<_, _>>()?;
        measures.push(Measure { rule: rule.id.clone(), calls });
    }
    if measures.is_empty() {
        return Err(Problem::new(
            ProblemKind::Definition,
            "J303",
            format!("Plugin `{}` không có ca kiểm thử nào để đo", plugin.manifest().id),
            format!("the plugin `{}` has no case to measure", plugin.manifest().id),
        )
        .help("Thêm một tệp vào `cases/`", "add a file to `cases/`"));
    }
    Ok(measures)
}

fn run(plugin: &Plugin, rule: &str, call: &Call) -> Result<Measured, Problem> {
    let mut best: Option<Usage> = None;
    for _ in 0..RUNS {
        let (answer, usage) = plugin.measure(rule, &call.parameters, &call.tables);
        answer?;
        best = Some(best.filter(|best| best.time <= usage.time).unwrap_or(usage));
    }
    let limits = plugin.limits(rule).cloned().unwrap_or_default();
    Ok(Measured {
        rows: call.rows(),
        usage: best.unwrap_or_default(),
        fuel_limit: limits.fuel_for(call.rows()),
        memory_limit: limits.memory_bytes,
        time_limit: limits.time,
    })
}
