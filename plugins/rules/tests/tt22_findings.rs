//! A pupil's year under TT22: findings V22-05 to V22-09, missing data, policies and explanations.
#![expect(clippy::unwrap_used, reason = "a broken case should stop the test")]

#[path = "common/tt22.rs"]
mod common;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::finding::Term;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Absences, ClassYear, Level, Manual, Mark, OptionalSubjects, Parameters, PupilAssessment,
    PupilYear, Reassessed, ReassessmentAdjustment, ReassessmentScope, Regime, Standing,
    StoredPupil, StoredSubject, Subject, SubjectKind, SubjectYear, Summer, TermMarks, TermState,
    Title, Verdict, YearConduct, assess_class, assess_pupil, check_stored, class_totals,
};
use common::{CLOSED, Cells, found_in, marks, subject};

/// A pupil with averages carried over, conduct Tốt, no absence.
struct Pupil {
    subjects: Vec<Subject<'static>>,
    scores: Vec<Mark>,
}

impl Pupil {
    fn new(scores: &str) -> Self {
        let scores = marks(scores);
        let kind = |mark: &Mark| match mark {
            Mark::Passed | Mark::NotPassed => SubjectKind::Comment,
            _ => SubjectKind::Scored,
        };
        let subjects = scores.iter().map(|mark| subject("M", kind(mark), 140)).collect();
        Pupil { subjects, scores }
    }

    fn years(&self) -> Vec<SubjectYear<'_>> {
        let year = |(subject, mark): (&'_ Subject<'static>, &Mark)| {
            let term = TermMarks { carried_over: *mark, ..TermMarks::default() };
            (*subject, term)
        };
        self.subjects
            .iter()
            .zip(&self.scores)
            .map(|pair| SubjectYear { subject: pair.0, first: year(pair).1, second: year(pair).1 })
            .collect()
    }
}

fn year<'a>(subjects: &'a [SubjectYear<'a>]) -> PupilYear<'a> {
    PupilYear {
        subjects,
        conduct: YearConduct { first: Some(Level::Good), second: Some(Level::Good), manual: None },
        absences: Some(Absences::default()),
        ..PupilYear::default()
    }
}

const CLASS: ClassYear<'static> =
    ClassYear { grade: 7, states: CLOSED, summer: Summer::Open, pupils: &[] };

fn assess(parameters: &Parameters, pupil: &PupilYear<'_>) -> (PupilAssessment, Vec<String>) {
    let mut log = Log::new();
    let assessment = assess_pupil(parameters, &CLASS, pupil, &mut log);
    (assessment, found_in(&log))
}

const GOOD: &str = "9 9 9 9 9 9 8 7 Đ Đ Đ Đ";
const WEAK: &str = "5,5 5,5 5,5 5,5 5,5 4,8 4,5 4 Đ Đ Đ Đ";

fn check_reassessed(parameters: &Parameters, scores: &str, new: &[(usize, &str)]) -> Verdict {
    let pupil = Pupil::new(scores);
    let years = pupil.years();
    let new: Vec<Reassessed> = new
        .iter()
        .map(|(subject, text)| Reassessed { subject: *subject, result: Mark::parse(text).unwrap() })
        .collect();
    let pupil = PupilYear { reassessed: &new, ..year(&years) };
    assess(parameters, &pupil).0.promotion.verdict
}

#[test]
fn a6_all_or_any_of_the_weak_subjects() {
    let all = Parameters { reassessment_scope: ReassessmentScope::AllOf, ..Parameters::default() };
    let one = [(5, "5,0")];
    let three = [(5, "5,0"), (6, "4,5"), (7, "3,5")];
    let success = Verdict::PromotedAfterReassessment;
    assert_eq!(check_reassessed(&Parameters::default(), WEAK, &one), success);
    assert_eq!(check_reassessed(&all, WEAK, &one), Verdict::AwaitingReassessment);
    assert_eq!(check_reassessed(&all, WEAK, &three), success);
}

#[test]
fn the_adjustment_applies_after_reassessment_unless_told_otherwise() {
    let scores = "7 7 7 7 7 7 3 3 Đ Đ Đ Đ";
    let without = Parameters {
        reassessment_adjustment: ReassessmentAdjustment::NotApplied,
        ..Parameters::default()
    };
    let new = [(6, "6,0")];
    let success = Verdict::PromotedAfterReassessment;
    assert_eq!(check_reassessed(&Parameters::default(), scores, &new), success);
    assert_eq!(check_reassessed(&without, scores, &new), Verdict::NotPromoted);
}

#[test]
fn v22_07_only_weak_subjects_of_pupils_who_may() {
    let check = |scores: &str, conduct: Level, subject: usize, expected: &[&str]| {
        let pupil = Pupil::new(scores);
        let years = pupil.years();
        let new = [Reassessed { subject, result: Mark::Score(Tenths(90)) }];
        let mut pupil = PupilYear { reassessed: &new, ..year(&years) };
        pupil.conduct.second = Some(conduct);
        assert_eq!(assess(&Parameters::default(), &pupil).1, expected);
    };
    check(WEAK, Level::Good, 5, &[]);
    check(WEAK, Level::Good, 0, &["V22-07 year reassessed"]);
    check(WEAK, Level::Fail, 5, &["V22-07 year reassessed"]);
    check(GOOD, Level::Good, 5, &["V22-07 year reassessed"]);
}

#[test]
fn a_title_looks_at_the_results_before_summer() {
    // Two weak subjects re-assessed to 9,0 would make Xuất sắc.
    let pupil = Pupil::new("9 9 9 9 9 9 3 3 Đ Đ Đ Đ");
    let years = pupil.years();
    let new = [6, 7].map(|subject| Reassessed { subject, result: Mark::Score(Tenths(90)) });
    let pupil = PupilYear { reassessed: &new, ..year(&years) };
    let (found, _) = assess(&Parameters::default(), &pupil);
    assert_eq!(found.promotion.verdict, Verdict::PromotedAfterReassessment);
    assert_eq!(found.reassessment.learning().unwrap().level, Level::Good);
    assert_eq!(found.title, None);
}

#[test]
fn optional_subjects_stand_aside_by_default() {
    let mut pupil = Pupil::new("9 9 9 9 9 9 8 3 Đ Đ Đ Đ");
    pupil.subjects[7].standing = Standing::Optional;
    let years = pupil.years();
    let level = |optional| {
        let parameters = Parameters { optional, ..Parameters::default() };
        assess(&parameters, &year(&years)).0.learning.unwrap().level
    };
    assert_eq!(level(OptionalSubjects::LeftOut), Level::Good);
    assert_eq!(level(OptionalSubjects::Counted), Level::Pass);
}

#[test]
fn missing_data_are_named_and_never_chưa_đạt() {
    let good = Pupil::new(GOOD);
    let years = good.years();
    let parameters = Parameters::default();
    let check = |pupil: &PupilYear<'_>, expected: &[&str]| {
        let (found, findings) = assess(&parameters, pupil);
        assert_eq!(findings, expected);
        assert_eq!(found.promotion.verdict, Verdict::NotEvaluable);
    };
    let mut no_conduct = year(&years);
    no_conduct.conduct.first = None;
    check(&no_conduct, &["E22-01 first conduct"]);
    let mut no_absences = year(&years);
    no_absences.absences = None;
    check(&no_absences, &["E22-03 year absences"]);
    let mut gap = good.years();
    gap[0].first = TermMarks::default();
    check(&year(&gap), &["V22-03 first term", "E22-02 first learning", "E22-02 year learning"]);
    check(
        &year(&years[3..]),
        &["E22-02 first learning", "E22-02 second learning", "E22-02 year learning"],
    );
}

