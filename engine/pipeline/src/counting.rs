//! Counts the datasets that statistical tables need and nothing else does: by several readers at
//! once where the schools are many.

use std::num::NonZeroUsize;
use std::thread;

use bieumau_model::definition::{Dataset, Node, Report};
use bieumau_model::indicators::{Tally, Wanted, wanted};
use bieumau_model::table::Value;
use bieumau_store::{Part, Snapshot};

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
    let count_whole = |(dataset, wanted): &Counted<'_>| {
        reader.tally(dataset, wanted, parameters).map_err(store_problem)
    };
    let readers = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_READERS);
    let parts = if split.is_empty() || readers == 1 {
        Vec::new()
    } else {
        reader.parts(readers).map_err(store_problem)?
    };
    let (own, others) = match parts.as_slice() {
        [own, others @ ..] if !others.is_empty() => (own, others),
        _ => return split.iter().chain(&whole).map(count_whole).collect(),
    };
    let mut tallies = in_parts(reader, another, &split, parameters, own, others)?;
    tallies.extend(whole.iter().map(count_whole).collect::<Result<Vec<_>, _>>()?);
    Ok(tallies)
}

/// Counts the first part here and each other part on a thread with a reader of its own.
fn in_parts<'p>(
    reader: &Snapshot<'_>,
    another: impl Fn() -> Result<PooledReader<'p>, Problem>,
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
        let mut tallies = count(reader, counted, parameters, own)?;
        for (thread, part) in threads.into_iter().zip(others) {
            let of_part = thread.join().expect("a count does not panic")?;
            let of_part = match of_part {
                Some(of_part) => of_part,
                None => count(reader, counted, parameters, part)?,
            };
            for (all, more) in tallies.iter_mut().zip(of_part) {
                all.append(more);
            }
        }
        Ok(tallies)
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
