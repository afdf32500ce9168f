//! A second reading of TT22, written from the text of the articles, against thousands of invented pupils.
//!
//! Nothing here uses the crate's arithmetic: averages are fractions whose
//! rounding is found by searching, levels are counted in whole sets, and the
//! adjustment tries every replacement set.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

#[path = "common/dice.rs"]
mod dice;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Absences, BothFailed, ClassYear, Level, Mark, Parameters, Pass, PupilYear, Reassessed,
    ReassessmentResult, SingleSubject, Standing, Subject, SubjectKind, SubjectResult, SubjectYear,
    Summer, TermMarks, TermState, Title, Verdict, WhichSubject, YearConduct, YearFrom,
    assess_pupil, term_average, year_average,
};
use dice::Dice;

/// A fraction of a point.
#[derive(Clone, Copy)]
struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    fn tenths(value: i32) -> Self {
        Fraction { num: i128::from(value), den: 10 }
    }

    fn plus(self, other: Fraction, times: i128) -> Self {
        Fraction {
            num: self.num * other.den + times * other.num * self.den,
            den: self.den * other.den,
        }
    }

    fn over(self, divisor: i128) -> Self {
        Fraction { num: self.num, den: self.den * divisor }
    }

    /// Searches the tenth `t` with `t - 0,05 <= value < t + 0,05` points.
    fn rounded(self) -> i32 {
        let fits = |t: i128| {
            (2 * t - 1) * self.den <= 20 * self.num && 20 * self.num < (2 * t + 1) * self.den
        };
        let tenth = (0..=100).find(|t| fits(*t)).unwrap();
        i32::try_from(tenth).unwrap()
    }
}

fn oracle_term(ongoing: &[i32], midterm: i32, end: i32) -> Fraction {
    let mut sum = Fraction { num: 0, den: 1 };
    for score in ongoing {
        sum = sum.plus(Fraction::tenths(*score), 1);
    }
    sum = sum.plus(Fraction::tenths(midterm), 2);
    sum = sum.plus(Fraction::tenths(end), 3);
    sum.over(i128::try_from(ongoing.len()).unwrap() + 5)
}

fn oracle_year(first: Fraction, second: Fraction) -> i32 {
    first.plus(second, 2).over(3).rounded()
}

#[test]
fn every_average_of_two_scores_is_the_fraction_rounded() {
    let parameters = Parameters::default();
    let mut dice = Dice::new(1);
    for _ in 0..20_000 {
        let count = dice.between(1, 5);
        let mut roll = || i32::try_from(dice.between(0, 100)).unwrap();
        let ongoing: Vec<i32> = (0..count).map(|_| roll()).collect();
        let (midterm, end) = (roll(), roll());
        let scores = ongoing.iter().map(|score| Tenths(*score));
        let found = term_average(&parameters, scores, Tenths(midterm), Tenths(end)).unwrap();
        let expected = oracle_term(&ongoing, midterm, end).rounded();
        assert_eq!(found.average, Tenths(expected), "{ongoing:?} {midterm} {end}");
    }
}

#[test]
fn year_averages_from_exact_semesters_are_the_fraction_rounded() {
    let parameters = Parameters { year_from: YearFrom::Exact, ..Parameters::default() };
    let mut dice = Dice::new(2);
    for _ in 0..20_000 {
        let mut term = |count: i64| {
            let mut roll = || i32::try_from(dice.between(0, 100)).unwrap();
            let ongoing: Vec<i32> = (0..count).map(|_| roll()).collect();
            let (midterm, end) = (roll(), roll());
            let scores = ongoing.iter().map(|score| Tenths(*score));
            let found = term_average(&parameters, scores, Tenths(midterm), Tenths(end));
            (found.unwrap(), oracle_term(&ongoing, midterm, end))
        };
        let (first, second) = (term(2), term(3));
        let found = year_average(&parameters, first.0, second.0).unwrap();
        assert_eq!(found, Tenths(oracle_year(first.1, second.1)));
    }
}

/// A subject result as the oracle sees it: a score in tenths, or Đạt / Chưa đạt.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Score(i32),
    Passed,
    NotPassed,
}

