//! Thông tư 27/2020/TT-BGDĐT: assessment in primary schools.
//!
//! [`assess_class`] does the year end of a class; [`validate_pupil`] checks
//! what was entered at the four points. Cells are handed in by position: one
//! per row of [`Parameters::subjects`] and of [`Parameters::qualities`].
//! There is no average and no ranking at primary level, so there is none here.

mod class;
mod commendation;
mod findings;
mod parameters;
mod programme;
mod statistics;
mod tables;
mod validation;
mod values;
mod year_result;

pub use class::{ClassYear, Outcome, PupilYear, assess_class, assess_pupil, check_stored_title};
pub use commendation::{Recognition, title};
pub use parameters::{
    GoodLevelsOf, OptionalSubjects, Parameters, ResultBar, ShownResult, TitleBasis, TwoRowTest,
    UnusualBars, Wording, ZeroScore,
};
pub use programme::{Programme, Supplement, programme, supplemented};
pub use statistics::{ClassStatistics, SubjectCounts, class_statistics, subject_counts};
pub use tables::{QualityGroup, QualityRow, Standing, SubjectRow};
pub use validation::validate_pupil;
pub use values::{
    Assessed, Point, PointRecord, QualityLevel, SubjectCell, SubjectLevel, Title, YearEnd,
    YearResult,
};
pub use year_result::{MissingInput, year_result};
