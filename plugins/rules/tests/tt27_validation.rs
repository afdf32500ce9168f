//! The validation rules V27-01 to V27-08 of TT27, one sentence each.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

use bieumau_rules::decimal::Tenths;
use bieumau_rules::finding::{Severity, Term};
use bieumau_rules::log::Log;
use bieumau_rules::tt27::{
    ClassYear, Parameters, Point, PointRecord, PupilYear, QualityLevel, Standing, SubjectCell,
    SubjectLevel, Supplement, YearEnd, assess_pupil, check_stored_title, validate_pupil,
};

/// A complete pupil of a grade: T everywhere, every test 9.
struct Pupil {
    parameters: Parameters,
    grade: u8,
    subjects: [Vec<SubjectCell>; 4],
    qualities: [Vec<Option<QualityLevel>>; 4],
}

impl Pupil {
    fn complete(grade: u8) -> Self {
        let parameters = Parameters::default();
        let subjects = Point::ALL.map(|point| {
            let cell = |row: &bieumau_rules::tt27::SubjectRow| SubjectCell {
                level: (row.standing_in(grade) == Standing::Compulsory)
                    .then_some(SubjectLevel::WellCompleted),
                test: row.is_tested(grade, point).then_some(Tenths::points(9)),
            };
            parameters.subjects.iter().map(cell).collect()
        });
        let qualities = Point::ALL.map(|_| {
            let level = |row: &bieumau_rules::tt27::QualityRow| {
                row.is_rated(grade).then_some(QualityLevel::Good)
            };
            parameters.qualities.iter().map(level).collect()
        });
        Pupil { parameters, grade, subjects, qualities }
    }

    fn cell(mut self, point: Point, code: &str, level: &str, test: Option<i32>) -> Self {
        let row = self.parameters.subject_row(code).unwrap();
        self.subjects[point as usize][row] =
            SubjectCell { level: SubjectLevel::parse(level), test: test.map(Tenths) };
        self
    }

    fn quality(mut self, point: Point, code: &str, level: &str) -> Self {
        let row = self.parameters.quality_row(code).unwrap();
        self.qualities[point as usize][row] = QualityLevel::parse(level);
        self
    }

    fn blank(mut self, point: Point) -> Self {
        self.subjects[point as usize].clear();
        self.qualities[point as usize].clear();
        self
    }

    fn year(&self) -> PupilYear<'_> {
        PupilYear {
            points: [0, 1, 2, 3].map(|index: usize| PointRecord {
                subjects: &self.subjects[index],
                qualities: &self.qualities[index],
            }),
            ..PupilYear::default()
        }
    }

    /// Returns the findings as `code severity term place`.
    fn findings(&self, first_point: Point, through: Point) -> Vec<String> {
        let year = PupilYear { first_point, ..self.year() };
        let mut log = Log::new();
        validate_pupil(&self.parameters, self.grade, &year, through, &mut log);
        log.findings()
            .iter()
            .map(|finding| {
                assert!(!finding.message_vi.is_empty() && !finding.hint_en.is_empty());
                format!(
                    "{} {} {} {}",
                    finding.code,
                    finding.severity.code(),
                    finding.place.term.map_or("-", Term::code),
                    finding.place.subject.as_deref().unwrap_or("-"),
                )
            })
            .collect()
    }

    fn check(&self, expected: &[&str]) {
        assert_eq!(self.findings(Point::MidFirst, Point::YearEnd), expected);
    }
}

const END: Point = Point::YearEnd;

#[test]
fn complete_pupils_have_no_findings() {
    for grade in 1..=5 {
        Pupil::complete(grade).check(&[]);
    }
}

#[test]
fn v27_01_a_test_is_a_whole_number_from_0_to_10() {
    let check = |score| {
        let pupil = Pupil::complete(2).cell(END, "TV", "T", Some(score));
        pupil.check(&["V27-01 error year TV"]);
    };
    check(85);
    check(110);
    check(-10);
}

#[test]
fn q27_1_zero_is_allowed_with_a_warning() {
    let pupil = Pupil::complete(2).cell(END, "TV", "C", Some(0));
    pupil.check(&["Q27-1 warning year TV"]);
}

#[test]
fn v27_02_a_missing_test_is_an_error_only_at_the_end() {
    Pupil::complete(4)
        .cell(END, "KH", "T", None)
        .cell(Point::MidFirst, "TOAN", "T", None)
        .check(&["V27-02 warning mid_first TOAN", "V27-02 error year KH"]);
}

#[test]
fn v27_02_a_test_stands_only_where_the_table_has_one() {
    Pupil::complete(3)
        .cell(Point::MidFirst, "TV", "T", Some(90))
        .cell(END, "DD", "T", Some(90))
        .check(&["V27-02 warning mid_first TV", "V27-02 warning year DD"]);
    // An optional subject may have a test.
    Pupil::complete(1).cell(END, "NN1", "T", Some(90)).check(&[]);
}

