//! The validation rules V22-01 to V22-10, missing data, policies and explanations of TT22.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

use bieumau_rules::decimal::Tenths;
use bieumau_rules::finding::Term;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    AbsencePolicy, Absences, ClassYear, ClusterTopic, Level, Manual, Mark, MissedPeriodic,
    MissingComment, OneSemester, OptionalSubjects, Parameters, PupilAssessment, PupilYear,
    Reassessed, ReassessmentAdjustment, ReassessmentScope, Regime, SUBJECTS, Standing, StoredPupil,
    StoredSubject, Subject, SubjectKind, SubjectResult, SubjectYear, Summer, TermMarks, TermResit,
    TermState, TermStatus, Title, Verdict, YearConduct, YearFrom, absent_sessions, assess_class,
    assess_pupil, check_stored, class_totals, required_ongoing, subject_results,
};

const CLOSED: [TermState; 2] = [TermState::Closed; 2];

fn subject(code: &'static str, kind: SubjectKind, periods: u16) -> Subject<'static> {
    Subject { code, name: code, kind, periods: Some(periods), standing: Standing::Compulsory }
}

fn marks(text: &str) -> Vec<Mark> {
    text.split_whitespace()
        .map(|item| match item {
            "-" => Mark::Blank,
            "v" => Mark::Missed,
            item => Mark::parse(item).unwrap(),
        })
        .collect()
}

/// A semester written as `tx tx | gk | ck`.
struct Cells([Vec<Mark>; 3]);

impl Cells {
    fn read(text: &str) -> Self {
        let mut fields = text.split('|').map(marks);
        Cells([(); 3].map(|()| fields.next().unwrap_or_default()))
    }

    fn term(&self) -> TermMarks<'_> {
        TermMarks {
            ongoing: &self.0[0],
            midterm: &self.0[1],
            end: &self.0[2],
            ..TermMarks::default()
        }
    }
}

fn found_in(log: &Log) -> Vec<String> {
    log.findings()
        .iter()
        .map(|finding| {
            assert!(!finding.message_vi.is_empty() && !finding.message_en.is_empty());
            assert!(!finding.hint_vi.is_empty() && !finding.hint_en.is_empty());
            let term = finding.place.term.map_or("-", Term::code);
            let column = finding.place.column.unwrap_or("-");
            format!("{} {term} {column}", finding.code)
        })
        .collect()
}

/// Checks the findings and the first semester's result of a subject whose second semester is complete.
fn check_term(subject: &Subject<'_>, first: &str, expected: &[&str], result: &str) {
    check_term_with(&Parameters::default(), subject, first, expected, result);
}

fn check_term_with(
    parameters: &Parameters,
    subject: &Subject<'_>,
    first: &str,
    expected: &[&str],
    result: &str,
) {
    let first = Cells::read(first);
    let second = Cells::read(match subject.kind {
        SubjectKind::Scored => "8 8 | 8 | 8",
        SubjectKind::Comment => "Đ Đ | Đ | Đ",
    });
    let year = SubjectYear { subject, first: first.term(), second: second.term() };
    let mut log = Log::new();
    let results = subject_results(parameters, &year, CLOSED, &mut log);
    assert_eq!(found_in(&log), expected, "{:?}", first.0);
    assert_eq!(results.first.text(), result);
}

#[test]
fn v22_01_scores_lie_on_the_scale() {
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "8 10,1 | 8 | 8", &["V22-01 first ongoing"], "");
    check_term(&civics, "8 10 | 8 | 11", &["V22-01 first end"], "");
    check_term(&civics, "0 10 | 0 | 10", &[], "5,7");
}

#[test]
fn v22_02_the_number_of_ongoing_scores_follows_the_periods() {
    let parameters = Parameters::default();
    let required = |periods| required_ongoing(&parameters, periods);
    assert_eq!([35, 36, 52, 70, 71, 105, 140].map(required), [2, 3, 3, 3, 4, 4, 4]);
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "8 - | 8 | 8", &["V22-02 first ongoing"], "");
    check_term(&civics, "8 v | 8 | 8", &["V22-02 first ongoing"], "");
    check_term(&civics, "8 8 8 | 8 | 8", &["V22-02 first ongoing"], "8,0");
    let unknown = Subject { periods: None, ..civics };
    check_term(&unknown, "8 | 8 | 8", &[], "8,0");
}

#[test]
fn v22_03_exactly_one_midterm_and_one_end_score() {
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "8 8 | - | 8", &["V22-03 first midterm"], "");
    check_term(&civics, "8 8 | 8 | ", &["V22-03 first end"], "");
    check_term(&civics, "8 8 | 8 7 | 8", &["V22-03 first midterm"], "");
    check_term(&civics, " | | ", &["V22-03 first term"], "");
}

