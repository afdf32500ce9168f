//! The rows of `assess_secondary`, as contract and manifest name them.

use bieumau_plugin_sdk::{Decimal, rows};

rows! {
    /// A pupil's year.
    pub struct PupilRow<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub grade: Option<i64>,
        pub not_assessed: Option<bool>,
        pub has_left: Option<bool>,
        pub conduct_1: Option<&'a str>,
        pub conduct_2: Option<&'a str>,
        pub conduct_summer: Option<&'a str>,
        pub conduct_year: Option<&'a str>,
        pub absences: Option<i64>,
        pub learning_1: Option<&'a str>,
        pub learning_2: Option<&'a str>,
        pub learning_year: Option<&'a str>,
        pub principal_decision: Option<&'a str>,
    }
}

rows! {
    /// Marks of a scored subject in a term.
    pub struct MarkRow<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub subject: &'a str,
        pub term: i64,
        pub periods: Option<i64>,
        pub optional: Option<bool>,
        pub exempt: Option<bool>,
        pub specialised: Option<bool>,
        pub ongoing_1: Option<Decimal<1>>,
        pub ongoing_2: Option<Decimal<1>>,
        pub ongoing_3: Option<Decimal<1>>,
        pub ongoing_4: Option<Decimal<1>>,
        pub ongoing_5: Option<Decimal<1>>,
        pub mid_term: Option<Decimal<1>>,
        pub periodic_2: Option<Decimal<1>>,
        pub periodic_3: Option<Decimal<1>>,
        pub periodic_4: Option<Decimal<1>>,
        pub periodic_5: Option<Decimal<1>>,
        pub end_of_term: Option<Decimal<1>>,
    }
}

rows! {
    /// Results of a comment subject in a term.
    pub struct CommentRow<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub subject: &'a str,
        pub term: i64,
        pub optional: Option<bool>,
        pub exempt: Option<bool>,
        pub ongoing_1: Option<&'a str>,
        pub ongoing_2: Option<&'a str>,
        pub ongoing_3: Option<&'a str>,
        pub ongoing_4: Option<&'a str>,
        pub mid_term: Option<&'a str>,
        pub end_of_term: Option<&'a str>,
    }
}

rows! {
    /// Results of a subject that the report gives instead of marks.
    pub struct ResultRow<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub subject: &'a str,
        pub kind: &'a str,
        pub optional: Option<bool>,
        pub exempt: Option<bool>,
        pub specialised: Option<bool>,
        pub average_1: Option<Decimal<1>>,
        pub average_2: Option<Decimal<1>>,
        pub average_year: Option<Decimal<1>>,
        pub level_1: Option<&'a str>,
        pub level_2: Option<&'a str>,
        pub level_year: Option<&'a str>,
    }
}

rows! {
    /// A re-assessment in summer.
    pub struct ReassessmentRow<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub subject: &'a str,
        pub score: Option<Decimal<1>>,
        pub level: Option<&'a str>,
    }
}

rows! {
    /// Results of a subject.
    pub struct SubjectAnswer<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub subject: &'a str,
        pub kind: &'a str,
        pub average_1: Option<Decimal<1>>,
        pub average_2: Option<Decimal<1>>,
        pub average_year: Option<Decimal<1>>,
        pub level_1: Option<&'a str>,
        pub level_2: Option<&'a str>,
        pub level_year: Option<&'a str>,
        pub reassessed_score: Option<Decimal<1>>,
        pub reassessed_level: Option<&'a str>,
        pub exempt: bool,
    }
}

rows! {
    /// Results of a pupil's year.
    pub struct PupilAnswer<'a> {
        pub pupil: &'a str,
        pub year: i64,
        pub circular: Option<&'a str>,
        pub learning_1: Option<&'a str>,
        pub learning_2: Option<&'a str>,
        pub learning_year: Option<&'a str>,
        pub learning_final: Option<&'a str>,
        pub conduct_1: Option<&'a str>,
        pub conduct_2: Option<&'a str>,
        pub conduct_year: Option<&'a str>,
        pub conduct_final: Option<&'a str>,
        pub overall_1: Option<Decimal<1>>,
        pub overall_2: Option<Decimal<1>>,
        pub overall_year: Option<Decimal<1>>,
        pub absences: Option<i64>,
        pub outcome: &'a str,
        pub outcome_text: Option<&'a str>,
        pub promoted: Option<bool>,
        pub title: Option<&'a str>,
        pub title_text: Option<&'a str>,
        pub completion_text: Option<&'a str>,
        pub reasons: Option<&'a str>,
    }
}
