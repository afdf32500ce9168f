//! Large calls in parts: the same answer as the whole call, row for row, and the first error.

#[path = "generated/class.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod class;
#[path = "common/shipped.rs"]
mod common;

use bieumau_model::table::{Cells, Table};
use bieumau_plugin_host::{Explain, PluginError};
use class::{Class, Pupil, Random};

fn tables(pupils: usize) -> Vec<Table> {
    let mut random = Random::new(11);
    Class { pupils: (0..pupils).map(|at| Pupil::new(at, &mut random, true)).collect() }.tables()
}

#[test]
fn parts_give_what_the_whole_gives() {
    let plugin = common::shipped("national");
    let tables = tables(60);
    let whole = plugin.apply("assess_secondary", &[], &tables, Explain::Yes).expect("an answer");
    for rows in [1, 100, 700] {
        let parts = plugin
            .apply_in_batches("assess_secondary", &[], &tables, Explain::Yes, rows)
            .unwrap_or_else(|error| panic!("{rows} rows: {error}"));
        for name in ["pupils", "subjects"] {
            assert_eq!(parts.table(name), whole.table(name), "{name} in parts of {rows} rows");
        }
        // Counts of the whole cannot be made of parts.
        assert!(parts.table("totals").is_none());
        assert_eq!(parts.findings.len(), whole.findings.len());
        let sorted = |findings: &[bieumau_plugin_host::Finding]| {
            let mut texts: Vec<String> = findings.iter().map(|own| format!("{own:?}")).collect();
            texts.sort();
            texts
        };
        assert_eq!(sorted(&parts.findings), sorted(&whole.findings));
        let places = |answer: &bieumau_plugin_host::Answer| {
            let own = answer.explanations.iter();
            let own = own.filter(|own| own.place.table.as_deref() != Some("totals"));
            let mut places: Vec<String> = own.map(|own| format!("{own:?}")).collect();
            places.sort();
            places
        };
        assert_eq!(places(&parts), places(&whole));
    }
}

#[test]
fn a_call_of_one_part_is_an_ordinary_one() {
    let plugin = common::shipped("national");
    let tables = tables(3);
    let one = plugin.apply_in_batches("assess_secondary", &[], &tables, Explain::No, 1_000_000);
    assert!(one.expect("an answer").table("totals").is_some());
}

#[test]
fn a_part_that_fails_fails_the_call() {
    let plugin = common::shipped("national");
    let mut tables = tables(20);
    // A column that the rule needs is not there.
    tables[0] = tables[0].of_rows(&(0..20).collect::<Vec<_>>());
    let columns = tables[0].columns().iter().filter(|column| column.name != "grade").cloned();
    tables[0] = Table::new("pupils", columns.collect()).expect("a table");
    let failed = plugin.apply_in_batches("assess_secondary", &[], &tables, Explain::No, 50);
    assert!(matches!(failed, Err(PluginError::BadCall { .. })));
}

#[test]
fn rows_of_nobody_are_a_part_too() {
    let plugin = common::shipped("national");
    let tables = tables(4);
    let mut columns = tables[0].columns().to_vec();
    if let Cells::Text(cells) = &mut columns[0].cells {
        cells[2] = None;
    }
    let mut with_gap = tables.clone();
    with_gap[0] = Table::new("pupils", columns).expect("a table");
    let whole = plugin.apply("assess_secondary", &[], &with_gap, Explain::No);
    let parts = plugin.apply_in_batches("assess_secondary", &[], &with_gap, Explain::No, 1);
    match (whole, parts) {
        (Ok(whole), Ok(parts)) => assert_eq!(parts.table("pupils"), whole.table("pupils")),
        (whole, parts) => assert_eq!(whole.is_err(), parts.is_err()),
    }
}