#[test]
fn a_missed_periodic_assessment_is_0_and_a_blank_one_is_not() {
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "8 8 | v | 8", &[], "5,7");
    let parameters =
        Parameters { missed_periodic: MissedPeriodic::NotEvaluable, ..Parameters::default() };
    check_term_with(&parameters, &civics, "8 8 | v | 8", &[], "");
}

#[test]
fn v22_04_each_kind_of_subject_has_its_own_cells() {
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "8 Đ | 8 | CĐ", &["V22-04 first ongoing", "V22-04 first end"], "");
    let sport = subject("GDTC", SubjectKind::Comment, 70);
    check_term(&sport, "Đ Đ | 8 | Đ", &["V22-04 first midterm"], "");
}

#[test]
fn a_comment_subject_with_too_few_results_is_not_passed_by_the_text() {
    let sport = subject("GDTC", SubjectKind::Comment, 70);
    check_term(&sport, "Đ | Đ | Đ", &["V22-02 first ongoing"], "CĐ");
    check_term(&sport, "Đ Đ | Đ | ", &["V22-03 first end"], "CĐ");
    let parameters =
        Parameters { missing_comment: MissingComment::NotEvaluable, ..Parameters::default() };
    check_term_with(&parameters, &sport, "Đ Đ | Đ | ", &["V22-03 first end"], "");
    check_term_with(&parameters, &sport, "Đ CĐ | Đ | ", &["V22-03 first end"], "CĐ");
}

#[test]
fn v22_10_exempt_for_the_whole_semester_or_not() {
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    check_term(&civics, "M M | M | M", &[], "Miễn");
    check_term(&civics, "M - | - | -", &[], "Miễn");
    check_term(&civics, "M 8 | 8 | 8", &["V22-10 first exempt"], "");
}

#[test]
fn an_open_semester_is_silent_about_what_is_missing() {
    let sport = subject("GDTC", SubjectKind::Comment, 70);
    let civics = subject("GDCD", SubjectKind::Scored, 35);
    for (subject, text) in [(&sport, "Đ | | "), (&civics, "8 | | "), (&civics, "8 8 | 8 | ")] {
        let cells = Cells::read(text);
        let year = SubjectYear { subject, first: cells.term(), second: TermMarks::default() };
        let mut log = Log::new();
        let results =
            subject_results(&Parameters::default(), &year, [TermState::Open; 2], &mut log);
        assert_eq!(results.first, SubjectResult::NotEvaluable);
        assert_eq!(results.year, SubjectResult::NotEvaluable);
        assert_eq!(log.findings(), []);
    }
}

/// Returns the results of a scored subject of 35 periods from two semesters.
fn results_with(
    parameters: &Parameters,
    first: TermMarks<'_>,
    second: TermMarks<'_>,
) -> [String; 3] {
    let subject = subject("GDCD", SubjectKind::Scored, 35);
    let year = SubjectYear { subject: &subject, first, second };
    let results = subject_results(parameters, &year, CLOSED, &mut Log::new());
    [results.first, results.second, results.year].map(|result| result.text().into_owned())
}

#[test]
fn one_semester_exempt_or_not_taught_leaves_the_other() {
    let cells = Cells::read("8 8 | 8 | 7");
    let parameters = Parameters::default();
    for status in [TermStatus::Exempt, TermStatus::NotTaught] {
        let none = TermMarks { status, ..TermMarks::default() };
        let expected = ["7,6", "Miễn", "7,6"];
        assert_eq!(results_with(&parameters, cells.term(), none), expected);
        assert_eq!(results_with(&parameters, none, cells.term())[2], "7,6");
        assert_eq!(results_with(&parameters, none, none)[2], "Miễn");
    }
}

#[test]
fn a11_one_semester_of_marks() {
    let cells = Cells::read("8 8 | 8 | 7");
    let none = TermMarks::default();
    let default = Parameters::default();
    assert_eq!(results_with(&default, none, cells.term()), ["", "7,6", ""]);
    let stands = Parameters { one_semester: OneSemester::OtherStands, ..Parameters::default() };
    assert_eq!(results_with(&stands, none, cells.term()), ["", "7,6", "7,6"]);
    assert_eq!(results_with(&stands, none, none), ["", "", ""]);
}

#[test]
fn a_result_from_another_school_is_carried_over() {
    let cells = Cells::read("8 8 | 8 | 7");
    let carried = TermMarks { carried_over: Mark::Score(Tenths(61)), ..TermMarks::default() };
    let found = results_with(&Parameters::default(), carried, cells.term());
    assert_eq!(found, ["6,1", "7,6", "7,1"]);
}

