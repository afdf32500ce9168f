//! The rule as an Extism plugin: tables to JSON, the call, JSON to tables.

use std::path::Path;

use bieumau_model::table::{Cells, Column, Table};
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use serde::{Deserialize, Serialize};

use crate::contest::{Contest, parameters};

const GUEST: &str = "guest/target/wasm32-unknown-unknown/release/bieumau_extism_guest.wasm";

#[derive(Serialize)]
struct Given<'a> {
    parameters: &'a [(String, String)],
    marks: Vec<Row<'a, i64, 4>>,
    comments: Vec<Row<'a, &'a str, 2>>,
}

#[derive(Serialize)]
struct Row<'a, T, const ONGOING: usize>
where
    [Option<T>; ONGOING]: Serialize,
    T: Serialize,
{
    pupil: &'a str,
    subject: &'a str,
    term: i64,
    ongoing: [Option<T>; ONGOING],
    mid_term: Option<T>,
    end_of_term: Option<T>,
}

#[derive(Deserialize)]
struct Found {
    subjects: Vec<Subject>,
    pupils: Vec<Pupil>,
}

#[derive(Deserialize)]
struct Subject {
    pupil: String,
    subject: String,
    averages: [Option<i64>; 3],
}

#[derive(Deserialize)]
struct Pupil {
    pupil: String,
    learning: [Option<String>; 3],
}

/// Adds the plugin twice: kept between calls, as most use Extism, and fresh for every call, as this
/// engine does.
pub fn add(contest: &mut Contest) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GUEST);
    let guest = std::fs::read(path).expect("the guest is built, see README.md of plugins");
    let manifest = Manifest::new([Wasm::data(guest)]);
    let builder = PluginBuilder::new(manifest).with_wasi(false);
    let compiled =
        CompiledPlugin::new(builder).expect("a guest that compiles");
    let kept = compiled.clone();
    contest.add("Extism, one instance kept", move || {
        let mut plugin = Plugin::new_from_compiled(&kept).expect("an instance");
        let parameters = parameters();
        Box::new(move |tables| call(&mut plugin, &parameters, tables))
    });
    contest.add("Extism, a fresh instance for each call", move || {
        let compiled = compiled.clone();
        let parameters = parameters();
        Box::new(move |tables| {
            let mut plugin = Plugin::new_from_compiled(&compiled).expect("an instance");
            call(&mut plugin, &parameters, tables)
        })
    });
}

fn call(plugin: &mut Plugin, parameters: &[(String, String)], tables: &[Table]) -> Vec<Table> {
    let [marks, comments] = tables else { panic!("two tables") };
    let given = Given { parameters, marks: rows(marks, numbers), comments: rows(comments, texts) };
    let json = serde_json::to_vec(&given).expect("JSON");
    let found = plugin.call::<&[u8], &[u8]>("learning_results", &json).expect("an answer");
    let found: Found = serde_json::from_slice(found).expect("JSON");
    let subjects = &found.subjects;
    let average = |at: usize| Cells::Decimal {
        scale: 1,
        units: subjects.iter().map(|subject| subject.averages[at]).collect(),
    };
    let pupils = found.pupils;
    let text = |cells: Vec<Option<String>>| Cells::Text(cells);
    let level = |at: usize| text(pupils.iter().map(|pupil| pupil.learning[at].clone()).collect());
    vec![
        table(
            "subjects",
            vec![
                ("pupil", text(subjects.iter().map(|own| Some(own.pupil.clone())).collect())),
                ("subject", text(subjects.iter().map(|own| Some(own.subject.clone())).collect())),
                ("average_1", average(0)),
                ("average_2", average(1)),
                ("average_year", average(2)),
            ],
        ),
        table(
            "pupils",
            vec![
                ("pupil", text(pupils.iter().map(|own| Some(own.pupil.clone())).collect())),
                ("learning_1", level(0)),
                ("learning_2", level(1)),
                ("learning_year", level(2)),
            ],
        ),
    ]
}

fn table(name: &str, columns: Vec<(&str, Cells)>) -> Table {
    let columns = columns.into_iter().map(|(name, cells)| Column { name: name.to_owned(), cells });
    Table::new(name, columns.collect()).expect("columns of equal length")
}

type Take<'a, T> = fn(&'a Table, &str) -> Vec<Option<T>>;

fn numbers<'a>(table: &'a Table, column: &str) -> Vec<Option<i64>> {
    match table.column(column) {
        Some(Cells::Decimal { units, .. }) => units.clone(),
        _ => vec![None; table.rows()],
    }
}

fn texts<'a>(table: &'a Table, column: &str) -> Vec<Option<&'a str>> {
    match table.column(column) {
        Some(Cells::Text(cells)) => cells.iter().map(Option::as_deref).collect(),
        _ => vec![None; table.rows()],
    }
}

fn rows<'a, T: Copy + Serialize, const ONGOING: usize>(
    table: &'a Table,
    take: Take<'a, T>,
) -> Vec<Row<'a, T, ONGOING>>
where
    [Option<T>; ONGOING]: Serialize,
{
    let (pupils, subjects) = (texts(table, "pupil"), texts(table, "subject"));
    let Some(Cells::Integer(terms)) = table.column("term") else { panic!("terms") };
    let ongoing: [Vec<Option<T>>; ONGOING] =
        std::array::from_fn(|at| take(table, &format!("ongoing_{}", at + 1)));
    let (mid, end) = (take(table, "mid_term"), take(table, "end_of_term"));
    let row = |at: usize| Row {
        pupil: pupils[at].unwrap_or_default(),
        subject: subjects[at].unwrap_or_default(),
        term: terms[at].unwrap_or_default(),
        ongoing: std::array::from_fn(|mark| ongoing[mark][at]),
        mid_term: mid[at],
        end_of_term: end[at],
    };
    (0..table.rows()).map(row).collect()
}
