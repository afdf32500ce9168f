//! Random components through admission, random answers through the validator: no harm, whatever it is.

#[path = "common/manifest.rs"]
mod common;
#[path = "hostile/component.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod component;
#[path = "hostile/image.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod image;

use std::time::Duration;

use bieumau_model::table::{self, Table};
use bieumau_plugin_host::{Explain, Host, Limits};
use component::{APPLY, MEMORY, component};
use image::{Cells, Column, Image};

const MANIFEST: &str = "schema_version: 1
id: hostile
version: 1.0.0
title: Hostile
rules:
  - id: run
    title: Run
    takes: [{name: given, columns: [{name: number, type: integer}]}]
    gives:
      - name: out
        one_row_per: given
        key: [name]
        columns:
          - {name: name, type: text, codes: [a, b]}
          - {name: mark, type: decimal(1), min: 0, max: 10, optional: true}
          - {name: day, type: date, optional: true}
          - {name: flag, type: boolean, optional: true}
";

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn list<T>(&mut self, most: usize, mut value: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| value(self)).collect()
    }
}

fn given() -> Table {
    let cells = table::Cells::Integer(vec![Some(1), Some(2)]);
    let column = table::Column { name: "number".to_owned(), cells };
    Table::new("given", vec![column]).expect("a table")
}

fn host() -> Host {
    let mut limits = Limits::default();
    limits.time = Duration::from_millis(500);
    Host::new(limits).expect("a host")
}

#[test]
fn components_with_changed_bytes_are_refused_or_run_within_limits() {
    let host = host();
    let manifest = common::manifest("hostile", MANIFEST);
    let mut image = Image::default();
    let at = image.answer(&[("out", 0, vec![])]);
    let good = component(&format!(
        "{MEMORY} {} (func $more (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        {APPLY} (drop (call $more (i32.const 1))) (i32.const {at}))",
        image.data()
    ));
    let mut random = Random(0x0c0d_e5ed);
    let mut loaded = 0;
    for _ in 0..400 {
        let mut wasm = good.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(wasm.len());
            match random.below(3) {
                0 => wasm[at] ^= 1 << random.below(8),
                1 => wasm[at] = random.next() as u8,
                _ => drop(wasm.drain(at..(at + 1 + random.below(8)).min(wasm.len()))),
            }
        }
        if let Ok(plugin) = host.load(manifest.clone(), &wasm) {
            loaded += 1;
            // Whatever it answers, it is not taken: no two rows with the names of the codes.
            assert!(plugin.apply("run", &[], &[given()], Explain::No).is_err());
        }
    }
    assert!(loaded > 0, "some changes do no harm, such as those of a name");
}

#[test]
fn random_answers_are_right_or_refused() {
    let host = host();
    let manifest = common::manifest("hostile", MANIFEST);
    let mut random = Random(0xa115_3e5d);
    let mut taken = 0;
    for _ in 0..250 {
        let columns = random.list(4, column);
        let rows = if random.below(4) > 0 { 2 } else { random.below(4) as u32 };
        let mut image = Image::default();
        let at = image.answer(&[("out", rows, columns)]);
        let wasm = component(&format!("{MEMORY} {} {APPLY} (i32.const {at}))", image.data()));
        let plugin = host.load(manifest.clone(), &wasm).unwrap_or_else(|error| panic!("{error}"));
        let Ok(answer) = plugin.apply("run", &[], &[given()], Explain::No) else { continue };
        taken += 1;
        let out = answer.table("out").expect("it is declared");
        assert_eq!(out.rows(), 2);
        if let Some(table::Cells::Decimal { units, .. }) = out.column("mark") {
            assert!(units.iter().flatten().all(|unit| (0..=100).contains(unit)));
        }
    }
    assert!(taken > 0, "some are right by chance");
}

fn column(random: &mut Random) -> Column {
    let rows = if random.below(8) > 0 { 2 } else { random.below(4) };
    let present = if random.below(3) == 0 {
        let most = 2 + random.below(2);
        (0..rows).map(|_| random.below(most) as u8).collect()
    } else {
        vec![]
    };
    let name = ["name", "name", "mark", "day", "flag", "other"][random.below(6)];
    let of_name = match name {
        "name" => 0,
        "mark" => 2,
        "day" => 3,
        "flag" => 4,
        _ => 1,
    };
    let kind = if random.below(6) > 0 { of_name } else { random.below(5) };
    let cells = match kind {
        0 => {
            let text: Vec<u8> =
                (0..rows).map(|at| b"ab\xff c"[(at + random.below(2)) % 5]).collect();
            Cells::Text(text, (1..=rows as u32).collect())
        }
        1 => Cells::Integer((0..rows).map(|_| random.next() as i64).collect()),
        2 => Cells::Decimal(1, (0..rows).map(|_| random.below(110) as i64 - 4).collect()),
        3 => Cells::Date((0..rows).map(|_| random.next() as i32 >> random.below(30)).collect()),
        _ => Cells::Boolean((0..rows).map(|_| random.below(3) as u8).collect()),
    };
    Column { name, present, cells }
}
