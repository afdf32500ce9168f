//! The worked examples of TT27 and border cases, read from `cases/`, and the class table.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

#[path = "common/cases.rs"]
mod common;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::statistics::{Denominator, Percentages};
use bieumau_rules::tt27::{
    Assessed, ClassYear, GoodLevelsOf, OptionalSubjects, Outcome, Parameters, Point, PointRecord,
    Programme, PupilYear, QualityLevel, Recognition, Standing, SubjectCell, SubjectLevel,
    Supplement, Title, TwoRowTest, YearEnd, YearResult, ZeroScore, assess_pupil, class_statistics,
    subject_counts, validate_pupil,
};
use common::{cases, items};

/// A year-end record that owns its cells.
struct Record {
    subjects: Vec<SubjectCell>,
    qualities: Vec<Option<QualityLevel>>,
}

impl Record {
    fn view(&self) -> PointRecord<'_> {
        PointRecord { subjects: &self.subjects, qualities: &self.qualities }
    }

    /// Reads the columns of a case.
    fn read(parameters: &Parameters, grade: u8, columns: [&str; 3]) -> Self {
        let [subjects, qualities, tests] = columns;
        let mut record = Record {
            subjects: vec![SubjectCell::default(); parameters.subjects.len()],
            qualities: vec![None; parameters.qualities.len()],
        };
        record.read_levels(parameters, grade, subjects);
        record.read_qualities(parameters, grade, qualities);
        record.read_tests(parameters, grade, tests);
        record
    }

    fn read_levels(&mut self, parameters: &Parameters, grade: u8, field: &str) {
        for item in items(field) {
            if let Some((code, level)) = item.split_once('=') {
                let row = parameters.subject_row(code).unwrap();
                self.subjects[row].level = SubjectLevel::parse(level);
                continue;
            }
            for (row, subject) in parameters.subjects.iter().enumerate() {
                if subject.standing_in(grade) == Standing::Compulsory {
                    self.subjects[row].level = SubjectLevel::parse(item);
                }
            }
        }
    }

    fn read_qualities(&mut self, parameters: &Parameters, grade: u8, field: &str) {
        for item in items(field) {
            if let Some((code, level)) = item.split_once('=') {
                let row = parameters.quality_row(code).unwrap();
                self.qualities[row] = QualityLevel::parse(level);
                continue;
            }
            for (row, quality) in parameters.qualities.iter().enumerate() {
                if quality.is_rated(grade) {
                    self.qualities[row] = QualityLevel::parse(item);
                }
            }
        }
    }

    fn read_tests(&mut self, parameters: &Parameters, grade: u8, field: &str) {
        let tested: Vec<usize> = (0..parameters.subjects.len())
            .filter(|row| parameters.subjects[*row].is_tested(grade, Point::YearEnd))
            .collect();
        for (index, item) in items(field).into_iter().enumerate() {
            let (row, text) = match item.split_once('=') {
                Some((code, text)) => (parameters.subject_row(code).unwrap(), text),
                None => (tested[index], item),
            };
            self.subjects[row].test = Tenths::parse(text).ok();
        }
    }
}

/// New cells and new levels, with their rows.
type NewValues = (Vec<(usize, SubjectCell)>, Vec<(usize, QualityLevel)>);

/// Reads `TOAN=H/5; CC=Đ`.
fn read_supplement(parameters: &Parameters, field: &str) -> NewValues {
    let mut subjects = Vec::new();
    let mut qualities = Vec::new();
    for item in items(field) {
        let (code, value) = item.split_once('=').unwrap();
        if let Some(row) = parameters.quality_row(code) {
            qualities.push((row, QualityLevel::parse(value).unwrap()));
            continue;
        }
        let (level, test) = value.split_once('/').unwrap();
        let cell =
            SubjectCell { level: SubjectLevel::parse(level), test: Tenths::parse(test).ok() };
        subjects.push((parameters.subject_row(code).unwrap(), cell));
    }
    (subjects, qualities)
}

fn assess(parameters: &Parameters, case: &[&str], log: &mut Log) -> Outcome {
    let grade = case[1].parse().unwrap();
    let record = Record::read(parameters, grade, [case[2], case[3], case[4]]);
    let (subjects, qualities) = read_supplement(parameters, case[5]);
    let mut points = [PointRecord::default(); 4];
    points[3] = record.view();
    let pupil = PupilYear {
        points,
        first_point: Point::YearEnd,
        supplement: (!case[5].is_empty())
            .then_some(Supplement { subjects: &subjects, qualities: &qualities }),
        decision: match case[6] {
            "up" => Some(true),
            "stay" => Some(false),
            _ => None,
        },
        recognition: Recognition {
            outstanding_subject: case[7].contains('o'),
            quality_progress: case[7].contains('p'),
            class_recognises: case[7].contains('c'),
        },
        ..PupilYear::default()
    };
    let class = ClassYear { grade, year_end: YearEnd::Open, pupils: &[] };
    assess_pupil(parameters, &class, &pupil, log)
}

