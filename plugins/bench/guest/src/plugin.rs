//! The trait of a plugin; Extism has exports of its own.

use crate::answer::{Answer, Failure};
use crate::call::Call;

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Id.
    pub id: &'static str,
    /// Computes the answer.
    pub apply: fn(&Call) -> Result<Answer, Failure>,
}

/// A plugin: its one rule.
pub trait Plugin {
    /// The rules.
    const RULES: &'static [Rule];

    /// Applies the rule.
    fn apply(call: &Call) -> Result<Answer, Failure> {
        (Self::RULES[0].apply)(call)
    }
}

/// Makes nothing here.
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ident) => {};
}
