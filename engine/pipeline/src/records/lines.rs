//! The numbers of lines of repeats, looked at when all changes are made.

use std::collections::{BTreeMap, BTreeSet};

use bieumau_model::definition::{Catalog, Form, Repeat, Section};
use bieumau_model::entry::{Finding, codes};
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use bieumau_store::{Listing, Status, Writing};

use super::json::key_text;
use super::write::{Change, Written};
use crate::problem::Problem;
use crate::render::store_problem;

/// Returns what is wrong with the repeats that changes have touched, by the number of the change.
pub(super) fn findings(
    catalog: &Catalog,
    changes: &[Change],
    written: &[Option<Written>],
    writing: &Writing<'_>,
) -> Result<Vec<(usize, Finding)>, Problem> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let mut repeats: BTreeMap<&str, Vec<(&Form, &Section, &Repeat)>> = BTreeMap::new();
    for (at, (change, written)) in changes.iter().zip(written).enumerate() {
        let Some(written) = written else { continue };
        let touched =
            repeats.entry(&change.form).or_insert_with(|| touched(catalog, &change.form).collect());
        for (parent, section, repeat) in touched.iter().copied() {
            let key = &written.key[..parent.key.len().min(written.key.len())];
            if !seen.insert((section.id.as_str(), parent.id.as_str(), key_text(key))) {
                continue;
            }
            let Some(lines) = catalog.forms.get(&repeat.form) else { continue };
            let count = count_lines(parent, lines, repeat.most, key, writing)?;
            let finding = count.and_then(|count| wrong_lines(section, repeat, count));
            findings.extend(finding.map(|finding| (at, finding)));
        }
    }
    Ok(findings)
}

/// Returns the repeats in which `form` is the whole or a line.
fn touched<'c>(
    catalog: &'c Catalog,
    form: &str,
) -> impl Iterator<Item = (&'c Form, &'c Section, &'c Repeat)> {
    let all = catalog.forms.values().flat_map(|parent| {
        parent.repeats().map(move |(section, repeat)| (parent, section, repeat))
    });
    all.filter(move |(parent, _, repeat)| form == parent.id || form == repeat.form)
}

/// Counts the lines of a record in use, up to one more than are allowed; nothing when it is not.
fn count_lines(
    parent: &Form,
    lines: &Form,
    most: Option<usize>,
    key: &[Value],
    writing: &Writing<'_>,
) -> Result<Option<usize>, Problem> {
    let record = writing.record(parent, key).map_err(store_problem)?;
    if record.is_none_or(|record| record.status == Status::Retired) {
        return Ok(None);
    }
    let equals = parent.key.iter().cloned().zip(key.iter().cloned()).collect();
    let most = most.map_or(10_000, |most| most + 1);
    let listing = Listing { equals, most, ..Listing::default() };
    let page = writing.records(lines, &listing).map_err(store_problem)?;
    Ok(Some(page.records.len()))
}

fn wrong_lines(section: &Section, repeat: &Repeat, count: usize) -> Option<Finding> {
    let (vi, en, bound) = match repeat.most {
        _ if count < repeat.least => ("phải có ít nhất", "there must be at least", repeat.least),
        Some(most) if count > most => ("chỉ được có nhiều nhất", "there may be at most", most),
        _ => return None,
    };
    Some(Finding::error(
        None,
        codes::LINES,
        Text::both(
            format!("{}: {vi} {bound} dòng", section.title.get(Locale::Vi)),
            format!("{}: {en} {bound} lines", section.title.get(Locale::En)),
        ),
    ))
}