#[test]
fn a_manual_level_stands_in_with_a_reason_only() {
    let good = Pupil::new(GOOD);
    let years = good.years();
    let parameters = Parameters::default();
    let manual = |reason| Some(Manual { level: Level::Fair, reason });
    let mut pupil = year(&years);
    pupil.conduct.first = None;
    pupil.conduct.manual = manual("chuyển đến từ nước ngoài");
    assert_eq!(assess(&parameters, &pupil).0.conduct, Some(Level::Fair));
    pupil.conduct.manual = manual(" ");
    let (found, findings) = assess(&parameters, &pupil);
    assert_eq!(found.conduct, None);
    assert_eq!(findings, ["E22-05 year conduct", "E22-01 first conduct"]);
    let mut not_needed = year(&years);
    not_needed.conduct.manual = manual("x");
    not_needed.manual_learning = manual("x");
    let (found, findings) = assess(&parameters, &not_needed);
    assert_eq!(found.conduct, Some(Level::Good));
    assert_eq!(findings, ["E22-06 year learning", "E22-06 year conduct"]);
    let mut gap = good.years();
    gap[0].first = TermMarks::default();
    let mut pupil = year(&gap);
    pupil.manual_learning = manual("ốm dài ngày");
    let (found, findings) = assess(&parameters, &pupil);
    assert_eq!(found.learning.unwrap().level, Level::Fair);
    assert_eq!(found.promotion.verdict, Verdict::Promoted);
    assert_eq!(findings, ["V22-03 first term", "E22-02 first learning"]);
}

#[test]
fn the_principal_decides_about_a_disabled_pupil() {
    let pupil = Pupil::new(WEAK);
    let mut years = pupil.years();
    years[0].first = TermMarks::default();
    let check = |promoted, verdict, expected: &[&str]| {
        let pupil = PupilYear {
            regime: Regime::IndividualPlan { promoted },
            absences: Some(Absences { half_days: 60, whole_days: 0 }),
            ..year(&years)
        };
        let (found, findings) = assess(&Parameters::default(), &pupil);
        assert_eq!(found.promotion.verdict, verdict);
        assert_eq!(found.promotion.by_principal, promoted.is_some());
        assert_eq!(findings, expected);
    };
    check(Some(true), Verdict::Promoted, &[]);
    check(Some(false), Verdict::NotPromoted, &[]);
    check(None, Verdict::NotEvaluable, &["E22-04 year decision"]);
}

