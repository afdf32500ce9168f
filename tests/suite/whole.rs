//! A figure over many schools, which several readers count side by side, is the sum of the figures of
//! the schools.

use bieumau_model::scope::Caller;
use bieumau_pipeline::{DemoSite, FiguresView, Silent, Site, make_demo};
use libtest_mimic::{Failed, Trial};

use crate::made_up_schools;
use crate::support::{Outcome, ensure, now, parameters, said, same, workers};

/// So many that two readers share them.
const SCHOOLS: usize = 40;
const PUPILS: usize = 30;

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("statistics::the_whole_is_the_sum_of_its_schools", whole)]
}

fn whole() -> Outcome {
    let folder = tempfile::tempdir()?;
    let wanted = DemoSite { seed: 1, schools: 1 };
    drop(make_demo(folder.path(), &wanted, &workers(1), now(), &Silent).map_err(said)?);
    made_up_schools::fill(&folder.path().join("data.db"), SCHOOLS, PUPILS);
    let site = Site::open(folder.path(), &workers(1), now()).map_err(said)?;
    let all = numbers(&figures(&site, "year=2025")?);
    let mut sum = vec![0; all.len()];
    let conn = rusqlite::Connection::open(folder.path().join("data.db"))?;
    let mut schools = conn.prepare("SELECT school FROM record_school WHERE level = 'primary'")?;
    let schools: Vec<String> =
        schools.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ensure(schools.len() >= SCHOOLS, || format!("{} schools", schools.len()))?;
    for school in schools {
        let own = numbers(&figures(&site, &format!("school={school} year=2025"))?);
        same(own.len(), sum.len())?;
        sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
    }
    ensure(all.iter().sum::<i64>() > 1_000, || format!("{all:?}"))?;
    same(all, sum)
}

fn figures(site: &Site, given: &str) -> Result<FiguresView, Failed> {
    site.figures(&Caller::Operator, "primary_statistics", &parameters(given)).map_err(said)
}

/// Returns every figure as a number; a nil is none.
fn numbers(view: &FiguresView) -> Vec<i64> {
    let rows = view.tables.iter().flat_map(|table| &table.rows);
    let cells = rows.flat_map(|row| &row.cells);
    cells.map(|cell| cell.text.replace('.', "").parse().unwrap_or_default()).collect()
}
