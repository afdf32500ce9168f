//! The wasm side: bindings of the contract, and the moves between their types and ours.
//!
//! Texts and columns are moved, never copied.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use bindings::exports::bieumau::plugin::rules as wire;

use crate::answer::{Answer, Explanation, Failure, Finding, Place, Sentence, Severity};
use crate::call::{Call, Parameters};
use crate::plugin::Plugin;
use crate::table::{Cells, Column, Table};

/// Made from `plugins/wit`.
#[expect(missing_docs, reason = "documented in the contract")]
#[expect(unsafe_code, reason = "reads and writes the component's memory by the canonical ABI")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "export_bindings",
        default_bindings_module: "bieumau_plugin_sdk::export::bindings",
    });
}

#[global_allocator]
static ALLOCATOR: crate::allocator::Bump = crate::allocator::Bump::new();

/// The version of this kit, in a section of the component: for whoever looks for a fault. It decides
/// nothing; types do.
#[expect(unsafe_code, reason = "a section of data has no other way into a module")]
#[used]
#[unsafe(link_section = "bieumau-sdk")]
static KIT: [u8; VERSION.len()] = {
    let (mut bytes, mut at) = ([0; VERSION.len()], 0);
    while at < bytes.len() {
        bytes[at] = VERSION.as_bytes()[at];
        at += 1;
    }
    bytes
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the host calls: a plugin behind the contract.
pub struct Component<P>(PhantomData<P>);

impl<P: Plugin> wire::Guest for Component<P> {
    fn apply(call: wire::Call) -> Result<wire::Answer, wire::Failure> {
        // The instance is gone after the call: giving its tables back is work for nobody.
        let call = ManuallyDrop::new(call.into());
        P::apply(&call).map(Into::into).map_err(Into::into)
    }
}

impl From<wire::Call> for Call {
    fn from(call: wire::Call) -> Self {
        Self {
            rule: call.rule,
            parameters: Parameters(
                call.parameters.into_iter().map(|named| (named.name, named.value)).collect(),
            ),
            tables: call.tables.into_iter().map(Into::into).collect(),
            explain: call.explain,
        }
    }
}

impl From<wire::Table> for Table {
    fn from(table: wire::Table) -> Self {
        Self {
            name: table.name,
            rows: table.rows as usize,
            columns: table.columns.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<wire::Column> for Column {
    fn from(column: wire::Column) -> Self {
        let cells = match column.cells {
            wire::Cells::Text(text) => Cells::Text { utf8: text.utf8, ends: text.ends },
            wire::Cells::Integer(cells) => Cells::Integer(cells),
            wire::Cells::Decimal(cells) => {
                Cells::Decimal { scale: cells.scale, units: cells.units }
            }
            wire::Cells::Date(cells) => Cells::Date(cells),
            wire::Cells::Boolean(cells) => Cells::Boolean(cells),
        };
        Self { name: column.name, present: column.present, cells }
    }
}

impl From<Answer> for wire::Answer {
    fn from(answer: Answer) -> Self {
        Self {
            tables: answer.tables.into_iter().map(Into::into).collect(),
            findings: answer.findings.into_iter().map(Into::into).collect(),
            explanations: answer.explanations.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Table> for wire::Table {
    fn from(table: Table) -> Self {
        Self {
            name: table.name,
            rows: u32::try_from(table.rows).unwrap_or(u32::MAX),
            columns: table.columns.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Column> for wire::Column {
    fn from(column: Column) -> Self {
        let cells = match column.cells {
            Cells::Text { utf8, ends } => wire::Cells::Text(wire::TextCells { utf8, ends }),
            Cells::Integer(cells) => wire::Cells::Integer(cells),
            Cells::Decimal { scale, units } => {
                wire::Cells::Decimal(wire::DecimalCells { scale, units })
            }
            Cells::Date(cells) => wire::Cells::Date(cells),
            Cells::Boolean(cells) => wire::Cells::Boolean(cells),
        };
        Self { name: column.name, present: column.present, cells }
    }
}

impl From<Finding> for wire::Finding {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code,
            severity: match finding.severity {
                Severity::Note => wire::Severity::Note,
                Severity::Warning => wire::Severity::Warning,
                Severity::Error => wire::Severity::Error,
            },
            message: finding.message.into(),
            help: finding.help.map(Into::into),
            place: finding.place.into(),
            about: named(finding.about),
        }
    }
}

impl From<Explanation> for wire::Explanation {
    fn from(explanation: Explanation) -> Self {
        Self {
            place: explanation.place.into(),
            rule: explanation.rule,
            inputs: named(explanation.inputs),
            steps: explanation.steps,
            result: explanation.result,
        }
    }
}

impl From<Failure> for wire::Failure {
    fn from(failure: Failure) -> Self {
        let message = (*failure.message).into();
        Self { code: failure.code, message, place: failure.place.into() }
    }
}

impl From<Sentence> for wire::Sentence {
    fn from(sentence: Sentence) -> Self {
        Self { vi: sentence.vi, en: sentence.en }
    }
}

impl From<Place> for wire::Place {
    fn from(place: Place) -> Self {
        Self { table: place.table, row: place.row, column: place.column }
    }
}

fn named(pairs: Vec<(String, String)>) -> Vec<wire::NamedText> {
    pairs.into_iter().map(|(name, value)| wire::NamedText { name, value }).collect()
}
