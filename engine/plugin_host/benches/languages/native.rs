//! The rule of the example as a native library, from and to the engine's tables.

#[path = "../../tests/generated/native.rs"]
mod tables;

use bieumau_model::table::Table;
use bieumau_plugin_learning_rust::LearningResults;
use bieumau_plugin_sdk::{Parameters, Plugin as _};

/// Every parameter of the rule, as the engine would give it.
pub fn apply(given: &[Table], parameters: &[(String, String)]) -> Vec<Table> {
    let mut call = tables::call("learning_results", given, false);
    call.parameters = Parameters(parameters.to_vec());
    let answer = LearningResults::apply(&call).expect("an answer");
    tables::tables(&answer)
}
