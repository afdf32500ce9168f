//! The parameters of the call as parameters of Thông tư 27/2020.

use bieumau_plugin_sdk::{Call, Failure};
use bieumau_rules::tt27::{
    GoodLevelsOf, OptionalSubjects, Parameters, Point, ShownResult, TitleBasis, TwoRowTest,
    YearEnd, ZeroScore,
};

use crate::codes::POINTS;

/// Everything that the call may set.
pub struct Settings {
    /// The circular's parameters.
    pub rules: Parameters,
    /// The last point that has come.
    pub through: Point,
    /// Whether the year is being closed.
    pub year_end: YearEnd,
}

impl Settings {
    /// Reads the parameters; what is not given has the default of the circular.
    pub fn read(call: &Call) -> Result<Self, Failure> {
        let given = &call.parameters;
        let mut rules = Parameters::default();
        if given.flag("optional_subjects_count", false)? {
            rules.optional = OptionalSubjects::Counted;
        }
        rules.zero_score = given.choice(
            "zero_score",
            rules.zero_score,
            &[
                ("warn", ZeroScore::Warned),
                ("allow", ZeroScore::Allowed),
                ("refuse", ZeroScore::Refused),
            ],
        )?;
        if given.flag("two_row_tests_required", false)? {
            rules.two_row_test = TwoRowTest::BothRequired;
        }
        if !given.flag("activities_count", true)? {
            rules.good_levels_of = GoodLevelsOf::SubjectsOnly;
        }
        rules.shown = given.choice(
            "shown_result",
            rules.shown,
            &[("final", ShownResult::Final), ("original", ShownResult::Original)],
        )?;
        rules.title_basis = given.choice(
            "title_basis",
            rules.title_basis,
            &[("original", TitleBasis::Original), ("final", TitleBasis::Final)],
        )?;
        Ok(Self {
            rules,
            through: given.choice("through", Point::YearEnd, &POINTS)?,
            year_end: given.choice(
                "year_end",
                YearEnd::Open,
                &[("open", YearEnd::Open), ("closing", YearEnd::Closing)],
            )?,
        })
    }

    /// Returns whether the end of the year has come.
    pub fn is_year_done(&self) -> bool {
        self.through == Point::YearEnd
    }
}
