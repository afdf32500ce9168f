//! A second reading of TT27 Điều 9 and 11, by counting letters, against thousands of invented pupils.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

#[path = "common/dice.rs"]
mod dice;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt27::{
    ClassYear, Parameters, PointRecord, PupilYear, QualityLevel, Recognition, SubjectCell,
    SubjectLevel, Supplement, YearEnd, assess_pupil,
};
use dice::Dice;

/// The rows of the regulations by grade, written out again: compulsory subjects, `*` with a year-end test.
const SUBJECTS: [&str; 5] = [
    "TV* TOAN* DD TNXH GDTC AN MT HDTN",
    "TV* TOAN* DD TNXH GDTC AN MT HDTN",
    "TV* TOAN* NN1* DD TNXH TH* CN* GDTC AN MT HDTN",
    "TV* TOAN* NN1* DD LSDL* KH* TH* CN* GDTC AN MT HDTN",
    "TV* TOAN* NN1* DD LSDL* KH* TH* CN* GDTC AN MT HDTN",
];
const QUALITIES: [&str; 5] = [
    "YN NA CC TT TN TCTH GTHT GQVD NL_NN NL_TT NL_KH NL_TM NL_TC",
    "YN NA CC TT TN TCTH GTHT GQVD NL_NN NL_TT NL_KH NL_TM NL_TC",
    "YN NA CC TT TN TCTH GTHT GQVD NL_NN NL_TT NL_KH NL_CN NL_TH NL_TM NL_TC",
    "YN NA CC TT TN TCTH GTHT GQVD NL_NN NL_TT NL_KH NL_CN NL_TH NL_TM NL_TC",
    "YN NA CC TT TN TCTH GTHT GQVD NL_NN NL_TT NL_KH NL_CN NL_TH NL_TM NL_TC",
];

