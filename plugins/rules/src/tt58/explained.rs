//! The steps of TT58 one by one, each with its explanation, for those who have some results ready.

use super::averages::{TermScores, term_average, year_average};
use super::findings;
use super::learning::LearningResult;
use super::parameters::{MarkKinds, Parameters};
use super::promotion::{PromotionInput, promotion};
use super::pupil::learning;
use super::values::{Conduct, Rank, Subject, Title, YearSubject, title};
use crate::decimal::Tenths;
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;
use crate::tt22::{Mark, Pass, Verdict};

/// Returns ĐTBmhk of a subject.
pub fn explained_term_average(
    parameters: &Parameters,
    subject: &Subject<'_>,
    term: Term,
    scores: &TermScores<'_>,
    log: &mut Log,
) -> Option<Tenths> {
    let average = term_average(parameters, scores)?;
    log.explain(|| {
        let weights = parameters.weights;
        let names = parameters.marks.names();
        let listed = |scores: &[Tenths]| {
            let texts: Vec<String> = scores.iter().map(Tenths::to_string).collect();
            texts.join("; ")
        };
        let TermScores { ongoing, periodic, end } = scores;
        let texts = [listed(ongoing), listed(periodic), listed(end.as_slice())];
        let ([one, two, three], [first, second, third]) = (weights, names);
        Explanation {
            rule: match parameters.marks {
                MarkKinds::Tests => "TT 58/2011, Điều 10",
                MarkKinds::Assessments => "TT 58/2011, Điều 10; TT 26/2020",
            },
            value: "ĐTBmhk",
            place: Place::cell(subject.code, term, "average"),
            inputs: names.map(str::to_owned).into_iter().zip(texts).collect(),
            steps: vec![format!(
                "ĐTBmhk = ({one} × tổng {first} + {two} × tổng {second} + {three} × {third}) / ({one} × {} + {two} × {} + {three}) → {average}",
                ongoing.len(),
                periodic.len(),
            )],
            result: average.to_string(),
        }
    });
    Some(average)
}

/// Finds what keeps a subject from having ĐTBmhk; a semester without any score is not looked at.
pub fn missing_scores(
    parameters: &Parameters,
    subject: &Subject<'_>,
    term: Term,
    scores: &TermScores<'_>,
    log: &mut Log,
) {
    if scores.is_empty() || term_average(parameters, scores).is_some() {
        return;
    }
    let [ongoing, periodic, end] = parameters.marks.names();
    let counts = (scores.ongoing.len(), scores.periodic.len());
    let mut find = |column, lacks: [String; 2]| {
        log.find(findings::scores_missing(subject, term, column, lacks));
    };
    let none = |name: &str| [format!("chưa có {name}"), format!("there is no {name}")];
    match (parameters.marks, counts) {
        (MarkKinds::Tests, (0, 0)) => {
            let vi = format!("chưa có {ongoing}, {periodic}");
            find("ongoing", [vi, format!("there is neither {ongoing} nor {periodic}")]);
        }
        (MarkKinds::Tests, _) => {}
        (MarkKinds::Assessments, (given, midterms)) => {
            if given == 0 {
                find("ongoing", none(ongoing));
            }
            match midterms {
                0 => find("midterm", none(periodic)),
                1 => {}
                more => {
                    let vi = format!("có {more} {periodic}, phải có đúng một");
                    find(
                        "midterm",
                        [vi, format!("there are {more} {periodic}, exactly one is needed")],
                    );
                }
            }
        }
    }
    if scores.end.is_none() {
        find("end", none(end));
    }
}

/// Returns ĐTBmcn of a subject, from the averages of the terms.
pub fn explained_year_average(
    parameters: &Parameters,
    subject: &Subject<'_>,
    first: Tenths,
    second: Tenths,
    log: &mut Log,
) -> Option<Tenths> {
    let average = year_average(parameters, first, second)?;
    log.explain(|| Explanation {
        rule: "TT 58/2011, Điều 11",
        value: "ĐTBmcn",
        place: Place::cell(subject.code, Term::Year, "average"),
        inputs: vec![
            ("ĐTBmhkI".to_owned(), first.to_string()),
            ("ĐTBmhkII".to_owned(), second.to_string()),
        ],
        steps: vec![format!("({first} + 2 × {second}) / 3 → {average}")],
        result: average.to_string(),
    });
    Some(average)
}