#[test]
fn v27_02_one_row_of_two_without_a_test_is_a_warning() {
    let pupil = Pupil::complete(3).cell(END, "CN", "T", None);
    pupil.check(&["V27-02 warning year CN"]);
    pupil.cell(END, "TH", "T", None).check(&["V27-02 error year TH", "V27-02 error year CN"]);
}

#[test]
fn v27_03_test_and_level_should_go_together() {
    let check = |level, score: i32, expected: &[&str]| {
        Pupil::complete(2).cell(END, "TV", level, Some(score * 10)).check(expected);
    };
    let unusual = ["V27-03 warning year TV"];
    check("H", 4, &unusual);
    check("H", 5, &[]);
    check("C", 5, &unusual);
    check("C", 4, &[]);
    check("T", 6, &unusual);
    check("T", 7, &[]);
    check("T", 4, &unusual);
}

#[test]
fn v27_04_every_quality_is_rated_at_every_point() {
    Pupil::complete(2)
        .quality(Point::MidSecond, "YN", "")
        .quality(END, "NL_TC", "")
        .check(&["V27-04 warning mid_second YN", "V27-04 error year NL_TC"]);
}

#[test]
fn v27_05_grades_1_and_2_have_no_technology() {
    Pupil::complete(2)
        .quality(END, "NL_CN", "T")
        .quality(END, "NL_TH", "Đ")
        .check(&["V27-05 error year NL_CN", "V27-05 error year NL_TH"]);
}

#[test]
fn a_subject_is_rated_exactly_where_it_is_taught() {
    Pupil::complete(2)
        .cell(END, "LSDL", "T", None)
        .cell(END, "AN", "", None)
        .check(&["E27-03 error year LSDL", "E27-01 error year AN"]);
}

#[test]
fn q27_6_points_before_a_pupil_came_are_not_missed() {
    let pupil = Pupil::complete(4).blank(Point::MidFirst).blank(Point::EndFirst);
    pupil.check(&["E27-04 warning mid_first -", "E27-04 warning first -"]);
    let none: [&str; 0] = [];
    assert_eq!(pupil.findings(Point::MidSecond, END), none);
    // Nor are those that are not reached yet.
    assert_eq!(Pupil::complete(4).blank(END).findings(Point::MidFirst, Point::MidSecond), none);
}

#[test]
fn v27_06_and_the_principal_before_the_year_is_closed() {
    let pupil = Pupil::complete(2).cell(END, "TV", "C", Some(40));
    let row = pupil.parameters.subject_row("TV").unwrap();
    let unchanged = [(row, SubjectCell::default())];
    let supplement = Supplement { subjects: &unchanged, qualities: &[] };
    let codes = |year_end, year: PupilYear<'_>| -> Vec<&'static str> {
        let class = ClassYear { grade: 2, year_end, pupils: &[] };
        let mut log = Log::new();
        assess_pupil(&pupil.parameters, &class, &year, &mut log);
        let errors = log.findings().iter();
        assert!(errors.clone().all(|finding| finding.severity == Severity::Error));
        errors.map(|finding| finding.code).collect()
    };
    let supplemented = PupilYear { supplement: Some(supplement), ..pupil.year() };
    let decided = PupilYear { decision: Some(false), ..pupil.year() };
    let none: [&str; 0] = [];
    assert_eq!(codes(YearEnd::Open, pupil.year()), none);
    assert_eq!(codes(YearEnd::Closing, pupil.year()), ["V27-06"]);
    assert_eq!(codes(YearEnd::Closing, supplemented), ["E27-05"]);
    assert_eq!(codes(YearEnd::Closing, decided), none);
}

#[test]
fn v27_08_a_stored_title_is_the_computed_one() {
    let check = |pupil: &Pupil, stored: &str, expected: &[&str]| {
        let class = ClassYear { grade: 2, year_end: YearEnd::Closing, pupils: &[] };
        let mut log = Log::new();
        let outcome = assess_pupil(&pupil.parameters, &class, &pupil.year(), &mut log);
        check_stored_title(&pupil.parameters, &outcome, stored, &mut log);
        let codes: Vec<&str> = log.findings().iter().map(|finding| finding.code).collect();
        assert_eq!(codes, expected, "{stored}");
    };
    let excellent = Pupil::complete(2);
    check(&excellent, "Học sinh Xuất sắc", &[]);
    check(&excellent, "Học sinh xuất sắc", &[]);
    check(&excellent, "", &["V27-08"]);
    let good = Pupil::complete(2).cell(END, "TV", "T", Some(70));
    check(&good, "", &[]);
    check(&good, "Học sinh Xuất sắc", &["V27-08"]);
}
