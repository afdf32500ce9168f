//! A subject's semesters under TT22: findings V22-01 to V22-04 and V22-10, open points of the circular.
#![expect(clippy::unwrap_used, reason = "a broken case should stop the test")]

#[path = "common/tt22.rs"]
mod common;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    AbsencePolicy, Absences, ClusterTopic, Mark, MissedPeriodic, MissingComment, OneSemester,
    Parameters, SUBJECTS, Standing, Subject, SubjectKind, SubjectResult, SubjectYear, TermMarks,
    TermResit, TermState, TermStatus, YearFrom, absent_sessions, required_ongoing, subject_results,
};
use common::{CLOSED, Cells, found_in, subject};

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