fn code(result: Option<YearResult>) -> &'static str {
    result.map_or("?", YearResult::code)
}

fn year_end_cases() -> Vec<Vec<&'static str>> {
    cases(include_str!("cases/tt27_year_end.txt"))
}

fn case(id: &str) -> Vec<&'static str> {
    let mut all = year_end_cases().into_iter();
    all.find(|case| case[0] == id).unwrap()
}

#[test]
fn year_ends() {
    let parameters = Parameters::default();
    for case in year_end_cases() {
        let mut log = Log::new();
        let outcome = assess(&parameters, &case, &mut log);
        let grade = case[1].parse().unwrap();
        let title = outcome.title.map_or("", |title| parameters.title_label(title));
        let found = [
            code(outcome.original),
            code(outcome.shown),
            parameters.programme_label(outcome.programme, grade),
            parameters.promotion_label(outcome.programme),
            title,
        ];
        assert_eq!(found, case[8..13], "{}", case[0]);
        // What is not evaluable says why.
        let says_why = log.findings().iter().any(|finding| finding.code == "E27-02");
        assert_eq!(says_why, outcome.original.is_none(), "{}", case[0]);
    }
}

#[test]
fn the_same_cases_with_tracing_give_the_same_and_explain_themselves() {
    let parameters = Parameters::default();
    for case in year_end_cases() {
        let mut log = Log::tracing();
        let outcome = assess(&parameters, &case, &mut log);
        assert_eq!(outcome, assess(&parameters, &case, &mut Log::new()));
        assert_eq!(log.explanations().is_empty(), outcome.original.is_none(), "{}", case[0]);
    }
}

#[test]
fn ambiguous_points_are_parameters() {
    let check = |parameters: Parameters, id: &str, expected: &str| {
        let outcome = assess(&parameters, &case(id), &mut Log::new());
        assert_eq!(code(outcome.original), expected, "{id}");
    };
    let default = Parameters::default;
    let optional = OptionalSubjects::Counted;
    check(Parameters { optional, ..default() }, "T27-23", "HTT");
    check(Parameters { optional, ..default() }, "own-optional-C-stands-aside", "CHT");
    let two_row_test = TwoRowTest::BothRequired;
    check(Parameters { two_row_test, ..default() }, "own-one-row-test-is-enough", "?");
    let good_levels_of = GoodLevelsOf::SubjectsOnly;
    check(Parameters { good_levels_of, ..default() }, "own-activity-H", "HTXS");
    check(Parameters { good_levels_of, ..default() }, "own-one-H", "HT");
    check(Parameters { good_levels_of, ..default() }, "own-activity-C", "CHT");
    let zero_score = ZeroScore::Refused;
    check(Parameters { zero_score, ..default() }, "own-zero-fails", "?");
}

#[test]
fn a_bar_is_data() {
    let mut parameters = Parameters::default();
    parameters.results[0].tests = Tenths::points(10);
    let outcome = assess(&parameters, &case("own-9-bar"), &mut Log::new());
    assert_eq!(code(outcome.original), "HTT");
}

#[test]
fn transcript_lines() {
    let parameters = Parameters::default();
    let check = |programme, grade, expected: &str| {
        assert_eq!(parameters.transcript_line(programme, grade), expected);
    };
    check(Programme::Completed, 3, "Hoàn thành chương trình lớp 3; được lên lớp 4");
    check(Programme::Completed, 5, "Hoàn thành chương trình tiểu học");
    check(Programme::HeldBack, 5, "Chưa hoàn thành chương trình lớp 5; chưa được lên lớp");
}

#[test]
fn a_flagged_pupil_has_no_level_and_only_the_principal_says_more() {
    let parameters = Parameters::default();
    let record = Record::read(&parameters, 4, ["T", "T", "7x 10"]);
    let mut pupil =
        PupilYear { points: [record.view(); 4], assessed: Assessed::No, ..PupilYear::default() };
    let class = ClassYear { grade: 4, year_end: YearEnd::Closing, pupils: &[] };
    let mut log = Log::new();
    let outcome = assess_pupil(&parameters, &class, &pupil, &mut log);
    assert_eq!((outcome.original, outcome.programme), (None, Programme::NotAssessed));
    assert_eq!(log.findings(), []);
    validate_pupil(&parameters, 4, &pupil, Point::YearEnd, &mut log);
    let codes: Vec<&str> = log.findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["V27-07"]);
    pupil.decision = Some(true);
    let outcome = assess_pupil(&parameters, &class, &pupil, &mut log);
    assert_eq!(outcome.programme, Programme::PromotedByPrincipal);
}