/// Returns the result of a comment subject in a term: Đ when the test of the term is Đ and at least
/// two thirds of all tests are (Điều 10; the share was not seen in the text itself).
pub fn comment_result(tests: &[Mark], end: Mark) -> Option<Pass> {
    let end_passed = match end {
        Mark::Passed => true,
        Mark::NotPassed => false,
        _ => return None,
    };
    let held =
        tests.iter().filter(|mark| matches!(mark, Mark::Passed | Mark::NotPassed)).count() + 1;
    let passed =
        tests.iter().filter(|mark| **mark == Mark::Passed).count() + usize::from(end_passed);
    let is_passed = end_passed && 3 * passed >= 2 * held;
    Some(if is_passed { Pass::Passed } else { Pass::NotPassed })
}

/// Returns học lực of a part of the year, or says what is missing.
pub fn explained_learning(
    parameters: &Parameters,
    subjects: &[YearSubject<'_>],
    term: Term,
    log: &mut Log,
) -> Option<LearningResult> {
    learning(parameters, subjects, term, log)
}

/// Returns the year's hạnh kiểm when it was not written down: that of semester II.
///
/// The circular lets people judge, mainly by semester II; an archive that has the year's gives it.
pub fn year_conduct(
    first: Option<Conduct>,
    second: Option<Conduct>,
    log: &mut Log,
) -> Option<Conduct> {
    let second = second?;
    log.explain(|| Explanation {
        rule: "TT 58/2011, Điều 4",
        value: "Hạnh kiểm cả năm",
        place: Place::column("conduct").in_term(Term::Year),
        inputs: vec![
            ("Học kì I".to_owned(), first.map_or("", Conduct::label).to_owned()),
            ("Học kì II".to_owned(), second.label().to_owned()),
        ],
        steps: vec!["Chủ yếu căn cứ hạnh kiểm học kì II; không ghi riêng cả năm".to_owned()],
        result: second.label().to_owned(),
    });
    Some(second)
}

/// Returns the title of a year.
pub fn explained_title(
    parameters: &Parameters,
    conduct: Conduct,
    rank: Rank,
    log: &mut Log,
) -> Option<Title> {
    let found = title(parameters, conduct, rank)?;
    log.explain(|| Explanation {
        rule: "TT 58/2011, Điều 18",
        value: "Danh hiệu",
        place: Place::column("title").in_term(Term::Year),
        inputs: vec![
            ("Hạnh kiểm cả năm".to_owned(), conduct.label().to_owned()),
            ("Học lực cả năm".to_owned(), rank.label().to_owned()),
        ],
        steps: Vec::new(),
        result: parameters.title_label(found).to_owned(),
    });
    Some(found)
}

/// Returns the verdict on promotion.
pub fn explained_promotion(
    parameters: &Parameters,
    input: &PromotionInput,
    log: &mut Log,
) -> Verdict {
    let verdict = promotion(parameters, input, log);
    if verdict == Verdict::NotEvaluable {
        return verdict;
    }
    log.explain(|| {
        let mut inputs = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            inputs.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("Hạnh kiểm cả năm", input.conduct.map(|level| level.label().to_owned()));
        add("Học lực cả năm", input.learning.map(|rank| rank.label().to_owned()));
        add("Tổng số buổi nghỉ học", input.absent.map(|absent| absent.to_string()));
        add("Học lực sau kiểm tra lại", input.learning_after.map(|rank| rank.label().to_owned()));
        add("Hạnh kiểm sau hè", input.conduct_after.map(|level| level.label().to_owned()));
        Explanation {
            rule: "TT 58/2011, Điều 15, 16, 17",
            value: "Được lên lớp",
            place: Place::column("outcome").in_term(Term::Year),
            inputs,
            steps: steps(parameters, input),
            result: parameters.wording.verdict(verdict).to_owned(),
        }
    });
    verdict
}

fn steps(parameters: &Parameters, input: &PromotionInput) -> Vec<String> {
    let stands = |holds: bool| if holds { "không vướng" } else { "vướng" };
    let mut steps = Vec::new();
    if let Some(conduct) = input.conduct {
        let least = parameters.promotion_conduct;
        steps.push(format!("Hạnh kiểm từ {} trở lên: {}", least.label(), stands(conduct >= least)));
    }
    if let Some(rank) = input.learning {
        let least = parameters.promotion_rank;
        steps.push(format!("Học lực từ {} trở lên: {}", least.label(), stands(rank >= least)));
    }
    if let Some(absent) = input.absent {
        let limit = parameters.absence_limit;
        steps.push(format!("Nghỉ học không quá {limit} buổi: {}", stands(absent <= limit)));
    }
    steps
}
