//! The trait of a plugin, and the macro that makes a component of it.

use crate::answer::{Answer, Failure};
use crate::call::Call;

/// A rule: its id in the manifest, and the function that computes it.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Id.
    pub id: &'static str,
    /// Computes the answer; pure.
    pub apply: fn(&Call) -> Result<Answer, Failure>,
}

/// A plugin: the rules of its manifest.
pub trait Plugin {
    /// The rules.
    const RULES: &'static [Rule];

    /// Applies the rule that the call names.
    fn apply(call: &Call) -> Result<Answer, Failure> {
        let rule = Self::RULES.iter().find(|rule| rule.id == call.rule).ok_or_else(|| {
            Failure::new(
                "unknown_rule",
                format!("không có quy tắc `{}`", call.rule),
                format!("there is no rule `{}`", call.rule),
            )
        })?;
        (rule.apply)(call)
    }
}

/// Makes the component's exports of a [`Plugin`]; a native build gets nothing.
///
/// ```
/// use bieumau_plugin_sdk::{Answer, Plugin, Rule, export_plugin};
///
/// struct Empty;
///
/// impl Plugin for Empty {
///     const RULES: &'static [Rule] = &[Rule { id: "nothing", apply: |_| Ok(Answer::default()) }];
/// }
///
/// export_plugin!(Empty);
/// ```
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        mod component {
            type Component = $crate::export::Component<super::$plugin>;
            $crate::export::bindings::export_bindings!(Component with_types_in $crate::export::bindings);
        }
    };
}