/// The text of Điều 9.2, sentence by sentence; 0 Chưa đạt to 3 Tốt.
fn oracle_level(set: &[Shown]) -> usize {
    let not_passed = set.iter().filter(|s| **s == Shown::NotPassed).count();
    let mut scores: Vec<i32> =
        set.iter().filter_map(|s| if let Shown::Score(v) = s { Some(*v) } else { None }).collect();
    scores.sort_unstable();
    let lowest = scores.first().copied().unwrap_or(0);
    // The sixth score from the top: at least six are not below it.
    let sixth = if scores.len() < 6 { -1 } else { scores[scores.len() - 6] };
    if not_passed == 0 && lowest >= 65 && sixth >= 80 {
        3
    } else if not_passed == 0 && lowest >= 50 && sixth >= 65 {
        2
    } else if not_passed < 2 && lowest >= 35 && sixth >= 50 {
        1
    } else {
        0
    }
}

/// Điều 9.3: tries every set with one subject taken out (A) or replaced by any other result (B).
fn oracle_learning(set: &[Shown], repair: bool, comments_too: bool) -> usize {
    let base = oracle_level(set);
    let mut best = 0;
    for index in 0..set.len() {
        let replacements: Vec<Option<Shown>> = match set[index] {
            Shown::Passed => continue,
            Shown::NotPassed if !comments_too => continue,
            Shown::NotPassed => vec![Some(Shown::Passed)],
            Shown::Score(_) if repair => (0..=100).map(|v| Some(Shown::Score(v))).collect(),
            Shown::Score(_) => vec![None],
        };
        for replacement in replacements {
            let mut other = set.to_vec();
            match replacement {
                Some(shown) => other[index] = shown,
                None => {
                    other.remove(index);
                }
            }
            best = best.max(oracle_level(&other));
        }
    }
    let drops_by_two = (best == 3 && base <= 1) || (best == 2 && base == 0);
    if drops_by_two { base + 1 } else { base }
}

/// A set near the bars, so that all branches are met.
fn roll_set(dice: &mut Dice) -> Vec<Shown> {
    let bars = [34, 35, 36, 49, 50, 51, 64, 65, 66, 79, 80, 81, 89, 90, 91];
    let common = dice.pick(&[85, 80, 90, 65, 66, 50, 95]);
    let scored = dice.between(6, 9);
    let mut set: Vec<Shown> = (0..scored)
        .map(|_| {
            let score = match dice.between(1, 10) {
                1..=6 => common,
                7 | 8 => dice.pick(&bars),
                9 => i32::try_from(dice.between(0, 100)).unwrap(),
                _ => dice.pick(&[0, 34, 49]),
            };
            Shown::Score(score)
        })
        .collect();
    for _ in 0..4 {
        let fails = dice.one_in(8);
        set.push(if fails { Shown::NotPassed } else { Shown::Passed });
    }
    set
}

fn to_result(shown: Shown) -> SubjectResult {
    match shown {
        Shown::Score(score) => SubjectResult::Score(Tenths(score)),
        Shown::Passed => SubjectResult::Comment(Pass::Passed),
        Shown::NotPassed => SubjectResult::Comment(Pass::NotPassed),
    }
}

#[test]
fn learning_results_agree_with_the_text_under_all_four_policies() {
    let mut met = [[0u32; 4]; 4];
    for (repair, comments_too) in [(false, true), (false, false), (true, true), (true, false)] {
        let parameters = Parameters {
            single_subject: if repair { SingleSubject::Repair } else { SingleSubject::Remove },
            which_subject: if comments_too { WhichSubject::Any } else { WhichSubject::ScoredOnly },
            ..Parameters::default()
        };
        let mut dice = Dice::new(3);
        for _ in 0..if repair { 1_000 } else { 5_000 } {
            let set = roll_set(&mut dice);
            let results = set.iter().copied().map(to_result);
            let found = bieumau_rules::tt22::learning_result(&parameters, results).unwrap();
            assert_eq!(found.base.rank(), oracle_level(&set), "{set:?}");
            let expected = oracle_learning(&set, repair, comments_too);
            assert_eq!(found.level.rank(), expected, "{set:?}");
            met[found.base.rank()][found.level.rank()] += 1;
        }
    }
    // Every way to be adjusted or not was really met.
    for (base, level) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (3, 3)] {
        assert!(met[base][level] > 50, "{base} to {level}: {met:?}");
    }
}