#[test]
fn a2_the_year_from_rounded_or_exact_semesters() {
    // Regulations 2.13.2: 63,5 / 8 and 63,6 / 8.
    let subject = subject("TH", SubjectKind::Scored, 70);
    let first = Cells::read("8 8 7,5 | 7,9 | 8,1");
    let check = |year_from, expected: &str| {
        let parameters = Parameters { year_from, ..Parameters::default() };
        let lower = Cells::read("8 8 7,4 | 7,9 | 8,1");
        let year = SubjectYear { subject: &subject, first: lower.term(), second: first.term() };
        let results = subject_results(&parameters, &year, CLOSED, &mut Log::new());
        assert_eq!(results.first.text(), "7,9");
        assert_eq!(results.second.text(), "8,0");
        assert_eq!(results.year.text(), expected);
    };
    check(YearFrom::Rounded, "8,0");
    check(YearFrom::Exact, "7,9");
}

#[test]
fn a10_a_cluster_topic_is_one_more_score() {
    let subject = subject("VL", SubjectKind::Scored, 70);
    let three = Cells::read("8 8 8 | 8 | 8");
    let two = Cells::read("8 8 | 8 | 8");
    let check = |cluster_topic, cells: &Cells, expected: &str| {
        let parameters = Parameters { cluster_topic, ..Parameters::default() };
        let term = TermMarks { topic: Mark::Score(Tenths(90)), ..cells.term() };
        let year = SubjectYear { subject: &subject, first: term, second: term };
        let results = subject_results(&parameters, &year, CLOSED, &mut Log::new());
        assert_eq!(results.year.text(), expected);
    };
    check(ClusterTopic::OneMore, &three, "8,1");
    check(ClusterTopic::OneMore, &two, "");
    check(ClusterTopic::WithinNumber, &two, "8,1");
}

#[test]
fn a12_a_resit_within_the_semester_changes_nothing_by_default() {
    let cells = Cells::read("5 5 | 5 | 5");
    let term = TermMarks { resit: Mark::Score(Tenths(90)), ..cells.term() };
    let replaces = Parameters { term_resit: TermResit::Replaces, ..Parameters::default() };
    assert_eq!(results_with(&Parameters::default(), term, term)[2], "5,0");
    assert_eq!(results_with(&replaces, term, term)[2], "9,0");
}

#[test]
fn a8_a_whole_day_is_one_session_or_two() {
    let absences = Absences { half_days: 5, whole_days: 21 };
    let every = Parameters { absence: AbsencePolicy::EverySession, ..Parameters::default() };
    assert_eq!(absent_sessions(&Parameters::default(), absences), 26);
    assert_eq!(absent_sessions(&every, absences), 47);
}

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
fn an_explanation_writes_the_average_as_on_paper() {
    let subject = subject("TH", SubjectKind::Scored, 70);
    let cells = Cells::read("8 8 7,5 | 7,9 | 8,1");
    let year = SubjectYear { subject: &subject, first: cells.term(), second: cells.term() };
    let mut log = Log::tracing();
    subject_results(&Parameters::default(), &year, CLOSED, &mut log);
    let [first, _, year] = log.explanations() else {
        panic!("{:#?}", log.explanations());
    };
    assert_eq!(first.steps[1], "(8 + 8 + 7,5 + 2×7,9 + 3×8,1) / (3 + 5) = 63,6 / 8 = 7,95 → 8,0");
    assert_eq!((first.value, first.result.as_str()), ("ĐTBmhk", "8,0"));
    assert_eq!(year.steps[1], "(8,0 + 2×8,0) / 3 = 24,0 / 3 = 8 → 8,0");
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

#[test]
fn the_subject_table_gives_the_prescribed_numbers() {
    let parameters = Parameters::default();
    let check = |code: &str, grade, expected: Option<u16>| {
        let row = SUBJECTS.iter().find(|row| row.code == code).unwrap();
        let found = row.periods_in(grade).map(|periods| required_ongoing(&parameters, periods));
        assert_eq!(found, expected, "{code} {grade}");
    };
    check("NV", 6, Some(4));
    check("CN", 7, Some(2));
    check("CN", 8, Some(3));
    check("TH", 9, Some(2));
    check("TH", 10, Some(3));
    check("LS", 10, Some(3));
    check("LS", 9, None);
    check("GDQPAN", 12, Some(2));
    check("NV", 5, None);
    let scored = |grade| {
        let rows = SUBJECTS.iter().filter(|row| row.periods_in(grade).is_some());
        let rows = rows.filter(|row| row.standing == Standing::Compulsory);
        rows.filter(|row| row.kind == SubjectKind::Scored).count()
    };
    assert_eq!(scored(6), 8);
    // Five for everyone, of seven electives each pupil takes some.
    assert_eq!(scored(10), 12);
}
