//! Who asks, and which records they may see and change.
//!
//! A scope is a union of reaches: a row is seen when one of them reaches it. Lists inside a reach
//! narrow together; whoever has the class 6A1 and the subject Toán in 7A2 has two reaches, since
//! the product of the lists would give them Toán in 6A1 only, or all subjects of 7A2.

use jiff::civil::Date;

use crate::access::{Action, Actions, Area, Areas, Basis};

/// What a caller may see and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// A row is seen when one of these reaches it.
    pub reaches: Vec<Reach>,
}

/// One part of a scope. Every list narrows; `None` means no limit of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Schools.
    pub schools: Option<Vec<String>>,
    /// Classes, as (school, school year, class).
    pub classes: Option<Vec<(String, i64, String)>>,
    /// Subjects; narrows only records that have a subject.
    pub subjects: Option<Vec<String>>,
    /// Which kinds of records are seen.
    pub reads: Areas,
    /// Which of them are changed too.
    pub writes: Areas,
    /// What else may be done there.
    pub may: Actions,
    /// Whether earlier years of the pupils are seen as well.
    pub history: History,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it comes from.
    pub basis: Option<Basis>,
}

/// Whether a reach with classes shows the years that its pupils spent in other classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Never.
    Hidden,
    /// In documents about pupils, such as transcripts; see [`Scope::of_pupils`].
    InDocuments,
    /// Yes; only for reading.
    Seen,
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
        /// What they may see and change.
        scope: Scope,
    },
}

impl Scope {
    /// Everything.
    pub fn everything() -> Self {
        Reach::everything().into()
    }

    /// Nothing but what everybody sees.
    pub fn nothing() -> Self {
        Self { reaches: Vec::new() }
    }

    /// Returns the scope that a document about pupils is made from: whoever prints the transcript
    /// of a pupil of their class sees the pupil's earlier years in it.
    pub fn of_pupils(&self) -> Self {
        let mut scope = self.clone();
        for reach in &mut scope.reaches {
            if reach.history == History::InDocuments {
                reach.history = History::Seen;
            }
        }
        scope
    }

    /// Returns what is left of the scope under `limits`, as a token carries them.
    pub fn narrowed(&self, limits: &Limits) -> Self {
        let reaches = self.reaches.iter().map(|reach| limits.on(reach));
        Self { reaches: reaches.collect() }
    }
}

impl From<Reach> for Scope {
    fn from(reach: Reach) -> Self {
        Self { reaches: vec![reach] }
    }
}

impl Reach {
    /// Everything; a base for narrower ones.
    pub fn everything() -> Self {
        Self {
            schools: None,
            classes: None,
            subjects: None,
            reads: Areas::all(),
            writes: Areas::all(),
            may: Actions::all(),
            history: History::Hidden,
            until: None,
            basis: None,
        }
    }

    /// Returns whether no row is outside.
    pub fn is_everywhere(&self) -> bool {
        self.schools.is_none() && self.classes.is_none() && self.subjects.is_none()
    }

    /// Returns the schools; whoever has only some classes has only the schools of these.
    pub fn in_schools(&self) -> Option<Vec<&str>> {
        let of_classes = self
            .classes
            .as_ref()
            .map(|list| list.iter().map(|(school, ..)| school.as_str()).collect::<Vec<_>>());
        let mut schools: Vec<&str> = match (&self.schools, of_classes) {
            (None, None) => return None,
            (Some(named), None) => named.iter().map(String::as_str).collect(),
            (None, Some(of_classes)) => of_classes,
            (Some(named), Some(of_classes)) => {
                let named = named.iter().map(String::as_str);
                named.filter(|school| of_classes.contains(school)).collect()
            }
        };
        schools.sort_unstable();
        schools.dedup();
        Some(schools)
    }
}

/// What a token takes away from the scope of its owner; every list narrows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Schools.
    pub schools: Option<Vec<String>>,
    /// Kinds of records.
    pub areas: Option<Areas>,
}

impl Limits {
    fn on(&self, reach: &Reach) -> Reach {
        let mut narrow = reach.clone();
        if let Some(areas) = self.areas {
            narrow.reads = narrow.reads.and(areas);
            narrow.writes = narrow.writes.and(areas);
        }
        // Whoever finds a token must not become somebody else with it.
        narrow.may = narrow.may.and(Actions::all().without(Action::ManageAccounts));
        if self.read_only {
            narrow.writes = Areas::none();
            narrow.may = narrow.may.and(Actions::of(&[Action::Export, Action::ReadAudit]));
        }
        if let Some(wanted) = &self.schools {
            let own = |school: &String| {
                narrow.schools.as_ref().is_none_or(|schools| schools.contains(school))
            };
            narrow.schools = Some(wanted.iter().filter(|school| own(school)).cloned().collect());
            // What belongs to no school is beyond a token that names schools.
            narrow.writes = narrow.writes.without(Area::Site);
        }
        narrow
    }
}

impl Caller {
    /// Returns the scope; the operator's has no limit.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Operator => Scope::everything(),
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