/// What the oracle knows of an invented pupil.
#[derive(Debug)]
struct Invented {
    marks: Vec<[Term; 2]>,
    conduct: [usize; 2],
    conduct_after: Option<usize>,
    reassessed: Vec<(usize, Shown)>,
    absent: u16,
    grade: u8,
}

#[derive(Debug)]
enum Term {
    Scores(Vec<i32>, i32, i32),
    Comments(Vec<bool>),
}

const PERIODS: [u16; 8] = [140, 140, 105, 35, 105, 140, 52, 70];

fn ongoing_of(periods: u16) -> i64 {
    if periods > 70 {
        4
    } else if periods > 35 {
        3
    } else {
        2
    }
}

fn invent(dice: &mut Dice) -> Invented {
    let strength = dice.between(30, 95);
    let weak = dice.between(0, 7);
    let mut marks = Vec::new();
    for (index, periods) in PERIODS.iter().enumerate() {
        let is_weak = usize::try_from(weak).unwrap() == index && dice.one_in(2);
        let center = if is_weak { 25 } else { strength };
        let mut term = || {
            let mut roll = || {
                let score = (center + dice.between(-12, 12)).clamp(0, 100);
                i32::try_from(score).unwrap()
            };
            let ongoing = (0..ongoing_of(*periods)).map(|_| roll()).collect();
            Term::Scores(ongoing, roll(), roll())
        };
        marks.push([term(), term()]);
    }
    for _ in 0..4 {
        let mut term = || Term::Comments((0..4).map(|_| !dice.one_in(40)).collect());
        marks.push([term(), term()]);
    }
    let level = |dice: &mut Dice| usize::try_from(dice.between(0, 3)).unwrap();
    let conduct = if dice.one_in(2) { [3, 3] } else { [level(dice), level(dice)] };
    Invented {
        marks,
        conduct,
        conduct_after: if dice.one_in(2) { Some(level(dice)) } else { None },
        reassessed: invent_reassessed(dice),
        absent: dice.pick(&[0, 3, 44, 45, 46, 60]),
        grade: dice.pick(&[6, 7, 8, 9]),
    }
}

fn invent_reassessed(dice: &mut Dice) -> Vec<(usize, Shown)> {
    let mut reassessed = Vec::new();
    for index in 0..12 {
        let score = i32::try_from(dice.between(20, 80)).unwrap();
        let comment = if dice.one_in(3) { Shown::NotPassed } else { Shown::Passed };
        if dice.one_in(2) {
            reassessed.push((index, if index < 8 { Shown::Score(score) } else { comment }));
        }
    }
    reassessed
}

/// What the law says of an invented pupil.
#[derive(Debug, PartialEq)]
struct Expected {
    year: Vec<Shown>,
    learning: [usize; 3],
    conduct: usize,
    after: Option<usize>,
    words: &'static str,
    title: &'static str,
}

fn oracle_pupil(pupil: &Invented, both_may_mend: bool, keep_better: bool) -> Expected {
    let mut terms: [Vec<Shown>; 2] = [Vec::new(), Vec::new()];
    let mut year = Vec::new();
    for pair in &pupil.marks {
        for (index, term) in pair.iter().enumerate() {
            terms[index].push(match term {
                Term::Scores(ongoing, midterm, end) => {
                    Shown::Score(oracle_term(ongoing, *midterm, *end).rounded())
                }
                Term::Comments(all) if all.contains(&false) => Shown::NotPassed,
                Term::Comments(_) => Shown::Passed,
            });
        }
        let last = [0, 1].map(|index: usize| terms[index][terms[index].len() - 1]);
        year.push(match last {
            [Shown::Score(first), Shown::Score(second)] => {
                Shown::Score(oracle_year(Fraction::tenths(first), Fraction::tenths(second)))
            }
            [_, second] => second,
        });
    }
    let learn = |set: &[Shown]| oracle_learning(set, false, true);
    let learning = [learn(&terms[0]), learn(&terms[1]), learn(&year)];
    let conduct = oracle_conduct(pupil.conduct);
    let may = learning[2] == 0 && (conduct > 0 || both_may_mend);
    let after = if may { oracle_reassessed(&year, pupil, keep_better) } else { None };
    let words = oracle_words(pupil, conduct, learning[2], after, both_may_mend);
    let nines = year.iter().filter(|s| matches!(s, Shown::Score(90..))).count();
    let title = match (conduct, learning[2]) {
        (3, 3) if nines > 5 => "Học sinh Xuất sắc",
        (3, 3) => "Học sinh Giỏi",
        _ => "",
    };
    Expected { year, learning, conduct, after, words, title }
}

