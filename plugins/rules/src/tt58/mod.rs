//! Thông tư 58/2011/TT-BGDĐT, alone and as amended by Thông tư 26/2020/TT-BGDĐT: archives of secondary schools.
//!
//! [`Parameters::tt58`] and [`Parameters::tt58_tt26`] choose the edition.
//! Marks, results, verdicts and wordings are the types of [`crate::tt22`].
//! The yearly conduct is judged by people and is an input.

mod averages;
mod explained;
mod findings;
mod learning;
mod parameters;
mod promotion;
mod pupil;
mod retest;
mod values;

pub use averages::{TermScores, overall_average, term_average, year_average};
pub use explained::{
    comment_result, explained_learning, explained_promotion, explained_term_average,
    explained_title, explained_year_average, missing_scores, year_conduct,
};
pub use learning::{LearningResult, NotEvaluable, learning_result};
pub use parameters::{Adjustment, LevelBar, MarkKinds, Parameters, SingleSubject, TitleRule};
pub use promotion::{PromotionInput, promotion};
pub use pupil::{PupilAssessment, PupilYear, assess_class, assess_pupil, explain_overall};
pub use retest::{conduct_allows_retest, may_be_retested, retest};
pub use values::{Conduct, Rank, Role, Subject, Title, YearSubject, title};