/// An invented year end: letters by code, tests by code; `None` is missing.
#[derive(Debug, Clone)]
struct Invented {
    grade: u8,
    levels: Vec<(&'static str, Option<char>)>,
    tests: Vec<(&'static str, Option<i64>)>,
    qualities: Vec<(&'static str, Option<char>)>,
    decision: Option<bool>,
    recognition: [bool; 3],
}

fn invent(dice: &mut Dice) -> Invented {
    let grade = u8::try_from(dice.between(1, 5)).unwrap();
    let index = usize::from(grade) - 1;
    // Most letters are the best one, so that all four results are met.
    let quality_of_class = dice.between(1, 3);
    let rare = dice.pick(&[20, 60, 400]);
    let letter = |dice: &mut Dice, letters: [char; 3]| {
        if dice.one_in(400) {
            None
        } else if dice.one_in(rare) {
            Some(letters[2])
        } else if quality_of_class == 1 && dice.one_in(3) || dice.one_in(200) {
            Some(letters[1])
        } else {
            Some(letters[0])
        }
    };
    let lowest = dice.pick(&[9, 9, 7, 5, 4]);
    let mut levels = Vec::new();
    let mut tests = Vec::new();
    for name in SUBJECTS[index].split(' ') {
        let code = name.trim_end_matches('*');
        levels.push((code, letter(dice, ['T', 'H', 'C'])));
        if name.ends_with('*') {
            let is_missing = dice.one_in(60);
            tests.push((code, (!is_missing).then(|| dice.between(lowest, 10))));
        }
    }
    let qualities =
        QUALITIES[index].split(' ').map(|code| (code, letter(dice, ['T', 'Đ', 'C']))).collect();
    Invented {
        grade,
        levels,
        tests,
        qualities,
        decision: dice.pick(&[None, None, Some(true), Some(false)]),
        recognition: [dice.one_in(2), dice.one_in(2), dice.one_in(2)],
    }
}

/// Điều 9 as sentences; "?" when something needed is missing.
fn oracle_result(pupil: &Invented) -> &'static str {
    let is_missing = |code: &str| {
        let mut tests = pupil.tests.iter();
        tests.any(|(other, test)| *other == code && test.is_none())
    };
    let computing = is_missing("TH") && is_missing("CN");
    let others =
        pupil.tests.iter().any(|(code, test)| test.is_none() && *code != "TH" && *code != "CN");
    let no_letter = pupil.levels.iter().chain(&pupil.qualities).any(|(_, l)| l.is_none());
    if computing || others || no_letter {
        return "?";
    }
    let count = |list: &[(&str, Option<char>)], letter: char| {
        list.iter().filter(|(_, l)| *l == Some(letter)).count()
    };
    let below = |bar: i64| {
        let tests = pupil.tests.iter();
        tests.filter(|(_, test)| test.is_some_and(|test| test < bar)).count()
    };
    let all_best = count(&pupil.levels, 'T') == pupil.levels.len()
        && count(&pupil.qualities, 'T') == pupil.qualities.len();
    let none_c = count(&pupil.levels, 'C') + count(&pupil.qualities, 'C') == 0;
    match (all_best, none_c) {
        (true, _) if below(9) == 0 => "HTXS",
        (true, _) if below(7) == 0 => "HTT",
        (_, true) if below(5) == 0 => "HT",
        _ => "CHT",
    }
}

/// Everything expected: result, words for the programme, for going up, title.
fn oracle(pupil: &Invented) -> [&'static str; 4] {
    let result = oracle_result(pupil);
    let [outstanding, progress, class] = pupil.recognition;
    let title = match result {
        "HTXS" => "Học sinh Xuất sắc",
        "HTT" if class && (outstanding || progress) => {
            "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
        }
        _ => "",
    };
    let [programme, up] = match (result, pupil.decision) {
        ("?", _) => ["", ""],
        ("CHT", None) => ["Đánh giá bổ sung", ""],
        ("CHT", Some(true)) => ["Chưa hoàn thành chương trình lớp học", "Được lên lớp"],
        ("CHT", Some(false)) => ["Chưa hoàn thành chương trình lớp học", "Chưa được lên lớp"],
        _ if pupil.grade == 5 => ["Hoàn thành chương trình tiểu học", "Được lên lớp"],
        _ => ["Hoàn thành chương trình lớp học", "Được lên lớp"],
    };
    [result, programme, up, title]
}

fn record(
    parameters: &Parameters,
    pupil: &Invented,
) -> (Vec<SubjectCell>, Vec<Option<QualityLevel>>) {
    let mut subjects = vec![SubjectCell::default(); parameters.subjects.len()];
    for (code, letter) in &pupil.levels {
        let row = parameters.subject_row(code).unwrap();
        subjects[row].level = letter.map(|l| SubjectLevel::parse(&l.to_string()).unwrap());
    }
    for (code, test) in &pupil.tests {
        let row = parameters.subject_row(code).unwrap();
        subjects[row].test = test.map(|test| Tenths::points(i32::try_from(test).unwrap()));
    }
    let mut qualities = vec![None; parameters.qualities.len()];
    for (code, letter) in &pupil.qualities {
        let row = parameters.quality_row(code).unwrap();
        qualities[row] = letter.map(|l| QualityLevel::parse(&l.to_string()).unwrap());
    }
    (subjects, qualities)
}

fn found(
    parameters: &Parameters,
    pupil: &Invented,
    supplement: Option<Supplement<'_>>,
) -> [String; 4] {
    let (subjects, qualities) = record(parameters, pupil);
    let mut points = [PointRecord::default(); 4];
    points[3] = PointRecord { subjects: &subjects, qualities: &qualities };
    let year = PupilYear {
        points,
        supplement,
        decision: pupil.decision,
        recognition: Recognition {
            outstanding_subject: pupil.recognition[0],
            quality_progress: pupil.recognition[1],
            class_recognises: pupil.recognition[2],
        },
        ..PupilYear::default()
    };
    let class = ClassYear { grade: pupil.grade, year_end: YearEnd::Open, pupils: &[] };
    let outcome = assess_pupil(parameters, &class, &year, &mut Log::new());
    let title = outcome.title.map_or("", |title| parameters.title_label(title));
    [
        outcome.shown.map_or("?", |result| result.code()),
        parameters.programme_label(outcome.programme, pupil.grade),
        parameters.promotion_label(outcome.programme),
        title,
    ]
    .map(str::to_owned)
}

#[test]
fn year_ends_agree_with_the_text() {
    let parameters = Parameters::default();
    let mut dice = Dice::new(27);
    let mut met = std::collections::BTreeMap::new();
    for _ in 0..8_000 {
        let pupil = invent(&mut dice);
        let expected = oracle(&pupil);
        *met.entry(expected[0]).or_insert(0) += 1;
        assert_eq!(found(&parameters, &pupil, None), expected, "{pupil:#?}");
    }
    assert!(met.len() == 5 && met.values().all(|count| *count > 200), "{met:?}");
}

#[test]
fn a_supplement_is_the_same_as_having_had_the_new_values() {
    let parameters = Parameters::default();
    let mut dice = Dice::new(28);
    let mut mended = 0;
    for _ in 0..8_000 {
        let mut pupil = invent(&mut dice);
        pupil.recognition = [false; 3];
        pupil.decision = None;
        if oracle_result(&pupil) != "CHT" {
            continue;
        }
        // Every C becomes H or Đ, every test below 5 becomes 5.
        let mut after = pupil.clone();
        let mut new = (Vec::new(), Vec::new());
        for (code, letter) in &mut after.levels {
            if *letter == Some('C') {
                *letter = Some('H');
                let cell = SubjectCell { level: Some(SubjectLevel::Completed), test: None };
                new.0.push((parameters.subject_row(code).unwrap(), cell));
            }
        }
        for (code, test) in &mut after.tests {
            if test.is_some_and(|test| test < 5) {
                *test = Some(5);
                let cell = SubjectCell { level: None, test: Some(Tenths::points(5)) };
                new.0.push((parameters.subject_row(code).unwrap(), cell));
            }
        }
        for (code, letter) in &mut after.qualities {
            if *letter == Some('C') && !dice.one_in(5) {
                *letter = Some('Đ');
                let row = parameters.quality_row(code).unwrap();
                new.1.push((row, QualityLevel::Reached));
            }
        }
        let supplement = Supplement { subjects: &new.0, qualities: &new.1 };
        let result = found(&parameters, &pupil, Some(supplement));
        let expected = oracle_result(&after);
        assert_eq!(result[0], expected, "{pupil:#?}");
        let waits = "Chờ Hiệu trưởng xét, quyết định việc lên lớp";
        assert_eq!(result[1] == waits, expected == "CHT");
        mended += usize::from(expected == "HT");
    }
    assert!(mended > 300, "{mended}");
}
