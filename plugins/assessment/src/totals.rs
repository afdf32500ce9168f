//! The table `totals`: how many pupils of a year have what, and their share.

use bieumau_plugin_sdk::answer::{Explanation, Place};
use bieumau_plugin_sdk::row::TableWriter;
use bieumau_plugin_sdk::{Call, Decimal, Failure, Table, rows};
use bieumau_rules::decimal::Rounding;
use bieumau_rules::statistics::{Denominator, Percentages};

rows! {
    /// One count.
    struct TotalRow<'a> {
        year: i64,
        item: &'a str,
        code: &'a str,
        label: &'a str,
        count: i64,
        percent: Option<Decimal<1>>,
    }
}

/// The pupils of a year: all of them, and those who are not assessed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Roll {
    /// On the roll.
    pub pupils: u32,
    /// Flagged as not assessed.
    pub flagged: u32,
}

/// Writes totals.
pub struct Totals<'a> {
    table: TableWriter<'a, TotalRow<'a>>,
    percentages: Percentages,
    /// How the shares came about, when somebody asks.
    explained: Option<Vec<Explanation>>,
}

impl<'a> Totals<'a> {
    /// Makes an empty table with the percentages that the parameters ask for.
    pub fn new(call: &Call) -> Result<Self, Failure> {
        let parameters = &call.parameters;
        let percentages = Percentages {
            denominator: if parameters.flag("exclude_not_assessed", true)? {
                Denominator::Assessed
            } else {
                Denominator::Everyone
            },
            decimals: parameters.choice("percent_decimals", 1, &[("0", 0), ("1", 1)])?,
            rounding: Rounding::HalfUp,
        };
        let explained = call.explain.then(Vec::new);
        Ok(Self { table: TableWriter::new("totals"), percentages, explained })
    }

    /// Adds one count of the pupils of `roll`.
    pub fn push(
        &mut self,
        year: i64,
        item: &'a str,
        code: &'a str,
        label: &'a str,
        count: u32,
        roll: Roll,
    ) {
        let share = self.percentages.share(count, roll.pupils, roll.flagged);
        let tenths = |percent: bieumau_rules::decimal::Scaled| match percent.scale {
            0 => Decimal(percent.value * 10),
            _ => Decimal(percent.value),
        };
        if let (Some(explained), Some(percent)) = (&mut self.explained, share.percent) {
            explained.push(Explanation {
                place: Place::new("totals", Some(self.table.len()), Some("percent")),
                rule: format!("Tổng hợp: {label}"),
                inputs: vec![
                    ("Số học sinh".to_owned(), count.to_string()),
                    ("Tổng số".to_owned(), share.of.to_string()),
                ],
                steps: vec![format!("{count} × 100 / {} → {percent}", share.of)],
                result: percent.to_string(),
            });
        }
        let percent = share.percent.map(tenths);
        self.table.push(TotalRow { year, item, code, label, count: count.into(), percent });
    }

    /// Returns the table, and how its shares came about.
    pub fn finish(self) -> (Table, Vec<Explanation>) {
        (self.table.finish(), self.explained.unwrap_or_default())
    }
}

/// Returns the years of the pupils, each once, in the order of its first pupil.
pub fn years(pupils: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut years = Vec::new();
    for year in pupils {
        if years.last() != Some(&year) && !years.contains(&year) {
            years.push(year);
        }
    }
    years
}

/// Reads the rounding of averages.
pub fn rounding(call: &Call) -> Result<Rounding, Failure> {
    let words = [
        ("half_up", Rounding::HalfUp),
        ("half_even", Rounding::HalfEven),
        ("down", Rounding::Down),
        ("up", Rounding::Up),
    ];
    call.parameters.choice("rounding", Rounding::HalfUp, &words)
}
