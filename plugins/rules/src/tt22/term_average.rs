//! ĐTBmhk and ĐTBmcn (Điều 9.1): exact integers in tenths, rounded once.

use super::parameters::{Parameters, YearFrom};
use super::values::Subject;
use crate::decimal::{Tenths, average, quotient_text};
use crate::explanation::Explanation;
use crate::finding::{Place, Term};
use crate::log::Log;

/// The average of one subject in one semester, with what it was divided from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermAverage {
    /// Weighted sum, in tenths of a point.
    pub sum: i64,
    /// Sum of the weights.
    pub divisor: i64,
    /// The quotient, rounded.
    pub average: Tenths,
}

impl TermAverage {
    /// Takes an average whose marks are not known, only its rounded value.
    pub fn known(average: Tenths) -> Self {
        TermAverage { sum: i64::from(average.0), divisor: 1, average }
    }
}

/// Returns `ĐTBmhk = (TĐĐGtx + 2 × ĐĐGgk + 3 × ĐĐGck) / (Số ĐĐGtx + 5)`, TT22 Điều 9.1.
///
/// `ongoing` are the ĐĐGtx in tenths, at least one. `None` when there is none.
pub fn term_average(
    parameters: &Parameters,
    ongoing: impl IntoIterator<Item = Tenths>,
    midterm: Tenths,
    end: Tenths,
) -> Option<TermAverage> {
    let mut total = 0i64;
    let mut count = 0i64;
    for score in ongoing {
        total += i64::from(score.0);
        count += 1;
    }
    if count == 0 {
        return None;
    }
    let [ongoing_weight, midterm_weight, end_weight] = parameters.weights.map(i64::from);
    let sum = ongoing_weight * total
        + midterm_weight * i64::from(midterm.0)
        + end_weight * i64::from(end.0);
    let divisor = ongoing_weight * count + midterm_weight + end_weight;
    let average = average(sum, divisor, parameters.rounding)?;
    Some(TermAverage { sum, divisor, average })
}

/// Returns `ĐTBmcn = (ĐTBmhkI + 2 × ĐTBmhkII) / 3`, TT22 Điều 9.1.
///
/// From the rounded semester averages by default (A2). Never falls on half.
pub fn year_average(
    parameters: &Parameters,
    first: TermAverage,
    second: TermAverage,
) -> Option<Tenths> {
    let [first_weight, second_weight] = parameters.term_weights.map(i64::from);
    let weights = first_weight + second_weight;
    let (sum, divisor) = match parameters.year_from {
        YearFrom::Rounded => (
            first_weight * i64::from(first.average.0) + second_weight * i64::from(second.average.0),
            weights,
        ),
        YearFrom::Exact => (
            first_weight * first.sum * second.divisor + second_weight * second.sum * first.divisor,
            weights * first.divisor * second.divisor,
        ),
    };
    average(sum, divisor, parameters.rounding)
}

/// Writes down how a semester average came about.
pub(super) fn explain_term(
    parameters: &Parameters,
    subject: &Subject<'_>,
    term: Term,
    ongoing: impl Iterator<Item = Tenths> + Clone,
    periodic: [Tenths; 2],
    result: TermAverage,
    log: &mut Log,
) {
    log.explain(|| {
        let [midterm, end] = periodic;
        let [ongoing_weight, midterm_weight, end_weight] = parameters.weights;
        let count = ongoing.clone().count();
        let list = |separator: &str| {
            let scores: Vec<String> = ongoing.clone().map(|s| s.short().to_string()).collect();
            scores.join(separator)
        };
        let terms = format!(
            "{} + {} + {}",
            weighted(ongoing_weight, &list(" + "), count),
            weighted(midterm_weight, &midterm.short().to_string(), 1),
            weighted(end_weight, &end.short().to_string(), 1),
        );
        let ongoing_divisor = usize::from(ongoing_weight) * count;
        let sum = crate::decimal::Scaled::new(result.sum, 1).trimmed();
        let step = format!(
            "({terms}) / ({ongoing_divisor} + {}) = {sum} / {} {} → {}",
            u16::from(midterm_weight) + u16::from(end_weight),
            result.divisor,
            quotient_text(result.sum, result.divisor),
            result.average,
        );
        Explanation {
            rule: "TT 22/2021, Điều 9 khoản 1",
            value: "ĐTBmhk",
            place: Place::cell(subject.code, term, "average"),
            inputs: vec![
                ("ĐĐGtx".to_owned(), list("; ")),
                ("ĐĐGgk".to_owned(), midterm.to_string()),
                ("ĐĐGck".to_owned(), end.to_string()),
            ],
            steps: vec![
                "ĐTBmhk = (TĐĐGtx + 2 × ĐĐGgk + 3 × ĐĐGck) / (Số ĐĐGtx + 5)".to_owned(),
                step,
            ],
            result: result.average.to_string(),
        }
    });
}

/// Writes `2×7,9`, leaving out a weight of one.
fn weighted(weight: u8, values: &str, count: usize) -> String {
    match (weight, count) {
        (1, _) => values.to_owned(),
        (_, 1) => format!("{weight}×{values}"),
        _ => format!("{weight}×({values})"),
    }
}

/// Writes down how a year average came about.
pub(super) fn explain_year(
    parameters: &Parameters,
    subject: &Subject<'_>,
    [first, second]: [TermAverage; 2],
    result: Tenths,
    log: &mut Log,
) {
    log.explain(|| {
        let [first_weight, second_weight] = parameters.term_weights.map(i64::from);
        let weights = first_weight + second_weight;
        let step = match parameters.year_from {
            YearFrom::Rounded => {
                let sum = first_weight * i64::from(first.average.0)
                    + second_weight * i64::from(second.average.0);
                format!(
                    "({} + {}) / {weights} = {} / {weights} {} → {result}",
                    weighted(parameters.term_weights[0], &first.average.to_string(), 1),
                    weighted(parameters.term_weights[1], &second.average.to_string(), 1),
                    crate::decimal::Scaled::new(sum, 1),
                    quotient_text(sum, weights),
                )
            }
            YearFrom::Exact => format!(
                "({} × {}/{} + {} × {}/{}) / {weights} → {result}",
                first_weight,
                crate::decimal::Scaled::new(first.sum, 1).trimmed(),
                first.divisor,
                second_weight,
                crate::decimal::Scaled::new(second.sum, 1).trimmed(),
                second.divisor,
            ),
        };
        Explanation {
            rule: "TT 22/2021, Điều 9 khoản 1",
            value: "ĐTBmcn",
            place: Place::cell(subject.code, Term::Year, "average"),
            inputs: vec![
                ("ĐTBmhkI".to_owned(), first.average.to_string()),
                ("ĐTBmhkII".to_owned(), second.average.to_string()),
            ],
            steps: vec!["ĐTBmcn = (ĐTBmhkI + 2 × ĐTBmhkII) / 3".to_owned(), step],
            result: result.to_string(),
        }
    });
}
