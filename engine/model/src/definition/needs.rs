//! What a plugin needs to see, and what it was granted: columns, parameters, forms.
//!
//! It is the same for both, so that one can be held against the other.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::definition::Manifest;

/// One thing that a plugin may be given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A column of a table that a rule takes; written `pupils.pupil`.
    Column {
        /// Table, as rules name it.
        table: String,
        /// Column.
        column: String,
    },
    /// A parameter of a rule, when it is not the manifest's own value; written `parameter:id`.
    Parameter(String),
    /// A form that a report of the plugin reads; written `form:id`.
    Form(String),
}

/// Needs of a plugin, or what was granted to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs(BTreeSet<Need>);

/// A text is no need.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of `table.column`, `parameter:id` and `form:id`")]
pub struct UnknownNeed(String);

impl Needs {
    /// Returns what the rules of `manifest` take: that much is told by it already.
    pub fn of_rules(manifest: &Manifest) -> Self {
        let mut needs = BTreeSet::new();
        for rule in &manifest.rules {
            for table in &rule.takes {
                needs.extend(table.columns.iter().map(|column| Need::Column {
                    table: table.name.clone(),
                    column: column.name.clone(),
                }));
            }
            needs.extend(rule.parameters.keys().cloned().map(Need::Parameter));
        }
        Self(needs)
    }

    /// Adds a need.
    pub fn insert(&mut self, need: Need) {
        self.0.insert(need);
    }

    /// Takes a need away; returns whether it was there.
    pub fn remove(&mut self, need: &Need) -> bool {
        self.0.remove(need)
    }

    /// Returns whether `need` is among them.
    pub fn contains(&self, need: &Need) -> bool {
        self.0.contains(need)
    }

    /// Returns whether the column of a table is among them.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        self.contains(&Need::Column { table: table.to_owned(), column: column.to_owned() })
    }

    /// Returns whether a parameter is among them.
    pub fn has_parameter(&self, id: &str) -> bool {
        self.contains(&Need::Parameter(id.to_owned()))
    }

    /// Returns those that `granted` lacks.
    pub fn beyond(&self, granted: &Self) -> Self {
        Self(self.0.difference(&granted.0).cloned().collect())
    }

    /// Returns those that are in both.
    pub fn within(&self, granted: &Self) -> Self {
        Self(self.0.intersection(&granted.0).cloned().collect())
    }

    /// Returns those of both.
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Walks over them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Need> {
        self.0.iter()
    }

    /// Writes them as texts.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl FromIterator<Need> for Needs {
    fn from_iter<I: IntoIterator<Item = Need>>(needs: I) -> Self {
        Self(needs.into_iter().collect())
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column { table, column } => write!(f, "{table}.{column}"),
            Self::Parameter(id) => write!(f, "parameter:{id}"),
            Self::Form(id) => write!(f, "form:{id}"),
        }
    }
}

impl FromStr for Need {
    type Err = UnknownNeed;

    fn from_str(text: &str) -> Result<Self, UnknownNeed> {
        if let Some(id) = text.strip_prefix("parameter:") {
            return Ok(Self::Parameter(id.to_owned()));
        }
        if let Some(id) = text.strip_prefix("form:") {
            return Ok(Self::Form(id.to_owned()));
        }
        match text.split_once('.') {
            Some((table, column)) if !table.is_empty() && !column.is_empty() => {
                Ok(Self::Column { table: table.to_owned(), column: column.to_owned() })
            }
            _ => Err(UnknownNeed(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_read_as_it_is_written() {
        for text in ["pupils.full_name", "parameter:absence_limit", "form:pupil"] {
            assert_eq!(text.parse::<Need>().map(|need| need.to_string()), Ok(text.to_owned()));
        }
        let error = "pupils".parse::<Need>().expect_err("no column");
        assert_eq!(
            error.to_string(),
            "`pupils` is none of `table.column`, `parameter:id` and `form:id`"
        );
    }

    #[test]
    fn what_a_grant_lacks_is_told() {
        let needs = |texts: &[&str]| -> Needs {
            texts.iter().map(|text| text.parse().expect("a need")).collect()
        };
        let wanted = needs(&["pupils.pupil", "pupils.full_name", "form:pupil"]);
        let granted = needs(&["pupils.pupil", "form:pupil", "form:staff"]);
        assert_eq!(wanted.beyond(&granted).texts(), ["pupils.full_name"]);
        assert_eq!(wanted.within(&granted).texts(), ["pupils.pupil", "form:pupil"]);
    }
}
