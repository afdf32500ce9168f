//! Says how the values of a report came about: article, inputs, steps, result.
//!
//! Documents do not ask, and then nothing of this is made; who asks names the values.

use std::collections::{BTreeMap, HashMap};

use bieumau_model::definition::{Node, Report};
use bieumau_model::document::Derivation;
use bieumau_model::scope::Caller;
use bieumau_model::table::{Table, Value};
use bieumau_model::text::Locale;
use bieumau_plugin_host::{Explain, Explanation};
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::parameters::{Parameters, RawParameters, bind};
use crate::problem::{Problem, ProblemKind};
use crate::render::{plain, store_problem};
use crate::site::Site;

/// More explanations than this are not answered at once; who asks names fewer values.
const MOST: usize = 5_000;

/// The column, and the form, that name a pupil.
const PUPIL: &str = "pupil";

/// Which values are asked about; what is left out fits every value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Table, under the name that the report gave it.
    pub table: Option<String>,
    /// Column.
    pub column: Option<String>,
    /// What the row is about, such as `pupil` and `subject`.
    pub about: BTreeMap<String, String>,
}

/// How one value of a report came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Table, under the name that the report gave it.
    pub table: String,
    /// Column.
    pub column: String,
    /// What the row is about, such as `pupil`, `year` and `subject`.
    pub about: IndexMap<String, String>,
    /// The names of those, as far as the caller may see them: the pupil's, the subject's.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub names: IndexMap<String, String>,
    /// Plugin that found the value.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The article that was applied.
    pub rule: String,
    /// What went in.
    pub inputs: IndexMap<String, String>,
    /// The steps, in order.
    pub steps: Vec<String>,
    /// What came out.
    pub result: String,
}

/// The explanations of one rule, with the plugin that gave them.
#[derive(Debug)]
pub(crate) struct OfRule {
    /// Plugin and version.
    pub plugin: (String, String),
    /// Names of the rule's tables, and what the report calls them.
    pub names: IndexMap<String, String>,
    /// Explanations.
    pub all: Vec<Explanation>,
}

impl OfRule {
    /// Returns the explanations for documents, those of tables that the report leaves out excepted.
    pub(crate) fn into_derivations(self) -> impl Iterator<Item = Derivation> {
        let Self { names, all, .. } = self;
        all.into_iter().filter_map(move |Explanation { place, rule, inputs, steps, result }| {
            let table = names.get(place.table.as_deref()?)?.clone();
            let (row, column) = (place.row?, place.column?);
            Some(Derivation { table, row, column, rule, inputs, steps, result })
        })
    }
}

impl Site {
    /// Explains the values of a report that `question` asks about, from what `caller` may see.
    pub fn explanations(
        &self,
        caller: &Caller,
        report: &str,
        parameters: &RawParameters,
        question: &Question,
    ) -> Result<Vec<Explained>, Problem> {
        let report = self.report(report)?;
        // A plugin's report answers only within what was granted to the plugin.
        self.owner_of(report)?;
        let parameters = bind(report, parameters, self.catalog())?;
        let (queried, applied) = self.applied(caller, report, &parameters, Explain::Yes)?;
        let tables: Vec<&Table> = queried.tables.iter().chain(&applied.tables).collect();
        let mut explained = Vec::new();
        for rule in &applied.explanations {
            for explanation in &rule.all {
                let Some(one) = explain(report, rule, explanation, &tables) else { continue };
                if question.fits(&one) {
                    explained.push(one);
                }
                if explained.len() > MOST {
                    return Err(too_many());
                }
            }
        }
        self.put_names(caller, &parameters, &mut explained)?;
        Ok(explained)
    }