#[test]
fn an_unfinished_year_has_first_semester_results_and_no_findings() {
    let cells = Cells::read("8 8 | 8 | 8");
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    let years: Vec<SubjectYear<'_>> = (0..8)
        .map(|_| SubjectYear {
            subject: &civics,
            first: cells.term(),
            second: TermMarks::default(),
        })
        .collect();
    let mut pupil = year(&years);
    pupil.conduct.second = None;
    pupil.absences = None;
    let class = ClassYear { states: [TermState::Closed, TermState::Open], ..CLASS };
    let mut log = Log::new();
    let found = assess_pupil(&Parameters::default(), &class, &pupil, &mut log);
    assert_eq!(log.findings(), []);
    assert_eq!(found.learning_first.unwrap().level, Level::Good);
    assert_eq!(found.learning, None);
    assert_eq!(found.promotion.verdict, Verdict::NotEvaluable);
}

/// Checks the codes that stored values give against a pupil of GOOD.
fn check_stored_values(grade: u8, stored: &StoredPupil<'_>, expected: &[&str]) {
    let parameters = Parameters::default();
    let pupil = Pupil::new(GOOD);
    let years = pupil.years();
    let pupil = year(&years);
    let (assessment, _) = assess(&parameters, &pupil);
    let mut log = Log::new();
    check_stored(&parameters, grade, &pupil, &assessment, stored, &mut log);
    let codes: Vec<&str> = log.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, expected);
}

#[test]
fn v22_05_stored_averages_are_the_computed_ones() {
    let check = |first: &str, year: &str, expected: &[&str]| {
        let subjects = [StoredSubject {
            first: Mark::parse(first).unwrap(),
            second: Mark::Blank,
            year: Mark::parse(year).unwrap(),
        }];
        let stored = StoredPupil { subjects: &subjects, ..StoredPupil::default() };
        check_stored_values(7, &stored, expected);
    };
    check("9", "9,0", &[]);
    check("9,1", "8,9", &["V22-05", "V22-05"]);
    check("", "Đ", &["V22-05"]);
}

#[test]
fn v22_06_08_09_stored_outcomes_are_the_computed_ones() {
    let right = StoredPupil {
        subjects: &[],
        conduct: Some(Level::Good),
        promotion: Some("Được lên lớp"),
        title: Some("Học sinh Xuất sắc"),
    };
    check_stored_values(7, &right, &[]);
    check_stored_values(9, &right, &["V22-08"]);
    let wrong = StoredPupil {
        subjects: &[],
        conduct: Some(Level::Fair),
        promotion: Some("Không được lên lớp"),
        title: Some("Học sinh Tiên tiến"),
    };
    check_stored_values(7, &wrong, &["V22-06", "V22-08", "V22-09"]);
    let graduate = StoredPupil {
        promotion: Some("Hoàn thành chương trình trung học cơ sở"),
        title: Some(""),
        ..StoredPupil::default()
    };
    check_stored_values(9, &graduate, &["V22-09"]);
}

#[test]
fn an_explanation_names_the_single_subject() {
    let pupil = Pupil::new("8,5 8,5 8,5 8,5 8,5 8,5 8,5 4,9 Đ Đ Đ Đ");
    let years = pupil.years();
    let mut log = Log::tracing();
    assess_pupil(&Parameters::default(), &CLASS, &year(&years), &mut log);
    let learning = log
        .explanations()
        .iter()
        .find(|explanation| {
            explanation.place.term == Some(Term::Year) && explanation.value == "Kết quả học tập"
        })
        .unwrap();
    assert_eq!(learning.result, "Khá");
    assert_eq!(
        learning.steps[0],
        "0 môn nhận xét Chưa đạt; điểm thấp nhất 4,9; 7 môn từ 8,0 trở lên, 7 môn từ 6,5 trở lên, 7 môn từ 5,0 trở lên → Đạt"
    );
    assert!(learning.steps[1].contains("(M 4,9)"));
}

#[test]
fn a_class_counts_its_levels_and_points_at_its_pupils() {
    let (good, weak) = (Pupil::new(GOOD), Pupil::new(WEAK));
    let (good, weak) = (good.years(), weak.years());
    let mut absent = year(&weak);
    absent.absences = None;
    let pupils = [year(&good), year(&weak), absent];
    let class = ClassYear { pupils: &pupils, ..CLASS };
    let mut log = Log::new();
    let found = assess_class(&Parameters::default(), &class, &mut log);
    let totals = class_totals(&found);
    assert_eq!((totals.pupils, totals.conduct, totals.learning), (3, [0, 0, 0, 3], [2, 0, 0, 1]));
    assert_eq!((totals.promoted, totals.awaiting, totals.promotion_not_evaluable), (1, 1, 1));
    assert_eq!((totals.excellent, totals.good), (1, 0));
    assert_eq!(found[0].title, Some(Title::Excellent));
    assert_eq!(log.findings()[0].place.pupil, Some(2));
}
