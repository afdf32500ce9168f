//! TT58 and TT58+26: the worked cases, borders, and a second reading of Điều 13 and 15 to 17.
#![expect(clippy::unwrap_used, reason = "a broken case file should stop the test")]

#[path = "common/cases.rs"]
mod common;
#[path = "common/dice.rs"]
mod dice;

use bieumau_rules::decimal::Tenths;
use bieumau_rules::finding::Term;
use bieumau_rules::log::Log;
use bieumau_rules::tt22::{
    Mark, Pass, Reassessed, SubjectKind, SubjectResult, SubjectResults, Summer, Verdict,
};
use bieumau_rules::tt58::{
    Conduct, LearningResult, Parameters, PromotionInput, PupilYear, Rank, Role, SingleSubject,
    Subject, TermScores, Title, YearSubject, assess_pupil, comment_result, explained_promotion,
    explained_term_average, explained_title, explained_year_average, learning_result,
    missing_scores, promotion, term_average, title, year_average, year_conduct,
};
use common::{cases, items};
use dice::Dice;

const ROLES: [Role; 10] = [
    Role::Mathematics,
    Role::Plain,
    Role::Plain,
    Role::Literature,
    Role::Plain,
    Role::Plain,
    Role::ForeignLanguage,
    Role::Plain,
    Role::Plain,
    Role::Plain,
];

fn subject(role: Role, kind: SubjectKind) -> Subject<'static> {
    Subject { code: "M", name: "M", kind, role, is_specialised: false }
}

/// Ten scored subjects and three comment subjects, the first of which are CĐ.
fn set(averages: &[SubjectResult], not_passed: usize) -> Vec<(Subject<'static>, SubjectResult)> {
    let scored = ROLES
        .iter()
        .zip(averages)
        .map(|(role, result)| (subject(*role, SubjectKind::Scored), *result));
    let comments = (0..3).map(|index| {
        let pass = if index < not_passed { Pass::NotPassed } else { Pass::Passed };
        (subject(Role::Plain, SubjectKind::Comment), SubjectResult::Comment(pass))
    });
    scored.chain(comments).collect()
}

