//! The worked examples of TT22 and border cases, read from `cases/`.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

#[path = "common/cases.rs"]
mod common;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Absences, AdjacentLevel, ClassYear, Level, Manual, Mark, Parameters, Pass, PromotionInput,
    PupilAssessment, PupilYear, Reassessed, Regime, SingleSubject, Standing, Subject, SubjectKind,
    SubjectResult, SubjectYear, Summer, TermMarks, TermState, WhichSubject, YearConduct,
    assess_pupil, learning_result, promotion, subject_results, term_average, title, year_average,
    year_conduct,
};
use common::{cases, items};

fn score(text: &str) -> Tenths {
    Tenths::parse(text).unwrap()
}

fn mark(text: &str) -> Mark {
    match text {
        "-" => Mark::Blank,
        "v" => Mark::Missed,
        text => Mark::parse(text).unwrap(),
    }
}

fn result(text: &str) -> SubjectResult {
    match text {
        "?" => SubjectResult::NotEvaluable,
        "M" => SubjectResult::LeftOut,
        text => SubjectResult::Score(score(text)),
    }
}

fn level(text: &str) -> Option<Level> {
    match text {
        "" | "?" => None,
        text => Some(Level::parse(text).unwrap()),
    }
}

/// Scored averages followed by four comment subjects, the first of which are Chưa đạt.
fn results(averages: &str, not_passed: &str) -> Vec<SubjectResult> {
    let not_passed: usize = not_passed.parse().unwrap();
    let comment = |index: usize| {
        SubjectResult::Comment(if index < not_passed { Pass::NotPassed } else { Pass::Passed })
    };
    let scored = items(averages).into_iter().map(result);
    scored.chain((0..4).map(comment)).collect()
}

#[test]
fn semester_averages() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_term_average.txt")) {
        let ongoing = items(case[1]).into_iter().map(score);
        let average = term_average(&parameters, ongoing, score(case[2]), score(case[3])).unwrap();
        assert_eq!(average.average.to_string(), case[4], "{}", case[0]);
    }
}

#[test]
fn year_averages() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_year_average.txt")) {
        let known = |text| bieumau_rules::tt22::TermAverage::known(score(text));
        let average = year_average(&parameters, known(case[1]), known(case[2])).unwrap();
        assert_eq!(average.to_string(), case[3], "{}", case[0]);
    }
}

#[test]
fn comment_subjects() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_comments.txt")) {
        let cells: Vec<Vec<Mark>> =
            case[1..7].iter().map(|field| items(field).into_iter().map(mark).collect()).collect();
        let term = |at: usize| TermMarks {
            ongoing: &cells[at],
            midterm: &cells[at + 1],
            end: &cells[at + 2],
            ..TermMarks::default()
        };
        let subject = subject("GDTC", SubjectKind::Comment);
        let year = SubjectYear { subject: &subject, first: term(0), second: term(3) };
        let results = subject_results(&parameters, &year, [TermState::Closed; 2], &mut Log::new());
        let text = |result: SubjectResult| match result {
            SubjectResult::NotEvaluable => "?".to_owned(),
            SubjectResult::LeftOut => "M".to_owned(),
            other => other.text().into_owned(),
        };
        let found = [results.first, results.second, results.year].map(text);
        assert_eq!(found, [case[7], case[8], case[9]], "{}", case[0]);
    }
}

#[test]
fn conduct_of_the_year() {
    let parameters = Parameters::default();
    let all = cases(include_str!("cases/tt22_conduct.txt"));
    assert_eq!(all.len(), 16);
    for case in all {
        let conduct = YearConduct { first: level(case[1]), second: level(case[2]), manual: None };
        let found = year_conduct(&parameters, &conduct, &mut Log::new());
        assert_eq!(found, level(case[3]), "{}", case[0]);
    }
}