/// Class 4A of regulations 1.15.
fn class_4a() -> Vec<Outcome> {
    let outcome = |result, title| Outcome {
        original: Some(result),
        shown: Some(result),
        programme: match result {
            YearResult::NotCompleted => Programme::AwaitingSupplement,
            _ => Programme::Completed,
        },
        title,
        ..Outcome::default()
    };
    let mut class = vec![outcome(YearResult::Excellent, Some(Title::Excellent)); 8];
    class.extend(vec![outcome(YearResult::WellCompleted, Some(Title::Representative)); 4]);
    class.extend(vec![outcome(YearResult::WellCompleted, None); 7]);
    class.extend(vec![outcome(YearResult::Completed, None); 9]);
    class.push(outcome(YearResult::NotCompleted, None));
    class.push(Outcome {
        assessed: Assessed::No,
        programme: Programme::NotAssessed,
        ..Outcome::default()
    });
    class
}

#[test]
fn the_worked_class_table() {
    let counts = class_statistics(&class_4a());
    assert_eq!((counts.pupils, counts.flagged, counts.not_evaluable), (30, 1, 0));
    let assessed = Percentages::default();
    let everyone = Percentages { denominator: Denominator::Everyone, ..assessed };
    let check = |count, expected: [&str; 3]| {
        let [with_29, with_30] = [assessed, everyone].map(|percentages| {
            let share = counts.share(&percentages, count);
            share.percent.unwrap().to_string()
        });
        assert_eq!([count.to_string(), with_29, with_30], expected);
    };
    check(counts.results[YearResult::Excellent.rank()], ["8", "27,6", "26,7"]);
    check(counts.results[YearResult::WellCompleted.rank()], ["11", "37,9", "36,7"]);
    check(counts.results[YearResult::Completed.rank()], ["9", "31,0", "30,0"]);
    check(counts.results[YearResult::NotCompleted.rank()], ["1", "3,4", "3,3"]);
    check(counts.excellent, ["8", "27,6", "26,7"]);
    check(counts.representative, ["4", "13,8", "13,3"]);
    check(counts.completed, ["28", "96,6", "93,3"]);
}

#[test]
fn rounded_percentages_are_not_evened_out() {
    let counts = class_statistics(&class_4a());
    let sum = |percentages: Percentages| -> i64 {
        let shares = counts.results.map(|count| counts.share(&percentages, count));
        shares.iter().map(|share| share.percent.unwrap().value).sum()
    };
    assert_eq!(sum(Percentages::default()), 999);
    let everyone = Percentages { denominator: Denominator::Everyone, ..Percentages::default() };
    assert_eq!(sum(everyone), 967);
}

#[test]
fn an_empty_class_has_no_percentages() {
    let counts = class_statistics(&[]);
    assert_eq!(counts.share(&Percentages::default(), 0).percent, None);
    let flagged = Outcome { assessed: Assessed::No, ..Outcome::default() };
    let counts = class_statistics(&[flagged]);
    assert_eq!(counts.share(&Percentages::default(), 0).percent, None);
}

#[test]
fn subject_counts_leave_flagged_pupils_out() {
    let parameters = Parameters::default();
    let good = Record::read(&parameters, 2, ["T; TOAN=H", "T", "9; 5"]);
    let weak = Record::read(&parameters, 2, ["H; TOAN=C", "Đ", "6; 4"]);
    let pupil = |record: &'static Record, assessed| PupilYear {
        points: [record.view(); 4],
        assessed,
        ..PupilYear::default()
    };
    let good: &'static Record = Box::leak(Box::new(good));
    let weak: &'static Record = Box::leak(Box::new(weak));
    let class = [pupil(good, Assessed::Yes), pupil(weak, Assessed::Yes), pupil(good, Assessed::No)];
    let counts = subject_counts(&parameters, Point::YearEnd, &class);
    let maths = counts[parameters.subject_row("TOAN").unwrap()];
    assert_eq!(maths.levels, [1, 1, 0]);
    assert_eq!((maths.tests_under, maths.tests_from), (1, 1));
}
