//! The parameters of the call as parameters of Thông tư 22/2021.

use bieumau_plugin_sdk::{Call, Failure};
use bieumau_rules::roll_out::Circular;
use bieumau_rules::tt22::{
    AdjacentLevel, BothFailed, OptionalSubjects, Parameters, ReassessmentResult, ReassessmentScope,
    SingleSubject, Summer, TermState, WhichSubject, YearFrom,
};

use bieumau_rules::tt58;

use crate::totals::rounding;

/// Everything that the call may set.
pub struct Settings {
    /// The parameters of Thông tư 22.
    pub rules: Parameters,
    /// Those of Thông tư 58, alone and with Thông tư 26.
    archive: [tt58::Parameters; 2],
    /// Whether the books of the terms are closed, so that a missing mark is an error.
    pub terms: [TermState; 2],
    /// Whether results of summer may still come.
    pub summer: Summer,
}

impl Settings {
    /// Reads the parameters; what is not given has the default of the circular.
    pub fn read(call: &Call) -> Result<Self, Failure> {
        let given = &call.parameters;
        let mut rules = Parameters { rounding: rounding(call)?, ..Parameters::default() };
        rules.single_subject = given.choice(
            "learning_adjustment",
            rules.single_subject,
            &[("A", SingleSubject::Remove), ("B", SingleSubject::Repair)],
        )?;
        rules.which_subject = if given.flag("single_subject_may_be_comment", true)? {
            WhichSubject::Any
        } else {
            WhichSubject::ScoredOnly
        };
        rules.adjacent = given.choice(
            "adjacent_level",
            rules.adjacent,
            &[
                ("above_computed", AdjacentLevel::AboveComputed),
                ("below_target", AdjacentLevel::BelowTarget),
            ],
        )?;
        rules.year_from = given.choice(
            "year_average_from",
            rules.year_from,
            &[("rounded", YearFrom::Rounded), ("exact", YearFrom::Exact)],
        )?;
        rules.reassessment_result = given.choice(
            "retest_policy",
            rules.reassessment_result,
            &[("replace", ReassessmentResult::Replaces), ("best", ReassessmentResult::Better)],
        )?;
        if given.flag("retest_all_subjects", false)? {
            rules.reassessment_scope = ReassessmentScope::AllOf;
        }
        if given.flag("both_failed_may_recover", false)? {
            rules.both_failed = BothFailed::MayMendBoth;
        }
        if given.flag("optional_subjects_count", false)? {
            rules.optional = OptionalSubjects::Counted;
        }
        let limit = given.integer("absence_limit", i64::from(rules.absence_limit))?;
        rules.absence_limit = u16::try_from(limit).map_err(|_| {
            Failure::new(
                "wrong_parameter",
                format!("tham số `absence_limit` không thể là {limit}"),
                format!("parameter `absence_limit` cannot be {limit}"),
            )
        })?;
        let archive = [tt58::Parameters::tt58(), tt58::Parameters::tt58_tt26()].map(|archive| {
            tt58::Parameters {
                rounding: rules.rounding,
                absence_limit: rules.absence_limit,
                retest_result: rules.reassessment_result,
                single_subject: match rules.single_subject {
                    SingleSubject::Repair => tt58::SingleSubject::Repair,
                    SingleSubject::Remove => tt58::SingleSubject::Remove,
                },
                ..archive
            }
        });
        let states = [("closed", TermState::Closed), ("open", TermState::Open)];
        Ok(Self {
            rules,
            archive,
            terms: [
                given.choice("term_1", TermState::Closed, &states)?,
                given.choice("term_2", TermState::Closed, &states)?,
            ],
            summer: given.choice(
                "summer",
                Summer::Open,
                &[("open", Summer::Open), ("closed", Summer::Closed)],
            )?,
        })
    }

    /// Returns the parameters of an archive year.
    pub fn archive(&self, circular: Option<Circular>) -> &tt58::Parameters {
        &self.archive[usize::from(circular == Some(Circular::Tt58Tt26))]
    }
}
