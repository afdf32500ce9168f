//! Who asks, and which records they may see.

/// The rows that a caller may see. Every list narrows; `None` means no limit of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Schools.
    pub schools: Option<Vec<String>>,
    /// Classes, as (school, school year, class).
    pub classes: Option<Vec<(String, i64, String)>>,
    /// Subjects; narrows only records that have a subject.
    pub subjects: Option<Vec<String>>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The operator of the machine: everything.
    Operator,
    /// A named user with a scope.
    User {
        /// User name, for the audit.
        name: String,
        /// What they may see.
        scope: Scope,
    },
}

impl Caller {
    /// Returns the scope; the operator's has no limit.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Operator => Scope::default(),
            Self::User { scope, .. } => scope.clone(),
        }
    }

    /// Returns the name that the audit keeps.
    pub fn name(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::User { name, .. } => name,
        }
    }
}
