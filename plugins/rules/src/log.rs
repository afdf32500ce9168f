//! The sink that rules write findings and, when asked, explanations into.

use crate::explanation::Explanation;
use crate::finding::Finding;

/// Collects findings always and explanations only when tracing is on.
///
/// With tracing off, no explanation is built: the closures are not called.
#[derive(Debug, Default)]
pub struct Log {
    findings: Vec<Finding>,
    explanations: Option<Vec<Explanation>>,
    pupil: Option<usize>,
}

impl Log {
    /// Makes a log without explanations.
    pub const fn new() -> Self {
        Log { findings: Vec::new(), explanations: None, pupil: None }
    }

    /// Makes a log with explanations.
    pub const fn tracing() -> Self {
        Log { findings: Vec::new(), explanations: Some(Vec::new()), pupil: None }
    }

    /// Says which pupil of the class the next remarks are about.
    pub fn about_pupil(&mut self, pupil: Option<usize>) {
        self.pupil = pupil;
    }

    /// Adds a finding, and the pupil it is about.
    pub fn find(&mut self, mut finding: Finding) {
        finding.place.pupil = finding.place.pupil.or(self.pupil);
        self.findings.push(finding);
    }

    /// Adds an explanation when tracing is on; otherwise does nothing.
    #[inline]
    pub fn explain(&mut self, explanation: impl FnOnce() -> Explanation) {
        if let Some(explanations) = &mut self.explanations {
            let mut explanation = explanation();
            explanation.place.pupil = explanation.place.pupil.or(self.pupil);
            explanations.push(explanation);
        }
    }

    /// Returns what was found so far.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns what was explained so far; empty when tracing is off.
    pub fn explanations(&self) -> &[Explanation] {
        self.explanations.as_deref().unwrap_or_default()
    }

    /// Gives up the findings and the explanations.
    pub fn into_parts(self) -> (Vec<Finding>, Vec<Explanation>) {
        (self.findings, self.explanations.unwrap_or_default())
    }
}
