//! The contract's types as this side of it sees them: what is sent, and what comes back unchecked.
//!
//! They mirror `plugins/wit`. Making them from tables is the job of
//! [`crate::encode`], trusting them that of [`crate::decode`].

use std::sync::Arc;

use wasmtime::component::{ComponentType, Lift, Lower};

/// How the name of everything in the contract begins.
pub const PACKAGE: &str = "bieumau:plugin/";

/// The interface that a plugin exports.
pub const INTERFACE: &str = "bieumau:plugin/rules@1.0.0";

/// Its one function.
pub const FUNCTION: &str = "apply";

/// The interface of the runner that takes a text of JavaScript.
pub const SCRIPT: &str = "bieumau:plugin/script@1.0.0";

/// Its one function.
pub const LOAD: &str = "load";

/// The code of a failure by which the runner says that the text is at fault, not the data.
pub const SCRIPT_ERROR: &str = "script_error";

/// `S` is a text that is sent many times, or one that came back.
#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(record)]
pub struct NamedText<S> {
    pub name: S,
    pub value: S,
}

#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(record)]
pub struct TextCells {
    pub utf8: String,
    pub ends: Vec<u32>,
}

#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(record)]
pub struct DecimalCells {
    pub scale: u8,
    pub units: Vec<i64>,
}

#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(variant)]
pub enum Cells {
    #[component(name = "text")]
    Text(TextCells),
    #[component(name = "integer")]
    Integer(Vec<i64>),
    #[component(name = "decimal")]
    Decimal(DecimalCells),
    #[component(name = "date")]
    Date(Vec<i32>),
    #[component(name = "boolean")]
    Boolean(Vec<u8>),
}

#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(record)]
pub struct Column<S> {
    pub name: S,
    pub present: Vec<u8>,
    pub cells: Cells,
}

#[derive(Debug, Clone, ComponentType, Lower, Lift)]
#[component(record)]
pub struct Table<S> {
    pub name: S,
    pub rows: u32,
    pub columns: Vec<Column<S>>,
}

#[derive(Debug, Clone, ComponentType, Lower)]
#[component(record)]
pub struct Call {
    pub rule: String,
    pub parameters: Vec<NamedText<Arc<str>>>,
    pub tables: Vec<Table<Arc<str>>>,
    pub explain: bool,
}

#[derive(Debug, Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "its values come from the plugin")]
pub enum Severity {
    #[component(name = "note")]
    Note,
    #[component(name = "warning")]
    Warning,
    #[component(name = "error")]
    Error,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Sentence {
    pub vi: String,
    pub en: String,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Place {
    pub table: Option<String>,
    pub row: Option<u32>,
    pub column: Option<String>,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    pub message: Sentence,
    pub help: Option<Sentence>,
    pub place: Place,
    pub about: Vec<NamedText<String>>,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Explanation {
    pub place: Place,
    pub rule: String,
    pub inputs: Vec<NamedText<String>>,
    pub steps: Vec<String>,
    pub result: String,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Answer {
    pub tables: Vec<Table<String>>,
    pub findings: Vec<Finding>,
    pub explanations: Vec<Explanation>,
}

#[derive(Debug, Clone, ComponentType, Lift)]
#[component(record)]
pub struct Failure {
    pub code: String,
    pub message: Sentence,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum Kind {
    #[component(name = "text")]
    Text,
    #[component(name = "integer")]
    Integer,
    #[component(name = "decimal")]
    Decimal,
    #[component(name = "date")]
    Date,
    #[component(name = "boolean")]
    Boolean,
}

#[derive(Debug, Clone, ComponentType, Lower)]
#[component(record)]
pub struct DeclaredColumn {
    pub name: String,
    pub kind: Kind,
    pub scale: u8,
    pub optional: bool,
}

#[derive(Debug, Clone, ComponentType, Lower)]
#[component(record)]
pub struct DeclaredTable {
    pub name: String,
    pub optional: bool,
    pub columns: Vec<DeclaredColumn>,
}

#[derive(Debug, Clone, ComponentType, Lower)]
#[component(record)]
pub struct DeclaredRule {
    pub id: String,
    pub gives: Vec<DeclaredTable>,
}