#[test]
fn learning_results() {
    let default = Parameters::default();
    let scored_only =
        Parameters { which_subject: WhichSubject::ScoredOnly, ..Parameters::default() };
    let repair = Parameters { single_subject: SingleSubject::Repair, ..Parameters::default() };
    let below_target = Parameters { adjacent: AdjacentLevel::BelowTarget, ..Parameters::default() };
    for case in cases(include_str!("cases/tt22_learning.txt")) {
        let set = results(case[1], case[2]);
        let learn = |parameters| learning_result(parameters, set.iter().copied()).ok();
        let base = learn(&default).map(|learning| learning.base);
        assert_eq!(base, level(case[3]), "{} before", case[0]);
        for (parameters, column) in
            [(&default, 4), (&scored_only, 5), (&repair, 6), (&below_target, 7)]
        {
            let found = learn(parameters).map(|learning| learning.level);
            assert_eq!(found, level(case[column]), "{} column {column}", case[0]);
        }
    }
}

#[test]
fn titles() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_titles.txt")) {
        let set = results(case[2], case[3]);
        let learning = learning_result(&parameters, set.iter().copied()).ok();
        let learning = learning.map(|learning| learning.level);
        let set = set.iter().copied();
        let found = title(&parameters, level(case[1]), learning, set, &mut Log::new());
        let found = found.map_or("", |title| parameters.title_label(title));
        assert_eq!(found, case[4], "{}", case[0]);
    }
}

#[test]
fn promotions() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_promotion.txt")) {
        let found = promote(&parameters, &case, Summer::Open);
        assert_eq!(found, case[9], "{}", case[0]);
    }
}

#[test]
fn nobody_waits_once_the_summer_is_over() {
    let parameters = Parameters::default();
    for case in cases(include_str!("cases/tt22_promotion.txt")) {
        let expected = match case[9] {
            "Kiểm tra, đánh giá lại" | "Rèn luyện trong kì nghỉ hè" => {
                "Không được lên lớp"
            }
            same => same,
        };
        let found = promote(&parameters, &case, Summer::Closed);
        assert_eq!(found, expected, "{}", case[0]);
    }
}

/// Returns the words of a promotion case.
fn promote(parameters: &Parameters, case: &[&str], summer: Summer) -> String {
    let grade = case[1].parse().unwrap();
    let absent: Option<u16> = case[5].parse().ok();
    let verdict = if case[4] == "=" {
        assess(parameters, case, grade, absent, summer).promotion.verdict
    } else {
        let input = PromotionInput {
            grade,
            conduct: level(case[2]),
            conduct_after: level(case[3]),
            learning: level(case[4]),
            learning_after: None,
            absent,
            regime: Regime::Ordinary,
            summer,
        };
        promotion(parameters, &input, &mut Log::new()).verdict
    };
    parameters.wording.transcript(verdict, grade).to_owned()
}

fn subject(code: &'static str, kind: SubjectKind) -> Subject<'static> {
    Subject { code, name: code, kind, periods: Some(140), standing: Standing::Compulsory }
}

/// Assesses a pupil whose results are carried over in both semesters.
fn assess(
    parameters: &Parameters,
    case: &[&str],
    grade: u8,
    absent: Option<u16>,
    summer: Summer,
) -> PupilAssessment {
    let scored = subject("M", SubjectKind::Scored);
    let comment = subject("NX", SubjectKind::Comment);
    let subjects: Vec<SubjectYear<'_>> = results(case[6], case[7])
        .into_iter()
        .map(|result| {
            let (subject, mark) = match result {
                SubjectResult::Score(score) => (&scored, Mark::Score(score)),
                SubjectResult::Comment(Pass::Passed) => (&comment, Mark::Passed),
                _ => (&comment, Mark::NotPassed),
            };
            let term = TermMarks { carried_over: mark, ..TermMarks::default() };
            SubjectYear { subject, first: term, second: term }
        })
        .collect();
    let reassessed: Vec<Reassessed> = items(case[8])
        .into_iter()
        .map(|item| {
            let (index, text) = item.split_once('=').unwrap();
            Reassessed { subject: index.parse().unwrap(), result: mark(text) }
        })
        .collect();
    let pupil = PupilYear {
        subjects: &subjects,
        conduct: YearConduct {
            manual: level(case[2]).map(|level| Manual { level, reason: "test" }),
            ..YearConduct::default()
        },
        conduct_after: level(case[3]),
        reassessed: &reassessed,
        absences: absent.map(|half_days| Absences { half_days, whole_days: 0 }),
        ..PupilYear::default()
    };
    let class = ClassYear { grade, states: [TermState::Closed; 2], summer, pupils: &[] };
    assess_pupil(parameters, &class, &pupil, &mut Log::new())
}