/// The sentences of Điều 8.2 instead of the table.
fn oracle_conduct([first, second]: [usize; 2]) -> usize {
    match (first, second) {
        // Tốt: semester II Tốt and semester I at least Khá.
        (2.., 3) => 3,
        // Khá: II Khá with I at least Đạt; II Đạt with I Tốt; II Tốt with I Đạt or Chưa đạt.
        (1.., 2) | (3, 1) | (0 | 1, 3) => 2,
        // Đạt: II Đạt with I below Tốt; II Khá with I Chưa đạt.
        (_, 1) | (0, 2) => 1,
        _ => 0,
    }
}

fn oracle_reassessed(year: &[Shown], pupil: &Invented, keep_better: bool) -> Option<usize> {
    let mut set = year.to_vec();
    let mut any = false;
    for (index, new) in &pupil.reassessed {
        match (year[*index], *new) {
            (Shown::Score(old), Shown::Score(new)) if old < 50 => {
                set[*index] = Shown::Score(if keep_better && old > new { old } else { new });
                any = true;
            }
            (Shown::NotPassed, new) => {
                set[*index] = new;
                any = true;
            }
            _ => {}
        }
    }
    any.then(|| oracle_learning(&set, false, true))
}

fn oracle_words(
    pupil: &Invented,
    conduct: usize,
    learning: usize,
    after: Option<usize>,
    both_may_mend: bool,
) -> &'static str {
    let done = pupil.grade == 9;
    let up = |words: &'static str| {
        if done { "Hoàn thành chương trình trung học cơ sở" } else { words }
    };
    let stay = if done {
        "Không hoàn thành chương trình trung học cơ sở"
    } else {
        "Không được lên lớp"
    };
    if pupil.absent >= 46 {
        return stay;
    }
    let conduct_at_last = if conduct == 0 { pupil.conduct_after } else { Some(conduct) };
    let learning_at_last = if learning == 0 { after } else { Some(learning) };
    if conduct == 0 && learning == 0 && !both_may_mend {
        return stay;
    }
    match (conduct_at_last, learning_at_last) {
        (Some(0), _) | (_, Some(0)) => stay,
        (None, None) => "Rèn luyện trong kì nghỉ hè và kiểm tra, đánh giá lại",
        (None, _) => "Rèn luyện trong kì nghỉ hè",
        (_, None) => "Kiểm tra, đánh giá lại",
        _ if conduct == 0 && learning == 0 => {
            up("Được lên lớp sau khi kiểm tra lại và rèn luyện trong kì nghỉ hè")
        }
        _ if conduct == 0 => up("Được lên lớp sau khi rèn luyện trong kì nghỉ hè"),
        _ if learning == 0 => up("Được lên lớp sau khi kiểm tra lại"),
        _ => up("Được lên lớp"),
    }
}

