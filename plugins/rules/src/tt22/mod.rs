//! Thông tư 22/2021/TT-BGDĐT: assessment in lower and upper secondary schools.
//!
//! [`assess_class`] does a whole class; every step is a function of its own.
//! Marks are tenths of a point, absences are sessions (buổi). A value that
//! needs missing data is *not evaluable* and a finding names what is missing.

mod class;
mod conduct;
mod findings;
mod learning;
mod parameters;
mod promotion;
mod reassessment;
mod stored;
mod subject_result;
mod subject_table;
mod term_average;
mod titles;
mod totals;
mod values;

pub use class::{
    ClassYear, PupilAssessment, PupilYear, assess_class, assess_pupil, assess_subjects,
};
pub use conduct::{YearConduct, year_conduct};
pub use learning::{LearningResult, NotEvaluable, adjust, base_level, counted, learning_result};
pub use parameters::{
    AbsencePolicy, AdjacentLevel, BothFailed, ClusterTopic, ConductMatrix, LastGrade, LearningBars,
    LevelBar, MissedPeriodic, MissingComment, OneSemester, OngoingTier, OptionalSubjects,
    Parameters, ReassessmentAdjustment, ReassessmentResult, ReassessmentScope, SingleSubject,
    TermResit, TitleRule, WhichSubject, Wording, YearFrom,
};
pub use promotion::{Promotion, PromotionInput, Reasons, Regime, Verdict, promotion};
pub use reassessment::{Reassessed, Reassessment, may_be_reassessed, reassess};
pub use stored::{StoredPupil, StoredSubject, check_stored};
pub use subject_result::{SubjectYear, TermMarks, TermStatus, required_ongoing, subject_results};
pub use subject_table::{Elective, SUBJECTS, SubjectRow};
pub use term_average::{TermAverage, term_average, year_average};
pub use titles::title;
pub use totals::{ClassTotals, class_totals};
pub use values::{
    Absences, Level, Manual, Mark, Pass, Standing, Subject, SubjectKind, SubjectResult,
    SubjectResults, Summer, TermState, Title, absent_sessions,
};