    /// Adds the names of what the values are about: of pupils that `caller` may see, and of codes whose
    /// list is called like the column.
    fn put_names(
        &self,
        caller: &Caller,
        parameters: &Parameters,
        explained: &mut [Explained],
    ) -> Result<(), Problem> {
        let mut pupils = HashMap::new();
        if explained.iter().any(|one| one.about.contains_key(PUPIL)) {
            let narrowed = ["school", "year", "class"].into_iter();
            let filters: Vec<(&str, Value)> =
                narrowed.filter_map(|name| Some((name, parameters.get(name)?.clone()))).collect();
            let found = self.reader(caller)?.choices(PUPIL, &filters).map_err(store_problem)?;
            pupils.extend(found.into_iter().map(|choice| (choice.key, choice.label)));
        }
        let lists = &self.catalog().code_lists;
        for one in explained {
            for (column, value) in &one.about {
                let name = if column == PUPIL {
                    pupils.get(value).cloned()
                } else {
                    let code = lists.get(column).and_then(|list| list.any(value));
                    code.map(|code| code.name.get(Locale::Vi).to_owned())
                };
                one.names.extend(name.map(|name| (column.clone(), name)));
            }
        }
        Ok(())
    }

    /// Explains, and notes in the audit that personal data were read.
    pub fn explanations_noted(
        &self,
        caller: &Caller,
        report: &str,
        parameters: &RawParameters,
        question: &Question,
        now: Timestamp,
    ) -> Result<Vec<Explained>, Problem> {
        let explained = self.explanations(caller, report, parameters, question)?;
        let report = self.report(report)?;
        let forms = self.personal_forms(report);
        if !forms.is_empty() {
            let details = json!({"report": report.id, "version": report.version,
                "parameters": parameters, "format": "explanations", "forms": forms});
            self.note(caller, "document_read", 1, &details, now)?;
        }
        Ok(explained)
    }
}

impl Question {
    fn fits(&self, one: &Explained) -> bool {
        self.table.as_ref().is_none_or(|table| *table == one.table)
            && self.column.as_ref().is_none_or(|column| *column == one.column)
            && self
                .about
                .iter()
                .all(|(name, value)| one.about.get(name).is_none_or(|own| own == value))
    }
}

fn too_many() -> Problem {
    Problem::new(
        ProblemKind::Limit,
        "J363",
        format!("Có hơn {MOST} lời giải thích"),
        format!("there are more than {MOST} explanations"),
    )
    .help("Chọn một học sinh, một môn hoặc một cột", "name a pupil, a subject or a column")
}

/// Ties an explanation to the row of the report's table; nothing when the report leaves it out.
fn explain(
    report: &Report,
    rule: &OfRule,
    explanation: &Explanation,
    tables: &[&Table],
) -> Option<Explained> {
    let table = rule.names.get(explanation.place.table.as_deref()?)?;
    let found = tables.iter().find(|own| own.name() == table)?;
    let (row, column) = (explanation.place.row?, explanation.place.column.clone()?);
    let about = keys(report, table, found)
        .into_iter()
        .filter_map(|name| {
            let value = plain(&found.value(row, &name)?)?;
            Some((name, value))
        })
        .collect();
    Some(Explained {
        table: table.clone(),
        column,
        about,
        names: IndexMap::new(),
        plugin: rule.plugin.0.clone(),
        version: rule.plugin.1.clone(),
        rule: explanation.rule.clone(),
        inputs: explanation.inputs.iter().cloned().collect(),
        steps: explanation.steps.clone(),
        result: explanation.result.clone(),
    })
}

/// Returns the columns by which the document ties the rows of a table; else its first column.
fn keys(report: &Report, table: &str, found: &Table) -> Vec<String> {
    let tied = report.document.values().find_map(|node| on_of(node, table));
    let first = || found.columns().iter().take(1).map(|column| column.name.clone()).collect();
    tied.filter(|keys| !keys.is_empty()).unwrap_or_else(first)
}

fn on_of(node: &Node, table: &str) -> Option<Vec<String>> {
    if node.from == table && !node.on.is_empty() {
        return Some(node.on.clone());
    }
    node.children.values().find_map(|child| on_of(child, table))
}
