//! Why a job could not be done, as a person reads it.
//!
//! Doors turn a [`Problem`] into a status code or an exit code; the sentence is made here, once.

use std::fmt;

use bieumau_model::diagnostic::{Diagnostic, Diagnostics};
use bieumau_model::text::{Locale, Text};
use bieumau_plugin_host::PluginError;

/// What sort of problem it is; doors choose status and exit code by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no such report, plugin or record.
    NotFound,
    /// It is not known who asks.
    Unsigned,
    /// Whoever asks may not do this.
    Forbidden,
    /// It was tried too often; later it may be tried again.
    TooSoon,
    /// What was given is not right; the person who asked can mend it.
    BadInput,
    /// What was asked does not go with how things stand: somebody was faster, or a step is missing.
    Conflict,
    /// A definition, template or data of the site is not right; its author can mend it.
    Definition,
    /// A plugin failed or was stopped at a limit.
    Plugin,
    /// A limit on time, memory, pages or rows was reached.
    Limit,
    /// The machine failed.
    Machine,
}

/// One problem.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The sort.
    pub kind: ProblemKind,
    /// Stable code, such as `J001`.
    pub code: &'static str,
    /// What happened, as one sentence.
    pub title: Text,
    /// What to do about it.
    pub help: Option<Text>,
    /// JSON pointer into the request, when one value of it is to blame.
    pub pointer: Option<String>,
    /// The findings behind it.
    pub findings: Diagnostics,
}

impl Problem {
    /// Makes a problem with sentences in both languages.
    pub fn new(
        kind: ProblemKind,
        code: &'static str,
        vi: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            code,
            title: Text::both(vi, en),
            help: None,
            pointer: None,
            findings: Diagnostics::default(),
        }
    }

    /// Makes a problem out of one finding.
    pub fn from_diagnostic(kind: ProblemKind, diagnostic: Diagnostic) -> Self {
        Self {
            kind,
            code: diagnostic.code,
            title: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            pointer: None,
            findings: diagnostic.into(),
        }
    }

    /// Adds what to do about it.
    pub fn help(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.help = Some(Text::both(vi, en));
        self
    }

    /// Adds which value of the request is to blame.
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Adds the findings behind it.
    pub fn with(mut self, findings: Diagnostics) -> Self {
        self.findings = findings;
        self
    }
}

impl From<PluginError> for Problem {
    fn from(error: PluginError) -> Self {
        Self::from_diagnostic(ProblemKind::Plugin, error.diagnostic())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.title.get(Locale::Vi))?;
        if let Some(help) = &self.help {
            write!(f, " ({})", help.get(Locale::Vi))?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
