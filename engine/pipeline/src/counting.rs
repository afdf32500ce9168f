//! Counts the datasets that statistical tables need and nothing else does: by several readers at
//! once where the schools are many.

use std::num::NonZeroUsize;
use std::thread;

use bieumau_model::definition::{Dataset, Node, ParameterType, Report};
use bieumau_model::indicators::{Merged, Tally, Wanted, wanted};
use bieumau_model::table::Value;
use bieumau_store::{Part, Snapshot};

use crate::indicators::figures_problem;
use crate::problem::Problem;
use crate::readers::PooledReader;
use crate::render::store_problem;

/// More readers than this would only take the others' time.
const MOST_READERS: usize = 8;

/// A dataset that is counted, and what is wanted of it.
type Counted<'a> = (&'a Dataset, Wanted);

/// Counts what `reader` holds; `another` opens a reader of the same scope.
pub(crate) fn tallies<'p>(
    reader: &Snapshot<'_>,
    another: impl Fn() -> Result<PooledReader<'p>, Problem>,
    report: &Report,
    parameters: &[(&str, Value)],
) -> Result<Vec<Tally>, Problem> {
    let mut wanted = wanted(&report.indicators);
    let counted = report.datasets.iter().filter(|dataset| !is_held(report, &dataset.id));
    let counted =
        counted.filter_map(|dataset| Some((dataset, wanted.remove(dataset.id.as_str())?)));
    let (mut split, mut whole): (Vec<Counted<'_>>, Vec<Counted<'_>>) = (Vec::new(), Vec::new());
    for counted in counted {
        let by_school = reader.is_by_school(counted.0).map_err(store_problem)?;
        if by_school { &mut split } else { &mut whole }.push(counted);
    }
    let readers = if split.is_empty() || is_of_one_school(report, parameters) {
        1
    } else {
        thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_READERS)
    };
    let parts = reader.parts(readers).map_err(store_problem)?;
    let mut tallies = match parts.split_first() {
        Some((own, others)) if !others.is_empty() => {
            in_parts(reader, another, report, &split, parameters, own, others)?
        }
        _ => count(reader, &split, parameters, &Part::default())?,
    };
    tallies.extend(count(reader, &whole, parameters, &Part::default())?);
    Ok(tallies)
}

/// Returns whether the report is asked for one school: the other schools have no rows then.
fn is_of_one_school(report: &Report, parameters: &[(&str, Value)]) -> bool {
    let given =
        |id: &str| parameters.iter().any(|(name, value)| *name == id && *value != Value::Missing);
    report.parameters.iter().any(|own| {
        matches!(&own.kind, ParameterType::Reference { to, .. } if to == "school") && given(&own.id)
    })
}

/// Counts the first part here and each other part on a thread with a reader of its own.
fn in_parts<'p>(
    reader: &Snapshot<'_>,
    another: impl Fn() -> Result<PooledReader<'p>, Problem>,
    report: &Report,
    counted: &[Counted<'_>],
    parameters: &[(&str, Value)],
    own: &Part,
    others: &[Part],
) -> Result<Vec<Tally>, Problem> {
    let moment = reader.moment().map_err(store_problem)?;
    let readers: Vec<PooledReader<'p>> =
        others.iter().map(|_| another()).collect::<Result<_, _>>()?;
    thread::scope(|scope| {
        let threads: Vec<_> = readers
            .into_iter()
            .zip(others)
            .map(|(other, part)| {
                scope.spawn(move || {
                    let other = other.snapshot().map_err(store_problem)?;
                    // Somebody wrote in between: this reader would count other records.
                    if other.moment().map_err(store_problem)? != moment {
                        return Ok(None);
                    }
                    count(&other, counted, parameters, part).map(Some)
                })
            })
            .collect();
        let own = count(reader, counted, parameters, own)?;
        let mut merged: Vec<Merged> = own.into_iter().map(Merged::new).collect();
        for (thread, part) in threads.into_iter().zip(others) {
            let of_part = match thread.join().expect("a count does not panic")? {
                Some(of_part) => of_part,
                None => count(reader, counted, parameters, part)?,
            };
            for (merged, more) in merged.iter_mut().zip(&of_part) {
                let wrong = |error| figures_problem(report, &error);
                merged.add(more, &report.id).map_err(wrong)?;
            }
        }
        Ok(merged.into_iter().map(Merged::into_tally).collect())
    })
}

fn count(
    reader: &Snapshot<'_>,
    counted: &[Counted<'_>],
    parameters: &[(&str, Value)],
    part: &Part,
) -> Result<Vec<Tally>, Problem> {
    let count = |(dataset, wanted): &Counted<'_>| {
        reader.tally_part(dataset, wanted, parameters, part).map_err(store_problem)
    };
    counted.iter().map(count).collect()
}

/// Returns whether something else than statistical tables needs the rows of a dataset.
fn is_held(report: &Report, dataset: &str) -> bool {
    fn shows(node: &Node, dataset: &str) -> bool {
        node.from == dataset || node.children.values().any(|child| shows(child, dataset))
    }
    report.rules.iter().any(|call| call.takes.values().any(|table| table == dataset))
        || report.selections.iter().any(|own| own.from == dataset || own.with.contains_key(dataset))
        || report.document.values().any(|node| shows(node, dataset))
        || report.sheets.iter().any(|sheet| sheet.from == dataset)
}
