//! The demo data against the core forms: types, keys, references, bounds, codes.
//!
//! Reads the YAML line by line, one field per line as `forms/core` is written.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;

use bieumau_model::table::{Cells, ColumnType, Table, Value};

use super::{check_all, demo, rows, table};

fn core(path: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../forms/core");
    fs::read_to_string(folder.join(path)).expect("the core forms are in the checkout")
}

/// Reads `{a: b, c: "d, e"}`.
fn pairs(line: &str) -> BTreeMap<String, String> {
    let inside = line.trim().trim_start_matches("- ").trim_matches(['{', '}']);
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for letter in inside.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(letter),
        }
    }
    parts
        .iter()
        .filter_map(|part| part.split_once(": "))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

struct Form {
    key: Vec<String>,
    fields: Vec<BTreeMap<String, String>>,
}

fn form(id: &str) -> Form {
    let text = core(&format!("{id}.form.yaml"));
    let key = text.lines().find_map(|line| line.strip_prefix("key: [")).unwrap();
    let fields = text.lines().filter(|line| line.trim().starts_with("- {id:")).map(pairs);
    Form {
        key: key.trim_end_matches(']').split(", ").map(str::to_owned).collect(),
        fields: fields.collect(),
    }
}

fn codes(list: &str) -> BTreeSet<String> {
    let text = core(&format!("codes/{list}.yaml"));
    let entries = text.lines().filter(|line| line.trim().starts_with("- {code:"));
    entries.map(|line| pairs(line)["code"].clone()).collect()
}

/// A cell of a key, in a form that is quick to compare; `None` when it is missing.
fn part(cells: &Cells, at: usize) -> Option<(&str, i64)> {
    match cells {
        Cells::Text(cells) => cells[at].as_deref().map(|text| (text, 0)),
        Cells::Integer(cells) => cells[at].map(|number| ("", number)),
        Cells::Date(cells) => {
            cells[at].map(|day| ("", i64::from(day.year()) * 366 + i64::from(day.day_of_year())))
        }
        _ => panic!("keys are texts, numbers and dates"),
    }
}

/// Returns the key in `columns` of each row.
fn keys<'a>(
    table: &'a Table,
    columns: &[String],
) -> impl Iterator<Item = Vec<Option<(&'a str, i64)>>> {
    let cells: Vec<&Cells> = columns.iter().map(|name| table.column(name).unwrap()).collect();
    (0..table.rows()).map(move |at| cells.iter().map(|cells| part(cells, at)).collect())
}

#[test]
fn the_tables_have_the_fields_of_the_core_forms_in_order() {
    assert_eq!(demo().len(), 42);
    check_all(demo(), |(id, table)| {
        let expected: Vec<(String, ColumnType)> = form(id)
            .fields
            .iter()
            .map(|field| {
                let kind = match field["type"].as_str() {
                    "integer" => ColumnType::Integer,
                    "decimal" => ColumnType::Decimal(field["scale"].parse().unwrap()),
                    "date" => ColumnType::Date,
                    "boolean" => ColumnType::Boolean,
                    _ => ColumnType::Text,
                };
                (field["id"].clone(), kind)
            })
            .collect();
        let found = table.columns().iter().map(|column| (column.name.clone(), column.cells.kind()));
        let found: Vec<_> = found.collect();
        (found != expected).then(|| format!("{id}: {found:?} instead of {expected:?}"))
    });
}

#[test]
fn keys_are_filled_and_unique() {
    check_all(demo(), |(id, table)| {
        let key = form(id).key;
        let mut seen = HashSet::new();
        keys(table, &key)
            .find(|key| key.contains(&None) || !seen.insert(key.clone()))
            .map(|key| format!("{id}: {key:?}"))
    });
}

#[test]
fn references_lead_to_rows_of_tables_that_come_before() {
    let order: Vec<&str> = demo().iter().map(|(id, _)| *id).collect();
    check_all(demo(), |(id, table)| {
        form(id).fields.iter().filter(|field| field["type"] == "reference").find_map(|field| {
            let to = field["to"].as_str();
            if order.iter().position(|form| *form == to) >= order.iter().position(|form| form == id)
            {
                return Some(format!("{id} comes before {to}"));
            }
            let mut key = form(to).key;
            let target = self::table(to);
            let known: HashSet<_> = keys(target, &key).collect();
            *key.last_mut().unwrap() = field["id"].clone();
            keys(table, &key)
                .find(|key| key.last() != Some(&None) && !known.contains(key))
                .map(|key| format!("{id}.{}: {key:?}", field["id"]))
        })
    });
}

#[test]
fn units_and_their_superiors_are_known() {
    let units: BTreeSet<&str> = rows("org_unit").map(|row| row.text("unit")).collect();
    check_all(rows("org_unit"), |row| {
        let parent = row.text("parent");
        (!parent.is_empty() && !units.contains(parent)).then(|| parent.to_owned())
    });
    check_all(rows("school"), |row| {
        (!units.contains(row.text("unit"))).then(|| row.text("unit").to_owned())
    });
}

#[test]
fn cells_are_required_known_and_within_bounds() {
    check_all(demo(), |(id, table)| {
        form(id).fields.iter().find_map(|field| {
            let known = field.get("codes").map(|list| codes(list));
            let cells = table.column(&field["id"]).unwrap();
            (0..cells.len()).find_map(|at| {
                let value = cells.value(at);
                wrong(field, known.as_ref(), &value)
                    .map(|what| format!("{id}.{}, row {at}: {value:?} {what}", field["id"]))
            })
        })
    });
}

fn wrong(
    field: &BTreeMap<String, String>,
    known: Option<&BTreeSet<String>>,
    value: &Value,
) -> Option<&'static str> {
    let bound = |name: &str, scale: u8| {
        field.get(name).map(|text| text.parse::<i64>().unwrap() * 10_i64.pow(scale.into()))
    };
    match value {
        Value::Missing => {
            (field.get("required").is_some_and(|flag| flag == "true")).then_some("is required")
        }
        Value::Integer(_) | Value::Decimal { .. } => {
            let (units, scale) = match value {
                Value::Decimal { units, scale } => (*units, *scale),
                Value::Integer(number) => (*number, 0),
                _ => return None,
            };
            let low = bound("min", scale).is_some_and(|least| units < least);
            let high = bound("max", scale).is_some_and(|most| units > most);
            (low || high).then_some("is out of bounds")
        }
        Value::Text(text) => {
            let longest = bound("max_length", 0).unwrap_or(200);
            let digits = |count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
            let fits = match field.get("pattern").map(String::as_str) {
                None => true,
                Some("[0-9]{12}") => digits(12),
                Some("[0-9]{10}|TAM-.+") => {
                    digits(10) || text.strip_prefix("TAM-").is_some_and(|rest| !rest.is_empty())
                }
                Some(other) => panic!("this test does not know the pattern {other}"),
            };
            if text.is_empty() || text.chars().count() as i64 > longest {
                Some("is empty or too long")
            } else if !fits {
                Some("does not match the pattern")
            } else {
                known.is_some_and(|known| !known.contains(text)).then_some("is no code")
            }
        }
        Value::Date(_) | Value::Boolean(_) => None,
    }
}