fn learn(
    parameters: &Parameters,
    set: &[(Subject<'static>, SubjectResult)],
) -> Option<LearningResult> {
    learning_result(parameters, set.iter().map(|(subject, result)| (subject, *result))).ok()
}

fn result(text: &str) -> SubjectResult {
    match text {
        "?" => SubjectResult::NotEvaluable,
        "M" => SubjectResult::LeftOut,
        text => SubjectResult::Score(Tenths::parse(text).unwrap()),
    }
}

#[test]
fn academic_ranks() {
    let editions = [Parameters::tt58(), Parameters::tt58_tt26()];
    for case in cases(include_str!("cases/tt58_learning.txt")) {
        let averages: Vec<SubjectResult> = items(case[1]).into_iter().map(result).collect();
        assert_eq!(averages.len(), 10, "{}", case[0]);
        let set = set(&averages, case[2].parse().unwrap());
        for (edition, column) in editions.iter().zip([4, 6]) {
            let found = learn(edition, &set);
            let text = |value: Option<Rank>| value.map_or("?", Rank::label);
            let overall = found.map_or("?".to_owned(), |found| found.overall.to_string());
            assert_eq!(overall, case[3], "{}", case[0]);
            assert_eq!(text(found.map(|f| f.base)), case[column], "{} before", case[0]);
            assert_eq!(text(found.map(|f| f.rank)), case[column + 1], "{}", case[0]);
        }
    }
}

#[test]
fn a_spared_key_subject_is_a_parameter() {
    let averages: Vec<SubjectResult> =
        items("4,9; 2x 9,0; 7,9; 2x 9,0; 7,9; 3x 9,0").into_iter().map(result).collect();
    let repair = Parameters { single_subject: SingleSubject::Repair, ..Parameters::tt58() };
    let rank = |parameters: &Parameters| learn(parameters, &set(&averages, 0)).unwrap().rank;
    assert_eq!(rank(&Parameters::tt58()), Rank::Average);
    assert_eq!(rank(&repair), Rank::Fair);
}

#[test]
fn a_specialised_subject_has_its_own_bar() {
    let check = |score: &str, expected| {
        let mut averages = vec![result("9,0"); 10];
        averages[1] = result(score);
        let mut set = set(&averages, 0);
        set[1].0.is_specialised = true;
        assert_eq!(learn(&Parameters::tt58(), &set).unwrap().rank, expected, "{score}");
    };
    check("8,0", Rank::Excellent);
    check("7,9", Rank::Fair);
    check("6,5", Rank::Fair);
    // One subject alone: Giỏi to Trung bình becomes Khá.
    check("6,4", Rank::Fair);
    check("4,9", Rank::Average);
}

#[test]
fn semester_averages_of_tt58_weigh_one_two_three() {
    let parameters = Parameters::tt58();
    let scores = |text| -> Vec<Tenths> {
        items(text).into_iter().map(|t| Tenths::parse(t).unwrap()).collect()
    };
    let check = |ongoing, periodic, end, expected: &str| {
        let (ongoing, periodic) = (scores(ongoing), scores(periodic));
        let end = Some(Tenths::parse(end).unwrap());
        let found =
            term_average(&parameters, &TermScores { ongoing: &ongoing, periodic: &periodic, end });
        assert_eq!(found.unwrap().to_string(), expected);
    };
    check("8; 7; 9", "7; 8", "7,5", "7,7");
    check("8; 8; 7,5", "7,9", "8,1", "8,0");
    check("10", "10; 10; 10", "10", "10,0");
    check("5; 6", "5,5; 5", "5", "5,2");
    let year = year_average(&parameters, Tenths(64), Tenths(65)).unwrap();
    assert_eq!(year.to_string(), "6,5");
}

/// What a semester lacks, by edition: counts of the three kinds of scores, and the messages.
#[test]
fn a_semester_without_the_needed_scores_has_no_average_and_says_why() {
    let check = |parameters: &Parameters,
                 [ongoing, periodic, end]: [usize; 3],
                 expected: &[&str]| {
        let marks = [Tenths(80); 3];
        let scores = TermScores {
            ongoing: &marks[..ongoing],
            periodic: &marks[..periodic],
            end: marks[..end].first().copied(),
        };
        let counts = (parameters.marks, ongoing, periodic, end);
        let is_whole = expected.is_empty() && !scores.is_empty();
        assert_eq!(term_average(parameters, &scores).is_some(), is_whole, "{counts:?}");
        let mut log = Log::new();
        let subject = subject(Role::Mathematics, SubjectKind::Scored);
        missing_scores(parameters, &subject, Term::First, &scores, &mut log);
        let found: Vec<&str> = log.findings().iter().map(|own| own.message_vi.as_str()).collect();
        let start = "M, học kì I: chưa tính được ĐTBmhk, ";
        let expected: Vec<String> = expected.iter().map(|what| format!("{start}{what}")).collect();
        assert_eq!(found, expected, "{counts:?}");
    };
    let tt58 = Parameters::tt58();
    check(&tt58, [0, 0, 0], &[]);
    check(&tt58, [2, 2, 1], &[]);
    check(&tt58, [2, 0, 1], &[]);
    check(&tt58, [0, 2, 1], &[]);
    check(&tt58, [0, 0, 1], &["chưa có KTtx, KTđk"]);
    check(&tt58, [2, 2, 0], &["chưa có KThk"]);
    let tt26 = Parameters::tt58_tt26();
    check(&tt26, [0, 0, 0], &[]);
    check(&tt26, [1, 1, 1], &[]);
    check(&tt26, [2, 0, 1], &["chưa có ĐĐGgk"]);
    check(&tt26, [0, 1, 1], &["chưa có ĐĐGtx"]);
    check(&tt26, [2, 2, 1], &["có 2 ĐĐGgk, phải có đúng một"]);
    check(&tt26, [0, 0, 1], &["chưa có ĐĐGtx", "chưa có ĐĐGgk"]);
    check(&tt26, [2, 1, 0], &["chưa có ĐĐGck"]);
}

#[test]
fn titles_need_both() {
    let check = |conduct, rank, expected| {
        assert_eq!(title(&Parameters::tt58(), conduct, rank), expected);
    };
    check(Conduct::Good, Rank::Excellent, Some(Title::Excellent));
    check(Conduct::Fair, Rank::Excellent, Some(Title::Advanced));
    check(Conduct::Good, Rank::Fair, Some(Title::Advanced));
    check(Conduct::Average, Rank::Excellent, None);
    check(Conduct::Good, Rank::Average, None);
    let label = Parameters::tt58().title_label(Title::Advanced).to_owned();
    assert_eq!(label, "Học sinh tiên tiến");
}

/// Điều 15 to 17 as questions in another order: first who is held back, then who is mended.
fn oracle_verdict(input: &PromotionInput) -> Verdict {
    let conduct = input.conduct.unwrap();
    let learning = input.learning.unwrap();
    let bad_conduct = conduct == Conduct::Weak;
    let bad_learning = matches!(learning, Rank::Weak | Rank::Poor);
    let held = input.absent.unwrap() >= 46
        || learning == Rank::Poor
        || (bad_conduct && bad_learning)
        || (bad_learning && matches!(input.learning_after, Some(Rank::Weak | Rank::Poor)))
        || (bad_conduct && input.conduct_after == Some(Conduct::Weak));
    if held {
        Verdict::NotPromoted
    } else if bad_learning {
        match input.learning_after {
            Some(_) => Verdict::PromotedAfterReassessment,
            None => Verdict::AwaitingReassessment,
        }
    } else if bad_conduct {
        match input.conduct_after {
            Some(_) => Verdict::PromotedAfterTraining,
            None => Verdict::AwaitingTraining,
        }
    } else {
        Verdict::Promoted
    }
}

#[test]
fn every_combination_of_promotion_agrees_with_the_text() {
    let conducts = Conduct::ALL.map(Some);
    let afters: Vec<Option<Conduct>> = conducts.into_iter().chain([None]).collect();
    let ranks: Vec<Option<Rank>> = Rank::ALL.map(Some).into_iter().chain([None]).collect();
    let parameters = Parameters::tt58();
    let mut count = 0;
    for conduct in conducts {
        for learning in Rank::ALL.map(Some) {
            for conduct_after in &afters {
                for learning_after in &ranks {
                    for absent in [0, 45, 46] {
                        let input = PromotionInput {
                            conduct,
                            conduct_after: *conduct_after,
                            learning,
                            learning_after: *learning_after,
                            absent: Some(absent),
                            summer: Summer::Open,
                        };
                        let found = promotion(&parameters, &input, &mut Log::new());
                        assert_eq!(found, oracle_verdict(&input), "{input:?}");
                        count += 1;
                    }
                }
            }
        }
    }
    assert_eq!(count, 4 * 5 * 5 * 6 * 3);
}

/// Điều 13 with whole lists: scores in tenths with their places, CĐ counted.
fn oracle_rank(scores: &[Option<i32>], not_passed: usize, sum_of_all: i32, keys: &[usize]) -> Rank {
    // The rounded overall average is at least b tenths when 2 sum + n >= 2 n b - ... solved for b.
    let n = 10;
    let overall_at_least = |bar: i32| 2 * sum_of_all + n >= 2 * n * bar;
    let every = |bar: i32| scores.iter().flatten().all(|score| *score >= bar);
    let key = |bar: i32| keys.iter().any(|k| scores[*k].is_some_and(|score| score >= bar));
    if overall_at_least(80) && key(80) && every(65) && not_passed == 0 {
        Rank::Excellent
    } else if overall_at_least(65) && key(65) && every(50) && not_passed == 0 {
        Rank::Fair
    } else if overall_at_least(50) && key(50) && every(35) && not_passed == 0 {
        Rank::Average
    } else if overall_at_least(35) && every(20) {
        Rank::Weak
    } else {
        Rank::Poor
    }
}

fn oracle_adjusted(scores: &[i32], not_passed: usize, keys: &[usize]) -> Rank {
    let sum = scores.iter().sum();
    let all: Vec<Option<i32>> = scores.iter().copied().map(Some).collect();
    let base = oracle_rank(&all, not_passed, sum, keys);
    let mut spared = Vec::new();
    for index in 0..all.len() {
        let mut others = all.clone();
        others[index] = None;
        spared.push(oracle_rank(&others, not_passed, sum, keys));
    }
    if not_passed > 0 {
        spared.push(oracle_rank(&all, not_passed - 1, sum, keys));
    }
    let could_be = |rank: Rank| spared.iter().any(|other| *other >= rank);
    match base {
        Rank::Average if could_be(Rank::Excellent) => Rank::Fair,
        Rank::Weak if could_be(Rank::Fair) => Rank::Average,
        Rank::Poor if could_be(Rank::Fair) => Rank::Weak,
        _ => base,
    }
}

#[test]
fn invented_pupils_agree_with_the_text() {
    let editions = [(Parameters::tt58(), vec![0, 3]), (Parameters::tt58_tt26(), vec![0, 3, 6])];
    let mut dice = Dice::new(58);
    let mut raised = 0;
    for _ in 0..6_000 {
        let common = dice.pick(&[90, 85, 80, 70, 65, 60, 50, 40]);
        let scores: Vec<i32> = (0..10)
            .map(|_| match dice.between(1, 12) {
                1..=9 => common,
                10 => dice.pick(&[19, 20, 34, 35, 49, 50, 64, 65, 79, 80]),
                _ => i32::try_from(dice.between(0, 100)).unwrap(),
            })
            .collect();
        let not_passed = if dice.one_in(3) { dice.pick(&[1, 2]) } else { 0 };
        let averages: Vec<SubjectResult> =
            scores.iter().map(|score| SubjectResult::Score(Tenths(*score))).collect();
        for (parameters, keys) in &editions {
            let found = learn(parameters, &set(&averages, not_passed)).unwrap();
            let expected = oracle_adjusted(&scores, not_passed, keys);
            assert_eq!(found.rank, expected, "{scores:?} {not_passed}");
            raised += usize::from(found.rank != found.base);
        }
    }
    assert!(raised > 300, "{raised}");
}

#[test]
fn a_retest_changes_the_overall_average_too() {
    let averages = [vec![result("5,0"); 8], vec![result("4,0"); 2]].concat();
    let subjects: Vec<(Subject<'static>, SubjectResult)> = set(&averages, 0);
    let years: Vec<YearSubject<'_>> = subjects
        .iter()
        .map(|(subject, result)| YearSubject {
            subject,
            results: SubjectResults { first: *result, second: *result, year: *result },
        })
        .collect();
    let retested = [8, 9].map(|subject| Reassessed { subject, result: Mark::Score(Tenths(50)) });
    let mut pupil = PupilYear {
        subjects: &years,
        conduct: [Some(Conduct::Good); 3],
        absent: Some(0),
        ..PupilYear::default()
    };
    let parameters = Parameters::tt58();
    let check = |pupil: &PupilYear<'_>, expected| {
        let mut log = Log::tracing();
        let found = assess_pupil(&parameters, pupil, &mut log);
        assert_eq!(found.learning[2].unwrap().rank, Rank::Weak);
        assert_eq!(found.verdict, expected);
        assert_eq!(log.explanations().len(), 6);
    };
    check(&pupil, Verdict::AwaitingReassessment);
    pupil.retested = &retested;
    check(&pupil, Verdict::PromotedAfterReassessment);
    pupil.retested = &retested[..1];
    check(&pupil, Verdict::NotPromoted);
    pupil.absent = None;
    pupil.retested = &retested;
    check(&pupil, Verdict::NotEvaluable);
}

#[test]
fn a_comment_subject_needs_two_thirds_and_the_last_test() {
    let check = |tests: &[Mark], end, expected| {
        assert_eq!(comment_result(tests, end), expected, "{tests:?} {end:?}");
    };
    let (passed, failed) = (Mark::Passed, Mark::NotPassed);
    check(&[passed, failed], passed, Some(Pass::Passed));
    check(&[failed, failed], passed, Some(Pass::NotPassed));
    check(&[passed, failed, failed], passed, Some(Pass::NotPassed));
    check(&[passed, passed], failed, Some(Pass::NotPassed));
    check(&[], passed, Some(Pass::Passed));
    check(&[Mark::Blank], passed, Some(Pass::Passed));
    check(&[passed], Mark::Blank, None);
}

#[test]
fn conduct_of_the_year_follows_the_second_term() {
    let check = |first, second, expected| {
        let mut log = Log::tracing();
        assert_eq!(year_conduct(first, second, &mut log), expected);
        assert_eq!(log.explanations().len(), usize::from(expected.is_some()));
    };
    check(Some(Conduct::Weak), Some(Conduct::Good), Some(Conduct::Good));
    check(None, Some(Conduct::Fair), Some(Conduct::Fair));
    check(Some(Conduct::Good), None, None);
}

#[test]
fn every_step_says_article_inputs_and_result() {
    let parameters = Parameters::tt58();
    let mathematics = subject(Role::Mathematics, SubjectKind::Scored);
    let mut log = Log::tracing();
    let scores = [Tenths(70), Tenths(80)];
    let tests = [Tenths(60), Tenths(70)];
    let average = explained_term_average(
        &parameters,
        &mathematics,
        Term::First,
        &TermScores { ongoing: &scores, periodic: &tests, end: Some(Tenths(80)) },
        &mut log,
    );
    assert_eq!(average, Some(Tenths(72)));
    let (first, second) = (Tenths(72), Tenths(75));
    let year = explained_year_average(&parameters, &mathematics, first, second, &mut log);
    assert_eq!(year, Some(Tenths(74)));
    explained_title(&parameters, Conduct::Good, Rank::Excellent, &mut log);
    let input = PromotionInput {
        conduct: Some(Conduct::Good),
        conduct_after: None,
        learning: Some(Rank::Weak),
        learning_after: Some(Rank::Average),
        absent: Some(3),
        summer: Summer::Open,
    };
    explained_promotion(&parameters, &input, &mut log);
    let told: Vec<(&str, &str)> = log
        .explanations()
        .iter()
        .map(|explanation| (explanation.rule, explanation.result.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("TT 58/2011, Điều 10", "7,2"),
            ("TT 58/2011, Điều 11", "7,4"),
            ("TT 58/2011, Điều 18", "Học sinh giỏi"),
            ("TT 58/2011, Điều 15, 16, 17", "Được lên lớp sau khi kiểm tra lại"),
        ]
    );
    assert!(log.explanations().iter().all(|explanation| !explanation.inputs.is_empty()));
}
