//! What a rule gives back, checked against the manifest.

use bieumau_model::definition::Label;
use bieumau_model::diagnostic::Severity;
use bieumau_model::table::Table;
use bieumau_model::text::Text;
use serde::Serialize;

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Tables in the order of the manifest, with its columns in its order.
    pub tables: Vec<Table>,
    /// Remarks about the data of the call.
    pub findings: Vec<Finding>,
    /// Derivations, when they were asked for.
    pub explanations: Vec<Explanation>,
}

impl Answer {
    /// Returns the table `name`.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name() == name)
    }

    /// Says `labels` in place of the rule's own words.
    pub(crate) fn say(&mut self, labels: &[Label]) {
        for label in labels {
            let table = self.tables.iter_mut().find(|table| table.name() == label.table);
            if let Some(table) = table {
                table.reword(&label.column, &label.from, &label.to);
            }
        }
    }
}

/// Whether a rule explains its values; explanations cost time and are rarely looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Explain {
    /// It does not.
    #[default]
    No,
    /// Every computed value comes with its derivation.
    Yes,
}

/// A place in a table of the call (findings) or of the answer (explanations).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// Table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Row, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// Column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// A remark of a rule about the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code of the plugin, such as `V22-02`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: Text,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// Where it is, in the tables of the call.
    #[serde(flatten)]
    pub place: Place,
    /// Facts that tell the matter without the tables, such as `pupil` and `subject`.
    #[serde(flatten, serialize_with = "as_object")]
    pub about: Vec<(String, String)>,
}

/// How one value of the answer came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Which value, in the tables of the answer.
    #[serde(flatten)]
    pub place: Place,
    /// The article that was applied.
    pub rule: String,
    /// What went in.
    #[serde(serialize_with = "as_object")]
    pub inputs: Vec<(String, String)>,
    /// The steps, in order.
    pub steps: Vec<String>,
    /// What came out.
    pub result: String,
}

fn as_object<S: serde::Serializer>(
    pairs: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}