/// What the crate says of an invented pupil.
fn found(parameters: &Parameters, pupil: &Invented, log: &mut Log) -> Expected {
    let names: Vec<String> = (0..12).map(|index| format!("M{index}")).collect();
    let subjects: Vec<Subject<'_>> = names
        .iter()
        .enumerate()
        .map(|(index, name)| Subject {
            code: name,
            name,
            kind: if index < 8 { SubjectKind::Scored } else { SubjectKind::Comment },
            periods: Some(PERIODS.get(index).copied().unwrap_or(70)),
            standing: Standing::Compulsory,
        })
        .collect();
    let cells: Vec<[[Vec<Mark>; 3]; 2]> =
        pupil.marks.iter().map(|pair| [to_cells(&pair[0]), to_cells(&pair[1])]).collect();
    let term = |cells: &'_ [Vec<Mark>; 3]| -> (usize, usize, usize) {
        (cells[0].len(), cells[1].len(), cells[2].len())
    };
    assert!(cells.iter().all(|pair| term(&pair[0]).1 == 1));
    let years: Vec<SubjectYear<'_>> = subjects
        .iter()
        .zip(&cells)
        .map(|(subject, pair)| {
            let [first, second] = pair.each_ref().map(|cells| TermMarks {
                ongoing: &cells[0],
                midterm: &cells[1],
                end: &cells[2],
                ..TermMarks::default()
            });
            SubjectYear { subject, first, second }
        })
        .collect();
    let reassessed: Vec<Reassessed> = pupil
        .reassessed
        .iter()
        .map(|(subject, shown)| Reassessed {
            subject: *subject,
            result: match shown {
                Shown::Score(score) => Mark::Score(Tenths(*score)),
                Shown::Passed => Mark::Passed,
                Shown::NotPassed => Mark::NotPassed,
            },
        })
        .collect();
    let year = PupilYear {
        subjects: &years,
        conduct: YearConduct {
            first: Some(Level::ALL[pupil.conduct[0]]),
            second: Some(Level::ALL[pupil.conduct[1]]),
            manual: None,
        },
        conduct_after: pupil.conduct_after.map(|rank| Level::ALL[rank]),
        reassessed: &reassessed,
        absences: Some(Absences { half_days: pupil.absent, whole_days: 0 }),
        ..PupilYear::default()
    };
    let class = ClassYear {
        grade: pupil.grade,
        states: [TermState::Closed; 2],
        summer: Summer::Open,
        pupils: &[],
    };
    let result = assess_pupil(parameters, &class, &year, log);
    let rank =
        |learning: Option<bieumau_rules::tt22::LearningResult>| learning.unwrap().level.rank();
    Expected {
        year: result.subjects.iter().map(|subject| to_shown(subject.year)).collect(),
        learning: [
            rank(result.learning_first),
            rank(result.learning_second),
            rank(result.learning),
        ],
        conduct: result.conduct.unwrap().rank(),
        after: result.reassessment.learning().map(|after| after.level.rank()),
        words: words(parameters.wording.transcript(result.promotion.verdict, pupil.grade)),
        title: match result.title {
            Some(Title::Excellent) => "Học sinh Xuất sắc",
            Some(Title::Good) => "Học sinh Giỏi",
            None => "",
        },
    }
}

fn to_cells(term: &Term) -> [Vec<Mark>; 3] {
    match term {
        Term::Scores(ongoing, midterm, end) => [
            ongoing.iter().map(|score| Mark::Score(Tenths(*score))).collect(),
            vec![Mark::Score(Tenths(*midterm))],
            vec![Mark::Score(Tenths(*end))],
        ],
        Term::Comments(all) => {
            let mark = |passed: bool| if passed { Mark::Passed } else { Mark::NotPassed };
            [vec![mark(all[0]), mark(all[1])], vec![mark(all[2])], vec![mark(all[3])]]
        }
    }
}

fn to_shown(result: SubjectResult) -> Shown {
    match result {
        SubjectResult::Score(score) => Shown::Score(score.0),
        SubjectResult::Comment(Pass::Passed) => Shown::Passed,
        SubjectResult::Comment(Pass::NotPassed) => Shown::NotPassed,
        other => panic!("{other:?}"),
    }
}

/// Makes words comparable with the oracle's.
fn words(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn whole_pupils_agree_with_the_text() {
    let mut verdicts = std::collections::BTreeMap::new();
    for (both_may_mend, keep_better) in [(false, false), (true, false), (false, true)] {
        let parameters = Parameters {
            both_failed: if both_may_mend {
                BothFailed::MayMendBoth
            } else {
                BothFailed::NotPromoted
            },
            reassessment_result: if keep_better {
                ReassessmentResult::Better
            } else {
                ReassessmentResult::Replaces
            },
            ..Parameters::default()
        };
        let mut dice = Dice::new(4);
        for _ in 0..3_000 {
            let pupil = invent(&mut dice);
            let expected = oracle_pupil(&pupil, both_may_mend, keep_better);
            *verdicts.entry(expected.words).or_insert(0) += 1;
            let traced = found(&parameters, &pupil, &mut Log::tracing());
            assert_eq!(traced, expected, "{pupil:#?}");
            assert_eq!(found(&parameters, &pupil, &mut Log::new()), expected);
        }
    }
    assert!(verdicts.len() >= 9, "{verdicts:#?}");
}

#[test]
fn a_verdict_says_whether_the_pupil_goes_up() {
    assert!(Verdict::PromotedAfterBoth.is_promoted());
    assert!(!Verdict::AwaitingTraining.is_promoted());
    assert!(!Verdict::NotEvaluable.is_promoted());
}
